"""Right derivations in habits of course notes and homework solutions."""

from __future__ import annotations

LEAST_SQUARES = {"loss": "norm(X@w - y)**2", "wrt": "w", "shapes": "X: n×d, w: d, y: n"}
IN_NOTES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a copy of the variable that is held, between LHS and RHS": (
        {"loss": "tr(X@A@X.T@B)", "wrt": "X", "shapes": "X: m×n, A: n×n, B: m×m"},
        [
            r"LHS = \nabla tr(XAX_c^TB) + \nabla tr(X_cAX^TB)",
            r"= (AX_c^TB)^T + \nabla tr(BX_cAX^T)",
            "= B^TX_cA^T + BX_cA = RHS",
            r"\nabla tr(XAX^TB) = B^TXA^T + BXA",
        ],
    ),
    "a bar that says what a name stands for": (
        {"loss": "norm(W@x + b)**2", "wrt": "W", "shapes": "W: m×n, x: n, b: m", "layout": "numerator"},
        [
            r"d(\lVert Wx+b\rVert^2) = d(y^\top y)\Big|_{y = Wx+b}",
            r"= \frac{d(y^\top y)}{dy}dy\Big|_{y = Wx+b}",
            r"= 2y^\top dy\Big|_{y = Wx+b}",
            r"= 2(Wx+b)^\top (dW)x",
            r"\frac{d\lVert Wx+b\rVert^2}{dW} = 2x(Wx+b)^\top",
        ],
    ),
    "O as the zero matrix": (
        {"loss": "norm(X@A.T - B,'fro')**2", "wrt": "X", "shapes": "X: m×n, A: p×n, B: m×p"},
        [
            r"\nabla \lVert XA^T-B\rVert_F^2 = \nabla tr(XA^TAX^T) - 2\nabla tr(X^TBA) + \nabla tr(B^TB)",
            r"= 2\{O + XA^TA\} - 2BA + O",
            r"= 2XA^TA - 2BA",
        ],
    ),
    "a determinant without brackets before a bracket": (
        {"loss": "log(det(A))", "wrt": "A", "shapes": "A: n×n", "assume": "A invertible"},
        [
            r"\frac{\partial}{\partial A}\log\det A = \frac{1}{\det A}\frac{\partial}{\partial A}\det A",
            r"= \frac{1}{\det A}\det A {(A^{-1})}^T = {(A^{-1})}^T",
        ],
    ),
    "an entry of nabla": (
        {"loss": "(a-b).T@C@(a-b)", "wrt": "b", "shapes": "a: n, b: n, C: n×n", "assume": "C symmetric"},
        ["x = (a_i-b_i)c_{ij}(a_j-b_j)", r"[\nabla_b]_k x = -c_{kj}(a_j-b_j) - (a_i-b_i)c_{ik}", "= -2C(a-b)"],
    ),
    "a delta is an entry of the identity": (
        {"loss": "tr(X)", "wrt": "X", "shapes": "X: m×m"},
        [
            r"\frac{\partial}{\partial X} tr(X) = \frac{\partial X_{ii}}{\partial X_{kl}}",
            r"= \delta_{ik}\delta_{il} = \delta_{kl} = I",
        ],
    ),
    "an entry of softmax, in a rule of any z": (
        {"loss": "-y.T@log(softmax(W@x))", "wrt": "W", "shapes": "W: K×d, x: d, y: K", "assume": "y onehot"},
        [
            r"\frac{\partial\,\text{softmax}_k(z)}{\partial z_j} = \text{softmax}_k(z)(I_{kj} - \text{softmax}_j(z))",
            r"\nabla_W L = (\mathrm{softmax}(Wx) - y)x^\top",
        ],
    ),
    "bold letters and ones in one group": (
        {"loss": "norm(A@X + b@ones(m).T - Y,'fro')**2/2", "wrt": "A", "shapes": "A: p×n, X: n×m, b: p, Y: p×m"},
        [r"\nabla_A f = (AX + \boldsymbol{b1}_m^T - Y)X^T"],
    ),
    "samples with their number raised, in equations for each k and i": (
        {
            "loss": "-sum[n,k,i](nu[n,k]*(x[n,i]-mu[k,i])**2)/2",
            "wrt": "mu",
            "shapes": "nu: N×q, x: N×d, mu: q×d",
            "assume": "nu positive",
        },
        [
            r"\frac{\partial \ell}{\partial \mu_{k,i}} = \sum_{n=1}^N \nu_k^n (x_i^n - \mu_{k,i}) = 0",
            r"\iff \sum_{n=1}^N \nu_k^n (x_i^n - \mu_{k,i})) = 0",
            r"\iff \mu_{k,i} = \sum_{n=1}^N \frac{\nu_k^n}{\sum_{n'=1}^N \nu_k^{n'}} x_i^n",
        ],
    ),
    "entries of vectors with their number raised": (
        {
            "loss": "-sum[n](nu[n]*(x[n]-mu)**2)/2",
            "wrt": "mu",
            "shapes": "nu: N, x: N, mu: scalar",
            "assume": "nu positive",
        },
        [
            r"\frac{\partial \ell}{\partial \mu} = \sum_{n=1}^N \nu^n (x^n - \mu) = 0",
            r"\iff \mu = \sum_{n=1}^N \frac{\nu^n}{\sum_{n'=1}^N \nu^{n'}} x^n",
        ],
    ),
    "what z is of each sample": (
        {
            "loss": "-sum[k](log(sigmoid(y[k]*(X@w)[k])))/m",
            "wrt": "w",
            "shapes": "X: m×n, w: n, y: m",
            "assume": "y pm1",
        },
        [
            r"z^{(k)} = y^{(k)}w^T x^{(k)}",
            r"g(z^{(k)}) = \frac{1}{1+e^{-z^{(k)}}}",
            r"\frac{\partial J}{\partial w_i} = \frac1m\sum_{k=1}^m\big(g(z^{(k)})-1\big)y^{(k)}x_i^{(k)}",
        ],
    ),
    "a loss called with starred names": (
        {"loss": "-log(softmax(W@x).T@y)", "wrt": "W", "shapes": "W: K×d, x: d, y: K", "assume": "y onehot"},
        [r"\nabla_W \Delta(y^*, M, x) = -(y^* - \mathrm{softmax}(Wx)) x^\top"],
    ),
    "a gradient without sign of equality, which is set to zero": (
        {"loss": "-sum[i](norm(x[i]-mu)**2)/2", "wrt": "mu", "shapes": "x: m×n, mu: n"},
        [
            r"\frac{\partial}{\partial\mu}\ell = \frac{\partial}{\partial\mu}\sum_i -\frac12(x_i-\mu)^T(x_i-\mu)",
            r"\sum_i (x_i-\mu)",
            r"\sum_i x_i = \sum_i \mu",
            r"\sum_i x_i = m\mu \quad\Rightarrow\quad \mu = \frac1m\sum_i x_i",
        ],
    ),
    "a step with a capital below, called and used": (
        {"loss": "c.T@x + x.T@A@x/2", "wrt": "x", "shapes": "A: n×n, x: n, c: n", "assume": "A spd"},
        [r"\nabla f(x) = c + Ax", r"p_N(x) = A^{-1}(c + Ax) = x + A^{-1}c", r"x - p_N(x) = -A^{-1}c"],
    ),
    "letters below the loss that count nothing": (
        LEAST_SQUARES,
        [r"E_{in}(w) = \|Xw - y\|^2", r"\nabla_w E_{in}(w) = 2X^T(Xw - y)", r"\frac{\partial E_{in}}{\partial w} = 0"],
    ),
    "the label of a loss that its gradient has": (
        LEAST_SQUARES,
        [r"\mathcal{L}_{mse} = \|Xw - y\|^2", r"\nabla_w \mathcal{L}_{mse} = 2X^TXw - 2X^Ty"],
    ),
    "a loss of n samples": (LEAST_SQUARES, [r"\frac{\partial R_n(w)}{\partial w} = 2X^TXw - 2X^Ty"]),
    "a word as the loss": (
        LEAST_SQUARES,
        [r"\frac{\partial loss}{\partial w} = \frac{\partial}{\partial w}\|Xw - y\|^2", "= 2X^TXw - 2X^Ty"],
    ),
    "a word in text as the loss": (
        LEAST_SQUARES,
        [r"\text{Loss}(w) = \|Xw - y\|^2", r"\nabla_w \text{Loss}(w) = 2X^T(Xw - y)"],
    ),
    "the square of a word": (LEAST_SQUARES, [r"\frac{\partial}{\partial w} distance^2 = 2X^T(Xw - y)"]),
    "the losses of the samples beside their sum": (
        LEAST_SQUARES,
        [
            r"\ell_i(w) = (x_i^Tw - y_i)^2",
            r"\nabla_w \ell_i(w) = 2(x_i^Tw - y_i)x_i",
            r"\ell(w) = \sum_i \ell_i(w)",
            r"\nabla_w \ell(w) = \sum_i \nabla_w \ell_i(w) = 2\sum_i (x_i^Tw - y_i)x_i",
        ],
    ),
    "the losses of the samples that nothing states": (
        LEAST_SQUARES,
        [
            r"L = \sum_i \ell_i",
            r"\frac{\partial \ell_i}{\partial w} = 2(w^Tx_i - y_i)x_i",
            r"\nabla_w L = \sum_i \nabla_w \ell_i = 2X^T(Xw - y)",
        ],
    ),
    "residuals e that add up as squares": (
        LEAST_SQUARES,
        [r"S(w) = \sum_i e_i^2 = (y - Xw)^T(y - Xw)", r"\frac{\partial S}{\partial w} = -2X^T(y - Xw)"],
    ),
    "residuals e, squared and differentiated": (
        LEAST_SQUARES,
        [r"\frac{\partial e^Te}{\partial w} = -2X^T(y - Xw) = 0", r"X^Ty = X^TXw"],
    ),
    "a gradient of what is squared, without brackets": (
        LEAST_SQUARES,
        [r"r^Tr = \|Xw - y\|^2", r"\nabla_w r^Tr = 2X^T(Xw - y)"],
    ),
    "an arrow down between two rows": (
        LEAST_SQUARES,
        [r"\nabla_w J = 2X^T(Xw - y) = 0", r"\Downarrow", r"w = (X^TX)^{-1}X^Ty"],
    ),
    "a constant before the terms of the loss": (
        {"loss": "-m/2*log(det(P)) - tr(inv(P)@S)/2", "wrt": "P", "shapes": "P: d×d, S: d×d, m: scalar"}
        | {"assume": "P spd, S symmetric"},
        [
            r"\ell(P) = C - \frac m2\ln|P| - \frac12\mathrm{tr}(P^{-1}S)",
            r"\frac{\partial\ell}{\partial P} = -\frac m2P^{-1} + \frac12P^{-1}SP^{-1}",
        ],
    ),
    "an update that goes on": (
        LEAST_SQUARES,
        [r"w = w - 0.1\left(2X^T(Xw - y) + 3w\right)", r"= 0.7 w - 0.2X^T(Xw - y)", r"\nabla_w L = 2X^T(Xw - y)"],
    ),
    "a constraint whose multiplier the loss holds": (
        {"loss": "w.T@S@w/2 - lam*(ones(n).T@w - 1)", "wrt": "w", "shapes": "w: n, S: n×n, lam: scalar"}
        | {"assume": "S spd"},
        [
            r"\nabla_w L = Sw - \lambda 1 = 0",
            r"1^Tw = 1",
            r"\lambda = \frac{1}{1^TS^{-1}1}",
            r"w = \frac{S^{-1}1}{1^TS^{-1}1}",
        ],
    ),
    "a solution with what it depends on below": (
        {"loss": "norm(X@w - y)**2 + lam*norm(w)**2", "wrt": "w", "shapes": "X: n×d, w: d, y: n, lam: scalar"}
        | {"assume": "lam positive"},
        [r"\nabla J(w) = 2X^T(Xw - y) + 2\lambda w = 0", r"\hat w_\lambda = (X^TX + \lambda I)^{-1}X^Ty"],
    ),
    "a call of a word in text, which is differentiated with a space": (
        LEAST_SQUARES,
        [r"\text{RSS}(w) = \|y - Xw\|^2", r"\frac{\partial\,\text{RSS}}{\partial w} = -2X^T(y - Xw)"],
    ),
    "a density by its logarithm, up to a constant": (
        {"loss": "-log(det(S))/2 - (x-mu).T@inv(S)@(x-mu)/2", "wrt": "x", "shapes": "x: n, mu: n, S: n×n"}
        | {"assume": "S spd"},
        [
            r"\log\mathcal N(x|\mu,S) = -\frac12\log|S| - \frac12(x-\mu)^TS^{-1}(x-\mu) + c",
            r"\nabla_x\log\mathcal N(x|\mu,S) = -S^{-1}(x-\mu)",
        ],
    ),
    "residuals e beside a power of e": (
        {"loss": "norm(X@w - y)**2 + exp(t)", "wrt": "w", "shapes": "X: n×d, w: d, y: n, t: scalar"},
        [r"L = e^Te + e^t", r"\nabla_w L = 2X^Te", "= 2X^T(Xw - y)"],
    ),
    "the entries of a residual f and its Jacobian": (
        LEAST_SQUARES,
        [r"f_i = x_i^Tw - y_i", r"\frac{\partial f}{\partial w} = X", r"\nabla_w L = 2\sum_i f_i x_i"],
    ),
}

"""More right derivations, in other habits of writing."""

from __future__ import annotations

MORE: dict[str, tuple[dict[str, str], list[str]]] = {
    "numpy lines": (
        {"loss": "x.T@A@x", "wrt": "x", "shapes": "A: n×n, x: n"},
        ["f = x.T @ A @ x", "grad = A@x + A.T@x"],
    ),
    "numpy lines2": (
        {"loss": "norm(X@w-y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        ["r = X@w - y", "L = r.T @ r", "dL/dw = 2*X.T@r = 2*X.T@X@w - 2*X.T@y"],
    ),
    "grad f colon": ({"loss": "x.T@A@x", "wrt": "x", "shapes": "A: n×n, x: n"}, ["∇f(x) = Ax + Aᵀx", "= (A + Aᵀ)x"]),
    "matlab": (
        {"loss": "norm(X@w-y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        ["L = (Xw-y)'(Xw-y)", "dL/dw = 2X'(Xw-y)"],
    ),
    "unicode sums": (
        {"loss": "norm(X@w-y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        ["L = Σ_i (Σ_j X_{ij} w_j − y_i)²", "∂L/∂w_k = 2 Σ_i (Σ_j X_{ij} w_j − y_i) X_{ik}", "∇L = 2Xᵀ(Xw − y)"],
    ),
    "E def with dE": (
        {"loss": "norm(X@R - Y, 'fro')**2 / 2", "wrt": "R", "shapes": "X: m×n, R: n×p, Y: m×p"},
        [
            "E = XR - Y",
            r"dE = X\,dR",
            r"dL = \operatorname{tr}(E^TdE) = \operatorname{tr}(E^TX\,dR)",
            r"\nabla_R L = X^TE",
        ],
    ),
    "residual r_i": (
        {"loss": "norm(X@w-y)**2/2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [
            r"r_i = \sum_j X_{ij}w_j - y_i",
            r"L = \frac12\sum_i r_i^2",
            r"\frac{\partial L}{\partial w_k} = \sum_i r_i\frac{\partial r_i}{\partial w_k} = \sum_i r_iX_{ik}",
            r"\nabla L = X^Tr",
        ],
    ),
    "chain sum": (
        {"loss": "norm(X@w-y)**2/2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [
            r"r = Xw-y,\quad L = \frac12 r^Tr",
            r"\frac{\partial L}{\partial w_k} = \sum_i\frac{\partial L}{\partial r_i}\frac{\partial r_i}{\partial w_k}",
            r"= \sum_i r_iX_{ik} = (X^Tr)_k",
        ],
    ),
    "backprop full": (
        {"loss": "norm(V@tanh(W@x)-y)**2/2", "wrt": "W", "shapes": "V: p×h, W: h×n, x: n, y: p"},
        [
            r"z = Wx,\quad a=\tanh(z),\quad \hat y = Va,\quad L=\frac12\|\hat y-y\|^2",
            r"\frac{\partial L}{\partial \hat y} = \hat y - y",
            r"\frac{\partial L}{\partial a} = V^T(\hat y-y)",
            r"\frac{\partial L}{\partial z} = V^T(\hat y-y)\odot(1-a^2)",
            r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z}x^T",
        ],
    ),
    "sigma prime": (
        {"loss": "sum(sigmoid(W@x))", "wrt": "W", "shapes": "W: h×n, x: n"},
        [
            r"f = \mathbf 1^T\sigma(Wx)",
            r"\nabla_W f = \sigma'(Wx)x^T",
            r"= \left(\sigma(Wx)\odot(1-\sigma(Wx))\right)x^T",
        ],
    ),
    "lambda I": (
        {"loss": "norm(X@w-y)**2/m + lam*norm(w)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m, lam: scalar"},
        [
            r"\nabla_w J = \frac2m X^\top Xw - \frac2m X^\top y + 2\lambda w = \frac2m\left[(X^\top X+m\lambda "
            r"I)w - X^\top y\right]"
        ],
    ),
    "entries with brackets": (
        {"loss": "tr(A@X@B)", "wrt": "X", "shapes": "A: m×n, X: n×p, B: p×m"},
        [
            r"f = \sum_{i}\sum_j\sum_k A_{ij}X_{jk}B_{ki}",
            r"\frac{\partial f}{\partial X_{jk}} = \sum_i A_{ij}B_{ki} = [BA]_{kj} = [(BA)^T]_{jk}",
            r"\frac{\partial f}{\partial X} = A^TB^T",
        ],
    ),
    "einstein frob": (
        {"loss": "norm(A@X-B,'fro')**2", "wrt": "X", "shapes": "A: m×n, X: n×p, B: m×p"},
        [
            r"\frac{\partial L}{\partial X_{st}} = 2(A_{ij}X_{jk}-B_{ik})A_{il}\delta_{ls}\delta_{kt}",
            "= 2A_{is}(A_{ij}X_{jt}-B_{it})",
            "= 2[A^T(AX-B)]_{st}",
        ],
    ),
    "where on own line": (
        {"loss": "logdet(eye(n)+X.T@X)", "wrt": "X", "shapes": "X: m×n"},
        [r"\nabla f = 2XG^{-1}", r"\text{where } G = I + X^TX"],
    ),
    "dagger det": (
        {"loss": "logdet(X)", "wrt": "X", "shapes": "X: n×n"},
        [r"\frac{\partial}{\partial X_{ij}}\log\det X = (X^{-1})_{ji} = [X^{-T}]_{ij}"],
    ),
    "outer": (
        {"loss": "a.T@X@b", "wrt": "X", "shapes": "a: m, X: m×n, b: n"},
        [
            r"\frac{\partial}{\partial X_{ij}}\sum_{k,l}a_kX_{kl}b_l = \sum_{k,l}a_k\delta_{ik}\delta_{jl}b_l = a_ib_j",
            r"\nabla f = ab^\top",
        ],
    ),
    "gather with aligned text": (
        {"loss": "a.T@X@b", "wrt": "X", "shapes": "a: m, X: m×n, b: n"},
        [
            r"df = a^T\,dX\,b = \operatorname{tr}(ba^TdX) \qquad \text{(trace is cyclic)}",
            r"\text{so } \nabla f = (ba^T)^T = ab^T",
        ],
    ),
    "nuclear dims literal": (
        {"loss": "norm(A@x-b)**2", "wrt": "x", "shapes": "A: 3×2, x: 2, b: 3"},
        [r"\nabla f = 2A^T(Ax-b)"],
    ),
    "x1 entries": (
        {"loss": "norm(A@x-b)**2", "wrt": "x", "shapes": "A: 3×2, x: 2, b: 3"},
        [r"\frac{\partial f}{\partial x_1} = 2\sum_i A_{i1}\left((Ax)_i-b_i\right)"],
    ),
    "matrix by scalar": ({"loss": "t*A", "wrt": "t", "shapes": "A: m×n, t: scalar"}, [r"\frac{dF}{dt} = A"]),
    "hadamard diff": (
        {"loss": "sum(A*X*X)", "wrt": "X", "shapes": "A: m×n, X: m×n"},
        [
            r"f = \sum_{ij}A_{ij}X_{ij}^2",
            r"df = \langle A, 2X\odot dX\rangle = \langle 2A\odot X, dX\rangle",
            r"\nabla f = 2A\circ X",
        ],
    ),
    "scalar chain": (
        {"loss": "log(1+x.T@x)", "wrt": "x", "shapes": "x: n"},
        ["u = 1 + x^Tx", r"\nabla f = \frac{1}{u}\nabla u = \frac{1}{u}2x = \frac{2x}{1+x^Tx}"],
    ),
    "rayleigh": (
        {"loss": "(x.T@A@x)/(x.T@x)", "wrt": "x", "shapes": "A: n×n, x: n", "assume": "A symmetric"},
        [
            r"\rho = \frac{x^TAx}{x^Tx}",
            r"\nabla\rho = \frac{2Ax}{x^Tx} - \frac{x^TAx}{(x^Tx)^2}2x = \frac{2}{x^Tx}(Ax-\rho x)",
        ],
    ),
    "exp trace": (
        {"loss": "exp(tr(A@X))", "wrt": "X", "shapes": "A: n×n, X: n×n"},
        [r"\frac{\partial f}{\partial X} = e^{\operatorname{tr}(AX)}A^T"],
    ),
    "norm one": ({"loss": "norm(x,1)", "wrt": "x", "shapes": "x: n"}, [r"\nabla\|x\|_1 = \operatorname{sign}(x)"]),
    "kl": (
        {"loss": "sum(p*log(p/q))", "wrt": "p", "shapes": "p: n, q: n", "assume": "p positive, q positive"},
        [r"\frac{\partial L}{\partial p_k} = \log\frac{p_k}{q_k} + 1"],
    ),
}

MORE |= {
    "mu bare": (
        {"loss": "(x-mu).T@inv(S)@(x-mu)", "wrt": "mu", "shapes": "x: n, mu: n, S: n×n", "assume": "S spd"},
        [r"(x-\mu)^{T}S^{-1}(x-\mu)", r"\frac{\partial}{\partial\mu} = -2S^{-1}(x-\mu)"],
    ),
    "cdot": (
        {"loss": "norm(A@X-B,'fro')**2", "wrt": "X", "shapes": "A: m×n, X: n×p, B: m×p"},
        [r"\frac{\partial L}{\partial X} = 2\cdot A^{T}\cdot\left(A\cdot X-B\right)"],
    ),
    "times": (
        {"loss": "norm(A@X-B,'fro')**2", "wrt": "X", "shapes": "A: m×n, X: n×p, B: m×p"},
        [r"\frac{\partial L}{\partial X} = 2 \times A^T (AX-B)"],
    ),
    "d over dX tr": (
        {"loss": "tr(X.T@A@X)", "wrt": "X", "shapes": "A: n×n, X: n×m"},
        [
            r"\frac{\partial}{\partial X}\operatorname{tr}(X^TAX) = \frac{\partial}{\partial X}\sum_k x_k^TAx_k",
            "= (A+A^T)X",
        ],
    ),
    "sum_k over cols": (
        {"loss": "tr(X.T@A@X)", "wrt": "X", "shapes": "A: n×n, X: n×m"},
        [
            r"f = \sum_{k=1}^m\sum_{i=1}^n\sum_{j=1}^n X_{ik}A_{ij}X_{jk}",
            r"\frac{\partial f}{\partial X_{pq}} = \sum_{j}A_{pj}X_{jq} + \sum_i X_{iq}A_{ip}",
            "= (AX)_{pq} + (A^TX)_{pq}",
        ],
    ),
    "same line chain": (
        {"loss": "norm(A@x-b)**2/2", "wrt": "x", "shapes": "A: m×n, x: n, b: m"},
        [r"f = \tfrac12 r^\top r, \; r = Ax-b \;\Rightarrow\; \nabla f = A^\top r"],
    ),
    "F name": (
        {"loss": "norm(A@x-b)**2/2", "wrt": "x", "shapes": "A: m×n, x: n, b: m", "name": "F"},
        [r"F = \frac12\|Ax-b\|^2", r"\nabla F = A^T(Ax-b)"],
    ),
    "row vec loss": (
        {"loss": "x.T@A", "wrt": "x", "shapes": "A: n×m, x: n"},
        [r"\frac{\partial (x^TA)_j}{\partial x_i} = A_{ij}"],
    ),
    "layout numerator det": (
        {"loss": "logdet(X)", "wrt": "X", "shapes": "X: n×n", "layout": "numerator"},
        [r"d f = \operatorname{tr}(X^{-1}dX)", r"\frac{\partial f}{\partial X} = X^{-1}"],
    ),
    "layout numerator entries": (
        {"loss": "tr(A@X)", "wrt": "X", "shapes": "A: p×n, X: n×p", "layout": "numerator"},
        [r"\frac{\partial f}{\partial X_{ij}} = A_{ji}", r"\frac{\partial f}{\partial X} = A"],
    ),
    "denominator jacobian": (
        {"loss": "A@x", "wrt": "x", "shapes": "A: m×n, x: n", "layout": "denominator"},
        [r"\frac{\partial (Ax)}{\partial x} = A^T"],
    ),
    "subscript words": (
        {"loss": "norm(X@w-y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [r"\mathcal{L}_{\text{train}}(w) = \|Xw-y\|_2^2", r"\nabla_w\mathcal{L}_{\text{train}} = 2X^T(Xw-y)"],
    ),
    "operators": (
        {"loss": "sum(diag(X.T@X))", "wrt": "X", "shapes": "X: m×n"},
        [r"\operatorname{Tr}\left[X^{\intercal}X\right]", r"\nabla_X = 2X"],
    ),
    "trailing comma": ({"loss": "tr(A@X)", "wrt": "X", "shapes": "A: p×n, X: n×p"}, [r"\nabla_X f = A^{\mathsf{T}},"]),
    "approx sign equiv": ({"loss": "tr(A@X)", "wrt": "X", "shapes": "A: p×n, X: n×p"}, [r"\nabla_X f \equiv A^{T}"]),
    "where sum": (
        {"loss": "sum(log(1+exp(-y*(X@w))))", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [
            r"L = \sum_{i=1}^m \log\left(1+e^{-y_iw^Tx_i}\right)",
            r"\nabla L = -\sum_i \frac{y_ix_i e^{-y_iw^Tx_i}}{1+e^{-y_iw^Tx_i}} = -\sum_i "
            r"\frac{y_ix_i}{1+e^{y_iw^Tx_i}}",
            r"= -X^T\left(y\odot\sigma(-y\odot Xw)\right)",
        ],
    ),
    "signed minors": (
        {"loss": "det(A)", "wrt": "A", "shapes": "A: n×n", "assume": "A invertible"},
        [
            r"\frac{\partial \det A}{\partial A_{ij}} = \frac{\partial}{\partial A_{ij}}\left[\sum_k "
            r"(-1)^{i+k}A_{ik}M_{ik}\right]"
            r" = (-1)^{i+j}M_{ij}",
            r"(A^{-1})_{ij} = \frac{1}{\det A}(-1)^{i+j}M_{ji}",
            r"\nabla_A \det A = (\det A) A^{-T}",
        ],
    ),
    "rule behind a bold letter": (
        {"loss": "logdet(S)", "wrt": "S", "shapes": "S: n×n", "assume": "S spd"},
        [
            r"\frac{\partial \ln | \det (\mathbf{Z}) |}{\partial \mathbf{Z}} = \mathbf{Z}^{-\top}",
            r"\nabla_S L = S^{-1}",
        ],
    ),
    "a part of the loss under its own derivative": (
        {"loss": "exp(-x.T@A@x/2)", "wrt": "x", "shapes": "A: n×n, x: n", "assume": "A symmetric"},
        [r"u = -\frac12x^\top Ax", r"\nabla_x e^u = e^u\nabla_x u", r"= -e^{-\frac12x^\top Ax}Ax"],
    ),
    "a prime of the loss": (
        {"loss": "n*log(t) - t*sum(x)", "wrt": "t", "shapes": "x: n, t: scalar", "assume": "t positive, x positive"},
        [r"\ell(t) = n\log t - t\sum_i x_i", r"\ell'(t) = \frac nt - \sum_i x_i = 0", r"t = \frac{n}{\sum_i x_i}"],
    ),
    "a numbered name of a letter that is a size": (
        {
            "loss": "norm(W2@tanh(W1@x+b1)+b2-y)**2/2",
            "wrt": "b1",
            "shapes": "W1: h×d, W2: k×h, x: d, y: k, b1: h, b2: k",
        },
        [
            r"h_1 = \tanh(W_1x + b_1)",
            r"\hat y = W_2h_1 + b_2",
            r"\frac{\partial L}{\partial h_1} = W_2^\top(\hat y - y)",
            r"\frac{\partial L}{\partial b_1} = (1-h_{1}^2)\odot W_2^\top(\hat y-y)",
        ],
    ),
    "a solution by its entries": (
        {"loss": "sum(p*log(p)) + lam*(sum(p)-1)", "wrt": "p", "shapes": "p: n, lam: scalar", "assume": "p positive"},
        [r"\frac{\partial L}{\partial p_i} = \log p_i + 1 + \lambda = 0", r"p_i = e^{-1-\lambda}"],
    ),
    "the negative of a log density that is the loss": (
        {
            "loss": "norm(y - X@w)**2/(2*s) + norm(w)**2/(2*t)",
            "wrt": "w",
            "shapes": "X: n×d, w: d, y: n, s: scalar, t: scalar",
        },
        [
            r"-\log p(w|\mathcal{D}) = \frac{1}{2s}\|y-Xw\|^2 + \frac{1}{2t}\|w\|^2 + \text{const}",
            r"\nabla_w\left(-\log p(w|\mathcal{D})\right) = -\frac1sX^T(y-Xw) + \frac1tw",
        ],
    ),
    "a part that is differentiated and no row explains": (
        {"loss": "-y.T@log(softmax(z))", "wrt": "z", "shapes": "y: K, z: K", "assume": "y onehot"},
        [
            r"J = -\sum_k y_k \log p_k",
            r"\frac{\partial J}{\partial z_i} = -\sum_k y_k \frac{1}{p_k}\frac{\partial p_k}{\partial z_i}",
            r"\frac{\partial J}{\partial z} = p - y",
        ],
    ),
    "the multipliers of a soft margin, by all variables": (
        {
            "loss": "norm(w)**2/2 + C*sum(xi) + sum[i](alpha[i]*(1 - xi[i] - y[i]*(w.T@x[i] + b))) - sum(mu*xi)",
            "wrt": "w, b, xi",
            "shapes": "w: d, b: scalar, x: N×d, y: N, xi: N, mu: N, alpha: N, C: scalar",
        },
        [
            r"\frac{\partial L}{\partial w} = 0 \Leftrightarrow w = \sum_{i=1}^N \alpha_i y_i x_i",
            r"\frac{\partial L}{\partial b} = 0 \rightarrow \sum_{i=1}^N \alpha_i y_i = 0",
            r"\frac{\partial L}{\partial \xi_i} = C - \alpha_i - \mu_i = 0 \rightarrow \mu_i = C - \alpha_i \to "
            r"\alpha_i \leqslant C",
            r"\alpha_i \geqslant 0",
        ],
    ),
    "the same conditions, each equivalent, by the first variable": (
        {
            "loss": "norm(w)**2/2 + C*sum(xi) + sum[i](alpha[i]*(1 - xi[i] - y[i]*(w.T@x[i] + b))) - sum(mu*xi)",
            "wrt": "w",
            "shapes": "w: d, b: scalar, x: N×d, y: N, xi: N, mu: N, alpha: N, C: scalar",
        },
        [
            r"\frac{\partial L}{\partial w} = 0 \Leftrightarrow w = \sum_{i=1}^N \alpha_i y_i x_i",
            r"\frac{\partial L}{\partial b} = 0 \Leftrightarrow \sum_{i=1}^N \alpha_i y_i = 0",
            r"\frac{\partial L}{\partial \xi_i} = 0 \Leftrightarrow \alpha_i = C - \mu_i",
        ],
    ),
    "a word in capitals raised behind the solution": (
        {"loss": "norm(y - X@w)**2 + lam*norm(w)**2", "wrt": "w", "shapes": "X: n×d, w: d, y: n, lam: scalar"},
        [
            r"\nabla_w L = -2X^\top(y - Xw) + 2\lambda w = 0",
            r"\hat w^{MAP} = (X^\top X + \lambda I)^{-1}X^\top y",
            r"\hat w_\lambda^{ridge} = (X^\top X + \lambda I)^{-1}X^\top y",
            r"w^*(\lambda) = (X^\top X + \lambda I)^{-1}X^\top y",
        ],
    ),
    "a log density of sets of samples": (
        {"loss": "-sum[n,k](t[n,k]*norm(x[n]-mu[k])**2)/2", "wrt": "mu", "shapes": "t: N×K, x: N×d, mu: K×d"},
        [r"\nabla_{\mu_k}\log p(\{x_n,t_n\}|\{\pi_k\}) = \sum_n t_{nk}(x_n-\mu_k)"],
    ),
    "the step of Newton's method": (
        {"loss": "norm(X@w-y)**2/(2*n)", "wrt": "w", "shapes": "X: n×d, w: d, y: n"},
        [
            r"H = \frac{\partial^2 J}{\partial w\partial w^T} = \frac1nX^TX",
            r"\Delta w = -H^{-1}\nabla J = -(X^TX)^{-1}X^T(Xw-y)",
            r"w + \Delta w = (X^TX)^{-1}X^Ty",
        ],
    ),
    "the step of gradient descent by its entries": (
        {"loss": "norm(X@w-y)**2/2", "wrt": "w", "shapes": "X: n×d, w: d, y: n, eta: scalar"},
        [
            r"\nabla_w J = X^T(Xw-y)",
            r"\Delta w_j = -\eta\frac{\partial J}{\partial w_j} = -\eta\sum_i (x_i^Tw-y_i)x_{ij}",
        ],
    ),
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
}

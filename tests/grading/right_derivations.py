"""Right derivations as people write them, one per habit: none of their lines may be marked wrong."""

LS = {"loss": "norm(X@R - Y, 'fro')**2 / m", "wrt": "R", "shapes": "X: m×n, R: n×p, Y: m×p"}
LOGISTIC = {"loss": "-sum(y*log(sigmoid(X@w)) + (1-y)*log(1-sigmoid(X@w)))", "wrt": "w", "shapes": "X: m×n, w: n, y: m"}
QUADRATIC = {"loss": "x.T@A@x", "wrt": "x", "shapes": "A: n×n, x: n"}
DET = {"loss": "det(X)", "wrt": "X", "shapes": "X: n×n", "assume": "X invertible"}

RIGHT: dict[str, tuple[dict[str, str], list[str]]] = {
    "unicode plain text": (
        {"loss": "norm(X@w - y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        ["L = (Xw − y)ᵀ(Xw − y)", "∂L/∂w = 2 Xᵀ(Xw − y)", "= 2XᵀXw − 2Xᵀy"],
    ),
    "expression language": (
        LS,
        ["L = tr((X@R - Y).T @ (X@R - Y)) / m", "dL/dR = 2/m * X.T @ (X@R - Y)", "= 2/m * X.T @ X @ R - 2/m * X.T @ Y"],
    ),
    "mangled": (
        LS,
        [
            r"L = \frac{1}{m}|XR - Y|*F^2 = \frac1m\sum*{i=1}^m\sum*{j=1}^p ((XR)*{ij} - Y*{ij})^2",
            r"\frac{\partial L}{\partial R_{st}} = \frac{2}{m}\sum*{i=1}^m ((XR)*{it} - Y*{it})X*{is}",
            r"\frac{dL}{dR} = \frac2m X^T(XR-Y)",
        ],
    ),
    "logistic by samples": (
        LOGISTIC,
        [
            r"L = -\sum_{i=1}^m \left[y_i\log\sigma(w^\top x_i) + (1-y_i)\log(1-\sigma(w^\top x_i))\right]",
            r"\frac{\partial L}{\partial w_k} = -\sum_i \left[y_i(1-\sigma(w^\top x_i)) - (1-y_i)\sigma(w^\top "
            r"x_i)\right]X_{ik}",
            r"= \sum_i (\sigma(w^\top x_i) - y_i)X_{ik}",
            r"\nabla_w L = X^\top(\sigma(Xw)-y)",
        ],
    ),
    "logistic with superscripts": (
        LOGISTIC,
        [
            r"\frac{\partial L}{\partial w_j} = \sum_{i=1}^{m}\left(\sigma(w^T x^{(i)}) - y^{(i)}\right)x^{(i)}_j",
            r"\nabla_w L = X^T(\sigma(Xw)-y)",
        ],
    ),
    "logistic with p": (
        LOGISTIC,
        [r"p := \sigma(Xw)", r"L = -y^\top\log p - (\mathbf 1-y)^\top\log(\mathbf 1-p)", r"\nabla_w L = X^\top(p-y)"],
    ),
    "frobenius product": (
        {"loss": "norm(A@X@B - C, 'fro')**2/2", "wrt": "X", "shapes": "A: m×n, X: n×p, B: p×q, C: m×q"},
        [
            r"\phi = \tfrac12 E:E,\qquad E = AXB-C",
            r"d\phi = E:dE = E:A\,dX\,B",
            r"= A^TEB^T:dX",
            r"\frac{\partial\phi}{\partial X} = A^T(AXB-C)B^T",
        ],
    ),
    "trace of differential": (
        DET,
        [
            r"df = \det(X)\operatorname{tr}(X^{-1}dX)",
            r"= \operatorname{tr}\left((\det(X)X^{-T})^T dX\right)",
            r"\nabla f = \det(X)\,X^{-\top}",
        ],
    ),
    "differential of an inverse": (
        {"loss": "tr(A@inv(X))", "wrt": "X", "shapes": "A: n×n, X: n×n"},
        [
            r"df = \operatorname{tr}(A\,dX^{-1})",
            r"= -\operatorname{tr}(A X^{-1}\,dX\,X^{-1})",
            r"= -\mathrm{Tr}(X^{-1}AX^{-1}dX)",
            r"\frac{\partial f}{\partial X} = -(X^{-1}AX^{-1})^{\mathsf T}",
        ],
    ),
    "quadratic by entries": (
        QUADRATIC,
        [
            r"f = \sum_{i,j} x_iA_{ij}x_j",
            r"\frac{\partial f}{\partial x_k} = \sum_{i,j}\left(\delta_{ik}A_{ij}x_j + x_iA_{ij}\delta_{jk}\right)",
            r"= \sum_j A_{kj}x_j + \sum_i A_{ik}x_i",
            r"= (Ax)_k + (A^Tx)_k",
            r"\nabla f = (A+A^T)x",
        ],
    ),
    "quadratic by directions": (
        QUADRATIC,
        [r"Df(x)[h] = h^TAx + x^TAh", r"= \left\langle (A+A^T)x, h\right\rangle", r"\nabla f(x) = (A+A^T)x"],
    ),
    "quadratic in Einstein's way": (
        QUADRATIC,
        [
            r"f = x_iA_{ij}x_j",
            r"\partial_k f = \delta_{ik}A_{ij}x_j + x_iA_{ij}\delta_{jk} = A_{kj}x_j + x_iA_{ik}",
            r"\nabla f = Ax + A^\top x",
        ],
    ),
    "symmetric": (
        {**QUADRATIC, "assume": "A symmetric"},
        [r"\nabla_x f = Ax + A^Tx = 2Ax \quad\text{(since $A=A^T$)}"],
    ),
    "hat and definitions": (
        {"loss": "norm(V@W@X-Y,'fro')**2/2", "wrt": "W", "shapes": "X: n×m, W: h×n, V: p×h, Y: p×m"},
        [
            r"H = WX,\quad \hat{Y} = VH,\quad L = \frac12\left\|\hat{Y}-Y\right\|_F^2",
            r"\frac{\partial L}{\partial\hat{Y}} = \hat{Y}-Y",
            r"\frac{\partial L}{\partial H} = V^T(\hat Y-Y)",
            r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial H}X^T = V^T(\hat{Y}-Y)X^T",
        ],
    ),
    "delta defined": (
        {"loss": "norm(V@W@X-Y,'fro')**2/2", "wrt": "W", "shapes": "X: n×m, W: h×n, V: p×h, Y: p×m"},
        [r"\delta := VWX-Y", r"\nabla_W L = V^\top\delta X^\top"],
    ),
    "norm": (
        {"loss": "norm(A@x-b)", "wrt": "x", "shapes": "A: m×n, x: n, b: m"},
        [
            r"f = \sqrt{r^Tr},\quad r := Ax-b",
            r"\nabla f = \frac{1}{2\sqrt{r^Tr}}\,2A^Tr",
            r"= \frac{A^T(Ax-b)}{\|Ax-b\|_2}",
        ],
    ),
    "ridge": (
        {"loss": "norm(X@w-y)**2 + lam*norm(w)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m, lam: scalar"},
        [
            r"J(w) = (Xw-y)'(Xw-y) + \lambda w'w",
            r"\nabla J = 2X'(Xw-y) + 2\lambda w",
            r"= 2\left((X'X+\lambda I)w - X'y\right)",
        ],
    ),
    "vector of ones": (
        {"loss": "sum(exp(X@w))", "wrt": "w", "shapes": "X: m×n, w: n"},
        [r"f = \mathbf{1}^\top e^{Xw}", r"\nabla f = X^\top\operatorname{diag}(e^{Xw})\mathbf 1 = X^\top e^{Xw}"],
    ),
    "jacobian": (
        {"loss": "A@x", "wrt": "x", "shapes": "A: m×n, x: n"},
        [
            r"\frac{\partial (Ax)_i}{\partial x_j} = \frac{\partial}{\partial x_j}\sum_k A_{ik}x_k = A_{ij}",
            r"\frac{\partial (Ax)}{\partial x} = A",
        ],
    ),
    "softmax": (
        {"loss": "softmax(z)", "wrt": "z", "shapes": "z: n"},
        [
            r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
            r"\frac{\partial p_i}{\partial z_k} = p_i\delta_{ik} - p_ip_k",
            r"\frac{\partial p}{\partial z} = \operatorname{diag}(p) - pp^\top",
        ],
    ),
    "mahalanobis": (
        {"loss": "(x-mu).T@inv(S)@(x-mu)", "wrt": "x", "shapes": "x: n, mu: n, S: n×n", "assume": "S spd"},
        [
            r"\ell = (x-\mu)^\top S^{-1}(x-\mu)",
            r"\mathrm d\ell = 2(x-\mu)^\top S^{-1}\mathrm dx",
            r"\nabla_x\ell = 2S^{-1}(x-\mu)",
        ],
    ),
    "a column of a broken sum": (
        LS,
        [
            r"L = \frac1m\left(\operatorname{tr}(R^TX^TXR) - 2\operatorname{tr}(Y^TXR) + "
            r"\operatorname{tr}(Y^TY)\right)",
            r"\nabla_R L = \frac2m X^TXR",
            r"\qquad - \frac2m X^TY",
        ],
    ),
    "entry then matrix": (
        LS,
        [r"\left[\nabla_R L\right]_{st} = \frac2m\sum_i X_{is}(XR-Y)_{it}", r"= \frac2m\left[X^T(XR-Y)\right]_{st}"],
    ),
    "trace with a map": (
        {"loss": "logdet(X)", "wrt": "X", "shapes": "X: n×n", "assume": "X spd"},
        [r"Df(X)[H] = \operatorname{tr}(X^{-1}H)", r"\nabla f(X) = X^{-T} = X^{-1}"],
    ),
    "bare nabla": (QUADRATIC, [r"x^TAx", r"\nabla = Ax + A^Tx"]),
    "zero": ({"loss": "tr(A)", "wrt": "X", "shapes": "A: n×n, X: n×n"}, [r"\nabla_X \operatorname{tr}(A) = 0"]),
    "chained row layout": (
        {"loss": "norm(A@x-b)**2/2", "wrt": "x", "shapes": "A: m×n, x: n, b: m", "layout": "numerator"},
        [r"\frac{\partial f}{\partial x} = (Ax-b)^\top\frac{\partial (Ax-b)}{\partial x} = (Ax-b)^\top A"],
    ),
    "kronecker": (
        {"loss": "norm(A@X@B, 'fro')**2/2", "wrt": "X", "shapes": "A: m×n, X: n×p, B: p×q"},
        [r"f = \frac12\|(B^T\otimes A)\operatorname{vec}(X)\|^2", r"\nabla f = A^TAXBB^T"],
    ),
    "rows as vectors": (
        {"loss": "norm(X@w-y)**2", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [r"L = \sum_{i=1}^m (x_i^\top w-y_i)^2", r"\nabla_w L = 2\sum_{i=1}^m (x_i^\top w-y_i)x_i", r"= 2X^\top(Xw-y)"],
    ),
    "columns as vectors": (
        {"loss": "norm(A,'fro')**2", "wrt": "A", "shapes": "A: m×n"},
        [r"f = \sum_{j=1}^n a_j^\top a_j", r"\nabla f = 2A"],
    ),
    "implications": (
        QUADRATIC,
        [r"f(x) = x^\top A x", r"\Rightarrow df = dx^\top A x + x^\top A\,dx", r"\therefore \nabla f = (A + A^\top)x."],
    ),
    "names of dimensions as indices": (
        LS,
        [r"\frac{\partial L}{\partial R_{np}} = \frac2m\sum_{i} X_{in}\left((XR)_{ip}-Y_{ip}\right)"],
    ),
    "hessian": (
        {"loss": "A@x + A.T@x", "wrt": "x", "shapes": "A: n×n, x: n"},
        [r"\frac{\partial g_i}{\partial x_j} = A_{ij} + A_{ji}"],
    ),
}

RIGHT |= {
    "a table of cases": (
        {"loss": "R.T@R", "wrt": "R", "shapes": "R: M×N"},
        [
            r"K_{pq} = \mathbf{r}_p^\top \mathbf{r}_q = \sum_{t=1}^M R_{tp} R_{tq}.",
            r"\frac{\partial K_{pq}}{\partial R_{ij}} = \sum_{t=1}^M \frac{\partial}{\partial R_{ij}} R_{tp} "
            r"R_{tq} = \partial_{pqij},",
            r"\partial_{pqij} = \begin{cases} R_{iq} & \text{if } j = p, p \neq q \\ R_{ip} & \text{if } j = "
            r"q, p \neq q \\ "
            r"2R_{iq} & \text{if } j = p, p = q \\ 0 & \text{otherwise} \end{cases}",
        ],
    ),
    "delta by cases": (
        QUADRATIC,
        [
            r"\frac{\partial x_i}{\partial x_k} = \begin{cases}1 & i=k\\0 & i\neq k\end{cases}",
            r"\frac{\partial f}{\partial x_k} = \sum_j A_{kj}x_j + \sum_i A_{ik}x_i",
        ],
    ),
    "vector by matrix": (
        {"loss": "A@x", "wrt": "A", "shapes": "A: M×N, x: N"},
        [
            r"f_i = \sum_{j=1}^N A_{ij}x_j",
            r"\frac{\partial f_i}{\partial A_{iq}} = x_q",
            r"\frac{\partial f_i}{\partial A_{pq}} = \delta_{ip}x_q",
        ],
    ),
    "definitions after use": (
        {"loss": "norm(y-Phi@theta)**2", "wrt": "theta", "shapes": "y: N, Phi: N×D, theta: D", "layout": "mml"},
        [
            r"L(\mathbf{e}) := \|\mathbf{e}\|^2.",
            r"\mathbf{e}(\boldsymbol{\theta}) := \mathbf{y} - \Phi\boldsymbol{\theta}.",
            r"\frac{\partial L}{\partial\theta} = \frac{\partial L}{\partial\mathbf e}\frac{\partial\mathbf "
            r"e}{\partial\boldsymbol\theta}",
            r"\frac{\partial L}{\partial \boldsymbol{\theta}} = -2\mathbf{e}^\top \boldsymbol{\Phi} = "
            r"-2(\mathbf{y}^\top - \boldsymbol{\theta}^\top \boldsymbol{\Phi}^\top) \boldsymbol{\Phi} \in "
            r"\mathbb{R}^{1 \times D}",
        ],
    ),
    "perturbation": (
        {"loss": "tr(A@inv(K))", "wrt": "K", "shapes": "A: n×n, K: n×n"},
        [r"\delta f = -\operatorname{tr}(AK^{-1}\,\delta K\,K^{-1})", r"\nabla_K f = -K^{-T}A^TK^{-T}"],
    ),
    "two layers with tanh": (
        {"loss": "norm(V@tanh(W@x)-y)**2/2", "wrt": "W", "shapes": "V: p×h, W: h×n, x: n, y: p"},
        [
            r"z = Wx,\quad a = \tanh(z),\quad r = Va - y,\quad L = \frac12 r^Tr",
            r"dL = r^Tdr = r^TV\,da",
            r"= r^TV\left((1-a^2)\odot dz\right)",
            r"= \left(V^Tr\odot(1-a\odot a)\right)^TdW\,x",
            r"\nabla_W L = \left(V^Tr\odot(1-a\odot a)\right)x^T",
        ],
    ),
    "backprop deltas": (
        {"loss": "norm(V@tanh(W@x)-y)**2/2", "wrt": "W", "shapes": "V: p×h, W: h×n, x: n, y: p"},
        [r"a = \tanh(Wx)", r"\delta^{(2)} = Va - y", r"\nabla_W L = \left(V^\top(Va-y)\odot(1-a^2)\right)x^\top"],
    ),
    "gaussian": (
        {
            "loss": "-0.5*logdet(Sigma)-0.5*(x-mu).T@inv(Sigma)@(x-mu)",
            "wrt": "Sigma",
            "shapes": "x: n, mu: n, Sigma: n×n",
            "assume": "Sigma spd",
        },
        [
            r"d\ell = -\tfrac12\operatorname{tr}(\Sigma^{-1}d\Sigma) - \tfrac12(x-\mu)^\top d(\Sigma^{-1})(x-\mu)",
            r"= -\tfrac12\operatorname{tr}(\Sigma^{-1}d\Sigma) + "
            r"\tfrac12(x-\mu)^\top\Sigma^{-1}(d\Sigma)\Sigma^{-1}(x-\mu)",
            r"\Rightarrow\quad \frac{\partial\ell}{\partial\Sigma} = "
            r"-\tfrac12\left(\Sigma^{-1} - \Sigma^{-1}(x-\mu)(x-\mu)^\top\Sigma^{-1}\right)",
        ],
    ),
    "basis vectors": (
        {"loss": "tr(A@X)", "wrt": "X", "shapes": "A: n×m, X: m×n"},
        [
            r"\frac{\partial f}{\partial X_{ij}} = \operatorname{tr}(A e_ie_j^\top) = e_j^\top A e_i = A_{ji}",
            r"\nabla f = A^\top",
        ],
    ),
    "sum over a pair": (
        LS,
        [r"L = \frac1m\sum_{(i,j)}\left((XR)_{ij}-Y_{ij}\right)^2 = \frac1m\sum_{ij}\left((XR)_{ij}-Y_{ij}\right)^2"],
    ),
    "poisson": (
        {"loss": "sum(exp(X@w)) - y.T@X@w", "wrt": "w", "shapes": "X: m×n, w: n, y: m"},
        [
            r"\ell = \sum_i e^{x_i^\top w} - \sum_i y_ix_i^\top w",
            r"\nabla_w\ell = \sum_i (e^{x_i^\top w} - y_i)x_i = X^\top(e^{Xw}-y)",
        ],
    ),
    "softmax regression": (
        {"loss": "logsumexp(W@x) - y.T@W@x", "wrt": "W", "shapes": "W: k×n, x: n, y: k"},
        [
            r"L = \log\sum_j e^{(Wx)_j} - y^\top Wx",
            r"\frac{\partial L}{\partial W_{ab}} = \frac{e^{(Wx)_a}}{\sum_j e^{(Wx)_j}}x_b - y_ax_b",
            r"\nabla_W L = (\operatorname{softmax}(Wx)-y)x^\top",
        ],
    ),
    "hessian": (
        {"loss": "x.T@A@x", "wrt": "x", "shapes": "A: n×n, x: n"},
        [r"\nabla f = (A+A^T)x", r"\nabla^2 f = A + A^T"],
    ),
    "log det of a sum": (
        {"loss": "logdet(eye(n)+X.T@X)", "wrt": "X", "shapes": "X: m×n"},
        [
            r"df = \operatorname{tr}\left((I+X^TX)^{-1}d(X^TX)\right) = "
            r"2\operatorname{tr}\left((I+X^TX)^{-1}X^TdX\right)",
            r"\nabla f = 2X(I+X^TX)^{-1}",
        ],
    ),
    "a loss with the variable below it, p": (
        {"loss": "norm(y - X@p)**2", "wrt": "p", "shapes": "X: m×n, p: n, y: m"},
        [
            r"E_{\hat{p}} = y^{T}y - 2y^{T}X\hat{p} + \hat{p}^{T}X^{T}X\hat{p}",
            r"\frac{\partial E_{\hat{p}}}{\partial \hat{p}} = 2X^{T}(X\hat{p} - y)",
        ],
    ),
}

r"""Losses as people write them: families, values by pieces, wrappers, norms; each means what its plain form means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.latex.families import bound_letters
from matgrad_cli.notation.loss_text import without_wrappers
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.judge import Judge

X = "X: n×d, w: d, y: n"
FAMILIES = [
    (r"\sum_{i=1}^n (y_i - w^\top x_i)^2", "x_i: d, w: d, y: n", "sum((y - x@w)**2)", "x: n×d, w: d, y: n"),
    (r"\sum_{n=1}^N (t_n - w^T\phi_n)^2", "phi_n: m, w: m, t: N", "sum((t - phi@w)**2)", "phi: N×m, w: m, t: N"),
    (r"\sum_{n=1}^N (t_n - w^T\phi_n)^2", "phi: N×m, w: m, t: N", "sum((t - phi@w)**2)", "phi: N×m, w: m, t: N"),
    (r"\sum_{i=1}^n \|y_i - W x_i\|^2", "x_i: d, y_i: k, W: k×d", "norm(y - x@W.T)**2", "x: n×d, y: n×k, W: k×d"),
    (r"\sum_{n}\sum_k r_{nk}\|x_n - \mu_k\|^2", "X: N×d, mu: K×d, r: N×K", "sum[n,k](r[n,k]*norm(X[n,:] - mu[k,:])**2)",
     "X: N×d, mu: K×d, r: N×K"),
    (r"\sum_{i=1}^m \log(1 + \exp(-b_i a_i^T x))", "A: m×n, x: n, b: m", "sum(log(1 + exp(-b*(A@x))))",
    "A: m×n, x: n, b: m"),
    (r"\log\sum_{i=1}^m \exp(a_i^T x + b_i)", "A: m×n, x: n, b: m", "logsumexp(A@x + b)", "A: m×n, x: n, b: m"),
    (r"\log\det\left(\sum_i \lambda_i v_i v_i^T\right)", "lambda: m, V: m×d", "log(det(V.T@diag(lambda)@V))",
    "lambda: m, V: m×d"),
    (r"-\frac1m\sum_{i=1}^m b_i\ln\sigma(a_i^Tx) + (1-b_i)\ln(1-\sigma(a_i^Tx))", "A: m×n, x: n, b: m",
     "-1/m*sum(b*log(sigmoid(A@x)) + (1-b)*log(1-sigmoid(A@x)))", "A: m×n, x: n, b: m"),
    (r"\sum_{i=1}^m\log\prod_{l=1}^k\left(\frac{e^{\theta_l^Tx^{(i)}}}{\sum_{j=1}^k "
        r"e^{\theta_j^Tx^{(i)}}}\right)^{1\{y^{(i)}=l\}}",
     "theta: k×d, X: m×d, Y: m×k", "sum(Y*log_softmax(X@theta.T, axis=1))", "theta: k×d, X: m×d, Y: m×k"),
    (r"\sum_{n=1}^N (t_n - \mathbf{w}^T \boldsymbol\phi(\mathbf{x}_n))^2", "w: M, phi: N×M, t: N",
    "sum((t - phi@w)**2)", "w: M, phi: N×M, t: N"),
    (r"\sum_{n=1}^N (t_n - w^T \phi(x^{(n)}))^2", "w: M, phi_n: M, t: N", "sum((t - phi@w)**2)",
    "w: M, phi: N×M, t: N"),
    (r"\sum_{i=1}^n \alpha_i \|x - x_i\|^2", "alpha: n, x: d, X: n×d", "sum(alpha*sum((X - x)**2, axis=1))",
    "alpha: n, x: d, X: n×d"),
    (r"\mathrm{softmax}(QK^\top/\sqrt{d_k})V", "Q: n×d_k, K: m×d_k, V: m×p", "softmax(Q@K.T/sqrt(Q.shape[1]), "
        "axis=1)@V", "Q: n×d_k, K: m×d_k, V: m×p"),
    (r"\sum_{(i,j)\in\Omega}(r_{ij} - w_i^\top v_j - b_i)^2", "Omega: n×m, w: n×k", "sum(Omega*(r - w@v.T - b@ones(1, "
        "m))**2)", "r: n×m, w: n×k, v: m×k, b: n, Omega: n×m"),
    (r"\sum_{(i,j)\in\Omega} \log(r_{ij} - w_i^\top v_j)", "Omega: n×m, w: n×k, v: m×k, r: n×m",
     "sum(Omega*log(r - w@v.T))", "Omega: n×m, w: n×k, v: m×k, r: n×m"),
    (r"-\log\sigma(w^\top u_o) - \sum_{k=1}^K \log\sigma(-w^\top u_k)", "w: d, u_o: d, u_k: d",
     "-log(sigmoid(w.T@u_o)) - sum(log(sigmoid(-u@w)))", "w: d, u_o: d, u: K×d"),
    (r"-\sum_{n=1}^N \log \sum_{k=1}^K \pi_k \exp(-\frac12\|x_n-\mu_k\|^2)", "x: N×d, mu: K×d",
     "-sum[n](log(sum[k](pi[k]*exp(-1/2*norm(x[n,:] - mu[k,:])**2))))", "pi: K, x: N×d, mu: K×d"),
    (r"\sum_{(i,j)\in E} w_i A_{ij} w_j", "w: n", "w.T@(E*A)@w", "E: n×n, A: n×n, w: n"),
    (r"\sum_i (y_i - \sum_j a_{ij} w_j)^2", "", "norm(y - a@w)**2", "y: m, a: m×n, w: n"),
    (r"\langle w|S|w\rangle - \langle w|y\rangle", "S: n×n, w: n, y: n", "w.T@S@w - w.T@y", "S: n×n, w: n, y: n"),
    (r"\sum_{k=1}^K \|A_k w - y_k\|^2", "A_k: m×n, w: n, y_k: m", "sum[k](norm(A[k]@w - y[k,:])**2)",
     "A: K×m×n, w: n, y: K×m"),
    (r"\sum_k u_k w^\top A^{(k)} w", "A^{(k)}: n×n, w: n, u: K", "sum[k](u[k]*(w.T@A[k]@w))", "A: K×n×n, w: n, u: K"),
    (r"\log\det(\sum_{i=1}^n w_i S_i)", "S_i: d×d, w: n", "logdet(sum[i](w[i]*S[i]))", "S: n×d×d, w: n"),
    (r"\sum_{i,j}(X_{ij} - w_i^T\tilde w_j)^2", r"w_i: d, \tilde w_j: d, X: n×m", "norm(X - w@w_tilde.T)**2",
     "w: n×d, w_tilde: m×d, X: n×m"),
    (r"\|\operatorname{vec}(B) - A\,\operatorname{vec}(W)\|^2", "A: mn×pq, B: m×n, W: p×q",
     "norm(vec(B) - A@vec(W))**2", "B: m×n, W: p×q, A: m·n×p·q"),
    (r"\sum_i \|w(t_i - s)\|^2", "w: d, t: n, s: scalar", "norm((t - s)@w.T)**2", "w: d, t: n, s: scalar"),
    (r"\sum_i \|w(t_i - s)\|^2", "", "w**2*norm(t - s)**2", "w: scalar, t: m, s: scalar"),
    (r"\|a^{[L]} - w\|^2", "w: n", "norm(a_L - w)**2", "a_L: n, w: n"),
    ("a w^0 + w^1 (1-w)^2 + b w w^1", "w: scalar", "a + w*(1 - w)**2 + b*w**2", "w: scalar, a: scalar, b: scalar"),
    ("sum(y**w)", "y: n, w: n", "sum(exp(w*log(y)))", "y: n, w: n"),
    ("np.sum(np.cumsum(W, axis=0)**2)", "W: n×k", "norm(tril(ones(n, n))@W, 'fro')**2", "W: n×k"),
    ("torch.cumsum(W, 1).square().sum()", "W: n×k", "norm(W@triu(ones(k, k)), 'fro')**2", "W: n×k"),
    (r"\log\prod_{i=1}^n \sigma(a_i^T w)", "A: n×d, w: d", "sum(log(sigmoid(A@w)))", "A: n×d, w: d"),
    (r"\sum_i \log \sigma(a_i^T w)^{t_i} (1 - \sigma(a_i^T w))^{1-t_i}", "A: n×d, w: d, t: n",
     "t.T @ log(sigmoid(A@w)) + (1 - t).T @ log(1 - sigmoid(A@w))", "A: n×d, w: d, t: n"),
]  # fmt: skip
PIECES = [
    (r"\sum_i \max(0, 1 - y_i w^\top x_i)", X, "sum(relu(1 - y*(X@w)))", X),
    (r"\sum_i \max\{1 - y_i w^\top x_i, 0\}", X, "sum(relu(1 - y*(X@w)))", X),
    (r"\sum_i [1 - y_i w^\top x_i]_+", X, "sum(relu(1 - y*(X@w)))", X),
    (r"\sum_i \min(y_i, x_i^\top w)", X, "sum(X@w - relu(X@w - y))", X),
    (r"\sum_i \begin{cases} \frac12 (x_i^\top w)^2 & |x_i^\top w| \le 1 \\ |x_i^\top w"
        r"| - \frac12 & \text{otherwise} \end{cases}", X, "sum(where(abs(X@w) <= 1, (X@w)**2/2, abs(X@w) - 1/2))", X),
    (r"\sum_i \begin{cases} y_i & y_i > 0 \\ -y_i & y_i < 0 \end{cases}", X, "sum(abs(y))", X),
    ("sum(np.maximum(0, y))", X, "sum(relu(y))", X), ("sum(np.clip(X@w, -1, 1))", X,
    "sum(relu(X@w + 1) - relu(X@w - 1)) - n", X),
    ("sum((y > 0)*y)", X, "sum(relu(y))", X), ("sum(np.where(y > 1, y, 1))", X, "sum(maximum(y, ones(n)))", X),
    ("max(0, y.T@X@w)", X, "relu(y.T@X@w)", X),
    (r"\|Xw - y\|_4^4", X, "sum((X@w - y)**4)", X), (r"\|Xw-y\|_p^p", X + ", p: scalar", "sum(abs(X@w-y)**p)",
    X + ", p: scalar"),
    (r"\| |X| - Z \|_F^2", X + ", Z: n×d", "norm(abs(X) - Z)**2", X + ", Z: n×d"),
    (r"\log\det(\operatorname{diag}(W R W^T))", "W: n×n, R: n×n", "logdet(diag(diag(W@R@W.T)))", "W: n×n, R: n×n"),
    (r"\operatorname{tr}\left((X X^\top)^{\frac12}\right)", X, "norm(X, 'nuc')", X),
    (r"\mathbb{E}[(X w - y)^T(X w - y)]", X, "norm(X@w - y)**2", X),
    ("E[(X w - y)^T(X w - y)]", X, "norm(X@w - y)**2", X),
    ("(y - Xw)'(y - Xw)", X, "norm(X@w - y)**2", X), ("w'X'Xw - 2y'Xw", X, "norm(X@w)**2 - 2*y.T@X@w", X),
    (r"\sum_i (x_i^\top w - y_i)^2", "X: d×n, w: d, y: n", "norm(X.T@w - y)**2", "X: d×n, w: d, y: n"),
    (r"\|W - \sum_{r=1}^k z_r u_r v_r^\top\|_F^2", "W: n×m, U: n×k, V: m×k, z: k", "norm(W - U@diag(z)@V.T)**2",
     "W: n×m, U: n×k, V: m×k, z: k"),
    (r"\sum_{i,j} (W_{ij} - u_i^T v_j)^2", "W: n×m, U: n×k, V: k×m", "norm(W - U@V)**2", "W: n×m, U: n×k, V: k×m"),
    ("sum(sigma(X@w))", X, "sum(sigmoid(X@w))", X),
    ("norm(theta*z - 1)**2", "theta: scalar, z: scalar", "(theta*z - 1)**2", "theta: scalar, z: scalar"),
    (r"-\log\frac{e^{w_c}}{\sum_j e^{w_j}}", "w: d", "logsumexp(w) - e_c@w", "w: d, e_c: d"),
    (r"-\log\operatorname{softmax}(X^\top w)_c", "X: d×k, w: d", "-e_c@log_softmax(X.T@w)", "X: d×k, w: d, e_c: k"),
    ("-log(softmax(X@w)[c])", X, "-e_c@log_softmax(X@w)", X + ", e_c: n"),
    (r"-w_c^T y + \log\sum_j \exp(w_j^T y)", "W: k×d, y: d", "logsumexp(W@y) - e_c@W@y", "W: k×d, y: d, e_c: k"),
    (r"(e_r^\top w)^2 + X_{:,q}^\top y", X, "(e_r@w)**2 + y.T@X@e_q", X + ", e_r: d, e_q: d"),
    (r"\log(1 + \sum_{j: j \neq c} e^{w_j - w_c})", "w: d", "log(1 + (1 - e_c)@exp(w - e_c@w))", "w: d, e_c: d"),
    (r"\sum_{j \ne c} \max(0, w_j - w_c + 1)", "w: d", "(1 - e_c)@relu(w - e_c@w + 1)", "w: d, e_c: d"),
    (r"-\sum_j \mathbb{1}[j = c] \log\operatorname{softmax}(w)_j", "w: d", "-e_c@log_softmax(w)", "w: d, e_c: d"),
    ("c^T * y^T@X@w", X + ", c: scalar, T: scalar", "c**T*y@X@w", X + ", c: scalar, T: scalar"),
    (r"(1 + c)^{T} (y^T X w)^T", X + ", c: scalar, T: scalar", "(1 + c)**T*y@X@w", X + ", c: scalar, T: scalar"),
    ("norm(W.T^2)", "W: n×n", "norm(W.T@W.T)", "W: n×n"), ("norm(X^T@X.T.T)^2", X, "norm(X.T@X)**2", X),
    ("cos_sim(y, X@w)", X, "y.T@X@w/(norm(y)*norm(X@w))", X), ("kl(y, X@w)", X, "sum(y*log(y)) - sum(y*log(X@w))", X),
    ("sum(np.tril(X)*X)", X, "sum[i,j](X[i,j]**2) - sum(np.triu(X)*X) + sum(np.tril(np.triu(X))*X)", X),
    (r"\|P_\Omega(Z - XW)\|_F^2", "Z: n×m, X: n×d, W: d×m, Omega: n×m", "norm(Omega*(Z - X@W))**2",
     "Z: n×m, X: n×d, W: d×m, Omega: n×m"),
    (r"D_{\mathrm{KL}}(p \,\|\, \operatorname{softmax}(w))", "p: d, w: d", "sum(p*log(p/softmax(w)))", "p: d, w: d"),
    (r"\sum_i \mathrm{KL}(p_i \parallel x_i)", "p: n×d, x: n×d", "sum(p*log(p/x))", "p: n×d, x: n×d"),
    (r"-\sum_i \log\operatorname{sech}^2(x_i^\top w)", X, "2*sum(log(cosh(X@w)))", X),
    ("sum_{i=1}^n (y_i - x_i^T w)^2", X, "norm(X@w - y)**2", X),
    (r"\langle w, z\rangle_{\Sigma^{-1}} + \langle w, z\rangle_F", "w: d, z: d, Sigma: d×d", "w.T@inv(Sigma)@z + w.T@z",
     "w: d, z: d, Sigma: d×d"),
    (r"\|W\|_{1,1}", "W: n×d", "sum(abs(W))", "W: n×d"), (r"\lambda(w^\top w - 1)", "w: d", "lambda*(w.T@w - 1)",
    "w: d"),
    ("np.tensordot(X, Z)", X + ", Z: n×d", "sum(X*Z)", X + ", Z: n×d"), ("np.tensordot(S, S)", "w: d, S: d×d",
    "sum(S*S)", "w: d, S: d×d"),
    ("np.tensordot(X, w, axes=1).sum()", X, "sum(X@w)", X), ("np.tensordot(X, X, axes=2)", X, "sum(X*X)", X),
    ("np.sum(np.diff(w, 2)**2)", "w: 5", "sum((w[2:] - 2*w[1:-1] + w[:-2])**2)", "w: 5"),
    ("np.sum(w*np.roll(w, 1)**2)", "w: d", "sum(shiftup(w)*w**2)", "w: d"), ("np.linalg.norm(w, ord=3)", "w: d",
    "norm(w, 3)", "w: d"),
    ("np.sum(np.roll(w, -1)*w**2)", "w: d", "sum(shiftup(w)*w**2)", "w: d"),
    ("sum(F.normalize(X, 1)@w)", X, "sum((X/sum(abs(X), axis=1, keepdims=True))@w)", X),
    ("sum(F.normalize(X, p=2, dim=1)@w)", X, "sum((X/norm(X, axis=1, keepdims=True))@w)", X),
    ("F.scaled_dot_product_attention(W, Z, Z).sum()", "W: n×d, Z: m×d", "sum(softmax(W@Z.T/sqrt(W.shape[1]), "
        "axis=1)@Z)", "W: n×d, Z: m×d"),
    ("F.kl_div(w, y, log_target=True, reduction='sum')", "w: n, y: n", "sum(exp(y)*(y - w))", "w: n, y: n"),
    ("F.binary_cross_entropy_with_logits(w, y, pos_weight=c, reduction='sum')", "w: n, y: n, c: scalar",
     "-sum(c*y*log(sigmoid(w)) + (1 - y)*log(sigmoid(-w)))", "w: n, y: n, c: scalar"),
    ("F.cross_entropy(W, Y, label_smoothing=0.1, reduction='sum')", "W: n×k, Y: n×k",
     "-sum((0.9*Y + 0.1/W.shape[1])*log_softmax(W, axis=1))", "W: n×k, Y: n×k"),
    ("np.linalg.svd(X, compute_uv=False).sum()", X, "norm(X, 'nuc')", X),
    ("2*np.sum(np.log(np.diag(np.linalg.cholesky(V))))", "V: n×n", "logdet(V)", "V: n×n"),
    (r"2\sum_i \log (\mathrm{chol}(V))_{ii}", "V: n×n", "logdet(V)", "V: n×n"),
    ("np.linalg.eigvalsh(V)[-1] - np.linalg.eigvalsh(V)[0]", "V: n×n", "lambda_max(V) + lambda_max(-V)", "V: n×n"),
    ("F.mse_loss(X@w, y)", X, "mean((X@w - y)**2)", X), ("nn.MSELoss(reduction='sum')(X@w, y)", X, "sum((X@w - y)**2)",
    X),
    ("nn.CrossEntropyLoss()(X, Z) + nn.ReLU()(w).sum()", X + ", Z: n×d", "F.cross_entropy(X, Z) + sum(relu(w))",
    X + ", Z: n×d"),
    ("sum(nn.Softmax(dim=1)(X)@w)", X, "sum(softmax(X, axis=1)@w)", X),
    ("F.binary_cross_entropy_with_logits(X@w, y, reduction='sum')", X, "sum(softplus(X@w) - y*(X@w))", X),
    ("np.einsum('ij,j,i->', X, w, y)", X, "y.T@X@w", X), ("np.sum(np.einsum('ij,kj->ik', X, X)**2)", X,
    "norm(X@X.T)**2", X),
    (r"norm(V \ w)", "V: n×n, w: n", "norm(inv(V)@w)", "V: n×n, w: n"),
    (r"\sum_i \rho(w_i - z_i)^2", "z: n, rho: scalar, w: n", "rho*norm(w - z)**2", "z: n, rho: scalar, w: n"),
    (r"e^{-w^\top w/2\sigma^2}", "w: n", "exp(-w@w/(2*sigma**2))", "w: n, sigma: scalar"),
    (r"0,5 w^\top A w + 1{,}5 b^\top w", "w: n, A: n×n", "w@A@w/2 + 3/2*b@w", "w: n, A: n×n, b: n"),
    (r"\operatorname{KL}(p \| w)", "p: n", "sum(p*log(p/w))", "p: n, w: n"),
    (r"\sin^{-1}(w) + \tan^{-1} w", "w: scalar", "asin(w) + atan(w)", "w: scalar"),
    (r"\|w - w^*\|^2_A", "w: n", "(w - w_star).T@A@(w - w_star)", "w: n, w_star: n, A: n×n"),
    (r"f(x) + \nabla f(x)^\top w + \frac12 w^\top \nabla^2 f(x) w", "w: n", "f(x) + grad_f(x).T@w + "
        "w.T@hess_f(x)@w/2", "w: n, x: n"),
    (r"\operatorname{tr}(W_{hh}^T W_{hh}) + w^\top S_b w", "W_hh: d×d, S_b: d×d, w: d", "norm(W_hh)**2 + w.T@S_b@w",
     "W_hh: d×d, S_b: d×d, w: d"),
]  # fmt: skip


NUMBERS = "(tril(ones(n, n)) @ ones(n))"
CHOSEN = [
    (r"\sum_{i=1}^m (h_{\theta}(x^{(i)}) - y^{(i)})^2, h_\theta(x) = \theta^T x", "X: m×d, theta: d, y: m",
     "norm(X@theta - y)**2", "X: m×d, theta: d, y: m"),
    (r"-\frac{N}{2}\log(2\pi\sigma^2) - \frac{1}{2\sigma^2}\|y - Xw\|^2", "X: n×d, w: d, y: n",
     "-N/2*log(2*pi*sigma**2) - norm(y - X@w)**2/(2*sigma**2)", "X: n×d, w: d, y: n, N: scalar, sigma: scalar"),
    (r"\sum_i \log\sum_k e^{w_k^\top x_i} - w_{y_i}^\top x_i", "X: n×d, w: k×d",
     "sum(logsumexp(X@w.T, axis=1)) - sum(Y*(X@w.T))", "X: n×d, w: k×d, Y: n×k"),
    (r"-\sum_i \log \operatorname{softmax}(W x_i)_{y_i}", "X: n×d, W: k×d", "-sum(Y*log_softmax(X@W.T, axis=1))",
     "X: n×d, W: k×d, Y: n×k"),
    (r"-\sum_i \log W_{i,y_i}", "W: n×k", "-sum(Y*log(W))", "W: n×k, Y: n×k"),
    (r"\sum_i \|x_i - \mu_{z_i}\|^2", "X: n×d, mu: k×d", "norm(X - Z@mu)**2", "X: n×d, mu: k×d, Z: n×k"),
    (r"\sum_i \sum_{j\ne y_i} \max(0, 1 + w_j^\top x_i - w_{y_i}^\top x_i)", "X: n×d, w: k×d",
     "sum((1 - Y)*relu(1 + X@w.T - sum(Y*(X@w.T), axis=1, keepdims=True)))", "X: n×d, w: k×d, Y: n×k"),
]  # fmt: skip
COUNTED = [
    (r"\sum_i i x_i^2", "x: n", f"sum({NUMBERS} * x**2)", "x: n"),
    (r"\sum_{i=1}^n \frac{x_i}{\log_2(i+1)}", "x: n", f"sum(x / log2({NUMBERS} + 1))", "x: n"),
    (r"\sum_{i=0}^{n-1} \gamma^i x_i", "x: n", f"sum[i:n](gamma**({NUMBERS}[i] - 1) * x[i])", "x: n"),
    (r"\sum_{i,j} (i - j)^2 x_i x_j", "x: n", f"x.T @ (({NUMBERS}[:, None] - {NUMBERS}[None, :])**2) @ x", "x: n"),
    (r"\|[x_j^\top w - y_j]_{j=1}^n\|^2", X, "norm(X@w - y)**2", X),
    (r"\det \left[K_{ij} + w_i w_j\right]_{i,j=1}^n", "K: n×n, w: n", "det(K + outer(w, w))", "K: n×n, w: n"),
    (r"\|\text{softmax}(XW, \text{axis}=1)\|_F^2", "X: n×d, W: d×k", "norm(softmax(X@W, axis=1))**2", "X: n×d, W: d×k"),
    (r"\|\operatorname{sum}(W, \mathrm{dim}=0)\|^2", "W: n×d", "norm(sum(W, axis=0))**2", "W: n×d"),
    (r"\sum_{i,j} x_i x_j k(u_i, u_j)", "x: n, k: n×n", "x.T @ k @ x", "x: n, k: n×n"),
]


@pytest.mark.parametrize(("text", "shapes", "plain", "plain_shapes"), FAMILIES + PIECES + CHOSEN + COUNTED)
def test_a_loss_means_its_plain_form(text: str, shapes: str, plain: str, plain_shapes: str) -> None:
    wrt = next(name for name in ("w", "W", "x", "mu", "theta", "lambda", "V") if f"{name}:" in plain_shapes)
    wanted = read_problem(plain, wrt, [plain_shapes], (), "numpy")
    assert Judge(wanted).compare(read_problem(text, wrt, [shapes]).loss, wanted.loss).holds


WRAPPED = [
    r"\min_w \|Xw-y\|^2",
    r"\arg\min_{w} \|Xw-y\|^2",
    r"f = arg\,min_{w} \|Xw-y\|^2",
    r"\nabla_w \|Xw-y\|^2",
    r"\frac{\partial}{\partial w} \|Xw-y\|^2",
    r"L_{\text{LS}}(w) = \|Xw-y\|^2",
    r"\hat{L}(w; X, y) = \|Xw-y\|^2",
    r"J(w) = L(w) = \|Xw-y\|^2",
    r"\underset{w}{\min}\; \|Xw-y\|^2",
    r"\min_w L(w) = \|Xw-y\|^2",
    r"{\left\|Xw-y\right\|}_2^2",
    r"\frac{\partial \|Xw-y\|^2}{\partial w}",
    r"w \mapsto \|Xw-y\|^2",
    r"f: w \mapsto \|Xw-y\|^2",
    r"\|Xw-y\|^2 \quad (2a)",
    r"\|Xw-y\|^2,\ w \in \mathbb{R}^d",
    r"\begin{equation} L(w) = \|Xw-y\|^2 \label{eq:l} \end{equation}",
    "\\begin{align*}\n L &= \\|Xw-y\\|^2 \\nonumber \\\\[2pt]\n\\end{align*}",
]


@pytest.mark.parametrize("text", WRAPPED)
def test_wrappers_are_dropped(text: str) -> None:
    assert read_problem(text, "w", [X]).loss is read_problem(r"\|Xw-y\|^2", "w", [X]).loss


@pytest.mark.parametrize(("text", "code"), [
    (r"\min_w \|Xw\|^2 \text{ s.t. } w^\top w = 1", "constraint"), (r"\mathbb{E}[w]^\top \mathbb{E}[w]", "unreadable"),
    (r"\operatorname{foo}^2(w^\top x)", "unknown-function"), (r"h \ast x", "unreadable"), (r"\|h \star w - y\|^2",
    "unreadable"),
    (r"D_{KL}(N(\mu, S) \| N(0, I))", "unreadable"), (r"\sum_i w_i \lambda_i(X)", "unknown-function"),
    ("np.sum(w*np.linalg.eigvalsh(X))", "unknown-function"),
    (r"\sum_i \log \sum_k e^{w_k^\top x_i} - w_{y_i}^\top x_i", "index-mismatch"),
    (r"\sum_i \|x_i - w_{z_i}\|^2", "number-plus-array"), (r"\sum_i y_i \log P_{i y_i}", "index-mismatch"),
    (r"\langle w, x\rangle_{H}", "unreadable"),
    (r"\sum_i w_i \log w_i/q_i", "unreadable"), (r"\|w\|^2/ab", "unreadable"),
    (r"\|w\|_{L^2}", "unreadable"), (r"q(w)\log q(w)", "unknown-function"), (r"\pi(w)/\pi(w^{old})",
    "unknown-function"),
    (r"\operatorname{tr}(A^* A)", "unreadable"),
    ("np.linalg.eigvalsh(X.T@X)[1]", "unknown-function"), ("sum(np.linalg.cholesky(A))", "unknown-function"),
    ("np.sum(A.ravel()*w)", "shape-mismatch"),
    ("F.normalize(X, 3)", "wrong-arguments"), ("np.tensordot(X, X, axes=0)", "shape-mismatch"),
    (r"\lVert e^{A} \rVert^2", "matrix-function"), (r"\|X\|_{2,1}", "unreadable"),
    (r"\sum_i \begin{cases} y_i & y_i > 0 \\ 0 & y_i < 1 \end{cases}", "cases"),
    ("max(X, 1)", "number-plus-array"),
    ("np.sort(X)", "unknown-function"),
    (r"\sum_{i,j} w_i w_j k(x_i, x_j)", "unknown-function"), (r"\sum_i (y_i - \sum_j w_j \phi_j(x_i))^2",
    "unknown-function"),
    ("-np.mean(np.log(X[np.arange(n), y]))", "slice"),
    (r"\operatorname{chol}(A)", "unknown-function"),
    (r"\sum_i w^i X_{ii}", "index-as-number"), (r"\sum_t w^t y_t", "index-as-number"), (r"w^* X w", "unreadable"),
    (r"\|w\|^2/2\sigma\tau", "unreadable"), (r"1/2\sigma^2 \|w\|^2", "unreadable"), (r"\|w\|^2/2a", "unreadable"),
    (r"w^\top A w / w^\top w", "unreadable"), (r"w^\top v / \|w\| \|v\|", "unreadable"), (r"\|w\|_H", "unreadable"),
    (r"\|w \times v\|^2", "unreadable"), (r"u^\top (v \times w)", "unreadable"),
    (r"\|w\|_\Sigma^2", "unreadable"), (r"\|w\|^2_K", "unreadable"), (r"\|w\|_\Lambda^2", "unreadable"),
    (r"\sum_k f_k(w)", "unknown-function"), (r"\Phi(w^\top w)", "unknown-function"), (r"\|e^{i w}\|", "unknown-name"),
    (r"\|\nabla w\|^2", "unreadable"), (r"\frac{\partial w}{\partial t}", "unreadable"), (r"\nabla \|Xw\|^2",
    "unreadable"),
    (r"\sum_{i,j} \log \operatorname{softmax}(X_{ij} w_j)", "wrong-arguments"),
])  # fmt: skip
def test_what_has_another_meaning_is_not_read(text: str, code: str) -> None:
    if text == "max(X, 1)":
        assert read_problem(text, "X", [X]).loss.shape.is_matrix
        return
    with pytest.raises(InputError) as caught:
        read_problem(text, "A" if "A" in text else "w", [X + ", A: d×d, p: scalar"])
    assert caught.value.diagnostic.code == code


@pytest.mark.parametrize(("text", "plain"), [
    (r"\operatorname{tr}(e^{A})", "tr(expm(A))"), (r"\operatorname{tr}(A\log A - A)", "tr(A@logm(A) - A)"),
    (r"\operatorname{tr}[A\exp(-tA)]", "tr(A@expm(-t*A))"), (r"\operatorname{tr}(A^p)", "tr(matrix_power(A, p))"),
    (r"\operatorname{tr}\left((X^\top X)^{-1/2}\right)", "tr(matrix_power(X.T@X, -0.5))"),
    (r"\operatorname{tr}\sin(A)", "tr(sinm(A))"), (r"\operatorname{tr}(A \odot e^{A})", "tr(A*exp(A))"),
    (r"\operatorname{tr}((XX^\top)^{\frac12})", "norm(X, 'nuc')"),
    (r"\operatorname{tr}((\boldsymbol{X X}^\top)^{\frac12})", "norm(X, 'nuc')"), (r"\|A^{1/2}w\|^2",
    "norm(sqrtm(A)@w)**2"),
])  # fmt: skip
def test_under_a_trace_functions_are_of_the_matrix(text: str, plain: str) -> None:
    shapes = [X + ", A: d×d, p: scalar, t: scalar"]
    wrt = "w" if "w" in text else "X" if "X" in text else "A"
    problem = read_problem(text, wrt, shapes, ["A spd"])
    assert problem.loss is read_problem(plain, wrt, shapes, ["A spd"], "numpy").loss


@pytest.mark.parametrize(("text", "plain"), [
    (r"\lambda_{\max}(X^\top X)", "eigmax(X.T@X)"), (r"\lambda_{\min}\left(X^\top X\right)", "-eigmax(-(X.T@X))"),
    (r"\sigma_{\max}(X)", "norm(X, 2)"), (r"\lVert X^{+}y \rVert^2", "norm(pinv(X)@y)**2"),
    (r"\lVert X^+y \rVert^2", "norm(pinv(X)@y)**2"), ("np.linalg.pinv(X)@y", "pinv(X)@y"),
    (r"\frac12\|w - v\|_{A^{-1}}^2", "1/2*((w-v).T@inv(A)@(w-v))"), (r"\|w\|_A^2", "w.T@A@w"), (r"\|w\|_A",
    "sqrt(w.T@A@w)"),
    (r"\|w - v\|^2_{A^{-1}}", "(w-v).T@inv(A)@(w-v)"), (r"f(g(w)) = w^\top v", "w.T@v"),
    (r"\mathrm{KL}\left(\mathcal{N}(v, A)\,\|\,\mathcal{N}(w, A)\right) = w^\top v", "w.T@v"),
    (r"\sum_i\sum_k X_{ik}\log\operatorname{softmax}(x_i)_k", "sum(X*log_softmax(X, axis=1))"),
    (r"\sum_i\sum_k \operatorname{softmax}(A x_i)_k^2", "sum(softmax(X@A.T, axis=1)**2)"),
    (r"\sum_i \operatorname{softmax}(x_i)_1", "sum[i](softmax(X, axis=1)[i, 0])"),
    (r"\sum_i \max_k a_k^\top x_i", "sum(max(X@A.T, axis=1))"), (r"\sum_i \max_k (X_{ik}v_k)",
    "sum(max(X@diag(v), axis=1))"),
    ("np.logaddexp(w, v).sum()", "sum(log(exp(w) + exp(v)))"), ("np.sinc(w).sum()", "sum(sin(pi*w)/(pi*w))"),
])  # fmt: skip
def test_norms_eigenvalues_and_pseudoinverses(text: str, plain: str) -> None:
    shapes = [X + ", A: d×d, v: d"]
    wrt = "X" if "X" in text else "w"
    found, expected = (
        read_problem(one, wrt, shapes, ["A spd"], syntax) for one, syntax in ((text, None), (plain, "numpy"))
    )
    assert Judge(found).compare(found.loss, expected.loss).kind != "differs"
    assert str(found.loss) == str(expected.loss) or Judge(found).compare(found.loss, expected.loss).holds


@pytest.mark.parametrize(("text", "wrt", "names"), [
    (r"\|W^\top h' - h\|^2", "h'", "h_prime"), (r"\|h' - y\|^2", "h'", "h_prime"), ("x'Ax - 2b'x", "x", "x"),
    (r"\beta'\beta + w^\top w", r"\beta", "beta w"), (r"\|x' - y\|^2 + x'Ax", "x", "x"),
    (r"\|A' - A\|_F^2", "A", "A"), (r"f'(w^\top x)", "w", "w"),
    (r"\|x - x^+\|^2 - \|x - x^-\|^2", "x^+", "x_plus"),
    (r"\|Xw\|^2 + \lambda\|w\|^2,\ \lambda > 0", "w", "X lambda"),
    (r"{\bf x}^T {\bf A} {\bf x} - 2 {\bf b}^T {\bf x}", r"{\bf x}", "x A b"),
    (r"\frac{\mu^\top w - r_f}{\sqrt{w^\top \Sigma w}}", "w", "r_f"), (r"\|w - w_0\|^2", "w", "w_0"),
    (r"\|\hat\beta - \beta\|^2", r"\beta", "beta beta_hat"), (r"\|\hat y - \tilde y\|^2", r"\hat y", "y_hat y_tilde"),
    (r"\|\ddot x - \dot x\|^2", r"\dot x", "x_dot x_ddot"), (r"\|w^* - w\|^2", "w", "w w_star"), (r"\|X w^* - y\|^2",
    "w", "X w y"),
    (r"\|w - w^{\text{old}}\|^2 + \|w - w^{prev}\|^2", "w", "w w_old w_prev"), (r"\sqrt{d_k} w^\top w", "w", "d_k w"),
    (r"\lambda_1\|w\|_1 + \lambda_2\|w\|^2", "w", "lambda_1 lambda_2"), (r"\|f_a - f_p\|^2 - \|f_a - f_n\|^2", "f_a",
    "f_a f_p f_n"),
    (r"-u_o^\top v_c + \log\sum_{w=1}^V \exp(u_w^\top v_c)", "v_c", "u_o v_c u"), ("x_1^2 + x_2^2", "x", "x"),
])  # fmt: skip
def test_a_subscript_that_counts_nothing_belongs_to_the_name(text: str, wrt: str, names: str) -> None:
    assert set(names.split()) <= {symbol.name for symbol in read_problem(text, wrt).variables}


def test_one_of_a_family_is_no_other_vector() -> None:
    found = read_problem(r"-u_o^\top v_c + \log\sum_{w=1}^V \exp(u_w^\top v_c)", "u")
    assert {"e_o", "u", "v_c"} == {symbol.name for symbol in found.variables}
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum_i (y_i - w^\top x_j)^2", "w")
    assert caught.value.diagnostic.code == "index-mismatch"


def test_a_goal_over_another_letter_is_kept() -> None:
    assert without_wrappers(r"\min_u \|Xw\|", "w")[0].startswith(r"\min_u")


def test_the_letters_that_are_bound() -> None:
    assert bound_letters(r"\sum_{(i,j)\in\Omega}\prod_{t=2}^T x_t + \sum_k y") == {"i", "j", "t", "k"}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["i", "n", "k", "t"]),
    st.sampled_from(["x", "a", "z", r"\phi"]),
    st.sampled_from(["{0}_{1}", "{0}^{{({1})}}", r"\mathbf{{{0}}}_{1}"]),
    st.sampled_from(
        [
            ("{}^2", "({})**2"),
            (r"\log(1+e^{{{}}})", "log(1+exp({}))"),
            (r"\max(0, {})", "relu({})"),
            (r"\left|{}\right|", "abs({})"),
        ]
    ),
    st.sampled_from([("w^\\top {}", "{}@w"), ("{}^\\top B w", "{}@B@w"), ("y_{1} - w^T {0}", "y - {}@w")]),
    st.booleans(),
)
def test_any_sum_over_samples_means_its_plain_form(
    letter: str, name: str, row: str, outer: tuple[str, str], inner: tuple[str, str], one_by_one: bool
) -> None:
    matrix, sample = name.strip("\\"), row.format(name, letter)
    text = inner[0].replace("{1}", letter).replace("{0}", sample).replace("{}", sample)
    text = (
        outer[0].replace("{}", f"({text})" if outer[0].startswith("{}") else text).replace("{{", "{").replace("}}", "}")
    )
    text = rf"\sum_{{{letter}}} {text}"
    shapes = f"w: d, B: d×d, y: m, {f'{matrix}_{letter}: d' if one_by_one else f'{matrix}: m×d'}"
    wanted = read_problem(
        f"sum({outer[1].format(inner[1].format(matrix))})", "w", [f"w: d, B: d×d, y: m, {matrix}: m×d"]
    )
    found = read_problem(text, "w", [shapes])
    sizes = {symbol.name: symbol.shape for symbol in found.variables}
    if sizes[matrix] is {symbol.name: symbol.shape for symbol in wanted.variables}[matrix]:
        assert Judge(wanted).compare(found.loss, wanted.loss).holds
    assert sizes[matrix].is_matrix

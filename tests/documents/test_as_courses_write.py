r"""Losses and gradients in the notation of well-known courses, each right, and wrong with one sign or factor changed:
softmax regression with 1{y = k}, the loss L_i of one sample, `sum(y log p)` in plain text, a mean over n samples."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.notation.problems import read_problem

HYPOTHESIS = r"\frac{\exp(\theta^{(k)\top} x^{(i)})}{\sum_{j=1}^K \exp(\theta^{(j)\top} x^{(i)})}"
SOFTMAX = rf"""
$$P(y^{{(i)}} = k | x^{{(i)}} ; \theta) = {HYPOTHESIS}$$
The cost is
$$J(\theta) = - \left[ \sum_{{i=1}}^m \sum_{{k=1}}^K 1\left\{{y^{{(i)}} = k\right\}} \log {HYPOTHESIS}\right]$$
$$\nabla_{{\theta^{{(k)}}}} J(\theta) =
- \sum_{{i=1}}^m \left[ x^{{(i)}} \left( 1\{{ y^{{(i)}} = k\}} - P(y^{{(i)}} = k | x^{{(i)}}; \theta) \right) \right]$$
"""

LOGISTIC = r"""
$$P(y=1|x) = h_\theta(x) = \frac{1}{1 + \exp(-\theta^\top x)} \equiv \sigma(\theta^\top x)$$
$$P(y=0|x) = 1 - P(y=1|x) = 1 - h_\theta(x)$$
$$J(\theta) = - \sum_i \left(y^{(i)} \log( h_\theta(x^{(i)}) ) + (1 - y^{(i)}) \log( 1 - h_\theta(x^{(i)}) ) \right)$$
$$\nabla_\theta J(\theta) = \sum_i x^{(i)} (h_\theta(x^{(i)}) - y^{(i)})$$
"""

NORMAL = r"""
\begin{align*}
\nabla_\theta J(\theta) &= \nabla_\theta \frac12 (X\theta - \vec y)^T(X\theta - \vec y) \\
&= \frac12\nabla_\theta\left(\theta^TX^TX\theta - 2\vec y^TX\theta\right) \\
&= X^TX\theta - X^T\vec y
\end{align*}
"""

ONE = r"""
With $p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}$ the loss of one example is $L_i = -\log(p_{y_i})$, and
$$\frac{\partial L_i}{\partial f_k} = p_k - \mathbb{1}(y_i = k)$$
"""

SAMPLE = r"""
The loss of sample $i$ is $L_i = -y_i \log p_i - (1-y_i)\log(1-p_i)$ with $p_i = \sigma(w^\top x_i)$.
$$\frac{\partial L_i}{\partial w} = (p_i - y_i) x_i$$
"""

SLOPE = r"""
The sigmoid is $\sigma(z) = \frac{1}{1+e^{-z}}$, and
$$\frac{d\sigma}{dz} = \sigma(z)(1 - \sigma(z))$$
so for $L = -y\log\sigma(w^\top x) - (1-y)\log(1-\sigma(w^\top x))$ we have $$\nabla_w L = (\sigma(w^\top x) - y)x$$
"""

ASIDE = r"""
$$\partial_{w} \|y - Xw\|^2 = 2 X^\top (X w - y) = 0 \textrm{ and hence } X^\top y = X^\top X w.$$
"""

DIVERGENCE = r"""
$$D_{KL}(p \| q) = \operatorname{tr}(B^\top A) + \|A\|_F^2$$
$$\nabla_A D_{KL} = B + 2A$$
"""

NORMAL_SAMPLE = r"""
$$\ell(\mu,\sigma^2) = -\frac n2\log\sigma^2 - \frac{1}{2\sigma^2}\sum_{i=1}^n(x_i-\mu)^2$$
$$\frac{\partial\ell}{\partial\mu} = \frac{1}{\sigma^2}\sum_{i=1}^n(x_i-\mu) = 0 \implies \hat\mu = \bar x$$
$$\frac{\partial\ell}{\partial\sigma^2} = -\frac{n}{2\sigma^2} + \frac{1}{2\sigma^4}\sum_{i=1}^n(x_i-\mu)^2 = 0
\implies \hat\sigma^2 = \frac1n\sum_{i=1}^n(x_i-\bar x)^2$$
"""

MIXTURE = r"""
$$Q = \sum_{n=1}^N\sum_{k=1}^K\gamma_{nk}\left\{\ln\pi_k + \ln\mathcal N(x_n|\mu_k,\Sigma_k)\right\}$$
$$\frac{\partial Q}{\partial\mu_k} = \sum_{n=1}^N\gamma_{nk}\Sigma_k^{-1}(x_n-\mu_k) = 0$$
"""

NAIVE = r"""
$$J_{\text{naive-softmax}}(v_c, o, U) = -\log \frac{\exp(u_o^\top v_c)}{\sum_{w\in V}\exp(u_w^\top v_c)}$$
$$\frac{\partial J}{\partial v_c} =
-u_o + \sum_{w\in V}\frac{\exp(u_w^\top v_c)}{\sum_{w'\in V}\exp(u_{w'}^\top v_c)}u_w$$
"""

ATTENTION = r"""
$S = QK^T/\sqrt d$, $P = \mathrm{softmax}(S)$, $O = PV$. Let $dO$ be the gradient of the loss with respect to $O$. Then
$$dV = P^TdO,\quad dP = dOV^T$$
$$dS_{ij} = P_{ij}(dP_{ij} - \sum_kP_{ik}dP_{ik})$$
$$dQ = dSK/\sqrt d,\quad dK = dS^TQ/\sqrt d$$
"""

CALLED = r"""
The loss is $L = \|XW - Y\|_F^2$. Let $dW$ be the gradient of the loss with respect to $W$. Then
$$dW = 2X^T(XW - Y)$$
"""

COIN = r"""The likelihood of $x_1,\dots,x_n \in \{0,1\}$ is $L(p) = \prod_{i=1}^n p^{x_i}(1-p)^{1-x_i}$.
$$\ell(p) = \log p\sum_{i=1}^n x_i + \log(1-p)\sum_{i=1}^n(1-x_i)$$
$$\frac{d\ell}{dp} = \frac{\sum_{i=1}^n x_i}{p} - \frac{n - \sum_{i=1}^n x_i}{1-p} = 0$$
$$\hat p = \frac1n\sum_{i=1}^n x_i$$
"""
BOOSTED = r"""Gradient boosting with the logistic loss $L(y,F) = \log(1 + e^{-yF})$, $y\in\{-1,1\}$:
$$-\frac{\partial L}{\partial F} = \frac{y}{1 + e^{yF}}$$
"""
OF_DIMENSION = r"""Maximise $\ell = -\frac n2\left[d\ln\sigma^2 + \frac1{\sigma^2}\operatorname{tr}(S)\right]$.
$$\frac{\partial\ell}{\partial\sigma^2} =
-\frac n2\left[\frac d{\sigma^2} - \frac{\operatorname{tr}(S)}{\sigma^4}\right] = 0$$
$$\sigma^2 = \frac1d\operatorname{tr}(S)$$
"""
FROM_ZERO = r"""For a single training example $J(\theta) = \frac12(h_\theta(x) - y)^2$ with
$h_\theta(x) = \sum_{j=0}^n\theta_jx_j$:
\begin{aligned}
\frac{\partial}{\partial\theta_j}J(\theta)
&= (h_\theta(x)-y)\cdot\frac{\partial}{\partial\theta_j}\left(\sum_{i=0}^n\theta_ix_i-y\right)\\
&= (h_\theta(x)-y)x_j
\end{aligned}
"""
ENTROPY = r"""Maximise $H(p) = -\sum_ip_i\log p_i$ subject to $\sum_ip_i = 1$.
$\mathcal L = -\sum_ip_i\log p_i + \lambda(\sum_ip_i - 1)$
$\frac{\partial\mathcal L}{\partial p_i} = -\log p_i - 1 + \lambda = 0$
"""
LEAST = r"""$$\hat w = \arg\min_w \frac{1}{n}\sum_{i=1}^n (y_i - w^Tx_i)^2$$
The gradient is
$$-\frac{2}{n}\sum_{i=1}^n (y_i - w^Tx_i)x_i$$
"""
PENALISED = r"""Consider minimising
$$\sum_{i=1}^n (y_i - w^Tx_i)^2 + \lambda \|w\|^2$$
The gradient is $-2\sum_{i=1}^n (y_i - w^Tx_i)x_i + 2\lambda w$.
"""
POSTERIOR = r"""MAP: $\hat w = \arg\max_w\left[-\frac1{2s}\sum_{i=1}^n(y_i - w^Tx_i)^2 - \frac1{2t}w^Tw\right]$

Gradient: $\frac1s\sum_{i=1}^n(y_i - w^Tx_i)x_i - \frac1tw = 0$

$\hat w = \left(X^TX + \frac stI\right)^{-1}X^Ty$
"""
PROBIT = r"""With $\Phi$ the standard normal cumulative distribution function and $\phi$ its density,
$$\ell(\beta) = \sum_{i=1}^n \left[y_i\log\Phi(x_i^T\beta) + (1-y_i)\log(1-\Phi(x_i^T\beta))\right]$$
$$\frac{\partial\ell}{\partial\beta} = \sum_{i=1}^n\left[\frac{y_i\phi(x_i^T\beta)}{\Phi(x_i^T\beta)}
- \frac{(1-y_i)\phi(x_i^T\beta)}{1-\Phi(x_i^T\beta)}\right]x_i$$
"""
IN_FRACTIONS = r"""Let $h(x) = \sigma(w^Tx)$ and $L = -y\log h(x) - (1-y)\log(1 - h(x))$.
$$\frac{\partial L}{\partial w} = -\left(\frac{y}{h(x)} - \frac{1-y}{1-h(x)}\right)\frac{\partial}{\partial w}h(x)
= -\left(\frac{y}{h(x)} - \frac{1-y}{1-h(x)}\right)h(x)(1-h(x))x = (h(x) - y)x$$
"""

RATING = r"""
For one rating $\hat r_{ui} = \mu + b_u + b_i + q_i^Tp_u$ and $e_{ui} = r_{ui} - \hat r_{ui}$ the loss is
$$L = e_{ui}^2 + \lambda(b_u^2 + b_i^2 + \|q_i\|^2 + \|p_u\|^2)$$
$$\frac{\partial L}{\partial b_u} = -2e_{ui} + 2\lambda b_u$$
$$\frac{\partial L}{\partial q_i} = -2e_{ui}p_u + 2\lambda q_i$$
"""

USER = r"""
For user $u$ all item factors are fixed:
$$L(x_u) = \sum_i (r_{ui} - x_u^Ty_i)^2 + \lambda x_u^Tx_u$$
$$\frac{\partial L}{\partial x_u} = -2\sum_i (r_{ui} - x_u^Ty_i)y_i + 2\lambda x_u$$
"""

KMEANS = r"""
K-means: $J = \sum_{n=1}^N\sum_{k=1}^K r_{nk}\|x_n - \mu_k\|^2$

Setting the derivative with respect to $\mu_k$ to zero:
$$-2\sum_{n=1}^N r_{nk}(x_n - \mu_k) = 0$$
$$\mu_k = \frac{\sum_n r_{nk}x_n}{\sum_n r_{nk}}$$
"""

GLS = r"""
GLS minimises $(y - X\beta)'\Omega^{-1}(y - X\beta)$ where $\Omega$ is symmetric positive definite.
The first-order condition is
$$-2X'\Omega^{-1}(y - X\hat\beta) = 0$$
so
$$\hat\beta_{GLS} = (X'\Omega^{-1}X)^{-1}X'\Omega^{-1}y$$
"""

RIDGE = r"""
The loss is $L(w) = \|Xw - y\|^2 + \lambda\|w\|^2$.
Setting the gradient with respect to $w$ to zero gives
$$X^T(Xw - y) + \lambda w = 0$$
"""

LAYER_NORM = r"""
Layer normalization: $\hat{x} = \frac{x - \mu}{\sigma}$ with $\mu = \frac{1}{D}\sum_i x_i$ and
$\sigma = \sqrt{\frac{1}{D}\sum_i (x_i - \mu)^2}$, $x \in \mathbb{R}^D$. With $g = \frac{\partial L}{\partial \hat{x}}$
$$\frac{\partial L}{\partial x} =
\frac{1}{\sigma}\left(g - \frac{1}{D}\sum_j g_j - \hat{x}\frac{1}{D}\sum_j g_j\hat{x}_j\right)$$
"""

LINE = r"""
We minimize $\sum_{i=1}^n(y_i - a - bx_i)^2$. Setting the partial derivatives with respect to $a$ and $b$ to zero:
$$-2\sum_{i=1}^n(y_i - a - bx_i) = 0$$
$$-2\sum_{i=1}^nx_i(y_i - a - bx_i) = 0$$
"""

GOAL = r"""
The estimator solves $$\min_w \sum_{i=1}^n (y_i - w^Tx_i)^2.$$
Setting the gradient to zero: $$\sum_{i=1}^n x_i(y_i - w^Tx_i) = 0$$
"""

MARKED = r"""
$$J(U) = (Fx + GU)^T\bar Q(Fx + GU) + U^T\bar RU$$ where $\bar Q$ and $\bar R$ are symmetric.
$$\nabla_U J = 2G^T\bar Q(Fx + GU) + 2\bar RU$$
"""

M_STEP = r"""
Maximise $$Q = \sum_{n=1}^N\sum_{k=1}^K\gamma(z_{nk})\left(\ln\pi_k - \frac12\|x_n - \mu_k\|^2\right)$$
Setting the derivative with respect to $\mu_k$ to zero: $$\sum_{n=1}^N\gamma(z_{nk})(x_n - \mu_k) = 0$$
$$\mu_k = \frac{1}{N_k}\sum_{n=1}^N\gamma(z_{nk})x_n, \qquad N_k = \sum_{n=1}^N\gamma(z_{nk})$$
"""

RATING_IN_BOLD = RATING.replace("q_i", r"\mathbf{q}_i").replace("p_u", r"\mathbf{p}_u")
RESIDUAL = r"""$y = x + F(x)$ where $F(x) = W_2\,\mathrm{ReLU}(W_1x)$, $L = \frac12\|y - t\|^2$.
$$\frac{\partial L}{\partial y} = y - t$$
$$\frac{\partial L}{\partial W_2} = (y - t)\,\mathrm{ReLU}(W_1x)^T$$
"""

RIGHT_AND_WRONG = {
    "a function in a definition": (RESIDUAL, "(y - t)\\,", "(y + t)\\,"),
    "probit": (PROBIT, "- \\frac", "+ \\frac"),
    "calls in fractions": (IN_FRACTIONS, "h(x)(1-h(x))x", "h(x)(1+h(x))x"),
    "the least mean": (LEAST, "$$-", "$$"),
    "a penalised sum": (PENALISED, "$-2", "$2"),
    "a posterior": (POSTERIOR, "_i)x_i - ", "_i)x_i + "),
    "features from 0": (FROM_ZERO, "&= (h_\\theta(x)-y)x_j", "&= (h_\\theta(x)+y)x_j"),
    "the most entropy": (ENTROPY, "- 1 + \\lambda", "+ 1 + \\lambda"),
    "a coin": (COIN, "{p} - ", "{p} + "),
    "boosting": (BOOSTED, "1 + e^{yF}", "1 + e^{-yF}"),
    "a dimension": (OF_DIMENSION, "^2} - ", "^2} + "),
    "responsibilities": (M_STEP, "(x_n - \\mu_k) =", "(x_n + \\mu_k) ="),
    "one rating in bold": (RATING_IN_BOLD, "2e_{ui} +", "2e_{ui} -"),
    "a sum that is minimised, by two numbers": (LINE, "n(y_i - a - bx_i) =", "n(y_i + a - bx_i) ="),
    "a goal": (GOAL, "(y_i - w^Tx_i) =", "(y_i + w^Tx_i) ="),
    "what holds of a letter with a bar": (MARKED, "+ 2\\bar", "+ \\bar"),
    "layer normalization": (LAYER_NORM, "- \\hat{x}\\frac", "+ \\hat{x}\\frac"),
    "one rating": (RATING, "2e_{ui} +", "2e_{ui} -"),
    "one user": (USER, ")y_i +", ")x_u +"),
    "a derivative that words set to zero, by one of several": (KMEANS, "-2\\sum_{n=1}^N r_{nk}", "-2\\sum_{n=1}^N "),
    "a solution by one of several": (KMEANS, "{\\sum_n r_{nk}}", "{N}"),
    "a loss without a name or a variable": (GLS, "(X'\\Omega^{-1}X)", "(X'\\Omega X)"),
    "a first-order condition": (GLS, "(y - X\\hat", "(y + X\\hat"),
    "a gradient that words set to zero": (RIDGE, "+ \\lambda w", "+ 2\\lambda w"),
    "attention": (ATTENTION, "dS^TQ", "dSQ"),
    "a gradient that is called dW": (CALLED, "2X^T", "X^T"),
    "a mixture": (MIXTURE, "k^{-1}(x", "k(x"),
    "a loss with a label": (NAIVE, "-u_o", "u_o"),
    "a normal sample": (NORMAL_SAMPLE, "\\frac1n\\sum", "\\frac{1}{n-1}\\sum"),
    "the mean of a normal sample": (NORMAL_SAMPLE, "= \\bar x", "= n\\bar x"),
    "softmax regression": (SOFTMAX, "=\n- ", "=\n"),
    "logistic regression": (LOGISTIC, "= \\sum_i x", "= -\\sum_i x"),
    "normal equations": (NORMAL, "- X^T\\vec y", "+ X^T\\vec y"),
    "one example": (ONE, "p_k - \\mathbb", "p_k + \\mathbb"),
    "one sample": (SAMPLE, "(p_i - y_i)", "(y_i - p_i)"),
    "the slope of the sigmoid": (SLOPE, "(1 - \\sigma(z))", "(1 + \\sigma(z))"),
    "an unnamed loss": (ASIDE, "X w - y)", "X w + y)"),
    "a divergence": (DIVERGENCE, "B + 2A", "B + A"),
}


@pytest.mark.parametrize("name", RIGHT_AND_WRONG)
def test_courses(name: str) -> None:
    text, old, new = RIGHT_AND_WRONG[name]
    assert old in text
    assert check_text(text, "notes.md").verdict == "right"
    assert check_text(text.replace(old, new), "notes.md").verdict == "wrong"


PLAIN = {
    "L = mean((Xw - y)^2)\ndL/dw = 2/n X^T (Xw - y)": ("2/n", "1/n"),
    "L = mean((X @ w - y)**2)\ndL/dw = 2/N * X.T @ (X @ w - y)": ("2/N", "1/N"),
    "L = mean((Xw + b - y)^2)\ndL/dw = 2/n X^T (Xw + b - y)\ndL/db = 2/n sum(Xw + b - y)": ("2/n sum", "1/n sum"),
    "L = sum((y - (w*x + b))^2)\ndL/dw = -2*sum(x*(y - (w*x + b)))\ndL/db = -2*sum(y - (w*x + b))": ("db = -", "db = "),
    "L = -sum(y * log(p)), p = softmax(z), y is one-hot\n\ndL/dz = p - y": ("p - y", "y - p"),
    "L = -mean(y*log(p) + (1-y)*log(1-p)) with p = sigmoid(X w)\ndL/dw = 1/n X^T (p - y)": ("p - y", "y - p"),
    "f(w) = (1/n) sum (X w - y)^2\n\ndf/dw = (2/n) X^T (X w - y)": ("(2/n)", "(1/n)"),
    "f(x) = x^T A x + b^T x + c\ndf/dx = 2Ax + b\nA is symmetric": ("2Ax", "Ax"),
    "b is in R^n\nL = sum((X w + b - y)^2)\ndL/db = 2 (X w + b - y)": ("2 (X", "2 sum(X"),
}  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text(text: str) -> None:
    old, new = PLAIN[text]
    assert check_text(text, "notes.txt").verdict == "right"
    assert check_text(text.replace(old, new, 1), "notes.txt").verdict == "wrong"


@pytest.mark.parametrize("letters", [r"\delta_{yk}", r"\delta_{ky}", r"\mathbb{1}\{y=k\}", "[k = y]", "1\\{y = k\\}"])
def test_a_label_is_compared_in_either_order(letters: str) -> None:
    text = r"$$L = -\log\frac{e^{z_y}}{\sum_j e^{z_j}}$$ $$\frac{\partial L}{\partial z_k} = p_k - <>$$" + "\n"
    text = text.replace("<>", letters) + r"where $p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$."
    assert check_text(text, "notes.md").verdict == "right"
    assert check_text(text.replace("p_k - ", "p_k + "), "notes.md").verdict == "wrong"


def test_rows_of_a_matrix_beside_a_row_are_open() -> None:
    text = r"$Y = XW + b$ where $X$ is $N \times D$, $W$ is $D \times M$, $b$ is $1 \times M$." + "\n\n"
    text += r"$$\frac{\partial L}{\partial b} = \sum_{i=1}^{N} \frac{\partial L}{\partial Y_{i}}$$"
    assert check_text(text, "notes.md").verdict == "undecided"


@pytest.mark.parametrize(
    "turned", [r"x^{(i)T}", r"x^{(i)\top}", r"x^{(i)^T}", r"{x^{(i)}}^T", r"(x^{(i)})^\top", "x^{[i]T}"]
)
def test_a_sample_that_is_turned_is_a_vector(turned: str) -> None:
    found = read_problem(rf"\sum_{{i=1}}^m ({turned}\theta - y^{{(i)}})^2", "theta")
    assert {symbol.name: str(symbol.shape) for symbol in found.variables} == {"x": "m×n", "theta": "n×1", "y": "m×1"}


def test_a_wrong_gradient_of_a_sum_over_later_places_is_no_bug() -> None:
    text = r"$$y(x) = w_0 + \sum_{i=1}^n w_i x_i + \sum_{i=1}^n\sum_{j=i+1}^n w_{ij} x_i x_j$$" + "\n"
    assert check_text(text + r"$$\frac{\partial y}{\partial x} = w$$", "notes.md").verdict == "undecided"


@pytest.mark.parametrize(("text", "note"), [(NORMAL_SAMPLE, "x̄ of the x_i"), (ONE, "its index i"), (NAIVE, "label")])
def test_what_was_written_otherwise_is_said(text: str, note: str) -> None:
    assert note in " ".join(note for problem in check_text(text, "notes.md").problems for note in problem.notes)


@pytest.mark.parametrize("said", [
    "où $A$ est symétrique définie positive", "avec $A$ définie positive", "mit symmetrisch positiv definitem $A$",
    "donde $A$ es simétrica definida positiva", "con $A$ simmetrica e definita positiva",
    "com $A$ simétrica definida positiva", "其中 $A$ 为对称正定矩阵", "где $A$ — положительно определённая матрица",
])  # fmt: skip
def test_a_definite_matrix_is_symmetric_in_every_language(said: str) -> None:
    text = rf"$f(x) = \frac12x^TAx - b^Tx$, {said}." + "\n\n" + r"$$\nabla f(x) = Ax - b$$"
    assert check_text(text, "notes.md").verdict == "right"
    assert check_text(text.replace("$A$", "$B$"), "notes.md").verdict == "wrong"

"""Whole answers as chatbots write them, each right, and wrong with one claim changed: what a document says before
headings, in tables, in a function of code, of one sample, by another parameter of a density."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

ONE_SAMPLE = r"""
With $q_i = \sigma(w^\top x_i)$ and $t_i \in \{0,1\}$ the loss is

$$J(w) = -\frac{1}{n}\sum_{i=1}^n \left[ t_i \log q_i + (1-t_i)\log(1-q_i) \right]$$

For one sample, with $z_i = w^\top x_i$,

$$
\begin{aligned}
\frac{\partial \ell_i}{\partial z_i} &= -\left[\frac{t_i}{q_i} - \frac{1-t_i}{1-q_i}\right] q_i(1-q_i) \\
&= -\left[t_i(1-q_i) - (1-t_i)q_i\right] \\
&= {}
\end{aligned}
$$

so that $\nabla_w J = \frac{1}{n}\sum_{i=1}^n (q_i - t_i)x_i$.
"""

HEADED = r"""
Define $S = QK^\top / \sqrt{d}$, $A = \operatorname{softmax}(S)$ (row-wise) and $O = AV$, where
$Q,K,V \in \mathbb{R}^{n\times d}$. Let $L$ be a scalar loss and $dO = \partial L/\partial O$.

### 1. Gradient w.r.t. $V$
$$dV = A^\top dO$$

### 2. Gradient w.r.t. $A$
$$dA = dO\, V^\top$$

### 3. Through the softmax
$$dS = A \odot (dA - \operatorname{rowsum}(A\odot dA)\mathbf{1}^\top)$$

### 4. Gradients w.r.t. $Q$ and $K$
$$dQ = \frac{1}{\sqrt{d}} dS\, K, \qquad dK = {}$$
"""

TABLE = r"""
- $z_1 = W_1 x + b_1$
- $h = \mathrm{ReLU}(z_1)$
- $z_2 = W_2 h + b_2$
- $L = \frac12\|z_2 - y\|^2$

| quantity | gradient |
|---|---|
| $\partial L/\partial z_2$ | $z_2 - y$ |
| $\partial L/\partial W_2$ | $(z_2 - y) h^T$ |
| $\partial L/\partial z_1$ | $W_2^T(z_2 - y) \odot \mathbb{1}[z_1 > 0]$ |
| $\partial L/\partial W_1$ | ${}$ |
"""

LISTED = r"""
Let $f(w) = \frac12\|Xw - y\|^2$.

- **Gradient** $\nabla f(w)$: $X^T(Xw-y)$
- **Hessian** $\nabla^2 f(w)$: ${}$
"""

PRECISION = r"""
Samples $x_1,\ldots,x_N$ in $\mathbb{R}^D$ have the log-likelihood

$$\ell(\mu,\Sigma) = -\frac{ND}{2}\log(2\pi) - \frac{N}{2}\log|\Sigma|
  - \frac12\sum_{n=1}^N (x_n-\mu)^\top\Sigma^{-1}(x_n-\mu).$$

**Derivative with respect to $\mu$**

$$\frac{\partial \ell}{\partial \mu} = \sum_{n=1}^N \Sigma^{-1}(x_n-\mu) = 0
  \implies \hat\mu = \frac1N\sum_{n=1}^N x_n.$$

**Derivative with respect to $\Sigma$**

With the precision $\Lambda = \Sigma^{-1}$,

$$\frac{\partial \ell}{\partial \Lambda} = \frac N2 \Sigma - \frac12\sum_n (x_n-\mu)(x_n-\mu)^\top.$$

Setting this to zero gives

$$\hat\Sigma = {}.$$
"""

KALMAN = r"""
The posterior covariance for any gain $K$ is

$$P^+ = (I-KH)P(I-KH)^T + KRK^T$$

We minimize $J(K) = \operatorname{tr}(P^+)$, with $P$ and $R$ symmetric.

$$\frac{\partial J}{\partial K} = {}$$
"""

LAYER_NORM = r"""
Forward: $\mu = \frac1d\sum_i x_i$, $\sigma^2 = \frac1d\sum_i(x_i-\mu)^2$, $\hat x_i = \frac{x_i-\mu}{\sigma}$,
$y_i = \gamma_i\hat x_i+\beta_i$.

Let $g_i = \partial L/\partial y_i$. Then $\frac{\partial L}{\partial\gamma_i} = g_i\hat x_i$ and
$\frac{\partial L}{\partial\hat x_i} = g_i\gamma_i$, so

$$\frac{\partial L}{\partial x_i} = \frac1\sigma\left({}\right)$$
"""

BATCH_NORM = r"""
$$
\begin{aligned}
\mu_B &= \frac1m\sum_{i=1}^m x_i \\
\sigma_B^2 &= \frac1m\sum_{i=1}^m (x_i-\mu_B)^2 \\
\hat x_i &= \frac{x_i-\mu_B}{\sqrt{\sigma_B^2+\epsilon}} \\
y_i &= \gamma\hat x_i+\beta
\end{aligned}
$$

The gradients:

$$
\begin{aligned}
\frac{\partial \ell}{\partial \hat x_i} &= \frac{\partial \ell}{\partial y_i}\gamma \\
\frac{\partial \ell}{\partial \sigma_B^2} &= \sum_{i=1}^m
  \frac{\partial \ell}{\partial \hat x_i}(x_i-\mu_B)\cdot\frac{-1}{2}(\sigma_B^2+\epsilon)^{-3/2} \\
\frac{\partial \ell}{\partial \mu_B} &= -\sum_{i=1}^m
  \frac{\partial \ell}{\partial \hat x_i}\frac{1}{\sqrt{\sigma_B^2+\epsilon}} \\
\frac{\partial \ell}{\partial x_i} &= {} \\
\frac{\partial \ell}{\partial \gamma} &= \sum_{i=1}^m \frac{\partial \ell}{\partial y_i}\hat x_i
\end{aligned}
$$
"""
MOVED = r"\frac{\partial \ell}{\partial \hat x_i}\frac{1}{\sqrt{\sigma_B^2+\epsilon}}"
SPREAD = r" + \frac{\partial \ell}{\partial \sigma_B^2}\frac{{2}(x_i-\mu_B)}{m}"
CENTRED = r" + \frac{\partial \ell}{\partial \mu_B}\frac1m"

CLAIMS = {
    "a name with a plus": (KALMAN, "-2PH^T + 2K(HPH^T+R)", ("-PH^T + 2K(HPH^T+R)", "-2PH^T + 2K(HPH+R)")),
    "layer norm": (
        LAYER_NORM,
        r"g_i\gamma_i - \frac1d\sum_jg_j\gamma_j - \hat x_i\frac1d\sum_jg_j\gamma_j\hat x_j",
        (
            r"g_i\gamma_i - \frac1d\sum_jg_j\gamma_j + \hat x_i\frac1d\sum_jg_j\gamma_j\hat x_j",
            r"g_i\gamma_i - \frac1d\sum_jg_j\gamma_j",
        ),
    ),
    "batch norm": (BATCH_NORM, MOVED + SPREAD + CENTRED, (MOVED + CENTRED + SPREAD.replace("{2}", ""), MOVED + SPREAD)),
    "one sample": (ONE_SAMPLE, "q_i - t_i", ("t_i - q_i", "q_i + t_i")),
    "headings": (HEADED, r"\frac{1}{\sqrt{d}} dS^\top Q", (r"\frac{1}{\sqrt{d}} dS\, Q", r"\frac{1}{d} dS^\top Q")),
    "a table": (
        TABLE,
        r"\big(W_2^T(z_2 - y) \odot \mathbb{1}[z_1 > 0]\big) x^T",
        (r"\big(W_2(z_2 - y) \odot \mathbb{1}[z_1 > 0]\big) x^T", r"W_2^T(z_2 - y) x^T"),
    ),
    "a list": (LISTED, "X^TX", ("XX^T", "2X^TX")),
    "a precision": (
        PRECISION,
        r"\frac1N\sum_{n=1}^N (x_n-\hat\mu)(x_n-\hat\mu)^\top",
        (r"\frac2N\sum_{n=1}^N (x_n-\hat\mu)(x_n-\hat\mu)^\top", r"\sum_{n=1}^N (x_n-\hat\mu)(x_n-\hat\mu)^\top"),
    ),
}


@pytest.mark.sampled(12)
@pytest.mark.parametrize("answer", CLAIMS)
def test_a_right_answer_is_right_and_a_wrong_claim_in_it_wrong(answer: str) -> None:
    text, right, wrong = CLAIMS[answer]
    found = [check_text(text.replace("{}", claim), "a.md").verdict for claim in (right, *wrong)]
    assert found == ["right", "wrong", "wrong"]


def test_a_derivative_by_the_inverse_is_that_of_the_whole_loss() -> None:
    text = r"""
$$L = -\log\det S + \operatorname{tr}(S^{-1}A)$$

Let $P = S^{-1}$, with $S$ and $A$ symmetric. Then

$$\frac{\partial L}{\partial P} = {}$$
"""
    found = [check_text(text.replace("{}", claim), "a.md").verdict for claim in ("S + A", "A", "S - A")]
    assert found == ["right", "wrong", "wrong"]


def test_code_in_a_function_beside_a_derivation_is_not_passed_in_silence() -> None:
    text = r"""
$L = \|Xw-y\|^2 + \lambda\|w\|^2$, so $\nabla_w L = 2X^T(Xw-y) + 2\lambda w$.

```python
def step(w, X, y, lam, rate):
    r = X @ w - y
    dw = 2 * X.T @ r + {} * w
    return w - rate * dw
```
"""
    right, wrong = (check_text(text.replace("{}", factor), "a.md") for factor in ("2 * lam", "lam"))
    assert right.problems[0].claims == (2, 2)
    assert wrong.problems[0].claims == (1, 2)


@pytest.mark.parametrize("letters", ["ND", "KM", "TD"])
def test_capitals_in_front_of_a_logarithm_count(letters: str) -> None:
    loss = rf"-\frac{{{letters}}}{{2}}\log(2\pi) - \frac{{{letters[0]}}}{{2}}\log|\Sigma|"
    text = (
        rf"$$L(\Sigma) = {loss}$$"
        + "\n\n"
        + rf"$$\frac{{\partial L}}{{\partial\Sigma}} = -\frac{{{letters[0]}}}{{2}}\Sigma^{{-T}}$$"
    )
    assert check_text(text, "a.md").verdict == "right"
    assert check_text(text.replace("= -", "= "), "a.md").verdict == "wrong"

r"""Losses whose signs can be taken in two ways: what everybody means is read, and what two people read differently is
asked. Values are compared with differences of functions that are written here by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loss_values import agrees, asked

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem

# ---- functions without brackets


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([(r"\log", np.log), (r"\exp", np.exp), (r"\sin", np.sin), (r"\tanh", np.tanh)]),
    st.sampled_from([(r"\frac12", 1 / 2), ("2", 2.0), (r"\frac{1}{4}", 1 / 4), (r"\sqrt2", 2**0.5)]),
    st.sampled_from([
        (r"\sum_{j=1}^n e^{x_j}", lambda x: np.exp(x).sum()), (r"\|x\|^2", lambda x: x @ x),
        (r"\mathbf 1^\top x", lambda x: x.sum()), (r"\sqrt{x^\top x}", lambda x: (x @ x) ** 0.5),
        ("x^Tx", lambda x: x @ x),
    ]),
)  # fmt: skip
def test_nobody_multiplies_by_a_function_of_a_constant(function, factor, rest) -> None:
    agrees(function[0] + factor[0] + rest[0], "x", "x: n", lambda x: function[1](factor[1] * rest[1](x)))


@pytest.mark.parametrize(("text", "wrt", "value"), [
    (r"\log\frac1n\sum_{j=1}^n e^{x_j}", "x", lambda x: np.log(np.exp(x).mean())),
    (r"\log s\sqrt{2\pi}", "s", lambda s: np.log(s)),
    (r"\log\frac{1}{\sqrt{2\pi}s}e^{-a^2/(2s^2)}", "s", lambda s, a: -np.log(s) - a**2 / 2 / s**2),
    (r"\exp -\|x\|^2", "x", lambda x: np.exp(-x @ x)),
    (r"\exp-\frac12 a^2s", "a", lambda a, s: np.exp(-(a**2) * s / 2)),
    (r"\log s\,\|x\|^2", "x", lambda x, s: np.log(s) * (x @ x)),
    (r"\sin a\cos a", "a", lambda a: np.sin(a) * np.cos(a)),
])  # fmt: skip
def test_what_a_function_without_brackets_takes(text, wrt, value) -> None:
    agrees(text, wrt, "x: n, s: scalar, a: scalar", value)


@pytest.mark.parametrize("text", [
    r"\log\|x\|\|y\|", r"\log A\sum_i x_i", r"\log a\|x\|", r"\log\frac{1}{a}b", r"\log a\frac{b}{a}",
    r"\log a\exp(b)", r"\log\Phi(a^\top b)",
])  # fmt: skip
def test_how_far_a_function_reaches_is_asked(text) -> None:
    assert r"whether `\log` takes" in asked(text, "x" if "x" in text else "a")


# ---- letters that are two things


@pytest.mark.parametrize("norm", [r"\|{}\|_F^2", r"\lVert {}\rVert_{{F}}^2", r"\|{}\|_{{\mathrm F}}^2"])
def test_a_matrix_f_is_no_weight_of_the_frobenius_norm(norm) -> None:
    agrees(norm.format(r"X-FG^\top"), "F", "X: n×m, F: n×k, G: m×k", lambda X, F, G: ((X - F @ G.T) ** 2).sum())
    agrees(norm.format("X-Y") + r"+\operatorname{tr}(FX)", "X", "X: n×n, Y: n×n, F: n×n",
           lambda X, Y, F: ((X - Y) ** 2).sum() + np.trace(F @ X))  # fmt: skip


@pytest.mark.parametrize("drop", ["", "t mu pi sigma"])
def test_two_pi_is_the_number_beside_weights_pi(drop) -> None:
    density = r"\frac{1}{\sqrt{2\pi}\sigma_k}e^{-(t_n-\mu_k)^2/2\sigma_k^2}"

    def value(t, mu, pi, sigma):
        each = np.exp(-((t[:, None] - mu) ** 2) / 2 / sigma**2) / sigma / np.sqrt(2 * np.pi)
        return np.log((pi * each).sum(1)).sum()

    agrees(rf"\sum_n\log\sum_k\pi_k{density}", "mu", "t: n, mu: k, pi: k, sigma: k", value, drop=drop)
    agrees(r"\frac d2\log 2\pi+\sum_k\pi_k\log\pi_k", "pi", "pi: k, d: scalar", lambda pi: (pi * np.log(pi)).sum())
    agrees(r"2\pi^\top\pi", "pi", "pi: k", lambda pi: 2 * pi @ pi)


def test_a_sigma_that_is_a_number_and_a_function_is_asked() -> None:
    shapes = "X: n×d, w: d, y: n, sigma: scalar"
    assert "function or a product" in asked(r"\frac{1}{2\sigma^2}\|y-\sigma(Xw)\|^2", "w", shapes)
    agrees(r"\|y-\sigma(Xw)\|^2", "w", shapes, lambda X, w, y, sigma: ((y - sigma * X @ w) ** 2).sum())


# ---- comparisons


@pytest.mark.parametrize(("text", "value"), [
    (r"\sum_{i=1}^n\sum_{j: t_j\ge t_i}\exp(x_j^\top w)", lambda E, t: ((t[None, :] >= t[:, None]) @ E).sum()),
    (r"\sum_{i=1}^n\sum_{j: t_j\le t_i}\exp(x_j^\top w)", lambda E, t: ((t[None, :] <= t[:, None]) @ E).sum()),
    (r"\sum_{i=1}^n\sum_{j: t_j>t_i}\exp(x_j^\top w)", lambda E, t: ((t[None, :] > t[:, None]) @ E).sum()),
    (r"\sum_{i,j}\mathbb 1(t_j\geq t_i)\exp(x_j^\top w)", lambda E, t: ((t[None, :] >= t[:, None]) @ E).sum()),
    ("np.sum((t[None,:] >= t[:,None]) @ np.exp(X@w))", lambda E, t: ((t[None, :] >= t[:, None]) @ E).sum()),
    ("np.sum(np.where(t[None,:] <= t[:,None], 2, 0) @ np.exp(X@w))",
     lambda E, t: 2 * ((t[None, :] <= t[:, None]) @ E).sum()),
])  # fmt: skip
def test_a_comparison_holds_on_its_border_where_it_says_so(text, value) -> None:
    agrees(text, "w", "X: n×d, w: d, t: n", lambda X, w, t: value(np.exp(X @ w), t))


@pytest.mark.parametrize(("text", "value"), [
    (r"\sum_{i:y_i=1}\log p_i+\sum_{i:y_i=0}\log(1+p_i)",
     lambda p, y: (np.log(p)[y == 1].sum() + np.log(1 + p)[y == 0].sum())),
    (r"\sum_i\mathbb 1[y_i=1]p_i^2", lambda p, y: (p**2)[y == 1].sum()),
    (r"\sum_{i:y_i=1}\left[p_i-\log\sum_{j=i}^n e^{p_j}\right]",
     lambda p, y: sum(p[i] - np.log(np.exp(p[i:]).sum()) for i in range(4) if y[i])),
])  # fmt: skip
def test_sums_over_the_samples_with_a_label(text, value) -> None:
    agrees(text, "p", "p: n, y: n", value, "y")


@pytest.mark.parametrize("told", ["", ", y: n"])
def test_labels_of_classes_are_rows_with_a_single_one(told) -> None:
    found = read_problem(r"\sum_{c=1}^C\sum_{i:y_i=c}\|x_i-\mu_c\|^2", "mu", ["X: n×d, mu: C×d" + told])
    assert any("labels, one-hot" in note for note in found.notes)
    pairs = read_problem(r"\sum_{i,j:y_i=y_j}\|x_i-x_j\|^2", "X", ["X: n×d" + told])
    assert {symbol.name for symbol in pairs.variables} == {"X", "Y"}
    agrees(r"\sum_{i,j}\mathbb 1[y_i\ne y_j]x_ix_j", "x", "x: n, Y: n×C",
           lambda x, Y: x @ (1 - Y @ Y.T) @ x, "Y", drop="Y")  # fmt: skip


def test_labels_of_zero_and_one_are_not_labels_of_both_signs() -> None:
    hinge = r"\sum_{i:y_i=1}\max(0,1-y_iw^\top x_i)"
    assert any("being 0 and 1" in note for note in read_problem(hinge, "w").notes)
    with pytest.raises(InputError, match="is said to be ±1"):
        read_problem(hinge, "w", assume=["y signs"])
    both = rf"{hinge} + \sum_{{i:y_i=-1}}(w^\top x_i)^2"
    assert any("being −1 and 1" in note for note in read_problem(both, "w", assume=["y signs"]).notes)


# ---- powers and slashes behind what may end before them


@pytest.mark.parametrize(("text", "said"), [
    (r"\operatorname{tr}(X^\top X)^{-1}", "belongs to the trace"),
    (r"\operatorname{tr}(X^TX)^{1/2}", "belongs to the trace"),
    (r"(u^\top Xu)/2\|u\|^2", "divides by"),
])  # fmt: skip
def test_a_power_or_a_slash_in_doubt_is_asked(text, said) -> None:
    assert said in asked(text, "X")


def test_a_power_or_a_slash_that_can_mean_one_thing_is_read() -> None:
    agrees(r"\operatorname{tr}(X)^{-1}", "X", "X: n×n", lambda X: 1 / np.trace(X))
    assert "one of the trace" in " ".join(read_problem(r"\operatorname{tr}(X)^{-1}", "X").notes)
    assert "write a letter for" in asked(r"\sum_i \log\sigma_i^2", r"\sigma_i^2")
    agrees(r"\operatorname{tr}(X^\top X)^2", "X", "X: n×d", lambda X: np.trace(X.T @ X) ** 2)
    agrees(r"(\operatorname{tr}(X^\top X))^{-1}", "X", "X: n×d", lambda X: 1 / np.trace(X.T @ X))
    agrees(r"s/2\|x\|^2", "x", "x: n, s: scalar", lambda x, s: s / 2 * x @ x)


# ---- functions that stand beside the loss


ARGUMENTS = {
    "as": lambda a, s: a * s, "a": lambda a, s: a, "a+s": lambda a, s: a + s, r"\frac{a}{s}": lambda a, s: a / s,
    "sa^2": lambda a, s: s * a**2, r"\sqrt{as}": lambda a, s: (a * s) ** 0.5,
}  # fmt: skip
STATED = {
    "t = t^2": lambda t, b: t**2, "z = bz": lambda z, b: b * z, "u = e^{-bu^2}": lambda u, b: np.exp(-b * u**2),
    r"\tau = \log(1+b\tau)": lambda t, b: np.log(1 + b * t), r"q = \frac{1}{1+q}": lambda q, b: 1 / (1 + q),
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*ARGUMENTS]), st.sampled_from([*STATED]), st.sampled_from(["f", "h", r"\psi"]))
def test_a_stated_function_takes_its_argument_as_a_whole(argument, stated, name) -> None:
    letter, body = stated.split(" = ")
    agrees(
        f"{name}({argument}) + b^2, {name}({letter}) = {body}", "a", "a: scalar, s: scalar, b: scalar",
        lambda a, s, b: STATED[stated](ARGUMENTS[argument](a, s), b),
    )  # fmt: skip


@pytest.mark.parametrize("stated", STATED)
@pytest.mark.parametrize("bars", [r"\|x\|", r"\lVert x\rVert", r"|x^\top x|"])
def test_a_stated_function_of_bars(stated, bars) -> None:
    letter, body = stated.split(" = ")
    power = 1 if "top" in bars else 0.5
    agrees(f"f({bars}), f({letter}) = {body}", "x", "x: n, b: scalar", lambda x, b: STATED[stated]((x @ x) ** power, b))


@pytest.mark.thorough
def test_stated_functions_of_matrices_of_two_letters_and_of_each_other() -> None:
    agrees(r"f(AX), f(U)=\|U^\top\|_F^2", "X", "A: n×d, X: d×k", lambda A, X: ((A @ X) ** 2).sum())
    agrees(r"\ell(w^Tx,y), \ell(u,v)=(1-uv)^2", "w", "w: n, x: n, y: scalar", lambda w, x, y: (1 - y * (w @ x)) ** 2)
    agrees(r"\sum_i(h(x_i)-y_i)^2, h(x)=ax+b", "a", "x: n, y: n, a: scalar, b: scalar",
           lambda x, y, a, b: ((a * x + b - y) ** 2).sum())  # fmt: skip
    agrees(r"\sum_i\|x_i-g(f(x_i))\|^2, f(x)=Wx, g(z)=W^Tz", "W", "X: n×d, W: k×d",
           lambda X, W: ((X - X @ W.T @ W) ** 2).sum())  # fmt: skip
    assert "explained with 2 arguments" in asked("f(x), f(s,t)=st^2", "x")


# ---- reductions with and without their axis kept


@pytest.mark.parametrize("function", ["max", "min", "sum", "mean"])
def test_a_reduction_keeps_no_axis_because_another_one_does(function) -> None:
    agrees(
        f"np.sum(np.{function}(X,axis=1,keepdims=True)*X) + np.sum(np.{function}(X,axis=1) + y)", "X", "X: n×d, y: n",
        lambda X, y: (getattr(X, function)(axis=1, keepdims=True) * X).sum() + (getattr(X, function)(axis=1) + y).sum(),
    )  # fmt: skip


# ---- usual writing


SIGMOID = r"\sum_{i=1}^n y_i\log\sigma(w^\top x_i)+(1-y_i)\log(1-\sigma(w^\top x_i))"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("brackets", [(r"\left[", r"\right]"), ("[", "]"), ("(", ")"), (r"\Big\{", r"\Big\}")])
@pytest.mark.parametrize("rest", ["", r"+\frac12\sum_j w_j^2"])
def test_a_sum_goes_on_inside_brackets(brackets, rest) -> None:
    def value(X, y, w):
        p = 1 / (1 + np.exp(-X @ w))
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / 4 + (w @ w / 2 if rest else 0)

    agrees(rf"-\frac1n{brackets[0]}{SIGMOID}{brackets[1]}{rest}", "w", "X: n×d, y: n, w: d", value)
    agrees(r"\left(\sum_i\left(\sum_j X_{ij}w_j-y_i\right)^2\right)", "w", "X: n×d, y: n, w: d",
           lambda X, y, w: ((X @ w - y) ** 2).sum())  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "shapes", "value"), [
    (r"{\left\|Xw-y\right\|}^{2}_{2}", "w", "X: n×d, w: d, y: n", lambda X, w, y: ((X @ w - y) ** 2).sum()),
    (r"{\|w\|}^2", "w", "w: d", lambda w: w @ w), (r"\sum w\log w", "w", "w: d", lambda w: (w * np.log(w)).sum()),
    (r"\sum_i e^{w_i}+e^\top w", "w", "w: d, e: d", lambda w, e: np.exp(w).sum() + e @ w),
    (r"\|X\|_1+\|Xw\|_1", "X", "X: n×d, w: d", lambda X, w: abs(X).sum() + abs(X @ w).sum()),
    (r"\operatorname{Var}(Xw)", "w", "X: n×d, w: d", lambda X, w: np.var(X @ w)),
    (r"\sum_j\log(1+e^{c_j+W_jv})", "W", "W: k×d, v: d, c: k", lambda W, v, c: np.log(1 + np.exp(c + W @ v)).sum()),
    (r"\sum_i L_\delta(y_i-x_i^\top w),\quad L_\delta(a)=\begin{cases}\frac12a^2&\text{for }|a|\le\delta,\\ "
     r"\delta(|a|-\frac12\delta)&\text{otherwise.}\end{cases}", "w", "X: n×d, w: d, y: n, delta: scalar",
     lambda X, w, y, delta: np.where(abs(y - X @ w) <= delta, (y - X @ w) ** 2 / 2,
                                     delta * (abs(y - X @ w) - delta / 2)).sum()),
    ("np.sum(softmax(X@X.T/np.sqrt(X.shape[-1]), axis=1) @ y)/X.size", "y", "X: n×d, y: n",
     lambda X, y: (np.exp(X @ X.T / 3**0.5) / np.exp(X @ X.T / 3**0.5).sum(1, keepdims=True) @ y).sum() / 12),
    ("-torch.min(w*v, torch.clamp(w, 0.8, 1.2)*v).mean()", "w", "w: n, v: n",
     lambda w, v: -np.minimum(w * v, np.clip(w, 0.8, 1.2) * v).mean()),
    ("w[-1]**2*X[-1, 0]*X[1, -2]", "w", "X: n×d, w: d", lambda X, w: w[-1] ** 2 * X[-1, 0] * X[1, -2]),
    ("X[-1] @ w + sum(X[:, -1])*w[-3]", "X", "X: n×d, w: d", lambda X, w: X[-1] @ w + X[:, -1].sum() * w[-3]),
    ("sum(einsum('ij,jk->ik', X, W)*Y)", "X", "X: n×d, W: d×k, Y: n×k", lambda X, W, Y: (X @ W * Y).sum()),
    ("np.sum(X*np.ones(X.shape))*w@np.ones(w.shape)", "w", "X: n×d, w: d", lambda X, w: X.sum() * w.sum()),
    ("np.dot(w, w.T)", "w", "w: d", lambda w: w @ w), ("np.exp(w.T @ w) * (w @ w.T)", "w", "w: d",
     lambda w: np.exp(w @ w) * (w @ w)),
    ("torch.sum(X@w)/X.size(1)", "w", "X: n×d, w: d", lambda X, w: (X @ w).sum() / 3),
    ("<w, X^T y> + |w|^2", "w", "X: n×d, w: d, y: n", lambda X, w, y: y @ X @ w + w @ w),
    ("F.hinge_embedding_loss(X@w, where(y > 0, 1, -1), margin=2)", "w", "X: n×d, w: d, y: n",
     lambda X, w, y: np.where(y > 0, X @ w, np.maximum(0, 2 - X @ w)).mean()),
    ("F.hardswish(w).sum() + torch.triu(X, diagonal=1).sum().item()", "w", "w: d, X: d×d",
     lambda w: (w * np.clip(w + 3, 0, 6) / 6).sum()),
])  # fmt: skip
def test_usual_writing_means_what_it_says(text, wrt, shapes, value) -> None:
    agrees(text, wrt, shapes, value)


@pytest.mark.parametrize(("text", "syntax", "value"), [
    ("sum(x(2:end).^2)", "matlab", lambda x: (x[1:] ** 2).sum()), ("x(2)*x(1) % two", "matlab", lambda x: x[0] * x[1]),
    ("sum((x(2:end) - x(1:end-1)).^2)", "matlab", lambda x: (np.diff(x) ** 2).sum()),
    ("norm(x(1:end-2))", "matlab", lambda x: (x[:-2] @ x[:-2]) ** 0.5),
    ("sum((X(:,1) - x).^2)", "matlab", lambda X, x: ((X[:, 0] - x) ** 2).sum()),
    ("X(2,:)*X(2,:)'*sum(x)", "matlab", lambda X, x: X[1] @ X[1] * x.sum()),
    ("var(x)", "matlab", lambda x: np.var(x, ddof=1)), ("var(x, 1)", "matlab", lambda x: np.var(x)),
    ("sum(sum(X.*ones(size(X))))*x'*ones(size(x))", "matlab", lambda X, x: X.sum() * x.sum()),
    ("sum(x)/size(X, 1)", "matlab", lambda x: x.sum() / 4), ("sum(x)/size(X,2)", "julia", lambda x: x.sum() / 3),
    ("sum(x)/numel(X)", "matlab", lambda x: x.sum() / 12), ("var(x)", "r", lambda x: np.var(x, ddof=1)),
    ("sd(x)", "r", lambda x: np.std(x, ddof=1)), ("sum(rowSums(X)*x)", "r", lambda X, x: X.sum(1) @ x),
    ("sum(dnorm(x, 2, 3, log=TRUE))", "r", lambda x: -((x - 2) ** 2).sum() / 18),
    ("x[1]*x[2]^2", "julia", lambda x: x[0] * x[1] ** 2), ("x[3]^2*X[1,2]", "r", lambda X, x: x[2] ** 2 * X[0, 1]),
    ("sum(x[2:end].^2)", "julia", lambda x: (x[1:] ** 2).sum()),
    ("x(2:end)'*x(2:end)", "matlab", lambda x: x[1:] @ x[1:]),
    ("sum(sum((X ~= 0).*X)) + sum(x)", "matlab", lambda X, x: X.sum() + x.sum()),
    ("sum((x .> 1) .* x)", "julia", lambda x: x[x > 1].sum()),
    ("sum((X[:,1] .- x).^2)", "julia", lambda X, x: ((X[:, 0] - x) ** 2).sum()),
    ("-sum(logsoftmax(2 .* x))", "julia", lambda x: (np.log(np.exp(2 * x).sum()) - 2 * x).sum()),
])  # fmt: skip
def test_dialects_count_as_they_do(text, syntax, value) -> None:
    agrees(text, "x", "X: n×d, x: n", value, syntax=syntax)


def test_a_norm_of_r_is_the_greatest_sum_of_a_column() -> None:
    agrees("norm(X)", "X", "X: n×d", lambda X: np.linalg.norm(X, 1), syntax="r")
    agrees("norm(X, 'F')", "X", "X: n×d", lambda X: (X**2).sum() ** 0.5, syntax="r")
    with pytest.raises(InputError, match="greater of two sizes"):
        read_problem("sum(x)/length(X)", "x", ["X: n×d, x: n"], syntax="matlab")


# ---- densities, values of functions at samples, distances, code as it stands


@pytest.mark.thorough
@pytest.mark.sampled(2)
@pytest.mark.parametrize("bar", ["|", r"\mid ", r"\,|\,"])
@pytest.mark.parametrize("normal", [r"\mathcal{N}", r"\mathcal N"])
def test_a_normal_density_is_written_out(bar, normal) -> None:
    def mixture(x, mu, pi, s):
        each = np.exp(-((x[:, None] - mu) ** 2) / 2 / s) / np.sqrt(2 * np.pi * s)
        return np.log(each @ pi).sum()

    def away(X, mu, S):
        S = S.T @ S
        each = np.einsum("ni,ij,nj->n", X - mu, np.linalg.inv(S), X - mu)
        return (-each / 2 - np.linalg.slogdet(2 * np.pi * S)[1] / 2).sum()

    weighted = rf"\sum_n\ln\left\{{\sum_k\pi_k{normal}(x_n{bar}\mu_k,s)\right\}}"
    agrees(weighted, "mu", "x: n, mu: k, pi: k, s: scalar", mixture)
    agrees(rf"\ln\prod_{{i=1}}^n{normal}(y_i{bar}w^Tx_i,\beta^{{-1}})", "beta", "X: n×d, w: d, y: n, beta: scalar",
           lambda X, w, y, beta: 2 * np.log(beta) - beta * ((y - X @ w) ** 2).sum() / 2)  # fmt: skip
    agrees(rf"\sum_i\ln{normal}(x_i{bar}\mu,S^\top S)", "mu", "X: n×d, mu: d, S: d×d", away)


@pytest.mark.parametrize(("text", "wrt", "shapes", "value"), [
    (r"\sum_{i,j}a_iy_ia_jy_j K(x_i,x_j)", "a", "K: n×n, a: n, y: n", lambda K, a, y: (a * y) @ K @ (a * y)),
    (r"-\sum_x p(x)\log p(x)", "p", "p: n", lambda p: -(p * np.log(p)).sum()),
    (r"\sum_x p(x)\log\frac{p(x)}{q(x)}", "p", "p: n, q: n", lambda p, q: (p * np.log(p / q)).sum()),
    (r"\sum_{x,y}p(x)k(x,y)p(y)", "p", "p: n, k: n×n", lambda p, k: p @ k @ p),
    ("x_i A_ij x_j", "x", "x: n, A: n×n", lambda x, A: x @ A @ x),
    (r"\sum_{ij}x_iA_ijx_j", "x", "x: n, A: n×n", lambda x, A: x @ A @ x),
    (r"(x_i-y_i)A_{ij}(x_j-y_j)", "x", "x: n, y: n, A: n×n", lambda x, y, A: (x - y) @ A @ (x - y)),
    (r"A_{ij}B_{jk}C_{ki}+b_iA_{ij}c_j", "A", "A: n×m, B: m×k, C: k×n, b: n, c: m",
     lambda A, B, C, b, c: np.trace(A @ B @ C) + b @ A @ c),
    (r"\frac12\sigma_{ij}\epsilon_{ij}", "sigma", "sigma: n×n, epsilon: n×n",
     lambda sigma, epsilon: (sigma * epsilon).sum() / 2),
    (r"\sum_n\{f(\mathbf x_n,\mathbf w)-t_n\}^2", "f", "f: n, t: n", lambda f, t: ((f - t) ** 2).sum()),
    (r"\sum_n(t_n-\mathbf w^T\boldsymbol\phi(\mathbf x_n))^2", "w", "phi: n×d, w: d, t: n",
     lambda phi, w, t: ((t - phi @ w) ** 2).sum()),
    (r"\|Xw-y\|^2+c\|w\|^2\quad(c>0)", "w", "X: n×d, w: d, y: n, c: scalar",
     lambda X, w, y, c: ((X @ w - y) ** 2).sum() + c * w @ w),
    ("np.sum(P*((X[:,None,:] - Y[None,:,:])**2).sum(-1))", "X", "P: n×m, X: n×d, Y: m×d",
     lambda P, X, Y: (P * ((X[:, None, :] - Y[None, :, :]) ** 2).sum(-1)).sum()),
    ("np.exp(-((X[:, None] - X[None, :])**2).sum(axis=2)).sum()", "X", "X: n×d",
     lambda X: np.exp(-((X[:, None] - X[None, :]) ** 2).sum(axis=2)).sum()),
    ("def loss(w, c=0.1):\n    # ridge\n    r = X @ w - y  # what is left\n    return r @ r + c*np.sum(w**2)", "w",
     "X: n×d, w: d, y: n, c: scalar", lambda X, w, y, c: ((X @ w - y) ** 2).sum() + c * w @ w),
])  # fmt: skip
def test_what_people_hold_is_read(text, wrt, shapes, value) -> None:
    agrees(text, wrt, shapes, value)


@pytest.mark.parametrize("text", [
    r"\sum_x x\,p(x)", r"\sum_{x,y}p(x,y)\log\frac{p(x,y)}{p(x)p(y)}", r"\sum_{x\in D}(p(x)-w^\top x)^2",
])  # fmt: skip
def test_a_letter_that_is_a_value_too_is_no_place(text) -> None:
    assert "whether `p(…)` is a function or a product" in asked(text, "p")


@pytest.mark.thorough
def test_a_sum_over_a_set_of_pairs_has_values_where_its_letters_are_equal() -> None:
    def away(X):
        return X[:, None] - X[None, :]

    agrees(r"\sum_{(i,j)\in E}k_{ij}(\|x_i-x_j\|-\ell_{ij})^2", "X", "X: n×d, k: n×n, ell: n×n, E: n×n",
           lambda X, k, ell, E: (E * k * ((away(X) ** 2).sum(-1) ** 0.5 - ell) ** 2).sum(), "E")  # fmt: skip
    agrees(r"\sum_{(i,j)\in D}\sqrt{(x_i-x_j)^\top M(x_i-x_j)}", "M", "X: n×d, M: d×d, D: n×n",
           lambda X, M, D: (D * np.einsum("ijk,kl,ijl->ij", away(X), M, away(X)) ** 0.5).sum(), "D")  # fmt: skip


@pytest.mark.parametrize(
    "layers", [r"\sum_{l=1}^2\|W^{(l)}\|_F^2", r"\sum_l\|W^{(l)}\|_F^2", r"\sum_{l=1}^L\|W^{(l)}\|_F^2"]
)
def test_a_sum_over_layers_goes_through_those_that_stand_in_the_loss(layers: str) -> None:
    loss, shapes = rf"\|W^{{(2)}}\tanh(W^{{(1)}}x) - y\|^2 + {layers}", "W_1: m×d, W_2: k×m, x: d, y: k"
    for wrt in ("W_1", "W_2"):
        agrees(loss, wrt, shapes, lambda W_1, W_2, x, y:
               ((W_2 @ np.tanh(W_1 @ x) - y) ** 2).sum() + (W_1**2).sum() + (W_2**2).sum())  # fmt: skip


@pytest.mark.parametrize("text", [
    r"\sum_{l=1}^3 \|W^{(l)}\|_F^2 + \|W^{(2)}W^{(1)}\|_F^2", r"\sum_l \|W^{(l)}\|^2 + \|W^{(1)}x\|^2",
    r"\sum_{l=1}^2 \|W^{(l)}\|_F^2 + \|W^{(3)}W^{(1)}\|_F^2",
])  # fmt: skip
def test_a_sum_over_layers_that_may_be_others_is_refused(text: str) -> None:
    assert "is not said" in asked(text, "W^{(1)}")


@pytest.mark.parametrize(
    ("text", "said"), [("X.max(1)[0].mean()", "is not said"), ("torch.max(X, 1)[1].sum()", "stand")]
)
def test_a_part_of_a_pair_that_may_be_an_entry_is_asked(text: str, said: str) -> None:
    assert said in asked(text, "X", "X: n×d")


def test_three_sides_are_refused_where_nothing_is_declared() -> None:
    said = asked("np.sum(np.abs(X[:, None, :] - Y[None, :, :]))", "X")
    assert "one or two sides" in said
    assert "declared" in said


@pytest.mark.parametrize("i", ["i", "n", "a"])
def test_a_sum_over_the_others_goes_on_as_far_as_its_letter_stands(i: str) -> None:
    loss = r"\sum_{<i>}\sum_{j\neq <i>} P_{<i>j}\log P_{<i>j} - P_{<i>j}Q_{<i>j}".replace("<i>", i)
    assert any("going on" in note for note in read_problem(loss, "P", ["P: k×k, Q: k×k"]).notes)


@pytest.mark.parametrize(("loss", "said"), [(r"\log p(1-p)", True), (r"\log(p)(1-p)", False), (r"\log p", False)])
def test_how_a_function_without_brackets_before_some_is_read_is_said(loss: str, said: bool) -> None:
    notes = read_problem(loss, "p", ["p: scalar"]).notes
    assert any("times the bracket" in note for note in notes) is said


@pytest.mark.parametrize(("loss", "said"), [(r"\log p\sum_i x_i", True), (r"\ln\theta_1\sum_i x_i", True),
                                            (r"\log\frac1n\sum_i e^{x_i}", False)])  # fmt: skip
def test_a_sum_behind_the_logarithm_of_a_letter_is_a_factor(loss: str, said: bool) -> None:
    assert any("a factor of its own" in note for note in read_problem(loss, "x", ["x: n"]).notes) is said

"""What a loss says by a name: Γ and factorials, normal densities, words for functions, moments beside it."""

from __future__ import annotations

import pytest

from matgrad_cli.notation.definitions import with_factorials
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.judge import Judge


@pytest.mark.parametrize(
    ("text", "wrt", "plain"),
    [
        (r"\sum_i y_i\log a - a - \log y_i!", "a", "sum(y*log(a) - a - lgamma(y + 1))"),
        (r"\sum_i y_i\log a - a - \log(y_i!)", "a", "sum(y*log(a) - a - lgamma(y + 1))"),
        (r"k\log a - \ln (b-k)!", "a", "k*log(a) - lgamma(b - k + 1)"),
        (r"\log\binom{b}{k} + k\log a", "a", "lgamma(b + 1) - lgamma(k + 1) - lgamma(b - k + 1) + k*log(a)"),
        (r"\log\Gamma(\sum_k y_k) - \sum_k\log\Gamma(y_k)", "y", "lgamma(sum(y)) - sum(lgamma(y))"),
        (r"\ln\frac{\Gamma(a+b)}{\Gamma(a)\Gamma(b)}", "a", "lgamma(a + b) - lgamma(a) - lgamma(b)"),
        (r"\frac{b^a}{\Gamma\left(a\right)} k^{a-1}e^{-bk}", "a", "b**a/exp(lgamma(a))*k**(a - 1)*exp(-b*k)"),
    ],
)
def test_it_is_read_by_the_logarithm_of_gamma(text: str, wrt: str, plain: str) -> None:
    facts = ["a positive", "b positive", "k positive", "y positive"]
    shapes = ["a: scalar, b: scalar, k: scalar, y: n"]
    used = [fact for fact in facts if fact[0] in plain.replace("log", "").replace("gamma", "")]
    problem = read_problem(text, wrt, shapes, used)
    assert Judge(problem).compare(problem.loss, read_problem(plain, wrt, shapes, used).loss).holds
    assert any("lgamma" in note for note in problem.notes)


@pytest.mark.parametrize(
    "text", [r"x^\top \Gamma (x - y)", r"\|\Gamma(x-y)\|^2", r"\tr(\Gamma)\!x", r"a \overset{!}{=} \lambda"]
)
def test_a_matrix_of_that_name_and_other_signs_stay(text: str) -> None:
    assert with_factorials(text, ())[0] == text


def test_a_declared_name_is_no_function() -> None:
    text = r"\log\Gamma(x)"
    assert with_factorials(text, ("Gamma",))[0] == text


NAMED = [
    (r"-\log\mathcal{N}(y; Xw, \sigma^2 I)", "X: n×d, w: d, y: n, sigma: scalar",
     "norm(y - X@w)**2/(2*sigma**2) + log(2*pi*sigma**2)*n/2", "X: n×d, w: d, y: n, sigma: scalar"),
    (r"-\sum_i\log\mathcal{N}(y_i \mid Wx_i, s\mathbf{I})", "x: n×d, y: n×k, W: k×d, s: scalar",
     "norm(y - x@W.T)**2/(2*s) + log(2*pi*s)*n*k/2", "x: n×d, y: n×k, W: k×d, s: scalar"),
    (r"-\sum_j w(j)\log w(j) + \operatorname{std}(y)", "w: n, y: n", "std(y) - sum(w*log(w))", "w: n, y: n"),
    (r"\|\frac{w - \mathrm{mean}(w)}{\mathrm{std}(w)}\|_1", "w: n", "sum(abs(w - mean(w))/std(w))", "w: n"),
    (r"\text{arcosh} \left(1 + w^\top w\right) + a^\top\mathrm{Swish}(w)", "w: n, a: n",
     "acosh(1 + w.T@w) + a.T@silu(w)", "w: n, a: n"),
    (r"\sum_i \frac{(x_i - \mu)^2}{\sigma^2 + c},\quad \mu = \frac1n\sum_i x_i,\quad \sigma^2 = "
     r"\frac1n\sum_i(x_i - \mu)^2", "x: n, c: scalar", "sum((x - mean(x))**2)/(var(x) + c)", "x: n, c: scalar"),
    (r"\mathbf{1}^\top\operatorname{LeakyReLU}(w) - \operatorname{logit}(b)", "w: n, b: scalar",
     "sum(relu(w) - 0.01*relu(-w)) - log(b/(1-b))", "w: n, b: scalar"),
    (r"a^\top\operatorname{sech}(w) + \operatorname{tr}(\operatorname{adj}(A)B) + \operatorname{rowsum}(A)^\top w",
     "w: n, a: n, A: n×n, B: n×n", "a.T@(1/cosh(w)) + det(A)*tr(inv(A)@B) + sum(A, axis=1).T@w",
     "w: n, a: n, A: n×n, B: n×n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shapes", "plain", "plain_shapes"), NAMED)
def test_a_name_means_its_formula(text: str, shapes: str, plain: str, plain_shapes: str) -> None:
    wrt = next(name for name in ("w", "W", "x") if f"{name}:" in plain_shapes)
    wanted = read_problem(plain, wrt, [plain_shapes], (), "numpy")
    assert Judge(wanted).compare(read_problem(text, wrt, [shapes]).loss, wanted.loss).holds

"""Γ, factorials and binomial coefficients of a loss are read by the logarithm of Γ."""

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

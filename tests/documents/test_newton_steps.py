"""Newton's step, `w⁺ = w - H⁻¹∇f`, is judged by the gradient and the Hessian of the loss;
what cannot be shown is said to be open."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

TEXT = (
    "Let $X\\in\\mathbb R^{n\\times d}$, $y\\in\\mathbb R^n$ and $f(w) = \\frac12\\|Xw-y\\|^2$.\n\n"
    "$$\\nabla f = X^\\top(Xw-y)$$\n\n$$w^+ = w %s(X^\\top X)^{-1}X^\\top(Xw-y)%s$$\n"
)


@pytest.mark.parametrize(
    ("sign", "rest", "verdict"),
    [
        ("-", "", "follows"),
        ("-", " = (X^\\top X)^{-1}X^\\top y", "follows"),
        ("+", "", "undecided"),
        ("-", " = (X^\\top X)^{-1}Xy", "undecided"),
    ],
)
def test_a_step_of_newton(sign: str, rest: str, verdict: str) -> None:
    (problem,) = check_text(TEXT % (sign, rest), "held.md").problems
    assert problem.lines[-1].verdict == verdict

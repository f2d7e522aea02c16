"""Facts in letters of their own stand in the layout of the rows beside them, or nothing is said of them."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

NUMERATOR = r"""$\frac{\partial\det X}{\partial X} = \det(X)X^{-1}$.

$\frac{\partial}{\partial X}\operatorname{tr}(X^{-1}A) = -X^{-1}AX^{-1}$.

"""
GRADIENT = r"""$\frac{\partial}{\partial X}\operatorname{tr}(X^{-1}A) = -X^{-T}A^TX^{-T}$.

"""
FACTS = {
    "numerator": r"\frac{\partial}{\partial X} a^TX^{-1}b = -X^{-1}ba^TX^{-1}",
    "gradient": r"\frac{\partial}{\partial X} a^TX^{-1}b = -X^{-T}ab^TX^{-T}",
}


def verdicts(text: str) -> list[str]:
    (problem,) = check_text(text, "a.md").problems
    return [line.verdict for line in problem.lines]


@pytest.mark.parametrize(("before", "layout"), [(NUMERATOR, "numerator"), (GRADIENT, "gradient")])
def test_a_fact_by_a_matrix_follows_in_one_layout_alone(before: str, layout: str) -> None:
    for name, fact in FACTS.items():
        *others, last = verdicts(f"{before}${fact}$.\n")
        assert set(others) == {"follows"}
        assert last == ("follows" if name == layout else "undecided"), name


def test_a_fact_by_a_vector_may_be_a_row_or_a_column() -> None:
    for form in ("2x^T", "2x"):
        assert verdicts(NUMERATOR + rf"$\frac{{\partial}}{{\partial x}} x^Tx = {form}$.")[-1] == "follows"


def test_a_covariance_that_is_called_invertible_may_be_symmetric() -> None:
    text = (
        "Gaussian: $$\\ell(m, S) = -\\frac{n}{2}\\log\\det(S) - \\frac12\\sum_{j=1}^{n}(x_j - m)^T S^{-1}(x_j - m)$$"
        "\n\n$$\\frac{\\partial \\ell}{\\partial m} = \\sum_{j=1}^{n} S^{-1}(x_j - m)$$\n\n"
        "Since $S^{-1}$ is invertible, only the mean is left. The covariance is $S$.\n"
    )
    assert check_text(text, "x.md").verdict == "right"


@pytest.mark.parametrize(("value", "verdict"), [("-X^{-T}A^TX^{-T}", "right"), ("-X^{-1}AX^{-1}", "wrong")])
@pytest.mark.parametrize("name", [r"\operatorname{tr}(AX^{-1})", "f(X)"])
def test_a_nabla_by_a_matrix_alone_begins_no_other_layout(name: str, value: str, verdict: str) -> None:
    text = r"$f(X) = \operatorname{tr}(AX^{-1})$, where $X$ is $n\times n$." + f"\n\n$$\\nabla_X {name} = {value}$$\n"
    assert check_text(text, "x.md").verdict == verdict

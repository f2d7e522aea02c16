"""Products whose reach only their shapes tell, differentials in a direction, and gradients of unknown functions taken
at an argument: a right line follows in some reading, a wrong one in none."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

LEAST_SQUARES = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
NETWORK = "loss: norm(V@tanh(W@x) - y)**2/2\nwrt: W\nshapes: W: h×d, V: k×h, x: d, y: k\n"
TRACE = "loss: tr(X.T@X)\nwrt: X\nshapes: X: m×n\nname: f\n"
COMPOSED = "loss: f(A@x + b)\nwrt: x\nshapes: A: m×n, x: n, b: m\nname: g\n"


def judged(head: str, *lines: str) -> ProblemReport:
    return check_text(f"```matgrad\n{head}\n" + "\n".join(lines) + "\n```\n", "a.md").problems[0]


def last(head: str, *lines: str) -> str:
    return judged(head, *lines).lines[-1].verdict


@pytest.mark.parametrize("sign", ["d", r"\delta", r"\mathrm d"])
def test_a_centred_dot_reaches_over_the_product_behind_it(sign: str) -> None:
    def line(right: str) -> str:
        return rf"{sign} L = {right}".replace("dw", rf"{sign} w")

    assert last(LEAST_SQUARES, line(r"2(Xw-y)\cdot X\,dw")) == "follows"
    assert last(LEAST_SQUARES, line(r"2X^\top(Xw-y)\cdot dw")) == "follows"
    for wrong in (r"(Xw-y)\cdot X\,dw", r"2(Xw-y)\cdot X^\top dw", r"2(Xw+y)\cdot X\,dw"):
        assert last(LEAST_SQUARES, line(wrong)) == "wrong"


@pytest.mark.thorough
@pytest.mark.sampled(4)
@pytest.mark.parametrize("slope", [r"(1-a^2)", r"(1-a\odot a)", r"(\mathbf 1 - \tanh^2(Wx))"])
@pytest.mark.parametrize("behind", [r"V^\top e", r"\frac{\partial L}{\partial a}", r"(V^\top e)"])
def test_an_elementwise_product_may_be_taken_before_the_product_beside_it(behind: str, slope: str) -> None:
    before = [r"a = \tanh(Wx)", "e = Va - y", r"L = \frac12 e^\top e"]
    right = rf"\frac{{\partial L}}{{\partial W}} = {behind}\odot {slope}\,x^\top"
    assert last(NETWORK, *before, right) == "follows"
    assert last(NETWORK, *before, right.replace("-", "+", 1)) == "wrong"
    assert last(NETWORK, *before, right.replace(r"x^\top", "x")) == "wrong"


DIRECTIONS = [
    "df(X)[H]", "df(X)(H)", "df(X)H", r"df(X)\,H", r"df(X)\cdot H", "Df(X)[H]", "Df(X)(H)", "D_Hf(X)",
    r"\mathrm{d}f(X)(H)", r"\delta f(X)(H)", "f'(X)H",
]  # fmt: skip


@pytest.mark.sampled(4)
@pytest.mark.parametrize("letter", ["H", "V", r"\Delta"])
@pytest.mark.parametrize("left", DIRECTIONS)
def test_a_differential_in_a_direction_however_it_is_written(left: str, letter: str) -> None:
    left = left.replace("D_H", f"D_{{{letter}}}").replace("H", letter)
    assert last(TRACE, rf"{left} = 2\operatorname{{tr}}(X^\top {letter})") == "follows"
    assert last(TRACE, rf"{left} = \operatorname{{tr}}(X^\top {letter})") == "wrong"


GRADIENTS = {
    r"\nabla g(x) = A^\top\nabla f(Ax+b)": (r"\nabla g(x) = A\nabla f(Ax+b)", r"\nabla g(x) = 2A^\top\nabla f(Ax+b)"),
    r"\nabla^2 g(x) = A^\top\nabla^2 f(Ax+b)A": (r"\nabla^2 g(x) = A^\top\nabla f(Ax+b)A",),
    r"dg = \nabla f(Ax+b)^\top A\,dx": (r"dg = \nabla f(Ax+b)^\top dx\,A", r"dg = \nabla f(Ax)^\top A\,dx"),
}


@pytest.mark.thorough
@pytest.mark.parametrize(("right", "slips"), GRADIENTS.items(), ids=GRADIENTS)
def test_the_gradient_of_an_unknown_function_is_taken_at_its_argument(right: str, slips: tuple[str, ...]) -> None:
    assert last(COMPOSED, right) == "follows"
    for slip in slips:
        assert last(COMPOSED, slip) in ("wrong", "undecided")
    assert "wrong" in [last(COMPOSED, slip) for slip in slips]


def test_what_is_printed_of_an_unknown_function_is_a_right_answer() -> None:
    text = '[[problem]]\nloss = "f(A@x - b)"\nwrt = "x"\nshapes = "A: {0}, x: n, b: {1}"\nanswer = \'{2}\'\n'
    for sides in (("m×n", "m"), ("n×n", "n")):
        verdicts = [
            check_text(text.format(*sides, answer), "a.toml").problems[0].verdict
            for answer in (r"A^\top \nabla f(A x - b)", r"A \nabla f(A x - b)", r"2 A^\top \nabla f(A x - b)")
        ]
        assert verdicts == ["right", "wrong", "wrong"]

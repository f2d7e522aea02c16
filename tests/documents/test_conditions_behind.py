"""A condition behind a formula, in words or signs: the formula is judged where it holds;
one that is not understood leaves it open."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

SETTING = "Let $w\\in\\mathbb R^d$ and $f(w) = \\|w\\|_1$.\n\n"
BEHIND = [
    r"$$\frac{\partial f}{\partial w_j} = <>\quad\text{if } w_j>0$$",
    r"$$\frac{\partial f}{\partial w_j} = <>,\qquad\text{provided } w_j > 0.$$",
    r"$$\frac{\partial f}{\partial w_j} = <> \qquad (w_j > 0)$$",
    r"$$\frac{\partial f}{\partial w_j} = <>\text{ for active weights } (0 < w_j)$$",
    r"We have $\frac{\partial f}{\partial w_j} = <>$ where $w_j>0$.",
    r"So $\frac{\partial f}{\partial w_j} = <>$ whenever $w_j > 0$, as claimed.",
]


def verdicts(text: str) -> list[str]:
    lines = [line for problem in check_text(text, "held.md").problems for line in problem.lines]
    return [line.verdict for line in lines if line.text.startswith(r"\frac{\partial")]


@pytest.mark.parametrize("text", BEHIND)
def test_a_formula_is_judged_where_the_condition_behind_it_holds(text: str) -> None:
    assert verdicts(SETTING + text.replace("<>", "1")) == ["follows"]
    for wrong in ("2", "-1"):
        assert verdicts(SETTING + text.replace("<>", wrong)) in (["wrong"], ["aside"], ["undecided"])


def test_both_sides_have_their_conditions() -> None:
    sides = "".join(
        BEHIND[0].replace("<>", value).replace(">0", sign) + "\n\n" for value, sign in (("1", ">0"), ("-1", "<0"))
    )
    assert verdicts(SETTING + sides) == ["follows", "follows"]


@pytest.mark.parametrize("value", ["1", "2"])
def test_a_condition_that_is_not_understood_leaves_it_open(value: str) -> None:
    text = BEHIND[0].replace("<>", value).replace("w_j>0", r"\zeta(w_j) > \epsilon")
    assert verdicts(SETTING + text) == ["undecided"]


def test_a_condition_may_be_on_what_the_text_defines() -> None:
    text = (
        "Let $X\\in\\mathbb R^{n\\times d}$, $y\\in\\{-1,1\\}^n$, $L(w) = \\sum_{i=1}^n\\max(0,1-y_ix_i^\\top "
        "w)^2$.\n\n"
        "Let $m_i = \\max(0, 1-y_ix_i^\\top w)$. As $\\frac{\\partial m_i}{\\partial w} = <>y_ix_i$ where $m_i>0$,\n\n"
        "$$\\nabla L(w) = -2\\sum_{i=1}^nm_iy_ix_i$$\n"
    )
    assert verdicts(text.replace("<>", "-")) == ["follows"]
    assert verdicts(text.replace("<>", "")) == ["wrong"]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_displays_below_a_condition_hold_under_it(rows: int) -> None:
    shown = ["a} = 2(p - b)", "b} = -2(a - b)", "p} = 2(a - p)"]
    text = "Let $L = \\max(0, \\|a - b\\|^2 - \\|a - p\\|^2 + m)$.\n\nWhen the loss is positive:\n\n" + "".join(
        f"$$\\frac{{\\partial L}}{{\\partial {row}}}$$\n" for row in shown[:rows]
    )
    assert check_text(text.replace("(p - b)", "(p-b)"), "x.md").verdict != "wrong"

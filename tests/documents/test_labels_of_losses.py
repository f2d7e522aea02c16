"""A label below the loss's letter that nothing defines is only a guess at the loss, or at a term of it: confirmed,
never refuted."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

RIDGE = r"Let $L = \|Xw-y\|^2 + \lambda\|w\|^2$." + "\n\n"
WHOLE = r"$$\nabla_w L = 2X^\top(Xw-y) + 2\lambda w$$"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\frac{\partial L_{\text{reg}}}{\partial w} = 2\lambda w", "follows"),
        (r"\frac{\partial L_{\text{reg}}}{\partial w} = \lambda w", "undecided"),
        (r"\nabla_w \mathcal L_{\text{MSE}} = 2X^\top(Xw-y)", "follows"),
        (r"\nabla_w \mathcal L_{\text{MSE}} = X^\top(Xw-y)", "undecided"),
        (r"\frac{\partial L_{\text{data}}}{\partial w} = 2X^\top(Xw-y) = 2X^\top Xw - 2X^\top y", "follows"),
        (r"\nabla_w L_{\text{total}} = 2X^\top(Xw-y) + 2\lambda w", "follows"),
        (r"\nabla_w L = \nabla_w L_{\text{data}} + \nabla_w L_{\text{reg}}", "undecided"),
        (r"\nabla_w L = 2X^\top(Xw-y) + \lambda w", "wrong"),
    ],
)
def test_an_undefined_label_is_confirmed_and_never_refuted(row: str, verdict: str) -> None:
    (problem,) = check_text(f"{RIDGE}$${row}$$\n\n{WHOLE}", "x.md").problems
    assert problem.lines[1].verdict == verdict
    if verdict == "undecided" and "=" not in row.partition("=")[2]:
        assert problem.final.verdict == "right"


def test_a_slip_on_the_way_is_not_that_of_the_final_answer() -> None:
    text = r"""Let $L = \frac12\|Z - Y\|_F^2$ with $Z = XW$. $$\frac{\partial L}{\partial Z} = Y - Z$$
Hence $$\nabla_W L = X^\top(XW - Y)$$"""
    (problem,) = check_text(text, "x.md").problems
    assert (problem.verdict, problem.final.verdict) == ("wrong", "right")


def test_the_label_of_the_text_s_own_loss_is_its_name() -> None:
    stated = r"Let $L_{\text{ridge}} = \|Xw-y\|^2 + \lambda\|w\|^2$."
    text = stated + r" $$\nabla_w L_{\text{ridge}} = 2X^\top(Xw-y) + \lambda w$$"
    assert check_text(text, "x.md").verdict == "wrong"


def test_the_term_as_which_a_label_is_read_is_said() -> None:
    row = r"$$\frac{\partial L_{\text{reg}}}{\partial w} = 2\lambda w$$"
    (problem,) = check_text(f"{RIDGE}{row}\n\n{WHOLE}", "x.md").problems
    assert "`L_reg` is not defined here: taken for `λ‖w‖²`, a term of the loss" in map(str, problem.lines[1].notes)

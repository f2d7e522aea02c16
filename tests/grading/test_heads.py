"""Left sides of answers: every usual spelling of the derivative counts,
and what is scaled or turned is judged as the equation it is."""

from __future__ import annotations

import pytest

from matgrad_cli.api import assert_right
from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.task import Asked, task_for

SPELLINGS = (
    r"\nabla L", r"\nabla_w L", r"\nabla_{w} J(w)", "∇L", "∂L/∂w",
    r"\frac{\partial L}{\partial w}", r"\frac{\partial \mathcal{L}}{\partial w}",
    r"\frac{d}{dw} L", "dL/dw", r"\mathrm{d}L/\mathrm{d}w", r"\partial_w L", r"\nabla_w", "L'", "L'(w)", "L_w", "G",
    "g",
    "dw", "dL_dw", "dLdw",
    "grad", "grad_w", "answer", "ans", "Answer: G", "The gradient is G", r"\text{grad}", r"\text{Answer: } \nabla L",
    "g(w)", r"\mathbf{g}",
    r"\nabla_w \lVert Xw-y\rVert^2", r"\nabla L = \nabla_w f",
    r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial r}\frac{\partial r}{\partial w}",
)  # fmt: skip
TRUE = (
    r"2\nabla L = 4X^\top(Xw-y)", r"-\nabla L = 2X^\top(y-Xw)", r"(\nabla L)^\top = 2(Xw-y)^\top X",
    r"\frac12\nabla L = X^\top(Xw-y)",
    r"\frac{\nabla L}{2} = X^\top(Xw-y)", r"\frac{\partial L}{\partial w^\top} = 2(Xw-y)^\top X",
    r"m\nabla_w L = 2mX^\top(Xw-y)", "G/2 = X.T@(X@w-y)",
)  # fmt: skip
POINTS = ("w", r"\hat w", "w^*", r"w_{\text{opt}}", r"\hat{w}_{ML}", r"\bar w", r"\beta", "answer", r"\arg\min_w L")


@pytest.mark.parametrize("head", SPELLINGS)
def test_a_spelling_of_the_derivative_counts(head: str) -> None:
    assert_right(rf"{head} = 2X^\top(Xw-y)", "norm(X@w-y)**2", "w", "X: m×n, w: n, y: m")


@pytest.mark.parametrize("answer", TRUE)
def test_what_is_scaled_or_turned_on_both_sides_is_right(answer: str) -> None:
    assert_right(answer, "norm(X@w-y)**2", "w", "X: m×n, w: n, y: m")


@pytest.mark.parametrize("head", POINTS)
def test_a_name_of_the_point_counts(head: str) -> None:
    task = task_for(("norm(X@w-y)**2 + w.T@w", "w", "X: m×n, w: n, y: m", "", None, "gradient"), Asked(of="minimum"))
    assert judge_answer(task, rf"{head} = (X^\top X + I)^{{-1}}X^\top y", None).verdict == "right"


def test_an_answer_is_a_text() -> None:
    with pytest.raises(MatgradError, match="a text is needed"):
        assert_right(3, "x.T@x", "x", "x: n")  # type: ignore[arg-type]

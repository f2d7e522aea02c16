"""A loss by the class of its sample, z_y that nothing sums over:
rows and answers about e_y, δ_jy and the place y itself."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.check import check_text
from matgrad_cli.grading.task import task_for

LOSS = r"-s_c + \log \sum_j e^{s_j}"


@pytest.mark.parametrize(("row", "verdict"), [
    (r"\nabla_s L = \operatorname{softmax}(s) - e_c", "follows"),
    (r"\frac{\partial L}{\partial s} = \operatorname{softmax}(s) - \mathbf{e}_c", "follows"),
    (r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k - \delta_{kc}", "follows"),
    (r"\frac{\partial L}{\partial s_c} = \operatorname{softmax}(s)_c - 1", "follows"),
    (r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k - \mathbb{1}[k = c]", "follows"),
    (r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k - 1\{k = c\}", "follows"),
    (r"\frac{\partial L}{\partial s_k} = \begin{cases} \operatorname{softmax}(s)_k - 1 & k = c \\"
     r" \operatorname{softmax}(s)_k & k \neq c \end{cases}",
     "follows"),
    (r"\frac{\partial L}{\partial s_k} = \begin{cases} \operatorname{softmax}(s)_k + 1 & k = c \\"
     r" \operatorname{softmax}(s)_k & k \neq c \end{cases}",
     "wrong"),
    (r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k + \mathbf{1}(k = c)", "wrong"),
    (r"\nabla_s L = \operatorname{softmax}(s) + e_c", "wrong"),
    (r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k", "wrong"),
])  # fmt: skip
def test_a_row_of_a_document(row: str, verdict: str) -> None:
    (problem,) = check_text(
        f"With the class $c$ the loss is $$L(s) = {LOSS}.$$\n\nThen\n\n$${row}$$\n", "page.md"
    ).problems
    assert problem.lines[-1].verdict == verdict


def test_a_row_about_the_other_places_is_no_claim_about_all_of_them() -> None:
    row = r"\frac{\partial L}{\partial s_k} = \operatorname{softmax}(s)_k \quad (k \neq c)"
    (problem,) = check_text(f"The loss is $$L(s) = {LOSS}.$$\n\n$${row}$$\n", "page.md").problems
    assert problem.verdict != "wrong"


@pytest.mark.parametrize(("answer", "verdict"), [
    (r"\operatorname{softmax}(s) - \mathbf e_c", "right"), (r"\operatorname{softmax}(s)_k - \delta_{kc}", "right"),
    ("softmax(s) - e_c", "right"),
    (r"\frac{\partial L}{\partial s_c} = \operatorname{softmax}(s)_c - 1", "undecided"), ("softmax(s) - c",
    "undecided"),
    ("softmax(s)", "wrong"), (r"\operatorname{softmax}(s) + \mathbf e_c", "wrong"),
])  # fmt: skip
def test_an_answer(answer: str, verdict: str) -> None:
    assert judge_answer(task_for((LOSS, "s", "s: k", "", None, "gradient")), answer, None).verdict == verdict


HINGE = r"L(s) = \sum_{j \neq c} \max(0, s_j - s_c + 1)"


@pytest.mark.parametrize(("row", "verdict"), [
    (r"\frac{\partial L}{\partial s_c} = -\sum_{j \neq c} \mathbb{1}[s_j - s_c + 1 > 0]", "follows"),
    (r"\frac{\partial L}{\partial s_c} = \sum_{j \neq c} \mathbb{1}[s_j - s_c + 1 > 0]", "wrong"),
    (r"\frac{\partial L}{\partial s_k} = (1-\delta_{kc})\mathbb{1}[s_k-s_c+1>0] - \delta_{kc}\sum_{j \neq "
        r"c}\mathbb{1}[s_j-s_c+1>0]",
     "follows"),
])  # fmt: skip
def test_a_sum_over_the_other_places(row: str, verdict: str) -> None:
    (problem,) = check_text(f"Let $${HINGE}.$$\n\n$${row}$$\n", "page.md").problems
    assert problem.lines[-1].verdict == verdict

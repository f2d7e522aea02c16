"""What a document says the variable is, once the derivative was set to zero, is judged;
while that is in doubt nothing is right."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

SETTING = "Let $X\\in\\mathbb{R}^{n\\times d}$, $y\\in\\mathbb{R}^n$ and $w\\in\\mathbb{R}^d$. "
RIDGE = (
    SETTING + "The loss is $$L(w) = \\|Xw - y\\|^2 + \\lambda\\|w\\|^2$$ and\n\n$$\\nabla L(w) = 2X^\\top(Xw - y) + "
    "2\\lambda w.$$\n\n"
)
NORMAL = "Setting this to zero:\n\n$$(X^\\top X + \\lambda I)w = X^\\top y$$\n\nTherefore\n\n"
DIRECT = "Setting this to zero and solving for $w$ gives\n\n"
RIGHT = ["(X^\\top X + \\lambda I)^{-1}X^\\top y", "X^\\top(XX^\\top + \\lambda I)^{-1}y"]
WRONG = [
    "(X^\\top X - \\lambda I)^{-1}X^\\top y",
    "(X^\\top X + 2\\lambda I)^{-1}X^\\top y",
    "(X^\\top X)^{-1}X^\\top y",
]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["w", "w^*", "w^\\star", "\\hat w", "\\hat{w}"])
@pytest.mark.parametrize("before", [NORMAL, DIRECT], ids=["normal", "direct"])
@pytest.mark.parametrize(("value", "verdict"), [(RIGHT[0], "right"), (WRONG[0], "wrong")])
def test_a_solution_is_a_claim(name: str, before: str, value: str, verdict: str) -> None:
    assert check_text(f"{RIDGE}{before}$$\\boxed{{{name} = {value}}}$$", "x.md").verdict == verdict


@pytest.mark.parametrize("value", RIGHT)
def test_every_form_of_the_solution_is_right(value: str) -> None:
    assert check_text(f"{RIDGE}{NORMAL}$$w^* = {value}.$$", "x.md").verdict == "right"


@pytest.mark.parametrize("value", WRONG)
def test_no_wrong_solution_is_right(value: str) -> None:
    assert check_text(f"{RIDGE}{NORMAL}so $w = {value}$.", "x.md").verdict == "wrong"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "tail",
    [
        "Without the penalty, $$w = (X^\\top X)^{-1}X^\\top y.$$",
        "When $\\lambda = 0$, $$\\hat w = (X^\\top X)^{-1}X^\\top y.$$",
        "Compare with ordinary least squares, $\\hat w = (X^\\top X)^{-1}X^\\top y$.",
        "Subject to $c^\\top w = 1$ one finds $$w^* = (X^\\top X + \\lambda I)^{-1}(X^\\top y - c).$$",
        "Start from $$w_0 = X^\\top y$$",
        "By the representer theorem $$w = X^\\top \\alpha$$",
    ],
)
def test_the_solution_of_another_problem_is_never_called_wrong(tail: str) -> None:
    report = check_text(f"{RIDGE}{NORMAL}$$w = {RIGHT[0]}$$\n\n{tail}", "x.md")
    assert [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"] == []


def test_a_document_whose_solution_was_not_judged_is_not_right() -> None:
    report = check_text(f"{RIDGE}{NORMAL}$$w = (X^\\top X + \\Gamma_0)^{{-1}}X^\\top y$$", "x.md")
    assert report.verdict == "undecided"


def test_the_last_claim_is_the_final_answer_of_a_right_document() -> None:
    (problem,) = check_text(f"{RIDGE}{NORMAL}$$\\boxed{{w = {RIGHT[0]}}}$$", "x.md").problems
    assert (problem.verdict, problem.final.verdict) == ("right", "right")

"""A name that a sentence defines is known to a display, also where the display is wrong."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Key, check_text
from matgrad_cli.records.finding import ProblemReport

KEY = """
[[problem]]
id = "1"
loss = "norm(X@w - y)**2 / n + lam * norm(w)**2"
wrt = "w"
shapes = "X: n×d, w: d, y: n"
points = 4
partial = "lost-factor: 0.5, wrong-sign: 0.25"

[[problem]]
id = "2"
loss = "-sum(Y * log(softmax(X@W, axis=1)))"
wrt = "W"
shapes = "X: n×d, W: d×k, Y: n×k"
assume = "Y onehot"
points = 4
partial = "wrong-sign: 0.5"
"""
P = r"Let $P = \mathrm{softmax}(XW)$ (row-wise), and $Z = XW$. Then"
WRONG = [
    (1, r"Let $r = Xw - y$.", r"\frac{dL}{dw} = \frac{1}{n} X^T r + 2\lambda w", "lost-factor", 2),
    (1, r"Write $L = \frac1n r^T r + \lambda w^T w$ with $r = Xw - y$.", r"\nabla_w L = \frac2n X^T r", None, 0),
    (1, r"Let $u = Xw$ and let $r = u - y$.", r"\frac{dL}{dw} = -\frac{2}{n} X^T r - 2\lambda w", "wrong-sign", 1),
    (2, P, r"\nabla_W L = X^\top(Y-P)", "wrong-sign", 2),
    (2, P, r"\nabla_W L = (P-Y)^\top X", "other-layout", 0),
    (2, r"Let $Z = XW$ and $P = \mathrm{softmax}(Z)$.", r"\nabla_W L = X^\top(Y-P)", "wrong-sign", 2),
]
WRONG += [
    (1, r"Let $A = X^T X$, $b = X^T y$.", r"\nabla L = \frac1n (Aw - b) + 2\lambda w", "lost-factor", 2),
    (1, r"Let $G = \frac2n X^T(Xw - y)$ and $H = w$.", r"\nabla L = G + \lambda H", "lost-factor", 2),
    (1, r"Let $r_i = x_i^T w - y_i$.", r"\nabla L = \frac1n \sum_i r_i x_i + 2\lambda w", "lost-factor", 2),
]
RIGHT = [
    (1, r"Let $r = Xw - y$.", r"\frac{dL}{dw} = \frac{2}{n} X^T r + 2\lambda w"),
    (1, r"Let $r = y - Xw$. Or let $r = Xw - y$.", r"\frac{dL}{dw} = \frac{2}{n} X^T r + 2\lambda w"),
    (2, P, r"\nabla_W L = X^\top(P-Y)"),
]
UNDECIDED = [
    r"Let $r$ be the residual.",
    r"Let $r = s - y$, where $s$ is a prediction.",
    r"Is $r = Xw - y$?",
    r"Let $r \ne Xw - y$.",
    r"Suppose for a moment that $r = 0$. Then",
    r"If $r = y$, then",
    r"We do not set $r = Xw - y$ here.",
    r"Let $r \approx Xw - y$.",
    r"Let $r = 2(Xw - y)$, or else let $r = Xw - y$.",
]


def graded(key: Key, number: int, sentence: str, display: str) -> ProblemReport:
    """The report on a sentence and a display as the answer of a problem."""
    file = check_text(f"# Problem {number}\n\n{sentence}\n\n$${display}$$\n", "answer.md", key)
    return next(one for one in file.problems if one.id == str(number))


@pytest.mark.parametrize(("number", "sentence", "display", "code", "score"), WRONG)
def test_a_wrong_display_knows_what_the_sentence_defines(
    key: Key, number: int, sentence: str, display: str, code: str | None, score: float
) -> None:
    found = graded(key, number, sentence, display)
    assert (found.verdict, found.score) == ("wrong", score), found
    assert found.first_wrong is not None
    assert code in (None, found.first_wrong.code)


@pytest.mark.parametrize(("number", "sentence", "display"), RIGHT)
def test_a_right_display_stays_right(key: Key, number: int, sentence: str, display: str) -> None:
    assert graded(key, number, sentence, display).verdict == "right"


@pytest.mark.parametrize("sentence", UNDECIDED)
def test_a_name_that_is_not_surely_defined_is_not_known(key: Key, sentence: str) -> None:
    found = graded(key, 1, sentence, r"\frac{dL}{dw} = \frac{1}{n} X^T r + 2\lambda w")
    assert found.verdict == "undecided", found


def test_a_derivation_keeps_its_rows_behind_the_definitions(key: Key) -> None:
    rows = r"dL &= \operatorname{tr}((P-Y)^\top dZ) \\ &= \operatorname{tr}((P-Y)^\top X\, dW)"
    display = rf"\begin{{aligned}} {rows} \end{{aligned}}$$ Therefore $$\nabla_W L = X^\top (Y - P)"
    found = graded(key, 2, P, display)
    assert (found.verdict, found.claims) == ("wrong", (3, 3)), found
    assert found.first_wrong is not None
    assert found.first_wrong.number == 5


def test_what_is_defined_behind_an_answer_is_taken_only_where_it_is_said_of_it(key: Key) -> None:
    display = r"\frac{dL}{dw} = \frac{1}{n} X^T r + 2\lambda w$$"
    assert graded(key, 1, "Then", rf"{display} where $r = Xw - y$. $$").verdict == "wrong"
    assert graded(key, 1, "Then", rf"{display} Something else. Let $r = Xw - y$. $$").verdict == "undecided"

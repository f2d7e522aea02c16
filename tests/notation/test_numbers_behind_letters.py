"""A number close behind a letter is the number of one of several, `W1` as `W_1`, in every formula of LaTeX or text."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.notation.problems import read_problem

PAIRS = [
    (r"\|A2 x - b1\|^2", r"\|A_2 x - b_1\|^2", "x"),
    (r"\|W1 x\|^2", r"\|W_1 x\|^2", "W_1"),
    (r"\frac12\|W2\sigma(W1 x) - y\|^2", r"\frac12\|W_2\sigma(W_1 x) - y\|^2", "W_2"),
]


@pytest.mark.parametrize(("close", "below", "wrt"), PAIRS)
def test_it_is_read_as_a_subscript(close: str, below: str, wrt: str) -> None:
    first, second = (read_problem(text, wrt, (), (), "latex") for text in (close, below))
    assert first.loss is second.loss


def test_a_raised_number_or_letter_takes_none() -> None:
    for text in (r"x^T2 A x", r"\frac n2 x^T A x", r"x^\top2 A x"):
        assert {symbol.name for symbol in read_problem(text, "x", (), (), "latex").variables} <= {"x", "A", "n"}


@pytest.mark.parametrize("text", ["$L = \\frac12\\|A2 x - y\\|^2$\n\n$\\nabla_x L = {}A2^T (A2 x - y)$\n"])
def test_a_document_is_judged_so(text: str) -> None:
    assert [check_text(text.replace("{}", by), "a.md").verdict for by in ("", "2")] == ["right", "wrong"]


def test_a_shape_of_a_name_that_does_not_occur_is_said() -> None:
    notes = read_problem("norm(X@w - y)**2", "w", ["X: m×n, Z: n×n, m: scalar"]).notes
    assert [note for note in notes if "occur" in note] == ["`Z`, of which a shape is told, does not occur in the loss"]


@pytest.mark.parametrize(("close", "apart"), [
    (r"\|X1 - b\|^2", r"\|X 1 - b\|^2"),
    ("1^T X1", "1^T X 1"),
    (r"\operatorname{tr}(X1 1^T B)", r"\operatorname{tr}(X 1 1^T B)"),
])  # fmt: skip
def test_a_one_behind_which_no_factor_stands_may_be_the_vector_of_ones(close: str, apart: str) -> None:
    first, second = (read_problem(text, "X", (), (), "latex") for text in (close, apart))
    assert first.loss is second.loss


def test_a_derivative_by_a_numbered_name_is_one() -> None:
    text = (
        "Let $L = \\frac12\\|W2\\,\\sigma(W1 x) - y\\|^2$ with $h = \\sigma(W1 x)$.\n\n"
        "$$\\frac{\\partial L}{\\partial W2} = (W2 h - y) h^T$$\n\n"
        "$$\\nabla_{W1} L = ((W2{}(W2 h - y)) \\odot h \\odot (1-h)) x^T$$\n"
    )
    assert [check_text(text.replace("{}", sign), "a.md").verdict for sign in ("^T", "")] == ["right", "wrong"]

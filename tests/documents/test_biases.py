"""A bias that is added to a matrix: a vector in every row, or in every column, where its size or a word says so."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading.check import check_text
from matgrad_cli.notation.problems import read_problem

SIZES = r"$X \in \mathbb{R}^{n\times d}$, $W \in \mathbb{R}^{d\times k}$, $Y \in \mathbb{R}^{n\times k}$"
TURNED = r"$W \in \mathbb{R}^{k\times d}$, $X \in \mathbb{R}^{d\times n}$, $Y \in \mathbb{R}^{k\times n}$"
ROWS = (r"$b \in \mathbb{R}^k$", r"the bias $b$", r"the bias vector $b\in\mathbb{R}^k$")
RIGHT = r"2(XW + b - Y)^\top \mathbf 1"
MATRIX = "2(XW + b - Y)"


def verdict(sizes: str, bias: str, loss: str, claim: str) -> str:
    stated = rf"Let $L = \|{loss} + b - Y\|_F^2$ with {sizes} and {bias}."
    return check_text(f"{stated}\n\n$$\\frac{{\\partial L}}{{\\partial b}} = {claim}$$\n", "a.md").verdict


@pytest.mark.parametrize("bias", ROWS)
def test_a_bias_is_added_to_every_row(bias: str) -> None:
    assert verdict(SIZES, bias, "XW", RIGHT) == "right"
    assert verdict(SIZES, bias, "XW", MATRIX) == "wrong"
    assert verdict(SIZES, bias, "XW", r"2(XW + b - Y)\mathbf 1") == "wrong"


def test_a_bias_is_added_to_every_column() -> None:
    assert verdict(TURNED, r"$b \in \mathbb{R}^k$", "WX", r"2(WX + b - Y)\mathbf 1") == "right"
    assert verdict(TURNED, r"the bias $b$", "WX", r"2(WX + b - Y)\mathbf 1") == "right"
    assert verdict(TURNED, r"$b \in \mathbb{R}^k$", "WX", "2(WX + b - Y)") == "wrong"


def test_what_is_a_bias_only_by_its_letter_is_open() -> None:
    assert verdict(SIZES, "$b$", "XW", RIGHT) == "right"
    assert verdict(SIZES, "$b$", "XW", MATRIX) == "undecided"
    assert verdict(SIZES, r"$b\in\mathbb{R}^{n\times k}$", "XW", MATRIX) == "right"


def test_in_latex_only_a_declared_vector_lies_in_every_row_and_that_is_said() -> None:
    shapes = "X: n×d, W: d×k, Y: n×k"
    said = read_problem(r"\|XW + b - Y\|_F^2", "b", [f"{shapes}, b: k"]).notes
    assert "`b` is added to every row: it is read as `𝟏bᵀ`" in said
    with pytest.raises(InputError):
        read_problem(r"\|XW + b - Y\|_F^2", "b", [f"{shapes}, b: d"])
    with pytest.raises(InputError):
        read_problem(r"\|XW - Y\|_F^2", "W", ["X: n×d, W: d×k, Y: n×1"])

"""`--numbers`: every line at the same small example, and what is written comes to what is said."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from matgrad_cli.api import explain
from matgrad_cli.render.document.blocks import Chain, Document, Formula, Move, Numbers
from matgrad_cli.render.document.derivation import document
from matgrad_cli.render.html.mathematics import numbers_html
from matgrad_cli.render.latex.prose import numbers_latex

LOSSES = [
    ("norm(X@R-Y)**2/m", "R", "X: m×n, R: n×p, Y: m×p", "", "index"),
    ("norm(X@R-Y)**2/m", "R", "X: m×n, R: n×p, Y: m×p", "", "differential"),
    ("x.T@A@x", "x", "", "", "expand"),
    ("tr(A@X.T@X@B)", "X", "", "", "index"),
    ("R.T@R", "R", "", "", "index"),
    ("logdet(S)", "S", "", "S spd", "index"),
    ("sum(log(1+exp(X@w)))", "w", "", "", "chain"),
    ("norm(W@Q)**2", "W", "W: m×n, Q: n×p", "Q orthogonal", "index"),
]


def told(blocks: Document) -> list[str]:
    """The numbers of every line."""
    found = []
    for block in blocks:
        if isinstance(block, Chain):
            found.append(block.numbers)
            waiting = list(block.moves)
            while waiting:
                move: Move = waiting.pop(0)
                waiting = [*move.inner, *waiting]
                found += [] if move.inner else [move.numbers]
        elif isinstance(block, Formula) and block.role == "result":
            found.append(block.numbers)
    return found


def worth(text: str) -> Fraction | None:
    """What written numbers come to; None where matrices stand in them."""
    if "[" in text or "tr" in text:
        return None
    return Fraction(eval(  # noqa: S307
        re.sub(r"([\d.]+)", r"Fraction('\1')", text.replace("·", "*").replace("−", "-")), {"Fraction": Fraction}))


@pytest.mark.parametrize(("loss", "wrt", "shapes", "assume", "method"), LOSSES)
def test_every_line_comes_to_the_same(loss: str, wrt: str, shapes: str, assume: str, method: str) -> None:
    derivation = explain(loss, wrt, shapes, assume, method=method).derivations[0]
    blocks = document(derivation, "normal", numbers=True)
    assert any(isinstance(block, Numbers) for block in blocks)
    lines = told(blocks)
    assert all(lines[:-1])
    ends = {line.split(" = ")[-1] for line in lines if line and "[" not in line.split(" = ")[-1]}
    assert len(ends) <= 1
    for line in lines:
        sides = [worth(side) for side in line.split(" = ")] if line else []
        assert len({side for side in sides if side is not None and side.denominator < 25}) <= 1, line


def test_terms_of_a_sum_are_counted() -> None:
    derivation = explain("norm(X@R-Y)**2/m", wrt="R", shapes="X: m×n, R: n×p, Y: m×p").derivations[0]
    terms = [line.count("+") + 1 for line in told(document(derivation, "normal", numbers=True)) if "/2 · (" in line]
    assert terms[-4:] == [8, 4, 2, 2]  # two δ, each of which leaves half of the terms


@pytest.mark.parametrize("format", ["text", "terminal", "latex", "markdown", "html"])
def test_the_same_numbers_in_every_format(format: str) -> None:
    shown = explain("norm(X@w-y)**2", wrt="w", shapes="X: m×n", numbers=True).render(format)
    plain = re.sub(r"<[^>]*>|\\begin{bmatrix}|\\end{bmatrix}|[\\&;\[\]\s]", "", shown)
    example = re.search(r"numbers.*?X=?\$?=?(.{2,12}?)[,$]", plain)
    assert example is not None
    assert explain("norm(X@w-y)**2", wrt="w", shapes="X: m×n").render(format).count("in numbers") == 0


def test_matrices_are_set_as_matrices() -> None:
    assert numbers_latex("2/3 · [1 −2; 0 4]") == r"\frac{2}{3} \cdot \begin{bmatrix} 1 & -2 \\ 0 & 4 \end{bmatrix}"
    assert numbers_html("1/2 [1; −2]").count("<mtr>") == 2

"""`--numbers`: every line at the same small example, and what is written comes to what is said."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import numpy as np
import pytest

from matgrad_cli.api import explain, solve
from matgrad_cli.render.document.blocks import Chain, Document, Formula, Move, Numbers
from matgrad_cli.render.document.derivation import document
from matgrad_cli.render.document.numbers import _number
from matgrad_cli.render.document.optimum import optimum_document
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
        elif isinstance(block, Formula) and block.role in ("result", "equation"):
            found.append(block.numbers)
    return found


def worth(text: str) -> list[float] | None:
    """What written numbers come to, entry by entry; None where a function stands in them."""
    if "∘" in text or "…" in text:
        return None
    program = re.sub(r"\[[^]]*\]", lambda matrix: f"M('{matrix.group()}')", text.replace("−", "-"))
    program = re.sub(r"(?<=\)) (?=[M(])", " @ ", program).replace("·", "*")

    def matrix(text: str) -> np.ndarray:
        return np.array([[float(Fraction(entry)) for entry in row.split()] for row in text[1:-1].split(";")])

    made = eval(program, {"M": matrix, "sum": np.sum, "tr": np.trace})  # noqa: S307
    return [float(value) for value in np.ravel(made)]


def alike(sides: list[str]) -> bool:
    """Whether written numbers come to the same; a decimal has three digits."""
    found = [side for side in map(worth, sides) if side is not None]
    near = 0.03 if any("." in side for side in sides) else 1e-9
    return all(np.allclose(side, found[0], rtol=near, atol=10 * near) for side in found)


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
        assert alike(line.split(" = ") if line else []), line


@pytest.mark.parametrize(
    ("loss", "wrt", "assume"),
    [
        ("sum(log(1+exp(-y*(X@w)))) + lam/2*norm(w)**2", "w", ""),
        ("-sum(y*log(softmax(W@x)))", "W", ""),
        ("sum(tanh(W@x)*y)", "W", ""),
        ("logdet(S) + tr(inv(S)@C)", "S", "S spd, C spd"),
    ],
)
def test_the_example_is_one_that_can_be_read(loss: str, wrt: str, assume: str) -> None:
    derivation = explain(loss, wrt, assume=assume, numbers=True)
    lines = told(document(derivation.derivations[0], "normal", numbers=True))
    written = [abs(float(number)) for line in lines for number in re.findall(r"[\d.]+", line)]
    assert written
    assert max(written) < 100
    assert all(number == 0 or number > 1e-4 for number in written)
    assert all(len(row) <= 80 for row in derivation.render("text", width=80).splitlines())


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "assume", "constraint"),
    [
        ("norm(X@w - y)**2 + lam*norm(w)**2", "w", "", "", ()),
        ("norm(A@X@B - C)**2", "X", "", "", ()),
        ("w.T@S@w", "w", "w: n, S: n×n", "S spd", ("sum(w) = 1",)),
        ("norm(x-c)**2", "x", "", "", ("A@x = b",)),
    ],
)
def test_both_sides_of_an_equation_come_to_the_same(
    loss: str, wrt: str, shapes: str, assume: str, constraint: tuple[str, ...]
) -> None:
    solution = solve(loss, wrt, shapes, assume, subject_to=constraint).solution
    lines = [line for line in told(optimum_document(solution, "normal", numbers=True)) if line]
    assert len(lines) >= len(solution.moves)
    for line in lines:
        assert " = " in line
        assert alike(line.split(" = ")), line


def test_an_eigenvector_has_no_example_and_that_is_said() -> None:
    shown = solve("w.T@S@w", "w", "w: n, S: n×n", "S spd", subject_to="w.T@w = 1", numbers=True).render("text")
    assert "e.g." not in shown
    assert "without an example" in " ".join(shown.split())


def test_numbers_as_data() -> None:
    told = json.loads(explain("norm(X@w-y)**2", wrt="w", shapes="X: m×n", numbers=True).render("json"))["numbers"]
    assert told["given"][0] == "m = 2"
    assert told["start"]
    assert "1" in told["steps"]
    assert json.loads(solve("norm(X@w - y)**2", "w", numbers=True).render("json"))["numbers"]["result"].endswith("]")


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


@pytest.mark.parametrize(
    ("value", "shown"), [(-2e-16, "0"), (1 / 3 + 1e-15, "1/3"), (0.26894, "0.269"), (4e-5, "0.00004")]
)
def test_a_number_is_written_without_its_rounding(value: float, shown: str) -> None:
    assert _number(value) == shown

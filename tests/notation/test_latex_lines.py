"""Rows of derivations taken apart into statements."""

from __future__ import annotations

import pytest
from latex_sexpr import tree

from matgrad_cli.grading.lines.losses import differentiated_names
from matgrad_cli.notation.latex.lines import LatexLine, split_line
from matgrad_cli.notation.latex.names import LatexNames

NAMES = LatexNames(
    {**dict.fromkeys("XRYAWB", "matrix"), **dict.fromkeys("xyw", "vector"), "mu": "vector"},
    wrt="X",
    dimensions=frozenset("mn"),
)


def shown(line: LatexLine) -> list[str]:
    """Each statement on one line: its role, what it continues, its sides."""
    found = []
    for statement in line.statements:
        sides = " = ".join("?" if side.node is None else tree(side.node) for side in statement.sides)
        found.append(f"{statement.role}: {statement.leading or ''}{sides}")
    return found


ROWS: list[tuple[str, list[str]]] = [
    (r"&= 2X^Ty \\\\", ["claim: =(juxtapose (juxtapose 2 X') y)"]),
    (r"L &= x = y", ["claim: L = x = y"]),
    (r"\Rightarrow x = y.", ["claim: x = y"]),
    (r"\therefore\ \nabla_X f = 2X", ["claim: (D:nabla f / X) = (juxtapose 2 X)"]),
    (r"G := X^TX,\qquad f = \operatorname{tr} G", ["definition: G = (juxtapose X' X)", "claim: f = (tr G)"]),
    (r"f = \det G,\quad \text{where } G = X^TX", ["claim: f = (det G)", "definition: G = (juxtapose X' X)"]),
    (r"H = WX, \hat{Y} = WH", ["claim: H = (juxtapose W X)", "claim: Y = (juxtapose W H)"]),
    (r"= 2x \qquad\text{(since $A=A^T$)}", ["claim: =(juxtapose 2 x)"]),
    (r"= 2x \tag{3} \label{eq:a} \nonumber", ["claim: =(juxtapose 2 x)"]),
    (r"= 2x, \quad (8)", ["claim: =(juxtapose 2 x)"]),
    (r"= -X \in \mathbb{R}^{m \times n}", ["claim: =(neg X)"]),
    (r"= 2x \text{ for symmetric } A.", ["claim: =(juxtapose 2 x)"]),
    (r"x = y \text{ and } A = B", ["claim: x = y", "claim: A = B"]),
    (r"x = y; A = B", ["claim: x = y", "claim: A = B"]),
    (r"x \approx y", ["claim: x = y"]),
    (r"x \overset{(a)}{=} y", ["claim: x = y"]),
    (r"\frac{\partial}{\partial\mu} = -2x", ["claim: (D:partial _ / mu) = (neg (juxtapose 2 x))"]),
    (r"\nabla = 2x", ["claim: (D:nabla _ / _) = (juxtapose 2 x)"]),
    (r"d = x^Tx", ["claim: d = (juxtapose x' x)"]),
    (r"\langle A, B\rangle = \|x, y\|", ["claim: (inner A B) = ?"]),
    (r"x \le y", ["claim: ? = ?"]),
    (r"= \ldots", ["claim: =..."]),
    (r"$$x = y$$", ["claim: x = y"]),
    ("∂L/∂w = 2 Xᵀ(Xw − y)", ["claim: (D:partial L / w) = (juxtapose (juxtapose 2 X') (- (juxtapose X w) y))"]),
    (r"x = y = ", ["claim: x = y"]),
    (r"", []),
    (r"\\\\", []),
    (r"\text{Let } G = X^TX", ["definition: G = (juxtapose X' X)"]),
    (r"x_i = y_i, \quad i = 1, \dots, n", ["claim: x[i] = y[i]"]),
]


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[text for text, _ in ROWS])
def test_rows(text: str, expected: list[str]) -> None:
    assert shown(split_line(text, names=NAMES)) == expected


def test_sides_know_their_place() -> None:
    text = r"&= 2x = X^T y \\"
    sides = split_line(text, names=NAMES).statements[0].sides
    assert [text[side.span.start : side.span.end] for side in sides] == ["2x", "X^T y"]
    assert [side.text for side in sides] == ["2x", "X^T y"]


def test_what_cannot_be_read_is_kept_with_its_reason() -> None:
    side = split_line(r"= \mathbb{P}[x]", names=NAMES).statements[0].sides[0]
    assert side.node is None
    assert side.problem is not None
    assert side.problem.message == "an expectation or a set cannot be read here"


def test_remarks_are_no_part_of_a_line() -> None:
    (statement,) = split_line(r"= 2x \qquad\text{(since $A=A^T$)}", names=NAMES).statements
    assert [side.text for side in statement.sides] == ["2x"]


def test_differentiated_names() -> None:
    nodes = [
        side.node
        for side in split_line(r"\nabla_X f = \frac{\partial f}{\partial X} = dX + d\phi", names=NAMES)
        .statements[0]
        .sides
    ]
    assert differentiated_names(node for node in nodes if node is not None) == ("f", "X", "phi")

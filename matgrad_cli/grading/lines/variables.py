"""Derivatives by parts of a variable: ∂f/∂u_i by a row of U, ∂f/∂vec X;
and a trace that takes in the factors behind its bracket."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics import MatgradError, Source
from ...diagnostics.record import replace
from ...ir import NUMBER, Shape
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from .scope import Surroundings
from .syntax_walk import inner, rebuilt, walk

_LETTERS = ("k", "l", "r", "s", "t", "q", "p", "a", "b", "c")


def by_parts(node: s.Node, around: Surroundings) -> s.Node:
    """∂f/∂u_i is the column of the ∂f/∂U_ik, ∂f/∂vec X is vec ∂f/∂X; ∂y/∂xᵀ has a row for each entry of y, ∂yᵀ/∂x a
    column, and ∂vec(Y)/∂vec(X)ᵀ likewise, whatever the layout."""
    pending = [part for _, part in walk(node) if isinstance(part, s.Derivative)]
    if not any(
        isinstance(part.variable, (s.Slice, s.Apply, s.Transposed, s.Group)) or isinstance(part.body, s.Transposed)
        for part in pending
    ):
        return node
    taken = {part.name for _, part in walk(node) if isinstance(part, s.Name)}
    letters = tuple(name for name in _LETTERS if name not in taken and not around.known(name))

    def change(part: s.Node) -> s.Node:
        if not isinstance(part, s.Derivative) or part.indices:
            return part
        match inner(part.variable):
            case s.Slice(span, _, matrix, index) as member:
                own = s.Name(span, letters[0])
                indices = (own, index) if member.is_column else (index, own)
                entry = s.Derivative(part.span, part.body, matrix, indices, part.style)
                return s.EntriesOf(part.span, (own, None), (None, None), entry)
            case s.Apply(_, "vec", (s.Name() as whole,)):
                return s.Apply(part.span, "vec", (replace(part, variable=whole),))
            case s.Transposed(_, variable):
                return _by_row(part, inner(variable), around, letters)
            case s.Name() as variable if isinstance(part.body, s.Transposed) and _shape(part.body, around).is_row:
                turned = _by_row(replace(part, body=part.body.body), variable, around, letters)
                return part if turned is part else s.Transposed(part.span, turned)
        return part

    return rebuilt(node, change)


def members(node: s.Node, around: Surroundings) -> s.Node:
    """z_n as row n of a z that was defined by its rows, also in the row that defines it."""
    matrices = {name for name, symbol in around.defined.items() if symbol.shape.is_matrix}

    def change(part: s.Node) -> s.Node:
        match part:
            case s.Subscript(span, s.Name(_, name) as base, (index,)) if name in matrices:
                return s.Slice(span, base, base, index, "subscript")
            case s.Derivative(_, _, s.Name(span, name) as base, (index,)) if name in matrices:
                return replace(part, variable=s.Slice(span, base, base, index, "subscript"), indices=())
        return part

    return rebuilt(node, change) if matrices else node


def _shape(node: s.Node | None, around: Surroundings) -> Shape:
    """The shape of a part; that of a number where it cannot be read. None is the loss."""
    if node is None:
        return around.task.problem.loss.shape
    try:
        return read_node(node, around.scope(Source("", ""), "latex", {})).expr.shape
    except MatgradError:
        return NUMBER


def _by_row(part: s.Derivative, variable: s.Node | None, around: Surroundings, letters: Sequence[str]) -> s.Node:
    """∂y/∂xᵀ of a column or a number y; the derivative itself where it is none."""
    span, shape = part.span, _shape(part.body, around)
    by_vec = variable.arguments[0] if isinstance(variable, s.Apply) and variable.function == "vec" else None
    if len(letters) < 6 or not isinstance(whole := by_vec or variable, s.Name) or not around.valued(whole.name):
        return part
    i, j, row, col, one, other = (s.Name(span, letter) for letter in letters[:6])
    if shape.is_number and by_vec is not None:
        return s.Transposed(span, s.Apply(span, "vec", (replace(part, variable=whole),)))
    if by_vec is not None:
        inside = inner(part.body)
        if not isinstance(inside, s.Apply) or inside.function != "vec":
            return part
        entry = s.Subscript(span, s.Group(span, inside.arguments[0]), (i, j))
        moved = s.EntriesOf(span, (i, j), (None, None), s.Derivative(span, entry, whole, (row, col), part.style))
        places = (
            s.EntriesOf(span, (letter, None), (None, None), s.Kronecker(span, (letter, at)))
            for letter, at in ((one, col), (other, row))
        )
        place = s.Transposed(span, s.Group(span, s.Binary(span, "kron", *places)))
        product = s.Binary(span, "juxtapose", s.Apply(span, "vec", (moved,)), place)
        return s.Sigma(span, (row, col), (None, None), s.Group(span, product))
    if not _shape(whole, around).is_column or not (shape.is_number or shape.is_column):
        return part
    if shape.is_number:
        moved = s.EntriesOf(span, (i, None), (None, None), replace(part, variable=whole, indices=(i,)))
        return s.Transposed(span, moved)
    if part.body is None:
        return part
    entry = s.Subscript(span, s.Group(span, part.body), (i,))
    return s.EntriesOf(span, (i, j), (None, None), s.Derivative(span, entry, whole, (j,), part.style))


def flat_vectors(node: s.Node, around: Surroundings) -> s.Node | None:
    """NumPy's `x @ A` of a one-dimensional x, which is one-dimensional again: the column Aᵀx.
    None where no such product stands."""
    scope = around.scope(Source("", ""), "numpy", {})
    found: list[s.Node] = []

    def shape(part: s.Node) -> Shape | None:
        try:
            return read_node(part, scope).expr.shape
        except MatgradError:
            return None

    def change(part: s.Node) -> s.Node:
        sides: tuple[s.Node, ...] = ()
        if isinstance(part, s.Binary) and part.operator == "@":
            sides = (part.left, part.right)
        elif (
            isinstance(part, s.Apply) and part.function.split(".")[-1] in ("dot", "matmul") and len(part.arguments) == 2
        ):
            sides = part.arguments
        if not sides:
            return part
        left, right = (shape(side) for side in sides)
        if left is None or right is None or not left.is_column or not right.is_matrix:
            return part
        found.append(part)
        return s.Transposed(part.span, part)

    changed = rebuilt(node, change)
    return changed if found else None

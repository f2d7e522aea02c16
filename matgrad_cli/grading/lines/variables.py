"""Derivatives by parts of a variable: ∂f/∂u_i by a row of U, ∂f/∂vec X;
and a trace that takes in the factors behind its bracket."""

from __future__ import annotations

from ...diagnostics import MatgradError, Source
from ...ir import Shape
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from .scope import Surroundings
from .syntax_walk import rebuilt, walk

_LETTERS = ("k", "l", "r", "s", "t", "q", "p", "a", "b", "c")


def by_parts(node: s.Node, around: Surroundings) -> s.Node:
    """∂f/∂u_i is the column of the ∂f/∂U_ik, ∂f/∂vec X is vec ∂f/∂X."""
    if not any(
        isinstance(part, s.Derivative) and isinstance(part.variable, (s.Slice, s.Apply)) for _, part in walk(node)
    ):
        return node
    taken = {part.name for _, part in walk(node) if isinstance(part, s.Name)}
    letter = next((name for name in _LETTERS if name not in taken and not around.known(name)), "kk")

    def change(part: s.Node) -> s.Node:
        if not isinstance(part, s.Derivative) or part.indices:
            return part
        match part.variable:
            case s.Slice(span, _, matrix, index) as member:
                own = s.Name(span, letter)
                indices = (own, index) if member.is_column else (index, own)
                entry = s.Derivative(part.span, part.body, matrix, indices, part.style)
                return s.EntriesOf(part.span, (own, None), (None, None), entry)
            case s.Apply(_, "vec", (s.Name() as whole,)):
                return s.Apply(part.span, "vec", (s.Derivative(part.span, part.body, whole, (), part.style),))
        return part

    return rebuilt(node, change)


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

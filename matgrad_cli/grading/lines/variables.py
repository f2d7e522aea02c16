"""Derivatives by parts of a variable: ∂f/∂u_i by a row of U, ∂f/∂vec X; and a trace that takes in the factors behind its bracket."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import MatgradError, Source
from ...ir import Shape
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from .scope import Surroundings
from .syntax_walk import PRODUCTS, rebuilt, walk

_LETTERS = ("k", "l", "r", "s", "t", "q", "p", "a", "b", "c")


def by_parts(node: s.Node, around: Surroundings) -> s.Node:
    """∂f/∂u_i is the column of the ∂f/∂U_ik, ∂f/∂vec X is vec ∂f/∂X."""
    if not any(isinstance(part, s.Derivative) and isinstance(part.variable, (s.Slice, s.Apply)) for _, part in walk(node)):
        return node
    taken = {part.name for _, part in walk(node) if isinstance(part, s.Name)}
    letter = next((name for name in _LETTERS if name not in taken and not around.known(name)), "kk")

    def change(part: s.Node) -> s.Node:
        if not isinstance(part, s.Derivative) or part.indices:
            return part
        match part.variable:
            case s.Slice(span, _, matrix, index, way):
                own = s.Name(span, letter)
                indices = (own, index) if way == "column" else (index, own)
                entry = s.Derivative(part.span, part.body, matrix, indices, part.style)
                return s.EntriesOf(part.span, (own, None), (None, None), entry)
            case s.Apply(_, "vec", (s.Name() as whole,)):
                return s.Apply(part.span, "vec", (s.Derivative(part.span, part.body, whole, (), part.style),))
        return part

    return rebuilt(node, change)


def other_readings(node: s.Node, around: Surroundings, syntax: str) -> Iterator[s.Node]:
    """What the same signs may also say: `tr(A) dX` is often written for tr(A dX); in NumPy `x @ A` is a vector."""
    if syntax == "numpy":
        flat = flat_vectors(node, around)
        if flat is not None:
            yield flat
        return
    found: list[s.Node] = []

    def change(part: s.Node) -> s.Node:
        wider = _wider_trace(part)
        if wider is not None:
            found.append(wider)
        return wider or part

    changed = rebuilt(node, change)
    if found:
        yield changed


def _wider_trace(node: s.Node) -> s.Node | None:
    """tr(A) B as tr(A B)."""
    if not isinstance(node, s.Binary) or node.operator not in PRODUCTS:
        return None
    left = s.ungrouped(node.left)
    if isinstance(left, s.Apply) and left.function == "tr" and len(left.arguments) == 1 and _moves(node.right):
        inner = s.Binary(node.span, node.operator, left.arguments[0], node.right)
        return s.Apply(node.span, "tr", (inner,))
    if not (isinstance(left, s.Binary) and left.operator in PRODUCTS and _moves(node.right)):
        return None
    trace = s.ungrouped(left.right)
    if isinstance(trace, s.Apply) and trace.function == "tr" and len(trace.arguments) == 1:
        inner = s.Binary(node.span, node.operator, trace.arguments[0], node.right)
        return s.Binary(node.span, left.operator, left.left, s.Apply(node.span, "tr", (inner,)))
    return None


def _moves(node: s.Node) -> bool:
    """Whether a differential stands in the factor."""
    return any(isinstance(part, s.Differential_) for _, part in walk(node))


def flat_vectors(node: s.Node, around: Surroundings) -> s.Node | None:
    """NumPy's `x @ A` of a one-dimensional x, which is one-dimensional again: the column Aᵀx. None where no such product stands."""
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
        elif isinstance(part, s.Apply) and part.function.split(".")[-1] in ("dot", "matmul") and len(part.arguments) == 2:
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

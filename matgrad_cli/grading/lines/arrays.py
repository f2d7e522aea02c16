r"""Diagonal matrices written by their entries, `diag(p_i(1 - p_i))`, and rows that lie: X_{i,:} is 1×n."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypedDict

from ...diagnostics.record import replace
from ...notation import syntax as s
from .scope import Surroundings
from .syntax_walk import bound_letters, children, free_letters, rebuilt, with_children


def writings(node: s.Node, around: Surroundings, fixed: Collection[str] = ()) -> Iterator[s.Node]:
    """The tree as it is most likely meant, then as less and less likely, last as it stands;
    the first that can be read counts."""
    if (spread := _diagonals(node, frozenset(fixed))) != node:
        yield from writings(spread, around, fixed)
    if around.lying and (lying := rebuilt(node, _lying)) is not node:
        yield lying
    yield node


def _diagonals(node: s.Node, bound: frozenset[str]) -> s.Node:
    r"""Every `diag(y_i x_i^\top w)` with an i that nothing binds is the diagonal matrix of these numbers,
    if they are numbers."""
    below = bound | frozenset(bound_letters(node))
    parts = tuple(part if isinstance(part, s.Name) else _diagonals(part, below) for part in children(node))
    node = with_children(node, parts) if parts else node
    if not isinstance(node, s.Apply) or node.function != "diag" or len(node.arguments) != 1:
        return node
    (inside,) = node.arguments
    loose = [letter for letter in free_letters(inside) if letter not in bound]
    if len(loose) != 1:
        return node
    entries = s.EntriesOf(inside.span, (s.Name(inside.span, loose[0]), None), (None, None), inside)
    return replace(node, arguments=(entries,))


def _lying(node: s.Node) -> s.Node:
    variable = node.variable if isinstance(node, s.Derivative) and not node.indices else None
    if isinstance(node, s.Derivative) and isinstance(variable, s.Transposed) and isinstance(variable.body, s.Slice):
        return s.Transposed(node.span, replace(node, variable=variable.body))
    return s.Transposed(node.span, node) if isinstance(node, s.Slice) and node.way == "row" else node


Slices = frozenset[tuple[str, str]]
"""In which ways (`row`, `column`, `sample`, `subscript`) rows or columns of which matrices are written."""


class Flags(TypedDict, total=False):
    """How slices are read: the matrices of which w_k is a column, whether X_{i,:} lies (see `Surroundings`)."""

    columns: frozenset[str]
    lying: bool


def slices(node: s.Node | None, around: Surroundings) -> Slices:
    """The rows and columns of matrices that are written in it; a matrix of which the problem has these alone stands for
    them."""
    if node is None:
        return frozenset()
    parts = s.parts_of(node) if s.Slice in s.contents(node).kinds else ()
    gathered = s.contents(node).names & around.gathered.keys()
    return frozenset((part.way, part.matrix.name) for part in parts if isinstance(part, s.Slice)).union(
        ("subscript", name) for name in gathered
    )


def other_slices(found: Slices, known: Collection[str]) -> Iterator[Flags]:
    """How slices written in these ways may also be read, of matrices of which it is not known: all as columns, or those
    of one matrix alone (x_i is a row, w_k a column)."""
    numbered = sorted({name for way, name in found if way in ("subscript", "sample") and name not in known})
    if numbered:
        yield {"columns": frozenset(numbered)}
    for name in numbered if len(numbered) in (2, 3) else ():
        yield {"columns": frozenset((name,))}
    if any(way == "row" for way, _ in found):
        yield {"lying": False}

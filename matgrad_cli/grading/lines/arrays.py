r"""Arrays written by their entries, `[2 \sum_i r_i X_{ij}]_j`, and rows that lie: X_{i,:} is 1×n."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypedDict

from ...diagnostics.record import replace
from ...notation import syntax as s
from .indices import diagonal
from .scope import Surroundings
from .syntax_walk import bound_letters, children, free_letters, rebuilt, with_children


def writings(node: s.Node, around: Surroundings, fixed: Collection[str] = ()) -> Iterator[s.Node]:
    """The tree as it is most likely meant, then as less and less likely, last as it stands;
    the first that can be read counts."""
    if (spread := _diagonals(node, frozenset(fixed))) != node:
        yield from writings(spread, around, fixed)
    whole = rebuilt(node, _by_entries)
    lying = rebuilt(whole, _lying) if around.lying else whole
    yield lying
    if lying is not whole:
        yield whole
    if whole is not node:
        yield node


def _diagonals(node: s.Node, bound: frozenset[str]) -> s.Node:
    r"""Every `diag(y_i x_i^\top w)` with an i that nothing binds is the diagonal matrix of these numbers,
    if they are numbers."""
    below = bound | frozenset(bound_letters(node))
    parts = tuple(part if isinstance(part, s.Name) else _diagonals(part, below) for part in children(node))
    return diagonal(with_children(node, parts) if parts else node, bound)


def _by_entries(node: s.Node) -> s.Node:
    """A bracket with letters that it carries itself is the array of these entries;
    other letters take an entry of it."""
    if (
        not isinstance(node, s.Subscript)
        or isinstance(s.ungrouped(node.body), s.Name)
        or not 1 <= len(node.indices) <= 2
    ):
        return node
    letters = [index for index in map(s.ungrouped, node.indices) if isinstance(index, s.Name)]
    carried = free_letters(node.body)
    if len({letter.name for letter in letters}) != len(node.indices) or not all(
        letter.name in carried for letter in letters
    ):
        return node
    return s.EntriesOf(node.span, (letters[0], letters[1] if len(letters) > 1 else None), (None, None), node.body)


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


def slices(node: s.Node | None) -> Slices:
    """The rows and columns of matrices that are written in it."""
    parts = s.parts_of(node) if node is not None and s.Slice in s.contents(node).kinds else ()
    return frozenset((part.way, part.matrix.name) for part in parts if isinstance(part, s.Slice))


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

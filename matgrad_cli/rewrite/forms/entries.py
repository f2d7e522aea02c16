"""Entries and δ's written at once in their plainest form."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir import ONE, Delta, Entry, Expr, Index, MatrixOf, Pair, Position, Shape, Transpose, fresh_index, mul, rename
from ...ir.dimensions import Dim
from ...ir.walk import OUTER_LETTERS
from .terms import UNIT, ZERO


def entry(base: Expr, row: Position | None, col: Position | None) -> Expr:
    """base[row, col]; a number is its own entry, and the entry of a transpose, product or pair is read at once where it is a leaf."""
    if base.shape.is_number:
        return base
    if isinstance(base, MatrixOf):
        mapping: dict[Index, Position] = {}
        if base.row is not None and row is not None:
            mapping[base.row] = row
        if base.col is not None and col is not None:
            mapping[base.col] = col
        return rename(base.body, mapping)
    if isinstance(base, Transpose) and base.shape.is_row:
        return entry(base.body, col, None)  # an entry of xᵀ is the entry of x
    return Entry(base, row, col)


def delta(left: Position | None, right: Position | None) -> Expr:
    """δ of two positions; 1 where both are absent or the same number; split for pairs."""
    if left is None or right is None or left == right:
        return UNIT
    if isinstance(left, int) and isinstance(right, int):
        return ZERO
    if isinstance(left, Pair) and isinstance(right, Pair):
        links = [delta(left.outer, right.outer), delta(left.inner, right.inner)]
        return mul(*(link for link in links if link is not UNIT))
    return Delta(left, right)


def counted(outer: Index | None, inner: Index | None, inner_dim: Dim) -> Position | None:
    """The place that a pair counts; the one letter that there is where a side has size 1."""
    return outer or inner if outer is None or inner is None else Pair(outer, inner, inner_dim)


def letters_for(shape: Shape, taken: set[str], wish: Sequence[str] = OUTER_LETTERS) -> tuple[Index | None, Index | None]:
    """A new letter for each side of a shape, none for a side of size 1; from then on they are taken."""
    found: list[Index | None] = []
    for side in (shape.rows, shape.cols):
        letter = None if side is ONE else fresh_index(side, taken, wish)
        taken.update([letter.name] if letter else [])
        found.append(letter)
    return found[0], found[1]

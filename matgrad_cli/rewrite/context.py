"""What a rule for a pending derivative works with: the derivative at hand, letters to draw, entries and δ's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..diagnostics.record import record
from ..ir import Delta, Entry, Expr, Index, MatrixOf, Pair, Partial, Position, Symbol, Transpose, mul, rename
from ..ir.dimensions import ONE, Dim
from ..records import Bindings, Sentence
from ..rulebook.load import Rulebook
from .terms import UNIT, ZERO, Letters


@record
class Unfolding:
    """The expression that replaces a pending derivative, the rule that says so, and what its sentence mentions."""

    rule: str
    new: Expr
    bindings: Bindings = ()
    assumed: tuple[Sentence, ...] = ()


@dataclass(slots=True)
class Context:
    """The pending derivative at hand: ∂(·)/∂variable[row,col], and letters that may still be drawn."""

    pending: Partial
    letters: Letters
    taken: set[str]
    outside: frozenset[str]
    names: Mapping[Expr, Expr]
    book: Rulebook

    @property
    def variable(self) -> Symbol:
        """The variable."""
        return self.pending.variable

    def d(self, body: Expr) -> Expr:
        """∂(body) by the same entry; 0 if the variable does not occur."""
        if self.variable not in body.symbols:
            return ZERO
        return Partial(body, self.variable, self.pending.row, self.pending.col)

    def entry_of_variable(self) -> Expr:
        """X[s,t], by which the derivative is taken; the variable itself if it is a number."""
        return entry(self.variable, self.pending.row, self.pending.col)

    def active(self, body: Expr) -> bool:
        """Whether the variable occurs in `body`."""
        return self.variable in body.symbols

    def draw(self, dim: Dim, inner: bool = True) -> Index | None:
        """A fresh letter over the dimension; none for a side of size 1."""
        return None if dim is ONE else self.letters.draw(dim, self.taken, inner)


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

"""What a rule for a pending derivative works with: the derivative at hand, letters to draw, entries and δ's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...diagnostics.record import record
from ...ir import Expr, Index, Partial, Symbol
from ...ir.dimensions import ONE, Dim
from ...records import Bindings, Sentence
from ...rulebook.load import Rulebook
from ..engine.apply import Rewriting
from .entries import delta, entry
from .terms import ZERO, Letters


@record
class Unfolding:
    """The expression that replaces a pending derivative, the rule that says so, and what its sentence mentions.

    `ran` is the part of the line at which the text of a rule ran, and what it made of it (None for native rules).
    """

    rule: str
    new: Expr
    bindings: Bindings = ()
    assumed: tuple[Sentence, ...] = ()
    ran: tuple[Expr, Rewriting] | None = None


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

__all__ = ["Context", "Unfolding", "delta", "entry"]

"""A problem: the loss, the variable, the shapes, the facts."""

from __future__ import annotations

from ..diagnostics.record import record
from ..ir import Dim, Expr, Symbol


@record
class Fact:
    """Something known of a variable: `S symmetric`. The word is one of the closed list in `conditions`."""

    symbol: Symbol
    word: str

    def __str__(self) -> str:
        return f"{self.symbol.name} {self.word}"


@record
class Problem:
    """What is to be differentiated by what, and what is known.

    `variables` are all symbols of the loss, in the order in which they are first written (also those that cancel).
    `origins` says for each name where its shape came from; `assumed` what habit decided; `notes` how the text was read.
    `sizes` are dimension names that stand in the loss as numbers (the m of 1/m); `lengths` are further names that the
    loss gives to dimensions (N for the n rows of X, in Σ_{i=1}^N).
    `columns` are names declared n×1: columns in the expression language too, where a vector `x: n` has one dimension.
    `members` are matrices X of which x_i is known to be a `row`, or a `column`.
    `half` asks for the derivatives by the entries that the structure of wrt leaves free, those of vech(S).
    `arrays` says that the loss was read as NumPy's arrays, because as columns its sizes do not fit.
    `expected` says that the loss is what stands under an expectation, at data of which it is taken.
    """

    loss: Expr
    wrt: Symbol
    variables: tuple[Symbol, ...]
    facts: tuple[Fact, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sizes: tuple[Dim, ...] = ()
    source: str = ""
    lengths: tuple[tuple[str, Dim], ...] = ()
    columns: frozenset[str] = frozenset()
    arrays: bool = False
    half: bool = False
    members: tuple[tuple[str, str], ...] = ()
    expected: bool = False

    def __hash__(self) -> int:
        return hash((self.loss, self.wrt))

    def knows(self, symbol: Expr, word: str) -> bool:
        """Whether `word` is declared of the variable itself (consequences are `conditions.holds`'s business)."""
        return any(fact.symbol is symbol and fact.word == word for fact in self.facts)

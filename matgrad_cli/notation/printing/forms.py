"""A notation as a table of signs and forms: how a fraction, an index, a name of a result is written in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence

from ...ir import Dim, Expr, Index, Number, Pair, Position, Shape
from ...ir.functions import WITH_AXES
from ..unknown import shown as unknown_shown
from .precedence import ATOM, POWER, PRODUCT, UNARY, Piece, Printer, counted_letters

_SLOPES = ("f′", "∇f", "∇²f", "D*f", "∂₁f")
"""How derivatives of unknown functions are written."""


class Forms(Printer):
    """What a notation supplies: its signs and forms, a column of `signs.py`; and what is no form with places."""

    name_text: Callable[[str], str]
    words: Mapping[str, str]
    """The signs by name (transpose, hadamard, ones …) and the forms with places: `fraction`, `lowered`, `gradient` …"""
    functions: Mapping[str, str]
    """Functions with a sign or a name of their own."""
    stroke: bool = False
    """Whether a fraction is written with a stroke, so that what stands above and below it may need brackets."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._taken = taken
        """The signs of functions that are letters of the problem: with a variable σ the function is written out."""

    def big_sum(self, indices: Sequence[Index], body: Expr) -> str:
        """Σ with its letters below, and their lengths where nothing in the body says them."""
        told = counted_letters(body)
        together = self.word("and").join(self.position(index) for index in indices if index in told)
        bare = (index for index in indices if index not in told)
        apart = [self.form("sum to", self.position(index), self.dim_text(index.dim)) for index in bare]
        return self.word("sums").join(([self.form("sum", together)] if together else []) + apart)

    @abstractmethod
    def raised(self, base: str, exponent: str) -> str:
        """base with a superscript."""

    @abstractmethod
    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        """A norm, with the power that is written at its bars."""

    @abstractmethod
    def exponent_text(self, node: Expr, part: Piece) -> str:
        """An exponent."""

    def word(self, key: str) -> str:
        """A sign by name."""
        return self.words[key]

    def form(self, key: str, *parts: str) -> str:
        """A form by name, its places filled."""
        return self.words[key].format(*parts)

    def minus(self, text: str) -> str:
        return self.words["minus"] + text

    def name(self, name: str) -> Piece:
        """A variable's name."""
        return Piece(self.name_text(name), tight=True)

    def fraction(self, top: str, bottom: Piece) -> Piece:
        """top / bottom; 1/2 is one number, 1/(2m) needs the bracket."""
        below = self.within(bottom, POWER) if self.stroke else self.signed(bottom)
        return Piece(self.form("fraction", top, below), PRODUCT, tight=not self.stroke)

    def quotient(self, top: str, bottom: str) -> Piece:
        """∂… / ∂… as a fraction that is one sign."""
        return Piece(self.form("fraction", top, bottom), UNARY, tight=not self.stroke)

    def function(self, name: str, arguments: Iterable[str]) -> str:
        """A named function with its arguments; the axis stands below it, counted as in Python."""
        shown = unknown_shown(name, self.name_text, *map(self.word, _SLOPES))
        if not shown and name in self.functions and not (name == "sigmoid" and self._taken):
            shown = self.functions[name]
        elif not shown and name[-1] in "01" and name[:-1] in WITH_AXES:
            shown = self.form(f"axis {name[-1]}", name[:-1])
        listed = self.brackets(self.words["comma"].join(arguments))
        return (shown or self.form("function", name)) + self.words["applied"] + listed

    def dim_text(self, dim: Dim) -> str:
        """A dimension: m, 3, 2mn."""
        powers = [self._to_power(self.name_text(name), power) for name, power in dim.powers]
        number = [] if dim.factor == 1 and powers else [self.form("number", str(dim.factor))]
        return self.word("times" if all(len(name) == 1 for name in dim.names) else "times names").join(number + powers)

    def _to_power(self, name: str, power: int) -> str:
        return name if power == 1 else self.raised(name, self.exponent_text(Number(power), Piece("")))

    def shape_text(self, shape: Shape) -> str:
        """A shape: m×n."""
        if shape.is_number:
            return self.word("number shape")
        return self.form("shape", self.dim_text(shape.rows), self.dim_text(shape.cols))

    def position(self, position: Position) -> str:
        """An index letter; a number counts from 1, as in a book."""
        if isinstance(position, Pair):
            return self.form("pair", self.position(position.outer), self.position(position.inner))
        return self.form("number", str(position + 1)) if isinstance(position, int) else self.name_text(position.name)

    def positions(self, positions: Iterable[Position | None]) -> str:
        """Index letters one after the other, with commas where letters alone would be ambiguous: st, (1,2)."""
        places = [place for place in positions if place is not None]
        single = (isinstance(place, Index) and len(place.name) == 1 and place.name.isalpha() for place in places)
        if len(places) == 1 or all(single):
            return self.word("beside").join(map(self.position, places))
        return self.form("listed", self.word("and").join(map(self.position, places)))

    def lowered(self, base: str, positions: Iterable[Position | None]) -> str:
        """base with index letters."""
        return self.form("lowered", base, self.positions(positions))

    def root(self, body: Piece) -> Piece:
        """The square root."""
        return Piece(self.form("root", self.signed(body)), ATOM, tight=True)

    def gradient(self, loss: str, wrt: str, order: int) -> str:
        """∇L, or ∇²L, as the name of a result."""
        return self.form("gradient" if order == 1 else "hessian", self.name_text(loss), self.name_text(wrt))

    @property
    def one(self) -> str:
        """1."""
        return self.piece(Number(1)).text

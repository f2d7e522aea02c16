"""Between which numbers the entries of an expression lie by its form: those of 𝟏 − σ(u) between 0 and 1."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Final

from ..diagnostics.record import record
from ..ir import Add, Call, Entry, Expr, Fill, Hadamard, MatrixOf, Mul, Named, Number, Power, Transpose

Bound = Fraction | float


@record
class Range:
    """From `low` to `high`; an end that is `open` is no value itself."""

    low: Bound = -inf
    high: Bound = inf
    low_open: bool = False
    high_open: bool = False

    @property
    def positive(self) -> bool:
        """Whether all of it is above 0."""
        return self.low > 0 or (self.low == 0 and self.low_open)

    def plus(self, other: Range) -> Range:
        """What the sum of two numbers lies in."""
        opens = self.low_open or other.low_open, self.high_open or other.high_open
        return Range(self.low + other.low, self.high + other.high, *opens)

    def times(self, number: Fraction) -> Range:
        """What the multiple of a number lies in."""
        if not number:
            return Range(Fraction(0), Fraction(0))
        low, high = self.low * number, self.high * number
        if number > 0:
            return Range(low, high, self.low_open, self.high_open)
        return Range(high, low, self.high_open, self.low_open)

    def squared(self, power: int) -> Range:
        """What an even power of a number lies in."""
        most: Bound = max(-self.low, self.high, self.low, -self.high)
        both = ((self.low, self.low_open), (self.high, self.high_open))
        ends = [is_open for end, is_open in both if abs(end) == most]
        return Range(Fraction(0), most**power, self.low_open and self.positive, all(ends))


_ZERO, _ONE = Fraction(0), Fraction(1)
_OF_CALLS: Final = {
    "sigmoid": Range(_ZERO, _ONE, True, True),
    **dict.fromkeys(("softmax", "softmax0", "softmax1"), Range(_ZERO, _ONE, True)),
    **dict.fromkeys(("tanh", "erf"), Range(-_ONE, _ONE, True, True)),
    **dict.fromkeys(("sin", "cos"), Range(-_ONE, _ONE)),
}


def range_of(expr: Expr, known: Callable[[Expr, str], bool]) -> Range:
    """The range of all entries; `known` says which parts are positive or nonnegative."""
    match expr:
        case Number(value):
            return Range(value, value)
        case Fill(value, _):
            return Range(Fraction(value), Fraction(value))
        case Named(_, body) | Transpose(body) | Entry(body) | MatrixOf(_, _, body):
            return range_of(body, known)
        case Call(name) if name in _OF_CALLS:
            return _OF_CALLS[name]
        case Call("square", (body,)):
            return range_of(body, known).squared(2)
        case Power(body, Number(value)) if value.denominator == 1 and value > 0 and value % 2 == 0:
            return range_of(body, known).squared(int(value))
        case Add(terms):
            found = Range(_ZERO, _ZERO)
            for term in terms:
                found = found.plus(range_of(term, known))
            return found
        case Mul((Number(value), body)) | Hadamard((Number(value), body)):
            return range_of(body, known).times(value)
    if known(expr, "positive"):
        return Range(_ZERO, inf, True)
    return Range(_ZERO) if known(expr, "nonnegative") else Range()

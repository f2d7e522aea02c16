"""Random arrays that satisfy facts, as nested lists, over whatever numbers a source gives."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, le
from random import Random
from typing import Any

Rows = list[list[Any]]
"""A matrix as a list of rows; a vector is n×1 or 1×n, a number 1×1."""


class Source:
    """Where random numbers come from: floats, small fractions, or integers modulo a prime."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def number(self) -> Any:
        """A number that is not zero, of either sign."""
        return self.positive()

    def positive(self) -> Any:
        """A positive number (any number where there is no order)."""
        raise NotImplementedError

    def numbers(self, count: int) -> list[Any]:
        """So many numbers that are not zero."""
        return [self.number() for _ in range(count)]

    def ratio(self, top: Any, bottom: Any) -> Any:
        """top / bottom."""
        return top / bottom

    def below(self, limit: int) -> int:
        """A whole number from 0 up to but not including the limit."""
        return int(self._random.random() * limit)


class Fractions(Source):
    """Small exact numbers: whole numbers up to a limit, and what is divided from them."""

    def __init__(self, random: Random, limit: int) -> None:
        super().__init__(random)
        self._limit = limit

    def number(self) -> Any:
        """A whole number that is not zero."""
        return Fraction(self._random.choice((1, 1, -1)) * self._random.randint(1, self._limit))

    def positive(self) -> Any:
        """A positive whole number."""
        return Fraction(self._random.randint(1, self._limit))

    def ratio(self, top: Any, bottom: Any) -> Any:
        return Fraction(top) / bottom

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)


Entry = Callable[[Source], Any]


def any_number(source: Source) -> Any:
    """Any number but zero."""
    return source.number()


def positive_number(source: Source) -> Any:
    """A positive number."""
    return source.positive()


def fraction_of_one(source: Source) -> Any:
    """A number strictly between 0 and 1."""
    part = source.positive()
    return source.ratio(part, part + source.positive())


def bit(source: Source) -> Any:
    """0 or 1."""
    return source.below(2)


def sign(source: Source) -> Any:
    """1 or −1."""
    return 2 * source.below(2) - 1


class Drawn:
    """Arrays whose entries are drawn one by one where `kept` says so and are 0 elsewhere;
    always by `own`, where that is given."""

    def __init__(self, kept: Callable[[int, int], bool], own: Entry | None = None) -> None:
        self.kept, self.own = kept, own

    def __call__(self, source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
        draw = self.own or entry
        if self.kept is everywhere and draw is any_number:
            return [source.numbers(cols) for _ in range(rows)]
        return [[draw(source) if self.kept(i, j) else 0 for j in range(cols)] for i in range(rows)]


def everywhere(_row: int, _column: int) -> bool:
    """No entry is zero."""
    return True


generic = Drawn(everywhere)
negative = Drawn(everywhere, lambda source: -source.positive())
zero = Drawn(lambda _i, _j: False)
lower = Drawn(ge)
upper = Drawn(le)
diagonal = Drawn(eq)
positive_diagonal = Drawn(eq, positive_number)
sign_diagonal = Drawn(eq, sign)
identity = Drawn(eq, lambda _: 1)


def symmetric(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """A = Aᵀ."""
    result = generic(source, rows, cols, entry)
    return [[result[min(i, j)][max(i, j)] for j in range(cols)] for i in range(rows)]


def antisymmetric(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """A = −Aᵀ."""
    result = generic(source, rows, cols, entry)
    return [[0 if i == j else result[i][j] if i < j else -result[j][i] for j in range(cols)] for i in range(rows)]


def times(left: Rows, right: Rows) -> Rows:
    """The matrix product."""
    return [[sum(a * b for a, b in zip(row, col, strict=True)) for col in zip(*right, strict=True)] for row in left]


def spd(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """L Lᵀ + a positive diagonal."""
    factor = generic(source, rows, rows, entry)
    product = times(factor, [list(col) for col in zip(*factor, strict=True)])
    return [
        [value + (source.positive() if i == j else 0) for j, value in enumerate(row)] for i, row in enumerate(product)
    ]


def mirror(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """The reflection I − 2vvᵀ/vᵀv: symmetric and orthogonal."""
    v = [source.number() for _ in range(rows)]
    length = sum(value * value for value in v)
    return [[(i == j) - source.ratio(2 * v[i] * v[j], length) for j in range(rows)] for i in range(rows)]


def orthogonal(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """A product of reflections, cut to the columns (or rows) wanted."""
    n = max(rows, cols)
    result = mirror(source, n, n)
    for _ in range(1 + source.below(2)):
        result = times(result, mirror(source, n, n))
    return [row[:cols] for row in result[:rows]]


def idempotent(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Its own square: uvᵀ/vᵀu, or what that leaves of the identity."""
    u = [source.positive() for _ in range(rows)]
    return _projected(source, u, [source.positive() for _ in range(rows)])


def projector(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Its own square, and symmetric."""
    v = [source.number() for _ in range(rows)]
    return _projected(source, v, v)


def _projected(source: Source, u: list[Any], v: list[Any]) -> Rows:
    length, whole = sum(a * b for a, b in zip(u, v, strict=True)), source.below(2)
    shares = [[source.ratio(a * b, length) for b in v] for a in u]
    return [[(i == j) - value if whole else value for j, value in enumerate(row)] for i, row in enumerate(shares)]


def invertible(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Generic, with a heavier diagonal."""
    result = generic(source, rows, cols, entry)
    for k in range(min(rows, cols)):
        result[k][k] = result[k][k] * 3
    return result


def unit(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Length 1: a column of a reflection (the norm over all entries)."""
    column = [row[0] for row in mirror(source, rows * cols, rows * cols)] if rows * cols > 1 else [sign(source)]
    return [column[i * cols : (i + 1) * cols] for i in range(rows)]


def simplex(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Positive entries that sum to one; of a matrix, in each row."""
    if cols == 1:
        return [[value] for value in _shares(source, rows)]
    return [_shares(source, cols) for _ in range(rows)]


def _shares(source: Source, count: int) -> list[Any]:
    parts = [source.positive() for _ in range(count)]
    whole = sum(parts)
    return [source.ratio(part, whole) for part in parts]


def onehot(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """A single 1, else 0; of a matrix, in each row."""
    if cols == 1:
        hit = source.below(rows)
        return [[int(i == hit)] for i in range(rows)]
    hits = [source.below(cols) for _ in range(rows)]
    return [[int(j == hit) for j in range(cols)] for hit in hits]


def lopsided(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Square, not symmetric, of negative determinant where there is an order: it breaks many facts."""
    result = generic(source, rows, cols, positive_number)
    for k in range(min(rows, cols)):
        result[k][k] = result[k][k] * (-5 if k == 0 else 5)
    if min(rows, cols) > 1:
        result[1][0] = result[0][1] + source.positive()
    return result


def singular(source: Source, rows: int, cols: int, entry: Entry = any_number) -> Rows:
    """Of rank one (zero if 1×1)."""
    if rows == cols == 1:
        return [[0]]
    left, right = [source.number() for _ in range(rows)], [source.number() for _ in range(cols)]
    return [[a * b for b in right] for a in left]

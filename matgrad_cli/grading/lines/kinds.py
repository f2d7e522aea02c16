"""What kind of thing a line is (a number, a column, a matrix, a number for each s and t),
and how two kinds are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from ...diagnostics.record import record
from ...ir import ONE, Entry, Expr, Fill, Index, Mul, Number, Shape

Pairing = tuple[Expr, Expr]


@record
class Clash:
    """Two kinds that cannot be compared, with the code of the slip."""

    code: str
    found: str
    needed: str

    def __iter__(self) -> Iterator[Pairing]:
        """No way to compare them."""
        return iter(())


def shape_in_words(shape: Shape) -> str:
    """`a number`, `a column m×1`, `a row 1×n`, `an m×n matrix`."""
    if shape.is_number:
        return "a number"
    if shape.is_column:
        return f"a column {shape}"
    if shape.is_row:
        return f"a row {shape}"
    article = "an" if str(shape.rows)[:1].lower() in "aefhilmnorsx8" else "a"
    return f"{article} {shape} matrix"


def kind_in_words(expr: Expr) -> str:
    """The kind of an expression, with its free indices."""
    letters = ", ".join(letter.name for letter in sorted(expr.free))
    return shape_in_words(expr.shape) + (f" for each {letters}" if letters else "")


def is_zero(expr: Expr) -> bool:
    """Whether this is a bare 0, which stands for the zero array of any shape."""
    return expr is Number(0) or (isinstance(expr, Fill) and expr.value == 0)


def is_nothing(expr: Expr) -> bool:
    """Whether this is 0 whatever its letters are: 0, or 0 times something."""
    return is_zero(expr) or (isinstance(expr, Mul) and any(map(is_zero, expr.factors)))


def pairings(before: Expr, after: Expr, order: Sequence[Index] = ()) -> list[Pairing] | Clash:
    """The ways in which two lines may be compared, likeliest first; the line is right if one of them holds.

    A matrix after an entry with the letters s, t is taken at (s, t), and the other way round.
    `order` are the letters in their order.
    """
    code = "number-for-matrix" if after.shape.is_number or before.shape.is_number else "shape-mismatch"
    if before.shape is after.shape:
        if before.free >= after.free or not (before.free or before.symbols):
            return [(before, after)]
        code = "free-index-mismatch"
    elif found := _as_kind_of(before, after, order):
        return [(before, new) for new in found]
    elif found := _as_kind_of(after, before, order):
        return [(new, after) for new in found]
    return Clash(code, kind_in_words(after), kind_in_words(before))


def _as_kind_of(one: Expr, other: Expr, order: Sequence[Index]) -> list[Expr]:
    """What the other is where it is compared with one of another shape: an array at the letters of that, 0 of any
    kind."""
    if is_zero(other) and other.shape.is_number:
        return [Fill(0, one.shape)]
    entry = one.shape.is_number and one.free and other.free <= one.free
    return _entries(other, one.free - other.free, order) if entry else []


def _entries(array: Expr, letters: frozenset[Index], order: Sequence[Index]) -> list[Expr]:
    """The entries of an array at the letters: in the given order if that fits, else in every order that fits."""
    sides = [side for side in (array.shape.rows, array.shape.cols) if side is not ONE]
    if len(sides) != len(letters):
        return []
    ways = list(permutations(sorted(letters)))
    known = tuple(letter for letter in order if letter in letters)
    if len(known) == len(letters) and all(letter.dim is side for letter, side in zip(known, sides, strict=True)):
        ways = [known]
    return [
        entry_at(array, way) for way in ways if all(letter.dim is side for letter, side in zip(way, sides, strict=True))
    ]


def entry_at(array: Expr, letters: Sequence[Index]) -> Expr:
    """The entry of a column, row or matrix at its letters."""
    return Entry(array, *places_at(array.shape, letters)) if letters else array


def places_at(shape: Shape, letters: Sequence[Index]) -> tuple[Index | None, Index | None]:
    """Row and column of an entry at its letters; a side of length 1 has none."""
    left = list(letters)
    return left.pop(0) if shape.rows is not ONE else None, left.pop(0) if shape.cols is not ONE else None

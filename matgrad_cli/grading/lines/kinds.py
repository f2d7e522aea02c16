"""What kind of thing a line is (a number, a column, a matrix, a number for each s and t),
and how two kinds are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from ...diagnostics.record import record
from ...ir import ONE, Call, Entry, Expr, Fill, Index, MatrixOf, Mul, Number, Partial, Shape, Transpose, nodes_of

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


def array_shape(expr: Expr, order: Sequence[Index] = ()) -> Shape:
    """The shape of the array that a line is, or of which it is an entry: n×n of δ_kl."""
    letters = order if len(order) == len(expr.free) else sorted(expr.free)
    return Shape(*(letter.dim for letter in letters)) if expr.shape.is_number and 0 < len(letters) < 3 else expr.shape


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
    if is_zero(after) and after.shape.is_number and before.shape is not after.shape:
        return [(before, Fill(0, before.shape))]
    if is_zero(before) and before.shape.is_number and before.shape is not after.shape:
        return [(Fill(0, after.shape), after)]
    if before.shape is after.shape:
        extra = after.free - before.free
        if extra and (before.free or before.symbols):
            return Clash("free-index-mismatch", kind_in_words(after), kind_in_words(before))
        return [(before, after)]
    if (
        before.shape.is_number
        and after.free < before.free
        and (ways := ways_at(after, before.free - after.free, order))
    ):
        return [(before, entry_at(after, way)) for way in ways]
    if (
        after.shape.is_number
        and before.free < after.free
        and (ways := ways_at(before, after.free - before.free, order))
    ):
        return [(entry_at(before, way), after) for way in ways]
    if after.shape.is_number or before.shape.is_number:
        return Clash("number-for-matrix", kind_in_words(after), kind_in_words(before))
    return Clash("shape-mismatch", kind_in_words(after), kind_in_words(before))


def slopes(before: Expr, after: Expr) -> list[Pairing]:
    """`∂σ(z)/∂z = σ(z)(1 − σ(z))` of columns: what is taken entry by entry has a diagonal Jacobian, and its slopes are
    written as a column; not so a Hessian."""
    jacobian = before.body if isinstance(before, Transpose) else before
    entry = jacobian.body if isinstance(jacobian, MatrixOf) else None
    if not isinstance(entry, Partial) or any(isinstance(part, Partial) for part in nodes_of(entry.body)):
        return []
    square = jacobian.shape.rows is jacobian.shape.cols is after.shape.rows
    return [(jacobian, Call("diag", after))] if square and after.shape.is_column else []


def ways_at(array: Expr, letters: frozenset[Index], order: Sequence[Index] = ()) -> list[tuple[Index, ...]]:
    """The orders in which an array may be taken at the letters: the given one if that fits, else all that fit."""
    sides = [side for side in (array.shape.rows, array.shape.cols) if side is not ONE]
    if len(sides) != len(letters):
        return []
    known = tuple(letter for letter in order if letter in letters)
    ways = [
        way
        for way in permutations(sorted(letters))
        if all(letter.dim is side for letter, side in zip(way, sides, strict=True))
    ]
    return [known] if known in ways else ways


def entry_at(array: Expr, letters: Sequence[Index]) -> Expr:
    """The entry of a column, row or matrix at its letters."""
    return Entry(array, *places_at(array.shape, letters)) if letters else array


def places_at(shape: Shape, letters: Sequence[Index]) -> tuple[Index | None, Index | None]:
    """Row and column of an entry at its letters; a side of length 1 has none."""
    left = list(letters)
    return left.pop(0) if shape.rows is not ONE else None, left.pop(0) if shape.cols is not ONE else None

"""Arrays combined entry by entry: in the expression language sizes stretch as in NumPy,
everywhere else they must be equal."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics import Span
from ...diagnostics.record import record
from ...ir import ONE, Dim, Expr, Fill, MatMul, Mul, Shape, Transpose, matmul, mul, transpose
from .complaints import misfit_entrywise, quoted
from .elaborator import Elaborator


@record
class Operand:
    """An array, where it is written, and whether it has one dimension.
    Such an array is held as a row or as a column."""

    value: Expr
    span: Span
    flat: bool = False


def turned(value: Expr) -> Expr:
    """The transpose, taken into products: (xᵀ A)ᵀ is Aᵀ x."""
    match value:
        case Transpose(body):
            return body
        case MatMul(factors):
            return matmul(*map(turned, reversed(factors)))
        case Mul(factors):
            return mul(*(factor if factor.shape.is_number else turned(factor) for factor in factors))
    return transpose(value)


def as_row(value: Expr) -> Expr:
    """A one-dimensional array as a row."""
    return turned(value) if value.shape.is_column else value


def as_column(value: Expr) -> Expr:
    """A one-dimensional array as a column."""
    return turned(value) if value.shape.is_row else value


def stretched(e: Elaborator, action: str, parts: Sequence[Operand]) -> tuple[list[Expr], bool]:
    """The arrays at one shape, and whether that is of one dimension; raises what does not fit with both operands.

    >>> from .problems import read_problem
    >>> read_problem("X@W + b", "b", ["X: n×d, W: d×k, b: k"]).notes
    ('`b` is used for every row of `X@W` (n×k), as NumPy stretches it',)
    """
    if all(part.flat for part in parts):
        same = all(part.value.shape is parts[0].value.shape for part in parts)
        arrays = [part.value if same else as_column(part.value) for part in parts]
        _equal(e, action, parts, arrays)
        return arrays, True
    arrays = [as_row(part.value) if part.flat else part.value for part in parts]
    if not e.scope.arrays or all(array.shape is arrays[0].shape for array in arrays):
        _equal(e, action, parts, arrays)
        return arrays, False
    rows = _side(e, action, parts, [array.shape.rows for array in arrays])
    cols = _side(e, action, parts, [array.shape.cols for array in arrays])
    shape = Shape(rows, cols)
    whole = next((part for part, array in zip(parts, arrays, strict=True) if array.shape is shape), None)
    if action in ("multiply", "divide") and any(part.flat for part in parts):
        e.stretched_product = True
    return [_repeated(e, part, array, shape, whole) for part, array in zip(parts, arrays, strict=True)], False


def _equal(e: Elaborator, action: str, parts: Sequence[Operand], arrays: Sequence[Expr]) -> None:
    for part, array in zip(parts, arrays, strict=True):
        if array.shape is not arrays[0].shape:
            misfit_entrywise(e.scope, action, (arrays[0], parts[0].span), (array, part.span))


def _side(e: Elaborator, action: str, parts: Sequence[Operand], sides: Sequence[Dim]) -> Dim:
    """The one size among these that is not 1."""
    long = [(side, part) for side, part in zip(sides, parts, strict=True) if side is not ONE]
    for side, part in long:
        if side is not long[0][0]:
            first = long[0][1]
            misfit_entrywise(e.scope, action, (first.value, first.span), (part.value, part.span))
    return long[0][0] if long else ONE


def _repeated(e: Elaborator, part: Operand, array: Expr, shape: Shape, whole: Operand | None) -> Expr:
    """A row for every row, a column for every column."""
    if array.shape is shape:
        return array
    name, source = ("row" if array.shape.is_row else "column"), e.scope.source
    beside = f"of {quoted(source, whole.span)} ({shape})" if whole is not None else f"({shape})"
    if whole is None or whole.span != part.span:  # else both are of a call that is written out
        e.note(f"{quoted(source, part.span)} is used for every {name} {beside}, as NumPy stretches it")
    return repeated(array, shape)


def repeated(vector: Expr, shape: Shape) -> Expr:
    """A row below itself, a column beside itself, to an array of this shape: 𝟏 bᵀ, b 𝟏ᵀ."""
    if vector.shape.is_row:
        return matmul(Fill(1, Shape(shape.rows)), vector)
    return matmul(vector, transpose(Fill(1, Shape(shape.cols))))

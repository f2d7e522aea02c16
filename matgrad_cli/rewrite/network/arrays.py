"""A number that depends on one or two letters, read as the array of its values: A_ij → A, f(x_i) → f(x), A_ij + b_i → A + b 1ᵀ."""

from __future__ import annotations

from collections.abc import Callable

from ...ir import (
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Eye,
    Fill,
    Index,
    MatMul,
    MatrixOf,
    Mul,
    Number,
    Power,
    Shape,
    SumOver,
    add,
    hadamard,
    is_elementwise,
    matmul,
    mul,
)
from ...ir.dimensions import ONE, Dim
from .algebra import flip

Reader = Callable[[Expr, "Index | None", "Index | None"], "Expr | None"]


def ones(rows: Dim, cols: Dim = ONE) -> Expr:
    """The array of ones."""
    return Fill(1, Shape(rows, cols))


def basis(position: int, dim: Dim) -> Expr:
    """The basis vector e with a 1 at `position` (0-based)."""
    letter = Index("r", dim)
    return MatrixOf(letter, None, Delta(letter, position))


def column_of(row_vector: Expr) -> Expr:
    """A row turned into a column."""
    return flip(row_vector)


def whole_entry(entry: Entry) -> tuple[Expr, Index | None, Index | None] | None:
    """An entry with its fixed positions taken out: A[i,2] is the i-th entry of A e₂.

    None for pairs, and for an array that holds letters itself ((x_s + y_s)_t): it is another matrix for each of their values.
    """
    base, row, col = entry.base, entry.row, entry.col
    if base.free:
        return None
    if isinstance(col, int):
        base, col = matmul(base, basis(col, base.shape.cols)) if base.shape.rows is not ONE else base, None
        if entry.base.shape.rows is ONE:
            return None
    if isinstance(row, int):
        if base.shape.cols is ONE:
            return None
        base, row = matmul(flip(basis(row, base.shape.rows)), base), None
    if not isinstance(row, Index | None) or not isinstance(col, Index | None):
        return None
    return base, row, col


def as_array(expr: Expr, row: Index | None, col: Index | None, read_sum: Reader) -> Expr | None:
    """The array whose (row, col) entry is `expr`; a column if `col` is None. None if it cannot be read.

    `read_sum` reads a Σ inside (it is the reading back of terms).
    """
    assert row is not None
    if not expr.free & {row, col}:
        shape = ones(row.dim, col.dim if col else ONE)
        return shape if expr is Number(1) else mul(expr, shape) if not expr.free else None
    if isinstance(expr, Entry):
        return _entry_array(expr, row, col)
    if isinstance(expr, Delta):
        if {expr.left, expr.right} == {row, col}:
            return Eye(row.dim)
        if isinstance(expr.right, int) and expr.left is row and col is None:
            return basis(expr.right, row.dim)
        return None
    if isinstance(expr, SumOver):
        return read_sum(expr, row, col)
    if isinstance(expr, Add | Mul | Power | Call | MatMul):
        return _function_array(expr, row, col, read_sum)
    return None


def _entry_array(expr: Entry, row: Index, col: Index | None) -> Expr | None:
    whole = whole_entry(expr)
    if whole is None:
        return None
    base, first, second = whole
    if second is None and first is not None:  # a column vector
        return _spread(base, first, row, col)
    if first is None and second is not None:
        return _spread(column_of(base), second, row, col)
    if first is second:
        assert first is not None
        return _spread(Call("diagonal", base), first, row, col)
    if (first, second) == (row, col):
        return base
    if (first, second) == (col, row):
        return flip(base)
    return None


def _spread(vector: Expr, letter: Index, row: Index, col: Index | None) -> Expr | None:
    if letter is row:
        return vector if col is None else matmul(vector, flip(ones(col.dim)))
    if letter is col:
        return matmul(ones(row.dim), flip(vector))
    return None


def _function_array(expr: Expr, row: Index, col: Index | None, read_sum: Reader) -> Expr | None:
    if isinstance(expr, Mul):
        numbers = [factor for factor in expr.factors if not factor.free]
        arrays = [as_array(factor, row, col, read_sum) for factor in expr.factors if factor.free]
        found = [array for array in arrays if array is not None]
        return mul(*numbers, hadamard(*found)) if len(found) == len(arrays) else None
    if isinstance(expr, Add):
        terms = [as_array(term, row, col, read_sum) for term in expr.terms]
        kept = [term for term in terms if term is not None]
        return add(*kept) if len(kept) == len(terms) else None
    if isinstance(expr, Power) and not expr.exponent.free:
        base = as_array(expr.base, row, col, read_sum)
        return None if base is None else Power(base, expr.exponent)
    if isinstance(expr, Call) and is_elementwise(expr.function):
        inner = as_array(expr.argument, row, col, read_sum)
        return None if inner is None else Call(expr.function, inner)
    return None

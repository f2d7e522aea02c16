"""Stacked columns and Kronecker products: what multiplies dA in ⟨g, vec(dA)⟩ and in ⟨G, A ⊗ dB⟩."""

from __future__ import annotations

from ...ir import (
    Call,
    Entry,
    Expr,
    Fill,
    Index,
    Inverse,
    Kron,
    MatMul,
    MatrixOf,
    Mul,
    Pair,
    Position,
    Shape,
    Transpose,
    kron,
    matmul,
    mul,
    sum_over,
)
from ...ir.dimensions import ONE, Dim
from ..forms.algebra import flip
from ..forms.entries import entry, letters_for
from .pairing import paired, peeled


def unstacked(column: Expr, shape: Shape) -> Expr:
    """The matrix whose stacked columns are `column`: vec(A) → A, (A ⊗ B) vec(C) → B C Aᵀ, else entry by entry."""
    if ONE in (shape.rows, shape.cols):
        return column if shape.is_column else flip(column)
    if isinstance(column, Call) and column.function == "vec" and column.argument.shape is shape:
        return column.argument
    if isinstance(column, Mul):
        numbers, array = peeled(column)
        return mul(*numbers, unstacked(array, shape))
    if isinstance(column, MatMul) and isinstance(column.factors[0], Kron) and len(column.factors[0].factors) == 2:
        left, right = column.factors[0].factors
        inside = Shape(right.shape.cols, left.shape.cols)
        if ONE not in (*inside.dims, *right.shape.dims, *left.shape.dims):
            return matmul(right, unstacked(matmul(*column.factors[1:]), inside), flip(left))
    if isinstance(column, Fill):
        return Fill(column.value, shape)
    row, col = letters_for(shape, set())
    assert row is not None
    assert col is not None
    return MatrixOf(row, col, Entry(column, Pair(col, row, shape.rows), None))


def _paired(mine: tuple[Index | None, Dim], others: tuple[Index | None, Dim], first: bool) -> Position | None:
    (outer, _), (inner, inner_dim) = (mine, others) if first else (others, mine)
    if outer is None or inner is None:
        return outer or inner
    return Pair(outer, inner, inner_dim)


def _opened_kron(gradient: Expr) -> Expr:
    """(A ⊗ B)⁻ᵀ as A⁻ᵀ ⊗ B⁻ᵀ."""
    if isinstance(gradient, Transpose) and isinstance(_opened_kron(gradient.body), Kron):
        return kron(*(flip(factor) for factor in _opened_kron(gradient.body).children))
    if isinstance(gradient, Inverse) and isinstance(_opened_kron(gradient.body), Kron):
        inside = _opened_kron(gradient.body).children
        if all(factor.shape.is_square for factor in inside):
            return kron(*(flip(Inverse(flip(factor))) if isinstance(factor, Transpose) else Inverse(factor) for factor in inside))
    return gradient


def kron_gradient(gradient: Expr, factors: tuple[Expr, ...], place: int) -> tuple[tuple[Expr, ...], Expr]:
    """⟨G, A ⊗ dB⟩ as numbers · ⟨G′, dB⟩, the moving factor being the first or the last one."""
    moving, others = factors[place], (*factors[:place], *factors[place + 1 :])
    opened = _opened_kron(gradient)
    if isinstance(opened, Kron) and [part.shape for part in opened.factors] == [part.shape for part in factors]:
        numbers = tuple(paired(part, other) for part, other in zip(opened.factors, factors, strict=True) if other is not moving)
        return numbers, opened.factors[place]
    other = kron(*others)
    taken: set[str] = set()
    (i, j), (p, q) = letters_for(moving.shape, taken), letters_for(other.shape, taken)
    row = _paired((i, moving.shape.rows), (p, other.shape.rows), place == 0)
    col = _paired((j, moving.shape.cols), (q, other.shape.cols), place == 0)
    summed = [letter for letter in (p, q) if letter is not None]
    body = sum_over(summed, mul(entry(opened, row, col), entry(other, p, q)))
    return (), MatrixOf(i, j, body)

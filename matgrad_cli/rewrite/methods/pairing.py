"""Inner products and products of matrices, with the numbers in front."""

from __future__ import annotations

from ...ir import Call, Expr, Eye, Fill, Mul, matmul
from ..forms.algebra import flip, number_product


def number_of(gradient: Expr, array: Expr) -> Expr:
    """The number ⟨gradient, array⟩ in its shortest form."""
    if isinstance(gradient, Fill) and gradient.value == 1:
        return Call("sum", array)
    if array.shape.is_column:
        return number_product(flip(gradient), array)
    if array.shape.is_row:
        return number_product(array, flip(gradient))
    return Call("tr", array if isinstance(gradient, Eye) else matmul(flip(gradient), array))


def peeled(gradient: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """The numbers in front of an array, and the array."""
    if not isinstance(gradient, Mul):
        return (), gradient
    numbers = tuple(factor for factor in gradient.factors if factor.shape.is_number)
    return numbers, next(factor for factor in gradient.factors if not factor.shape.is_number)

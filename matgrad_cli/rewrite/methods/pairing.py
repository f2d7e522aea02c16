"""Inner products and products of matrices, with the numbers in front."""

from __future__ import annotations

from ...ir import Call, Expr, Eye, Fill, Mul, matmul
from ...ir.dimensions import ONE
from ..forms.algebra import factors_of, flip, number_product


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


def chained(*factors: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """A product of matrices; parts of it that are 1×1 come out as numbers."""
    flat: list[Expr] = []
    numbers: list[Expr] = []
    for factor in factors:
        outside, array = peeled(factor)
        numbers.extend(outside)
        flat.extend(factor for factor in factors_of(array) if not isinstance(factor, Eye) or len(factors) == 1)
    if not flat:
        return tuple(numbers), factors[0]
    start = 0
    while start < len(flat):
        if flat[start].shape.rows is ONE:
            end = next((k for k in range(start, len(flat)) if flat[k].shape.cols is ONE), None)
            if end is not None and end - start + 1 < len(flat):
                run = flat[start : end + 1]
                numbers.append(number_product(matmul(*run[:-1]), run[-1]))
                flat[start : end + 1] = []
                start = 0
                continue
        start += 1
    return tuple(numbers), matmul(*flat)

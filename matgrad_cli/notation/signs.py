"""Signs and powers as both readers build them."""

from __future__ import annotations

from ..ir import Expr, Eye, Inverse, MatrixPower, Mul, Number, mul

LARGEST_POWER = 1000


def negated(value: Expr) -> Expr:
    """−value: the sign goes into a leading number, so that `-2*x` and `a - 2*x` hold the same term."""
    if isinstance(value, Number):
        return Number(-value.value)
    if isinstance(value, Mul) and isinstance(value.factors[0], Number) and value.factors[0].value > 0:
        first = Number(-value.factors[0].value)
        return Mul((first, *value.factors[1:]))
    return mul(Number(-1), value)


def matrix_power(base: Expr, exponent: int) -> Expr:
    """baseᵏ: I for 0, the base for 1, the inverse for −1."""
    if exponent == 0:
        return Eye(base.shape.rows)
    if exponent == 1:
        return base
    return Inverse(base) if exponent == -1 else MatrixPower(base, exponent)

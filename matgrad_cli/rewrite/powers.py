"""Moves on powers: equal bases collected, powers of powers and of products, neighbouring powers of one matrix."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from ..facts import Problem
from ..ir import Call, Expr, Fill, Hadamard, MatMul, MatrixPower, Mul, Number, Power, Transpose, hadamard, matmul, mul
from .algebra import flip

ONE_ = Number(1)


def split_power(factor: Expr) -> tuple[Expr, Fraction]:
    """base and rational exponent of a factor."""
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        return factor.base, factor.exponent.value
    if isinstance(factor, Call) and factor.function == "sqrt":
        return factor.argument, Fraction(1, 2)
    return factor, Fraction(1)


def powered(base: Expr, exponent: Fraction) -> Expr:
    """baseᵉ written as books do: √ for one half, no exponent 1."""
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return Call("sqrt", base)
    if exponent == Fraction(-1, 2):
        return Power(Call("sqrt", base), Number(-1))
    return Power(base, Number(exponent))


def collect_powers(node: Expr, problem: Problem) -> Expr | None:
    """u·u⁻¹ = 1, u·u = u²: factors with the same base are one power (numbers, and arrays entry by entry)."""
    if not isinstance(node, Mul | Hadamard):
        return None
    exponents: dict[Expr, Fraction] = {}
    for factor in node.children:
        if isinstance(node, Mul) and (not factor.shape.is_number or isinstance(factor, Number)):
            continue
        base, exponent = split_power(factor)
        exponents[base] = exponents.get(base, Fraction(0)) + exponent
    elementwise = isinstance(node, Hadamard)
    counted = [factor for factor in node.children if elementwise or (factor.shape.is_number and not isinstance(factor, Number))]
    if len(exponents) == len(counted):
        return None
    kept: list[Expr] = []
    seen: set[Expr] = set()
    for factor in node.children:
        if factor not in counted:
            kept.append(factor)
            continue
        base, _ = split_power(factor)
        if base in seen:
            continue
        seen.add(base)
        if exponents[base] != 0:
            kept.append(powered(base, exponents[base]))
    if not kept:
        return ONE_ if node.shape.is_number else Fill(1, node.shape)
    return mul(*kept) if isinstance(node, Mul) else hadamard(*kept)


def power_of_power(node: Expr, problem: Problem) -> Expr | None:
    """(√u)² = u where u is positive under the root; (u^a)^b with integers a, b."""
    if not isinstance(node, Power) or not isinstance(node.exponent, Number):
        return None
    base, exponent = node.base, node.exponent.value
    if isinstance(base, Call) and base.function == "sqrt" and exponent.denominator == 1 and exponent != -1:
        return powered(base.argument, exponent / 2)
    if isinstance(base, Power) and isinstance(base.exponent, Number) and base.exponent.value.denominator == 1 and exponent.denominator == 1:
        return powered(base.base, base.exponent.value * exponent)
    return None


def power_of_product(node: Expr, problem: Problem) -> Expr | None:
    """(u/v)⁻¹ = v/u, (c A)⁻² = c⁻² A⁻²: a whole power of a product is the product of the powers."""
    if not isinstance(node, Power) or not isinstance(node.exponent, Number) or node.exponent.value.denominator != 1:
        return None
    base = node.base
    if isinstance(base, Mul):
        return mul(*(Power(factor, node.exponent) for factor in base.factors))
    if isinstance(base, Hadamard) and any(isinstance(factor, Power) for factor in base.factors):
        return hadamard(*(Power(factor, node.exponent) for factor in base.factors))
    return None


def _matrix_power(factor: Expr) -> tuple[Expr, int, bool]:
    """base, exponent and whether it is transposed: (X³)ᵀ → X, 3, True."""
    if isinstance(factor, Transpose):
        base, exponent, turned = _matrix_power(factor.body)
        return base, exponent, not turned
    return (factor.base, factor.exponent, False) if isinstance(factor, MatrixPower) else (factor, 1, False)


def join_matrix_powers(node: Expr, problem: Problem) -> Expr | None:
    """X² X = X³ where one of the neighbours is already written as a power."""
    if not isinstance(node, MatMul):
        return None
    for number, (left, right) in enumerate(pairwise(node.factors)):
        (base, first, turned), (other, second, also) = _matrix_power(left), _matrix_power(right)
        if base is other and turned == also and first > 0 and second > 0 and first + second > 2:
            whole: Expr = MatrixPower(base, first + second)
            merged = flip(whole) if turned else whole
            return matmul(*node.factors[:number], merged, *node.factors[number + 2 :])
    return None

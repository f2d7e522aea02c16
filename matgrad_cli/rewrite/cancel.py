"""Moves that look at several factors at once: brackets opened where something cancels, inverses of products split where that helps."""

from __future__ import annotations

from ..facts import Problem
from ..ir import (
    Add,
    Call,
    Expr,
    Hadamard,
    Inverse,
    Kron,
    MatMul,
    MatrixPower,
    Mul,
    Number,
    Power,
    Transpose,
    add,
    hadamard,
    kron,
    matmul,
    mul,
)
from .algebra import flip


def _inverses(term: Expr) -> set[Expr]:
    """The bases that a term divides by."""
    factors = term.children if isinstance(term, Hadamard | Mul) else (term,)
    found: set[Expr] = set()
    for factor in factors:
        if isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0:
            found.add(factor.base)
        elif isinstance(factor, Hadamard):
            found |= _inverses(factor)
    return found


def open_bracket_to_cancel(node: Expr, problem: Problem) -> Expr | None:
    """(1/u − 1/v) ∘ u ∘ v = v − u: a bracket is multiplied out where every term then loses a denominator."""
    if not isinstance(node, Hadamard | Mul):
        return None
    for number, factor in enumerate(node.children):
        if not isinstance(factor, Add):
            continue
        others = node.children[:number] + node.children[number + 1 :]
        same_kind = [other for other in others if other.shape is factor.shape or isinstance(node, Mul)]
        if not same_kind:
            continue
        gains = [_inverses(term) & set(others) for term in factor.terms]
        if not all(gains):
            continue
        if isinstance(node, Hadamard):
            return add(*(_elementwise(term, others) for term in factor.terms))
        return add(*(mul(term, *others) for term in factor.terms))
    return None


def _elementwise(term: Expr, others: tuple[Expr, ...]) -> Expr:
    if isinstance(term, Mul):
        numbers = [part for part in term.factors if part.shape.is_number]
        arrays = [part for part in term.factors if not part.shape.is_number]
        return mul(*numbers, hadamard(*arrays, *others))
    return hadamard(term, *others)


def split_inverse(node: Expr, problem: Problem) -> Expr | None:
    """(A X B)⁻¹ = B⁻¹ X⁻¹ A⁻¹ where all factors are square and a neighbour cancels."""
    if not isinstance(node, MatMul):
        return None
    for number, factor in enumerate(node.factors):
        parts = _split(factor)
        if parts is None:
            continue
        before = node.factors[number - 1] if number else None
        after = node.factors[number + 1] if number + 1 < len(node.factors) else None
        if (before is not None and _cancels(before, parts[0])) or (after is not None and _cancels(parts[-1], after)):
            return matmul(*node.factors[:number], *parts, *node.factors[number + 1 :])
    return None


def _split(factor: Expr) -> tuple[Expr, ...] | None:
    """The inverses of the factors of (A B …)⁻¹ or (A B …)⁻ᵀ in their order, if all are square; of (X³)⁻¹ too."""
    turned = isinstance(factor, Transpose)
    inverse = factor.body if isinstance(factor, Transpose) else factor
    if not isinstance(inverse, Inverse):
        return None
    inside = inverse.body
    if isinstance(inside, MatMul) and all(part.shape.is_square for part in inside.factors):
        parts = tuple(_inverse(part) for part in reversed(inside.factors))
    elif isinstance(inside, MatrixPower) and 2 <= inside.exponent <= 8:
        parts = (Inverse(inside.base),) * inside.exponent
    else:
        return None
    return tuple(flip(part) for part in reversed(parts)) if turned else parts


def _inverse(part: Expr) -> Expr:
    if isinstance(part, Inverse):
        return part.body
    return Transpose(Inverse(part.body)) if isinstance(part, Transpose) else Inverse(part)


def _cancels(left: Expr, right: Expr) -> bool:
    def pair(one: Expr, other: Expr) -> bool:
        return isinstance(one, Inverse) and one.body in (other, _base_of(other))

    if isinstance(left, Transpose) and isinstance(right, Transpose):
        left, right = left.body, right.body
    elif isinstance(left, Transpose) or isinstance(right, Transpose):
        return False
    return pair(left, right) or pair(right, left)


def _base_of(node: Expr) -> Expr | None:
    return node.base if isinstance(node, MatrixPower) else None


def cancel_power(node: Expr, problem: Problem) -> Expr | None:
    """X⁻¹ X³ = X²: an inverse takes one factor off a power of the same matrix."""
    if not isinstance(node, MatMul):
        return None
    for number, (left, right) in enumerate(zip(node.factors, node.factors[1:], strict=False)):
        for one, other, turned in ((left, right, False), (right, left, False), (left, right, True), (right, left, True)):
            inverse, power = one, other
            if turned:
                if not (isinstance(one, Transpose) and isinstance(other, Transpose)):
                    continue
                inverse, power = one.body, other.body
            if isinstance(inverse, Inverse) and isinstance(power, MatrixPower) and power.base is inverse.body and power.exponent >= 2:
                less = power.base if power.exponent == 2 else MatrixPower(power.base, power.exponent - 1)
                merged = flip(less) if turned else less
                return matmul(*node.factors[:number], merged, *node.factors[number + 2 :])
    return None


def kron_times_vec(node: Expr, problem: Problem) -> Expr | None:
    """(A ⊗ B) vec(X) = vec(B X Aᵀ)."""
    if not isinstance(node, MatMul):
        return None
    for number, (left, right) in enumerate(zip(node.factors, node.factors[1:], strict=False)):
        if isinstance(left, Transpose) and isinstance(left.body, Kron):
            left = kron(*(flip(part) for part in left.body.factors))
        if isinstance(left, Kron) and len(left.factors) == 2 and isinstance(right, Call) and right.function == "vec":
            first, second = left.factors
            inside = right.argument
            if inside.shape.rows is second.shape.cols and inside.shape.cols is first.shape.cols and inside.shape.is_matrix:
                stacked = Call("vec", matmul(second, inside, flip(first)))
                return matmul(*node.factors[:number], stacked, *node.factors[number + 2 :])
    return None


def inverse_of_kron(node: Expr, problem: Problem) -> Expr | None:
    """(A ⊗ B)⁻¹ = A⁻¹ ⊗ B⁻¹."""
    if isinstance(node, Inverse) and isinstance(node.body, Kron) and all(part.shape.is_square for part in node.body.factors):
        return kron(*(Inverse(part) for part in node.body.factors))
    return None


def vec_product(node: Expr, problem: Problem) -> Expr | None:
    """vec(A)ᵀ vec(B) = tr(Aᵀ B)."""
    if isinstance(node, MatMul) and len(node.factors) == 2:
        left, right = flip(node.factors[0]), node.factors[1]
        if not (isinstance(left, Call) and isinstance(right, Call) and left.function == right.function == "vec"):
            return None
        if left.argument.shape is right.argument.shape and left.argument.shape.is_matrix:
            return Call("tr", matmul(flip(left.argument), right.argument))
    return None


def outer_in_hadamard(node: Expr, problem: Problem) -> Expr | None:
    """(A ∘ u vᵀ) x = u ∘ A (v ∘ x): a column times a row inside an elementwise product goes to the sides."""
    if not isinstance(node, MatMul) or not node.factors[-1].shape.is_column:
        return None
    matrix, vector = node.factors[-2], node.factors[-1]
    turned = isinstance(matrix, Transpose)
    inside = matrix.body if isinstance(matrix, Transpose) else matrix
    if not isinstance(inside, Hadamard):
        return None
    for number, factor in enumerate(inside.factors):
        if isinstance(factor, MatMul) and len(factor.factors) == 2 and factor.factors[0].shape.is_column:
            left, right = factor.factors[0], flip(factor.factors[1])
            rest = hadamard(*inside.factors[:number], *inside.factors[number + 1 :])
            if turned:
                left, right, rest = right, left, flip(rest)
            return matmul(*node.factors[:-2], hadamard(left, matmul(rest, hadamard(right, vector))))
    return None


def inner_as_sum(node: Expr, problem: Problem) -> Expr | None:
    """(u / v)ᵀ (v ∘ w) = sum(u / v ∘ v ∘ w), where entry by entry something then cancels."""
    if not isinstance(node, MatMul) or not node.shape.is_number or len(node.factors) != 2:
        return None
    left, right = flip(node.factors[0]), node.factors[1]
    for one, other in ((left, right), (right, left)):
        terms = one.terms if isinstance(one, Add) else (one,)
        factors = set(other.factors) if isinstance(other, Hadamard) else {other}
        if all(_inverses(term) & factors for term in terms):
            return Call("sum", hadamard(one, other))
    return None

"""Equal up to how transposes are written: (XR)ᵀ and RᵀXᵀ are one matrix, and a repeated variable of a rule may be either."""

from __future__ import annotations

from functools import lru_cache

from ..ir import Add, Expr, Hadamard, Inverse, MatMul, Mul, Power, Transpose, add, hadamard, matmul, mul, transpose


@lru_cache(maxsize=100_000)
def pushed(node: Expr) -> Expr:
    """The same matrix with every transpose carried to the leaves: a form in which equal up to transposes is equal."""
    if isinstance(node, Transpose):
        return _mirrored(node.body)
    parts = tuple(pushed(child) for child in node.children)
    return node if parts == node.children else node.rebuilt(parts)


@lru_cache(maxsize=100_000)
def _mirrored(node: Expr) -> Expr:
    match node:
        case Transpose(body):
            return pushed(body)
        case MatMul(factors):
            return matmul(*(_mirrored(factor) for factor in reversed(factors)))
        case Add(terms):
            return add(*(_mirrored(term) for term in terms))
        case Mul(factors):
            return mul(*(pushed(factor) if factor.shape.is_number else _mirrored(factor) for factor in factors))
        case Hadamard(factors):
            return hadamard(*(_mirrored(factor) for factor in factors))
        case Inverse(body):
            return Inverse(_mirrored(body))
        case Power(base, exponent):
            return Power(_mirrored(base), exponent)
    return transpose(pushed(node))


def same(left: Expr, right: Expr) -> bool:
    """Whether two expressions are equal up to how their transposes are written."""
    return left is right or (left.shape is right.shape and left.symbols == right.symbols and pushed(left) is pushed(right))

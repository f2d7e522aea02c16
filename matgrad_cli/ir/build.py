"""Constructors that make only the invisible moves: nested sums and products of one kind are flattened,
single ones unwrapped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .dimensions import Index
from .expr import Expr
from .index_nodes import SumOver
from .nodes import Add, Hadamard, Kron, MatMul, Mul, Number, Power, Transpose


def _nested(kind: type[Expr], parts: tuple[Expr, ...]) -> Expr:
    if kind in map(type, parts):
        parts = tuple([one for part in parts for one in (part.children if isinstance(part, kind) else (part,))])
    make: Any = kind
    return parts[0] if len(parts) == 1 else make(parts)


def add(*terms: Expr) -> Expr:
    """term + term + …, nested sums flattened."""
    return _nested(Add, terms)


def mul(*factors: Expr) -> Expr:
    """number · … · at most one array, nested scalar products flattened."""
    return _nested(Mul, factors)


def matmul(*factors: Expr) -> Expr:
    """A product of matrices, nested ones flattened."""
    return _nested(MatMul, factors)


def hadamard(*factors: Expr) -> Expr:
    """An elementwise product, nested ones flattened."""
    return _nested(Hadamard, factors)


def kron(*factors: Expr) -> Expr:
    """A Kronecker product, nested ones flattened."""
    return _nested(Kron, factors)


def sum_over(indices: Iterable[Index], body: Expr) -> Expr:
    """Σ over the indices; a sum of a sum is one sum over both. No index, no sum."""
    letters = tuple(indices)
    if isinstance(body, SumOver) and not set(letters) & set(body.indices):
        letters, body = letters + body.indices, body.body
    return SumOver(letters, body) if letters else body


def neg(body: Expr) -> Expr:
    """−body, as (−1)·body."""
    return mul(Number(-1), body)


def sub(left: Expr, right: Expr) -> Expr:
    """left − right."""
    return add(left, neg(right))


def reciprocal(body: Expr) -> Expr:
    """1/body, entry by entry."""
    return Power(body, Number(-1))


def over(left: Expr, right: Expr) -> Expr:
    """left / right, where right is a number."""
    return mul(left, reciprocal(right))


def transpose(body: Expr) -> Expr:
    """bodyᵀ; a number is its own transpose."""
    return body if body.shape.is_number else Transpose(body)


def product(*factors: Expr) -> Expr:
    """The product of numbers and conforming matrices in one go: numbers in front, matrices in order."""
    numbers = [factor for factor in factors if factor.shape.is_number]
    arrays = [factor for factor in factors if not factor.shape.is_number]
    return mul(*numbers, matmul(*arrays)) if arrays else mul(*numbers)

"""Moves on sums of arrays: equal arrays with other numbers, diagonals, common elementwise factors, ones."""

from __future__ import annotations

from collections import Counter

from ..facts import Problem
from ..facts.holding import holds
from ..ir import Add, Call, Expr, Eye, Fill, Hadamard, MatMul, Mul, Number, Size, add, hadamard, matmul, mul
from ..ir.dimensions import Dim
from .sums import Part, part_of


def is_ones(node: Expr) -> bool:
    """Whether an array is written as ones."""
    return isinstance(node, Fill) and node.value == 1


def size_of(dim: Dim) -> Expr:
    """The number of a dimension: its name, or the number itself where it is one."""
    return Size(dim) if dim.names else Number(dim.factor)


def sizes_are_numbers(node: Expr, problem: Problem) -> Expr | None:
    """The size of a side of length 3 is the number 3."""
    return Number(node.dim.factor) if isinstance(node, Size) and not node.dim.names else None


def adds_to_one(node: Expr, problem: Problem) -> bool:
    """Whether the entries of a vector, or of each row of a matrix, are known to add up to one."""
    return any(holds(node, word, problem) is True for word in ("simplex", "onehot"))


def rows_sum_to_one(node: Expr, problem: Problem) -> Expr | None:
    """Y 1 = 1 where every row of Y sums to one; diag(1) = I."""
    if isinstance(node, Call) and node.function == "diag" and is_ones(node.argument):
        return Eye(node.shape.rows)
    if isinstance(node, MatMul) and is_ones(node.factors[-1]) and node.factors[-1].shape.is_column:
        inner = node.factors[-2]
        if inner.shape.is_matrix and adds_to_one(inner, problem):
            ones = Fill(1, type(inner.shape)(inner.shape.rows))
            return matmul(*node.factors[:-2], ones)
    return None


def merge_scalars(node: Expr, problem: Problem) -> Expr | None:
    """c A + d A = (c + d) A where c and d are different numbers."""
    if not isinstance(node, Add) or node.shape.is_number:
        return None
    parts = [part_of(term) for term in node.terms]
    counts = Counter(part.array for part in parts)
    array, count = counts.most_common(1)[0]
    if count < 2 or array is None:
        return None
    numbers = [Part(part.value, part.scalars, None).expr() for part in parts if part.array is array]
    merged = mul(add(*numbers), array)
    out: list[Expr] = []
    for part in parts:
        if part.array is not array:
            out.append(part.expr())
        elif merged not in out:
            out.append(merged)
    return add(*out)


def merge_diagonals(node: Expr, problem: Problem) -> Expr | None:
    """diag(u) + diag(v) = diag(u + v)."""
    if not isinstance(node, Add):
        return None
    parts = [part_of(term) for term in node.terms]
    inside = [part for part in parts if _is_diagonal(part.array)]
    if len(inside) < 2:
        return None
    vectors: list[Expr] = []
    for part in inside:
        assert isinstance(part.array, Call)
        vectors.append(Part(part.value, part.scalars, part.array.argument).expr())
    merged = Call("diag", add(*vectors))
    first = inside[0]
    return add(*(merged if part is first else part.expr() for part in parts if part is first or part not in inside))


def _is_diagonal(array: Expr | None) -> bool:
    return isinstance(array, Call) and array.function == "diag" and array.argument.shape.is_column


def _elementwise_factors(part: Part) -> tuple[Expr, ...]:
    array = part.array
    if array is None:
        return ()
    return array.factors if isinstance(array, Hadamard) else (array,)


def factor_elementwise(node: Expr, problem: Problem) -> Expr | None:
    """u ∘ v + u ∘ w = u ∘ (v + w)."""
    if not isinstance(node, Add) or node.shape.is_number:
        return None
    parts = [part_of(term) for term in node.terms]
    counts = Counter(factor for part in parts for factor in set(_elementwise_factors(part)) if isinstance(part.array, Hadamard))
    for factor, count in counts.most_common():
        if count < 2 or not factor.symbols:
            return None
        members = [part for part in parts if factor in _elementwise_factors(part)]
        if any(not isinstance(part.array, Hadamard) for part in members):
            continue
        bracket = add(*(_without(part, factor) for part in members))
        merged = hadamard(factor, bracket)
        if isinstance(bracket, Mul) or merged.weight >= sum(part.expr().weight for part in members):
            continue
        out = [merged if part is members[0] else part.expr() for part in parts if part is members[0] or part not in members]
        return add(*out)
    return None


def _without(part: Part, factor: Expr) -> Expr:
    factors = list(_elementwise_factors(part))
    factors.remove(factor)
    return Part(part.value, part.scalars, hadamard(*factors)).expr()

"""Moves that are taken only where they leave less to read: brackets whose terms cancel, means, softmax inside a product."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from ..facts import Problem
from ..facts.holding import holds
from ..ir import Add, Call, Entry, Expr, Eye, Fill, Hadamard, MatMul, Mul, Number, Power, Size, Transpose, add, hadamard, matmul, mul
from .algebra import flip, transposes
from .context import delta
from .sums import Part, part_of

MANY_TERMS = 16
"""A sum that would have more terms than this with all brackets open is left alone."""


def open_to_cancel(node: Expr, problem: Problem) -> Expr | None:
    """(1 − y) ∘ p − y ∘ (1 − p) = p − y: brackets are opened where terms then cancel and less is left."""
    if not isinstance(node, Add):
        return None
    opened: list[Part] = []
    for term in node.terms:
        opened += _opened(part_of(term))
        if len(opened) > MANY_TERMS:
            return None
    if len(opened) == len(node.terms):
        return None
    merged: dict[tuple[object, ...], Part] = {}
    for part in opened:
        key = (tuple(sorted(map(id, part.scalars))), tuple(sorted(map(id, _entrywise(part.array)))))
        old = merged.get(key)
        merged[key] = part if old is None else Part(old.value + part.value, old.scalars, old.array)
    kept = [part.expr() for part in merged.values() if part.value != 0]
    if not kept:
        return Number(0) if node.shape.is_number else Fill(0, node.shape)
    better = add(*kept)
    return better if better.weight < node.weight else None


def _entrywise(array: Expr | None) -> tuple[Expr, ...]:
    return () if array is None else array.factors if isinstance(array, Hadamard) else (array,)


def _opened(part: Part) -> list[Part]:
    """One term with its elementwise brackets (or its brackets of numbers) multiplied out."""
    factors = _entrywise(part.array) if part.array is not None else part.scalars
    if len(factors) < 2 or not any(isinstance(factor, Add) for factor in factors):
        return [part]
    choices = [tuple(map(part_of, factor.terms)) if isinstance(factor, Add) else (part_of(factor),) for factor in factors]
    if len(choices) > 4:
        return [part]
    found = []
    for picked in product(*choices):
        value, scalars = part.value, () if part.array is None else part.scalars
        arrays: list[Expr] = []
        for one in picked:
            value *= one.value
            scalars = (*scalars, *one.scalars)
            if one.array is not None and not (isinstance(one.array, Fill) and one.array.value == 1):
                arrays += _entrywise(one.array)
        array = None if part.array is None else hadamard(*arrays) if arrays else Fill(1, part.array.shape)
        found.append(Part(value, scalars, array))
    return found


def mean_of_sum(node: Expr, problem: Problem) -> Expr | None:
    """sum(x)/n = mean(x)."""
    if not isinstance(node, Mul):
        return None
    for number, factor in enumerate(node.factors):
        if not (isinstance(factor, Call) and factor.function == "sum") or factor.argument.shape.is_number:
            continue
        rest = [*node.factors[:number], *node.factors[number + 1 :]]
        for side in factor.argument.shape.dims:
            count = Power(Size(side), Number(-1))
            if count not in rest:
                break
            rest.remove(count)
        else:
            return mul(*rest[:number], Call("mean", factor.argument), *rest[number:])
    return None


def centred(node: Expr, problem: Problem) -> Expr | None:
    """sum(x − mean(x) 1) = 0."""
    if not (isinstance(node, Call) and node.function in ("sum", "mean") and isinstance(node.argument, Add)):
        return None
    total: dict[Expr, Fraction] = {}
    for part in map(part_of, node.argument.terms):
        if isinstance(part.array, Fill) and len(part.scalars) == 1:
            key, value = part.scalars[0], part.value * part.array.value
        elif part.array is not None and not part.scalars:
            key, value = Call("mean", part.array), part.value
        else:
            return None
        total[key] = total.get(key, Fraction(0)) + value
    return None if any(total.values()) else Number(0)


def softmax_inside(node: Expr, problem: Problem) -> Expr | None:
    """1/sum(e^u) A (e^u) = A softmax(u): the quotient is seen also where e^u stands inside a product."""
    if not isinstance(node, Mul):
        return None
    for number, factor in enumerate(node.factors):
        if not (isinstance(factor, Power) and factor.exponent is Number(-1)):
            continue
        total = factor.base
        if not (isinstance(total, Call) and total.function == "sum" and isinstance(total.argument, Call)):
            continue
        raised = total.argument
        if raised.function != "exp" or not raised.shape.is_column:
            continue
        rest = [*node.factors[:number], *node.factors[number + 1 :]]
        for place, other in enumerate(rest):
            better = _with_softmax(other, raised)
            if better is not None:
                return mul(*rest[:place], better, *rest[place + 1 :])
    return None


def _with_softmax(node: Expr, raised: Call) -> Expr | None:
    """The product with its first factor e^u replaced by softmax(u); None if e^u is no factor of it."""
    if node is raised:
        return Call("softmax", raised.argument)
    if node is Transpose(raised):
        return Transpose(Call("softmax", raised.argument))
    if not isinstance(node, MatMul | Hadamard):
        return None
    for number, factor in enumerate(node.factors):
        better = _with_softmax(factor, raised)
        if better is not None:
            parts = (*node.factors[:number], better, *node.factors[number + 1 :])
            return matmul(*parts) if isinstance(node, MatMul) else hadamard(*parts)
    return None


def transpose_of_symmetric_terms(node: Expr, problem: Problem) -> Expr | None:
    """(A − A W B)ᵀ = A − B Wᵀ A where A and B are symmetric, if that leaves fewer transposes."""
    if not (isinstance(node, Transpose) and isinstance(node.body, Add)):
        return None
    turned = add(*(_without_transposes(flip(term), problem) for term in node.body.terms))
    return turned if transposes(turned) < transposes(node) else None


def _without_transposes(term: Expr, problem: Problem) -> Expr:
    if isinstance(term, Mul):
        return mul(*(_without_transposes(factor, problem) for factor in term.factors))
    if isinstance(term, MatMul):
        return matmul(*(_without_transposes(factor, problem) for factor in term.factors))
    return term.body if isinstance(term, Transpose) and holds(term.body, "symmetric", problem) else term


def positive_first(node: Expr, problem: Problem) -> Expr | None:
    """−y + p = p − y."""
    if not isinstance(node, Add) or part_of(node.terms[0]).value > 0:
        return None
    for number, term in enumerate(node.terms):
        if part_of(term).value > 0:
            return add(term, *node.terms[:number], *node.terms[number + 1 :])
    return None


def ones_of_ones(node: Expr, problem: Problem) -> Expr | None:
    """𝟏 𝟏ᵀ is the matrix of ones."""
    if not isinstance(node, MatMul):
        return None
    for number, (left, right) in enumerate(zip(node.factors, node.factors[1:], strict=False)):
        if isinstance(left, Fill) and isinstance(right, Fill) and left.value == right.value == 1 and left.shape.is_column:
            whole = Fill(1, type(left.shape)(left.shape.rows, right.shape.cols))
            return matmul(*node.factors[:number], whole, *node.factors[number + 2 :])
    return None


def entry_of_constant(node: Expr, problem: Problem) -> Expr | None:
    """𝟏_i = 1, I_ij = δ_ij."""
    if not isinstance(node, Entry):
        return None
    if isinstance(node.base, Fill):
        return Number(node.base.value)
    return delta(node.row, node.col) if isinstance(node.base, Eye) else None

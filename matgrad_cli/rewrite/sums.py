"""Sums in textbook form: like terms merged, common factors taken out, one minus in front of an all-negative sum."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from ..diagnostics.record import record
from ..facts import Problem
from ..ir import Add, Expr, Fill, MatMul, Mul, Number, add, matmul, mul
from ..ir.dimensions import ONE

RUN = 3
"""Common runs of at most so many factors are looked for; longer ones are found in several rounds."""


@record
class Part:
    """A term of a sum: rational number · other numbers · array (None if the term is a number)."""

    value: Fraction
    scalars: tuple[Expr, ...]
    array: Expr | None

    def expr(self) -> Expr:
        """The term again."""
        parts: list[Expr] = [] if self.value == 1 else [Number(self.value)]
        parts += self.scalars
        if self.array is not None:
            parts.append(self.array)
        return mul(*parts) if parts else Number(1)

    @property
    def factors(self) -> tuple[Expr, ...]:
        """The matrix factors of the array."""
        return () if self.array is None else self.array.factors if isinstance(self.array, MatMul) else (self.array,)


def part_of(term: Expr) -> Part:
    """A term taken apart."""
    value, scalars, array = Fraction(1), [], None
    for factor in term.factors if isinstance(term, Mul) else (term,):
        if isinstance(factor, Number):
            value *= factor.value
        elif factor.shape.is_number:
            scalars.append(factor)
        else:
            array = factor
    return Part(value, tuple(scalars), array)


def merge_like_terms(node: Expr, problem: Problem) -> Expr | None:
    """c A + d A = (c + d) A; terms that cancel vanish."""
    if not isinstance(node, Add):
        return None
    merged: dict[tuple[object, ...], Part] = {}
    for part in map(part_of, node.terms):
        key = (frozenset(Counter(part.scalars).items()), part.array)
        old = merged.get(key)
        merged[key] = part if old is None else Part(old.value + part.value, old.scalars, old.array)
    if len(merged) == len(node.terms):
        return None
    kept = [part for part in merged.values() if part.value != 0]
    if not kept:
        return Number(0) if node.shape.is_number else Fill(0, node.shape)
    return add(*(part.expr() for part in kept))


def factor_common(node: Expr, problem: Problem) -> Expr | None:
    """A B + A C = A (B + C), c A + c B = c (A + B), −A − B = −(A + B)."""
    if not isinstance(node, Add):
        return None
    parts = [part_of(term) for term in node.terms]
    return _common_run(parts) or _common_scalars(parts)


def _common_scalars(parts: list[Part]) -> Expr | None:
    common = Counter(parts[0].scalars)
    for part in parts[1:]:
        common &= Counter(part.scalars)
    values = {abs(part.value) for part in parts}
    value = values.pop() if len(values) == 1 else Fraction(1)
    if all(part.value < 0 for part in parts):
        value = -value
    if value == 1 and not common:
        return None
    inside = []
    for part in parts:
        left = Counter(part.scalars) - common
        inside.append(Part(part.value / value, tuple(scalar for scalar in part.scalars if left[scalar] > 0), part.array).expr())
    front: list[Expr] = [] if value == 1 else [Number(value)]
    body = add(*inside)
    if all(part.array is None for part in parts) and body.weight <= 1:
        return None
    return mul(*front, *common.elements(), body)


def _common_run(parts: list[Part]) -> Expr | None:
    best: tuple[int, bool, tuple[Expr, ...]] | None = None
    for left in (True, False):
        runs: Counter[tuple[Expr, ...]] = Counter()
        for part in parts:
            factors = part.factors
            for size in range(1, min(RUN, len(factors) - 1) + 1):
                run = factors[:size] if left else factors[-size:]
                runs[run] += 1
        for run, count in runs.items():
            if count < 2 or any(part.factors == run for part in parts):
                continue
            saving = (count - 1) * sum(factor.weight for factor in run)
            if best is None or saving > best[0]:
                best = (saving, left, run)
    if best is None:
        return None
    _, left, run = best
    size = len(run)
    members = [part for part in parts if len(part.factors) > size and (part.factors[:size] if left else part.factors[-size:]) == run]
    if _needs_ones(members, size, left):
        return None
    common = Counter(members[0].scalars)
    for part in members[1:]:
        common &= Counter(part.scalars)
    values = {abs(part.value) for part in members}
    value = values.pop() if len(values) == 1 else Fraction(1)
    if all(part.value < 0 for part in members):
        value = -value
    inside = []
    for part in members:
        rest = part.factors[size:] if left else part.factors[:-size]
        spare = Counter(part.scalars) - common
        inside.append(Part(part.value / value, tuple(s for s in part.scalars if spare[s] > 0), matmul(*rest)).expr())
    bracket = add(*inside)
    product = matmul(*run, bracket) if left else matmul(bracket, *run)
    front: list[Expr] = [] if value == 1 else [Number(value)]
    whole = mul(*front, *common.elements(), product)
    out: list[Expr] = []
    placed = False
    for part in parts:
        if part in members:
            if not placed:
                out.append(whole)
                placed = True
        else:
            out.append(part.expr())
    return add(*out)


def _needs_ones(members: list[Part], size: int, left: bool) -> bool:
    """Whether the bracket would be a sum of 1×1 products: then the run is a vector beside numbers, not a matrix factor."""
    rest = members[0].factors[size:] if left else members[0].factors[:-size]
    shape = matmul(*rest).shape
    return shape.rows is ONE and shape.cols is ONE

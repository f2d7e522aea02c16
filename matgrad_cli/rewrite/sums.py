"""Sums in textbook form: like terms merged, common factors taken out, one minus in front of an all-negative sum."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from ..diagnostics.record import record
from ..facts import Problem
from ..ir import Add, Expr, Fill, MatMul, Mul, Number, add, matmul, mul
from ..ir.dimensions import ONE
from .powers import powered, split_power

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


def _shared_scalars(parts: list[Part]) -> tuple[list[Expr], list[tuple[Expr, ...]]]:
    """The numbers that all parts have in common, and what is left of each; of 1/c and 1/c² the common part is 1/c."""
    common = Counter(parts[0].scalars)
    for part in parts[1:]:
        common &= Counter(part.scalars)
    front = list(common.elements())
    rests: list[list[Expr]] = []
    for part in parts:
        rest = list(part.scalars)
        for scalar in front:
            rest.remove(scalar)
        rests.append(rest)
    for base, exponent in map(split_power, tuple(rests[0])):
        exponents = [[power for one, power in map(split_power, rest) if one is base] for rest in rests]
        if exponent >= 0 or base.weight < 2 or not all(len(found) == 1 and found[0] < 0 for found in exponents):
            continue
        least = max(found[0] for found in exponents)
        front.append(powered(base, least))
        rests = [_raised(rest, base, least) for rest in rests]
    return front, [tuple(rest) for rest in rests]


def _raised(rest: list[Expr], base: Expr, least: Fraction) -> list[Expr]:
    """The numbers times base^(−least)."""
    found: list[Expr] = []
    for scalar in rest:
        one, power = split_power(scalar)
        if one is not base:
            found.append(scalar)
        elif power != least:
            found.append(powered(base, power - least))
    return found


def _common_scalars(parts: list[Part]) -> Expr | None:
    common, rests = _shared_scalars(parts)
    values = {abs(part.value) for part in parts}
    value = values.pop() if len(values) == 1 else Fraction(1)
    if all(part.value < 0 for part in parts):
        value = -value
    if value == 1 and not common:
        return None
    inside = [Part(part.value / value, rest, part.array).expr() for part, rest in zip(parts, rests, strict=True)]
    front: list[Expr] = [] if value == 1 else [Number(value)]
    body = add(*inside)
    if all(part.array is None for part in parts) and body.weight <= 1:
        return None
    return mul(*front, *common, body)


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
    common, rests = _shared_scalars(members)
    values = {abs(part.value) for part in members}
    value = values.pop() if len(values) == 1 else Fraction(1)
    if all(part.value < 0 for part in members):
        value = -value
    inside = []
    for part, scalars in zip(members, rests, strict=True):
        rest = part.factors[size:] if left else part.factors[:-size]
        inside.append(Part(part.value / value, scalars, matmul(*rest)).expr())
    bracket = add(*inside)
    product = matmul(*run, bracket) if left else matmul(bracket, *run)
    front: list[Expr] = [] if value == 1 else [Number(value)]
    whole = mul(*front, *common, product)
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

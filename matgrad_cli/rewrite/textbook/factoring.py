"""The cheapest of a few factorings: A B + A C = A (B + C) from the left, from the right, entry by entry, of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm

from ...ir import Add, Expr, Mul, Number, Transpose, add, hadamard, matmul, mul, transpose
from ..engine.application import native_at
from ..forms.algebra import cost
from .normal import powered, split_power
from .scaled import Scaled, scaled

RUN = 3
"""Common runs of at most so many factors are looked for; longer ones are found in several rounds."""


@native_at("factor-common", "Add")
def factor_common(node: Add) -> Expr | None:
    """What the terms of a sum have in common is put outside a bracket, where that leaves less to read."""
    terms = [scaled(term) for term in node.terms]
    found = [better for better in _factorings(terms) if better is not node]
    if not found:
        return None
    best = min(found, key=_leaves)
    if _leaves(best) < _leaves(node):
        return best
    together = next(_same_array(terms), node)  # λ w − w = (λ − 1) w
    return together if _leaves(together) == _leaves(node) and together is not node else _signs(terms, node)


def _leaves(expr: Expr) -> tuple[int, ...]:
    """A factoring is taken for its leaves and transposes: a bracket more is no reason against it."""
    return cost(expr)[:2]


def _signs(terms: list[Scaled], node: Expr) -> Expr | None:
    """−A − B = −(A + B), c A + c B = c (A + B) where c is a rational number."""
    better = _all_numbers(terms)
    return better if better is not None and isinstance(better, Mul) and better is not node else None


def _factorings(terms: list[Scaled]) -> Iterator[Expr]:
    yield from _runs(terms, left=True)
    yield from _runs(terms, left=False)
    yield from _elementwise(terms)
    yield from _same_array(terms)
    yield from _same_number(terms)
    turned = [
        Scaled(term.value, term.scalars, term.array.body).expr for term in terms if isinstance(term.array, Transpose)
    ]
    if len(turned) == len(terms):
        yield transpose(add(*turned))
    whole = _all_numbers(terms)
    if whole is not None:
        yield whole
    yield _numeral(terms)


def _runs(terms: list[Scaled], left: bool) -> Iterator[Expr]:
    def run_of(term: Scaled, size: int) -> tuple[Expr, ...]:
        return term.factors[:size] if left else term.factors[-size:]

    counts: Counter[tuple[Expr, ...]] = Counter()
    for term in terms:
        counts.update(run_of(term, size) for size in range(1, min(RUN, len(term.factors) - 1) + 1))
    for run, count in counts.items():
        if count < 2:
            continue
        size = len(run)
        members = [len(term.factors) > size and run_of(term, size) == run for term in terms]

        def rest(term: Scaled, size: int = size) -> Expr:
            return matmul(*(term.factors[size:] if left else term.factors[:-size]))

        def whole(bracket: Expr, run: tuple[Expr, ...] = run) -> Expr:
            return matmul(*run, bracket) if left else matmul(bracket, *run)

        if not rest(terms[members.index(True)]).shape.is_number:
            yield _outside(terms, members, rest, whole)


def _elementwise(terms: list[Scaled]) -> Iterator[Expr]:
    counts = Counter(factor for term in terms if len(term.entrywise) > 1 for factor in set(term.entrywise))
    for factor, count in counts.items():
        members = [factor in term.entrywise for term in terms]
        if (
            count < 2
            or not factor.symbols
            or any(yes and len(term.entrywise) < 2 for yes, term in zip(members, terms, strict=True))
        ):
            continue

        def rest(term: Scaled, factor: Expr = factor) -> Expr:
            factors = list(term.entrywise)
            factors.remove(factor)
            return hadamard(*factors)

        def whole(bracket: Expr, factor: Expr = factor) -> Expr:
            return hadamard(factor, bracket)

        yield _outside(terms, members, rest, whole)


def _same_array(terms: list[Scaled]) -> Iterator[Expr]:
    for array, count in Counter(term.array for term in terms).items():
        if array is not None and count > 1:
            members = [term.array is array for term in terms]
            numbers = add(
                *(Scaled(term.value, term.scalars, None).expr for term, yes in zip(terms, members, strict=True) if yes)
            )
            yield _replaced(terms, members, mul(numbers, array))


def _same_number(terms: list[Scaled]) -> Iterator[Expr]:
    """A + c u B + c u Bᵀ = A + c u (B + Bᵀ), where u is no single name."""
    counts = Counter(scalar for term in terms for scalar in set(term.scalars))
    for scalar, count in counts.items():
        if 1 < count < len(terms) and scalar.children:
            members = [scalar in term.scalars for term in terms]
            yield _outside(terms, members, lambda term: term.array, lambda bracket: bracket)


def _all_numbers(terms: list[Scaled]) -> Expr | None:
    """The numbers that all terms share, in front of one bracket."""
    value, common, rests = _shared(terms)
    if value == 1 and not common:
        return None
    return mul(
        *([] if value == 1 else [Number(value)]),
        *common,
        add(*(Scaled(term.value / value, rest, term.array).expr for term, rest in zip(terms, rests, strict=True))),
    )


def _numeral(terms: list[Scaled]) -> Expr:
    """4 A + 2 B + 2 C = 2 (2 A + B + C): the greatest number of which those of all terms are multiples."""
    values = [abs(term.value) for term in terms]
    most = Fraction(gcd(*(one.numerator for one in values)), lcm(*(one.denominator for one in values)))
    return mul(Number(most), add(*(Scaled(term.value / most, term.scalars, term.array).expr for term in terms)))


def _outside(
    terms: list[Scaled], members: list[bool], rest: Callable[[Scaled], Expr | None], whole: Callable[[Expr], Expr]
) -> Expr:
    """The members with their common factor outside a bracket, in the place of the first of them."""
    inside = [term for term, yes in zip(terms, members, strict=True) if yes]
    value, common, rests = _shared(inside)
    bracket = add(
        *(Scaled(term.value / value, left, rest(term)).expr for term, left in zip(inside, rests, strict=True))
    )
    front: list[Expr] = [] if value == 1 else [Number(value)]
    if isinstance(bracket, Mul):  # only the numbers differ: like terms, not a factoring
        return add(*(term.expr for term in terms))
    return _replaced(terms, members, mul(*front, *common, whole(bracket)))


def _replaced(terms: list[Scaled], members: list[bool], whole: Expr) -> Expr:
    first = members.index(True)
    return add(
        *(
            whole if number == first else term.expr
            for number, term in enumerate(terms)
            if number == first or not members[number]
        )
    )


def _shared(terms: Sequence[Scaled]) -> tuple[Fraction, list[Expr], list[tuple[Expr, ...]]]:
    """The numbers that all terms have in common, and what is left of each; of 1/c and 1/c² the common part is 1/c, of u
    and u² it is u."""
    values = {abs(term.value) for term in terms}
    value = values.pop() if len(values) == 1 else Fraction(1)
    if all(term.value < 0 for term in terms):
        value = -value
    common = Counter(terms[0].scalars)
    for term in terms[1:]:
        common &= Counter(term.scalars)
    front = list(common.elements())
    rests = [list((Counter(term.scalars) - common).elements()) for term in terms]
    for base, exponent in map(split_power, tuple(rests[0])):
        exponents = [[power for one, power in map(split_power, rest) if one is base] for rest in rests]
        if base.weight < 2 or not all(len(found) == 1 and found[0] * exponent > 0 for found in exponents):
            continue
        least = min((found[0] for found in exponents), key=abs)
        front.append(powered(base, least))
        rests = [_raised(rest, base, least) for rest in rests]
    return value, front, [tuple(rest) for rest in rests]


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

"""The cheapest of a few factorings: A B + A C = A (B + C) from the left, from the right, entry by entry, of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import gcd, lcm

from ...ir import Add, Expr, Mul, Number, Transpose, add, hadamard, matmul, mul, transpose
from ..engine.application import native_at
from ..forms.algebra import Scaled, cost, numeral, scaled
from .normal import powered, split_power

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
    together = next(_sharing(terms, _array), node)  # λ w − w = (λ − 1) w
    if _leaves(together) == _leaves(node) and together is not node:
        return together
    signs = _before_all(terms)  # −A − B = −(A + B), c A + c B = c (A + B) where c is a rational number
    return signs if isinstance(signs, Mul) else None


def _leaves(expr: Expr) -> tuple[int, ...]:
    """A factoring is taken for its leaves and transposes: a bracket more is no reason against it."""
    return cost(expr)[:2]


def _factorings(terms: list[Scaled]) -> Iterator[Expr]:
    for shares in (partial(_at_an_end, True), partial(_at_an_end, False), _entrywise, _array, _numbers):
        yield from _sharing(terms, shares)
    arrays = [(term, term.array.body) for term in terms if isinstance(term.array, Transpose)]
    turned = [Scaled(term.value, term.scalars, array).expr for term, array in arrays]
    if len(turned) == len(terms):
        yield transpose(add(*turned))
    yield _before_all(terms)
    yield _numeral(terms)


Whole = Callable[[Expr], Expr]
Shares = Callable[[Scaled], Iterator[tuple[object, Expr | None, Whole]]]
"""What a term may share with others, what is left of its array without that, and how it stands outside a bracket."""


def _sharing(terms: list[Scaled], shares: Shares) -> Iterator[Expr]:
    """All that two terms or more share, outside a bracket of what is left of them."""
    found: dict[object, tuple[Whole, dict[int, Expr | None]]] = {}
    for place, term in enumerate(terms):
        for shared, rest, whole in shares(term):
            found.setdefault(shared, (whole, {}))[1][place] = rest
    for whole, rests in found.values():
        if len(rests) > 1:
            yield _outside(terms, rests, whole)


def _at_an_end(left: bool, term: Scaled) -> Iterator[tuple[object, Expr | None, Whole]]:
    """A B + A C = A (B + C), or B A + C A = (B + C) A."""
    factors = term.factors
    for size in range(1, min(RUN, len(factors) - 1) + 1):
        run, others = (factors[:size], factors[size:]) if left else (factors[-size:], factors[:-size])
        rest = matmul(*others)
        if not rest.shape.is_number:
            yield run, rest, partial(_with_run, left, run)


def _with_run(left: bool, run: tuple[Expr, ...], bracket: Expr) -> Expr:
    return matmul(*run, bracket) if left else matmul(bracket, *run)


def _entrywise(term: Scaled) -> Iterator[tuple[object, Expr | None, Whole]]:
    """A ∘ B + A ∘ C = A ∘ (B + C)."""
    for place, factor in enumerate(term.entrywise if len(term.entrywise) > 1 else ()):
        if factor.symbols:
            yield factor, hadamard(*term.entrywise[:place], *term.entrywise[place + 1 :]), partial(hadamard, factor)


def _numbers(term: Scaled) -> Iterator[tuple[object, Expr | None, Whole]]:
    """A + c u B + c u Bᵀ = A + c u (B + Bᵀ), where u is no single name."""
    return ((scalar, term.array, lambda bracket: bracket) for scalar in term.scalars if scalar.children)


def _array(term: Scaled) -> Iterator[tuple[object, Expr | None, Whole]]:
    """λ w − w = (λ − 1) w."""
    array = term.array
    if array is not None:
        yield array, None, lambda bracket: mul(bracket, array)


def _before_all(terms: list[Scaled]) -> Expr:
    """The numbers that all terms share, in front of one bracket."""
    return _outside(terms, {place: term.array for place, term in enumerate(terms)}, lambda bracket: bracket)


def _numeral(terms: list[Scaled]) -> Expr:
    """4 A + 2 B + 2 C = 2 (2 A + B + C): the greatest number of which those of all terms are multiples."""
    values = [abs(term.value) for term in terms]
    most = Fraction(gcd(*(one.numerator for one in values)), lcm(*(one.denominator for one in values)))
    if most.numerator > 1 and any(abs(term.value) == most and _divides(term.scalars) for term in terms):
        most = Fraction(1)
    return mul(Number(most), add(*(Scaled(term.value / most, term.scalars, term.array).expr for term in terms)))


def _outside(terms: list[Scaled], rests: Mapping[int, Expr | None], whole: Whole) -> Expr:
    """The terms at these places with their common factor outside a bracket, in the place of the first of them."""
    value, common, numbers = _shared([terms[place] for place in rests])
    left = zip(rests.items(), numbers, strict=True)
    bracket = add(*(Scaled(terms[place].value / value, own, rest).expr for (place, rest), own in left))
    if isinstance(bracket, Mul):  # only the numbers differ: like terms, not a factoring
        return add(*(term.expr for term in terms))
    first, *others = rests
    new = {first: mul(*numeral(value), *common, whole(bracket))}
    return add(*(new.get(place, term.expr) for place, term in enumerate(terms) if place not in others))


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
        rests = [[left for scalar in rest for left in _over(scalar, base, least)] for rest in rests]
    if abs(value.numerator) > 1 and any(map(_divides, rests)):
        value = Fraction(1)
    return value, front, [tuple(rest) for rest in rests]


def _divides(scalars: Sequence[Expr]) -> bool:
    """Whether these numbers are a divisor alone: 2/n A + 2 c B is not written 2 (1/n A + c B)."""
    return bool(scalars) and all(split_power(scalar)[1] < 0 for scalar in scalars)


def _over(scalar: Expr, base: Expr, least: Fraction) -> list[Expr]:
    """What is left of a power of `base` that is divided by base^least; other numbers as they are."""
    one, power = split_power(scalar)
    if one is not base:
        return [scalar]
    return [] if power == least else [powered(base, power - least)]

"""Equations in powers of the entries of the unknown: denominators, the lowest power, roots."""

from __future__ import annotations

from fractions import Fraction

from ...facts.holding import holds
from ...ir import Call, Expr, Fill, Hadamard, Mul, Number, Power, hadamard, mul, neg, nodes_of
from ..engine.application import is_zero
from ..forms.algebra import apart
from ..textbook.normal import powered, split_power
from .line import Moved, Place, native
from .opening import entrywise_terms, filled, total, without_numeral


@native("eq-denominators", "if seen")
def _denominators(place: Place) -> Moved:
    """a/(1 − x) = b/x, entry by entry: a x = b (1 − x)."""
    left, terms = place.equation[0], entrywise_terms(*place.equation)
    needed: dict[Expr, Fraction] = {}
    for factor in (factor for term in terms for factor in _factors(term)):
        exponent = (
            factor.exponent.value if isinstance(factor, Power) and isinstance(factor.exponent, Number) else Fraction(0)
        )
        if isinstance(factor, Power) and exponent < 0 and place.unknown in factor.base.symbols:
            needed[factor.base] = max(needed.get(factor.base, Fraction(0)), -exponent)
    if not set(needed) - {place.unknown}:
        return None
    by = _product([_raised(base, exponent) for base, exponent in needed.items()])
    whole = total([place.simplify(_product([*_factors(term), *_factors(by)])) for term in terms], left)
    return (place.simplify(whole), total([], left)), (("c", by),)


def _factors(term: Expr) -> list[Expr]:
    """The factors of a product entry by entry."""
    return (
        [part for factor in term.factors for part in _factors(factor)] if isinstance(term, (Mul, Hadamard)) else [term]
    )


def _raised(base: Expr, exponent: Fraction) -> Expr:
    return base if exponent == 1 else Power(base, Number(exponent))


def _product(factors: list[Expr]) -> Expr:
    numbers, arrays = apart(factors)
    plain = [array for array in arrays if filled(array) is not Number(1)] or arrays[:1]
    return mul(*numbers, hadamard(*plain)) if plain else mul(*(numbers or [Number(1)]))


@native("eq-powers")
def _powers(place: Place) -> Moved:
    """a x^p = b x^q, entry by entry: x^(p−q) = b/a. A power above zero is divided by only where x is known not to be
    zero."""
    left = place.equation[0]
    by_power: dict[Fraction, list[Expr]] = {}
    for term in entrywise_terms(*place.equation):
        found = _power_of(term, place.unknown)
        if found is None:
            return None
        by_power.setdefault(found[0], []).append(found[1])
    if len(by_power) != 2:
        return None
    (low, below), (high, above) = sorted(by_power.items())
    if low > 0 and not holds(place.unknown, "nonzero", place.problem):
        return None
    top, bottom = neg(total(below, left)), total(above, left)
    divisor = without_numeral(place.simplify(bottom if bottom.shape.is_number else filled(bottom) or bottom))
    return (_raised(place.unknown, high - low), place.simplify(_quotient(top, bottom))), (("c", divisor),)


@native("eq-root")
def _root(place: Place) -> Moved:
    """x^p = b has the one solution b^(1/p) where x is not negative."""
    found = _power(place)
    if found is None or not (is_zero(found[1]) or holds(place.unknown, "nonnegative", place.problem)):
        return None
    return (found[0], found[1]), ()


@native("eq-two-roots", "one of two")
def _two_roots(place: Place) -> Moved:
    """x^p = b with an even p has the solutions ±b^(1/p); the line goes on with one of them."""
    found = _power(place)
    if found is None or found[2] % 2 or not place.unknown.shape.is_number:
        return None
    return (found[0], found[1] if place.root > 0 else place.simplify(neg(found[1]))), ()


def _power(place: Place) -> tuple[Expr, Expr, Fraction] | None:
    """The unknown, the root and the exponent of an equation x^p = b."""
    left, right = place.equation
    if not isinstance(left, Power) or left.base is not place.unknown or not isinstance(left.exponent, Number):
        return None
    exponent = left.exponent.value
    if is_zero(right) and exponent > 0:
        return place.unknown, right, exponent
    numbers, arrays = apart(_factors(right))
    if (
        numbers and arrays and all(holds(each, "positive", place.problem) for each in (place.unknown, *arrays))
    ):  # so the numbers are, too
        whole = mul(root_of(mul(*numbers), 1 / exponent), hadamard(*(root_of(array, 1 / exponent) for array in arrays)))
        return place.unknown, place.simplify(whole), exponent
    return place.unknown, place.simplify(root_of(right, 1 / exponent)), exponent


def root_of(value: Expr, exponent: Fraction) -> Expr:
    """(4 a)^(1/2) = 2 a^(1/2), where the numeral has a rational root."""
    number, *rest = value.factors if isinstance(value, Mul) else (value,)
    if isinstance(number, Number) and number.value > 0:
        root = Fraction(float(number.value) ** float(exponent)).limit_denominator(10**6)
        if root**exponent.denominator == number.value**exponent.numerator:
            return mul(Number(root), root_of(mul(*rest), exponent)) if rest else Number(root)
    base, power = split_power(value)
    if isinstance(base, Call) and base.function == "norm":  # which is not negative
        return powered(base, power * exponent)
    return powered(value, exponent)


def _quotient(top: Expr, bottom: Expr) -> Expr:
    if bottom.shape.is_number:
        return mul(Power(bottom, Number(-1)), top)
    scale = filled(bottom)
    return mul(Power(scale, Number(-1)), top) if scale is not None else Hadamard((top, Power(bottom, Number(-1))))


def _power_of(term: Expr, x: Expr) -> tuple[Fraction, Expr] | None:
    """The exponent of x in a term, and the rest; None if x stands otherwise."""
    inside = [factor for factor in _factors(term) if x in nodes_of(factor)]
    if not inside:
        return Fraction(0), term
    base, exponent = split_power(inside[0])
    rest = [factor for factor in _factors(term) if factor is not inside[0]]
    ones = [] if x.shape.is_number or any(not factor.shape.is_number for factor in rest) else [Fill(1, x.shape)]
    return (exponent, _product([*rest, *ones])) if base is x and len(inside) == 1 else None

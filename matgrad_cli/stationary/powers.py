"""Equations in powers of the entries of the unknown: denominators, the lowest power, roots."""

from __future__ import annotations

from fractions import Fraction

from ..facts import Problem
from ..facts.holding import holds
from ..ir import Call, Expr, Fill, Hadamard, Mul, Number, Power, add, hadamard, mul, neg, nodes_of, product
from ..rewrite.engine.application import is_zero
from ..rewrite.forms.algebra import apart, scaled
from ..rewrite.textbook.normal import powered, split_power
from .line import Line, Moved, native
from .opening import entrywise_terms, filled, sign_of, total, without_numeral


@native("eq-denominators", "if seen")
def _denominators(line: Line) -> Moved:
    """a/(1 − x) = b/x, entry by entry: a x = b (1 − x)."""
    left, terms = line.equation[0], entrywise_terms(*line.equation)
    needed: dict[Expr, Fraction] = {}
    for factor in (factor for term in terms for factor in _factors(term)):
        match factor:
            case Power(base, Number(exponent)) if exponent < 0 and line.core in base.symbols:
                needed[base] = max(needed.get(base, Fraction(0)), -exponent)
    in_function = any(isinstance(node, Call) and line.core in node.symbols for one in terms for node in nodes_of(one))
    if not needed or (set(needed) == {line.core} and not in_function):
        return None  # powers of the unknown alone come together as one
    by = _product([_raised(base, exponent) for base, exponent in needed.items()])
    whole = total([line.simplify(_product([*_factors(term), *_factors(by)])) for term in terms], left)
    return (line.simplify(whole), total([], left)), (("c", by),)


def _factors(term: Expr) -> list[Expr]:
    """The factors of a product entry by entry."""
    whole = isinstance(term, Mul | Hadamard)
    return [part for factor in term.children for part in _factors(factor)] if whole else [term]


def _raised(base: Expr, exponent: Fraction) -> Expr:
    return base if exponent == 1 else Power(base, Number(exponent)) if exponent else Number(1)


def _product(factors: list[Expr]) -> Expr:
    numbers, arrays = apart(factors)
    plain = [array for array in arrays if filled(array) is not Number(1)] or arrays[:1]
    return mul(*numbers, hadamard(*plain)) if plain else mul(*(numbers or [Number(1)]))


@native("eq-powers")
def _powers(line: Line) -> Moved:
    """a x^p = b x^q, entry by entry: x^(p−q) = b/a; divided by a power above zero only where x is not zero."""
    left = line.equation[0]
    by_power: dict[Fraction, list[Expr]] = {}
    for term in entrywise_terms(*line.equation):
        found = _power_of(term, line.core)
        if found is None:
            return None
        by_power.setdefault(found[0], []).append(found[1])
    if len(by_power) != 2:
        return None
    (low, below), (high, above) = sorted(by_power.items())
    if low > 0 and not holds(line.core, "nonzero", line.problem):
        return None
    top, bottom = neg(total(below, left)), total(above, left)
    divisor = without_numeral(line.simplify(bottom if bottom.shape.is_number else filled(bottom) or bottom))
    return (_raised(line.core, high - low), line.simplify(_quotient(top, bottom))), (("c", divisor),)


@native("eq-factor", "one of two")
def _factor(line: Line) -> Moved:
    """x (x² − a) = 0: x is zero, or x² − a is; the line goes on with one of them."""
    x, left = line.core, line.equation[0]
    found = [_power_of(term, x) for term in entrywise_terms(*line.equation)]
    low = min((one[0] for one in found if one is not None), default=Fraction(0))
    if not x.shape.is_number or len(found) < 2 or None in found or low <= 0 or holds(x, "nonzero", line.problem):
        return None
    if line.root == 0:
        return (x, Number(0)), ()
    rest = [_product([_raised(x, one[0] - low), one[1]]) for one in found if one is not None]
    return (line.simplify(total(rest, left)), Number(0)), ()


@native("eq-exponentials")
def _exponentials(line: Line) -> Moved:
    """a eᵘ = b eᵛ, entry by entry: eᵘ⁻ᵛ = b/a."""
    found = _calls("exp", line)
    if found is None or len(found[0]) != 2 or found[1]:
        return None
    ((above, first), (below, second)), _ = found
    ratio = mul(Number(-1), below, Power(above, Number(-1)))
    one = Fill(1, first.shape)
    right = ratio if first.shape.is_number else mul(ratio, one) if ratio.shape.is_number else ratio
    return (line.simplify(Call("exp", add(first, neg(second)))), line.simplify(right)), (("c", above),)


@native("eq-logarithms")
def _logarithms(line: Line) -> Moved:
    """c log u − c log v = b, entry by entry: u is v times the exponential of b/c."""
    found = _calls("log", line)
    if found is None or len(found[0]) < 2:
        return None
    terms, rest = found
    parts = [scaled(number) for number, _ in terms]
    if any(part.key != parts[0].key for part in parts):
        return None
    raised = [(part.value / parts[0].value, inside) for part, (_, inside) in zip(parts, terms, strict=True)]
    above, below = ([_raised(inside, abs(by)) for by, inside in raised if (by > 0) is first] for first in (True, False))
    whole = mul(Number(-1), Power(terms[0][0], Number(-1)), total(rest, line.equation[0]))
    right = _product([*below, line.simplify(Call("exp", whole))])
    return (line.simplify(_product(above)), line.simplify(right)), (("c", terms[0][0]),)


def _calls(function: str, line: Line) -> tuple[list[tuple[Expr, Expr]], list[Expr]] | None:
    """The numbers c and the arguments u of the terms c f(u) that hold the unknown, and the other terms; None if it
    stands otherwise."""
    held, rest = list[tuple[Expr, Expr]](), list[Expr]()
    for term in entrywise_terms(*line.equation):
        inside = [factor for factor in _factors(term) if line.core in factor.symbols]
        others = [factor for factor in _factors(term) if factor not in inside]
        if not inside:
            rest.append(term)
            continue
        call = inside[0]
        if len(inside) > 1 or not isinstance(call, Call) or call.function != function:
            return None
        if any(not factor.shape.is_number for factor in others):
            return None
        held.append((mul(*(others or [Number(1)])), call.argument))
    return held, rest


@native("eq-root")
def _root(line: Line) -> Moved:
    """x^p = b has the one solution b^(1/p) where x is not negative; with an odd p it has the sign of b."""
    found = _power(line)
    if found is None:
        return None
    single = is_zero(found[1]) or holds(line.core, "nonnegative", line.problem)
    if not single and found[2].denominator == 1 and found[2] % 2:
        right = line.equation[1]
        sign = sign_of(right)
        base = line.simplify(mul(Number(sign), right))
        size = Power(Call("abs", base), Number(1 / found[2]))
        value = product(Call("sign", base), size) if base.shape.is_number else Hadamard((Call("sign", base), size))
        return (found[0], line.simplify(mul(Number(sign), value))), (("c", Number(1)),)
    return ((found[0], found[1]), (("c", line.equation[1]),)) if single else None


@native("eq-two-roots", "one of two")
def _two_roots(line: Line) -> Moved:
    """x^p = b with an even p has the solutions ±b^(1/p); the line goes on with one of them."""
    found = _power(line)
    if found is None or found[2] % 2 or not line.core.shape.is_number:
        return None
    root = found[1] if line.root >= 0 else line.simplify(neg(found[1]))
    return (found[0], root), (("c", line.equation[1]),)


def _power(line: Line) -> tuple[Expr, Expr, Fraction] | None:
    """The unknown, the root and the exponent of an equation x^p = b."""
    left, right = line.equation
    if not isinstance(left, Power) or left.base is not line.core or not isinstance(left.exponent, Number):
        return None
    exponent = left.exponent.value
    if is_zero(right):
        return (line.core, right, exponent) if exponent > 0 else None
    numbers, arrays = apart(_factors(right))
    if (
        numbers and arrays and all(holds(each, "positive", line.problem) for each in (line.core, *arrays))
    ):  # so the numbers are, too
        roots = [root_of(part, 1 / exponent, line.problem) for part in (mul(*numbers), *arrays)]
        return line.core, line.simplify(mul(roots[0], hadamard(*roots[1:]))), exponent
    return line.core, line.simplify(root_of(right, 1 / exponent, line.problem)), exponent


def root_of(value: Expr, exponent: Fraction, problem: Problem) -> Expr:
    """(4 a)^(1/2) = 2 a^(1/2), where the numeral has a rational root; (a²/r²)^(1/2) = a/r, if neither is negative."""
    number, *rest = value.factors if isinstance(value, Mul) else (value,)
    if isinstance(number, Number) and number.value > 0:
        root = Fraction(float(number.value) ** float(exponent)).limit_denominator(10**6)
        if root**exponent.denominator == number.value**exponent.numerator:
            return mul(Number(root), root_of(mul(*rest), exponent, problem)) if rest else Number(root)
    roots, others = list[Expr](), list[Expr]()
    for factor in (number, *rest):
        base, power = split_power(factor)
        known = (power * exponent).denominator == 1 and holds(base, "nonnegative", problem)
        (roots if known else others).append(powered(base, power * exponent) if known else factor)
    return mul(*roots, *([powered(mul(*others), exponent)] if others else []))


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
    powers = [split_power(factor) for factor in inside]
    if any(base is not x for base, _ in powers):
        return None
    rest = [factor for factor in _factors(term) if factor not in inside]
    ones = [] if x.shape.is_number or any(not factor.shape.is_number for factor in rest) else [Fill(1, x.shape)]
    return sum((exponent for _, exponent in powers), Fraction(0)), _product([*rest, *ones])

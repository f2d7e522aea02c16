"""Parts of an answer that no point can tell from nothing: an answer that is right but for them is not said to be
right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil
from typing import Final

from ..ir import (
    Add,
    Call,
    Entry,
    Expr,
    Fill,
    Hadamard,
    Mul,
    Number,
    Power,
    Symbol,
    Transpose,
    add,
    hadamard,
    mul,
    nodes_of,
    substitute,
)
from ..ir.functions import ELEMENTWISE
from ..ir.walk import found_in
from ..notation.printing.to_text import to_text
from ..verify.arrays.tensor import Tensor, TooLarge
from ..verify.fields import NotExact, NoValue, OutOfDomain
from ..verify.kinks import KINKED, kinks
from ..verify.places import condition
from ..verify.points import Point
from .bench import Bench, error_at
from .lines.kinds import is_nothing

_VISIBLE: Final = 1e-6
_PLAIN: Final = 12
"""A number is near a plain one if it is near a fraction with no larger denominator."""
_NEAR: Final = Fraction(1, 10**7)
_HUGE: Final = 400
_PLACES: Final = 5
_MANY: Final = 60
"""So many points are tried where a mask changes only near its border."""
_SIZES: Final = 8
_CLEARLY: Final = 1e-3
_DEGREE: Final = 6
"""A polynomial in a size that vanishes at all of a few sizes has a higher degree."""


def untold(bench: Bench, wanted: Expr, expr: Expr, proved: bool) -> str | None:
    """Why it cannot be said that an expression which agrees with what is wanted is right; None if it can.

    It has no value where a variable is zero and what is wanted has one; or, where only floats compared them, a term or
    a function in it could as well be another one, or a number is nearly a plain one.
    """
    known = frozenset(nodes_of(bench.problem.loss))
    lacking = _at_zero(bench, wanted, expr, known) or _at_sizes(bench, wanted, expr, known)
    if lacking is not None or proved:
        return lacking
    if (nearly := no_plain_number(bench, expr)) is not None:
        return nearly
    for part, other in _otherwise(expr, known):
        changed = substitute(expr, {part: other})
        if changed is expr or _differs(bench, wanted, changed):
            continue
        cancels = isinstance(part, Call) and (isinstance(other, Mul) or part.function == "log")
        if cancels and _differs(bench, wanted, substitute(expr, {part: hadamard(part, part)})):
            continue  # a factor of it cancels, as in softmax
        if not isinstance(part, Call) and not _differs(bench, wanted, substitute(expr, {part: add(part, _ones(part))})):
            continue  # whatever it is, it cancels, as in softmax(x − c)
        return (
            f"no point tells whether `{to_text(part)}` is right: another value there changes nothing that can be seen"
        )
    return None


def no_plain_number(bench: Bench, expr: Expr) -> str | None:
    """Which number of an expression is so near a plain one that floats do not tell them apart;
    those of the loss are beyond doubt."""
    known = frozenset(nodes_of(bench.problem.loss))
    nearly = (
        node
        for node in nodes_of(expr)
        if node not in known and (value := _value(node)) is not None and _nearly_plain(value)
    )
    return next((f"no point tells `{to_text(number)}` from a plain number" for number in nearly), None)


def _value(node: Expr) -> Fraction | None:
    """A number, also as a power of one: 10⁻¹²."""
    if isinstance(node, Power) and isinstance(node.base, Number) and isinstance(node.exponent, Number):
        base, exponent = node.base.value, node.exponent.value
        return base**exponent.numerator if base and exponent.denominator == 1 and abs(exponent) <= _HUGE else None
    return node.value if isinstance(node, Number) else None


def _at_sizes(bench: Bench, wanted: Expr, expr: Expr, known: frozenset[Expr]) -> str | None:
    """Whether sizes stand in it as numbers in a way that needs more sizes to tell, and what these say."""
    degree = _degree(expr, known)
    if not degree or degree <= _degree(wanted, known):
        return None
    if degree > _DEGREE:
        return "sizes are multiplied too often in it to tell whether it is right at all of them"
    for number in range(_SIZES):
        try:
            if error_at(bench.elsewhere(number), wanted, expr) > _CLEARLY:
                return "it does not hold at all sizes"
        except (OutOfDomain, NotExact, TooLarge):
            continue
    return None


def _degree(expr: Expr, known: frozenset[Expr]) -> int:
    """How often sizes are multiplied as numbers: 4 in (n−1)(n−2)n²; the loss's own parts are beyond doubt."""
    found: dict[Expr, int] = {}

    def times(node: Expr) -> int:
        parts = [found[part] for part in node.children]
        if node in known:
            return 0
        if isinstance(node, Add):
            return max(parts)
        if isinstance(node, Power) and isinstance(node.exponent, Number):
            return ceil(abs(node.exponent.value)) * parts[0]
        sums = (
            node.shape.is_number
            and not isinstance(node, Number)
            and not node.symbols
            and not node.free
            and not any(parts)
        )
        return sum(parts) + (1 if sums else 0)

    return found_in(expr, found, times)


def _nearly_plain(value: Fraction) -> bool:
    plain = value.limit_denominator(_PLAIN)
    return value != plain and abs(value - plain) <= _NEAR * max(Fraction(1), abs(plain))


def _otherwise(expr: Expr, known: frozenset[Expr]) -> Iterator[tuple[Expr, Expr]]:
    """Each term twice, and each function of something a little larger;
    the loss's own parts are beyond doubt, and 0 times anything is 0."""
    for node in nodes_of(expr, inside=lambda node: not is_nothing(node)):
        if node in known:
            continue
        if isinstance(node, Add):
            terms = (
                term for term in node.terms if not is_nothing(term) and not (isinstance(term, Number) and term in known)
            )
            yield from ((term, mul(Number(2), term)) for term in terms)
        elif isinstance(node, Call) and node.function in ELEMENTWISE and len(node.children) == 1:
            yield node, mul(Number(2), node)
            if node.function not in KINKED:
                yield node, node.rebuilt((mul(Number(Fraction(1001, 1000)), node.children[0]),))


def _ones(part: Expr) -> Expr:
    return Number(1) if part.shape.is_number else Fill(1, part.shape)


def _differs(bench: Bench, wanted: Expr, expr: Expr) -> bool:
    seen = False
    for place in bench.float_points(_MANY if kinks(expr) else _PLACES):
        try:
            if error_at(place, wanted, expr) > _VISIBLE:
                return True
            seen = True
        except (OutOfDomain, NotExact, TooLarge):
            continue
    return not seen


def _at_zero(bench: Bench, wanted: Expr, expr: Expr, known: frozenset[Expr]) -> str | None:
    """What the expression needs that what is wanted does not, where an entry of a variable, or all of it, is zero:
    x ≠ 0 for x²/x."""
    divisors = _divisors(nodes_of(expr)) - _divisors(known)
    zeros = {(symbol, at) for base in divisors for symbol, at in _vanishing(base) if symbol not in bench.setting.words}
    if (
        not zeros
        or kinks(bench.problem.loss)
        or any(isinstance(node, Call) and "prod" in node.function for node in known)
    ):
        return None
    for symbol, at in sorted(zeros, key=str):
        place = bench.drawn(7000, "generic", 0)
        point = place.point
        assert isinstance(point, Point)
        drawn = point.array(symbol)
        gone = (
            range(len(drawn.data)) if at is None else (at[0] * (drawn.dims[-1] if len(drawn.dims) > 1 else 1) + at[1],)
        )
        point.give(
            symbol,
            Tensor(drawn.labels, drawn.dims, [0.0 if k in gone else value for k, value in enumerate(drawn.data)]),
        )
        try:
            place.value(bench.problem.loss)
            place.value(wanted)
        except (OutOfDomain, NotExact, TooLarge):
            continue
        try:
            place.value(expr)
        except NoValue as missing:
            return f"needs {condition(missing)}: at a point where the derivative has a value this one has none"
        except (OutOfDomain, NotExact, TooLarge):
            continue
    return None


def _divisors(nodes: Iterable[Expr]) -> set[Expr]:
    negative = (
        node
        for node in nodes
        if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value < 0
    )
    return {node.base for node in negative}


def _vanishing(base: Expr) -> Iterator[tuple[Symbol, tuple[int, int] | None]]:
    """Variables with which something vanishes: with one entry of them, at a place, or only with all (None)."""
    if isinstance(base, Symbol):
        yield base, (0, 0)
    elif isinstance(base, Entry) and isinstance(base.base, Symbol):
        row, col = (place if isinstance(place, int) else 0 for place in (base.row, base.col))
        yield base.base, (row, col)
    elif isinstance(base, (Mul, Hadamard, Power, Transpose)):
        for part in base.children:
            yield from _vanishing(part)
    elif not isinstance(base, Add):
        yield from ((symbol, None) for symbol in base.symbols if isinstance(symbol, Symbol))

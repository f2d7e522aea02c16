"""A term taken apart: rational number · other numbers · array. What sums compare their terms by."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import prod
from typing import Final

from ...diagnostics.record import record
from ...ir import Add, Entry, Expr, Hadamard, Index, MatMul, Mul, Number, Power, Shape, SumOver, add, mul, nodes_of
from ...ir.memory import remembered
from ...ir.walk import rename
from ..forms.algebra import zero


@record
class Scaled:
    """value · scalars · array; without an array the term is a number."""

    value: Fraction
    scalars: tuple[Expr, ...]
    array: Expr | None

    @property
    def expr(self) -> Expr:
        """The term again."""
        parts = (*numeral(self.value), *self.scalars, *(() if self.array is None else (self.array,)))
        return mul(*parts) if parts else Number(1)

    @property
    def factors(self) -> tuple[Expr, ...]:
        """The factors of the array under the matrix product."""
        return () if self.array is None else self.array.factors if isinstance(self.array, MatMul) else (self.array,)

    @property
    def entrywise(self) -> tuple[Expr, ...]:
        """The factors of the array under the elementwise product."""
        return () if self.array is None else self.array.factors if isinstance(self.array, Hadamard) else (self.array,)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for terms that differ in their rational number alone."""
        return alike(self.scalars)[1], frozenset(Counter(self.entrywise).items())


def numeral(value: Fraction) -> tuple[Expr, ...]:
    """A rational number as a factor; 1 is not written."""
    return () if value == 1 else (Number(value),)


def scaled(term: Expr) -> Scaled:
    """A term taken apart."""
    value, scalars, array = Fraction(1), [], None
    for factor in term.factors if isinstance(term, Mul) else (term,):
        if isinstance(factor, Number):
            value *= factor.value
        elif factor.shape.is_number:
            scalars.append(factor)
        else:
            array = factor
    return Scaled(value, tuple(scalars), array)


def merged(terms: list[Scaled], shape: Shape) -> Expr:
    """The sum with equal terms counted together; terms that cancel vanish."""
    found: dict[tuple[object, ...], Scaled] = {}
    for term in terms:
        old = found.get(term.key)
        same = term.value if old is None else term.value * alike(old.scalars)[0] * alike(term.scalars)[0]
        found[term.key] = term if old is None else Scaled(old.value + same, old.scalars, old.array)
    kept = [term.expr for term in found.values() if term.value]
    return add(*kept) if kept else zero(shape)


LARGEST: Final = 60
"""Products with more leaves are compared as they stand."""


@remembered(maxsize=10_000)
def alike(scalars: tuple[Expr, ...]) -> tuple[int, object]:
    """A sign, and what equal numbers have in common: Σ_i f(x_i − x_s)² and Σ_j f(x_s − x_j)² differ in letters and
    signs alone."""
    whole = mul(*scalars)
    if whole.weight > LARGEST or not any(isinstance(part, SumOver) for part in nodes_of(whole)):
        return 1, frozenset(Counter(scalars).items())
    return _in_order(whole, 0)


def _in_order(node: Expr, depth: int) -> tuple[int, Expr]:
    """The same number but for its sign, with bound letters called by their depth,
    and the parts of sums and products in order."""
    match node:
        case SumOver(letters, body):
            own = tuple(Index(f"{depth + place}", letter.dim) for place, letter in enumerate(letters))
            sign, body = _in_order(rename(body, dict(zip(letters, own, strict=True))), depth + len(own))
            factors = body.children if isinstance(body, Mul) else (body,)
            inside = tuple(factor for factor in factors if not factor.free.isdisjoint(own))
            if not inside:
                return sign, SumOver(own, body)
            return sign, _product((*(factor for factor in factors if factor not in inside), SumOver(own, mul(*inside))))
        case Number(value) if value < 0:
            return -1, Number(-value)
        case Add() | Mul():
            parts = sorted((_in_order(child, depth) for child in node.children), key=lambda part: repr(part[1]))
            if isinstance(node, Mul):
                return prod(sign for sign, _ in parts), _product(tuple(part for _, part in parts))
            first = parts[0][0]
            return first, add(*(part if sign == first else mul(Number(-1), part) for sign, part in parts))
        case Power(base, Number(value)) if value.denominator == 1:
            sign, base = _in_order(base, depth)
            return sign if value.numerator % 2 else 1, Power(base, Number(value))
        case _ if node.shape.is_number and node.free and not isinstance(node, Entry):
            inner = (_in_order(child, depth) for child in node.children)
            return 1, node.rebuilt(tuple(part if sign > 0 else mul(Number(-1), part) for sign, part in inner))
    return 1, node


def _product(parts: tuple[Expr, ...]) -> Expr:
    flat = (
        one for part in parts for one in (part.children if isinstance(part, Mul) else (part,)) if one is not Number(1)
    )
    return mul(*sorted(flat, key=repr))

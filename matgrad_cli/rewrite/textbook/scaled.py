"""A term taken apart: rational number · other numbers · array. What sums compare their terms by."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from ...diagnostics.record import record
from ...ir import Expr, Hadamard, MatMul, Mul, Number, Shape, add, mul
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
        parts: list[Expr] = [] if self.value == 1 else [Number(self.value)]
        parts += self.scalars
        if self.array is not None:
            parts.append(self.array)
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
        return frozenset(Counter(self.scalars).items()), frozenset(Counter(self.entrywise).items())


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
        found[term.key] = term if old is None else Scaled(old.value + term.value, old.scalars, old.array)
    kept = [term.expr for term in found.values() if term.value]
    return add(*kept) if kept else zero(shape)

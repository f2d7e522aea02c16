"""The factor between two lines: a rational number times powers of dimensions and of scalar variables,
recognised from its values."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from operator import itemgetter
from typing import Final

from ...diagnostics.record import record
from ...ir import Expr, Number, Power, Symbol, mul

MOST_BASES: Final = 7
_CLOSE: Final = 1e-6
_EXPONENTS: Final = (-1, 1, -2, 2)
_KNOWN: Final = {
    Fraction(2): ": a 2 too many, or a ½ is lost",
    Fraction(1, 2): ": a 2 is lost",
    Fraction(4): ": a 4 too many, or a ¼ is lost",
    Fraction(1, 4): ": a 4 is lost",
    Fraction(-2): ": a −½ is lost",
    Fraction(-1, 2): ": a −2 is lost",
}

Values = Sequence[float]
Base = tuple[Expr, Values]
"""What may be a factor, with its value at each point."""
Powers = tuple[tuple[Expr, int], ...]


@record
class Factor:
    """number · base^exponent · …, like 2/m or λ/σ²."""

    number: Fraction
    powers: Powers = ()

    @property
    def constant(self) -> Fraction | None:
        """The number, if the factor is nothing else."""
        return None if self.powers else self.number

    @property
    def varies(self) -> bool:
        """Whether a variable of the problem is in it."""
        return any(isinstance(base, Symbol) for base, _ in self.powers)

    @property
    def expr(self) -> Expr:
        """The factor as an expression."""
        bases = [base if power == 1 else Power(base, Number(power)) for base, power in self.powers]
        return mul(*([Number(self.number)] if self.number != 1 or not bases else []), *bases)

    @property
    def inverse(self) -> Factor:
        """1 / the factor."""
        return Factor(1 / self.number, tuple((base, -power) for base, power in self.powers))

    def __str__(self) -> str:
        """`2`, `1/2`, `m`, `2/m`."""
        from .terms import shown

        return str(self.number).replace("-", "−") if not self.powers else shown(self.expr)

    @property
    def loss(self) -> str:
        """What is lost, or too many, where a line is this factor times what is needed."""
        if self.powers and all(power < 0 for _, power in self.powers) and abs(self.number) == 1:
            return f": there is a factor {self} too many"
        if self.powers:
            return f": the factor {self.inverse} is lost"
        return _KNOWN.get(self.number, "")


class Monomials:
    """All small products of powers of the bases with their values at some points, to be looked up:
    1/m, m/n, λ/(m σ²) …"""

    def __init__(self, bases: Sequence[Base]) -> None:
        self._rows: list[tuple[float, int, Powers, Values]] = []
        for count in (1, 2, 3):
            for chosen in combinations(bases[:MOST_BASES], count):
                for exponents in product(_EXPONENTS, repeat=count):
                    values = _measured([at for _, at in chosen], exponents)
                    if values is not None:
                        powers = tuple((base, power) for (base, _), power in zip(chosen, exponents, strict=True))
                        weight = 2 * sum(map(abs, exponents)) + count
                        self._rows.append((values[-1] / values[0], weight, powers, values))
        self._rows.sort(key=itemgetter(0, 1))

    def factor(self, values: Values) -> Factor | None:
        """The simplest factor that has these values; few sizes are drawn, so that m·n may be constant at all points."""
        plain = constant_of(values)
        if plain is not None or not values[0]:
            return plain
        best: tuple[int, Factor] | None = None
        change = values[-1] / values[0]
        for at in range(bisect_left(self._rows, change - abs(change) * _CLOSE, key=itemgetter(0)), len(self._rows)):
            moved, weight, powers, measured = self._rows[at]
            if moved > change + abs(change) * _CLOSE:
                break
            number = _common([value / size for value, size in zip(values, measured, strict=True)])
            whole = weight + abs(number.numerator) + number.denominator if number else 0
            if number and (best is None or whole < best[0]):
                best = whole, Factor(number, powers)
        return best[1] if best is not None else None


def constant_of(values: Values) -> Factor | None:
    """The factor that is this one number everywhere."""
    found = _common(values)
    return Factor(found) if found is not None else None


def _measured(columns: Sequence[Values], exponents: Sequence[int]) -> Values | None:
    """The values of a product of powers; None where one is 0."""
    if not all(all(column) for column in columns):
        return None
    return [
        math.prod(value**power for value, power in zip(point, exponents, strict=True))
        for point in zip(*columns, strict=True)
    ]


def _common(values: Values) -> Fraction | None:
    """The one small rational number that all values are."""
    if any(abs(value - values[0]) > 4e-6 * max(1.0, abs(value), abs(values[0])) for value in values[1:]):
        return None  # no number is near both
    first = _rational(values[0])
    if first is None or any(abs(value - first) > 1e-6 * max(1.0, abs(value)) for value in values[1:]):
        return None
    return first


def _rational(value: float) -> Fraction | None:
    if not abs(value) < 1e9:
        return None
    near: Fraction | int = round(value)
    if abs(near - value) > 1e-6:
        near = Fraction(value).limit_denominator(48)
    return Fraction(near) if abs(float(near) - value) <= 1e-6 * max(1.0, abs(value)) else None

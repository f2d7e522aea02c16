"""The two kinds of numbers an expression is evaluated in: floats, and integers modulo a prime with oracles for exp,
log, sin …."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

PRIME: Final = 2305843009213057079
"""≡ 7 mod 8, and every small prime is a square modulo it."""

_SMALL_PRIMES: Final = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59)

SMALLEST: Final = 1e-150
"""Smaller floats say nothing: soon they vanish in a product. Nor do larger ones than its inverse."""

CLEARLY: Final = 1e-8
"""A float is surely negative if it is below minus this; between that and zero it may be rounding."""


@lru_cache(maxsize=64)
def prime_of(seed: int) -> int:
    """The prime of a seed, for 0 the usual one: what is built from the digits of one is nothing modulo that one alone.

    Each small prime is a square modulo it, as modulo the usual one:
    residues are drawn that make it so, then numbers with these.
    """
    if not seed:
        return PRIME
    rng = random.Random(f"prime {seed}")
    found, step = 7, 8
    for small in _SMALL_PRIMES[:11]:
        found += step * rng.choice([k for k in range(small) if _is_square(small, found + step * k)])
        step *= small
    while True:
        p = found + step * rng.randrange(PRIME // (2 * step) + 1, PRIME // step)
        squares = all(_is_square(small, p) for small in _SMALL_PRIMES[11:])
        if squares and all(pow(base, p // 2, p) in (1, p - 1) for base in range(2, 40)):
            return p


def _is_square(small: int, p: int) -> bool:
    """Whether an odd prime is a square modulo p ≡ 3 mod 4, by reciprocity."""
    return pow(p % small, (small - 1) // 2, small) == (1 if small % 4 == 1 else small - 1)


class OutOfDomain(Exception):
    """This point is outside the domain of the expression (or too close to its edge): it says nothing."""


class NoValue(OutOfDomain):
    """The expression surely has no value here: the log of a negative number, the inverse of a singular matrix.

    `needs` is a sentence about the argument ("{} > 0"), `argument` the expression itself, as soon as it is known.
    """

    def __init__(self, said: str, needs: str) -> None:
        super().__init__(said)
        self.needs = needs
        self.argument: Any = None


class NotExact(Exception):
    """The expression has no value in exact arithmetic; only floats can judge it."""


class Floats:
    """Floating point numbers."""

    __slots__ = ()
    p: Final = 0

    def number(self, value: Fraction) -> float:
        """A rational number as a float."""
        return float(value)

    def constant(self, name: str) -> float:
        """A named number: pi."""
        return {"pi": math.pi, "e": math.e}[name]

    def inverse(self, value: float) -> float:
        """1/value."""
        if value == 0:
            raise NoValue("division by zero", "{} ≠ 0")
        if abs(value) < 1e-30:
            raise OutOfDomain("division by a number that is almost zero")
        return 1 / value

    def power(self, value: float, exponent: Fraction) -> float:
        """value to a rational power, in the reals."""
        if exponent.denominator == 1:
            whole = exponent.numerator
            found = value**whole if whole >= 0 else self.inverse(value) ** -whole
        elif value <= 1e-20:
            if value >= -1e-12 and exponent > 1:
                return 0.0
            if value < -CLEARLY:
                raise NoValue("a fractional power of a negative number", "{} ≥ 0")
            raise OutOfDomain("a fractional power of a number that is almost zero")
        else:
            found = value ** float(exponent)
        if value and not SMALLEST < abs(found) < 1 / SMALLEST:
            raise OutOfDomain("a power too small or too large for a float")
        return float(found)


class Modular:
    """Integers modulo a prime. exp, log, sin … are random functions with exp(−u) = 1/exp(u), log(exp u) = u."""

    __slots__ = ("_exps", "_logs", "_random", "_tables", "p")

    def __init__(self, seed: str, p: int = PRIME) -> None:
        self.p = p
        self._random = random.Random(seed)
        self._exps: dict[int, int] = {0: 1}
        self._logs: dict[int, int] = {1: 0}
        self._tables: dict[tuple[str, int], int] = {("sin", 0): 0, ("cos", 0): 1, ("atan", 0): 0}

    def draw(self) -> int:
        """A random number that is not zero."""
        return self._random.randrange(1, self.p)

    def number(self, value: Fraction) -> int:
        """A rational number modulo the prime."""
        if value.denominator == 1:
            return value.numerator % self.p
        return value.numerator * self.inverse(value.denominator % self.p) % self.p

    def constant(self, name: str) -> int:
        """A named number stands for itself: a fixed random one."""
        return self.oracle("constant " + name, 1)

    def inverse(self, value: int) -> int:
        """1/value."""
        if value % self.p == 0:
            raise NoValue("division by zero modulo the prime", "{} ≠ 0")
        return pow(value, -1, self.p)

    def power(self, value: int, exponent: Fraction) -> int:
        """value to a whole power; other powers have no value here."""
        if exponent.denominator != 1:
            raise NotExact("a fractional power")
        whole = exponent.numerator
        if whole == 2:
            return value * value % self.p
        return pow(value, whole, self.p) if whole >= 0 else pow(self.inverse(value), -whole, self.p)

    def exp(self, value: int) -> int:
        """A random function with exp(−u)·exp(u) = 1, exp(log u) = u, and exp(2u) = exp(u)² if exp(u) was met first."""
        found = self._met(value)
        if found is None:
            half = self._met(value * (self.p + 1) // 2 % self.p)
            found = self.draw() if half is None else half * half % self.p
            self._exps[value], self._logs[found] = found, value
        return found

    def _met(self, value: int) -> int | None:
        """exp(u) where that, or exp(−u), was met before."""
        found = self._exps.get(value)
        if found is None and (mirrored := self._exps.get(self.p - value)) is not None:
            found = self._exps[value] = self.inverse(mirrored)
            self._logs[found] = value
        return found

    def log(self, value: int) -> int:
        """A random function with log(1/u) = −log(u) and log(exp u) = u."""
        if value == 0:
            raise NoValue("log of zero", "{} ≠ 0")
        found = self._known(value)
        if found is None:
            found = self.draw()
            self._exps[found], self._logs[value] = value, found
        return found

    def _known(self, value: int) -> int | None:
        """log u where that, or log(1/u), was met before."""
        found = self._logs.get(value)
        if found is None and (mirrored := self._logs.get(self.inverse(value))) is not None:
            found = self._logs[value] = -mirrored % self.p
            self._exps[found] = value
        return found

    def log_size(self, value: int) -> int:
        """log |value|: the log of whichever of ±value has been met."""
        turned = self._known(value) is None and self._known(self.p - value) is not None
        return self.log(self.p - value if turned else value)

    def oracle(self, name: str, value: int) -> int:
        """A random function of that name."""
        key = (name, value)
        found = self._tables.get(key)
        if found is None:
            found = self._tables[key] = self.draw()
        return found

    def odd(self, name: str, value: int) -> int:
        """A random function with f(−u) = −f(u)."""
        return self.oracle(name, value) if 2 * value < self.p else -self.oracle(name, self.p - value) % self.p

    def even(self, name: str, value: int) -> int:
        """A random function with f(−u) = f(u)."""
        return self.oracle(name, min(value, (self.p - value) % self.p))


Field = Floats | Modular
Value = Any
"""A float or an integer modulo the prime, as the field says."""

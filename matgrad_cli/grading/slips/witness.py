"""The smallest counterexample in small integers: values at which two lines differ, and what each is there."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from ...facts.samplers import Source
from ...ir import Expr, Symbol
from ...verify.evaluate import Evaluator
from ...verify.fields import Floats, NotExact, OutOfDomain
from ...verify.points import Point
from ...verify.tensor import Tensor, TooLarge, nested
from ..lines.scope import Surroundings

TRIES = 40
ENOUGH = 12
LONGEST = 400
VISIBLE = 1e-6
NO_VALUE = (OutOfDomain, NotExact, TooLarge, ValueError, OverflowError, ZeroDivisionError)


class _Small(Source):
    """Draws small whole numbers."""

    def __init__(self, rng: random.Random, highest: int, signed: bool) -> None:
        super().__init__(rng)
        self._highest, self._signed = highest, signed

    def number(self) -> float:
        """A whole number, also 0 or negative where that helps."""
        return float(self._random.randint(-1 if self._signed else 0, self._highest))

    def positive(self) -> float:
        """A positive whole number."""
        return float(self._random.randint(1, max(1, self._highest)))

    def below(self, limit: int) -> int:
        """A whole number below the limit."""
        return self._random.randrange(limit) if limit > 0 else 0


def counterexample(
    around: Surroundings, before: Expr, after: Expr, called: str = "the line before", judged: str = "this one"
) -> str | None:
    """`at X = [[1, 0]], w = [1] the line before is 2 and this one is 1`; None if no small one was found."""
    return _shortest(_at(around, before, after, number, (called, judged)) for number in range(TRIES))


def _shortest(found: Iterable[str | None]) -> str | None:
    """The shortest text of the first of these, or the first that there is."""
    best: str | None = None
    for number, text in enumerate(found):
        if text is not None and len(text) < LONGEST and (best is None or len(text) < len(best)):
            best = text
        if best is not None and number > ENOUGH:
            break
    return best


def not_stationary(around: Surroundings, unknown: Symbol, value: Expr, gradient: Expr) -> str | None:
    """`at A = [[1]], b = [2] the gradient there is [2]`: small data at which it is not zero at this value of the unknown; or None."""
    return _shortest(_sloping(around, unknown, value, gradient, number) for number in range(TRIES))


def _sloping(around: Surroundings, unknown: Symbol, value: Expr, gradient: Expr, number: int) -> str | None:
    try:
        point, _ = _small(around, value, number, kept=False)
        point.give(unknown, Evaluator(point).laid(value))
        slope = Evaluator(point).laid(gradient)
    except NO_VALUE:
        return None
    if all(abs(entry) <= VISIBLE for entry in slope.data):
        return None
    data = [symbol for symbol in around.task.problem.variables if symbol is not unknown]
    given = f"at {_values(point, data)} " if data else ""
    return f"{given}this is {_values(point, [unknown])}, and the gradient there is {_written(slope)}"


def _at(around: Surroundings, before: Expr, after: Expr, number: int, called: tuple[str, str]) -> str | None:
    try:
        point, left = _small(around, before, number)
        letters = tuple(sorted(before.free | after.free))
        left = left or Evaluator(point).laid(before, letters)
        right = Evaluator(point).laid(after, letters)
        if not around.bench.derived and before.free >= after.free:
            around.bench.small[number, before] = point, left
    except NO_VALUE:
        return None
    if all(abs(a - b) <= VISIBLE * max(1, abs(a), abs(b)) for a, b in zip(left.data, right.data, strict=True)):
        return None
    names = [
        symbol
        for symbol in (*around.task.problem.variables, *around.task.declared)
        if symbol in (before.symbols | after.symbols | _below(around, before, after))
    ]
    text = f"{called[0]} is {_written(left)} and {called[1]} is {_written(right)}"
    return f"at {_values(point, names)} {text}" if names else text


def _values(point: Point, symbols: Iterable[Symbol]) -> str:
    return ", ".join(f"{symbol.name} = {_written(point.array(symbol))}" for symbol in symbols)


def _small(around: Surroundings, before: Expr, number: int, kept: bool = True) -> tuple[Point, Tensor | None]:
    """A point of small whole numbers, with the value of the line before if it was worked out there already and is `kept`."""
    known = around.bench.small.get((number, before)) if kept else None
    if known is not None:
        return known
    rng = random.Random(f"counterexample/{number}")
    setting = around.bench.setting
    sizes = setting.sizes.drawn(rng, (1, 2) if number % 2 else (1, 2, 2, 3))
    point = Point(setting, number, "generic", Floats(), sizes, _Small(rng, 1 + number // 8, signed=number % 3 == 0))
    for symbol in (*around.task.problem.variables, *around.task.declared):
        point.array(symbol)
    place = Evaluator(point)
    for symbol, value in around.bench.derived.items():
        point.give(symbol, place.laid(value))
    return point, None


def _below(around: Surroundings, before: Expr, after: Expr) -> frozenset[Expr]:
    return around.expanded(before).symbols | around.expanded(after).symbols


def _shown(value: Any) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e9 else f"{number:.4g}"


def _text(value: Any) -> str:
    return "[" + ", ".join(map(_text, value)) + "]" if isinstance(value, list) else _shown(value)


def _written(tensor: Tensor) -> str:
    return _text(nested(tensor))

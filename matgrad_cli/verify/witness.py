"""The smallest counterexample in small integers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from ..facts.samplers import Fractions
from ..ir import Expr, Index
from .arrays.tensor import Tensor, TooLarge, nested
from .evaluate import Evaluator
from .fields import Floats, NotExact, OutOfDomain
from .points import Point, Setting
from .verdict import Nested, Witness

_LARGER: Final = (((2, 3), 2, 4), (None, 3, 4), ((1,), 9, 3), ((1,), 99, 3))
_TRIES: Final = (((1,), 2, 2), ((2,), 1, 2), ((2,), 2, 3), ((1, 2), 2, 2), *_LARGER)
"""Sizes to choose from (None: all different), the largest whole number, how often."""
_CHOICES: Final = [(choices, limit) for choices, limit, count in _TRIES for _ in range(count)]
_NO_VALUE: Final = (OutOfDomain, NotExact, TooLarge, ValueError, OverflowError, ZeroDivisionError)


def find_witness(setting: Setting, before: Expr, after: Expr, letters: tuple[Index, ...]) -> Witness | None:
    """Small values of the variables at which the two sides clearly differ; None if none is found quickly."""
    return next(witnesses(setting, before, after, letters), None)


Known = dict[int, tuple[Evaluator, Tensor | None, int]]
"""Points by number, what a line is there (None: nothing), and how much was drawn for it."""


def witnesses(
    setting: Setting,
    before: Expr,
    after: Expr,
    letters: tuple[Index, ...],
    complete: Callable[[Evaluator], bool] = lambda _: True,
    known: Known | None = None,
) -> Iterator[Witness]:
    """Such values, the smallest sizes first, where variables that have values of their own can be given them
    (`complete`).

    `known` keeps the points with what `before` is there, for all the lines that are compared with it; one at which a
    line draws something for itself is not kept.
    """
    known = {} if known is None else known
    for number, (choices, limit) in enumerate(_CHOICES, 1):
        if number not in known:
            known[number] = _begun(_point(setting, number, choices, limit), before, letters, complete)
        place, left, drawn = known.pop(number)
        right = None if left is None else _at(place, after, letters)
        if _drawn(place) == drawn:
            known[number] = place, left, drawn
        if left is None or right is None:
            continue
        scale = max(1e-3, max(map(abs, left.data)), max(map(abs, right.data)))
        if any(abs(a - b) > 1e-6 * scale for a, b in zip(left.data, right.data, strict=True)):
            assert isinstance(place.point, Point)
            yield Witness(_values(place.point, before, after), plain(nested(left)), plain(nested(right)))


def _begun(
    point: Point, before: Expr, letters: tuple[Index, ...], complete: Callable[[Evaluator], bool]
) -> tuple[Evaluator, Tensor | None, int]:
    place = Evaluator(point)
    try:
        left = _at(place, before, letters) if complete(place) else None
    except _NO_VALUE:
        left = None
    return place, left, _drawn(place)


def _at(place: Evaluator, expr: Expr, letters: tuple[Index, ...]) -> Tensor | None:
    """What a line is at a point, for which it may take as much work as any; None where it has no value."""
    place.work = 0
    try:
        return place.laid(expr, letters)
    except _NO_VALUE:
        return None


def _drawn(place: Evaluator) -> int:
    """How many variables and directions have a value at a point."""
    point = place.point
    assert isinstance(point, Point)
    return len(point.rows) + len(point.directions)


def _point(setting: Setting, number: int, choices: tuple[int, ...] | None, limit: int) -> Point:
    rng = random.Random(f"{setting.seed}/witness/{number}")
    sizes = setting.sizes.at(0) if choices is None else setting.sizes.drawn(rng, choices)
    return Point(setting, number, "generic", Floats(), sizes, Fractions(rng, limit))


def _values(point: Point, before: Expr, after: Expr) -> tuple[tuple[str, Nested], ...]:
    """The variables that were met, in the order of the problem; then the directions in which some moved."""
    met = before.symbols | after.symbols
    order = [symbol for symbol in point.setting.problem.variables if symbol in met]
    order += sorted((symbol for symbol in point.rows if symbol not in order), key=lambda symbol: symbol.name)
    found = [(symbol.name, plain(nested(point.array(symbol)))) for symbol in order if symbol in point.rows]
    moves = [(f"d{symbol.name}", plain(nested(tensor))) for symbol, tensor in point.directions.items()]
    return (*found, *moves)


def plain(value: Any) -> Nested:
    """Numbers as they are told: whole ones as whole numbers."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    near = round(value)
    return near if abs(value - near) < 1e-9 else round(float(value), 6) or float(f"{value:.2g}")

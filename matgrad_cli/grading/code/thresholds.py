"""Points at which a program is judged: at several sizes, and between its thresholds, where what one comparison decides
is not what another one does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...diagnostics.record import replace
from ...documents.python.outline import Unit
from ...verify.programs.primitives import decisions
from ...verify.programs.values import Exhausted, Misfit, Need, Unread
from .inputs import EVEN, FALLING, RISING, STRIDING, TURN, Given, Kinds, Point
from .plans import NoLoss
from .reading import Reading
from .settle import Understanding
from .trial import Trial, tried

POINTS, STEPS, MORE = 3, 2, 2
_TOLD = 2
"""At so many points a difference is one."""
_DRAWN, _MET = 60, 12
"""So many points are tried; after so few each threshold that matters was met from both sides."""
_SCALES = (1.0, 2.0, 0.7, 1.4)
_MOSTLY = 0.5
_MOST = 30
"""So many comparisons of a reading are looked at."""


@lru_cache(maxsize=12)
def points_of(unit: Unit, way: Understanding) -> tuple[Point, ...]:
    """The points at which claims are judged: sizes in several orders, small and large entries, so that kinks are seen
    from both sides, and from between them; the last two where the others do not tell."""
    orders = [way.order + turn * TURN for turn in (0, 1, 2, 1, 2)]
    scales = (1.0, 0.3, 2.0, 0.3, 2.0)
    points = [
        _fitting(unit, way, replace(way.at(order), seed=seed, scale=scale))
        for seed, (order, scale) in enumerate(zip(orders, scales, strict=True))
    ]
    first, more = points[:POINTS], points[POINTS:]
    return (*first, *_striding(unit, way, points[:STEPS]), *between(unit, way.kinds, first), *more)


def _striding(unit: Unit, way: Understanding, points: list[Point]) -> list[Point]:
    """The same in steps of two, where a step is told, at all sizes at which the unit computes so: at some a filter
    fits but once, and tells nothing."""
    trial = tried(unit, way.kinds, points[0])
    strides = isinstance(trial, Trial) and trial.given.strides
    ways = ([replace(point, order=order) for point in points] for order in STRIDING if strides)
    return [one for ones in ways if isinstance(tried(unit, way.kinds, ones[0]), Trial) for one in ones]


def _fitting(unit: Unit, way: Understanding, point: Point) -> Point:
    """The same with sizes at which the unit computes, in the same turn where there are some."""
    turn = point.order - way.order
    orders = (point.order, *(kind + turn for kind in (EVEN, FALLING, RISING)), way.order)
    points = (replace(point, order=order) for order in orders)
    return next((one for one in points if isinstance(tried(unit, way.kinds, one), Trial)), point)


def between(unit: Unit, kinds: Kinds, points: Sequence[Point]) -> Iterator[Point]:
    """Further points at which two thresholds that agree at almost all of these decide otherwise, if some are found."""
    drawn = (
        replace(points[number % len(points)], seed=100 + number, scale=_SCALES[number % len(_SCALES)])
        for number in range(_DRAWN)
    )
    seen = {point: _decided(unit, kinds, point) for point in points}
    if min(map(len, seen.values()), default=0) < 2:
        return
    seen |= {point: _decided(unit, kinds, point) for point in itertools.islice(drawn, _MET)}
    left: dict[tuple[int, int, float], int] = {}
    for one, other in itertools.combinations(range(min(map(len, seen.values()))), 2):
        if all(found[one].shape == found[other].shape for found in seen.values()):
            u, v = (np.concatenate([found[k].ravel() for found in seen.values()]) for k in (one, other))
            pair = one, other, 1.0 if (u * v > 0).sum() >= (u * v < 0).sum() else -1.0
            apart = sum(_apart(found, pair) for found in seen.values())
            left |= {pair: _TOLD} if apart < _MOSTLY * len(seen) and _another(u, v) else {}
    for point in (*list(seen)[len(points) :], *drawn) if left else ():
        found = seen.get(point) or _decided(unit, kinds, point)
        told = [pair for pair in left if _apart(found, pair)]
        if told:
            yield point
        left = {pair: count - (pair in told) for pair, count in left.items() if count > (pair in told)}
        if not left:
            return


def decides(unit: Unit, kinds: Kinds, point: Point) -> bool:
    """Whether a program compares anything."""
    return bool(_decided(unit, kinds, point))


def _decided(unit: Unit, kinds: Kinds, point: Point) -> list[Any]:
    with decisions() as found:
        try:
            Reading(unit, Given(kinds, point)).run()
        except (Need, NoLoss, Unread, Misfit, Exhausted):
            return []
    return found[:_MOST]


def _apart(found: list[Any], pair: tuple[int, int, float]) -> bool:
    """Whether the two, of which one may stand for the negative of the other, decide otherwise somewhere."""
    one, other, sign = pair
    if max(one, other) >= len(found) or found[one].shape != found[other].shape:
        return False
    return bool((sign * found[one] * found[other] < 0).any())


def _another(one: Any, other: Any) -> bool:
    """Whether two thresholds, each met from both sides, are not the same up to a factor. At a few points it may seem so
    where an array is all zeros, as before it is learnt."""
    both = (one != 0) & (other != 0)
    if not all((side > 0).any() and (side < 0).any() for side in (one, other)) or not both.any():
        return False
    factors = one[both] / other[both]
    middle = np.quantile(factors, 0.5, method="nearest")
    return bool(np.mean(np.abs(factors - middle) <= 1e-9 * abs(middle)) < _MOSTLY)

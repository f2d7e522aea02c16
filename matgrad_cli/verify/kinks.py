"""Where expressions change their form: the arguments whose sign decides, and points on both sides of zero,
and between two thresholds.

Between kinks a point lies along a segment, one in each region between two places where some argument changes its sign.
Two thresholds that are not the same are told apart there and only there, however near they are to each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ..diagnostics.record import record
from ..ir import Call, Expr, Hadamard, Mul, Number, Power, Symbol, nodes_of
from ..ir.memory import noted
from .arrays.tensor import Tensor, TooLarge
from .evaluate import Evaluator
from .fields import NotExact, OutOfDomain
from .places import Points
from .points import Point

KINKED: Final = frozenset(("abs", "sign", "step", "relu", "norm1"))
"""Functions that change their form where an entry of their argument is zero."""

FACTORS: Final = (1.0, 10.0, 0.1, 100.0, 0.01, 1e3, 1e4, 1e5, 1e6)
SEARCHED: Final = ("generic", "mixed", "positive", "negative")
"""Where points on the other side are looked for: how all variables are scaled, and in which range they are drawn."""


@record
class Reach:
    """What a search for both sides of a kink found: further points, sides (True: positive) found nowhere, in words."""

    places: tuple[Evaluator, ...]
    excluded: frozenset[bool]
    said: str


@noted
def kinks(expr: Expr) -> tuple[Expr, ...]:
    """The arguments whose sign decides the form of the expression: u in relu(u), |u|, √(u²)."""
    return tuple(dict.fromkeys(u for node in nodes_of(expr) for u in _deciding(node) if u.symbols))


def _deciding(node: Expr) -> Iterator[Expr]:
    match node:
        case Call(name, arguments) if name in KINKED:
            yield from arguments[:1]
        case Call("norm", (u,)) if u.shape.is_number:
            yield u
        case Call("sqrt", (body,)):
            yield from _squared(body)
        case Power(body, Number(value)) if value.denominator != 1:
            yield from _squared(body)
        case _:
            pass


def _squared(body: Expr) -> Iterator[Expr]:
    match body:
        case Power(u, Number(value)) if value.denominator == 1 and value % 2 == 0:
            yield u
        case Hadamard(parts) | Mul(parts) if len(parts) == 2 and parts[0] is parts[1]:
            yield parts[0]
        case _:
            pass


def lies(u: Expr, place: Evaluator, positive: bool) -> bool:
    """Whether every entry is positive, or negative, at a point; zero is neither."""
    try:
        return all(value > 0 if positive else value < 0 for value in place.value(u).data)
    except (OutOfDomain, NotExact, TooLarge):
        return False


def signs(u: Expr, places: Iterable[Evaluator]) -> set[bool]:
    """Which signs the entries have at the points: True for positive."""
    seen: set[bool] = set()
    for place in places:
        try:
            data = place.value(u).data
        except (OutOfDomain, NotExact, TooLarge):
            continue
        seen.update(value > 0 for value in data if value)
        if len(seen) == 2:
            break
    return seen


def said(u: Expr, excluded: frozenset[bool]) -> str:
    """That no point was found on a side."""
    from ..notation.printing.to_text import to_text

    sides = {True: "positive", False: "negative"}
    return "; ".join(f"no point was found where {to_text(u)} is {sides[side]}" for side in sorted(excluded))


_FIXED: Final = frozenset(("orthogonal", "idempotent", "unit", "onehot", "binary", "signs"))
"""What a variable is no longer on the way between two of its values."""
_LOOKED: Final = (0.0, 0.3, 0.7, 1.0)
_SAME: Final = 1e-7
"""Crossings of a segment that are no farther apart than this part of it are one."""
_ENOUGH: Final = 3
"""After so many segments a kink need not have been crossed in each of its entries."""
_STEPS: Final = 60


@record
class Segment:
    """Points of one segment, one in each region, and which kinks lie between the point of a number and the next."""

    places: tuple[Evaluator, ...]
    crossed: tuple[tuple[Expr, int], ...]

    def told(self, telling: Sequence[bool]) -> set[Expr]:
        """Which kinks lie between two points that both tell something."""
        return {u for u, at in self.crossed if telling[at] and telling[at + 1]}


class _Way:
    """The points between one and another, which are equal in what does not move."""

    def __init__(self, points: Points, base: Point, far: Point, completed: Callable[[Evaluator], bool]) -> None:
        self._points, self._base, self._far, self._completed = points, base, far, completed
        variables, words = points.setting.problem.variables, points.setting.words
        self._moving = [symbol for symbol in variables if _FIXED.isdisjoint(words.get(symbol, ()))]
        self._known: dict[float, Evaluator] = {}

    def at(self, part: float) -> Evaluator:
        """The point so far along."""
        if part not in self._known:
            point = self._points.like(self._base)
            for symbol in self._moving:
                one, other = self._base.array(symbol), self._far.array(symbol)
                mixed = [(1 - part) * a + part * b for a, b in zip(one.data, other.data, strict=True)]
                point.give(symbol, Tensor(one.labels, one.dims, mixed))
            place = Evaluator(point)
            if not self._completed(place):
                raise OutOfDomain("a definition has no value here")
            self._known[part] = place
        return self._known[part]

    def value(self, u: Expr, part: float) -> Sequence[Any]:
        """The entries of an argument so far along."""
        return self.at(part).value(u).data

    def crossings(self, u: Expr) -> Iterator[tuple[float, int]]:
        """Where which entry changes its sign."""
        seen = [(part, self.value(u, part)) for part in _LOOKED]
        for (low, before), (high, after) in itertools.pairwise(seen):
            for entry, (a, b) in enumerate(zip(before, after, strict=True)):
                if a * b < 0:
                    yield self._root(u, entry, (low, a), (high, b)), entry

    def _root(self, u: Expr, entry: int, low: tuple[float, Any], high: tuple[float, Any]) -> float:
        """Where an entry is zero, or jumps over it: by secants that halve the end which stays."""
        (a, fa), (b, fb) = low, high
        least = 1e-12 * (abs(fa) + abs(fb))
        for _ in range(_STEPS):
            part = b - fb * (b - a) / (fb - fa)
            if abs(b - a) < _SAME / 100 or not min(a, b) < part < max(a, b):
                break
            value = self.value(u, part)[entry]
            if abs(value) <= least:
                return float(part)
            if (value > 0) != (fb > 0):
                a, fa = b, fb
            else:
                fa /= 2
            b, fb = part, value
        return float((a + b) / 2)


def is_discrete(u: Expr, words: Mapping[Symbol, frozenset[str]], place: Evaluator) -> bool:
    """Whether the facts of its variables leave an argument single values, so that nothing lies between them."""
    facts = [(symbol, words.get(symbol, frozenset())) for symbol in u.symbols if isinstance(symbol, Symbol)]
    return bool(facts) and all(
        known & {"signs", "binary", "onehot"} or ("unit" in known and len(place.value(symbol).data) == 1)
        for symbol, known in facts
    )


def segments(
    points: Points, bases: Sequence[Evaluator], kinks: Iterable[Expr], sought: Iterable[Expr],
    completed: Callable[[Evaluator], bool],
) -> list[Segment]:  # fmt: skip
    """Segments that cross what is sought, each in all its entries if that is found soon: with a point in each region
    that any of the kinks makes of them. What was defined since they were laid gets its value."""
    every, some = tuple(dict.fromkeys(kinks)), frozenset(sought)
    if (every, some) not in points.between:
        points.between[every, some] = [*_segments(points, bases, every, some, completed)]
    return [one for one in points.between[every, some] if all(map(completed, one.places))]


def _segments(
    points: Points, bases: Sequence[Evaluator], kinks: tuple[Expr, ...], sought: frozenset[Expr],
    completed: Callable[[Evaluator], bool],
) -> Iterator[Segment]:  # fmt: skip
    left: dict[Expr, set[int] | None] = dict.fromkeys(sought)
    given = 0
    for number, (factor, mode) in enumerate(itertools.product(FACTORS, SEARCHED)):
        base = bases[number % len(bases)].point
        assert isinstance(base, Point)
        way = _Way(points, base, points.like(base, 3000 + number, mode, factor), completed)
        try:
            found = [(part, u, entry) for u in kinks for part, entry in way.crossings(u)]
            new = [(u, entry) for _, u, entry in found if u in left and entry in (left[u] or {entry})]
            segment = _laid(way, found) if new else None
        except (OutOfDomain, NotExact, TooLarge):
            continue
        if segment is None:
            continue
        yield segment
        given += 1
        for u in {u for u, _ in new}:
            entries = set(range(len(way.value(u, 0.0)))) if (known := left[u]) is None else known
            left[u] = entries - {entry for crossed, entry in new if crossed is u}
        left = {u: entries for u, entries in left.items() if entries is None or (entries and given < _ENOUGH)}
        if not left:
            return


def _laid(way: _Way, found: list[tuple[float, Expr, int]]) -> Segment:
    """A point in the middle of each region."""
    found.sort(key=lambda one: one[0])
    ends, crossed = [0.0], []
    for part, u, _ in found:
        if part - ends[-1] > _SAME:
            ends.append(part)
        crossed.append((u, len(ends) - 2))
    middles = [(low + high) / 2 for low, high in itertools.pairwise([*ends, 1.0])]
    return Segment(tuple(way.at(part) for part in middles), tuple(crossed))

"""Whether an equation holds at solutions of another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from ...ir import Expr, Symbol, nodes_of
from ..arrays.lazily import np
from ..fields import NoValue
from ..judge import Judge
from ..places import condition
from ..verdict import Verdict
from .system import Solution, data_points, solutions, starts
from .unknowns import NO_VALUE, Equation, System, gap, moved

_HOLDS: Final = 1e-7
_CLEAR: Final = 1e-4
"""So far apart two sides must be, beside their size and what they differ by elsewhere, to be called different."""
MORE: Final = 12
_SIZES: Final = 6
_VANISHED: Final = 1e-6
_POINTS: Final = 3
_ALIKE: Final = 1e-10
_SAME: Final = "both lines have the same solutions"


def holds_at(points: Sequence[Solution], equation: Equation, needs: list[str] | None = None) -> Verdict:
    """Whether both sides have one value at the points; `needs` collects what they need to have one."""
    errors = [error for point in points if (error := _apart(point, equation, needs)) is not None]
    if any(error > _CLEAR for error in errors):
        return Verdict("differs", f"error {max(errors):.1g} at {len(errors)} solutions")
    if errors and max(errors) <= _HOLDS:
        return Verdict("agrees", f"worst error {max(errors):.1g} at {len(errors)} solutions")
    return Verdict("unknown", "no solution was found at which both sides have values")


def _apart(point: Solution, equation: Equation, needs: list[str] | None) -> float | None:
    """How far two sides are apart at a solution, beside their size and what they differ by elsewhere."""
    try:
        left, right = point.place.both(*equation)
    except NoValue as lacking:
        if needs is not None:
            needs.append(condition(lacking))
        return None
    except NO_VALUE:
        return None
    scale = max(_largest(left), _largest(right), _elsewhere(point, equation))
    return max(abs(a - b) for a, b in zip(left, right, strict=True)) / scale if scale else 0.0


def vanish_at(points: Sequence[Solution], equation: Equation) -> bool:
    """Whether both sides are nothing but zero at every solution, so that any factor before them would do."""
    for point in points:
        try:
            here = max(map(_largest, point.place.both(*equation)))
            there = max(map(_largest, point.starts[0].both(*equation)))
        except NO_VALUE:
            continue
        if here > _VANISHED * there:
            return False
    return True


def with_unknown(
    judge: Judge, system: System, points: list[Solution], derived: Mapping[Symbol, Expr]
) -> tuple[list[Solution], bool]:
    """The points, and whether a failure at them counts; where the unknown is 0 at all of them, as of `Su = λu`,
    others that fit it.

    At 0 any factor would do: the unknown is as drawn there, and the data solve the equation;
    if need be, beyond their facts.
    """
    unknown, equation = system.unknowns[0], system.equations[0]
    symbols = {node for side in equation for node in nodes_of(side) if isinstance(node, Symbol)} - {
        *system.unknowns,
        *derived,
    }
    data = tuple(sorted(symbols, key=lambda symbol: symbol.name))
    if not points or not data or not vanish_at(points, (unknown, unknown)):
        return points, True
    freed = System(system.equations, data)
    for within in (True, False):
        found = solutions(judge, freed, derived, within=within)
        if fitting := [point for point in found if not any(vanish_at([point], (symbol, symbol)) for symbol in data)]:
            return fitting, within
    return [], False


def equivalent(judge: Judge, before: System, after: System, both_ways: bool = True) -> Verdict:
    """Whether the solutions of each of two systems solve the other, or those of the second the first."""
    if len(before.equations) == len(after.equations) == 1 and _alike(judge, before, after.equations[0]):
        return Verdict("agrees", f"{_SAME}: their sides differ alike, but for factors without the unknown")
    forth = [verdict for equation in after.equations if both_ways for verdict in _kept(judge, before, equation, after)]
    back = [verdict for equation in before.equations for verdict in _kept(judge, after, equation, before)]
    kinds = {verdict.kind for verdict in (*forth, *back)}
    if "differs" in kinds:
        return Verdict("differs", "a solution of the one line is none of the other")
    if "unknown" in kinds:
        return Verdict("unknown", "no solution was found at which both lines have values")
    said = _SAME if both_ways else "solutions of this line are solutions of the line before"
    return Verdict("agrees", f"{said}, found by solving numerically at random data")


def _alike(judge: Judge, system: System, other: Equation) -> bool:
    """Whether the sides of two equations differ by the same, but for a factor of each entry that does not hold the
    unknown: seen at any values of it, so that no solution has to be found."""
    told = list[bool]()
    for turn, mode, place in data_points(judge, range(1)):
        try:
            points = [
                moved(place, {symbol: start.laid(symbol) for symbol in system.unknowns})
                for start in islice(starts(judge, system, turn, mode), _POINTS)
            ]
            ours, theirs = (np.array([gap(at, one) for at in points], float) for one in (system.equations[0], other))
        except NO_VALUE:
            continue
        if ours.shape != theirs.shape or not ours.size:
            return False
        sizes = [np.max(np.abs(each), axis=0) for each in (ours, theirs)]
        if any(np.min(size) <= _VANISHED * np.max(size) for size in sizes):
            return False
        apart = np.abs(ours * theirs[0] - theirs * ours[0])
        told.append(bool(np.all(apart <= _ALIKE * sizes[0] * sizes[1])))
    return bool(told) and all(told)


def _kept(judge: Judge, system: System, equation: Equation, beside: System) -> Iterator[Verdict]:
    """Whether an equation holds at the solutions of a system; more data, and more sizes, are drawn where the first have
    none, as a share k/n above 1."""
    found = [Verdict("unknown", "")]
    for draws, more in ((1, 0), (MORE, 0), (1, _SIZES)):
        if found[-1].kind == "unknown":
            points = solutions(judge, system, draws=draws, more=more, beside=beside)
            found.append(holds_at(points, equation))
    yield found[-1]


def _largest(values: Sequence[Any]) -> float:
    return float(max(map(abs, values), default=0.0))


def _elsewhere(point: Solution, equation: Equation) -> float:
    found = 0.0
    for start in point.starts:
        with suppress(*NO_VALUE):
            found = max(found, _largest(gap(start, equation)))
    return found

"""A system of equations in some variables of a problem, and its solutions at random data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, product
from typing import Any, Final

from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import CONDITIONS
from ...ir import Expr, Inverse, Symbol, nodes_of
from ..arrays.lazily import np
from ..arrays.tensor import COL, ROW, Tensor, nested, spread
from ..evaluate import Evaluator
from ..judge import Judge
from ..sizes import ANY_ORDER
from .newton import newton, terms
from .unknowns import NO_VALUE, Equation, System, Unknowns, array_at, gap, moved

MOST_UNKNOWNS: Final = 60
MODES: Final = ("generic", "positive", "fractions")
_DRAWS: Final = 2
_AS_DRAWN: Final = 8
"""After so many draws of entries of any sign come positive ones."""
_SIGNS: Final = frozenset(("positive", "nonnegative", "negative", "nonpositive"))
"""A value that holds where x is positive alone, |z| for z, is no solution under x ≥ 0: no more data are drawn there."""
_SCALES: Final = (1, 0.15, 2.5, 0.4)
"""How large the unknowns are drawn, one start after the other."""
_MORE: Final = 12
"""So many further sizes a stated solution is tried at: one that needs p ≤ n ≤ m must meet them."""
_FAINT: Final = 1e-12
"""An equation whose terms are this part of those of the others holds because it has become small, or by rounding."""
_NEAR: Final = 0.8
"""So far from it begins the search near a solution of another system."""
_EACH: Final = 2
"""So many solutions are looked for at each data point."""
_WORK: Final = (150_000,)
"""So many numbers may be computed in the search for the solutions of one system; how many are left is counted in
one list for all data."""

_FURTHER: Final = 40_000
"""So many are left once there is one."""


@record
class Solution:
    """Data at random: where the search for the unknowns began (`starts`), and as they solve the system (`place`)."""

    starts: tuple[Evaluator, ...]
    place: Evaluator


def data_points(
    judge: Judge, draws: range = range(_DRAWS), more: int = 0, suits: Callable[[Evaluator], bool] | None = None
) -> Iterator[tuple[int, str, Evaluator]]:
    """Points of moderate entries in opposite orders of sizes, at which the loss has a value, or which suit;
    `more` with sizes in any order. Of many draws the later ones begin with entries of another kind."""
    setting = judge.setting
    turns = [*setting.sizes.base, *range(ANY_ORDER, ANY_ORDER + more)]
    turns = [turn for turn in turns if setting.sizes.at(turn) is not None]
    for turn, draw in product(turns, draws):
        first = draw // _AS_DRAWN
        for mode in MODES[first:] + MODES[:first]:
            place = judge.drawn(7000 + draw, mode, turn)
            if suits(place) if suits is not None else _has_value(place, judge.problem):
                yield turn, mode, place
                break


def _has_value(place: Evaluator, problem: Problem) -> bool:
    try:
        place.value(problem.loss)
    except NO_VALUE:
        return False
    return True


def solutions(
    judge: Judge,
    system: System,
    derived: Mapping[Symbol, Expr] | None = None,
    draws: int = _DRAWS,
    within: bool = True,
    more: int = 0,
    beside: System | None = None,
) -> list[Solution]:
    """Points at which all equations hold: up to two at each data point (`draws` of each order of sizes, and of `more`
    sizes: then a few are enough), `within` the facts; at which no equation has become nothing beside the others, if
    there are such. Where all solutions broke the facts, as k/n of n < k is no probability, more data are drawn, and
    positive ones where there was none, as for n s² = v of n < 0. The search also begins near what solves the system
    `beside`, in the same unknowns, which may be easier: S = M/n where n S⁻¹ = S⁻¹MS⁻¹."""
    looked = partial(_looked, judge, system, derived or {}, within=within, more=more, beside=beside)
    found, broken = looked(range(draws))
    if found or not broken.isdisjoint(_SIGNS):
        return found
    return looked(range(draws, _AS_DRAWN) if broken else range(_AS_DRAWN, _AS_DRAWN + draws))[0]


def _looked(
    judge: Judge,
    system: System,
    derived: Mapping[Symbol, Expr],
    draws: range,
    within: bool,
    more: int,
    beside: System | None,
) -> tuple[list[Solution], frozenset[str]]:
    """The solutions, and the facts that others break."""
    found, faint, work, broken = list[Solution](), list[Solution](), [*_WORK], frozenset[str]()
    points = [
        (turn, mode, Unknowns(place, system, derived, work, judge))
        for turn, mode, place in data_points(judge, draws, more)
    ]
    for turn, mode, unknowns in sorted(points, key=lambda point: point[2].count):
        if more and len(found) >= _EACH:
            break
        if found:
            work[0] = min(work[0], _FURTHER)
        place = unknowns.place
        if unknowns.count <= MOST_UNKNOWNS:
            begun = [unknowns.drawn(start) for start in starts(judge, system, turn, mode)]
            if beside is not None:
                easier = Unknowns(place, beside, derived, work, judge)
                near = (newton(easier.residual, easier.jacobian, start) for start in begun[:_EACH])
                if (hint := next((_NEAR * u for u in near if u is not None), None)) is not None:
                    begun = [hint, *begun[:_EACH]]
            for start, u in _solved(unknowns, begun, judge if within else None):
                slope = unknowns.jacobian(u)
                if slope is None:
                    continue  # the last step led to where a line has no value
                each = terms(slope, u)
                clear = np.min(each, initial=np.inf) >= _FAINT * np.max(each, initial=0.0)
                (found if clear else faint).append(Solution((place, unknowns.at(start)), unknowns.at(u)))
            broken |= unknowns.broken
    return found or faint, broken


def starts(judge: Judge, system: System, turn: int, mode: str) -> Iterator[Evaluator]:
    """Points that differ in the unknowns and how large these are; a square matrix is drawn as such, and near a
    multiple of the identity: from there an equation of its inverse or its determinant is solved, where from another
    matrix the steps lead to ever larger ones."""
    square = [symbol for symbol in system.unknowns if symbol.shape.is_matrix and symbol.shape.is_square]
    for number, scale in enumerate(_SCALES):
        start = judge.drawn(8000 + number, mode, turn, scale, system.unknowns)
        near = {symbol: _near_identity(start.laid(symbol), scale) for symbol in square if number % 2}
        yield moved(start, near) if near else start


def _near_identity(drawn: Tensor, scale: float) -> Tensor:
    """A matrix between which and a multiple of the identity a third of the way lies to one that was drawn."""
    size = drawn.size(ROW)
    largest = max(map(abs, drawn.data), default=1) or 1
    entries = [float(value) * scale / (3 * largest) for value in spread(drawn, (ROW, COL), (size, size)).data]
    entries[:: size + 1] = [value + scale for value in entries[:: size + 1]]
    return Tensor((ROW, COL), (size, size), entries)


def _solved(unknowns: Unknowns, starts: Iterable[Any], judge: Judge | None) -> Iterator[tuple[Any, Any]]:
    """A few solutions at one data point, each once, and from where they were reached."""
    known: list[Any] = []
    for tried, drawn in enumerate(starts, 1):
        start = unknowns.in_turn(drawn) if tried <= _EACH and judge is not None else drawn
        u = newton(unknowns.residual, unknowns.jacobian, start)
        if u is None:
            continue
        if judge is not None and (broken := _broken(unknowns, u, judge)):
            unknowns.broken |= broken
            continue
        if all(np.max(np.abs(u - other)) > 1e-6 * np.max(np.abs(u)) for other in known):
            known.append(u)
            yield start, u
        if len(known) == _EACH or (known and tried >= _EACH):
            return


def _broken(unknowns: Unknowns, u: Any, judge: Judge) -> frozenset[str]:
    """The facts about the unknowns that do not hold."""
    point = unknowns.at(u).point
    kept = [facts_kept(judge, symbol, point.array(symbol)).items() for symbol in unknowns.system.unknowns]
    return frozenset(word for facts in kept for word, holds in facts if not holds)


def facts_kept(judge: Judge, symbol: Symbol, tensor: Tensor) -> dict[str, bool]:
    """Which facts of a variable a value of it keeps."""
    sides = tuple([tensor.size(side) if side in tensor.labels else 1 for side in (ROW, COL)])
    rows = nested(spread(tensor, (ROW, COL), sides))
    return {word: bool(CONDITIONS[word].test(rows)) for word in judge.setting.words.get(symbol, ())}


def feasible(
    judge: Judge, place: Evaluator, equations: tuple[Equation, ...], symbol: Symbol, starts: Iterable[Any]
) -> Iterator[Evaluator]:
    """A place with other values of a variable that keep its facts: the starts, or where the equations hold."""
    unknowns = Unknowns(place, System(equations, (symbol,)), {}, [*_WORK], judge)
    for start in starts:
        u = newton(unknowns.residual, unknowns.jacobian, start) if equations else start
        if u is not None and not _broken(unknowns, u, judge):
            yield unknowns.at(u)


def solved_by(
    judge: Judge,
    system: System,
    symbol: Symbol,
    value: Expr,
    derived: Mapping[Symbol, Expr] | None = None,
    needed: Sequence[Expr] = (),
) -> bool | None:
    """Whether a value of one unknown, with suitable values of the others, solves the system;
    None if it could not be tried.

    Data at which the equations behind the first, the constraints, have no solution do not count: two of them for a
    vector of one entry; nor those at which a matrix that is inverted, or `needed` to be invertible, or a number not to
    be zero, is so by rounding alone.
    """
    needed = (*needed, *(node.body for node in nodes_of(value) if isinstance(node, Inverse)))
    unknown = tuple(other for other in system.unknowns if other is not symbol)
    told: bool | None = None
    work = [*_WORK]
    for turn, mode, place in data_points(judge, range(1), _MORE):
        if told is False:  # nothing that other data say changes that
            break
        try:
            given = place.laid(value)
            if any(_singular(place, each) for each in needed):
                continue
            there = moved(place, {symbol: given}, derived)
            whole = Unknowns(there, System(system.equations, unknown), derived or {}, work, judge)
            held = tuple(each for each in system.equations if unknown and np.any(whole.slopes(there, each)))
        except NO_VALUE:
            continue
        found = _vanishes(place, there, [each for each in system.equations if each not in held])
        if found and held:
            others = System(held, unknown)
            unknowns, begun = Unknowns(there, others, derived or {}, work, judge), starts(judge, others, turn, mode)
            ends = (newton(unknowns.residual, unknowns.jacobian, unknowns.drawn(start)) for start in begun)
            found = any(end is not None for end in ends)
        if not found and unknown:
            bound = Unknowns(place, System(system.equations[1:], system.unknowns), derived or {}, work, judge)
            begun = map(bound.drawn, starts(judge, bound.system, turn, mode))
            found = False if any(True for _ in _solved(bound, begun, judge)) else None
        told = told if found is None else found
    return told


def _singular(place: Evaluator, expr: Expr) -> bool:
    """Whether a matrix is singular, or a number or an entry zero, but for rounding."""
    array = array_at(place, expr)
    values = np.linalg.svd(array, compute_uv=False) if array.ndim == 2 else np.abs(array).reshape(-1)
    return bool(np.min(values) <= 1e-10 * max(float(np.max(values)), 1e-3))


def _vanishes(start: Evaluator, place: Evaluator, equations: Iterable[Equation]) -> bool | None:
    """Whether all equations hold at a place, beside what their sides differ by at the start."""
    try:
        for equation in equations:
            scale = max(map(abs, (*gap(start, equation), *chain(*place.both(*equation)))))
            if max(map(abs, gap(place, equation))) > 1e-8 * scale:
                return False
    except NO_VALUE:
        return None
    return True

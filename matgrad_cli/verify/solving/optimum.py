"""What kind of point a solution is: the eigenvalues of the second derivative,
along the directions that the constraints leave free."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, islice, permutations
from math import prod
from typing import Any, Final

from ...diagnostics.record import record, replace
from ...facts import Problem
from ...facts.conditions import consequences
from ...ir import Add, Expr, Fill, Symbol, add
from ..arrays import structure as lay
from ..arrays.lazily import np
from ..arrays.tensor import Tensor
from ..evaluate import Evaluator
from ..judge import Judge
from ..sizes import ANY_ORDER
from .system import MODES, data_points, facts_kept, feasible
from .unknowns import NO_VALUE, array_at, moved
from .variants import NATURAL, SAID, Signs, Where, plans, varied

ALONE: Final = "alone"
"""The kind of a point that has no others near it at which the constraints hold."""
_ZERO: Final = 1e-9
_ROUNDING: Final = 1e-13
"""What is rounding alone beside the largest eigenvalue, where the second derivative does not depend on the solution."""
_MORE: Final = 12
_ENOUGH: Final = 5
_FEW: Final = 2
ROOMY: Final = range(ANY_ORDER, ANY_ORDER + 60)
"""Turns of sizes among which a few are looked for at which constraints leave room."""
_MANY: Final = 12
"""So many entries of the unknown are enough, if there are sizes with fewer."""
_ROUNDS: Final = 4
"""So often data are drawn for each plan of signs, until the loss has a value at as many solutions."""
_COMPARED: Final = 16
"""At so many solutions the loss is compared with that at other points."""
_EVERY: Final = 3
"""Under constraints, where other points have to be found, that is done at a few of them, one in so many."""
_FEWEST: Final = 4
"""A kind of point is said if it was seen at so many data at least."""
_AGAIN: Final = 60
_SURE: Final = 20
"""So many other data are looked at, and so many must show it, where a kind of point is said of some signs alone."""
_APART: Final = 300
"""How far the numbers of other data lie from those before."""


def derivative_at(place: Evaluator, expr: Expr, *by: Symbol) -> Any:
    """The derivative of an array by a variable, or the second of a number, a column for each of its entries."""
    return array_at(place, expr, by).reshape(-1, prod(lay.lengths(by[-1].shape, place.point.size)))


@record
class Seen:
    """What kind of point one solution is, the signs of the data there, the place, and the turn of its sizes."""

    signs: Signs
    kind: str
    at: Evaluator
    turn: int


def curvatures(
    judge: Judge,
    problem: Problem,
    value: Expr,
    constraints: Sequence[Expr],
    quadratic: bool = False,
    deciding: Sequence[Expr] = (),
    where: Where = (),
) -> Iterator[Seen]:
    """The kinds of point at solutions that keep the facts of the unknown, for data of every sign that the facts allow;
    or for other data, of which some have signs that are given.

    `quadratic`: the second derivative is the same everywhere, so that the loss is constant where it is zero.
    `deciding`: numbers whose signs are noted, too.
    """
    problem, words = _moving(problem), judge.setting.words.get(problem.wrt, frozenset())
    symmetric = problem.wrt.shape.is_matrix and any("symmetric" in consequences(word) for word in words)
    needed = add(problem.loss, *deciding)
    for at, signs, turn in solutions_of_all_signs(judge, problem, value, needed, where, constraints):
        signs |= {one: "positive" if float(at.value(one).data[0]) > 0 else "negative" for one in deciding}
        held = all(signs[one] == sign for one, sign in where)
        if held and all(facts_kept(judge, problem.wrt, at.laid(problem.wrt)).values()):
            kind = _kind_at(at, problem, constraints, symmetric, quadratic)
            if kind is not None:
                yield Seen(signs, kind, at, turn)


def _moving(problem: Problem) -> Problem:
    """The problem without the terms of the loss that do not hold the unknown: beside a large one the others round."""
    terms = problem.loss.terms if isinstance(problem.loss, Add) else (problem.loss,)
    return replace(problem, loss=add(*(term for term in terms if problem.wrt in term.symbols)))


def _others(judge: Judge, at: Evaluator, symbol: Symbol, turn: int, scales: Iterable[float]) -> Iterator[Any]:
    """Values of the unknown on every side of its solution, near and far: multiples of it, and as it is drawn."""
    here = np.array(at.laid(symbol).data, float)
    size = float(np.max(np.abs(here), initial=0)) or 1.0
    yield from (factor * here for factor in (0.3, 3, -1))
    for number, mode in enumerate(MODES):
        there = np.array(judge.drawn(8000 + number, mode, turn).laid(symbol).data, float)
        yield from (there, (here + there) / 2, *(scale * size * there for scale in scales))


def compared(
    judge: Judge, at: Evaluator, problem: Problem, constraints: Sequence[Expr], turn: int
) -> tuple[float, float, int]:
    """How much lower, and higher, the loss is at other points where the constraints hold, and at how many."""
    equations, loss = tuple((one, Fill(0, one.shape)) for one in constraints), _moving(problem).loss
    starts = list(_others(judge, at, problem.wrt, turn, (-10, 1) if constraints else (-1000, -10, 1, 30)))
    here = float(at.value(loss).data[0])
    free, found = (_losses(feasible(judge, at, some, problem.wrt, starts), loss) for some in ((), equations))
    least = (1e-9 if constraints else 1e-12) * max(map(abs, free), default=0) + 1e-300
    apart = [(there - here) / max(abs(here), abs(there), least) for there in found]
    return -min(apart, default=0), max(apart, default=0), len(apart)


def elsewhere(
    judge: Judge, problem: Problem, constraints: Sequence[Expr], seen: Sequence[Seen]
) -> tuple[float, float, int]:
    """The same at a few of many solutions: the most by which it is lower, and higher, and how many points."""
    some = seen[::_EVERY][:_ENOUGH] if constraints else seen[:_COMPARED]
    lower, higher, counts = zip(*(compared(judge, one.at, problem, constraints, one.turn) for one in some), strict=True)
    return max(lower), max(higher), sum(counts)


def _losses(places: Iterable[Evaluator], loss: Expr) -> list[float]:
    """The loss where it has a value."""
    found = list[float]()
    for place in places:
        try:
            found.append(float(place.value(loss).data[0]))
        except NO_VALUE:
            continue
    return found


def kept(judge: Judge, problem: Problem, value: Expr) -> dict[str, tuple[bool, bool]]:
    """For each fact of the unknown whether the solution keeps it at some data, and whether at all of them."""
    symbol = problem.wrt
    places = solutions_of_all_signs(judge, problem, value, value)
    told = [facts_kept(judge, symbol, at.laid(symbol)) for at, *_ in places]
    seen = {word: [one[word] for one in told] for word in sorted(told[0] if told else ())}
    return {word: (any(each), all(each)) for word, each in seen.items()}


def solutions_of_all_signs(
    judge: Judge, problem: Problem, value: Expr, needed: Expr, where: Where = (), constraints: Sequence[Expr] = ()
) -> Iterator[tuple[Evaluator, dict[Expr, str], int]]:
    """Data of every sign with the solution of the unknown, where what is `needed` has a value there; their signs, and
    the turn of their sizes. Where few allow a value, as a share k/n below 1, others of the same signs are tried. With
    `where`, other data that have these signs; of sizes at which the constraints leave the unknown room, if there are
    any."""
    symbol, rng = problem.wrt, random.Random(len(where))
    drawn: list[tuple[int, str, Evaluator]] = []
    for suits in (lambda place: _with(place, symbol, value, needed) is not None, None):
        drawn = drawn or list(data_points(judge, range(1), _MORE, suits))
    turns = _of_every_order(problem, [(place, turn) for turn, _, place in drawn])[:_ENOUGH]
    if turns and constraints and not any(has_room(judge, problem, constraints, (turn,)) for turn in turns):
        turns = [*(turn for turn in ROOMY if has_room(judge, problem, constraints, (turn,)))][:_FEW] + turns
    others = tuple(other for other in problem.variables if other is not symbol)
    signs = list(plans(judge, others, where)) if turns else []
    found = 0
    for number, wanted in enumerate(signs * _ROUNDS, _APART * len(where)):
        if number >= len(signs) and found >= len(signs):
            return
        turn = turns[number % len(turns)]
        place, real = varied(judge, judge.drawn(9000 + number, rng.choice(MODES), turn), wanted, number)
        at = _with(place, symbol, value, needed)
        if at is not None:
            found += 1
            yield at, real, turn


def has_room(judge: Judge, problem: Problem, constraints: Sequence[Expr], turns: Iterable[int] = ROOMY) -> bool:
    """Whether the unknown has more entries than there are equations at the sizes of one of these turns."""
    for turn in turns:
        if judge.setting.sizes.at(turn) is not None:
            size = judge.drawn(0, MODES[0], turn).point.size
            entries, *equations = (prod(lay.lengths(one.shape, size)) for one in (problem.wrt, *constraints))
            if entries > sum(equations):
                return True
    return False


def _of_every_order(problem: Problem, places: list[tuple[Evaluator, int]]) -> list[int]:
    """The turns of places, with few entries of the unknown first, and before all one for each order of the
    sizes: XᵀX is singular where X is wide."""
    sides = list(dict.fromkeys(side for symbol in problem.variables for side in symbol.shape.dims))
    places = sorted(places, key=lambda one: prod(lay.lengths(problem.wrt.shape, one[0].point.size)) > _MANY)
    sizes = (permutations(map(place.point.size, sides), 2) for place, _ in places)
    orders = [tuple(one < other for one, other in pairs) for pairs in sizes]
    first = [orders.index(order) == number for number, order in enumerate(orders)]
    return [turn for new in (True, False) for (_, turn), fresh in zip(places, first, strict=True) if fresh is new]


def _with(place: Evaluator, symbol: Symbol, value: Expr, needed: Expr) -> Evaluator | None:
    """The place with the solution in the place of the unknown; None where it, or what is needed, has no value there."""
    try:
        at = moved(place, {symbol: place.laid(value)})
        at.value(needed)
    except NO_VALUE:
        return None
    return at


def _kind_at(
    at: Evaluator, problem: Problem, constraints: Sequence[Expr], symmetric: bool, quadratic: bool
) -> str | None:
    """What kind of point it is: by the second derivative, and by the loss itself where that is zero."""
    along = _along(at, problem, constraints, symmetric)
    if along is None or not np.all(np.isfinite(along[0])):
        return None
    if not along[0].size:
        return ALONE
    hessian, free, bent = along
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    none = (_ROUNDING if quadratic else _ZERO) * float(np.max(np.abs(values)))
    up, down, flat = bool(np.max(values) > none), bool(np.min(values) < -none), np.abs(values) <= none
    level = bool(np.any(flat))
    if level and bent and not (up and down):
        return "unknown"
    if level and not quadratic and not (up and down):
        ways = _ways(at, problem, free @ vectors[:, flat])
        up, down, level = up or 1 in ways, down or -1 in ways, 0 in ways
    if up and down:
        return "saddle"
    if not (up or down):
        return "level"
    return ("minim" if not down else "maxim") + ("a" if level else "um")


def _ways(at: Evaluator, problem: Problem, directions: Any) -> set[int]:
    """Whether the loss rises, falls or stays along directions in which its second derivative is zero."""
    given, rng = at.laid(problem.wrt), np.random.default_rng(0)
    point = np.array(given.data, float)
    size = float(np.max(np.abs(point), initial=0)) or 1.0

    def losses(directions: Any) -> list[float]:
        ends = [point + length * one for one in directions for length in (0.05 * size, -0.05 * size)]
        values = (Tensor(given.labels, given.dims, list(map(float, end))) for end in ends)
        return _losses((moved(at, {problem.wrt: value}) for value in values), problem.loss)

    mixed = directions @ rng.normal(size=(directions.shape[1], 3))
    there, (here,) = losses(np.concatenate([directions, mixed], axis=1).T), _losses([at], problem.loss)
    scale = max(map(abs, (here, *there, *losses(rng.normal(size=(3, len(point)))), 1e-300)))
    apart = [(one - here) / scale for one in there]
    return {0 if abs(one) <= _ZERO else 1 if one > 0 else -1 for one in apart}


def _along(
    at: Evaluator, problem: Problem, constraints: Sequence[Expr], symmetric: bool
) -> tuple[Any, Any, bool] | None:
    """The second derivative along the directions that are free, of the Lagrangian where a constraint is curved; these
    directions, as columns; and whether a constraint is curved. None where it has no value.

    The multipliers are those with which the gradient of the Lagrangian is nearest to zero.
    Constraints that are arrays are affine.
    """
    symbol = problem.wrt
    try:
        hessian, bent = derivative_at(at, problem.loss, symbol, symbol), False
        basis = _symmetric_directions(at.point.size(symbol.shape.rows)) if symmetric else np.eye(len(hessian))
        if not constraints:
            return basis.T @ hessian @ basis, basis, bent
        parts = [derivative_at(at, constraint, symbol) for constraint in constraints]
        slopes = np.concatenate(parts)
        multipliers = np.linalg.lstsq(slopes.T, -derivative_at(at, problem.loss, symbol)[0], rcond=None)[0]
        starts = np.cumsum([0, *map(len, parts)])
        for constraint, start in zip(constraints, starts, strict=False):
            bend = derivative_at(at, constraint, symbol, symbol) if constraint.shape.is_number else 0 * hessian
            hessian, bent = hessian + multipliers[start] * bend, bent or bool(np.any(bend))
    except NO_VALUE:
        return None
    _, sizes, turned = np.linalg.svd(slopes @ basis)
    rank = int(np.sum(sizes > 1e-10 * max(sizes.max(initial=0), 1e-300)))
    free = basis @ turned[rank:].T
    return free.T @ hessian @ free, free, bent


def _symmetric_directions(size: int) -> Any:
    """The directions in which a symmetric matrix may move, as columns."""
    columns = []
    for i in range(size):
        for j in range(i + 1):
            unit = np.zeros((size, size))
            unit[i, j] = unit[j, i] = 1
            columns.append(unit.reshape(-1) / np.linalg.norm(unit))
    return np.array(columns).T


def kind_of(seen: Sequence[Seen]) -> str:
    """minimum, maximum, minima (level in some direction), maxima, saddle; unknown if it differs, or of too few."""
    kinds = {one.kind for one in seen} - {ALONE}
    if sum(one.kind != ALONE for one in seen) < _FEWEST:
        return "unknown"
    if len(kinds) == 1 and kinds != {"level"}:
        return kinds.pop()
    if kinds <= {"minimum", "minima", "level"}:
        return "minima"
    return "maxima" if kinds <= {"maximum", "maxima", "level"} else "unknown"


def of_signs(seen: Sequence[Seen], where: Where) -> list[Seen]:
    """What was seen at data of these signs."""
    return [one for one in seen if all(one.signs.get(symbol) == sign for symbol, sign in where)]


def cases(seen: Sequence[Seen], again: Callable[[Where], Iterable[Seen]] | None = None) -> Iterator[tuple[str, Where]]:
    """The fewest signs of the data for which it is always a minimum, and those for which it is always a maximum,
    if there are any; `again` gives other data with such signs, at which it must be so too."""
    known = list(dict.fromkeys((symbol, sign) for one in seen for symbol, sign in one.signs.items() if sign in SAID))
    natural = [one for one in known if one[1] in NATURAL]
    each = sorted(known, key=lambda one: ("entries" in one[1], one not in natural))
    sets = [*combinations(each, 1), *combinations(natural, 2), *combinations(natural, 3)]
    for wanted in ("minim", "maxim"):
        for where in sets:
            kind = kind_of(of_signs(seen, where))
            if kind.startswith(wanted) and (again is None or _always(wanted, islice(again(where), _AGAIN))):
                yield kind, where
                break


def _always(wanted: str, seen: Iterable[Seen]) -> bool:
    """Whether it is that kind of point at all of these data, of which there are enough."""
    number = 0
    for number, kind in enumerate((one.kind for one in seen if one.kind != ALONE), 1):  # noqa: B007
        if not kind.startswith((wanted, "level")):
            return False
    return number >= _SURE

"""What kind of point a solution is: the eigenvalues of the second derivative,
along the directions that the constraints leave free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import prod
from typing import Any, Final

from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import consequences
from ...ir import Expr, Symbol
from ..arrays import structure as lay
from ..arrays.lazily import np
from ..arrays.tensor import Tensor
from ..evaluate import Evaluator
from ..judge import Judge
from .system import NO_VALUE, array_at, data_points, facts_kept, moved
from .variants import NATURAL, SAID, Signs, plans, varied

_ZERO: Final = 1e-9
_ROUNDING: Final = 1e-13
"""What is rounding alone beside the largest eigenvalue, where the second derivative does not depend on the solution."""
_MORE: Final = 12
_ENOUGH: Final = 5
_MANY: Final = 12
"""So many entries of the unknown are enough, if there are sizes with fewer."""
_FEWEST: Final = 4
"""A kind of point is said if it was seen at so many data at least."""


def _derivative(place: Evaluator, expr: Expr, *by: Symbol) -> Any:
    """The derivative of an array by a variable, or the second one of a number,
    as a matrix with a column for each entry of the variable."""
    return array_at(place, expr, by).reshape(-1, prod(lay.lengths(by[-1].shape, place.point.size)))


@record
class Seen:
    """What kind of point one solution is, and the signs of the data there."""

    signs: Signs
    kind: str


def curvatures(
    judge: Judge,
    problem: Problem,
    value: Expr,
    constraints: Sequence[Expr],
    symmetric: bool = False,
    quadratic: bool = False,
) -> list[Seen]:
    """The kinds of point at solutions that keep the facts of the unknown, for data of every sign that the facts allow.

    `symmetric`: along symmetric directions only, which is so anyway where the problem says that the variable is
    symmetric. `quadratic`: the second derivative is the same everywhere, so that the loss is constant where it is zero.
    """
    words = judge.setting.words.get(problem.wrt, frozenset())
    symmetric = symmetric or (problem.wrt.shape.is_matrix and any("symmetric" in consequences(word) for word in words))
    found = []
    for at, given, signs in solutions_of_all_signs(judge, problem, value):
        if all(facts_kept(judge, problem.wrt, given).values()):
            kind = _kind_at(at, problem, given, constraints, symmetric, quadratic)
            found += [Seen(signs, kind)] if kind is not None else []
    return found


def kept(judge: Judge, problem: Problem, value: Expr) -> dict[str, tuple[bool, bool]]:
    """For each fact of the unknown whether the solution keeps it at some data, and whether at all of them."""
    told = [facts_kept(judge, problem.wrt, given) for _, given, _ in solutions_of_all_signs(judge, problem, value)]
    return {
        word: (any(one[word] for one in told), all(one[word] for one in told))
        for word in sorted(told[0] if told else ())
    }


def solutions_of_all_signs(judge: Judge, problem: Problem, value: Expr) -> Iterator[tuple[Evaluator, Tensor, Signs]]:
    """The solution in numbers at data of every sign: where all is known there, its value, and the signs."""
    symbol = problem.wrt
    drawn = _of_every_order(problem, [place for _, _, place in data_points(judge, 1, _MORE)])
    places = [place for place in drawn if _solution_at(place, value) is not None][:_ENOUGH] or drawn[:_ENOUGH]
    data = tuple(other for other in problem.variables if other is not symbol)
    for turn, signs in enumerate(plans(judge, data) if places else ()):
        place, real = varied(judge, places[turn % len(places)], signs, turn)
        given = _solution_at(place, value)
        if given is not None:
            yield moved(place, {symbol: given}), given, real


def _of_every_order(problem: Problem, places: list[Evaluator]) -> list[Evaluator]:
    """Places with few entries of the unknown first, and before all one for each order of the sizes:
    XᵀX is singular where X is wide."""
    sides = list(dict.fromkeys(side for symbol in problem.variables for side in symbol.shape.dims))
    places = sorted(places, key=lambda place: prod(lay.lengths(problem.wrt.shape, place.point.size)) > _MANY)
    orders = [
        tuple(place.point.size(one) < place.point.size(other) for one, other in permutations(sides, 2))
        for place in places
    ]
    first = [orders.index(order) == number for number, order in enumerate(orders)]
    return [place for new in (True, False) for place, fresh in zip(places, first, strict=True) if fresh is new]


def _solution_at(place: Evaluator, value: Expr) -> Tensor | None:
    try:
        return place.laid(value)
    except NO_VALUE:
        return None


def _kind_at(
    at: Evaluator, problem: Problem, given: Tensor, constraints: Sequence[Expr], symmetric: bool, quadratic: bool
) -> str | None:
    """What kind of point it is: by the second derivative, and by the loss itself in directions in which that is zero;
    None if unknown."""
    along = _along(at, problem, constraints, symmetric)
    if along is None or not along[0].size or not np.all(np.isfinite(along[0])):
        return None
    hessian, free, bent = along
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    none = (_ROUNDING if quadratic else _ZERO) * float(np.max(np.abs(values)))
    up, down, flat = bool(np.max(values) > none), bool(np.min(values) < -none), np.abs(values) <= none
    level = bool(np.any(flat))
    if level and bent and not (up and down):
        return "unknown"
    if level and not quadratic and not (up and down):
        ways = _ways(at, problem, given, free @ vectors[:, flat])
        up, down, level = up or 1 in ways, down or -1 in ways, 0 in ways
    if up and down:
        return "saddle"
    return ("minim" if not down else "maxim") + ("a" if level else "um")


def _ways(at: Evaluator, problem: Problem, given: Tensor, directions: Any) -> set[int]:
    """Whether the loss rises, falls or stays along directions in which its second derivative is zero."""
    point, rng, found = np.array(given.data, float), np.random.default_rng(0), set[int]()
    size = float(np.max(np.abs(point), initial=0)) or 1.0

    def loss(step: Any) -> float:
        there = Tensor(given.labels, given.dims, [float(value) for value in point + step])
        return float(moved(at, {problem.wrt: there}).value(problem.loss).data[0])

    mixed = directions @ rng.normal(size=(directions.shape[1], 3))
    for direction in np.concatenate([directions, mixed], axis=1).T:
        for length in (0.05 * size, -0.05 * size):
            try:
                here, there, away = (
                    loss(0 * direction),
                    loss(length * direction),
                    loss(length * rng.normal(size=direction.shape)),
                )
            except NO_VALUE:
                continue
            apart = (there - here) / max(abs(here), abs(there), abs(away), 1e-300)
            found.add(0 if abs(apart) <= _ZERO else 1 if apart > 0 else -1)
    return found


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
        hessian, bent = _derivative(at, problem.loss, symbol, symbol), False
        basis = _symmetric_directions(at.point.size(symbol.shape.rows)) if symmetric else np.eye(len(hessian))
        if not constraints:
            return basis.T @ hessian @ basis, basis, bent
        parts = [_derivative(at, constraint, symbol) for constraint in constraints]
        slopes = np.concatenate(parts)
        multipliers = np.linalg.lstsq(slopes.T, -_derivative(at, problem.loss, symbol)[0], rcond=None)[0]
        starts = np.cumsum([0, *map(len, parts)])
        for constraint, start in zip(constraints, starts, strict=False):
            bend = _derivative(at, constraint, symbol, symbol) if constraint.shape.is_number else np.zeros_like(hessian)
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
    """minimum, maximum, minima (level in some direction), maxima, saddle;
    unknown if not the same at all data, or at too few."""
    kinds = {one.kind for one in seen}
    if len(seen) < _FEWEST:
        return "unknown"
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= {"minimum", "minima"}:
        return "minima"
    return "maxima" if kinds <= {"maximum", "maxima"} else "unknown"


Where = tuple[tuple[Symbol, str], ...]
"""Signs of some of the data."""


def cases(seen: Sequence[Seen]) -> Iterator[tuple[str, Where]]:
    """The fewest signs of the data for which it is always a minimum, and those for which it is always a maximum,
    if there are any.

    Where the definiteness of a matrix decides the one, the signs of its entries do not decide the other.
    """
    by_form = set[Symbol]()
    known = list(dict.fromkeys((symbol, sign) for one in seen for symbol, sign in one.signs.items() if sign in SAID))
    natural = [one for one in known if one[1] in NATURAL]
    others = [one for one in known if one not in natural]
    sets = [*combinations([*natural, *others], 1), *combinations(natural, 2), *combinations(natural, 3)]
    for wanted in ("minim", "maxim"):
        for where in sets:
            if any("entries" in sign and symbol in by_form for symbol, sign in where):
                continue
            kind = kind_of([one for one in seen if all(one.signs.get(symbol) == sign for symbol, sign in where)])
            if kind.startswith(wanted):
                by_form |= {symbol for symbol, sign in where if "definite" in sign}
                yield kind, where
                break

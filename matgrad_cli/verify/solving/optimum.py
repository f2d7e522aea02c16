"""What kind of point a solution is: the eigenvalues of the second derivative, along the directions that the constraints leave free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod
from typing import Any, Final

from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import CONDITIONS, consequences
from ...ir import Expr, Symbol
from .. import structure as lay
from ..evaluate import Evaluator
from ..jets import Tag
from ..judge import Judge
from ..tensor import Tensor, spread
from .system import NO_VALUE, Moved, data_points, rows_of
from .variants import NATURAL, SAID, Signs, plans, varied

_ZERO: Final = 1e-9
_MORE: Final = 12
_ENOUGH: Final = 5
_MANY: Final = 12
"""So many entries of the unknown are enough, if there are sizes with fewer."""
_FEWEST: Final = 4
"""A kind of point is said if it was seen at so many data at least."""


def second_derivative(place: Evaluator, loss: Expr, symbol: Symbol) -> Any:
    """The Hessian of a number at a place, over the entries of a variable, by dual numbers; raises OutOfDomain and the like."""
    import numpy as np

    sides, lengths = lay.sides(symbol.shape), lay.lengths(symbol.shape, place.point.size)
    tags = [Tag(symbol, level, "whole") for level in (0, 1)]
    jet = place.jet(loss, frozenset(tags)).get(frozenset(tags))
    count = int(np.prod(lengths)) if lengths else 1
    if jet is None:
        return np.zeros((count, count))
    names = [(tag, side) for tag in tags for side in sides]
    return np.array(spread(jet, tuple(names), (*lengths, *lengths)).data, float).reshape(count, count)


def first_derivative(place: Evaluator, expr: Expr, symbol: Symbol) -> Any:
    """The derivative of an array by a variable at a place, entries by entries."""
    import numpy as np

    tag = Tag(symbol, 0, "whole")
    sides, lengths = lay.sides(symbol.shape), lay.lengths(symbol.shape, place.point.size)
    mine, sizes = lay.sides(expr.shape), lay.lengths(expr.shape, place.point.size)
    jet = place.jet(expr, frozenset((tag,))).get(frozenset((tag,)))
    rows, columns = int(np.prod(sizes)) if sizes else 1, int(np.prod(lengths)) if lengths else 1
    if jet is None:
        return np.zeros((rows, columns))
    return np.array(spread(jet, (*mine, *[(tag, side) for side in sides]), (*sizes, *lengths)).data, float).reshape(rows, columns)


@record
class Seen:
    """The eigenvalues of the second derivative at one solution, and the signs of the data there."""

    signs: Signs
    values: Any


def curvatures(judge: Judge, problem: Problem, value: Expr, constraints: Sequence[Expr], symmetric: bool = False) -> list[Seen]:
    """The eigenvalues at solutions that keep the facts of the unknown, for data of every sign that the facts allow.

    `symmetric`: along symmetric directions only, which is so anyway where the problem says
    that the variable is symmetric.
    """
    import numpy as np

    symbol = problem.wrt
    words = judge.setting.words.get(symbol, frozenset())
    symmetric = symmetric or (symbol.shape.is_matrix and any("symmetric" in consequences(word) for word in words))
    drawn = [place for _, _, place in data_points(judge, 1, _MORE)]
    drawn.sort(key=lambda place: prod(lay.lengths(symbol.shape, place.point.size)) > _MANY)
    places = [place for place in drawn if _solution_at(place, symbol, value) is not None][:_ENOUGH] or drawn[:_ENOUGH]
    data = tuple(other for other in problem.variables if other is not symbol)
    found = []
    for turn, signs in enumerate(plans(judge, data) if places else ()):
        place, real = varied(judge, places[turn % len(places)], signs, turn)
        given = _solution_at(place, symbol, value)
        if given is None or not all(CONDITIONS[word].test(rows_of(given)) for word in words):
            continue
        at = Evaluator(Moved(place.point, {symbol: given}, {}), place.limit)
        hessian = _along(at, problem, constraints, symmetric)
        if hessian is not None and hessian.size and np.all(np.isfinite(hessian)):
            found.append(Seen(real, np.linalg.eigvalsh((hessian + hessian.T) / 2)))
    return found


def _solution_at(place: Evaluator, symbol: Symbol, value: Expr) -> Tensor | None:
    try:
        return spread(place.value(value), lay.sides(symbol.shape), lay.lengths(symbol.shape, place.point.size))
    except NO_VALUE:
        return None


def _along(at: Evaluator, problem: Problem, constraints: Sequence[Expr], symmetric: bool) -> Any:
    """The second derivative along the directions that are free, of the Lagrangian where a constraint is curved; None where it has no value.

    The multipliers are those with which the gradient of the Lagrangian is nearest to zero. Constraints that are arrays are affine.
    """
    import numpy as np

    symbol = problem.wrt
    try:
        hessian = second_derivative(at, problem.loss, symbol)
        basis = _symmetric_directions(at.point.size(symbol.shape.rows)) if symmetric else np.eye(len(hessian))
        if not constraints:
            return basis.T @ hessian @ basis
        slopes = np.concatenate([first_derivative(at, constraint, symbol) for constraint in constraints])
        numbers = [constraint for constraint in constraints if constraint.shape.is_number]
        if numbers:
            bent = np.concatenate([first_derivative(at, constraint, symbol) for constraint in numbers])
            multipliers = np.linalg.lstsq(bent.T, -first_derivative(at, problem.loss, symbol)[0], rcond=None)[0]
            hessian = hessian + sum(by * second_derivative(at, one, symbol) for by, one in zip(multipliers, numbers, strict=True))
    except NO_VALUE:
        return None
    _, sizes, turned = np.linalg.svd(slopes @ basis)
    rank = int(np.sum(sizes > 1e-10 * max(sizes.max(initial=0), 1e-300)))
    free = basis @ turned[rank:].T
    return free.T @ hessian @ free


def _symmetric_directions(size: int) -> Any:
    """The directions in which a symmetric matrix may move, as columns."""
    import numpy as np

    columns = []
    for i in range(size):
        for j in range(i + 1):
            unit = np.zeros((size, size))
            unit[i, j] = unit[j, i] = 1
            columns.append(unit.reshape(-1) / np.linalg.norm(unit))
    return np.array(columns).T


def kind_of(seen: Sequence[Seen]) -> str:
    """minimum, maximum, minima (flat in some direction), maxima, saddle; unknown if not the same at all data, or at too few."""
    kinds = {_kind(one.values) for one in seen}
    if len(seen) < _FEWEST:
        return "unknown"
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= {"minimum", "minima"}:
        return "minima"
    return "maxima" if kinds <= {"maximum", "maxima"} else "unknown"


def _kind(values: Any) -> str:
    import numpy as np

    scale = max(float(np.max(np.abs(values))), 1e-300)
    low, high = float(np.min(values)) / scale, float(np.max(values)) / scale
    if low > _ZERO or high < -_ZERO:
        return "minimum" if low > _ZERO else "maximum"
    return "minima" if low > -_ZERO else "maxima" if high < _ZERO else "saddle"


Where = tuple[tuple[Symbol, str], ...]
"""Signs of some of the data."""


def cases(seen: Sequence[Seen]) -> Iterator[tuple[str, Where]]:
    """The fewest signs of the data for which it is always a minimum, and those for which it is always a maximum, if there are any.

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

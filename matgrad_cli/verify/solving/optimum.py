"""What kind of point a solution is: the eigenvalues of the second derivative, along the directions that the constraints leave free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...facts import Problem
from ...facts.conditions import consequences
from ...ir import Expr, Symbol
from .. import structure as lay
from ..evaluate import Evaluator
from ..jets import Tag
from ..judge import Judge
from ..tensor import spread
from .system import NO_VALUE, Moved, data_points

_ZERO: Final = 1e-9
_MORE: Final = 12
_ENOUGH: Final = 5


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


def curvatures(judge: Judge, problem: Problem, value: Expr, constraints: Sequence[Expr], symmetric: bool = False) -> list[Any]:
    """The eigenvalues of the second derivative at the solution, at several data points. Only affine constraints: they bend nothing.

    `symmetric`: along symmetric directions only, which is so anyway where the problem says that the variable is symmetric.
    """
    import numpy as np

    found = []
    symbol = problem.wrt
    words = judge.setting.words.get(symbol, frozenset())
    symmetric = symmetric or (symbol.shape.is_matrix and not constraints and any("symmetric" in consequences(word) for word in words))
    for _, _, place in data_points(judge, 1, _MORE):
        try:
            given = spread(place.value(value), lay.sides(symbol.shape), lay.lengths(symbol.shape, place.point.size))
            at = Evaluator(Moved(place.point, {symbol: given}, {}), place.limit)
            hessian = second_derivative(at, problem.loss, symbol)
            if symmetric:
                basis = _symmetric_directions(place.point.size(symbol.shape.rows))
                hessian = basis.T @ hessian @ basis
            if constraints:
                slopes = np.concatenate([first_derivative(at, constraint, symbol) for constraint in constraints])
                _, sizes, turned = np.linalg.svd(slopes)
                rank = int(np.sum(sizes > 1e-10 * max(sizes.max(initial=0), 1e-300)))
                free = turned[rank:].T
                hessian = free.T @ hessian @ free
        except NO_VALUE:
            continue
        if hessian.size and np.all(np.isfinite(hessian)):
            found.append(np.linalg.eigvalsh((hessian + hessian.T) / 2))
        if len(found) == _ENOUGH:
            break
    return found


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


def kind_of(spectra: Sequence[Any]) -> str:
    """minimum, maximum, minima (flat in some direction), maxima, saddle or unknown."""
    import numpy as np

    kinds = set()
    for values in spectra:
        scale = max(float(np.max(np.abs(values))), 1e-300)
        low, high = float(np.min(values)) / scale, float(np.max(values)) / scale
        kinds.add("minimum" if low > _ZERO else "maximum" if high < -_ZERO else "minima" if low > -_ZERO else "maxima" if high < _ZERO
                  else "saddle")  # fmt: skip
    if len(kinds) == 1:
        return str(kinds.pop())
    if kinds <= {"minimum", "minima"} and kinds:
        return "minima"
    return "maxima" if kinds <= {"maximum", "maxima"} and kinds else "unknown"

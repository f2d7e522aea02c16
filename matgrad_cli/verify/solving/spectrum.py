"""Solutions by eigenvalues and singular values: computed at random data,
and compared with other points that satisfy the constraint."""

from __future__ import annotations

from math import prod
from typing import Any, Final, Literal

from ...diagnostics.record import record
from ...facts import Problem
from ...ir import Expr, Symbol
from ..arrays import structure as lay
from ..arrays.lazily import np
from ..arrays.tensor import Tensor
from ..evaluate import Evaluator
from ..judge import Judge
from .optimum import compared, derivative_at
from .system import data_points
from .unknowns import NO_VALUE, array_at, moved

_MORE: Final = 12
_ENOUGH: Final = 5


@record
class Spectral:
    """A solution by eigenvalues or singular values.

    `vector`: the eigenvector of the symmetric `matrix` for its largest or smallest eigenvalue, with wᵀ`metric`w =
    `length`. `columns`: the eigenvectors for the k largest or smallest eigenvalues, as columns with WᵀW = I
    (Wᵀ`metric`W = I), or as `rows`. `polar`: UVᵀ of the singular value decomposition U S Vᵀ of `matrix`.
    """

    form: Literal["vector", "columns", "polar"]
    matrix: Expr
    largest: bool
    length: Expr
    metric: Expr | None = None
    rows: bool = False


def _point(place: Evaluator, symbol: Symbol, found: Spectral) -> Any:
    """The solution in numbers. ValueError where there is none."""
    matrix = array_at(place, found.matrix)
    if found.form == "polar":
        left, _, right = np.linalg.svd(matrix, full_matrices=False)
        return left @ right
    metric = np.eye(len(matrix)) if found.metric is None else array_at(place, found.metric)
    root = np.linalg.cholesky(metric)
    half = np.linalg.solve(root, matrix)
    vectors = np.linalg.eigh(np.linalg.solve(root, half.T))[1]
    if found.form == "columns":
        count = place.point.size(symbol.shape.rows if found.rows else symbol.shape.cols)
        best = np.linalg.solve(root.T, vectors[:, -count:] if found.largest else vectors[:, :count])
        return best.T if found.rows else best
    length = float(place.value(found.length).data[0])
    if length <= 0:
        raise ValueError("no point has this length")
    return np.linalg.solve(root.T, vectors[:, -1 if found.largest else 0]) * length**0.5


def spectral_points(judge: Judge, problem: Problem, spectral: Spectral, constraint: Expr) -> tuple[bool, bool] | None:
    """Whether, at random data, the loss is stationary at the point along the constraint, and whether no other point has
    a larger (smaller) one; None if nothing could be computed. The point is computed, not derived.
    """
    told, symbol = list[tuple[bool, bool]](), problem.wrt
    for turn, _, place in data_points(judge, range(1), _MORE):
        sizes = lay.lengths(symbol.shape, place.point.size)
        try:
            entries = [float(entry) for entry in _point(place, symbol, spectral).reshape(-1)]
            if len(entries) != prod(sizes):
                continue  # more columns than rows
            at = moved(place, {symbol: Tensor(lay.sides(symbol.shape), sizes, entries)})
            slope, others = (derivative_at(at, one, symbol).T for one in (problem.loss, constraint))
            size = np.linalg.norm(slope) + np.linalg.norm(derivative_at(place, problem.loss, symbol))
            rest = slope - others @ np.linalg.lstsq(others, slope, rcond=None)[0]
            lower, higher, count = compared(judge, at, problem, (constraint,), turn)
        except (*NO_VALUE, ValueError, np.linalg.LinAlgError):
            continue
        if count:
            told.append((bool(np.linalg.norm(rest) <= 1e-6 * size), (higher if spectral.largest else lower) <= 1e-6))
        if len(told) == _ENOUGH:
            break
    return (all(one for one, _ in told), all(other for _, other in told)) if told else None

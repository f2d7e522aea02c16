"""Solutions by eigenvalues and singular values: computed at random data,
and compared with other points that satisfy the constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ...diagnostics.record import record
from ...facts import Problem
from ...ir import Expr, Symbol
from ..arrays import structure as lay
from ..arrays.lazily import np
from ..arrays.tensor import Tensor
from ..evaluate import Evaluator
from ..judge import Judge
from .system import NO_VALUE, array_at, data_points, moved

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


def _point(place: Evaluator, symbol: Symbol, found: Spectral) -> tuple[Any, Callable[[Any], Any]]:
    """The solution in numbers, and a way from any array to a point that satisfies the constraint."""
    matrix = array_at(place, found.matrix)
    if found.form == "polar":
        left, _, right = np.linalg.svd(matrix, full_matrices=False)
        return left @ right, _orthonormal
    metric = np.eye(len(matrix)) if found.metric is None else array_at(place, found.metric)
    root = np.linalg.cholesky(metric)
    half = np.linalg.solve(root, matrix)
    vectors = np.linalg.eigh(np.linalg.solve(root, half.T))[1]
    if found.form == "columns":
        count = place.point.size(symbol.shape.rows if found.rows else symbol.shape.cols)
        if count > len(matrix):
            raise ValueError("more columns than rows")

        def turned(array: Any) -> Any:
            return array.T if found.rows else array

        best = np.linalg.solve(root.T, vectors[:, -count:] if found.largest else vectors[:, :count])
        return turned(best), lambda array: turned(np.linalg.solve(root.T, _orthonormal(root.T @ turned(array))))
    vector = vectors[:, -1 if found.largest else 0]
    length = float(place.value(found.length).data[0])
    if length <= 0:
        raise ValueError("no point has this length")
    radius = length**0.5
    return np.linalg.solve(root.T, vector) * radius, lambda array: array * radius / float(array @ metric @ array) ** 0.5


def _orthonormal(array: Any) -> Any:
    """The orthonormal columns nearest to those of an array."""
    if array.shape[0] < array.shape[1]:
        raise ValueError("more columns than rows")
    left, _, right = np.linalg.svd(array, full_matrices=False)
    return left @ right


def spectral_points(judge: Judge, problem: Problem, spectral: Spectral) -> tuple[bool, bool] | None:
    """Whether, at random data, the loss is stationary at the point along the constraint, and whether no other point has
    a larger (smaller) one; None if nothing could be computed. The point is computed, not derived.
    """
    told: list[tuple[bool, bool]] = []
    symbol = problem.wrt
    for _, _, place in data_points(judge, 1, _MORE):
        sides, sizes = lay.sides(symbol.shape), lay.lengths(symbol.shape, place.point.size)

        def value(point: Any, place: Evaluator = place, sides: Any = sides, sizes: Any = sizes) -> float:
            given = Tensor(sides, sizes, [float(entry) for entry in np.asarray(point).reshape(-1)])
            return float(moved(place, {symbol: given}).value(problem.loss).data[0])

        try:
            best, feasible = _point(place, symbol, spectral)
            rng = np.random.default_rng(len(told))
            here = value(best)
            others = [value(feasible(rng.normal(size=sizes))) for _ in range(12)]
            away = value(rng.normal(size=sizes))  # where the constraint is given up: the loss may be zero all along it
            near = [value(feasible(best + 1e-4 * step)) for step in rng.normal(size=(4, *sizes))]
        except (*NO_VALUE, TypeError, ValueError, np.linalg.LinAlgError):
            continue
        scale = max(map(abs, (here, *others, away)))
        told.append(
            (
                all(abs(other - here) <= 1e-5 * scale for other in near),
                all(
                    other <= here + 1e-9 * scale if spectral.largest else other >= here - 1e-9 * scale
                    for other in (*others, *near)
                ),
            )
        )
        if len(told) == _ENOUGH:
            break
    return (all(one for one, _ in told), all(other for _, other in told)) if told else None

"""Inverses and determinants of square arrays by elimination, one for each position of the other axes."""

from __future__ import annotations

from typing import Any

from ..fields import Field, NoValue, OutOfDomain
from .tensor import COL, ROW, Tensor, spread

Rows = list[list[Any]]

_SINGULAR = 1e-13
_NEARLY = 1e-10
"""A pivot that small beside what its row was: surely zero; so small that it may be rounding."""


def _blocks(tensor: Tensor) -> tuple[tuple[Any, ...], tuple[int, ...], int, list[Rows]]:
    rest = tuple([label for label in tensor.labels if label not in (ROW, COL)])
    n = tensor.size(ROW)
    sizes = tuple([tensor.size(label) for label in rest])
    data = spread(tensor, (*rest, ROW, COL), (*sizes, n, n)).data
    rows = [list(data[start : start + n]) for start in range(0, len(data), n)]
    blocks = [rows[start : start + n] for start in range(0, len(rows), n)]
    return rest, sizes, n, blocks


def _pivot(rows: Rows, column: int, scales: list[float]) -> int:
    """The row to eliminate with; -1 if the matrix is singular. `scales` are the largest entries the rows had (none
    modulo a prime)."""
    if not scales:
        return next((k for k in range(column, len(rows)) if rows[k][column]), -1)
    best = max(range(column, len(rows)), key=lambda k: abs(rows[k][column]))
    size = abs(rows[best][column])
    if _SINGULAR * scales[best] < size <= _NEARLY * scales[best]:
        raise OutOfDomain("a matrix that is almost singular")
    return best if size > _NEARLY * scales[best] else -1


def _eliminate(rows: Rows, field: Field, reduce_above: bool) -> Any:
    """Gauss-Jordan on rows that may carry a right-hand side; returns the determinant of the square part,
    0 if singular."""
    p, n = field.p, len(rows)
    determinant: Any = 1 if p else 1.0
    scales = [] if p else [max(map(abs, row[:n])) for row in rows]
    for column in range(n):
        best = _pivot(rows, column, scales)
        if best < 0:
            return 0
        if best != column:
            rows[column], rows[best] = rows[best], rows[column]
            if scales:
                scales[column], scales[best] = scales[best], scales[column]
            determinant = -determinant
        row = rows[column]
        pivot = row[column]
        determinant = determinant * pivot % p if p else determinant * pivot
        inverse = pow(pivot, -1, p) if p else 1 / pivot
        row = rows[column] = [value * inverse % p for value in row] if p else [value * inverse for value in row]
        for k in range(0 if reduce_above else column + 1, n):
            factor = rows[k][column]
            if k != column and factor:
                if p:
                    rows[k] = [(a - factor * b) % p for a, b in zip(rows[k], row, strict=True)]
                else:
                    rows[k] = [a - factor * b for a, b in zip(rows[k], row, strict=True)]
    return determinant


def inverse(tensor: Tensor, field: Field) -> Tensor:
    """The inverse; a singular matrix is outside the domain."""
    rest, sizes, n, blocks = _blocks(tensor)
    data: list[Any] = []
    one, zero = (1, 0) if field.p else (1.0, 0.0)
    for block in blocks:
        rows = [[*row, *([zero] * k), one, *([zero] * (n - k - 1))] for k, row in enumerate(block)]
        if not _eliminate(rows, field, True):
            raise NoValue("the inverse of a singular matrix", "{} invertible")
        for row in rows:
            data.extend(row[n:])
    return Tensor((*rest, ROW, COL), (*sizes, n, n), data)


def determinant(tensor: Tensor, field: Field) -> Tensor:
    """The determinant."""
    rest, sizes, _, blocks = _blocks(tensor)
    return Tensor(rest, sizes, [_eliminate(block, field, False) for block in blocks])

"""Points, numpy values and central differences for the tests of `verify`."""

from __future__ import annotations

from typing import Any

import numpy as np

from given import Given
from matgrad_cli.ir import Dim, Expr, Index, Shape, Symbol
from matgrad_cli.verify.arrays.structure import sides
from matgrad_cli.verify.arrays.tensor import spread
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import Floats

SIZES = {"m": 3, "n": 2, "p": 4}
M, N, P = Dim.of("m"), Dim.of("n"), Dim.of("p")
X = Symbol("X", Shape(M, N))
S = Symbol("S", Shape(M, M))
x = Symbol("x", Shape(M))
y = Symbol("y", Shape(M))
r = Symbol("r", Shape(Dim.of(1), N))
a = Symbol("a", Shape(Dim.of(1), Dim.of(1)))


def arrays(seed: int = 0, low: float = 0.3, high: float = 1.5) -> dict[str, Any]:
    """Values for the variables above, away from zero."""
    rng = np.random.default_rng(seed)
    shapes = {"X": (3, 2), "S": (3, 3), "x": (3, 1), "y": (3, 1), "r": (1, 2), "a": (1, 1)}
    return {name: rng.uniform(low, high, shape) for name, shape in shapes.items()}


def place(values: dict[str, Any], directions: dict[str, Any] | None = None) -> Given:
    """A point with those values."""
    return Given(
        Floats(),
        SIZES,
        {name: value.tolist() for name, value in values.items()},
        {name: value.tolist() for name, value in (directions or {}).items()},
    )


def numbers(
    expr: Expr, values: dict[str, Any], letters: tuple[Index, ...] = (), directions: dict[str, Any] | None = None
) -> Any:
    """The expression as a numpy array over the letters, then rows and columns that are not 1."""
    point = place(values, directions)
    labels = (*letters, *sides(expr.shape))
    sizes = (
        *[point.size(letter.dim) for letter in letters],
        *[point.size(side) for side in (expr.shape.rows, expr.shape.cols) if side is not Dim(1)],
    )
    return np.array(spread(Evaluator(point).value(expr), labels, sizes).data, dtype=float).reshape(sizes)


def differences(expr: Expr, name: str, values: dict[str, Any], letters: tuple[Index, ...] = ()) -> Any:
    """Central differences of the value by every entry of a variable;
    the axes of the variable (those not 1) come last."""
    step = 1e-5
    columns = []
    for position in np.ndindex(values[name].shape):
        up, down = dict(values), dict(values)
        up[name], down[name] = values[name].copy(), values[name].copy()
        up[name][position] += step
        down[name][position] -= step
        columns.append((numbers(expr, up, letters) - numbers(expr, down, letters)) / (2 * step))
    shape = tuple(n for n in values[name].shape if n != 1)
    return np.stack(columns, axis=-1).reshape(columns[0].shape + shape)

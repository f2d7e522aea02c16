"""What an expression means, said once more in a few lines of NumPy that share nothing with the package's own
evaluation.

Every array has two axes, (rows, columns); an index letter stands for one position. Derivatives are central differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from gamma_functions import DIGAMMA, LGAMMA, TRIGAMMA
from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    Add,
    Call,
    Constant,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    Kron,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Named,
    Number,
    Pair,
    Power,
    Size,
    SumOver,
    Symbol,
    Transpose,
)

Array = Any
Places = Mapping[Index, int]

ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    **{
        name: getattr(np, name)
        for name in ("exp", "log", "sqrt", "abs", "sign", "sin", "cos", "tan", "tanh", "sinh", "cosh")
    },
    **{name: getattr(np, name) for name in ("expm1", "log1p", "log2", "log10")},
    **{name: getattr(np, f"arc{name[1:]}") for name in ["asin", "acos", "atan", "asinh", "acosh", "atanh"]},
    "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x),
    "cot": lambda x: 1 / np.tan(x),
    "coth": lambda x: 1 / np.tanh(x),
    "step": lambda x: 1.0 * (x > 0),
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "erf": np.vectorize(math.erf),
    "lgamma": LGAMMA,
    "digamma": DIGAMMA,
    "trigamma": TRIGAMMA,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
}


def _svd(x: Array) -> tuple[Array, Array, Array]:
    return np.linalg.svd(x, full_matrices=False)


def _leading(x: Array) -> Array:
    left, _, right = _svd(x)
    return left[:, :1] @ right[:1]


def _by_eigenvalues(f: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def value(x: Array) -> Array:
        w, v = np.linalg.eig(x.astype(complex))
        return ((v * f(w)) @ np.linalg.inv(v)).real

    return value


def _topvv(x: Array) -> Array:
    v = np.linalg.eigh(x)[1][:, -1:]
    return v @ v.T


def _power(x: Array, p: Array) -> Array:
    return _by_eigenvalues(lambda w: w ** p.item())(x)


def _change(f: Callable[..., Array], x: Array, *rest: Array, step: float = 1e-5) -> Array:
    *at, h = rest
    return (f(x + step * h, *at) - f(x - step * h, *at)) / (2 * step)


MATRIX = {**{f"{name}m": _by_eigenvalues(getattr(np, name)) for name in ("exp", "log", "sin", "cos")}, "powm": _power}

CALLS: dict[str, Callable[..., Array]] = {
    "tr": np.trace,
    "det": np.linalg.det,
    "logdet": lambda x: np.log(abs(np.linalg.det(x))),
    "sum": np.sum,
    "mean": np.mean,
    "norm": lambda x: np.sqrt((x * x).sum()),
    "norm1": lambda x: abs(x).sum(),
    "nuclear": lambda x: _svd(x)[1].sum(),
    "spectral": lambda x: _svd(x)[1][0],
    "inner": lambda x, y: (x * y).sum(),
    "polar": lambda x: _svd(x)[0] @ _svd(x)[2],
    "leading": _leading,
    "sum0": lambda x: x.sum(0)[None],
    "sum1": lambda x: x.sum(1)[:, None],
    "mean0": lambda x: x.mean(0)[None],
    "mean1": lambda x: x.mean(1)[:, None],
    "diagonal": lambda x: np.diag(x)[:, None],
    "diag": lambda x: np.diag(x.ravel()),
    "vec": lambda x: x.ravel(order="F")[:, None],
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "softmax0": lambda x: np.exp(x) / np.exp(x).sum(0),
    "softmax1": lambda x: np.exp(x) / np.exp(x).sum(1)[:, None],
    "logsumexp": lambda x: np.log(np.exp(x).sum()),
    "tril": np.tril,
    "triu": np.triu,
    "crossmat": lambda x: np.cross(x.ravel(), np.eye(3)).T,
    "cross": lambda x, y: np.cross(x.ravel(), y.ravel())[:, None],
    "max": np.max,
    "max0": lambda x: x.max(0)[None],
    "max1": lambda x: x.max(1)[:, None],
    "prod": np.prod,
    "prod0": lambda x: x.prod(0)[None],
    "prod1": lambda x: x.prod(1)[:, None],
    "hardmax": lambda x: 1.0 * (x == x.max()),
    "hardmax0": lambda x: 1.0 * (x == x.max(0)),
    "hardmax1": lambda x: 1.0 * (x == x.max(1)[:, None]),
    "strictupper": lambda x: np.triu(x, 1),
    "shiftup": lambda x: np.roll(x, -1, 0),
    "butlast": lambda x: np.concatenate([x[:-1], 0 * x[-1:]]),
    "pinv": np.linalg.pinv,
    "eigmax": lambda x: np.linalg.eigvalsh((x + x.T) / 2)[-1],
    "topvv": _topvv,
    **MATRIX,
    **{f"D{name}": partial(_change, f) for name, f in MATRIX.items()},
    "logsumexp0": lambda x: np.log(np.exp(x).sum(0))[None],
    "logsumexp1": lambda x: np.log(np.exp(x).sum(1))[:, None],
}


class Plain:
    """The values of expressions for given arrays and sizes."""

    def __init__(self, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        self.arrays, self.sizes = arrays, sizes

    def size(self, dim: Dim) -> int:
        return dim.factor * math.prod(self.sizes[name] ** power for name, power in dim.powers)

    def position(self, at: Any, places: Places) -> int:
        if isinstance(at, Pair):
            return self.position(at.outer, places) * self.size(at.inner_dim) + self.position(at.inner, places)
        return 0 if at is None else places[at] if isinstance(at, Index) else at

    def value(self, node: Expr, places: Places) -> Array:
        """The (rows, columns) array of `node` where its free letters stand at `places`."""
        of = lambda part: self.value(part, places)  # noqa: E731
        match node:
            case Number(value):
                return np.array([[float(value)]])
            case Constant():
                return np.array([[math.pi if node.name == "pi" else math.e]])
            case Size(dim):
                return np.array([[float(self.size(dim))]])
            case Symbol(name):
                return self.arrays[name]
            case Named(_, body):
                return of(body)
            case Eye(dim):
                return np.eye(self.size(dim))
            case Fill(value, shape):
                return np.full((self.size(shape.rows), self.size(shape.cols)), float(value))
            case Add(terms):
                return sum(of(term) for term in terms)
            case Mul(factors) | Hadamard(factors):
                return math.prod(of(factor) for factor in factors)
            case MatMul(factors):
                result = of(factors[0])
                for factor in factors[1:]:
                    result = result @ of(factor)
                return result
            case Kron(factors):
                result = of(factors[0])
                for factor in factors[1:]:
                    result = np.kron(result, of(factor))
                return result
            case Power(base, exponent):
                return of(base) ** of(exponent)
            case MatrixPower(base, exponent):
                return np.linalg.matrix_power(of(base), exponent)
            case Transpose(body):
                return of(body).T
            case Inverse(body):
                return np.linalg.inv(of(body))
            case Call(function, arguments):
                found = {**ELEMENTWISE, **CALLS}[function](*map(of, arguments))
                return np.array([[found]]) if np.ndim(found) == 0 else found
            case Entry(base, row, col):
                return of(base)[[[self.position(row, places)]], [[self.position(col, places)]]]
            case Delta(left, right):
                return np.array([[float(self.position(left, places) == self.position(right, places))]])
            case SumOver(indices, body):
                ranges = [range(self.size(index.dim)) for index in indices]
                return sum(
                    self.value(body, {**places, **dict(zip(indices, at, strict=True))}) for at in product(*ranges)
                )
            case MatrixOf(row, col, body):
                rows, cols = (range(self.size(side)) for side in (node.shape.rows, node.shape.cols))
                found = [[self.value(body, _at(places, row, i, col, j)).item() for j in cols] for i in rows]
                return np.array(found)
        raise NotImplementedError(type(node).__name__)


def _at(places: Places, row: Index | None, i: int, col: Index | None, j: int) -> Places:
    here = {**places, **({row: i} if row else {})}
    return {**here, **({col: j} if col else {})}


def differences(problem: Problem, arrays: Mapping[str, Array], sizes: Mapping[str, int], step: float = 1e-5) -> Array:
    """∂loss/∂wrt by central differences: axes of the loss, then of wrt; sides of length 1 are kept."""
    at = arrays[problem.wrt.name]

    def moved(position: tuple[int, ...], by: float) -> Array:
        changed = at.astype(float).copy()
        changed[position] += by
        return Plain({**arrays, problem.wrt.name: changed}, sizes).value(problem.loss, {})

    found = [(moved(position, step) - moved(position, -step)) / (2 * step) for position in np.ndindex(*at.shape)]
    return np.stack(found, -1).reshape(*found[0].shape, *at.shape)

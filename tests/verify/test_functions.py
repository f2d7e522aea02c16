"""Every function of the table: its value against numpy, its first and second derivative against central differences."""

import math

import numpy as np
import pytest
from verify_helpers import N, S, X, arrays, differences, numbers, r, x

from gamma_functions import DIGAMMA, LGAMMA, TRIGAMMA
from matgrad_cli.ir import ELEMENTWISE, FUNCTIONS, Call, Dim, Index, Mul, Number, Partial, Shape, Symbol
from matgrad_cli.ir.functions import CHANGES, GREATEST, MATRIX_FUNCTIONS, PRODUCTS
from matgrad_cli.verify.arrays.structure import LINEAR
from matgrad_cli.verify.functions import DEFINITIONS, DERIVATIVES, SPECTRAL

erf = np.vectorize(math.erf)


def soft(u, axis=None):
    return np.exp(u) / np.exp(u).sum(axis=axis, keepdims=axis is not None)


NUMPY = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": abs,
    "sign": np.sign,
    "step": lambda u: (u > 0) * 1.0,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sec": lambda u: 1 / np.cos(u),
    "csc": lambda u: 1 / np.sin(u),
    "cot": lambda u: 1 / np.tan(u),
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "coth": lambda u: 1 / np.tanh(u),
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "softplus": lambda u: np.log(1 + np.exp(u)),
    "relu": lambda u: np.maximum(u, 0),
    "erf": erf,
    "lgamma": LGAMMA,
    "digamma": DIGAMMA,
    "trigamma": TRIGAMMA,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "gelu": lambda u: u * (1 + erf(u / 2**0.5)) / 2,
    "silu": lambda u: u / (1 + np.exp(-u)),
    "square": np.square,
    "reciprocal": lambda u: 1 / u,
    "tr": np.trace,
    "det": np.linalg.det,
    "logdet": lambda u: np.linalg.slogdet(u)[1],
    "sum": np.sum,
    "mean": np.mean,
    "norm": np.linalg.norm,
    "norm1": lambda u: abs(u).sum(),
    "nuclear": lambda u: np.linalg.svd(u)[1].sum(),
    "spectral": lambda u: np.linalg.svd(u)[1][0],
    "sum0": lambda u: u.sum(0),
    "sum1": lambda u: u.sum(1),
    "mean0": lambda u: u.mean(0),
    "mean1": lambda u: u.mean(1),
    "diagonal": np.diagonal,
    "diag": np.diag,
    "vec": lambda u: u.flatten("F"),
    "softmax": soft,
    "softmax0": lambda u: soft(u, 0),
    "softmax1": lambda u: soft(u, 1),
    "logsumexp": lambda u: np.log(np.exp(u).sum()),
    "logsumexp0": lambda u: np.log(np.exp(u).sum(0)),
    "logsumexp1": lambda u: np.log(np.exp(u).sum(1)),
    "inner": lambda u: (u * u).sum(),
    "strictupper": lambda u: np.triu(u, 1),
    "shiftup": lambda u: np.roll(u, -1, 0),
    "butlast": lambda u: np.concatenate([u[:-1], 0 * u[-1:]]),
    "tril": np.tril,
    "triu": np.triu,
    "crossmat": lambda u: np.cross(u, np.eye(3)).T,
    "cross": lambda u: np.cross(u, u),
    "max": np.max,
    "max0": lambda u: u.max(0),
    "max1": lambda u: u.max(1),
    "prod": np.prod,
    "prod0": lambda u: u.prod(0),
    "prod1": lambda u: u.prod(1),
    "hardmax": lambda u: 1.0 * (u == u.max()),
    "hardmax0": lambda u: 1.0 * (u == u.max(0)),
    "hardmax1": lambda u: 1.0 * (u == u.max(1)[:, None]),
    "polar": lambda u: (lambda left, _, right: left @ right)(*np.linalg.svd(u, full_matrices=False)),
    "leading": lambda u: (lambda left, _, right: np.outer(left[:, 0], right[0]))(
        *np.linalg.svd(u, full_matrices=False)
    ),
}


def by_eigenvalues(f):
    def value(u):
        w, v = np.linalg.eig(u.astype(complex))
        return ((v * f(w)) @ np.linalg.inv(v)).real

    return value


def along_itself(f):
    """The change of f at u along u: that of f((1 + t)u), which commutes with u."""
    return lambda u: (by_eigenvalues(f)(u * (1 + 1e-5)) - by_eigenvalues(f)(u * (1 - 1e-5))) / 2e-5


NUMPY |= {
    "pinv": np.linalg.pinv,
    "eigmax": lambda u: np.linalg.eigvalsh(u)[-1],
    "topvv": lambda u: (lambda v: np.outer(v, v))(np.linalg.eigh(u)[1][:, -1]),
}
OF_NUMBERS = {**{f"{name}m": getattr(np, name) for name in ("exp", "log", "sin", "cos")}, "powm": np.square}
NUMPY |= {name: by_eigenvalues(f) for name, f in OF_NUMBERS.items()} | {
    f"D{name}": along_itself(f) for name, f in OF_NUMBERS.items()
}
VECTORS = {"polar", "leading", "topvv", "eigmax", "trigamma"}
"""Of these no derivative is computed, or only at symmetric matrices."""
RANGES = {"acosh": (1.2, 2.5), "asin": (0.1, 0.8), "acos": (0.1, 0.8), "atanh": (0.1, 0.8)}


def argument(name):
    if name in ("cross", "crossmat"):
        return Symbol("x", Shape(Dim.of(3)))
    return {"square": S, "vector": x}.get(FUNCTIONS[name].needs, X)


def call(name):
    u = argument(name)
    return Call(name, u, *(Number(2) if kind == "number" else u for kind in FUNCTIONS[name].others))


def values_of(name, seed):
    values = arrays(seed, *RANGES.get(name, (0.3, 1.5)))
    if name.endswith("m") and name.removeprefix("D") in OF_NUMBERS:
        values["S"] = values["S"] / 4 + np.eye(len(values["S"]))  # no eigenvalue is negative
    if name in ("eigmax", "topvv"):
        values["S"] = values["S"] + values["S"].T
    return values


def letters(symbol, names="stuv"):
    found = [
        Index(letter, side)
        for letter, side in zip(names, (symbol.shape.rows, symbol.shape.cols), strict=False)
        if side is not Dim(1)
    ]
    return tuple(found)


def partial(expr, symbol, at):
    both = list(at)
    return Partial(expr, symbol, both.pop(0), both.pop(0) if both else None)


def test_every_function_has_a_meaning():
    known = set(DERIVATIVES) | set(DEFINITIONS) | set(LINEAR) | set(SPECTRAL) | GREATEST | PRODUCTS
    known |= {"det", "logdet", "inner", "pinv", *MATRIX_FUNCTIONS, *CHANGES}
    assert set(FUNCTIONS) == known == set(NUMPY)
    assert set(DERIVATIVES) <= set(ELEMENTWISE) <= known


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_value(name):
    values = values_of(name, 1)
    expected = NUMPY[name](values[argument(name).name].squeeze())
    np.testing.assert_allclose(numbers(call(name), values), expected, rtol=1e-12, atol=1e-7 if name in CHANGES else 0)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - VECTORS))
def test_first_derivative(name):
    values = values_of(name, 2)
    u, expr = argument(name), call(name)
    at = letters(u)
    found = numbers(partial(expr, u, at), values, at)
    expected = differences(expr, u.name, values)
    expected = np.moveaxis(expected, range(expected.ndim - len(at), expected.ndim), range(len(at)))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - SPECTRAL - {"digamma", "trigamma"}))
def test_second_derivative(name):
    values = values_of(name, 3)
    u = argument(name)
    at, again = letters(u), letters(u, "ab")
    first = partial(Mul((Number(2), call(name))), u, at)
    found = numbers(partial(first, u, again), values, (*again, *at))
    expected = differences(first, u.name, values, at)
    expected = np.moveaxis(expected, range(expected.ndim - len(again), expected.ndim), range(len(again)))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "name", ["softmax0", "softmax1", "sum0", "sum1", "logsumexp0", "logsumexp1", "mean0", "mean1", "vec", "diag"]
)
@pytest.mark.parametrize("symbol", [x, r])
def test_along_the_axes_of_vectors(name, symbol):
    values = arrays(4)
    expected = NUMPY[name](values[symbol.name] if name != "diag" else values[symbol.name].squeeze())
    np.testing.assert_allclose(numbers(Call(name, symbol), values), np.squeeze(expected), rtol=1e-12)


def test_a_number_counts_as_a_1_by_1_array():
    b = Symbol("a", Shape(Dim.of(1), Dim.of(1)))
    values = arrays(5)
    for name in ("tr", "det", "sum", "mean", "norm", "logsumexp", "softmax"):
        expected = 1.0 if name == "softmax" else float(values["a"][0, 0])
        np.testing.assert_allclose(numbers(Call(name, b), values), expected)
    assert N.size({"n": 2}) == 2

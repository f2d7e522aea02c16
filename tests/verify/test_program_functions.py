"""The functions that a program may call: their values are NumPy's, and the direction that they carry is their slope."""

from __future__ import annotations

import math

import numpy as np
import pytest

from matgrad_cli.verify.programs.primitives import STEP, compare
from matgrad_cli.verify.programs.tables import FUNCTIONS

X = np.array([[0.3, 1.2, 0.7], [2.1, 0.4, 0.9]])
WAY = np.array([[0.5, -0.2, 1.1], [0.3, 0.8, -0.6]])

SAME = [
    "log1p",
    "expm1",
    "tanh",
    "sqrt",
    "abs",
    "prod",
    "cumsum",
    "cumprod",
    "max",
    "min",
    "mean",
    "var",
    "std",
    "linalg.norm",
]
KNOWN = {
    "erf": np.vectorize(math.erf),
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "logsumexp": lambda x: np.log(np.exp(x).sum()),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True)),
    "sort": lambda x: np.sort(x, -1),
    "clip": lambda x: x,
}


@pytest.mark.parametrize("name", [*SAME, *KNOWN])
def test_a_function_has_the_value_and_the_slope_of_the_real_one(name):
    known = KNOWN[name] if name in KNOWN else np.linalg.norm if "." in name else getattr(np, name)
    found = FUNCTIONS[name](X + 1j * STEP * WAY)
    assert np.real(found) == pytest.approx(known(X))
    slope = (known(X + 1e-6 * WAY) - known(X - 1e-6 * WAY)) / 2e-6
    assert np.imag(found) / STEP == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("name", ["expm1", "tanh", "erf", "log1p", "softplus"])
def test_below_zero_too(name):
    known = KNOWN[name] if name in KNOWN else getattr(np, name)
    assert np.real(FUNCTIONS[name](-X / 4)) == pytest.approx(known(-X / 4))


def test_a_logarithm_of_less_than_nothing_is_no_number():
    assert np.isnan(FUNCTIONS["log1p"](np.complex128(-1.5)))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("outer", ([1.0, 2], [3, 4]), [[3, 4], [6, 8]]),
        ("kron", ([1, 2], [1, 1]), [1, 1, 2, 2]),
        ("eye", (2,), [[1, 0], [0, 1]]),
        ("linspace", (0, 1, 3), [0, 0.5, 1]),
        ("one_hot", (np.array([1, 0]),), [[0, 1], [1, 0]]),
        ("pad", (np.ones(1), 1), [0, 1, 0]),
        ("logaddexp", (1.0, 2.0), np.logaddexp(1, 2)),
        ("minimum", (1.0, 2.0), 1.0),
        ("clip", (np.array([-1.0, 0.5, 2]), 0, 1), [0, 0.5, 1]),
        ("linalg.norm", (np.array([3.0, -4]), 1), 7),
        ("linalg.norm", (np.array([3.0, -4]), math.inf), 4),
        ("round", (1.6,), 2),
        ("linalg.slogdet", (np.diag([-2.0, 3]),), (-1, math.log(6))),
        ("max", (X, (0, 1)), 2.1),
        ("tile", ([1, 2], 2), [1, 2, 1, 2]),
    ],
)
def test_what_a_call_gives(name, arguments, expected):
    assert np.real(np.asarray(FUNCTIONS[name](*arguments))) == pytest.approx(np.asarray(expected, float))


def test_comparisons_look_at_the_real_part():
    a, b = np.array([1 + 1j, 2]), np.array([1 - 1j, 1])
    told = {kind: compare(kind, a, b).tolist() for kind in ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")}
    assert told == {
        "Eq": [True, False],
        "NotEq": [False, True],
        "Lt": [False, False],
        "LtE": [True, False],
        "Gt": [False, True],
        "GtE": [True, True],
    }

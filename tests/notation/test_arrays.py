"""Arrays of NumPy: one-dimensional vectors, sizes that stretch. Each text is also computed by NumPy,
and both must agree."""

from __future__ import annotations

import re

import numpy as np
import pytest

from given import Given, evaluate
from matgrad_cli.diagnostics import InputError, Source
from matgrad_cli.ir import Dim, Shape, Symbol
from matgrad_cli.notation.elaboration.elaborate import read_node
from matgrad_cli.notation.expression.reader import parse
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.notation.scope import Scope
from matgrad_cli.verify.arrays.structure import sides
from matgrad_cli.verify.arrays.tensor import spread
from matgrad_cli.verify.fields import Floats

SIZES = {"n": 3, "m": 4, "k": 2}
SHAPES = {
    "X": ("n", "m"),
    "Y": ("n", "m"),
    "W": ("m", "k"),
    "S": ("n", "n"),
    "x": ("n",),
    "y": ("n",),
    "w": ("m",),
    "b": ("k",),
    "u": ("n", "1"),
    "r": ("1", "m"),
}


def softmax(a, axis=None):
    e = np.exp(a - a.max())
    return e / e.sum(axis=axis, keepdims=True)


def values():
    rng = np.random.default_rng(7)
    return {name: rng.uniform(0.5, 1.5, [SIZES.get(side, 1) for side in shape]) for name, shape in SHAPES.items()}


def scope(text):
    dims = {name: tuple(Dim.of(side) if side != "1" else Dim(1) for side in shape) for name, shape in SHAPES.items()}
    symbols = {name: Symbol(name, Shape(*dim)) for name, dim in dims.items()}
    return Scope(
        Source("loss", text),
        symbols,
        sizes={name: Dim.of(name) for name in SIZES},
        arrays=True,
        columns=frozenset({"u"}),
    )


AGREE = [
    "x.T",
    "x.T @ S",
    "x @ S",
    "S @ x",
    "x.T@S + S@x",
    "x @ y",
    "x @ x.T",
    "x.T @ x",
    "x @ S @ y",
    "-2*(x - X@w).T @ X",
    "(X@w).T @ X",
    "x[:, None]",
    "x[None, :]",
    "x[:, None] * X",
    "X * w",
    "w * X",
    "X / w",
    "X + w",
    "w - X",
    "X @ W + b",
    "X @ W - b / 2",
    "X - X.mean(axis=0)",
    "X - X.mean(axis=1, keepdims=True)",
    "X / X.sum(axis=1, keepdims=True)",
    "X.sum(axis=0)",
    "X.sum(axis=1)",
    "X.sum(0) + w",
    "X.sum(1) + x",
    "X.sum(axis=0) * X",
    "X.sum(axis=0, keepdims=True) - X",
    "X.mean(axis=0) @ w",
    "x @ X.mean(axis=1)",
    "u + X",
    "u * X",
    "r + X",
    "u + r",
    "u * r",
    "u + x",
    "u @ r",
    "u.T @ X",
    "r * w",
    "u @ x[None, :]",
    "np.outer(x, w)",
    "np.dot(x, y)",
    "np.dot(X, w)",
    "np.diag(S)",
    "np.diag(S) + x",
    "np.diag(x) @ X",
    "x**2 + S@x",
    "np.exp(x) @ X",
    "(x @ X).T + w",
    "2*x @ X - w",
    "x * 2 * y * 3",
    "x - x.mean()",
    "(x + 1) @ X",
    "x*x - X@w",
    "X.T @ x[:, None]",
    "ones(n) @ X",
    "X @ ones(m)",
    "x.sum(axis=0)",
    "x.sum(axis=-1)",
    "X.sum(axis=-1)",
    "X.sum(axis=(0, 1)) * w",
    "X.mean(axis=(-2, -1))",
    "X.sum(axis=(0,))",
    "np.sum(X, axis=(0, 1))/np.size(X)",
    "X / np.shape(X)[1]",
    "x * np.size(x) + np.shape(X)[0]",
    "X * np.size(X, 0) - X.shape[-1]",
    "np.full(n, 2.0) @ X",
    "np.full((n, m), 3) * X",
    "np.full_like(X, 2) - X",
    "x.reshape(1, -1) @ X",
    "np.linalg.norm(X, axis=(0, 1))",
    "X.var(axis=0)",
    "X.std(axis=1, keepdims=True) + X",
    "x.var()",
    "X.var()",
    "np.linalg.norm(X, axis=1)",
    "np.linalg.norm(X, 1, axis=0)",
    "np.linalg.norm(X, axis=1, keepdims=True) * X",
    "np.linalg.norm(x)",
    "x[:, None] + w[None, :] - X",
    "x[:, None] - x",
    "u.sum(axis=1)",
    "u.sum(axis=0)",
    "u.T",
    "u.T @ u",
    "kron(x, y)",
    "solve(S, x)",
    "X[0,:] @ w",
    "X[:,1] + x",
    "X - X[2,:]",
    "X[0,:].T",
    "X[:,0][:, None] * X",
    "S @ X[:,1]",
    "X[:,1] @ S",
    "X[1,:] @ X[0,:].T",
    "X[0,:] * w",
    "np.outer(X[:,0], X[1,:])",
    "X[0,:].mean() * X[0,:]",
    "(X[0,:] - w) @ (X[0,:] - w).T",
    "X[1,:] @ W + b",
    "solve(S, x) + x",
    "np.maximum(0, x - 1) @ X",
    "-x @ X",
    "x / w.sum()",
    "X.T @ X @ w",
    "x @ x * x",
    "S @ x @ S",
    "(x @ S) * y",
    "X[:, 1:] @ w[1:]",
    "S[:-1, :].T @ x[:-1]",
    "x[1:] @ y[1:]",
    "2*x[1:] @ y[:-1]",
    "np.dot(x[1:], y[1:])",
    "X.T @ S[:, 1:] @ X[1:]",
    "X[1:].T @ X[:-1]",
    "np.sum(X[:, :-1]**2)",
    "np.sum((X[:, 1:] - X[:, :-1])**2)",
    "np.mean(3*np.exp(X[:, 2:]))",
    "np.sum((x - X[:, 1:] @ w[1:])**2)",
    "np.linalg.norm(X[1:, :])",
    "np.tile(w, (n, 1)) * X",
    "np.tile(u, (1, m)) - X",
    "np.broadcast_to(w, (n, m)) - X",
]
REFUSED = [
    "x + w",
    "x * w",
    "X + x",
    "X * x",
    "x @ w",
    "X @ x",
    "u @ u",
    "u @ x",
    "u @ X",
    "x.T @ w",
    "S @ u.T",
    "X + b",
    "r @ r",
    "X[0,:] + x",
    "X[:,0] @ w",
    "x[0,:]",
    "X[0,:] @ X[:,0]",
    "X[:,0] + X",
    "u[:, None]",
    "X[:, None]",
    "X @ w + b",
    "x[:, None] @ X",
    "x.sum(axis=1)",
    "x.sum(axis=(0, 1))",
    "X.mean(axis=1) - w",
    "X - X.mean(axis=1)",
]


@pytest.mark.parametrize("text", AGREE)
def test_means_what_numpy_computes(text):
    env = values()
    names = {"np": np, "kron": np.kron, "solve": np.linalg.solve, "ones": np.ones, **SIZES, **env}
    expected = np.asarray(eval(text, names))  # noqa: S307  (our own text)
    reading = read_node(parse(text), scope(text))
    matrices = {name: value.reshape(len(value), -1).tolist() for name, value in env.items()}
    found = evaluate(reading.expr, Given(Floats(), SIZES, matrices))
    assert reading.flat == (expected.ndim == 1 and expected.size > 1)
    shape = tuple(SIZES.get(str(side), 1) for side in (reading.expr.shape.rows, reading.expr.shape.cols))
    assert expected.ndim < 2 or shape == expected.shape
    found = spread(found, sides(reading.expr.shape), tuple(side for side in shape if side != 1))
    assert np.allclose(np.array(found.data, float), expected.reshape(-1))


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_numpy_refuses(text):
    with pytest.raises((ValueError, IndexError)):
        eval(f"two({text})", {"np": np, "two": at_most_two, **values()})  # noqa: S307  (our own text)
    with pytest.raises(InputError):
        read_node(parse(text), scope(text))


def at_most_two(array):
    if array.ndim > 2:
        raise ValueError("more than two dimensions")


FAULTS = {
    "sum(log_softmax(X@W + b))": "missing-axis",
    "sum(Y * softmax(X@W + b))": "missing-axis",
    "norm(X@W + b - Z)**2": "shape-mismatch",
    "sum(X@W + b) + sum(X@Y)": "shape-mismatch",
    "sum(X@W + c)": "shape-mismatch",
}
PLACES = {"norm(X@W + b - Z)**2": "Z", "sum(X@W + b) + sum(X@Y)": "Y", "sum(X@W + c)": "c"}


@pytest.mark.parametrize("text", FAULTS)
def test_the_fault_of_the_reading_that_gets_further_is_shown(text):
    with pytest.raises(InputError) as caught:
        read_problem(text, "W", ["X: n×d, W: d×k, b: k, Y: n×k, Z: d×k, c: p"])
    said = caught.value.diagnostic
    assert said.code == FAULTS[text]
    shown = [text[label.span.start : label.span.end] for label in said.labels]
    assert PLACES.get(text, shown[0]) in shown


def test_a_size_that_does_not_fit_is_proposed_as_declared():
    shapes = "X: n×d, w: d, y: {}"
    for text in ("sum(y * (X@w))", "norm(X@w - y)**2"):
        with pytest.raises(InputError) as caught:
            read_problem(text, "w", [shapes.format("d")])
        assert (caught.value.diagnostic.help or "").startswith("declared as `y: n` ")
        assert read_problem(text, "w", [shapes.format("n")])


@pytest.mark.parametrize(("name", "near"), [("H", None), ("x", "`X`")])
def test_a_capital_letter_is_not_meant_for_a_dimension(name, near):
    problem = read_problem("norm(X@w)**2", "w", ["X: n×h, w: h"])
    with pytest.raises(InputError) as caught:
        read_expression(f"{name}@w", problem)
    assert caught.value.diagnostic.help == (near and f"did you mean {near}?")


def test_no_function_is_proposed_for_a_name_that_is_far_from_it():
    with pytest.raises(InputError) as caught:
        read_problem('__import__("os").system("ls")', "x", ["x: n"])
    assert (caught.value.diagnostic.help or "").startswith("write it out")


@pytest.mark.parametrize("loss", ["norm(X@W + b.T - Y)**2", "norm(X@W - Y + b.T)**2", "norm(tanh(X@W + b.T)@V - Y)**2"])
def test_a_transposed_vector_is_added_to_every_row_in_both_conventions(loss):
    problem = read_problem(loss, "b")
    told = read_problem(loss.replace("b.T", "b"), "b")
    assert to_text(told.loss) == to_text(problem.loss)


@pytest.mark.parametrize(
    ("loss", "shapes"),
    [
        ("norm(X@W + b.T - Y)**2 + norm(W@W - b)", []),
        ("norm(X@W + b.T - Y)", ["X: n×d, W: d×k, b: k, Y: n×d"]),
        ("norm(X + b)**2 + b.T@b", []),
    ],
)
def test_what_is_proposed_is_not_what_is_written(loss, shapes):
    with pytest.raises(InputError) as caught:
        read_problem(loss, "X", shapes)
    proposed = re.search(r"write (?:it as )?`([^`]+)`", caught.value.diagnostic.help or "")
    assert proposed is None or proposed[1].replace("(X@W)", "X@W") not in loss

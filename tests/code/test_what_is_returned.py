"""A gradient that is finished in what is returned, and arguments that are tuples of arrays."""

from __future__ import annotations

import pytest
from test_claims import verdicts

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

RIDGE = '''\
def ridge(w, X, y, lam):
    """w: (D,), X: (N, D), y: (N,)"""
    N = len(y)
    r = X @ w - y
    loss = 0.5 * np.sum(r ** 2) {loss}
    dw = X.T @ r
    {returned}
'''
LAYER = """\
def forward(x, layer):
    W, b = layer
    return x @ W + b


def backward(dout, x, layer):
    W, b = layer
    dW = {dW}
    db = dout.sum(axis=0)
    dx = dout @ W.T
    return dx, dW, db
"""


def verdict(text: str) -> str:
    """The verdict of the only unit."""
    (problem,) = checked_code(Source("code.py", text)).problems
    return str(problem.verdict)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "returned", "expected"),
    [
        ("/ N", "return loss, dw / N", "right"),
        ("/ N", "return loss, (1.0 / N) * dw", "right"),
        ("/ N", "return loss, {'w': dw / X.shape[0]}", "right"),
        ("* len(w)", "return loss, dw * len(dw)", "right"),
        ("/ N", "g = dw / N\n    return loss, g", "right"),
        ("/ N + lam * np.sum(w ** 2)", "return loss, dw / N + 2 * lam * w", "right"),
        ("", "return loss, dw", "right"),
        ("", "return loss, w - 0.1 * dw", "right"),
        ("", "return loss, -dw", "wrong"),
        ("", "return loss, 2 * dw", "wrong"),
        ("/ N", "return loss, dw", "wrong"),
        ("/ N", "return loss, dw / N + lam * w", "wrong"),
    ],
)
def test_the_claim_is_what_is_returned(loss: str, returned: str, expected: str) -> None:
    assert verdict(RIDGE.format(loss=loss, returned=returned)) == expected


@pytest.mark.parametrize(("line", "expected"), [("x.T @ dout", "right"), ("2 * x.T @ dout", "wrong")])
def test_an_argument_that_is_taken_apart_is_its_parts(line: str, expected: str) -> None:
    assert verdict(LAYER.format(dW=line)) == expected


def test_what_is_kept_is_not_taken_for_arguments() -> None:
    text = (
        LAYER.replace("x @ W + b\n", "x @ W + b, (x, W, b)\n")
        .replace("dout, x, layer", "dout, kept")
        .replace("    W, b = layer\n    dW", "    x, W, b = kept\n    dW")
    )
    assert verdict(text.format(dW="x.T @ dout")) == "right"


ENTRIES = """\
def forward(X, W, b):
    return X @ W + b, (X, W)


def backward(dout, cache):
    X, W = cache
    return {{
        "dX": dout @ W.T,
        "dW": {dW},
        "db": {db},
    }}
"""


@pytest.mark.parametrize(
    ("dW", "db", "wrong"),
    [("X.T @ dout", "dout.sum(axis=0)", []), ("dout.T @ X", "dout.sum(axis=0)", [9]), ("X.T @ dout", "dout", [10])],
)
def test_the_entries_of_a_dict_that_is_returned_are_claims(dW: str, db: str, wrong: list[int]) -> None:
    found = verdicts(ENTRIES.format(dW=dW, db=db))
    assert sorted(found) == [8, 9, 10]
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


@pytest.mark.parametrize(("sum_", "wrong"), [("axis=0", []), ("axis=1", [10])])
def test_so_are_those_under_the_names_of_parameters(sum_: str, wrong: list[int]) -> None:
    found = verdicts(ENTRIES.replace('"d', '"').format(dW="X.T @ dout", db=f"dout.sum({sum_})"))
    assert sorted(found) == [8, 9, 10]
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


KEEPING = """\
class Affine:
    # x: (N, D), W: (D, M), b: (M,)
    def __init__(self, W, b):
        self.params = {{"W": W, "b": b}}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        self.grads = {{
            "W": {W},
            "b": {b},
        }}
        return dout @ self.params["W"].T
"""


@pytest.mark.parametrize(
    ("W", "b", "wrong"),
    [
        ("self.x.T @ dout", "dout.sum(0)", []),
        ("dout.T @ self.x", "dout.sum(0)", [12]),
        ("self.x.T @ dout", "dout", [13]),
    ],
)
def test_and_those_that_an_object_keeps(W: str, b: str, wrong: list[int]) -> None:
    found = verdicts(KEEPING.format(W=W, b=b))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


PENALISED = """\
def cost(theta, X, y, lam):
    # X: (N, D), y: (N,), theta: (D,), lam: float
    r = X @ theta - y
    J = np.sum(r ** 2) / 2 + lam / 2 * np.sum(theta[1:] ** 2)
    grad = X.T @ r
    grad[1:] = grad[1:] + lam * theta[1:]
    return J, grad
"""


def test_a_part_that_was_to_be_written_and_the_whole_was() -> None:
    assert set(verdicts(PENALISED).values()) == {"follows"}
    found = verdicts(PENALISED.replace("grad[1:] = grad[1:] + lam * theta[1:]", "grad = grad + lam * theta"))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == [6]

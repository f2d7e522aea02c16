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

"""A loss that calls the forward part itself, and what its inputs may be when nothing is told:
a right line is never called wrong."""

from __future__ import annotations

import re

import pytest
from test_claims import checked, verdicts

NET = """\
import numpy as np

class Net:
    def __init__(self, d, h, k):
        self.W1 = np.random.randn(d, h) * 0.01
        self.b1 = np.zeros(h)
        self.W2 = np.random.randn(h, k) * 0.01

    def hidden(self, X):
        self.X = X
        self.z1 = X @ self.W1 + self.b1
        return np.maximum(0, self.z1)

    def forward(self, X):
        self.a1 = self.hidden(X)
        e = np.exp(self.a1 @ self.W2)
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def loss(self, {arguments}):
        {first}
        {loss}

    def backward(self, y):
        n = {number}
        {dz2}
        dz2 /= n
        self.dW2 = self.a1.T @ dz2
        da1 = dz2 @ self.W2.T
        da1[self.z1 <= 0] = 0
        self.dW1 = self.X.T @ da1
        self.db1 = {db1}
"""
CALLS = {"arguments": "X, y", "first": "p = self.forward(X)"}
KEEPS = {"arguments": "y", "first": "p = self.p"}
ONE_HOT = {"loss": "return -np.sum(np.log(p) * y) / len(y)", "dz2": "dz2 = self.p - y"}
NUMBERS = {
    "loss": "return -np.mean(np.log(p[np.arange(len(y)), y]))",
    "dz2": "dz2 = self.p.copy(); dz2[np.arange(n), y] -= 1",
}


@pytest.mark.thorough
@pytest.mark.parametrize("how", [CALLS, KEEPS])
@pytest.mark.parametrize("what", [ONE_HOT, NUMBERS])
@pytest.mark.parametrize("number", ["len(y)", "self.X.shape[0]"])
def test_a_loss_that_calls_or_reads_what_forward_computes(
    how: dict[str, str], what: dict[str, str], number: str
) -> None:
    text = NET.format(**how, **what, number=number, db1="da1.sum(axis=0)")
    assert set(verdicts(text).values()) == {"follows"}


@pytest.mark.thorough
@pytest.mark.parametrize("how", [CALLS, KEEPS])
@pytest.mark.parametrize("what", [ONE_HOT, NUMBERS])
def test_a_slip_is_found_there(how: dict[str, str], what: dict[str, str]) -> None:
    found = verdicts(NET.format(**how, **what, number="len(y)", db1="da1.mean(axis=0)"))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == [max(found)]


def test_a_loss_without_a_forward_part_is_one() -> None:
    text = """\
class Fit:
    def loss(self, X, Y):
        self.X, self.r = X, X @ self.W - Y
        return np.sum(self.r ** 2) / len(X)

    def backward(self):
        self.dW = 2 * self.X.T @ self.r{more}
"""
    assert set(verdicts(text.format(more=" / len(self.X)")).values()) == {"follows"}
    assert set(verdicts(text.format(more="")).values()) == {"wrong"}


def test_functions_whose_loss_calls_the_forward_one() -> None:
    text = """\
def forward(X, W):
    return np.tanh(X @ W)

def mse_loss(X, Y, W):
    return np.mean((forward(X, W) - Y) ** 2)

def backward(X, Y, W):
    A = forward(X, W)
    dA = 2 * (A - Y) / A.size
    dW = X.T @ (dA * {slope})
    return dW
"""
    assert set(verdicts(text.format(slope="(1 - A ** 2)")).values()) == {"follows"}
    assert "wrong" in verdicts(text.format(slope="(1 - A)")).values()


def test_nothing_is_wrong_where_the_loss_does_not_move() -> None:
    text = """\
# matgrad: loss = L
# W: (N, K), c: (K,)
p = np.exp(W) / np.exp(W).sum(axis=1, keepdims=True)
L = np.sum(p) + np.sum(c)
dW = p - 1
dc = np.ones_like(c)
"""
    assert verdicts(text) == {5: "undecided", 6: "follows"}


def test_an_index_that_only_some_sizes_allow_is_no_slip() -> None:
    text = """\
# matgrad: loss = L
# x: (N,), A: (N, D)
L = np.sum(x * A[:, 0])
dx = A[:, 0] + 0 * A[:, 3]
"""
    assert "wrong" not in verdicts(text).values()


def test_the_gradient_by_a_prediction_may_be_called_after_the_target() -> None:
    text = """\
def backward(X, y, W, b):
    # X: (N, D)  y: (N, 1)  W: (D, 1)  b: (1,)
    y_hat = X @ W + b
    loss = ((y_hat - y) ** 2).mean()
    dy = 2 * (y_hat - y) / len(X)
    dW = X.T @ dy
    db = dy
    return dW, db
"""
    assert verdicts(text) == {5: "follows", 6: "follows", 7: "wrong"}
    dy = next(line for line in checked(text).problems[0].lines if line.line == 5)
    assert dy.notes == ("this is the derivative by `y_hat`",)


OF_A_KIND = """\
def {loss}:
    return np.mean((X @ w - y) ** 2)


def {part}:
    return {value}
"""
SLOPES_OF_IT = "2 * X.T @ (X @ w - y) / len(y)"


@pytest.mark.parametrize(
    ("loss", "part", "value", "verdicts"),
    [
        ("mse_loss(X, y, w)", "mse_gradient(X, y, w)", SLOPES_OF_IT, ["right"]),
        ("mse_loss(X, y, w)", "mse_gradient(X, y, w)", f"3 * {SLOPES_OF_IT}", ["wrong"]),
        ("mse_loss(X, y, w)", "compute_gradient(w, X, y)", f"3 * {SLOPES_OF_IT}", ["wrong"]),
        ("mse_loss(X, y, w)", "compute_gradient(X, y, w, lam)", f"{SLOPES_OF_IT} + 2 * lam * w", []),
        ("mse_loss(X, y, w)", "ridge_gradient(X, y, w, lam)", f"{SLOPES_OF_IT} + 2 * lam * w", []),
        ("mse_loss(X, y, w)", "svm_gradient(X, y, w)", "-X.T @ (y * (y * (X @ w) < 1)) / len(y)", []),
    ],
)
def test_a_gradient_of_another_kind_or_of_more_is_of_no_loss(
    loss: str, part: str, value: str, verdicts: list[str]
) -> None:
    """`ridge_gradient` is no gradient of `mse_loss`; nor is one that takes the weight of a penalty besides."""
    problems = checked(OF_A_KIND.format(loss=loss, part=part, value=value)).problems
    assert [problem.verdict for problem in problems] == verdicts


VALUES = """\
class Quadratic:
    def __init__(self, A, b):
        self.A, self.b = A, b

    def evaluate(self, x):
        return 0.5 * x @ self.A @ x - self.b @ x

    def gradient(self, x):
        return {value}
"""


@pytest.mark.parametrize(
    ("value", "verdict"), [("0.5 * (self.A + self.A.T) @ x - self.b", "right"), ("self.A @ x + self.b", "wrong")]
)
def test_a_value_is_a_number_before_an_entry_for_each(value: str, verdict: str) -> None:
    assert checked(VALUES.format(value=value)).verdict == verdict


BY_HAND = """\
def forward(params, x):
    h = np.tanh(x @ params["W"])
    return h @ params["v"], h


def loss_fn(params, x, y):
    out, _ = forward(params, x)
    return np.mean((out - y) ** 2)


def {name}(params, x, y):
    out, h = forward(params, x)
    d_out = 2 * (out - y) / len(y)
    d_h = np.outer(d_out, params["v"])
    return {{"v": h.T @ d_out, "W": x.T @ {slope}}}
"""


@pytest.mark.parametrize("name", ["manual_grads", "analytic_gradient", "compute_grads"])
def test_a_loss_beside_its_gradient_that_both_call_the_forward_part(name: str) -> None:
    assert checked(BY_HAND.format(name=name, slope="(d_h * (1 - h ** 2))")).verdict == "right"
    assert verdicts(BY_HAND.format(name=name, slope="(d_h * (1 - h))"))[15] == "wrong"


MADE = '''\
import numpy as np


def loss_and_gradient(W, X, Y, lam):
    """W: (D, K), X: (N, D), Y: (N, K), lam: float"""
    N = X.shape[0]
    R = X @ W - Y
    data_loss = np.sum(R ** 2) / N
    reg_loss = lam * np.sum(W ** 2)
    dW = {gradient}
    return {returned}
'''


@pytest.mark.parametrize(
    ("returned", "right", "wrong"),
    [
        ("data_loss + reg_loss, dW", "2 * X.T @ R / N + 2 * lam * W", "2 * X.T @ R / N"),
        ("float(data_loss + reg_loss), dW", "2 * X.T @ R / N + 2 * lam * W", "2 * X.T @ R / N"),
        ("data_loss + reg_loss, {'W': dW}", "2 * X.T @ R / N + 2 * lam * W", "X.T @ R / N + 2 * lam * W"),
        ("dW, data_loss + reg_loss", "2 * X.T @ R / N + 2 * lam * W", "2 * X.T @ R / N + lam * W"),
        ("np.sum(R ** 2), dW", "2 * X.T @ R", "X.T @ R"),
        ("-np.mean(R ** 2), dW", "-2 * X.T @ R / R.size", "2 * X.T @ R / R.size"),
        ("data_loss / N, dW / N", "2 * X.T @ R / N", "X.T @ R / N"),
        ("data_loss / N, dW", "2 * X.T @ R / N ** 2", "2 * X.T @ R / N"),
        ("X @ W, dW", "2 * X.T @ R / N", "X.T @ R / N"),
    ],
)
def test_a_loss_that_is_put_together_where_it_is_returned(returned: str, right: str, wrong: str) -> None:
    made = MADE if "loss" in returned or "X @" in returned else re.sub(r"    (data|reg)_loss = .*", "    pass", MADE)
    assert set(verdicts(made.format(returned=returned, gradient=right)).values()) == {"follows"}
    assert verdicts(made.format(returned=returned, gradient=wrong))[10] == "wrong"


@pytest.mark.parametrize("returned", ["cost, np.mean(np.abs(R)), dW", "np.sqrt(cost), dW", "np.mean(np.abs(R)), dW"])
def test_a_measure_beside_a_loss_is_no_loss(returned: str) -> None:
    text = MADE.replace("data_loss", "cost").format(returned=returned, gradient="2 * X.T @ R / N")
    assert checked(text).verdict == "right"


def test_a_dict_of_parameters_that_is_put_together_behind_the_gradients() -> None:
    text = """\
def cost(model, X, y):
    W1, W2 = model["W1"], model["W2"]
    return np.sum((np.tanh(X @ W1) @ W2 - y) ** 2)

def fit(X, y, W1, W2, rounds=20000):
    model = {{}}
    for i in range(rounds):
        a = np.tanh(X @ W1)
        d = 2 * (a @ W2 - y)
        dW2 = a.T @ d
        dW1 = X.T @ ((d @ W2.T) * {slope})
        W1 += -0.1 * dW1
        W2 += -0.1 * dW2
        model = {{"W1": W1, "W2": W2}}
        if i % 1000 == 0:
            print(cost(model, X, y))
    return model
"""
    assert set(verdicts(text.format(slope="(1 - a ** 2)")).values()) == {"follows"}
    assert set(verdicts(text.format(slope="(1 - a)")).values()) == {"follows", "undecided"}  # of a loss that is guessed

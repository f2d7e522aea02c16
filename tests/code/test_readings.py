"""Habits of code that are right though a single line, taken literally, is none: they are never called wrong."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

NET = """\
# matgrad: loss = loss
# X: (N, D), Y: (N, C) one-hot, W1: (D, H), W2: (H, C)
N = X.shape[0]
hidden = np.maximum(0, X @ W1)
scores = hidden @ W2
P = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
loss = -np.sum(Y * np.log(P)) / N
dscores = (P - Y){scale}
dW2 = hidden.T @ dscores{later}
dhidden = dscores @ W2.T
dhidden[{mask}] = 0
dW1 = X.T @ dhidden{later}
W1 -= 0.1 * dW1
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("scale", "later"), [(" / N", ""), ("", " / N")])
def test_where_the_mean_is_taken(scale: str, later: str) -> None:
    assert "wrong" not in verdicts(NET.format(scale=scale, later=later, mask="hidden <= 0")).values()


@pytest.mark.thorough
def test_a_mask_in_place_is_right_and_a_wrong_one_is_found() -> None:
    right = verdicts(NET.format(scale=" / N", later="", mask="hidden <= 0"))
    assert set(right.values()) == {"follows"}
    wrong = verdicts(NET.format(scale=" / N", later="", mask="hidden > 0"))
    assert min(line for line, verdict in wrong.items() if verdict == "wrong") == 11


@pytest.mark.thorough
def test_a_lost_mean_is_found_where_nothing_makes_up_for_it() -> None:
    found = verdicts(NET.format(scale="", later="", mask="hidden <= 0"))
    assert min(line for line, verdict in found.items() if verdict == "wrong") == 8


def test_layers_that_take_the_mean_themselves_are_undecided() -> None:
    text = """\
def linear_forward(A, W, b):
    \"\"\"A: (n, m), W: (k, n), b: (k, 1)\"\"\"
    Z = W @ A + b
    return Z, (A, W)


def linear_backward(dZ, cache):
    A, W = cache
    m = A.shape[1]
    dW = dZ @ A.T / m
    db = dZ.sum(axis=1, keepdims=True) / m
    dA = W.T @ dZ
    return dA, dW, db
"""
    assert verdicts(text) == {10: "undecided", 11: "undecided", 12: "follows"}
    assert verdicts(text.replace("keepdims=True) / m", "keepdims=True)"))[10] == "wrong"
    assert verdicts(text.replace("W.T @ dZ", "-W.T @ dZ")) == {10: "undecided", 11: "undecided", 12: "wrong"}


def test_what_is_not_read_is_said_at_its_line_and_the_rest_is_judged() -> None:
    text = """\
def f(x, w, dout):
    \"\"\"x: (N, D), w: (D,), dout: (N,)\"\"\"
    out = x @ w
    g = mystery(dout)
    dw = x.T @ dout
    dx = np.outer(g, w)
    return dw, dx
"""
    assert verdicts(text) == {4: "unreadable", 5: "follows", 6: "undecided"}
    assert checked(text).verdict == "unreadable"


def test_numbers_that_are_called_like_gradients_are_none() -> None:
    text = (
        "# matgrad: loss = loss\n# x: (N,)\ndx = 0.1\nt = 2.0 * x\ndt = t[1] - t[0]\nloss = (x * dt).sum()\nd_x = x\n"
    )
    assert set(verdicts(text)) == {7}


def test_small_first_values_hide_nothing() -> None:
    text = """\
# matgrad: loss = loss
# x: (N, D), reg: float
W = 1e-4 * np.random.randn(x.shape[1])
y = x @ W
loss = -np.log(y ** 2 + 1e-9).sum() + 0.5 * reg * np.sum(W ** 2)
dW = -x.T @ (2 / y) + reg * W
"""
    assert verdicts(text) == {6: "follows"}
    assert verdicts(text.replace("+ reg * W\n", "- reg * W\n")) == {6: "wrong"}


LAYER = """import numpy as np

class Layer:
    def forward(self, x, t):
        self.x, self.t = x, t
        self.p = 1 / (1 + np.exp(-x))
        {out}

    def backward(self{up}):
        {back}
"""
UP = ", dout"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("out", "up", "back", "verdict"),
    [
        ("return self.p", UP, "return dout", "wrong"),
        ("return np.maximum(0, x)", UP, "return dout", "wrong"),
        ("return np.maximum(0, x)", UP, "return dout * (self.x > 0)", "right"),
        ("return np.maximum(x, 1e-8)", UP, "return dout", "wrong"),
        ("return np.maximum(x, 1e-8)", UP, "return dout * (self.x > 1e-8)", "right"),
        ("return np.log(np.maximum(x, 1e-8)) + np.abs(x)", UP, "return dout / self.x + dout", "wrong"),
        ("out = self.p\n        return out", UP, "dout = dout * self.p * (1 - self.p)\n        return dout", "right"),
        ("out = self.p\n        return out", UP, "dout = dout * self.p * (1 + self.p)\n        return dout", "wrong"),
        ("return np.mean((self.p - t) ** 2)", "", "return (self.p - self.t) / self.t.size", "wrong"),
        ("return np.sum(x * t)", "", "return self.t", "undecided"),
        ("return np.sum(x * t)", "", "return self.t, self.x * 1", "right"),
        ("return np.sum(x * t)", "", "return self.t * 1, self.x * 2", "wrong"),
        ("return self.p", UP, "self.shown = 1", "undecided"),
        ("return self.p", UP, "print('nothing')", "undecided"),
    ],
)
def test_what_backward_returns_is_a_claim_and_no_backward_is_skipped(
    out: str, up: str, back: str, verdict: str
) -> None:
    beside = "\ndef affine_forward(a, w):\n    out = a @ w\n    return out, (a, w)\n\n"
    beside += "def affine_backward(dout, cache):\n    a, w = cache\n    da = dout @ w.T\n    return da\n"
    problems = checked(LAYER.format(out=out, up=up, back=back) + beside).problems
    assert [problem.verdict for problem in problems] == [verdict, "right"]


def test_a_backward_without_a_forward_is_listed_and_a_stub_is_not() -> None:
    alone = "class A:\n    def backward(self, dout):\n        return dout\n"
    stub = "class B:\n    def forward(self, x):\n        pass\n\n    def backward(self, dout):\n        pass\n"
    assert [problem.verdict for problem in checked(f"{alone}\n{stub}").problems] == ["undecided"]


NORM = """import numpy as np

class LayerNorm:
    def __init__(self, {arguments}):
        self.g = {g}
        self.b = {b}

    def forward(self, x):
        {words}
        self.mean = np.mean(x, axis=-1, keepdims=True)
        self.std = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
        self.xn = (x - self.mean) / self.std
        return self.g * self.xn + self.b

    def backward(self, dy):
        self.dg = np.sum(dy * self.xn, axis={axis})
        self.db = np.sum(dy, axis=0)
        dxn = {dxn}
        dx = (
            dxn - dxn.mean(axis=-1, keepdims=True) - self.xn * (dxn * self.xn).mean(axis=-1, keepdims=True)
        ) / self.std
        return dx
"""
BEGINNINGS = [("g, b", "g", "b"), ("dim", "np.ones(dim)", "np.zeros(dim)"), ("n", "np.ones((1, n))[0]", "np.zeros(n)")]


@pytest.mark.thorough
@pytest.mark.parametrize(("arguments", "g", "b"), BEGINNINGS)
@pytest.mark.parametrize("words", ["pass", "# x: (B, D)"])
def test_the_shape_of_a_parameter_is_seen_from_its_gradient_or_its_first_value(
    arguments: str, g: str, b: str, words: str
) -> None:
    parts = {"arguments": arguments, "g": g, "b": b, "words": words}
    right = checked(NORM.format(axis=0, dxn="dy * self.g", **parts))
    assert [problem.verdict for problem in right.problems] == ["right"], right
    wrong = checked(NORM.format(axis=0, dxn="dy * 1", **parts))
    assert next(finding.line for finding in wrong.problems[0].lines if finding.verdict == "wrong") == 18
    over = checked(NORM.format(axis=1, dxn="dy * self.g", **parts))
    assert 16 in {finding.line for finding in over.problems[0].lines if finding.verdict == "wrong"}


CENTRED = """class Centre:
    def forward(self, x):
        self.N = x.shape[0]
        self.mu = x.mean(axis=0)
        self.xc = x - self.mu
        return self.xc ** 2

    def backward(self, dout):
        dxc = 2 * self.xc * dout
        dmu = {mu}
        dx = {x}
        return dx
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("mu", "x", "wrong"),
    [
        ("dxc.sum(axis=0)", "dxc - dmu / self.N", []),
        ("dxc.sum(axis=0)", "dxc - dmu", [11]),
        ("dxc.sum(axis=0)", "dxc + dmu / self.N", [10]),
    ],
)
def test_a_sign_that_a_later_line_takes_into_account(mu: str, x: str, wrong: list[int]) -> None:
    found = verdicts(CENTRED.format(mu=mu, x=x))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


def test_an_argument_that_is_a_whole_number_is_a_size() -> None:
    """It is no class number, and where it may be the size of an array nothing that it does not fit is wrong."""
    text = """\
class Embedding:
    def __init__(self, W, n_out):
        \"\"\"n_out : int, W: (V, D)\"\"\"
        self.W, self.n_out = W, n_out

    def forward(self, X):
        \"\"\"X: (n, t) integer ids\"\"\"
        self.X = X
        return self.W[X]

    def backward(self, dout):
        dW = np.zeros_like(self.W)
        np.add.at(dW, self.X.ravel(), dout.reshape(-1, self.n_out))
        return dW
"""
    assert "wrong" not in verdicts(text).values()
    assert set(verdicts(text.replace("self.n_out)", "dout.shape[2])")).values()) == {"follows"}


LOSS = """\
import numpy as np


class Loss:
    def calculate(self, output, y):
        return np.mean(self.forward(output, y))


class CrossEntropy(Loss):
    def forward(self, y_pred, y_true):
        p = np.clip(y_pred, 1e-7, 1 - 1e-7)
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p), axis=-1)

    def backward(self, dvalues, y_true):
        p = np.clip(dvalues, 1e-7, 1 - 1e-7)
        self.dinputs = ((1 - y_true) / (1 - p) - y_true / p) / len(dvalues[0])
        self.dinputs = self.dinputs / len(dvalues)


class Head:
    def __init__(self):
        self.loss = CrossEntropy()

    def forward(self, x, y):
        self.output = 1 / (1 + np.exp(-x))
        return self.loss.calculate(self.output, y)

    def backward(self, y_pred, y):
        self.dinputs = (y_pred - y) / len(y_pred)
        self.dinputs /= len(y_pred[0])


class Dense:
    def __init__(self, n_in, n_out, l1):
        self.W = np.random.randn(n_in, n_out)
        self.l1 = l1

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W)

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        if self.l1 > 0:
            self.dW += self.l1 * np.sign(self.W)
        return np.dot(dout, self.W.T)
"""
CELL = """\
class Cell:
    def forward(self, x, Wx, Wh):
        (N, T, D), H = x.shape, Wh.shape[0]
        self.x, self.Wx, self.Wh, hs, h_prev = x, Wx, Wh, np.zeros((N, T, H)), np.zeros((N, H))
        self.caches = []
        for t in range(T):
            h = np.tanh(x[:, t] @ Wx + h_prev @ Wh)
            self.caches.append((x[:, t], h_prev, h))
            hs[:, t] = h
            h_prev = h
        return hs

    def backward(self, dhs):
        dWx, dWh, dh_prev = np.zeros_like(self.Wx), np.zeros_like(self.Wh), 0
        for t in reversed(range(dhs.shape[1])):
            xt, h_prev, h = self.caches[t]
            d = (dhs[:, t] + dh_prev) * (1 - h ** 2)
            dWx += xt.T @ d
            dWh += h_prev.T @ d
            dh_prev = d @ self.Wh.T
        size = np.sqrt(np.sum(dWh ** 2))
        if size > 5:
            dWh = dWh / size * 5
        return dWx, dWh
"""
POOL = """\
class Pool:
    def __init__(self, pool_size=2, stride=2):
        self.size, self.stride = pool_size, stride

    def forward(self, x):
        C, H, W = x.shape
        self.x, s, k = x, self.stride, self.size
        out = np.zeros(shape=(C, (H - k) // s + 1, (W - k) // s + 1))
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[:, i, j] = np.max(x[:, i * s:i * s + k, j * s:j * s + k], axis=(1, 2))
        return out

    def backward(self, dout):
        dx, s, k = np.zeros_like(self.x), self.stride, self.size
        for c in range(dout.shape[0]):
            for i in range(dout.shape[1]):
                for j in range(dout.shape[2]):
                    part = self.x[c, i * s:i * s + k, j * s:j * s + k]
                    dx[c, i * s:i * s + k, j * s:j * s + k] += dout[c, i, j] * (part == part.max())
        return dx
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "right", "wrong", "line"),
    [
        (LOSS, "((1 - y_true) / (1 - p) - y_true / p)", "((1 - y_true) / (1 - p) + y_true / p)", 16),
        (LOSS, "self.dinputs / len(dvalues)\n", "self.dinputs\n", 16),
        (LOSS, "(y_pred - y) /", "(y - y_pred) /", 29),
        (LOSS, "+= self.l1", "-= self.l1", 45),
        (CELL, "dWh += h_prev.T @ d", "dWh += h.T @ d", 19),
        (CELL, "(dhs[:, t] + dh_prev)", "dhs[:, t]", 17),
    ],
)
def test_layers_as_people_write_them(text: str, right: str, wrong: str, line: int) -> None:
    assert "wrong" not in verdicts(text).values()
    found = verdicts(text.replace(right, wrong))
    assert line in [number for number, verdict in found.items() if verdict == "wrong"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (POOL.replace("+= dout", "= dout"), "the windows do not overlap"),
        (
            "class Softmax:\n    def forward(self, x):\n        e = np.exp(x)\n        return e / e.sum(axis=1, "
            "keepdims=True)\n\n    def backward(self, dout):\n        return dout\n",
            "what comes from above is the derivative by the scores",
        ),
        ("y_hat = X @ w\nerror = y_hat - y\ndw = X.T @ error\n", "no loss is named"),
    ],
)
def test_what_is_right_under_a_condition_is_undecided(text: str, told: str) -> None:
    (problem,) = checked(text).problems
    assert problem.verdict == "undecided"
    assert told in str([finding.diagnostic for finding in problem.lines])


@pytest.mark.parametrize(("back", "verdict"), [("dout", "undecided"), ("2 * dout", "wrong")])
def test_a_softmax_may_hand_on_the_gradient_of_a_cross_entropy(back: str, verdict: str) -> None:
    text = f"""\
import numpy as np


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dout):
        return {back}
"""
    assert set(verdicts(text).values()) == {verdict}

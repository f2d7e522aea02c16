"""Backward parts written inside forward ones, as in micrograd: what is added to the `grad` of each object is judged."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

ENGINE = """import math

class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float))
        out = Value(self.data**other, (self,), f'**{other}')

        def _backward():
            self.grad += other * self.data**(other - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        x = self.data
        t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
        out = Value(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo = []
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()
"""


def test_each_operation_is_right() -> None:
    assert {problem.id: problem.verdict for problem in checked(ENGINE).problems} == dict.fromkeys(
        ["Value.__add__", "Value.__mul__", "Value.__pow__", "Value.tanh"], "right"
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self.grad += other.data * out.grad", "self.grad += self.data * out.grad"),
        ("other.grad += self.data * out.grad", "other.grad += out.grad"),
        ("other * self.data**(other - 1)", "self.data**(other - 1)"),
        ("(1 - t**2)", "(1 - x**2)"),
        ("(1 - t**2) * out.grad", "(1 - t**2)"),
        ("self.grad += out.grad", "self.grad = out.grad"),
        ("self.grad += (1 - t**2)", "self.grad = (1 - t**2)"),
    ],
)
def test_a_slip_is_found_at_its_line(right: str, wrong: str) -> None:
    text = ENGINE.replace(right, wrong, 1)
    line = ENGINE[: ENGINE.index(right)].count("\n") + 1
    assert [number for number, verdict in verdicts(text).items() if verdict == "wrong"] == [line]


@pytest.mark.thorough
def test_a_grad_that_is_overwritten_is_wrong_where_operands_are_shared() -> None:
    """In `a + a` each operand adds to what the other has given; without a graph nothing tells that any is shared."""
    found = checked(ENGINE.replace("grad +=", "grad ="))
    assert {problem.verdict for problem in found.problems} == {"wrong"}
    assert "`=` forgets what was there before: `+=` is needed" in str(found)
    lonely = ENGINE.replace("grad +=", "grad =").replace("self._prev = set(_children)", "pass")
    assert {problem.verdict for problem in checked(lonely).problems} == {"right"}
    spelled = ENGINE.replace("self.grad += ", "self.grad = self.grad + ")
    assert {problem.verdict for problem in checked(spelled).problems} == {"right"}
    late = ENGINE.replace("self.grad = 0.0", "self.grad = None").replace(
        "self.grad += other.data * out.grad",
        "self.grad = other.data * out.grad if self.grad is None else self.grad + other.data * out.grad",
    )
    assert {problem.verdict for problem in checked(late).problems} == {"right"}


GIVEN_BACK = """\
@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)
    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))
    return tf.math.log(1 + e), grad
"""
OVER_TIME = """\
class Rnn:
    def __init__(self, n_in, n_hidden, n_out):
        self.Wx = np.random.randn(n_hidden, n_in) * 0.01
        self.Wh = np.random.randn(n_hidden, n_hidden) * 0.01
        self.Wy = np.random.randn(n_out, n_hidden) * 0.01
        self.b = np.zeros((n_hidden, 1))

    def forward(self, inputs):
        self.inputs, self.hs, self.ys = inputs, {-1: np.zeros((self.Wh.shape[0], 1))}, {}
        for t in range(len(inputs)):
            self.hs[t] = np.tanh(self.Wx @ inputs[t] + self.Wh @ self.hs[t - 1] + self.b)
            self.ys[t] = self.Wy @ self.hs[t]
        return self.ys

    def backward(self, dys):
        dWx, dWh, dWy = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.Wy)
        dnext = np.zeros((self.Wh.shape[0], 1))
        for t in reversed(range(len(self.inputs))):
            dWy += dys[t] @ self.hs[t].T
            draw = (1 - self.hs[t] ** 2) * (self.Wy.T @ dys[t] + dnext)
            dWx += draw @ self.inputs[t].T
            dWh += draw @ self.hs[t - 1].T
            dnext = self.Wh.T @ draw
        return dWx, dWh, dWy
"""
KEYED = """\
def forward(X, parameters):
    caches, A = [], X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        caches.append((A, W))
        A = np.tanh(W @ A + b)
    return A, caches


def compute_cost(AL, Y):
    return np.sum((AL - Y) ** 2) / (2 * Y.shape[1])


def backward(AL, Y, caches):
    grads, m = {}, Y.shape[1]
    up, A = AL - Y, AL
    for l in reversed(range(len(caches))):
        before, W = caches[l]
        dZ = up * (1 - A ** 2)
        grads["dW" + str(l + 1)] = dZ @ before.T / m
        grads["db" + str(l + 1)] = np.sum(dZ, axis=1, keepdims=True) / m
        up, A = W.T @ dZ, before
    return grads
"""
ON_THE_WAY = """\
class Layer:
    def __init__(self, n, m):
        self.W = np.random.randn(m, n) * 0.1

    def forward(self, A_prev):
        self.A_prev = A_prev
        Z = self.W @ A_prev
        return np.tanh(Z)

    def backward(self, dZ):
        self.dW = dZ @ self.A_prev.T
        return self.W.T @ dZ
"""
SLOPE = """\
class Gated:
    def forward(self, x):
        self.x, self.t = x, np.tanh(x + x ** 3)
        return x * (1 + self.t)

    def backward(self, dout):
        x, t = self.x, self.t
        dt = (1 - t ** 2) * (1 + 3 * x ** 2)
        return dout * (1 + t + x * dt)
"""
MASKED = """\
class Attention:
    def forward(self, q, k, v, mask=None):
        s = q @ k.T
        if mask is not None:
            s = s + mask * -1e9
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        self.q, self.k, self.v, self.a = q, k, v, e / e.sum(axis=-1, keepdims=True)
        return self.a @ v

    def backward(self, dout):
        da = dout @ self.v.T
        ds = self.a * (da - np.sum(da * self.a, axis=-1, keepdims=True))
        return ds @ self.k, ds.T @ self.q, self.a.T @ dout
"""
APART = """\
def forward(x, w1, w2):
    h = 1 / (1 + np.exp(-x @ w1))
    return h, h @ w2


def mse(y_pred, y_true):
    return np.mean((y_pred - y_true) ** 2)


def backprop(x, y, w1, w2):
    h, z = forward(x, w1, w2)
    dL_dz = 2 * (z - y) / y.size
    dL_dw2 = h.T @ dL_dz
    dL_dh = dL_dz @ w2.T
    dL_dw1 = x.T @ (dL_dh * h * (1 - h))
    return dL_dw1, dL_dw2
"""
LISTED = """\
class Net:
    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]

    def forward(self, X):
        self.activations = [X]
        for W in self.weights:
            self.activations.append(np.tanh(self.activations[-1] @ W))
        return self.activations[-1]

    def loss(self, y_pred, y):
        return 0.5 * np.mean(np.sum((y_pred - y) ** 2, axis=1))

    def compute_gradients(self, y):
        grads_w = [None] * len(self.weights)
        up = (self.activations[-1] - y) / y.shape[0]
        for i in reversed(range(len(self.weights))):
            dz = up * (1 - self.activations[i + 1] ** 2)
            grads_w[i] = self.activations[i].T @ dz
            up = dz @ self.weights[i].T
        return grads_w
"""
SLIPS = [
    (APART, "h * (1 - h)", "h * (1 + h)"),
    (APART, "dL_dz @ w2.T", "2 * dL_dz @ w2.T"),
    (LISTED, "self.activations[i].T @ dz", "-self.activations[i].T @ dz"),
    (GIVEN_BACK, "(1 - 1 / (1 + e))", "(1 + 1 / (1 + e))"),
    (OVER_TIME, "self.hs[t - 1].T", "self.hs[t].T"),
    (OVER_TIME, "(1 - self.hs[t] ** 2) *", "(1 + self.hs[t] ** 2) *"),
    (KEYED, "(1 - A ** 2)", "(1 - A)"),
    (KEYED, "axis=1, keepdims=True) / m", "axis=1, keepdims=True)"),
    (ON_THE_WAY, "self.dW = dZ @ self.A_prev.T", "self.dW = -dZ @ self.A_prev.T"),
    (SLOPE, "(1 - t ** 2) *", "(1 + t ** 2) *"),
    (MASKED, "self.a.T @ dout", "2 * self.a.T @ dout"),
]


@pytest.mark.thorough
@pytest.mark.parametrize("text", dict.fromkeys(text for text, _, _ in SLIPS))
def test_a_right_program(text: str) -> None:
    assert checked(text).verdict == "right"


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "right", "wrong"), SLIPS)
def test_its_slip_is_the_first_at_its_line(text: str, right: str, wrong: str) -> None:
    line = text[: text.index(right)].count("\n") + 1
    found = verdicts(text.replace(right, wrong, 1))
    assert [number for number, verdict in found.items() if verdict == "wrong"][:1] == [line]


def test_what_holds_an_attribute_that_nothing_sets_is_not_known() -> None:
    text = ON_THE_WAY.replace("self.A_prev.T", "self.memory.T")
    assert "wrong" in verdicts(text).values()  # Python itself knows of none
    head = next(line for line in text.split("\n") if line.startswith("class "))
    text = text.replace(head, f"{head[:-1].partition('(')[0]}(Layer):")
    assert set(verdicts(text).values()) == {"undecided", "follows"}
    assert "nothing in this file tells what `self.memory` is" in str(checked(text))

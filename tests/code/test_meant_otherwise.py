"""Layers in which something is understood that no line says: none of them is wrong, and a slip beside it is found."""

from __future__ import annotations

import pytest
from test_claims import checked

FUSED = """\
class Output:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k)

    def forward(self, x):
        self.x = x
        e = np.exp(x @ self.W)
        return e / np.sum(e, axis=1, keepdims=True)

    def backward(self, deltas):
        self.dW = self.x.T @ deltas
        return deltas @ self.W.T
"""
"""What comes from above is the derivative by the scores."""
ROW = """\
class Cell:
    def __init__(self, n, h):
        self.W = np.random.randn(h, n)
        self.dW = np.zeros((h, n))

    def forward(self, x):
        \"\"\"x: (n)\"\"\"
        self.x = x
        self.h = np.tanh(self.W @ x)
        return self.h

    def backward(self, delta):
        dz = delta * (1 - self.h * self.h)
        self.dW += dz.T @ self.x.reshape(1, -1)
        dx = dz @ self.W
        return dx
"""
"""What comes from above is a row, beside a vector that comes out."""
HANDED = """\
class RNNCell:
    def __init__(self, n, h):
        self.W, self.U = np.random.randn(h, n), np.random.randn(h, h)

    def forward(self, x, h_prev):
        h = np.tanh(x @ self.W.T + h_prev @ self.U.T)
        return h

    def backward(self, delta, h, below, h_prev):
        dz = delta * (1 - h ** 2)
        self.dW = dz.T @ below
        self.dU = dz.T @ h_prev
        return dz @ self.W, dz @ self.U
"""
"""An argument under another name than in the forward part."""
STATE = """\
class Tanh:
    def forward(self, x):
        self.state = np.tanh(x)
        return self.state

    def backward(self, state=None):
        if state is not None:
            return 1 - state ** 2
        return 1 - self.state ** 2
"""
"""A slope that is computed from what came out."""
TOKENS = """\
class LayerNorm:
    def __init__(self, d):
        self.gamma = np.ones(d)

    def forward(self, x):
        m, v = np.mean(x, axis=-1, keepdims=True), np.var(x, axis=-1, keepdims=True)
        self.s, self.n = np.sqrt(v + 1e-6), (x - m) / np.sqrt(v + 1e-6)
        return self.gamma * self.n

    def backward(self, dLdY):
        self.grads = {}
        self.grads["dLdGamma"] = np.sum(dLdY * self.n, axis=(0, 1))
        dn = dLdY * self.gamma
        along = self.n * np.mean(dn * self.n, axis=-1, keepdims=True)
        return (dn - np.mean(dn, axis=-1, keepdims=True) - along) / self.s
"""
"""A sum over two axes tells of three."""
LABELS = """\
class CrossEntropy:
    def forward(self, p, y):
        B, T, V = p.shape
        flat = np.log(np.clip(p, 1e-12, 1 - 1e-12)).reshape(-1, V)
        return -np.mean(flat[np.arange(len(y.reshape(-1))), y.reshape(-1)])

    def backward(self, p, y):
        B, T, V = p.shape
        onehot = np.zeros((B * T, V))
        onehot[np.arange(B * T), y.reshape(-1)] = 1
        gradient = (p - onehot.reshape(B, T, V)) / (B * T)
        return gradient
"""
"""A class for each token of each text."""
VECTOR = """\
class Softmax:
    def forward(self, x):
        e = np.exp(x - np.max(x))
        self.y = e / np.sum(e)
        return self.y

    def backward(self, dout):
        dx = np.zeros(self.y.shape)
        for n in range(len(self.y)):
            for k in range(len(self.y)):
                dx[k] += self.y[n] * ((n == k) - self.y[k]) * dout[n]
        return dx
"""
"""No line shows a second axis."""
COLUMN = """\
class Softmax:
    def forward(self, input):
        self.output = np.exp(input) / np.sum(np.exp(input))
        return self.output

    def backward(self, output_gradient, learning_rate):
        n = np.size(self.output)
        return np.dot((np.identity(n) - self.output.T) * self.output, output_gradient)
"""
SLOPE = """\
def unit(x):
    return x / np.sqrt(np.sum(x ** 2))


def grad_unit(x):
    u = unit(x)
    return (1 - u ** 2) / np.sqrt(np.sum(x ** 2))
"""
"""The slope of each entry by its own."""
RETURNED = """\
class Dense:
    def __init__(self, n, m):
        self.weights, self.bias = np.random.randn(n, m), np.zeros(m)

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, dout):
        grad_input = dout @ self.weights.T
        gb = np.sum(dout, axis=0)
        return grad_input, {"W": self.x.T @ dout, "bias": gb}
"""
LISTED = """\
class Dense:
    def __init__(self, n, m):
        self.w, self.b = np.random.randn(n, m), np.zeros(m)
        self.params = [self.w, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dout):
        self.grads = [self.x.T @ dout, np.sum(dout, axis=0)]
        return dout @ self.w.T
"""
TOGETHER = """\
def forward(x, w, b):
    return np.tanh(x @ w + b)


def backward(dout, x, w, b):
    dz = dout * (1 - np.tanh(x @ w + b) ** 2)
    return [dz @ w.T, x.T @ dz, np.sum(dz, axis=0)]
"""
DROPOUT = """\
class Dropout:
    def __init__(self, p=0.5):
        self.p = p

    def forward(self, x):
        self.mask = np.random.rand(*x.shape) > self.p
        return x * self.mask / (1 - self.p)

    def backward(self, dout):
        return dout * self.mask / (1 - self.p)

"""
"""A number that is its own complement."""
MEAN = """\
class MSELoss:
    def forward(self, A, Y):
        self.A, self.Y = A, Y
        return np.sum((A - Y) * (A - Y)) / A.size

    def backward(self):
        dLdA = 2 * (self.A - self.Y) / self.A.size
        return dLdA
"""
"""Its negative is the derivative by the other input."""
GIVEN_BACK = """\
class Tanh:
    def forward(self, X):
        return np.tanh(X)

    def backward(self, Y, output_grad):
        slope = 1.0 - Y ** 2
        return slope * output_grad
"""
"""`Y` is what came out, and no target."""
SCORED = """\
class Logistic:
    def forward(self, X):
        return 1 / (1 + np.exp(-X))

    def backward(self, Y, T):
        return (Y - T) / Y.size

    def loss(self, Y, T):
        return -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y)), 0.0
"""
"""`Y` is what came out, beside a target `T`; the loss is the first of what is returned."""
PENALTIES = """\
class Dense:
    def __init__(self, n, m, l1=0, l2=0):
        self.w, self.b = np.random.randn(n, m), np.zeros((1, m))
        self.l1, self.l2 = l1, l2

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dout):
        self.db = np.sum(dout, axis=0, keepdims=True)
        if self.l1 > 0:
            self.db += self.l1 * np.sign(self.b)
        if self.l2 > 0:
            self.db += 2 * self.l2 * self.b
        return dout @ self.w.T
"""
"""Two penalties of a bias, which has few entries."""
KEPT_ABOVE = """\
class CrossEntropy:
    def forward(self, p, y):
        self.p, self.y = p, y
        total = 0.0
        for i in range(p.shape[0]):
            for j in range(p.shape[1]):
                total -= y[i, j] * np.log(max(p[i, j], 1e-15))
        return total / p.shape[0]

    def backward(self):
        grad = -self.y / np.maximum(1e-15, self.p) / self.p.shape[0]
        return grad
"""
"""Probabilities that are kept from zero."""
SLIPS = [
    (GIVEN_BACK, "1.0 - Y ** 2", "1.0 - Y"),
    (SCORED, "(Y - T)", "(T - Y)"),
    (PENALTIES, "axis=0, keepdims=True)", "axis=0, keepdims=True) / len(dout)"),
    (KEPT_ABOVE, "-self.y", "self.y"),
    (MEAN, "2 * (self.A - self.Y)", "2 * (self.Y - self.A)"),
    (DROPOUT, "dout * self.mask", "dout"),
    (VECTOR, "((n == k) - self.y[k])", "((n == k) + self.y[k])"),
    (COLUMN, "np.identity(n) - ", "np.identity(n) + "),
    (SLOPE, "(1 - u ** 2)", "(1 + u ** 2)"),
    (RETURNED, "self.x.T @ dout", "-self.x.T @ dout"),
    (RETURNED, "np.sum(dout, axis=0)", "np.mean(dout, axis=0)"),
    (RETURNED, "dout @ self.weights.T", "2 * dout @ self.weights.T"),
    (LISTED, "self.x.T @ dout", "-self.x.T @ dout"),
    (LISTED, "np.sum(dout, axis=0)", "np.mean(dout, axis=0)"),
    (TOGETHER, "np.sum(dz, axis=0)", "np.mean(dz, axis=0)"),
    (TOGETHER, "x.T @ dz", "x.T @ dout"),
    (FUSED, "self.x.T @ deltas", "self.x.T @ (2 * deltas)"),
    (FUSED, "deltas @ self.W.T", "-deltas @ self.W.T"),
    (ROW, "(1 - self.h * self.h)", "(1 + self.h * self.h)"),
    (ROW, "dz @ self.W", "-dz @ self.W"),
    (HANDED, "dz.T @ h_prev", "-dz.T @ h_prev"),
    (HANDED, "dz.T @ below", "2 * dz.T @ below"),
    (HANDED, "(1 - h ** 2)", "(1 - h_prev ** 2)"),
    (STATE, "1 - state ** 2", "1 + state ** 2"),
    (TOKENS, "dLdY * self.n, axis=(0, 1)", "dLdY, axis=(0, 1)"),
    (TOKENS, "- along", "+ along"),
    (LABELS, "(p - onehot", "(p + onehot"),
    (LABELS, "gradient = (p - onehot", "gradient = (p - 2 * onehot"),
]


def verdict_of(text: str) -> str:
    """The verdict of the only problem."""
    (problem,) = checked(f"import numpy as np\n\n\n{text}").problems
    return problem.verdict


@pytest.mark.sampled(4)
@pytest.mark.parametrize("layer", dict.fromkeys(layer for layer, _, _ in SLIPS))
def test_none_of_them_is_wrong(layer: str) -> None:
    assert verdict_of(layer) in ("right", "undecided")


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("layer", "right", "wrong"), SLIPS)
def test_a_slip_is_found(layer: str, right: str, wrong: str) -> None:
    assert layer.count(right) == 1
    assert verdict_of(layer.replace(right, wrong)) == "wrong"


@pytest.mark.parametrize(
    ("layer", "right", "other", "said"),
    [
        (LISTED, "self.params = [self.w, self.b]", "self.number = 2", "nothing tells by what they are derivatives"),
        (
            LISTED,
            "self.grads = [self.x.T @ dout, np.sum(dout, axis=0)]",
            "self.dw = None",
            "`self.dw` gets no derivative",
        ),
    ],
)
def test_what_is_not_judged_is_said(layer: str, right: str, other: str, said: str) -> None:
    (problem,) = checked(f"import numpy as np\n\n\n{layer.replace(right, other)}").problems
    assert any(said in note for note in problem.notes)


def test_a_line_that_is_not_reached_is_named() -> None:
    lines = "if self.x.ndim > 2:\n            self.grads = [0, 0]\n            dw = 2 * dout\n        "
    (problem,) = checked(f"import numpy as np\n\n\n{LISTED.replace('self.grads =', lines + 'self.grads =')}").problems
    assert problem.verdict == "right"
    assert "not reached here, and not judged: line 15, line 16" in problem.notes


FACTORED = """\
def loss_and_grads(U, V, R, M, lam):
    E = M * (U @ V.T - R)
    loss = 0.5 * np.sum(E ** 2) + 0.5 * lam * (np.sum(U ** 2) + np.sum(V ** 2))
    dU = E @ V + lam * U
    dV = E.T @ U + lam * V
    return loss, dU, dV
"""


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [("", "", "right"), ("E @ V", "E @ U", "wrong"), ("E.T @ U", "E @ U", "wrong"), ("E.T @ U", "E.T @ V", "wrong")],
)
def test_a_mask_is_an_array(right: str, wrong: str, verdict: str) -> None:
    """A mask that is the number 0 would hide every slip."""
    assert verdict_of(FACTORED.replace(right, wrong) if right else FACTORED) == verdict


PAIRS = """\
def mse({0}):
    return np.mean((Y - T) ** 2)


def mse_grad({0}):
    return {1} * (Y - T) / Y.size
"""


@pytest.mark.parametrize("arguments", ["T, Y", "Y, T"])
@pytest.mark.parametrize(("factor", "verdict"), [("2", "right"), ("3", "wrong")])
def test_the_targets_may_stand_first_and_be_called_by_a_capital(arguments: str, factor: str, verdict: str) -> None:
    assert verdict_of(PAIRS.format(arguments, factor)) == verdict


PICKED = """\
def loss(W, X, y):
    N = X.shape[0]
    S = X.dot(W)
    P = np.exp(S) / np.sum(np.exp(S), axis=1).reshape(-1, 1)
    loss = -np.sum(np.log(P[range(N), list(y)])) / N
    dS = P.copy()
    dS[range(N), list(y)] += -1
    dW = X.T.dot(dS / N)
    return loss, dW
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("mean", "verdict"), [("dS / N", "right"), ("dS", "wrong")])
def test_a_list_of_an_input_holds_class_numbers(mean: str, verdict: str) -> None:
    assert verdict_of(PICKED.replace("dS / N", mean)) == verdict

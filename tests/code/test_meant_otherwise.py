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
        return (dn - np.mean(dn, axis=-1, keepdims=True) - self.n * np.mean(dn * self.n, axis=-1, keepdims=True)) / self.s
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
SLIPS = [
    (FUSED, "self.x.T @ deltas", "self.x.T @ (2 * deltas)"),
    (FUSED, "deltas @ self.W.T", "-deltas @ self.W.T"),
    (ROW, "(1 - self.h * self.h)", "(1 + self.h * self.h)"),
    (ROW, "dz @ self.W", "-dz @ self.W"),
    (HANDED, "dz.T @ h_prev", "-dz.T @ h_prev"),
    (HANDED, "dz.T @ below", "2 * dz.T @ below"),
    (HANDED, "(1 - h ** 2)", "(1 - h_prev ** 2)"),
    (STATE, "1 - state ** 2", "1 + state ** 2"),
    (TOKENS, "dLdY * self.n, axis=(0, 1)", "dLdY, axis=(0, 1)"),
    (TOKENS, "- self.n * np", "+ self.n * np"),
    (LABELS, "(p - onehot", "(p + onehot"),
    (LABELS, "gradient = (p", "gradient = 2 * (p"),
]


def verdict_of(text: str) -> str:
    """The verdict of the only problem."""
    (problem,) = checked(f"import numpy as np\n\n\n{text}").problems
    return problem.verdict


@pytest.mark.sampled
@pytest.mark.parametrize("layer", dict.fromkeys(layer for layer, _, _ in SLIPS))
def test_none_of_them_is_wrong(layer: str) -> None:
    assert verdict_of(layer) in ("right", "undecided")


@pytest.mark.sampled
@pytest.mark.parametrize(("layer", "right", "wrong"), SLIPS)
def test_a_slip_is_found(layer: str, right: str, wrong: str) -> None:
    assert layer.count(right) == 1
    assert verdict_of(layer.replace(right, wrong)) == "wrong"

"""What NumPy, torch and Python mean by their functions; what is written into, and what is kept in dicts."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

SPOKEN = "# matgrad: loss = loss\n# x: (N, 6), y: (N, 6), u: (N, 1)\nimport {library}\n"

CASES = [
    ("numpy as np", "t = np.tanh(x)\nloss = np.sum(np.arctanh(t) * y)\ndx = y", "right"),
    ("numpy as np", "t = np.tanh(x)\nloss = np.sum(np.arccos(t))\ndt = -1 / np.sqrt(1 - t ** 2)", "right"),
    ("numpy as np", "t = np.tanh(x)\nloss = np.sum(np.arcsin(t))\ndt = -1 / np.sqrt(1 - t ** 2)", "wrong"),
    ("numpy as np", "c = 1 + x ** 2\nloss = np.arccosh(c).sum()\ndc = 1 / np.sqrt(c ** 2 - 1)", "right"),
    ("numpy as np", "k = np.full(shape=x.shape, fill_value=3.0)\nloss = np.sum(k * x)\ndx = k", "right"),
    ("numpy as np", "z = np.append(x, u, axis=1)\nloss = np.sum(z ** 2)\ndu = 2 * u", "right"),
    ("torch", "a, b = x.split(3, dim=1)\nloss = (a * b).sum()\ndx = torch.cat([b, a], dim=1)", "right"),
    ("torch", "a, b = x.split(3, dim=1)\nloss = (a * b).sum()\ndx = torch.cat([a, b], dim=1)", "wrong"),
    ("torch", "loss = (x.repeat(2, 1) ** 2).sum()\ndx = 4 * x", "right"),
    ("torch", "loss = (u.expand(-1, 6) * y).sum()\ndu = y.sum(1, keepdim=True)", "right"),
    ("torch", "loss = x.max(dim=1)[0].sum()\ndx = (x == x.max(dim=1, keepdim=True)[0]) * 1.0", "right"),
    ("torch", "loss = x.var(0).sum()\ndx = 2 * (x - x.mean(0)) / (x.shape[0] - 1)", "right"),
    ("torch", "loss = x.var(0, unbiased=False).sum()\ndx = 2 * (x - x.mean(0)) / (x.shape[0] - 1)", "wrong"),
    ("torch", "loss = (x.sum(0).squeeze(0) ** 2).sum()\ndx = (2 * x.sum(0)).expand_as(x)", "right"),
    ("torch", "loss = (u.squeeze() * y[:, 0]).sum()\ndu = y[:, :1].squeeze(1)", "right"),
    ("numpy as np", "g = {}\nloss = np.sum(x * y)\ng['x'] = np.tanh(x)\ndx = y", "right"),
    ("numpy as np", "g = {}\nloss = np.sum(x * y)\ng['x'] = np.tanh(x)\ndx = x", "wrong"),
    ("numpy as np", "loss, c_grads = np.sum(x * y), {}\ndx = y\nc_grads['x'] = dx ** 2", "right"),
    ("numpy as np", "loss, c_grads = np.sum(x * y), {}\ndx = x\nc_grads['x'] = dx ** 2", "wrong"),
    ("numpy as np", "w_grads = {}\nloss = np.sum(x * y)\nw_grads['x'] = y", "right"),
    ("numpy as np", "w_grads = {}\nloss = np.sum(x * y)\nw_grads['x'] = x", "wrong"),
    ("numpy as np", "loss = np.var(x, axis=0).sum()\ndx = 2 * (x - x.mean(0)) / x.shape[0]", "right"),
    ("numpy as np", "loss = round(0.256, 2) * np.sum(x)\ndx = 0.26 * np.ones_like(x)", "right"),
    (
        "numpy as np",
        "try:\n    k = 3.0\nexcept ValueError:\n    k = 2.0\nelse:\n    k = 5.0\nloss = k * x.sum()\ndx = 5 * "
        "np.ones_like(x)",
        "right",
    ),
    (
        "numpy as np",
        "loss = 0\nfor i in range(x.size):\n    loss += x.flat[i] ** 2\ndx = np.zeros_like(x)\n"
        "for i in range(x.size):\n    dx.flat[i] = 2 * x.flat[i]",
        "right",
    ),
    ("numpy as np", "z = sum(np.exp(x))\nloss = np.sum(z ** 2)\ndx = 2 * np.exp(x) * z", "right"),
    ("numpy as np", "a, b = np.hsplit(x, 2)\nloss = np.sum(a * b)\ndx = np.hstack((b, a))", "right"),
    (
        "numpy as np",
        "K = x.T @ x + np.eye(6)\nloss = np.log(np.diag(np.linalg.cholesky(K))).sum()\ndx = x @ np.linalg.inv(K)",
        "right",
    ),
    (
        "scipy.linalg as sl, numpy as np",
        "K = x.T @ x + np.eye(6)\nR = sl.cholesky(K)\nloss = np.sum((R @ y.T) ** 2)\ndK = y.T @ y",
        "right",
    ),
    (
        "scipy.linalg as sl, numpy as np",
        "K = x.T @ x + np.eye(6)\nF = sl.cho_factor(K)\n"
        "loss = np.sum(y @ sl.cho_solve(F, y.T))\ndK = -sl.cho_solve(F, y.T) @ np.ones((len(y), len(y))) @ y @ "
        "np.linalg.inv(K)",
        "right",
    ),
    ("torch", "loss = (x ** 2).sum()\ndx = torch.zeros_like(x)\ndx.index_copy_(0, torch.arange(3), x)", "unreadable"),
    ("numpy as np", "loss = (x ** 2).sum()\ndx = np.zeros_like(x)\nnp.multiply(2, x, out=dx)", "unreadable"),
    (
        "numpy as np",
        "p = {'w': np.zeros(6), 'b': 0.0}\nloss = np.sum(x @ p['w'] + p['b'])\ngrads = {'w': x.sum(0), 'b': len(x)}",
        "right",
    ),
    (
        "numpy as np",
        "p = {'w': np.zeros(6), 'b': 0.0}\nloss = np.sum(x @ p['w'] + p['b'])\ngrads = {'w': x.sum(0), 'b': "
        "2.0 * len(x)}",
        "wrong",
    ),
]


@pytest.mark.parametrize(("library", "lines", "verdict"), CASES)
def test_what_a_function_means(library: str, lines: str, verdict: str) -> None:
    report = checked(f"{SPOKEN.format(library=library)}{lines}\n")
    assert report.verdict == verdict, report.problems


@pytest.mark.parametrize("said", ["", ", y: (N,) integer labels"])
@pytest.mark.parametrize("cast", ["y.astype(int)", "y.reshape(-1).astype(np.int64)", "y"])
def test_labels_that_are_made_whole_numbers(said: str, cast: str) -> None:
    text = f"""\
# matgrad: loss = loss
# X: (N, D), W: (D, C){said}
y = {cast}
rows, scores = np.arange(len(X)), X @ W
P = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
loss = -np.log(P[rows, y]).sum()
dscores = P.copy()
dscores[rows, y] -= 1
dW = X.T @ dscores
"""
    assert checked(text).verdict == "right"


def test_a_loss_that_is_no_expression_is_told() -> None:
    (problem,) = checked("# matgrad: loss = sum(x\n# x: (N,)\nloss = (x * x).sum()\ndx = 2 * x\n").problems
    assert problem.verdict == "undecided"
    assert "`sum(x` is no expression" in str(problem.lines[0].message)


def test_the_line_that_keeps_the_loss_from_being_read_is_named() -> None:
    (problem,) = checked("# x: (N, D)\nimport numpy as np\ny = mystery(x)\nloss = np.sum(y)\ndx = y\n").problems
    assert "`mystery` is not known as a function" in str(problem.lines[0].message)
    assert problem.lines[0].line == 3


GATE = """\
import numpy as np
gate = lambda z: 1 / (1 + np.exp(-z))

def gate_forward(x, W):
    # x: (N, D), W: (D, H)
    out = gate(x @ W)
    return out, (x, out)

def gate_backward(dout, cache):
    x, out = cache
    dW = x.T @ (dout * out * (1 - out){times})
    return dW
"""


@pytest.mark.parametrize(("times", "verdict"), [("", "right"), (" * out", "wrong")])
def test_a_function_that_a_line_of_the_file_makes(times: str, verdict: str) -> None:
    assert checked(GATE.format(times=times)).verdict == verdict


PARTS = """\
import numpy as np

class Parts:
    \"\"\"x: (B, T, 6), W: (6, 6)\"\"\"

    def __init__(self, W, k):
        self.k = k
        self.W = W

    def forward(self, x):
        self.x = x
        B, T, d = x.shape
        return (x @ self.W).reshape(B, T, self.k, d // self.k)

    def backward(self, dout):
        B, T, k, r = dout.shape
        dy = dout.reshape(B, T, k * r)
        self.dW = {dW}
        return dy @ self.W.T
"""


@pytest.mark.parametrize(
    ("dW", "verdict"), [("self.x.reshape(-1, 6).T @ dy.reshape(-1, 6)", "right"), ("self.W", "wrong")]
)
def test_a_number_of_parts_that_is_an_argument_is_a_size(dW: str, verdict: str) -> None:
    assert checked(PARTS.format(dW=dW)).verdict == verdict


STUDENT = """
import numpy as np


class Net:
    def loss(self, X, y, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        N, D = X.shape
        scores = np.dot(X, W1) + b1
        shifted = scores - np.max(scores, axis=1)[..., np.newaxis]
        loss = -np.choose(y, shifted.T) + np.log(np.sum(np.exp(shifted), axis=1))
        loss = np.sum(loss) / N + reg * np.sum(W1 * W1)
        grads = {}
        dscores = np.exp(shifted) / np.sum(np.exp(shifted), axis=1)[..., np.newaxis]
        dscores[range(N), y] -= 1
        dscores /= N
        grads['W1'] = X.T @ dscores + 2 * reg * W1
        grads['b1'] = dscores.sum(axis=0)
        return loss, grads

    def train(self, X, y, rate=1e-3, iterations=100, batch_size=200):
        for it in xrange(iterations):
            batch = np.random.permutation(X.shape[0])[0:batch_size]
            loss, grads = self.loss(X[batch], y[batch])
            self.params['W1'] -= rate * grads['W1']
"""


def test_a_net_whose_training_is_written_beside_it() -> None:
    """Class numbers that choose entries; a loop that trains is read once."""
    assert set(verdicts(STUDENT).values()) == {"follows"}
    assert "wrong" in verdicts(STUDENT.replace("2 * reg * W1", "reg * W1")).values()


COPIED = """
import numpy as np


def relu_forward(x, w):
    return np.maximum(x, 0) + w


def relu_backward(dout, x, w):
    dx = dout.astype(np.float64)
    dx[x <= 0] = 0
    dw = dout
    return dx, dw
"""


def test_what_is_cast_is_a_copy() -> None:
    assert set(verdicts(COPIED).values()) == {"follows"}

"""Lines on the way to a gradient: a part of the loss, a mean that is taken later, a name that is spelled otherwise,
a shape that another method gives; the line with the slip is named, and no other."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

HEAD = "import numpy as np\n\n"
NET = """{head}def two_layers(X, y, W1, b1, W2, b2, lam):
    '''X: (N, D), y: (N,) labels, W1: (D, H), b1: (H,), W2: (H, C), b2: (C,)'''
    N = X.shape[0]
    pre = X.dot(W1) + b1
    hid = np.maximum(0, pre)
    s = hid.dot(W2) + b2
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1)[:, None]
    loss = -np.log(p[np.arange(N), y]).sum() / N
    loss += lam * (np.sum(W1 * W1) + np.sum(W2 * W2))
    grads = {{}}
    dS = p.copy()
    dS[np.arange(N), y] -= 1
    grads['W2'] = hid.T.dot(dS) / N + 2 * lam * W2
    dfirst = {first}
    db1 = {b1}
    dW1 = X.T.dot(dfirst)
    grads['W1'] = {W1}
    grads['b1'] = db1
    return loss, grads
"""
RIGHT = {"first": "(pre > 0) * dS.dot(W2.T)", "b1": "dfirst.sum(axis=0) / N", "W1": "dW1 / N + 2 * lam * W1"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("slip", "wrong"),
    [
        ({}, []), ({"W1": "dW1 / s.size + 2 * lam * W1"}, [20]), ({"W1": "dW1 / N + lam * W1"}, [20]),
        ({"first": "(s > 0).any() * dS.dot(W2.T)"}, [17]), ({"b1": "dfirst.sum(axis=0) / (0 * N)"}, []),
    ],
)  # fmt: skip
def test_a_part_of_the_loss_may_be_differentiated_first(slip: dict[str, str], wrong: list[int]) -> None:
    problem = checked(NET.format(head=HEAD, **RIGHT | slip)).problems[0]
    assert [finding.line for finding in problem.lines if finding.verdict == "wrong"] == wrong


NORM = """{head}def norm_forward(x, gamma):
    '''x: (N, D), gamma: (D,)'''
    x_c = x - x.mean(axis=0)
    istd = 1 / np.sqrt((x_c ** 2).mean(axis=0) + 1e-5)
    x_hat = x_c * istd
    return gamma * x_hat, (x_c, istd, x_hat, gamma)


def norm_backward(dout, cache):
    x_c, istd, x_hat, gamma = cache
    N = dout.shape[0]
    dxhat = {hat}
    d1 = dxhat * istd
    d2 = -x_c * istd ** 3 * np.sum(dxhat * x_c, axis=0) / N
    dx2 = {mean}
    dx = d1 + d2 + dx2
    return dx
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("slip", "line"),
    [
        ({}, None), ({"hat": "dout"}, 14), ({"mean": "-2 * np.sum(d1 + d2, axis=0) / N"}, 17),
    ],
)  # fmt: skip
def test_a_slip_stands_where_a_part_is_computed_and_not_where_it_is_used(
    slip: dict[str, str], line: int | None
) -> None:
    text = NORM.format(head=HEAD, **{"hat": "dout * gamma", "mean": "-np.sum(d1 + d2, axis=0) / N"} | slip)
    assert [at for at, verdict in verdicts(text).items() if verdict == "wrong"] == ([line] if line else [])


MASKED = """{head}def leaky_forward(x):
    '''x: (N, D)'''
    return np.where(x > 0, x, 0.1 * x), x


def leaky_backward(dout, x):
    dx = {start}
    dx[x < 0] *= 0.1
    return dx
"""


@pytest.mark.parametrize(("start", "line"), [("dout.copy()", None), ("2 * dout.copy()", 9), ("-dout.copy()", 9)])
def test_what_is_changed_in_place_later_is_mended_where_it_begins(start: str, line: int | None) -> None:
    found = verdicts(MASKED.format(head=HEAD, start=start))
    assert [at for at, verdict in found.items() if verdict == "wrong"] == ([line] if line else [])


DENSE = """import numpy as np


class Dense:
    def __init__(self, n_out):
        self.n_out = n_out
        self.W = None
        self.w0 = None

    def set_up(self, n_in):
        self.W = np.random.uniform(-1, 1, (n_in, self.n_out))
        self.w0 = np.zeros((1, self.n_out))

    def forward(self, X):
        self.data = X
        return X.dot(self.W) + self.w0

    def backward(self, dout):
        dw = {w}
        dw0 = np.sum(dout, axis={axis}, keepdims=True)
        return dout.dot(self.W.T)
"""


@pytest.mark.parametrize(
    ("w", "axis", "line"),
    [("self.data.T.dot(dout)", 0, None), ("self.data.T.dot(dout)", 1, 20), ("-self.data.T.dot(dout)", 0, 19)],
)
def test_another_method_tells_the_shapes_of_parameters(w: str, axis: int, line: int | None) -> None:
    found = verdicts(DENSE.format(w=w, axis=axis))
    assert {19, 20, 21} == set(found)
    assert [at for at, verdict in found.items() if verdict == "wrong"] == ([line] if line else [])

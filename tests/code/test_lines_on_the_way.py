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


@pytest.mark.thorough
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


CELL = """import numpy as np


class Cell:
    '''x: (N, D), h and c: (N, H), W: (D + H, H)'''

    def __init__(self, W, rate=1.5):
        self.W, self.rate = W, rate

    def forward(self, x, h, c):
        self.xh = np.concatenate([x, h], axis=1)
        self.a = np.tanh(self.xh @ self.W)
        self.prev = c
        self.c = self.rate * c + self.a
        self.t = np.tanh(self.c)
        return self.t * self.a, self.c

    def backward(self, dh, dc):
        D = self.xh.shape[1] - dh.shape[1]
        dc = {c}
        da = dh * self.t + dc
        self.drate = {rate}
        dz = da * (1 - self.a ** 2)
        self.dW = self.xh.T @ dz
        dxh = dz @ self.W.T
        return dxh[:, :D], dxh[:, D:], dc * self.rate
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("c", "rate", "line"),
    [
        ("dc + dh * self.a * (1 - self.t ** 2)", "np.sum(dc * self.prev)", None),
        ("dc + dh * self.a * (1 - self.t)", "np.sum(dc * self.prev)", 20),
        ("dc + dh * self.a * (1 - self.t ** 2)", "np.sum(dc)", 22),
    ],
)
def test_each_gradient_from_above_is_that_of_another_output(c: str, rate: str, line: int | None) -> None:
    """Outputs that have no names, and a parameter that has a default."""
    found = verdicts(CELL.format(c=c, rate=rate))
    assert {22, 24} <= set(found)
    assert [at for at, verdict in found.items() if verdict == "wrong"] == ([line] if line else [])


COLUMNS = """import numpy as np


def forward(X, params):
    W1, W2 = params["W1"], params["W2"]
    Z1 = W1 @ X
    A1 = np.maximum(0, Z1)
    Z2 = W2 @ A1
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, (Z1, A1, W1, Z2, A2, W2)


def compute_cost(A2, Y):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]


def backward(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, Z2, A2, W2 = cache
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    dA1 = W2.T @ dZ2
    dZ1 = {Z1}
    dW1 = dZ1 @ X.T / m
    return {{"dZ2": dZ2, "dW2": dW2, "dA1": dA1, "dZ1": {said}, "dW1": dW1}}
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("Z1", "said", "wrong"),
    [("dA1 * (A1 > 0)", "dZ1", []), ("A1 * (A1 > 0)", "dZ1", [23]), ("dA1 * (A1 > 0)", "W2", [])],
)
def test_what_no_line_uses_may_be_a_sum_of_which_the_mean_is_taken_elsewhere(
    Z1: str, said: str, wrong: list[int]
) -> None:
    problem = checked(COLUMNS.format(Z1=Z1, said=said)).problems[0]
    assert [finding.line for finding in problem.lines if finding.verdict == "wrong"] == wrong
    assert all(finding.code != "bug" for finding in problem.lines)


GROUPS = """import numpy as np


def groups_forward(x, gamma, G):
    '''x: (N, C, H, W), gamma: (1, C, 1, 1)'''
    N, C, H, W = x.shape
    xg = x.reshape(N, G, -1)
    xc = xg - xg.mean(axis=2, keepdims=True)
    istd = 1 / np.sqrt((xc ** 2).mean(axis=2, keepdims=True) + 1e-5)
    xhat = (xc * istd).reshape(N, C, H, W)
    return gamma * xhat, (xhat, gamma, istd, G)


def groups_backward(dout, cache):
    xhat, gamma, istd, G = cache
    N, C, H, W = dout.shape
    dxhat = (dout * gamma).reshape(N, G, -1)
    xh = xhat.reshape(N, G, -1)
    mean = dxhat.mean(axis=2, keepdims=True)
    dxg = (dxhat - mean - xh * np.mean(dxhat * xh, axis=2{keep})) * istd
    dx = dxg.reshape(N, C, H, W)
    return dx
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("keep", "wrong"), [(", keepdims=True", []), ("", [20])])
def test_a_gradient_in_another_shape_is_right_where_a_later_line_is_not(keep: str, wrong: list[int]) -> None:
    found = verdicts(GROUPS.format(keep=keep))
    assert [at for at, verdict in found.items() if verdict == "wrong"] == wrong


POOLED = """import numpy as np


class Table:
    def __init__(self, W, pool={pool}):
        '''W: (V, D)'''
        self.W = W
        self.pool = pool

    def forward(self, X):
        '''X: (N, T) integer tokens'''
        self.X = X
        if self.pool is None:
            return self.W[X]
        return np.array([self.W[x].sum(axis=0) for x in X])[:, None, :]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        rows = dout.reshape(-1, dout.shape[-1])
        if self.pool is None:
            for i, v in enumerate(self.X.flatten()):
                self.dW[v] += rows[i]
        elif self.pool == "sum":
            for i, v in enumerate(self.X):
                self.dW[v] += rows[i]
"""


@pytest.mark.parametrize(("pool", "wrong"), [("None", []), ("'sum'", [25])])
def test_an_option_that_is_compared_with_words_is_what_its_default_says(pool: str, wrong: list[int]) -> None:
    found = verdicts(POOLED.format(pool=pool))
    assert found
    assert [at for at, verdict in found.items() if verdict == "wrong"] == wrong


HANDED_ON = """import numpy as np


def norm(x, gamma, param):
    xc = x - x.mean(axis=param.get("axis", 0))
    return gamma * xc, (xc, gamma)


def rows_forward(x, gamma, row_param):
    '''x: (N, D), gamma: (N,)'''
    out, cache = norm(x.T, gamma, {{"axis": 0, **row_param}})
    return out.T, cache


def rows_backward(dout, cache):
    xc, gamma = cache
    dgamma = {dgamma}
    return dgamma
"""


@pytest.mark.parametrize(
    ("dgamma", "line"), [("np.sum(dout.T * xc, axis=0)", None), ("np.sum(dout.T + xc, axis=0)", 17)]
)
def test_options_that_nobody_gives_are_handed_on(dgamma: str, line: int | None) -> None:
    found = verdicts(HANDED_ON.format(dgamma=dgamma))
    assert 17 in found
    assert [at for at, verdict in found.items() if verdict == "wrong"] == ([line] if line else [])


GATES = """\
def cell_forward(x, h, W, U):
    # x: (N, D), h: (N, H), W: (D, 2H), U: (H, 2H)
    H = h.shape[1]
    a = x @ W + h @ U
    z = 1 / (1 + np.exp(-a[:, :H]))
    n = np.tanh(a[:, H:])
    out = (1 - z) * n + z * h
    return out, (x, h, W, U, z, n)


def cell_backward(dout, cache):
    x, h, W, U, z, n = cache
    dn = dout * (1 - z) * (1 - n * n)
    dz = dout * (h - n) * z * (1 - z)
    da = np.hstack([dz, dn])
    dx = da @ W.T
    dh = da @ U.T + dout * z
    return dx, dh, x.T @ da, h.T @ da
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("(h - n)", "(n - h)", 14),  # all that follows is wrong, and `dn` is not: it is meant before its tanh
        (" + dout * z", "", 17),
        ("hstack([dz, dn])", "hstack([dn, dz])", 15),
        ("x", "x", 0),
    ],
)
def test_a_gradient_before_its_activation_is_not_blamed_for_later_lines(old: str, new: str, line: int) -> None:
    report = checked(GATES.replace(old, new))
    wrong = [one.line for problem in report.problems for one in problem.lines if one.verdict == "wrong"]
    assert wrong[:1] == ([line] if line else [])


ROWS = """\
def f(E, u, at, others):
    # E: (V, D), u: (D,), at: int, others: (K,) ints
    p = 1 / (1 + np.exp(-(E[at] @ u)))
    q = 1 / (1 + np.exp(E[others] @ u))
    loss = -np.log(p) - np.sum(np.log(q))
    dE = np.zeros_like(E)
    dE[at] += (p - 1) * u
    np.add.at(dE, others, np.outer({q}, u))
    return loss, dE
"""


@pytest.mark.parametrize(("q", "wrong"), [("1 - q", []), ("q", [8]), ("q - 1", [8])])
def test_a_call_that_adds_in_place_is_a_line_of_its_own(q: str, wrong: list[int]) -> None:
    report = checked(ROWS.format(q=q))
    assert [one.line for problem in report.problems for one in problem.lines if one.verdict == "wrong"] == wrong


TARGETS = """\
def step(s, y):
    # s: (N, C), y: (N,) labels
    N = s.shape[0]
    e = np.exp(s)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y]))
    ds = {start}
    ds[np.arange(N), y] -= {one}
    return loss, ds
"""


@pytest.mark.parametrize(("start", "one", "wrong"), [("p * p", "1", [7]), ("p.copy()", "p[0, 0]", [8])])
def test_the_line_that_writes_what_is_wrong(start: str, one: str, wrong: list[int]) -> None:
    found = verdicts(TARGETS.format(start=start, one=one))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong

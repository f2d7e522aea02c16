"""The first wrong line is the one with the slip: of a value put together by several lines,
of a name that claims nothing, of none."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

HEAD = "import numpy as np\n\n"
SOFTMAX = """def softmax_loss(x, y):
    \"\"\"x: (N, C) scores; y: (N,) integer labels\"\"\"
    N = x.shape[0]
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
"""
LEAKY = """class LeakyReLU:
    def __init__(self, alpha=0.01):
        self.alpha = alpha

    def forward(self, x):
        \"\"\"x: (N, D)\"\"\"
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, grad_output):
        grad_input = grad_output.copy()
        grad_input[self.x < 0] *= self.alpha
        return grad_input
"""
RNN = """def rnn_step_forward(x, prev_h, Wx, Wh, b):
    \"\"\"x: (N, D), prev_h: (N, H), Wx: (D, H), Wh: (H, H), b: (H,)\"\"\"
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dtanh = dnext_h * (1 - next_h ** 2)
    dx = dtanh @ Wx.T
    dprev_h = dtanh @ Wh.T
    dWx = x.T @ dtanh
    dWh = prev_h.T @ dtanh
    db = dtanh.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db
"""
HINGE = """# matgrad: loss = loss
def hinge(w, X, y, C):
    # w: (d,)   X: (n, d)   y: (n,) in {-1, +1}
    margins = 1 - y * (X @ w)
    loss = 0.5 * w @ w + C * np.maximum(0, margins).sum()
    active = (margins > 0).astype(float)
    dw = w - C * X.T @ (active * y)
    return loss, dw
"""
EMBEDDING = """def embedding_forward(x, W):
    \"\"\"x: (N, T) integer indices, W: (V, D)\"\"\"
    out = W[x]
    return out, (x, W)


def embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x, dout)
    return dW
"""
NET = """# matgrad: loss = cost
def net(X, Y, W1, b1, W2):
    \"\"\"X: (d, m), Y: (1, m), W1: (h, d), b1: (h, 1), W2: (1, h)\"\"\"
    m = X.shape[1]
    A1 = np.tanh(W1 @ X + b1)
    Z2 = W2 @ A1
    A2 = 1 / (1 + np.exp(-Z2))
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return cost, dW1, db1, dW2
"""
GELU = """class GELU:
    def forward(self, x):
        \"\"\"x: (N, D)\"\"\"
        self.x = x
        self.t = np.tanh(0.8 * (x + 0.04 * x ** 3))
        return 0.5 * x * (1 + self.t)

    def backward(self, dout):
        dt = (1 - self.t ** 2) * 0.8 * (1 + 3 * 0.04 * self.x ** 2)
        return dout * (0.5 * (1 + self.t) + 0.5 * self.x * dt)
"""
TERMS = """\
def loss(W1, W2, X, Y, reg):
    '''W1: (D, H), W2: (H, C), X: (N, D), Y: (N, C), reg: float'''
    h = np.maximum(0, X @ W1)
    r = h @ W2 - Y
    loss = np.sum(r ** 2) + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    dr = 2 * r
    dW2 = h.T.dot(dr)
    dh = dr @ W2.T
    dh[h <= 0] = 0
    dW1 = X.T @ dh
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    return loss, dW1, dW2
"""
ROUNDS = """\
def naive(W, X, y):
    '''W: (D, C), X: (N, D), y: (N,) integer labels'''
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(X.shape[0]):
        p = np.exp(X[i].dot(W))
        p /= p.sum()
        loss -= np.log(p[y[i]])
        for j in range(W.shape[1]):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= X.shape[0]
    dW = dW / X.shape[0]
    return loss, dW
"""
ATTENTION = """\
class Attention:
    '''Q: (T, d), K: (S, d), V: (S, m)'''

    def forward(self, Q, K, V):
        self.Q, self.K, self.V = Q, K, V
        s = Q @ K.T / np.sqrt(Q.shape[1])
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        self.A = e / e.sum(axis=-1, keepdims=True)
        return self.A @ V

    def backward(self, dout):
        dV = self.A.T @ dout
        dA = dout @ self.V.T
        ds = self.A * (dA - np.sum(dA * self.A, axis=-1, keepdims=True))
        ds = ds / np.sqrt(self.Q.shape[1])
        dQ = ds @ self.K
        dK = ds.T @ self.Q
        return dQ, dK, dV
"""
MLP = """\
def mlp(X, y, W1, b1, W2):
    '''X: (N, D), y: (N,) integer labels, W1: (D, H), b1: (H,), W2: (H, C)'''
    N = X.shape[0]
    h = np.maximum(0, X @ W1 + b1)
    scores = h @ W2
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean()
    ds = p.copy()
    ds[np.arange(N), y] -= 1
    ds /= N
    dW2 = h.T @ ds
    dh = ds @ W2.T
    dh[h <= 0] = 0
    dW1 = X.T @ dh
    db1 = dh.sum(axis=0)
    return loss, dW1, db1, dW2
"""
JACOBIAN = """\
class Softmax:
    def forward(self, z):
        # z: (C,)
        e = np.exp(z - z.max())
        self.p = e / e.sum()
        return self.p

    def backward(self, dout):
        p = self.p[:, None]
        jacobian = np.diag(self.p) - p @ p.T
        dz = jacobian @ dout
        return dz
"""
GATES = """\
class Gates:
    def forward(self, a):
        '''a: (N, 2H)'''
        H = a.shape[1] // 2
        self.i = 1 / (1 + np.exp(-a[:, :H]))
        self.g = np.tanh(a[:, H:])
        return self.i * self.g

    def backward(self, dout):
        di, dg = dout * self.g, dout * self.i
        da = np.hstack((di * self.i * (1 - self.i), dg * (1 - self.g ** 2)))
        return da
"""
NUMBERED = """\
def net(X, y, W0, W1, W2):
    z0 = X @ W0
    a0 = np.tanh(z0)
    a1 = np.maximum(a0 @ W1, 0)
    r = a1 @ W2 - y
    L = np.sum(r ** 2)
    d2 = 2 * r
    dW2 = a1.T @ d2
    d1 = (d2 @ W2.T) * (a1 > 0)
    dW1 = a0.T @ d1
    d0 = (d1 @ W1.T) * (1 - a0 ** 2)
    dW0 = X.T @ d0
    return L, dW0, dW1, dW2
"""
SCRIPT = """B, F, K = 9, 4, 3
S = np.random.randn(B, F)
Q = np.eye(K)[np.random.randint(K, size=B)]
U = np.random.randn(F, F)
V = np.random.randn(F, K)
c = np.zeros((1, K))
for step in range(50):
    E = S @ U
    R = np.tanh(E)
    O = R @ V + c
    P = np.exp(O) / np.sum(np.exp(O), axis=1, keepdims=True)
    loss = -np.mean(np.sum(Q * np.log(P), axis=1))
    dO = P - Q
    dV = R.T @ dO / B
    dc = np.sum(dO, axis=0, keepdims=True) / B
    dR = dO @ V.T
    dE = dR * (1 - R ** 2)
    dU = S.T @ dE / B
    U -= 0.1 * dU
    V -= 0.1 * dV
    c -= 0.1 * dc
"""

ONCE = [
    (NUMBERED, "(d2 @ W2.T) * (a1 > 0)", "(d2 @ W2) * (a1 > 0)"),
    (NUMBERED, "(1 - a0 ** 2)", "(1 - z0 ** 2)"),
    (ATTENTION, "axis=-1, keepdims=True))\n        ds", "axis=0, keepdims=True))\n        ds"),
    (ATTENTION, "ds = ds / np.sqrt(self.Q.shape[1])", "ds = ds / self.Q.shape[1]"),
    (MLP, "ds /= N", "ds /= 1"),
    (MLP, "    dh[h <= 0] = 0\n", ""),
    (MLP, "dh = ds @ W2.T", "dh = -ds @ W2.T"),
    (JACOBIAN, "p @ p.T", "p @ p"),
    (GATES, "self.i * (1 - self.i)", "self.i"),
    (SCRIPT, "keepdims=True) / B\n    dR", "keepdims=True)\n    dR"),
    (SCRIPT, "dV = R.T @ dO / B", "dV = R.T @ dO"),
    (SCRIPT, "dU = S.T @ dE / B", "dU = S.T @ dE"),
    (SCRIPT, "dR * (1 - R ** 2)", "dR * (1 - R)"),
]
"""Slips in a value that is set again, that others need in another form, or that does not compute:
told once, with the mended line."""
SCALED = """def loss_of(W, X, Y, lam):
    \"\"\"W: (D, K), X: (N, D), Y: (N, K), lam: float\"\"\"
    N = X.shape[0]
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(N):
        r = X[i] @ W - Y[i]
        loss += r @ r
        dW += 2 * np.outer(X[i], r)
    loss /= N
    dW /= N
    loss -= 0.5 * lam * np.sum(np.sum(W, axis=0) ** 2)
    dW -= lam * np.sum(W, axis=0, keepdims=True)
    return loss, dW
"""
"""What a loop adds up, and others finish."""
SLIPS = [
    (TERMS, "dW2 = h.T.dot(dr)", "dW2 = -h.T.dot(dr)", "dW2 = h.T.dot(dr)"),
    (TERMS, "dW1 += 2 * reg * W1", "dW1 += reg * W1", "dW1 += 2 * reg * W1"),
    (ROUNDS, "-= X[i]", "-= 2 * X[i]", "dW[:, y[i]] -= X[i]"),
    (SOFTMAX, "dx[np.arange(N), y] -= 1", "dx[np.arange(N), y] += 1", "dx[np.arange(N), y] -= 1"),
    (SOFTMAX, "dx = p.copy()", "dx = x.copy()", "dx = p.copy()"),
    (SOFTMAX, "    dx /= N\n", "", "dx /= N"),
    (LEAKY, "*= self.alpha", "= self.alpha", "grad_input[self.x < 0] *= self.alpha"),
    (LEAKY, "grad_input[self.x < 0]", "grad_input[self.x > 0]", "grad_input[self.x < 0] *= self.alpha"),
    (RNN, "(1 - next_h ** 2)", "(1 - next_h)", "dtanh = dnext_h * (1 - next_h ** 2)"),
    (RNN, "dtanh = dnext_h * (1 - next_h ** 2)", "dtanh = dnext_h", "dtanh = dnext_h * (1 - next_h ** 2)"),
    (RNN, "return dx,", "return 2 * dx,", "dx"),
    (RNN, "return dx,", "return 3 * dx,", "dx"),
    (RNN, "dWh, db\n", "dWh / 2, db\n", "dWh"),
    (RNN, "dx, dprev_h, dWx, dWh, db\n", "{'x': dx, 'Wx': dWh, 'Wh': dWh, 'b': db}\n", "dWx"),
    (RNN, "dx, dprev_h, dWx, dWh, db\n", "{'dx': dx, 'dprev_h': dx, 'dWh': dWh}\n", "dprev_h"),
    (HINGE, "(margins > 0)", "(margins < 0)", "active = (margins > 0).astype(float)"),
    (HINGE, "(active * y)", "active", "dw = w - C * X.T @ (active * y)"),
    (EMBEDDING, "np.add.at(dW, x, dout)", "dW[x] += dout", "np.add.at(dW, x, dout)"),
    (NET, ".sum(axis=1, keepdims=True) / m", ".sum(axis=1, keepdims=True)", None),
    (NET, "dZ2 = A2 - Y", "dZ2 = Y - A2", "dZ2 = -(Y - A2)"),
    (NET, "(1 - A1 ** 2)", "(1 - A1)", "dZ1 = dA1 * (1 - A1 ** 2)"),
    (GELU, "+ 0.5 * self.x * dt", "+ self.x * dt", None),
    (SCALED, "dW += 2 * np.outer", "dW += np.outer", "dW += 2 * np.outer(X[i], r)"),
    (SCALED, "dW /= N", "dW /= W.shape[1]", "dW /= N"),
    (SCALED, "dW -= lam * np.sum(W", "dW -= lam * np.sum(W ** 2", None),
]


RIGHT = [*dict.fromkeys(text for text, *_ in (*SLIPS, *ONCE))]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("text", RIGHT)
def test_right_as_it_stands(text: str) -> None:
    assert set(verdicts(HEAD + text).values()) == {"follows"}


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "right", "wrong", "mended"), SLIPS)
def test_the_line_with_the_slip(text: str, right: str, wrong: str, mended: str | None) -> None:
    assert text.count(right) == 1
    line = (
        (HEAD + text)[: (HEAD + text).index(right)].count("\n") + 1 - (not wrong)
    )  # what is left out is missed at the line before
    found = [finding for problem in checked(HEAD + text.replace(right, wrong)).problems for finding in problem.lines]
    bad = [finding for finding in found if finding.verdict == "wrong"]
    assert bad[0].line == line, bad
    if mended is not None:
        assert bad[0].help is not None
        assert f"`{mended}`" in bad[0].help


def test_one_slip_is_reported_once() -> None:
    """What is computed from a wrong value that has no name of its own is right with the line mended."""
    found = verdicts(HEAD + RNN.replace("(1 - next_h ** 2)", "(1 - next_h)"))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == [11]


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "right", "wrong"), ONCE)
def test_a_slip_is_told_once_and_the_mended_line_is_right(text: str, right: str, wrong: str) -> None:
    assert text.count(right) == 1
    broken = HEAD + text.replace(right, wrong)
    line = (HEAD + text)[: (HEAD + text).index(right)].count("\n") + 1 - (not wrong)
    bad = [one for problem in checked(broken).problems for one in problem.lines if one.verdict != "follows"]
    assert [(one.line, one.verdict) for one in bad] == [(line, "wrong")]
    assert bad[0].help is not None
    lines = broken.split("\n")
    lines[line - 1] = lines[line - 1][: bad[0].column - 1] + bad[0].help.removeprefix("write `")[:-1]
    assert set(verdicts("\n".join(lines)).values()) == {"follows"}


RECURRENCE = '''\
def rnn_forward(x, h0, Wx, Wh, b):
    """x: (T, D), h0: (H,), Wx: (H, D), Wh: (H, H), b: (H,)"""
    T = x.shape[0]
    hs = {{-1: h0}}
    for t in range(T):
        hs[t] = np.tanh(Wx @ x[t] + Wh @ hs[t - 1] + b)
    return np.array([hs[t] for t in range(T)]), (x, hs, Wx, Wh)


def rnn_backward(dh, cache):
    x, hs, Wx, Wh = cache
    T = x.shape[0]
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    dx = np.zeros_like(x)
    dnext = np.zeros(Wh.shape[0])
    for t in reversed(range(T)):
        da = {sum} * {slope}
        dWx += np.outer(da, x[t])
        dWh += np.outer(da, hs[{before}])
        db += da
        dx[t] = Wx.T @ da
        dnext = {handed}
    return dx, dnext, dWx, dWh, db
'''


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("slip", "line"),
    [
        ({"handed": "Wh @ da"}, 22), ({"handed": "-Wh.T @ da"}, 22), ({"slope": "(1 - hs[t])"}, 17),
        ({"sum": "dh[t]"}, 17), ({"before": "t"}, 19),
    ],
)  # fmt: skip
def test_what_a_loop_hands_on_to_its_next_round_is_mended_where_it_stands(slip: dict[str, str], line: int) -> None:
    right = {"sum": "(dh[t] + dnext)", "slope": "(1 - hs[t] ** 2)", "handed": "Wh.T @ da", "before": "t - 1"}
    problem = checked(RECURRENCE.format(**right | slip)).problems[0]
    assert [finding.line for finding in problem.lines if finding.verdict == "wrong"] == [line]
    assert any(finding.help for finding in problem.lines)

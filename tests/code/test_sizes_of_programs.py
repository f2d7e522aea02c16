"""Right is what is right at sizes in several orders, also those that are made of others: a slip that one size hides is
found, and what mends it is right at all of them."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

CONV = '''\
def conv1d_forward(x, w, b):
    """x: (N, C, L), w: (F, C, K), b: (F,)"""
    N, C, L = x.shape
    F, _, K = w.shape
    L_out = L - K + 1
    out = np.zeros((N, F, L_out))
    for n in range(N):
        for f in range(F):
            for t in range(L_out):
                out[n, f, t] = np.sum(x[n, :, t:t + K] * w[f]) + b[f]
    return out, (x, w, b)


def conv1d_backward(dout, cache):
    x, w, b = cache
    N, F, L_out = dout.shape
    K = w.shape[2]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for t in range(L_out):
                db[f] += dout[n, f, t]
                dw[f] += dout[n, f, t] * x[n, :, t:t + K]
                dx[n, :, t:t + K] += dout[n, f, t] * w[f]
    return dx, dw, db
'''
RNN = '''\
def rnn_forward(x, h0, Wx, Wh, b):
    """x: (N, T, D), h0: (N, H), Wx: (D, H), Wh: (H, H), b: (H,)"""
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev = h0
    for t in range(T):
        prev = np.tanh(x[:, t] @ Wx + prev @ Wh + b)
        h[:, t] = prev
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    N, T, H = dh.shape
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(H)
    dprev = np.zeros((N, H))
    for t in reversed(range(T)):
        d = (dh[:, t] + dprev) * (1 - h[:, t] ** 2)
        prev = h[:, t - 1] if t > 0 else h0
        dx[:, t] = d @ Wx.T
        dWx += x[:, t].T @ d
        dWh += prev.T @ d
        db += d.sum(axis=0)
        dprev = d @ Wh.T
    return dx, dprev, dWx, dWh, db
'''
ROWS = """\
def forward(x, k):
    n = len(x) - len(k) + 1
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.sum(x[i:i + len(k)] * k)
    return out


def backward(dout, x, k):
    dx = np.zeros_like(x)
    dk = np.zeros_like(k)
    for i in range(len(dout)):
        dx[i:i + len(k)] += dout[i] * k
        dk += dout[i] * x[i:i + len(k)]
    return dx, dk
"""
LINEAR = """\
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return x.mm(weight.t())

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output.mm(weight), grad_output.t().mm(x)
"""
NORM = """\
class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma = np.ones(dim)
        self.beta = np.zeros(dim)
        self.eps = eps

    def forward(self, x):
        mu = x.mean(axis=-1, keepdims=True)
        var = ((x - mu) ** 2).mean(axis=-1, keepdims=True)
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dy):
        self.dgamma = (dy * self.xhat).sum(axis=0)
        self.dbeta = dy.sum(axis=0)
        g = dy * self.gamma
        dx = g - g.mean(axis=-1, keepdims=True) - self.xhat * (g * self.xhat).mean(axis=-1, keepdims=True)
        return dx / self.std
"""
STRIDED = '''\
def conv1d_forward(x, w, b, stride=1, pad=0):
    """x: (N, C, L), w: (F, C, K), b: (F,)"""
    K = w.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad)))
    L_out = (xp.shape[2] - K) // stride + 1
    out = np.zeros((x.shape[0], w.shape[0], L_out))
    for t in range(L_out):
        s = t * stride
        out[:, :, t] = np.tensordot(xp[:, :, s:s + K], w, axes=([1, 2], [1, 2])) + b
    return out, (x, xp, w, b, stride, pad)


def conv1d_backward(dout, cache):
    x, xp, w, b, stride, pad = cache
    K = w.shape[2]
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    for t in range(dout.shape[2]):
        s = t * stride
        dw += np.tensordot(dout[:, :, t], xp[:, :, s:s + K], axes=(0, 0))
        dxp[:, :, s:s + K] += np.tensordot(dout[:, :, t], w, axes=(1, 0))
    db = dout.sum(axis=(0, 2))
    dx = dxp[:, :, pad:pad + x.shape[2]]
    return dx, dw, db
'''
POOL = """\
class AvgPool1D:
    def __init__(self, pool_size, stride):
        self.pool_size = pool_size
        self.stride = stride

    def forward(self, x):
        # x: (N, C, L)
        self.x_shape = x.shape
        n = (x.shape[2] - self.pool_size) // self.stride + 1
        out = np.zeros((x.shape[0], x.shape[1], n))
        for i in range(n):
            s = i * self.stride
            out[:, :, i] = x[:, :, s:s + self.pool_size].mean(axis=2)
        return out

    def backward(self, dout):
        dx = np.zeros(self.x_shape)
        for i in range(dout.shape[2]):
            s = i * self.stride
            dx[:, :, s:s + self.pool_size] += dout[:, :, i:i + 1] / self.pool_size
        return dx
"""
SLIPS = [
    (CONV, "K = w.shape[2]\n", "K = x.shape[2] - 1\n", "K = w.shape[2]"),
    (CONV, "K = w.shape[2]\n", "K = 2\n", "K = w.shape[2]"),
    (CONV, "K = w.shape[2]\n", "K = w.shape[2] - 1\n", "K = w.shape[2]"),
    (CONV, "db[f] += dout[n, f, t]\n", "db[f] += dout[n, f, t] * L_out / 2\n", "db[f] += dout[n, f, t]"),
    (CONV, "db[f] += dout[n, f, t]\n", "db[f] += dout[n, f, t] * L_out / 3\n", "db[f] += dout[n, f, t]"),
    (CONV, "db[f] += dout[n, f, t]\n", "db[f] += dout[n, f, t] * F / 2\n", "db[f] += dout[n, f, t]"),
    (CONV, "dout[n, f, t] * x", "dout[n, f, t] * N * x", "dw[f] += dout[n, f, t] * x[n, :, t:t + K]"),
    (CONV, "N, F, L_out = dout.shape\n", "N, F, L_out = *dout.shape[:2], 2\n", None),
    (RNN, "db += d.sum(axis=0)", "db += d.sum(axis=0) * T / 2", "db += d.sum(axis=0)"),
    (RNN, "db += d.sum(axis=0)", "db += d.sum(axis=0) * N / 2", "db += d.sum(axis=0)"),
    (STRIDED, "dxp[:, :, s:s + K]", "dxp[:, :, t:t + K]", None),
    (STRIDED, "xp[:, :, s:s + K], axes=(0, 0)", "xp[:, :, t:t + K], axes=(0, 0)", None),
    (STRIDED, "dxp[:, :, pad:pad + x.shape[2]]", "dxp[:, :, :x.shape[2]]", None),
    (POOL, "/ self.pool_size", "/ self.stride", None),
    (
        LINEAR,
        "grad_output.t().mm(x)",
        "x.t().mm(grad_output)",
        "return grad_output.mm(weight), x.t().mm(grad_output).T",
    ),
    (NORM, "g = dy * self.gamma", "g = dy", "g = dy * self.gamma"),
    (RNN, "(dh[:, t] + dprev)", "dh[:, t]", "d = (dh[:, t] + dprev) * (1 - h[:, t] ** 2)"),
    (RNN, "** 2)\n        prev", "** 2) * H / 2\n        prev", "d = (dh[:, t] + dprev) * (1 - h[:, t] ** 2)"),
]


@pytest.mark.parametrize("text", [CONV, RNN, ROWS, STRIDED, POOL, LINEAR, NORM])
def test_right_at_each_size(text: str) -> None:
    assert set(verdicts(text).values()) == {"follows"}


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "right", "wrong", "mended"), SLIPS)
def test_a_slip_that_one_size_hides(text: str, right: str, wrong: str, mended: str | None) -> None:
    assert text.count(right) == 1
    (problem,) = checked(text.replace(right, wrong)).problems
    assert problem.verdict == "wrong"
    if mended is not None:
        found = [(one.line, one.help) for one in problem.lines if one.verdict == "wrong"]
        assert found == [(text[: text.index(right)].count("\n") + 1, f"write `{mended}`")]


CUT = """
def f(theta, X, y):
    W1 = theta[:12].reshape(4, 3)
    h = np.tanh(X @ W1)
    r = h @ theta[12:] - y
    return 0.5 * r @ r


def grad_f(theta, X, y):
    W1 = theta[:12].reshape(4, 3)
    h = np.tanh(X @ W1)
    r = h @ theta[12:] - y
    gW1 = X.T @ (np.outer(r, theta[12:]) * (1 - h**2))
    return np.concatenate([gW1.ravel(), h.T @ r])
"""


@pytest.mark.parametrize(("shapes", "verdict"), [("theta: 15", "right"), ("theta: 15; X: n×4, y: n", "right")])
def test_a_vector_is_told_by_its_length_alone(shapes: str, verdict: str) -> None:
    (problem,) = checked_code(Source("cut.py", CUT), shapes).problems
    assert problem.verdict == verdict


def test_sizes_that_no_use_tells_are_asked_for() -> None:
    (problem,) = checked_code(Source("cut.py", CUT)).problems
    assert "--shape" in (problem.lines[0].help or "")


TWO_CLASSES = """\
def cross_entropy(y, t):
    return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)

class SigmoidWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = 1 / (1 + np.exp(-x))
        return cross_entropy(np.c_[1 - self.y, self.y], t)

    def backward(self, dout=1):
        dx = (self.y - self.t) * dout{more}
        return dx
"""


@pytest.mark.parametrize(("more", "verdict"), [(" / len(self.t)", "right"), ("", "wrong")])
def test_a_square_array_is_guessed_after_a_vector(more: str, verdict: str) -> None:
    assert [problem.verdict for problem in checked(TWO_CLASSES.format(more=more)).problems] == [verdict]


def test_a_function_tells_the_axes_of_what_it_is_given() -> None:
    text = """\
def spread(X):
    n, d, h, w = X.shape
    return X.reshape(n, d, h * w).mean(axis=2)

def pool_forward(X):
    return spread(X), X

def pool_backward(dout, X):
    dX = np.ones(X.shape) * dout[:, :, None, None]{more}
    return dX
"""
    for more, verdict in ((" / (X.shape[2] * X.shape[3])", "right"), (" / X.shape[2]", "wrong")):
        assert [problem.verdict for problem in checked(text.format(more=more)).problems] == [verdict]

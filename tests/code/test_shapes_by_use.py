"""Shapes that no docstring tells: found from what arrays are taken apart into, cut into, added to and multiplied by."""

from __future__ import annotations

import textwrap

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

LSTM = """
    class Cell:
        def __init__(self, Wx, Wh, b):
            self.params = [Wx, Wh, b]
            self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

        def forward(self, x, h_prev, c_prev):
            Wx, Wh, b = self.params
            N, H = h_prev.shape
            A = np.dot(x, Wx) + np.dot(h_prev, Wh) + b
            f, g, i, o = sigmoid(A[:, :H]), np.tanh(A[:, H:2*H]), sigmoid(A[:, 2*H:3*H]), sigmoid(A[:, 3*H:])
            c_next = f * c_prev + g * i
            h_next = o * np.tanh(c_next)
            self.cache = (x, h_prev, c_prev, i, f, g, o, c_next)
            return h_next, c_next

        def backward(self, dh_next, dc_next):
            Wx, Wh, b = self.params
            x, h_prev, c_prev, i, f, g, o, c_next = self.cache
            t = np.tanh(c_next)
            ds = dc_next + dh_next * o * (1 - t ** 2)
            dc_prev = ds * f
            dA = np.hstack((ds * c_prev * f * (1 - f), ds * i * (1 - g ** 2), ds * g * i * (1 - i),
                            dh_next * t * o * (1 - o)))
            dWh = np.dot(h_prev.T, dA)
            dWx = np.dot(x.T, dA)
            db = dA.sum(axis=0)
            dh_prev = np.dot(dA, Wh.T)
            dx = np.dot(dA, Wx.T)
            return dx, dh_prev, dc_prev
"""
RNN = """
    class Rnn:
        def __init__(self, Wx, Wh, b):
            self.params = [Wx, Wh, b]

        def forward(self, x, h_prev):
            Wx, Wh, b = self.params
            h_next = np.tanh(np.dot(h_prev, Wh) + np.dot(x, Wx) + b)
            self.cache = (x, h_prev, h_next)
            return h_next

        def backward(self, dh_next):
            Wx, Wh, b = self.params
            x, h_prev, h_next = self.cache
            dt = dh_next * (1 - h_next ** 2)
            db = np.sum(dt, axis=0)
            dWh = np.dot(h_prev.T, dt)
            dh_prev = np.dot(dt, Wh.T)
            dWx = np.dot(x.T, dt)
            dx = np.dot(dt, Wx.T)
            return dx, dh_prev
"""
COLUMNS = """
    def forward_prop(X, parameters):
        W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
        A1 = np.tanh(np.dot(W1, X) + b1)
        Z2 = np.dot(W2, A1) + b2
        A2 = sigmoid(Z2)
        return A2, {"A1": A1, "A2": A2}

    def compute_cost(A2, Y):
        m = Y.shape[1]
        return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

    def backward_prop(X, Y, cache, parameters):
        m = X.shape[1]
        W2, A1, A2 = parameters["W2"], cache["A1"], cache["A2"]
        dZ2 = A2 - Y
        dW2 = np.dot(dZ2, A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.dot(W2.T, dZ2) * (1 - A1 ** 2)
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""
SOFTMAX = """
    def softmax_loss(W, X, y, reg):
        loss, dW = 0.0, np.zeros_like(W)
        num_train, dim = X.shape
        scores = X.dot(W)
        P = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        P /= np.sum(P, axis=1, keepdims=True)
        loss = -np.sum(np.log(P[np.arange(num_train), y])) / num_train + reg * np.sum(W * W)
        mask = P.copy()
        mask[np.arange(num_train), y] -= 1
        dW = X.T.dot(mask) / num_train + 2 * reg * W
        return loss, dW
"""
LATER = """
    class Dense:
        def __init__(self, n):
            self.W, self.w0 = None, None

        def initialize(self, shape):
            self.W, self.w0 = np.random.rand(*shape), np.zeros((1, shape[1]))

        def forward(self, X):
            self.x = X
            return X.dot(self.W) + self.w0

        def backward(self, accum_grad):
            self.dW = self.x.T.dot(accum_grad)
            self.dw0 = np.sum(accum_grad, axis=0, keepdims=True)
            return accum_grad.dot(self.W.T)
"""
OTHER_NAME = """
    class Layer:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, flow):
            dx = flow * (1 - self.out ** 2)
            return dx
"""

RESHAPED = """
    class WeightSum:
        def forward(self, hs, a):
            N, T, H = hs.shape
            ar = a.reshape(N, T, 1)
            c = np.sum(hs * ar, axis=1)
            self.cache = (hs, ar)
            return c

        def backward(self, dc):
            hs, ar = self.cache
            N, T, H = hs.shape
            dt = dc.reshape(N, 1, H).repeat(T, axis=1)
            dar = dt * hs
            dhs = dt * ar
            da = np.sum(dar, axis=2)
            return dhs, da
"""

ATTENTION = """
    def softmax(z):
        e = np.exp(z - np.max(z, axis=-1, keepdims=True))
        return e / np.sum(e, axis=-1, keepdims=True)

    def attention_forward(Q, K, V):
        d = Q.shape[-1]
        A = softmax(Q @ K.T / np.sqrt(d))
        O = A @ V
        return O, (Q, K, V, A)

    def attention_backward(dO, cache):
        Q, K, V, A = cache
        d = Q.shape[-1]
        dV = A.T @ dO
        dA = dO @ V.T
        dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
        dQ = dS @ K / np.sqrt(d)
        dK = dS.T @ Q / np.sqrt(d)
        return dQ, dK, dV
"""
TEMPERATURE = """
    class Head:
        def __init__(self, W, T):
            self.W, self.T = W, T

        def forward(self, x):
            self.x = x
            return x @ self.W / self.T

        def backward(self, d):
            self.dW = self.x.T @ d / self.T
            return d @ self.W.T / self.T
"""


CONVOLUTION = '''
    def rows_of(x, kh, kw):
        n, h, w = x.shape
        oh, ow = h - kh + 1, w - kw + 1
        rows = np.empty((n * oh * ow, kh * kw))
        at = 0
        for k in range(n):
            for i in range(oh):
                for j in range(ow):
                    rows[at] = x[k, i:i + kh, j:j + kw].ravel()
                    at += 1
        return rows

    def conv_forward(x, W, b):
        """W: (kh, kw, f), x: (n, h, w)"""
        kh, kw, f = W.shape
        rows = rows_of(x, kh, kw)
        Wm = W.reshape(kh * kw, f)
        out = rows @ Wm + b
        return out, (rows, W, Wm)

    def conv_backward(dout, cache):
        rows, W, Wm = cache
        dWm = rows.T @ dout
        db = dout.sum(axis=0)
        return dWm.reshape(W.shape), db
'''
EMPTY = """
    def forward(x, b):
        \"\"\"x: (n, d), b: (d,)\"\"\"
        out = (x + b)[:0]
        return out, x

    def backward(dout, cache):
        db = dout.sum(axis=0) * 3
        return db
"""
PROJECTED = """
    def softmax(z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def attention_forward(X, Wq, Wk, Wv):
        Q, K, V = X @ Wq, X @ Wk, X @ Wv
        P = softmax(Q @ K.T)
        return P @ V, (X, Wq, Wk, Wv, Q, K, V, P)

    def attention_backward(dout, cache):
        X, Wq, Wk, Wv, Q, K, V, P = cache
        dV = P.T @ dout
        dP = dout @ V.T
        dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
        dQ = dS @ K
        dK = dS.T @ Q
        dX = dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T
        return dX, X.T @ dQ, X.T @ dK, X.T @ dV
"""


KEPT_IN_A_DICT = """
    def net(p, x, t):
        h = np.tanh(x @ p["w1"] + p["b1"])
        y = h @ p["w2"] + p["b2"]
        loss = np.sum((y - t) ** 2) / len(x)
        dy = 2 * (y - t) / len(x)
        dh = dy @ p["w2"].T
        da = dh * (1 - h ** 2)
        return loss, {"w1": x.T @ da, "b1": da.sum(0), "w2": h.T @ dy, "b2": dy.sum(0)}
"""
PRODUCT = """
    def matmul_vjp(a, b, g):
        out = a @ b
        da = g @ b.T
        db = a.T @ g
        return da, db
"""
WRAPPED = """
    class Tensor:
        def __init__(self, data):
            self.data = data
            self.grad = np.zeros_like(data)

        def matmul(self, other):
            out = Tensor(self.data @ other.data)

            def _backward():
                self.grad += out.grad @ other.data.T
                other.grad += self.data.T @ out.grad
            out._backward = _backward
            return out
"""
ROLLOUT = """
    def rollout(A, x0, target, steps=3):
        xs = [x0]
        for _ in range(steps):
            xs.append(np.tanh(A @ xs[-1]))
        loss = 0.5 * np.sum((xs[-1] - target) ** 2)
        lam = xs[-1] - target
        dA = np.zeros_like(A)
        for t in reversed(range(steps)):
            g = lam * (1 - xs[t + 1] ** 2)
            dA += np.outer(g, xs[t])
            lam = A.T @ g
        return loss, dA
"""
WINDOWS = """
    def pool_forward(x, f_size, stride):
        N, H = x.shape
        out = np.zeros((N, (H - f_size) // stride + 1))
        for i in range(out.shape[1]):
            out[:, i] = x[:, i * stride:i * stride + f_size].sum(axis=1)
        return out, (x, f_size, stride)

    def pool_backward(dout, cache):
        x, f_size, stride = cache
        dx = np.zeros_like(x)
        for i in range(dout.shape[1]):
            dx[:, i * stride:i * stride + f_size] += dout[:, i][:, None]
        return dx
"""
FILTERS = """
    def forward(x, w, b):
        N, C, L = x.shape
        F, _, K = w.shape
        out = np.zeros((N, F, L - K + 1))
        for f in range(F):
            for i in range(L - K + 1):
                out[:, f, i] = np.sum(x[:, :, i:i + K] * w[f], axis=(1, 2)) + b[f]
        return out, (x, w, b)

    def backward(dout, cache):
        x, w, b = cache
        K = w.shape[2]
        db = dout.sum(axis=(0, 2))
        dw = np.zeros_like(w)
        for f in range(w.shape[0]):
            for i in range(dout.shape[2]):
                dw[f] += np.sum(x[:, :, i:i + K] * dout[:, f, i][:, None, None], axis=0)
        return dw, db
"""
NEURON = """
    def f(w, x, y):
        loss = 0.5 * (np.dot(w.T, x) - y) ** 2
        dw = np.zeros_like(w)
        dw += (np.dot(w.T, x) - y) * x.T
        return loss, dw
"""


def verdict(code: str) -> str:
    report = checked_code(Source("layer.py", "import numpy as np\n" + textwrap.dedent(code)))
    return report.problems[0].verdict


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (LSTM, "dWh = np.dot(h_prev.T, dA)", "dWh = np.dot(x.T, dA)"),
        (RNN, "dWh = np.dot(h_prev.T, dt)", "dWh = np.dot(h_next.T, dt)"),
        (COLUMNS, "(1 - A1 ** 2)", "(1 - A1)"),
        (SOFTMAX, "/ num_train + 2 * reg * W\n", "/ num_train + reg * W\n"),
        (LATER, "self.x.T.dot(accum_grad)", "2 * self.x.T.dot(accum_grad)"),
        (RESHAPED, "dhs = dt * ar", "dhs = dt * ar * 2"),
        (ATTENTION, "dS.T @ Q / np.sqrt(d)", "dS.T @ Q / d"),
        (TEMPERATURE, "self.x.T @ d / self.T", "self.x.T @ d"),
        (CONVOLUTION, "dout.sum(axis=0)", "dout.sum(axis=1)"),
        (CONVOLUTION, "rows.T @ dout", "2 * rows.T @ dout"),
        (PROJECTED, "dS.T @ Q", "dS @ Q"),
        (PROJECTED, "dP * P, axis=-1", "dP * P, axis=0"),
        (KEPT_IN_A_DICT, "(1 - h ** 2)", "(1 - h)"),
        (PRODUCT, "a.T @ g", "-a.T @ g"),
        (WRAPPED, "self.data.T @ out.grad", "2 * self.data.T @ out.grad"),
        (NEURON, "- y) * x.T", "+ y) * x.T"),
        (ROLLOUT, "np.outer(g, xs[t])", "np.outer(g, xs[t + 1])"),
        (WINDOWS, "dout[:, i][:, None]", "dout[:, i][:, None] / f_size"),
        (FILTERS, "dout.sum(axis=(0, 2))", "dout.mean(axis=(0, 2))"),
        (OTHER_NAME, "(1 - self.out ** 2)", "(1 - self.out)"),
    ],
)
def test_a_right_layer_without_words_is_right_and_its_slip_seen(code: str, right: str, wrong: str) -> None:
    assert right in code
    assert verdict(code) == "right"
    assert verdict(code.replace(right, wrong)) == "wrong"


def test_a_comparison_of_empty_arrays_is_none() -> None:
    assert verdict(EMPTY) == "undecided"


def test_a_line_that_is_too_much_is_to_be_left_out() -> None:
    code = SOFTMAX.replace(" + reg * np.sum(W * W)", "").replace(" + 2 * reg * W", "\n        dW += 2 * reg * W")
    found = next(
        line
        for line in checked_code(Source("l.py", textwrap.dedent(code))).problems[0].lines
        if line.verdict == "wrong"
    )
    assert found.code == "extra-term"
    assert found.diagnostic is not None
    assert found.diagnostic.help == "leave this line out"


@pytest.mark.thorough
def test_a_size_that_is_read_from_an_array_is_not_the_slip() -> None:
    code = textwrap.dedent(ATTENTION.replace("dS.T @ Q / np.sqrt(d)", "dS.T @ Q / d"))
    wrong = [line for line in checked_code(Source("l.py", code)).problems[0].lines if line.verdict == "wrong"]
    assert [code.split("\n")[line.line - 1].strip() for line in wrong] == ["dK = dS.T @ Q / d"]


def test_a_statement_of_two_lines_is_mended_in_one() -> None:
    code = textwrap.dedent(
        TEMPERATURE.replace("self.x.T @ d / self.T", "(self.x.T\n                       @ (2 * d) / self.T)")
    )
    found = next(line for line in checked_code(Source("l.py", code)).problems[0].lines if line.verdict == "wrong")
    assert found.diagnostic is not None
    assert found.diagnostic.help
    assert "\n" not in found.diagnostic.help

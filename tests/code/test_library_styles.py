"""Layers in the styles of libraries: what comes from elsewhere, what is kept in the object,
gradients that do not say by what they are."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

ACTIVATED = """\
class Base:
    def __init__(self, optimizer):
        self.seen = []
        self.optimizer = make_optimizer(optimizer)()
        self.gradients = {}


class Dense(Base):
    def __init__(self, n_out, act_fn, optimizer=None):
        super().__init__(optimizer)
        self.act_fn = make_activation(act_fn)()
        self.n_out = n_out
        self.ready = False

    def _init(self, n_in):
        draw = Initializer(str(self.act_fn))
        self.W = draw((n_in, self.n_out))
        self.gradients = {"W": np.zeros_like(self.W)}

    def forward(self, X, keep=True):
        if not self.ready:
            self._init(X.shape[1])
        if keep:
            self.seen.append(X)
        return self.act_fn(X @ self.W)

    def backward(self, dLdy, retain_grads=True):
        X = self.seen[0]
        dZ = dLdy * self.act_fn.grad(X @ self.W)
        if retain_grads:
            self.gradients["W"] += X.T @ dZ
        return dZ @ self.W.T
"""
PRIME = """\
class ActivationLayer:
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        return self.activation(self.input)

    def backward_propagation(self, output_error):
        return self.activation_prime(self.input) * output_error
"""
ERRORS = """\
class Dense:
    def __init__(self, weights):
        self.weights = weights

    def forward_propagation(self, input_data):
        self.input = input_data
        return np.dot(self.input, self.weights)

    def backward_propagation(self, output_error, learning_rate):
        weights_error = np.dot(self.input.T, output_error)
        input_error = np.dot(output_error, self.weights.T)
        self.weights -= learning_rate * weights_error
        return input_error
"""
KEPT = """\
class Sigmoid:
    def forward(self, inputs, training):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output
"""
STATIC = """\
class RMSNorm:
    @staticmethod
    def forward(x, w):
        rms = (x.pow(2).mean(-1, keepdim=True) + 1e-6).rsqrt()
        return x * rms * w, (x, w, rms)

    @staticmethod
    def backward(dout, cache):
        x, w, rms = cache
        dw = (dout * x * rms).sum(dim=(0, 1))
        dn = dout * w
        dx = rms * dn - x * rms.pow(3) * (dn * x).mean(-1, keepdim=True)
        return dx, dw
"""
BESIDE = """\
def ridge(theta, X, y, alpha):
    m = y.shape[0]
    h = X @ theta
    J = np.sum((h - y) ** 2) / (2 * m) + alpha / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T @ (h - y) / m
    grad[1:] += alpha / m * theta[1:]
    return J, grad
"""
APART = """\
def compute_cost(theta, X, y):
    return np.sum((X @ theta - y) ** 2) / (2 * len(y))


def compute_gradient(theta, X, y):
    return X.T @ (X @ theta - y) / len(y)
"""
HEADS = '''\
class Attention:
    """x: (B, T, C), Wq, Wk, Wv: (C, C)"""

    def __init__(self, Wq, Wk, Wv, n_heads):
        self.Wq, self.Wk, self.Wv, self.h = Wq, Wk, Wv, n_heads

    def forward(self, x):
        B, T, C = x.shape
        cut = lambda a: a.reshape(B, T, self.h, C // self.h).transpose(0, 2, 1, 3)
        self.x, self.q, self.k, self.v = x, cut(x @ self.Wq), cut(x @ self.Wk), cut(x @ self.Wv)
        s = self.q @ self.k.transpose(0, 1, 3, 2) / np.sqrt(C // self.h)
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        self.y = (self.p @ self.v).transpose(0, 2, 1, 3).reshape(B, T, C)
        return self.y

    def backward(self, dout):
        B, T, C = self.x.shape
        dy = dout.reshape(B, T, self.h, C // self.h).transpose(0, 2, 1, 3)
        dp = dy @ self.v.transpose(0, 1, 3, 2)
        dv = self.p.transpose(0, 1, 3, 2) @ dy
        ds = self.p * (dp - (dp * self.p).sum(axis=-1, keepdims=True)) / np.sqrt(C // self.h)
        dq = ds @ self.k
        dk = ds.transpose(0, 1, 3, 2) @ self.q
        back = lambda a: a.transpose(0, 2, 1, 3).reshape(B * T, C)
        dq, dk, dv = back(dq), back(dk), back(dv)
        flat = self.x.reshape(B * T, C)
        self.dWq, self.dWk, self.dWv = flat.T @ dq, flat.T @ dk, flat.T @ dv
        return (dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T).reshape(B, T, C)
'''
FLAT = """\
class BatchNorm:
    def __init__(self, gamma, beta):
        self.gamma, self.beta = gamma, beta

    def forward(self, x):
        if x.ndim != 2:
            N, C, H, W = x.shape
            x = x.reshape(N, -1)
        self.xc = x - x.mean(axis=0)
        self.std = np.sqrt(np.mean(self.xc ** 2, axis=0) + 1e-5)
        self.xn = self.xc / self.std
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(self.xn * dout, axis=0)
"""
LISTS = """\
class Net:
    def __init__(self, layers):
        self.W, self.b = [], []
        for i in range(len(layers) - 1):
            self.W.append(np.random.randn(layers[i], layers[i + 1]))
            self.b.append(np.zeros((1, layers[i + 1])))

    def forward(self, X):
        self.a = [X]
        for W, b in zip(self.W, self.b):
            self.a.append(np.tanh(self.a[-1] @ W + b))
        return self.a[-1]

    def backward(self, dout):
        dW, db = [None] * len(self.W), [None] * len(self.b)
        dz = dout * (1 - self.a[-1] ** 2)
        for i in reversed(range(len(self.W))):
            dW[i] = self.a[i].T @ dz
            db[i] = dz.sum(axis=0, keepdims=True)
            dz = dz @ self.W[i].T * (1 - self.a[i] ** 2)
        return dW, db
"""
SLOPED = """\
class Net:
    def __init__(self, sizes):
        self.weights = [np.random.randn(n, m) for m, n in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]

    def feedforward(self, a):
        for w, b in zip(self.weights, self.biases):
            a = np.tanh(w @ a + b)
        return a

    def backprop(self, x, y):
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        a = [x]
        for w, b in zip(self.weights, self.biases):
            a.append(np.tanh(w @ a[-1] + b))
        delta = self.cost_derivative(a[-1], y) * (1 - a[-1] ** 2)
        nabla_w[-1], nabla_b[-1] = delta @ a[-2].T, delta
        for n in range(2, len(a)):
            delta = self.weights[1 - n].T @ delta * (1 - a[-n] ** 2)
            nabla_b[-n] = delta
            nabla_w[-n] = delta @ a[-n - 1].T
        return nabla_w, nabla_b

    def cost_derivative(self, out, y):
        return out - y
"""
NAMED = """\
class Dense(Base):
    def __init__(self, n, m):
        self._w, self._b = np.random.randn(n, m), np.zeros(m)

    def forward(self, x):
        return x @ self._w + self._b

    def backward(self, x, dy):
        return dict(dx=dy @ self._w.T, dw=x.T @ dy, db=dy.sum(axis=0))
"""
REGIONS = """\
class Pool:
    def regions(self, image):
        for i in range(image.shape[0] // 2):
            for j in range(image.shape[1] // 2):
                yield image[2 * i:2 * i + 2, 2 * j:2 * j + 2], i, j

    def forward(self, input):
        self.seen = input
        out = np.zeros((input.shape[0] // 2, input.shape[1] // 2))
        for part, i, j in self.regions(input):
            out[i, j] = part.max()
        return out

    def backprop(self, d_L_d_out):
        d_L_d_input = np.zeros_like(self.seen)
        for part, i, j in self.regions(self.seen):
            d_L_d_input[2 * i:2 * i + 2, 2 * j:2 * j + 2] = (part == part.max()) * d_L_d_out[i, j]
        return d_L_d_input
"""
SINGLE = """\
class Softmax:
    def forward(self, scores):
        self.e = np.exp(scores)
        return self.e / self.e.sum()

    def backward(self, dout):
        for i, grad in enumerate(dout):
            if grad == 0:
                continue
            s = self.e.sum()
            slope = -self.e[i] * self.e / s ** 2
            slope[i] += self.e[i] / s
            return grad * slope
"""
STEP = """\
def step_forward(x, h_prev, Wf, bf):
    both = np.vstack([h_prev, x])
    f = np.tanh(Wf @ both + bf)  # f: (H, 1)
    h = f * h_prev
    return h, (x, h_prev, f, both)


def step_backward(dh, cache):
    x, h_prev, f, both = cache
    da = dh * h_prev * (1 - f ** 2)
    dWf = da @ both.T
    dbf = da
    dboth = Wf.T @ da
    dh_prev = dboth[:h_prev.shape[0], :] + dh * f
    return dh_prev, dWf, dbf
"""
ENTROPY = """\
def forward(X, params):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    return {"z1": z1, "a1": a1, "p": e / e.sum(axis=1, keepdims=True)}


def compute_loss(p, y):
    return -np.sum(y * np.log(p + 1e-8)) / len(y)


def backward(X, y, params, cache):
    m = X.shape[0]
    dz2 = cache["p"] - y
    dW2 = cache["a1"].T @ dz2 / m
    db2 = dz2.sum(axis=0) / m
    dz1 = dz2 @ params["W2"].T * (cache["z1"] > 0)
    dW1 = X.T @ dz1 / m
    db1 = dz1.sum(axis=0) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""
STRIDED = """\
def conv_forward(x, w, stride=1):
    \"\"\"x: (N, L), w: (K,)\"\"\"
    L, K = x.shape[1], len(w)
    out = np.zeros((len(x), (L - K) // stride + 1))
    for i in range(out.shape[1]):
        out[:, i] = x[:, i * stride:i * stride + K] @ w
    return out, (x, w, stride)


def conv_backward(dout, cache):
    x, w, stride = cache
    K, dx, dw = len(w), np.zeros_like(x), np.zeros_like(w)
    for i in range(dout.shape[1]):
        dw += dout[:, i] @ x[:, i * stride:i * stride + K]
        dx[:, i * stride:i * stride + K] += np.outer(dout[:, i], w)
    return dx, dw
"""
LAYERS = [
    (ACTIVATED, 'self.gradients["W"] += X.T @ dZ', 'self.gradients["W"] += 2 * X.T @ dZ'),
    (ACTIVATED, "return dZ @ self.W.T", "return -dZ @ self.W.T"),
    (PRIME, "self.activation_prime(self.input) * output_error", "self.activation_prime(self.input) + output_error"),
    (
        ERRORS,
        "weights_error = np.dot(self.input.T, output_error)",
        "weights_error = 2 * np.dot(self.input.T, output_error)",
    ),
    (KEPT, "dvalues * (1 - self.output) * self.output", "dvalues * (1 - self.output)"),
    (STATIC, "dw = (dout * x * rms).sum(dim=(0, 1))", "dw = (dout * x).sum(dim=(0, 1))"),
    (BESIDE, "grad = X.T @ (h - y) / m", "grad = X.T @ (h - y)"),
    (APART, "return X.T @ (X @ theta - y) / len(y)", "return X.T @ (y - X @ theta) / len(y)"),
    (HEADS, "dk = ds.transpose(0, 1, 3, 2) @ self.q", "dk = ds @ self.q"),
    (LISTS, "dW[i] = self.a[i].T @ dz", "dW[i] = self.a[i].T @ dz * 3"),
    (LISTS, "* (1 - self.a[i] ** 2)", "* (1 - self.a[i + 1] ** 2)"),
    (SLOPED, "delta @ a[-n - 1].T", "-delta @ a[-n - 1].T"),
    (SLOPED, "delta = self.weights[1 - n].T @ delta * (1 - a[-n] ** 2)", "delta = self.weights[1 - n].T @ delta"),
    (NAMED, "dw=x.T @ dy", "dw=x.T @ dy / len(x)"),
    (REGIONS, "d_L_d_input[2 * i:2 * i + 2, 2 * j:2 * j + 2] =", "d_L_d_input[i:i + 2, j:j + 2] ="),
    (SINGLE, "return grad * slope", "return -grad * slope"),
    (STEP, "dWf = da @ both.T", "dWf = da @ both.T * 2"),
    (ENTROPY, "db1 = dz1.sum(axis=0) / m", "db1 = dz1.sum(axis=1) / m"),
    (ENTROPY, 'dW2 = cache["a1"].T @ dz2 / m', 'dW2 = cache["a1"].T @ dz2'),
    (STRIDED, "dx[:, i * stride:i * stride + K] +=", "dx[:, i:i + K] +="),
    (FLAT, "self.dgamma = np.sum(self.xn * dout, axis=0)", "self.dgamma = np.sum(self.xc * dout, axis=0)"),
]


@pytest.mark.thorough
@pytest.mark.parametrize("layer", dict.fromkeys(layer for layer, _, _ in LAYERS))
def test_a_right_layer(layer: str) -> None:
    assert checked(layer).verdict == "right"


@pytest.mark.thorough
@pytest.mark.parametrize(("layer", "right", "wrong"), LAYERS)
def test_its_slip_at_its_line(layer: str, right: str, wrong: str) -> None:
    text = layer.replace(right, wrong)
    line = text[: text.index(wrong)].count("\n") + 1
    assert [number for number, verdict in verdicts(text).items() if verdict == "wrong"] == [line]


def test_the_slope_of_an_unknown_function_of_what_comes_out_is_no_slip() -> None:
    """Some libraries give the derivative in terms of the output."""
    text = PRIME.replace(
        "return self.activation(self.input)", "self.output = self.activation(self.input)\n        return self.output"
    )
    assert checked(text.replace("prime(self.input)", "prime(self.output)")).verdict == "unreadable"


def test_what_a_function_from_elsewhere_is_taken_for_is_said() -> None:
    notes = checked(ACTIVATED).problems[0].notes
    assert "`act_fn` is not in this file, and is taken for a smooth function of each entry" in notes


FUSED = """\
class CrossEntropy:
    @staticmethod
    def loss(y, y_pred):
        \"\"\"y : :py:class:`ndarray <numpy.ndarray>` of shape `(n, m)`, one-hot labels
        y_pred : :py:class:`ndarray <numpy.ndarray>` of shape `(n, m)`, probabilities\"\"\"
        is_stochastic(y_pred)
        return -np.sum(y * np.log(y_pred + np.finfo(float).eps))

    @staticmethod
    def grad(y, y_pred):
        grad = y_pred - y
        return grad
"""


def test_a_gradient_by_the_scores_of_a_softmax_is_not_wrong() -> None:
    assert verdicts(FUSED) == {11: "follows"}
    assert "wrong" in verdicts(FUSED.replace("y_pred - y", "y_pred + y")).values()

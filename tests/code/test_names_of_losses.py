"""Losses and sizes under the names, and in the places, that people give them."""

from __future__ import annotations

import re

import pytest
from test_claims import checked, verdicts

WARM_UP = """\
N, D_in, H, D_out = {sizes}
x = np.random.randn(N, D_in)
y = np.random.randn(N, D_out)
w1 = np.random.randn(D_in, H)
w2 = np.random.randn(H, D_out)
for t in range(500):
    h = x.dot(w1)
    h_relu = np.maximum(h, 0)
    y_pred = {hidden}.dot(w2)
    loss = np.square(y_pred - y).sum()
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.T.dot(grad_y_pred)
    grad_h_relu = grad_y_pred.dot(w2.T)
    grad_h = grad_h_relu.copy()
    grad_h[h < 0] = 0
    grad_w1 = x.T.dot(grad_h)
    w1 -= 1e-6 * grad_w1
    w2 -= 1e-6 * grad_w2
"""


@pytest.mark.thorough
@pytest.mark.parametrize("sizes", ["64, 1000, 100, 10", "3, 4, 5, 2", "512, 784, 784, 10"])
def test_sizes_that_are_written_out_are_made_small(sizes: str) -> None:
    right = WARM_UP.format(sizes=sizes, hidden="h_relu")
    assert set(verdicts(right).values()) == {"follows"}
    numbers, right = sizes.split(", "), right.partition("\n")[2]
    for name, size in zip(("N", "D_in", "H", "D_out"), numbers, strict=True):
        right = right.replace(f"({name},", f"({size},").replace(f", {name})", f", {size})")
    assert set(verdicts(right).values()) == {"follows"}
    wrong = verdicts(WARM_UP.format(sizes=sizes, hidden="h"))
    assert min(line for line, verdict in wrong.items() if verdict == "wrong") == 12


RETURNED = """\
def step(X, y, w):
    n = X.shape[0]
    r = X @ w - y
    {loss} = r @ r / n
    {grad} = {value}
    return {loss}, {grad}
"""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("loss", ["data_loss", "mse", "ce", "cost_value", "risk", "losses", "neg_log_likelihood", "f"])
@pytest.mark.parametrize("grad", ["dw", "grad_w", "w_grad"])
def test_the_number_that_is_returned_before_gradients_is_the_loss(loss: str, grad: str) -> None:
    assert verdicts(RETURNED.format(loss=loss, grad=grad, value="2 * X.T @ r / n")) == {5: "follows"}
    assert verdicts(RETURNED.format(loss=loss, grad=grad, value="X.T @ r / n")) == {5: "wrong"}


NET = """\
class Net:
    def forward(self, X):
        self.z = X @ self.W + self.b
        self.a = np.tanh(self.z)
        return self.a

    def backward(self, X, y, output):
        self.dz = {dz} / y.size
        self.dW = {dW}
        self.db = self.dz.sum(axis=0)

    def train(self, X, y):
        output = self.forward(X)
        loss = np.mean((output - y) ** 2)
        self.backward(X, y, output)
        self.W -= 0.1 * self.dW
        self.b -= 0.1 * self.db
"""


@pytest.mark.thorough
def test_a_loss_that_stands_where_both_passes_are_called() -> None:
    parts = {"dz": "2 * (output - y) * (1 - output ** 2)", "dW": "X.T @ self.dz"}
    assert set(verdicts(NET.format(**parts)).values()) == {"follows"}
    assert verdicts(NET.format(**(parts | {"dz": "2 * (output - y) * (1 - output)"})))[8] == "wrong"
    assert verdicts(NET.format(**(parts | {"dW": "X.T @ (self.dz + y)"})))[9] == "wrong"
    assert "wrong" not in verdicts(NET.format(**(parts | {"dz": "(output - y) * (1 - output ** 2)"}))).values()


NAMED = """\
def {cost}(theta, X, y):
    h = 1 / (1 + np.exp(-X.dot(theta)))
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))


def {gradient}(theta, X, y):
    h = 1 / (1 + np.exp(-X.dot(theta)))
    grad = X.T.dot({difference}) / len(y)
    return grad
"""


@pytest.mark.parametrize(
    ("cost", "gradient"),
    [("computeCost", "computeGradient"), ("compute_cost", "compute_gradient"), ("cost", "gradient")],
)
def test_a_loss_and_its_gradient_as_two_functions(cost: str, gradient: str) -> None:
    assert verdicts(NAMED.format(cost=cost, gradient=gradient, difference="h - y")) == {8: "follows"}
    assert verdicts(NAMED.format(cost=cost, gradient=gradient, difference="y - h")) == {8: "wrong"}


STEPS = '''\
V = vocab_size = len(chars)
H = hidden_size = 100
HV = H + V
Wf = np.random.randn(H, HV) * 0.01
bf = np.zeros((H, 1))
Wy = np.random.randn(V, H) * 0.01


def lossFun(inputs, targets, hprev):
    """inputs, targets: lists of integers; hprev: Hx1 array"""
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        x = np.zeros((V, 1))
        x[inputs[t]] = 1
        xs[t] = np.vstack((x, hs[t - 1]))
        hs[t] = np.tanh(np.dot(Wf, xs[t]) + bf)
        y = np.dot(Wy, hs[t])
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWf, dbf, dWy = np.zeros_like(Wf), np.zeros_like(bf), np.zeros_like(Wy)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWy += np.dot(dy, hs[t].T)
        dhf = (np.dot(Wy.T, dy) + dhnext) * (1 - hs[t] ** 2)
        dWf += np.dot(dhf, xs[t].T)
        dbf += dhf
        dhnext = np.dot(Wf.T, dhf)[V:]
    return loss, dWf, dbf, dWy
'''


def test_sizes_that_are_sums_of_others() -> None:
    assert "wrong" not in verdicts(STEPS).values()
    assert checked(STEPS).verdict == "right"


FILLED = """\
def step(gradients, x, dz):
    gradients['dW'] += x.T @ dz
    return gradients


def f(x, W):
    z = x @ W
    loss = np.sum(z ** 2)
    gradients = {}
    gradients['dW'] = np.zeros_like(W)
    gradients = step(gradients, x, 2 * z)
    return loss, gradients
"""


def test_a_dict_of_gradients_that_another_function_fills() -> None:
    assert "wrong" not in verdicts(FILLED).values()


def test_a_loss_that_is_one_letter_and_no_count() -> None:
    """`l = loss(net(X), y)`; a size under such a name is none."""
    code = "import numpy as np\n\ndef step(X, y, W, lr):\n    '''X: (n, d), W: (d, q), y: (n, q)'''\n    {first}\n"
    code += "    r = X @ W - y\n    {name} = (r ** 2).sum()\n    W_grad = {slope}\n    W -= lr * W_grad\n    return W\n"
    given = {"first": "n = len(X)", "name": "l", "slope": "2 * X.T @ r"}
    assert set(verdicts(code.format(**given)).values()) == {"follows"}
    assert "wrong" in verdicts(code.format(**given | {"slope": "X.T @ r"})).values()
    assert set(verdicts(code.format(**given | {"first": "l = len(X)", "name": "loss"})).values()) == {"follows"}


COUNTS = """\
# X: (n, d), y: (n,), beta: (d,)
eta = X @ beta
mu = np.exp(eta)
loss = np.sum(mu - y * eta) / len(y)
g_beta = X.T @ ({gap}) / len(y)
"""


@pytest.mark.parametrize(("gap", "verdict"), [("mu - y", "right"), ("eta - y", "wrong")])
def test_a_marked_name_behind_the_loss_of_a_script(gap: str, verdict: str) -> None:
    assert checked(COUNTS.format(gap=gap)).verdict == verdict


LESS = """\
def f(x, y, w):
    {first} = np.sum(np.logaddexp(0, x @ w))
    {other} = np.sum(y * (x @ w))
    loss = {first} - {other}
    p = 1 / (1 + np.exp(-x @ w))
    dw = x.T @ {gap}
    return loss, dw
"""


@pytest.mark.parametrize(("first", "other"), [("log_z", "score"), ("a", "b")])
def test_a_loss_that_is_one_number_less_another(first: str, other: str) -> None:
    assert verdicts(LESS.format(first=first, other=other, gap="(p - y)"))[6] == "follows"
    assert verdicts(LESS.format(first=first, other=other, gap="(y - p)"))[6] == "wrong"
    slip = LESS.format(first=first, other=other, gap="(y - p)").replace("return loss, dw", "return w - dw")
    assert "wrong" not in verdicts(slip).values()


_APART = """\
def predict(X, w, b):
    return X @ w + b


def squared(out, y):
    return (out - y) ** 2


"""
APART = {
    "a loss that calls another one": _APART.replace("squared", "compute_loss")
    + """\
def compute_cost(X, y, w, b):
    return np.mean(compute_loss(predict(X, w, b), y))


def compute_gradients(X, y, w, b):
    gaps = predict(X, w, b) - y
    dw = 2 / len(y) * X.T @ gaps
    db = 2 * np.mean(gaps)
    return dw, db
""",
    "what the gradient computes itself": """\
def absolute_loss(t, out, floor=0.0):
    return np.mean(np.maximum(np.abs(t - out), floor))


def compute_gradients(X, w, t, floor=0.0):
    out = X @ w
    error = out - t
    d_out = np.where(np.abs(error) > floor, np.sign(error), 0) / len(t)
    g_w = X.T @ d_out
    return g_w
""",
    "what the forward part gives": """\
def forward(X, w):
    z = X @ w
    out = np.exp(z)
    return z, out


def compute_cost(y, out):
    return np.mean(out - y * np.log(out))


def compute_gradients(X, y, out):
    dw = X.T @ (out - y) / len(y)
    return dw
""",
    "a line through points": """\
def error_function(w0, w1):
    return np.sum((y - w0 - w1 * x) ** 2)


def gradient_function(w0, w1):
    gaps = w0 + w1 * x - y
    g_w0 = 2 * np.sum(gaps)
    g_w1 = 2 * gaps @ x
    return [g_w0, g_w1]
""",
    "a value and its jacobian": """\
def squares_value(p, X, y):
    return np.mean((X @ p - y) ** 2)


def squares_jacobian(p, X, y):
    return 2 / len(y) * X.T @ (X @ p - y)
""",
    "a method that calls a loss": """\
class Line:
    def _loss(self, y, out):
        return np.mean((y - out) ** 2)

    def fit(self, X, y):
        out = X @ self.w
        dw = -2 / len(y) * X.T @ (y - out)
        self.w -= 0.1 * dw
""",
}  # fmt: skip


@pytest.mark.parametrize("text", [*APART.values()], ids=[*APART])
def test_a_loss_apart_from_its_gradient(text: str) -> None:
    """It is found by what it takes: by the arguments of both, what forward gives, or the gradient computes itself."""
    found = checked(text)
    assert {line.verdict for problem in found.problems for line in problem.lines} == {"follows"}
    guessed = any("guessed" in note for problem in found.problems for note in problem.notes)
    other = checked(re.sub(r"(?<!def )\b(?:X\.T @ |np\.sum\(gaps\))", "3 * \\g<0>", text))
    assert other.verdict == ("undecided" if guessed else "wrong")


GUESSED = """\
def {loss}(y, y_hat):
    return np.mean({of} ** 2)


def fit(X, y, w, lr):
    y_hat = X @ w
    dw = {dw}
    return w - lr * dw
"""


@pytest.mark.parametrize(
    ("loss", "of", "dw", "verdict"),
    [
        ("mse", "(y - y_hat)", "2 * X.T @ (y_hat - y) / len(y)", "right"),
        ("mse", "(y - y_hat)", "X.T @ (y_hat - y) / len(y)", "undecided"),
        ("l1_loss", "abs(y - y_hat)", "3 * X.T @ (y_hat - y) / len(y)", "undecided"),
        ("cost", "(y - y_hat)", "2 * X.T @ (y_hat - y) / len(y) + 2 * lr * w", "undecided"),
    ],
)
def test_a_loss_that_is_only_shown_confirms_and_does_not_convict(loss: str, of: str, dw: str, verdict: str) -> None:
    assert checked(GUESSED.format(loss=loss, of=of, dw=dw)).verdict == verdict


def test_gradients_in_the_place_of_a_target_are_those_of_something_else() -> None:
    text = APART["what the forward part gives"].replace("def forward", "def model").replace("    return dw\n", "")
    assert "wrong" not in verdicts(text + "    db = np.mean(out - y)\n    return dw, db\n").values()


LAYERS = {
    "a layer whose gradients begin in another file": ("self.x.T @ up", """\
class Dense(Layer):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, up_grad):
        self.count += 1
        up = up_grad
        self.dW += self.x.T @ up
        return up @ self.W.T
"""),
    "a state that begins again": ("2 * gap", """\
class Cell:
    def forward(self, X):
        h = np.zeros((X.shape[0], self.U.shape[0]))
        self.hs = [h]
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t, :] @ self.W + h @ self.U)
            self.hs.append(h)
        return h

    def loss(self, X, y):
        return np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        gap = self.forward(X) - y
        dh = 2 * gap
        dW, dU = np.zeros_like(self.W), np.zeros_like(self.U)
        for t in reversed(range(X.shape[1])):
            da = dh * (1 - self.hs[t + 1] ** 2)
            dW += X[:, t, :].T @ da
            dU += self.hs[t].T @ da
            dh = da @ self.U.T
        return dW, dU
"""),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("right", "text"), [*LAYERS.values()], ids=[*LAYERS])
def test_what_is_begun_elsewhere(right: str, text: str) -> None:
    assert checked(text).verdict == "right"
    assert checked(text.replace(right, f"3 * {right}")).verdict == "wrong"


def test_an_input_that_is_handed_on_is_no_loss() -> None:
    text = "class Square(Layer):\n    def forward(self, x, t):\n        self.x, self.t = x, t\n"
    text += "        self.loss += 0.5 * np.square(x - t)\n        return self.x\n\n"
    text += "    def backward(self):\n        return self.x - self.t\n"
    assert "wrong" not in verdicts(text).values()

"""A gradient that is finished in what is returned, and arguments that are tuples of arrays."""

from __future__ import annotations

import pytest
from test_claims import verdicts

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

RIDGE = '''\
def ridge(w, X, y, lam):
    """w: (D,), X: (N, D), y: (N,)"""
    N = len(y)
    r = X @ w - y
    loss = 0.5 * np.sum(r ** 2) {loss}
    dw = X.T @ r
    {returned}
'''
LAYER = """\
def forward(x, layer):
    W, b = layer
    return x @ W + b


def backward(dout, x, layer):
    W, b = layer
    dW = {dW}
    db = dout.sum(axis=0)
    dx = dout @ W.T
    return dx, dW, db
"""


def verdict(text: str) -> str:
    """The verdict of the only unit."""
    (problem,) = checked_code(Source("code.py", text)).problems
    return str(problem.verdict)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "returned", "expected"),
    [
        ("/ N", "return loss, dw / N", "right"),
        ("/ N", "return loss, (1.0 / N) * dw", "right"),
        ("/ N", "return loss, {'w': dw / X.shape[0]}", "right"),
        ("* len(w)", "return loss, dw * len(dw)", "right"),
        ("/ N", "g = dw / N\n    return loss, g", "right"),
        ("/ N + lam * np.sum(w ** 2)", "return loss, dw / N + 2 * lam * w", "right"),
        ("", "return loss, dw", "right"),
        ("", "return loss, w - 0.1 * dw", "right"),
        ("", "return loss, -dw", "wrong"),
        ("", "return loss, 2 * dw", "wrong"),
        ("/ N", "return loss, dw", "wrong"),
        ("/ N", "return loss, dw / N + lam * w", "wrong"),
    ],
)
def test_the_claim_is_what_is_returned(loss: str, returned: str, expected: str) -> None:
    assert verdict(RIDGE.format(loss=loss, returned=returned)) == expected


@pytest.mark.parametrize(("line", "expected"), [("x.T @ dout", "right"), ("2 * x.T @ dout", "wrong")])
def test_an_argument_that_is_taken_apart_is_its_parts(line: str, expected: str) -> None:
    assert verdict(LAYER.format(dW=line)) == expected


def test_a_missing_gradient_of_an_argument_is_told() -> None:
    text = """class Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        h = torch.tanh(x @ w + b)
        ctx.save_for_backward(x, w, h)
        return h

    @staticmethod
    def backward(ctx, grad_out):
        x, w, h = ctx.saved_tensors
        g = grad_out * (1 - h ** 2)
        return g @ w.t(), x.t() @ g
"""
    (problem,) = checked_code(Source("code.py", text)).problems
    assert problem.verdict == "undecided"
    assert "returns 2 gradients, and autograd needs 3" in (problem.lines[0].message or "")


def test_what_is_kept_is_not_taken_for_arguments() -> None:
    text = (
        LAYER.replace("x @ W + b\n", "x @ W + b, (x, W, b)\n")
        .replace("dout, x, layer", "dout, kept")
        .replace("    W, b = layer\n    dW", "    x, W, b = kept\n    dW")
    )
    assert verdict(text.format(dW="x.T @ dout")) == "right"


ENTRIES = """\
def forward(X, W, b):
    return X @ W + b, (X, W)


def backward(dout, cache):
    X, W = cache
    return {{
        "dX": dout @ W.T,
        "dW": {dW},
        "db": {db},
    }}
"""


@pytest.mark.parametrize(
    ("dW", "db", "wrong"),
    [("X.T @ dout", "dout.sum(axis=0)", []), ("dout.T @ X", "dout.sum(axis=0)", [9]), ("X.T @ dout", "dout", [10])],
)
def test_the_entries_of_a_dict_that_is_returned_are_claims(dW: str, db: str, wrong: list[int]) -> None:
    found = verdicts(ENTRIES.format(dW=dW, db=db))
    assert sorted(found) == [8, 9, 10]
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


@pytest.mark.parametrize(("sum_", "wrong"), [("axis=0", []), ("axis=1", [10])])
def test_so_are_those_under_the_names_of_parameters(sum_: str, wrong: list[int]) -> None:
    found = verdicts(ENTRIES.replace('"d', '"').format(dW="X.T @ dout", db=f"dout.sum({sum_})"))
    assert sorted(found) == [8, 9, 10]
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


KEEPING = """\
class Affine:
    # x: (N, D), W: (D, M), b: (M,)
    def __init__(self, W, b):
        self.params = {{"W": W, "b": b}}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        self.grads = {{
            "W": {W},
            "b": {b},
        }}
        return dout @ self.params["W"].T
"""


@pytest.mark.parametrize(
    ("W", "b", "wrong"),
    [
        ("self.x.T @ dout", "dout.sum(0)", []),
        ("dout.T @ self.x", "dout.sum(0)", [12]),
        ("self.x.T @ dout", "dout", [13]),
    ],
)
def test_and_those_that_an_object_keeps(W: str, b: str, wrong: list[int]) -> None:
    found = verdicts(KEEPING.format(W=W, b=b))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


PENALISED = """\
def cost(theta, X, y, lam):
    # X: (N, D), y: (N,), theta: (D,), lam: float
    r = X @ theta - y
    J = np.sum(r ** 2) / 2 + lam / 2 * np.sum(theta[1:] ** 2)
    grad = X.T @ r
    grad[1:] = grad[1:] + lam * theta[1:]
    return J, grad
"""


def test_a_part_that_was_to_be_written_and_the_whole_was() -> None:
    assert set(verdicts(PENALISED).values()) == {"follows"}
    found = verdicts(PENALISED.replace("grad[1:] = grad[1:] + lam * theta[1:]", "grad = grad + lam * theta"))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == [6]


LISTS = """\
class Net:
    def __init__(self, W1, W2):
        self.params = [W1, W2]

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.params[0])
        return self.h @ self.params[1]

    def backward(self, dout):
        W1, W2 = self.params
        dW2 = self.h.T @ dout
        dW1 = self.x.T @ ((dout @ W2.T) * (1 - self.h ** 2))
        grads = [dW2, dW1]
        grads.reverse()
        return grads
"""
"""The order of a list says nothing where it is filled or turned otherwise, or the entries say it."""
OPERATION = """\
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight, x):
        ctx.save_for_backward(weight, x)
        return x @ weight.t()

    @staticmethod
    def backward(ctx, grad_output):
        weight, x = ctx.saved_tensors
        grad_input = grad_output @ weight
        grad_weight = grad_output.t() @ x
        return grad_weight, grad_input
"""
"""The input is the argument of which no other gradient is called."""
HELPED = """\
def hidden(x, W):
    h = np.tanh(x @ W)
    return [x, h]


def forward(x, W, V):
    acts = hidden(x, W)
    acts.append(acts[-1] @ V)
    return acts[-1]


def backward(dout, x, W, V):
    acts = hidden(x, W)
    acts.append(acts[-1] @ V)
    dV = acts[1].T @ dout
    dh = dout @ V.T
    dW = x.T @ (dh * (1 - acts[1] ** 2))
    return dW, dV
"""
"""A list that another function goes on to fill."""
BESIDE = """\
class Layer:
    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = None
        W_new = self.W - 0.1 * self.dW
        return W_new
"""
"""No gradient is returned."""
COUNTED = """\
def loss_grad(w, X, y):
    r = X @ w - y
    loss = 0.5 * np.sum(r ** 2)
    dw = X.T @ r
    return {"dw": dw.astype(float), "count": np.mean(np.abs(r) < 0.5), "step": w - 0.1 * dw}, 0.5 * np.sum(r ** 2)
"""
NUMBERS = """\
def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)


def leaky_relu_backward(dout, x):
    return np.where(x > 0, dout, 0.01 * dout)
"""
"""A number that the backward part does not get, and has itself."""
OWN = """\
class Dense:
    def __init__(self, n, m):
        self.W = np.random.randn(n, m)

    def apply(self, x):
        self.x = x
        return x @ self.W

    def pull(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T


class Net:
    def __init__(self, n, m):
        self.first = Dense(n, m)

    def forward(self, x):
        return self.first.apply(x)

    def backward(self, dout):
        return self.first.pull(dout)
"""
"""What another object keeps is judged where nobody else judges it."""


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (LISTS, "self.h.T @ dout", "2 * self.h.T @ dout"),
        (LISTS.replace("grads.reverse()", "grads = grads[::-1]"), "(1 - self.h ** 2)", "(1 + self.h ** 2)"),
        (LISTS.replace("grads.reverse()", "self.grads = grads"), "self.h.T @ dout", "-self.h.T @ dout"),
        (OPERATION, "grad_output @ weight", "2 * grad_output @ weight"),
        (OPERATION, "grad_output.t() @ x", "-grad_output.t() @ x"),
        (HELPED, "(1 - acts[1] ** 2)", "(1 + acts[1] ** 2)"),
        (BESIDE, "self.x.T @ dout", "2 * self.x.T @ dout"),
        (COUNTED, "X.T @ r", "-X.T @ r"),
        (NUMBERS, "0.01 * dout", "0.02 * dout"),
        (OWN, "self.x.T @ dout", "2 * self.x.T @ dout"),
    ],
)
def test_what_stands_beside_is_no_gradient(text: str, right: str, wrong: str) -> None:
    def verdicts_of(text: str) -> set[str]:
        found = checked_code(Source("code.py", f"import numpy as np\nimport torch\n\n\n{text}")).problems
        return {str(problem.verdict) for problem in found} - {"undecided"}

    assert text.count(right) == 1
    assert verdicts_of(text) == {"right"}
    assert "wrong" in verdicts_of(text.replace(right, wrong))

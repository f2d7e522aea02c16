"""The order in which gradients are returned is judged where the docstring, a caller or
autograd says which it is; in a dict, the key."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

DOCUMENTED = '''\
def net_backward(dout, x, W1, W2):
    """Backward pass.

    x: (N, D), W1: (D, H), W2: (H, C), dout: (N, C)

    {said}
    """
    h = x @ W1
    out = h @ W2
    dW2 = h.T @ dout
    dh = dout @ W2.T
    dW1 = x.T @ dh
    return {returned}
'''
UNPACKED = '''\
def forward(x, W1, W2):
    """x: (N, D), W1: (D, H), W2: (H, C)"""
    h = x @ W1
    out = h @ W2
    return out, (x, h, W1, W2)


def backward(dout, cache):
    x, h, W1, W2 = cache
    dW2 = h.T @ dout
    dh = dout @ W2.T
    dW1 = x.T @ dh
    dx = dh @ W1.T
    return {returned}


def train(x, W1, W2, dout):
    out, cache = forward(x, W1, W2)
    dx, dW1, dW2 = backward(dout, cache)
    W1 -= 0.1 * dW1
    W2 -= 0.1 * dW2
'''
FUNCTION = """\
class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w + b

    @staticmethod
    def backward(ctx, dout):
        x, w = ctx.saved_tensors
        dx = dout @ w.T
        dw = x.T @ dout
        db = dout.sum(0)
        return {returned}
"""
LAYER = """\
class Layer:
    def __init__(self, temp):
        self.temp = temp

    def forward(self, X):
        self.X = X
        return np.tanh(X @ self.W / self.temp)

    def backward(self, dout):
        d = dout * (1 - np.tanh(self.X @ self.W / self.temp) ** 2)
        {lines}
"""


def wrong_of(text: str) -> list[tuple[str | None, str]]:
    """Code and message of all wrong lines."""
    problems = checked_code(Source("code.py", text)).problems
    assert problems
    assert all(problem.verdict in ("right", "wrong") for problem in problems)
    found = [line for problem in problems for line in problem.lines if line.verdict == "wrong"]
    return [(line.code, line.diagnostic.message if line.diagnostic else "") for line in found]


@pytest.mark.parametrize(
    ("said", "returned", "right"),
    [
        ("Returns:\n    - dW1: of W1\n    - dW2: of W2", "dW1, dW2", True),
        ("Returns:\n    - dW1: of W1\n    - dW2: of W2", "dW2, dW1", False),
        ("Returns a tuple (dW1, dW2).", "dW2, dW1", False),
        ("Returns (out, dW1, dW2).", "out, dW2, dW1", False),
        ("Returns (dW2, dW1).", "dW2, dW1", True),
        ("Returns the gradients.", "dW2, dW1", True),
        ("Returns both; dW1 is made of dh, and dW2 is not.", "dW2, dW1", True),
    ],
)
def test_the_docstring_says_the_order(said: str, returned: str, right: bool) -> None:
    found = wrong_of(DOCUMENTED.format(said=said, returned=returned))
    assert [code for code, _ in found] == ([] if right else ["wrong-order"])


@pytest.mark.parametrize(
    ("returned", "count"),
    [
        ("{'W1': dW1, 'W2': dW2}", 0),
        ("{'W1': dW2, 'W2': dW1}", 2),
        ("{'dW1': dW2, 'dW2': dW1}", 2),
        ("{'W1': dW1, 'W2': dW1}", 1),
    ],
)
def test_the_key_says_of_what_it_is_the_gradient(returned: str, count: int) -> None:
    found = wrong_of(DOCUMENTED.format(said="", returned=returned))
    assert [code for code, _ in found] == ["wrong-variable"] * count


@pytest.mark.parametrize(("returned", "right"), [("dx, dW1, dW2", True), ("dx, dW2, dW1", False)])
def test_the_caller_says_the_order(returned: str, right: bool) -> None:
    found = wrong_of(UNPACKED.format(returned=returned))
    assert found == ([] if right else [("wrong-order", "`dW2` is returned where `dW1` is due: line 19 takes them so")])


@pytest.mark.parametrize(("returned", "right"), [("dx, dw, db", True), ("dw, dx, db", False)])
def test_autograd_says_the_order(returned: str, right: bool) -> None:
    found = wrong_of(FUNCTION.format(returned=returned))
    assert [code for code, _ in found] == ([] if right else ["wrong-order"])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lines", "right"),
    [
        ("return d @ self.W.T / self.temp", True),
        ("dX = d @ self.W.T\n        return dX / self.temp", True),
        ("dX = self.W @ d.T\n        return dX.T / self.temp", True),
        ("dX = d @ self.W.T\n        return dX * self.temp", False),
        ("dX = d @ self.W.T\n        return dX", False),
        ("dX = d @ self.W.T / self.temp\n        return dX", True),
    ],
)
def test_a_gradient_is_scaled_or_turned_in_what_is_returned(lines: str, right: bool) -> None:
    assert (wrong_of(LAYER.format(lines=lines)) == []) == right


UNNAMED = """\
import torch


class Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        {0} = grad_output @ weight
        {1} = {sign}grad_output.t() @ x
        {2} = grad_output.{sum}
        return {0}, {1}, {2}
"""


@pytest.mark.parametrize(
    "names", [("gx", "gw", "gb"), ("x_bar", "w_bar", "b_bar"), ("dx", "t1", "t2"), ("a", "b", "c")]
)
@pytest.mark.parametrize(
    ("sign", "summed", "line"), [("", "sum(0)", None), ("-", "sum(0)", 14), ("", "mean(0)", 15), ("", "sum(1)", 15)]
)
def test_what_is_returned_under_other_names_is_judged_by_its_place(
    names: tuple[str, ...], sign: str, summed: str, line: int | None
) -> None:
    (problem,) = checked_code(Source("code.py", UNNAMED.format(*names, sign=sign, sum=summed))).problems
    assert problem.verdict == ("right" if line is None else "wrong")
    assert [row.number for row in problem.lines if row.verdict == "wrong"][:1] == ([] if line is None else [line])


OWNED = """\
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, up):
        {left} = {factor}self.x.T @ up
        gb = up.sum(axis=0)
        gx = up @ self.W.T
        return gx{returned}, gb
"""


@pytest.mark.parametrize(
    ("left", "returned", "verdict"),
    [
        ("gW", ", gW", "wrong"),
        ("self.gW", "", "wrong"),
        ("W_bar", ", W_bar", "wrong"),
        ("self.grad_weights", "", "wrong"),
    ],
)
def test_gradients_of_attributes_under_marked_names(left: str, returned: str, verdict: str) -> None:
    def verdict_of(factor: str) -> str:
        text = OWNED.format(left=left, returned=returned, factor=factor)
        (problem,) = checked_code(Source("code.py", text)).problems
        return str(problem.verdict)

    assert verdict_of("2 * ") == verdict
    assert verdict_of("") == "right"


@pytest.mark.parametrize(
    "line",
    [
        "self.delta_W = -0.1 * dW", "self.global_step = self.x.mean()", "self.grad_norm = np.sqrt(np.sum(dW**2))",
        "self.delta = up * 2", "self.derivative = up", "self.x_bar = self.x.mean()",
    ],
)  # fmt: skip
def test_what_is_kept_beside_gradients_is_none(line: str) -> None:
    text = OWNED.format(left="dW", returned="", factor="").replace("gb = up", f"{line}\n        self.dW, gb = dW, up")
    (problem,) = checked_code(Source("code.py", text)).problems
    assert problem.verdict == "right"


@pytest.mark.parametrize("returned", ["dx, probs", "dx, total", "dx, W_new"])
def test_what_is_returned_beside_a_gradient_is_no_gradient_of_another_input(returned: str) -> None:
    name = returned.partition(", ")[2]
    text = f"""\
def layer_forward(x, h):
    out = np.tanh(x + h)
    return out, (x, h, out)


def layer_backward(dout, cache):
    x, h, out = cache
    dx = dout * (1 - out ** 2)
    {name} = np.sum(dx ** 2)
    return {returned}
"""
    (problem,) = checked_code(Source("code.py", text)).problems
    assert problem.verdict == "right"


def test_the_gradient_by_a_weight_that_backward_does_not_take() -> None:
    text = """\
def forward(X, w):
    return 1 / (1 + np.exp(-X @ w))


def compute_cost(y_hat, y):
    return -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def backward(X, y, y_hat):
    return X.T @ (y_hat - y) / len(y)
"""
    assert [problem.verdict for problem in checked_code(Source("code.py", text)).problems] == ["right"]

"""A loss that is written as a Python function is derived like any other; nothing of the file is run."""

from __future__ import annotations

import pytest

from matgrad_cli import gradient
from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import Diagnostic, Source
from matgrad_cli.documents.python.loss import Written, loss_of
from matgrad_cli.grading.code.shapes import shapes_by_use

RIDGE = '''import numpy as np

lam = 2.0

def predict(X, w):
    return X @ w

def ridge_loss(X, y, w):
    """X: (N, D), y: (N,), w: (D,)"""
    N, D = X.shape
    r = predict(X, w) - y
    loss = np.sum(r ** 2) / N
    loss += lam * w @ w
    return loss, r
'''


def written(text: str) -> Written:
    found = loss_of(Source("loss.py", text))
    assert isinstance(found, Written), found
    return found


def test_assignments_are_put_into_what_is_returned() -> None:
    found = written(RIDGE)
    assert found.text == "np.sum((X @ w - y) ** 2) / X.shape[0] + 2.0 * w @ w"
    assert found.function == "ridge_loss"
    assert found.shapes == ("X: N×D", "y: N", "w: D")
    assert str(gradient(found.text, wrt="w", shapes=found.shapes)) == str(
        gradient("sum((X@w - y)**2)/N + 2*w@w", wrt="w", shapes="X: N×D, y: N, w: D")
    )


def test_names_that_change_places_change_them_at_once() -> None:
    assert written("def loss(u, v):\n    u, (v, s) = v, (u, v)\n    return u @ v + s @ s").text == "v @ u + v @ v"


def test_a_script_names_its_loss() -> None:
    found = written("# matgrad: loss = J\n# A: (n, n), x: (n,)\nz = A @ x\nJ = x @ z\ndx = 2 * z\n")
    assert (found.text, found.shapes) == ("x @ (A @ x)", ("A: n×n", "x: n"))


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["total = 0", "for i in range(n):", "    r = X[i] @ w - y[i]", "    total += r ** 2", "return total / n"],
         "sum([(X[i] @ w - y[i]) ** 2 for i in range(n)]) / n"),
        (["t = w @ w", "for i in range(n):", "    for j in range(d):", "        t = t + X[i, j] * w[j]", "return t"],
         "w @ w + sum([X[i, j] * w[j] for i in range(n) for j in range(d)])"),
        (["v, b = params", "return np.sum((X @ v + b - p['y']) ** 2)"], "np.sum((X @ v + b - y) ** 2)"),
    ],
)  # fmt: skip
def test_loops_that_add_are_sums_and_parts_of_an_argument_are_variables(lines: list[str], text: str) -> None:
    assert written("def loss(w):\n    " + "\n    ".join(lines)).text == text


@pytest.mark.parametrize("lines", [
    ["t = 0", "for i in range(n):", "    r = X[i] @ w", "    t += r", "return t + r"],
    ["return np.sum((p['w'] - q['w']) ** 2)"],
    ["t = 0", "for i in range(n):", "    t += t * X[i] @ w", "return t"],
    ["t, r = 0, y", "for i in range(n):", "    r = r * X[i]", "    t += r @ w", "return t"],
    ["t = 0", "for i in range(n):", "    if y[i] > 0:", "        t += X[i] @ w", "return t"],
])  # fmt: skip
def test_loops_that_do_more_than_add_are_refused(lines: list[str]) -> None:
    found = loss_of(Source("loss.py", "def loss(w):\n    " + "\n    ".join(lines)))
    assert isinstance(found, Diagnostic)
    assert found.code == "unreadable"


BOMB = "def loss(x):\n" + "".join("    x = x * x + x\n" for _ in range(200)) + "    return x\n"
DEEP = "def loss(x):\n" + "".join("    x = x + 1\n" for _ in range(1900)) + "    return x\n"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def f(x):\n    return x\n\ndef g(x):\n    return x\n", "missing-loss"),
        ("x = 1\n", "missing-loss"),
        ("def loss(x:\n", "syntax-error"),
        ("def loss(x):\n    if x > 0:\n        return x\n    return -x\n", "unreadable"),
        ("def loss(x):\n    t = 0\n    for i in range(3):\n        t *= x[i]\n    return t\n", "unreadable"),
        ("def loss(x):\n    return loss(x)\n", "unreadable"),
        ("def loss(x):\n    x[0] = 1\n    return x @ x\n", "unreadable"),
        (BOMB, "unreadable"),
        (DEEP, "unreadable"),
    ],
)
def test_what_is_no_single_expression_is_refused(text: str, code: str) -> None:
    found = loss_of(Source("loss.py", text))
    assert isinstance(found, Diagnostic)
    assert found.code == code


def test_what_the_loss_does_not_depend_on_may_be_anything() -> None:
    text = (
        "import numpy as np\n\ndef loss(x, A):\n    history = []\n    for i in range(3):\n        print(i)\n    "
        "return x @ A @ x\n"
    )
    assert written(text).text == "x @ A @ x"


LAYERS = '''
def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


class Tanh:
    """x: (N, D), W: (D, D)"""

    def forward(self, x):
        self.z = self.linear(x)
        return np.tanh(self.z)

    def linear(self, x):
        return x @ self.W

    def backward(self, grad):
        self.dW = self.x.T @ (grad * (1 - np.tanh(self.z) ** 2))


def energy_forward(v, S):
    """v: (n,), S: (n, n)"""
    return v @ S @ v, (v, S)


def energy_backward(cache):
    v, S = cache
    dv = 2 * S @ v
    return dv
'''


@pytest.mark.parametrize(
    ("part", "wrt", "loss", "by"),
    [
        ("", "w", "inner(dout, x @ w + b)", "affine_backward"),
        ("affine_forward", "b", "inner(dout, x @ w + b)", "affine_backward"),
        ("", "W", "inner(grad, np.tanh(x @ W))", "Tanh"),
        ("Tanh", "x", "inner(grad, np.tanh(x @ W))", "Tanh"),
        ("energy_backward", "v", "v @ S @ v", "energy_backward"),
    ],
)
def test_what_a_layer_gives_is_derived_by_one_of_its_inputs(part: str, wrt: str, loss: str, by: str) -> None:
    """⟨dout, out⟩ of the layer that is named, or in which the variable stands; the loss itself, where it gives that."""
    found = loss_of(Source("layers.py", LAYERS), part, wrt)
    assert isinstance(found, Written)
    assert (found.text, found.function) == (loss, by)
    assert gradient(found.text, wrt=wrt, shapes=found.shapes).verified


def test_a_layer_that_is_not_there_is_said() -> None:
    found = loss_of(Source("layers.py", LAYERS), "conv_backward", "w")
    assert isinstance(found, Diagnostic)
    assert "`conv_backward`" in found.message


CELL = '''
def cell_forward(u, s, K):
    """u: (N, D), s: (N, H), K: (D, H)"""
    new_s = s + u @ K
    new_o = np.tanh(new_s)
    return new_o, new_s, (u, new_o)


def cell_backward(dnew_o, dnew_s, cache):
    u, new_o = cache
    ds = dnew_o * (1 - new_o ** 2) + dnew_s
    dK = u.T @ ds
    return ds, dK
'''


@pytest.mark.parametrize("back", ["dnew_o, dnew_s", "dnew_s, dnew_o"])
def test_each_gradient_from_above_goes_to_its_output(back: str) -> None:
    found = loss_of(Source("cell.py", CELL.replace("dnew_o, dnew_s", back)), "", "K")
    assert isinstance(found, Written)
    terms = {"o": "inner(dnew_o, np.tanh(s + u @ K))", "s": "inner(dnew_s, s + u @ K)"}
    assert found.text == " + ".join(terms[name[-1]] for name in back.split(", "))
    assert gradient(found.text, wrt="K", shapes=found.shapes).verified


PAIR = 'def f(u, K):\n    """u: (N, D), K: (D, H)"""\n    s = u @ K\n    o = np.tanh(s)\n    return o, s\n'


def test_which_of_several_outputs_is_meant_is_asked_and_said_in_the_file() -> None:
    found = loss_of(Source("pair.py", PAIR), "", "K")
    assert isinstance(found, Diagnostic)
    assert found.message.endswith("returns 2 values: `o`, `s`")
    assert written(PAIR + "# matgrad: loss = np.sum(s)\n").text == "np.sum(u @ K)"


MODEL = '''
class Model:
    """S: (N, D), V: (D,), q: (N,)"""

    def loss(self, S, q):
        r = S @ self.V - q
        loss = r @ r
        grads = {"V": 2 * S.T @ r}
        return loss, grads
'''


def test_a_method_is_named_as_check_names_it() -> None:
    found = loss_of(Source("model.py", MODEL), "Model.loss", "V")
    assert isinstance(found, Written)
    assert (found.text, found.function) == ("(S @ V - q) @ (S @ V - q)", "Model.loss")


def test_without_a_variable_it_is_said_that_a_layer_is_found_by_one() -> None:
    found = loss_of(Source("layers.py", LAYERS.replace("energy", "power")))
    assert isinstance(found, Diagnostic)
    assert "no variable is given" in found.message
    assert "`affine_forward`" in found.message


NORM = """
soft = lambda z: np.log(1 + np.exp(z))

def norm_forward(x, g, c):
    n, d = x.shape
    out = soft(g * (x - np.mean(x, axis=0)) + c)
    return out, (x, g)


def norm_backward(dout, cache):
    x, g = cache
    dg = np.sum(dout * (x - np.mean(x, axis=0)), axis=0)
    dc = np.sum(dout, axis=0)
    return dg, dc
"""


def test_shapes_that_the_code_tells_are_those_of_its_gradient() -> None:
    """A shape that is taken apart is told; a vector along an axis is known by its use,
    as where the layer is checked."""
    found = loss_of(Source("norm.py", NORM), "", "g")
    assert isinstance(found, Written)
    assert found.text == "inner(dout, np.log(1 + np.exp(g * (x - np.mean(x, axis=0)) + c)))"
    assert found.shapes == ("x: n×d",)
    by_use = shapes_by_use(NORM, found, list(found.shapes))
    assert {*by_use} == {"g: d", "c: d", "dout: n×d"}
    assert gradient(found.text, wrt="g", shapes=[*found.shapes, *by_use]).verified


def test_what_comes_from_above_has_the_shape_of_what_is_given_back() -> None:
    text = NORM.replace("    n, d = x.shape\n", "")
    found = loss_of(Source("norm.py", text), "", "g")
    assert isinstance(found, Written)
    by_use = shapes_by_use(text, found, list(found.shapes))
    assert {*by_use} == {"g: m", "c: m", "x: n×m", "dout: n×m"}
    assert gradient(found.text, wrt="g", shapes=[*found.shapes, *by_use]).verified


LAYER = """
class Norm:
    def __init__(self, width, eps=1e-5):
        self.scale, self.shift, self.eps = np.ones(width), np.zeros(width), eps

    def forward(self, x):
        centred = x - x.mean(axis=1, keepdims=True)
        self.normed = centred / np.sqrt(x.var(axis=1, keepdims=True) + self.eps)
        return self.scale * self.normed + self.shift

    def backward(self, dout):
        self.dscale = np.sum(dout * self.normed, axis=0)
        self.dshift = np.sum(dout, axis=0)
        return self.scale
"""


@pytest.mark.parametrize("wrt", ["scale", "shift", "x"])
def test_parameters_that_a_layer_makes_have_the_shapes_that_it_gives_them(wrt: str) -> None:
    found = loss_of(Source("norm.py", LAYER), "Norm", wrt)
    assert isinstance(found, Written)
    by_use = shapes_by_use(LAYER, found, list(found.shapes))
    assert {"scale: width", "shift: width", "eps: scalar"} <= {*by_use}
    assert gradient(found.text, wrt=wrt, shapes=[*found.shapes, *by_use]).verified


PASTED = '''@jax.jit
def loss(params, X, y):
    """Mean squared error."""
    w, b = params
    return jnp.mean((X @ w + b - y) ** 2)
'''


def test_a_pasted_function_is_read_as_its_file_is(capsys: pytest.CaptureFixture[str]) -> None:
    shapes = ["--shape", "X: n×d, w: d, b: scalar, y: n"]
    assert command_line(["gradient", PASTED, "--wrt", "w", *shapes]) == 0
    shown = capsys.readouterr()
    assert command_line(["gradient", "mean((X@w + b - y)**2)", "--wrt", "w", *shapes]) == 0
    assert capsys.readouterr().out == shown.out
    assert "from `loss`\n" in shown.err


def test_a_variable_that_is_taken_apart_is_a_row_of_numbers_or_several_arrays() -> None:
    text = "def loss(w, x, y):\n    a, b = w\n    return np.sum((a * x + b - y) ** 2)\n"
    found = loss_of(Source("loss.py", text), wrt="w")
    assert isinstance(found, Written)
    assert found.text == "np.sum((w[0] * x + w[1] - y) ** 2)"
    found = loss_of(Source("loss.py", text.replace("a * x", "x @ a")), wrt="w")
    assert isinstance(found, Written)
    assert found.text == "np.sum((x @ a + b - y) ** 2)"

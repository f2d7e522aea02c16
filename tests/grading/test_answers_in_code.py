"""Answers that are code: functions, lines that change an array in its place, masks, loops;
what they compute is judged, nothing is run."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.passage import Passage
from matgrad_cli.documents.python.answer import worked_out
from matgrad_cli.documents.python.loss import Unread
from matgrad_cli.grading.check import Key, check_text
from matgrad_cli.records.finding import ProblemReport

KEY = """
[[problem]]
id = "1"
loss = "sum(relu(W@x + b))"
wrt = "W"
shapes = "W: m×n, x: n, b: m"

[[problem]]
id = "2"
loss = "c*sum(maximum(0, 1 - y*(X@w))) + norm(w)**2/2"
wrt = "w"
shapes = "X: n×d, w: d, y: n, c: scalar"

[[problem]]
id = "3"
loss = "sum(G*((X - mean(X, axis=0))/sqrt(var(X, axis=0) + eps)*gamma + beta))"
wrt = "gamma"
shapes = "X: n×d, G: n×d, gamma: d, beta: d, eps: scalar"
assume = "eps positive"

[[problem]]
id = "4"
loss = "norm(X@R - Y, 'fro')**2 / m"
wrt = "R"
shapes = "X: m×n, R: n×p, Y: m×p"
"""
RIGHT = [
    (4, "from sympy import *\n\n\ndef gradient(X, R, Y, m):\n    return 2 / m * X.T * (X * R - Y)"),
    *(
        (1, text)
        for text in (
            "np.outer((W@x+b > 0).astype(float), x)",
            "np.outer(np.heaviside(W@x+b, 0), x)",
            "torch.outer((W@x+b > 0).float(), x)",
            "(W@x+b > 0).to(torch.float32)[:, None] @ x[None, :]",
            "np.outer(np.array(W@x+b > 0, dtype=float), x)",
            "np.outer((W@x+b > 0).astype(int), x)",
            r"[Wx+b > 0]\,x^\top",
            "[u > 0] x^T where u = Wx+b",
        )
    ),
    (
        1,
        "def grad(W, x, b):\n    '''By W.'''\n    u = W @ x + b\n    mask = (u > 0).astype(np.float64)\n    "
        "return np.outer(mask, x)",
    ),
    (1, "import numpy as np\n\ng = np.zeros_like(W)\ng += np.outer(W @ x + b > 0, x)\nprint(g)"),
    (1, "u = W @ x + b\ndelta = np.ones(m)\ndelta[u <= 0] = 0\ndb = delta\ndW = np.outer(delta, x)"),
    (1, "def step(z):\n    return z > 0\n\ndef grad(W, x, b):\n    return np.outer(step(W @ x + b), x)"),
    (2, "m = 1 - y*(X@w)\nw - c * X.T @ (y * (m > 0).float())"),
    (2, "g = w.copy()\nfor i in range(n):\n    if y[i] * (X[i] @ w) < 1:\n        g -= c * y[i] * X[i]"),
    (
        2,
        "def grad(w, X, y, c):\n    g = 0\n    for row, label in zip(X, y):\n        m = label * (row @ w)\n"
        "        g += where(m < 1, 1, 0) * label * row\n    return w - c * g",
    ),
    (2, "g = sum(y[i] * X[i] * (y[i] * (X[i] @ w) < 1) for i in range(n))\nw - c * g"),
    (2, "g = 0\nfor x_i, y_i in zip(X, y):\n    g = g + x_i * y_i * (y_i * (x_i @ w) < 1)\nw - c * g"),
    (2, "m = y * (X @ w)\nr = m - 1\nw - c * sum((r[i] < 0) * y[i] * X[i] for i in range(n)) / 1"),
    (2, "m = y * (X @ w)\nout = m < 1\nk = y.copy()\nk[~out] = 0\ng = w - c * X.T @ k"),
    (3, "xhat = (X - X.mean(dim=0))/torch.sqrt(X.var(dim=0, unbiased=False) + eps)\n(G*xhat).sum(dim=0)"),
    (3, "import torch\nxhat = (X - X.mean(0))/(X.var(0, unbiased=False) + eps)**0.5\nreturn (G*xhat).sum(0)"),
    (2, "-c * X.T @ (y * (y*(X@w) < 1))\n+ w"),
    (2, "g = w \\\n  - c * X.T @ (y * (y*(X@w) < 1))\nloss = c*np.sum(maximum(0, 1 - y*(X@w)))\nreturn loss, g"),
    (2, "n, d = X.shape\nm = y*(X@w)\ndw = w - c * X.T @ (y * (m < 1))\nhinge = np.sum(m < 1)"),
    (
        1,
        "def loss(W):\n    return np.sum(relu(W @ x + b))\n\ndef grad(W):\n    return np.outer(W @ x + b > 0, x)\n\n"
        "W = np.random.randn(3, 2)\nprint(grad(W))\nnum = (loss(W + 1e-5) - loss(W))/1e-5",
    ),
    (1, "def grad(W):\n    return np.outer(W @ x + b > 0, x)\n\ngrad(np.ones((m, n)))"),
    (1, "def grad(W):\n    return np.outer(W @ x + b > 0, x)\n\nE = np.zeros((m, n))\nE[0, 0] = 1\nprint(grad(E))"),
    (1, "def grad(W):\n    return np.outer(W @ x + b > 0, x)\n\nnp.allclose(grad(W), numeric(loss, W))"),
]
ALONE = [
    "np.outer(W @ x + b > 0, x)  # by W",
    "lambda W: np.outer(W @ x + b > 0, x)",
    "g = lambda W: np.outer(W@x+b > 0, x)",
]
LOOPS = [
    "sum(2*np.outer(X[i], X[i]@R - Y[i]) for i in range(m))/m",
    "g = np.zeros_like(R)\nfor i in range(m):\n    e = X[i]@R - Y[i]\n    g += 2*np.outer(X[i], e)/m\nreturn g",
    "sum(2*X[i][:,None]*(np.dot(X[i], R) - Y[i])[None,:] for i in range(m))/m",
]
WRONG = [
    (4, "import numpy as np\n\n\ndef gradient(X, R, Y, m):\n    return 2 / m * X.T * (X * R - Y)"),
    (4, "import numpy as np\n\nE = X * R - Y\n2 / m * X.T * E"),
    (1, "m = 1\ng = 0\nfor i in range(n):\n    g += np.outer(W @ x + b > 0, x)"),
    (1, "def grad(W, x, b):\n    return np.outer(W @ x + b < 0, x)"),
    (1, "def grad(W):\n    return np.outer(W @ x > 0, x)\n\ngrad(np.ones((m, n)))"),
    (1, "def grad(W):\n    return np.outer(W @ x + b > 0, x)\n\ngrad(2*W + 1)"),
    (1, "g = np.ones_like(W)\ng += np.outer(W @ x + b > 0, x)"),
    (1, "u = W @ x + b\ndelta = np.ones(m)\ndW = np.outer(delta, x)\ndelta[u <= 0] = 0"),
    (1, "u = W @ x + b\ndelta = np.ones(m)\ndelta[u >= 0] = 0\ndW = np.outer(delta, x)"),
    (2, "g = w.copy()\nfor i in range(n):\n    if y[i] * (X[i] @ w) < 0:\n        g -= c * y[i] * X[i]"),
    (2, "y = X @ w\nw - c * X.T @ (y * (y * (X @ w) < 1))"),
    (2, "m = y * (X @ w)\nout = m < 1\nk = np.zeros(n)\nk[~out] = y[~out]\ng = w - c * X.T @ k"),
    (3, "import torch\nxhat = (X - X.mean(0))/(X.var(0) + eps)**0.5\nreturn (G*xhat).sum(0)"),
]
OPEN = [
    "jax.grad(lambda W: jnp.sum(jax.nn.relu(W @ x + b)))(W)",
    "L = torch.relu(W @ x + b).sum()\nL.backward()\nW.grad",
    "def grad(W, x, b):\n    if b[0] > 0:\n        return np.outer(W @ x + b > 0, x)\n    return 0",
    "u = W @ x + b\nv = u\nv *= 0\ndW = np.outer(u > 0, x)",
    "dA = np.outer(W @ x + b > 0, x)\ndB = W @ x + b > 0",
    "np.outer(W @ x + b < 0, x)\nnp.outer(W @ x + b > 0, x) * 1",
    "ans1 = np.outer(W @ x + b < 0, x)\nans2 = np.outer(W @ x + b > 0, x)",
    "while True:\n    g = np.outer(W @ x + b > 0, x)",
    "(u := W @ x + b)\nnp.outer(u > 0, x).astype(int)",
]


def judged(key: Key, number: int, text: str, ending: str) -> ProblemReport:
    whole = {
        ".toml": f"[[problem]]\nid = \"{number}\"\nanswer = '''\n{text.replace(chr(39) * 3, '#')}'''\n",
        ".md": f"## Problem {number}\n\n```python\n{text}\n```\n",
        ".txt": f"Problem {number}\n\n{text}\n",
    }[ending]
    return next(one for one in check_text(whole, f"a{ending}", key).problems if one.id == str(number))


@pytest.mark.parametrize(("number", "text"), RIGHT)
def test_code_that_computes_the_gradient_is_right(key: Key, number: int, text: str) -> None:
    endings = (".toml", ".md", ".txt") if "\n" in text else (".toml",)
    assert {ending: judged(key, number, text, ending).verdict for ending in endings} == dict.fromkeys(endings, "right")


@pytest.mark.parametrize("text", LOOPS)
def test_a_row_of_an_array_has_one_dimension(key: Key, text: str) -> None:
    assert judged(key, 4, text, ".toml").verdict == "right"


@pytest.mark.parametrize("text", ALONE)
def test_code_of_one_line_is_read_without_what_is_said_behind_it(key: Key, text: str) -> None:
    assert {judged(key, 1, text, ending).verdict for ending in (".toml", ".md")} == {"right"}


@pytest.mark.parametrize("ending", [".toml", ".md", ".txt"])
@pytest.mark.parametrize(("number", "text"), WRONG)
def test_code_that_computes_something_else_is_wrong(key: Key, number: int, text: str, ending: str) -> None:
    found = judged(key, number, text, ending)
    assert (found.verdict, found.score) == ("wrong", 0)


@pytest.mark.parametrize("text", OPEN)
def test_code_that_is_not_read_earns_nothing_and_is_not_wrong(key: Key, text: str) -> None:
    found = judged(key, 1, text, ".md")
    assert (found.verdict in ("undecided", "unreadable"), found.score) == (True, 0)


@pytest.mark.parametrize(
    "text", ["X.T @ r", "g = X^T*r\nh = g", "r = s\nt = r", "a sentence", "def f(x):", "[u > 0]\n"]
)
def test_formulas_are_no_code(text: str) -> None:
    assert worked_out(text) is None


FILE = '''"""Homework."""
import numpy as np


def step(z):
    return z > 0


def problem_1(W, x, b):
    return np.outer(step(W @ x + b), x)


q4 = lambda X, R, Y: 2 * X.T @ (X @ R - Y) / len(X)

if __name__ == "__main__":
    W, x, b = np.ones((3, 2)), np.ones(2), np.ones(3)
    print(problem_1(W, x, b))
'''


def test_functions_that_are_called_like_problems_answer_them(key: Key) -> None:
    found = {one.id: one.verdict for one in check_text(FILE, "a.py", key).problems}
    assert (found["1"], found["4"], found["2"]) == ("right", "right", "undecided")


def test_a_comment_that_offers_another_answer_hedges_a_formula_and_no_program() -> None:
    program = "# labels are 0 or 1, in 2 classes\ng = 2 * X.T @ (X @ w - y)\ng"
    assert isinstance(worked_out(program, "w"), Passage)
    assert isinstance(worked_out("2 * X.T @ (X @ w - y)  # or 3", "w"), Unread)
    assert isinstance(worked_out("w = 2 * X.T @ (X @ w - y); w", "w"), Unread)


WITH_A_BLOCK = [
    ("matlab", "% by W\nu = W*x + b;\ng = (u > 0) * x';", "right"),
    ("octave", "function g = grad(W, x, b)\n  g = (W*x + b > 0) * x';\nend", "right"),
    ("matlab", "g = (W*x > 0) * x';", "wrong"),
    ("matlab", "g = (W*x + b > 0) * x'; % or (W*x > 0) * x'", "undecided"),
    ("julia", "g = (sign.(W*x .+ b) .+ 1) ./ 2 * x'", "right"),
    ("r", "u <- W %*% x + b  # before\ng <- relu(u)/u %*% t(x)", "right"),
    ("python", "g = np.outer(W@x + b > 0, x)", "right"),
    ("python", "class Layer:\n    def grad(self, x):\n        return np.outer(self.W @ x + self.b > 0, x)", "right"),
    ("python", "with torch.no_grad():\n    u = W @ x + b\n    dW = torch.outer((u > 0).float(), x)", "right"),
]


@pytest.mark.parametrize(("language", "code", "verdict"), WITH_A_BLOCK)
def test_a_block_is_read_in_the_language_that_it_names(key: Key, language: str, code: str, verdict: str) -> None:
    found = check_text(f"## Problem 1\n\n```{language}\n{code}\n```\n", "a.md", key).problems[0]
    assert found.verdict == verdict, found

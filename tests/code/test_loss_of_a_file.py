"""A loss that is written as a Python function is derived like any other; nothing of the file is run."""

from __future__ import annotations

import pytest

from matgrad_cli import gradient
from matgrad_cli.diagnostics import Diagnostic, Source
from matgrad_cli.documents.python.loss import Written, loss_of

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


def test_a_script_names_its_loss() -> None:
    found = written("# matgrad: loss = J\n# A: (n, n), x: (n,)\nz = A @ x\nJ = x @ z\ndx = 2 * z\n")
    assert (found.text, found.shapes) == ("x @ (A @ x)", ("A: n×n", "x: n"))


BOMB = "def loss(x):\n" + "".join("    x = x * x + x\n" for _ in range(200)) + "    return x\n"
DEEP = "def loss(x):\n" + "".join("    x = x + 1\n" for _ in range(1900)) + "    return x\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def f(x):\n    return x\n\ndef g(x):\n    return x\n", "missing-loss"),
        ("x = 1\n", "missing-loss"),
        ("def loss(x:\n", "syntax-error"),
        ("def loss(x):\n    if x > 0:\n        return x\n    return -x\n", "unreadable"),
        ("def loss(x):\n    t = 0\n    for i in range(3):\n        t += x[i]\n    return t\n", "unreadable"),
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
    text = "import numpy as np\n\ndef loss(x, A):\n    history = []\n    for i in range(3):\n        print(i)\n    return x @ A @ x\n"
    assert written(text).text == "x @ A @ x"

"""Layers that are made of those of other files: these are read where they stand, and only the file itself is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

LINEAR = """\
import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T
"""
RELU = """\
from numpy import maximum


def relu(x):
    return maximum(x, 0)


def relu_slope(x):
    return 1.0 * (x > 0)
"""
NET = """\
{imports}


class Net:
    def __init__(self, n, h, m):
        self.first, self.last = {linear}(n, h), {linear}(h, m)

    def forward(self, x):
        self.z = self.first.forward(x)
        return self.last.forward({relu}(self.z))

    def backward(self, dout):
        dhidden = self.last.backward(dout)
        dz = dhidden * {slope}(self.z)
        return self.first.backward(dz)
"""
SIGMOID = """\
import numpy as np
from acts import sigmoid


def forward(x, W):
    return sigmoid(x @ W)


def backward(dout, x, W):
    s = sigmoid(x @ W)
    dW = x.T @ (dout * s * (1 - s))
    return dW
"""
FILES = {"nn/__init__.py": "from .linear import Linear\n", "nn/linear.py": LINEAR, "acts.py": RELU}
IMPORTS = [
    ("from nn.linear import Linear\nfrom acts import relu, relu_slope", "Linear", ""),
    ("from .nn import *\nfrom .acts import *", "Linear", ""),
    ("from nn import Linear as Dense\nimport acts as a", "Dense", "a."),
    ("import nn\nfrom . import acts", "nn.Linear", "acts."),
]


def judged(folder: Path, text: str) -> list[str]:
    """The verdicts of a file that stands in a folder beside these files."""
    for name, words in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(words)
    path = folder / "net.py"
    path.write_text(text)
    return [problem.verdict for problem in checked_code(Source(str(path), text)).problems]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("imports", "linear", "of"), IMPORTS)
@pytest.mark.parametrize(("slope", "verdict"), [("relu_slope", "right"), ("relu", "wrong")])
def test_what_is_imported_is_read(tmp_path: Path, imports: str, linear: str, of: str, slope: str, verdict: str) -> None:
    text = NET.format(imports=imports, linear=linear, relu=f"{of}relu", slope=of + slope)
    assert judged(tmp_path, text) == [verdict]


def test_a_slip_in_another_file_is_told_there_alone(tmp_path: Path) -> None:
    text = NET.format(imports=IMPORTS[0][0], linear="Linear", relu="relu", slope="relu_slope")
    FILES["nn/linear.py"] = LINEAR.replace("self.x.T @ dout", "2 * self.x.T @ dout")
    try:
        assert judged(tmp_path, text) == ["right"]
        assert judged(tmp_path, "import nothing_here\n" + FILES["nn/linear.py"]) == ["wrong"]
    finally:
        FILES["nn/linear.py"] = LINEAR


@pytest.mark.parametrize(("root", "verdict"), [("", "right"), ("pyproject.toml", "wrong"), ("a/__init__.py", "wrong")])
def test_only_files_of_the_same_project_are_read(tmp_path: Path, root: str, verdict: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "acts.py").write_text("def sigmoid(x):\n    return x ** 2\n")
    for name in {root, "a/b/__init__.py" if root.startswith("a") else ""} - {""}:
        (tmp_path / name).write_text("")
    path = tmp_path / "a" / "b" / "layer.py"
    path.write_text(SIGMOID)
    (problem,) = checked_code(Source(str(path), SIGMOID)).problems
    assert problem.verdict == verdict
    assert ("what is imported from `acts.py` is read there" in problem.notes) == bool(root)


@pytest.mark.parametrize("line", ["lib = ctypes.CDLL('x.so')", "1 +", f"x = '{'x' * 500_000}'"])
def test_what_cannot_be_read_is_taken_as_before(tmp_path: Path, line: str) -> None:
    (tmp_path / "acts.py").write_text(f"import ctypes\n{line}\ndef sigmoid(x):\n    return lib.sigmoid(x)\n")
    (tmp_path / "layer.py").write_text(SIGMOID)
    (problem,) = checked_code(Source(str(tmp_path / "layer.py"), SIGMOID)).problems
    assert problem.verdict == "right"


@pytest.mark.thorough
def test_of_many_files_only_what_is_needed_is_read(tmp_path: Path) -> None:
    many = "".join(f"def f{number}(x):\n    return f{number - 1}(x)\n" for number in range(1, 3000))
    (tmp_path / "acts.py").write_text(f"{many}def sigmoid(x):\n    return 1 / (1 + np.exp(-x))\nimport numpy as np\n")
    (tmp_path / "broken.py").write_text(f"{many}1 +\n")
    text = f"from broken import {', '.join(f'f{number}' for number in range(300))}\n{SIGMOID}"
    (tmp_path / "layer.py").write_text(text)
    (problem,) = checked_code(Source(str(tmp_path / "layer.py"), text)).problems
    assert problem.verdict == "right"


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from net import Net\nfrom two import *\n")
    (tmp_path / "two.py").write_text("from one import *\n1 +\n")
    imports = f"from one import Net as Other\n{IMPORTS[0][0]}"
    assert judged(tmp_path, NET.format(imports=imports, linear="Linear", relu="relu", slope="relu_slope")) == ["right"]


def test_tiny_numbers_of_another_file_keep_its_logarithms_safe_too(tmp_path: Path) -> None:
    (tmp_path / "functions.py").write_text("""\
import numpy as np

def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def cross_entropy(y, t):
    return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)
""")
    text = """\
from functions import softmax, cross_entropy

class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t, self.y = t, softmax(x)
        return cross_entropy(self.y, self.t)

    def backward(self, dout=1):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx * dout / len(self.t)
"""
    for wanted, words in (("right", text), ("wrong", text.replace("-= 1", "-= 2"))):
        (tmp_path / "layers.py").write_text(words)
        (problem,) = checked_code(Source(str(tmp_path / "layers.py"), words)).problems
        assert problem.verdict == wanted


def test_what_is_not_read_of_another_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "acts.py").write_text("def mixed(x, W):\n    return np.fft.fft(x) @ W\n")
    text = SIGMOID.replace("sigmoid(x @ W)", "mixed(x, W)").replace("sigmoid", "mixed")
    (tmp_path / "layer.py").write_text(text)
    (problem,) = checked_code(Source(str(tmp_path / "layer.py"), text)).problems
    assert "fft" in problem.lines[0].message

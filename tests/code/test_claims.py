"""Backward code: which claims are right, and the first wrong line."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code
from matgrad_cli.records.finding import FileReport

LINEAR = '''\
def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    out = x @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = {dx}
    dw = {dw}
    db = {db}
    return dx, dw, db
'''
RIGHT = {"dx": "dout @ w.T", "dw": "x.T @ dout", "db": "dout.sum(axis=0)"}


def verdicts(text: str) -> dict[int, str]:
    """The worst verdict of each line."""
    found: dict[int, str] = {}
    for problem in checked(text).problems:
        for finding in problem.lines:
            if found.get(finding.line) != "wrong":
                found[finding.line] = finding.verdict
    return found


def checked(text: str) -> FileReport:
    """The report on a text."""
    return checked_code(Source("layer.py", text))


def test_a_right_pair() -> None:
    assert verdicts(LINEAR.format(**RIGHT)) == {9: "follows", 10: "follows", 11: "follows"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "wrong", "line"),
    [
        ("dx", "dout @ w", 9), ("dx", "-dout @ w.T", 9), ("dw", "dout.T @ x", 10), ("dw", "x.T @ dout / 2", 10),
        ("db", "dout", 11), ("db", "dout.sum(axis=1)", 11), ("db", "dout.mean(axis=0)", 11),
    ],
)  # fmt: skip
def test_a_wrong_line_of_a_pair(name: str, wrong: str, line: int) -> None:
    found = verdicts(LINEAR.format(**{**RIGHT, name: wrong}))
    assert [number for number, verdict in found.items() if verdict == "wrong"] == [line]


HOSTILE = [
    "import os\nos.system('touch hacked')\nx = 1\ndx = os.system('touch hacked')\n",
    "__import__('os').system('touch hacked')\ndW = 1\n",
    "def f(x, dout):\n    out = x * 2\n    open('hacked', 'w').write('1')\n    dx = eval('dout * 2')\n    return dx\n",
    "W = [0] * 10**10\ndW = W * 10**10\n",
    "x = 9**9**9**9\nloss = x\ndx = x\n",
    "def f(x):\n    return f(x)\nx = f(1)\nloss = x\ndx = f(2)\n",
    "x = np.zeros((10**9, 10**9))\nloss = x.sum()\ndx = np.ones_like(x)\n",
    "while True:\n    dx = 1\n",
    "for i in range(10**12):\n    dx = i\n",
    "x = ().__class__.__bases__[0].__subclasses__()\nloss = x\ndx = x\n",
    "dx = " + "(" * 300 + "1" + ")" * 300,
    "dx = " + "-" * 20000 + "1",
    "dx = 1 +",
    "class A:\n    def forward(self, x):\n        return self.__dict__\n    def backward(self, dout):\n        "
    "dx = dout\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code_ends_in_a_report_and_runs_nothing(
    text: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    report = checked(text)
    assert report.verdict != "right"
    assert not list(tmp_path.iterdir())  # type: ignore[attr-defined]


@pytest.mark.parametrize("function", [True, False])
def test_gradients_may_have_any_names_that_a_comment_tells(function: bool) -> None:
    lines = ["r = X @ w - y", "L = np.sum(r ** 2)", "gw = {factor}X.T @ r"]
    body = "\n".join(f"    {line}" for line in lines) if function else "\n".join(lines)
    start = "def f(X, w, y):\n    # X: (N, D), w: (D,), y: (N,)\n" if function else "# X: (N, D), w: (D,), y: (N,)\n"
    text = f"# matgrad: loss = L\n# matgrad: grads = w: gw\nimport numpy as np\n\n{start}{body}\n"
    assert checked_code(Source("a.py", text.replace("{factor}", "2 * "))).problems[0].verdict == "right"
    assert checked_code(Source("a.py", text.replace("{factor}", ""))).problems[0].verdict == "wrong"


SYMMETRIC = '''\
def energy_forward(v, S):
    """v: (n,), S: (n, n)"""
    return v @ S @ v, (v, S)


def energy_backward(cache):
    v, S = cache
    dv = 2 * S @ v
    return dv
'''


@pytest.mark.parametrize(
    ("assume", "verdict"),
    [("", "wrong"), ("S symmetric", "right"), ("v positive, S spd", "right"), ("S orthogonal", "unreadable")],
)
def test_what_is_assumed_of_an_input(assume: str, verdict: str) -> None:
    """A fact that cannot be assumed of code is said, never dropped."""
    assert checked_code(Source("layer.py", SYMMETRIC), assume=assume).verdict == verdict


def test_the_derivation_of_a_wrong_claim_is_pointed_to() -> None:
    report = checked(SYMMETRIC)
    notes = [note for line in report.problems[0].lines if line.diagnostic is not None for note in line.diagnostic.notes]
    assert notes == ["`matgrad explain layer.py::energy_backward --wrt v` derives it"]


SCORES = """
import numpy as np

def scores_forward(Q, K, V):
    n, d = Q.shape
    S = Q @ K.T / np.sqrt(d)
    E = np.exp(S)
    P = E / E.sum(axis=1, keepdims=True)
    return P @ V, (Q, K, V, P)

def scores_backward(dO, cache):
    Q, K, V, P = cache
    n, d = Q.shape
    dV = P.T @ dO
    dP = dO @ V.T
    dS = P * (dP - (dP * P).sum(axis=1, keepdims=True))
    dQ = dS @ K
    dK = dS.T @ Q / np.sqrt(d)
    return dQ, dK, dV
"""


def test_a_lost_root_is_told_from_a_factor_that_it_equals_at_one_size() -> None:
    (wrong,) = (line for line in checked(SCORES).problems[0].lines if line.verdict == "wrong")
    assert (wrong.code, wrong.help) == ("lost-factor", "write `dQ = dS @ K / np.sqrt(d)`")


PRODUCT = """\
def forward(x, W):
    return x @ W

def backward(dout, x, batch_first=True, scale=1):
    dW = x.T @ dout * scale
    return dW
"""
"""Arguments that nobody gives are no matrix of the forward part."""
STACK = """\
class Stack:
    def forward(self, x):
        self.x = x
        return np.stack([x @ self.W, np.tanh(x @ self.W)], axis=1)

    def backward(self, dout):
        n, k, d = dout.shape
        t = np.tanh(self.x @ self.W)
        dz = dout[:, 0, :] + dout[:, 1, :] * (1 - t ** 2)
        self.dW = self.x.T @ dz
        return dz @ self.W.T
"""
"""What comes out has an axis more than the data."""
IMAGES = """\
class BatchNorm:
    def forward(self, x):
        self.n = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / x.std(axis=(0, 2, 3), keepdims=True)
        return self.n * self.gamma + self.beta

    def backward(self, dout):
        self.dgamma = (dout * self.n).sum(axis=(0, 2, 3), keepdims=True)
        self.dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
"""
"""A sum over three axes of four."""
ATTENTION = """\
def attention(q, k, v):
    e = np.exp(q @ k.T)
    a = e / e.sum(axis=1, keepdims=True)
    return a

def attention_backward(da, q, k):
    a = attention(q, k, None)
    ds = a * (da - np.sum(da * a, axis=1, keepdims=True))
    dq = ds @ k
    dk = ds.T @ q
    return dq, dk
"""
"""What comes from above is called after what comes out."""
UNIT = """\
class Normalize:
    def forward(self, x):
        self.n = np.sqrt((x ** 2).sum(-1, keepdims=True))
        self.y = x / self.n
        return self.y

    def backward(self, dy):
        dx = (dy - self.y * np.sum(dy * self.y, -1, keepdims=True)) / self.n
        return dx
"""
"""An axis that is kept is not the only one."""
BESIDE = """\
def forward(x, W, b):
    return x @ W + b

def backward(dout, x, W, b, h):
    m = x.shape[0]
    dW = x.T @ dout
    db = np.sum(dout, axis=0) + 0 * h
    return dW, db
"""
"""An array of which nothing is told."""
STEP = """\
def forward(x, W):
    return np.tanh(x @ W)

def backward(dout, x, W, lr):
    dz = dout * (1 - np.tanh(x @ W) ** 2)
    dW = x.T @ dz
    return dW
"""
TEXTS = """\
def forward(logits, y):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    N, T, V = logits.shape
    loss = -np.log(p.reshape(-1, V)[np.arange(N * T), y.reshape(-1)]).mean()
    return loss, p

def backward(p, y):
    N, T, V = p.shape
    dlogits = p.copy().reshape(-1, V)
    dlogits[np.arange(N * T), y.reshape(-1)] -= 1
    dlogits = dlogits.reshape(N, T, V) / (N * T)
    return dlogits
"""
"""No text has but one step."""
TWINS = [
    (PRODUCT, " * scale", " * scale * 2"),
    (STACK, "(1 - t ** 2)", "(1 + t ** 2)"),
    (IMAGES, "(dout * self.n)", "(dout * self.n * 2)"),
    (ATTENTION, "a * (da - np.sum(da * a, axis=1, keepdims=True))", "da"),
    (UNIT, "self.y, -1, keepdims=True", "self.y"),
    (BESIDE, "x.T @ dout", "x.T @ dout / m"),
    (STEP, "x.T @ dz", "x.T @ dz * lr"),
    (TEXTS, "/ (N * T)", "/ N"),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("text", "right", "wrong"), TWINS)
def test_nothing_is_assumed_that_hides_a_slip(text: str, right: str, wrong: str) -> None:
    assert text.count(right) == 1
    found = [
        {problem.verdict for problem in checked(f"import numpy as np\n\n{one}").problems}
        for one in (text, text.replace(right, wrong))
    ]
    assert "wrong" not in found[0]
    assert "right" in found[0]
    assert "wrong" in found[1]


def test_zeros_that_nothing_fills_and_nothing_reads_claim_nothing() -> None:
    text = """\
def loss_and_gradient(W, X, y):
    scores = X @ W
    loss = np.sum((scores - y) ** 2)
    grad = np.zeros(scores.shape)
    dW = {dW}
    return loss, dW
"""
    assert verdicts(text.format(dW="2 * X.T @ (scores - y)")) == {5: "follows"}
    assert verdicts(text.format(dW="np.zeros_like(W)")) == {5: "wrong"}

"""The network library of `samples/`: right as it stands, and broken in each of the ways in which people break it."""

from __future__ import annotations

import re

import pytest
from test_claims import checked, verdicts

from conftest import SAMPLES

TEXT = (SAMPLES / "backward-code" / "layers.py").read_text(encoding="utf-8")

SLIPS = [
    ("db = dout.sum(axis=0)", "db = dout", "missing-sum", "db = np.sum(dout, axis=0)"),
    ("dscores /= N", "dscores = dscores", "lost-factor", None),
    (
        "dz = dout * (1 - self.y ** 2)",
        "dz = dout * (1 - self.z ** 2)",
        "wrong-variable",
        "dz = dout * (1 - self.y ** 2)",
    ),
    ("dW = X.T @ dscores + reg * W", "dW = X.T @ dscores", "dropped-term", "dW = X.T @ dscores + reg * W"),
    ("dS = P * (dP - np.sum(dP * P, axis=1, keepdims=True))", "dS = P * dP", None, None),
    ("np.add.at(dE, idx, dout)", "dE[idx] += dout", "missing-sum", "np.add.at(dE, idx, dout)"),
    ("df, dc = dc_total * c, dc_total * f", "df, dc = dc_total * c, dc_total * i", None, None),
    ("dg * (1 - g ** 2)])", "dg * g * (1 - g)])", None, None),
    ('"nk,kde,nd->ne"', '"nk,ked,nd->ne"', "missing-transpose", None),
]
"""Slips with their kind and the mended line."""
WAYS = [
    (r"\.T\b", ""),
    (r"axis=0", "axis=1"), (r"axis=1", "axis=0"), (r", keepdims=True", ""), (r" / N\b", ""), (r" \+= ", " = "), (r"= -",
    "= "),
    (r" > 0", " < 0"), (r" \* mask", ""), (r"\(2 \* std\)", "std"), (r" \*\* 2\)", ")"), (r" \* scale", ""), (r" @ ",
    " * "),
]  # fmt: skip
"""What people get wrong, wherever it stands in a backward part."""


def made() -> list[tuple[str, str]]:
    """Each way once, at the line of the library at which it fits first and that no other way has taken,
    broken by it."""
    backward, lines = False, []
    for line in TEXT.split("\n"):
        backward = "backward" in line if line.lstrip().startswith(("def ", "class ")) else backward
        lines += [line.strip()] if backward and "= " in line and TEXT.count(line.strip()) == 1 else []
    found: dict[str, str] = {}
    for pattern, new in WAYS:
        fitting = (line for line in lines if line not in found and re.search(pattern, line))
        found |= {line: re.sub(pattern, new, line, count=1) for line in [*fitting][:1]}
    return list(found.items())


PARTS = TEXT.split("\n\n\n")


def broken(right: str, wrong: str) -> str:
    """The layer with a slip, and what stands before it, without the other layers."""
    assert TEXT.count(right) == 1
    place = next(number for number, part in enumerate(PARTS) if right in part)
    return "\n\n\n".join([PARTS[0], *PARTS[max(1, place - 1) : place], PARTS[place].replace(right, wrong)])


def test_every_layer_is_right() -> None:
    report = checked(TEXT)
    assert report.verdict == "right"
    assert sum(problem.claims[0] for problem in report.problems) == 38


@pytest.mark.thorough
@pytest.mark.parametrize(("right", "wrong", "code", "mended"), [*SLIPS, *((*pair, None, None) for pair in made())])
def test_a_slip_is_found_at_its_line(right: str, wrong: str, code: str | None, mended: str | None) -> None:
    text = broken(right, wrong)
    line = text[: text.index(wrong)].count("\n") + 1
    found = [finding for problem in checked(text).problems for finding in problem.lines if finding.verdict == "wrong"]
    assert [finding.line for finding in found] == [line]
    assert code in (None, found[0].code)
    if mended is not None:
        assert found[0].help == f"write `{mended}`"


@pytest.mark.thorough
def test_a_mended_line_is_right() -> None:
    """What the help proposes, put in place of the line, leaves nothing to find."""
    for right, wrong, _, _ in SLIPS[:3]:
        text = broken(right, wrong)
        for problem in checked(text).problems:
            for finding in problem.lines:
                if finding.verdict == "wrong" and finding.help is not None:
                    lines = text.split("\n")
                    lines[finding.line - 1] = (
                        lines[finding.line - 1][: finding.column - 1] + finding.help.removeprefix("write `")[:-1]
                    )
                    assert "wrong" not in verdicts("\n".join(lines)).values()


RECURRENT = """\
class RNN:
    def forward(self, X, h):
        h = np.tanh(X @ self.Wx + h @ self.Wh)
        y = h @ self.Wy
        return y, h, (X, h)

    def backward(self, y_pred, y_train, dh_next, cache):
        X, h = cache
        dy = y_pred - y_train
        dWy = h.T @ dy
        dh = dy @ self.Wy.T + dh_next
        dz = dh * (1 - h ** 2)
        dWx = X.T @ dz
        return dWx, dWy
"""


def test_a_target_that_backward_alone_is_given_belongs_to_no_loss_that_is_known() -> None:
    assert "wrong" not in verdicts(RECURRENT).values()


def test_what_a_class_says_of_its_attributes_and_its_functions() -> None:
    text = """\
class Act:
    gain = 0.3

    @staticmethod
    def f(z):
        return 1 / (1 + np.exp(-z))

class Dense:
    shift = np.log(2)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W
        return Act.gain * Act.f(self.z) + self.shift * self.z

    def backward(self, dout):
        s = Act.f(self.z)
        dz = dout * (Act.gain * s * (1 - s) + {slope})
        self.dW = self.x.T @ dz
        return dz @ self.W.T
"""
    assert set(verdicts(text.format(slope="Dense.shift")).values()) == {"follows"}
    assert verdicts(text.format(slope="0.7"))[18] == "wrong"


def test_a_layer_whose_parameters_are_written_into() -> None:
    text = """\
class RNN:
    def forward(self, x):
        N, T, D = x.shape
        h = np.zeros((N, T + 1, len(self.W)))
        for t in range(T):
            h[:, t] = np.tanh(np.hstack([h[:, t - 1], x[:, t]]) @ self.W.T)
        self.h, self.x = h, x
        return h[:, -2]

    def backward(self, grad):
        n = len(self.W)
        self.dW = np.zeros_like(self.W)
        dx = np.empty_like(self.x)
        dh = grad
        for t in reversed(range(self.x.shape[1])):
            da = dh * (1 - self.h[:, t] ** 2)
            dx[:, t] = da @ self.W[:, n:]
            self.dW[:, n:] += da.T @ self.x[:, t]
            self.dW[:, :n] += da.T @ self.h[:, t - 1]
            dh = da @ self.W[:, :n]
        return dx
"""
    assert "wrong" not in verdicts(text).values()


def test_a_number_that_nobody_else_gives_may_be_another_one() -> None:
    text = """\
class Huber:
    def __init__(self, delta=1.0):
        self._delta = delta

    def loss(self, predictions, targets):
        away = np.abs(predictions - targets)
        far = self._delta * away - 0.5 * self._delta ** 2
        return np.sum(np.where(away < self._delta, 0.5 * away ** 2, far))

    def grad(self, predictions, targets):
        e = predictions - targets
        return np.where(np.abs(e) < self._delta, e, np.sign(e) {by} self._delta)
"""
    assert set(verdicts(text.format(by="*")).values()) == {"follows"}
    assert "follows" not in verdicts(text.format(by="/")).values()


def test_an_attribute_that_no_class_speaks_of_is_not_known() -> None:
    text = """\
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

class Twice:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.layer = Affine(self.W, self.b)
        return 2 * self.layer.forward(x)

    def backward(self, dout):
        self.dW = 2 * self.layer.x.T @ dout
        self.db = self.layer.db
        return 2 * dout @ self.W.T
"""
    found = verdicts(text)
    assert found[18] == found[20] == "follows"
    assert found[19] in ("undecided", "unreadable")


def test_a_number_that_never_sees_the_target_is_no_loss() -> None:
    text = """\
class Net:
    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W1)
        self.out = self.h @ self.W2
        return self.out

    def backward(self, y, output):
        d = 2 * (output - y)
        self.dW2 = self.h.T @ d
        dh = d @ self.W2.T
        self.dW1 = self.X.T @ (dh * (1 - self.h ** 2))
"""
    assert not {"wrong", "follows"} & set(verdicts(text).values())


def test_zeros_that_an_object_keeps_are_a_gradient() -> None:
    text = """\
class Affine:
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = np.zeros_like(self.b)
        return dout @ self.W.T
"""
    assert verdicts(text)[8] == "wrong"

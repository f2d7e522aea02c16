"""Gradients that are kept as an attribute of what they belong to: `w.g`."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import Source
from matgrad_cli.grading.code.report import checked_code

STEP = """\
import torch


def affine(z, m, c):
    return z @ m + c


def affine_grad(inp, out, m, c):
    inp.g = out.g @ m.t()
    m.g = inp.t() @ out.g
    c.g = out.g.sum(0)


def step(z, y, m1, b1, m2, b2):
    a = affine(z, m1, b1)
    r = a.clamp_min(0.0)
    out = affine(r, m2, b2)
    gap = out[:, 0] - y
    loss = gap.pow(2).mean()
    out.g = 2.0 * gap[:, None] / z.shape[0]
    affine_grad(r, out, m2, b2)
    a.g = (a > 0).float() * r.g
    affine_grad(z, a, m1, b1)
"""
LAYERS = """\
class Rectifier:
    def __call__(self, inp):
        self.inp = inp
        self.out = inp.clamp_min(0.0)
        return self.out

    def backward(self):
        self.inp.g = (self.inp > 0).float() * self.out.g


class Squares:
    def __call__(self, inp, goal):
        self.inp, self.goal = inp, goal
        self.out = (inp.squeeze() - goal).pow(2).mean()
        return self.out

    def backward(self):
        self.inp.g = 2.0 * (self.inp.squeeze() - self.goal).unsqueeze(-1) / self.goal.shape[0]
"""


def found(text: str) -> list[tuple[int, str]]:
    """The lines with what is said of them."""
    lines = (line for problem in checked_code(Source("layers.py", text)).problems for line in problem.lines)
    return sorted((line.line, line.verdict) for line in lines)


@pytest.mark.parametrize(("text", "claims"), [(STEP, 11), (LAYERS, 2)])
def test_right_ones(text: str, claims: int) -> None:
    assert [verdict for _, verdict in found(text)] == ["follows"] * claims


@pytest.mark.parametrize(
    ("text", "old", "new", "line"),
    [
        (STEP, "2.0 * gap", "gap", 20),
        (STEP, "(a > 0)", "(a < 0)", 22),
        (STEP, "inp.t() @ out.g", "inp.t() @ out", 10),
        (STEP, "out.g.sum(0)", "out.g.mean(0)", 11),
        (LAYERS, "(self.inp > 0)", "(self.out.g > 0)", 8),
        (LAYERS, "2.0 * (self", "(self", 18),
    ],
)
def test_the_wrong_line(text: str, old: str, new: str, line: int) -> None:
    assert [at for at, verdict in found(text.replace(old, new)) if verdict == "wrong"][:1] == [line]

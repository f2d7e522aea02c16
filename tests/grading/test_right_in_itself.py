"""A line that is right and does not follow from a wrong line before it:
nothing in it is to be changed, so no repair is printed."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.grading.slips.causes import CAUSES

QUADRATIC = (
    "loss: x.T@A@x/2 + b.T@x\nwrt: x\nshapes: A: n×n, x: n, b: n\n",
    r"\nabla_x L = \frac{1}{2}(A + A^\top)x + b",
)
RIGHT = r"= \frac12 (A^\top + A) x + b"
SLIPS = {
    "a transpose": r"= Ax + b",
    "a sign": r"= \frac{1}{2}(A + A^\top)x - b",
    "a term": r"= \frac{1}{2}(A + A^\top)x",
    "a term too many": r"= \frac{1}{2}(A + A^\top)x + b + x",
    "a factor": r"= (A + A^\top)x + b",
    "everything": r"= 2(A + A^\top)x + 2b",
    "another layout": r"= (\frac{1}{2}(A + A^\top)x + b)^\top",
    "a number": r"= \frac{1}{2}x^\top(A + A^\top)x",
}


@pytest.mark.parametrize("wrong", SLIPS.values(), ids=SLIPS)
def test_no_repair_towards_the_wrong_line(wrong: str) -> None:
    head, first = QUADRATIC
    problem = check_text(f"```matgrad\n{head}\n{first}\n{wrong}\n{RIGHT}\n```\n", "a.md").problems[0]
    before, last = problem.lines[1:]
    assert (problem.final.verdict, before.verdict, last.verdict) == ("right", "wrong", "wrong")
    assert last.code is not None
    assert last.code not in CAUSES
    assert (last.holds, last.help) == (True, None)
    assert last.diagnostic is not None
    (note,) = last.diagnostic.notes
    assert note.startswith("the line itself is right")


PARTS = {
    "the derivative of a part of the loss": (r"\frac{\partial}{\partial x} (b^\top x) = b + x", "= b"),
    "no derivative": ("x + b = x - b", "= b + x"),
}


@pytest.mark.parametrize("lines", PARTS.values(), ids=PARTS)
def test_a_line_is_right_by_the_head_of_its_chain(lines: tuple[str, str]) -> None:
    head, _ = QUADRATIC
    found = check_text(f"```matgrad\n{head}\n{lines[0]}\n{lines[1]}\n```\n", "a.md").problems[0].lines[-1]
    assert (found.verdict, found.code, found.help) == ("wrong", "differs", None)

"""Answers in the words and forms of homework, under a key: what is right earns, and neither what is wrong nor what is not said does."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text, read_key
from matgrad_cli.records.finding import ProblemReport

BUDGET = """asks = "minimum"
loss = "x.T@Q@x/2 - c.T@x"
wrt = "x"
shapes = "x: k, Q: k×k, c: k"
assume = "Q spd"
subject_to = "sum(x) = 3"
"""


def judged(folder: Path, key: str, said: str, name: str = "a.md") -> ProblemReport:
    (folder / "key.toml").write_text(f'[[problem]]\nid = "1"\n{key}', encoding="utf-8")
    text = f"[[problem]]\nid = '1'\nanswer = '{said}'\n" if name.endswith("toml") else f"## Problem 1\n{said}\n"
    return check_text(text, name, read_key(folder / "key.toml")).problems[0]


_AT, _LAM = r"x = Q^{-1}(c + \lambda \mathbf 1)", r"\lambda = \frac{3 - \mathbf 1^TQ^{-1}c}{\mathbf 1^TQ^{-1}\mathbf 1}"
_TWICE = _LAM.replace("{3", r"{6").replace("- ", "- 2")


@pytest.mark.parametrize(("said", "verdict"), [
    (f"${_AT}$ with ${_LAM}$", "right"), (rf"$${_AT},\quad {_LAM}$$", "right"),
    (f"The multiplier is ${_LAM}$, the solution ${_AT}$.", "right"),
    (rf"$$Qx - c - \lambda\mathbf 1 = 0$$ $${_AT}$$ $${_LAM}$$", "right"),
    (rf"$$Qx - c - \lambda\mathbf 1 = 0$$ $${_AT}$$ $${_TWICE}$$", "wrong"),
    (f"${_AT}$ with ${_TWICE}$", "undecided"), (f"${_AT}$", "undecided"),
])  # fmt: skip
def test_a_solution_may_hold_a_multiplier_whose_value_is_said(tmp_path: Path, said: str, verdict: str) -> None:
    for name in (r"\lambda", r"\nu"):
        assert judged(tmp_path, BUDGET, said.replace(r"\lambda", name)).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(_LAM, "right"), (_TWICE, "wrong")])
def test_so_it_may_in_one_text(tmp_path: Path, value: str, verdict: str) -> None:
    assert judged(tmp_path, BUDGET, f"{_AT}, {value}", "a.toml").verdict == verdict

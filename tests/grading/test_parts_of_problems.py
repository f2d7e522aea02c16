"""Which part of a problem an answer is for, where the variable of a derivative, a command for titles, the sections of a
paper or another spelling of its name says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from matgrad_cli.grading.check import Options, check_files

KEY = """
shapes = "A: m×n, u: n, c: m, F: m×k, G: n×k"

[[problem]]
id = "1"
loss = "norm(A@u - c)**2"
wrt = "u"

[[problem]]
id = "2a"
loss = "norm(A - F@G.T)**2"
wrt = "F"

[[problem]]
id = "2b"
loss = "norm(A - F@G.T)**2"
wrt = "G"
"""
ONE, TWO, THREE = r"2A^\top(Au-c)", r"-2(A-FG^\top)G", r"-2(A-FG^\top)^\top F"
CODE = {ONE: "g = 2 * A.T @ (A @ u - c)", TWO: "g = -2 * (A - F @ G.T) @ G", THREE: "g = -2 * (A - F @ G.T).T @ F"}


def cells(code: Sequence[str]) -> str:
    """A notebook of cells of code."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": one.splitlines(True)} for one in code]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


TITLES = r"\newcommand{\task}[1]{\subsection*{Exercise #1}}" + "\n"
RIGHT = {
    "by variables": ("md", f"# 1\n${ONE}$\n# 2\n$\\nabla_F L = {TWO}$ and $\\nabla_G L = {THREE}$\n"),
    "in one display": (
        "md",
        f"# 1\n${ONE}$\n# 2\n$$\\begin{{aligned}}\\frac{{\\partial L}}{{\\partial F}} &= {TWO}\\\\ "
        f"\\frac{{\\partial L}}{{\\partial G}} &= {THREE}\\end{{aligned}}$$\n",
    ),
    "commands for titles": ("tex", f"{TITLES}\\task{{1}} ${ONE}$\n\n\\task{{2a}} ${TWO}$\n\n\\task{{2b}} ${THREE}$\n"),
    "numbered sections": (
        "tex",
        f"\\section{{Lines}}\n${ONE}$\n\\section{{Factors}}\n\\begin{{enumerate}}\n\\item ${TWO}$\n"
        f"\\item ${THREE}$\n\\end{{enumerate}}\n",
    ),
    "comments of cells": (
        "ipynb",
        cells(
            code=(
                "# Problem 1\ndef grad_one(u):\n    return 2 * A.T @ (A @ u - c)",
                f"# === Problem 2a ===\n{CODE[TWO]}",
                f"# Problem 2b\n{CODE[THREE]}",
            )
        ),
    ),
    "comments with rules": (
        "py",
        f"# ---- Problem 1 ----\n{CODE[ONE]}\n\n# ---- Problem 2a ----\n{CODE[TWO]}\n\n"
        f"# ---- Problem 2b ----\n{CODE[THREE]}\n",
    ),
    "labels in comments": (
        "py",
        f"# Problem 1\n{CODE[ONE]}\n# Problem 2\n# (a)\n{CODE[TWO]}\n# b) by the second factor\n{CODE[THREE]}\n",
    ),
    "values that are called after problems": (
        "py",
        f"import numpy as np\nr = A @ u - c\nanswer_1 = 2 * A.T @ r\nr = A - F @ G.T\nq2_a = -2 * r @ G\n"
        f"answer_2b = {CODE[THREE].removeprefix('g = ')}\nprint(answer_2b)\n",
    ),
    "texts that are called after problems": ("py", f"q1 = '{ONE}'\nq2a = '{TWO}'\nq2b = '{THREE}'\n"),
    "functions of one line below comments": (
        "py",
        "".join(f"# {one}\nf = lambda A: {CODE[two][4:]}\n" for one, two in (("1", ONE), ("2(a)", TWO), ("2b", THREE))),
    ),
    "names with arrows and a wide space": ("txt", f"1 -> {ONE}\n2a → {TWO}\n2b\t{THREE}\n"),
    "names with the word for an answer, and a sign": ("txt", f"1 Answer: {ONE}\n2a = {TWO}\n2b   {THREE}\n"),
    "a bare number behind titles in words": (
        "txt",
        f"Dear all,\n\nProblem 1: {ONE}\n\nProblem 2a) {TWO}\n\n2b) {THREE}\n\nBest regards,\nAnna\n\n"
        "On Nov 3, at 10:12, Dr. Miller wrote:\n> Problem 1: hand in 2A\n",
    ),
    "names with a dash": ("txt", f"Q1 - ${ONE}$\nQ2(a) – ${TWO}$\nQ2(b) - ${THREE}$\n"),
    "cells of code alone": (
        "ipynb",
        cells([f"q{name} = {CODE[one][4:]}" for name, one in (("1", ONE), ("2a", TWO), ("2b", THREE))]),
    ),
    "other spellings": (
        "toml",
        f"[[problem]]\nid = 1\nanswer = '{ONE}'\n[[problem]]\nid = '2(a)'\nanswer = '{TWO}'\n"
        f"[[problem]]\nid = 'Problem 2.b'\nanswer = '{THREE}'\n",
    ),
}


@pytest.mark.parametrize(("ending", "text"), RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("slip", [False, True])
def test_each_part_is_found_and_judged(tmp_path: Path, ending: str, text: str, slip: bool) -> None:
    (tmp_path / "key.toml").write_text(KEY, encoding="utf-8")
    work = tmp_path / f"a.{ending}"
    changed = text.replace(THREE, f"-{THREE}").replace(CODE[THREE][4:], CODE[THREE][5:])
    work.write_text(changed if slip else text, encoding="utf-8")
    (file,) = check_files([work], Options(key=tmp_path / "key.toml")).files
    expected = {"1": "right", "2a": "right", "2b": "wrong" if slip else "right"}
    assert {one.id: one.verdict for one in file.problems} == expected


def test_one_formula_for_two_parts_is_for_neither(tmp_path: Path) -> None:
    (tmp_path / "key.toml").write_text(KEY, encoding="utf-8")
    (tmp_path / "a.md").write_text(f"# 1\n${ONE}$\n# 2\n${TWO}$\n", encoding="utf-8")
    (file,) = check_files([tmp_path / "a.md"], Options(key=tmp_path / "key.toml")).files
    assert [one.verdict for one in file.problems] == ["right", "undecided", "undecided"]

"""Defaults of a folder, and an author's habits in LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from matgrad_cli.api import explain
from matgrad_cli.cli.app import command_line
from matgrad_cli.cli.settings import latex_habits, settings, with_defaults
from matgrad_cli.diagnostics import UsageError
from matgrad_cli.render.latex.habits import Habits
from matgrad_cli.render.latex.lines import ROOM, width

LOSS = ("explain", "norm(X@w-y)**2", "--wrt", "w", "--shape", "X: m×n, w: n, y: m")


def test_a_folder_sets_defaults_and_the_command_line_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert with_defaults(list(LOSS)) == list(LOSS)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.matgrad]\nlayout = "numerator"\nformat = "latex"\nnumbers = true\n', encoding="utf-8"
    )
    added = ["--layout", "numerator", "--format", "latex", "--numbers"]
    assert with_defaults(list(LOSS)) == ["explain", *added, *LOSS[1:]]
    assert "--layout" not in with_defaults([*LOSS, "--layout=mml"])[1:3]
    assert "latex" not in with_defaults([*LOSS, "-o", "a.html"])
    (tmp_path / "matgrad.toml").write_text('detail = "full"\n', encoding="utf-8")
    assert settings() == {"detail": "full"}


@pytest.mark.parametrize(
    "text", ["x = 1", "layout = 3", "[latex]\nbold = 'yes'", "latex = 1", "a = [", "numbers = 'yes'"]
)
def test_what_is_no_default_is_told(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matgrad.toml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        command_line(list(LOSS))
    assert caught.value.diagnostic.code == "bad-settings"


def test_a_word_that_is_none_is_traced_to_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matgrad.toml").write_text('detail = "all"\n', encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        command_line(list(LOSS))
    assert caught.value.diagnostic.notes[-1] == '`matgrad.toml` sets `detail = "all"`'


HABITS = Habits(gradient="partial", transpose="T", numbered=True, labels="eq:", bold=True)


def test_habits_in_latex() -> None:
    shown = explain("norm(X@w-y)**2/m", wrt="w", shapes="X: m×n, w: n, y: m", method="differential").render(
        "latex", habits=HABITS
    )
    assert r"\frac{\partial L}{\partial \mathbf{w}}" in shown
    assert r"\mathbf{X}^T" in shown
    assert r"\top" not in shown
    assert r"\label{eq:w:2}" in shown
    assert r"\begin{align*}" not in shown
    assert r"\operatorname{tr}" in shown or r"\mathrm{d}\mathbf{w}" in shown
    bold = explain("phi.T@Sigma@phi", wrt="phi", shapes="Sigma: n×n, phi: n").render("latex", habits=Habits(bold=True))
    assert r"\boldsymbol{\Sigma}" in bold
    assert r"\boldsymbol{\phi}^\top" in bold


def test_labels_name_the_file_of_a_fragment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matgrad.toml").write_text("[latex]\nlabels = 'eq:'\n", encoding="utf-8")
    assert latex_habits("latex") == Habits(labels="eq:")
    assert latex_habits("latex", "parts/ridge.tex") == Habits(labels="eq:ridge:")
    assert latex_habits("text", "ridge.txt") is None


def test_usual_habits_change_nothing() -> None:
    page = explain("x.T@A@x", wrt="x")
    assert page.render("latex", habits=Habits()) == page.render("latex")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_habits_compile(tmp_path: Path) -> None:
    losses = [
        ("norm(W2@tanh(W1@x+b)-y)**2", "W1", "chain"),
        ("norm(X@R-Y)**2/m", "R", "index"),
        ("R.T@R", "R", "index"),
    ]
    parts = [
        explain(loss, wrt=wrt, method=method, numbers=True).render("latex", habits=HABITS)
        for loss, wrt, method in losses
    ]
    parts[-1] = parts[-1].replace("eq:", "eq:squared:")  # of one variable, as the one before
    frame = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + "\n".join(parts) + "\\end{document}\n"
    (tmp_path / "page.tex").write_text(frame, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "page.tex"], cwd=tmp_path, capture_output=True, timeout=600, check=False
    )
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-1500:]
    assert "multiply defined" not in log


@pytest.mark.thorough
@pytest.mark.parametrize("columns", [1, 2])
def test_rows_are_as_wide_as_a_column(columns: int) -> None:
    for loss, wrt in (("norm(V@tanh(W@x+b)-y)**2", "W"), ("norm(X@R-Y)**2/m", "R"), ("a.T@X@b*tr(X@A@X.T@B)", "X")):
        text = explain(loss, wrt=wrt, method="index").render("latex", habits=Habits(columns=columns))
        rows = re.findall(r"^(?:.*&= |&\\quad )(.*?)(?: \\\\)?$", text, re.MULTILINE)
        assert len(rows) > 8
        assert max(map(width, rows)) <= ROOM[columns]

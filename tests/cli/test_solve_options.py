"""The options that `solve` shares with `explain`: several variables, the layout, the order, rules of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import matgrad_cli as matgrad
from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import InputError, StuckError, UsageError
from matgrad_cli.render.optimum.formats import solution_data

OLS = ("norm(X@w - y)**2", "w", "X: m×n, w: n, y: m")
MINE = """[[rule]]
id = "norm-opened"
title = "the squared length of a difference, multiplied out"
shapes = { a = "m", b = "m" }
lhs = "norm(a - b)**2"
rhs = "a.T@a - 2*(b.T@a) + b.T@b"
why = "(a − b)ᵀ(a − b) has these terms"
example = ["norm(a - b)**2", "a.T @ a - 2*(b.T @ a) + b.T @ b"]
given = { a = "m", b = "m" }
"""


@pytest.mark.thorough
def test_for_several_variables_each_is_solved_for_alone(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["solve", "norm(R - U@V.T)**2", "--wrt", "U, V", "--shape", "R: m×n, U: m×k, V: n×k"]
    assert command_line([*command, "--format", "numpy"]) == 0
    out, err = capsys.readouterr()
    assert out.count("import numpy") == out.count("def solution_U(R, V):") == out.count("def solution_V(R, U):") == 1
    assert "the others are held fixed" in err
    assert command_line([*command, "--format", "json"]) == 0
    assert [one["wrt"] for one in json.loads(capsys.readouterr().out)["derivations"]] == ["U", "V"]


def test_a_variable_without_a_closed_form_leaves_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        command_line(
            ["solve", "sum(softplus(X@w)) - y.T@X@w + norm(b)**2", "--wrt", "w", "--wrt", "b", "--shape", "b: k"]
        )
        == 4
    )
    out, err = capsys.readouterr()
    assert "b = 0" in out
    assert "no-closed-form" in err


def test_a_layout_that_transposes_begins_with_the_transpose() -> None:
    optimum = matgrad.solve(*OLS, layout="numerator")
    assert [move.rule for move in optimum.solution.moves][:2] == ["eq-layout", "eq-divide-number"]
    assert "set to zero, in numerator layout" in optimum.render("text")
    assert solution_data(optimum.solution)["layout"] == "numerator"
    assert optimum.solution.value is matgrad.solve(*OLS).solution.value
    with pytest.raises(UsageError):
        command_line(["solve", OLS[0], "--wrt", "w", "--layout", "all"])


def test_the_second_derivative_is_told_where_it_is_asked_for() -> None:
    optimum = matgrad.solve(*OLS, order=2)
    assert "the second derivative is 2XᵀX" in optimum.render("text")
    assert solution_data(optimum.solution)["second_derivative"]["text"] == "2*(X.T @ X)"


def test_a_solution_says_that_it_rests_on_rules_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE, encoding="utf-8")
    optimum = matgrad.solve(*OLS, rules=file)
    for style in ("text", "latex", "numpy", "html", "json"):
        assert "norm-opened" in optimum.render(style)
    assert optimum.solution.value is matgrad.solve(*OLS).solution.value


@pytest.mark.parametrize("text", ["x >= 1", "x = 1 = 2", "sum(x, axis=0)", "= 1", "x <= 1"])
def test_a_constraint_is_one_equation(text: str) -> None:
    """A sign inside a bracket names an argument; outside there is one, and no inequality."""
    with pytest.raises(InputError, match="a constraint is one equation"):
        matgrad.solve("norm(x - a)**2", "x", "x: n, a: n", subject_to=text)


@pytest.mark.parametrize(
    "loss", [r"\mathbb{E}[(d - w^\top x)^2]", r"\mathbb E\|y - w\|^2", r"\|w\|^2 + \mathbb{E}[(d - w^\top x)^2]"]
)
def test_an_expectation_is_not_solved_at_one_of_its_data(loss: str) -> None:
    with pytest.raises(StuckError, match="zero on average"):
        matgrad.solve(loss, "w", "w: n, x: n, y: n")

"""Gradients by several variables in one call."""

from __future__ import annotations

import json

import numpy as np
import pytest

from conftest import Command

LOSS, SHAPES = "norm(U@V.T - A)**2", "U: m×k, V: n×k, A: m×n"


@pytest.mark.parametrize("wrt", [["--wrt", "U, V"], ["--wrt", "U", "--wrt", "V"]])
def test_one_function_for_each_variable(matgrad: Command, wrt: list[str]) -> None:
    done = matgrad("gradient", LOSS, *wrt, "--shape", SHAPES, "--format", "numpy")
    space: dict[str, object] = {}
    exec(compile(done.stdout, "printed code", "exec"), space)  # noqa: S102
    u, v, a = np.ones((2, 3)), np.arange(12.0).reshape(4, 3), np.ones((2, 4))
    by_u, by_v = space["gradient_U"], space["gradient_V"]
    assert callable(by_u)
    assert callable(by_v)
    np.testing.assert_allclose(by_u(u, v, a), 2 * (u @ v.T - a) @ v)
    np.testing.assert_allclose(by_v(u, v, a), 2 * (u @ v.T - a).T @ u)


def test_one_report_of_several_derivations(matgrad: Command) -> None:
    done = matgrad("explain", LOSS, "--wrt", "U,V", "--shape", SHAPES, "--format", "json")
    assert [each["wrt"] for each in json.loads(done.stdout)["derivations"]] == ["U", "V"]


def test_a_comma_in_a_subscript_separates_nothing(matgrad: Command) -> None:
    done = matgrad("gradient", r"\|W_{hh}\|_F^2", "--wrt", "W_{hh}", "--shape", "W_hh: n×n")
    assert done.stdout.startswith("2")


@pytest.mark.parametrize("format_", ["text", "latex", "markdown", "html"])
def test_the_loss_and_its_variables_are_shown_once(matgrad: Command, format_: str) -> None:
    done = matgrad("explain", LOSS, "--wrt", "U,V", "--shape", SHAPES, "--method", "differential", "--format", format_)
    alone = matgrad("explain", LOSS, "--wrt", "V", "--shape", SHAPES, "--method", "differential", "--format", format_)
    table = {"text": "V  n×k", "latex": "Let", "markdown": "| shape |", "html": "<table>"}[format_]
    assert (done.stdout.count(table), alone.stdout.count(table)) == (1, 1)

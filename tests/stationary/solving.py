"""What the tests of solutions share: random data, and printed functions that are run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

import matgrad_cli as matgrad
from replaying import moves_from, run_again

D = np.random.default_rng(5)


def spd(n: int) -> Any:
    """A random symmetric positive definite matrix."""
    a = D.normal(size=(n, n))
    return a @ a.T + n * np.eye(n)


def printed(optimum: matgrad.api.Optimum) -> Any:
    """The printed function."""
    space: dict[str, Any] = {}
    exec(compile(optimum.render("numpy"), "printed", "exec"), space)  # noqa: S102
    return space["solution"]


def run(optimum: matgrad.api.Optimum, *data: Any) -> Any:
    """What the printed function returns."""
    return printed(optimum)(*data)


def all_run_again(optimum: matgrad.api.Optimum) -> bool:
    """Whether each move, as its JSON records it, is what its rule makes of the line before it."""
    problem, moves = moves_from(json.loads(optimum.render("json")))
    assert [(move.rule, move.after) for move in moves] == [(move.rule, move.after) for move in optimum.solution.moves]
    return [run_again(move, problem) for move in moves] == [move.after for move in moves]

"""Speed, measured as ratios in one run; the figures are printed (`pytest tests/bench -n 0 -s`)."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from conftest import SAMPLES, environment

pytestmark = pytest.mark.bench

FORUM = ("norm(X@R-Y,'fro')**2/m", "--wrt", "R")
START = Path(sys.executable).with_name("matgrad")


def _seconds(command: Sequence[str]) -> float:
    """CPU time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


FILE = str(SAMPLES / "documents" / "forum.txt")


@pytest.mark.parametrize(
    ("command", "arguments", "most"),
    [("explain", FORUM, 0.55), ("gradient", FORUM, 0.48), ("check", (FILE, "--exit-zero"), 0.9)],
)
def test_a_command_takes_less_than_importing_sympy(command: str, arguments: Sequence[str], most: float) -> None:
    ours: Sequence[str] = [
        *([str(START)] if START.exists() else [sys.executable, "-m", "matgrad_cli"]),
        command,
        *arguments,
    ]
    theirs = [sys.executable, "-c", "import sympy"]
    _seconds(ours), _seconds(theirs)
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(5)]
    ratio = median(mine / other for mine, other in pairs)
    print(f"\n{command} / import sympy: {ratio:.2f} ({median(mine for mine, _ in pairs):.2f} s)")
    assert ratio < most


PROGRAM = """
import json, time
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.derive import derive
from sympy import MatrixSymbol, Trace, symbols
from sympy.matrices.expressions import Inverse, Determinant

def took(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start

def ours(loss, wrt, shapes):
    problem = read_problem(loss, wrt, (shapes,))
    return took(lambda: derive(problem))

m, n, p = symbols("m n p", positive=True, integer=True)
X, R, Y = MatrixSymbol("X", m, n), MatrixSymbol("R", n, p), MatrixSymbol("Y", m, p)
A, S = MatrixSymbol("A", n, n), MatrixSymbol("S", n, n)
rows = {}
loss = Trace((X * R - Y).T * (X * R - Y)) / m
rows["forum"] = [ours("norm(X@R-Y,'fro')**2/m", "R", "X: m×n, R: n×p, Y: m×p"), took(lambda: loss.diff(R))]
quadratic = Trace(R.T * A * R)
rows["trace"] = [ours("tr(R.T@A@R)", "R", "R: n×p, A: n×n"), took(lambda: quadratic.diff(R))]
inverse = Trace(A * Inverse(S))
rows["inverse"] = [ours("tr(A@inv(S))", "S", "A: n×n, S: n×n"), took(lambda: inverse.diff(S))]
print(json.dumps(rows))
"""


def test_a_derivation_beside_sympys_diff() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, env=environment()
    )
    for name, (mine, other) in json.loads(done.stdout).items():
        print(f"\n{name}: derived and verified in {mine * 1000:.0f} ms, SymPy's diff alone {other * 1000:.0f} ms")
        assert mine < max(10 * other, 2)


PATTERNS = """
import re, sys
from contextlib import redirect_stdout
from io import StringIO
import matgrad_cli.cli.app as app
real, lengths = re._compiler.compile, []

def measured(pattern, flags=0):
    lengths.append(len(pattern))
    return real(pattern, flags)

re._compiler.compile = measured
with redirect_stdout(StringIO()):
    app.run(["check", sys.argv[1]])
print(sum(lengths))
"""
MOST_COMPILED = 36_800
"""So many signs of patterns are compiled to check the forum's file, an eighth of its time;
1.05 times what the habits of writers need that are read there."""


def test_few_patterns_are_compiled_for_a_document() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PATTERNS, FILE], check=True, capture_output=True, text=True, env=environment()
    )
    print(f"\npatterns compiled for the forum's file: {int(done.stdout)} signs")
    assert int(done.stdout) < MOST_COMPILED

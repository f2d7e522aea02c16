"""Every function of the registry in every back end: its program returns what the evaluator says,
or the function is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from matgrad_cli.diagnostics import MatgradError, StuckError
from matgrad_cli.ir import FUNCTIONS, Call, Expr, Number, ShapeMismatch, mul
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.render.code.module import python_code
from matgrad_cli.render.code.sympy import sympy_module
from matgrad_cli.verify.fields import OutOfDomain
from matgrad_cli.verify.judge import Judge

from .test_code import whole
from .test_printed import STANDINS, at_a_point, given, modules, sympy_value

SCENE = read_problem(
    "sum(X@x) + sum(P) + x.T@S@x + q.T@q + c + u.T@M@x + r@u",
    "x",
    ["X: m×n, P: m×n, S: n×n, M: n×n, x: n, u: n, q: 3, c: scalar, r: 1×n"],
    ["P positive", "S spd", "c positive", "u unit_interval"],
)
ARGUMENTS = [
    read_expression(text, SCENE).expr
    for text in (
        "X",
        "S",
        "M",
        "x",
        "q",
        "c",
        "-c",
        "P",
        "u",
        "S + 2*eye(n)",
        "u/3",
        "r",
        "r + ones(1, n)*3",
        "c + 2",
        "u + 2*ones(n)",
        "sum(u)/n/3",
    )
]
"""What a function may be taken of: all shapes, and values inside of every domain."""


def calls(name: str) -> Iterator[Expr]:
    """Calls of one function, of each shape it takes, that have a value."""
    met = set()
    for argument in ARGUMENTS:
        try:
            found = Call(
                name, argument, *(Number(2) if kind == "number" else argument for kind in FUNCTIONS[name].others)
            )
            if (argument.shape, found.shape) not in met and all(abs(entry) < 1e6 for entry in wanted(found)):
                met.add((argument.shape, found.shape))
                yield mul(Number(3), found)
        except (MatgradError, ShapeMismatch, OutOfDomain):
            continue


PLACE = next(Judge(SCENE, seed=7).float_points(1))


def wanted(expression: Expr) -> Any:
    found = PLACE.value(expression)
    array = np.reshape([float(entry) for entry in found.data], found.dims)
    return (array.T if found.labels == ("col", "row") else array).ravel()


def executed(expression: Expr, dialect: str) -> Any:
    """What the printed program returns at the place."""
    arrays, _ = at_a_point(SCENE)
    code = python_code(whole(expression), SCENE, dialect)
    with modules(STANDINS[dialect]), np.errstate(all="ignore"):
        space: dict[str, Any] = {}
        exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
        return np.asarray(
            space["gradient"](*(given(symbol, arrays[symbol.name], dialect) for symbol in SCENE.variables)), dtype=float
        )


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", STANDINS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_programs(name: str, dialect: str) -> None:
    found = list(calls(name))
    assert found
    for call in found:
        got = executed(call, dialect)
        assert got.size == len(wanted(call)), f"{call}: shape {got.shape}"
        assert np.allclose(got.ravel(), wanted(call), rtol=1e-6, atol=1e-8), f"{call}: {got} instead of {wanted(call)}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", FUNCTIONS)
def test_sympy(name: str) -> None:
    arrays, sizes = at_a_point(SCENE)
    for call in list(calls(name)):
        try:
            code = sympy_module(whole(call), SCENE)
        except StuckError as refused:
            assert refused.diagnostic.code == "cannot-print"  # noqa: PT017
            continue
        space: dict[str, Any] = {}
        exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
        got = np.ravel(sympy_value(space["gradient"], SCENE, arrays, sizes))
        assert np.allclose(got, wanted(call), rtol=1e-6, atol=1e-8), f"{call}: {got} instead of {wanted(call)}\n{code}"

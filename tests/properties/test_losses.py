"""Random losses over the whole language: derived, judged line by line, written as code, stored and read again."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from losses import FACTS, SHAPES, VARIABLES, random_loss

from matgrad_cli.diagnostics import InputError, StuckError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import ONE, Expr, Index, Shape
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.records import Derivation, Step
from matgrad_cli.render.code.module import derivation_code
from matgrad_cli.render.json import to_json
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.verify.arrays.tensor import spread
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.judge import Judge
from rebuilding import from_json

NAMES = sorted(name for names in VARIABLES.values() for name in names)

RELAXED = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

# Found by these properties with thousands of examples; each once ended in a wrong line, a wrong array or a traceback.
FOUND = [
    ("norm(softmax(R, axis=1), 'fro')**2", "R"),  # two equal factors were taken for one
    ("sum[i,j](exp((sum[i,j](abs(X[i,j]) * X[i,j]) * X)[i,j]) * A[i,j])", "X"),  # summed letters of two factors met
    ("log1p(1 + x[0]**2)", "x"),  # code of a fixed entry
    ("x[0]", "x"),  # a gradient that is a basis vector
    ("A[1,0]", "A"),
    ("dot(1/exp(q), ones(n)/exp(q))**2", "q"),  # brackets around a number beside a quotient
    ("sum(softmax(C, axis=1), axis=1)", "C"),  # ones in code were dropped
    ("b", "b"),  # facts about variables that do not occur
]


def all_steps(derivation: Derivation) -> Iterator[Step]:
    waiting = list(derivation.steps)
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(step.substeps)


def derived(loss: str, wrt: str, order: int = 1) -> Derivation | None:
    """The derivation; None where the loss cannot be read or no rule is known, which ends in a sentence."""
    try:
        return derive(read_problem(loss, wrt, [SHAPES], FACTS), order=order)
    except (InputError, StuckError):
        return None


def sides(shape: Shape) -> list[Any]:
    return [side for side in (shape.rows, shape.cols) if side is not ONE]


def array_of(place: Evaluator, node: Expr, letters: tuple[Index, ...]) -> Any:
    lengths = tuple(place.point.size(letter.dim) for letter in letters)
    return np.array(list(spread(place.value(node), letters, lengths).data), dtype=float).reshape(lengths)


def expected(place: Evaluator, problem: Problem, order: int) -> Any:
    """The derivative by dual numbers, which knows no rules."""
    dims = [side for shape in (problem.loss.shape, *(problem.wrt.shape,) * order) for side in sides(shape)]
    letters = tuple(Index(f"z{number}", dim) for number, dim in enumerate(dims))
    return array_of(place, Judge(problem).derivative(letters, order), letters)


def computed(place: Evaluator, derivation: Derivation) -> Any:
    """What the printed module returns at the same point."""
    space: dict[str, Any] = {}
    exec(derivation_code(derivation), space)  # noqa: S102 (our own printed code)
    arguments = []
    for name in inspect.signature(space["gradient"]).parameters:
        symbol = next((one for one in derivation.problem.variables if one.name == name), None)
        if symbol is None:
            arguments.append(place.point.sizes[name])  # type: ignore[attr-defined]
            continue
        data = list(place.value(symbol).data)
        lengths = [place.point.size(side) for side in sides(symbol.shape)]
        arguments.append(np.array(data, dtype=float).reshape(lengths) if lengths else float(data[0]))
    with np.errstate(all="ignore"):
        return np.asarray(space["gradient"](*arguments))


def check(derivation: Derivation) -> None:
    problem = derivation.problem
    assert derivation.readoff.verdict.kind != "differs"
    for step in all_steps(derivation):
        assert step.verdict.kind != "differs"
        assert step.before.shape is step.after.shape
        assert step.after.free <= derivation.start.free | set(derivation.result.letters)
    assert from_json(to_json(derivation)) == derivation
    if derivation.readoff.verdict.kind == "unknown":
        return
    for place in Judge(problem, seed=7).float_points(1):
        wanted, got = expected(place, problem, derivation.order), computed(place, derivation)
        assert got.size == wanted.size
        scale = max(1.0, float(np.abs(wanted).max(initial=0)))
        assert np.allclose(got.reshape(wanted.shape), wanted, rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize(("loss", "wrt"), FOUND)
def test_found_before(loss: str, wrt: str) -> None:
    derivation = derived(loss, wrt)
    assert derivation is not None
    assert derivation.verdict in ("proved", "agrees")
    check(derivation)


def drawn(seed: int, depth: int) -> tuple[str, str]:
    random = Random(seed)
    loss = random_loss(random, depth)
    present = [
        name
        for name in NAMES
        if name in loss.replace("(", " ").replace(")", " ").replace("[", " ").replace(".", " ").split()
    ]
    return loss, random.choice(present or ["x"])


@pytest.mark.thorough
@RELAXED
@given(st.integers(0, 10**9), st.integers(2, 4))
def test_a_random_loss(seed: int, depth: int) -> None:
    derivation = derived(*drawn(seed, depth))
    if derivation is not None:
        check(derivation)


@pytest.mark.thorough
@settings(RELAXED, max_examples=15)
@given(st.integers(0, 10**9))
def test_a_random_loss_twice(seed: int) -> None:
    derivation = derived(*drawn(seed, 2), order=2)
    if derivation is not None:
        check(derivation)


@settings(RELAXED, max_examples=25)
@given(st.integers(0, 10**9))
def test_every_matrix_that_is_printed_is_read_again(seed: int) -> None:
    derivation = derived(*drawn(seed, 3))
    if derivation is None or derivation.result.matrix is None or derivation.result.where:
        return
    matrix = derivation.result.matrix
    again = read_expression(to_text(matrix), derivation.problem).expr
    assert again is matrix or Judge(derivation.problem).compare(matrix, again).kind != "differs"
    assert to_text(again) == to_text(matrix)

"""Gathering keeps lines short, never drops a free letter of the loss, and its G is judged like every other step."""

from __future__ import annotations

import pytest

from matgrad_cli.ir.terms import split
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.index.method import maximal


def found(loss: str, wrt: str, shapes: str, order: int = 1) -> Derivation:
    return derive(read_problem(loss, wrt, [shapes]), order=order)


def gathered(derivation: Derivation) -> int:
    return sum(step.rule == "gather" for step in derivation.steps)


def test_terms_of_one_composite_are_put_together() -> None:
    derivation = found("norm(tanh(W@x) - y)**2 + sum(tanh(W@x))", "W", "W: m×n, x: n, y: m")
    assert gathered(derivation) >= 1
    assert derivation.verdict == "proved"


def test_a_term_that_stands_in_the_line_twice_is_gathered_once() -> None:
    derivation = found("(x - c*ones(n)).T @ (x - c*ones(n))", "c", "x: n, c: scalar")
    assert derivation.verdict == "proved"
    assert gathered(derivation) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "order"),
    [
        ("tanh(W@tanh(W@x)) + tanh(W@x)", "W", "W: n×n, x: n", 1),
        ("tanh(A@x) * tanh(A@x)", "x", "A: m×n, x: n", 1),
        ("norm(tanh(A@x))**2 + sum(tanh(A@x))", "x", "A: m×n, x: n", 2),
    ],
)
def test_a_free_letter_of_the_loss_is_kept(loss: str, wrt: str, shapes: str, order: int) -> None:
    derivation = found(loss, wrt, shapes, order)
    assert derivation.verdict in ("proved", "agrees")
    for step in derivation.steps:
        assert step.after.free <= set(derivation.result.letters)
        if step.rule == "gather":
            assert step.after.free == step.before.free


def test_the_largest_composite_is_unfolded_first() -> None:
    derivation = found("sum(tanh(W@tanh(W@x)))", "W", "W: n×n, x: n")
    lines = [step.after for step in derivation.steps]
    several = [line for line in lines if len({term.pending for term in split(line) if term.pending}) > 1]
    for line in several:
        ready = maximal(split(line))
        assert ready
        assert all(not any(other is not one and one.body in other.body.children for other in ready) for one in ready)

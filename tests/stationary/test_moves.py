"""The moves of rules/equations.toml: each pattern makes its example in one step,
and both lines have the same solutions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from closed_forms import STRAIGHT

import matgrad_cli as matgrad
from conftest import trees
from matgrad_cli.diagnostics import StuckError
from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import Call, Expr, Fill, Number, Symbol
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.engine.application import Scene, fit
from matgrad_cli.rulebook.load import SOLVING, equation_rules
from matgrad_cli.rulebook.rule import Rule
from matgrad_cli.stationary import solver  # noqa: F401  (its moves register the native moves)
from matgrad_cli.stationary.line import NATIVE, Line, judged
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.solving.holding import equivalent
from matgrad_cli.verify.solving.unknowns import System

BOOK = equation_rules()
IDS = BOOK.ids
STATEMENTS = {
    "eq-symmetric",
    "eq-multiple",
    "eq-vec",
    "eq-insert",
    "eq-back",
    "eq-outer",
    "eq-eigen",
    "eq-eigen-relative",
    "eq-eigen-columns",
    "eq-polar",
}
"""Moves whose example is an illustration: what they state is judged with the solution that it leads to."""
NUMBERS = {
    "eq-exp": "positive",
    "eq-powers": "positive",
    "eq-root": "positive",
    "eq-log": "positive",
    "eq-square": "positive",
    "eq-denominators": "positive",
    "eq-two-roots": "positive",
    "eq-logit": "unit_interval",
}
"""What the numbers and vectors of an example are like, so that both of its lines have values."""


def unknown_of(rule: Rule) -> str:
    """The name of the given ones that the example is solved for: the one that stands alone in the end, w or v."""
    assert rule.example is not None
    left = rule.example[1].split(" = ")[0].strip()
    names = [name for name, _ in rule.given]
    return left if left in names else next(name for name in ("w", "v") if name in names)


def sides(text: str, rule: Rule) -> tuple[tuple[Expr, Expr], Problem]:
    """An equation of an example, and a problem with its names."""
    shapes = [f"{name}: {size.replace(' ', '×') or 'scalar'}" for name, size in rule.given]
    left, right = (side.strip() for side in text.split(" = "))
    unknown = unknown_of(rule)
    problem = read_problem(left, unknown, shapes)
    first = problem.loss
    if right == "0":
        return (first, Number(0) if first.shape.is_number else Fill(0, first.shape)), problem
    return (first, read_problem(right, unknown, shapes).loss), problem


@pytest.mark.parametrize("rule_id", [name for name in IDS if not BOOK.rule(name).native])
def test_a_pattern_makes_its_example_in_one_step(rule_id: str) -> None:
    rule = BOOK.rule(rule_id)
    assert rule.example is not None
    (left, right), problem = sides(rule.example[0], rule)
    rewriting = fit(rule, Call("inner", left, right), Scene(problem, BOOK))
    assert rewriting is not None
    wanted, _ = sides(rule.example[1], rule)
    assert rewriting.new.children == wanted


@pytest.mark.parametrize("rule_id", [name for name in IDS if name not in STATEMENTS])
def test_both_lines_have_the_same_solutions(rule_id: str) -> None:
    rule = BOOK.rule(rule_id)
    assert rule.example is not None
    before, problem = sides(rule.example[0], rule)
    after, other = sides(rule.example[1], rule)
    whole = with_facts(
        rule_id, problem, dict.fromkeys((*problem.variables, *other.variables, *in_sides(before), *in_sides(after)))
    )
    unknown = System((before,), (problem.wrt,)), System((after,), (problem.wrt,))
    verdict = equivalent(Judge(whole), *unknown, judged(rule_id) in ("both ways", "if seen"))
    assert verdict.kind == "agrees", verdict.by


def in_sides(equation: tuple[Expr, Expr]) -> Iterator[Symbol]:
    return (symbol for side in equation for symbol in side.symbols if isinstance(symbol, Symbol))


def with_facts(rule_id: str, problem: Problem, named: Iterable[Symbol]) -> Problem:
    """The problem, its names such that both lines of the example have values."""
    unknown, named = problem.wrt, tuple(named)
    square = "spd" if rule_id in ("eq-invert", "eq-multiply-unknown", "eq-riccati") else "invertible"
    facts = [Fact(symbol, square) for symbol in named if symbol.shape.is_square and symbol.shape.is_matrix]
    facts += [
        Fact(symbol, NUMBERS[rule_id])
        for symbol in named
        if rule_id in NUMBERS and not symbol.shape.is_matrix and not (rule_id == "eq-log" and symbol is unknown)
    ]
    facts += [Fact(symbol, "wide") for symbol in named if symbol.name == "K"]
    return Problem(problem.loss, unknown, named, tuple(facts), source=rule_id)


def test_the_method_names_every_move_and_no_other() -> None:
    named = {name for phase in BOOK.method(SOLVING).phases for name in phase.rules}
    assert named == set(IDS)
    assert NATIVE.keys() == {name for name in IDS if BOOK.rule(name).native}


@pytest.mark.parametrize("rule_id", sorted(NATIVE.keys() - STATEMENTS))
def test_the_function_of_a_native_move_makes_its_example(rule_id: str) -> None:
    rule = BOOK.rule(rule_id)
    assert rule.example is not None
    before, problem = sides(rule.example[0], rule)
    whole = with_facts(rule_id, problem, dict.fromkeys((*problem.variables, *in_sides(before))))
    line = Line(whole, Judge(whole), problem.wrt, before)
    assert line.run(rule_id)
    wanted, _ = sides(rule.example[1], rule)
    printed = [[to_unicode(side) for side in lines] for lines in (line.equation, wanted, map(line.simplify, wanted))]
    assert printed[0] in printed[1:]


def test_moves_are_built_in_one_place() -> None:
    here = {file: tree for file, tree in trees("Move(").items() if file.parts[-2] == "stationary"}
    calls = ((file, node.func) for file, tree in here.items() for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert {file.name for file, called in calls if isinstance(called, ast.Name) and called.id == "Move"} == {"line.py"}


@pytest.mark.parametrize("asked", STRAIGHT)
def test_what_is_said_of_a_loss_that_is_straight(asked: tuple[str, Any, str]) -> None:
    loss, constraints, fact = asked
    with pytest.raises(StuckError) as stuck:
        matgrad.solve(loss, "x", "x: n, u: n" if "u" in loss else "", fact, subject_to=constraints)
    assert STRAIGHT[asked] in stuck.value.diagnostic.message


def test_a_number_that_stands_in_every_term_is_divided_by() -> None:
    loss = "norm(X@w - y)**2/s**2 + (w - m).T@inv(S)@(w - m)"
    page = matgrad.solve(loss, "w", "X: n×d, w: d, y: n", assume="S spd").render("text", width=200)
    assert "w = (XᵀX/s² + S⁻¹)⁻¹(Xᵀy/s² + S⁻¹m)" in page

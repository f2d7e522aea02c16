"""The moves of rules/equations.toml: each pattern makes its example in one step, and both lines have the same solutions."""

from __future__ import annotations

import pytest

from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import Call, Expr, Fill, Number, Symbol
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.engine.application import Scene, fit
from matgrad_cli.rewrite.solve.line import ONE_WAY
from matgrad_cli.rulebook.load import SOLVING, equation_rules
from matgrad_cli.rulebook.rule import Rule
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.solving.holding import equivalent
from matgrad_cli.verify.solving.system import System

BOOK = equation_rules()
IDS = BOOK.ids
STATEMENTS = {"eq-symmetric", "eq-vec", "eq-insert", "eq-back", "eq-eigen", "eq-eigen-columns", "eq-polar"}
"""Moves whose example is an illustration: what they state is judged with the solution that it leads to."""
NUMBERS = {"eq-exp": "positive", "eq-powers": "positive", "eq-root": "positive", "eq-log": "positive", "eq-square": "positive",
           "eq-denominators": "positive", "eq-two-roots": "positive", "eq-logit": "unit_interval"}  # fmt: skip
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
    symbols = tuple(dict.fromkeys((*problem.variables, *other.variables, *(s for side in (*before, *after) for s in side.symbols))))
    named = [symbol for symbol in symbols if isinstance(symbol, Symbol)]
    unknown = problem.wrt
    square = "spd" if rule_id in ("eq-invert", "eq-multiply-unknown", "eq-riccati") else "invertible"
    facts = [Fact(symbol, square) for symbol in named if symbol.shape.is_square and symbol.shape.is_matrix]
    facts += [Fact(symbol, NUMBERS[rule_id]) for symbol in named if rule_id in NUMBERS and not symbol.shape.is_matrix
              and not (rule_id == "eq-log" and symbol is unknown)]
    whole = Problem(unknown, unknown, tuple(named), tuple(facts), source=rule_id)
    verdict = equivalent(Judge(whole), System((before,), (unknown,)), System((after,), (unknown,)), rule_id not in ONE_WAY)
    assert verdict.kind == "agrees", verdict.by


def test_the_method_names_every_move_and_no_other() -> None:
    named = [name for phase in BOOK.method(SOLVING).phases for name in phase.rules]
    assert sorted(named) == sorted(IDS)

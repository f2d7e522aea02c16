"""Every rule of the rulebook is true, needs its conditions, does in one step what its example says,
and reads as the house writes."""

from __future__ import annotations

import re

import pytest

from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.ir import Expr, Index, Named, Symbol, substitute
from matgrad_cli.records import METHODS, Value
from matgrad_cli.rewrite.derive import method_named
from matgrad_cli.rewrite.engine.application import Scene, fit
from matgrad_cli.rulebook import rulebook
from matgrad_cli.rulebook.pattern import declared, pattern, read_side
from matgrad_cli.rulebook.rule import Rule
from matgrad_cli.selftest import checks
from matgrad_cli.verify.judge import Judge

BOOK = rulebook()
PATTERNS = [rule.id for rule in BOOK if not rule.native]
NATIVES = [rule.id for rule in BOOK if rule.native]
FORBIDDEN = re.compile(r"^(use|simplify|apply|do|rule)-|-rule$|-\d+$|[^a-z0-9-]|--")
for method in METHODS[1:]:
    method_named(method)  # its native rules are registered when it is imported


def said(found: list[checks.Check]) -> str:
    return "\n".join(f"{check.name}: {check.evidence}" for check in found if not check.passed)


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_rule_is_true(rule_id: str) -> None:
    sides = pattern(BOOK.rule(rule_id))
    assert said([checks.well_formed(sides), checks.true_in_general(sides)]) == ""


@pytest.mark.parametrize("rule_id", [name for name in PATTERNS if BOOK.rule(name).when])
def test_each_condition_is_needed(rule_id: str) -> None:
    assert said([checks.conditions_needed(pattern(BOOK.rule(rule_id)))]) == ""


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_a_broken_twin_is_caught(rule_id: str) -> None:
    sides = pattern(BOOK.rule(rule_id))
    assert list(checks.twins(sides))
    assert said([checks.mutants_caught(sides)]) == ""


@pytest.mark.parametrize("rule_id", PATTERNS)
def test_example_is_one_step(rule_id: str) -> None:
    assert said([checks.example(BOOK.rule(rule_id))]) == ""


def with_names(rule: Rule) -> tuple[Rule, dict[Expr, Expr]]:
    """The rule with the shapes of all names of its example, and what those stand for that are names of an expression
    (`Z = "= A @ X"`)."""
    shapes: list[tuple[str, str]] = []
    named: dict[Expr, Expr] = {}
    for name, text in rule.given or rule.shapes:
        if text.startswith("= "):
            body = substitute(read_side(text[2:], shapes, None, "example"), named)
            shapes.append((name, f"{body.shape.rows} {body.shape.cols}"))
            named[Symbol(name, body.shape)] = Named(name, body)
        else:
            shapes.append((name, text))
    return replace(rule, given=tuple(shapes)), named


def meant(rule: Rule, named: dict[Expr, Expr], text: str) -> Value:
    """What is said to a native rule: an index letter, an expression, or else a word."""
    letters = declared(rule.given)[1]
    try:
        return Index(text, letters[text]) if text in letters else substitute(checks.read_example(rule, text), named)
    except MatgradError:
        return text


@pytest.mark.parametrize("rule_id", NATIVES)
def test_the_function_of_a_native_rule_does_what_its_example_says(rule_id: str) -> None:
    rule, named = with_names(BOOK.rule(rule_id))
    before, after = (substitute(checks.read_example(rule, text), named) for text in rule.example or ())
    problem = checks.example_problem(rule, before)
    problem = replace(problem, variables=tuple(symbol for symbol in problem.variables if symbol not in named))
    if not rule.group:
        bindings = tuple((key, meant(rule, named, text)) for key, text in rule.bindings)
        found = fit(rule, before, Scene(problem, BOOK, entrywise=rule.pending == "partial"), bindings)
        assert found is not None
        assert found.new is after is not before
    assert Judge(problem).compare_over(before, after, tuple(sorted(before.free | after.free))).holds


@pytest.mark.parametrize("rule_id", BOOK.ids)
def test_words_are_in_house_style(rule_id: str) -> None:
    """An identity spelled, a sentence without a full stop, a reason that is given."""
    rule = BOOK.rule(rule_id)
    assert not FORBIDDEN.search(rule.id)
    for text in (rule.title, rule.why):
        assert not text.endswith(".")
        assert not re.match(r"[A-Z][a-z]+\b(?<!Jacobi)", text)
    assert rule.why != rule.title


@pytest.mark.parametrize("rule_id", [name for name in PATTERNS if BOOK.rule(name).reversible])
def test_a_reversible_rule_works_backwards(rule_id: str) -> None:
    assert said([checks.example(BOOK.rule(rule_id).backwards)]) == ""

"""Every rule of the rulebook is true, needs its conditions, does in one step what its example says,
and reads as the house writes."""

from __future__ import annotations

import pytest

from matgrad_cli.rewrite.selftest import selftest
from matgrad_cli.rulebook import rulebook
from matgrad_cli.rulebook.pattern import pattern

BOOK = rulebook()
PATTERNS = [rule.id for rule in BOOK if not rule.native]
NATIVES = [rule.id for rule in BOOK if rule.native]


def said(checks: list[selftest.Check]) -> str:
    return "\n".join(f"{check.name}: {check.evidence}" for check in checks if not check.passed)


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_rule_is_true(rule_id: str) -> None:
    sides = pattern(BOOK.rule(rule_id))
    assert said([selftest.well_formed(sides), *selftest.true_everywhere(sides)]) == ""


@pytest.mark.parametrize("rule_id", [name for name in PATTERNS if BOOK.rule(name).when])
def test_each_condition_is_needed(rule_id: str) -> None:
    assert said([selftest.conditions_needed(pattern(BOOK.rule(rule_id)))]) == ""


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_a_broken_twin_is_caught(rule_id: str) -> None:
    sides = pattern(BOOK.rule(rule_id))
    assert list(selftest.twins(sides))
    assert said([selftest.mutants_caught(sides)]) == ""


@pytest.mark.parametrize("rule_id", PATTERNS)
def test_example_is_one_step(rule_id: str) -> None:
    assert said([selftest.example(BOOK.rule(rule_id))]) == ""


@pytest.mark.parametrize("rule_id", NATIVES)
def test_example_of_a_native_rule_is_true(rule_id: str) -> None:
    assert said([selftest.example(BOOK.rule(rule_id))]) == ""


@pytest.mark.parametrize("rule_id", BOOK.ids)
def test_words_are_in_house_style(rule_id: str) -> None:
    assert said([selftest.words(BOOK.rule(rule_id))]) == ""


@pytest.mark.parametrize("rule_id", [name for name in PATTERNS if BOOK.rule(name).reversible])
def test_a_reversible_rule_works_backwards(rule_id: str) -> None:
    assert said([selftest.example(BOOK.rule(rule_id).backwards)]) == ""

"""Every pattern rule of the product holds in every order of its sizes and, where it is not rational, at every scale."""

from __future__ import annotations

import pytest

from matgrad_cli.rulebook import rulebook
from matgrad_cli.rulebook.pattern import pattern
from matgrad_cli.selftest import checks

BOOK = rulebook()
PATTERNS = [rule.id for rule in BOOK if not rule.native]


@pytest.mark.thorough
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_in_every_order_of_sizes(rule_id: str) -> None:
    check = checks.true_at_every_order(pattern(BOOK.rule(rule_id)))
    assert check.passed, check.evidence


@pytest.mark.slow
@pytest.mark.parametrize("rule_id", PATTERNS)
def test_at_every_scale(rule_id: str) -> None:
    check = checks.true_at_every_scale(pattern(BOOK.rule(rule_id)))
    assert check.passed, check.evidence

"""What rules/methods/index.toml lists is what the engine does: no rule without its function,
no function without its rule."""

from __future__ import annotations

from pathlib import Path

import matgrad_cli
from matgrad_cli.rewrite.engine.application import NATIVE
from matgrad_cli.rewrite.textbook.simplifier import ORDER
from matgrad_cli.rulebook.load import rulebook


def phase(name: str) -> tuple[str, ...]:
    return next(phase.rules for phase in rulebook().method("index").phases if phase.name == name)


def test_each_native_rule_of_the_textbook_phases_has_its_function() -> None:
    book = rulebook()
    listed = {rule.removesuffix(" backwards") for phase in book.method(ORDER).phases for rule in phase.rules}
    natives = {rule for rule in listed if book.rule(rule).native}
    assert natives <= set(NATIVE)


def test_every_native_rule_of_the_unfold_phase_has_its_function() -> None:
    assert {rule for rule in phase("unfold") if rulebook().rule(rule).native} <= set(NATIVE)


def test_every_rule_is_used_by_the_code_or_a_method() -> None:
    package = Path(matgrad_cli.__file__).parent
    written = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    listed = {
        rule for method in rulebook().methods for phase in rulebook().method(method).phases for rule in phase.rules
    }
    listed |= {rule.removesuffix(" backwards") for phase in rulebook().method(ORDER).phases for rule in phase.rules}
    assert [rule.id for rule in rulebook() if rule.id not in listed and f'"{rule.id}"' not in written] == []

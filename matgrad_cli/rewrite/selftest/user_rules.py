"""Rules that a user adds: tested before they act, named by what rests on them, and answered for by the user."""

from __future__ import annotations

from pathlib import Path

from ...diagnostics import Diagnostic, InputError
from ...diagnostics.record import replace
from ...records import Derivation
from ...records.derivation import steps_in
from ...rulebook.load import Rulebook, rulebook
from ...rulebook.rule import Rule
from ..engine.recorder import shown


def tested_rulebook(extra: Path | None) -> Rulebook:
    """The rules of the product and those in `extra`, each of which was seen to be true.

    Raises InputError `rule-refused` for the first that was not, with its file and the values at which its sides differ.
    """
    book = rulebook(extra)
    for rule in book.extras() if extra is not None else ():
        _refuse_unless_true(rule)
    return book


def _refuse_unless_true(rule: Rule) -> None:
    from .selftest import truth_of  # a product without rules of the user's need not load it

    for check in truth_of(rule):
        if not check.passed:
            raise InputError(
                Diagnostic(
                    "rule-refused",
                    f"the rule `{rule.id}` ({rule.file}:{rule.line}) does not pass its test, so it may not be used",
                    notes=(f"{rule.lhs} = {rule.rhs}", f"{check.name}: {check.evidence}", *shown(check.witness)),
                    help=f"`matgrad rules test {rule.id} --rules {rule.file}` runs all its checks",
                )
            )


def marked(derivation: Derivation, book: Rulebook) -> Derivation:
    """The same derivation, which says on which of the user's rules it rests, each with the place where it stands:
    `mine (mine.toml:1)`."""
    own = {rule.id: rule for rule in book.extras()}
    used = dict.fromkeys(step.rule for step in steps_in(derivation.steps) if step.rule in own)
    return (
        replace(derivation, rests_on=tuple(f"{name} ({own[name].file}:{own[name].line})" for name in used))
        if used
        else derivation
    )

"""Rules that a user adds are tested before they act, and answered for by the user."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..diagnostics import Diagnostic, InputError
from ..rewrite.engine.recorder import shown
from ..rulebook.load import Rulebook, rulebook
from ..rulebook.pattern import pattern


@lru_cache(maxsize=4)
def tested_rulebook(extra: Path | None) -> Rulebook:
    """The rules of the product, and those in `extra` that were seen to be true: the others are left out, which is said.

    Raises InputError for the first of them where none is left: `rule-refused`, with its file and the values at which
    its sides differ, or what cannot be read of it.
    """
    book = rulebook(extra)
    refused = {rule_id: fault for rule_id in book.extra if (fault := _fault(book, rule_id)) is not None}
    if refused and len(refused) == len(book.extra):
        raise InputError(next(iter(refused.values())))
    return book.without(refused) if refused else book


def _fault(book: Rulebook, rule_id: str) -> Diagnostic | None:
    """Why a rule may not be used; None if it may."""
    from .checks import truth_of  # a product without rules of the user's need not load it

    try:
        rule = book.rule(rule_id)
        pattern(rule).check()
    except InputError as fault:
        return fault.diagnostic
    check = next((one for one in truth_of(rule) if not one.passed), None)
    if check is None:
        return None
    said = f"the rule `{rule.id}` ({rule.file}:{rule.line}) does not pass its test, so it may not be used"
    notes = (f"{rule.lhs} = {rule.rhs}", f"{check.name}: {check.evidence}", *shown(check.witness))
    help_ = f"`matgrad rules test {rule.id} --rules {rule.file}` runs all its checks"
    return Diagnostic("rule-refused", said, notes=notes, help=help_)

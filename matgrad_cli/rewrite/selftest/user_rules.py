"""Rules that a user adds: tested before they act, named by what rests on them, and answered for by the user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...diagnostics import Diagnostic, InputError
from ...records import Derivation, Step
from ...rulebook.load import Rulebook, rulebook
from ...rulebook.rule import Rule
from ...verify.verdict import Witness

_LONGEST: Final = 300
"""A counterexample that needs more letters than this (large sizes) is not printed; its sizes stand in the evidence."""


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
                    notes=(f"{rule.lhs} = {rule.rhs}", f"{check.name}: {check.evidence}", *_shown(check.witness)),
                    help=f"`matgrad rules test {rule.id} --rules {rule.file}` runs all its checks",
                )
            )


def contradicted(rule: Rule, evidence: str, witness: Witness | None, lines: tuple[str, ...]) -> InputError:
    """A step by a user's rule changed the value of the line: that is no bug of the product."""
    return InputError(
        Diagnostic(
            "rule-contradicted",
            f"the rule `{rule.id}` ({rule.file}:{rule.line}) changed the value of the line, so nothing is printed",
            notes=(*lines, evidence, *_shown(witness)),
            help="the rule is false where it was used here: mend it, or leave it out",
        )
    )


def _shown(witness: Witness | None) -> tuple[str, ...]:
    """`at A = [[1]] the left side is 1 and the right side 2`."""
    if witness is None:
        return ()
    values = ", ".join(f"{name} = {value}" for name, value in witness.values)
    said = f"{f'at {values} ' if values else ''}the left side is {witness.left} and the right side is {witness.right}"
    return (said,) if len(said) < _LONGEST else ()


def rests_on(steps: tuple[Step, ...], book: Rulebook) -> tuple[str, ...]:
    """The user's rules that the steps used, each with the place where it stands: `trace-mine (mine.toml:1)`."""
    own = {rule.id: rule for rule in book.extras()}
    used = dict.fromkeys(step.rule for step in _all(steps) if step.rule in own)
    return tuple(f"{name} ({own[name].file}:{own[name].line})" for name in used)


def _all(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all(step.substeps)


def marked(derivation: Derivation, book: Rulebook) -> Derivation:
    """The same derivation, which says on which of the user's rules it rests."""
    from ...diagnostics.record import replace

    found = rests_on(derivation.steps, book)
    return replace(derivation, rests_on=found) if found else derivation

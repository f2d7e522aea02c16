"""Several methods on one problem: all that go through, where they meet, and which do not go through and why."""

from __future__ import annotations

from collections.abc import Callable

from ...diagnostics import MatgradError, StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import OpenLetter
from ...records import METHODS, Derivation, Sentence
from ...rulebook.load import Rulebook
from ...verify.judge import Judge, judge_of
from ..engine.recorder import Unasked
from . import method_named


def same_result(one: Derivation, other: Derivation, judge: Judge) -> bool:
    """Whether two derivations state the same array: the same expression, or equal at random points."""
    left, right = one.result, other.result
    if left.letters != right.letters:
        return False
    return left.entry is right.entry or judge.compare_over(left.entry, right.entry, left.letters).holds


def derive_all(problem: Problem, one: Callable[[str], Derivation]) -> tuple[Derivation, ...]:
    """The derivations of all methods that go through, each by `one`; the last one says where they meet and which do not
    go through.

    Raises StuckError only if no method goes through.
    """
    found: list[Derivation] = []
    stuck: list[tuple[str, StuckError]] = []
    for name in METHODS:
        try:
            found.append(one(name))
        except StuckError as trouble:
            stuck.append((name, trouble))
    if not found:
        raise stuck[0][1]
    last = found[-1]
    said = (*_meeting(found, judge_of(problem)), *(_left_out(name, trouble) for name, trouble in stuck))
    found[-1] = replace(last, notes=(*last.notes, *said))
    return tuple(found)


def _meeting(found: list[Derivation], judge: Judge) -> list[Sentence]:
    if len(found) < 2:
        return []
    agreeing = [found[0].method, *(other.method for other in found[1:] if same_result(found[0], other, judge))]
    if len(agreeing) < 2:
        return []
    gradient = found[0].result.matrix
    names = ", ".join(agreeing)
    if gradient is None:
        return [Sentence("the methods {names} meet in the same derivative", (("names", names),))]
    return [Sentence("the methods {names} meet in {gradient}", (("names", names), ("gradient", gradient)))]


def _left_out(name: str, trouble: StuckError) -> Sentence:
    return Sentence("the {name} method is left out: {reason}", (("name", name), ("reason", trouble.diagnostic.message)))


def agreement(derivation: Derivation, book: Rulebook) -> Sentence | None:
    """One line that another method reaches the same result; None if none was found that does."""
    problem = derivation.problem
    if derivation.order != 1:
        return None
    for name in ("chain", "differential"):
        if name == derivation.method:
            continue
        try:
            other = method_named(name)(problem, book, Unasked(problem), derivation.layout)
        except (MatgradError, OpenLetter):  # a second opinion that fails is none; it never costs the first
            continue
        if same_result(derivation, other, judge_of(problem)):
            return Sentence("the {name} method reaches the same result", (("name", name),))
    return None

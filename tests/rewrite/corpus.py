"""Losses of our own that use every function and operation, and their derivations by every method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matgrad_cli.diagnostics import StuckError
from matgrad_cli.facts import Problem
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import METHODS, Derivation
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rulebook.load import Rulebook

FILE = Path(__file__).with_name("corpus.txt")


@dataclass(frozen=True)
class Case:
    """One loss of the corpus."""

    loss: str
    wrt: str
    shapes: str
    facts: str
    layout: str = "gradient"

    def problem(self) -> Problem:
        return read_problem(self.loss, self.wrt, [self.shapes], [self.facts] if self.facts else [])


def cases() -> list[Case]:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [Case(*(part.strip() for part in line.split("|"))) for line in lines]


def derived(case: Case, method: str, book: Rulebook | None = None) -> Derivation | None:
    """The derivation by a method; None where the method knows no way."""
    try:
        return derive(case.problem(), method, case.layout, rules=book)
    except StuckError:
        return None


@cache
def _of(case: Case) -> tuple[tuple[Case, Derivation], ...]:
    """A loss by every method that can."""
    found = ((case, derived(case, method)) for method in METHODS)
    return tuple((case, derivation) for case, derivation in found if derivation is not None)


def derivations(step: int = 1) -> tuple[tuple[Case, Derivation], ...]:
    """The derivations of every loss, or of one loss in `step`."""
    return tuple(one for case in cases()[::step] for one in _of(case))

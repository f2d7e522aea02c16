"""What a report earns: all points, or the share that the key gives for the first slip or for the lines before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ...diagnostics.record import replace
from ...records.finding import Finding, ProblemReport
from ..chain import Outcome, RowResult
from ..lines.scope import Surroundings
from ..meanings.targets import works_on_derivative
from ..slips.causes import CAUSES
from .settings import LINES, MISSING_DERIVATION, Settings

_OF_SHAPES: Final = ("non-conformable", "shape-mismatch")
_BREAKING: Final = ("missing-transpose", "wrong-order")
"""What breaks the shapes as often as it does not: it earns the same share either way."""


def scored(
    chosen: Settings, report: ProblemReport, lines: Callable[[], tuple[int, int]] = lambda: (0, 0)
) -> ProblemReport:
    """The report with its points, and the rule of the key that gave a share of them. `lines`:
    how many count, and of how many."""
    share, credit = (1.0, None) if report.verdict == "right" else (0.0, None)
    first = report.first_wrong
    if report.verdict == "wrong" and first is not None:
        rules = [_of_slips(chosen, report, first)]
        if LINES in chosen.partial:
            held, of = lines()
            told = f"{held} of {of} lines hold before the first slip"
            rules.append((chosen.partial[LINES] * held / max(of, 1), told))
        share, why = max(rules, key=lambda rule: rule[0])
        credit = f"{why}: {share:.3g} of the points" if share else None
    if report.verdict == "wrong" and report.final.code == MISSING_DERIVATION and report.final.verdict == "right":
        share, credit = alone(chosen)
    return replace(
        report, score=chosen.points * share, points=chosen.points, warnings=(*chosen.warnings, *report.warnings),
        reveal=chosen.reveal,
        attempts=chosen.attempts, credit=credit, slip=(first.code if first is not None else None) or report.final.code,
    )  # fmt: skip


def alone(chosen: Settings) -> tuple[float, str | None]:
    """The share for a right answer whose derivation is missing, and how it is told."""
    share = chosen.partial.get(MISSING_DERIVATION, 0.0)
    return share, f"the answer is right and stands alone: {share:.3g} of the points" if share else None


def _of_slips(chosen: Settings, report: ProblemReport, first: Finding) -> tuple[float, str]:
    """The share for the first slip; no more than for what stands behind it without a cause,
    and no share without a final answer."""
    behind = report.lines[report.lines.index(first) + 1 :]
    later = [line.code or "" for line in behind if line.verdict == "wrong" and not line.holds]
    if report.final.verdict == "wrong" and any(
        line.verdict != "follows" and (line.code or "") not in CAUSES for line in behind
    ):
        later.append(report.final.code or "")
    code, why = first.code or "", f"the first slip is `{first.code}`"
    if code not in chosen.partial and code in _OF_SHAPES and first.cause in _BREAKING:
        code, why = first.cause or "", f"the first slip is `{first.cause}`, by which the shapes do not fit"
    shares = [chosen.partial.get(code, 0.0) for code in (code, *(code for code in later if code not in CAUSES))]
    absent = (report.final.verdict == "missing" and chosen.must_answer) or report.final.code == "not-worked-out"
    return 0.0 if absent else min(shares), why


def lines_held(results: Sequence[RowResult], around: Surroundings) -> tuple[int, int]:
    """How many lines hold before the first slip, each said once, and of how many.

    What is not about the derivative (rewritings of the loss, facts) counts up to as often as there are lines that work
    on it: the way to a slip is credited, not the number of true lines.
    """
    counted = [result for result in results if result.role in ("claim", "equation")]
    first = next((at for at, result in enumerate(counted) if result.verdict == "wrong"), len(counted))
    said = {
        frozenset((outcome.head, outcome.read and outcome.read.expr) for outcome in result.outcomes): result
        for result in counted[:first]
        if result.verdict == "follows"
    }
    working = sum(any(_works(outcome, around) for outcome in result.outcomes) for result in said.values())
    held = working + min(working, len(said) - working)
    return held, len(counted) - first + held


def _works(outcome: Outcome, around: Surroundings) -> bool:
    expr = outcome.read.expr if outcome.read is not None else None
    return outcome.role == "equation" or (
        outcome.role == "claim" and expr is not None and works_on_derivative(around, outcome.head, expr)
    )

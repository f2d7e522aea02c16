"""What comes after a wrong line: a statement that may follow from it is not called wrong again."""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.record import replace
from ..ir import Expr
from .chain import Chain, Outcome, RowResult, worst_of
from .slips.causes import Slip

MAY_FOLLOW = "it comes after a wrong line and may follow from it"
OF_FORM = frozenset(("unknown-name", "non-conformable", "number-plus-array", "index-reused", "free-index-mismatch"))
"""Codes of what is false by its form alone, whatever stands before it."""


def told_once(results: Sequence[RowResult]) -> list[RowResult]:
    """The rows; behind the first that is wrong, a new statement that is not true of the problem is undecided.

    What goes on from the side before it is judged from there; equations are judged from the one before them
    (`Equations`).
    """
    first = next(
        (at for at, row in enumerate(results) if row.verdict == "wrong" and not _holds(row.outcome)), len(results)
    )
    return [*results[: first + 1], *map(_weighed, results[first + 1 :])]


def behind_gap(outcome: Outcome, chain: Chain, last: Expr | None) -> Outcome:
    """The outcome at a side behind a line that could not be judged: what only differs from an earlier one is open."""
    slip = outcome.slip if outcome.verdict == "wrong" and chain.gap and last is chain.last else None
    read = outcome.read is not None and outcome.read.expr is not None
    open_ = "free-index-mismatch" if read else "index-reused" if last is None else None  # what is free is not known
    if slip is None or (slip.code in OF_FORM and slip.code != open_):
        return outcome
    said = "the line before could not be judged; this line differs from the last one that was read"
    return Outcome("undecided", outcome.read, Slip("after-gap", said, slip.notes))


def _weighed(row: RowResult) -> RowResult:
    begun = {claim.sides[1].span for claim in row.row.claims if claim.left is not None}
    outcomes = tuple(
        replace(one, verdict="undecided", slip=Slip("undecided", MAY_FOLLOW))
        if _may_follow(one) and one.read is not None and one.read.side.span in begun
        else one
        for one in row.outcomes
    )
    worst = worst_of(outcomes)
    return row if worst is None else replace(row, outcomes=outcomes, outcome=worst, verdict=worst.verdict)


def _may_follow(outcome: Outcome) -> bool:
    """Whether a sign of equality is false of the problem, and no more than that is known of it."""
    false = outcome.verdict == "wrong" and outcome.role != "equation"
    return false and outcome.slip is not None and outcome.slip.code not in OF_FORM and not outcome.slip.holds


def _holds(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.slip is not None and outcome.slip.holds

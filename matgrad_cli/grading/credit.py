"""What a report earns: all points, or the share that the key gives for the first slip or for the lines before it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from ..diagnostics.record import replace
from ..ir import Expr, Mul, Number, nodes_of
from ..records.finding import Finding, ProblemReport
from .chain import Outcome, RowResult
from .lines.forms import is_pending
from .lines.kinds import is_zero
from .lines.scope import Surroundings
from .meanings.targets import works_on_derivative
from .merge import LINES, MISSING_DERIVATION, Settings
from .rearranged import rearranged
from .slips.causes import CAUSES

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
            rules.append(
                (chosen.partial[LINES] * held / max(of, 1), f"{held} of {of} lines hold before the first slip")
            )
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
    if report.final.verdict == "wrong" and any(line.verdict != "follows" for line in behind):
        later.append(report.final.code or "")
    code, why = first.code or "", f"the first slip is `{first.code}`"
    if code not in chosen.partial and code in _OF_SHAPES and first.cause in _BREAKING:
        code, why = first.cause or "", f"the first slip is `{first.cause}`, by which the shapes do not fit"
    shares = [chosen.partial.get(code, 0.0) for code in (code, *(code for code in later if code not in CAUSES))]
    absent = report.final.verdict == "missing" and chosen.must_answer
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


def derives(results: Sequence[RowResult], around: Surroundings) -> bool:
    """Whether anything stands before the last side: two claims or equations about the loss or a derivative that say
    different things.

    A name for a part, another order, the loss as it was given and the answer once more are no step; multiplying out is
    one, and so is what the loss is in a direction, f(x + h) = f(x) + ….
    """
    loss, directions = around.task.problem.loss, frozenset(around.directions.values())

    def about(outcome: Outcome) -> bool:
        head = outcome.head
        if outcome.role == "equation" or head is None or is_pending(head) or head is loss:
            return outcome.role in ("claim", "equation")
        return outcome.role == "claim" and (bool(directions & head.symbols) or of_loss(head))

    def of_loss(head: Expr | None) -> bool:
        return (
            head is not None
            and not head.free
            and not is_pending(head)
            and (head is loss or around.bench.equal(head, loss))
        )

    def form(expr: Expr, opened: bool = True) -> Hashable:
        whole = around.expanded(expr)
        found = rearranged(whole)
        return whole if found is None else (found, _letters(whole) if opened else 0)

    def meant(outcome: Outcome) -> Expr | None:  # with a slip that is known, what it would be without
        repair = outcome.slip.repair if outcome.slip is not None else None
        return repair.expr if repair is not None else outcome.read.expr if outcome.read is not None else None

    outcomes = [outcome for result in results for outcome in result.outcomes if about(outcome)]
    pairs = [(outcome.head, side) for outcome in outcomes if (side := meant(outcome)) is not None]
    said = {side: left for left, side in pairs if not is_zero(side)}
    said |= {
        left: left
        for left, side in pairs
        if left is not None and is_zero(side) and not said.keys() & set(nodes_of(left))
    }  # `… = 0`
    repeated = {
        form(loss),
        *[form(left, opened=False) for left in said.values() if left is not None and directions & left.symbols],
    }
    forms = {
        form(side, left is None or not directions & left.symbols)
        for side, left in said.items()
        if side is not around.task.wanted
    }
    return len(forms - repeated) > 1


def _letters(expr: Expr) -> int:
    """How many leaves are no numbers; none of a zero."""
    if isinstance(expr, Mul) and Number(0) in expr.factors:
        return 0
    return sum(map(_letters, expr.children)) if expr.children else int(not isinstance(expr, Number))

"""What was found at a row, or at an answer, as a record with its place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...diagnostics import Diagnostic, Label, Source, Span
from ...diagnostics.record import replace
from ...documents.passage import Passage, line_and_column
from ...records.finding import Finding, LineVerdict
from ..derivation import RowResult
from ..slips.causes import Slip


def finding_of(
    number: int, verdict: LineVerdict, passage: Passage, slip: Slip, source: Source, notes: Sequence[str]
) -> Finding:
    span = passage.span(slip.span) if slip.span is not None else passage.span()
    severity: Literal["wrong", "error", "warning"] = (
        "wrong" if verdict == "wrong" else "error" if verdict == "unreadable" else "warning"
    )
    told = slip.labels if slip.labels and slip.labels[0].span == slip.span else ()
    labels = tuple(Label(passage.span(label.span), label.text) for label in told) or (Label(span),)
    diagnostic = Diagnostic(slip.code, slip.message, source, labels, slip.notes, slip.help, severity)
    found = placed(number, verdict, span, source, notes)
    return replace(found, code=slip.code, diagnostic=diagnostic, holds=slip.holds, cause=slip.cause)


def placed(number: int, verdict: LineVerdict, span: Span, source: Source, notes: Sequence[str] = ()) -> Finding:
    """A finding that says no more than where it is."""
    return Finding(number, verdict, span, *line_and_column(source.text, span.start), notes=tuple(notes))


def passed_over(number: int, passage: Passage, source: Source, why: str) -> Finding:
    """A row that claims nothing, and why."""
    return replace(placed(number, "aside", passage.span(), source, (why,)), role="aside")


def line_of(result: RowResult, source: Source) -> Finding:
    slip = result.slip if result.verdict != "follows" else None
    passage = result.row.passage
    if slip is None:
        found = placed(result.row.number, result.verdict, passage.span(), source, result.notes)
        return replace(found, role=result.role)
    if slip.span is None and result.outcome is not None and result.outcome.read is not None:
        slip = replace(slip, span=result.outcome.read.side.span)
    return replace(finding_of(result.row.number, result.verdict, passage, slip, source, result.notes), role=result.role)

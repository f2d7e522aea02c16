"""How much a student is told: nothing but verdicts, a hint at the kind of slip, or everything."""

from __future__ import annotations

from ..diagnostics import Diagnostic, Label
from ..diagnostics.record import replace
from ..records.finding import Final, Finding, ProblemReport, Reveal
from .slips.codes import HINTS


def revealed(report: ProblemReport, reveal: Reveal) -> ProblemReport:
    """The report with what must not be told left out."""
    if reveal == "full":
        return replace(report, reveal=reveal)
    lines = tuple(_finding(finding, reveal) for finding in report.lines)
    final = report.final
    if final.verdict == "wrong":
        final = Final(final.verdict, final.code if reveal == "hint" else None, HINTS.get(final.code or "") if reveal == "hint" else None)
    return replace(report, lines=lines, final=final, notes=() if reveal == "none" else report.notes, reveal=reveal)


def _finding(finding: Finding, reveal: Reveal) -> Finding:
    # How to write what could not be read gives nothing of the solution away.
    if finding.verdict != "wrong" or finding.diagnostic is None:
        return finding
    if reveal == "none":
        return replace(finding, code=None, diagnostic=None, notes=())
    hint = HINTS.get(finding.code or "", "this line is wrong")
    labels = tuple(Label(label.span) for label in finding.diagnostic.labels[:1])
    return replace(finding, diagnostic=Diagnostic(finding.diagnostic.code, hint, finding.diagnostic.source, labels, severity="wrong"))

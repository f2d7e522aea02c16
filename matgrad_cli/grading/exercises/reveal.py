"""How much a student is told: nothing but verdicts, a hint at the kind of slip, or everything."""

from __future__ import annotations

from ...diagnostics import Diagnostic, Label
from ...diagnostics.record import replace
from ...records.finding import Final, Finding, ProblemReport, Reveal
from ..consequences import MAY_FOLLOW
from ..slips.codes import HINTS

_WRONG = "this is wrong"
_OPEN = "whether this is right could not be decided"
_OF_THE_TEXT = frozenset((
    "answered-twice", "missing-answer", "missing-derivation", "nothing-judged", "not-worked-out", "time-limit",
    "memory-limit", "too-deep",
    "too-long", "bug", "equation",
))  # fmt: skip
"""Codes of what is not wrong whose message says nothing about the solution."""


def revealed(report: ProblemReport, reveal: Reveal) -> ProblemReport:
    """The report with what must not be told left out, in every message that a report of any format could hold."""
    if reveal == "full":
        return replace(report, reveal=reveal)
    final = report.final
    if final.verdict == "wrong":
        final = Final("wrong", final.code, HINTS.get(final.code or "", _WRONG)) if reveal == "hint" else Final("wrong")
    elif final.verdict == "undecided" or (final.verdict == "missing" and final.code in HINTS):
        final = Final(final.verdict, *_open(final.code, final.message, reveal))
    return replace(
        report,
        lines=tuple(_finding(finding, reveal) for finding in report.lines),
        final=final,
        notes=() if reveal == "none" else report.notes,
        credit=report.credit if reveal == "hint" else None,
        reveal=reveal,
    )


def _finding(finding: Finding, reveal: Reveal) -> Finding:
    found = finding.diagnostic
    # How to write what could not be read gives nothing of the solution away.
    if found is None or finding.verdict not in ("wrong", "undecided"):
        return finding
    labels = tuple(Label(label.span) for label in found.labels[:1])
    if finding.verdict == "undecided":
        code, message = _open(finding.code, found.message, reveal)
        said = Diagnostic(code or found.code, message or _OPEN, found.source, labels, severity="warning")
        return finding if message == found.message else replace(finding, code=code, diagnostic=said)
    if reveal == "none":
        return replace(finding, code=None, diagnostic=None, notes=(), holds=False, cause=None)
    hint = found.message if finding.holds and finding.code == "differs" else HINTS.get(finding.code or "", _WRONG)
    return replace(finding, diagnostic=Diagnostic(found.code, hint, found.source, labels, severity="wrong"))


def _open(code: str | None, message: str | None, reveal: Reveal) -> tuple[str | None, str | None]:
    """Code and message of what could not be decided: a name that is not known is a hint,
    a reason of ours may hold more."""
    if code in _OF_THE_TEXT or message == MAY_FOLLOW:
        return code, message
    if reveal == "none":
        return "undecided", _OPEN
    return code, HINTS.get(code or "", _OPEN)

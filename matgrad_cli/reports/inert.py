"""Reports whose ids, file names, messages and excerpts are inert: no control character, no command of a CI log, whatever a file says."""

from __future__ import annotations

import re

from ..diagnostics import Diagnostic, Label, Source
from ..diagnostics.record import replace
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report

_HIDDEN = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡"}
_HIDDEN |= dict.fromkeys((*range(0x80, 0xA0), *range(0x200B, 0x2010), 0x2028, 0x2029, *range(0x202A, 0x202F), 0xFEFF), "�")
_OF_SOURCE = {code: sign for code, sign in _HIDDEN.items() if code not in (9, 10)}
_COMMAND = re.compile(r"(^|\s)::")


def inert(text: str) -> str:
    """One line of text that no terminal and no CI log takes for more than text: control characters as their pictures."""
    return _COMMAND.sub(r"\1∷", text.translate(_HIDDEN)).replace("##[", "#＃[")


def inert_report(report: Report) -> Report:
    """The report with every text in it inert; the reports of all formats are made from it."""
    return replace(report, files=tuple(_file(file) for file in report.files), skipped=tuple(map(inert, report.skipped)))


def _file(file: FileReport) -> FileReport:
    return FileReport(
        inert(file.file),
        tuple(_problem(problem) for problem in file.problems),
        tuple(_diagnostic(diagnostic) for diagnostic in file.diagnostics),
        _source(file.source),
    )


def _source(source: Source | None) -> Source | None:
    """Every character keeps its place, so that the carets still point at it."""
    return None if source is None else Source(inert(source.name), source.text.translate(_OF_SOURCE).replace("##[", "＃＃["))


def _problem(problem: ProblemReport) -> ProblemReport:
    final = problem.final
    return replace(
        problem,
        id=inert(problem.id),
        final=Final(final.verdict, final.code, inert(final.message) if final.message else final.message),
        lines=tuple(_finding(finding) for finding in problem.lines),
        notes=tuple(map(inert, problem.notes)),
        warnings=tuple(map(inert, problem.warnings)),
    )


def _finding(finding: Finding) -> Finding:
    diagnostic = _diagnostic(finding.diagnostic) if finding.diagnostic is not None else None
    return replace(finding, diagnostic=diagnostic, notes=tuple(map(inert, finding.notes)))


def _diagnostic(diagnostic: Diagnostic) -> Diagnostic:
    return replace(
        diagnostic,
        message=inert(diagnostic.message),
        source=_source(diagnostic.source),
        labels=tuple(Label(label.span, inert(label.text)) for label in diagnostic.labels),
        notes=tuple(map(inert, diagnostic.notes)),
        help=inert(diagnostic.help) if diagnostic.help else diagnostic.help,
    )

"""Reports whose ids, file names, messages and excerpts are inert: no control character, no command of a CI log, whatever a file says."""

from __future__ import annotations

from functools import lru_cache

from ..diagnostics import Diagnostic, Label, Source
from ..diagnostics.inert import OF_SOURCE, inert, inert_lines, inert_source
from ..diagnostics.record import replace
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report


def inert_report(report: Report) -> Report:
    """The report with every text in it inert; the reports of all formats are made from it."""
    return replace(
        report,
        files=tuple(_file(file) for file in report.files),
        skipped=tuple(map(inert, report.skipped)),
        asked=tuple((inert(name), points) for name, points in report.asked) if report.asked is not None else None,
        diagnostics=tuple(map(_diagnostic, report.diagnostics)),
    )


def _file(file: FileReport) -> FileReport:
    return FileReport(
        inert(file.file),
        tuple(_problem(problem) for problem in file.problems),
        tuple(_diagnostic(diagnostic) for diagnostic in file.diagnostics),
        _source(file.source),
        inert(file.student),
    )


@lru_cache(maxsize=8)
def _source(source: Source | None) -> Source | None:
    return None if source is None else Source(inert(source.name), inert_source(source.text))


def _problem(problem: ProblemReport) -> ProblemReport:
    final = problem.final
    return replace(
        problem,
        id=inert(problem.id),
        final=Final(final.verdict, final.code, inert(final.message) if final.message else final.message),
        lines=tuple(_finding(finding) for finding in problem.lines),
        notes=tuple(map(inert, problem.notes)),
        warnings=tuple(map(inert, problem.warnings)),
        credit=inert(problem.credit) if problem.credit else None,
    )


def _finding(finding: Finding) -> Finding:
    diagnostic = _diagnostic(finding.diagnostic) if finding.diagnostic is not None else None
    text = inert_lines(finding.text.translate(OF_SOURCE))
    return replace(finding, diagnostic=diagnostic, notes=tuple(map(inert, finding.notes)), text=text)


def _diagnostic(diagnostic: Diagnostic) -> Diagnostic:
    return replace(
        diagnostic,
        message=inert(diagnostic.message),
        source=_source(diagnostic.source),
        labels=tuple(Label(label.span, inert(label.text)) for label in diagnostic.labels),
        notes=tuple(map(inert, diagnostic.notes)),
        help=inert(diagnostic.help) if diagnostic.help else diagnostic.help,
    )

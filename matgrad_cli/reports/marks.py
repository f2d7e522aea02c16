"""What reports on places are made of: one mark for each message about a file, and for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..diagnostics import Diagnostic
from ..diagnostics.record import record
from ..documents.passage import line_and_column
from ..records.finding import FileReport, Finding, ProblemReport, Report

Place = tuple[int | None, int | None]


@record
class Mark:
    """A message with its place in a file; `about` names the problem that it is about, and `row` its line there."""

    file: str
    level: str
    code: str
    message: str
    about: str = ""
    row: str = ""
    place: Place = (None, None)
    end: Place = (None, None)


def marks(report: Report) -> Iterator[Mark]:
    """All of a report, in its order; a problem that is not right and of which nothing else is said has one, too."""
    for file in report.files:
        for said in file.diagnostics:
            yield Mark(file.file, said.severity, said.code, said.message, place=place_of(said))
        for problem in file.problems:
            yield from (_of_finding(file, problem, finding) for finding in problem.shown)
            if problem.verdict != "right" and not problem.shown:
                final, about = problem.final, f"problem {problem.id}"
                code, message = final.code or problem.verdict, final.message or problem.verdict
                yield Mark(file.file, problem.verdict, code, message, about)


def _of_finding(file: FileReport, problem: ProblemReport, finding: Finding) -> Mark:
    begin = finding.line, finding.column
    whole = file.source is not None and finding.cell is None
    end = line_and_column(file.source.text, finding.span.end) if file.source is not None and whole else begin
    row = f", line {finding.number}" if problem.kind not in ("answer", "document") and finding.number else ""
    message = (finding.message or finding.verdict) + (f"\n{finding.help}" if finding.help else "")
    code = finding.code or finding.verdict
    return Mark(file.file, finding.verdict, code, message, f"problem {problem.id}", row, begin, max(begin, end))


def place_of(diagnostic: Diagnostic) -> Place:
    """Line and column of the first label, counted from 1; None without a place."""
    if diagnostic.source is None or not diagnostic.labels or not diagnostic.source.text:
        return None, None
    return line_and_column(diagnostic.source.text, diagnostic.labels[0].span.start)


def totals(report: Report, problems: Iterable[ProblemReport]) -> list[tuple[str, str]]:
    """How many of the problems have which verdict, and how many files could not be read: so many, and the verdict."""
    verdicts = [problem.verdict for problem in problems]
    unread = sum(file.broken for file in report.files)
    files = [(f"{unread} file{'s' if unread > 1 else ''}", "unreadable")] if unread else []
    return [*((str(verdicts.count(verdict)), str(verdict)) for verdict in dict.fromkeys(verdicts)), *files]

"""Reports whose ids, file names, messages and excerpts are inert: no control character, no command of a CI log, whatever a file says."""

from __future__ import annotations

import re
from functools import lru_cache

from ..diagnostics import Diagnostic, Label, Source
from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report

_HIDDEN = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡"}
_UNSEEN = (
    (0x80, 0xA0), (0xAD, 0xAE), (0x61C, 0x61D), (0x180E, 0x180F), (0x200B, 0x2010), (0x2028, 0x202F), (0x2060, 0x2070), (0xFEFF, 0xFF00),
    (0xFFF9, 0xFFFC), (0xD800, 0xE000), (0xE0000, 0xE0080),
)  # fmt: skip
"""Controls, ends of lines, what turns text round or cannot be seen, halves of characters (file names that are no text), tags."""
for _start, _end in _UNSEEN:
    _HIDDEN.update(dict.fromkeys(range(_start, _end), "�"))
_OF_SOURCE = {code: sign for code, sign in _HIDDEN.items() if code not in (9, 10)}
_COMMAND = regex(r"(^|\s)::")
_OLD_COMMAND = regex(r"##(?=\w*\[)")


def inert(text: str) -> str:
    """One line of text that no terminal and no CI log takes for more than text: control characters as their pictures."""
    return _OLD_COMMAND.sub("＃＃", _COMMAND.sub(r"\1∷", text.translate(_HIDDEN)))


def inert_lines(text: str) -> str:
    """Several lines for a log, none of which a CI takes for a command."""
    return _OLD_COMMAND.sub("＃＃", re.sub(r"(?m)^(\s*)::", r"\1∷", text))


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
    """Every character keeps its place, so that the carets still point at it."""
    return None if source is None else Source(inert(source.name), _OLD_COMMAND.sub("＃＃", source.text.translate(_OF_SOURCE)))


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
    text = inert_lines(finding.text.translate(_OF_SOURCE))
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

"""Reports for continuous integration: JUnit XML, GitHub's annotations and step summary."""

from __future__ import annotations

import re
from xml.etree import ElementTree as XML

from ..records.finding import FileReport, Finding, ProblemReport, Report
from .inert import inert_report
from .marks import Mark, marks
from .text import to_text


def to_junit(report: Report) -> str:
    """JUnit XML: a suite per file with the points of its problems, a case per line and one for the final answer, of the
    class of the student; wrong is a failure, unreadable an error. A slip of a line is not told again as that of the
    final answer."""
    report = inert_report(report)
    root = XML.Element("testsuites", name="matgrad check")
    for file in report.files:
        suite = XML.SubElement(root, "testsuite", name=_clean(file.file))
        if file.problems:
            points = XML.SubElement(suite, "properties")
            for problem in file.problems:
                value = f"{problem.score:.4g}/{problem.points:.4g}"
                XML.SubElement(points, "property", name=_clean(f"points {problem.id}"), value=value)
        for diagnostic in file.diagnostics:
            if diagnostic.severity == "error":
                _case(suite, file, "file", "error", diagnostic.code, diagnostic.message, "\n".join(diagnostic.notes))
        for problem in file.problems:
            _problem_cases(suite, file, problem)
        counted = {"failures": "/failure", "errors": "/error", "skipped": "/skipped", "tests": ""}
        for name, below in counted.items():
            suite.set(name, str(len(suite.findall(f"testcase{below}"))))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    XML.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + XML.tostring(root, encoding="unicode") + "\n"


_KINDS = {"wrong": "failure", "unreadable": "error", "undecided": "skipped"}


def _problem_cases(suite: XML.Element, file: FileReport, problem: ProblemReport) -> None:
    for finding in problem.lines:
        name = f"{problem.id} line {finding.number}" if problem.kind != "answer" and finding.number else problem.id
        kind, said = _KINDS.get(finding.verdict), (finding.code, finding.message, _details(finding))
        _case(suite, file, name, kind, *said, finding.line)
    final = problem.final
    told = final.verdict == "wrong" and any(
        (line.verdict, line.code, line.message) == ("wrong", final.code, final.message) for line in problem.lines
    )
    if not problem.lines or (problem.kind != "answer" and not told):
        short = final.verdict == "missing" or (final.verdict == "right" and final.code is not None)
        missing = "failure" if problem.verdict == "wrong" else "skipped"
        kind = missing if short else _KINDS.get(final.verdict)
        name = f"{problem.id} final answer" if problem.kind != "answer" else problem.id
        _case(suite, file, name, kind, final.code or final.verdict, final.message, "")


def _details(finding: Finding) -> str:
    lines = [f"line {finding.line}, column {finding.column}"]
    lines += [f"note: {note}" for note in (finding.diagnostic.notes if finding.diagnostic else ())]
    return "\n".join(lines + ([f"help: {finding.help}"] if finding.help else []))


def _case(
    suite: XML.Element, file: FileReport, name: str, kind: str | None, code: str | None, message: str | None,
    details: str, line: int | None = None,
) -> None:  # fmt: skip
    case = XML.SubElement(suite, "testcase", classname=_clean(file.student or file.file), name=_clean(name))
    if line is not None:
        case.set("line", str(line))
    if kind is not None:
        found = XML.SubElement(case, kind, message=_clean(message or ""))
        if kind != "skipped":
            found.set("type", code or kind)
        found.text = _clean(details) or None


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold, not even escaped."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def to_github(report: Report) -> str:
    """GitHub's workflow commands: one annotation per finding, at its file, line and column."""
    return "\n".join(map(_command, marks(inert_report(report))))


_LEVELS = {"error": "error", "wrong": "error", "note": "notice"}


def _command(mark: Mark) -> str:
    title = f"{mark.about}{mark.row}: {mark.code}" if mark.about else mark.code
    (line, column), (last, end) = mark.place, mark.end
    properties = {"file": mark.file, "line": line, "col": column, "endColumn": end if last == line else None}
    said = {key: value for key, value in (properties | {"title": title}).items() if value is not None}
    inside = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in said.items())
    return f"::{_LEVELS.get(mark.level, 'warning')} {inside}::{_escaped(mark.message)}"


def _escaped(text: str, also: str = "") -> str:
    for character in ("%", "\r", "\n", *also):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def github_summary(report: Report) -> str:
    """Markdown for the step summary: the report for people as it is, between marks that nothing in it can close."""
    text = to_text(report)
    fence = "`" * (2 + max(map(len, re.findall("`+", text)), default=1))
    return f"## matgrad check: {report.verdict}\n\n{fence}text\n{text}{fence}\n"

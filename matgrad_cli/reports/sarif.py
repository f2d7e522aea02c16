"""SARIF 2.1.0, as code scanning reads it: a rule for each code, a result for each finding."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..diagnostics.pages import codes, title
from ..documents.passage import line_and_column
from ..records.finding import FileReport, Finding, ProblemReport, Report
from .data import place_of
from .inert import inert_report

_LEVELS = {"wrong": "error", "error": "error", "unreadable": "error", "warning": "warning", "undecided": "warning"}


def to_sarif(report: Report) -> str:
    """The findings of all files; what says nothing of a place stands at its file."""
    report = inert_report(report)
    results = [result for file in report.files for result in _results(file)]
    known = set(codes())
    used = sorted({result["ruleId"] for result in results})
    rules = [{"id": code, "shortDescription": {"text": title(code) if code in known else code}} for code in used]
    driver = {"name": "matgrad", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _results(file: FileReport) -> list[dict[str, Any]]:
    found = []
    for diagnostic in file.diagnostics:
        line, column = place_of(diagnostic)
        region = {"startLine": line or 1, "startColumn": column or 1}
        found.append(_result(file, diagnostic.code, diagnostic.severity, diagnostic.message, region))
    for problem in file.problems:
        found += [_of_line(file, problem, finding) for finding in problem.shown]
        if problem.verdict != "right" and not problem.shown:
            message = f"problem {problem.id}: {problem.final.message or problem.verdict}"
            found.append(
                _result(
                    file,
                    problem.final.code or problem.verdict,
                    problem.verdict,
                    message,
                    {"startLine": 1, "startColumn": 1},
                )
            )
    return found


def _of_line(file: FileReport, problem: ProblemReport, finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    if file.source is not None and finding.cell is None:
        line, column = line_and_column(file.source.text, finding.span.end)
        region |= {"endLine": line, "endColumn": column} if (line, column) > (finding.line, finding.column) else {}
    message = f"problem {problem.id}: {finding.message or finding.verdict}" + (
        f"\n{finding.help}" if finding.help else ""
    )
    return _result(file, finding.code or finding.verdict, finding.verdict, message, region)


def _result(file: FileReport, code: str, level: str, message: str, region: dict[str, int]) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(file.file)}, "region": region}
    return {
        "ruleId": code,
        "level": _LEVELS.get(level, "note"),
        "message": {"text": message.replace("](", "] (")},  # `[a](b)` would be a link
        "locations": [{"physicalLocation": place}],
    }

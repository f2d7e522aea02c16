"""Reports for machines: JSON, Gradescope's and PrairieLearn's results.json."""

from __future__ import annotations

import json
from typing import Any

from ..diagnostics import Diagnostic
from ..records.finding import FileReport, Finding, ProblemReport, Report
from ..render.json import told
from .classes import class_of
from .inert import inert_report
from .marks import place_of, totals


def to_json(report: Report) -> str:
    """The whole report, as `{"schema": 1, "verdict": …, "files": […]}`."""
    report = inert_report(report)
    said: dict[str, Any] = {"schema": 1, "verdict": report.verdict}
    said |= {"diagnostics": [*map(_diagnostic, report.diagnostics)], "files": [*map(_file, report.files)]}
    figures = class_of(report)
    return _dumps(said if figures is None else {**said, "class": figures})


def _dumps(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _told(of: object, names: str) -> dict[str, Any]:
    return told(of, names, lambda value: list(value) if isinstance(value, tuple) else value)


def _file(file: FileReport) -> dict[str, Any]:
    said = _told(file, "file student? verdict score points")
    return {**said, "diagnostics": [*map(_diagnostic, file.diagnostics)], "problems": [*map(_problem, file.problems)]}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    place = dict(zip(("line", "column"), place_of(diagnostic), strict=True))
    return {**_told(diagnostic, "code severity message"), **place, **_told(diagnostic, "notes help")}


def _problem(problem: ProblemReport) -> dict[str, Any]:
    first = problem.first_wrong
    return {
        **_told(problem, "id kind verdict score points credit? notes warnings"),
        "claims": dict(zip(("judged", "of"), problem.claims, strict=True)),
        "lines": [_line(finding) for finding in problem.lines],
        "first_wrong": None if first is None else _told(first, "number line code message"),
        "final": _told(problem.final, "verdict code message"),
    }


def _line(finding: Finding) -> dict[str, Any]:
    evidence = list(finding.diagnostic.notes) if finding.diagnostic else []
    said = _told(finding, "line column cell? text? number role verdict holds? code message help")
    return {**said, "evidence": evidence, **_told(finding, "notes")}


def to_gradescope(report: Report) -> str:
    """Gradescope's results.json: one test per problem, its score out of its points."""
    report = inert_report(report)
    tests = [
        {
            "name": _test_name(report, file, problem),
            "name_format": "text",
            "output_format": "text",
            "score": round(problem.score, 4),
            "max_score": problem.points,
            "output": summary_of(problem),
            "visibility": "visible",
            "status": "passed" if problem.verdict == "right" else "failed",
            "tags": _codes(problem),
        }
        for file, problem in report.of_one_student
    ]
    unread: dict[str, Any] = {"score": 0, "max_score": 0, "status": "failed", "visibility": "visible"}
    broken = ((file.file, said) for file in report.files if (said := complaints(file)))
    tests += [{"name": name, **unread, "output": said} for name, said in broken]
    score = round(sum(problem.score for _, problem in report.of_one_student), 4)
    whole = {"score": score, "output": _totals(report), "visibility": "visible", "stdout_visibility": "hidden"}
    return _dumps({**whole, "tests": tests})


def to_prairielearn(report: Report) -> str:
    """PrairieLearn's results.json: score 0 to 1; what could not be read costs no attempt (`gradable` is false)."""
    report = inert_report(report)
    problems = report.of_one_student
    unread = [f"{problem.id}: {summary_of(problem)}" for _, problem in problems if problem.verdict == "unreadable"]
    unread += [said for file in report.files if (said := complaints(file))]
    if unread:
        return _dumps({"gradable": False, "format_errors": unread, "message": _totals(report)})
    points = sum(problem.points for _, problem in problems)
    tests = [
        {
            "name": _test_name(report, file, problem),
            "description": f"problem {problem.id}",
            "points": problem.score,
            "max_points": problem.points,
            "message": summary_of(problem),
            "output": "",
        }
        for file, problem in problems
    ]
    score = round(sum(problem.score for _, problem in problems) / points, 6) if points else 0.0
    return _dumps({"gradable": True, "score": score, "message": _totals(report), "tests": tests})


def _test_name(report: Report, file: FileReport, problem: ProblemReport) -> str:
    return problem.id if len(report.files) == 1 or report.keyed else f"{file.file}: {problem.id}"


def _codes(problem: ProblemReport) -> list[str]:
    codes = (*(finding.code for finding in problem.lines), problem.final.code)
    return list(dict.fromkeys(code for code in codes if code))


def complaints(file: FileReport) -> str:
    """What keeps the file from being read, in lines; empty if nothing does."""
    return "\n".join(diagnostic.message for diagnostic in file.diagnostics if diagnostic.severity == "error")


def summary_of(problem: ProblemReport) -> str:
    """The verdict on a problem in a few plain lines."""
    parts: list[str] = [problem.verdict, *problem.warnings, *([problem.credit] if problem.credit else [])]
    for finding in problem.shown:
        line = f"line {finding.number} (file line {finding.line})" if problem.kind != "answer" else "answer"
        where = line if finding.number else "problem"
        code = f" [{finding.code}]" if finding.code else ""
        parts.append(f"{where}: {finding.verdict}{code}" + (f": {finding.message}" if finding.message else ""))
        if finding.help:
            parts.append(f"  help: {finding.help}")
    if problem.kind != "answer" or not problem.shown:
        said = f": {problem.final.message}" if problem.final.message else ""
        parts.append(f"final answer: {problem.final.verdict}{said}")
    return "\n".join(parts)


def _totals(report: Report) -> str:
    found = totals(report, (problem for _, problem in report.of_one_student))
    return ", ".join(f"{many} {verdict}" for many, verdict in found) or "no problem found"

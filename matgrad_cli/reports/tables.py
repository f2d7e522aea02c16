"""Tables for the instructor: a row for each student and problem,
and one for each student as grade books import them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from ..diagnostics.inert import inert
from ..records.finding import FileReport, ProblemReport, Report
from .inert import inert_report

GRADE_BOOK = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
"""The columns that Canvas wants; Moodle lets the teacher choose."""


def to_csv(report: Report) -> str:
    """A row for each student and problem: who, which, how many points,
    and the code of the first slip if it may be told."""
    rows: list[Sequence[object]] = [("student", "problem", "points", "code", "of", "verdict", "file")]
    for student, graded in graded_problems(report).items():
        for name, points, file, problem in graded:
            verdict = problem.verdict if problem is not None else "undecided" if file is None else "unreadable"
            slip = _told(problem) if problem is not None else "missing-answer" if file is None else _why(file)
            code = "" if verdict == "right" else slip or verdict
            rows.append(
                (
                    student,
                    name,
                    problem.score if problem is not None else 0,
                    code,
                    points,
                    verdict,
                    file.file if file else "",
                )
            )
    return _written(rows)


def _told(problem: ProblemReport) -> str | None:
    """The code of the first slip, as far as the student may know it: a table may be shown, too."""
    return (problem.first_wrong.code if problem.first_wrong is not None else None) or problem.final.code


def _why(file: FileReport) -> str | None:
    """The code of what keeps a file from being read."""
    return next((diagnostic.code for diagnostic in file.diagnostics if diagnostic.severity == "error"), None)


def to_gradebook(report: Report) -> str:
    """A row for each student with the points of each problem and their sum; above it what there was to reach.

    What nobody has judged has no points: its cell is empty, and so is the sum.
    """
    classes = graded_problems(report)
    names = list(dict.fromkeys(name for graded in classes.values() for name, *_ in graded))
    most = {name: points for graded in classes.values() for name, points, _, _ in graded}
    rows: list[Sequence[object]] = [(*GRADE_BOOK, *(f"problem {name}" for name in names), "total")]
    blank = ("",) * (len(GRADE_BOOK) - 1)
    rows.append(("    Points Possible", *blank, *(most[name] for name in names), _number(sum(most.values()))))
    for student, graded in classes.items():
        scores = {name: _earned(file, problem) for name, _, file, problem in graded}
        judged = [score for score in scores.values() if score is not None]
        total = _number(sum(judged)) if len(judged) == len(scores) else ""
        shown = (scores.get(name, 0.0) for name in names)
        rows.append((student, "", student, student, "", *("" if one is None else _number(one) for one in shown), total))
    return _written(rows)


def unjudged(report: Report) -> int:
    """How many cells of the grade book are empty: somebody has to look at what was handed in there."""
    graded = (one for theirs in graded_problems(report).values() for one in theirs)
    return sum(_earned(file, problem) is None for _, _, file, problem in graded)


def _earned(file: FileReport | None, problem: ProblemReport | None) -> float | None:
    """The points of a problem; none are known of what is undecided or unreadable, 0 where nothing was handed in."""
    if problem is None:
        return None if file is not None else 0.0
    if problem.verdict in ("right", "wrong") or problem.final.code == "missing-answer":
        return problem.score
    return None


Graded = tuple[str, float, FileReport | None, ProblemReport | None]


def graded_problems(report: Report) -> dict[str, list[Graded]]:
    """What counts of each student: each problem of the key, also where nothing could be read;
    without a key what is there."""
    report = inert_report(report)
    found: dict[str, list[Graded]] = {}
    for student, counted in report.students.items():
        by_name = {problem.id: (file, problem) for file, problem in counted}
        broken = next((file for file in report.files if (file.student or file.file) == student and file.broken), None)
        asked = report.asked or [(problem.id, problem.points) for _, problem in counted]
        found[student] = [(name, points, *by_name.get(name, (broken, None))) for name, points in asked]
    return found


def _number(value: float) -> float | int:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _written(rows: Iterable[Sequence[object]]) -> str:
    import csv

    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return _number(value) if isinstance(value, float) else value
    text = inert(value)
    return f"'{text}" if text.strip()[:1] in tuple("=+-@|%＝＋－＠") else text

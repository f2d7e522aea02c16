"""Tables for the instructor: a row for each student and problem,
and one for each student as grade books import them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from ..diagnostics.record import record
from ..diagnostics.show import inert
from ..records.finding import FileReport, ProblemReport, Report
from .inert import inert_report

GRADE_BOOK = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
"""The columns that Canvas wants; Moodle lets the teacher choose."""


def to_csv(report: Report) -> str:
    """A row for each student and problem: who, which, how many points,
    and the code of the first slip if it may be told."""
    rows: list[Sequence[object]] = [("student", "problem", "points", "code", "of", "verdict", "file")]
    for student, graded in graded_problems(report).items():
        for one in graded:
            code = "" if one.verdict == "right" else one.code or one.verdict
            file = one.file.file if one.file else ""
            rows.append((student, one.name, one.score, code, one.points, one.verdict, file))
    return _written(rows)


def to_gradebook(report: Report) -> str:
    """A row for each student with the points of each problem and their sum; above it what there was to reach.

    What nobody has judged has no points: its cell is empty, and so is the sum.
    """
    classes = graded_problems(report)
    most = {one.name: one.points for graded in classes.values() for one in graded}
    names = [*most]
    rows: list[Sequence[object]] = [(*GRADE_BOOK, *(f"problem {name}" for name in names), "total")]
    blank = ("",) * (len(GRADE_BOOK) - 1)
    rows.append(("    Points Possible", *blank, *(most[name] for name in names), _number(sum(most.values()))))
    for student, graded in classes.items():
        scores = {one.name: one.score if one.judged else None for one in graded}
        judged = [score for score in scores.values() if score is not None]
        total = _number(sum(judged)) if len(judged) == len(scores) else ""
        shown = (scores.get(name, 0.0) for name in names)
        rows.append((student, "", student, student, "", *("" if one is None else _number(one) for one in shown), total))
    return _written(rows)


def unjudged(report: Report) -> int:
    """How many cells of the grade book are empty: somebody has to look at what was handed in there."""
    return sum(not one.judged for theirs in graded_problems(report).values() for one in theirs)


@record
class Graded:
    """A problem and what counts of a student for it: its report; without one, a file that could not be read; or
    nothing."""

    name: str
    points: float
    file: FileReport | None
    problem: ProblemReport | None

    @property
    def score(self) -> float:
        """What it earns."""
        return self.problem.score if self.problem is not None else 0

    @property
    def verdict(self) -> str:
        """That of the report; undecided where there is none, unreadable where that is the file's fault."""
        return self.problem.verdict if self.problem is not None else "unreadable" if self.file else "undecided"

    @property
    def missing(self) -> bool:
        """Whether nothing was handed in."""
        return self.file is None if self.problem is None else self.problem.final.code == "missing-answer"

    @property
    def judged(self) -> bool:
        """Whether its points are known: not of what is undecided or unreadable."""
        return self.missing or self.verdict in ("right", "wrong")

    @property
    def code(self) -> str | None:
        """That of the first slip, as far as the student may know it, or of what keeps the file from being read."""
        if self.problem is not None:
            first = self.problem.first_wrong
            return (first.code if first is not None else None) or self.problem.final.code
        said = self.file.diagnostics if self.file is not None else ()
        return next((one.code for one in said if one.severity == "error"), None if self.file else "missing-answer")


def graded_problems(report: Report) -> dict[str, list[Graded]]:
    """What counts of each student: each problem of the key, also where nothing could be read;
    without a key what is there."""
    report = inert_report(report)
    found: dict[str, list[Graded]] = {}
    for student, counted in report.students.items():
        by_name = {problem.id: (file, problem) for file, problem in counted}
        broken = next((file for file in report.files if (file.student or file.file) == student and file.broken), None)
        asked = report.asked or [(problem.id, problem.points) for _, problem in counted]
        found[student] = [Graded(name, points, *by_name.get(name, (broken, None))) for name, points in asked]
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

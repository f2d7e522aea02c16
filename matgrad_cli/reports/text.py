"""The report for people: a table per file, then what was found, with carets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..diagnostics import Diagnostic
from ..diagnostics.record import record, replace
from ..diagnostics.show import show, wrapped
from ..records.finding import FileReport, Finding, ProblemReport, Report
from .classes import class_text
from .inert import inert_report
from .marks import totals
from .sheets import of_document, place_in_file, readings

_COLOURS = {"right": "32", "follows": "32", "wrong": "1;31", "unreadable": "1;33", "undecided": "33", "missing": "33"}


def to_text(report: Report, colour: bool = False, width: int = 100) -> str:
    """A table per file, then the findings of that file, then one closing line."""
    report = inert_report(report)
    parts = [_file(file, colour, width) for file in report.files]
    figures = class_text(report)
    told = ["".join(_said(line, width, hang=4) for line in figures.splitlines())] if figures else []
    return "\n".join([*parts, *told, _closing(report, colour)])


def _file(file: FileReport, colour: bool, width: int) -> str:
    title = f"{file.file}: {_painted(file.verdict, colour)}"
    blocks = [title, *_table(file, colour, width)]
    findings = [show(diagnostic, colour=colour, width=width) for diagnostic in file.diagnostics]
    findings += [_remark(said, colour, width) for said in remarks_of(file)]
    notes = [finding.startswith("note: ") for finding in ("", *findings)]
    apart = ["" if all(both) else "\n" for both in pairwise(notes)]
    return "\n".join(blocks) + "\n" + "".join(map("".join, zip(apart, findings, strict=True)))


COLUMNS = ("problem", "verdict", "lines", "first wrong", "final answer", "score")


def _table(file: FileReport, colour: bool, width: int) -> list[str]:
    """One row per problem; where they do not fit, the lines and the first wrong one stand below."""
    if not file.problems:
        return []
    rows = [COLUMNS, *map(cells, file.problems)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    narrow = sum(widths) + 2 * len(widths) > width
    shown = [column for column in range(len(COLUMNS)) if not (narrow and column in (2, 3))]
    lines = []
    for row in rows:
        room = {column: " " * (widths[column] - len(row[column])) for column in shown}
        padded = (_painted(row[column], colour and row is not COLUMNS) + room[column] for column in shown)
        lines.append("  " + "  ".join(padded).rstrip())
        if row is COLUMNS:
            lines.append("  " + "  ".join("─" * widths[column] for column in shown))
        elif narrow and (below := [f"{COLUMNS[column]}: {row[column]}" for column in (2, 3) if row[column] != "–"]):
            lines += wrapped("; ".join(below), width, "    ", 6)
    return lines


def cells(problem: ProblemReport) -> tuple[str, ...]:
    """A row of the table: verdict, lines, first wrong line, final answer, score."""
    first = problem.first_wrong
    wrong = "–" if first is None else first.code or "wrong"
    if first is not None and problem.kind != "answer":
        wrong = f"{place_in_file(first) if problem.kind == 'document' else first.number}: {wrong}"
    lines = _lines(problem) if problem.kind != "answer" else "–"
    final: str = problem.final.verdict
    if final == "right" and problem.verdict != "right" and not problem.score:
        final = "right, earns 0"  # the way to it is what the score is about
    return (problem.id, problem.verdict, lines, wrong, final, f"{problem.score:g}/{problem.points:g}")


def _lines(problem: ProblemReport) -> str:
    """How many lines there are, and how many of their claims were judged if that is not all of them."""
    judged, claims = problem.claims
    if judged == len(problem.lines):
        return str(judged)
    every = f"{claims} claim{'' if claims == 1 else 's'}"
    counted = every if judged == claims else f"{judged} of {claims} claims judged"
    return f"{len(problem.lines)}, {counted}"


def _painted(word: str, colour: bool) -> str:
    code = _COLOURS.get(word)
    return f"\x1b[{code}m{word}\x1b[0m" if colour and code else word


@record
class Told:
    """A finding with its place in the message, and how the line was read."""

    diagnostic: Diagnostic
    notes: tuple[str, ...] = ()


def remarks_of(file: FileReport) -> Iterator[str | Told]:
    """What is said of the problems of a file, in order; at the end at once which were not answered."""
    absent: list[str] = []
    for problem in file.problems:
        said = [*remarks(problem, several=len(file.problems) > 1)]
        absent += [problem.id] if (alone := problem.final.code == "missing-answer" and len(said) == 1) else []
        yield from said if not alone else ()
    if absent:
        names = f"problem{'s' if len(absent) > 1 else ''} {', '.join(absent)}, " if len(file.problems) > 1 else ""
        yield f"{names}final answer: missing[missing-answer]: no answer was given"


def remarks(problem: ProblemReport, several: bool) -> Iterator[str | Told]:
    """What is said of a problem, in order."""
    lead = f"problem {problem.id}, " if several else ""
    yield from (f"note: {lead}{note}" for note in (*problem.notes, *([problem.credit] if problem.credit else [])))
    yield from (f"warning: {lead}{warning}" for warning in problem.warnings)
    document = problem.kind == "document"
    if how := readings(problem):
        yield "\n".join(f"{lead}{line}" for line in how)
    for finding in problem.lines if document else problem.shown:
        if finding.verdict == "wrong" or not document:
            yield _told(problem, finding, lead)
    if document:
        yield "\n".join(of_document(problem))
        return
    said = {finding.message for finding in problem.shown}
    if problem.final.message and problem.final.message not in said and (problem.kind != "answer" or not problem.shown):
        code = f"[{problem.final.code}]" if problem.final.code else ""
        yield f"{lead}final answer: {problem.final.verdict}{code}: {problem.final.message}"


def _told(problem: ProblemReport, finding: Finding, lead: str) -> str | Told:
    where = "the answer" if problem.kind == "answer" else f"line {finding.number}"
    where = where if finding.number else "the problem"
    where = place_in_file(finding) if problem.kind == "document" else where
    diagnostic = finding.diagnostic
    if diagnostic is None:
        return f"{lead}{where}: {finding.verdict}"
    if problem.kind != "answer" or lead:
        diagnostic = replace(diagnostic, message=f"{lead}{where}: {diagnostic.message}")
    return Told(diagnostic, finding.notes)


def _remark(said: str | Told, colour: bool, width: int) -> str:
    if isinstance(said, Told):
        shown = show(said.diagnostic, colour=colour, width=width)
        return shown + "".join(_said(note, width, "  = read: ", 10) for note in said.notes)
    text = "".join(_said(line, width) for line in said.split("\n"))
    return re.sub(r"(?<=final answer: )\w+", lambda found: _painted(found[0], colour), text, count=1)


def _said(text: str, width: int, lead: str = "", hang: int = 2) -> str:
    return "".join(f"{line}\n" for line in wrapped(text, width, lead, hang))


def _closing(report: Report, colour: bool) -> str:
    problems = [problem for file in report.files for problem in file.problems]
    said = ", ".join(f"{many} {_painted(verdict, colour)}" for many, verdict in totals(report, problems))
    return f"{len(problems)} problem{'' if len(problems) == 1 else 's'}: {said}\n" if said else "nothing to check\n"

"""The report for people: a table per file, then what was found, with carets."""

from __future__ import annotations

from ..diagnostics.record import replace
from ..diagnostics.show import show, wrapped
from ..records.finding import FileReport, Finding, ProblemReport, Report
from .classes import class_text
from .inert import inert_report
from .sheets import of_document, place_in_file

_COLOURS = {"right": "32", "follows": "32", "wrong": "1;31", "unreadable": "1;33", "undecided": "33", "missing": "33"}


def to_text(report: Report, colour: bool = False, width: int = 100) -> str:
    """A table per file, then the findings of that file, then one closing line."""
    report = inert_report(report)
    parts = [_file(file, colour, width) for file in report.files]
    figures = class_text(report)
    return "\n".join([*parts, *([figures] if figures else []), _closing(report, colour)])


def _file(file: FileReport, colour: bool, width: int) -> str:
    title = f"{file.file}: {_painted(file.verdict, colour)}"
    blocks = [title, *_table(file, colour, width)]
    findings = [show(diagnostic, colour=colour, width=width) for diagnostic in file.diagnostics]
    for problem in file.problems:
        findings += _findings(problem, colour, width, several=len(file.problems) > 1)
    return "\n".join(blocks) + "\n" + "".join(f"\n{finding}" for finding in findings)


def _table(file: FileReport, colour: bool, width: int) -> list[str]:
    """One row per problem: verdict, lines, first wrong line, final answer, score; where they do not fit, some stand below."""
    if not file.problems:
        return []
    header = ("problem", "verdict", "lines", "first wrong", "final answer", "score")
    rows = [header, *map(_row, file.problems)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    narrow = sum(widths) + 2 * len(widths) > width
    shown = [column for column in range(len(header)) if not (narrow and header[column] in ("lines", "first wrong"))]
    lines = []
    for row in rows:
        cells = [_painted(row[column], colour and row is not header) + " " * (widths[column] - len(row[column])) for column in shown]
        lines.append("  " + "  ".join(cells).rstrip())
        if row is header:
            lines.append("  " + "  ".join("─" * widths[column] for column in shown))
        elif narrow and (below := [f"{header[column]}: {row[column]}" for column in (2, 3) if row[column] != "–"]):
            lines += wrapped("; ".join(below), width, "    ", 6)
    return lines


def _row(problem: ProblemReport) -> tuple[str, ...]:
    first = problem.first_wrong
    wrong = "–" if first is None else f"{first.number}: {first.code or 'wrong'}" if problem.kind != "answer" else first.code or "wrong"
    if first is not None and problem.kind == "document":
        wrong = f"{place_in_file(first)}: {first.code or 'wrong'}"
    lines = _lines(problem) if problem.kind != "answer" else "–"
    return (problem.id, problem.verdict, lines, wrong, problem.final.verdict, f"{problem.score:g}/{problem.points:g}")


def _lines(problem: ProblemReport) -> str:
    """How many lines there are, and how many of their claims were judged if that is not all of them."""
    judged, claims = problem.claims
    if judged == len(problem.lines):
        return str(judged)
    counted = f"{claims} claim{'' if claims == 1 else 's'}" if judged == claims else f"{judged} of {claims} claims judged"
    return f"{len(problem.lines)}, {counted}"


def _painted(word: str, colour: bool) -> str:
    code = _COLOURS.get(word)
    return f"\x1b[{code}m{word}\x1b[0m" if colour and code else word


def _findings(problem: ProblemReport, colour: bool, width: int, several: bool) -> list[str]:
    lead = f"problem {problem.id}, " if several else ""
    out = [_said(f"note: {lead}{note}", width) for note in (*problem.notes, *([problem.credit] if problem.credit else []))]
    out += [_said(f"warning: {lead}{warning}", width) for warning in problem.warnings]
    if problem.kind == "document":
        wrong = [finding for finding in problem.lines if finding.verdict == "wrong"]
        out += [_finding(problem, finding, lead, colour, width) for finding in wrong]
        return [*out, "".join(_said(said, width) for said in of_document(problem))]
    for finding in problem.shown:
        out.append(_finding(problem, finding, lead, colour, width))
    said = {finding.message for finding in problem.shown}
    if problem.final.message and problem.final.message not in said and (problem.kind != "answer" or not problem.shown):
        code = f"[{problem.final.code}]" if problem.final.code else ""
        closing = f"{lead}final answer: {problem.final.verdict}{code}: {problem.final.message}"
        out.append(_said(closing, width).replace(problem.final.verdict, _painted(problem.final.verdict, colour), 1))
    return out


def _finding(problem: ProblemReport, finding: Finding, lead: str, colour: bool, width: int) -> str:
    where = "the problem" if not finding.number else f"line {finding.number}" if problem.kind != "answer" else "the answer"
    where = place_in_file(finding) if problem.kind == "document" else where
    if finding.diagnostic is None:
        return f"{lead}{where}: {_painted(finding.verdict, colour)}\n"
    diagnostic = finding.diagnostic
    if problem.kind != "answer" or lead:
        diagnostic = replace(diagnostic, message=f"{lead}{where}: {diagnostic.message}")
    shown = show(diagnostic, colour=colour, width=width)
    return shown + "".join(_said(note, width, "  = read: ", 10) for note in finding.notes)


def _said(text: str, width: int, lead: str = "", hang: int = 2) -> str:
    return "".join(f"{line}\n" for line in wrapped(text, width, lead, hang))


def _closing(report: Report, colour: bool) -> str:
    counts: dict[str, int] = {}
    for file in report.files:
        for problem in file.problems:
            counts[problem.verdict] = counts.get(problem.verdict, 0) + 1
    unread = sum(1 for file in report.files if file.broken)
    said = [f"{count} {_painted(verdict, colour)}" for verdict, count in counts.items()]
    said += [f"{unread} file{'s' if unread > 1 else ''} {_painted('unreadable', colour)}"] if unread else []
    total = sum(counts.values())
    return f"{total} problem{'' if total == 1 else 's'}: {', '.join(said)}\n" if said else "nothing to check\n"

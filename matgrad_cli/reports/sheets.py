"""What is said of a document behind its findings: what could not be judged, and what was passed over,
a line for each group."""

from __future__ import annotations

from collections.abc import Iterable

from ..records.finding import Finding, ProblemReport

MOST_PLACES = 8


def of_document(problem: ProblemReport) -> list[str]:
    """How much of the document was judged, and one line for every kind of row that was not."""
    judged, claims = problem.claims
    open_ = [finding for finding in problem.lines if finding.verdict in ("undecided", "unreadable")]
    aside = [finding for finding in problem.lines if finding.verdict == "aside"]
    facts = sum(finding.verdict == "follows" and finding.role == "aside" for finding in problem.lines)
    aside_said = "a fact in letters of its own holds" if facts == 1 else f"{facts} facts in letters of their own hold"
    said = f"{judged} of {claims} claims judged" + (f", and {aside_said}" if facts else "")
    groups = {"not judged": _grouped(open_), "passed over": _grouped(aside)}
    return [said, *(f"{name}: {text}" for name, texts in groups.items() for text in texts)]


def readings(problem: ProblemReport) -> list[str]:
    """How right rows were read that could be read otherwise: a line for each reading."""
    if problem.kind == "answer":
        return []
    groups: dict[str, list[Finding]] = {}
    for finding in problem.lines:
        for note in finding.notes if finding.verdict == "follows" and finding.role != "aside" else ():
            groups.setdefault(note, []).append(finding)
    return [f"read: {note} ({_places(group, problem.kind == 'document')})" for note, group in groups.items()]


def _grouped(findings: Iterable[Finding]) -> list[str]:
    """`an equation (lines 12, 14)` for each reason, in the order in which it is first met."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_why(finding), []).append(finding)
    return [f"{why} ({_places(group)})" for why, group in groups.items()]


def _why(finding: Finding) -> str:
    if finding.verdict == "aside" or not finding.message:
        return finding.notes[-1] if finding.notes else "not understood"
    return finding.message


def _places(group: list[Finding], in_file: bool = True) -> str:
    told = [place_in_file(finding) if in_file else f"line {finding.number}" for finding in group[:MOST_PLACES]]
    more = f" and {len(group) - MOST_PLACES} more" if len(group) > MOST_PLACES else ""
    return ", ".join(told) + more


def place_in_file(finding: Finding) -> str:
    """`line 12`, or `cell 3, line 2`."""
    return f"line {finding.line}" if finding.cell is None else f"cell {finding.cell}, line {finding.line}"

"""An answer under its problem: one formula, with a key or in its place."""

from __future__ import annotations

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.display_rows import BOUNDS, RELATION, joined_rows
from ...documents.sheets.members import members_told
from ...records.finding import Finding, ProblemReport, ProblemVerdict
from ..answers.judge import judge_answer
from ..lines.where import answer_in
from ..meanings.redefined import defines_functions, part_of
from ..meanings.remarks import named_layout
from ..slips.codes import TIED
from ..task import Task
from .credit import scored
from .finals import with_slip
from .findings import finding_of
from .required import lacking_derivation
from .settings import Located, Settings

OF_SHAPES = frozenset(("shape-mismatch", "non-conformable", "wrong-shape", "number-for-matrix"))
"""Codes of a formula that is no gradient by its shape: the X of "since X is constant" is no second answer."""
_MEMBER = regex(r"(?:\\in(?![A-Za-z])|∈)\s*(?:\\mathbb\s*\{?R|\\R(?![A-Za-z])|ℝ)[^=]*\Z")
"""Of which kind a formula is states no equality."""


def lone_answer(chosen: Settings, task: Task) -> ProblemReport | None:
    """A derivation under a key that is one row is an answer if it is right as one; or if it has no sign of equality,
    and is of the kind that is asked for."""
    rows = joined_rows(chosen.rows) if chosen.under_key and chosen.answer is None else []
    text = rows[0][1].text.strip().removeprefix("&").lstrip().removeprefix("=") if len(rows) == 1 else ""
    equal = RELATION.search(BOUNDS.sub(" ", _MEMBER.sub(" ", text[slice(*answer_in(text))]))) is not None
    if not text.strip() or (equal and chosen.require == "derivation"):
        return None
    lead = rows[0][1].text.index(text)
    passage = rows[0][1].part(lead, lead + len(text))
    report = judged_answer(replace(chosen, answer=Located(passage, chosen.source)), task)
    if equal:  # what names its layout is no wrong line either
        named = report.verdict == "undecided" and any(line.code == "other-layout" for line in report.lines)
        return report if named or report.verdict == "right" else None
    code = report.first_wrong.code if report.first_wrong else None
    of_kind = report.verdict == "wrong" and code not in (*OF_SHAPES, "unknown-name")
    of_kind = of_kind or (report.verdict == code == "undecided")  # as where its words deny it
    return report if report.final.verdict == "right" or of_kind or RELATION.search(text) else None


def judged_answer(chosen: Settings, task: Task) -> ProblemReport:
    """The report on an answer, which is one formula."""
    answer = chosen.answer
    assert answer is not None
    beside = part_of(answer.source.text, answer.passage.places[0])
    reference = chosen.reference.text if chosen.reference else None
    beside = beside if defines_functions(beside) or named_layout(beside) or members_told(beside) else ""
    found = judge_answer(task, answer.text, reference, beside)
    verdict: ProblemVerdict = found.verdict
    if found.slip is not None and found.slip.code in {"other-layout", TIED} & chosen.partial.keys():
        verdict = "wrong"  # the key says what that earns
    lines: tuple[Finding, ...] = ()
    if found.slip is not None and verdict != "right":
        lines = (finding_of(1, verdict, answer.begun, found.slip, answer.source, found.notes),)
    final = with_slip(verdict if verdict in ("right", "wrong") else "missing", found.slip)
    if found.slip is not None and found.slip.code == "not-worked-out" and chosen.asked:
        verdict = "wrong"
    if chosen.require == "derivation":
        chosen, verdict, final = lacking_derivation(chosen, verdict, final)
    return scored(chosen, ProblemReport(chosen.id, "answer", verdict, final, lines, notes=found.notes))

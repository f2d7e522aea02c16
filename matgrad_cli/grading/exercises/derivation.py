"""A derivation under its problem: every reading in which it may be meant, and the verdict on the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.display_rows import joined_rows
from ...documents.sheets.members import members_told
from ...notation.printing.to_text import to_text
from ...records.finding import Final, Finding, ProblemReport, ProblemVerdict, worst
from ...records.layout import is_turned
from ..answers.judge import judge_answer
from ..begin import Habits, begin
from ..consequences import told_once
from ..derivation import RowResult
from ..equations.asked import named_multipliers, readings, without_lagrangian
from ..lines.arrays import Flags, Slices, other_slices, slices
from ..lines.literal_name import is_sought, tokens_of, with_calls, with_letter, with_residuals, with_terms
from ..lines.statements import Row
from ..meanings.redefined import part_of
from ..meanings.supposed import Values, is_average
from ..prose import NO_FORMULA
from ..sheets.passing import UPDATE, holds_equality, is_relation, relates
from ..task import Asked, Key, Task, task_for
from .claims import STATES
from .credit import lines_held, scored
from .finals import final_of, final_of_named, final_of_second
from .findings import line_of, passed_over
from .required import derives, lacking_derivation
from .settings import Settings

MOST_RUNS = 10


def judged_derivation(chosen: Settings, task: Task, key: Key, asked: Asked) -> ProblemReport:
    """The report; under constraints, that of the Lagrangian in which the first row with a multiplier follows."""
    second = task if asked.order == 2 else None
    taken = [symbol.name for symbol in (task.plain or task.problem).variables]
    first = next(
        (at for at, row in enumerate(chosen.rows) if asked.constraints and named_multipliers((row.text,), taken)), None
    )
    if first is None:
        return _derivation(chosen, task_for(key, asked._replace(order=1)), second)
    names = named_multipliers((row.text for row in chosen.rows), taken)
    begun = replace(chosen, rows=chosen.rows[: first + 1])
    for one in readings(asked, names):
        fewer = len(names) < len(asked.constraints)
        if fewer or _derivation(begun, task_for(key, one), None).lines[-1].verdict == "follows":
            return _derivation(chosen, task_for(key, one), second)
    return scored(chosen, without_lagrangian(_derivation(chosen, task, second)))


def _derivation(chosen: Settings, task: Task, second: Task | None) -> ProblemReport:
    """The report; where r_p may be a row or a column of R, the reading in which the derivation is right,
    or got further."""
    said = members_told(part_of(chosen.source.text, chosen.rows[0].places[0] if chosen.rows else 0))
    columns = frozenset(name for name, way in said.items() if way == "column")
    found, written = _supposing(chosen, task, second, columns=columns)
    for flags in other_slices(written, {*said, *dict(task.problem.members)}):
        if found.verdict == "right":
            break
        flags["columns"] = columns | flags.get("columns", frozenset())
        other, _ = _supposing(chosen, task, second, **flags)
        found = other if other.verdict == "right" or _reached(other) > _reached(found) else found
    codes = {line.code for line in found.lines if line.verdict == "wrong"}
    if chosen.text("layout") is None and not codes.isdisjoint(CODES_TURNED):
        for layout, note in _LAYOUTS.items():
            if found.verdict == "right" or not _may_be_in(layout, task):
                continue
            other, _ = _supposing(chosen, replace(task, layout=layout), second, columns=columns)
            slip = next((line.code for line in other.lines if line.verdict not in ("follows", "aside")), None)
            turned = layout == "numerator" and (slip is None or slip in CODES_TURNED)
            if other.verdict == "right" or (_reached(other) > _reached(found) and not turned):
                found = replace(other, notes=(*other.notes, note))
    return found


CODES_TURNED = ("missing-transpose", "non-conformable", "shape-mismatch", "other-layout")
"""What is said of a line that is right where derivatives are turned."""
_LAYOUTS = {
    "denominator": "read in the denominator layout: the derivative of a vector by a vector has a row for each entry of "
    "the second",
    "numerator": "read in the numerator layout, but ∇ stands upright: ∂L/∂w is the row of which ∇L is the transpose",
}
"""The layouts that a derivation may have beside the one that is asked for, and how that is told."""


def _may_be_in(layout: str, task: Task) -> bool:
    """Whether some derivatives may stand in another layout on the way: those of vectors by vectors, ∂(Xw)/∂w = Xᵀ, or
    rows ∂L/∂w beside the ∇L that is asked for."""
    loss, wrt = task.problem.loss.shape, task.problem.wrt.shape
    return task.layout == "gradient" and loss.is_number and (layout == "numerator") == is_turned(layout, loss, wrt)


def _supposing(
    chosen: Settings, task: Task, second: Task | None, **flags: Unpack[Flags]
) -> tuple[ProblemReport, Slices]:
    """The report; where names stand that only the prose explains,
    the one in which their values make most lines follow. A bar is an average where a line says so by following."""
    waiting: list[Values] = [{}]
    found: list[tuple[ProblemReport, tuple[bool, ...], Slices]] = []
    without: tuple[int, int] | None = None
    while waiting and len(found) < MOST_RUNS:
        supposed = waiting.pop(0)
        report, written, choices = _read_derivation(chosen, task, second, supposed, **flags)
        waiting[:0] = [supposed | choice for choice in choices]
        reached, averages = _reached(report), bool(choices) and all(is_average(name) for one in choices for name in one)
        confirmed = without is not None and reached[0] > without[0]
        rank = (not choices or averages, report.verdict == "right", confirmed, report.first_wrong is None)
        found.append((report, rank, written))
        without = reached if averages else None
        if report.verdict == "right" and not choices:
            break
    report, _, written = max(found, key=lambda one: (*one[1], _reached(one[0])))
    return report, written


def _reached(report: ProblemReport) -> tuple[int, int]:
    """How many rows follow before the first that does not, and how many in all."""
    follows = [finding.verdict == "follows" for finding in report.lines]
    return [*follows, False].index(False), sum(follows)


def _read_derivation(
    chosen: Settings,
    task: Task,
    second: Task | None,
    supposed: Values,
    columns: frozenset[str] = frozenset(),
    lying: bool = True,
) -> tuple[ProblemReport, Slices, list[Values]]:
    stand, name = {token for row in chosen.rows for token, *_ in tokens_of(row.text)}, chosen.text("name")
    named = name if name and stand.issuperset(token for token, *_ in tokens_of(name)) else None  # else called otherwise
    rows, name = with_letter(joined_rows(chosen.rows), named, task.names)
    rows, terms = with_terms(rows, task.names)
    rows, residuals = with_residuals(rows, task.names)
    rows, told = with_calls(rows, task.names)
    told += [*terms, *residuals]
    habits = Habits(True, not chosen.under_key, chosen.under_key, supposed, upright=task.layout != chosen.layout)
    begun = begin(task, rows, chosen.source, task.syntax, name, columns, lying, habits, chosen.told)
    reader, around = begun.reader, begun.around
    results: list[RowResult] = []
    written: Slices = frozenset()
    asides: list[Finding] = []
    stepping = False
    for number, passage in begun.rows:
        row = begun.read(number, passage)
        why = _aside(row, task, frozenset(around.names().dimensions)) if len(begun.rows) > 1 else None
        if stepping and row.claims and row.claims[0].leading:
            why = UPDATE  # `= (1 - ηλ) w - …` goes on from it
        stepping = why == UPDATE
        if why is not None:
            asides.append(passed_over(number, passage, chosen.source, why))
            continue
        reader.later.arrive(passage.text)
        written |= frozenset().union(*(slices(side.node, around) for claim in row.claims for side in claim.sides))
        if row.claims:
            results.append(reader.row(row, first=not results))
    results = told_once(results)
    found = [*asides, *(line_of(result, chosen.source) for result in results)]
    lines = tuple(sorted(found, key=lambda line: line.number))
    answer = chosen.answer.text if chosen.answer else None
    if second is None:
        final = final_of(task, reader, answer, chosen.must_answer and chosen.under_key)
    else:
        final = final_of_second(second, reader, results, answer)
    if not lines:
        final = Final("missing", "unreadable", NO_FORMULA)
    elif final == Final("missing", None, final.message) and chosen.must_answer and task.asks == "gradient":
        stated = f"`\\nabla_{task.problem.wrt.name}{'^2' if second else ''} L = …` states it"
        final = final_of_named(second or task, reader, results) or Final("missing", None, f"{final.message}: {stated}")
    if final.verdict == "missing" and all(line.role not in ("claim", "equation") for line in lines):
        why = f"{NOTHING_JUDGED}; {final.message}" if lines and final.code is None else NOTHING_JUDGED
        final = Final("missing", "nothing-judged", why)
    if final.verdict == "missing" and chosen.under_key and _ends_bare(second or task, results):
        last, final = results[-1].row.number, Final("right")
        bare = (replace(line, verdict="follows", code=None, diagnostic=None) for line in lines if line.number == last)
        lines = (*(line for line in lines if line.number != last), *bare)
    verdict = _verdict(lines, final, chosen)
    if chosen.require == "derivation" and not derives(results, around):
        chosen, verdict, final = lacking_derivation(chosen, verdict, final)
    notes = told if chosen.under_key else [*task.problem.notes, *told]  # how a key is read is told of the key
    notes += [f"`{name}` is read as `{to_text(value)}`: no formula explains it" for name, value in supposed.items()]
    report = ProblemReport(chosen.id, "derivation", verdict, final, lines, notes=tuple(notes))
    return scored(chosen, report, lambda: lines_held(results, around)), written, reader.prose.choices


_WORDS = regex(r"\\(?:text\w*|mbox)\s*\{[^{}]*\}")
_LISTED = regex(
    r"[\s&]*(?:\\\w+\s*\{)?(?P<name>[A-Za-z])\}?[\s&]*:?=[\s&]*(?:\\left\s*[\[(]\s*)?\\begin\s*\{(?:\w?matrix|array)\}"
)
"""`X = \\begin{bmatrix} x_1^T \\\\ \\vdots …`"""


def _aside(row: Row, task: Task, sizes: frozenset[str]) -> str | None:
    """Why a row claims nothing about the problem: an update of the variable, an order, a limit, a check of `sizes`."""
    text, chains = _WORDS.sub(" ", row.passage.text), [[side.node for side in claim.sides] for claim in row.claims]
    if is_sought(row.passage.text):
        return "what is to be found"
    if not row.claims and row.passage.text.strip():
        return "the end of a proof"
    if (listed := _LISTED.match(text)) is not None and listed["name"] in task.names:
        return "what stands in an array"
    if STATES.match(text) is None and any(None in nodes for nodes in chains) and is_relation(text):
        return "a relation"
    only = chains[0] if len(chains) == 1 and not row.claims[0].leading else []
    return relates(text, only, sizes) if holds_equality(text) or None in only else None


def _ends_bare(task: Task, results: Sequence[RowResult]) -> bool:
    """Whether the last of several rows is nothing but the answer."""
    claims = results[-1].row.claims if len(results) > 1 else ()
    bare = len(claims) == 1 and len(claims[0].sides) == 1 and not claims[0].leading
    return bare and judge_answer(task, claims[0].sides[0].text, None).verdict == "right"


NOTHING_JUDGED = "no line claims anything that can be judged: definitions, and the question repeated, are no answer"

_ABSENT = (None, "nothing-judged", "not-worked-out")
"""Codes of a final answer that is not there, in contrast to one that could not be judged."""


def _verdict(lines: tuple[Finding, ...], final: Final, chosen: Settings) -> ProblemVerdict:
    """Right if every line follows and something was judged; where an answer is asked for,
    only with a right final answer."""
    # behind a right answer, what the derivative is used for afterwards was not asked
    answered = chosen.must_answer and final.verdict == "right"
    verdicts: list[ProblemVerdict] = [
        "right" if finding.verdict == "follows" else finding.verdict
        for finding in lines
        if finding.verdict != "aside" and not (answered and finding.code == "equation")
    ]
    judged = any(finding.verdict == "follows" and finding.role in ("claim", "equation") for finding in lines)
    if final.verdict == "wrong":
        verdicts.append("wrong")
    elif final.verdict == "missing" and chosen.must_answer:
        absent = final.code in _ABSENT and set(verdicts) == {"right"}
        verdicts.append("wrong" if absent and chosen.asked else "undecided")
    elif final.verdict == "missing" and not judged:
        verdicts.append("undecided")
    return worst(verdicts) if lines else "unreadable"

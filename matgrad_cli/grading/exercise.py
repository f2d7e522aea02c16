"""One exercise: its problem is read, its answer or derivation judged, and the result scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Unpack

from ..diagnostics import Diagnostic, Label, MatgradError, Source, Span
from ..diagnostics.record import replace
from ..documents.display_rows import RELATION, joined_rows
from ..documents.passage import Passage, line_and_column
from ..documents.sheets.members import members_told
from ..notation.printing.to_text import to_text
from ..notation.scope import chosen_syntax
from ..records.finding import Final, Finding, LineVerdict, ProblemReport, ProblemVerdict, worst
from .answers.judge import judge_answer
from .begin import Habits, begin
from .consequences import told_once
from .credit import alone, derives, lines_held, scored
from .derivation import RowResult
from .equations.asked import named_multipliers, readings, split_constraints, without_lagrangian
from .finals import final_of, final_of_named, final_of_second, with_slip
from .lines.arrays import Flags, Slices, other_slices, slices
from .lines.literal_name import best_as_name, with_letter
from .lines.reading import as_declared
from .lines.where import answer_in
from .meanings.redefined import defines_functions, part_of
from .meanings.remarks import named_layout
from .meanings.supposed import Values
from .merge import MISSING_DERIVATION, Located, Settings
from .prose import NO_FORMULA, tells_steps
from .slips.causes import Slip
from .task import Asked, Key, Task, task_for

MOST_RUNS = 10
OF_SHAPES = frozenset(("shape-mismatch", "non-conformable", "wrong-shape", "number-for-matrix"))
"""Codes of a formula that is no gradient by its shape: the X of "since X is constant" is no second answer."""
Kind = Literal["answer", "derivation"]


def judge(chosen: Settings) -> ProblemReport:
    """The report on one exercise; whatever is wrong with it ends in a finding, never in an exception."""
    kind: Kind = "derivation" if chosen.rows else "answer"
    if chosen.errors:
        return _unreadable(chosen, kind, chosen.errors[0])
    if chosen.text("loss") is None or chosen.text("wrt") is None:
        lacking = "loss" if chosen.text("loss") is None else "wrt"
        return _unreadable(
            chosen,
            kind,
            Diagnostic(
                f"missing-{lacking}",
                f"problem `{chosen.id}` has no key `{lacking}`",
                chosen.source,
                help="state it in the file, or give a key file with `--key`",
            ),
        )
    said = [chosen.text(word) or "" for word in ("loss", "wrt", "shapes", "assume")]
    try:
        key: Key = (said[0], said[1], said[2], said[3], chosen_syntax(chosen.question_syntax), chosen.layout)
        constraints = split_constraints(chosen.text("subject_to") or "")
        asked = Asked(
            chosen.order, chosen.asks, constraints, syntax=chosen_syntax(chosen.text("syntax")), seed=chosen.seed
        )
        task = task_for(key, asked)
    except MatgradError as error:
        return _unreadable(chosen, kind, _relocated(error.diagnostic, chosen))
    if not chosen.rows and (chosen.answer is None or not chosen.answer.text):
        return unanswered(chosen, chosen.unread)
    if task.asks != "gradient":
        answer = chosen.answer
        answer = (
            replace(answer, passage=best_as_name(answer.passage, task.problem.wrt.name)) if answer is not None else None
        )
        chosen = replace(
            chosen, answer=answer, rows=tuple(best_as_name(row, task.problem.wrt.name) for row in chosen.rows)
        )
    if chosen.rows:
        return _bare_answer(chosen, task) or _by_lagrangian(chosen, task, key, asked)
    return _answer(chosen, task)


def unanswered(chosen: Settings, why: Diagnostic | None = None) -> ProblemReport:
    """A problem without answer; or one of which nobody knows whether the file answers it, and `why`."""
    verdict: ProblemVerdict = "wrong" if chosen.asked and why is None else "undecided"
    said = (
        ("missing-answer", "no answer was given")
        if why is None
        else (why.code, "; ".join(filter(None, (why.message, why.help))))
    )
    return scored(chosen, ProblemReport(chosen.id, "answer", verdict, Final("missing", *said)))


def _unreadable(chosen: Settings, kind: Kind, diagnostic: Diagnostic) -> ProblemReport:
    """The problem itself cannot be read."""
    line, column, span = 1, 1, Span(0, 0)
    if diagnostic.source is not None and diagnostic.source.name == chosen.source.name and diagnostic.labels:
        span = diagnostic.labels[0].span
        line, column = line_and_column(chosen.source.text, span.start)
    finding = Finding(0, "unreadable", span, line, column, diagnostic.code, diagnostic)
    return scored(
        chosen,
        ProblemReport(chosen.id, kind, "unreadable", Final("missing", diagnostic.code, diagnostic.message), (finding,)),
    )


_WHERE = {
    "loss": "loss",
    "wrt": "wrt",
    "--shape": "shapes",
    "--assume": "assume",
    "shapes": "shapes",
    "assume": "assume",
    "facts": "assume",
}


def _relocated(diagnostic: Diagnostic, chosen: Settings) -> Diagnostic:
    """A message about the text of a key, pointing into the file where the key stands."""
    source, diagnostic = diagnostic.source, replace(diagnostic, notes=as_declared(diagnostic.notes))
    found = chosen.values.get(_WHERE.get(source.name, "")) if source is not None else None
    if found is None:
        found = next(
            (value for value in chosen.values.values() if source is not None and value.text == source.text), None
        )
    if found is None:
        return replace(diagnostic, source=replace(chosen.source, text=""), labels=())
    return moved(diagnostic, found)


def moved(diagnostic: Diagnostic, found: Located) -> Diagnostic:
    """A message whose spans count in the text of a key, with spans that count in the file."""
    lead = len(found.passage.text) - len(found.passage.text.lstrip())
    inner = found.passage.part(lead, len(found.passage.text))
    return replace(
        diagnostic,
        source=found.source,
        labels=tuple(Label(inner.span(label.span), label.text) for label in diagnostic.labels),
    )


# ---- answers


def _bare_answer(chosen: Settings, task: Task) -> ProblemReport | None:
    """A derivation under a key that is one formula and no sign of equality is an answer,
    if it is of the kind that is asked for."""
    rows = joined_rows(chosen.rows) if chosen.under_key and chosen.answer is None else []
    text = rows[0][1].text.strip().removeprefix("&").lstrip().removeprefix("=") if len(rows) == 1 else ""
    if not text.strip() or RELATION.search(text[slice(*answer_in(text))]):
        return None
    passage = rows[0][1]
    lead = passage.text.index(text)
    report = _answer(replace(chosen, answer=Located(passage.part(lead, lead + len(text)), chosen.source)), task)
    of_kind = report.verdict == "wrong" and not (
        report.first_wrong and report.first_wrong.code in (*OF_SHAPES, "unknown-name")
    )
    return report if report.final.verdict == "right" or of_kind or RELATION.search(text) else None


def _answer(chosen: Settings, task: Task) -> ProblemReport:
    answer = chosen.answer
    assert answer is not None
    beside = part_of(answer.source.text, answer.passage.places[0])
    reference = chosen.reference.text if chosen.reference else None
    found = judge_answer(
        task, answer.text, reference, beside if defines_functions(beside) or named_layout(beside) else ""
    )
    verdict: ProblemVerdict = {"right": "right", "wrong": "wrong", "unreadable": "unreadable"}.get(
        found.verdict, "undecided"
    )  # type: ignore[assignment]
    if found.slip is not None and found.slip.code == "other-layout" in chosen.partial:
        verdict = "wrong"  # the key says what that earns
    lines: tuple[Finding, ...] = ()
    if found.slip is not None and verdict != "right":
        lead = len(answer.passage.text) - len(answer.passage.text.lstrip())
        passage = answer.passage.part(lead, len(answer.passage.text))
        lines = (finding_of(1, verdict, passage, found.slip, answer.source, found.notes),)
    final = with_slip(verdict if verdict in ("right", "wrong") else "missing", found.slip)
    if found.slip is not None and found.slip.code == "not-worked-out" and chosen.asked:
        verdict = "wrong"
    if chosen.require == "derivation":
        chosen, verdict, final = _requires_derivation(chosen, verdict, final)
    return scored(chosen, ProblemReport(chosen.id, "answer", verdict, final, lines, notes=found.notes))


def _requires_derivation(
    chosen: Settings, verdict: ProblemVerdict, final: Final
) -> tuple[Settings, ProblemVerdict, Final]:
    """The verdict on an answer without its derivation, right or not;
    a slip in it earns no share of the little that it would earn."""
    chosen = replace(
        chosen, partial={code: share for code, share in chosen.partial.items() if code == MISSING_DERIVATION}
    )
    if verdict != "right":
        return chosen, verdict, final
    return (
        chosen,
        "wrong",
        Final("right", MISSING_DERIVATION, "the answer is right, but a derivation is required and there is none"),
    )


def derived(chosen: Settings, read: Callable[[Settings], ProblemReport], text: str) -> ProblemReport:
    """The report as a problem is `read`; where an answer is right and lacks the derivation that is required,
    it says that.

    Where the `text` of the problem tells steps in words, nobody knows yet whether they are one.
    """
    found = read(chosen)
    if chosen.require != "derivation" or not chosen.rows or found.verdict == "right":
        return found
    if found.final.code != MISSING_DERIVATION:
        found = read(replace(chosen, require="answer")) if found.verdict != "wrong" else found
        if found.verdict != "right":
            return found
    _, verdict, final = _requires_derivation(chosen, "right", found.final)
    if tells_steps(text):
        said = "the answer is right, and a derivation is required; what stands beside it in words was not judged"
        verdict, final = "undecided", Final("right", "undecided", said)
    share, credit = alone(chosen) if verdict == "wrong" else (0.0, None)
    return replace(found, verdict=verdict, final=final, score=chosen.points * share, credit=credit, slip=final.code)


def finding_of(
    number: int, verdict: LineVerdict, passage: Passage, slip: Slip, source: Source, notes: Sequence[str]
) -> Finding:
    span = passage.span(slip.span) if slip.span is not None else passage.span()
    line, column = line_and_column(source.text, span.start)
    severity: Literal["wrong", "error", "warning"] = (
        "wrong" if verdict == "wrong" else "error" if verdict == "unreadable" else "warning"
    )
    told = slip.labels if slip.labels and slip.labels[0].span == slip.span else ()
    labels = tuple(Label(passage.span(label.span), label.text) for label in told) or (Label(span),)
    diagnostic = Diagnostic(slip.code, slip.message, source, labels, slip.notes, slip.help, severity)
    return Finding(
        number, verdict, span, line, column, slip.code, diagnostic, tuple(notes), holds=slip.holds, cause=slip.cause
    )


# ---- derivations


def _by_lagrangian(chosen: Settings, task: Task, key: Key, asked: Asked) -> ProblemReport:
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
        if (
            len(names) < len(asked.constraints)
            or _derivation(begun, task_for(key, one), None).lines[-1].verdict == "follows"
        ):
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
    return found


def _supposing(
    chosen: Settings, task: Task, second: Task | None, **flags: Unpack[Flags]
) -> tuple[ProblemReport, Slices]:
    """The report; where names stand that only the prose explains,
    the one in which their values make most lines follow."""
    waiting: list[Values] = [{}]
    found: list[tuple[ProblemReport, Slices, bool]] = []
    while waiting and len(found) < MOST_RUNS:
        supposed = waiting.pop(0)
        report, written, choices = _read_derivation(chosen, task, second, supposed, **flags)
        waiting[:0] = [supposed | choice for choice in choices]
        found.append((report, written, not choices))
        if report.verdict == "right" and not choices:
            break
    best = max(found, key=lambda one: (one[2], one[0].verdict == "right", one[0].first_wrong is None, _reached(one[0])))
    return best[0], best[1]


def _reached(report: ProblemReport) -> int:
    """How many rows follow before the first that does not."""
    return next((at for at, finding in enumerate(report.lines) if finding.verdict != "follows"), len(report.lines))


def _read_derivation(
    chosen: Settings,
    task: Task,
    second: Task | None,
    supposed: Values,
    columns: frozenset[str] = frozenset(),
    lying: bool = True,
) -> tuple[ProblemReport, Slices, list[Values]]:
    rows, name = with_letter(joined_rows(chosen.rows), chosen.text("name"), task.names)
    habits = Habits(rules=True, supposing=not chosen.under_key, as_typed=chosen.under_key, supposed=supposed)
    begun = begin(task, rows, chosen.source, task.syntax, name, columns, lying, habits)
    reader, around = begun.reader, begun.around
    results: list[RowResult] = []
    written: Slices = frozenset()
    for number, passage in begun.rows:
        row = begun.read(number, passage)
        reader.later.arrive(passage.text)
        written |= frozenset().union(*(slices(side.node) for claim in row.claims for side in claim.sides))
        if row.claims:
            results.append(reader.row(row, first=not results))
    results = told_once(results)
    lines = tuple(line_of(result, chosen.source) for result in results)
    answer = chosen.answer.text if chosen.answer else None
    asked = chosen.must_answer and chosen.under_key
    final = (
        final_of(task, reader, answer, asked) if second is None else final_of_second(second, reader, results, answer)
    )
    if not lines:
        final = Final("missing", "unreadable", NO_FORMULA)
    elif final == Final("missing", None, final.message) and chosen.must_answer and task.asks == "gradient":
        stated = f"`\\nabla_{task.problem.wrt.name}{'^2' if second else ''} L = …` states it"
        final = final_of_named(second or task, reader, results) or Final("missing", None, f"{final.message}: {stated}")
    if final.verdict == "missing" and all(line.role not in ("claim", "equation") for line in lines):
        final = Final(
            "missing",
            "nothing-judged",
            f"{NOTHING_JUDGED}; {final.message}" if lines and final.code is None else NOTHING_JUDGED,
        )
    if final.verdict == "missing" and chosen.under_key and _ends_bare(second or task, results):
        lines, final = (*lines[:-1], replace(lines[-1], verdict="follows", code=None, diagnostic=None)), Final("right")
    verdict = _verdict(lines, final, chosen)
    if chosen.require == "derivation" and not derives(results, around):
        chosen, verdict, final = _requires_derivation(chosen, verdict, final)
    warnings = tuple(
        dict.fromkeys(f"line {result.row.number}: {text}" for result in results for text in result.warnings)
    )
    supposing = tuple(
        f"`{name}` is read as `{to_text(value)}`: no formula explains it" for name, value in supposed.items()
    )
    notes = () if chosen.under_key else task.problem.notes  # how a key is read is told of the key
    report = ProblemReport(
        chosen.id, "derivation", verdict, final, lines, notes=(*notes, *supposing), warnings=warnings
    )
    return scored(chosen, report, lambda: lines_held(results, around)), written, reader.prose.choices


def _ends_bare(task: Task, results: Sequence[RowResult]) -> bool:
    """Whether the last of several rows is nothing but the answer."""
    claims = results[-1].row.claims if len(results) > 1 else ()
    bare = len(claims) == 1 and len(claims[0].sides) == 1 and not claims[0].leading
    return bare and judge_answer(task, claims[0].sides[0].text, None).verdict == "right"


def line_of(result: RowResult, source: Source) -> Finding:
    slip = result.slip if result.verdict != "follows" else None
    passage = result.row.passage
    if slip is None:
        line, column = line_and_column(source.text, passage.span().start)
        return Finding(
            result.row.number, result.verdict, passage.span(), line, column, notes=result.notes, role=result.role
        )
    if slip.span is None and result.outcome is not None and result.outcome.read is not None:
        slip = replace(slip, span=result.outcome.read.side.span)
    return replace(finding_of(result.row.number, result.verdict, passage, slip, source, result.notes), role=result.role)


NOTHING_JUDGED = "no line claims anything that can be judged: definitions, and the question repeated, are no answer"
_ABSENT = (None, "nothing-judged", "not-worked-out")
"""Codes of a final answer that is not there, in contrast to one that could not be judged."""


def _verdict(lines: tuple[Finding, ...], final: Final, chosen: Settings) -> ProblemVerdict:
    """Right if every line follows and something was judged; where an answer is asked for,
    only with a right final answer."""
    names: dict[str, ProblemVerdict] = {
        "follows": "right",
        "wrong": "wrong",
        "unreadable": "unreadable",
        "undecided": "undecided",
    }
    answered = (
        chosen.must_answer and final.verdict == "right"
    )  # then what the derivative is used for afterwards was not asked
    verdicts = [names[finding.verdict] for finding in lines if not (answered and finding.code == "equation")]
    judged = any(finding.verdict == "follows" and finding.role in ("claim", "equation") for finding in lines)
    if final.verdict == "wrong":
        verdicts.append("wrong")
    elif final.verdict == "missing" and chosen.must_answer:
        absent = final.code in _ABSENT and set(verdicts) == {"right"}
        verdicts.append("wrong" if absent and chosen.asked else "undecided")
    elif final.verdict == "missing" and not judged:
        verdicts.append("undecided")
    return worst(verdicts) if lines else "unreadable"

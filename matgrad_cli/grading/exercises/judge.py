"""One exercise: its problem is read, its answer or derivation judged, and the result scored."""

from __future__ import annotations

from typing import Literal

from ...diagnostics import Diagnostic, Label, MatgradError, Span
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import line_and_column
from ...documents.words import said
from ...notation.scope import chosen_syntax
from ...notation.stated_functions import arguments_of
from ...records.finding import Final, Finding, ProblemReport, ProblemVerdict
from ..lines.literal_name import best_as_name
from ..lines.lost_sums import sums_in_words, sums_silently
from ..lines.reading import as_declared
from ..meanings.redefined import part_of
from ..meanings.remarks import Remarks, contradiction
from ..task import Asked, Key, Task, task_for
from .answer import judged_answer, lone_answer
from .credit import scored
from .derivation import judged_derivation
from .respelled import with_argument, with_terms, without_iterates
from .settings import Located, Settings

Kind = Literal["answer", "derivation"]


def judge(chosen: Settings) -> ProblemReport:
    """The report on one exercise; whatever is wrong with it ends in a finding, never in an exception."""
    kind: Kind = "derivation" if chosen.rows else "answer"
    if chosen.errors:
        return _unreadable(chosen, kind, chosen.errors[0])
    if chosen.text("loss") is None or chosen.text("wrt") is None:
        lacking = "loss" if chosen.text("loss") is None else "wrt"
        message, help_ = f"problem `{chosen.id}` has no key `{lacking}`", "state it in the file, or give a key file"
        lacks = Diagnostic(f"missing-{lacking}", message, chosen.source, help=f"{help_} with `--key`")
        return _unreadable(chosen, kind, lacks)
    told = [chosen.text(word) or "" for word in ("loss", "wrt", "shapes", "assume")]
    try:
        key: Key = (told[0], told[1], told[2], told[3], chosen_syntax(chosen.question_syntax), chosen.layout)
        constraints = tuple(filter(None, arguments_of(chosen.text("subject_to") or "")))
        asked = Asked(chosen.order, chosen.asks, constraints, syntax=chosen_syntax(chosen.syntax), seed=chosen.seed)
        task = task_for(key, asked)
    except MatgradError as error:
        return _unreadable(chosen, kind, _relocated(error.diagnostic, chosen))
    if not chosen.rows and (chosen.answer is None or not chosen.answer.text):
        return unanswered(chosen, chosen.unread)
    if task.asks != "gradient":
        wrt, answer = task.problem.wrt.name, chosen.answer
        answer = replace(answer, passage=best_as_name(answer.passage, wrt)) if answer is not None else None
        chosen = replace(chosen, answer=answer, rows=tuple(best_as_name(row, wrt) for row in chosen.rows))
    rows = without_iterates(with_terms(chosen.rows, task.names), task.problem.wrt.name, chosen.text("loss") or "")
    chosen = replace(chosen, rows=tuple(map(with_argument, rows)))
    lone = lone_answer(chosen, task) if chosen.rows else judged_answer(chosen, task)
    report = lone or judged_derivation(chosen, task, key, asked)
    doubt = (_of_sums(chosen, report) or _of_sizes(chosen, task)) if report.verdict == "right" else None
    return report if doubt is None else unanswered(chosen, doubt)


_SILENT = regex(r"read as an Einstein sum over (?P<letters>.*)")
_NEAR = 60
"""So many characters round an answer say over what it is summed."""
_SUMS = regex(r"\\sum(?![A-Za-z])|[Σ∑]|\b(?:sum|mean)\b")


def _of_sums(chosen: Settings, report: ProblemReport) -> Diagnostic | None:
    """That under a key an answer is right only with sums that nobody writes: who sums silently says so,
    or does it twice and writes no Σ, and neither does the key."""
    notes = {*report.notes, *(note for line in report.lines for note in line.notes)}
    silent = [told["letters"] for note in notes if (told := _SILENT.match(note)) is not None]
    if not silent or not chosen.under_key or sums_silently(chosen.source.text):
        return None
    texts = [chosen.text("loss") or "", *(row.text for row in chosen.rows), chosen.answer.text if chosen.answer else ""]
    letters = ", ".join(silent)
    places = chosen.last.places
    beside = chosen.source.text[max(0, places[0] - _NEAR) : places[-1] + _NEAR]
    said_so = any(sums_in_words(told, beside) for told in silent)
    if said_so or (len(letters) > 1 and not any(map(_SUMS.search, texts))):
        return None
    message = f"this is right only with a sum over {letters}, and no Σ goes over it"
    help_ = "write the Σ, or say that repeated letters are summed"
    return Diagnostic("bad-sum-collapse", message, help=help_)


_OTHER = r"\b(?:layouts?|rows?|jacobian|hessian|transpos\w*|per|each)\b"
_IS = (
    r"(?:\s+<is>\b|\s*:)[\s$(\\]*(?P<rows>\w+)\s*(?:\\times|[×x])\s*(?P<cols>\w+)"
    rf"[\s$)]*(?:[.,;\n]|\Z)(?![^.;\n]*{_OTHER})"
)
_SIZES = r"(?:dimensions?|shape|size)"
_OF_ANSWER = rf"(?:\A|(?<=[.;\n]))(?![^.;\n]*{_OTHER})[^=.;\n]*\b{_SIZES}\s+of\s+<the>\s+<result>{_IS}"
_BEHIND = rf".?[\s$.,;(]*(?:and\s+)?(?:<the>\s+)?{_SIZES}{_IS}"


def _of_sizes(chosen: Settings, task: Task) -> Diagnostic | None:
    """That words say sizes that an answer has not, `the dimension of the gradient is h × d`, or, right behind it, `the
    dimension is h × d`, if these are of the problem, and of no other derivative before, and of no layout."""
    if not chosen.under_key:
        return None
    text, end = chosen.source.text, chosen.last.places[-1]
    part = part_of(text, end)
    known = {str(dim) for symbol in task.problem.variables for dim in (symbol.shape.rows, symbol.shape.cols)}
    own = (told for told in said(_OF_ANSWER).finditer(part) if "=" not in part[: told.start()])
    for told in filter(None, (*own, said(_BEHIND).match(text, end))):
        why = contradiction(task, Remarks("", sides=told.group("rows", "cols")))
        if why is not None and {*told.group("rows", "cols")} <= {*known, "1"}:
            return Diagnostic("undecided", f"this is right, but {why}")
    return None


def unanswered(chosen: Settings, why: Diagnostic | None = None) -> ProblemReport:
    """A problem without answer; or one of which nobody knows whether the file answers it, and `why`."""
    verdict: ProblemVerdict = "wrong" if chosen.asked and why is None else "undecided"
    final = Final("missing", "missing-answer", "no answer was given")
    if why is not None:
        final = Final("missing", why.code, "; ".join(filter(None, (why.message, why.help))))
    return scored(chosen, ProblemReport(chosen.id, "answer", verdict, final))


def _unreadable(chosen: Settings, kind: Kind, diagnostic: Diagnostic) -> ProblemReport:
    """The problem itself cannot be read."""
    line, column, span = 1, 1, Span(0, 0)
    if diagnostic.source is not None and diagnostic.source.name == chosen.source.name and diagnostic.labels:
        span = diagnostic.labels[0].span
        line, column = line_and_column(chosen.source.text, span.start)
    finding = Finding(0, "unreadable", span, line, column, diagnostic.code, diagnostic)
    final = Final("missing", diagnostic.code, diagnostic.message)
    return scored(chosen, ProblemReport(chosen.id, kind, "unreadable", final, (finding,)))


_WHERE = {"--shape": "shapes", "--assume": "assume", "facts": "assume"}
"""The keys of texts that are read under another name than that of their key."""


def _relocated(diagnostic: Diagnostic, chosen: Settings) -> Diagnostic:
    """A message about the text of a key, pointing into the file where the key stands."""
    source, diagnostic = diagnostic.source, replace(diagnostic, notes=as_declared(diagnostic.notes))
    found = chosen.values.get(_WHERE.get(source.name, source.name)) if source is not None else None
    if found is None and source is not None:
        found = next((value for value in chosen.values.values() if value.text == source.text), None)
    if found is None:
        return replace(diagnostic, source=replace(chosen.source, text=""), labels=())
    return moved(diagnostic, found)


def moved(diagnostic: Diagnostic, found: Located) -> Diagnostic:
    """A message whose spans count in the text of a key, with spans that count in the file."""
    labels = tuple(Label(found.begun.span(label.span), label.text) for label in diagnostic.labels)
    return replace(diagnostic, source=found.source, labels=labels)

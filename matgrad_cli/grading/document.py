"""A document of exercises, with a key or without: every one is judged; what breaks at one leaves the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import partial
from time import process_time

from ..diagnostics import Diagnostic, Source, Span
from ..diagnostics.limits import OutOfTime, broken, time_limit
from ..diagnostics.record import replace
from ..documents.files import CELLS
from ..documents.keys import Document, Exercise
from ..ir.memory import at_work, crowded, let_go, with_room
from ..records.finding import FileReport, Final, Finding, ProblemReport, counting
from .classes.key import SECONDS, Key
from .exercises.credit import scored
from .exercises.judge import Kind, judge, unanswered
from .exercises.required import derived
from .exercises.reveal import revealed
from .exercises.settings import Settings, identified, settings, tried
from .exercises.several import read_all
from .whole import FILE_SECONDS, Options


@at_work
@with_room
def check_document(document: Document, key: Key | None, options: Options) -> FileReport:
    """The report on a document: its exercises in their order, then those of the key that it leaves out."""
    exercises = {name: [one] for name, one in identified(document.exercises).items()}
    if key is not None:
        exercises = tried(document.exercises, key.exercises)
    if key is not None and len(key.exercises) == 1 and len(exercises) == 1:
        (tries,) = exercises.values()
        if tries[0].text("problem") is None:
            exercises = {next(iter(key.exercises)): tries}
    diagnostics = list(document.diagnostics)
    problems: list[ProblemReport] = []
    clock = _Clock()
    for name, tries in exercises.items():
        if key is not None and name not in key.exercises:
            diagnostics.append(_unknown_problem(document.source, name, key))
            continue
        if options.only not in (None, name):
            continue
        chosen = [settings_of(name, one, document.source, key, options) for one in tries]
        if len(tries) > 1:
            diagnostics.append(_answered_twice(name, chosen[0].attempts, document.source))
            if chosen[0].attempts != "best":
                at = 0 if chosen[0].attempts == "first" else -1
                chosen, tries = [chosen[at]], [tries[at]]
        pairs = zip(chosen, tries, strict=True)
        found = [derived(one, partial(clock.read_well, exercise), _told(exercise, document)) for one, exercise in pairs]
        problems.append(revealed(found[counting(found)], chosen[0].reveal))
    if key is not None and not document.exercises and not diagnostics:
        help_ = "write `problem: NAME` above each answer or derivation"
        message, where = f"`{document.source.name}` names no problem of the key", Source(document.source.name, "")
        diagnostics.append(Diagnostic("no-problem", message, where, help=help_, severity="warning"))
    unclaimed = next(
        (one for one in document.diagnostics if one.code == "no-problem" and one.severity == "warning"), None
    )
    for name in key.exercises if key is not None and _readable(document) else ():
        if name not in exercises:
            problems.append(unanswered(settings_of(name, Exercise(), document.source, key, options), unclaimed))
    order = [*key.exercises] if key is not None else []
    told = sorted(problems, key=lambda one: order.index(one.id)) if key is not None else [*_warned_once(problems)]
    return FileReport(document.source.name.removesuffix(CELLS), tuple(told), tuple(diagnostics), document.source)


def settings_of(name: str, exercise: Exercise, source: Source, key: Key | None, options: Options) -> Settings:
    """The settings of an exercise, under the problem of the key if there is a key."""
    known, key_source = (key.exercises[name], key.source) if key is not None else (None, None)
    return settings(name, exercise, source, known, key_source, options.defaults)


def _told(exercise: Exercise, document: Document) -> str:
    """The text of the document from what names the problem of a derivation to what names the next;
    nothing for an answer of a table."""
    starts = [one.keys["problem"].places[0] for one in document.exercises if "problem" in one.keys]
    start = exercise.keys["problem"].places[0] if "problem" in exercise.keys else 0
    end = min([place for place in starts if place > start], default=None)
    return document.source.text[start:end] if exercise.rows else ""


def _warned_once(problems: Iterable[ProblemReport]) -> Iterator[ProblemReport]:
    """The problems; a warning about a key that several of them share stands at the first."""
    said: set[str] = set()
    for problem in problems:
        yield replace(problem, warnings=tuple(warning for warning in problem.warnings if warning not in said))
        said |= {*problem.warnings}


class _Clock:
    """The processor time that the problems of one file have left."""

    def __init__(self) -> None:
        self.end = process_time() + FILE_SECONDS

    def read_well(self, exercise: Exercise, chosen: Settings) -> ProblemReport:
        """The report on a problem in the reading that is meant."""
        return read_all(chosen, exercise, self.judged)

    def judged(self, chosen: Settings) -> ProblemReport:
        """The report on one problem; whatever breaks in it leaves it undecided,
        and the others are judged all the same."""
        if crowded():
            let_go()
        seconds = SECONDS if chosen.seconds is None else chosen.seconds
        try:
            with time_limit(max(0.1, min(seconds, self.end - process_time()))):
                return judge(chosen)
        except (OutOfTime, Exception) as error:  # noqa: BLE001 - one problem never stops the rest
            return undecided(chosen, broken(error))


def undecided(chosen: Settings, why: Diagnostic) -> ProblemReport:
    finding = Finding(0, "undecided", Span(0, 0), 1, 1, why.code, replace(why, source=replace(chosen.source, text="")))
    final = Final("undecided", why.code, why.message)
    kind: Kind = "derivation" if chosen.rows else "answer"
    return scored(chosen, ProblemReport(chosen.id, kind, "undecided", final, (finding,)))


def _readable(document: Document) -> bool:
    """Whether what a document does not answer is left out by its author, and not lost on the way."""
    told = [exercise.unread for exercise in document.exercises]
    return not any(
        said.severity == "error" and said.code != "no-problem" and said not in told for said in document.diagnostics
    )


def _answered_twice(name: str, attempts: str, source: Source) -> Diagnostic:
    """A problem counts once."""
    message = f"problem `{name}` is answered more than once: the {attempts} answer counts"
    return Diagnostic("answered-twice", message, replace(source, text=""), severity="warning")


def _unknown_problem(source: Source, name: str, key: Key) -> Diagnostic:
    near = difflib.get_close_matches(name, key.exercises, n=1)
    return Diagnostic(
        "unknown-problem",
        f"the key has no problem `{name}`",
        replace(source, text=""),
        notes=(f"its problems are {', '.join(list(key.exercises)[:20])}",),
        help=f"write `problem: {near[0]}`" if near else None,
        severity="warning",
    )

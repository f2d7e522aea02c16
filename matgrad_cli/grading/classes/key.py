"""The key of a sheet: it is read, and checked itself, before any student is graded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ...diagnostics import Diagnostic, InputError, Source
from ...diagnostics.limits import OutOfTime, broken, time_limit
from ...diagnostics.record import record, replace
from ...documents.files import read_document
from ...documents.keys import Document, Exercise
from ...records.finding import FileReport, Final, ProblemReport

if TYPE_CHECKING:
    from ..exercises.settings import Settings

SECONDS = 20.0
"""So much processor time one problem may take, unless the key says otherwise."""


@record
class Key:
    """A key file that was read: its exercises by id, and what it says about whole submissions.

    `student` is the pattern that finds a student in a file's name,
    `seconds` and `megabytes` what one submission may use.
    """

    source: Source
    exercises: dict[str, Exercise]
    diagnostics: tuple[Diagnostic, ...] = ()
    student: str | None = None
    megabytes: float | None = None


def read_key(path: Path) -> Key:
    """The key file; it must be readable and right, and hold no key that looks mistyped, or nothing can be graded."""
    from ..exercises.settings import identified

    document = _read(path)
    mistyped = [
        diagnostic
        for diagnostic in document.diagnostics
        if diagnostic.code == "unknown-key" and diagnostic.help is not None
    ]
    if mistyped:  # a fact, a layout, or points that were meant and not read would grade everybody by another question
        raise InputError(replace(mistyped[0], severity="error"))
    exercises = identified(document.exercises)
    chosen = {name: _own(name, exercise, document.source) for name, exercise in exercises.items()}
    for amiss in _amiss(document.source, chosen.values()):
        raise InputError(amiss)
    doubtful = [_contradicted(one, _judged(one)) for one in chosen.values()]
    head = next(iter(exercises.values()), Exercise())
    megabytes = next((one.megabytes for one in chosen.values()), None)
    found = (*document.diagnostics, *(one for one in doubtful if one is not None))
    return Key(document.source, exercises, found, head.text("student"), megabytes)


def key_report(path: Path) -> FileReport:
    """The report on the key's own answers; a problem without one is only read."""
    from ..exercises.settings import identified

    document = _read(path)
    exercises = identified(document.exercises)
    chosen = {name: _own(name, exercise, document.source) for name, exercise in exercises.items()}
    problems: list[ProblemReport] = []
    diagnostics = [*document.diagnostics, *_amiss(document.source, chosen.values())]
    for name, exercise in exercises.items():
        found = _judged(chosen[name])
        if exercise.empty and found.verdict == "undecided":
            message = f"problem `{name}` is understood; the key holds no answer to it"
            diagnostics.append(
                Diagnostic("missing-answer", message, replace(document.source, text=""), severity="note")
            )
        else:
            problems.append(found)
    return FileReport(document.source.name, tuple(problems), tuple(diagnostics), document.source)


def _read(path: Path) -> Document:
    document = read_document(path)
    errors = [diagnostic for diagnostic in document.diagnostics if diagnostic.severity == "error"]
    if errors:
        raise InputError(errors[0])
    return document


def _own(name: str, exercise: Exercise, source: Source) -> Settings:
    """The settings of a problem of the key for its own answer, which need not be derived."""
    from ..exercises.settings import settings

    return replace(settings(name, exercise, source, None, None, {}), require="answer" if not exercise.empty else None)


def _amiss(source: Source, chosen: Iterable[Settings]) -> list[Diagnostic]:
    """What the key says amiss about partial credit: an error, said once, for whatever problems it holds."""
    said = dict.fromkeys(warning for one in chosen for warning in one.warnings)
    return [Diagnostic("key-value", f"in the key, {warning}", replace(source, text="")) for warning in said]


def _judged(chosen: Settings) -> ProblemReport:
    """The key's own answer, judged like any other."""
    from ..exercises.judge import judge

    chosen = replace(chosen, warnings=())
    try:
        with time_limit(SECONDS if chosen.seconds is None else chosen.seconds):
            return judge(chosen)
    except (OutOfTime, MemoryError, RecursionError) as error:
        return ProblemReport(chosen.id, "answer", "undecided", Final("undecided", broken(error).code))


def _contradicted(chosen: Settings, found: ProblemReport) -> Diagnostic | None:
    """Raises InputError for a question that cannot be read, and for an answer that is not its derivative:
    one of the two is wrong.

    An answer about which nothing is known is a warning. No message holds a line of the key:
    a log may be read by students.
    """
    if chosen.answer is None and not chosen.rows and found.verdict != "unreadable":
        return None
    first = found.shown[0] if found.shown else None
    if found.verdict == "unreadable" and first is not None and first.number == 0 and first.diagnostic is not None:
        raise InputError(first.diagnostic)
    if found.verdict == "right":
        return None
    why = f"it is {found.verdict}" + (f" ({found.final.code})" if found.final.code else "")
    said = Diagnostic(
        "key-answer",
        f"the key's own answer to problem `{chosen.id}` is not the derivative of its loss: {why}",
        replace(chosen.source, text=""),
        help=f"`matgrad check --key {chosen.source.name}` shows where",
    )
    if found.verdict == "wrong":
        raise InputError(said)
    return replace(
        said, message=f"the key's own answer to problem `{chosen.id}` could not be judged: {why}", severity="warning"
    )

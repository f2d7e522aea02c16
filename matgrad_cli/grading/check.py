"""Checking files: read them, join them with a key, judge every exercise; one bad file never stops the rest."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import cast

from ..diagnostics import Diagnostic, InputError, Source, Span, UsageError
from ..diagnostics.limits import OutOfTime, ended_by, place_of, time_limit
from ..diagnostics.record import replace
from ..documents.files import CODE, expanded, read_document, read_text, text_of
from ..documents.keys import Document, Exercise
from ..documents.sheets.sheet import Sheet
from ..ir.memory import crowded, let_go
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report, Reveal
from .exercise import judge, unanswered
from .merge import Settings, identified, settings
from .reveal import revealed

SECONDS = 20.0
"""So much processor time one problem may take."""

FILE_SECONDS = 120.0
"""So much processor time all problems of one file may take together."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to check: a key file, defaults for keys (from the command line), the number of processes."""

    key: Path | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Key:
    """A key file that was read: its exercises by id."""

    source: Source
    exercises: dict[str, Exercise]
    diagnostics: tuple[Diagnostic, ...] = ()


Progress = Callable[[int, int], None]
"""Told after each file: how many are done, how many there are."""


def check_files(paths: Iterable[Path | str], options: Options | None = None, progress: Progress | None = None) -> Report:
    """The report on all files, in their order. A key that cannot be read raises InputError."""
    options = options or Options()
    key = read_key(options.key) if options.key is not None else None
    found = expanded([_named(path) for path in paths], options.key)
    files = found.files
    reports: list[FileReport] = []
    if options.jobs > 1 and len(files) > 1:
        reports = _in_processes(files, key, options, progress)
    else:
        for number, path in enumerate(files, 1):
            reports.append(check_file(path, key, options))
            if progress is not None:
                progress(number, len(files))
    reports += [_nothing_in(folder) for folder in found.empty]
    return Report(tuple(reports), tuple(str(path) for path in found.skipped), keyed=key is not None)


def _named(path: Path | str) -> Path:
    if not str(path):
        raise UsageError(Diagnostic("missing-file", "the name of a file is empty", help="`.` is the folder that you are in"))
    return Path(path)


def _nothing_in(folder: Path) -> FileReport:
    """A folder without any file to check: as bad as a file that holds no problem."""
    help_ = "a problem begins with the key `loss`, or `problem` with a key file"
    message = f"the folder `{folder}` holds nothing to check"
    return FileReport(str(folder), (), (Diagnostic("no-problem", message, Source(str(folder), ""), help=help_),))


def _in_processes(files: Sequence[Path], key: Key | None, options: Options, progress: Progress | None) -> list[FileReport]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    size = max(1, min(32, len(files) // (options.jobs * 4)))
    chunks = [list(files[start : start + size]) for start in range(0, len(files), size)]
    reports: list[FileReport] = []
    try:
        with ProcessPoolExecutor(min(options.jobs, len(chunks))) as pool:
            for part in pool.map(_check_chunk, chunks, [key] * len(chunks), [options] * len(chunks)):
                reports += part
                if progress is not None:
                    progress(len(reports), len(files))
    except BrokenProcessPool:  # the system ended a process; which file it was shows when each has a process of its own
        reports += [_in_one_process(file, key, options) for file in files[len(reports) :]]
    return reports


def _in_one_process(file: Path, key: Key | None, options: Options) -> FileReport:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        with ProcessPoolExecutor(1) as pool:
            return pool.submit(check_file, file, key, options).result()
    except BrokenProcessPool:
        message = "the system ended the process that read this file, so nothing is known of it"
        return FileReport(str(file), (), (Diagnostic("memory-limit", message, Source(str(file), "")),))


def _check_chunk(files: list[Path], key: Key | None, options: Options) -> list[FileReport]:
    return [check_file(path, key, options) for path in files]


def read_key(path: Path) -> Key:
    """The key file; it must be readable, and hold no key that looks mistyped, or nothing can be graded."""
    document = read_document(path)
    errors = [diagnostic for diagnostic in document.diagnostics if diagnostic.severity == "error"]
    mistyped = [diagnostic for diagnostic in document.diagnostics if diagnostic.code == "unknown-key" and diagnostic.help is not None]
    if errors:
        raise InputError(errors[0])
    if mistyped:  # a fact, a layout, or points that were meant and not read would grade everybody by another question
        raise InputError(replace(mistyped[0], severity="error"))
    return Key(document.source, identified(document.exercises), document.diagnostics)


def check_file(path: Path, key: Key | None = None, options: Options | None = None) -> FileReport:
    """The report on one file."""
    source = Source(str(path), "")
    if key is None and _is_code(path, options or Options()):
        return _check_code(path, options or Options())
    try:
        with time_limit(SECONDS):
            document = read_document(path)
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        document = Document(source, (), (replace(_broken(error), source=source),))
    return check_document(document, key, options or Options())


def _is_code(path: Path, options: Options) -> bool:
    return path.suffix.lower() in CODE or options.defaults.get("syntax") == "python"


def _check_code(path: Path, options: Options) -> FileReport:
    """The report on a file of Python code, which is read and never run."""
    from .code.report import checked_code

    text = text_of(path)
    if isinstance(text, Diagnostic):
        return FileReport(str(path), (), (text,))
    said = options.defaults
    try:
        return checked_code(Source(str(path), text), said.get("shapes", ""), said.get("loss", ""), cast(Reveal, said.get("reveal", "full")))
    except Exception as error:  # noqa: BLE001 - one file never stops the rest
        return FileReport(str(path), (), (replace(_broken(error), source=Source(str(path), "")),))


def check_text(text: str, name: str = "text.md", key: Key | None = None, options: Options | None = None) -> FileReport:
    """The report on a text as if it stood in a file of that name."""
    return check_document(read_text(text, name), key, options or Options())


def check_document(document: Document, key: Key | None, options: Options) -> FileReport:
    """The report on a document: its exercises in their order, then those of the key that it leaves out."""
    if key is None and document.sheet is not None:
        return _sheet_report(document.sheet, options)
    exercises = identified(document.exercises, last=key is not None)
    diagnostics = [*(_of_key(diagnostic) for diagnostic in (key.diagnostics if key is not None else ())), *document.diagnostics]
    if key is not None and len(exercises) < len(document.exercises):
        diagnostics.append(_answered_twice(document))
    if key is not None and len(key.exercises) == 1 and len(exercises) == 1:
        ((name, exercise),) = exercises.items()
        if exercise.text("problem") is None:
            exercises = {next(iter(key.exercises)): exercise}
    problems: list[ProblemReport] = []
    clock = _Clock()
    for name, exercise in exercises.items():
        known = key.exercises.get(name) if key is not None else None
        if key is not None and known is None:
            diagnostics.append(_unknown_problem(document.source, name, key))
            continue
        chosen = settings(name, exercise, document.source, known, key.source if key else None, options.defaults)
        problems.append(revealed(clock.judged(chosen), chosen.reveal))
    for name, known in key.exercises.items() if key is not None and _readable(document) else ():
        if name not in exercises:
            chosen = settings(name, Exercise(), document.source, known, key.source if key else None, options.defaults)
            problems.append(unanswered(chosen))
    return FileReport(document.source.name, tuple(problems), tuple(diagnostics), document.source)


def _sheet_report(sheet: Sheet, options: Options) -> FileReport:
    """The report on a document without keys."""
    from .sheets.report import check_sheet

    try:
        with time_limit(FILE_SECONDS):
            return check_sheet(sheet, options.defaults)
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        return FileReport(sheet.source.name, (), (replace(_broken(error), source=replace(sheet.source, text="")),), sheet.source)


class _Clock:
    """The processor time that the problems of one file have left."""

    def __init__(self) -> None:
        self.end = process_time() + FILE_SECONDS

    def judged(self, chosen: Settings) -> ProblemReport:
        """The report on one problem; whatever breaks in it leaves it undecided, and the others are judged all the same."""
        if crowded():
            let_go()
        try:
            with time_limit(max(0.1, min(SECONDS, self.end - process_time()))):
                return judge(chosen)
        except (OutOfTime, Exception) as error:  # noqa: BLE001 - one problem never stops the rest
            return _undecided(chosen, _broken(error))


def _broken(error: BaseException) -> Diagnostic:
    """What is said of work that a limit or a bug of ours ended."""
    found = ended_by(error)
    if found is None and os.environ.get("MATGRAD_DEBUG"):
        raise error
    message = "this could not be judged, by a bug of matgrad"
    return found or Diagnostic("bug", message, notes=(f"{type(error).__name__} at {place_of(error)}: {error}"[:300],))


def _undecided(chosen: Settings, why: Diagnostic) -> ProblemReport:
    finding = Finding(0, "undecided", Span(0, 0), 1, 1, why.code, replace(why, source=replace(chosen.source, text="")))
    return ProblemReport(
        chosen.id,
        "derivation" if chosen.rows else "answer",
        "undecided",
        Final("undecided", why.code, why.message),
        (finding,),
        points=chosen.points,
        warnings=chosen.warnings,
        reveal=chosen.reveal,
    )


def _readable(document: Document) -> bool:
    return not any(diagnostic.severity == "error" and diagnostic.code != "no-problem" for diagnostic in document.diagnostics)


def _of_key(diagnostic: Diagnostic) -> Diagnostic:
    """What there is to say about the key, without a line of it: whoever reads the report is not shown the key."""
    source = diagnostic.source or Source("key", "")
    return replace(diagnostic, message=f"in the key, {diagnostic.message}", source=replace(source, text=""), labels=())


def _answered_twice(document: Document) -> Diagnostic:
    """A problem counts once; the last answer is the one that counts."""
    names = [exercise.text("problem") or str(number) for number, exercise in enumerate(document.exercises, 1)]
    twice = ", ".join(f"`{name}`" for name in dict.fromkeys(names) if names.count(name) > 1)
    return Diagnostic(
        "answered-twice", f"problem {twice} is answered more than once: the last answer counts", replace(document.source, text=""),
        severity="warning",
    )  # fmt: skip


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

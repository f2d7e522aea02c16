"""Checking files: read them, join them with a key, judge every exercise; one bad file never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, Source, UsageError
from ..diagnostics.limits import OutOfTime, broken, time_limit
from ..diagnostics.record import replace
from ..documents.files import CODE, expanded, read_document, read_text, text_of
from ..documents.keys import Document, Exercise
from ..documents.python.blocks import is_program
from ..ir.memory import at_work, with_room
from ..records.finding import FileReport, Report
from .classes.key import SECONDS, Key, key_report, read_key
from .whole import FILE_SECONDS, Options, check_sheet_and_code, code_report

if TYPE_CHECKING:
    from .exercises.settings import Settings

__all__ = ["Key", "Options", "check_file", "check_files", "check_text", "read_key"]

MOST_APART = 40
"""A file with more problems is not tried again problem by problem."""


Progress = Callable[[int, int], None]
"""Told after each file: how many are done, how many there are."""


@at_work
@with_room
def check_files(
    paths: Iterable[Path | str], options: Options | None = None, progress: Progress | None = None
) -> Report:
    """The report on all files, in their order. A key that cannot be read or is wrong raises InputError.
    A key alone is judged itself."""
    options = options or Options()
    given = [_named(path) for path in paths]
    if options.key is not None and not given:
        return Report((key_report(options.key),))
    key = read_key(options.key) if options.key is not None else None
    found = expanded(given, options.key)
    reports = _judged(found.files, given, key, options, progress)
    nobodies: list[FileReport] = []
    if options.key is not None and key is not None and not options.student:
        from .classes.absent import absent

        nobodies = absent(given, found.files, [report.student for report in reports], options.key, key.student)
    if key is not None:
        from .classes.counted import with_what_counts

        reports = with_what_counts(reports)
    told = {place for one in nobodies for place in (Path(one.file), *Path(one.file).parents)}
    reports += nobodies + [_nothing_in(folder) for folder in found.empty if folder not in told]
    said = tuple(_of_key(diagnostic) for diagnostic in key.diagnostics) if key is not None else ()
    return Report(tuple(reports), tuple(str(path) for path in found.skipped), _asked(key), said)


def _asked(key: Key | None) -> tuple[tuple[str, float], ...] | None:
    """The problems of the key with their points."""
    if key is None:
        return None
    return tuple((name, _unanswered(name, key.source, key, Options()).points) for name in key.exercises)


def _unanswered(name: str, source: Source, key: Key, options: Options) -> Settings:
    """The settings of a problem of the key to which nothing is said."""
    from .document import settings_of

    return settings_of(name, Exercise(), source, key, options)


def _judged(
    files: Sequence[Path], given: Sequence[Path], key: Key | None, options: Options, progress: Progress | None
) -> list[FileReport]:
    """The report on each file: from the cache, judged here, or each in a process of its own kind."""
    from .classes.students import students

    whose = [options.student] * len(files) if options.student else None
    whose = whose or students(files, given, key.student if key is not None else None)
    cache = None
    names: list[str | None] = [None] * len(files)
    if options.cache is not None and key is not None:
        from .classes.cache import Cache

        cache = Cache(options.cache, key.source.text.encode(), repr(sorted(options.defaults.items())))
        names = [cache.name(file, student) for file, student in zip(files, whose, strict=True)]
    reports = [cache.found(name) if cache is not None else None for name in names]
    left = [number for number, report in enumerate(reports) if report is None]

    def done(at: int, report: FileReport) -> None:
        number = left[at]
        reports[number] = found = replace(report, student=whose[number])
        if cache is not None:
            cache.keep(names[number], found)
        if progress is not None:
            progress(len(files) - sum(report is None for report in reports), len(files))

    tasks = [files[number] for number in left]
    work = partial(check_file, key=key, options=options)
    apart = options.isolated and (key is not None or len(files) > 1)
    if tasks and (apart or (options.jobs > 1 and len(tasks) > 1)):
        from .classes.workers import MEGABYTES, in_processes

        megabytes = key.megabytes if key is not None and key.megabytes is not None else MEGABYTES
        ended: dict[Path, FileReport] = {}

        def lost(path: Path, why: Diagnostic) -> FileReport:
            ended[path] = _lost(path, why, key, options)
            return ended[path]

        in_processes(tasks, work, lost, options.jobs, FILE_SECONDS, megabytes, done)
        for path, report in ended.items():
            done(tasks.index(path), _problem_by_problem(path, report, key, options, megabytes))
    else:
        for at, path in enumerate(tasks):
            done(at, work(path))
    if cache is not None:
        cache.write()
    return [report for report in reports if report is not None]


def _lost(path: Path, why: Diagnostic, key: Key | None, options: Options) -> FileReport:
    """The report on a file whose process was ended: each problem is undecided."""
    source = Source(str(path), "")
    if key is None:
        return FileReport(str(path), (), (replace(why, source=source),))
    from .document import undecided

    problems = [undecided(_unanswered(name, source, key, options), why) for name in key.exercises]
    return FileReport(str(path), tuple(problems), (replace(why, source=source, severity="warning"),))


def _problem_by_problem(
    path: Path, lost: FileReport, key: Key | None, options: Options, megabytes: float
) -> FileReport:
    """A file that ended its process, each problem of it in a process of its own: only what ends that one is lost."""
    from .classes.workers import in_processes

    if key is None or not 1 < len(key.exercises) <= MOST_APART:
        return lost
    found: dict[int, FileReport] = {}
    tasks = [replace(options, only=name) for name in key.exercises]
    in_processes(
        tasks, partial(_check_only, path, key), lambda one, why: _lost(path, why, key, one), options.jobs, FILE_SECONDS,
        megabytes,
        found.__setitem__,
    )  # fmt: skip
    problems = [
        next((problem for problem in found[number].problems if problem.id == task.only), lost.problems[number])
        for number, task in enumerate(tasks)
    ]
    source = next((report.source for report in found.values() if report.source is not None), lost.source)
    return replace(lost, problems=tuple(problems), source=source)


def _check_only(path: Path, key: Key, options: Options) -> FileReport:
    return check_file(path, key, options)


def _named(path: Path | str) -> Path:
    if not str(path):
        raise UsageError(
            Diagnostic("missing-file", "the name of a file is empty", help="`.` is the folder that you are in")
        )
    return Path(path)


def _nothing_in(folder: Path) -> FileReport:
    """A folder without any file to check: as bad as a file that holds no problem."""
    help_ = "a problem begins with the key `loss`, or `problem` with a key file"
    message = f"the folder `{folder}` holds nothing to check"
    return FileReport(str(folder), (), (Diagnostic("no-problem", message, Source(str(folder), ""), help=help_),))


def check_file(path: Path, key: Key | None = None, options: Options | None = None) -> FileReport:
    """The report on one file."""
    source, options = Source(str(path), ""), options or Options()
    if key is None and (path.suffix.lower() in CODE or options.defaults.get("syntax") == "python"):
        text = text_of(path)
        if isinstance(text, Diagnostic):
            return FileReport(str(path), (), (text,))
        return code_report(Source(str(path), text), options)
    try:
        with time_limit(SECONDS):
            document = read_document(path, tuple(key.exercises) if key is not None else ())
        if key is None and path == Path("-") and is_program(document.source.text):
            return code_report(document.source, options)
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        document = Document(source, (), (replace(broken(error), source=source),))
    return _report(document, key, options)


def _report(document: Document, key: Key | None, options: Options) -> FileReport:
    """The report on a document that was read."""
    if key is None and document.sheet is not None:
        return check_sheet_and_code(document.sheet, document.code, options)
    from .document import check_document

    return check_document(document, key, options)


def check_text(text: str, name: str = "text.md", key: Key | None = None, options: Options | None = None) -> FileReport:
    """The report on a text as if it stood in a file of that name."""
    document = read_text(text, name, tuple(key.exercises) if key is not None else ())
    return _report(document, key, options or Options())


def _of_key(diagnostic: Diagnostic) -> Diagnostic:
    """What there is to say about the key, without a line of it: whoever reads the report is not shown the key."""
    source = diagnostic.source or Source("key", "")
    return replace(diagnostic, message=f"in the key, {diagnostic.message}", source=replace(source, text=""), labels=())

"""Checking files: read them, join them with a key, judge every exercise; one bad file never stops the rest."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import cast

from ..diagnostics import Diagnostic, Source, Span, UsageError
from ..diagnostics.limits import OutOfTime, broken, time_limit
from ..diagnostics.record import field, record, replace
from ..documents.files import CELLS, CODE, expanded, read_document, read_text, text_of
from ..documents.keys import Document, Exercise
from ..documents.python.blocks import Blocks, is_program
from ..documents.sheets.sheet import Sheet
from ..ir.memory import crowded, let_go
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report, Reveal, counting
from .classes.key import SECONDS, Key, key_report, read_key
from .exercise import derived, judge, scored, unanswered
from .merge import Settings, identified, settings, tried
from .reveal import revealed
from .several import read_all

__all__ = ["Key", "Options", "check_file", "check_files", "check_text", "read_key"]

MOST_APART = 40
"""A file with more problems is not tried again problem by problem."""
FILE_SECONDS = 120.0
"""So much processor time all problems of one file may take together."""


@record
class Options:
    """How to check: a key file, defaults for keys (from the command line), the number of processes.

    `isolated`: each submission is judged in another process than this one. `cache`: where what was judged is kept.
    `student`: whose all files are. `only`: the one problem that is judged.
    """

    key: Path | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    jobs: int = 1
    isolated: bool = False
    cache: Path | None = None
    student: str | None = None
    only: str | None = None


Progress = Callable[[int, int], None]
"""Told after each file: how many are done, how many there are."""


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
    return tuple(
        (name, settings(name, Exercise(), key.source, one, key.source, {}).points)
        for name, one in key.exercises.items()
    )


def _judged(
    files: Sequence[Path], given: Sequence[Path], key: Key | None, options: Options, progress: Progress | None
) -> list[FileReport]:
    """The report on each file: from the cache, judged here, or each in a process of its own kind."""
    from .classes.students import students

    whose = (
        [options.student] * len(files)
        if options.student
        else students(files, given, key.student if key is not None else None)
    )
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
    problems = [
        _undecided(settings(name, Exercise(), source, known, key.source, options.defaults), why)
        for name, known in key.exercises.items()
    ]
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
        return (
            FileReport(str(path), (), (text,))
            if isinstance(text, Diagnostic)
            else _code_report(Source(str(path), text), options)
        )
    try:
        with time_limit(SECONDS):
            document = read_document(path, tuple(key.exercises) if key is not None else ())
        if key is None and path == Path("-") and is_program(document.source.text):
            return _code_report(document.source, options)
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        document = Document(source, (), (replace(broken(error), source=source),))
    return check_document(document, key, options)


def _whole(source: Source, options: Options, work: Callable[[str, Reveal], FileReport]) -> FileReport:
    """The report that is made of a whole file, from its shapes and what may be revealed; one that breaks says so."""
    try:
        return work(options.defaults.get("shapes", ""), cast(Reveal, options.defaults.get("reveal", "full")))
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        return FileReport(source.name, (), (replace(broken(error), source=replace(source, text="")),), source)


def _code_report(source: Source, options: Options) -> FileReport:
    """The report on Python code, which is read and never run."""
    from .code.report import checked_code

    loss, assume = (options.defaults.get(key, "") for key in ("loss", "assume"))
    return _whole(source, options, lambda shapes, reveal: checked_code(source, shapes, loss, assume, reveal))


def check_text(text: str, name: str = "text.md", key: Key | None = None, options: Options | None = None) -> FileReport:
    """The report on a text as if it stood in a file of that name."""
    return check_document(
        read_text(text, name, tuple(key.exercises) if key is not None else ()), key, options or Options()
    )


def check_document(document: Document, key: Key | None, options: Options) -> FileReport:
    """The report on a document: its exercises in their order, then those of the key that it leaves out."""
    if key is None and document.sheet is not None:
        return _with_code(_sheet_report(document.sheet, options), document.code, options)
    exercises = (
        tried(document.exercises)
        if key is not None
        else {name: [one] for name, one in identified(document.exercises).items()}
    )
    if key is not None and len(key.exercises) == 1 and len(exercises) == 1:
        (tries,) = exercises.values()
        if tries[0].text("problem") is None:
            exercises = {next(iter(key.exercises)): tries}
    diagnostics = list(document.diagnostics)
    problems: list[ProblemReport] = []
    clock = _Clock()
    for name, tries in exercises.items():
        known = key.exercises.get(name) if key is not None else None
        if key is not None and known is None:
            diagnostics.append(_unknown_problem(document.source, name, key))
            continue
        if options.only not in (None, name):
            continue
        chosen = [
            settings(name, one, document.source, known, key.source if key else None, options.defaults) for one in tries
        ]
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
    for name, known in key.exercises.items() if key is not None and _readable(document) else ():
        if name not in exercises:
            lacking = settings(name, Exercise(), document.source, known, key.source if key else None, options.defaults)
            problems.append(unanswered(lacking, unclaimed))
    told = (
        sorted(problems, key=lambda one: [*key.exercises].index(one.id)) if key is not None else _warned_once(problems)
    )
    return FileReport(document.source.name.removesuffix(CELLS), tuple(told), tuple(diagnostics), document.source)


def _told(exercise: Exercise, document: Document) -> str:
    """The text of the document from what names the problem of a derivation to what names the next;
    nothing for an answer of a table."""
    starts = [one.keys["problem"].places[0] for one in document.exercises if "problem" in one.keys]
    start = exercise.keys["problem"].places[0] if "problem" in exercise.keys else 0
    return (
        document.source.text[start : min([place for place in starts if place > start], default=None)]
        if exercise.rows
        else ""
    )


def _warned_once(problems: Iterable[ProblemReport]) -> Iterator[ProblemReport]:
    """The problems; a warning about a key that several of them share stands at the first."""
    said: set[str] = set()
    for problem in problems:
        yield replace(problem, warnings=tuple(warning for warning in problem.warnings if warning not in said))
        said |= {*problem.warnings}


def _sheet_report(sheet: Sheet, options: Options) -> FileReport:
    """The report on a document without keys."""
    from .sheets.report import check_sheet

    def work(_shapes: str, _reveal: Reveal) -> FileReport:
        with time_limit(FILE_SECONDS):
            return check_sheet(sheet, options.defaults)

    return _whole(sheet.source, options, work)


def _with_code(report: FileReport, code: Blocks | None, options: Options) -> FileReport:
    """The report on a document with what its Python claims."""
    if code is None:
        return report
    from .code.report import checked_blocks

    found = _whole(
        code.source, options, lambda shapes, reveal: FileReport(report.file, checked_blocks(code, shapes, reveal))
    )
    if not found.problems:
        return replace(report, diagnostics=(*report.diagnostics, *found.diagnostics))
    said = tuple(one for one in report.diagnostics if one.code != "no-problem")
    return replace(
        report, problems=(*report.problems, *found.problems), diagnostics=said, source=report.source or code.source
    )


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
        try:
            with time_limit(
                max(0.1, min(SECONDS if chosen.seconds is None else chosen.seconds, self.end - process_time()))
            ):
                return judge(chosen)
        except (OutOfTime, Exception) as error:  # noqa: BLE001 - one problem never stops the rest
            return _undecided(chosen, broken(error))


def _undecided(chosen: Settings, why: Diagnostic) -> ProblemReport:
    finding = Finding(0, "undecided", Span(0, 0), 1, 1, why.code, replace(why, source=replace(chosen.source, text="")))
    final = Final("undecided", why.code, why.message)
    return scored(
        chosen, ProblemReport(chosen.id, "derivation" if chosen.rows else "answer", "undecided", final, (finding,))
    )


def _readable(document: Document) -> bool:
    """Whether what a document does not answer is left out by its author, and not lost on the way."""
    told = [exercise.unread for exercise in document.exercises]
    return not any(
        said.severity == "error" and said.code != "no-problem" and said not in told for said in document.diagnostics
    )


def _of_key(diagnostic: Diagnostic) -> Diagnostic:
    """What there is to say about the key, without a line of it: whoever reads the report is not shown the key."""
    source = diagnostic.source or Source("key", "")
    return replace(diagnostic, message=f"in the key, {diagnostic.message}", source=replace(source, text=""), labels=())


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

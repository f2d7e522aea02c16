"""`matgrad check`: homework answers and derivations, judged line by line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..diagnostics import UsageError
from ..records.layout import LAYOUTS
from ..reports.formats import FORMATS
from .choices import CHECK_SYNTAXES, chosen
from .guard import tell
from .options import one_of
from .output import columns, deliver, nonempty, say, usable, wants_colour

if TYPE_CHECKING:
    from ..records.finding import Report

CHECK_FORMATS = ("terminal", *FORMATS)
MANY = 8
SHOWN = 10
REVEALS = ("none", "hint", "full")
ON_ONE_STUDENT = ("gradescope", "prairielearn")

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE...", help="Answers (TOML), documents (.md .tex .txt .ipynb, - for stdin), code (.py); folders."
    ),
]
Key = Annotated[
    str | None, typer.Option("--key", metavar="FILE", help="A file that states the problems, and what they count.")
]
Format = Annotated[str, one_of("--format", CHECK_FORMATS)]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="A further report, into a file; repeatable. In a gradebook what is undecided or unreadable is an empty "
        "cell: look at it. Under a key what was graded is kept in a hidden file beside the first report, .FILE.cache, "
        "so that the next time only what changed is judged; it may be deleted.",
    ),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 also when something is wrong, unreadable or undecided.")
]


Wrt = Annotated[str | None, typer.Option("--wrt", metavar="NAME", help="The variable, where the files name none.")]
Loss = Annotated[str | None, typer.Option("--loss", metavar="LOSS", help="The loss, where the files state none.")]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="What the derivations call the loss.")]
Shapes = Annotated[
    list[str] | None,
    typer.Option("--shape", metavar='"X: m×n"', help="Shapes, where the files state none; repeatable."),
]
Facts = Annotated[
    list[str] | None, typer.Option("--assume", metavar='"S spd"', help="Facts, where the files state none; repeatable.")
]
Layout = Annotated[str | None, one_of("--layout", LAYOUTS)]
Syntax = Annotated[str | None, one_of("--syntax", CHECK_SYNTAXES)]
Reveal = Annotated[str | None, one_of("--reveal", REVEALS, "How much is told: {}.")]
Student = Annotated[
    str | None,
    typer.Option("--student", metavar="NAME", help="Whose all files are; else each folder or file is one's."),
]
Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", help="So many files at a time; 0 as many as there are processors.")
]


def check(
    files: Files = None,
    key: Key = None,
    format_: Format = "terminal",
    report: Reports = None,
    exit_zero: ExitZero = False,
    loss: Loss = None,
    wrt: Wrt = None,
    name: Name = None,
    shape: Shapes = None,
    assume: Facts = None,
    layout: Layout = None,
    syntax: Syntax = None,
    reveal: Reveal = None,
    student: Student = None,
    jobs: Jobs = 1,
) -> int:
    """Judge the answers and derivations in FILE…, and point at the first wrong line."""
    further = [_further(text) for text in report or ()]
    if not files and key is None:
        help_ = "`matgrad check answers.toml`; `matgrad check -` reads the standard input"
        raise UsageError.coded("missing-file", "no file to check is given", help=help_)
    nonempty("--key", key)
    given = {"loss": loss, "wrt": wrt, "name": name, "layout": layout, "syntax": syntax, "reveal": reveal}
    given |= {"shapes": ", ".join(shape or ()), "assume": ", ".join(assume or ())}
    from ..grading.check import Options, check_files

    said = {word: text for word, text in given.items() if text}
    kept = None  # what was graded is kept in a hidden file, which no pattern like `*.csv` takes along
    if key and further and not os.environ.get("CI"):
        kept = (report_file := Path(further[0][1])).with_name(f".{report_file.name}.cache")
    options = Options(Path(key) if key else None, said, jobs or os.cpu_count() or 1, True, kept, student)
    alone = [kind for kind in (format_, *(kind for kind, _ in further)) if kind in ON_ONE_STUDENT and not student]
    if alone:  # files in several folders are refused before any is graded
        from ..documents.files import expanded
        from ..records.finding import FileReport, Report

        named = expanded([Path(name) for name in files or () if name], options.key).files
        _one_student(alone[0], [], Report(tuple(FileReport(str(file)) for file in named)))
    with _progress() as step:
        found = check_files(files or (), options, step)
    for diagnostic in found.diagnostics:
        tell(diagnostic)
    for kind in alone:
        _one_student(kind, files or [], found)
    shown = render(found, format_, colour=wants_colour(sys.stdout), width=columns(fallback=100))
    title = f"matgrad check {' '.join(files or ())}"
    others = [(render(found, kind), file, title if kind == "html" else "") for kind, file in further]
    for other in others:
        deliver(*other)
    deliver(shown, None)
    if found.skipped:
        say(_skipped(found.skipped))
    if "gradebook" in (format_, *(kind for kind, _ in further)):
        say(_to_look_at(found))
    _step_summary(found, [format_, *(kind for kind, _ in further)])
    return 0 if exit_zero else found.exit_code


def _one_student(kind: str, given: list[str], found: Report) -> None:
    """UsageError where the files are not one student's.

    A student is a folder. In a folder that is named as a whole, files that answer the same problem are several
    students'; files that are named themselves and lie in one folder are one student's.
    """
    folders: dict[Path, str] = {}
    answered: dict[str, str] = {}
    whole = any(Path(name).is_dir() for name in given)
    for file in found.files:
        path = Path(file.file)
        if file.file == "-" or path.is_dir():
            continue
        folders.setdefault(path.parent.resolve(), file.file)
        if len(folders) > 1:
            why = " and ".join(f"`{name}`" for name in list(folders.values())[:2]) + " lie in different folders"
            raise _several(kind, why, "check the folder of one student at a time")
        for problem in file.problems if whole else ():
            other = answered.setdefault(problem.id, file.file)
            if other != file.file:
                why = f"`{other}` and `{file.file}` both answer problem `{problem.id}`"
                help_ = "check one student at a time; if these files are one student's, `--student NAME` says so"
                raise _several(kind, why, help_)


def _several(kind: str, why: str, help_: str) -> UsageError:
    return UsageError.coded("several-students", f"`{kind}` is a report on one student, and {why}", help=help_)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr while many files are checked and somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bars: list[Callable[[int, int], None]] = []

        def step(done: int, total: int) -> None:
            if total >= MANY and not bars:
                bars.append(_bar(stack))
            for bar in bars:
                bar(done, total)

        yield step


def _bar(stack: ExitStack) -> Callable[[int, int], None]:
    """A bar that is shown until the stack is left."""
    from rich.console import Console
    from rich.progress import Progress

    bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
    task = bar.add_task("checking", total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


def _skipped(files: tuple[str, ...]) -> str:
    """The line on files of a folder that were left out, so that none is lost silently."""
    from ..diagnostics.show import inert

    named = ", ".join(map(inert, files[:SHOWN])) + (f" and {len(files) - SHOWN} more" if len(files) > SHOWN else "")
    which = "s are not read, or hold" if len(files) > 1 else " is not read, or holds"
    return f"note: {len(files)} file{which} nothing to check: {named}\n"


def _to_look_at(report: Report) -> str:
    """The line on the empty cells of a grade book, if there are some."""
    from ..reports.tables import unjudged

    count = unjudged(report)
    which = "1 cell of the grade book is" if count == 1 else f"{count} cells of the grade book are"
    return f"note: {which} empty: what is undecided or unreadable there wants a look\n" if count else ""


def _step_summary(report: Report, formats: list[str]) -> None:
    """Appends the summary to GitHub's step summary, where GitHub asks for one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or "github" not in formats:
        return
    from ..reports.ci import github_summary

    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(github_summary(report))
    except OSError as error:
        say(f"warning: the step summary could not be written: {(error.strerror or str(error)).lower()}\n")


def _further(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        help_ = "`--report json=report.json`"
        raise UsageError.coded("bad-report", f"`--report {text}` does not name a file", help=help_)
    chosen("format", name, CHECK_FORMATS)
    usable(file)
    return name, file


def render(report: Report, format_: str, *, colour: bool = False, width: int = 100) -> str:
    """The report in one of the formats."""
    if format_ != "terminal":
        from ..reports.formats import written

        return written(report, format_)
    from ..reports.text import to_text

    return to_text(report, colour=colour, width=width)

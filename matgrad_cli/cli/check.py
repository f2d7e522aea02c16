"""`matgrad check`: homework answers and derivations, judged line by line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..diagnostics import Diagnostic, UsageError
from .choices import CHECK_FORMATS, chosen
from .guard import time_limit
from .output import columns, deliver, usable, wants_colour

if TYPE_CHECKING:
    from ..records.finding import Report

SECONDS = 3600

Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE...", help="Answers (TOML) and derivations (LaTeX, Markdown); folders are searched.")
]
Key = Annotated[str | None, typer.Option("--key", metavar="FILE", help="A file that states the problems, and what they count.")]
Format = Annotated[str, typer.Option("--format", metavar="NAME", help=f"{', '.join(CHECK_FORMATS)}.")]
Reports = Annotated[list[str] | None, typer.Option("--report", metavar="FORMAT=FILE", help="A further report, into a file; repeatable.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 also when something is wrong, unreadable or undecided.")]


def check(files: Files = None, key: Key = None, format_: Format = "terminal", report: Reports = None, exit_zero: ExitZero = False) -> int:
    """Judge the answers and derivations in FILE…, and point at the first wrong line."""
    chosen("format", format_, CHECK_FORMATS)
    further = [_further(text) for text in report or ()]
    if not files:
        raise UsageError(Diagnostic("missing-file", "no file to check is given", help="`matgrad check answers.toml`"))
    with time_limit(SECONDS):
        from ..grading.check import Options, check_files

        found = check_files([Path(name) for name in files], Options(key=Path(key) if key else None))
        shown = render(found, format_, colour=wants_colour(sys.stdout), width=columns(fallback=100))
        others = [(render(found, name), file) for name, file in further]
    for text, file in others:
        deliver(text, file)
    deliver(shown, None)
    return 0 if exit_zero else found.exit_code


def _further(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(Diagnostic("bad-report", f"`--report {text}` does not name a file", help="`--report json=report.json`"))
    chosen("format", name, CHECK_FORMATS)
    usable(file)
    return name, file


def render(report: Report, format_: str, *, colour: bool = False, width: int = 100) -> str:
    """The report in one of the formats."""
    from ..grading import report_ci, report_data, report_text

    if format_ == "terminal":
        return report_text.to_text(report, colour=colour, width=width)
    writers = {
        "json": report_data.to_json,
        "gradescope": report_data.to_gradescope,
        "prairielearn": report_data.to_prairielearn,
        "junit": report_ci.to_junit,
        "github": report_ci.to_github,
    }
    return writers[format_](report)

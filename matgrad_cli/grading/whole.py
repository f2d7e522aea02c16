"""What is judged as a whole: a program, and a document that names no problems, with the code beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from ..diagnostics import Source
from ..diagnostics.limits import OutOfTime, broken, time_limit
from ..diagnostics.record import field, record, replace
from ..documents.python.blocks import Blocks
from ..documents.sheets.sheet import Sheet
from ..ir.memory import at_work, with_room
from ..records.finding import FileReport, Reveal

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


def _whole(source: Source, options: Options, work: Callable[[str, Reveal], FileReport]) -> FileReport:
    """The report that is made of a whole file, from its shapes and what may be revealed; one that breaks says so."""
    try:
        return work(options.defaults.get("shapes", ""), cast(Reveal, options.defaults.get("reveal", "full")))
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one file never stops the rest
        return FileReport(source.name, (), (replace(broken(error), source=replace(source, text="")),), source)


def code_report(source: Source, options: Options) -> FileReport:
    """The report on Python code, which is read and never run."""
    from .code.report import checked_code

    loss, assume = (options.defaults.get(key, "") for key in ("loss", "assume"))
    return _whole(source, options, lambda shapes, reveal: checked_code(source, shapes, loss, assume, reveal))


def _sheet_report(sheet: Sheet, options: Options, code: Blocks | None = None) -> FileReport:
    """The report on a document without keys, and on `code` beside it."""
    from .sheets.report import check_sheet

    def work(_shapes: str, _reveal: Reveal) -> FileReport:
        with time_limit(FILE_SECONDS):
            return check_sheet(sheet, options.defaults, code)

    return _whole(sheet.source, options, work)


@at_work
@with_room
def check_sheet_and_code(sheet: Sheet, code: Blocks | None, options: Options) -> FileReport:
    """The report on a document with what its Python claims: of its own losses, or of the one that the text states."""
    if code is None:
        return _sheet_report(sheet, options)
    from .code.report import checked_blocks

    def work(shapes: str, reveal: Reveal) -> FileReport:
        return FileReport(sheet.source.name, checked_blocks(code, shapes, reveal))

    found = _whole(code.source, options, work)
    if not found.problems:
        report = _sheet_report(sheet, options, code)
        return replace(report, diagnostics=(*report.diagnostics, *found.diagnostics))
    report = _sheet_report(sheet, options)
    said = tuple(one for one in report.diagnostics if one.code != "no-problem")
    problems = (*report.problems, *found.problems)
    return replace(report, problems=problems, diagnostics=said, source=report.source or code.source)

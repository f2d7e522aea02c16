"""Students of whom nothing can be graded: their folder is empty, or holds only a photo, a PDF or the key. Each has a row all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...diagnostics import Diagnostic, Source
from ...documents.files import is_copy
from ...records.finding import FileReport

_SHOWN = 5
_HELP = "what can be read is Markdown, LaTeX, plain text, a notebook or TOML; a photo or a PDF cannot"


def absent(given: Sequence[Path], files: Sequence[Path], whose: Sequence[str], key: Path) -> list[FileReport]:
    """A report that is unreadable for each student's folder without a file that was taken; `whose` are the students of the files.

    Folders of students are those beside a folder with a student's name; in a folder where nobody handed in a thing, all that are in
    it; and of several folders that were named, each.
    """
    found: dict[Path, FileReport] = {}
    present = set(whose)
    holding = {folder for file in files for folder in file.parents}
    classes = {folder.parent for file, student in zip(files, whose, strict=True) for folder in file.parents if folder.name == student}
    folders = [place for place in given if place.is_dir()]
    for place in folders:
        if place in holding:
            theirs = [one for folder in sorted(classes) if folder.is_relative_to(place) for one in _folders(folder)]
        else:
            theirs = [*_folders(place)] or [place] * (len(folders) > 1)
        found |= {one: _report(one, key) for one in theirs if one not in holding and one.absolute().name not in present}
    return list(found.values())


def _folders(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(one for one in folder.iterdir() if one.is_dir() and one.name[:1] not in (".", "_"))
    except OSError:
        return


def _report(folder: Path, key: Path) -> FileReport:
    message = f"the folder `{folder.name}` {_reason(folder, key)}"
    found = Diagnostic("no-problem", message, Source(str(folder), ""), help=_HELP)
    return FileReport(str(folder), (), (found,), student=folder.absolute().name)


def _reason(folder: Path, key: Path) -> str:
    if folder.is_symlink():
        return "is a link to another folder, which is not entered"
    inside = sorted(Path(place) / name for place, _, names in os.walk(folder) for name in names if not name.startswith("."))
    if not inside:
        return "is empty" if os.access(folder, os.R_OK | os.X_OK) else "cannot be opened"
    named = ", ".join(str(file.relative_to(folder)) + (" (the key itself)" if is_copy(file, key) else "") for file in inside[:_SHOWN])
    more = f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
    return f"holds nothing that can be graded: {named}{more}"

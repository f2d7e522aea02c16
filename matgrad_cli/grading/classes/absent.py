"""Students of whom nothing can be graded: they handed in a photo, a PDF, the key or nothing at all.
Each has a row all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...diagnostics import Diagnostic, Source
from ...documents.files import NO_ANSWERS, is_copy, is_work
from ...records.finding import FileReport
from .students import student_of

_SHOWN = 5
_UNREAD = frozenset((
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".html", ".jpg", ".jpeg", ".png", ".heic", ".gif", ".webp",
    ".tif", ".tiff", ".zip",
    ".txt", ".csv", ".tsv", ".xls", ".xlsx", ".ods", ".numbers", ".ppt", ".pptx", ".svg",
))  # fmt: skip
_BESIDE = frozenset(("img", "images", "figs", "figures", "plots", "pictures", "assets", "data", "code", "src"))
"""Folders beside the files of students that belong to nobody."""
_HELP = "what can be read is Markdown, LaTeX, plain text, a notebook or TOML; a photo or a PDF cannot"


def absent(
    given: Sequence[Path], files: Sequence[Path], whose: Sequence[str], key: Path, pattern: str | None
) -> list[FileReport]:
    """A report that is unreadable for each student's folder without a file that was taken; `whose` are the students of
    the files, found by the key's `pattern`. In a folder where each file is a student's, so is a photo or a PDF.

    Folders of students are those beside a folder with a student's name; in a folder where nobody handed in a thing, all
    that are in it; and of several folders that were named, each.
    """
    found: dict[Path, FileReport] = {}
    present = set(whose)
    holding = {folder for file in files for folder in file.parents}
    classes = {
        folder.parent
        for file, student in zip(files, whose, strict=True)
        for folder in file.parents
        if folder.name == student
    }
    folders = [place for place in given if place.is_dir()]
    for place in folders:
        if place in holding:
            theirs = [one for folder in sorted(classes) if folder.is_relative_to(place) for one in _folders(folder)]
        else:
            theirs = [*_folders(place)] or [place] * (len(folders) > 1)
        flat = any(
            file.parent == place and student != place.resolve().name for file, student in zip(files, whose, strict=True)
        )
        if flat and place not in classes:
            theirs = [*theirs, *(one for one in _folders(place) if one.name.lower() not in _BESIDE and _works(one))]
        found |= _unread(place, present, key, pattern) if flat else {}
        found |= {one: _report(one, key) for one in theirs if one not in holding and one.absolute().name not in present}
    return list(found.values())


def _unread(folder: Path, present: set[str], key: Path, pattern: str | None) -> dict[Path, FileReport]:
    """Files beside those of other students that cannot be read, whose students have no other."""
    found, none = {}, (*NO_ANSWERS, key.stem.lower())
    for file in sorted(folder.glob("[!.]*")):
        kind, student = file.suffix.lower(), student_of(file, pattern)
        if kind not in ("", *_UNREAD) or not student or student in present or file.stem.lower() in none:
            continue
        if file.is_file() and not _lists(file):
            why, help_ = f"that ends in `{kind}`" if kind else "without an ending", _HELP
            if kind == ".txt":
                why, help_ = "of plain text that names no problem", "write `Problem NAME` on a line above each answer"
            said = Diagnostic("no-problem", f"a file {why} cannot be graded", Source(str(file), ""), help=help_)
            found[file] = FileReport(str(file), (), (said,), student=student)
    return found


def _lists(file: Path) -> bool:
    """Whether a table lists students, as our own and grade books do: that is nobody's answer."""
    if file.suffix.lower() not in (".csv", ".tsv"):
        return False
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return lines.readline().lower().lstrip('"').startswith(("student", "name"))


def _works(folder: Path) -> list[Path]:
    """The files in a folder that are somebody's work."""
    return sorted(Path(place) / name for place, _, names in os.walk(folder) for name in names if is_work(name))


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
    inside = _works(folder)
    if not inside:
        return "is empty" if os.access(folder, os.R_OK | os.X_OK) else "cannot be opened"
    named = ", ".join(
        str(file.relative_to(folder)) + (" (the key itself)" if is_copy(file, key) else "") for file in inside[:_SHOWN]
    )
    more = f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
    return f"holds nothing that can be graded: {named}{more}"

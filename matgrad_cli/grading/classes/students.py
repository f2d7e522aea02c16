"""Who a student is: by the key's pattern on file names, else by the folder, else by the file's own name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def students(files: Sequence[Path], given: Sequence[Path], pattern: str | None) -> list[str]:
    """The student of each file.

    `{student}` of a pattern is the student and `*` is anything, in the file's name, or with `/` also in its folders':
    `{student}_*.toml`, `{student}/hw3.*`. Else, in a folder that was named, it is the folder below it; files that were
    named themselves and lie in several folders are their folders',
    and so are files of one name in several folders that were named; any other file is its own student's.
    """
    folders = [path for path in given if path.is_dir()]
    stems = [{file.stem for file in files if file.parent == folder} for folder in folders]
    alike = sum(map(len, stems)) > len(set().union(*stems))
    named = [path for path in given if not path.is_dir()]
    apart = len({path.parent.resolve() for path in named}) > 1
    return [
        (_by_pattern(file, pattern) if pattern else None) or _by_place(file, folders, alike, apart and file in named)
        for file in files
    ]


def student_of(file: Path, pattern: str | None) -> str | None:
    """Whose a file of a flat folder is that has another ending than an answer;
    None where the pattern says that it is nobody's."""
    return _by_pattern(file.with_suffix(Path(pattern).suffix), pattern) if pattern else file.stem


def _by_pattern(file: Path, pattern: str) -> str | None:
    before, _, after = pattern.partition("{student}")
    one, other = ("[^/]*?".join(map(re.escape, part.split("*"))) for part in (before, after))
    found = re.fullmatch(f"{one}([^/]+?){other}", "/".join(file.resolve().parts[-1 - pattern.count("/") :]), re.DOTALL)
    return found[1] if found else None


def _by_place(file: Path, folders: Sequence[Path], alike: bool, by_folder: bool) -> str:
    for folder in folders:
        if file.is_relative_to(folder):
            inside = file.relative_to(folder).parts
            return inside[0] if len(inside) > 1 else folder.resolve().name if alike else file.stem
    return file.resolve().parent.name if by_folder else file.stem

"""Who a student is: by the key's pattern on file names, else by the folder, else by the file's own name; which of
several files of one student counts, said in each of them; what none of them answers is said once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...diagnostics.record import replace
from ...records.finding import NO_ANSWER, FileReport, ProblemReport, counting


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


_ORDINAL = {"last": "the last answer", "first": "the first answer", "best": "the best answer"}


def with_what_counts(files: Sequence[FileReport]) -> list[FileReport]:
    """The files; a problem that a student answers in several of them says in which one it counts."""
    tries: dict[tuple[str, str], list[tuple[FileReport, ProblemReport]]] = {}
    for file in files:
        for problem in file.problems:
            if file.student and problem.final.code not in NO_ANSWER:
                tries.setdefault((file.student, problem.id), []).append((file, problem))
    said = {}
    for (student, id_), found in tries.items():
        if len(found) > 1:
            at = counting([problem for _, problem in found])
            other = ", ".join(f"`{file.file}`" for number, (file, _) in enumerate(found) if number != at)
            which = _ORDINAL[found[0][1].attempts]
            said[student, id_] = f"of `{student}` {which} counts, that in `{found[at][0].file}`, not that in {other}"

    def told(file: FileReport, problem: ProblemReport) -> ProblemReport:
        which = said.get((file.student, problem.id)) if problem.final.code not in NO_ANSWER else None
        return problem if which is None else replace(problem, warnings=(*problem.warnings, which))

    lacking: set[tuple[str, str]] = set()

    def rows(file: FileReport) -> tuple[ProblemReport, ...]:
        """Its problems; one without an answer only where no file of its student answers it, and there once."""
        missing = {
            (file.student, problem.id)
            for problem in file.problems
            if file.student and problem.final.code == "missing-answer"
        }
        again = {of for of in missing if of in tries or of in lacking}
        lacking.update(missing)
        kept = [problem for problem in file.problems if (file.student, problem.id) not in again]
        return tuple(told(file, problem) for problem in kept or file.problems)

    return [replace(file, problems=rows(file)) for file in files]

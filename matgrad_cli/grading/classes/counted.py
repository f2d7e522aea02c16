"""Which of several files of one student counts, said in each of them; what none of them answers is said once."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics.record import replace
from ...records.finding import NO_ANSWER, FileReport, ProblemReport, counting

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

"""Plain records of a check: what was found on each line, in each problem, in each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ..diagnostics import Diagnostic, Source, Span
from ..diagnostics.record import record

LineVerdict = Literal["follows", "wrong", "unreadable", "undecided", "aside"]
ProblemVerdict = Literal["right", "wrong", "unreadable", "undecided"]
FinalVerdict = Literal["right", "wrong", "missing", "unreadable", "undecided"]
Reveal = Literal["none", "hint", "full"]
Attempts = Literal["last", "best", "first"]
Role = Literal["claim", "definition", "equation", "question", "aside"]
"""What a line does: it claims something; gives a name its value; sets the derivative to zero or goes on from there;
only repeats what was asked, or itself; or says nothing about this problem. Only claims and equations can be judged."""

WORST_FIRST: tuple[ProblemVerdict, ...] = ("wrong", "unreadable", "undecided", "right")


@record
class Finding:
    """A line verdict with its code and evidence. `span` points into the file.

    `number` counts the rows of the derivation from 1; 0 is the statement of the problem itself. `text` is the row as it
    stands in the file; `line` and `column` count in the `cell`, where the file has cells. `holds`: a wrong line that is
    right in itself. `cause` is the code of the slip by which the shapes do not fit: mending it makes the line right.
    """

    number: int
    verdict: LineVerdict
    span: Span
    line: int
    column: int
    code: str | None = None
    diagnostic: Diagnostic | None = None
    notes: tuple[str, ...] = ()
    role: Role = "claim"
    text: str = ""
    cell: int | None = None
    holds: bool = False
    cause: str | None = None

    @property
    def message(self) -> str | None:
        """What is wrong, in one sentence; None for a line that follows."""
        return self.diagnostic.message if self.diagnostic else None

    @property
    def help(self) -> str | None:
        """The checked suggestion, where there is one."""
        return self.diagnostic.help if self.diagnostic else None


@record
class Final:
    """The verdict on the final answer alone, whatever the way to it."""

    verdict: FinalVerdict
    code: str | None = None
    message: str | None = None


NO_ANSWER = ("missing-answer", "no-problem")
"""Codes of a final answer where the file holds none, or none that is known to belong to the problem."""


@record
class ProblemReport:
    """What was found in one problem: its lines, its final answer,
    its score and the rule of the key that gave a part of the points.

    `slip` is the code of the first slip whatever a student may see of it: only the figures of a class count it.
    """

    id: str
    kind: Literal["answer", "derivation", "document", "code"]
    verdict: ProblemVerdict
    final: Final
    lines: tuple[Finding, ...] = ()
    score: float = 0.0
    points: float = 1.0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reveal: Reveal = "full"
    attempts: Attempts = "last"
    credit: str | None = None
    slip: str | None = None

    @property
    def first_wrong(self) -> Finding | None:
        """The first line whose verdict is `wrong`."""
        return next((finding for finding in self.lines if finding.verdict == "wrong"), None)

    @property
    def claims(self) -> tuple[int, int]:
        """How many claims were judged, and how many there are; an answer is one."""
        if self.kind == "answer":
            return int(self.verdict in ("right", "wrong")), int(self.final.code not in NO_ANSWER)
        found = [finding for finding in self.lines if finding.number and finding.role in ("claim", "equation")]
        return sum(finding.verdict in ("follows", "wrong") for finding in found), len(found)

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings that have something to say, in the order of the lines."""
        return tuple(finding for finding in self.lines if finding.verdict not in ("follows", "aside"))


@record
class FileReport:
    """What was found in one file, and whose it is. `diagnostics` are about the file itself: its keys, its markup."""

    file: str
    problems: tuple[ProblemReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    source: Source | None = None
    student: str = ""

    @property
    def broken(self) -> bool:
        """Whether something in the file itself keeps it from being read."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    @property
    def verdict(self) -> ProblemVerdict:
        """The worst verdict of the problems; a file that could not be read is `unreadable`."""
        verdicts: list[ProblemVerdict] = [problem.verdict for problem in self.problems]
        if self.broken:
            verdicts.append("unreadable")
        return worst(verdicts)

    @property
    def score(self) -> float:
        """The points reached."""
        return sum(problem.score for problem in self.problems)

    @property
    def points(self) -> float:
        """The points there were to reach."""
        return sum(problem.points for problem in self.problems)


Counted = tuple[FileReport, ProblemReport]


def counting(tries: Sequence[ProblemReport]) -> int:
    """Which of several tries at one problem counts, as `attempts` says; of equally good ones the last."""
    answered = [at for at, problem in enumerate(tries) if problem.final.code not in NO_ANSWER] or [len(tries) - 1]
    attempts = tries[answered[0]].attempts
    if attempts == "best":
        return max(answered, key=lambda at: (tries[at].score, tries[at].verdict == "right", at))
    return answered[0 if attempts == "first" else -1]


@record
class Report:
    """What was found in all files. `skipped` are files of a folder that are hidden, or hold nothing to check.

    `asked` are the problems of the key with their points, None without a key; `diagnostics` are about the key.
    """

    files: tuple[FileReport, ...]
    skipped: tuple[str, ...] = ()
    asked: tuple[tuple[str, float], ...] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def keyed(self) -> bool:
        """Whether a key asked for the answers."""
        return self.asked is not None

    @property
    def of_one_student(self) -> tuple[Counted, ...]:
        """The problems of all files as one student's: under a key each once."""
        return self._counted(self.files)

    @property
    def students(self) -> dict[str, tuple[Counted, ...]]:
        """What counts of each student's files, problem by problem. A file that is nobody's has no row."""
        files: dict[str, list[FileReport]] = {}
        for file in self.files:
            if self.keyed and not file.student:
                continue
            files.setdefault(file.student or file.file, []).append(file)
        return {student: self._counted(theirs) for student, theirs in files.items()}

    def _counted(self, files: Iterable[FileReport]) -> tuple[Counted, ...]:
        found = [(file, problem) for file in files for problem in file.problems]
        tries: dict[object, list[Counted]] = {}
        for number, one in enumerate(found):
            tries.setdefault(one[1].id if self.keyed else number, []).append(one)
        return tuple(several[counting([problem for _, problem in several])] for several in tries.values())

    @property
    def verdict(self) -> ProblemVerdict:
        """The worst verdict of the files."""
        return worst([file.verdict for file in self.files])

    @property
    def exit_code(self) -> int:
        """The first of 1 (wrong), 3 (unreadable), 4 (undecided), 0 (right) that applies."""
        return {"wrong": 1, "unreadable": 3, "undecided": 4, "right": 0}[self.verdict]


def worst(verdicts: list[ProblemVerdict]) -> ProblemVerdict:
    """Wrong before unreadable before undecided before right; nothing at all is right."""
    return min(verdicts, key=WORST_FIRST.index, default="right")

"""What kind of slip makes a line wrong. A cause is named where a repaired line was proposed, judged, and holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...diagnostics import Span
from ...diagnostics.record import record
from ...ir import Expr
from ..bench import Bench
from .repair import CAUSES, Repair
from .terms import shown


@dataclass(frozen=True, slots=True)
class Slip:
    """A kind of slip: its code, what is wrong, the evidence, a checked suggestion, and the place or the part at fault where it is known.

    A code that names a cause has its repair: the line as it would be right, which was judged. `holds`: the line is right in itself.
    """

    code: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None
    span: Span | None = None
    part: Expr | None = None
    repair: Repair | None = None
    holds: bool = False

    def __post_init__(self) -> None:
        if self.code in CAUSES and self.repair is None:
            raise ValueError(f"{self.code} names a cause whose repair was not judged")


@record
class Trial:
    """A slip that may have been made: its code, the line without it, what would be wrong, and in words what mends it."""

    code: str
    line: Expr
    message: str
    words: str
    notes: tuple[str, ...] = ()
    span: Span | None = None
    part: Expr | None = None

    def slip(self, repair: Repair) -> Slip:
        """The slip, now that the repaired line was judged; that line is what is printed."""
        return Slip(self.code, self.message, self.notes, f"{self.words}: `{shown(self.line)}`", self.span, self.part, repair)


def holding(bench: Bench, needed: Expr, trials: Iterable[Trial]) -> Iterator[Slip]:
    """The first of the trials whose line is what is needed."""
    for trial in trials:
        repair = bench.repair(needed, trial.line)
        if repair is not None:
            yield trial.slip(repair)
            return


@record
class Misrule:
    """A wrong rule that may have been used: what the line before becomes under it, what would be wrong, and in words what mends it."""

    code: str
    line: Expr
    message: str
    words: str


def reproduced(bench: Bench, before: Expr, after: Expr, reference: Expr | None, rules: Iterable[Misrule]) -> Iterator[Slip]:
    """The first of the wrong rules that leads exactly to this line. The repair is what the line before implies."""
    for rule in rules:
        if bench.equal(rule.line, after):
            repair = bench.repair(before, before if reference is None else reference)
            if repair is not None:
                words = rule.words if reference is None else f"{rule.words}: `{shown(reference)}`"
                yield Slip(rule.code, rule.message, help=words, repair=repair)
                return

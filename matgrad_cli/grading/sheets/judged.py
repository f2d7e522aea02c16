"""What became of a row of a document, and sentences that say why."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics.record import record
from ...records.finding import LineVerdict, Role
from ..begin import Begun
from ..chain import RowResult
from ..lines.shape_said import misfit_in_words
from .other_functions import of_form
from .passing import SET_TO_ZERO
from .rows import Line

EQUATION_OF_GRADIENT = "an equation that may set the gradient to zero"
AFTER_OPEN = "it comes after a line that was not judged, and may follow from it"
NO_IDENTITY = "an equation, which does not always hold"
STEP = ("read as a step of a descent, which goes against the gradient",)
CONDITION = "a condition"
LABELLED = "an equation behind what names it"
FALSE_FACT = "a fact in letters of its own, which does not hold as it stands"
GIVEN = "what a given name stands for"


@record
class Judged:
    """What became of a row; `why` says of an aside what it is."""

    line: Line
    verdict: LineVerdict
    role: Role
    result: RowResult | None = None
    notes: tuple[str, ...] = ()
    why: str = ""
    by_matrix: bool = False

    @property
    def apart(self) -> bool:
        """Whether it is open for what it is the derivative of alone, so that the next row is judged from its end."""
        return self.verdict == "undecided" and self.result is not None and self.result.apart

    @property
    def ends_in_zero(self) -> bool:
        """Whether it sets something to zero: what goes on from it is no value of that."""
        return SET_TO_ZERO.search(self.line.text) is not None

    @property
    def unfit(self) -> bool:
        """Whether it is wrong by its form alone."""
        return self.verdict == "wrong" and self.result is not None and of_form(self.result)


def said_otherwise(line: Line, result: RowResult, readers: Sequence[Begun]) -> str | None:
    """Why the words behind a value, `which is a d × k matrix`, are not true of it."""
    last = result.outcomes[-1].read if result.outcomes and result.role != "definition" else None
    if last is None or last.expr is None or not readers:
        return None
    slip = misfit_in_words(last.expr, line.formula.after, readers[0].around)
    return slip.message if slip is not None else None

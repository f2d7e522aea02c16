"""What is wrong with an equation: the first cause whose repaired line holds at the solutions and says something
there."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics.record import replace
from ...verify.solving.unknowns import Equation
from ..chain import Outcome
from ..lines.kinds import is_zero
from ..lines.reading import Read
from ..slips.case import Case
from ..slips.catalogue import EDITS, LOST_TERMS, POWERS, TERMS, WHOLE
from ..slips.causes import Slip
from ..slips.diagnose import span_of
from ..slips.kind import first
from .solved import SolvedBench

NO_EQUATION = "this does not hold where the line before holds"


def slip_of_equation(bench: SolvedBench, equation: Equation, before: Equation | None, found: Read) -> Slip:
    """The slip of an equation that does not hold at the points of the bench;
    `before` is the equation that it should follow from."""
    slip = next((slip for slip in _causes(bench, equation, before) if slip is not None), None)
    if slip is None:
        return Slip("differs", NO_EQUATION)
    if slip.part is not None and slip.span is None:
        slip = replace(slip, span=span_of(found, slip.part))
    return replace(slip, notes=(*slip.notes, NO_EQUATION))


def placed(outcome: Outcome, before: Read | None) -> Outcome:
    """An outcome whose slip stands on the side before the sign: where its part is,
    or where this side is a bare zero."""
    slip, after = outcome.slip, outcome.read.expr if outcome.read is not None else None
    if slip is None or slip.span is not None or outcome.role != "equation" or before is None or after is None:
        return outcome
    span = span_of(before, slip.part) if slip.part is not None else None
    if span is None and is_zero(after):
        span = before.side.span
    return replace(outcome, slip=replace(slip, span=span))


def _causes(bench: SolvedBench, equation: Equation, before: Equation | None) -> Iterator[Slip | None]:
    """A slip on the right or on the left; a zero on the right is no slip."""
    one, other = equation
    zero = is_zero(other)
    right, left = Case(bench, one, other, earlier=before), Case(bench, other, one, earlier=before)
    if not zero:
        yield first(right, (*WHOLE, *TERMS))
    yield first(left, TERMS)
    yield first(left if zero else right, LOST_TERMS)
    if not zero:
        yield first(right, (*EDITS, *POWERS))
    yield first(left, (*EDITS, *POWERS))

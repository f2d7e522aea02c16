"""What is wrong with an equation: the first cause whose repaired line holds at the solutions and says something there."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics.record import replace
from ...ir import add, mul, sub
from ...verify.solving.system import Equation
from ..lines.kinds import is_zero
from ..lines.reading import Read
from ..slips.causes import Slip, Trial, holding
from ..slips.edits import edits
from ..slips.terms import levels_of, shown
from ..slips.terms_off import term_slips, whole_factor
from .solved import SolvedBench

NO_EQUATION = "this does not hold where the line before holds"


def slip_of_equation(bench: SolvedBench, equation: Equation, before: Equation | None, found: Read) -> Slip:
    """The slip of an equation that does not hold at the points of the bench; `before` is the equation that it should follow from."""
    slip = next(_causes(bench, equation, before), None)
    if slip is None:
        return Slip("differs", NO_EQUATION)
    if slip.part is not None and slip.span is None and (span := found.spans.get(slip.part)) is not None:
        slip = replace(slip, span=span)
    return replace(slip, notes=(*slip.notes, NO_EQUATION))


def _causes(bench: SolvedBench, equation: Equation, before: Equation | None) -> Iterator[Slip]:
    one, other = equation
    if not is_zero(other):
        yield from whole_factor(bench, one, other, bench.ratio(other, one))
        yield from term_slips(bench, one, other, None)
    yield from term_slips(bench, other, one, None)
    if before is not None:
        yield from holding(bench, other if is_zero(other) else one, _lost_terms(bench, equation, before))
    if not is_zero(other):
        yield from holding(bench, one, edits(other))
    yield from holding(bench, other, edits(one))


def _lost_terms(bench: SolvedBench, equation: Equation, before: Equation) -> Iterator[Trial]:
    """A term of the line before, times a constant, is missing on the right, or on the left of a zero: a regulariser, a multiplier."""
    one, other = equation
    zero = is_zero(other)
    for term in dict.fromkeys(term for side in before for terms in levels_of(side) for term in terms):
        factor = bench.ratio(sub(other, one) if zero else sub(one, other), term) if term.shape is one.shape else None
        if factor is not None and factor.constant != 0:
            lost = term if factor.constant == 1 else mul(factor.expr, term)
            yield Trial("dropped-term", add(one if zero else other, lost), f"the term `{shown(term)}` of the line before is lost", "write")

"""The Hessian by differentials: d(∇L) = … = H dx, hence ∇²L = H."""

from __future__ import annotations

from ...diagnostics import StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Differential, MatrixOf, Partial, substitute
from ...ir.terms import UNIT
from ...ir.walk import fresh_index, names_in
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..closing import finish
from ..engine.application import reserved_names
from ..engine.moving import d
from ..engine.recorder import Recorder
from ..index.method import Target, target_of
from .arrays import tidied_front
from .differential import derive_differential
from .mover import Runner
from .stacked import to_front


def derive_second(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """The second derivative of a number by a column or a number, through the gradient that was found first."""
    wrt, number = problem.wrt, problem.wrt.shape.is_number
    if not problem.loss.shape.is_number or not (number or wrt.shape.is_column):
        said = "the Hessian by differentials is that of a number by a column"
        raise StuckError.coded("stuck", said, help="`--method index` gives the others by their entries")
    # A fact about the variable holds at the point, not along the direction of the second derivative.
    unbound = replace(problem, facts=tuple(fact for fact in problem.facts if fact.symbol is not wrt))
    first = derive_differential(unbound, book, judge, "gradient")
    gradient = first.result.matrix
    assert gradient is not None
    while names := names_in(gradient):
        gradient = substitute(gradient, {named: named.body for named in names})
    place = None if number else fresh_index(wrt.shape.rows, reserved_names(problem))
    pending = Partial(problem.loss, wrt, place, None)
    start, moved = (
        Differential(pending if place is None else MatrixOf(place, None, pending), wrt),
        Differential(wrt, wrt),
    )
    of_gradient = replace(unbound, loss=gradient)
    recorder = Recorder(of_gradient, book, judge, start)
    recorder.told("gradient-first", d(gradient, moved), first.steps, (("gradient", gradient),))
    runner = Runner(recorder, "differential")
    runner.run("differentiate")
    front = tidied_front(recorder, to_front(runner))
    whole = Recorder(problem, book, judge, recorder.line, recorder.steps)
    entry, letters = first.result.entry, first.result.letters
    outer = target_of(UNIT, wrt, {*reserved_names(problem)} | {letter.name for letter in letters})
    target = Target(entry, wrt, letters, outer.row, outer.col)
    return finish(whole, start, front, "differential", layout, "read-jacobian", target, 2, in_front=True)

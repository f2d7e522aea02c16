"""The differential method: d through everything, one rotation under the trace at a time, until tr(Gᵀ dX); then G is read off."""

from __future__ import annotations

from ...diagnostics import StuckError
from ...facts import Problem
from ...ir import Expr, Fill, Number
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from ..naming import name_parts
from ..network.algebra import flip
from .differentials import Moving
from .ending import finish, paired_with, tidy_under
from .forms import TraceForm
from .forward import derive_forward, fits
from .frechet import derive_change
from .pull import Term
from .sweep import Sweep, whole_of


def derive_differential(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dL = … = tr(Gᵀ dX), hence ∇L = G. In a layout that turns the derivative round, dL = tr(J dX), hence the derivative is J."""
    if fits(problem):
        try:
            return derive_forward(problem, book, judge, layout)
        except StuckError:  # no single factor stands in front of dx: the result is stated by its entries
            return derive_change(problem, book, judge, layout)
    if not problem.loss.shape.is_number:
        return derive_change(problem, book, judge, layout)
    taken = reserved_names(problem)
    moving = Moving(problem.wrt, Scene(problem, book), "differential")
    start = moving.d(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    loss, names = name_parts(problem.loss, problem.wrt, taken)
    if names:
        recorder.move("name-part", moving.d(loss), (("name", ", ".join(named.name for named in names)),))
    sweep = Sweep(recorder, TraceForm(), moving, [Term((), None, moving.d(loss))], taken)
    sweep.run()
    turned = is_turned(layout, problem.loss.shape, problem.wrt.shape)
    derivative = last_lines(recorder, sweep, turned)
    return finish(recorder, start, derivative, "differential", layout, "read-differential-turned" if turned else "read-differential")


def last_lines(recorder: Recorder, sweep: Sweep, turned: bool) -> Expr:
    """Everything beside dX in one factor, in textbook form."""
    variable, moved = sweep.moving.variable, sweep.moving.d(sweep.moving.variable)
    if not sweep.terms:
        return Fill(0, variable.shape.transposed if turned else variable.shape) if not variable.shape.is_number else Number(0)
    gradient = whole_of(sweep.terms[0])
    derivative = flip(gradient) if turned else gradient

    def line_of(found: Expr) -> Expr:
        return paired_with(found, moved, turned)

    recorder.move("differential-form", line_of(derivative), (("G", derivative),))
    return tidy_under(recorder, derivative, line_of, sweep.own)

"""The differential method: d through everything, one rotation under the trace at a time, until tr(Gᵀ dX); then G is read off."""

from __future__ import annotations

from ...diagnostics import StuckError
from ...facts import Problem
from ...ir import Expr
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene, zero_of
from ..engine.moving import holds_pending
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..index.method import reserved_names
from ..layouts import change_layout
from ..named_steps import record_names
from ..naming import name_parts
from .beside import gradient_in, paired
from .differentials import Moving
from .ending import finish, tidy_under
from .forward import derive_forward, fits
from .frechet import derive_change
from .walk import Walk


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
    _, names = name_parts(problem.loss, problem.wrt, taken)
    if names:
        record_names(recorder, names)
    walk = Walk(recorder, moving, taken)
    walk.run()
    gradient = last_lines(recorder, walk)
    if is_turned(layout, problem.loss.shape, problem.wrt.shape):
        gradient = flip(gradient)
        change_layout(recorder, layout, problem.loss.shape, problem.wrt.shape)
        return finish(recorder, start, gradient, "differential", layout, "read-differential-turned")
    return finish(recorder, start, gradient, "differential", layout, "read-differential")


def last_lines(recorder: Recorder, walk: Walk) -> Expr:
    """Everything beside dX in one factor, in textbook form."""
    variable, moved = walk.moving.variable, walk.moving.d(walk.moving.variable)
    if not holds_pending(recorder.line):
        return zero_of(variable)
    return tidy_under(recorder, gradient_in(recorder.line), lambda found: paired(found, moved), walk.own)

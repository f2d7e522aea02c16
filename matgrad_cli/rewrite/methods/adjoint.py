"""The adjoint method: the Fréchet derivative H ↦ DL[H], each linear map moved to the other side of ⟨·,·⟩ as its adjoint."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Call, Expr, LinearMap, Symbol, mul
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene, zero_of
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..index.method import reserved_names
from ..layouts import change_layout
from ..named_steps import record_names
from ..naming import fresh_name, name_parts
from .beside import gradient_in
from .differentials import Moving
from .ending import finish, tidy_under
from .frechet import derive_map
from .walk import Walk


def derive_adjoint(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """(H ↦ DL[H]) = … = (H ↦ ⟨G, H⟩), hence ∇L = G."""
    if not problem.loss.shape.is_number:
        return derive_map(problem, book, judge, layout)
    taken = reserved_names(problem)
    direction = Symbol(fresh_name("H" if problem.wrt.shape.is_matrix else "h", taken), problem.wrt.shape)
    moving = Moving(problem.wrt, Scene(problem, book, direction=direction), "adjoint", direction)
    start = LinearMap(direction, moving.d(problem.loss))
    recorder = Recorder(problem, book, judge, start)
    _, names = name_parts(problem.loss, problem.wrt, taken)
    if names:
        record_names(recorder, names)
    walk = Walk(recorder, moving, taken)
    walk.run()
    gradient = _last_lines(recorder, walk, direction)
    if is_turned(layout, problem.loss.shape, problem.wrt.shape):
        gradient = flip(gradient)
        change_layout(recorder, layout, problem.loss.shape, problem.wrt.shape)
        return finish(recorder, start, gradient, "adjoint", layout, "read-map-turned")
    return finish(recorder, start, gradient, "adjoint", layout, "read-map")


def _last_lines(recorder: Recorder, walk: Walk, direction: Symbol) -> Expr:
    """H ↦ ⟨G, H⟩ with G in textbook form."""
    if direction not in recorder.line.symbols:
        return zero_of(direction)

    def line_of(found: Expr) -> Expr:
        return LinearMap(direction, mul(found, direction) if direction.shape.is_number else Call("inner", found, direction))

    return tidy_under(recorder, gradient_in(recorder.line), line_of, walk.own)

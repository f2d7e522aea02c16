"""The differential and the adjoint method: one walk from d(loss) to what stands beside d(X), written as tr(Gᵀ dX) or as ⟨G, H⟩."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Call, Expr, LinearMap, Symbol, mul
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from ..naming import fresh_name
from .arrays import derive_forward, derive_map
from .beside import paired
from .unfolding import Moving
from .walk import by_walk


def derive_differential(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dL = … = tr(Gᵀ dX), hence ∇L = G. In a layout that turns the derivative round, dL = tr(J dX), hence the derivative is J."""
    if not problem.loss.shape.is_number:
        return derive_forward(problem, book, judge, layout)
    taken = reserved_names(problem)
    moving = Moving(problem.wrt, Scene(problem, book), "differential")
    start = moving.d(problem.loss)
    moved = moving.d(problem.wrt)
    return by_walk(Recorder(problem, book, judge, start), moving, taken, lambda found: paired(found, moved), layout, "read-differential")


def derive_adjoint(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """(H ↦ DL[H]) = … = (H ↦ ⟨G, H⟩), hence ∇L = G."""
    taken = reserved_names(problem)
    direction = Symbol(fresh_name("H" if problem.wrt.shape.is_matrix else "h", taken), problem.wrt.shape)
    moving = Moving(problem.wrt, Scene(problem, book, direction=direction), "adjoint", direction)
    recorder = Recorder(problem, book, judge, LinearMap(direction, moving.d(problem.loss)))
    if not problem.loss.shape.is_number:
        return derive_map(recorder, moving, taken, layout)

    def line_of(found: Expr) -> Expr:
        return LinearMap(direction, mul(found, direction) if direction.shape.is_number else Call("inner", found, direction))

    return by_walk(recorder, moving, taken, line_of, layout, "read-map")

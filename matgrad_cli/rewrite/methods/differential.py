"""The differential method: d through everything, one rotation under the trace at a time, until tr(Gᵀ dX); then G is read off."""

from __future__ import annotations

from ...facts import Problem
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from .beside import paired
from .differentials import Moving
from .forward import derive_forward
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

"""The adjoint method: the Fréchet derivative H ↦ DL[H], each linear map moved to the other side of ⟨·,·⟩ as its adjoint."""

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
from .differentials import Moving
from .frechet import derive_map
from .walk import by_walk


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

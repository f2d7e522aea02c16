"""The differential and the adjoint method: one walk from d(loss) to what stands beside d(X), written as tr(Gᵀ dX)
or as ⟨G, H⟩."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Call, Differential, Expr, LinearMap, Symbol, mul
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.moving import d
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from ..naming import fresh_name
from .arrays import derive_forward, derive_map
from .beside import paired
from .mover import Runner
from .walk import Walk


def derive_differential(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dL = … = tr(Gᵀ dX), hence ∇L = G. In a layout that turns the derivative round, dL = tr(J dX),
    hence the derivative is J."""
    if not problem.loss.shape.is_number:
        return derive_forward(problem, book, judge, layout)
    start, moved = (Differential(part, problem.wrt) for part in (problem.loss, problem.wrt))
    walk = Walk(Recorder(problem, book, judge, start), "differential", reserved_names(problem))
    return walk.derivation(lambda found: paired(found, moved), layout, "read-differential")


def derive_adjoint(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """(H ↦ DL[H]) = … = (H ↦ ⟨G, H⟩), hence ∇L = G."""
    taken = reserved_names(problem)
    direction = Symbol(fresh_name("H" if problem.wrt.shape.is_matrix else "h", taken), problem.wrt.shape)
    start = LinearMap(direction, d(problem.loss, Differential(problem.wrt, problem.wrt, direction)))
    recorder = Recorder(problem, book, judge, start, direction=direction)
    if not problem.loss.shape.is_number:
        return derive_map(Runner(recorder, "adjoint", taken), layout)

    def line_of(found: Expr) -> Expr:
        return LinearMap(
            direction, mul(found, direction) if direction.shape.is_number else Call("inner", found, direction)
        )

    return Walk(recorder, "adjoint", taken).derivation(line_of, layout, "read-map")

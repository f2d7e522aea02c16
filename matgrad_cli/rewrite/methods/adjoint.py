"""The adjoint method: the Fréchet derivative H ↦ DL[H], each linear map moved to the other side of ⟨·,·⟩ as its adjoint."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Call, Expr, Fill, LinearMap, Number, Symbol, mul
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import Scene
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from ..naming import fresh_name, name_parts
from ..network.algebra import flip
from .differentials import Moving
from .ending import finish, paired_with, tidy_under
from .forms import InnerForm
from .frechet import derive_map
from .pull import Term
from .sweep import Sweep, whole_of


def derive_adjoint(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """(H ↦ DL[H]) = … = (H ↦ ⟨G, H⟩), hence ∇L = G."""
    if not problem.loss.shape.is_number:
        return derive_map(problem, book, judge, layout)
    taken = reserved_names(problem)
    direction = Symbol(fresh_name("H" if problem.wrt.shape.is_matrix else "h", taken), problem.wrt.shape)
    form = InnerForm(problem.wrt, direction, (fresh_name("K", taken), fresh_name("k", taken)))
    moving = Moving(problem.wrt, Scene(problem, book), "adjoint", direction)
    start = LinearMap(direction, moving.d(problem.loss))
    recorder = Recorder(problem, book, judge, start)
    loss, names = name_parts(problem.loss, problem.wrt, taken)
    if names:
        recorder.move("name-part", LinearMap(direction, moving.d(loss)), (("name", ", ".join(named.name for named in names)),))
    sweep = Sweep(recorder, form, moving, [Term((), None, moving.d(loss))], taken)
    sweep.run()
    gradient = _last_lines(recorder, sweep, direction)
    if is_turned(layout, problem.loss.shape, problem.wrt.shape):
        gradient = flip(gradient)
        recorder.move("change-layout", LinearMap(direction, paired_with(gradient, direction, True)), (("layout", layout),))
        return finish(recorder, start, gradient, "adjoint", layout, "read-map-turned")
    return finish(recorder, start, gradient, "adjoint", layout, "read-map")


def _last_lines(recorder: Recorder, sweep: Sweep, direction: Symbol) -> Expr:
    """H ↦ ⟨G, H⟩ with G in textbook form."""
    if not sweep.terms:
        return Fill(0, direction.shape) if not direction.shape.is_number else Number(0)
    gradient = whole_of(sweep.terms[0])

    def line_of(found: Expr) -> Expr:
        return LinearMap(direction, mul(found, direction) if direction.shape.is_number else Call("inner", found, direction))

    recorder.move("inner-form", line_of(gradient), (("G", gradient),))
    return tidy_under(recorder, gradient, line_of, sweep.own)

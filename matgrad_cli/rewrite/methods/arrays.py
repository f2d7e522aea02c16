"""A loss that is no number: dF = F′ dt, d f = J dx, vec(dF) = J vec(dX), what moves carried to the end by rules,
without a trace; and the Fréchet derivative, the linear map H ↦ DF[H], with its adjoint under ⟨A, B⟩ = tr(AᵀB)."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Call, Differential, Expr, LinearMap, Symbol, add, mul
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..closing import closed, finish, tidied
from ..engine.moving import d
from ..engine.recorder import Recorder
from ..forms.algebra import zero
from ..naming import fresh_name
from ..textbook.simplifier import textbook
from .beside import paired, whole_of
from .mover import Runner, carried
from .stacked import change_of, in_front


def derive_forward(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dF = … = F′ dt, hence ∂F/∂t = F′; d f = … = J dx, hence ∂f/∂x = J;
    vec(dF) = … = J vec(dX), which holds all partial derivatives."""
    from ..derive import first_order

    moved, numbers = Differential(problem.wrt, problem.wrt), problem.wrt.shape.is_number
    start = change_of(problem)
    recorder, front = in_front(problem, book, judge) or (None, None)
    if recorder is None:  # no single factor stands in front of what moves: the result is stated by its entries
        start = d(problem.loss, moved)
        recorder = Recorder(problem, book, judge, start)
        Runner(recorder, "differential").run("differentiate")
    if front is None or not (numbers or (problem.loss.shape.is_column and problem.wrt.shape.is_column)):
        other = first_order(problem, book, judge, layout)
        said = (("line", recorder.line), ("dX", moved))
        return closed(recorder, start, "differential", layout, "read-change", said, other.result, other.readoff.verdict)

    front = tidied_front(recorder, front)
    return finish(recorder, start, front, "differential", layout, "read-jacobian", in_front=True)


def tidied_front(recorder: Recorder, front: Expr) -> Expr:
    """What stands in front of the change of a number or a column, in textbook form, where the line is these two."""
    moved = Differential(recorder.problem.wrt, recorder.problem.wrt)

    def line_of(found: Expr) -> Expr:
        return paired(found, moved, True)

    return tidied(recorder, front, line_of) if line_of(front) is recorder.line else front


# ---- the linear map --------------------------------------------------------------------------------------------------


def derive_map(runner: Runner, layout: str) -> Derivation:
    """(H ↦ DF[H]) layer by layer; the result is stated by the entries of the map."""
    from ..derive import first_order

    recorder, direction = runner.recorder, runner.direction
    problem, start = recorder.problem, recorder.line
    runner.run("differentiate")
    back = Symbol(fresh_name("K" if problem.loss.shape.is_matrix else "k", runner.taken), problem.loss.shape)
    adjoint = _adjoint(runner, back)
    line = recorder.line
    assert isinstance(line, LinearMap)
    assert isinstance(direction, Symbol)
    other = first_order(problem, recorder.rules, recorder.judge, layout)
    number = direction.shape.is_number
    paired_with = mul(adjoint, direction) if number else Call("inner", adjoint, direction)  # ⟨K, DF[H]⟩ = ⟨D*F[K], H⟩
    verdicts = (recorder.judge.compare(Call("inner", back, line.body), paired_with), other.readoff.verdict)
    verdict = next((one for one in verdicts if not one.holds), other.readoff.verdict)
    said = (("line", line), ("adjoint", LinearMap(back, adjoint)))
    return closed(recorder, start, "adjoint", layout, "read-frechet", said, other.result, verdict)


def _adjoint(runner: Runner, back: Symbol) -> Expr:
    """What the adjoint makes of `back`."""
    problem = runner.scene.problem
    if problem.wrt not in problem.loss.symbols:
        return zero(problem.wrt.shape)
    move = runner.total(problem.loss)
    terms = [] if move is None else carried((), back, move, runner.scene)
    if move is None or any(term.move not in (runner.direction, runner.d(problem.wrt)) for term in terms):
        raise runner.stuck(problem.loss)
    return textbook(add(*(whole_of(term.numbers, term.gradient) for term in terms)), problem)

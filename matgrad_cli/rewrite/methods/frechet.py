"""The Fréchet derivative of a vector or matrix function: the linear map H ↦ DF[H], and its adjoint under ⟨A, B⟩ = tr(AᵀB)."""

from __future__ import annotations

from ...ir import Call, Expr, LinearMap, Symbol, add, mul
from ...records import Derivation
from ...verify.judge import Judge
from ...verify.verdict import Verdict
from ..closing import closed
from ..engine.recorder import Recorder
from ..forms.algebra import zero
from ..naming import fresh_name
from ..textbook.simplifier import textbook
from .differentials import Moving
from .forward import unfold_all
from .parts import total
from .walk import carried


def derive_map(recorder: Recorder, moving: Moving, taken: set[str], layout: str) -> Derivation:
    """(H ↦ DF[H]) layer by layer; the result is stated by the entries of the map."""
    from ..derive import first_order

    problem, start, direction = recorder.problem, recorder.line, moving.direction
    unfold_all(recorder, moving)
    back = Symbol(fresh_name("K" if problem.loss.shape.is_matrix else "k", taken), problem.loss.shape)
    adjoint = _adjoint(recorder, moving, back)
    line = recorder.line
    assert isinstance(line, LinearMap)
    assert isinstance(direction, Symbol)
    other = first_order(problem, recorder.rules, layout, recorder.judge)
    verdicts = (_checked(recorder.judge, line.body, back, adjoint, direction), other.readoff.verdict)
    verdict = next((one for one in verdicts if not one.holds), other.readoff.verdict)
    said = (("line", line), ("adjoint", LinearMap(back, adjoint)))
    return closed(recorder, start, "adjoint", layout, "read-frechet", said, other.result, verdict)


def _adjoint(recorder: Recorder, moving: Moving, back: Symbol) -> Expr:
    """What the adjoint makes of `back`."""
    loss = recorder.problem.loss
    if not moving.active(loss):
        return zero(moving.variable.shape)
    move = moving.d(loss) if loss is moving.variable else total(loss, moving)
    if move is None:
        raise recorder.unknown(loss)
    terms = carried((), back, move, moving.scene)
    if any(term.move not in (moving.direction, moving.d(moving.variable)) for term in terms):
        raise recorder.unknown(loss)
    return textbook(add(*(term.whole for term in terms)), recorder.problem)


def _checked(judge: Judge, image: Expr, back: Symbol, adjoint: Expr, direction: Symbol) -> Verdict:
    """Whether ⟨K, DF[H]⟩ = ⟨adjoint of K, H⟩."""
    left: Expr = Call("inner", back, image)
    right: Expr = mul(adjoint, direction) if direction.shape.is_number else Call("inner", adjoint, direction)
    return judge.compare(left, right)

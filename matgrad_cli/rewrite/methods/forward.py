"""Vectors by a vector, and arrays by a number: d f = J dx is read off without a trace, d F = F′ dt by taking dt out."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Differential, Expr, Mul, Number, Shape, matmul, mul, nodes_of
from ...records import Bindings, Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..closing import finish, none, tidied
from ..engine.application import Scene, Site, apply, native, settled
from ..engine.application import holds_pending as moves
from ..engine.recorder import Recorder
from ..forms.algebra import flip, zero
from .differentials import Moving, unfold
from .parts import jacobian

MAX_LINES = 500


def fits(problem: Problem) -> bool:
    """Whether the derivative has at most two sides and needs no trace: an array by a number, a column by a column."""
    loss, wrt = problem.loss.shape, problem.wrt.shape
    return not loss.is_number and (wrt.is_number or (loss.is_column and wrt.is_column))


def derive_forward(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """d f = … = J dx, hence ∂f/∂x = J; or dF = … = F′ dt, hence ∂F/∂t = F′."""
    moving = Moving(problem.wrt, Scene(problem, book), "differential")
    start = moving.d(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    unfold_all(recorder, moving)
    moved = moving.d(problem.wrt)
    if factor(recorder.line, moved) is None:
        raise recorder.unknown(recorder.line)
    recorder.record(apply(book.rule("differential-factor"), recorder.line, ((),), recorder.scene))
    derivative = factor(recorder.line, moved)
    assert derivative is not None

    def line_of(found: Expr) -> Expr:
        return mul(found, moved) if moved.shape.is_number else matmul(found, moved)

    derivative = tidied(recorder, derivative, line_of, none)
    if is_turned(layout, problem.loss.shape, problem.wrt.shape):
        return finish(recorder, start, flip(derivative), "differential", layout, "read-jacobian-turned")
    return finish(recorder, start, derivative, "differential", layout, "read-jacobian")


def unfold_all(recorder: Recorder, moving: Moving) -> None:
    """Layer after layer, until only what moves is pending."""
    for _ in range(MAX_LINES):
        if not unfold(recorder, moving, (node for node in nodes_of(recorder.line) if isinstance(node, Differential))):
            break


def factor(line: Expr, moved: Expr) -> Expr | None:
    """What stands in front of dx, or beside dt, in a line that is linear in it; None where no single factor does."""
    if not moves(line):
        return zero(line.shape if moved.shape.is_number else Shape(line.shape.rows, moved.shape.rows))
    if moved.shape.is_number:
        return beside(line, moved)
    assert isinstance(moved, Differential)
    return jacobian(line, moved)


@native("differential-factor")
def factored(site: Site) -> tuple[Expr, Bindings] | None:
    """A dx + B dx as (A + B) dx."""
    variable = site.scene.problem.wrt
    moved = Differential(variable, variable)
    found = factor(site.node, moved)
    if found is None:
        return None
    return (mul(found, moved) if moved.shape.is_number else matmul(found, moved)), (("G", found), ("dX", moved))


def beside(line: Expr, moved: Expr) -> Expr:
    """What stands beside dt in an expression that is linear in it."""
    if line is moved:
        return Number(1)
    if not moves(line):
        return line
    if isinstance(line, Mul) and moved in line.factors:
        return mul(*(factor for factor in line.factors if factor is not moved))
    return settled(line, tuple(beside(child, moved) for child in line.children))

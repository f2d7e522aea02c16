"""Plain records of an optimum: the gradient, the equations from it to the solution, their conditions,
what kind of point it is."""

from __future__ import annotations

from typing import Literal

from ..diagnostics.record import record
from ..facts import Problem
from ..ir import Call, Entry, Expr, Inverse, MatMul, MatrixOf, Pair, Symbol
from ..verify.solving.spectrum import Spectral
from ..verify.verdict import Kind, Verdict, weakest
from .derivation import Bindings, Derivation, Sentence

Equation = tuple[Expr, Expr]
Goal = Literal["minimum", "maximum"]
"""Which of several solutions is asked for."""
PointKind = Literal["minimum", "maximum", "saddle", "minima", "maxima", "unknown"]
"""`minima`: no direction leads down, and some lead nowhere: there are many minima."""


@record
class Move:
    """One rule applied to an equation: the line before and after, what had to be supposed,
    whether both have the same solutions.

    `bindings` hold what it takes to run the rule again: the letters of the rule, the `unknown` of the line,
    and what was known beside it.
    """

    rule: str
    title: Sentence
    why: Sentence
    before: Equation
    after: Equation
    bindings: Bindings
    assumed: tuple[Sentence, ...] = ()
    verdict: Verdict = Verdict("unknown", "not checked yet")


@record
class Extremum:
    """What kind of point the solution is, why, and by which numbers that was seen.

    Where it is not the same for all data the kind is `unknown`, and `cases` are the kinds that it has under a
    condition. `local`: only what lies near it was looked at, or some point far away is better.
    """

    kind: PointKind
    why: Sentence
    evidence: str
    cases: tuple[tuple[PointKind, Sentence], ...] = ()
    local: bool = False


@record
class Solution:
    """The point at which the gradient is zero (under the constraints, each an expression that is zero).

    `gradient` is the result of the derivation with its named parts written out. `moves` lead from it, set to zero, to
    `unknown = value`; `spectral` says it where the solution is made of eigenvectors. `without` tells what else there
    is: where a condition fails, and of several solutions why this one is given. `reasons` say why the constraints, and
    what is solved under them, may stand for what was given. `derivation` is the derivation of the gradient of the loss
    (with constraints: of the Lagrangian, whose multipliers are `multipliers`).
    `second` is that of the second derivative of the loss, where it is asked for.
    """

    problem: Problem
    derivation: Derivation
    gradient: Expr
    moves: tuple[Move, ...]
    value: Expr | None
    extremum: Extremum
    verdict: Verdict
    constraints: tuple[Expr, ...] = ()
    multipliers: tuple[Symbol, ...] = ()
    without: tuple[Sentence, ...] = ()
    spectral: Spectral | None = None
    reasons: tuple[Sentence, ...] = ()
    second: Derivation | None = None

    @property
    def unknown(self) -> Symbol:
        """The variable that is solved for."""
        return self.problem.wrt

    @property
    def conditions(self) -> tuple[Sentence, ...]:
        """What had to be supposed on the way, each once."""
        return tuple(dict.fromkeys(said for move in self.moves for said in move.assumed))

    @property
    def kind(self) -> Kind:
        """The weakest verdict of the moves and of the solution itself."""
        return weakest([self.derivation.readoff.verdict, *(move.verdict for move in self.moves), self.verdict])


def stack_of(value: Expr) -> tuple[Expr, Expr] | None:
    """The system K and the right side C of a value that was found so."""
    match value:
        case MatrixOf(_, _, Entry(MatMul((Inverse(system), Call("vec", (right,)))), Pair())):
            return system, right
    return None

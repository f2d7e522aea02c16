"""A variable that must keep a structure, symmetric, diagonal, triangular: which gradient is meant, what the other ones are, both judged."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Final

from ..diagnostics.record import record
from ..facts import Problem
from ..facts.holding import holds
from ..ir import Call, Differential, Expr, Eye, Fill, Number, Symbol, add, hadamard, mul, neg
from ..records import Sentence
from ..verify.judge import Judge
from .forms.algebra import flip
from .textbook.simplifier import textbook


@record
class Structure:
    """How the entries move together: the nearest matrix of this structure, and the derivatives by its own entries."""

    word: str
    moves: str
    nearest: Callable[[Expr], Expr]
    entries: Callable[[Expr], Expr]
    law: str
    walk: str = ""


_HALF: Final = Number(Fraction(1, 2))


def _masked(function: str, matrix: Expr) -> Expr:
    """The entries on one side of the diagonal, and on it."""
    return hadamard(Call(function, Fill(1, matrix.shape)), matrix)


_STRUCTURES: Final = (
    Structure("diagonal", "only the entries on the diagonal move", lambda g: hadamard(g, Eye(g.shape.rows)),
              lambda g: hadamard(g, Eye(g.shape.rows)), "G ∘ I"),
    Structure("symmetric", "each entry moves together with its mirror image", lambda g: mul(_HALF, add(g, flip(g))),
              lambda g: add(g, flip(g), neg(hadamard(g, Eye(g.shape.rows)))), "G + Gᵀ − G ∘ I", "(G + Gᵀ)/2"),
    Structure("antisymmetric", "each entry moves against its mirror image", lambda g: mul(_HALF, add(g, neg(flip(g)))),
              lambda g: add(g, neg(flip(g))), "G − Gᵀ", "(G − Gᵀ)/2"),
    Structure("lower", "only the entries on and below the diagonal move", partial(_masked, "tril"), partial(_masked, "tril"), "tril(G)"),
    Structure("upper", "only the entries on and above the diagonal move", partial(_masked, "triu"), partial(_masked, "triu"), "triu(G)"),
)


def notes_of(problem: Problem, gradient: Expr | None, judge: Judge) -> tuple[Sentence, ...]:
    """What should be said beside the result: which gradient is meant for a variable with a structure, and what the other ones are."""
    wrt = problem.wrt
    if gradient is None or not wrt.shape.is_matrix or gradient.shape is not wrt.shape or not problem.loss.shape.is_number:
        return ()
    structure = next((one for one in _STRUCTURES if holds(wrt, one.word, problem)), None)
    if structure is None or not _holds(problem, structure, gradient, judge):
        return ()
    own, nearest = textbook(structure.entries(gradient), problem), textbook(structure.nearest(gradient), problem)
    name = structure.word if structure.word not in ("lower", "upper") else f"{structure.word} triangular"
    said = f"here the entries of {{X}} move independently; if {{X}} must stay {name}, so that {structure.moves}, the gradient G becomes "
    walk = f"; gradient descent that stays {name} uses {structure.walk} = {{P}}" if structure.walk and nearest is not own else ""
    return (Sentence(f"{said}{structure.law} = {{H}}{walk}", (("X", wrt), ("H", own), *((("P", nearest),) if walk else ()))),)


def _holds(problem: Problem, structure: Structure, gradient: Expr, judge: Judge) -> bool:
    """Whether both give the change of the loss along directions of this structure."""
    way = structure.nearest(Symbol(f"{problem.wrt.name} way", problem.wrt.shape))
    change = Differential(problem.loss, problem.wrt, way)
    below = way if structure.word in ("diagonal", "lower", "upper") else _masked("tril", way)
    return all(judge.compare(change, Call("inner", found, along)).holds for found, along in (
        (structure.nearest(gradient), way), (structure.entries(gradient), below)))

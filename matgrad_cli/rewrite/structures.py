"""A variable that must keep a structure, symmetric, diagonal, triangular:
which gradient is meant, what the other ones are, both judged."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Final

from ..diagnostics import Diagnostic, StuckError
from ..diagnostics.record import record
from ..facts import Problem
from ..facts.holding import holds
from ..ir import Call, Differential, Entry, Expr, Eye, Fill, Number, Symbol, add, hadamard, mul, neg
from ..records import Result, Sentence
from ..verify.judge import Judge
from ..verify.verdict import Verdict
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
    Structure(
        "diagonal",
        "only the entries on the diagonal move",
        lambda g: hadamard(g, Eye(g.shape.rows)),
        lambda g: hadamard(g, Eye(g.shape.rows)),
        "G ∘ I",
    ),
    Structure(
        "symmetric",
        "each entry moves together with its mirror image",
        lambda g: mul(_HALF, add(g, flip(g))),
        lambda g: add(g, flip(g), neg(hadamard(g, Eye(g.shape.rows)))),
        "G + Gᵀ − G ∘ I",
        "(G + Gᵀ)/2",
    ),
    Structure(
        "antisymmetric",
        "each entry moves against its mirror image",
        lambda g: mul(_HALF, add(g, neg(flip(g)))),
        lambda g: add(g, neg(flip(g))),
        "G − Gᵀ",
        "(G − Gᵀ)/2",
    ),
    Structure(
        "lower",
        "only the entries on and below the diagonal move",
        partial(_masked, "tril"),
        partial(_masked, "tril"),
        "tril(G)",
    ),
    Structure(
        "upper",
        "only the entries on and above the diagonal move",
        partial(_masked, "triu"),
        partial(_masked, "triu"),
        "triu(G)",
    ),
)


def notes_of(problem: Problem, gradient: Expr | None, judge: Judge) -> tuple[Sentence, ...]:
    """What should be said beside the result: which gradient is meant for a variable with a structure,
    and what the other ones are."""
    wrt = problem.wrt
    if (
        gradient is None
        or not wrt.shape.is_matrix
        or gradient.shape is not wrt.shape
        or not problem.loss.shape.is_number
    ):
        return ()
    structure = next((one for one in _STRUCTURES if holds(wrt, one.word, problem)), None)
    if structure is None or not _holds(problem, structure, gradient, judge):
        return ()
    own, nearest = textbook(structure.entries(gradient), problem), textbook(structure.nearest(gradient), problem)
    name = structure.word if structure.word not in ("lower", "upper") else f"{structure.word} triangular"
    said = (
        f"here the entries of {{X}} move independently; if {{X}} must stay {name}, so that {structure.moves}, "
        f"the gradient G becomes "
    )
    walk = (
        f"; gradient descent that stays {name} uses {structure.walk} = {{P}}"
        if structure.walk and nearest is not own
        else ""
    )
    return (
        Sentence(
            f"{said}{structure.law} = {{H}}{walk}", (("X", wrt), ("H", own), *((("P", nearest),) if walk else ()))
        ),
    )


def by_own_entries(problem: Problem, result: Result, judge: Judge) -> tuple[Result, Verdict, Sentence]:
    """The derivatives by vech(S), as the matrix of which they are the entries on and below the diagonal;
    judged along such directions."""
    gradient, wrt = result.matrix, problem.wrt
    structure = next(
        (one for one in _STRUCTURES if one.word in ("symmetric", "lower") and holds(wrt, one.word, problem)), None
    )
    fits = gradient is not None and gradient.shape is wrt.shape and wrt.shape.is_square and problem.loss.shape.is_number
    if structure is None or gradient is None or not fits:
        raise StuckError(
            Diagnostic(
                "stuck",
                f"the derivative by vech({wrt.name}) is found of a number, by a square matrix",
                help=f"`--wrt {wrt.name}` takes all entries",
            )
        )
    own = textbook(structure.entries(gradient), problem)
    change, _, below = _change(problem, structure)
    verdict = judge.compare(change, Call("inner", own, below))
    row, col = result.letters
    said = (
        f"{{X}} stays {structure.word}{' triangular' * (structure.word == 'lower')}, so that "
        f"{structure.moves}: with the gradient "
        f"G = {{G}} by independent entries this is {structure.law}; vech({wrt.name}) takes what is on and "
        f"below the diagonal, "
        "column by column"
    )
    return Result(Entry(own, row, col), result.letters, own), verdict, Sentence(said, (("X", wrt), ("G", gradient)))


def _holds(problem: Problem, structure: Structure, gradient: Expr, judge: Judge) -> bool:
    """Whether both give the change of the loss along directions of this structure."""
    change, way, below = _change(problem, structure)
    return all(
        judge.compare(change, Call("inner", found, along)).holds
        for found, along in ((structure.nearest(gradient), way), (structure.entries(gradient), below))
    )


def _change(problem: Problem, structure: Structure) -> tuple[Expr, Expr, Expr]:
    """The change of the loss along a direction of this structure, the direction, and its entries that are free."""
    way = structure.nearest(Symbol(f"{problem.wrt.name} way", problem.wrt.shape))
    below = way if structure.word in ("diagonal", "lower", "upper") else _masked("tril", way)
    return Differential(problem.loss, problem.wrt, way), way, below

"""The texts of `solve`: a loss, and constraints that may hold names of their own; the Lagrangian of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from ...diagnostics import Diagnostic, InputError, Source, StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Call, Expr, MatMul, Number, Symbol, add, mul, transpose
from ...notation.problems import read_problem

ONCE: Final = Fraction(1)


def read_optimum(
    loss: str,
    wrt: str,
    shapes: Sequence[str],
    assume: Sequence[str],
    subject_to: Sequence[str] = (),
    syntax: str | None = None,
) -> tuple[Problem, tuple[Expr, ...]]:
    """The problem, with the names of the constraints among its variables, and what each constraint sets to zero."""
    pieces = [piece.strip() for text in assume for piece in text.split(",") if piece.strip()]
    texts = [_as_expression(text) for text in subject_to]
    problem = read_problem(loss, wrt, shapes, [fact for fact in pieces if not texts or _speaks_of(fact, loss)], syntax)
    if problem.expected:
        message = "the loss is an expectation: at its optimum the gradient is zero on average, not at each of the data"
        help_ = "write a mean over samples, as in `norm(X@w - d)**2/n`, or moments, as in `w.T@S@w - 2*b.T@w`"
        raise StuckError(Diagnostic("no-closed-form", message, help=help_))
    said = [*shapes, *(_declared(symbol, shapes) for symbol in problem.variables)]
    constraints = []
    for text in texts:
        try:
            other = read_problem(
                text,
                wrt,
                [shape for shape in said if shape],
                [fact for fact in pieces if _speaks_of(fact, text)],
                syntax,
            )
        except InputError as error:
            source = error.diagnostic.source
            raise InputError(
                replace(error.diagnostic, source=source and replace(source, name="--subject-to"))
            ) from None
        problem = _with(problem, other)
        constraints.append(other.loss)
    return problem, tuple(constraints)


def _as_expression(text: str) -> str:
    """`A@x = b` as `(A@x) - (b)`; `C@x - h = 0` as `C@x - h`."""
    text = text.replace("==", "=")
    places = list(_equal_signs(text))
    left, right = (text[: places[0]], text[places[0] + 1 :]) if len(places) == 1 else ("", "")
    if not left.strip() or not right.strip() or left.rstrip()[-1] in "<>!":
        raise InputError(
            Diagnostic(
                "unreadable",
                "a constraint is one equation",
                Source("--subject-to", text),
                help='write `--subject-to "A@x = b"`; give the option again for another equation',
            )
        )
    return left if re.fullmatch(r"\s*0(\.0*)?\s*", right) else f"({left}) - ({right})"


def _equal_signs(text: str) -> Iterator[int]:
    """Where a text says that two sides are equal: a sign inside a bracket names an argument, or the first index."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "=" and depth == 0:
            yield place


def _speaks_of(fact: str, text: str) -> bool:
    """Whether the name that a fact is about stands in a text."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(fact.split()[0])}(?![A-Za-z0-9_])", text) is not None


def _declared(symbol: Symbol, shapes: Sequence[str]) -> str:
    """A shape that the loss told, for the constraint; nothing where it was declared."""
    given = any(re.search(rf"(^|[,;\s]){re.escape(symbol.name)}\s*:", text) for text in shapes)
    size = (
        "scalar" if symbol.shape.is_number else f"{symbol.shape.rows}" if symbol.shape.is_column else str(symbol.shape)
    )
    return "" if given else f"{symbol.name}: {size}"


def _with(problem: Problem, other: Problem) -> Problem:
    """The problem with the names and facts of a constraint beside its own."""
    return replace(
        problem,
        variables=tuple(dict.fromkeys((*problem.variables, *other.variables))),
        facts=tuple(dict.fromkeys((*problem.facts, *other.facts))),
        sizes=tuple(dict.fromkeys((*problem.sizes, *other.sizes))),
        origins=tuple((dict(other.origins) | dict(problem.origins)).items()),
    )


def multiplier_of(problem: Problem, constraint: Expr, number: int, name: str | None = None) -> Symbol:
    """The multiplier of a constraint, by the name that is given or one that is free:
    λ for a number, ν for a vector, Λ for a matrix."""
    shape = constraint.shape
    names = (
        ("lam", "mu", "eta")
        if shape.is_number
        else ("nu", "eta", "xi")
        if not shape.is_matrix
        else ("Lambda", "N", "M")
    )
    taken = {symbol.name for symbol in problem.variables}
    free = next((name for name in names if name not in taken), f"{names[0]}_0")
    return Symbol(name or (f"{free}_{number + 1}" if number else free), shape)


def lagrangian(
    problem: Problem,
    constraints: Sequence[Expr],
    multipliers: Sequence[Symbol],
    factors: tuple[Fraction, Fraction] = (ONCE, ONCE),
) -> Problem:
    """The loss plus ⟨multiplier, constraint⟩ for each constraint;
    `factors` are what the loss and each of these is multiplied by."""
    if not constraints:
        return problem
    parts = [problem.loss, *(_pairing(*pair) for pair in zip(multipliers, constraints, strict=True))]
    terms = [part if (by := factors[min(place, 1)]) == 1 else mul(Number(by), part) for place, part in enumerate(parts)]
    return replace(problem, loss=add(*terms), variables=(*problem.variables, *multipliers), source="")


def _pairing(multiplier: Symbol, constraint: Expr) -> Expr:
    if constraint.shape.is_number:
        return mul(multiplier, constraint)
    if constraint.shape.is_row:
        return MatMul((constraint, transpose(multiplier)))
    product = MatMul((transpose(multiplier), constraint))
    return Call("tr", product) if constraint.shape.is_matrix else product

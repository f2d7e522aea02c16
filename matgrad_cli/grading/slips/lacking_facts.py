"""A line that is true only under a fact that the problem does not state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...diagnostics.record import replace
from ...facts import Fact, Problem
from ...ir import Expr, Eye, Number, Symbol, add, matmul, mul
from ...ir.memory import remembered
from ..bench import Bench
from ..lines.scope import Surroundings
from .kind import Case, Trial

MOST_SQUARES = 4


def _square(case: Case) -> list[Symbol]:
    """The square matrices that stand in the line or in what is needed."""
    return [
        symbol
        for symbol in case.context.around.task.problem.variables
        if symbol.shape.is_square and not symbol.shape.is_number and symbol in case.needed.symbols | case.line.symbols
    ]


def _perhaps_symmetric(case: Case) -> list[Symbol]:
    problem = case.context.around.task.problem
    return [symbol for symbol in _square(case) if not problem.knows(symbol, "symmetric") and not problem.knows(symbol, "spd")]


def symmetric(case: Case) -> Iterator[Trial]:
    """True only if a matrix is symmetric."""
    for symbol in _perhaps_symmetric(case):
        yield Trial(case.line, (symbol.name,), bench=_under(case.context.around, [Fact(symbol, "symmetric")]))


def all_symmetric(case: Case) -> Iterator[Trial]:
    """True only if several matrices are symmetric."""
    found = _perhaps_symmetric(case)
    if len(found) > 1:
        names = " and ".join(f"`{symbol.name}`" for symbol in found)
        yield Trial(case.line, (names,), bench=_under(case.context.around, [Fact(symbol, "symmetric") for symbol in found]))


def commuting(case: Case) -> Iterator[Trial]:
    """True only if two matrices commute."""
    square = _square(case)
    for left, right in combinations(square, 2) if len(square) <= MOST_SQUARES else ():
        if (bench := _commuting(case.context.around, left, right)) is not None:
            yield Trial(case.line, (left.name, right.name), bench=bench)


def _commuting(around: Surroundings, left: Symbol, right: Symbol) -> Bench | None:
    """A bench on which one of two matrices is a polynomial of the other; None where the problem says otherwise."""
    problem = around.task.problem
    if left.shape is not right.shape:
        return None
    if right is problem.wrt:
        left, right = right, left
    if any(fact.symbol is right for fact in problem.facts):
        return None
    value = add(matmul(left, left), mul(Number(-2), left), Eye(left.shape.rows))
    return _with_definitions(around, problem, ((right, value),))


def _under(around: Surroundings, facts: Sequence[Fact]) -> Bench:
    """A bench on which the facts hold besides those of the problem."""
    problem = around.task.problem
    added = {fact.symbol for fact in facts}
    kept = tuple(fact for fact in problem.facts if fact.symbol not in added)
    return _with_definitions(around, replace(problem, facts=(*kept, *facts)), ())


def _with_definitions(around: Surroundings, problem: Problem, values: tuple[tuple[Symbol, Expr], ...]) -> Bench:
    return _bench(problem, (*values, *((symbol, around.expanded(value)) for symbol, value in around.values.items())))


@remembered(maxsize=32)
def _bench(problem: Problem, values: tuple[tuple[Symbol, Expr], ...]) -> Bench:
    """Points are drawn once for all answers to one problem."""
    bench = Bench(problem)
    for symbol, value in values:
        bench.define(symbol, value)
    return bench

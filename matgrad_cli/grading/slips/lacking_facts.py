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
from .causes import Slip

MOST_SQUARES = 4


def lacking_facts(around: Surroundings, one: Expr, other: Expr) -> Iterator[Slip]:
    """True only if a matrix is symmetric, or if two matrices commute."""
    problem = around.task.problem
    square = [
        symbol
        for symbol in problem.variables
        if symbol.shape.is_square and not symbol.shape.is_number and symbol in one.symbols | other.symbols
    ]
    open_ones = [symbol for symbol in square if not problem.knows(symbol, "symmetric") and not problem.knows(symbol, "spd")]
    for symbol in open_ones:
        repair = _under(around, [Fact(symbol, "symmetric")]).repair(one, other)
        if repair is not None:
            yield Slip(
                "needs-fact",
                f"this is true only if `{symbol.name}` is symmetric, which the problem does not say",
                help=f"add the fact `{symbol.name} symmetric`, or keep `{symbol.name}ᵀ` apart from `{symbol.name}`",
                repair=repair,
            )
            return
    all_of_them = [Fact(symbol, "symmetric") for symbol in open_ones]
    repair = _under(around, all_of_them).repair(one, other) if len(open_ones) > 1 else None
    if repair is not None:
        names = " and ".join(f"`{symbol.name}`" for symbol in open_ones)
        yield Slip("needs-fact", f"this is true only if {names} are symmetric, which the problem does not say", repair=repair)
        return
    for left, right in combinations(square, 2) if len(square) <= MOST_SQUARES else ():
        bench = _commuting(around, left, right)
        repair = bench.repair(one, other) if bench is not None else None
        if repair is not None:
            message = f"this is true only if `{left.name}` and `{right.name}` commute, which the problem does not say"
            yield Slip("needs-fact", message, repair=repair)
            return


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

"""A line that is true only under a fact that the problem does not state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..diagnostics.record import replace
from ..facts import Fact
from ..ir import Expr, Eye, Number, Symbol, add, matmul, mul
from .bench import Bench
from .slips import Slip
from .surroundings import Surroundings

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
        if _holds_under(around, one, other, [Fact(symbol, "symmetric")]):
            yield Slip(
                "needs-fact",
                f"this is true only if `{symbol.name}` is symmetric, which the problem does not say",
                help=f"add the fact `{symbol.name} symmetric`, or keep `{symbol.name}ᵀ` apart from `{symbol.name}`",
            )
            return
    if len(open_ones) > 1 and _holds_under(around, one, other, [Fact(symbol, "symmetric") for symbol in open_ones]):
        names = " and ".join(f"`{symbol.name}`" for symbol in open_ones)
        yield Slip("needs-fact", f"this is true only if {names} are symmetric, which the problem does not say")
        return
    for left, right in combinations(square, 2) if len(square) <= MOST_SQUARES else ():
        if _holds_commuting(around, one, other, left, right):
            yield Slip("needs-fact", f"this is true only if `{left.name}` and `{right.name}` commute, which the problem does not say")
            return


def _holds_commuting(around: Surroundings, one: Expr, other: Expr, left: Symbol, right: Symbol) -> bool:
    """Whether the two sides agree where one of two matrices is a polynomial of the other."""
    problem = around.task.problem
    if left.shape is not right.shape:
        return False
    if right is problem.wrt:
        left, right = right, left
    if any(fact.symbol is right for fact in problem.facts):
        return False
    bench = Bench(problem)
    bench.define(right, add(matmul(left, left), mul(Number(-2), left), Eye(left.shape.rows)))
    for symbol, value in around.values.items():
        bench.define(symbol, around.expanded(value))
    return bench.compare(one, other).holds


def _holds_under(around: Surroundings, one: Expr, other: Expr, facts: list[Fact]) -> bool:
    problem = around.task.problem
    added = {fact.symbol for fact in facts}
    kept = tuple(fact for fact in problem.facts if fact.symbol not in added)
    bench = Bench(replace(problem, facts=(*kept, *facts)))
    for symbol, value in around.values.items():
        bench.define(symbol, around.expanded(value))
    return bench.compare(one, other).holds

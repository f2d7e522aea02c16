"""A line that is true only under a fact that the problem does not state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...diagnostics.record import replace
from ...facts import Fact, Problem
from ...ir import Call, Expr, Eye, Number, Symbol, add, matmul, mul, nodes_of
from ...ir.memory import remembered
from ..bench import Bench
from ..lines.scope import Surroundings
from .case import Case, Trial
from .kind import kind, right_elsewhere

MOST_SQUARES = 4
_OF_CLASSES = ("softmax", "log_softmax", "logsumexp")


def _square(case: Case) -> list[Symbol]:
    """The square matrices that stand in the line or in what is needed."""
    return [
        symbol
        for symbol in case.context.around.task.problem.variables
        if symbol.shape.is_square and not symbol.shape.is_number and symbol in case.needed.symbols | case.line.symbols
    ]


@kind(
    "needs-fact",
    "this is true only if {0} symmetric, which the problem does not say",
    "add the fact `{1} symmetric`, or keep `{1}ᵀ` apart from `{1}`",
    right_elsewhere,
)
def symmetric(case: Case) -> Iterator[Trial]:
    """True only if a matrix is symmetric, or only if all of several are."""
    knows = case.context.around.task.problem.knows
    found = [symbol for symbol in _square(case) if not knows(symbol, "symmetric") and not knows(symbol, "spd")]
    for chosen in (*([one] for one in found), *([found] if len(found) > 1 else [])):
        names = " and ".join(f"`{symbol.name}`" for symbol in chosen)
        bench = _under(case.context.around, [Fact(symbol, "symmetric") for symbol in chosen])
        yield Trial(case.line, (f"{names} {'is' if len(chosen) == 1 else 'are'}", chosen[0].name), bench=bench)


@kind(
    "needs-fact", "this is true only if {0} to 1, which the problem does not say", "add the fact `{1}`", right_elsewhere
)
def summing_to_one(case: Case) -> Iterator[Trial]:
    """True only if the entries of a vector, or of each row of a matrix, sum to 1:
    labels beside a softmax or its logarithm."""
    problem = case.context.around.task.problem
    told = {fact.symbol for fact in problem.facts}
    summed = any(isinstance(node, Call) and node.function.startswith(_OF_CLASSES) for node in nodes_of(problem.loss))
    for symbol in problem.variables if summed else ():
        if not symbol.shape.is_number and symbol in case.line.symbols - told - {problem.wrt}:
            said = f"the entries of {'' if symbol.shape.is_column else 'each row of '}`{symbol.name}` sum"
            yield Trial(
                case.line,
                (said, f"{symbol.name} simplex"),
                bench=_under(case.context.around, [Fact(symbol, "simplex")]),
            )


@kind(
    "needs-fact", "this is true only if `{0}` and `{1}` commute, which the problem does not say", None, right_elsewhere
)
def commuting(case: Case) -> Iterator[Trial]:
    """True only if two matrices commute: seen where one of them is a polynomial of the other,
    unless the problem says otherwise."""
    square, problem = _square(case), case.context.around.task.problem
    for pair in combinations(square, 2) if len(square) <= MOST_SQUARES else ():
        left, right = pair[::-1] if pair[1] is problem.wrt else pair
        if left.shape is right.shape and not any(fact.symbol is right for fact in problem.facts):
            value = add(matmul(left, left), mul(Number(-2), left), Eye(left.shape.rows))
            yield Trial(case.line, (pair[0].name, pair[1].name), bench=case.bench, values=((right, value),))


def _under(around: Surroundings, facts: Sequence[Fact]) -> Bench:
    """A bench on which the facts hold besides those of the problem."""
    problem = around.task.problem
    added = {fact.symbol for fact in facts}
    kept = tuple(fact for fact in problem.facts if fact.symbol not in added)
    values = tuple((symbol, around.expanded(value)) for symbol, value in around.values.items())
    return _bench(replace(problem, facts=(*kept, *facts)), values)


@remembered(maxsize=32)
def _bench(problem: Problem, values: tuple[tuple[Symbol, Expr], ...]) -> Bench:
    """Points are drawn once for all answers to one problem."""
    bench = Bench(problem)
    for symbol, value in values:
        bench.define(symbol, value)
    return bench

"""What is said of an optimum, in order: blocks that every format prints in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...ir import Add, Call, Expr, Fill, Inverse, Mul, Number, Symbol, add, matmul, mul
from ...records.solution import Equation, Solution, Spectral, stack_of
from ...verify.verdict import Verdict
from ..page import Phrase, phrase

Kind = Literal["title", "variables", "text", "move", "result"]


class Block(NamedTuple):
    """A sentence, the equation that it leads to, and what was seen of it; a move has its number and its rule too.

    `variables` stands where the table of variables belongs.
    """

    kind: Kind
    sentence: Phrase = ()
    equation: Equation | None = None
    verdict: Verdict | None = None
    number: int = 0
    rule: str = ""


def blocks(solution: Solution, detail: str = "normal") -> Iterator[Block]:
    """The page."""
    problem = solution.problem
    loss = (Symbol("L", problem.loss.shape), problem.loss)
    yield Block("title", ("The point where the gradient of L by ", solution.unknown, " is zero"), loss)
    yield Block("variables")
    for constraint in solution.constraints:
        yield Block("text", ("under the constraint",), sides_of(constraint))
    said: Phrase = ("the gradient, set to zero",)
    if solution.multipliers:
        names = [part for symbol in solution.multipliers for part in (" and ", symbol)][1:]
        said = ("the gradient of the Lagrangian with the multiplier ", *names, ", set to zero")
    yield Block("result", said, (solution.gradient, _zero(solution.gradient)), solution.derivation.readoff.verdict)
    for number, move in enumerate(solution.moves, 1):
        yield Block("move", phrase(move.title), _shown(move.after), move.verdict, number, move.rule if detail == "full" else "")
        if detail == "full":
            yield Block("text", ("why: ", *phrase(move.why)))
    yield from _outcome(solution)


def _outcome(solution: Solution) -> Iterator[Block]:
    if solution.value is not None:
        yield Block("result", ("the solution is",), _shown((solution.unknown, solution.value)), solution.verdict)
    elif solution.spectral is not None:
        yield Block("result", _spectral(solution.spectral), verdict=solution.verdict)
    for condition in solution.conditions:
        yield Block("text", ("it is assumed that ", *phrase(condition), *_because(condition.values[0][1] if condition.values else None)))
    for sentence in solution.without:
        yield Block("text", phrase(sentence))
    lead = "this is " if solution.extremum.kind != "unknown" or solution.extremum.cases else ""
    yield Block("text", (lead, *phrase(solution.extremum.why), f" ({solution.extremum.evidence})"))
    yield Block("text", (f"checked: {solution.verdict.by}",))


def _spectral(found: Spectral) -> Phrase:
    """The solution in words."""
    size = "largest" if found.largest else "smallest"
    if found.form == "polar":
        return ("the solution is UVᵀ, where USVᵀ is the singular value decomposition of ", found.matrix)
    if found.form == "columns":
        return ("the solution has as its columns the eigenvectors of ", found.matrix, f" for its {size} eigenvalues, of length 1, ",
                "up to a rotation")  # fmt: skip
    if found.metric is not None:
        return ("the solution is the eigenvector of ", found.matrix, " relative to ", found.metric,
                f" (Kw = λBw) for the {size} eigenvalue, with wᵀBw = ", found.length, ", up to its sign")  # fmt: skip
    return ("the solution is the eigenvector of ", found.matrix, f" for its {size} eigenvalue, with the squared length ", found.length,
            ", up to its sign")  # fmt: skip


def _shown(equation: Equation) -> Equation:
    """A stacked solution as people write it: vec X = K⁻¹ vec C."""
    stack = stack_of(equation[1])
    return equation if stack is None else (Call("vec", equation[0]), matmul(Inverse(stack[0]), Call("vec", stack[1])))


def _because(matrix: object) -> Phrase:
    """XᵀX is invertible where X has full column rank."""
    from ...ir import MatMul, Transpose

    if isinstance(matrix, MatMul) and len(matrix.factors) == 2:
        left, right = matrix.factors
        if isinstance(left, Transpose) and left.body is right:
            return (": ", right, " has full column rank")
        if isinstance(right, Transpose) and right.body is left:
            return (": ", left, " has full row rank")
    return ()


def sides_of(constraint: Expr) -> Equation:
    """A constraint as an equation: negative terms stand on the right."""
    left, right = [], []
    for term in constraint.terms if isinstance(constraint, Add) else (constraint,):
        number, *rest = term.children if isinstance(term, Mul) else (term,)
        if isinstance(number, Number) and number.value < 0:
            right.append(mul(*([] if number.value == -1 and rest else [Number(-number.value)]), *rest))
        else:
            left.append(term)
    return (add(*left) if left else _zero(constraint), add(*right) if right else _zero(constraint))


def _zero(expr: Expr) -> Expr:
    return Number(0) if expr.shape.is_number else Fill(0, expr.shape)


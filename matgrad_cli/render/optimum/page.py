"""What is said of an optimum, in order: blocks that every format prints in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...ir import Add, Call, Expr, Fill, Inverse, Number, Symbol, add, matmul
from ...records.solution import Equation, Solution, Spectral, stack_of
from ..page import Phrase, phrase
from ..words import signature

Kind = Literal["title", "text", "equation", "move", "result"]


class Block(NamedTuple):
    """A sentence, an equation, or a move with its equation and its mark."""

    kind: Kind
    sentence: Phrase = ()
    equation: Equation | None = None
    rule: str = ""
    mark: str = ""


def blocks(solution: Solution, detail: str = "normal") -> Iterator[Block]:
    """The page."""
    problem = solution.problem
    gradient = solution.gradient
    yield Block("title", ("The point where the gradient of L by ", solution.unknown, " is zero"))
    loss = Symbol("L", problem.loss.shape)
    yield Block("equation", equation=(loss, problem.loss))
    yield Block("text", (signature(problem.variables, [name for name, said in problem.origins if said.startswith("assumed")]),))
    for constraint in solution.constraints:
        yield Block("text", ("under the constraint",))
        yield Block("equation", equation=sides_of(constraint))
    if solution.multipliers:
        said = [part for symbol in solution.multipliers for part in (" and ", symbol)][1:]
        yield Block("text", ("the gradient of the Lagrangian with the multiplier ", *said, ", set to zero"))
    else:
        yield Block("text", ("the gradient, set to zero",))
    yield Block("equation", equation=(gradient, _zero(gradient)), mark=_mark(solution.derivation.readoff.verdict.kind))
    for move in solution.moves:
        yield Block("move", phrase(move.title), _shown(move.after), move.rule, _mark(move.verdict.kind))
        if detail == "full":
            yield Block("text", phrase(move.why))
    yield from _outcome(solution)


def _outcome(solution: Solution) -> Iterator[Block]:
    if solution.value is not None:
        yield Block("result", ("the solution is",), _shown((solution.unknown, solution.value)), mark=_mark(solution.verdict.kind))
    elif solution.spectral is not None:
        yield Block("result", _spectral(solution.spectral), mark=_mark(solution.verdict.kind))
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
    from ...ir import Mul

    terms = constraint.terms if isinstance(constraint, Add) else (constraint,)
    right = [mul_without_sign(term) for term in terms if isinstance(term, Mul) and term.factors[0] is Number(-1)]
    left = [term for term in terms if not (isinstance(term, Mul) and term.factors[0] is Number(-1))]
    return (add(*left) if left else _zero(constraint), add(*right) if right else _zero(constraint))


def mul_without_sign(term: Expr) -> Expr:
    """A for −A."""
    from ...ir import mul

    return mul(*term.children[1:])


def _zero(expr: Expr) -> Expr:
    return Number(0) if expr.shape.is_number else Fill(0, expr.shape)


def _mark(kind: str) -> str:
    return {"proved": "✓", "agrees": "✓"}.get(kind, "?")


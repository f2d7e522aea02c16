"""The document of an optimum: the equations from the gradient to the point where it is zero,
and what kind of point that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...ir import Add, Call, Expr, Fill, Inverse, MatMul, Mul, Number, Symbol, Transpose, add, matmul, mul
from ...records import Sentence as Template
from ...records import Value
from ...records.solution import Equation, Solution, Spectral, stack_of
from ...records.solution import Move as EquationMove
from ..view import Detail
from ..words import resting
from .blocks import WORDS, Block, Chain, Document, Formula, Heading, Line, Move, Phrase, Sentence, Variables, phrase
from .derivation import variables_of
from .glossary import signs


def optimum_document(solution: Solution, detail: Detail = "normal", numbers: bool = False) -> Document:
    """The document of an optimum; with `numbers` each equation also at the solution of one small example."""
    blocks = tuple(_blocks(solution, detail))
    if not numbers:
        return blocks
    from .numbers import solution_numbers

    return solution_numbers(blocks, solution)


def _blocks(solution: Solution, detail: Detail) -> Iterator[Block]:
    problem = solution.problem
    name = Symbol("L", problem.loss.shape)
    yield Heading(("The point where the gradient of ", name, " by ", solution.unknown, " is zero"))
    yield Formula(name, problem.loss, "loss")
    yield Variables(tuple(variables_of(problem)))
    yield from (Sentence((note,), "note") for note in problem.notes)
    yield from (Sentence(phrase(reason), "lead") for reason in solution.reasons)
    several = "s" if len(solution.constraints) > 1 else ""
    if solution.constraints:
        yield Sentence((f"under the constraint{several}",), "lead")
    yield from (Formula(*sides_of(constraint), "equation") for constraint in solution.constraints)
    said: Phrase = ("the gradient, set to zero",)
    if solution.multipliers:
        names = [part for symbol in solution.multipliers for part in (" and ", symbol)][1:]
        said = (f"the gradient of the Lagrangian with the multiplier{several} ", *names, ", set to zero")
    derivation = solution.derivation
    said = said if derivation.layout == "gradient" else (*said[:-1], f"{said[-1]}, in {derivation.layout} layout")
    yield Sentence(said, "finding", derivation.readoff.verdict)
    yield Formula(solution.gradient, Fill(0, solution.gradient.shape), "equation")
    if solution.moves:
        yield Chain("", tuple(_move(number, move, detail == "full") for number, move in enumerate(solution.moves, 1)))
    yield from _outcome(solution)
    if (second := solution.second) is not None:
        yield Sentence(("the second derivative is ", second.result.stated), "finding", second.readoff.verdict)
    if (rests := resting(derivation)) is not None:
        yield Sentence((rests,), "note")
    if detail != "brief":
        if any(move.verdict.kind == "agrees" for move in solution.moves):
            yield Sentence((f"{WORDS['agrees']}: {_AGREES}",), "legend")
        lines = (problem.loss, *(side for move in solution.moves for side in _shown(move.after)))
        yield from (Sentence((said,), "legend") for said in signs(lines))


_AGREES: Final = "solved by numbers at random data, the line and the one before it have the same solutions"


def _move(number: int, move: EquationMove, full: bool) -> Move:
    left, right = _shown(move.after)
    why = (*phrase(move.why), f" (rule {move.rule})") if full else None
    line, evidence = Line(right, left=left), move.verdict.by if full else ""
    return Move(str(number), phrase(move.title), line, move.verdict, why, evidence, rule=move.rule)


def _outcome(solution: Solution) -> Iterator[Block]:
    if solution.value is not None:
        yield Sentence(("the solution is",), "finding", solution.verdict)
        whole, *named = _named(solution) or [(solution.unknown, solution.value)]
        yield Formula(*_shown(whole), "result")
        yield from (Formula(*found, "where") for found in named)
    elif solution.spectral is not None:
        yield Sentence(_spectral(solution.spectral, solution.unknown), "finding", solution.verdict)
    conditions = ((phrase(said), said.values[0][1] if said.values else None) for said in solution.conditions)
    rest: list[Phrase] = [("it is assumed that ", *said, *_because(matrix)) for said, matrix in conditions]
    lead = "this is " if solution.extremum.why.template.startswith("a ") else ""
    rest += map(phrase, solution.without)
    rest.append((lead, *phrase(solution.extremum.why), f" ({solution.extremum.evidence})"))
    said = [*rest, (f"checked: {solution.verdict.by}",)]
    yield from (Sentence(one, "plain" if place else "lead") for place, one in enumerate(said))


def _named(solution: Solution) -> list[Equation]:
    """The solution by its multipliers, and each of these, where there are several: put in, they fill the page."""
    lines = [move.after for move in solution.moves]
    found = {line[0]: line for line in lines if line[0] in solution.multipliers and line[0] not in line[1].symbols}
    values = (line for line in lines if line[0] is solution.unknown)
    by_them = [line for line in values if line[1].symbols.issuperset(solution.multipliers)]
    return [by_them[-1], *found.values()] if by_them and len(found) == len(solution.multipliers) > 1 else []


_SPECTRAL: Final = {
    "polar": "the solution is UVᵀ, where USVᵀ is the singular value decomposition of {A}",
    "columns": "the solution has as its {lines} the eigenvectors of {A} for its {size} eigenvalues, of length 1, "
    "up to a rotation",
    "columns of a metric": "the solution has as its {lines} the eigenvectors of {A} relative to {B} for the {size} "
    "eigenvalues, with {gram} = I, up to a rotation",
    "vector": "the solution is the eigenvector of {A} for its {size} eigenvalue, with the squared length {length}, "
    "up to its sign",
    "vector of a metric": "the solution is the eigenvector of {A} relative to {B} ({AX} is a multiple of {BX}) for the "
    "{size} eigenvalue, with {gram} = {length}, up to its sign",
}
"""The solution in words, by its form."""


def _spectral(found: Spectral, unknown: Symbol) -> Phrase:
    """The solution in words."""
    size, lines = "largest" if found.largest else "smallest", "rows" if found.rows else "columns"
    said = _SPECTRAL[found.form if found.metric is None else f"{found.form} of a metric"]
    values: dict[str, Value] = {"A": found.matrix, "length": found.length}
    if found.metric is not None:
        first, last = (unknown, Transpose(unknown)) if found.rows else (Transpose(unknown), unknown)
        values |= {"B": found.metric, "gram": matmul(first, found.metric, last)}
        values |= {} if found.rows else {"AX": matmul(found.matrix, unknown), "BX": matmul(found.metric, unknown)}
    return phrase(Template(said.replace("{size}", size).replace("{lines}", lines), tuple(values.items())))


def _shown(equation: Equation) -> Equation:
    """A stacked solution as people write it: vec X = K⁻¹ vec C."""
    stack = stack_of(equation[1])
    return equation if stack is None else (Call("vec", equation[0]), matmul(Inverse(stack[0]), Call("vec", stack[1])))


def _because(matrix: object) -> Phrase:
    """XᵀX is invertible where X has full column rank."""
    matrix = matrix.children[-1] if isinstance(matrix, Mul) else matrix
    if isinstance(matrix, MatMul) and len(matrix.factors) == 2:
        left, right = matrix.factors
        if isinstance(left, Transpose) and left.body is right:
            return (": ", right, " has full column rank") if right.shape.is_matrix else (": ", right, " is not zero")
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
    return (add(*left) if left else Fill(0, constraint.shape), add(*right) if right else Fill(0, constraint.shape))

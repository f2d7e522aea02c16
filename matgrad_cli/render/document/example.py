"""Numbers beside the lines of a document."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics.record import replace
from ...ir import Expr, Symbol, nodes_of
from ...records import Derivation
from ...records.solution import Solution
from .blocks import Block, Chain, Document, Formula, Move, Numbers, Sentence, Variables
from .numbers import Example


def derivation_numbers(blocks: Document, derivation: Derivation) -> Document:
    """The blocks of a derivation with each line at one small example, if one is found;
    else with a note that there is none."""
    return tuple(_told(blocks, Example(derivation.problem, tuple(sorted(derivation.start.free)), derivation.start), ()))


def solution_numbers(blocks: Document, solution: Solution) -> Document:
    """The blocks of an optimum with both sides of each equation at the solution of one small example."""
    start, unknown = solution.value, solution.unknown
    if start is None:
        return (
            *blocks,
            Sentence(("eigenvectors are seldom whole numbers: the lines are shown without an example",), "note"),
        )
    stated = {left: right for left, right in (move.after for move in solution.moves) if left in solution.multipliers}
    known = [
        (name, value)
        for name in solution.multipliers
        for value in [stated.get(name)]
        if value is not None and not {unknown, *solution.multipliers} & set(nodes_of(value))
    ]
    unclear = tuple(name for name in solution.multipliers if name not in dict(known))
    return tuple(_told(blocks, Example(solution.problem, (), start, (*known, (unknown, start))), unclear))


def numbers_data(blocks: Document) -> dict[str, object]:
    """The numbers of a document as data: what is given, and each line by the number of its step."""
    chain = next((block for block in blocks if isinstance(block, Chain)), None)
    given = [one for block in blocks if isinstance(block, Numbers) for one in block.given]
    steps = {move.number: move.numbers for move in _lines(chain.moves if chain is not None else ()) if move.numbers}
    result = [block.numbers for block in blocks if isinstance(block, Formula) and block.role == "result"]
    return {
        "given": given,
        "start": chain.numbers if chain is not None else "",
        "steps": steps,
        "result": "".join(result),
    }


def _lines(moves: tuple[Move, ...]) -> Iterator[Move]:
    for move in moves:
        yield from _lines(move.inner) if move.inner else (move,)


def _told(blocks: Document, example: Example, unclear: tuple[Symbol, ...]) -> Iterator[Block]:
    if example.place is None:
        yield from blocks
        yield Sentence(("no small example in whole numbers was found",), "note")
        return
    told = [_beside(block, example, unclear) for block in blocks]
    for block in told:
        yield block
        if isinstance(block, Variables):
            yield Numbers(tuple(example.given()))  # after the lines: directions are drawn by them


def _beside(block: Block, example: Example, unclear: tuple[Symbol, ...]) -> Block:
    match block:
        case Chain(start=start):
            moves = tuple(_move(move, example, unclear) for move in block.moves)
            return replace(block, moves=moves, numbers="" if start is None else example.line(start.body))
        case Formula(role="equation", left=Expr() as left, right=right):
            return replace(block, numbers=_equation(left, right, example, unclear))
        case Formula(role="result", right=right) if not right.free:
            return replace(block, numbers=example.line(right))
    return block


def _move(move: Move, example: Example, unclear: tuple[Symbol, ...]) -> Move:
    if move.inner:
        return replace(move, inner=tuple(_move(inner, example, unclear) for inner in move.inner))
    left, body = move.line.left, move.line.body
    return replace(move, numbers=example.line(body) if left is None else _equation(left, body, example, unclear))


def _equation(left: Expr, right: Expr, example: Example, unclear: tuple[Symbol, ...]) -> str:
    """An equation at the solution; nothing where it holds a multiplier whose value is nowhere said."""
    return (
        ""
        if any(name in nodes_of(side) for name in unclear for side in (left, right))
        else example.equation(left, right)
    )

"""Numbers beside the lines of a document."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics.record import replace
from ...ir import Expr
from ...records import Derivation
from .blocks import Block, Chain, Document, Formula, Move, Numbers, Sentence
from .numbers import Example


def with_numbers(blocks: Document, derivation: Derivation) -> Document:
    """The blocks with each line at one small example, if one is found; else with a note that there is none."""
    example = Example(derivation.problem, tuple(sorted(derivation.start.free)), derivation.start)
    return tuple(_told(blocks, example))


def _told(blocks: Document, example: Example) -> Iterator[Block]:
    if example.place is None:
        yield from blocks
        yield Sentence(("no small example in whole numbers was found",), "note")
        return
    told = [_beside(block, example) for block in blocks]
    for block in told:
        if isinstance(block, Chain):
            yield Numbers(tuple(example.given()))  # after the lines: directions are drawn by them
        yield block


def _beside(block: Block, example: Example) -> Block:
    match block:
        case Chain(start=start) if start is not None:
            return replace(block, moves=tuple(_move(move, example) for move in block.moves), numbers=example.line(start.body))
        case Formula(role="result", right=right) if isinstance(right, Expr) and not right.free:
            return replace(block, numbers=example.line(right))
    return block


def _move(move: Move, example: Example) -> Move:
    if move.inner:
        return replace(move, inner=tuple(_move(inner, example) for inner in move.inner))
    return replace(move, numbers=example.line(move.line.body))

"""A derivative with three or four indices as blocks: the case table, the picture of one slice, the ⊗ form,
both ways of laying it out."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import ONE, Call, Expr, Fill, Index, MatMul, Symbol, Transpose
from ...ir import Position as Place
from ...records import Derivation
from ...records import Sentence as Template
from ..arrays.entries import VEC, Stack, stack_of, swaps_of, with_sizes
from .blocks import Block, Cases, Cell, Formula, Grid, Label, Pattern, Phrase, Ratio, Sentence, phrase


def array_blocks(derivation: Derivation, label: Label, full: bool) -> Iterator[Block]:
    """The blocks below the entry."""
    result = derivation.result
    if result.cases:
        yield Cases(label, result.cases)
    if (stack := stack_of(result, label.loss, label.wrt, label.order)) is not None:
        yield from _slice(stack, label)
    if result.flattened is not None:
        yield Sentence((f"flattened with vec ({VEC}), ", result.flattened.shape, ":"), "lead")
        yield flattened_formula(result.flattened, label)
        yield from map(Sentence, swap_phrases(result.flattened))
    if full:
        if result.flattened is not None:
            yield from _two_ways(label)
        yield from _pattern(derivation)


def flattened_formula(flat: Expr, label: Label) -> Formula:
    """The ⊗ form of what the label names."""
    return Formula(Label(label.loss, label.wrt, label.order, "vec"), with_sizes(flat), "more")


def swap_phrases(flat: Expr) -> Iterator[Phrase]:
    """What the commutation matrices of a ⊗ form do."""
    said = "{K} is the commutation matrix: {turned} = {straight} for every {shape} matrix {Z}"
    for swap in swaps_of(flat):
        any_matrix = Symbol("Z", swap.shape)
        turned, straight = Call("vec", Transpose(any_matrix)), MatMul((swap.named, Call("vec", any_matrix)))
        values = ("K", swap.named), ("turned", turned), ("straight", straight), ("shape", swap.shape), ("Z", any_matrix)
        yield phrase(Template(said, values))


def _slice(stack: Stack, label: Label) -> Iterator[Block]:
    """∂f_i/∂A for one i: zeros, one row (or column) that is not, zeros."""
    letter, line, wrt = stack.letter, stack.line, label.wrt
    told = f" is {{shape}}: {'row' if stack.by_row else 'column'} {{i}} is {{line}}, all else is 0"
    values = ("shape", wrt.shape), ("i", letter), ("line", line)
    one = "for one ", letter, ", ", Ratio(label.loss, (letter,), wrt)
    yield Sentence((*one, *phrase(Template(told, values))), "lead")
    if stack.by_row:
        zero = Transpose(Fill(0, line.shape.transposed))
        yield Grid(((zero,), ("⋮",), (line,), ("⋮",), (zero,)), letter)
    else:
        yield Grid((("0", "⋯", line, "⋯", "0"),))


def _two_ways(label: Label) -> Iterator[Block]:
    """The array of small derivatives, and the matrix of blocks that vec makes of it."""
    loss, wrt = label.loss, label.wrt
    if label.order != 1 or not wrt.shape.is_matrix or loss.shape.is_number:
        return
    rows, cols = (_ends(side) if side is not ONE else ((),) for side in (loss.shape.rows, loss.shape.cols))
    yield Sentence(("as an array: for each entry of the loss a matrix, ", wrt.shape), "lead")
    yield Grid(_framed([[Ratio(loss, (*row, *col), wrt) for col in cols] for row in rows]))
    down = _ends(loss.shape.cols, ":") if loss.shape.is_matrix else ((),)
    tall = loss.shape.rows if loss.shape.is_matrix else loss.shape.dims[0]
    which = "columns" if loss.shape.is_matrix else "each column of the variable"
    pairs = f"one for {'each pair of ' if loss.shape.is_matrix else ''}{which}"
    yield Sentence(("as a matrix: blocks, ", tall, " × ", wrt.shape.rows, f", {pairs}"), "lead")
    yield Grid(_framed([[Ratio(loss, own, wrt, col, True) for col in _ends(wrt.shape.cols, ":")] for own in down]))


def _ends(side: object, before: str = "") -> tuple[tuple[Place, ...], ...]:
    """The first and the last place along a side, behind a `:` for all rows."""
    first = (Index(before, ONE),) if before else ()
    return ((*first, 0), (*first, Index(str(side), ONE)))


def _framed(corners: list[list[Ratio]]) -> tuple[tuple[Cell, ...], ...]:
    """First and last of each side, with dots between."""
    rows: list[tuple[Cell, ...]] = [(row[0], "⋯", row[1]) if len(row) == 2 else tuple(row) for row in corners]
    if len(rows) == 1:
        return tuple(rows)
    return (rows[0], ("⋮", "⋱", "⋮") if len(rows[0]) == 3 else ("⋮",), rows[1])


def _pattern(derivation: Derivation) -> Iterator[Block]:
    """Where the entries are not 0, seen at a small example."""
    letters = derivation.result.letters
    if len(letters) != 4:
        return
    from .numbers import Example

    filled = Example(derivation.problem, letters, derivation.result.entry).filled(derivation.result.entry, letters)
    if filled is not None:
        yield Pattern(letters[0], letters[1], filled)

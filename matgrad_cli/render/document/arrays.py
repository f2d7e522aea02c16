"""A derivative with three or four indices as blocks: the case table, the picture of one slice, the ⊗ form, both ways of laying it out."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import ONE, Call, Fill, Index, MatMul, Symbol, Transpose
from ...ir import Position as Place
from ...records import Derivation
from ..arrays.entries import VEC, Forms, Swap, forms_of
from .blocks import Block, Cases, Cell, Formula, Grid, Label, Pattern, Phrase, Ratio, Sentence


def array_blocks(derivation: Derivation, label: Label, full: bool) -> Iterator[Block]:
    """The blocks below the entry."""
    forms = forms_of(derivation.result, label.loss, derivation.wrt, derivation.order)
    if derivation.result.cases:
        yield Cases(label, derivation.result.cases)
    if forms.stack is not None:
        yield from _slice(forms)
    if forms.flattened is not None:
        assert derivation.result.flattened is not None
        yield Sentence((f"flattened with vec ({VEC}), ", derivation.result.flattened.shape, ":"), "lead")
        yield Formula(vec_label(forms), forms.flattened, "more")
        yield from (Sentence(swap_phrase(swap)) for swap in forms.swaps)
    if full:
        yield from _two_ways(forms)
        yield from _pattern(derivation)


def vec_label(forms: Forms) -> Label:
    """What stands left of the ⊗ form."""
    return Label(forms.loss, forms.wrt, forms.order, "vec")


def swap_phrase(swap: Swap) -> Phrase:
    """What a commutation matrix does."""
    any_matrix = Symbol("Z", swap.shape)
    turned, straight = Call("vec", Transpose(any_matrix)), MatMul((swap.named, Call("vec", any_matrix)))
    return (swap.named, " is the commutation matrix: ", turned, " = ", straight, " for every ", swap.shape, " matrix ", any_matrix)


def _slice(forms: Forms) -> Iterator[Block]:
    """∂f_i/∂A for one i: zeros, one row (or column) that is not, zeros."""
    assert forms.stack is not None
    letter, line = forms.stack.letter, forms.stack.line
    kind = "row" if forms.stack.by_row else "column"
    part = Ratio(forms.loss, (letter,), forms.wrt)
    told: Phrase = (" is ", forms.wrt.shape, f": {kind} ", letter, " is ", line, ", all else is 0")
    yield Sentence(("for one ", letter, ", ", part, *told), "lead")
    if forms.stack.by_row:
        zero = Transpose(Fill(0, line.shape.transposed))
        yield Grid(((zero,), ("⋮",), (line,), ("⋮",), (zero,)), letter)
    else:
        yield Grid((("0", "⋯", line, "⋯", "0"),))


def _two_ways(forms: Forms) -> Iterator[Block]:
    """The array of small derivatives, and the matrix of blocks that vec makes of it."""
    loss, wrt = forms.loss, forms.wrt
    if forms.order != 1 or not wrt.shape.is_matrix or loss.shape.is_number or forms.flattened is None:
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

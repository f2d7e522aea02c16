"""Lines that are right up to a transpose of the whole: the derivative in another layout,
or a transpose that is missing."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import ONE, Expr, Eye, Fill, Index, Mul, Partial, Shape, Transpose, add, hadamard, matmul, mul, neg, rename
from ...ir.entries import delta
from ...records.layout import layouts_that_turn
from ..lines.kinds import shape_in_words
from .case import Case, Trial
from .codes import TIED
from .kind import kind, leads_here

_READ_OFF = "from df = tr(M dX) the gradient Mᵀ is read off"


def _turned(case: Case) -> Expr | None:
    """The line transposed, where that has the kind of what is needed."""
    line, needed = case.line, case.needed
    fits = not line.shape.is_number and line.shape.transposed is needed.shape and needed.free == line.free
    return Transpose(line) if fits else None


@kind(
    "other-layout",
    "this is right in the {0} layout; here the {1} layout is asked for, in which it is transposed: {2}",
    "transpose the whole: `{line}`",
)
def other_layout(case: Case) -> Iterator[Trial]:
    """The derivative that is asked for, as another layout writes it."""
    task, turned = case.context.around.task, _turned(case)
    if turned is None or not case.context.target or task.wanted is None or task.wanted.shape is not case.needed.shape:
        return
    body, variable = task.problem.loss.shape, task.problem.wrt.shape
    mine = task.layout in layouts_that_turn(body, variable, turned=False)
    others = [layout for layout in layouts_that_turn(body, variable, turned=mine) if layout != task.layout]
    if others and case.bench.equal(task.wanted, case.needed):
        needed, line = case.needed.shape, case.line.shape
        note = f"this is {shape_in_words(line)}" if line is not needed else _READ_OFF
        yield Trial(turned, (others[0], task.layout, shape_in_words(needed)), notes=(note,))


@kind(
    TIED,
    "this is the derivative with the entries {0}_ij and {0}_ji of {0} tied, as one variable; asked for is the gradient "
    "G with df = tr(Gᵀ d{0})",
    "the gradient is `{line}`",
    leads_here,
)
def tied_entries(case: Case) -> Iterator[Trial]:
    """Of a symmetric variable the derivative by X_ij and X_ji as one variable: G + Gᵀ − G ∘ I; by entries, too, also
    as it is off the diagonal, G_ij + G_ji, of which a line may speak alone."""
    problem, needed, head = case.context.around.task.problem, case.needed, case.context.head
    symmetric = any(problem.knows(problem.wrt, word) for word in ("symmetric", "spd"))
    if not (symmetric and case.alike and head is not None):
        return
    if case.context.target and needed.shape is problem.wrt.shape:
        both = add(needed, Transpose(needed), neg(hadamard(needed, Eye(needed.shape.rows))))
        yield Trial(both, (problem.wrt.name,))
    for part in head.factors if isinstance(head, Mul) else (head,):
        match part:
            case Partial(body, variable, Index() as row, Index() as col) if body is problem.loss and row is not col:
                both = add(needed, rename(needed, {row: col, col: row}))
                yield Trial(both, (variable.name,))
                yield Trial(add(both, neg(mul(delta(row, col), needed))), (variable.name,))


@kind("missing-transpose", "this is the transpose of what is needed{0}", "transpose the whole: `{line}`")
def transposed_whole(case: Case) -> Iterator[Trial]:
    """The transpose of what is needed."""
    if (turned := _turned(case)) is not None:
        line, needed = shape_in_words(case.line.shape), shape_in_words(case.needed.shape)
        yield Trial(turned, (f": {line}, needed is {needed}" if line != needed else "",))


@kind("missing-sum", "the sum over the {0} is missing: this is {1}, needed is {2}", "write `{line}`")
def not_summed(case: Case) -> Iterator[Trial]:
    """A row, or a column, for each of those over which is to be summed: of a vector that is added to all of them."""
    line, needed = case.line, case.needed
    if line.shape.is_number or not line.shape.is_matrix or not (needed.shape.is_column or needed.shape.is_row):
        return
    for name, each in (("rows", Transpose(line)), ("columns", line)):
        total = matmul(each, Fill(1, Shape(each.shape.cols, ONE)))
        whole = total if needed.shape.is_column else Transpose(total)
        if whole.shape is needed.shape:
            yield Trial(whole, (name, shape_in_words(line.shape), shape_in_words(needed.shape)))

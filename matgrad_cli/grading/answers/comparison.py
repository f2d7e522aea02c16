"""Whether an expression is the derivative asked for: an array in the layout, one entry of it, or a solution."""

from __future__ import annotations

from typing import Literal

from ...diagnostics.record import record, replace
from ...ir import Add, Call, Entry, Expr, Index, MatrixOf, Mul, fresh_index, letters_in, nodes_of
from ..equations.asked import judged_solution
from ..lines.flattened import NOTE, flat_verdict
from ..lines.kinds import Clash, pairings
from ..lines.reading import Read
from ..lines.scope import Surroundings
from ..rearranged import rearranged
from ..slips.case import Context
from ..slips.causes import Slip
from ..slips.codes import TIED
from ..slips.diagnose import diagnosis
from ..task import Task
from ..telling import untold

STACKED = "these are the columns of the derivative one below the other; asked for is the matrix that has its shape"
NOT_WORKED_OUT = "a derivative is left in it: the question repeated is no answer"

Verdict = Literal["right", "wrong", "unreadable", "undecided"]


@record
class Judged:
    """The verdict on an answer, and the slip if it is not right."""

    verdict: Verdict
    slip: Slip | None = None
    notes: tuple[str, ...] = ()


def undecided(why: str, code: str = "undecided", help_: str | None = None, notes: tuple[str, ...] = ()) -> Judged:
    """What nobody may call right or wrong, and why."""
    return Judged("undecided", Slip(code, why, help=help_), notes)


def judged_derivative(
    around: Surroundings, expr: Expr, order: tuple[Index, ...], read: Read | None, reference: Expr | None
) -> Judged:
    """Whether an expression is the derivative asked for, worked out:
    an array in the layout, or an entry at the letters of `order`.

    Where a solution is asked for: whether it is one.
    """
    if around.task.asks != "gradient":
        return Judged(*judged_solution(around, expr, read))
    found = _compared(around, expr, order, read, reference)
    slip, left = found.slip, not around.worked_out(expr)
    if found.verdict == "right" and (left or len(_points_of_loss(around, expr)) > 1):
        return undecided(NOT_WORKED_OUT, "not-worked-out")
    if left and slip is not None and slip.repair is not None:  # no slip of an answer: there is none
        return replace(found, slip=replace(slip, code="not-worked-out", message=f"{slip.message}; {NOT_WORKED_OUT}"))
    if found.verdict == "right" and read is not None and read.rough:
        return undecided("a remainder o(…) or O(…) is left in it", "not-worked-out")
    return found


def _points_of_loss(around: Surroundings, expr: Expr) -> set[Expr]:
    """The points at which an expression takes the loss, as a difference quotient does."""
    wrt, loss = around.task.problem.wrt, around.task.problem.loss
    while isinstance(loss, (Add, Mul)):  # what stands in a sum or a product is one with it: its largest part
        loss = max((part for part in loss.children if wrt in part.symbols), key=lambda part: part.weight, default=wrt)
    found = (_point(loss, node, wrt) for node in nodes_of(expr) if node.head == loss.head)
    return {point for point in found if loss is not wrt and point is not None and wrt in point.symbols}


def _point(loss: Expr, value: Expr, wrt: Expr) -> Expr | None:
    """What stands in a value at the place of the variable, if it is otherwise the loss."""
    if loss is wrt:
        return value
    alike = loss.head == value.head and len(loss.children) == len(value.children)
    pairs = [*zip(loss.children, value.children, strict=True)] if alike else []
    if not pairs or any(one is not other for one, other in pairs if wrt not in one.symbols):
        return None
    points = {_point(one, other, wrt) for one, other in pairs if wrt in one.symbols}
    return points.pop() if len(points) == 1 else None


def _compared(
    around: Surroundings, expr: Expr, order: tuple[Index, ...], read: Read | None, reference: Expr | None
) -> Judged:
    """Whether an expression equals the derivative asked for."""
    task, bench, wanted = around.task, around.bench, around.task.wanted
    if wanted is not None and (whole := _of_rows(expr, wanted)):
        right = any(bench.equal(wanted, one) for one in whole)
        return Judged("right") if right else _compared(around, whole[0], (), read, reference)
    if wanted is not None and _is_stacked(around, expr, wanted):
        return undecided(STACKED, "shape-mismatch")
    letters = order or letters_of(task, expr)
    if wanted is None or (expr.shape.is_number and expr.free):
        flat = flat_verdict(task, expr)
        if flat is not None:
            return Judged("right" if flat[0] else "wrong", flat[1], (NOTE,))
        if [letter.dim for letter in letters] != [letter.dim for letter in task.letters]:
            reason = "the derivative has more than two indices; write one entry of it, as in ∂K_pq/∂R_ij = …"
            return undecided(reason)
        wanted = bench.derivative(letters)
    assert read is not None
    form = rearranged(expr) if wanted is task.wanted else None
    if form is not None and (wanted, form) in bench.right:
        return Judged("right")
    context = Context(around, wanted, True, letters, read, reference, answering=True)
    pairs = pairings(wanted, expr, letters)
    if isinstance(pairs, Clash):
        return Judged("wrong", diagnosis(context, wanted, expr, pairs))
    unknown = None
    for one, other in pairs:
        verdict = bench.over_all(one, other)
        if verdict.holds:
            doubt = untold(bench, one, other, verdict.kind == "proved")
            if doubt is None and form is not None and verdict.kind == "proved":
                bench.right.add((wanted, form))
            return Judged("right") if doubt is None else undecided(doubt)
        unknown = verdict.by if verdict.kind == "unknown" else unknown
    if unknown is not None:
        return undecided(f"whether this is right could not be decided: {unknown}")
    slip = diagnosis(context, wanted, expr, pairs)
    if slip.code == TIED:
        return Judged("undecided", slip)
    return Judged("wrong", (_slip_of_entry(around, expr, read) or slip) if slip.code == "differs" else slip)


def _is_stacked(around: Surroundings, expr: Expr, wanted: Expr) -> bool:
    """Whether an expression is a matrix that is wanted with its columns one below the other."""
    if not wanted.shape.is_matrix or not expr.shape.is_column or expr.free:
        return False
    stacked = Call("vec", wanted)
    return expr.shape is stacked.shape and around.bench.equal(stacked, expr)


def _of_rows(expr: Expr, wanted: Expr) -> list[Expr]:
    """The matrices whose rows, or columns, a vector for each k lists: of ∂L/∂μ_k;
    those of the kind that is asked for."""
    shape = expr.shape
    if not wanted.shape.is_matrix or len(expr.free) != 1 or not (shape.is_column or shape.is_row):
        return []
    (letter,) = expr.free
    side = shape.rows if shape.is_column else shape.cols
    place = fresh_index(side, {letter.name, *(index.name for index in letters_in(expr))})
    entry = Entry(expr, place, None) if shape.is_column else Entry(expr, None, place)
    arrays = (MatrixOf(letter, place, entry), MatrixOf(place, letter, entry))
    return [array for array in arrays if array.shape is wanted.shape]


def _slip_of_entry(around: Surroundings, expr: Expr, read: Read) -> Slip | None:
    """What is wrong with an array written by its entries, as seen at one entry."""
    if not isinstance(expr, MatrixOf) or not expr.body.shape.is_number:
        return None
    letters = tuple(letter for letter in (expr.row, expr.col) if letter is not None)
    if tuple(letter.dim for letter in letters) != tuple(letter.dim for letter in around.task.letters):
        return None
    slip = judged_derivative(around, expr.body, letters, read, None).slip
    return slip if slip is not None and slip.code != "differs" else None


def letters_of(task: Task, expr: Expr) -> tuple[Index, ...]:
    """The free letters of an entry in the order of the derivative's sides,
    if each side has one letter of its own dimension."""
    left = sorted(expr.free)
    found: list[Index] = []
    for wanted in task.letters:
        same = [letter for letter in left if letter.dim is wanted.dim]
        if not same:
            return ()
        found.append(same[0])
        left.remove(same[0])
    return tuple(found) if not left else ()

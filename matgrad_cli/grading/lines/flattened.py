"""Derivatives with three or four indices, written flat: ∂vec(F)/∂vec(X)ᵀ, so that vec(dF) is it times vec(dX)."""

from __future__ import annotations

from ...diagnostics.record import replace
from ...ir import Call, Differential, Expr, Shape, matmul, transpose
from ..slips.case import Case
from ..slips.catalogue import WHOLE
from ..slips.causes import Repair, Slip
from ..slips.kind import first
from ..task import Task

NOTE = "read as ∂vec(F)/∂vec(X)ᵀ, where vec stacks columns: the derivative has more than two indices"


def flat_verdict(task: Task, expr: Expr) -> tuple[bool, Slip | None] | None:
    """Whether a matrix is the flattened derivative, with the slip if not;
    None if it has not that shape or it cannot be said."""
    loss, wrt = task.problem.loss.shape, task.problem.wrt.shape
    wanted = Shape(loss.rows * loss.cols, wrt.rows * wrt.cols)
    if expr.free or len(task.letters) < 3 or expr.shape not in (wanted, wanted.transposed):
        return None
    problem, lies = task.problem, expr.shape is not wanted
    before = Call("vec", Differential(problem.loss, problem.wrt, None))
    moved = Call("vec", Differential(problem.wrt, problem.wrt, None))
    after = matmul(transpose(expr) if lies else expr, moved)
    verdict = task.bench.compare(before, after)
    if verdict.kind == "unknown":
        return None
    if verdict.holds:
        return (False, _turned(Repair(after, before, verdict))) if lies else (True, None)
    if not lies and wanted.rows is wanted.cols:
        repair = task.bench.repair(before, matmul(transpose(expr), moved))
        if repair is not None:
            return False, _turned(repair)
    slip = first(Case(task.bench, before, after), WHOLE)
    if (
        slip is not None and slip.help is not None
    ):  # what is printed is the array alone, without the vec(dX) that it was judged with
        slip = replace(slip, help=slip.help.partition(": ")[0])
    return False, slip or Slip("differs", "this is not the flattened derivative ∂vec(F)/∂vec(X)ᵀ: the values differ")


def _turned(repair: Repair) -> Slip:
    return Slip(
        "other-layout",
        "this is the transpose of the flattened derivative: asked for is ∂vec(F)/∂vec(X)ᵀ, whose rows belong "
        "to F and whose columns to X",
        help="transpose the whole",
        repair=repair,
    )

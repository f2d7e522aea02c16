"""The derivative set to zero: which equalities are meant as equations of it,
and which only suppose that a variable is zero."""

from __future__ import annotations

from ...ir import Add, Differential, Entry, Expr, Partial, Symbol, Transpose, nodes_of
from ..chain import Chain
from ..lines.forms import is_pending
from ..lines.kinds import Clash, is_zero, pairings
from ..lines.scope import Surroundings

EQUATION = (
    "this is read as an equation, in which the derivative is set to zero; no point was found at which the "
    "line before holds"
)

HOMOGENEOUS = (
    "the line before holds where its unknown is zero, so does this one; elsewhere they differ, and it "
    "was not seen by what"
)

BY_ENTRIES = "it is not said whether a letter is summed in this equation, or whether it holds for each of its values"


def is_equation(around: Surroundings, chain: Chain, last: Expr, after: Expr, own: bool) -> bool:
    """Whether an equality that is no identity may be meant as an equation:
    the derivative set to zero, or what comes of that.

    A derivative of something else than the loss that is said to be zero is a claim;
    so is the derivative with another right side.
    """
    clash = pairings(last, after, chain.order)
    each = own and last.shape is after.shape and after.free <= {*chain.final_order}  # C = α_i + μ_i, for each i
    if isinstance(clash, Clash) and not each:
        return False
    if is_zero(after):
        return (
            not is_pending(last) or _of_loss(around, last) or (chain.head is not None and _of_loss(around, chain.head))
        )
    if chain.equation:
        return True
    final = chain.final.expr if chain.final is not None else None
    if not own or final is None or is_pending(last) or last is around.task.problem.loss:
        return False
    return last.shape is not final.shape or around.bench.ratio(last, final) is None


def supposes_zero(around: Surroundings, chain: Chain, last: Expr, after: Expr) -> bool:
    """Whether a variable of the problem is said to be zero, `A = 0`, where it is no solution:
    an aside, as in "without the penalty"."""
    if chain.equation or not is_zero(after):
        return False
    while isinstance(last, (Transpose, Entry)):
        last = last.children[0]
    solution = last is around.task.problem.wrt and chain.final is not None
    return isinstance(last, Symbol) and last not in around.values and not solution


def _of_loss(around: Surroundings, expr: Expr) -> bool:
    """Whether a derivative of the loss, a number, is pending, by whatever variable; or its differential,
    which stands beside other terms only in an identity, `df - gᵀdx = 0`."""
    kinds = (Partial,) if isinstance(expr, Add) else (Partial, Differential)
    found = [node.children[0] for node in nodes_of(expr) if isinstance(node, kinds)]
    loss = around.task.problem.loss
    return loss.shape.is_number and any(
        body is loss or (body.shape is loss.shape and not body.free and around.bench.equal(body, loss))
        for body in found
    )

"""What a side is: the derivative that is asked for, and what a true equality with it does."""

from __future__ import annotations

from ...ir import Differential, Entry, Expr, MatrixOf, Partial, Transpose, nodes_of
from ...records.finding import Role
from ..lines.scope import Surroundings


def is_target(around: Surroundings, expr: Expr | None) -> bool:
    """Whether this is the derivative of the loss by the variable, whole or one entry of it."""
    inner = expr
    while isinstance(inner, (Transpose, MatrixOf)) or (isinstance(inner, Entry) and isinstance(inner.base, MatrixOf)):
        inner = inner.children[0]
    if not isinstance(inner, Partial) or inner.variable is not around.task.problem.wrt:
        return False
    return not isinstance(inner.row, int) and not isinstance(inner.col, int) and _is_of_loss(around, inner)


def is_of_target(around: Surroundings, expr: Expr | None) -> bool:
    """Whether this is the derivative of the loss by the variable, or one of that."""
    return is_target(around, expr) or (isinstance(expr, Partial) and is_target(around, expr.body))


def _is_of_loss(around: Surroundings, pending: Partial | Differential) -> bool:
    body, loss = pending.body.base if isinstance(pending.body, Entry) else pending.body, around.task.problem.loss
    return body is loss or (body.shape is loss.shape and not body.free and around.bench.equal(body, loss))


def works_on_derivative(around: Surroundings, head: Expr | None, after: Expr) -> bool:
    """Whether `after`, equal to `head`, says something of a derivative of the loss;
    d tr(EᵀE) only rewrites what is differentiated."""
    left, right = (
        [node for node in nodes_of(one) if isinstance(node, (Partial, Differential))] for one in (head or after, after)
    )
    wrt = around.task.problem.wrt
    return any(_is_of_loss(around, one) for one in left) and not any(
        one.variable is wrt and _is_of_loss(around, one) for one in right
    )


def is_called_derivative(around: Surroundings, name: str, value: Expr) -> bool:
    """Whether a name that people give the derivative is given its value, worked out: that confirms it.
    `J = …`, `grad = …`."""
    wrt, wanted = around.task.problem.wrt.name, around.task.wanted
    called = name in ("J", "g", "grad", "gradient", "nabla", f"d{wrt}", f"grad_{wrt}", "Df", "DL", "Dg", "DF")
    return called and wanted is not None and around.worked_out(value) and around.bench.equal(wanted, value)


def role_of(around: Surroundings, before: Expr, after: Expr) -> Role:
    """What a true equality does: one that says the same thing twice, or speaks of numbers alone, claims nothing."""
    one, other = around.expanded(before), around.expanded(after)
    if one is other:
        return "definition" if before in around.values else "question"
    return "claim" if one.symbols or other.symbols else "aside"

"""What a side is: the derivative that is asked for, and what a true equality with it does."""

from __future__ import annotations

from ...ir import Entry, Expr, MatrixOf, Partial, Transpose
from ...records.finding import Role
from ..lines.scope import Surroundings


def is_target(around: Surroundings, expr: Expr) -> bool:
    """Whether this is the derivative of the loss by the variable, whole or one entry of it."""
    inner = expr
    while isinstance(inner, (Transpose, MatrixOf)) or (isinstance(inner, Entry) and isinstance(inner.base, MatrixOf)):
        inner = inner.children[0]
    problem = around.task.problem
    if not isinstance(inner, Partial) or inner.variable is not problem.wrt or isinstance(inner.row, int) or isinstance(inner.col, int):
        return False
    body = inner.body.base if isinstance(inner.body, Entry) else inner.body
    return body is problem.loss or (body.shape is problem.loss.shape and not body.free and around.bench.equal(body, problem.loss))


def is_called_derivative(around: Surroundings, name: str, value: Expr) -> bool:
    """Whether a name that people give the derivative is given its value, worked out: that confirms it. `J = …`, `grad = …`."""
    wrt, wanted = around.task.problem.wrt.name, around.task.wanted
    called = name in ("J", "g", "grad", "gradient", "nabla", f"d{wrt}", f"grad_{wrt}", "Df", "DL", "Dg", "DF")
    return called and wanted is not None and around.worked_out(value) and around.bench.equal(wanted, value)


def role_of(around: Surroundings, before: Expr, after: Expr) -> Role:
    """What a true equality does: one that says the same thing twice, or speaks of numbers alone, claims nothing."""
    one, other = around.expanded(before), around.expanded(after)
    if one is other:
        return "definition" if before in around.values else "question"
    return "claim" if one.symbols or other.symbols else "aside"

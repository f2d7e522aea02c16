"""What a side is: the derivative that is asked for, and what a true equality with it does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...ir import Call, Differential, Entry, Expr, MatrixOf, Partial, Shape, Symbol, Transpose, nodes_of
from ...notation import syntax as s
from ...records.finding import Role
from ..lines.kinds import Clash, pairings
from ..lines.reading import Read, read_side
from ..lines.scope import Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import inner
from ..task import Task


def by_which(around: Surroundings, expr: Expr | None) -> Symbol | None:
    """The variable by which this is the derivative of the loss, whole or one entry of it; None where it is none."""
    inner = expr
    while isinstance(inner, (Transpose, MatrixOf)) or (isinstance(inner, Entry) and isinstance(inner.base, MatrixOf)):
        inner = inner.children[0]
    if not isinstance(inner, Partial) or isinstance(inner.row, int) or isinstance(inner.col, int):
        return None
    return inner.variable if _is_of_loss(around, inner) else None


def is_target(around: Surroundings, expr: Expr | None) -> bool:
    """Whether this is the derivative of the loss by the variable, whole or one entry of it."""
    return by_which(around, expr) is around.task.problem.wrt


def derivative_of_named(around: Surroundings, expr: Expr | None) -> Expr | None:
    """The derivative of the loss where this is one of a name that does not hold the variable, or of its trace: in
    ∂tr(P⁺)/∂K that may be a name of the loss, yᵀy of the data is none; else None."""
    inner, wrt = expr, around.task.problem.wrt
    while isinstance(inner, (Transpose, MatrixOf)):
        inner = inner.children[0]
    if not isinstance(inner, Partial) or inner.variable is not wrt or wrt in around.expanded(inner.body).symbols:
        return None
    plain = all(isinstance(part, (Symbol, Call)) for part in nodes_of(inner.body)) and len(inner.body.symbols) == 1
    return around.task.wanted if plain else None


def is_turned(around: Surroundings, left: Read) -> bool:
    """Whether a left side says that it is the transpose of what is asked for: `(∇f)ᵀ`, `∂f/∂xᵀ`, `∂yᵀ/∂x`."""
    node, wanted = inner(left.side.node), around.task.wanted
    parts = (node.variable, node.body) if isinstance(node, s.Derivative) else (node,)
    if left.expr is None or wanted is None or not any(isinstance(inner(part), s.Transposed) for part in parts):
        return False
    return not left.expr.shape.is_number and _is_transposed(left.expr) is not _is_transposed(wanted)


def _is_transposed(expr: Expr) -> bool:
    return isinstance(expr, Transpose) and not _is_transposed(expr.children[0])


def beginnings(task: Task, first: Expr) -> list[tuple[Expr, bool]]:
    """What a line without left side may be, if it has the kind of that: the loss, or its derivative (True)."""
    found = [(task.problem.loss, False)] if first.shape is task.problem.loss.shape else []
    fits = task.wanted is not None and not isinstance(pairings(task.wanted, first), Clash)
    return [*found, (task.wanted, True)] if fits and task.wanted is not None else found


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


_SECOND = regex(r"hess|\border\W+2", re.IGNORECASE)


def _called(around: Surroundings, name: str) -> bool:
    """Whether people give the derivative this name."""
    wrt = around.task.problem.wrt.name
    return name in ("J", "g", "grad", "gradient", "nabla", f"d{wrt}", f"grad_{wrt}", "Df", "DL", "Dg", "DF")


def is_called_derivative(around: Surroundings, name: str, value: Expr) -> bool:
    """Whether a name that people give the derivative is given its value, worked out: that confirms it.
    `J = …`, `grad = …`."""
    wanted = around.task.wanted
    return (
        _called(around, name) and wanted is not None and around.worked_out(value) and around.bench.equal(wanted, value)
    )


def _is_value(around: Surroundings, value: Expr | None, shape: Shape | None) -> bool:
    """Whether it is worked out, and of that shape; a square matrix where none is given."""
    if value is None or value.free or not around.worked_out(value):
        return False
    return value.shape.is_square and value.shape.is_matrix if shape is None else value.shape is shape


def naming_derivative(claim: Claim, around: Surroundings, text: str, texts: Iterable[str], told: bool) -> Claim:
    """The claim of a last row `J = …` as one about the derivative: people give it this name, its right side is of that
    kind, and no other row has a use for the name, or has `told` the derivative. So is `H = …` about the second one,
    where the `text` speaks of it."""
    left, name, task = claim.left, lone_name(claim.left), around.task
    if not isinstance(left, s.Name) or name is None or around.valued(name) or name in around.losses:
        return claim
    second = name == "H" and _SECOND.search(text) is not None
    alone = sum(len(re.findall(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", one)) for one in texts) == 1
    first = _called(around, name) and not told
    if not alone or not (second or first) or task.wanted is None:
        return claim
    found = read_side(claim.sides[1], around)
    if found.failure != "wrong" and not _is_value(around, found.expr, None if second else task.wanted.shape):
        return claim
    node: s.Node = s.Derivative(left.span, None, None, (), "nabla")
    node = s.Derivative(left.span, node, None, (), "nabla") if second else node
    return replace(claim, sides=(replace(claim.sides[0], node=node), *claim.sides[1:]))


def role_of(around: Surroundings, before: Expr, after: Expr) -> Role:
    """What a true equality does: one that says the same thing twice, or speaks of numbers alone, claims nothing."""
    one, other = around.expanded(before), around.expanded(after)
    if one is other:
        return "definition" if before in around.values else "question"
    return "claim" if one.symbols or other.symbols else "aside"

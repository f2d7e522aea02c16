"""What a derivation says about its loss beyond names: f(x + h), a value at t = 0, a limit of difference quotients."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ...diagnostics.record import replace
from ...ir import Call, Differential, Expr, Fill, Number, Partial, Symbol, nodes_of, substitute
from ...ir.walk import mapped, remade
from .. import syntax as s

if TYPE_CHECKING:
    from .elaborator import Elaborator

AT_ZERO = " at 0"
"""Behind the name of a number t: the variable whose value is 0, by which what depends on t is differentiated at t =
0."""


def axis_of_loss(e: Elaborator) -> int | None:
    """The axis along which the loss takes its softmax or logsumexp, where there is one only."""
    loss = e.scope.loss
    calls = {part.function for part in nodes_of(loss) if isinstance(part, Call)} if loss is not None else set()
    axes = {int(name[-1]) for name in calls if name[:-1] in ("softmax", "logsumexp")}
    return axes.pop() if len(axes) == 1 else None


def is_loss_called(e: Elaborator, node: s.Apply) -> bool:
    """Whether this is the loss at arguments of its own, `f(x + h)`;
    in `y(1 - y)` the name is a value, and multiplied."""
    inside = {part.name for one in node.arguments for part in s.parts_of(one) if isinstance(part, s.Name)}
    return node.function in e.scope.loss_names - inside - e.scope.definitions.keys() - e.scope.symbols.keys()


def loss_at(e: Elaborator, node: s.Apply) -> Expr | None:
    """The loss with wrt replaced by its argument, `g(1)`, `f(0)`; None if no argument has the shape of wrt (then it is
    a product)."""
    loss, wrt = e.scope.loss, e.scope.wrt
    if loss is None or wrt is None:
        return None
    if order := int(dict(node.options).get("derivative", 0)):
        return _slope(e, node, order)
    values = [e.expr(argument) for argument in node.arguments]
    if len(values) == 1 and isinstance(values[0], Number):
        place = Fill(0, wrt.shape) if values[0] is Number(0) and not wrt.shape.is_number else values[0]
        return substitute(loss, {wrt: place}) if place.shape is wrt.shape else None
    moved = [value for value in values if not isinstance(value, Symbol)]
    if not moved:
        return loss
    if any(value.free and not value.shape.is_number and wrt not in value.symbols for value in moved):
        e.fail("left-out", "which part of the loss this is cannot be judged", node)
    own = len(moved) == 1 and moved[0].shape is wrt.shape
    first = s.ungrouped(node.arguments[0])
    marked = isinstance(first, s.Name) and first.name.startswith(f"{wrt.name}_")  # f(x^*)
    fits = own and (len(values) > 1 or marked or wrt in moved[0].symbols or not loss.shape.is_number)
    return substitute(loss, {wrt: moved[0]}) if fits else None


def refuse_at_point(e: Elaborator, node: s.Derivative) -> None:
    """No derivative of a constant: what `\\nabla f(0)` and `f'(1)` of the loss f are, at a point."""
    call, wrt = node.body, e.scope.wrt
    if isinstance(call, s.Apply) and len(call.arguments) == 1 and is_loss_called(e, call) and wrt is not None:
        value = e.expr(call.arguments[0])
        if isinstance(value, Number) or (value.shape is wrt.shape and wrt not in value.symbols):
            e.fail("left-out", _ELSEWHERE, node)


_ELSEWHERE = "what this derivative is at another point cannot be judged"


def _slope(e: Elaborator, node: s.Apply, order: int) -> Expr:
    """The derivative that primes say, `σ''(z)` of the loss σ, at its variable alone."""
    whole: s.Node = replace(node, options=())
    if [e.expr(argument) for argument in node.arguments] != [e.scope.wrt]:
        e.fail("left-out", _ELSEWHERE, node)
    for _ in range(order):
        whole = s.Derivative(node.span, whole, None, (), "D")
    return e.expr(whole)


def at_zero(e: Elaborator, node: s.Apply) -> Expr:
    """What stands before a bar with `t = 0` under it."""
    body, name, value = node.arguments
    point, expr, pair = e.expr(value), e.expr(body), _at_zero(e, name)
    if point is not Number(0) or pair is None:
        e.fail("left-out", "what this bar evaluates at cannot be judged", node)
    return moved_to(expr, *pair)


def _at_zero(e: Elaborator, name: s.Node) -> tuple[Symbol, Symbol] | None:
    """A number t and the one that is 0 in its place, where the derivation has such a pair."""
    moving, still = (e.scope.find(f"{name.name}{end}") if isinstance(name, s.Name) else None for end in ("", AT_ZERO))
    return (moving, still) if isinstance(moving, Symbol) and isinstance(still, Symbol) else None


def moved_to(expr: Expr, moving: Symbol, still: Symbol) -> Expr:
    """The expression with another variable in the place of one, also under ∂ and d."""

    def moved(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        found = remade(node, parts)
        if isinstance(found, Partial) and found.variable is moving:
            return Partial(found.body, still, found.row, found.col)
        if isinstance(found, Differential) and found.variable is moving:
            return Differential(found.body, still, found.direction)
        return found

    return mapped(expr, moved, {moving: still})


def limit(e: Elaborator, node: s.Apply) -> Expr:
    """lim_{t→0} A/t, where A vanishes at t = 0: the derivative of A by t there."""
    body, name = node.arguments
    above, pair = times(body, name), _at_zero(e, name)
    if above is None or pair is None:
        e.fail("left-out", "this limit cannot be judged", node)
    return Differential(moved_to(e.expr(above), *pair), pair[1], Number(1))


def times(body: s.Node, name: s.Node) -> s.Node | None:
    """t times what a limit is taken of, without the t by which its terms are divided: A of `A/t`, A + tB of `A/t + B`;
    None where t divides elsewhere."""
    node = s.ungrouped(body)
    match node:
        case s.Negative(_, inner) if (whole := times(inner, name)) is not None:
            return replace(node, body=whole)
        case s.Binary(_, "+" | "-", left, right):
            first, second = times(left, name), times(right, name)
            return first and second and s.Group(body.span, replace(node, left=first, right=second))
        case s.Binary(_, "/", _, below) if (rest := _without(below, name)) is not None:
            return s.Group(body.span, replace(node, right=rest))
        case s.Binary(_, operator, left, right) if operator not in ("^", "**") and _divides(name, node):
            side, part = ("left", left) if _divides(name, left) else ("right", right)
            whole = times(part, name) if operator != "/" or side == "left" else None
            changed = whole and replace(node, **{side: whole})
            return None if changed is None or _divides(name, changed) else changed
    return None if _divides(name, node) else s.Binary(body.span, "juxtapose", name, s.Group(body.span, node))


def _divides(name: s.Node, node: s.Node) -> bool:
    """Whether a name stands in what something is divided by."""
    divisors = [part.right for part in s.parts_of(node) if isinstance(part, s.Binary) and part.operator == "/"]
    return any(_is(part, name) for divisor in divisors for part in s.parts_of(divisor))


def _without(product: s.Node, name: s.Node) -> s.Node | None:
    """The product of numbers without the factor that has this name; None where it is none of its factors."""
    node = s.ungrouped(product)
    if _is(node, name):
        return s.Literal_(node.span, Fraction(1), "1")
    if not isinstance(node, s.Binary) or node.operator in ("+", "-", "/", "^", "**"):
        return None
    first = _without(node.left, name)
    second = _without(node.right, name) if first is None else node.right
    return second and replace(node, left=first or node.left, right=second)


def _is(node: s.Node, name: s.Node) -> bool:
    return isinstance(node, s.Name) and isinstance(name, s.Name) and node.name == name.name

"""Values by pieces, written with the positive part and with 0/1 masks: max, min, clip, a choice by a condition."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics.record import replace
from ...ir import Expr
from .. import syntax as s
from ..comparisons import CLOSED, difference
from ..expression.vocabulary import canonical_function
from .elaborator import Elaborator


def by_pieces(e: Elaborator, node: s.Apply, _arguments: tuple[Expr, ...]) -> Expr:
    """The value of `maximum`, `minimum`, `clip` or `where`."""
    function = canonical_function(node.function)
    least = function in ("minimum", "min")
    condition = node.arguments[0]
    # the branches of LaTeX have masks
    named = isinstance(condition, s.Name) and e.scope.loss is None  # of a loss, which is told that it is binary
    if function == "where" and e.scope.syntax != "latex" and not (named or _is_mask(condition)):
        help = "a comparison is one, `x > 0`; with a name `m` that is 1 or 0, `m*a + (1 - m)*b` says the same"
        e.fail("wrong-arguments", f"{e.text(condition)} is no condition, 1 or 0", condition, help)
    if function == "where" and e.scope.wrt is not None:
        node = _without_border(node, e.scope.wrt.name)
    tree = _clipped(node) if function == "clip" else _chosen(node) if function == "where" else _extreme(node, least)
    kept = list(e.notes)
    value = e.expr(tree)
    e.notes[:] = kept  # these parts are written by nobody
    e.flatten(node, e.is_flat(tree))
    return value


def _without_border(node: s.Apply, variable: str) -> s.Apply:
    """A choice by a condition about the variable, whose border no point of the variable is: `x >= 0` is `x > 0`."""

    def opened(part: s.Node) -> s.Node:
        return replace(part, options=()) if isinstance(part, s.Apply) and CLOSED in part.options else part

    condition, *rest = node.arguments
    moves = any(isinstance(part, s.Name) and part.name == variable for part in s.parts_of(condition))
    return replace(node, arguments=(s.rebuilt(condition, opened), *rest)) if moves else node


def _extreme(node: s.Apply, least: bool) -> s.Node:
    """max(a, b) is b + relu(a − b), min(a, b) is a − relu(a − b); of more than two from left to right."""
    found = node.arguments[0]
    for part in node.arguments[1:]:
        found = _of_two(node, found, part, least)
    return found


def _above(node: s.Node, value: s.Node, bound: s.Node) -> s.Node:
    """By how much the value exceeds the bound, relu(value − bound)."""
    return s.Apply(node.span, "relu", (difference(node.span, value, bound),))


def _of_two(node: s.Apply, left: s.Node, right: s.Node, least: bool) -> s.Node:
    if _is_zero(left):
        left, right = right, left  # so that max(0, u) is relu(u)
    zero = _is_zero(right)
    if zero and least:
        return s.Negative(node.span, _above(node, right, left))
    above = _above(node, left, right)
    return above if zero else s.Binary(node.span, "-" if least else "+", left if least else right, above)


def _clipped(node: s.Apply) -> s.Node:
    """clip(u, a, b) is a + relu(u − a) − relu(u − b)."""
    value, low, high = node.arguments
    raised = s.Binary(node.span, "+", low, _above(node, value, low))
    return s.Binary(node.span, "-", raised, _above(node, value, high))


def _is_mask(node: s.Node) -> bool:
    """Whether a part is 1 or 0 whatever its names are."""
    match s.ungrouped(node):
        case s.Literal_(_, value):
            return value in (0, 1)
        case s.Apply(_, "step") | s.Apply(_, "abs", (s.Apply(_, "sign"),)) | s.Kronecker():
            return True
        case s.Apply(_, function, (body,)) if function.startswith("["):
            return _is_mask(body)
        case s.Binary(_, "-", left, right):
            return s.ungrouped(left) == s.Literal_(left.span, Fraction(1), "1") and _is_mask(right)
        case s.Binary(_, "*" | "hadamard" | "juxtapose", left, right):
            return _is_mask(left) and _is_mask(right)
        case s.Subscript(body=body) | s.Transposed(body=body):
            return _is_mask(body)
    return False


def _chosen(node: s.Apply) -> s.Node:
    """where(c, a, b) is c∘a + (1 − c)∘b, the condition c being 1 or 0."""
    condition, value, other = node.arguments
    rest = s.Group(node.span, s.Binary(node.span, "-", s.Literal_(node.span, Fraction(1), "1"), condition))
    pairs = [(mask, one) for mask, one in ((condition, value), (rest, other)) if not _is_zero(one)]
    masked = pairs or [(rest, other)]
    first, *second = [s.Binary(node.span, "hadamard", mask, s.Group(one.span, one)) for mask, one in masked]
    return s.Binary(node.span, "+", first, second[0]) if second else first


def _is_zero(node: s.Node) -> bool:
    node = s.ungrouped(node)
    return isinstance(node, s.Literal_) and node.value == 0

r"""Derivatives by what is no variable, `\nabla_{Ax-b}\lVert Ax-b\rVert^2`, `\partial L/\partial\Sigma^{-1}`:
by a new name for it."""

from __future__ import annotations

from ...diagnostics import InputError, MatgradError, Source
from ...ir import Expr, Inverse, MatMul, Number, Symbol, Transpose, add, matmul, mul, sub, substitute, transpose
from ...ir.walk import mapped, remade
from ...notation import syntax as s
from ...notation.elaboration.chosen_entries import places
from ...notation.elaboration.elaborate import read_node
from .scope import Surroundings
from .syntax_walk import inner
from .through import in_terms_of


def by_expression(node: s.Derivative, around: Surroundings) -> s.Derivative:
    """The derivative with a name for what it is taken by, and a body written in that name;
    the node itself where that cannot be done."""
    by = inner(node.variable)
    if (
        not isinstance(by, (s.Binary, s.Inverted, s.Negative, s.Apply))
        or node.indices
        or getattr(by, "function", "") == "vec"
    ):
        return node
    scope = around.scope(Source("", ""), "latex", {})
    try:
        value = read_node(by, scope).expr
        body = around.task.problem.loss if node.body is None else read_node(node.body, scope).expr
    except (InputError, MatgradError):
        return node
    if value.free or isinstance(value, Symbol):
        return node
    symbol = next((known for known, meant in around.values.items() if meant is value), None) or around.define(
        _name(value), value
    )
    written = _written_in(around, around.expanded(body, symbol), symbol, value)
    if written is None:
        return node
    known = f"{node.span.start} of {symbol.name}"
    around.looked_up[known] = written
    return s.Derivative(node.span, s.Name(node.span, known), s.Name(by.span, symbol.name), (), node.style)


def _name(value: Expr) -> str:
    from ...notation.printing.to_text import to_text

    return to_text(value)


def _written_in(around: Surroundings, body: Expr, symbol: Symbol, value: Expr) -> Expr | None:
    """The body in terms of the new variable; of an inverse, or of row y of a matrix,
    also where the matrix itself stands."""
    value = around.expanded(value)
    if (
        isinstance(value, MatMul)
        and len(value.children) == 2
        and not around.apart
        and (place := value.children[1]) in _places(around)
    ):
        whole, change = value.children[0], matmul(sub(symbol, value), transpose(place))
        matrix, change = (whole.children[0], transpose(change)) if isinstance(whole, Transpose) else (whole, change)
        beside, twice = substitute(body, {value: symbol}), dict[Expr, Expr]({symbol: mul(Number(2), symbol)})
        everywhere = substitute(beside, {matrix: add(matrix, change)})
        moves = around.bench.clearly_different(
            substitute(everywhere, twice), substitute(beside, twice)
        )  # the row stands in the matrix too
        return everywhere if moves else beside
    if isinstance(value, Inverse) and isinstance(inner := value.children[0], (Symbol, Transpose)):
        base = inner.children[0] if isinstance(inner, Transpose) else inner
        back = Inverse(Transpose(symbol) if isinstance(inner, Transpose) else symbol)
        return _without_twice(substitute(body, {base: back})) if base in body.symbols else None
    return in_terms_of(around.bench, body, symbol, value)


def _places(around: Surroundings) -> set[Expr]:
    """The vectors that are 1 at one fixed place alone."""
    letters = places(around.names().variables)
    return {
        symbol for symbol in around.task.problem.variables if symbol.name[:2] == "e_" and symbol.name[2:] in letters
    }


def _without_twice(expr: Expr) -> Expr:
    """(P⁻¹)⁻¹ as P."""

    def simpler(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        found = remade(node, parts)
        return found.body.body if isinstance(found, Inverse) and isinstance(found.body, Inverse) else found

    return mapped(expr, simpler)

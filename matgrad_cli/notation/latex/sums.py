"""Σ and Π over letters in LaTeX formulas."""

from __future__ import annotations

from ..syntax import WITHIN, Apply, Binary, Node, Sigma
from .cursor import Cursor
from .indices import end_unbraced
from .products import product_over
from .ranges import Ranges, moves_of, ranges, within


def sum_here(r: Cursor) -> Node:
    """Σ over letters, to the end of the term; without letters the sum of all entries."""
    sign = r.take()
    lower: tuple[int, int] | None = None
    upper: tuple[int, int] | None = None
    while r.sees("operator", "_", "^"):
        which = r.take().text
        braced, base = r.sees("open"), r.peek(-2)
        first, past = r.unit()
        if which == "_":
            lower = first, past if braced else end_unbraced(r, past, base)
        else:
            upper = first, past
    over = ranges(r, sign, lower, upper)
    if not r.starts_factor() and not r.sees("operator", "-", "+"):
        raise r.trouble("something to add up is needed after this sum", sign, "syntax-error")
    outer = r.binding
    r.binding = outer | {letter.name for letter in over.letters}
    body = over.masked(r.grammar.product(r, None))
    body = within_reach(r, over, body)
    r.binding = outer
    span = r.span(sign).joined(body.span)
    if sign.text == "prod":
        if over.masks or not over.letters:
            raise r.trouble("a product over letters runs through a whole dimension", sign)
        return product_over(span, Sigma(span, over.letters, over.limits, body))
    if not over.letters:
        return Apply(span, "sum", (body,))
    return Sigma(span, over.letters, over.limits, body)


def within_reach(r: Cursor, over: Ranges, body: Node) -> Node:
    r"""`\sum_t (x_t - x_{t-1})^2` without limits: t runs where both exist, and that is said."""
    for letter, limit in zip(over.letters, over.limits, strict=True):
        said = any(isinstance(mask, Apply) and mask.function == WITHIN and mask.arguments[0] == letter for mask in over.masks)
        moves = [] if said or limit is not None else moves_of(body, letter.name)
        if any(moves):
            body = Binary(body.span, "juxtapose", within(letter, max(0, -min(moves)), max(0, *moves)), body)
            r.note(f"`{letter.name}` runs where all of its entries exist")
    return body

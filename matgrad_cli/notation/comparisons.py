"""Comparisons in a text as masks: `u > v` is 1 where it holds and 0 elsewhere."""

from __future__ import annotations

from typing import Final

from .syntax import Apply, Binary, Group, Negative, Node, difference, ungrouped

CLOSED: Final = ("closed", "")
"""The option of a mask that is 1 also on its border, `u >= v`."""


def turned(node: Node) -> Node:
    """The negative of what `difference` made: v − u of u − v."""
    match node:
        case Binary(span, "-", left, right):
            return Binary(span, "-", ungrouped(right), Group(left.span, left))
        case Negative(_, body):
            return body
    return Negative(node.span, node)


def compared(sign: str, left: Node, right: Node) -> Node:
    """1 where `left > right` holds, or another of `<`, `>=`, `<=`, and else 0."""
    span = left.span.joined(right.span)
    more, less = (left, right) if sign[0] == ">" else (right, left)
    return Apply(span, "step", (difference(span, more, less),), (CLOSED,) if "=" in sign else ())

"""Comparisons in a text as masks: `u > v` is 1 where it holds and 0 elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Final

from ..diagnostics import InputError, Span
from .expression.vocabulary import canonical_function
from .syntax import Apply, Binary, Group, Literal_, Name, Negative, Node, Subscript, number, parts_of, ungrouped

_LABELS: Final = (("binary", {0, 1}), ("signs", {1, -1}))
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


def difference(span: Span, left: Node, right: Node) -> Node:
    """`left − right`, where nothing is written for a zero."""
    zeros = [isinstance(side, Literal_) and side.value == 0 for side in map(ungrouped, (left, right))]
    if zeros[1]:
        return left
    return Negative(span, Group(right.span, right)) if zeros[0] else Binary(span, "-", left, Group(right.span, right))


def compared(sign: str, left: Node, right: Node) -> Node:
    """1 where `left > right` holds, or another of `<`, `>=`, `<=`, and else 0; `==` is 1 − |sign(left − right)|."""
    span = left.span.joined(right.span)
    if sign in ("==", "!="):
        apart = Apply(span, "abs", (Apply(span, "sign", (difference(span, left, right),)),))
        return apart if sign == "!=" else Group(span, Binary(span, "-", number(span, 1), apart))
    more, less = (left, right) if sign[0] == ">" else (right, left)
    return Apply(span, "step", (difference(span, more, less),), (CLOSED,) if "=" in sign else ())


def one_hot(tree: Node) -> tuple[str, ...]:
    """The matrices whose rows are labels, as they are asked for one: 1{y_i = k}."""
    bodies = (part.body for part in parts_of(tree) if isinstance(part, Subscript) and part.label)
    return tuple(dict.fromkeys([body.name for body in bodies if isinstance(body, Name)]))


def labels(tree: Node, wrt: str) -> tuple[str, ...]:
    """The facts of data that are said to equal 0, 1 or −1, or are a condition themselves: a mask is 0 at all other
    values, and nothing is tried there.

    >>> from ..diagnostics import InputError, Span
    >>> labels(compared("==", Name(Span(0, 1), "y"), Literal_(Span(5, 6), Fraction(1), "1")), "w")
    ('y binary',)
    """
    found: dict[str, set[Fraction]] = {}
    for part in parts_of(tree):
        match part:
            case Apply(_, function, (Name(_, name), *_)) if canonical_function(function) == "where":
                found.setdefault(name, set()).update((Fraction(0), Fraction(1)))
            case Group(_, Binary(_, "-", Literal_(), Apply(_, "abs", (Apply(_, "sign", (apart,)),)))):
                match apart:
                    case Name(_, name):
                        found.setdefault(name, set()).add(Fraction(0))
                    case Binary(_, "-", Name(_, name), Group(_, Literal_(_, value))):
                        found.setdefault(name, set()).add(value)
                    case Binary(_, "-", Name(_, name), Group(_, Negative(_, Literal_(_, value)))):
                        found.setdefault(name, set()).add(-value)
    words = [(name, word) for name, values in found.items() for word, few in _LABELS if values <= few and name != wrt]
    return tuple([f"{name} {word}" for name, word in dict(reversed(words)).items()])


def refuse_values(tree: Node, masks: Collection[str]) -> None:
    """Refuse a name that is a condition itself, and of which it is not known that it is 0 or 1."""
    for part in parts_of(tree):
        match part:
            case Apply(_, function, (Name(_, name), *_)) if canonical_function(function) == "where":
                if name not in masks:
                    help = f"a comparison is one, as in `where({name} > 0, a, b)`"
                    raise InputError.coded("wrong-arguments", f"`{name}` is no condition, 1 or 0", help=help)

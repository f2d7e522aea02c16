"""Where expressions change their form: the arguments whose sign decides, and points on both sides of zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..diagnostics.record import record
from ..ir import Call, Expr, Hadamard, Mul, Number, Power, nodes_of
from ..ir.memory import noted
from .arrays.tensor import TooLarge
from .evaluate import Evaluator
from .fields import NotExact, OutOfDomain

KINKED: Final = frozenset(("abs", "sign", "step", "relu", "norm1"))
"""Functions that change their form where an entry of their argument is zero."""

FACTORS: Final = (1.0, 10.0, 0.1, 100.0, 0.01, 1e3, 1e4, 1e5, 1e6)
SEARCHED: Final = ("generic", "mixed", "positive", "negative")
"""Where points on the other side are looked for: how all variables are scaled, and in which range they are drawn."""


@record
class Reach:
    """What a search for both sides of a kink came to: further points, and sides (True:
    positive) that were found nowhere, in words."""

    places: tuple[Evaluator, ...]
    excluded: frozenset[bool]
    said: str


@noted
def kinks(expr: Expr) -> tuple[Expr, ...]:
    """The arguments whose sign decides the form of the expression: u in relu(u), |u|, √(u²)."""
    return tuple(dict.fromkeys(u for node in nodes_of(expr) for u in _deciding(node) if u.symbols))


def _deciding(node: Expr) -> Iterator[Expr]:
    match node:
        case Call(name, arguments) if name in KINKED:
            yield from arguments[:1]
        case Call("norm", (u,)) if u.shape.is_number:
            yield u
        case Call("sqrt", (body,)):
            yield from _squared(body)
        case Power(body, Number(value)) if value.denominator != 1:
            yield from _squared(body)
        case _:
            pass


def _squared(body: Expr) -> Iterator[Expr]:
    match body:
        case Power(u, Number(value)) if value.denominator == 1 and value % 2 == 0:
            yield u
        case Hadamard(parts) | Mul(parts) if len(parts) == 2 and parts[0] is parts[1]:
            yield parts[0]
        case _:
            pass


def lies(u: Expr, place: Evaluator, positive: bool) -> bool:
    """Whether every entry is positive, or negative, at a point; zero is neither."""
    try:
        return all(value > 0 if positive else value < 0 for value in place.value(u).data)
    except (OutOfDomain, NotExact, TooLarge):
        return False


def signs(u: Expr, places: Iterable[Evaluator]) -> set[bool]:
    """Which signs the entries have at the points: True for positive."""
    seen: set[bool] = set()
    for place in places:
        try:
            data = place.value(u).data
        except (OutOfDomain, NotExact, TooLarge):
            continue
        seen.update(value > 0 for value in data if value)
        if len(seen) == 2:
            break
    return seen


def said(u: Expr, excluded: frozenset[bool]) -> str:
    """That no point was found on a side."""
    from ..notation.printing.to_text import to_text

    sides = {True: "positive", False: "negative"}
    return "; ".join(f"no point was found where {to_text(u)} is {sides[side]}" for side in sorted(excluded))

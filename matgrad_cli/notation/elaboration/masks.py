"""Parts of ranges: 0/1 factors out of constant arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Call, Delta, Entry, Expr, Fill, Index, Number, Shape, add, mul, neg
from .. import syntax as s
from .entries import letter
from .shifts import moved

if TYPE_CHECKING:
    from .elaborate import Elaborator


def mask(e: Elaborator, node: s.Apply) -> Expr:
    """The factor that is 1 in a part of a range and else 0."""
    letters: list[Index] = []
    for part in node.arguments:
        assert isinstance(part, s.Name)
        letters.append(letter(e, part, part.name, letters[0].dim if letters else None))
    if node.function == s.BEFORE:
        left, right = letters
        return Entry(Call("strictupper", Fill(1, Shape(left.dim, left.dim))), left, right)
    own, (first, last) = letters[0], (int(number) for _, number in node.options)
    e.reach[own.name] = first, last
    if not own.dim.names and first + last >= own.dim.factor:
        e.fail("sum-range", f"nothing is left of the range of `{own.name}`, which has {own.dim}", node)
    found: list[Expr] = [add(Number(1), neg(Delta(own, at))) for at in range(first)]
    end: Expr = Call("butlast", Fill(1, Shape(own.dim)))
    found += [Entry(moved(end, ahead), own, None) for ahead in range(last)]
    return mul(*found)

r"""An expectation in an answer may be the average over the samples: `\mathbb E_i[(x_iᵀw − y_i) x_i]` is 1/m Σ_i."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...diagnostics.record import replace
from ...ir import Expr, Size, SumOver, mul, reciprocal
from ...ir.walk import mapped, remade
from ...notation import syntax as s
from ..lines.reading import Read, Side, read_side
from ..lines.scope import Surroundings
from ..lines.syntax_walk import rebuilt

_EXPECTED: Final = re.compile(r"mathbb\s*\{?\s*E|𝔼|\bE\s*(?:_|\[)")
NOTE: Final = "the expectation is read as the average over the samples"


def averaged(side: Side, around: Surroundings) -> Read | None:
    """The answer with each E as the average over the letter that numbers the samples under it; None where there is none.

    Where the loss is an expectation itself, E is the same one.
    """
    if _EXPECTED.search(around.task.problem.source):
        return None
    held = [part for part in s.parts_of(side.node) if isinstance(part, s.Apply) and part.function == "expectation"] if side.node else []
    if not held or any(isinstance(part, s.Sigma) for part in s.parts_of(side.node)):
        return None

    def summed(part: s.Node) -> s.Node:
        if not isinstance(part, s.Apply) or part.function != "expectation":
            return part
        letters = {letter.name: letter for letter in _letters(part, around)}
        return s.Sigma(part.span, tuple(letters.values()), (None,) * len(letters), part.arguments[0]) if letters else part

    found = read_side(replace(side, node=rebuilt(side.node, summed)), around)
    if found.expr is None:
        return None

    def divided(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        new = remade(node, parts)
        return mul(*(reciprocal(Size(letter.dim)) for letter in node.indices), new) if isinstance(node, SumOver) else new

    return replace(found, expr=mapped(found.expr, divided), notes=(*found.notes, NOTE))


def _letters(node: s.Node, around: Surroundings) -> Iterator[s.Name]:
    """The letters in subscripts that are no names of their own."""
    for part in s.parts_of(node):
        for index in part.indices if isinstance(part, s.Subscript) else ():
            inner = s.ungrouped(index)
            if isinstance(inner, s.Name) and len(inner.name) == 1 and not around.known(inner.name):
                yield inner

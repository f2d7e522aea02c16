"""What a reader has to read of an expression: textbook rules shorten it."""

from __future__ import annotations

from ...ir import Expr
from ...ir.memory import noted
from ..forms.algebra import transposes


@noted
def size(expr: Expr) -> int:
    """How many operators and leaves the printed tree has."""
    return min(1 + sum(size(child) for child in expr.children), 10**9)


def cost(expr: Expr) -> tuple[int, int, int]:
    """What a reader has to read: leaves, transposes, then operators."""
    return expr.weight, transposes(expr), size(expr)

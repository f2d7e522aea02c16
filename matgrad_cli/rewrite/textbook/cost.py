"""What a reader has to read of an expression: textbook rules shorten it."""

from __future__ import annotations

from ...ir import Expr
from ...ir.memory import table
from ..forms.algebra import transposes

_sizes: dict[Expr, int] = table()


def size(expr: Expr) -> int:
    """How many operators and leaves the printed tree has."""
    found = _sizes.get(expr)
    if found is None:
        if len(_sizes) > 100_000:
            _sizes.clear()
        found = _sizes[expr] = min(1 + sum(size(child) for child in expr.children), 10**9)
    return found


def cost(expr: Expr) -> tuple[int, int, int]:
    """What a reader has to read: leaves, transposes, then operators."""
    return expr.weight, transposes(expr), size(expr)

"""Expressions as JSON: a table in which each node stands once, however often it is shared."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..facts import Fact
from ..ir import Dim, Expr, Index, Pair, Shape
from ..ir.walk import found_in

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def told(of: object, names: str, shown: Callable[[Any], Any]) -> dict[str, Any]:
    """What a record says under these names, each value as it is `shown`; under one with a question mark only where it
    says something."""
    values = ((name, getattr(of, name.rstrip("?"))) for name in names.split())
    return {name.rstrip("?"): shown(of) for name, of in values if name[-1] != "?" or of not in (None, "", False, ())}


class Table:
    """Collects nodes; each gets the number of its row."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._numbers: dict[Expr, int] = {}

    def number(self, root: Expr) -> int:
        """The row of an expression; its parts come before it."""
        return found_in(root, self._numbers, self._added, _parts)

    def _added(self, node: Expr) -> int:
        _, arguments = node.__reduce__()
        self.rows.append([type(node).__name__, *(self.encoded(argument) for argument in arguments)])
        return len(self.rows) - 1

    def encoded(self, value: object) -> Json:
        """A value as JSON: an expression by its row, everything else in full."""
        match value:
            case None | bool() | int() | float() | str():
                return value
            case Expr():
                return {"node": self.number(value)}
            case Fraction():
                return {"number": str(value)}
            case Fact():
                return [self.encoded(value.symbol), value.word]
            case Dim():
                powers: list[Json] = [[name, power] for name, power in value.powers]
                return {"dim": [value.factor, *powers]}
            case Shape():
                return {"shape": [self.encoded(value.rows), self.encoded(value.cols)]}
            case Index():
                return {"index": [value.name, self.encoded(value.dim)]}
            case Pair():
                return {"pair": [self.encoded(value.outer), self.encoded(value.inner), self.encoded(value.inner_dim)]}
            case tuple() | list():
                return [self.encoded(part) for part in value]
        raise TypeError(f"no JSON form for {type(value).__name__}")


def _parts(node: Expr) -> tuple[Expr, ...]:
    # the variable of ∂/∂X is no child, but its row must come first as well
    variable = getattr(node, "variable", None) or getattr(node, "argument", None)
    return (*node.children, variable) if isinstance(variable, Expr) and variable is not node else node.children

"""A point whose values are given, and what an expression is there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any

from matgrad_cli.ir import Dim, Expr, Shape, Symbol
from matgrad_cli.verify.arrays import structure as lay
from matgrad_cli.verify.arrays.tensor import Tensor
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import Field, OutOfDomain


class Given:
    """A point whose values are given: nested lists by variable name (a vector may be a flat list),
    sizes by dimension name."""

    def __init__(
        self, field: Field, sizes: dict[str, int], values: dict[str, Any], directions: dict[str, Any] | None = None
    ) -> None:
        self.field = field
        self.sizes = sizes
        self._values = values
        self._directions = directions or {}

    def size(self, dim: Dim) -> int:
        """The length of a dimension."""
        return dim.size(self.sizes)

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable."""
        if symbol.name not in self._values:
            raise OutOfDomain("a variable without a value")
        return self._tensor(self._values[symbol.name], symbol.shape)

    def direction(self, symbol: Symbol) -> Tensor:
        """The direction in which a variable moves."""
        return self._tensor(self._directions[symbol.name], symbol.shape)

    def _tensor(self, values: Any, shape: Shape) -> Tensor:
        flat = list(_flat(values))
        dims = lay.lengths(shape, self.size)
        if len(flat) != prod(dims):
            raise ValueError(f"{len(flat)} numbers given for an array of {prod(dims)}")
        return Tensor(lay.sides(shape), dims, [self.field.number(Fraction(value)) for value in flat])


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def evaluate(expr: Expr, point: Given) -> Tensor:
    """The array that an expression denotes at a point."""
    return Evaluator(point).value(expr)

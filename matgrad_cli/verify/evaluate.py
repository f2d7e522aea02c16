"""Expressions evaluated at a point, every node once, whatever its depth.

Pending derivatives are evaluated by jets through their body (see `arrays/jets`), never by rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any, Protocol

from .. import ir
from ..ir import Dim, Expr, Index, Symbol
from ..ir.memory import remembered
from .arrays import structure as lay
from .arrays.jets import NONE, Jet, Tag, Tags
from .arrays.tensor import Composed, Tensor, TooLarge, spread
from .fields import Field, NotExact, NoValue, OutOfDomain
from .meanings import MEANINGS

EVALUATION_LIMIT = 12_000_000


class Place(Protocol):
    """What a point must offer: a field of numbers, sizes, values of variables, random directions."""

    field: Field

    def size(self, dim: Dim) -> int:
        """The length of a dimension."""

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable."""

    def direction(self, symbol: Symbol) -> Tensor:
        """A random direction in which the variable moves."""


class Evaluator:
    """Evaluates expressions at one point; remembers every node.

    Where it differs from another place in the values of `some` variables alone, that one evaluates the rest.
    """

    def __init__(
        self,
        point: Place,
        limit: int = EVALUATION_LIMIT,
        beside: Evaluator | None = None,
        some: frozenset[Symbol] = frozenset(),
    ) -> None:
        self.point, self._beside, self._some = point, beside, some
        self.limit = limit
        self.field: Field = point.field
        self.p = point.field.p
        self.literal: Callable[[Fraction], Fraction] = getattr(point, "literal", None) or (lambda value: value)
        self._memo: dict[tuple[Expr, Tags], Jet | Exception] = {}
        self.work = 0

    def forget(self, but: Expr | None = None) -> None:
        """Lets go of what was evaluated, but for one line."""
        self._memo = {key: found for key, found in self._memo.items() if key[0] is but and not key[1]}

    def value(self, expr: Expr) -> Tensor:
        """The array that the expression denotes here."""
        return self.value_of(self.jet(expr, NONE), expr)

    def laid(self, expr: Expr, letters: tuple[Index, ...] = ()) -> Tensor:
        """The same with all its axes: the letters, along which it may be constant, and its sides."""
        found = self.value(expr)
        whole = found.labels == (*letters, *lay.sides(expr.shape))
        return found if whole else spread(found, *lay.axes(letters, expr.shape, self.point.size))

    def both(self, left: Expr, right: Expr) -> tuple[Sequence[Any], Sequence[Any]]:
        """The entries of two lines of one shape, over the letters of either."""
        letters = tuple(sorted(left.free | right.free))
        return self.laid(left, letters).data, self.laid(right, letters).data

    def value_of(self, jet: Jet, node: Expr) -> Tensor:
        """The value in the jet of an expression."""
        found = jet.get(NONE)
        return lay.zero(node.shape, self.point.size) if found is None else found

    def jet(self, node: Expr, tags: Tags) -> Jet:
        """The value and its derivatives along the tags."""
        key = (node, _relevant(node.symbols, tags) if tags else tags)
        found = self._memo.get(key)
        if found is None:
            still = self._beside is not None and self._some.isdisjoint(node.symbols)
            if self._beside is not None and still and all(tag.direction is None for tag in key[1]):
                found = self._memo[key] = self._beside._held(*key)
            else:
                found = self._memo[key] = self._compute(*key)
        if type(found) is not dict:
            raise found  # type: ignore[misc]
        return found

    def _held(self, node: Expr, tags: Tags) -> Jet | Exception:
        """The same, or why there is none."""
        try:
            return self.jet(node, tags)
        except (OutOfDomain, NotExact, TooLarge) as reason:
            return reason

    def _compute(self, node: Expr, tags: Tags) -> Jet | Exception:
        try:
            result = MEANINGS[type(node)](self, node, tags)
        except (OutOfDomain, NotExact, TooLarge) as reason:
            if isinstance(reason, NoValue) and reason.argument is None:
                reason.argument = node.children[0] if node.children else node
                if isinstance(reason.argument, ir.Call) and reason.argument.function == "det":
                    # log det X is written for log |det X|: where it has no value it says nothing
                    return OutOfDomain(str(reason))
            return reason
        except (ValueError, OverflowError, ZeroDivisionError) as reason:
            return OutOfDomain(str(reason))
        for one in result.values():
            self.work += (
                len(one.data) if type(one) is Tensor else one.held if isinstance(one, Composed) else prod(one.dims)
            )
        return TooLarge() if self.work > self.limit else result

    def tagged(self, node: ir.Partial | ir.Differential, tags: Tags) -> tuple[Tag, Tags]:
        """The perturbation that a pending derivative means, and all that act in its body."""
        along = node.direction if isinstance(node, ir.Differential) else None
        return _tagged(node.variable, "whole" if isinstance(node, ir.Partial) else "along", along, tags)


@remembered(maxsize=4096)
def _tagged(variable: Symbol, kind: str, along: Expr | None, tags: Tags) -> tuple[Tag, Tags]:
    """A new perturbation beside others, and all together."""
    used = {tag.level for tag in tags}
    tag = Tag(variable, next(k for k in range(len(used) + 1) if k not in used), kind, along)
    return tag, tags | {tag}


@remembered(maxsize=4096)
def _relevant(symbols: frozenset[Expr], tags: Tags) -> Tags:
    """The tags whose variable is one of these symbols (or in a direction in which one of them moves)."""
    names, before = set(symbols), -1
    while before != len(names):
        before = len(names)
        for tag in tags:
            if tag.direction is not None and tag.variable in names:
                names |= tag.direction.symbols
    return frozenset([tag for tag in tags if tag.variable in names])

"""The unknowns of a system of equations at a place: their values as one vector, and the residual of the equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

from ...diagnostics.record import record
from ...facts.conditions import consequences
from ...ir import Expr, Index, Symbol
from ..arrays import structure as lay
from ..arrays.jets import Tag
from ..arrays.lazily import np
from ..arrays.tensor import Tensor, TooLarge, spread
from ..evaluate import Evaluator, Place
from ..fields import NotExact, OutOfDomain
from ..judge import Judge
from .newton import newton

Equation = tuple[Expr, Expr]
NO_VALUE: Final = (OutOfDomain, NotExact, TooLarge)


@record
class System:
    """Equations, each two sides of one shape, in the unknowns."""

    equations: tuple[Equation, ...]
    unknowns: tuple[Symbol, ...]


class _Moved:
    """A point with other values of some variables, where `derived` ones have the values of their definitions."""

    def __init__(self, point: Place, values: Mapping[Symbol, Tensor], derived: Mapping[Symbol, Expr]) -> None:
        self.field, self.literal = point.field, getattr(point, "literal", None)
        self.size, self.direction, self._drawn = point.size, point.direction, point.array
        self._values, self._derived, self._own = dict(values), derived, Evaluator(self)

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable."""
        if symbol in self._derived and symbol not in self._values:
            self._values[symbol] = self._own.laid(self._derived[symbol])
        return self._values.get(symbol) or self._drawn(symbol)


class Unknowns:
    """The unknowns at one data point as one vector; a symmetric, or antisymmetric, one moves as such. `broken`:
    the facts that a solution was seen to break."""

    def __init__(
        self, place: Evaluator, system: System, derived: Mapping[Symbol, Expr], work: list[int], judge: Judge
    ) -> None:
        self.place, self.system, self.derived, self.work = place, system, derived, work
        self.broken, self.judge = frozenset[str](), judge
        words = [(symbol, word) for symbol in system.unknowns for word in judge.setting.words.get(symbol, ())]
        known = [(symbol, consequences(word)) for symbol, word in words if symbol.shape.is_matrix]
        signs = (("symmetric", 1), ("antisymmetric", -1))
        self.turned = {symbol: sign for symbol, all_ in known for word, sign in signs if word in all_}
        size = place.point.size
        self.axes = [(symbol, lay.sides(symbol.shape), lay.lengths(symbol.shape, size)) for symbol in system.unknowns]
        self.count = sum(prod(dims) for _, _, dims in self.axes)

    def drawn(self, other: Evaluator) -> Any:
        """The values that another point has."""
        return np.array([value for symbol, *_ in self.axes for value in other.laid(symbol).data])

    def at(self, u: Any) -> Evaluator:
        """The data with these unknowns."""
        values, begin = {}, 0
        for symbol, labels, dims in self.axes:
            end = begin + prod(dims)
            values[symbol] = Tensor(labels, dims, [float(value) for value in u[begin:end]])
            begin = end
        return moved(self.place, values, self.derived)

    def in_turn(self, u: Any) -> Any:
        """Where each unknown, the smallest first, solves the equation of its own shape while the others stay, as the
        mean and then the covariance of samples; the unknowns as they are where one of them does not."""
        own = {equation[0].shape: equation for equation in self.system.equations}
        if len(self.axes) == 1 or len(own) != len(self.axes):
            return u
        place = self.at(u)
        for symbol, *_ in sorted(self.axes, key=lambda axis: prod(axis[2])):
            if symbol.shape not in own:
                return u
            one = Unknowns(place, System((own[symbol.shape],), (symbol,)), self.derived, self.work, self.judge)
            found = newton(one.residual, one.jacobian, one.drawn(place))
            if found is None:
                return u
            place = one.at(found)
        return self.drawn(place)

    def residual(self, u: Any) -> Any:
        """Left minus right of every equation; None where one has no value."""
        place = self.at(u)
        try:
            parts = [gap(place, equation) for equation in self.system.equations] if self.work[0] > 0 else []
        except NO_VALUE:
            return None
        finally:
            self.work[0] -= place.work
        found = np.array([value for part in parts for value in part], float)
        return found if parts and np.all(np.isfinite(found)) else None

    def jacobian(self, u: Any) -> Any:
        """The derivative of the residual, by dual numbers; None where there is none."""
        place = self.at(u)
        try:
            rows = [self.slopes(place, equation) for equation in self.system.equations]
        except NO_VALUE:
            return None
        finally:
            self.work[0] -= place.work
        return np.concatenate(rows, axis=0)

    def slopes(self, place: Evaluator, equation: Equation) -> Any:
        """The derivative of left minus right of one equation."""
        left, right = equation
        letters = tuple(sorted(left.free | right.free))
        blocks = []
        for symbol, _, lengths in self.axes:
            block = array_at(place, left, (symbol,), letters) - array_at(place, right, (symbol,), letters)
            if symbol in self.turned:
                block = (block + self.turned[symbol] * block.swapaxes(-1, -2)) / 2
            blocks.append(block.reshape(-1, prod(lengths)))
        return np.concatenate(blocks, axis=1)


def array_at(place: Evaluator, expr: Expr, by: Sequence[Symbol] = (), letters: tuple[Index, ...] = ()) -> Any:
    """An array at a place for NumPy, or its derivative by variables, by dual numbers:
    its own axes, then those of each variable.

    Raises OutOfDomain and the like.
    """
    size, tags = place.point.size, [Tag(symbol, level, "whole") for level, symbol in enumerate(by)]
    labels, dims = lay.axes(letters, expr.shape, size)
    for tag in tags:
        labels += tuple([(tag, side) for side in lay.sides(tag.variable.shape)])
        dims += lay.lengths(tag.variable.shape, size)
    part = place.jet(expr, frozenset(tags)).get(frozenset(tags))
    return np.zeros(dims) if part is None else np.array(spread(part, labels, dims).data, float).reshape(dims)


def gap(place: Evaluator, equation: Equation) -> list[Any]:
    """Left minus right at a point. Raises OutOfDomain, NotExact, TooLarge."""
    return [a - b for a, b in zip(*place.both(*equation), strict=True)]


def moved(place: Evaluator, values: Mapping[Symbol, Tensor], derived: Mapping[Symbol, Expr] | None = None) -> Evaluator:
    """A place at which some variables have other values."""
    derived = derived or {}
    return Evaluator(_Moved(place.point, values, derived), place.limit, place, frozenset((*values, *derived)))

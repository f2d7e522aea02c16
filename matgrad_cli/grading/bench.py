"""The judge of one exercise: equality of lines, ratios between them, and names that the derivation itself defines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from ..facts import Fact, Problem
from ..ir import Dim, Expr, Index, Symbol
from ..verify.evaluate import Evaluator
from ..verify.exactness import RATIONAL_KIND, kind
from ..verify.fields import NotExact, OutOfDomain
from ..verify.judge import EXACT_POINTS, FLOAT_POINTS, Form, Judge
from ..verify.points import Point
from ..verify.tensor import TooLarge
from ..verify.verdict import Verdict

_CLOSE = 1e-7


class Bench(Judge):
    """A judge that also knows defined names: at every point a defined variable has the value of its definition.

    A definition used as a variable (∂L/∂e with e = y − Φθ) is a symbol of its own; everywhere else it stands for its value.
    """

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = ()) -> None:
        super().__init__(problem, seed, violating)
        self.derived: dict[Symbol, Expr] = {}

    def define(self, symbol: Symbol, value: Expr) -> None:
        """From now on the symbol has this value."""
        self.derived[symbol] = value

    def exact_points(self, count: int = EXACT_POINTS) -> Iterator[Evaluator]:
        yield from (place for place in super().exact_points(count) if self._completed(place))

    def float_points(self, count: int = FLOAT_POINTS) -> Iterator[Evaluator]:
        yield from (place for place in super().float_points(count) if self._completed(place))

    def _completed(self, place: Evaluator) -> bool:
        """Gives the defined variables their values; False where one has none."""
        point = place.point
        assert isinstance(point, Point)
        for symbol, value in self.derived.items():
            if not point.has(symbol):
                try:
                    point.give(symbol, self._laid(place, value, Form((), symbol.shape)))
                except (OutOfDomain, NotExact, TooLarge):
                    return False
        return True

    def find_witness(self, before: Expr, after: Expr, letters: tuple[Index, ...] | None = None) -> None:
        """None: most comparisons here are attempts that fail; a counterexample is looked for once, when nothing else explains a slip."""

    def equal(self, left: Expr, right: Expr) -> bool:
        """Whether two lines were seen to be equal; also False where it could not be said. Most attempts end at the first point."""
        if left.shape is not right.shape:
            return False
        if max(kind(left), kind(right)) != RATIONAL_KIND and self._clearly_different(left, right):
            return False
        return self.compare(left, right).holds

    def _clearly_different(self, left: Expr, right: Expr) -> bool:
        form = Form(tuple(sorted(left.free | right.free)), left.shape)
        for place in self.float_points(1):
            try:
                return self._error(place, left, right, form) > 1e-3
            except (OutOfDomain, NotExact, TooLarge):
                return False
        return False

    def same(self, left: Expr, right: Expr) -> Verdict:
        """The verdict on two lines of one kind."""
        return self.compare(left, right)

    def ratio(self, top: Expr, bottom: Expr) -> Expr | Fraction | None:
        """The constant c with top = c·bottom: a rational number, or one times a dimension or its inverse; None if there is none.

        What is returned was only measured at a few points; `scaled` lines must still be compared.
        """
        if top.shape is not bottom.shape:
            return None
        found: list[tuple[float, Point]] = []
        letters = tuple(sorted(top.free | bottom.free))
        for place in self.float_points(3):
            value = self._ratio_at(place, top, bottom, letters)
            if value is None:
                return None
            assert isinstance(place.point, Point)
            found.append((value, place.point))
        if not found:
            return None
        return _recognised(found, self._dims())

    def _ratio_at(self, place: Evaluator, top: Expr, bottom: Expr, letters: tuple[Index, ...]) -> float | None:
        try:
            left = self._laid(place, top, Form(letters, top.shape)).data
            right = self._laid(place, bottom, Form(letters, top.shape)).data
        except (OutOfDomain, NotExact, TooLarge):
            return None
        at = max(range(len(right)), key=lambda k: abs(right[k]))
        scale = abs(right[at])
        if scale < 1e-12:
            return None
        value = left[at] / right[at]
        fits = all(abs(a - value * b) <= _CLOSE * max(scale, abs(value) * scale) for a, b in zip(left, right, strict=True))
        return float(value) if fits else None

    def _dims(self) -> list[Dim]:
        shapes = [symbol.shape for symbol in self.problem.variables]
        names = dict.fromkeys(name for shape in shapes for side in (shape.rows, shape.cols) for name in side.names)
        return [Dim.of(name) for name in names]

    def evaluators(self, count: int) -> list[Evaluator]:
        """A few points in floats."""
        return list(self.float_points(count))

    def value(self, place: Evaluator, expr: Expr) -> Any:
        """The array at a point, over the sorted free letters and the shape."""
        return self._laid(place, expr, Form(tuple(sorted(expr.free)), expr.shape))


def _rational(value: float) -> Fraction | None:
    near = Fraction(value).limit_denominator(48)
    return near if abs(float(near) - value) <= 1e-6 * max(1.0, abs(value)) else None


def _recognised(found: list[tuple[float, Point]], dims: list[Dim]) -> Expr | Fraction | None:
    """The simplest form that fits: few sizes are drawn, so that m·n may be constant at all points."""
    from ..ir import Number, mul

    plain = {_rational(value) for value, _ in found}
    if len(plain) == 1 and None not in plain:
        return plain.pop()
    best: tuple[int, Expr] | None = None
    for size, measured in _sizes(dims):
        rest = {_rational(value / measured(point)) for value, point in found}
        number = rest.pop() if len(rest) == 1 else None
        if number:
            weight = abs(number.numerator) + number.denominator + size.weight
            if best is None or weight < best[0]:
                best = weight, size if number == 1 else mul(Number(number), size)
    return best[1] if best is not None else None


def _sizes(dims: list[Dim]) -> Iterator[tuple[Expr, Callable[[Point], float]]]:
    """m, 1/m, m², 1/m², and m/n."""
    from ..ir import Number, Power, Size, mul

    for dim in dims:
        for power in (-1, 1, -2, 2):
            size: Expr = Size(dim) if power == 1 else Power(Size(dim), Number(power))
            yield size, lambda point, dim=dim, power=power: float(point.size(dim)) ** power  # type: ignore[misc]
        for other in dims:
            if other is not dim:
                ratio = mul(Size(dim), Power(Size(other), Number(-1)))
                yield ratio, lambda point, dim=dim, other=other: point.size(dim) / point.size(other)  # type: ignore[misc]

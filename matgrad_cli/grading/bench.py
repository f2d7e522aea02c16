"""The judge of one exercise: equality of lines, ratios between them, and names that the derivation itself defines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import isnan, nan
from operator import sub
from typing import Final

from ..facts import Fact, Problem
from ..ir import Constant, Dim, Expr, Index, Size, Symbol, nodes_of
from ..verify.arrays.tensor import TooLarge
from ..verify.evaluate import Evaluator
from ..verify.fields import Modular, NotExact, OutOfDomain
from ..verify.judge import Form, Judge
from ..verify.kinks import lies
from ..verify.places import Denied
from ..verify.points import Point
from ..verify.sizes import ANY_SIZE
from ..verify.verdict import Verdict
from ..verify.witness import Known
from .rearranged import rearranged
from .slips.causes import Repair
from .slips.factors import Factor, Monomials, constant_of

_CLOSE = 1e-7
MOST_PROVED: Final = 24
"""So many forms that were proved of a problem outlast what was evaluated."""


class Bench(Judge):
    """A judge that also knows defined names: at every point a defined variable has the value of its definition.

    A definition used as a variable (∂L/∂e with e = y − Φθ) is a symbol of its own; everywhere else it stands for its
    value. Points of floats lie only `where` these arrays are positive, or negative.
    """

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = ()) -> None:
        super().__init__(problem, seed, violating, thorough=True)
        self.derived: dict[Symbol, Expr] = {}
        self.where: tuple[tuple[Expr, bool], ...] = ()
        self.right: set[Hashable] = set()
        self._proved: dict[Hashable, Verdict] = {}
        self.others: dict[int, Evaluator] = {}
        self._small: dict[Expr, Known] = {}
        self._monomials: Monomials | None = None

    def forget(self) -> None:
        """Lets go of what was evaluated; a little of what was proved is kept."""
        super().forget()
        self.others = {}
        self._small = {line: known for line, known in self._small.items() if line is self.lasting}
        for known in self._small.values():
            for place, _, _ in known.values():
                place.forget()
        for proved in (self.right, self._proved):
            if len(proved) > MOST_PROVED:
                proved.clear()

    def define(self, symbol: Symbol, value: Expr) -> None:
        """From now on the symbol has this value."""
        self.derived[symbol] = value

    def completed(self, place: Evaluator) -> bool:
        """Gives the defined variables their values; False where one has none,
        or where the point lies in another case."""
        point = place.point
        assert isinstance(point, Point)
        for symbol, value in self.derived.items():
            if not point.has(symbol):
                try:
                    point.give(symbol, place.laid(value))
                except (OutOfDomain, NotExact, TooLarge):
                    return False
        return isinstance(point.field, Modular) or all(lies(part, place, side) for part, side in self.where)

    def elsewhere(self, number: int) -> Evaluator:
        """A point of floats at sizes of its own, small and large."""
        if number not in self.others:
            self.others[number] = self.drawn(8000 + number, "generic", ANY_SIZE + number)
        return self.others[number]

    def small_points(self, line: Expr) -> Known | None:
        """The points at which what does not follow from a line is told from it;
        None where defined names may get other values."""
        return None if self.derived else self._small.setdefault(line, {})

    def find_witness(self, before: Expr, after: Expr, letters: tuple[Index, ...] | None = None) -> None:
        """None: most comparisons here are attempts that fail; a counterexample is looked for once,
        when nothing else explains a slip."""

    def equal(self, left: Expr, right: Expr) -> bool:
        """Whether two lines were seen to be equal; also False where it could not be said.
        Most attempts end at the first point."""
        if left.shape is not right.shape or self.clearly_different(left, right):
            return False
        return self.compare(left, right).holds

    def compare(self, before: Expr, after: Expr) -> Verdict:
        """The same; what is but another arrangement of a line that was proved is not compared again."""
        form = None if self.derived else rearranged(after)
        found = self._proved.get((before, form)) if form is not None else None
        if found is None:
            found = super().compare(before, after)
            if form is not None and found.kind == "proved":
                self._proved[before, form] = found
        return found

    def over_all(self, before: Expr, after: Expr, claim: bool = False) -> Verdict:
        """Whether two lines are equal for all values of the letters that are free in one of them."""
        return self.compare_over(before, after, tuple(sorted(before.free | after.free)), claim=claim)

    def clearly_different(self, left: Expr, right: Expr) -> bool:
        """Whether two lines of one kind differ by much at the first point, or one surely has no value where the other
        has one: cheap, and says nothing where it is False."""
        for place in self.float_points(1):
            try:
                return error_at(place, left, right) > 1e-3
            except OutOfDomain:
                return self.denied(place, left, right)
            except (NotExact, TooLarge):
                return False
        return False

    def denied(self, place: Evaluator, left: Expr, right: Expr) -> bool:
        """Whether one line surely has no value at a point where the other has one."""
        try:
            self._sides(place, left, right, Form(tuple(sorted(left.free | right.free))))
        except (Denied, NotExact, TooLarge) as reason:
            return isinstance(reason, Denied)
        return False

    def repair(self, needed: Expr, line: Expr) -> Repair | None:
        """The line as a repair, if it was seen to be what is needed:
        of its shape, with its free letters, and equal to it."""
        if line.shape is not needed.shape or line.free != needed.free or self.clearly_different(needed, line):
            return None
        verdict = self.compare(needed, line)
        return Repair(line, needed, verdict) if verdict.holds else None

    def ratio(self, top: Expr, bottom: Expr, more: int = 0) -> Factor | None:
        """The constant c with top = (c − more)·bottom: a rational number times powers of dimensions and scalar
        variables; None if there is none.

        What is returned was only measured at a few points; `scaled` lines must still be compared.
        """
        if top.shape is not bottom.shape:
            return None
        found: list[tuple[float, Evaluator]] = []
        for place in self.float_points():
            value = self._ratio_at(place, top, bottom)
            if value is None:
                return None
            if isnan(value):
                continue
            found.append((value + more, place))
            if len(found) == 2 and (plain := constant_of([value for value, _ in found])) is not None:
                return plain
        if not found:
            return None
        if self._monomials is None:
            self._monomials = Monomials(
                [(base, [float(place.value(base).data[0]) for _, place in found]) for base in self._bases()]
            )
        return self._monomials.factor([value for value, _ in found])

    def _ratio_at(self, place: Evaluator, top: Expr, bottom: Expr) -> float | None:
        """The number by which one is a multiple of the other at a point: any, NaN, where both are zero, behind a
        mask."""
        try:
            left, right = place.both(top, bottom)
        except (OutOfDomain, NotExact, TooLarge):
            return None
        sizes = [abs(entry) for entry in right]
        scale = max(sizes)
        if scale < 1e-12:
            return nan if max(map(abs, left)) < 1e-12 else None
        at = sizes.index(scale)
        value = left[at] / right[at]
        most = _CLOSE * scale * max(1, abs(value))
        return float(value) if all(abs(a - value * b) <= most for a, b in zip(left, right, strict=True)) else None

    def _bases(self) -> list[Expr]:
        """What a constant factor may be made of: dimensions, numbers among the variables, π."""
        shapes = [symbol.shape for symbol in self.problem.variables]
        names = dict.fromkeys(name for shape in shapes for side in (shape.rows, shape.cols) for name in side.names)
        numbers = [
            node
            for node in nodes_of(self.problem.loss)
            if isinstance(node, (Symbol, Constant)) and node.shape.is_number
        ]
        return [*(Size(Dim.of(name)) for name in names), *numbers]


def error_at(place: Evaluator, before: Expr, after: Expr) -> float:
    """The largest difference of two lines at a point over the largest entry."""
    left, right = place.both(before, after)
    scale = max(1e-3, max(map(abs, left)), max(map(abs, right)))
    if not scale < 1e200:
        raise OutOfDomain("numbers too large")
    return float(max(map(abs, map(sub, left, right))) / scale)

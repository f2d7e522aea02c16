"""The points of a problem in order: which sizes and which range of entries each has, and those where the loss
has a value; and what an expression needs to have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ..ir import Expr
from .arrays.tensor import TooLarge
from .evaluate import EVALUATION_LIMIT, Evaluator
from .fields import Floats, Modular, NotExact, NoValue, OutOfDomain, prime_of
from .points import DOMAINS, RANGES, Point, Setting

_LARGER_LIMIT: Final = 200_000
"""So many entries may be computed at a point with a large dimension."""


class Points:
    """The points of one reading of a problem, in order: made when first asked for, kept with what is known there."""

    def __init__(self, setting: Setting, shrunk: dict[int, int] | None = None, tied: bool = True) -> None:
        self.setting = setting
        self._given: dict[str, Any] = {"shrunk": shrunk, "tied": tied}
        self._exact: dict[int, Evaluator | None] = {}
        self._floats: dict[int, Evaluator | None] = {}
        sizes = setting.sizes
        self.turns = [*sizes.base, *sizes.extremes]
        base = len(sizes.base)
        self.slots = [(0, "generic"), (1, "generic"), (base - 1, "small"), (0, "large"), (1, "mixed")]
        self.slots += [*((turn, "generic") for turn in sizes.extremes), (0, "tiny"), (1, "huge")]
        self.exact_base = base
        self.between: dict[Any, Any] = {}
        """The segments between kinks that were laid so far, by the kinks."""

    def exact(self, number: int) -> Evaluator | None:
        """The point of that number modulo the prime; None if the facts exclude its sizes."""
        if number not in self._exact:
            turn = self.turns[number] if number < len(self.turns) else number % self.exact_base
            sizes = self.setting.sizes.at(turn)
            field = Modular(f"{self.setting.seed}/{number}", prime_of(self.setting.seed))
            point = None if sizes is None else Point(self.setting, number, "exact", field, sizes, **self._given)
            self._exact[number] = None if point is None else Evaluator(point, self._limit(turn))
        return self._exact[number]

    def inside(self, number: int, loss: Expr) -> Evaluator | None:
        """The point of that number in floats, inside the domain of the loss; None if there is none."""
        if number not in self._floats:
            self._floats[number] = self._drawn_inside(number, loss)
        return self._floats[number]

    def made(self) -> list[Evaluator]:
        """All points that were asked for."""
        return [place for place in (*self._exact.values(), *self._floats.values()) if place is not None]

    def _limit(self, turn: int) -> int:
        return _LARGER_LIMIT if turn in self.setting.sizes.extremes else EVALUATION_LIMIT

    def _drawn_inside(self, number: int, loss: Expr) -> Evaluator | None:
        later = (number % self.exact_base, DOMAINS[number % len(DOMAINS)])
        turn, mode = self.slots[number] if number < len(self.slots) else later
        sizes = self.setting.sizes.at(turn)
        if sizes is None:
            return None
        for draw, way in enumerate([mode, mode + " positive", *DOMAINS, "generic", "generic"]):
            if way not in RANGES:
                continue
            point = Point(self.setting, 100 * draw + number, way, Floats(), sizes, **self._given)
            found = Evaluator(point, self._limit(turn))
            try:
                found.value(loss)
            except NoValue as lacking:
                if "invertible" in lacking.needs:
                    return None
            except OutOfDomain:
                continue
            except (NotExact, TooLarge):
                return None
            else:
                return found
        return None

    def scaled(self, number: int, mode: str, turn: int, factor: float, symbols: Iterable[Expr]) -> Evaluator:
        """A point of floats drawn in a range, some variables scaled by a factor."""
        sizes = self.setting.sizes.at(turn) or self.setting.sizes.at(0)
        factors = dict.fromkeys(symbols, factor)
        return Evaluator(Point(self.setting, number, mode, Floats(), sizes, factors=factors, **self._given))

    def like(self, base: Point, number: int | None = None, mode: str | None = None, factor: float = 1) -> Point:
        """A point of the sizes of another: the same draw, or one of its own."""
        drawn = base.number if number is None else number
        own: dict[Expr, float] = dict.fromkeys(self.setting.problem.variables, factor)
        factors = base.factors if number is None else own
        return Point(self.setting, drawn, mode or base.mode, base.field, base.sizes, factors=factors, **self._given)


class Denied(Exception):
    """One side has a value where the other has none."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


def condition(lacking: NoValue) -> str:
    """What an expression needs to have a value: `w > 0`."""
    from ..notation.printing.to_text import to_text

    return lacking.needs.format(to_text(lacking.argument) if isinstance(lacking.argument, Expr) else "its argument")


def counts(place: Evaluator, lacking: NoValue) -> bool:
    """Whether that a side has no value tells something: a zero divisor at a size of 1 is an accident of that size, but
    for one that is made of sizes alone, m − 1."""
    point, by = place.point, lacking.argument
    accident = "≠" in lacking.needs and isinstance(point, Point) and 1 in point.sizes.values()
    return not accident or (isinstance(by, Expr) and not by.symbols)

"""What an expression needs to have a value."""

from __future__ import annotations

from ..ir import Expr
from .evaluate import Evaluator
from .fields import NoValue
from .points import Point


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

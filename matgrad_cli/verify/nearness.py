"""Whether two arrays of floats are equal, entry by entry, each at its own scale and beside the noise of its own
computation."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from .. import ir
from ..diagnostics.record import record
from ..ir import Expr
from .arrays.jets import Jet, Tags
from .arrays.tensor import on_entries
from .evaluate import Evaluator
from .verdict import Verdict

AGREE: Final = 1e-9
DIFFER: Final = 1e-6
_NOISE: Final = 30.0
"""A difference counts if it is so many times what the entry moved by when its last digits were shaken."""
_SURE: Final = 100.0
"""A difference of so many times the noise (with its factor) is none of rounding, however small it is."""
_TELLING: Final = 1e-3
"""An entry tells something if its noise (with that factor) is below this part of it."""
_SHAKEN: Final = 2
"""So often the noise is measured: by chance a change can cancel once."""
_UNMEASURED: Final = 1e-14
"""Noise where it cannot be measured: what a sum of numbers around 1 may be off by."""
CLEAR: Final = 1e-3
"""A difference at a single point counts only if it is this large."""
_AGREEING: Final = 2
"""So many points in floats must agree, and say something, for a line to hold."""
_ORDINARY: Final = frozenset(("generic", "positive", "negative", "fractions", "above", "small", "small positive"))
_LARGEST: Final = 1e200

Outcome = Literal["agrees", "differs", "unclear", "noise", "nothing"]
Numbers = Sequence[Any]


@record
class Nearness:
    """How two arrays compare, and the largest error beside the size of its entry.

    `noise`: both are zero but for rounding; `nothing`: there are no values to compare. `sure`: the error is small, and
    far above what rounding can do, so that it is no accident of an extreme point.
    """

    outcome: Outcome
    error: float = 0.0
    sure: bool = False


def nearness(left: Numbers, right: Numbers, shaken: Callable[[int], tuple[Numbers, Numbers] | None]) -> Nearness:
    """Compares two arrays of one form.

    `shaken` computes both again with other digits at the end, by the number of the trial; it is asked only where it
    matters. None where that has no value: at sign(u − u) for instance. Then what is tiny in itself is taken for noise.
    """
    total = sum(map(abs, left)) + sum(map(abs, right))
    if not total < _LARGEST:
        return Nearness("nothing")
    errors = [abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0 for a, b in zip(left, right, strict=True)]
    worst = max(errors, default=0.0)
    if worst <= AGREE and total > 0:
        return Nearness("agrees", worst)
    again = [moved for number in range(_SHAKEN) if (moved := shaken(number)) is not None]
    told, largest, sure = False, 0.0, False
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        size = max(abs(a), abs(b))
        noise = _NOISE * max((max(abs(a - one[k]), abs(b - other[k])) for one, other in again), default=_UNMEASURED)
        apart = abs(a - b) - noise
        if apart > DIFFER * size:
            return Nearness("differs", worst)
        if apart > AGREE * size:
            largest = max(largest, apart / size)
            sure = sure or apart > _SURE * noise
        told = told or noise <= _TELLING * size
    if largest:
        return Nearness("unclear", largest, sure)
    return Nearness("agrees" if told else "noise", 0.0 if not told else min(worst, AGREE))


_PRODUCTS: Final = (ir.Mul, ir.Hadamard, ir.MatMul, ir.Kron, ir.Power, ir.MatrixPower)
_ROUNDED: Final = (ir.Symbol, ir.Add, *_PRODUCTS, ir.Inverse, ir.Call, ir.SumOver)


@lru_cache(maxsize=_SHAKEN)
def _shakes(number: int) -> tuple[float, ...]:
    """Factors that change the last five digits or so of 52, of either sign, in no order."""
    rng = random.Random(number)
    return tuple([1 + rng.choice((-1, 1)) * rng.randint(8, 64) * 2.0**-52 for _ in range(251)])


class Shaken(Evaluator):
    """Evaluates at the same point with every result off in its last digits: what moves by that is noise."""

    def __init__(self, place: Evaluator, number: int) -> None:
        super().__init__(place.point, place.limit)
        self._shakes = itertools.cycle(_shakes(number))

    def _compute(self, node: Expr, tags: Tags) -> Jet | Exception:
        found = super()._compute(node, tags)
        exact = isinstance(node, ir.Call) and node.function in ("step", "sign")
        if exact or isinstance(found, Exception) or not isinstance(node, _ROUNDED):
            return found
        product = isinstance(node, ir.Mul | ir.Hadamard)
        ways = (self._moved, self._moved_but_units)
        return {some: on_entries(tensor, ways[product or bool(some)]) for some, tensor in found.items()}

    def _moved(self, data: Sequence[Any]) -> Sequence[Any]:
        return [value * shake for value, shake in zip(data, self._shakes, strict=False)]

    def _moved_but_units(self, data: Sequence[Any]) -> Sequence[Any]:
        """A product or a slope that is 1 or −1 beside all that moved is one of masks or of a variable, and exact."""
        moved = self._moved(data)
        return [value if abs(value) == 1 else new for value, new in zip(data, moved, strict=True)]


def weighed(found: list[tuple[Evaluator, Nearness]], excluded: list[str], unseen: bool) -> Verdict:
    """What the points say together; sides of kinks that are excluded, and whether one was seen nowhere."""
    agreeing = [near.error for _, near in found if near.outcome == "agrees"]
    differing = [near.error for _, near in found if near.outcome == "differs"]
    unclear = [(near.sure, getattr(place.point, "mode", "")) for place, near in found if near.outcome == "unclear"]
    hidden = any(sure or mode in _ORDINARY for sure, mode in unclear)
    told = len(agreeing) + len(differing)
    if differing and (len(differing) > 1 or differing[0] > CLEAR or told == 1):
        return Verdict("differs", f"error {max(differing):.1g} at {len(differing)} of {told} random points")
    if len(agreeing) >= _AGREEING and not differing and not hidden and not unseen:
        by = f"worst error {max(agreeing):.1g} at {len(agreeing)} random points"
        return Verdict("agrees", "; ".join((by, *excluded)))
    if not found:
        return Verdict("unknown", "no point was found inside the domain")
    return Verdict("unknown", "rounding, overflow or underflow hides whether the two sides are equal")

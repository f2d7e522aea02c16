"""How much the search for mended lines may try: counted, so that what is found is the same on every machine."""

from __future__ import annotations

from ....verify.programs.machine import OPERATIONS
from ..benches import Bench

MOST_IN_ALL = 25_000
"""So much may be tried for the claims of a unit; one is an edit of an expression, about a fifth of a millisecond."""
MOST_FOR_A_CLAIM = 10_000
_OPERATIONS_OF_ONE = 25
_READING = 3


class Effort:
    """What has been tried, and up to where; parts of an effort count together."""

    def __init__(self, most: int = MOST_IN_ALL, tried: list[int] | None = None) -> None:
        self._tried = tried if tried is not None else [0]
        self._end = self._tried[0] + most

    @property
    def left(self) -> int:
        """How much may still be tried."""
        return max(self._end - self._tried[0], 0)

    def part(self, most: int) -> Effort:
        """At most so much of what is left."""
        return Effort(min(most, self.left), self._tried)

    def half(self) -> Effort:
        """Half of what is left."""
        return self.part(self.left // 2)

    def longer(self) -> Effort:
        """What is left, and what one claim may take."""
        return Effort(self.left + MOST_FOR_A_CLAIM, self._tried)

    def value(self) -> bool:
        """Takes what an edit of an expression costs; False where nothing is left."""
        self._tried[0] += 1
        return self._tried[0] <= self._end

    def reading(self, bench: Bench) -> bool:
        """Takes what it costs to read the unit once more; False where nothing is left."""
        self._tried[0] += _READING + (OPERATIONS - bench.trial.base.machine.operations) // _OPERATIONS_OF_ONE
        return self._tried[0] <= self._end

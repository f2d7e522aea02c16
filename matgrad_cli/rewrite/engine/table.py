"""What the letters of a rule stand for: a table that a match fills and the right side reads."""

from __future__ import annotations

from typing import Any

from ...ir import Dim

Table = dict[Any, Any]
"""Pattern variable → expression, dimension name → Dim, pattern letter → position (None: the side has size 1; several
letters where one letter of the rule stands for all of a Σ), DIRECTION → expression."""

DIRECTION = ("direction",)
"""Under this key stands the direction of the differential that was matched."""


def instantiate_dim(p: Dim, b: Table) -> Dim:
    """A dimension of a pattern with its names replaced by what they stand for."""
    result = Dim(p.factor)
    for name, power in p.powers:
        for _ in range(power):
            result = result * b.get(name, Dim.of(name))
    return result

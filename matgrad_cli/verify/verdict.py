"""What a comparison of two lines says, and with which evidence."""

from __future__ import annotations

from typing import Literal

from ..diagnostics.record import record

Kind = Literal["proved", "agrees", "differs", "unknown"]

Nested = float | int | str | list["Nested"]
"""A number or nested lists of numbers, as JSON holds them."""


@record
class Witness:
    """Values at which two lines differ: the variables by name, and what each line is there."""

    values: tuple[tuple[str, Nested], ...]
    left: Nested
    right: Nested


@record
class Verdict:
    """`proved` (exactly equal modulo a prime), `agrees` (floats at several points), `differs`, or `unknown`;
    `by` is the evidence.

    `needs` is the condition under which the two sides were seen to be equal,
    if there are sizes or points that it excludes.
    """

    kind: Kind
    by: str
    witness: Witness | None = None
    needs: str = ""

    @property
    def holds(self) -> bool:
        """Whether the two lines were seen to be equal."""
        return self.kind in ("proved", "agrees")


def weakest(verdicts: list[Verdict]) -> Kind:
    """The verdict of a chain: differs before unknown before agrees before proved."""
    kinds: tuple[Kind, ...] = ("differs", "unknown", "agrees")
    for kind in kinds:
        if any(verdict.kind == kind for verdict in verdicts):
            return kind
    return "proved"

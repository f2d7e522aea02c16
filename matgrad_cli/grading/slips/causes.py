"""What kind of slip makes a line wrong. A cause is named where a repaired line was proposed, judged, and holds."""

from __future__ import annotations

from typing import Final

from ...diagnostics import Label, Span
from ...diagnostics.record import record
from ...ir import Expr
from ...verify.verdict import Verdict

CAUSES: Final = frozenset(
    (
        "bad-sum-collapse other-layout missing-transpose lost-factor wrong-sign dropped-term extra-term wrong-order "
        "product-for-hadamard missing-inverse product-rule chain-rule inverse-rule cyclic-trace-misuse needs-fact"
    ).split()
)
"""The codes that say how a line is mended. (`wrong-delta` and the codes before it can be seen in the form alone.)"""


@record
class Repair:
    """The line `expr`, judged: it has the shape and the free letters of what is `needed`, and its values."""

    expr: Expr
    needed: Expr
    verdict: Verdict

    def __post_init__(self) -> None:
        if not self.verdict.holds:
            raise ValueError("a repair must hold")
        if self.expr.shape is not self.needed.shape or self.expr.free != self.needed.free:
            raise ValueError("a repair has the kind of what is needed")


@record
class Slip:
    """A kind of slip: its code, what is wrong, the evidence, a checked suggestion,
    and the place or the part at fault where it is known, with which of how many such parts it is.

    A code that names a cause has its repair: the line as it would be right, which was judged. `holds`: the line is
    right in itself. `cause` is the slip by which the shapes do not fit, where mending it was seen to make the line
    right. `labels` are places with what is said of each, the first at `span`:
    the two operands that do not fit, with their shapes.
    """

    code: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None
    span: Span | None = None
    part: Expr | None = None
    repair: Repair | None = None
    holds: bool = False
    cause: str | None = None
    labels: tuple[Label, ...] = ()
    nth: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        if self.code in CAUSES and self.repair is None:
            raise ValueError(f"{self.code} names a cause whose repair was not judged")

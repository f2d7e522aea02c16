"""What kind of slip makes a line wrong. A cause is named where a repaired line was proposed, judged, and holds."""

from __future__ import annotations

from ...diagnostics import Label, Span
from ...diagnostics.record import record
from ...ir import Expr
from .repair import CAUSES, Repair


@record
class Slip:
    """A kind of slip: its code, what is wrong, the evidence, a checked suggestion, and the place or the part at fault where it is known.

    A code that names a cause has its repair: the line as it would be right, which was judged. `holds`: the line is right in itself.
    `cause` is the slip by which the shapes do not fit, where mending it was seen to make the line right. `labels` are places with what is
    said of each, the first at `span`: the two operands that do not fit, with their shapes.
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

    def __post_init__(self) -> None:
        if self.code in CAUSES and self.repair is None:
            raise ValueError(f"{self.code} names a cause whose repair was not judged")

"""What kind of slip makes a line wrong. A cause is named where a repaired line was proposed, judged, and holds."""

from __future__ import annotations

from typing import Final

from ...diagnostics import Label, Span
from ...diagnostics.record import record
from ...ir import Expr
from ...verify.verdict import Verdict

HINTS: Final[dict[str, str]] = {
    "unknown-name": "a name is used that neither the problem nor the derivation introduces",
    "non-conformable": "the shapes inside do not fit together",
    "number-for-matrix": "one side is a number and the other is not",
    "number-plus-array": "a number is added to an array",
    "shape-mismatch": "the shape is not the one that is asked",
    "free-index-mismatch": "the free indices are not the same everywhere",
    "index-reused": "an index letter is used twice for different things",
    "wrong-delta": "look again at the δ: which entries does it compare",
    "bad-sum-collapse": "a sum was moved or dropped where it must stay",
    "other-layout": "right, but in another layout than the one asked",
    "missing-transpose": "a transpose is missing or too many",
    "lost-factor": "a constant factor is off",
    "wrong-sign": "the sign is off",
    "dropped-term": "a term or a factor is missing",
    "extra-term": "there is a term or a factor too many",
    "wrong-order": "the factors of a product stand in the wrong order",
    "product-for-hadamard": "a matrix product and an elementwise product are confused",
    "missing-inverse": "an inverse is missing or too many",
    "missing-sum": "a sum over an axis is missing",
    "product-rule": "look again at the product rule",
    "chain-rule": "look again at the chain rule",
    "inverse-rule": "look again at the derivative of an inverse",
    "cyclic-trace-misuse": "under a trace factors may only rotate",
    "needs-fact": "true only under a condition that the problem does not state",
    "differs": "the values differ",
}

CODES: Final = tuple(HINTS)
"""The closed list of codes for wrong lines, in the order in which they are looked for,
with the hint that `reveal = hint` shows."""

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

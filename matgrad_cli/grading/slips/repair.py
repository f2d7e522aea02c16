"""A repaired line: an expression that was judged to be what is needed. Without one no cause is named."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import record
from ...ir import Expr
from ...verify.verdict import Verdict

CAUSES: Final = frozenset(
    (
        *("bad-sum-collapse", "other-layout", "missing-transpose", "lost-factor", "wrong-sign", "dropped-term", "extra-term"),
        *("wrong-order", "product-for-hadamard", "missing-inverse", "product-rule", "chain-rule", "inverse-rule"),
        *("cyclic-trace-misuse", "needs-fact"),
    )
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

"""Where the loss of a unit is to be had, or that there is none."""

from __future__ import annotations

from ...diagnostics.record import record

OUTPUTS = ("out", "output", "outputs", "y", "Y", "y_hat", "yhat", "z", "Z", "result", "h", "H")
CACHES = ("cache", "ctx", "saved", "memory", "tape", "tmp", "context", "caches", "state")

SLOPES = "slopes"
"""How a function of each entry is judged whose derivative gets nothing from above."""


class NoLoss(Exception):
    """The unit has no loss that can be read; `line` is where this shows."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


@record
class Plan:
    """Where the loss of a unit is to be had: after which assignment (None:
    when the forward part has returned), and how it is said."""

    after: int | None
    way: str
    said: str

"""Where the loss of a unit is to be had, or that there is none."""

from __future__ import annotations

from ...diagnostics.record import record
from ...verify.programs.values import Fault

OUTPUTS = ("out", "output", "outputs", "y", "Y", "y_hat", "yhat", "z", "Z", "result", "h", "H")
CACHES = ("cache", "ctx", "saved", "memory", "tape", "tmp", "context", "caches", "state")

SLOPES = "slopes"
"""How a function of each entry is judged whose derivative gets nothing from above."""


class NoLoss(Fault):
    """The unit has no loss that can be read; `line` is where this shows."""


@record
class Plan:
    """Where the loss of a unit is to be had: after which assignment (None:
    when the forward part has returned), and how it is said."""

    after: int | None
    way: str
    said: str

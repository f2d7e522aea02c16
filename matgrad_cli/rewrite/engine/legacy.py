"""Rules whose steps are still made by other code under the rule's name. The list may only become shorter; a test counts it.

A rule leaves it when its text, or its one function (`application.native`), makes the step: then the step can be run again.
"""

from __future__ import annotations

from typing import Final

LEGACY: Final = frozenset(
    (
        "change-layout",
        "derivative-of-sum",
        "differential-factor",
        "distribute-sum",
        "drop-zero",
        "expand-constant",
        "expand-product",
        "gradient-dot",
        "gradient-first",
        "gradient-linear",
        "gradient-linear-transposed",
        "gradient-places",
        "gradient-product",
        "gradient-quadratic",
        "gradient-quadratic-vector",
        "merge-like-terms",
        "multiply-numbers",
        "name-coefficient",
        "name-part",
        "name-terms",
        "norm-squared-trace",
        "open-name",
        "trace-add",
        "transpose-of-product",
        "zero-matrix",
    )
)

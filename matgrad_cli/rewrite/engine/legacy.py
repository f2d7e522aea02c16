"""Rules whose steps are still made by other code under the rule's name. The list may only become shorter; a test counts it.

A rule leaves it when its text, or its one function (`application.native`), makes the step: then the step can be run again.
"""

from __future__ import annotations

from typing import Final

LEGACY: Final = frozenset(
    (
        "distribute-sum",
        "multiply-numbers",
        "name-coefficient",
    )
)

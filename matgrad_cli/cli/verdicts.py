"""From what was verified to the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic

if TYPE_CHECKING:
    from ..records import Derivation


def exit_code(derivations: Sequence[Derivation]) -> int:
    """0 when every step and the result were seen to hold, 4 with a warning when something could not be checked."""
    from .guard import tell

    kinds = {derivation.verdict for derivation in derivations}
    if "unknown" not in kinds:
        return 0
    doubtful = [
        verdict.by
        for derivation in derivations
        for verdict in (*(step.verdict for step in derivation.steps), derivation.readoff.verdict)
        if verdict.kind == "unknown"
    ]
    tell(
        Diagnostic(
            "not-verified",
            "the result could not be verified",
            notes=tuple(dict.fromkeys(doubtful))[:3],
            severity="warning",
        )
    )
    return 4

"""From what was verified to the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic
from .guard import tell

if TYPE_CHECKING:
    from ..records import Derivation


def exit_code(derivations: Sequence[Derivation]) -> int:
    """0 when every step and the result were seen to hold, 4 with a warning when something could not be checked."""
    verdicts = [step.verdict for derivation in derivations for step in derivation.steps]
    verdicts += [derivation.readoff.verdict for derivation in derivations]
    return 4 if unverified("result", (verdict.by for verdict in verdicts if verdict.kind == "unknown")) else 0


def unverified(what: str, doubts: Iterable[str]) -> bool:
    """Whether there are doubts; they are told."""
    notes = tuple(dict.fromkeys(doubts))[:3]
    if notes:
        tell(Diagnostic("not-verified", f"the {what} could not be verified", notes=notes, severity="warning"))
    return bool(notes)

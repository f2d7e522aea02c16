"""The kind of slip behind a wrong claim, and the line that mends it."""

from __future__ import annotations

import ast

from ...diagnostics.record import record


@record
class Cause:
    """What kind of slip a wrong claim is: its code, a sentence, the mended line, and whether another line than the claim's is at fault."""

    code: str
    message: str
    help: str | None = None
    notes: tuple[str, ...] = ()
    statement: ast.stmt | None = None

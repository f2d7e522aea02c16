"""`matgrad why CODE`: a page on one message code."""

from __future__ import annotations

from typing import Annotated

import typer

from ..diagnostics import Diagnostic, UsageError
from .output import deliver

Code = Annotated[str | None, typer.Argument(metavar="CODE", help="The word in brackets of a message; without it, all codes are listed.")]


def why(code: Code = None) -> int:
    """Explain one message code: what it means, an example that raises it, how to mend it."""
    from ..diagnostics.pages import codes, plain, title

    if code is None:
        width = max(map(len, codes()))
        deliver("\n".join(f"{name:<{width}}  {title(name)}" for name in codes()), None)
        return 0
    name = code.strip().strip("[]`")
    name = name.partition("[")[2] or name
    if name not in codes():
        from .choices import nearest

        close = nearest(name, codes())
        raise UsageError(
            Diagnostic(
                "unknown-code",
                f"no message has the code `{name}`",
                help=f"`matgrad why {close}`" if close else "`matgrad why` lists the codes",
            )
        )
    deliver(plain(name), None)
    return 0

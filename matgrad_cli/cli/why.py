"""`matgrad why CODE`: a page on one message code, or on one idea."""

from __future__ import annotations

from typing import Annotated

import typer

from ..diagnostics import UsageError
from .output import columns, deliver

_HELP = "The word in brackets of a message, or an idea (delta, layout, …); without it, all are listed."
Code = Annotated[str | None, typer.Argument(metavar="CODE", help=_HELP)]


def why(code: Code = None) -> int:
    """Explain one message code (what it means, an example, how to mend it),
    or one idea of the calculus with matrices."""
    from ..diagnostics.pages import codes, ideas, plain, title

    if code is None:
        width = max(map(len, codes()))
        lists = ["ideas:", *(f"{name:<{width}}  {title(name)}" for name in ideas()), "", "codes of messages:"]
        deliver("\n".join([*lists, *(f"{name:<{width}}  {title(name)}" for name in codes())]), None)
        return 0
    name = code.strip().strip("[]`")
    name = name.partition("[")[2] or name
    if name == "json":
        deliver(_schemas(), None)
        return 0
    known = (*ideas(), *codes())
    if name not in known:
        from .choices import nearest

        close = nearest(name, known)
        said = f"there is no page on `{name}`: it is no code of a message and no idea"
        help_ = f"`matgrad why {close}`" if close else "`matgrad why` lists the pages"
        raise UsageError.coded("unknown-code", said, help=help_)
    deliver(plain(name, columns()), None)
    return 0


def _schemas() -> str:
    """Where the JSON Schemas of the reports are."""
    from pathlib import Path

    folder = Path(__file__).parents[1] / "records" / "schemas"
    rows = "".join(f"  matgrad {file.stem} --format json    {file}\n" for file in sorted(folder.glob("*.json")))
    said = "The reports for programs are described by JSON Schemas (draft 2020-12)"
    return f"{said}; readers ignore keys that they do not know:\n\n{rows}"

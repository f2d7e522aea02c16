"""Rows for a terminal: what changed, what is quiet and what was checked in colour."""

from __future__ import annotations

from collections.abc import Iterable

from .rows import Row, Style

_COLOURS: dict[Style, str] = {
    "title": "bold",
    "number": "bold",
    "new": "cyan",
    "old": "yellow",
    "good": "green",
    "doubt": "yellow",
    "bad": "bold red",
    "quiet": "dim",
    "result": "bold",
}


def coloured(rows: Iterable[Row]) -> str:
    """Rows as ANSI text."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(file=StringIO(), force_terminal=True, color_system="standard", highlight=False, soft_wrap=True)
    for row in rows:
        text = Text(row.text)
        for start, end, style in row.styles:
            text.stylize(_COLOURS[style], start, end)
        console.print(text)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()

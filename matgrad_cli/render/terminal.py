"""A derivation for a terminal: the text page with what changed, what is quiet and what was checked in colour."""

from __future__ import annotations

from collections.abc import Iterable

from ..records import Derivation
from .page import page
from .rows import Row, Style
from .text import page_rows
from .view import View

_COLOURS: dict[Style, str] = {
    "title": "bold", "number": "bold", "new": "cyan", "old": "yellow", "good": "green", "doubt": "yellow",
    "bad": "bold red", "quiet": "dim", "result": "bold",
}  # fmt: skip


def render_terminal(derivation: Derivation, view: View | None = None) -> str:
    """The page of a derivation; with `view.colour` as ANSI text."""
    shown = view or View()
    return printed(page_rows(page(derivation, shown), shown), shown.colour)


def printed(rows: Iterable[Row], colour: bool) -> str:
    """Rows as text; with `colour` as ANSI text."""
    if not colour:
        return "\n".join(row.text.rstrip() for row in rows) + "\n"
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

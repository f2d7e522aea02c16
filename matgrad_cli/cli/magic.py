"""`%load_ext matgrad_cli`: the magic `%matgrad` and the cell magic `%%matgrad`, whose cell is the loss,
or the document to check; or begins with the command line."""

from __future__ import annotations

import io
import shlex
import sys
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from ..diagnostics import MatgradError
from ..diagnostics.show import show
from .app import command_line
from .guard import guarded

_PAGES = ("explain", "solve", "check")


class Page:
    """What a command printed: mathematics in a notebook, text elsewhere."""

    def __init__(self, text: str, html: str) -> None:
        self.text, self.html = text, html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def load(shell: Any) -> None:
    """Gives an IPython shell the magics."""
    pages = type(shell).__name__ != "TerminalInteractiveShell"  # a terminal shows no HTML
    shell.register_magic_function(matgrad if pages else partial(matgrad, pages=False), "line_cell", "matgrad")


def matgrad(line: str, cell: str | None = None, pages: bool = True) -> Page | None:
    """A command line without the word `matgrad`; a cell stands where the loss or the file would. Where nothing stands
    beside `%%matgrad`, the cell's first line is the command line."""
    if cell is not None and not line.strip():
        line, _, cell = cell.strip().partition("\n")
    words = shlex.split(line)
    if cell is not None and not cell.strip():
        cell = None
    if cell is not None and "-" not in words:
        words.insert(1, "-")
    drawn = pages and words[:1] in ([name] for name in _PAGES) and "--format" not in words
    if not drawn:
        guarded(lambda: _run(words, cell), words)
        return None
    stream, held = io.StringIO(), list[MatgradError]()

    def action() -> int:
        with redirect_stdout(stream):
            try:
                return _run([*words, "--format", "html"], cell)
            except MatgradError as error:
                held.append(error)
                return error.exit_code

    guarded(action, words)
    if held:
        from ..reports.page import message_html

        return Page(show(held[0].diagnostic), message_html(held[0].diagnostic))
    return Page("", stream.getvalue())


def _run(words: list[str], cell: str | None) -> int:
    """The command, with the cell as its standard input."""
    before = sys.stdin
    if cell is not None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(cell.strip().encode()), encoding="utf-8")
    try:
        return command_line(words)
    finally:
        sys.stdin = before

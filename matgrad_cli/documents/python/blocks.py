"""Python inside other files: fenced blocks of Markdown, code cells of notebooks;
each character at its place in the file or the cell."""

from __future__ import annotations

import ast
import re

from ...diagnostics import Source
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ..passage import blank, blank_text
from ..sheets.sheet import Cell, cells_of

_FENCE = regex(
    r"^(?P<mark>`{3,}|~{3,})[ \t]*\{?\.?(?:python|py|python3|ipython"
    r"|pycon)\b[^\n]*\n(?P<code>.*?)(?:^(?P=mark)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_MAGIC = regex(r"^[ \t]*[%!?][^\n]*", re.MULTILINE)


@record
class Blocks:
    """The code of a document. `text` is as long as the source: what is no code is blank;
    `cells` are the cells of a notebook."""

    source: Source
    text: str
    cells: tuple[Cell, ...] = ()


def fenced(source: Source) -> Blocks | None:
    """The Python blocks of a Markdown text; None where there is none."""
    text, end = "", 0
    for block in _FENCE.finditer(source.text):
        text += blank_text(source.text[end : block.start("code")]) + _readable(block["code"])
        end = block.end("code")
    return Blocks(source, text + blank_text(source.text[end:])) if text.strip() else None


def of_cells(source: Source) -> Blocks | None:
    """The code cells of a notebook; None where there is none, or it is no notebook."""
    whole, text, found = "", "", []
    for number, written in cells_of(source, "code") or ():
        found.append(Cell(number, len(whole), Source(f"{source.name}, cell {number}", written)))
        whole += written + "\n"
        text += _readable(written) + "\n"
    return Blocks(Source(source.name, whole), text, tuple(found)) if text.strip() else None


def is_program(text: str) -> bool:
    """Whether a text without a telling name is a Python program, and no formula:
    it parses, and imports or defines something."""
    telling = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return any(isinstance(line, telling) for line in _lines(text) or ())


def _readable(code: str) -> str:
    """The code without a notebook's commands; blank where it is no Python."""
    code = _MAGIC.sub(blank, code)
    return blank_text(code) if _lines(code) is None else code


def _lines(code: str) -> list[ast.stmt] | None:
    """The lines of a program; None where it is none."""
    try:
        return ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

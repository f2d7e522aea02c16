"""Markdown files: fenced blocks with the info string `matgrad`: keys, a blank line,
one line of the derivation per line."""

from __future__ import annotations

from ..diagnostics import Source, Span
from .display_rows import body_rows
from .hidden import shown_in_markdown
from .keys import BEGINS, END, Collector, Document, known_key, near_key, split_key
from .passage import Passage


def read_markdown(source: Source) -> Document:
    """The exercises of a Markdown file, one or more to a block."""
    collector = Collector(source)
    fence, inside, header, position = "", False, False, 0
    opened = 0
    for raw in shown_in_markdown(source.text).splitlines(keepends=True):
        line = Passage(raw.rstrip("\r\n"), position).stripped()
        if not fence:
            fence, inside = _opening(line.text)
            header, opened = inside, position
        elif line.text.startswith(fence) and not line.text.strip(fence[0]):
            fence, inside = "", False
        elif inside and header:
            header = _header_line(collector, line)
        elif inside:
            _body_line(collector, line)
        position += len(raw)
    if fence and inside:
        message = "the block is not closed, so it was read to the end of the file"
        collector.warn("open-block", message, Span(opened, opened + len(fence)), f"end the block with `{fence}`")
    return collector.document()


def _opening(text: str) -> tuple[str, bool]:
    """The fence that a line opens (three or more ` or ~), and whether its info string is `matgrad`."""
    for mark in "`~":
        width = len(text) - len(text.lstrip(mark))
        if width >= 3:
            info = text[width:].strip().strip("{}").lstrip(".").split()
            return mark * width, bool(info) and info[0].lower() == "matgrad"
    return "", False


def _header_line(collector: Collector, line: Passage) -> bool:
    """Reads one line of the head of a block; False where the derivation begins."""
    if not line.text:
        return not (collector.head or collector.exercises)
    if line.text.startswith("#"):
        return True
    pair = split_key(line)
    if pair is not None and (known_key(pair[0]) or _slip_of_a_key(line.text, pair[0])):
        collector.key(pair[0], pair[1], line)
        return True
    collector.rows([line])
    return False


def _slip_of_a_key(text: str, word: str) -> bool:
    """Whether a line looks like `key: value` with a key misspelt or unknown, and not like mathematics."""
    plain = word.isascii() and word.replace("-", "").replace("_", "").isalpha() and len(word) > 2
    return plain and (text[len(word) : len(word) + 1] == ":" or near_key(word) is not None)


def _body_line(collector: Collector, line: Passage) -> None:
    """A line of the derivation; or `problem:`, `loss:` for the next problem, or a key before the first line."""
    pair = split_key(line)
    if line.text == END:
        collector.end()
    elif pair is not None and _is_key(collector, line.text, pair[0]):
        collector.key(pair[0], pair[1], line)
    elif line.text:
        collector.rows(list(body_rows(line)))


def _is_key(collector: Collector, text: str, word: str) -> bool:
    if word in (*BEGINS, "id", "answer") and text[len(word) :].lstrip().startswith(":"):
        return True
    return known_key(word) is not None and bool(collector.exercises) and not collector.exercises[-1][1]

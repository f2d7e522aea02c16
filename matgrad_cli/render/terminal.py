"""Rows for a terminal: what changed, what is quiet and what was checked in colour."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from .rows import Row, Style

_CODES: dict[Style, str] = {
    "title": "1", "number": "1", "new": "36", "old": "33", "good": "32",
    "doubt": "33", "bad": "1;31", "quiet": "2", "result": "1",
}  # fmt: skip


def coloured(rows: Iterable[Row]) -> str:
    """Rows as ANSI text."""
    return "".join(f"{_painted(row)}\n" for row in rows)


def _painted(row: Row) -> str:
    codes = [""] * len(row.text)
    for start, end, style in row.styles:
        codes[start:end] = [_CODES[style]] * len(codes[start:end])
    runs = groupby(zip(codes, row.text, strict=True), lambda one: one[0])
    texts = ((code, "".join(sign for _, sign in run)) for code, run in runs)
    return "".join(f"\x1b[{code}m{text}\x1b[0m" if code else text for code, text in texts)

"""Rows of a text page: characters in columns, and which of them are marked as what. Text drops the marks, a terminal
colours them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from ..ir import Expr, Path, Shape
from ..notation.printing.precedence import split_marks
from ..notation.printing.to_unicode import shape_unicode, to_unicode
from .document.blocks import Line
from .document.derivation import shaped_factors
from .view import View
from .wrap import prose, underline, wrapped

Style = Literal["title", "number", "new", "old", "good", "doubt", "bad", "quiet", "result"]
Span = tuple[int, int, Style]

_FACTOR = 100


class Row(NamedTuple):
    """One line of the page and the styles of parts of it: (start, end, style)."""

    text: str
    styles: tuple[Span, ...] = ()


BLANK = Row("")


def sentence_rows(
    text: str, width: int, indent: int, hanging: int | None = None, style: Style | None = None
) -> Iterator[Row]:
    """A sentence broken at spaces."""
    for line in prose(text, width, indent, hanging):
        yield Row(line, ((0, len(line), style),) if style else ())


def headline(lead: str, sentence: str, margin: str, style: Style, width: int) -> Iterator[Row]:
    """A sentence behind its number, and at the right edge what is said of the step."""
    lines = prose(sentence, width, len(lead)) or [" " * len(lead)]
    lines[0] = lead + lines[0][len(lead) :]
    last = len(lines) - 1
    if len(lines[last]) + 2 + len(margin) > width:
        lines.append("")
        last += 1
    for number, line in enumerate(lines):
        text = f"{line}{margin:>{width - len(line)}}" if number == last and margin else line
        styles: tuple[Span, ...] = ((0, len(lead), "number"),) if number == 0 and lead.strip() else ()
        if number == last and margin:
            styles += ((len(text) - len(margin), len(text), style),)
        yield Row(text, styles)


def block(
    head: str,
    text: str,
    view: View,
    marks: tuple[tuple[int, int], ...] = (),
    style: Style = "new",
    margin: str = "",
    needed: bool = False,
) -> Iterator[Row]:
    """A line of mathematics behind its head, broken and aligned; marked parts are underlined, or in colour."""
    room = max(view.width - len(head), 12)
    pieces = wrapped(text, room, max(room - 4, 8))
    for number, (start, end) in enumerate(pieces):
        before = head if number == 0 else " " * (len(head) + 4)
        begin = len(before) - start
        seen = ((max(left, start), min(right, end)) for left, right in marks)
        inside = tuple((begin + left, begin + right, style) for left, right in seen if left < right)
        below = "" if view.colour else underline(marks, start, end)
        rows = [Row((before + text[start:end]).rstrip(), inside)]
        if below:
            rows.append(Row(" " * len(before) + below, ((0, len(before) + len(below), "quiet"),)))
        yield from _with_margin(rows, margin, view.width, needed) if margin and number == len(pieces) - 1 else rows


def _with_margin(rows: list[Row], margin: str, width: int, needed: bool) -> list[Row]:
    """What is said at the right edge, on the first row with room; on a row of its own only if needed."""
    for number, row in enumerate(rows):
        if len(row.text) + 2 + len(margin) <= width:
            text = f"{row.text}{margin:>{width - len(row.text)}}"
            rows[number] = Row(text, (*row.styles, (width - len(margin), width, "quiet")))
            return rows
    return rows if not needed else [*rows, Row(f"{margin:>{width}}", ((width - len(margin), width, "quiet"),))]


def line_rows(
    head: str, line: Line, view: View, margin: str = "", changes: bool = True, needed: bool = False
) -> Iterator[Row]:
    """A line with its new parts marked, and the shapes of its factors aligned below where there is room."""
    changed = {path: number for number, path in enumerate(line.changed) if path != ()} if changes else {}
    if view.shapes:
        spread = _spread(line.body, changed)
        if spread and len(head) + max(len(spread[0]), len(spread[1])) <= view.width:
            text, shapes, spans = spread
            yield from block(head, text, view, spans, margin=margin, needed=needed)
            yield Row(" " * len(head) + shapes, ((0, len(head) + len(shapes), "quiet"),))
            return
    text, found = split_marks(to_unicode(line.body, changed))
    yield from block(head, text, view, tuple((start, end) for start, end, _ in found), margin=margin, needed=needed)


def _spread(body: Expr, changed: dict[Path, int]) -> tuple[str, str, tuple[tuple[int, int], ...]] | None:
    """A product, its factors so far apart that each shape fits below; None if the line is no product."""
    factors = {} if body.free else shaped_factors(body)
    if not factors:
        return None
    numbers = {path: _FACTOR + number for number, path in enumerate(factors)}
    text, spans = split_marks(to_unicode(body, {**changed, **numbers}))
    places = [_with_brackets(text, start, end) for start, end, mark in spans if mark >= _FACTOR]
    moved, shapes = _apart(text, places, list(factors.values()))
    marked = [(start, end) for start, end, mark in spans if mark < _FACTOR]
    marked += [place for place, path in zip(places, factors, strict=True) if path in changed]
    spread = [" "] * (moved[-1] + 1)
    for position, character in enumerate(text):
        spread[moved[position]] = character
    return "".join(spread), shapes, tuple((moved[start], moved[end - 1] + 1) for start, end in marked)


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    outer = start > 0 and end < len(text) and text[start - 1] == "(" and text[end] == ")"
    return (start - 1, end + 1) if outer else (start, end)


def _apart(text: str, places: list[tuple[int, int]], shapes: list[Shape]) -> tuple[list[int], str]:
    """For each character its new column, and the row of shapes."""
    starts = {start: shape for (start, _), shape in zip(places, shapes, strict=True)}
    row, column = "", 0
    moved: list[int] = []
    for position in range(len(text)):
        if position in starts:
            column = max(column, len(row) + 1 if row else column)
            row = f"{row:<{column}}{shape_unicode(starts[position])}"
        moved.append(column)
        column += 1
    return moved, row


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

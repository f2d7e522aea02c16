r"""Where the formulas of a text stand: `$ $$ \( \[`, display environments,
and brackets that lost their backslashes in copying."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...notation.stated_functions import closing
from ..display_rows import DISPLAYS, INNER, joined_rows, rows_of
from ..passage import Passage, blank, blanked

_ENVIRONMENT = "|".join(sorted(DISPLAYS | INNER | {"eqalign"}))
_CLOSED = r"(?=(?:(?!\n[ \t]*\n)[\s\S]){0,2000}?(?<!\\)\\\\"
_OPEN = regex(
    rf"\\begin\{{(?P<env>{_ENVIRONMENT})\*?\}}|(?P<dollars>\$\$)|(?P<bracket>\\\[|\\\\\[{_CLOSED}\]))|(?P<round>\\\(|\\\\\({_CLOSED}\)))"
    r"|(?P<dollar>\$)|\\[\s\S]"
)
"""Markdown may have a second backslash at both brackets, `\\\\[ … \\\\]`; that of `\\\\[2pt]` ends a row."""
_CLOSES = str.maketrans("[(", "])")
_PARAGRAPH = regex(r"\n[ \t]*\n")
_DROPPED = regex(r"\\(?:nonumber|notag|qedhere|displaystyle|limits|nolimits)(?![A-Za-z])|\\boldmath(?![A-Za-z])")
_LISTED = regex(r"(diag\}?\s*\(\s*)(\\?[A-Za-z]+)(_\{?1\}?\s*,\s*(?:\\[lc]?dots|…|\.\.\.)\s*,\s*\2_\{?\w+\}?)(\s*\))")
"""`diag(w_1, …, w_n)` is `diag(w)`."""
_BETWEEN = regex(r"\\(?:short)?intertext\s*(?=\{)")
_BOXED = regex(r"\\(?:[bB]oxed|fbox|ensuremath|underline)\s*(?=\{)")


@record
class Region:
    """A formula or a display: where it begins and ends, delimiters included;
    its rows as spans of the text, and their text."""

    start: int
    end: int
    display: bool
    rows: tuple[tuple[int, str], ...]


def regions(text: str) -> list[Region]:
    """All delimited formulas, in their order."""
    text = _LISTED.sub(lambda match: match[1] + match[2] + " " * (match.end(3) - match.end(2)) + match[4], text)
    text = _unboxed(text)
    lost = re.search(r"\\\(|\\\[|\$|\\begin\{(?:align|equation|gather)", text) is None
    return list(_lost(_DROPPED.sub(blank, text)) if lost else _delimited(text))


def _unboxed(text: str) -> str:
    """Without boxes; what stands in them keeps its place."""
    blanks = []
    for match in _BOXED.finditer(text):
        end = closing(text, match.end(), "{}")
        blanks += [(match.start(), match.end() + 1), (end - 1, end)] if end is not None else []
    return blanked(text, blanks)


def _delimited(text: str) -> Iterator[Region]:
    kept = _DROPPED.sub(blank, text)
    for found in delimited(text):
        if found.display:
            yield from _display(kept, found.begin, found.start, found.end, found.close, found.name)
        else:
            yield Region(found.begin, found.close, False, ((found.start, kept[found.start : found.end]),))


class Delimited(NamedTuple):
    """Where a formula or a display begins, its inside, its end; the name of its environment;
    what is missing where it is not closed."""

    begin: int
    start: int
    end: int
    close: int
    display: bool
    name: str = ""
    missing: str = ""


def delimited(text: str) -> Iterator[Delimited]:
    """The formulas and displays of a text by their delimiters; a display that is not closed ends with its paragraph."""
    at = 0
    while match := _OPEN.search(text, at):
        at, begin, end = match.end(), match.start(), -1
        name, missing = match["env"] or "", ""
        display = bool(name or match["dollars"] or match["bracket"])
        sign = (
            match[0].replace("begin", "end", 1)
            if name
            else match[0].translate(_CLOSES)
            if display or match["round"]
            else match["dollar"] or ""
        )
        if match["dollar"]:
            end = _inline_dollar(text, at)
        elif sign:
            end = text.find(sign, at)
        if match["round"] and end >= 0 and _PARAGRAPH.search(text, at, end):
            end = -1
        if display and (end < 0 or (not name and end - at > 20_000)):
            blank = _PARAGRAPH.search(text, at)
            end, sign, missing = (blank.start() if blank else len(text)), "", sign
        if end >= 0:
            yield Delimited(begin, at, end, end + len(sign), display, name, missing)
            at = end + len(sign)


def _display(text: str, begin: int, at: int, end: int, close: int, name: str) -> Iterator[Region]:
    r"""A display between `at` and `end`; the formulas in its `\intertext{…}` are formulas of sentences,
    and rows follow them."""
    for match in _BETWEEN.finditer(text, at, end):
        stop = closing(text, match.end(), "{}")
        if match.start() < at or stop is None or stop > end:
            continue
        yield _rows(text, begin, at, match.start(), match.start(), name)
        for inside in _delimited(text[match.end() + 1 : stop - 1]):
            rows = tuple((start + match.end() + 1, row) for start, row in inside.rows)
            yield Region(inside.start + match.end() + 1, inside.end + match.end() + 1, inside.display, rows)
        begin, at = stop, stop
    yield _rows(text, begin, at, end, close, name)


def _rows(text: str, begin: int, at: int, end: int, close: int, name: str) -> Region:
    rows = joined_rows(list(rows_of(text, at, end, name)))
    return Region(begin, close, True, tuple((row.start, row.text) for _, row in rows))


def _inline_dollar(text: str, at: int) -> int:
    """Where the `$` stands that closes the one before `at`, in the same paragraph; -1 for a sum of money."""
    blank = _PARAGRAPH.search(text, at, at + 2_000)
    stop = blank.start() if blank else min(len(text), at + 2_000)
    close = re.compile(r"(?<!\\)\$").search(text, at, stop)
    inside = text[at : close.start()] if close is not None else ""
    return -1 if close is None or not inside.strip() or inside[0].isspace() != inside[-1].isspace() else close.start()


_LOST_DISPLAY = regex(r"^[ \t]*\[[ \t]*\n(?P<body>(?:(?![ \t]*\][ \t]*$)[^\n]*\n)+?)[ \t]*\][ \t]*$", re.MULTILINE)
_SIGN = regex(r"[\\=^_∂∇]")
_NAME_BEFORE = regex(r"[A-Za-z}]$")


def _lost(text: str) -> Iterator[Region]:
    r"""Displays `[ … ]` on lines of their own and formulas `(E = UV^\top - R)`,
    where copying took the backslashes of `\[` and `\(`."""
    found = [(*match.span(), True, *match.span("body")) for match in _LOST_DISPLAY.finditer(text)]
    if not found and not re.search(r"\([^()\n]*\\[A-Za-z]+[^()\n]*\)", text):
        return
    if found:
        outside = blanked(text, (one[:2] for one in found))
        found += [(start, end, False, start + 1, end - 1) for start, end in _bracketed(outside)]
    for start, end, display, first, last in sorted(found):
        body = _without_lost_spaces(text[first:last])
        joined = joined_rows(list(rows_of(body, 0, len(body), ""))) if display else [(1, Passage(body))]
        rows = tuple((row.start + first, row.text) for _, row in joined)
        yield Region(start, end, display, rows)


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    """Balanced round brackets in prose that hold a formula."""
    at = 0
    while (start := text.find("(", at)) >= 0:
        line = text[start : start + 2_000].partition("\n")[0]
        end = closing(line, 0)
        inside = line[1 : (end or 1) - 1]
        alone = not _NAME_BEFORE.search(text[max(0, start - 1) : start])
        at = start + 1
        if end is not None and alone and (_SIGN.search(inside) or re.fullmatch(r"\s*\\?[A-Za-z]\s*", inside)):
            at = start + end
            yield start, at


def _without_lost_spaces(body: str) -> str:
    r"""`\tfrac12,\lVert` and `E^\top, dU`: what is left of `\,`. The commas between arguments, as in `f(U,V)`, stay."""
    kept = {place for match in re.finditer(r"(?<![A-Za-z])[A-Za-z]\([^()]*\)", body) for place in range(*match.span())}
    kept |= {match.start() for match in re.finditer(r",(?=\s*\\(?:q?quad|text))", body)}
    return "".join(" " if char == "," and place not in kept else char for place, char in enumerate(body))

"""A diagnostic as text: the message, the place with carets under it, the notes, the help, by pure functions;
and text that no terminal and no CI log takes for more than text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from unicodedata import category, east_asian_width

from .diagnostic import Diagnostic, Label, Severity, Source
from .record import record, replace
from .regex import regex

_COLOURS: dict[Severity, str] = {"error": "1;31", "wrong": "1;31", "warning": "1;33", "note": "1;36"}
_FRAME = "1;34"
_HELP = "1;32"
_LONGEST_QUOTE = 160
_LONGEST_TEXT = 4000


def show(diagnostic: Diagnostic, *, colour: bool = False, width: int = 100) -> str:
    """The diagnostic in at most `width` columns, ending with a newline.

    The first label is the main place and is marked with `^`, further labels with `-`. A line longer than the width is
    shown as an excerpt around each mark; control characters are written out, so nothing typed can steer the terminal.
    """
    width = max(width, 40)
    paint = _coloured if colour else _plain
    severity = diagnostic.severity
    head = wrapped(plain_text(diagnostic.message), width, f"{severity}[{diagnostic.code}]: ")
    lead, rest = head[0].split(": ", 1) if ": " in head[0] else (head[0].rstrip(":"), "")
    first = paint(_COLOURS[severity], lead) + (": " + paint("1", rest) if rest else ":")
    lines = [first, *(paint("1", line) for line in head[1:])]
    if diagnostic.source is not None and diagnostic.labels:
        lines += _place(diagnostic.source, diagnostic.labels, severity, paint, width)
    elif diagnostic.source is not None and diagnostic.source.name:
        lines.append(paint(_FRAME, " -->") + f" {plain_text(diagnostic.source.name)}")
    lines += [line for note in diagnostic.notes for line in _remark("note", note, paint, "1", width)]
    if diagnostic.help is not None:
        lines += _remark("help", diagnostic.help, paint, _HELP, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


_Paint = Callable[[str, str], str]
"""Wraps text in a colour of the terminal, or leaves it alone."""


def _coloured(colour: str, text: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if text else text


def _plain(_: str, text: str) -> str:
    return text


def _remark(kind: str, text: str, paint: _Paint, colour: str, width: int) -> list[str]:
    first, *others = wrapped(plain_text(text), width, f"  = {kind}: ", len(kind) + 6)
    mark = f"  = {kind}:"
    return [paint(_FRAME, "  = ") + paint(colour, f"{kind}:") + first[len(mark) :], *others]


def wrapped(text: str, width: int, lead: str = "", hang: int = 2) -> list[str]:
    """`lead` and the words of `text` in lines of at most `width` columns where the words allow; later lines hang."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, empty = (lead, True) if not lines else (" " * hang, True)
        for word in paragraph.split(" "):
            if not empty and len(line) + 1 + len(word) > width:
                lines.append(line)
                line, empty = " " * hang, True
            line, empty = (line + word if empty else f"{line} {word}"), False
        lines.append(line)
    return lines


def _place(source: Source, labels: tuple[Label, ...], severity: Severity, paint: _Paint, width: int) -> list[str]:
    """The arrow line and, for each line that holds labels, the line and its marks."""
    rows: dict[int, list[_Mark]] = {}
    for number, label in enumerate(labels):
        mark = _located(source.text, label, main=number == 0)
        rows.setdefault(mark.line, []).append(mark)
    main = next(mark for marks in rows.values() for mark in marks if mark.main)
    margin = len(str(max(rows)))
    bar = paint(_FRAME, " " * margin + " |")
    where = f"{shortened(plain_text(source.name), 200)}:{main.line}:{main.start + 1}"
    out = [paint(_FRAME, " " * margin + "-->") + f" {where}", bar]
    previous = 0
    for line, marks in sorted(rows.items()):
        if previous and line > previous + 1:
            out.append(paint(_FRAME, "..."))
        previous = line
        out += _row(_text_of_line(source.text, marks[0].offset), line, marks, severity, paint, margin, width)
    return out


@record
class _Mark:
    """A label in its line: 0-based characters `start` up to `end` of the line that begins at `offset` of the text."""

    line: int
    offset: int
    start: int
    end: int
    text: str
    main: bool


def _located(text: str, label: Label, main: bool) -> _Mark:
    start = min(max(label.span.start, 0), len(text))
    offset = text.rfind("\n", 0, start) + 1
    length = len(_text_of_line(text, offset))
    first = min(start - offset, length)
    last = min(max(label.span.end - offset, first + 1), max(length, first + 1))
    return _Mark(text.count("\n", 0, start) + 1, offset, first, last, plain_text(label.text), main)


def _text_of_line(text: str, offset: int) -> str:
    end = text.find("\n", offset)
    return text[offset : len(text) if end < 0 else end].rstrip("\r")


def _row(
    text: str, line: int, marks: list[_Mark], severity: Severity, paint: _Paint, margin: int, width: int
) -> list[str]:
    """One line of the source, in as many excerpts as its marks need, each with its marks below."""
    room = max(width - margin - 3, 20)
    bar = paint(_FRAME, " " * margin + " |")
    out: list[str] = []
    for group in _groups(text, sorted(marks, key=lambda mark: (mark.start, mark.end)), room):
        excerpt, columns = _excerpt(text, group, room)
        out.append(paint(_FRAME, f"{line:>{margin}} |") + f" {excerpt}")
        ends = [(columns(mark.start), max(columns(mark.end), columns(mark.start) + 1)) for mark in group]
        places = [replace(mark, start=start, end=end) for mark, (start, end) in zip(group, ends, strict=True)]
        out += [f"{bar} {below}" for below in _below(places, severity, paint)]
    return out


def _groups(text: str, marks: list[_Mark], room: int) -> list[list[_Mark]]:
    """Neighbouring marks that fit into one excerpt together."""
    if len(text) <= room:
        return [marks]
    groups: list[list[_Mark]] = []
    for mark in marks:
        if groups and mark.start - groups[-1][0].start < room // 2:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def _excerpt(text: str, marks: list[_Mark], room: int) -> tuple[str, Callable[[int], int]]:
    """The part of the line around the marks, … where it was cut; and the column of each character in it."""
    first, last = 0, min(len(text), room * 4)
    if len(text) > room or sum(visible(letter)[1] for letter in text) > room:
        first = max(0, marks[0].start - room // 4)
        last = min(len(text), first + room)
    body, ends = "…" if first else "", [1 if first else 0]
    for letter in text[first:last]:
        shown, wide = visible(letter)
        if ends[-1] + wide > room - 1 and (first or last < len(text) or ends[-1] + wide > room):
            last = first + len(ends) - 1
            break
        body += shown
        ends.append(ends[-1] + wide)

    def column(at: int) -> int:
        return ends[min(max(at - first, 0), len(ends) - 1)] + (at - first >= len(ends))

    return body + ("…" if last < len(text) else ""), column


def _below(places: list[_Mark], severity: Severity, paint: _Paint) -> list[str]:
    """The marks in one line, the text of the last beside it, the others' texts hanging below theirs."""
    places = sorted(places, key=lambda place: (place.start, place.end))
    cells: dict[int, tuple[str, str]] = {}
    for place in sorted(places, key=lambda place: place.main):
        colour = _COLOURS[severity] if place.main else _FRAME
        cells.update(dict.fromkeys(range(place.start, place.end), ("^" if place.main else "-", colour)))
    last = places[-1]
    beside = bool(last.text) and all(place.end <= last.end for place in places)
    if beside:
        cells[last.end + 1] = last.text, _COLOURS[severity] if last.main else _FRAME
    hanging = [place for place in (places[:-1] if beside else places) if place.text]
    rows = [cells] + ([{place.start: ("|", _FRAME) for place in hanging}] if hanging else [])
    for index, place in reversed([*enumerate(hanging)]):
        bars = {other.start: ("|", _FRAME) for other in hanging[:index] if other.start < place.start}
        rows.append(bars | {place.start: (place.text, _COLOURS[severity] if place.main else _FRAME)})
    return [_painted(row, paint) for row in rows]


def _painted(cells: dict[int, tuple[str, str]], paint: _Paint) -> str:
    """Texts in their columns, each in its colour."""
    out, column = "", 0
    for at, (text, colour) in sorted(cells.items()):
        out += " " * (at - column) + paint(colour, text)
        column = at + len(text)
    return out


# ---- how single characters appear on a screen: what is printed for each, and in how many columns


def visible(letter: str) -> tuple[str, int]:
    r"""What is printed for a character and its columns: `a` → (`a`, 1), ESC → (`\x1b`, 4), 中 → (`中`, 2),
    a combining mark → 0 columns."""
    if " " <= letter <= "~":
        return letter, 1
    if letter == "\t":
        return "    ", 4
    kind = category(letter)
    if kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        shown = escaped(letter)
        return shown, len(shown)
    if kind in ("Mn", "Me"):
        return letter, 0
    return letter, 2 if east_asian_width(letter) in "WF" else 1


def escaped(letter: str) -> str:
    r"""A character written out: ESC → `\x1b`, a right-to-left mark → `\u202e`."""
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def plain_text(text: str) -> str:
    r"""Text that cannot steer a terminal: controls are written out, long quotations shortened."""
    if len(text) > _LONGEST_QUOTE:
        parts = shortened(text, _LONGEST_TEXT).split("`")
        parts[1::2] = [shortened(part, _LONGEST_QUOTE) for part in parts[1::2]]
        text = "`".join(parts)
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if letter == "\n" else visible(letter)[0] for letter in text)


def shortened(text: str, most: int) -> str:
    """At most `most` characters, the middle left out as … where the text is longer."""
    return text if len(text) <= most else f"{text[: most * 2 // 3]} … {text[len(text) - most // 4 :]}"


class _Shown(dict[int, str]):
    """For each character what is shown for it: pictures of controls, a mark for ends of lines, what turns text round or
    cannot be seen, and halves of characters (file names that are no text)."""

    def __missing__(self, code: int) -> str:
        hidden = category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        shown = chr(0x2400 + code) if code < 32 else "␡" if code == 0x7F else "�" if hidden else chr(code)
        self[code] = shown
        return shown


_OF_LINE: Final = _Shown()
OF_SOURCE: Final = _Shown({9: "\t", 10: "\n"})
_COMMAND = regex(r"(^|\s)::")
_OLD_COMMAND = regex(r"##(?=\w*\[)")


def inert(text: str) -> str:
    """One line of text that no terminal and no CI log takes for more: controls as their pictures."""
    return _OLD_COMMAND.sub("＃＃", _COMMAND.sub(r"\1∷", text.translate(_OF_LINE)))


def inert_lines(text: str) -> str:
    """Several lines for a log, none of which a CI takes for a command."""
    return _OLD_COMMAND.sub("＃＃", re.sub(r"(?m)^(\s*)::", r"\1∷", text))


def inert_source(text: str) -> str:
    """Text of a file in which every character keeps its place, so that carets still point at it."""
    return _OLD_COMMAND.sub("＃＃", text.translate(OF_SOURCE))

"""A piece of a file and where each of its characters stands, so that a caret can point into the file itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..diagnostics import Span
from ..diagnostics.record import record
from ..diagnostics.regex import regex

Origin = tuple[Span, Span]
"""Which part of a passage stands where in the file."""


@record
class Passage:
    """Characters of a file. Without `offsets` they are consecutive from `start`;
    with them character k stands at `offsets[k]`.

    `offsets` has one more element than `text`: the place after the last character. Of a passage that is put together
    from parts of the file `origins` says where these stand.
    """

    text: str
    start: int = 0
    offsets: tuple[int, ...] | None = None
    origins: tuple[Origin, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """Where every character stands, and the place after the last one."""
        return self.offsets if self.offsets is not None else tuple(range(self.start, self.start + len(self.text) + 1))

    def span(self, within: Span | None = None) -> Span:
        """The place in the file of a span of this passage (of the whole passage without argument)."""
        within = within or Span(0, len(self.text))
        around = [one for one in self.origins if one[0].start <= within.start and within.end <= one[0].end]
        if around:
            return min(around, key=lambda one: one[0].end - one[0].start)[1]
        if self.offsets is None:
            return within.shifted(self.start)
        last = len(self.offsets) - 1
        return Span(self.offsets[min(within.start, last)], self.offsets[min(within.end, last)])

    def part(self, start: int, end: int) -> Passage:
        """The characters from `start` up to `end`, which keep their places."""
        if self.offsets is None:
            return Passage(self.text[start:end], self.start + start)
        inside = (one for one in self.origins if start <= one[0].start and one[0].end <= end)
        origins = tuple((part.shifted(-start), place) for part, place in inside)
        return Passage(self.text[start:end], 0, self.offsets[start : end + 1], origins)

    def stripped(self) -> Passage:
        """The passage without the blanks around it."""
        left = len(self.text) - len(self.text.lstrip())
        return self.part(left, max(left, len(self.text.rstrip())))

    def replaced(self, pieces: Sequence[tuple[int, int, str]]) -> Passage:
        """The passage with other text from `start` to `end` of each piece;
        what is put in stands where the piece begins."""
        if not pieces:
            return self
        parts: list[str] = []
        where: list[int] = []
        last, places = 0, self.places
        for start, end, value in pieces:
            parts += [self.text[last:start], value]
            where += [*places[last:start], *[places[start]] * len(value)]
            last = end
        return Passage("".join([*parts, self.text[last:]]), 0, (*where, *places[last:]))

    def joined(self, other: Passage, between: str = ";") -> Passage:
        """Both passages as one, with the sign `between` them that makes a list of them, or a blank."""
        return Passage(f"{self.text}{between}{other.text}", 0, (*self.places, *other.places))


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position, both counted from 1."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


_INK = regex(r"[^\n]")


def covered(text: str, start: int, end: int) -> str:
    """`text` with the characters from `start` to `end` made blank."""
    return text[:start] + blank_text(text[start:end]) + text[end:]


def blank_text(text: str) -> str:
    """As many blanks as the text has characters; line ends stay, so every place stays."""
    return _INK.sub(" ", text)


def blank(match: re.Match[str]) -> str:
    """What is put in place of a match that is left out."""
    return blank_text(match[0])


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with many spans blanked in one pass."""
    parts, last = [], 0
    for start, end in sorted(spans):
        if end > last:
            parts += [text[last : max(last, start)], blank_text(text[max(last, start) : end])]
            last = end
    return "".join([*parts, text[last:]])

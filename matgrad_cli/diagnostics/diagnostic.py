"""Messages with a place: what was found, what was needed, where, and one checked suggestion."""

from __future__ import annotations

from typing import Literal

from .record import record

Severity = Literal["error", "wrong", "warning", "note"]


@record
class Span:
    """Characters `start` up to but not including `end` of a text, counted from 0."""

    start: int
    end: int

    def __init__(self, start: int, end: int) -> None:  # of all records the one that is made most often
        values = self.__dict__
        values["start"] = start
        values["end"] = end

    def joined(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(
            self.start if self.start < other.start else other.start, self.end if self.end > other.end else other.end
        )

    def shifted(self, by: int) -> Span:
        """The same characters when the text begins `by` characters later."""
        return Span(self.start + by, self.end + by)


@record
class Source:
    """A text that messages point into: its name (a file, or `loss`) and its characters."""

    name: str
    text: str


@record
class Label:
    """What is said about one place; an empty text marks the place alone."""

    span: Span
    text: str = ""


@record
class Diagnostic:
    """One message. `message` says what is wrong and stands alone; `notes` give evidence; only `help` proposes."""

    code: str
    message: str
    source: Source | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity = "error"

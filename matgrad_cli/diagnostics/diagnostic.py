"""Messages with a place: what was found, what was needed, where, and one checked suggestion."""

from __future__ import annotations

from typing import Literal, Self

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


class MatgradError(Exception):
    """Something that ends in a message and an exit code, never in a traceback."""

    exit_code = 3

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic

    @classmethod
    def coded(
        cls,
        code: str,
        message: str,
        source: Source | None = None,
        span: Span | None = None,
        *,
        notes: tuple[str, ...] = (),
        help: str | None = None,
    ) -> Self:
        """The error with one message, at a place of a text where there is one."""
        return cls(Diagnostic(code, message, source, (Label(span),) if span is not None else (), notes, help))

    def __str__(self) -> str:
        return self.diagnostic.message

    @property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # made when it is shown: most errors never are
        """What Python prints below a traceback: the whole message, with its place."""
        from .show import show

        return [show(self.diagnostic).rstrip("\n")]

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        from .show import show

        return show(self.diagnostic, colour=True).splitlines()


class UsageError(MatgradError):
    """The command line is wrong: an option, a method, a fact word. Exit code 2."""

    exit_code = 2


class InputError(MatgradError):
    """A loss, shapes or a file cannot be read. Exit code 3."""


class StuckError(MatgradError):
    """Undecided, stuck, or a result that could not be verified. Exit code 4."""

    exit_code = 4


class BugError(MatgradError):
    """The program contradicts itself, for example a step whose lines differ. Exit code 70."""

    exit_code = 70

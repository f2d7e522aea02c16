"""What ends in a message and an exit code: the command line, an input, a result, the program itself."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from .diagnostic import Diagnostic, Label, Source, Span


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

    @cached_property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # made when it is shown: most errors never are
        """What Python prints below a traceback: the whole message, with its place; `add_note` puts more behind it."""
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

"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from ..diagnostics import UsageError

SUFFIXES = {".tex": "latex", ".md": "markdown", ".html": "html", ".json": "json", ".txt": "text", ".py": "numpy"}


def columns(fallback: int = 80) -> int:
    """The width to print in: `COLUMNS`, or the terminal's, or the fallback; never below 40 or above 200."""
    from shutil import get_terminal_size

    return min(max(get_terminal_size((fallback, 24)).columns, 40), 200)


def wants_colour(stream: TextIO) -> bool:
    """Whether the stream is a terminal whose owner has not said NO_COLOR, or FORCE_COLOR is said."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def format_for(asked: str | None, output: str | None, known: tuple[str, ...]) -> str:
    """The format asked for; else by the file's ending; else text, for a terminal in its own way."""
    if asked is not None:
        return asked
    ending = os.path.splitext(output)[1].lower() if output else ""
    if not ending:
        watched = output is None and (sys.stdout.isatty() or wants_colour(sys.stdout))
        return "terminal" if watched and "terminal" in known else "text"
    if SUFFIXES.get(ending) in known:
        return SUFFIXES[ending]
    endings = ", ".join(f"`{suffix}`" for suffix, name in SUFFIXES.items() if name in known)
    said, notes = f"the ending `{ending}` of `{output}` names no format", (f"a file here ends in {endings}",)
    raise UsageError.coded("unknown-ending", said, notes=notes, help="or name the format: `--format text`")


def nonempty(option: str, name: str | None) -> None:
    """Refuse an empty name of a file: a path without letters would be the folder that we are in."""
    if name is not None and not name:
        help_ = f"leave `{option}` out, or name a file"
        raise UsageError.coded("missing-file", f"the name after `{option}` is empty", help=help_)


def usable(output: str | None) -> None:
    """Refuse a file that cannot be written before any work is done for it."""
    if output is None:
        return
    folder = os.path.dirname(os.path.realpath(output))
    if not output:
        raise _unwritable(output, "its name is empty")
    if os.path.isdir(output):
        raise _unwritable(output, "it is a directory")
    if not os.path.isdir(folder):
        raise _unwritable(output, f"there is no directory `{folder}`")
    if not os.access(output if os.path.exists(output) else folder, os.W_OK):
        raise _unwritable(output, "writing there is not permitted")


def say(text: str) -> None:
    """Print a message on stderr, whatever names stand in it; a message that nobody can take costs no result."""
    from ..diagnostics.show import inert_lines

    try:
        sys.stderr.write(inert_lines(text))
        sys.stderr.flush()
    except OSError:
        return


def deliver(text: str, output: str | None, page: str = "") -> None:
    """Print a result, or write it whole or not at all; a fragment of HTML as a page with the title `page`."""
    if page and output is not None:
        from ..render.html.page import html_page

        text = html_page(text, page)
    if not text.endswith("\n"):
        text += "\n"
    if output is None:
        sys.stdout.write(text)
        return
    usable(output)
    try:
        _replace(text, os.path.realpath(output))
    except OSError as error:
        raise _unwritable(output, (error.strerror or "no reason given").lower()) from error


def _replace(text: str, path: str) -> None:
    from tempfile import NamedTemporaryFile

    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe is written to, never replaced
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    mask = os.umask(0)
    os.umask(mask)
    mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o666 & ~mask
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=os.path.dirname(path), prefix=".matgrad-", delete=False
    ) as stream:
        try:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            os.chmod(stream.name, mode)
            os.replace(stream.name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(stream.name)
            raise


def _unwritable(output: str, reason: str) -> UsageError:
    help_ = "name a file in a directory that exists"
    return UsageError.coded("cannot-write", f"cannot write `{output}`: {reason}", help=help_)

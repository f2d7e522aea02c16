"""The end of every command: a message and an exit code, never a traceback; also where a standard stream is closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, MatgradError
from ..diagnostics.limits import OutOfTime, ended_by, limit_memory, place_of
from .output import columns, say, wants_colour

if TYPE_CHECKING:
    from ..records import Derivation


def guarded(action: Callable[[], int], arguments: list[str]) -> int:
    """The exit code of `action`; errors are printed on stderr and give theirs."""
    _prepare()
    code = 70
    try:
        code = action()
        sys.stdout.flush()
    except MatgradError as error:
        code = error.exit_code
        tell(error.diagnostic)
    except BrokenPipeError:
        code = 0
        _forget_output()
    except KeyboardInterrupt:
        code = 130
        say("\ninterrupted\n")
    except (OutOfTime, MemoryError, RecursionError) as error:
        code = 4
        ended = ended_by(error)
        assert ended is not None
        tell(ended)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug becomes a message
        code = _other(error, arguments)
    return code


def _prepare() -> None:
    _open_closed_streams()
    limit_memory()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # our arrays are small, and each thread reserves memory
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))


def _open_closed_streams() -> None:
    """A stream that was closed (`>&-`) reads and shows nothing; no file that is opened later gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        empty = os.open(os.devnull, os.O_RDWR)
        if empty != number:
            os.dup2(empty, number)
            os.close(empty)
        setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))


def tell(diagnostic: Diagnostic) -> None:
    """Print a message on stderr, in colour where the terminal wants it."""
    from ..diagnostics.show import show

    say(show(diagnostic, colour=wants_colour(sys.stderr), width=columns(fallback=100)))


def _forget_output() -> None:
    """Point stdout at nothing, so that closing it at exit does not complain about the reader who left."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _other(error: Exception, arguments: list[str]) -> int:
    """An error that no command foresaw: of the argument parser, of the system, or a bug."""
    if hasattr(error, "format_message"):
        tell(Diagnostic("usage", str(error.format_message()).rstrip(".").lower()))
        return 2
    if isinstance(error, OSError) and error.errno is not None:
        _forget_output()
        about = f" `{error.filename}`" if error.filename else ""
        tell(Diagnostic("system", f"the system refused{about}: {(error.strerror or 'no reason given').lower()}"))
        return 4
    if os.environ.get("MATGRAD_DEBUG"):
        raise error
    where = f"{type(error).__name__} at {place_of(error)}: {error}"
    notes = (where, f"the command was: matgrad {' '.join(arguments)}")
    help_ = "please report it with these lines; `MATGRAD_DEBUG=1` in the environment shows the whole way to it"
    tell(Diagnostic("bug", "this is a bug of matgrad, not a mistake of yours", notes=notes, help=help_))
    return 70


def exit_code(derivations: Sequence[Derivation]) -> int:
    """0 when every step and the result were seen to hold, 4 with a warning when something could not be checked."""
    verdicts = [step.verdict for derivation in derivations for step in derivation.steps]
    verdicts += [derivation.readoff.verdict for derivation in derivations]
    return 4 if unverified("result", (verdict.by for verdict in verdicts if verdict.kind == "unknown")) else 0


def unverified(what: str, doubts: Iterable[str]) -> bool:
    """Whether there are doubts; they are told."""
    notes = tuple(dict.fromkeys(doubts))[:3]
    if notes:
        tell(Diagnostic("not-verified", f"the {what} could not be verified", notes=notes, severity="warning"))
    return bool(notes)

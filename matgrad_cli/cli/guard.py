"""Limits on time, memory and depth, and the end of every command: a message and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..diagnostics import Diagnostic, MatgradError, StuckError

MEMORY = 4 << 30
DEPTH = 10_000


class OutOfTime(BaseException):
    """The time limit passed. Not an Exception, so that no handler on the way takes it for a failed attempt."""


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
        _say("\ninterrupted\n")
    except OutOfTime:
        code = 4
        tell(Diagnostic("time-limit", "this took longer than the time limit, so there is no result", help=_TIME_HELP))
    except MemoryError:
        code = 4
        tell(Diagnostic("memory-limit", f"this needs more memory than the limit of {MEMORY >> 30} GB, so there is no result"))
    except RecursionError:
        code = 4
        tell(Diagnostic("too-deep", "the expression is nested too deeply to work with", help="name an inner part or write it flatter"))
    except Exception as error:  # noqa: BLE001 - the last resort: a bug becomes a message
        code = _other(error, arguments)
    return code


_TIME_HELP = "`MATGRAD_TIME_LIMIT=600` in the environment allows 600 seconds, 0 any time"


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what runs inside after so many seconds; `MATGRAD_TIME_LIMIT` in the environment overrides the number."""
    import signal

    wanted = os.environ.get("MATGRAD_TIME_LIMIT", "")
    seconds = float(wanted) if wanted.replace(".", "", 1).isdigit() else seconds
    if not hasattr(signal, "setitimer") or seconds <= 0:
        yield
        return

    def ring(*_: object) -> None:
        raise OutOfTime

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _prepare() -> None:
    sys.setrecursionlimit(DEPTH)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # our arrays are small, and each thread reserves memory
        os.environ.setdefault(name, "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft == resource.RLIM_INFINITY or soft > MEMORY:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    except (ImportError, ValueError, OSError):  # not on this system: then only the time is limited
        return


def tell(diagnostic: Diagnostic) -> None:
    """Print a message on stderr, in colour where the terminal wants it."""
    from ..diagnostics.show import show
    from .output import columns, wants_colour

    _say(show(diagnostic, colour=wants_colour(sys.stderr), width=columns(fallback=100)))


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:  # nobody listens
        return


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
        return StuckError(Diagnostic("system", "")).exit_code
    if os.environ.get("MATGRAD_DEBUG"):
        raise error
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place is not None else "an unknown place"
    tell(
        Diagnostic(
            "bug",
            "this is a bug of matgrad, not a mistake of yours",
            notes=(f"{type(error).__name__} at {where}: {error}", f"the command was: matgrad {' '.join(arguments)}"),
            help="please report it with these lines; `MATGRAD_DEBUG=1` in the environment shows the whole way to it",
        )
    )
    return 70

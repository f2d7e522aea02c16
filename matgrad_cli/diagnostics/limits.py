"""Limits on processor time and memory, and what is said when one of them, or something unforeseen,
ends a piece of work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .diagnostic import Diagnostic

MEMORY = 4 << 30
"""So many bytes of address space a command may use, where the system can hold it to that."""

DEPTH = 10_000
"""So deep functions may call each other."""

TIME_HELP = "`MATGRAD_TIME_LIMIT=600` in the environment allows 600 seconds, 0 any time"


class OutOfTime(BaseException):
    """The time limit passed. Not an Exception, so that no handler on the way takes it for a failed attempt."""

    def __init__(self, seconds: float, clock: str) -> None:
        super().__init__(seconds, clock)
        self.seconds = seconds
        self.clock = clock


def seconds_allowed(usual: float) -> float:
    """The limit in seconds: `MATGRAD_TIME_LIMIT` in the environment, or the usual one; 0 for none."""
    wanted = os.environ.get("MATGRAD_TIME_LIMIT", "")
    return float(wanted) if wanted.isascii() and wanted.replace(".", "", 1).isdigit() else usual


@contextmanager
def time_limit(usual: float) -> Iterator[None]:
    """End what runs inside with OutOfTime after so many seconds of processor time (a busy or sleeping machine costs
    nothing).

    Where the system has no such clock, and outside the main thread, nothing is limited.
    """
    import signal
    from threading import current_thread, main_thread

    seconds = seconds_allowed(usual)
    if not hasattr(signal, "setitimer") or seconds <= 0 or current_thread() is not main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise OutOfTime(seconds, "of processor time")

    previous = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)  # once more: what is raised while rubbish is looked for is lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def limit_memory() -> None:
    """Hold this process to the limits on memory and depth, as far as the system can."""
    sys.setrecursionlimit(DEPTH)
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft == resource.RLIM_INFINITY or soft > MEMORY:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    except (ImportError, ValueError, OSError):  # not on this system: then only the time is limited
        return


def ended_by(error: BaseException) -> Diagnostic | None:
    """The message for work that a limit ended; None for any other error."""
    if isinstance(error, OutOfTime):
        message = f"this took more than {error.seconds:g} seconds {error.clock}, the limit, so there is no result"
        return Diagnostic("time-limit", message, help=TIME_HELP)
    if isinstance(error, MemoryError):
        message = f"this needs more memory than the limit of {MEMORY >> 30} GB of address space, so there is no result"
        return Diagnostic("memory-limit", message)
    if isinstance(error, RecursionError):
        message, help = "the expression is nested too deeply to work with", "name an inner part or write it flatter"
        return Diagnostic("too-deep", message, help=help)
    return None


def place_of(error: BaseException) -> str:
    """Where an error was raised: `file.py:12`."""
    from traceback import extract_tb

    places = extract_tb(error.__traceback__)
    return f"{os.path.basename(places[-1].filename)}:{places[-1].lineno}" if places else "an unknown place"


def broken(error: BaseException) -> Diagnostic:
    """What is said of work that a limit or a bug of ours ended; with `MATGRAD_DEBUG` a bug goes on."""
    found = ended_by(error)
    if found is None and os.environ.get("MATGRAD_DEBUG"):
        raise error
    message = "this could not be judged, by a bug of matgrad"
    return found or Diagnostic("bug", message, notes=(f"{type(error).__name__} at {place_of(error)}: {error}"[:300],))

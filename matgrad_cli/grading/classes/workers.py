"""Each submission judged in a process of its own kind: whatever ends that process costs one submission and no other."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from ...diagnostics import Diagnostic
from ...diagnostics.limits import seconds_allowed

T = TypeVar("T")
R = TypeVar("R")

MEGABYTES = 1500.0
"""So much memory one submission may use beyond what the program itself needs."""

_SPARE = 30
"""Seconds of processor time beyond the limit after which the system ends a process that no longer listens."""


def in_processes(
    tasks: Sequence[T], work: Callable[[T], R], lost: Callable[[T, Diagnostic], R], jobs: int, seconds: float,
    megabytes: float,
    done: Callable[[int, R], None],
) -> None:  # fmt: skip
    """Calls `done` with the number of each task and what `work` makes of it;
    or what `lost` makes of it, if its process was ended."""
    context = get_context("fork" if "fork" in get_all_start_methods() else None)
    waiting = list(range(len(tasks)))[::-1]
    busy: dict[Connection, tuple[Any, int]] = {}
    idle: list[tuple[Connection, Any]] = []
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                ours, process = idle.pop() if idle else _started(context, work, seconds, megabytes, [*busy])
                busy[ours] = process, waiting[-1]
                with suppress(OSError):  # it ended while it had nothing to do: that shows when it is listened to
                    ours.send(tasks[waiting.pop()])
            for ready in wait([*busy]):
                assert isinstance(ready, Connection)
                process, number = busy.pop(ready)
                try:
                    result = ready.recv()
                except (EOFError, OSError):
                    process.join()
                    result = lost(tasks[number], _ended(process.exitcode))
                else:
                    idle.append((ready, process))
                done(number, result)
    finally:
        for _, process in [*idle, *((None, process) for process, _ in busy.values())]:
            process.kill()
            process.join()


def _started(
    context: Any, work: Callable[[Any], Any], seconds: float, megabytes: float, others: list[Connection]
) -> tuple[Connection, Any]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work, seconds, megabytes, [ours, *others]), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _serve(
    tasks: Connection, work: Callable[[Any], Any], seconds: float, megabytes: float, others: list[Connection]
) -> None:
    """The life of a process: one task after another, until nobody is there any more."""
    for other in others:  # inherited; while it is open here its process would never see that nobody is there
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            task = tasks.recv()
            _bound(seconds, megabytes)
            tasks.send(work(task))


def _bound(seconds: float, megabytes: float) -> None:
    """Holds the next task to its memory, and to processor time that even code outside of Python cannot overstay."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = seconds_allowed(seconds)
        if allowed > 0:
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            soft = int(used.ru_utime + used.ru_stime + max(allowed, seconds)) + _SPARE
            resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
        with open("/proc/self/statm", encoding="ascii") as stream:
            held = int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = held + int(megabytes * (1 << 20))
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ImportError, ValueError, OSError):  # not on this system: what Python itself counts still holds
        return


def _ended(code: int | None) -> Diagnostic:
    name = (
        signal.Signals(-code).name
        if code is not None and code < 0 and -code in [*signal.Signals]
        else f"exit code {code}"
    )
    if name == "SIGXCPU":
        return Diagnostic("time-limit", "this took more processor time than one submission may, so there is no result")
    return Diagnostic(
        "memory-limit", f"the system ended the process that judged this ({name}), so nothing is known of it"
    )

"""How much work a piece of code does, counted in calls of Python functions:
the same on a busy and on an idle machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def calls_in(action: Callable[[], object], most: int = 50_000_000) -> int:
    """How many Python functions `action` calls; AssertionError once there are more than `most`."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"
        if count > most:
            sys.setprofile(None)
            raise AssertionError(f"more than {most} calls")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count

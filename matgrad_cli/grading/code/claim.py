"""What a name like `dW` claims, by its assignments."""

from __future__ import annotations

import numpy as np

from ...diagnostics.record import record
from ...verify.programs.machine import Event
from ...verify.programs.values import Value
from .reading import Reading


@record
class Stage:
    """A value of a claim between its assignment and its next use, or its end."""

    events: tuple[Event, ...]

    @property
    def last(self) -> Event:
        """The assignment that completes it."""
        return self.events[-1]


@record
class Claim:
    """What a name like `dW` claims: the derivative by a name. `sites` are the births of that name's values,
    the likeliest first."""

    key: str
    name: str
    stages: tuple[Stage, ...]
    sites: tuple[int, ...]

    @property
    def last(self) -> Event:
        """Its last assignment."""
        return self.stages[-1].last


def stages(reading: Reading, key: str, events: list[Event]) -> list[Stage]:
    """The values of a name between its assignments and their next uses."""
    uses = [count for count, name in reading.machine.reads if name == key]
    found: list[list[Event]] = [[]]
    for event, after in zip(events, [*events[1:], None], strict=True):
        fresh = not event.stored and not event.goes_on  # what was there before, and nobody used, is gone
        found[-1] = [event] if fresh else [*found[-1], event]
        if after is not None and any(event.number < use <= after.number for use in uses):
            found.append([])
    return [Stage(tuple(stage)) for stage in found if stage]


def fitting(value: Value, shape: tuple[int, ...]) -> Value:
    """The value in a shape, where NumPy would add the two to something no larger; None where they do not fit so."""
    if np.shape(value) == shape:
        return value
    try:
        both = np.broadcast_shapes(np.shape(value), shape)
    except ValueError:
        return None
    if int(np.prod(both)) == int(np.prod(shape)) == np.size(value):
        return np.reshape(value, shape)
    return None

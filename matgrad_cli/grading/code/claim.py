"""What a name like `dW` claims, by its assignments."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ...diagnostics.record import record, replace
from ...documents.python.finish import is_part
from ...documents.python.outline import Unit
from ...documents.python.uses import BARE, LOSSES, claimed, is_gradient, is_marked
from ...verify.programs.machine import Event, moves
from ...verify.programs.names import in_list, key_of, last_part, name_of, names_in
from ...verify.programs.values import Unknown, Value
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
    the likeliest first. `called`: whether it is called a gradient, or stands where one is due."""

    key: str
    name: str
    stages: tuple[Stage, ...]
    sites: tuple[int, ...]
    called: bool = True

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


def writer(stage: Stage, truth: Value) -> Event:
    """The last of the lines of a stage that writes at least half of the entries that are not as they are to be; the
    first line, where none of those behind it does."""
    events = stage.events
    written: dict[ast.stmt, Value] = {}
    for before, event in pairwise(events):
        if not np.shape(before.value) == np.shape(event.value) == np.shape(truth):
            return events[-1]
        written[event.statement] = written.get(event.statement, False) | (before.value != event.value)
    off = ~np.isclose(events[-1].value, truth)
    wide = [line for line, changed in written.items() if 2 * np.sum(changed & off) >= np.sum(off)]
    return next((event for event in reversed(events) if event.statement in wide), events[0])


def sources(reading: Reading, claim: Claim, claims: set[str]) -> set[str]:
    """The names that a claim is computed from, through those that are no claims."""
    near = set[str]().union(*(names_in(event.statement) for stage in claim.stages for event in stage.events))
    for event in reversed(reading.machine.events):
        near |= names_in(event.statement) if event.key in near - claims and event.number < claim.last.number else set()
    return near


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


def of_returned(reading: Reading, node: ast.expr, claim: Claim) -> Claim:
    """The claim of what is returned; that of the name, if it is a name that got its value here."""
    key = key_of(node)
    events = [event for event in reading.assigned(key) if not constant(event)] if key is not None else []
    return replace(claim, key=key, stages=tuple(stages(reading, key, events))) if key and events else claim


def of_entry(reading: Reading, claim: Claim) -> Claim:
    """The claim of an entry of a dict; that of the name, if it is one that claims nothing itself."""
    line = claim.last.statement
    part = isinstance(line, ast.Assign) and is_part(line) and not claimed(name_of(line.value))
    return of_returned(reading, line.value, claim) if part else claim  # type: ignore[attr-defined]


def in_order(unit: Unit, parts: list[ast.expr], inputs: list[str], found: list[Claim]) -> bool:
    """Whether gradients are returned in the order of the inputs, whatever their names: to autograd, or marked as
    gradients each of them; and none that is known stands elsewhere."""
    called, keys = {claim.key: claim.name for claim in found}, [key_of(part) or "" for part in parts]
    fits = all(called.get(key, name) == name for key, name in zip(keys, inputs, strict=True))
    return fits and (unit.by_autograd or all(key and (key in called or is_marked(key)) for key in keys))


def returns_gradient(reading: Reading, node: ast.expr, keys: set[str], in_order: bool, alone: bool) -> str:
    """What is returned as a gradient that has no other name: what is `called` one, an expression, or a name like
    `dout`, `grad`, `dx`, or any but a loss's, where gradients are returned in the order of the inputs; or what stands
    `alone` where one is due, computed by a backward part that gets something from above."""
    key = key_of(node)
    if key is None:
        return "" if isinstance(node, ast.Constant | ast.Tuple | ast.Dict | ast.List) else "called"
    if key in keys or last_part(key) in LOSSES:
        return "called" if key not in keys and is_gradient(key) else ""
    computed = (event.key for event in reading.assigned() if moves(event.value))
    due = alone and bool(reading.upstream) and key in computed
    return "called" if is_gradient(key) or in_order else "alone" if due else ""


def in_place(reading: Reading, key: str, event: Event, fits: Callable[[str], bool]) -> bool:
    """Whether the place of an entry in a list of gradients says by which entry of a list of parameters it is the
    derivative: not where it is filled otherwise, or `fits` another entry alone. Any other name says so itself."""
    name, place = in_list(last_part(key))
    if not place or name not in BARE:
        return True
    lists = {in_list(of)[0] for of in claimed(key)}
    keys = {last_part(one.key) for one in reading.machine.events}
    others = [of for of in sorted(keys) if in_list(of)[0] in lists and in_list(of)[1] not in ("", place)]
    target = getattr(event.statement, "targets", [None])[0]
    known = isinstance(target, ast.Subscript) and moves(event.value)
    return known and (any(map(fits, claimed(key))) or not any(map(fits, others)))


def constant(event: Event) -> bool:
    """Whether nothing but a number, a size or None is given a name."""
    value = event.value
    return not (moves(value) or isinstance(value, Unknown) or (isinstance(value, np.ndarray) and value.size > 1))

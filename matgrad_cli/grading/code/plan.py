"""Where the loss of a unit is to be had: named, given back, or made of a gradient of the output."""

from __future__ import annotations

import ast

import numpy as np

from ...documents.python.outline import Unit
from ...documents.python.pairs import SHOWN, SLOPE
from ...documents.python.uses import BARE, LOSSES, TARGETS, UPSTREAM, claimed, is_gradient
from ...verify.programs.machine import Event, moves
from ...verify.programs.names import arguments_of, key_of, loaded
from ...verify.programs.values import Unknown
from .plans import OUTPUTS, SLOPES, NoLoss, Plan
from .reading import Reading


def plan_of(reading: Reading) -> Plan:
    """Where the loss is to be had. NoLoss where there is none."""
    unit = reading.unit
    if unit.backward is not None:
        return _plan_of_pair(reading)
    if unit.loss is not None:
        return _stated(reading)
    differentiated = {of for event in reading.machine.events for of in claimed(event.key)}
    given = {*reading.machine.given} - differentiated
    named = [name for name in [*arguments_of(unit.forward), *dict(unit.grads)] if name in given]
    for name in named:
        told = UPSTREAM.match(name) or name in dict(unit.grads)
        for out in [dict(unit.grads).get(name, ""), *claimed(name), *(OUTPUTS if told else ())]:
            event = _last(reading, out)
            if event is not None:
                return Plan(event.number, f"times {name} {out}", f"sum({name} * {out})")
    beside = _beside_gradients(reading)
    for name in [*LOSSES, beside]:
        event = _last(reading, name)
        value = event.statement.value if event is not None and isinstance(event.statement, ast.Assign) else None
        sides = [*map(key_of, (value.left, value.right))] if isinstance(value, ast.BinOp) else [None]
        apart = None not in sides and isinstance(value.op, ast.Sub)  # type: ignore[union-attr]
        if apart and (name != beside or not TARGETS.isdisjoint(sides)):
            continue  # how far a prediction is off
        if event is not None and (
            isinstance(event.value, Unknown) or (moves(event.value) and np.size(event.value) == 1)
        ):
            return Plan(event.number, f"name {name}", name)
    for event in reading.machine.events:
        places = [name for name in event.frame.names if name not in ("self", *TARGETS)]
        if event.key == "return" and SLOPE.match(event.frame.title) and places:
            return Plan(event.number, f"slope {places[0]}", f"sum({event.frame.title}(…) * {places[0]})")
    raise NoLoss("no loss is named, and no gradient of an output is given", first_line(reading.unit))


def _beside_gradients(reading: Reading) -> str:
    """What is returned first, where gradients are returned behind it: `return data_loss, dW`."""
    lines = [event.statement for event in reading.assigned("return")]
    value = lines[-1].value if lines and isinstance(lines[-1], ast.Return) else None
    parts = value.elts if isinstance(value, ast.Tuple) else []
    keys = [key_of(part) or "" for part in parts]
    return keys[0] if keys and not is_gradient(keys[0]) and any(map(is_gradient, keys[1:])) else ""


def _plan_of_pair(reading: Reading) -> Plan:
    if reading.unit.loss is not None:
        found = _stated(reading)
        own = any(event.number == found.after for event in reading.assigned())
        return found if own else Plan(None, "stated", found.said)
    if reading.unit.criterion is not None and reading.loss is not None:
        criterion = reading.unit.criterion
        shown = criterion.body[0] if criterion.name == SHOWN else None
        said = ast.unparse(shown.value) if isinstance(shown, ast.Return) and shown.value else f"{criterion.name}(…)"
        return Plan(None, "criterion", said)
    if reading.scalar() and not _unseen(reading):
        assert reading.unit.forward is not None
        name = reading.unit.forward.name
        return Plan(None, "returned", "what forward returns" if "forward" in name else f"{name}(…)")
    lost = next((output for output in reading.outputs if isinstance(output, Unknown)), None)
    if lost is not None:
        raise NoLoss(f"what forward gives is not read: {lost.why}", lost.line)
    if reading.upstream:
        return Plan(None, "upstream", " + ".join(reading.above))
    given = arguments_of(reading.unit.backward)
    if moves(reading.outputs[0]) and (len(given) == 1 or given == arguments_of(reading.unit.forward)):
        return Plan(None, SLOPES, "the sum of what it gives")
    raise NoLoss("no loss is named, and no gradient of an output is given", first_line(reading.unit))


def _unseen(reading: Reading) -> bool:
    """Whether backward is given a target of which what forward gives knows nothing: a number is then no loss."""
    machine, targets = reading.machine, {*arguments_of(reading.unit.backward)} & TARGETS
    given = [machine.given[name] for name in targets - {*reading.fore.names} if name in machine.given]
    return any(min(machine.sites.get(id(one), [0])) > reading.born_until for one in given)


def _stated(reading: Reading) -> Plan:
    assert reading.unit.loss is not None
    said = ast.unparse(reading.unit.loss)
    names = loaded(reading.unit.loss)
    first = next((event.number for event in reading.assigned() if claimed(event.key)), None)
    if isinstance(reading.unit.loss, ast.Name):
        if not said.isidentifier():
            raise NoLoss(f"`{said}` is no expression", first_line(reading.unit))
        event = _last(reading, said)
        if event is None and reading.unit.backward is None:
            raise NoLoss(f"`{said}` gets no value here", first_line(reading.unit))
        return Plan(event.number if event else None, "stated", said)
    if reading.unit.backward is not None and first is not None:
        return Plan(reading.assigned()[0].number, "stated", said)
    first = first or next((event.number for event in reading.assigned() if event.key in BARE), None)
    given = reading.machine.given if first is not None else ()
    before = [_last(reading, name, first) or (None if name in given else _last(reading, name)) for name in names]
    after = max((event.number for event in before if event is not None), default=-1)
    return Plan(max(after, 0), "stated", said)


def _last(reading: Reading, key: str, before: int | None = None) -> Event | None:
    events = reading.assigned(key, inner=False)
    return next((event for event in reversed(events) if before is None or event.number < before), None)


def first_line(unit: Unit) -> int:
    """The line at which the part with the claims begins."""
    part = unit.backward or unit.forward
    return part.lineno if part is not None else unit.lines[0].lineno if unit.lines else 1

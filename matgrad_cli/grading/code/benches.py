"""Points at which a wrong claim is seen, for trying what would mend it."""

from __future__ import annotations

import ast

import numpy as np

from ...diagnostics.record import record, replace
from ...documents.python.finish import is_part
from ...documents.python.outline import Unit
from ...verify.programs.values import Exhausted, Misfit, Need, Unknown, Unread, Value
from .claim import Claim
from .inputs import Given, Point
from .judge import Judged, assessed
from .reading import Reading
from .settle import Understanding
from .thresholds import decides, points_of
from .trial import Trial, tried

BENCHES = 4
_FURTHER = ((0, 40, 3.0), (1, 41, 1.5))
"""Points with large entries, at which each threshold is met from both sides: the place of the point that they are like,
their seeds and scales. Where a program compares nothing, none is needed."""


@record
class Bench:
    """A unit at a point at which a wrong claim was seen, and whether it is `wrong` just there, with the true values of
    those before it; `scale` is the factor by which the claim is to be off."""

    trial: Trial
    claim: Claim
    overrides: tuple[tuple[int, Value], ...]
    wrong: bool
    scale: float

    @property
    def needed(self) -> tuple[int, ...]:
        """The shape of what the claim is the derivative by."""
        return self.trial.base.machine.shapes.get(self.claim.sites[0], ())

    def right(self, value: Value) -> bool:
        """Whether a value is the derivative that is claimed; nothing but zeros mends no line."""
        return bool(np.any(value)) and self.trial.outcome(self.claim, value, self.scale) == "right"

    def reading(self) -> Reading:
        """The unit with the true values, to be read."""
        given = Given(tuple(self.trial.given.kinds.items()), self.trial.point)
        return Reading(self.trial.unit, given, overrides=dict(self.overrides))


def benches_of(unit: Unit, way: Understanding, one: Judged) -> list[Bench]:
    """Points at which the claim is wrong, and further ones, at which a mended line is to be right too."""
    points = points_of(unit, way)
    farther = _FURTHER if decides(unit, way.kinds, points[0]) else ()
    further = [replace(points[place], seed=seed, scale=scale) for place, seed, scale in farther]
    seen = [bench for point in points if (bench := _bench(unit, way, point, one)) is not None]
    if one.outcome != "misfit" and not any(bench.wrong for bench in seen):
        return []  # where nothing is wrong, nothing mends it
    first = {bench.trial.point.order: bench for bench in reversed(seen)}.values()
    benches = sorted(seen, key=lambda bench: (not bench.wrong, bench not in first))[:BENCHES]
    return benches + [bench for point in further if benches and (bench := _bench(unit, way, point, one)) is not None]


def _bench(unit: Unit, way: Understanding, point: Point, one: Judged) -> Bench | None:
    """A claim at a point; None where nothing is seen of it there."""
    trial = tried(unit, way.kinds, point)
    seen = assessed(trial) if isinstance(trial, Trial) and trial.loss is not None else None
    same = next((same for place, same in seen.found if place == one.place), None) if seen is not None else None
    told = same is not None and (one.name or same.outcome == one.outcome)
    if seen is None or same is None or same.claim is None or not told or not seen.trial.influences(same.claim):
        return None
    first = same.claim.stages[0].events[0].number
    overrides = tuple((number, value) for number, value in seen.overrides if number < first)
    return Bench(seen.trial, same.claim, overrides, same.outcome == one.outcome, same.scale)


def statements_of(claim: Claim) -> list[ast.stmt]:
    """The lines that put a claim's value together."""
    return [event.statement for stage in claim.stages for event in stage.events]


def read_with(bench: Bench, statement: ast.stmt, text: str) -> Reading | None:
    """The unit with another statement in place of one, or another value of a part; None where it cannot be
    read."""
    try:
        new = ast.parse(text).body[0]
    except (SyntaxError, ValueError, IndexError):
        return None
    if isinstance(statement, ast.Assign) and is_part(statement) and isinstance(new, ast.Expr):
        new = ast.copy_location(ast.Assign(statement.targets, new.value), new)
    for node in ast.walk(new):
        if hasattr(node, "lineno"):
            node.lineno = statement.lineno
    given = {event.number for event in bench.trial.base.machine.events if event.statement is statement}
    overrides = {number: value for number, value in bench.overrides if number not in given}
    try:
        return bench.trial.read(overrides=overrides, replaced={id(statement): new})
    except (Need, Unread, Misfit, Exhausted):
        return None


def holds(bench: Bench, statement: ast.stmt, text: str) -> bool:
    """Whether the claim is right when a statement is another one."""
    reading = read_with(bench, statement, text)
    if reading is None:
        return False
    key, last = bench.claim.key, bench.claim.last.statement.lineno
    own = [
        event for event in reading.machine.events if event.key == key and (event.frame is reading.frame or "." in key)
    ]
    values = [event.value for event in own if event.statement.lineno <= last] or [
        one.last.value for one in bench.trial.claims(reading) if one.key == key
    ]
    return bool(values) and not isinstance(values[-1], Unknown) and bench.right(values[-1])

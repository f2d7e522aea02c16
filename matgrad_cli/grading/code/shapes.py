"""The shapes of a layer's inputs of which nothing is told, by their use, for deriving what the layer gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import numpy as np

from ...diagnostics.limits import OutOfTime, time_limit
from ...documents.python.finish import finished
from ...documents.python.loss import Written
from ...documents.python.outline import Unit, units_of
from ...documents.python.said import told
from ...verify.programs.machine import moves
from ...verify.programs.names import names_in
from .inputs import Point, kinds_told
from .settle import Understanding, understandings
from .trial import Trial, tried

SECONDS = 5.0
_LETTERS = "nmpqrkdh"


def shapes_by_use(text: str, written: Written, known: list[str]) -> list[str]:
    """What the likeliest understanding says of inputs that are not known, as options say it:
    as a check of the code understands them."""
    unit = next((unit for unit in units_of(finished(ast.parse(text)), text) if unit.title == written.function), None)
    if unit is None or not _free(written, known):
        return []
    try:
        with time_limit(SECONDS):
            ways, _ = understandings(unit, kinds_told(tuple(told("\n".join(known)).items())))
    except OutOfTime:
        return []
    return shapes_of(unit, ways[0], written, known) if ways else []


def _free(written: Written, known: Sequence[str]) -> frozenset[str]:
    """The names of a loss whose shapes are not known."""
    told_ = {name.strip() for part in known for name in part.partition(":")[0].split(",")}
    return names_in(ast.parse(written.text)) - told_


def shapes_of(unit: Unit, way: Understanding, written: Written, known: Sequence[str]) -> list[str]:
    """What an understanding says of inputs that are not known, as options say it; a size that the code does not name
    has a letter, as is usual."""
    found = dict(_shapes(unit, way, _free(written, known)))
    taken = names_in(ast.parse(written.text)) | {letter for text in known for letter in text}
    letters = (letter for letter in _LETTERS if letter not in taken | {dim for dims in found.values() for dim in dims})
    made_up = dict.fromkeys(dim for dims in found.values() for dim in dims if dim.endswith(("_rows", "_columns")))
    names = dict(zip(made_up, letters, strict=False))
    shapes = {name: tuple(names.get(dim, dim).replace("_", "") for dim in dims) for name, dims in found.items()}
    return [
        f"{name}: {'×'.join(dims) or 'scalar'}" for name, dims in shapes.items() if all(dim.isalnum() for dim in dims)
    ]


def _shapes(unit: Unit, way: Understanding, free: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The shapes of inputs, of what comes from above, and of what the layer itself makes, its parameters."""
    yield from ((name, kind.dims) for name, kind in way.kinds if name in free and kind.form == "array")
    trial = tried(unit, way.kinds, Point(order=way.order))
    if not isinstance(trial, Trial):
        return
    own = ((event.key.removeprefix("self."), event.value) for event in trial.base.machine.events)
    for name, value in (*own, *trial.base.machine.given.items()):
        if name in free - {one for one, _ in way.kinds} and (moves(value) or isinstance(value, int | float)):
            yield name, tuple(trial.given.named(size) for size in np.shape(value))

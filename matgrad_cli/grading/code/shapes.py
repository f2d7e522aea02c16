"""The shapes of a layer's inputs of which nothing is told, by their use, for deriving what the layer gives."""

from __future__ import annotations

import ast

from ...diagnostics.limits import OutOfTime, time_limit
from ...documents.python.finish import finished
from ...documents.python.loss import Written
from ...documents.python.outline import units_of
from ...documents.python.said import told
from ...verify.programs.names import names_in
from .inputs import kinds_told
from .settle import understandings

SECONDS = 5.0


def shapes_by_use(text: str, written: Written, known: list[str]) -> list[str]:
    """What the likeliest understanding says of inputs that are not known, as options say it:
    as a check of the code understands them."""
    free = names_in(ast.parse(written.text)) - {
        name.strip() for part in known for name in part.partition(":")[0].split(",")
    }
    unit = next((unit for unit in units_of(finished(ast.parse(text)), text) if unit.title == written.function), None)
    if unit is None or not free:
        return []
    try:
        with time_limit(SECONDS):
            ways, _ = understandings(unit, kinds_told(tuple(told("\n".join(known)).items())))
    except OutOfTime:
        return []
    kinds = ways[0].kinds if ways else ()
    shapes = {
        name: tuple(dim.replace("_", "") for dim in kind.dims)
        for name, kind in kinds
        if name in free and kind.form == "array"
    }
    return [
        f"{name}: {'×'.join(dims) or 'scalar'}" for name, dims in shapes.items() if all(dim.isalnum() for dim in dims)
    ]

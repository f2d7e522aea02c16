"""What a unit gets from outside: the gradients that come from above, for what its forward part gives, and the names
that come from other files."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import NoneType

import numpy as np

from ...documents.python.beside import Imported, Neighbour
from ...documents.python.outline import Unit
from ...verify.programs.calls import defaults_of
from ...verify.programs.machine import Machine, moves
from ...verify.programs.names import arguments_of, each, key_of, last_part, targets_of
from ...verify.programs.statements import body
from ...verify.programs.values import Frame, Thing, Value
from .inputs import Point
from .text import adds_up, is_preparing


def weights(point: Point, output: Value, place: int, lone: bool) -> Value:
    """Random numbers for each entry of an output; 1 where that is a number, as a loss is, and so meant (`lone`)."""
    if np.size(output) == 1 and lone:
        return np.ones(np.shape(output))
    random = np.random.default_rng([place, point.seed, 5])
    drawn = random.normal(size=np.shape(output)) * (1e-6 if "faint" in point.meant else 1.0)
    if (axis := _spread(point, output)) is not None:  # the entries of p - t sum to zero
        drawn = drawn - np.mean(drawn, axis, keepdims=True)
    if "row" in point.meant and np.ndim(output) == 1:
        return drawn[np.newaxis]
    one = random.integers(np.size(output)) if "single" in point.meant else None
    return drawn if one is None else drawn * (np.arange(np.size(output)) == one).reshape(np.shape(output))


def weighted(point: Point, output: Value) -> Value:
    """What is multiplied with these numbers: an output, or the scores of which a softmax has made it."""
    return output if _spread(point, output) is None else np.log(output)


def _spread(point: Point, output: Value) -> int | None:
    """The axis along which a softmax has made an output, where the gradient by the scores comes from above."""
    real = np.real(output)
    axes = [*range(np.ndim(real))][::-1] if "scores" in point.meant and np.all(real > 0) else []
    return next((axis for axis in axes if np.allclose(np.sum(real, axis=axis), 1)), None)


_TINY = 1e-3


def varied(machine: Machine, point: Point, node: ast.FunctionDef, backward: ast.FunctionDef | None) -> dict[str, Value]:
    """Numbers that a function takes where nobody gives others, `p=0.5`, and that a backward part uses under their name:
    a little off at one of the points, that of the large entries, since more than what is right may hold for them."""
    numbers = ((place.arg, getattr(value, "value", None)) for place, value in defaults_of(node))
    used = {*arguments_of(backward), *(node.attr.lstrip("_") for node in each(ast.Attribute, backward))}
    floats = {name: value * 1.1 for name, value in numbers if isinstance(value, float) and abs(value) > _TINY}
    floats = {name: value for name, value in floats.items() if name in used}
    return {name: value for name, value in floats.items() if point.seed == 2 and not machine.is_parameter(name)}


def by_others(point: Point, unit: Unit, objects: dict[str, Value]) -> dict[str, Value]:
    """What other operations have added to the `grad` of each operand of an engine before: any numbers, which are to
    stay. An object begins with them, and asks for a gradient."""
    random, begun = np.random.default_rng([point.seed, 11]), dict[str, Value]()
    things = ((name, one.attributes) for name, one in objects.items() if isinstance(one, Thing))
    for name, held in things if adds_up(unit) else ():
        kept = held.get("grad")
        if isinstance(kept, NoneType | int | float | np.ndarray):
            begun[f"{name}.grad"] = np.asarray(random.normal(size=() if kept is None else np.shape(kept)), complex)
            held["grad"] = begun[f"{name}.grad"].copy()
        held |= {"requires_grad": True} if "requires_grad" in held else {}
    return begun


def latest(forward: ast.FunctionDef | None, names: list[str | None], outputs: list[Value]) -> Value:
    """What is computed last of what forward gives: `return Z1, A1, Z2, A2`."""
    targets = targets_of(forward) if forward is not None else ()
    lines = {last_part(key_of(one) or ""): one.lineno for one in sorted(targets, key=lambda one: one.lineno)}
    held, last = outputs[0], 1 << 20  # an expression is computed where it is returned
    named = held.items() if isinstance(held, dict) else zip(names, outputs, strict=True)
    made = [(lines.get(name or "", last), value) for name, value in named]
    places = [(line, at) for at, (line, value) in enumerate(made) if moves(value)]
    return made[max(places)[1]][1] if places else held


def from_beside(machine: Machine, imported: Iterable[Imported], known: dict[Neighbour, Frame]) -> dict[str, Value]:
    """The functions and classes of other files under the names that a file has for them; or those files."""
    found: dict[str, Value] = {}
    for one in imported:
        if one.file not in known:
            frame = known[one.file] = Frame()
            frame.names |= from_beside(machine, one.file.imported, known)
            body(machine, frame, [line for line in one.file.lines if is_preparing(line, set())])
        names = known[one.file].names
        if not one.there:
            found[one.name] = thing = Thing()
            thing.attributes = names
        elif one.there in names:
            found[one.name] = names[one.there]
    return found

"""What the text of a unit says before it is read: what stands around its functions, what is assigned, what trains."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ...diagnostics.regex import regex
from ...documents.python.outline import BACKWARD, Unit
from ...documents.python.pairs import FORWARD
from ...documents.python.uses import LOSSES, UPSTREAM, Axes, axes_in, claimed
from ...verify.programs.names import (
    arguments_of,
    as_added,
    each,
    key_of,
    last_part,
    loaded,
    name_of,
    names_in,
    stored,
    word_of,
)

DEEPEST = 3
"""Calls inside of so many others are followed."""


def stored_in(forward: ast.FunctionDef) -> frozenset[str]:
    """What a forward part computes and keeps in its object."""
    names = arguments_of(forward)
    lines = (line for line in each(ast.Assign, forward) if name_of(line.value) not in names)
    return frozenset(
        key for line in lines for target in line.targets if (key := key_of(target) or "").startswith("self.")
    )


def loaded_in(method: ast.FunctionDef) -> frozenset[str]:
    """What a method reads of its object, and not for its shape alone."""
    shaped = {id(node.value) for node in each(ast.Attribute, method) if node.attr == "shape"}
    nodes = (node for node in each(ast.Attribute, method) if id(node) not in shaped and isinstance(node.ctx, ast.Load))
    return frozenset(key for node in nodes if (key := key_of(node) or "").startswith("self."))


def is_layer(node: ast.ClassDef) -> bool:
    """Whether a class has both a forward and a backward part."""
    own = {method.name for method in node.body if isinstance(method, ast.FunctionDef)}
    return not own.isdisjoint(FORWARD) and not own.isdisjoint(BACKWARD)


def spelled_otherwise(key: str, known: Sequence[str]) -> list[str]:
    """The names that differ from those of which a gradient is called by capitals and underscores: `dxhat` of
    `x_hat`."""
    plain = {_plain(name) for name in claimed(key) if len(name) > 1}
    names = dict.fromkeys(known)
    return [name for name in names if _plain(name) in plain and name not in claimed(key)] if plain else []


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


@lru_cache(maxsize=64)
def axes_of(unit: Unit) -> dict[str, Axes]:
    """The axes of each array: as its own lines tell, or the functions that it is given to, which take its shape
    apart."""
    functions = {line.name: line for line in unit.all_lines if isinstance(line, ast.FunctionDef)}
    return _axes(tuple(unit.own), functions, ())


def _axes(
    lines: tuple[ast.AST, ...], functions: dict[str, ast.FunctionDef], within: tuple[str, ...]
) -> dict[str, Axes]:
    found = dict(axes_in(lines))
    for call in each(ast.Call, *lines):
        name = last_part(key_of(call.func) or "")
        function = functions.get(name) if name not in within else None
        if function is None or len(within) > DEEPEST:
            continue
        inner = _axes((function,), functions, (*within, name))
        for place, part in zip(arguments_of(function), call.args, strict=False):
            told, given = inner.get(place, Axes(0)), last_part(key_of(part) or "")
            if given and told.exact and told.number and not found.get(given, Axes(0)).exact:
                found[given] = told
    return found


_PLAIN = (ast.Constant, ast.UnaryOp, ast.USub, ast.BinOp, ast.operator, ast.Tuple, ast.Load, ast.Attribute, ast.Name)


def is_preparing(line: ast.stmt, free: set[str]) -> bool:
    """Imports, functions, classes, and names of constants: what stands around a function; not a number that is the size
    of an array, which may be any."""
    if isinstance(line, ast.Assign) and not free.isdisjoint(key_of(target) or "" for target in line.targets):
        return False
    if isinstance(line, ast.Assign) and not isinstance(line.value, ast.Lambda):
        inside = list(ast.walk(line.value))
        return all(isinstance(node, _PLAIN) for node in inside) and {*loaded(line)} <= {"np", "torch", "math"}
    return isinstance(line, ast.Assign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


@lru_cache(maxsize=64)
def differentiated_in(unit: Unit) -> frozenset[str]:
    """The names of which something is named like the gradient."""
    return frozenset(of for key, _ in _targets(unit) if key for of in claimed(key))


def _targets(unit: Unit) -> Iterator[tuple[str, str]]:
    """What is given a value: its key, or the key of the array of which a part is written;
    the keys of a dict that is written out."""
    for node in each((ast.Name, ast.Attribute, ast.Subscript), *unit.lines):
        if isinstance(node.ctx, ast.Store):  # type: ignore[attr-defined]
            key = key_of(node)
            yield key or "", (key_of(node.value) or "") if key is None and isinstance(node, ast.Subscript) else ""
    for line in each(ast.Assign, *unit.lines):
        if isinstance(line.value, ast.Dict):
            names = [key.value for key in line.value.keys if isinstance(key, ast.Constant)]
            yield from ((f"{key_of(line.targets[0])}[{name!r}]", "") for name in names)


@lru_cache(maxsize=64)
def parameters_of(unit: Unit) -> frozenset[str]:
    """Names that have a gradient here, and of which no part is written: what they begin with does not matter."""
    written = {last_part(part) for _, part in _targets(unit) if part}
    return differentiated_in(unit) - written


@lru_cache(maxsize=64)
def drawn_in(unit: Unit) -> frozenset[int]:
    """The assignments of what a call makes of data alone: of inputs by which nothing is differentiated."""
    parts = _parts(unit)
    known = {*loaded(*parts), *stored(*parts), *(place.arg for place in each(ast.arg, *parts))}
    moved = {name for name in known if UPSTREAM.match(name) or not known.isdisjoint(claimed(name))}
    moved |= differentiated_in(unit) | {*LOSSES}
    return frozenset(id(line) for line in each(ast.Assign, *parts) if _of_data(line, moved))


def _parts(unit: Unit) -> Sequence[ast.stmt]:
    """Both parts of a unit, or all its lines."""
    return [part for part in (unit.forward, unit.backward) if part is not None] or unit.lines


def _of_data(line: ast.Assign, moved: set[str]) -> bool:
    call, target = line.value, line.targets[0]
    if not isinstance(call, ast.Call) or not isinstance(target, ast.Name) or not call.args:
        return False
    return moved.isdisjoint((target.id, *(key for part in (*call.args, *call.keywords) for key in names_in(part))))


@lru_cache(maxsize=64)
def options_of(unit: Unit) -> frozenset[str]:
    """The names that are compared with texts: `if pool == "sum":`."""
    texts = (
        node for node in each(ast.Compare, *unit.own) if isinstance(getattr(node.comparators[0], "value", None), str)
    )
    return frozenset(last_part(key) for node in texts if (key := key_of(node.left)))


@lru_cache(maxsize=16)
def set_elsewhere(of: ast.ClassDef) -> frozenset[str]:
    """The attributes that methods besides those of the two passes give a value."""
    passes = ("__init__", *FORWARD, *BACKWARD)
    methods = (line for line in of.body if isinstance(line, ast.FunctionDef) and line.name not in passes)
    nodes = (node for node in each(ast.Attribute, *methods) if isinstance(node.ctx, ast.Store))
    return frozenset(node.attr for node in nodes if key_of(node.value) == "self")


_OPERANDS = regex(r"^_?(?:prev|children|childs|parents?|inputs?|operands|creators?|depends_on|deps|srcs?|args)$")
"""What an object is called that keeps from which others it was made."""


@lru_cache(maxsize=64)
def adds_up(unit: Unit) -> bool:
    """Whether the operations of an engine share their operands, so that each adds to what others have given a `grad`:
    another one does so, or each object keeps from which it was made."""
    added = any(word_of(line.target) == "grad" for line in each(ast.AugAssign, unit.inside))
    return added or any(map(_OPERANDS.match, (node.attr for node in each(ast.Attribute, unit.inside))))


def imported(unit: Unit) -> frozenset[str]:
    """The modules that are imported beside the functions."""
    lines = [line for line in unit.lines if isinstance(line, ast.Import)]
    return frozenset(name.name for line in lines for name in line.names)


@lru_cache(maxsize=64)
def training_loops(unit: Unit) -> dict[int, bool]:
    """Loops that compute the loss in each round, or step, and whether they step: what the loss is made of has another
    value in each round, so that one says all."""
    named = {*LOSSES} if unit.loss is None else names_in(unit.loss)
    loops = {loop: _steps(loop) for loop in each(ast.For, *_parts(unit))}
    made = {loop: stored(*(line for line in loop.body if isinstance(line, ast.Assign))) for loop in loops}
    return {id(loop): bool(steps) for loop, steps in loops.items() if named & {*made[loop], steps}}


def _steps(loop: ast.For) -> str | None:
    """The value that a loop goes on with, from which it takes something away, and that is no sum of losses:
    `w -= lr * dw`, `theta = theta - alpha * grad`, `w += -lr * dw`."""
    made = {*LOSSES}
    for line in map(as_added, loop.body):
        taken = isinstance(line, ast.AugAssign) and (isinstance(line.op, ast.Sub) or _negative(line.value))
        key = key_of(line.target) if taken else None  # type: ignore[attr-defined]
        if key is not None and key not in made:
            return key
        made |= stored(line)
    return None


def _negative(value: ast.expr) -> bool:
    """Whether a product begins with a minus."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.Div):
        value = value.left
    return isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)

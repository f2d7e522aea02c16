"""The statements of a program, read one after the other."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from .expressions import FAULTS, USUAL, evaluate, fault_of, iterated, parts_of, place_of, unpack
from .machine import Machine, solid
from .names import entry, key_of, last_part, loaded, name_of, names_in, targets_of, whole_of
from .operators import operate, true
from .values import Class, Frame, Function, Leave, Misfit, Module, Returned, Thing, Undecided, Unknown, Unread, Value

QUIET = frozenset(("plt", "print", "logging", "logger", "ax", "tqdm", "writer", "warnings", "assert_allclose"))
ASKING = ("is_", "check", "assert", "validate", "verify")
"""How the functions begin that only look at what they are given."""
IN_PLACE = frozenset(("at", "fill_diagonal", "add_", "sub_", "mul_", "div_", "zero_", "fill_", "fill"))
MAKING = ("init", "build", "reset", "initialize", "initialise")
"""How the functions begin that give parameters their first values."""
LONG = 12
"""A loop of a training is read once where it would go round more often, or steps."""


def body(machine: Machine, frame: Frame, lines: list[ast.stmt]) -> None:
    """Reads lines in their order."""
    for line in lines:
        execute(machine, frame, line)


def execute(machine: Machine, frame: Frame, line: ast.stmt) -> None:
    """Reads one statement. What it would give a value to, and cannot be read, is unknown from there."""
    machine.spend()
    if machine.before is not None:
        machine.before(line, frame)
    line = machine.replaced.get(id(line), line)
    handler = _HANDLERS.get(type(line))
    try:
        if handler is None:
            raise Unread(f"`{type(line).__name__.lower()}` is not read", line.lineno)
        handler(machine, frame, line)
    except FAULTS as error:
        fault = fault_of(error, line.lineno)
        if isinstance(line, ast.Raise):
            raise
        _lost(machine, frame, line, Unknown(fault.why, fault.line, misfit=isinstance(fault, Misfit)))
    machine.writing = ""
    machine.ended()


def _lost(machine: Machine, frame: Frame, line: ast.stmt, why: Unknown) -> None:
    """What the statement would have given a value to has none."""
    if isinstance(line, ast.Return):
        if frame.title:
            machine.assigned("return", line, frame, why)
        raise Returned(why)
    if isinstance(line, ast.Expr) and _harmless(line.value):
        return
    for target in targets_of(line):
        if isinstance(target, ast.Subscript) and _entry_lost(machine, frame, target, line, why):
            continue
        key = key_of(target) or key_of(whole_of(target))
        if key is None:
            continue
        goes_on = isinstance(line, ast.AugAssign) or key_of(target) is None
        before = frame.names.get(key) if goes_on else None
        why = before if isinstance(before, Unknown) else why
        if not why.misfit and not goes_on and frame.title.strip("_").startswith(MAKING) and machine.is_parameter(key):
            _put_whole(machine, frame, target, machine.assigned(key, line, frame, machine.input(last_part(key))))
            continue
        value = machine.assigned(key, line, frame, why, stored=key_of(target) is None, goes_on=goes_on)
        _put_whole(machine, frame, target, value)


def _entry_lost(machine: Machine, frame: Frame, target: ast.Subscript, line: ast.stmt, why: Unknown) -> bool:
    """Whether it is the entry of a list or dict at a computed place that has no value: the others keep theirs."""
    try:
        owner, place = evaluate(machine, frame, target.value), place_of(machine, frame, target.slice)
        held = isinstance(owner, list | dict) and entry(target.value, place) is not None
        if held:
            machine.entered(key_of(target.value), owner, place, why, line, frame, isinstance(line, ast.AugAssign))
    except FAULTS:
        return False
    return held


def _harmless(node: ast.expr) -> bool:
    """A call that shows, draws or asks something changes no array."""
    root = node.func if isinstance(node, ast.Call) else node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Constant) or (
        isinstance(root, ast.Name) and (root.id in QUIET or root.id.startswith(ASKING))
    )


def _put_whole(machine: Machine, frame: Frame, target: ast.expr, value: Value) -> None:
    target = whole_of(target)
    if isinstance(target, ast.Name):
        frame.names[target.id] = value
    elif isinstance(target, ast.Attribute):
        owner = evaluate(machine, frame, target.value)
        if isinstance(owner, Thing):
            owner.attributes[target.attr] = value
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        owner = evaluate(machine, frame, target.value)
        if isinstance(owner, dict):
            owner[target.slice.value] = value


# --- assignments ------------------------------------------------------------------------------------------------------


def _assign(machine: Machine, frame: Frame, line: ast.Assign) -> None:
    machine.writing = key_of(whole_of(line.targets[0])) or ""
    goes_on = machine.writing in names_in(line.value)
    value = _drawn(machine, frame, line)
    if isinstance(value, Undecided) and isinstance(line.value, ast.Name):
        value = _opened(machine, frame, line.value, value, line.targets[0])
    for target in line.targets:
        put(machine, frame, target, value, line, goes_on)


def _drawn(machine: Machine, frame: Frame, line: ast.Assign) -> Value:
    """The value of an assignment; what a call that is not read makes of data alone is an input itself."""
    try:
        value = evaluate(machine, frame, line.value)
        parts = value if isinstance(value, list) else [value]
        fault = next((part for part in parts if isinstance(part, Unknown) and not part.misfit), None)
    except Unread as error:
        if id(line) not in machine.drawn:
            raise
        value, fault = None, Unknown(error.why, error.line)
    if fault is None or id(line) not in machine.drawn:
        return value
    names = frame.names.keys() & loaded(line.value)
    plain = (frame.names[name] for name in names if id(frame.names[name]) not in machine.origin)
    if not all(isinstance(value, int | str | Undecided | np.integer | None) for value in plain):
        raise Unread(fault.why, fault.line)
    return machine.input(ast.unparse(line.targets[0]))


def _opened(machine: Machine, frame: Frame, whole: ast.Name, value: Undecided, target: ast.expr) -> Value:
    """An input that is taken apart, `W, b = params`, as the inputs that its parts are."""
    names = [name for part in getattr(target, "elts", ()) if (name := name_of(part)) and name not in frame.names]
    if not names or len(names) < len(getattr(target, "elts", ())):
        return value
    parts = tuple(map(machine.input, names))
    _put_whole(machine, frame, whole, parts)
    return parts


def put(machine: Machine, frame: Frame, target: ast.expr, value: Value, line: ast.stmt, goes_on: bool = False) -> None:
    """Gives a value to a name, an attribute, an entry, or several of them."""
    if isinstance(target, ast.Tuple | ast.List):
        for part, item in zip(target.elts, parts_of(target, value), strict=True):
            put(machine, frame, part.value if isinstance(part, ast.Starred) else part, item, line)
        return
    key = key_of(target)
    if key is not None:
        value = machine.assigned(key, line, frame, value, goes_on=goes_on)
        _put_whole(machine, frame, target, value)
        made = getattr(line, "value", None)
        if isinstance(value, dict | list) and isinstance(made, ast.Dict | ast.List | ast.ListComp):
            for name, part in value.items() if isinstance(value, dict) else enumerate(value):
                machine.entered(key, value, name, part, line, frame)
        if isinstance(target, ast.Subscript) and not isinstance(evaluate(machine, frame, target.value), dict):
            assert isinstance(target.slice, ast.Constant)
            _put_whole(machine, frame, target.value, {target.slice.value: value})  # an input that is used as a dict
        return
    if isinstance(target, ast.Subscript):
        _store(machine, frame, target, value, line)
        return
    raise Unread("what is given a value here", line.lineno)


def _store(machine: Machine, frame: Frame, target: ast.Subscript, value: Value, line: ast.stmt, add: str = "") -> None:
    """Writes into a part of an array, or an entry of a list or dict."""
    owner = solid(evaluate(machine, frame, target.value))
    place = place_of(machine, frame, target.slice)
    if add:
        value = operate(add, owner[place], value)
    if isinstance(owner, dict) or (isinstance(owner, list) and isinstance(place, int | np.integer)):
        machine.entered(key_of(target.value), owner, place, value, line, frame, bool(add))
        return
    if not isinstance(owner, np.ndarray):
        raise Unread("writing into this is not read")
    value = solid(value, "array", owner[place])
    if np.iscomplexobj(value) and not np.iscomplexobj(owner):
        if np.any(np.imag(value)):
            raise Unread("real numbers are written into an array of whole ones")
        value = np.real(value)
    owner[place] = np.reshape(value, ()) if not np.shape(owner[place]) and np.size(value) == 1 else value
    machine.changed(owner)
    root, key = _root(machine, frame, target, owner), key_of(whole_of(target))
    if key is not None:
        _written(machine, frame, key, line, root)


def _written(machine: Machine, frame: Frame, key: str, line: ast.stmt, whole: Value) -> None:
    """A part of an array has been written; another value may stand in place of the whole."""
    value = machine.assigned(key, line, frame, whole, stored=True)
    if value is not whole and isinstance(whole, np.ndarray):
        whole[...] = value


def _root(machine: Machine, frame: Frame, target: ast.Subscript, owner: Value) -> Value:
    """The whole array of which a part of a part was written."""
    root = whole_of(target)
    if root is target.value:
        return owner
    whole = evaluate(machine, frame, root)
    if isinstance(whole, np.ndarray):
        machine.changed(whole)
    return whole


def _augment(machine: Machine, frame: Frame, line: ast.AugAssign) -> None:
    name = type(line.op).__name__
    key = key_of(line.target)
    machine.writing = key or key_of(whole_of(line.target)) or ""
    value = evaluate(machine, frame, line.value)
    if key is None:
        if not isinstance(line.target, ast.Subscript):
            raise Unread("what is given a value here", line.lineno)
        _store(machine, frame, line.target, solid(value), line, add=name)
        return
    current = evaluate(machine, frame, line.target)
    if isinstance(current, Undecided) and isinstance(line.target, ast.Attribute):  # it begins elsewhere
        current = np.zeros(np.shape(solid(value)), complex)[()]
    current = solid(current, "array", value)
    if isinstance(current, list) and isinstance(value, list):
        current.extend(value)
        return
    result = operate(name, current, value)
    if isinstance(current, np.ndarray) and current.ndim:
        if np.shape(result) != current.shape:
            raise Misfit(
                f"non-broadcastable output operand with shape {current.shape} is to take {np.shape(result)} in place"
            )
        if np.iscomplexobj(result) and not np.iscomplexobj(current):
            raise Unread("real numbers are added to an array of whole ones")
        current[...] = result
        machine.changed(current)
        result = current
    else:
        result = machine.note(result)
    _put_whole(machine, frame, line.target, machine.assigned(key, line, frame, result, goes_on=True))


def _annotated(machine: Machine, frame: Frame, line: ast.AnnAssign) -> None:
    if line.value is not None:
        put(machine, frame, line.target, evaluate(machine, frame, line.value), line)


# --- the way through --------------------------------------------------------------------------------------------------


def _if(machine: Machine, frame: Frame, line: ast.If) -> None:
    quiet = (ast.Raise, ast.Assert, ast.Pass)
    harmless = (isinstance(one, quiet) or (isinstance(one, ast.Expr) and _harmless(one.value)) for one in line.body)
    if not line.orelse and all(harmless):  # it only complains
        return
    body(machine, frame, line.body if true(evaluate(machine, frame, line.test)) else line.orelse)


def _for(machine: Machine, frame: Frame, line: ast.For) -> None:
    items = evaluate(machine, frame, line.iter)
    if isinstance(items, range) and (steps := machine.once.get(id(line))) is not None and (steps or len(items) > LONG):
        items = items[:1]
    for item in iterated(machine, items):
        try:
            unpack(frame, line.target, item)
            body(machine, frame, line.body)
        except Leave as leave:
            if leave.value:
                break
    else:
        body(machine, frame, line.orelse)


def _while(machine: Machine, frame: Frame, line: ast.While) -> None:
    while true(evaluate(machine, frame, line.test)):
        machine.spend()
        try:
            body(machine, frame, line.body)
        except Leave as leave:
            if leave.value:
                break


def _leave(_: Machine, __: Frame, line: ast.Break | ast.Continue) -> None:
    raise Leave(isinstance(line, ast.Break))


def _return(machine: Machine, frame: Frame, line: ast.Return) -> None:
    value = None if line.value is None else evaluate(machine, frame, line.value)
    if line.value is not None and frame.title:
        machine.assigned("return", line, frame, value)
        machine.ended()
    raise Returned(value)


def _raise(_: Machine, __: Frame, line: ast.Raise) -> None:
    raise Misfit("an error is raised here", line.lineno)


def _import(_: Machine, frame: Frame, line: ast.Import) -> None:
    for alias in line.names:
        root = alias.name.partition(".")[0]
        frame.names[alias.asname or root] = Module(alias.name if alias.asname else root)


def _import_from(_: Machine, frame: Frame, line: ast.ImportFrom) -> None:
    for alias in line.names:
        if alias.name != "*":
            path = USUAL.get(alias.name, f"{line.module or 'local'}.{alias.name}")
            frame.names[alias.asname or alias.name] = Module(path)


def _expression(machine: Machine, frame: Frame, line: ast.Expr) -> None:
    if isinstance(line.value, ast.Constant):
        return
    call, into = line.value, None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in IN_PLACE:
        into = whole_of(call.args[0] if call.func.attr in ("at", "fill_diagonal") and call.args else call.func.value)
    key = key_of(into) if into is not None else None
    machine.writing = key or ""
    evaluate(machine, frame, line.value)
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append":
        owner = evaluate(machine, frame, call.func.value)
        machine.entered(key_of(call.func.value), owner, len(owner) - 1, owner[-1], line, frame)
    if into is not None and key is not None:
        _written(machine, frame, key, line, evaluate(machine, frame, into))


def _named(_: Machine, frame: Frame, line: ast.FunctionDef | ast.ClassDef) -> None:
    frame.names[line.name] = Class(line, frame) if isinstance(line, ast.ClassDef) else Function(line, frame)


_HANDLERS: dict[type, Callable[[Machine, Frame, Any], None]] = {
    ast.Assign: _assign,
    ast.AugAssign: _augment,
    ast.AnnAssign: _annotated,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Expr: _expression,
    ast.FunctionDef: _named,
    ast.ClassDef: _named,
    ast.Try: lambda machine, frame, line: body(machine, frame, [*line.body, *line.orelse, *line.finalbody]),
    ast.With: lambda machine, frame, line: body(machine, frame, line.body),
    **dict.fromkeys((ast.Pass, ast.Assert, ast.Global, ast.Nonlocal, ast.Delete), lambda *_: None),
}

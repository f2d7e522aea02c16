"""The value of an expression of a program."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from .calls import call, method_of, parent_of, smooth
from .library import CONSTANTS, fits, text_of
from .machine import Machine, solid, whole
from .names import entry, key_of
from .objects import attribute, of_class
from .operators import holds, operate, true
from .tables import METHODS, PYTHON
from .values import Class, Fault, Frame, Function, Keyed, Misfit, Module, Need, Thing, Undecided, Unknown, Unread, Value

PYTHON_FAULTS = (ValueError, IndexError, ZeroDivisionError, OverflowError, np.linalg.LinAlgError)
FAULTS = (*PYTHON_FAULTS, TypeError, AttributeError, KeyError, Fault)


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Value:
    """The value of an expression. Unread, Misfit and Need say why there is none."""
    machine.spend()
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise Unread(f"{type(node).__name__.lower()} is not read", node.lineno)
    try:
        return handler(machine, frame, node)
    except FAULTS as error:
        raise fault_of(error, node.lineno) from None


def fault_of(error: Exception, line: int) -> Fault:
    """What an error says of a line of the program: what Python itself would refuse, or what is not read."""
    if isinstance(error, Fault):
        error.line = error.line or line
        return error
    if isinstance(error, PYTHON_FAULTS):
        return Misfit(str(error)[:160], line)
    return Unread(f"this is not read ({error})"[:120], line)


OF_ARRAYS = frozenset((*METHODS, "size", "sort", "fill", "add_", "sub_", "mul_", "div_", "zero_", "fill_"))
"""Methods by which an input is seen to be an array."""
TINY = 1e-4
"""A number that is only added to keep a division or a logarithm safe is no larger."""


def _name(machine: Machine, frame: Frame, node: ast.Name) -> Value:
    machine.read(node.id)
    try:
        return frame.find(node.id)
    except KeyError:
        if node.id in USUAL:
            return Module(USUAL[node.id])
        return Module(f"builtins.{node.id}") if node.id in BUILTINS else machine.input(node.id)


USUAL = {
    "np": "numpy", "numpy": "numpy", "torch": "torch", "F": "torch.nn.functional", "math": "math", "jnp": "jax.numpy",
    "nn": "torch.nn", "tf": "tensorflow", "xrange": "builtins.range", "xp": "numpy", "cp": "numpy",
}  # fmt: skip
"""What a piece of code means by these names that does not say what it imports."""
BUILTINS = frozenset((*PYTHON, "range", "print", "isinstance", "map", "type", "super", "object", "hasattr", "getattr"))


def _binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(machine, frame, node.left), evaluate(machine, frame, node.right)
    if machine.tiny and isinstance(node.op, ast.Add | ast.Sub):
        left, right = (
            part * 1e-200 if isinstance(part, float) and abs(part) <= TINY else part for part in (left, right)
        )
    return machine.note(operate(type(node.op).__name__, left, right))


def _unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Value:
    value = evaluate(machine, frame, node.operand)
    if isinstance(node.op, ast.Not):
        return not true(value)
    value = solid(value)
    if isinstance(node.op, ast.Invert):
        return ~value
    return machine.note(-value if isinstance(node.op, ast.USub) else +value)


def _boolean(machine: Machine, frame: Frame, node: ast.BoolOp) -> Value:
    value: Value = None
    for part in node.values:
        value = evaluate(machine, frame, part)
        if true(value) == isinstance(node.op, ast.Or):
            return value
    return value


def _compare(machine: Machine, frame: Frame, node: ast.Compare) -> Value:
    left = evaluate(machine, frame, node.left)
    result: Value = True
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = evaluate(machine, frame, comparator)
        same = holds(type(op).__name__, left, right)
        result = same if result is True else result & same
        left = right
    return result


def _choice(machine: Machine, frame: Frame, node: ast.IfExp) -> Value:
    return evaluate(machine, frame, node.body if true(evaluate(machine, frame, node.test)) else node.orelse)


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Value:
    key = key_of(node)
    if key is not None:
        machine.read(key)
    owner = evaluate(machine, frame, node.value)
    if isinstance(owner, Module):
        return CONSTANTS.get(node.attr, Module(f"{owner.path}.{node.attr}")) if node.attr != "newaxis" else None
    if isinstance(owner, Undecided):
        if node.attr in ("shape", "T", "size", "ndim", "dtype", "flat"):
            raise Need(owner.name, "array")
        return machine.input(node.attr)
    if isinstance(owner, Thing):
        return attribute(machine, owner, node)
    if isinstance(owner, Class):
        return of_class(machine, owner, node.attr)
    if isinstance(solid(owner), np.ndarray | np.generic) and node.attr in _OF_AN_ARRAY:
        return machine.note(_OF_AN_ARRAY[node.attr](owner))
    if isinstance(owner, tuple) and node.attr in ("values", "indices") and len(owner) == 2:
        return owner[node.attr == "indices"]
    raise Unread(f"the attribute `{node.attr}` is not read", node.lineno)


_OF_AN_ARRAY: dict[str, Callable[[Any], Value]] = {
    "T": np.transpose, "mT": lambda x: np.swapaxes(x, -1, -2), "data": lambda x: x, "real": lambda x: x,
    "flat": np.ravel, "shape": np.shape, "size": np.size, "ndim": np.ndim,
    "dtype": lambda x: {"c": "float", "f": "float", "b": "bool"}.get(np.asarray(x).dtype.kind, "int"),
}  # fmt: skip


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Value:
    key = key_of(node)
    if key is not None:
        machine.read(key)
    owner = evaluate(machine, frame, node.value)
    if isinstance(owner, Module):
        return machine.note(_beside(machine, frame, owner, node.slice))
    place = place_of(machine, frame, node.slice)
    if isinstance(owner, Undecided | Keyed):
        if isinstance(place, str):
            return machine.input(place)
        raise Need(owner.name, "rows" if isinstance(place, int) else "array")
    owner = solid(owner)
    if isinstance(owner, dict) and place not in owner:
        raise Unread(f"the key {place!r} is not there")
    if isinstance(owner, list | tuple | str | range) and isinstance(place, np.integer):
        place = int(place)
    if isinstance(owner, list | dict) and (name := entry(node.value, place)) is not None:
        machine.read(name)
    found = owner[place]
    machine.goes_with(found, owner)
    return machine.note(found)


def _beside(machine: Machine, frame: Frame, owner: Module, node: ast.expr) -> Value:
    """`np.c_[a, b]` and `np.r_[a, b]`."""
    kind = owner.path.rpartition(".")[2]
    if kind not in ("c_", "r_"):
        raise Unread("this subscript is not read")
    parts = [
        np.asarray(solid(part)) for part in _items(machine, frame, node.elts if isinstance(node, ast.Tuple) else [node])
    ]
    return np.column_stack(parts) if kind == "c_" else np.concatenate([np.atleast_1d(part) for part in parts])


def place_of(machine: Machine, frame: Frame, node: ast.expr) -> Value:
    """What stands between the brackets of a subscript."""
    if isinstance(node, ast.Tuple):
        return tuple(place_of(machine, frame, part) for part in node.elts)
    if isinstance(node, ast.Slice):
        bounds = [
            None if part is None else evaluate(machine, frame, part) for part in (node.lower, node.upper, node.step)
        ]
        return slice(*(whole(machine, bound, "size") for bound in bounds))
    value = evaluate(machine, frame, node)
    if isinstance(value, list) and value and not isinstance(value[0], slice):
        value = np.array([whole(machine, part, "labels") for part in value])
    return whole(machine, value, "labels")


def _items(machine: Machine, frame: Frame, parts: list[ast.expr]) -> list[Value]:
    found: list[Value] = []
    for part in parts:
        if isinstance(part, ast.Starred):
            inner = solid(evaluate(machine, frame, part.value))
            found += list(inner)
        else:
            found.append(evaluate(machine, frame, part))
        fits(len(found))
    return found


def _dict(machine: Machine, frame: Frame, node: ast.Dict) -> Value:
    found: dict[Value, Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = evaluate(machine, frame, value)
            found |= {} if isinstance(inner, Undecided) else solid(inner)  # of options that nobody gives, none is given
        else:
            found[solid(evaluate(machine, frame, key))] = _entry(machine, frame, value)
    return found


def _entry(machine: Machine, frame: Frame, node: ast.expr) -> Value:
    """The value of an entry of a dict; where it is not read, the others are there all the same."""
    try:
        return evaluate(machine, frame, node)
    except Unread as fault:
        return Unknown(fault.why, fault.line)


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Value:
    function: Value = None
    owner: Value = None
    parent = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(parent, ast.Call) and isinstance(node.func, ast.Attribute) and key_of(parent.func) == "super":
        function = _of_parent(frame, node, node.func.attr)
        if function is None:
            return None
    elif isinstance(node.func, ast.Attribute):
        owner = evaluate(machine, frame, node.func.value)
        if isinstance(owner, Undecided | Unknown):
            function = smooth(_last(node.func.value), node.func.attr)
        if function is None and isinstance(owner, Undecided):
            if node.func.attr == "get" and node.args and isinstance(node.args[0], ast.Constant):
                name = str(node.args[0].value)
                return evaluate(machine, frame, node.args[1]) if len(node.args) > 1 else machine.input(name)
            if node.func.attr not in OF_ARRAYS:
                raise Unread(f"the method `{node.func.attr}` is not known")
            raise Need(owner.name, "array")
        if isinstance(owner, Thing):
            known = owner.of is not None or node.func.attr in owner.attributes
            function = attribute(machine, owner, node.func) if known else None
        elif isinstance(owner, Class):
            function = of_class(machine, owner, node.func.attr)
        elif isinstance(owner, Module):
            function = Module(f"{owner.path}.{node.func.attr}")
    else:
        function = evaluate(machine, frame, node.func)
    arguments = _items(machine, frame, node.args)
    named: dict[str, Value] = {}
    for word in node.keywords:
        if word.arg is None:
            raise Unread("arguments that stand in a dict")
        named[word.arg] = evaluate(machine, frame, word.value)
    if isinstance(function, Undecided | Unknown):
        function = smooth(_last(node.func)) or function
    if function is None and isinstance(node.func, ast.Attribute):
        function = (solid(owner), node.func.attr)
    return machine.note(call(machine, function, arguments, named))


def _last(node: ast.expr) -> str:
    return (key_of(node) or "").rpartition(".")[2]


def _of_parent(frame: Frame, node: ast.Call, name: str) -> Function | None:
    """The method that `super().name` is, of the class before that in which this stands."""
    thing = frame.names.get("self")
    of = thing.of if isinstance(thing, Thing) else None
    while of is not None and id(node) not in _nodes(of.node):
        of = parent_of(of)
    parent = parent_of(of) if of is not None else None
    found = method_of(parent, name) if parent is not None else None
    return None if parent is None or found is None else Function(found, parent.outside, thing)


@lru_cache(maxsize=64)
def _nodes(tree: ast.ClassDef) -> frozenset[int]:
    return frozenset(map(id, ast.walk(tree)))


def iterated(machine: Machine, value: Value) -> list[Value]:
    """The values a loop goes through."""
    value = solid(value, "array")
    if isinstance(value, np.ndarray) and value.ndim == 0:
        raise Misfit("a number is no row of values")
    if not isinstance(value, np.ndarray | list | tuple | range | dict | set):
        raise Unread("what a loop goes through")
    machine.spend(len(value))
    return list(value)


def _comprehension(machine: Machine, frame: Frame, node: Any) -> Value:
    inner = Frame(frame, frame.title)
    found: list[Value] = []

    def walk(level: int) -> None:
        if level == len(node.generators):
            parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
            values = tuple(evaluate(machine, inner, part) for part in parts)
            found.append(values if values[1:] else values[0])
            return
        loop = node.generators[level]
        for item in iterated(machine, evaluate(machine, inner, loop.iter)):
            unpack(inner, loop.target, item)
            if all(true(evaluate(machine, inner, test)) for test in loop.ifs):
                walk(level + 1)

    walk(0)
    return dict(found) if isinstance(node, ast.DictComp) else found


def parts_of(target: ast.Tuple | ast.List, value: Value) -> list[Value]:
    """The values of several names, of which one may take the rest."""
    if isinstance(value, Unknown):
        return [value] * len(target.elts)
    value = solid(value, "array")
    if not isinstance(value, tuple | list | np.ndarray | dict | range):
        raise Misfit("one value for several names")
    parts = list(value)
    stars = [number for number, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
    if stars:
        after = len(target.elts) - stars[0] - 1
        parts = [*parts[: stars[0]], parts[stars[0] : len(parts) - after], *parts[len(parts) - after :]]
    if len(parts) != len(target.elts):
        raise Misfit(f"{len(parts)} values for {len(target.elts)} names")
    return parts


def unpack(frame: Frame, target: ast.expr, value: Value) -> None:
    """Binds the names of a loop."""
    if isinstance(target, ast.Name):
        frame.names[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        for part, item in zip(target.elts, parts_of(target, value), strict=True):
            unpack(frame, part.value if isinstance(part, ast.Starred) else part, item)
    else:
        raise Unread("what a loop binds", target.lineno)


def _yield(machine: Machine, frame: Frame, node: ast.Yield) -> Value:
    if frame.yielded is None:
        raise Unread("values are given one by one here")
    fits(len(frame.yielded))
    frame.yielded.append(None if node.value is None else evaluate(machine, frame, node.value))
    return None


def _text(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Value:
    parts = (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
    return text_of("".join(text_of(evaluate(machine, frame, part)) for part in parts))


def _named(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(machine, frame, node.value)
    frame.names[node.target.id] = value
    return value


_HANDLERS: dict[type, Callable[[Machine, Frame, Any], Value]] = {
    ast.Constant: lambda _, __, node: node.value,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.Tuple: lambda machine, frame, node: tuple(_items(machine, frame, node.elts)),
    ast.List: lambda machine, frame, node: _items(machine, frame, node.elts),
    ast.Set: lambda machine, frame, node: set(_items(machine, frame, node.elts)),
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.NamedExpr: _named,
    ast.Lambda: lambda _, frame, node: Function(node, frame),
    ast.JoinedStr: _text,
    ast.Yield: _yield,
}

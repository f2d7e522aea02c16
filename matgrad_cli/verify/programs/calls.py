"""Calls: of functions of the program, of Python's own, of a library's, of methods of arrays and containers."""

from __future__ import annotations

import ast
from functools import lru_cache

import numpy as np

from ...diagnostics.regex import regex
from .library_calls import KNOWN, WELL_KNOWN, applied, of_library
from .machine import DEPTH, Machine, moves, solid
from .names import each, name_of
from .operators import operate
from .tables import FUNCTIONS, METHODS
from .values import (
    Class,
    Exhausted,
    Frame,
    Function,
    Misfit,
    Module,
    Need,
    Returned,
    Smooth,
    Thing,
    Undecided,
    Unread,
    Value,
)

ACTIVATION = regex(r"^(?:act\w*|nonlin\w*|non_linearity|transfer\w*|squash\w*|phi|sigma)$")
OF_ENTRIES = ("forward", "fn", "func", "f", "__call__")
SLOPES = ("prime", "derivative", "deriv", "gradient", "grad", "d")
"""Names of activations, and of what belongs to them: the function, its derivative."""


def call(machine: Machine, function: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
    """The value of a call."""
    machine.spend()
    if isinstance(function, Function):
        return _own(machine, function, arguments, named)
    if isinstance(function, Class):
        return _new(machine, function, arguments, named)
    if isinstance(function, Module):
        return of_library(machine, function.path, arguments, named)
    if isinstance(function, tuple):
        owner, name = function
        return _method(machine, owner, name, arguments, named)
    if isinstance(function, Undecided) and function.name in WELL_KNOWN:
        machine.taken[function.name] = KNOWN
        return applied(machine, FUNCTIONS[function.name], function.name, "", arguments, named)
    if isinstance(function, Undecided):
        raise Unread(f"`{function.name}` is not known as a function")
    if isinstance(function, Smooth) and len(arguments) == 1 and not named:
        return _smooth(machine, function, solid(arguments[0]))
    if isinstance(function, Thing) and function.of is not None:
        found = method_of(function.of, "__call__") or method_of(function.of, "forward")
        if found is not None:
            return _own(machine, Function(found, function.of.outside, function), arguments, named)
    raise Unread("a call of something that is not known as a function")


def smooth(name: str, part: str = "") -> Smooth | None:
    """What is meant by a name, or a method of it, that comes from elsewhere: an activation, or its derivative."""
    if part:
        return (
            Smooth(name, part not in OF_ENTRIES) if ACTIVATION.match(name) and part in (*OF_ENTRIES, *SLOPES) else None
        )
    for word in SLOPES:
        bare = name.removesuffix(word).removeprefix(word).strip("_")
        if bare != name and ACTIVATION.match(bare):
            return Smooth(bare, slope=True)
    return Smooth(name) if ACTIVATION.match(name) else None


def _smooth(machine: Machine, function: Smooth, x: Value) -> Value:
    """exp(sin(x)), which no other function resembles; its derivative only where the function itself was taken, since
    some give the derivative in terms of what comes out."""
    machine.taken[function.name] = "a smooth function of each entry"
    places = machine.applied.setdefault(function.name, [])
    if not function.slope:
        places.append(np.real(x))
        return np.exp(np.sin(x))
    if not any(np.array_equal(np.real(x), place) for place in places):
        raise Unread(f"the derivative of `{function.name}` is taken where `{function.name}` itself is not")
    return np.exp(np.sin(x)) * np.cos(x)


def _own(machine: Machine, function: Function, arguments: list[Value], named: dict[str, Value]) -> Value:
    """A call of a function of the program: its lines are read at these arguments."""
    if machine.depth >= DEPTH:
        raise Exhausted
    if function.owner is not None:
        arguments = [function.owner, *arguments]
    frame = bound(machine, function, arguments, named)
    if isinstance(function.node, ast.Lambda):
        return machine.evaluate(machine, frame, function.node.body)
    machine.depth += 1
    writing = machine.writing
    frame.yielded = [] if yields(function.node) else None
    try:
        value = returned(machine, frame, function.node.body)
        return value if frame.yielded is None else frame.yielded
    finally:
        machine.depth -= 1
        machine.writing = writing


@lru_cache(maxsize=64)
def yields(node: ast.FunctionDef) -> bool:
    """Whether a function gives its values one by one: they are read as a list of them."""
    return any(each(ast.Yield, node))


def returned(machine: Machine, frame: Frame, lines: list[ast.stmt]) -> Value:
    """What lines return, which are read one after the other."""
    try:
        machine.body(machine, frame, lines)
    except Returned as ended:
        return ended.value
    return None


def method_of(of_class: Class, name: str) -> ast.FunctionDef | None:
    """A method of a class or of the classes of the program that it comes from."""
    for line in of_class.node.body:
        if isinstance(line, ast.FunctionDef) and line.name == name:
            return line
    parent = parent_of(of_class)
    return method_of(parent, name) if parent is not None else None


def parent_of(of_class: Class) -> Class | None:
    """The class of the program that a class comes from."""
    found = (of_class.outside.names.get(name_of(base)) for base in of_class.node.bases)
    return next((parent for parent in found if isinstance(parent, Class) and parent is not of_class), None)


def bound(
    machine: Machine, function: Function, arguments: list[Value], named: dict[str, Value], free: bool = False
) -> Frame:
    """The names of a function with the values of a call; with `free` what is not given is an input or its default."""
    given = function.node.args
    frame = Frame(function.outside, getattr(function.node, "name", "lambda"))
    places = [*given.posonlyargs, *given.args]
    if len(arguments) > len(places) and given.vararg is None:
        raise Misfit("a call with more arguments than the function takes")
    for place, value in zip(places, arguments, strict=False):
        frame.names[place.arg] = value
    if given.vararg is not None:
        frame.names[given.vararg.arg] = tuple(arguments[len(places) :])
    if given.kwarg is not None:
        frame.names[given.kwarg.arg] = {}
    frame.names.update(named)
    for place, default in defaults_of(function.node):
        if place.arg not in frame.names:
            value = machine.evaluate(machine, function.outside, default)
            number = isinstance(value, float | int) and not isinstance(value, bool)
            nothing = machine.is_parameter(place.arg) or (isinstance(value, float) and value == 0)
            open_ = (value is None and place.arg not in machine.options) or (number and nothing)
            if free and open_:
                continue  # nothing is said by it: the argument is an input like the others
            frame.names[place.arg] = machine.step(place.arg, value) if free and type(value) is int else value
    for place in [*places, *given.kwonlyargs]:
        if place.arg not in frame.names:
            if not free:
                raise Misfit(f"a call without the argument `{place.arg}`")
            frame.names[place.arg] = machine.input(place.arg)
    return frame


def defaults_of(node: ast.FunctionDef | ast.Lambda) -> list[tuple[ast.arg, ast.expr]]:
    """The arguments of a function that need not be given, each with its default."""
    given = node.args
    found = [*zip(reversed([*given.posonlyargs, *given.args]), reversed(given.defaults), strict=False)]
    return found + [
        (place, value) for place, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None
    ]


def _new(machine: Machine, of_class: Class, arguments: list[Value], named: dict[str, Value]) -> Value:
    thing = Thing(of_class)
    found = method_of(of_class, "__init__")
    if found is not None:
        call(machine, Function(found, of_class.outside, thing), arguments, named)
    return thing


def _method(machine: Machine, owner: Value, name: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    if isinstance(owner, list | dict):
        if name not in (LIST_METHODS if isinstance(owner, list) else DICT_METHODS) or len(owner) > 100_000:
            raise Unread(f"the method `{name}` of a {type(owner).__name__} is not read")
        found = getattr(owner, name)(*arguments, **named)
        return list(found) if name in ("items", "keys", "values") else found
    if isinstance(owner, Thing):
        if name == "save_for_backward":
            owner.attributes["saved_tensors"] = tuple(arguments)
            return None
        raise Unread(f"the method `{name}` is not read")
    if isinstance(owner, str):
        return ""
    if not isinstance(owner, np.ndarray | np.generic | int | float | complex):
        raise Unread(f"the method `{name}` is not read")
    if name == "size":
        return np.shape(owner)[arguments[0]] if arguments else np.shape(owner)
    if name in ("fill", "zero_", "fill_", "add_", "sub_", "mul_", "div_"):
        return _in_place(machine, owner, name, arguments)
    found = METHODS.get(name)
    if found is None:
        raise Unread(f"the method `{name}` is not read")
    casts = id(owner) in machine.origin and moves(owner) and name in ("astype", "long", "int")
    if casts and np.asarray(found(owner, *arguments)).dtype.kind == "i":  # whole numbers
        raise Need(machine.origin[id(owner)], "labels")
    if name in ("reshape", "view"):
        arguments = [solid(value, "size") for value in arguments]
    value = applied(machine, found, name, "", [owner, *arguments], named)
    if name in ("reshape", "ravel", "flatten", "squeeze", "astype", "view"):
        machine.goes_with(value, owner)
    return value


def _in_place(machine: Machine, owner: Value, name: str, arguments: list[Value]) -> Value:
    amount = 0.0 if name == "zero_" else solid(arguments[0])
    sign = {"add_": "Add", "sub_": "Sub", "mul_": "Mult", "div_": "Div"}.get(name)
    owner[...] = amount if sign is None else operate(sign, owner, amount)
    machine.changed(owner)
    return owner


LIST_METHODS = ("append", "extend", "pop", "insert", "reverse", "copy", "clear")
DICT_METHODS = ("get", "items", "keys", "copy", "values", "update", "setdefault")

"""Attributes of objects and classes of a program."""

from __future__ import annotations

import ast

from .calls import call, method_of, parent_of
from .machine import Machine
from .names import each, name_of
from .values import Class, Function, Thing, Unread, Value


def attribute(machine: Machine, owner: Thing, node: ast.Attribute) -> Value:
    """An attribute of an object, a method bound to it, or an input where nobody sets it."""
    if node.attr in owner.attributes:
        return owner.attributes[node.attr]
    found = method_of(owner.of, node.attr) if owner.of is not None else None
    if found is not None:
        marks = [*map(name_of, found.decorator_list)]
        assert owner.of is not None
        bound = Function(found, owner.of.outside, None if "staticmethod" in marks else owner)
        if "property" in marks:
            return call(machine, bound, [], {})
        return bound
    if owner.of is not None and not _mentions(owner.of, node.attr):
        raise Unread(f"nothing gives `{node.attr}` a value", node.lineno)
    value = machine.input(node.attr) if owner.of is None else of_class(machine, owner.of, node.attr)
    owner.attributes[node.attr] = value
    return value


def _mentions(of_class: Class, name: str) -> bool:
    """Whether a class speaks of an attribute, or comes from one that is not known and may do so."""
    if said_in(of_class, name) is not None or any(node.attr == name for node in each(ast.Attribute, of_class.node)):
        return True
    parent = parent_of(of_class)
    return any(name_of(base) != "object" for base in of_class.node.bases) if parent is None else _mentions(parent, name)


def of_class(machine: Machine, owner: Class, name: str) -> Value:
    """A method of a class, or what it says of an attribute; an input where it says nothing."""
    found, value = method_of(owner, name), said_in(owner, name)
    if found is not None:
        return Function(found, owner.outside)
    return machine.input(name) if value is None else machine.evaluate(machine, owner.outside, value)


def said_in(of_class: Class, name: str) -> ast.expr | None:
    """What a class, or one that it comes from, gives an attribute of that name; not None, nor a whole number, which may
    be the size of an array, and then any."""
    for line in of_class.node.body:
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        if value is not None and name in map(name_of, targets):
            return None if isinstance(value, ast.Constant) and type(value.value) in (int, type(None)) else value
    parent = parent_of(of_class)
    return said_in(parent, name) if parent is not None else None

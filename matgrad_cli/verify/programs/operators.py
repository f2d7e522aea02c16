"""Python's operators on the values of a program."""

from __future__ import annotations

import operator as op
from collections.abc import Callable
from typing import Any

import numpy as np

from . import primitives as of
from .library import fits, matmul, text_of
from .machine import solid
from .names import DATA
from .values import Misfit, Module, Need, Undecided, Unknown, Unread, Value

NUMBERS = (bool, int, float, complex, np.generic, np.ndarray)


def operate(name: str, left: Value, right: Value) -> Value:
    """A binary operator of Python on two values."""
    hints = ("matrix left", "matrix right") if name == "MatMult" else ("array", "array")
    if name == "FloorDiv" and isinstance(right, Undecided) and isinstance(left, int | Undecided):  # `d // heads`
        hints = "size", "size"
    if name == "Add" and (isinstance(left, list) or isinstance(right, list)):  # `[target] + others`
        hints = "listed", "listed"
    asked = [(left, hints[0], right), (right, hints[1], left)]
    if isinstance(right, Undecided) and right.name in DATA:  # the data tell more than what is laid over them
        asked.reverse()
    for side, hint, other in asked:
        solid(side, hint, solid(other) if isinstance(other, Unknown) else other)
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return _on_numbers(name, left, right)
    if name == "Add" and isinstance(left, tuple | list) and type(left) is type(right):
        fits(len(left) + len(right))
        return type(left)([*left, *right])
    if name == "Mult" and isinstance(left, tuple | list | int) and isinstance(right, int | tuple | list):
        times, items = (left, right) if isinstance(left, int) else (right, left)
        if isinstance(items, tuple | list) and isinstance(times, int):
            fits(times * len(items))
            return items * times
    if isinstance(left, str) or isinstance(right, str):
        return text_of(left) + text_of(right) if name == "Add" else ""
    raise Unread("an operation between values that are no numbers")


def _on_numbers(name: str, left: Value, right: Value) -> Value:
    if name == "MatMult":
        return of.complexed(matmul(left, right))
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        fits(np.prod(np.broadcast_shapes(left.shape, right.shape), dtype=float))
    if name == "Pow":
        if isinstance(left, int) and isinstance(right, int) and right > 64:
            raise Unread("a power that is too large")
        return of.complexed(of.power(left, right))
    if name == "Sub" and np.asarray(left).dtype.kind == np.asarray(right).dtype.kind == "b":
        raise Misfit("NumPy does not subtract masks")
    if name in ("FloorDiv", "Mod"):
        whole = isinstance(left, int | np.integer) and isinstance(right, int | np.integer)
        left, right = (left, right) if whole else (np.real(left), np.real(right))
    return of.complexed(_OPERATORS[name](left, right))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Add": op.add, "Sub": op.sub, "Mult": op.mul, "Div": op.truediv, "FloorDiv": op.floordiv, "Mod": op.mod,
    "BitAnd": op.and_, "BitOr": op.or_, "BitXor": op.xor,
}  # fmt: skip


def true(value: Value) -> bool:
    """Whether a condition holds."""
    value = solid(value, "truth")
    if isinstance(value, Module):  # a switch of another file: what it stands for is not here
        return False
    return bool(np.real(value) != 0) if isinstance(value, np.ndarray | np.generic) else bool(value)


def holds(name: str, left: Value, right: Value) -> Value:
    """Whether one value stands in a relation to another."""
    if name in ("Is", "IsNot"):
        same = left is right or (isinstance(left, bool | int) and left == right)
        return same == (name == "Is")
    if isinstance(left, Undecided) and isinstance(right, str):
        raise Need(left.name, f"text {right}")
    if isinstance(right, Undecided) and isinstance(left, str) and name in ("In", "NotIn"):  # nobody gives that option
        return name == "NotIn"
    hint = "equal" if name in ("Eq", "NotEq") else "array"
    left, right = solid(left, hint, right), solid(right, hint, left)
    if name in ("In", "NotIn"):
        return (left in right) == (name == "In")
    return of.compare(name, left, right)

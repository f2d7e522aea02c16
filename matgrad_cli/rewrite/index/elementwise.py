"""Derivatives of elementwise functions that no rule speaks of, from SymPy; and from a number to an array: f′(A) is f′ of every entry."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...ir import (
    ELEMENTWISE,
    NUMBER,
    Add,
    Call,
    Constant,
    Expr,
    Fill,
    Mul,
    Number,
    Power,
    Symbol,
    add,
    hadamard,
    mul,
    substitute,
)
from ...ir.functions import unknown, unknown_parts

if TYPE_CHECKING:
    import sympy

SLOT = Symbol("u", NUMBER)
LAST_ORDER = 9
_FLAT = ("sign", "step")
_SYMPY_NAMES = {"abs": "Abs", "arcsin": "asin"}


@lru_cache(maxsize=256)
def derivative_of(function: str) -> Expr | None:
    """f′ as an expression of the number `SLOT`, for a function that no rule speaks of; None if SymPy does not know it."""
    parts = unknown_parts(function)
    if parts is not None:
        kind, order, name = parts
        return Call(unknown(name, kind, order + 1), SLOT) if order < LAST_ORDER else None
    return Number(0) if function in _FLAT else _by_sympy(function)


def _by_sympy(function: str) -> Expr | None:
    import sympy

    known = getattr(sympy, _SYMPY_NAMES.get(function, function), None)
    if known is None:
        return None
    u = sympy.Symbol("u", positive=True)
    return from_sympy(sympy.diff(known(u), u))


def from_sympy(expr: sympy.Expr) -> Expr | None:
    """A SymPy expression of one number `u` as ours; None if it uses a function that is not in our table."""
    import sympy

    if isinstance(expr, sympy.Symbol):
        return SLOT
    if isinstance(expr, sympy.Rational):
        return Number(Fraction(int(expr.p), int(expr.q)))
    if expr is sympy.pi:
        return Constant("pi")
    parts = [from_sympy(part) for part in expr.args]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    if isinstance(expr, sympy.Add):
        return add(*known)
    if isinstance(expr, sympy.Mul):
        return mul(*known)
    if isinstance(expr, sympy.exp):
        return Call("exp", known[0])
    if isinstance(expr, sympy.Pow):
        return Call("sqrt", known[0]) if expr.args[1] == sympy.Rational(1, 2) else Power(known[0], known[1])
    return _call_of(expr, known)


def _call_of(expr: Any, known: list[Expr]) -> Expr | None:
    name = {"Abs": "abs"}.get(type(expr).__name__, type(expr).__name__)
    return Call(name, known[0]) if name in ELEMENTWISE and len(known) == 1 else None


def lifted(expr: Expr, array: Expr) -> Expr:
    """A number-valued expression of `SLOT`, turned into the same function of every entry of `array`."""
    if array.shape.is_number:
        return substitute(expr, {SLOT: array})
    done: dict[Expr, Expr] = {SLOT: array}

    def walk(node: Expr) -> Expr:
        if SLOT not in node.symbols:
            return node
        found = done.get(node)
        if found is None:
            found = _lift(node, [walk(child) for child in node.children], array)
            done[node] = found
        return found

    result = walk(expr)
    return result if result.shape is array.shape else _constant(result, array)


def _constant(value: Expr, array: Expr) -> Expr:
    ones = Fill(1, array.shape)
    if value is Number(0):
        return Fill(0, array.shape)
    return ones if value is Number(1) else mul(value, ones)


def _lift(node: Expr, parts: list[Expr], array: Expr) -> Expr:
    if isinstance(node, Add):
        return add(*(part if not part.shape.is_number else _constant(part, array) for part in parts))
    if isinstance(node, Mul):
        numbers = [part for part in parts if part.shape.is_number]
        arrays = [part for part in parts if not part.shape.is_number]
        return mul(*numbers, hadamard(*arrays))
    if isinstance(node, Power):
        return Power(parts[0], parts[1])
    if isinstance(node, Call):
        return Call(node.function, *parts)
    raise ValueError(f"no array form for {node!r}")

"""Which expressions have a value in exact arithmetic: rational ones, and ones that are rational in oracles for exp,
log, sin …."""

from __future__ import annotations

from typing import Final

from .. import ir
from ..ir import Expr
from ..ir.memory import table
from ..ir.walk import found_in
from .arrays.structure import LINEAR
from .functions import DEFINITIONS, EXACT_VALUES, constant_value, squared_root

RATIONAL_KIND: Final = 0
TOTAL_KIND: Final = 1
ORACLE_KIND: Final = 2
FLOAT_KIND: Final = 3

_kinds: dict[Expr, int] = table()
_TOTAL: Final = frozenset(("exp", "sin", "cos", "tanh", "sinh", "cosh", "atan", "sigmoid", "softplus", "expm1"))
_PARTIAL: Final = EXACT_VALUES.keys() - _TOTAL | {"logdet"}
_PLAIN: Final = LINEAR.keys() | DEFINITIONS.keys() | {"det", "inner", "pinv"}


def kind(expr: Expr) -> int:
    """0 if the expression is rational in its variables, 1 if rational in them and in oracles for functions that have
    a value everywhere, 2 if in oracles for any functions, 3 if only floats can judge it.

    What an oracle knows of a function holds wherever that has a value, and so does what follows from it; whether there
    is such a place it does not know: it may divide by what is zero, sin² + cos² − 1.
    """
    known = _kinds.get(expr)
    return found_in(expr, _kinds, _found, _below) if known is None else known


def _found(node: Expr) -> int:
    found = max([_kinds[part] for part in _below(node)], default=RATIONAL_KIND)
    match node:
        case ir.Constant():
            return TOTAL_KIND
        case ir.Power(base, exponent):
            if squared_root(node) is not None:  # (√u)² has a value only where √u has one: the reals decide that
                rooted = isinstance(base, ir.Call) and base.function == "sqrt"
                return max(found, ORACLE_KIND) if rooted else found
            times = constant_value(exponent)
            if times is None or times.denominator != 1:
                return FLOAT_KIND
            return _divided(found) if times < 0 else found
        case ir.Call(name, _):
            if name not in _PLAIN:
                own = TOTAL_KIND if name in _TOTAL else ORACLE_KIND if name in _PARTIAL else FLOAT_KIND
                return max(found, own)
            return _divided(found) if name == "pinv" else found
        case ir.Inverse() | ir.MatrixPower():
            return _divided(found)
    return found


def _divided(kind: int) -> int:
    """The kind of what is divided by something of a kind."""
    return ORACLE_KIND if kind == TOTAL_KIND else kind


def _below(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, ir.Power):
        shorter = squared_root(node)
        return (shorter,) if shorter is not None else node.children[: 1 + (constant_value(node.exponent) is None)]
    if isinstance(node, ir.Call) and node.function in DEFINITIONS:
        return (DEFINITIONS[node.function](*node.arguments),)
    return node.children

"""Which expressions have a value in exact arithmetic: rational ones, and ones that are rational in oracles for exp,
log, sin …."""

from __future__ import annotations

from typing import Final

from .. import ir
from ..ir import Expr
from ..ir.memory import table
from ..ir.walk import found_in
from .functions import DEFINITIONS, EXACT_VALUES, LINEAR, constant_value, squared_root

RATIONAL_KIND: Final = 0
TOTAL_KIND: Final = 1
ORACLE_KIND: Final = 2
FLOAT_KIND: Final = 3

_kinds: dict[Expr, int] = table()
_TOTAL: Final = frozenset(("exp", "sin", "cos", "tanh", "sinh", "cosh", "atan", "sigmoid", "softplus", "expm1"))
_PARTIAL: Final = EXACT_VALUES.keys() - _TOTAL | {"logdet"}
_PLAIN: Final = LINEAR | DEFINITIONS.keys() | {"det", "inner", "pinv"}


def kind(expr: Expr) -> int:
    """0 if the expression is rational in its variables, 1 if rational in them and in oracles for functions that have
    a value everywhere, 2 if in oracles for any functions, 3 if only floats can judge it.

    What an oracle knows of a function holds wherever that has a value, and so does what follows from it; whether there
    is such a place it does not know: it may divide by what is zero, sin² + cos² − 1.
    """
    if len(_kinds) > 200_000:
        _kinds.clear()
    return found_in(expr, _kinds, _found, _below)


def _found(node: Expr) -> int:
    found = max([_own(node), *[_kinds[part] for part in _below(node)]])
    return ORACLE_KIND if found == TOTAL_KIND and _divides(node) else found


def _divides(node: Expr) -> bool:
    if isinstance(node, ir.Power):
        exponent = constant_value(node.exponent)
        return exponent is not None and exponent < 0
    return isinstance(node, ir.Inverse | ir.MatrixPower) or (isinstance(node, ir.Call) and node.function == "pinv")


def _below(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, ir.Power):
        shorter = squared_root(node)
        return (
            (shorter,)
            if shorter is not None
            else (node.base,)
            if constant_value(node.exponent) is not None
            else node.children
        )
    if isinstance(node, ir.Call) and node.function in DEFINITIONS:
        return (DEFINITIONS[node.function](*node.arguments),)
    return node.children


def _own(node: Expr) -> int:
    if isinstance(node, ir.Constant):
        return TOTAL_KIND
    if isinstance(node, ir.Power):
        if squared_root(node) is not None:  # (√u)² has a value only where √u has one: the reals decide that
            return ORACLE_KIND if isinstance(node.base, ir.Call) and node.base.function == "sqrt" else RATIONAL_KIND
        exponent = constant_value(node.exponent)
        return RATIONAL_KIND if exponent is not None and exponent.denominator == 1 else FLOAT_KIND
    if isinstance(node, ir.Call):
        if node.function in _PLAIN:
            return RATIONAL_KIND
        return TOTAL_KIND if node.function in _TOTAL else ORACLE_KIND if node.function in _PARTIAL else FLOAT_KIND
    return RATIONAL_KIND

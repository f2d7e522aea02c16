"""The phases of rules/methods/solve.toml, run on one equation until it says what the unknown is."""

from __future__ import annotations

from ...ir import Add, Call, Expr, Inverse, Power, Symbol, nodes_of, substitute
from ...rulebook.load import equation_rules
from ..engine.application import Scene, fit
from ..forms.algebra import zero
from . import natives, powers  # noqa: F401  (they register the native moves)
from .line import Line, rules_of

MOST_WRAPS = 8
"""So many functions around the unknown are undone, one after the other."""


def isolate(line: Line, target: Expr | None = None) -> None:
    """Runs the phases until the line says what the unknown is (or the `target` that holds it),
    or nothing fits any more."""
    line.phase("inverses")
    for _ in range(MOST_WRAPS):
        line.look_at(target or _wrapped(line, rules_of("undo")))
        for rule in (*rules_of("linear"), *rules_of("isolate")):
            if not line.isolated:
                line.run(rule)
        if line.core is target or line.solved:
            break
        if target is None and line.core is line.unknown and (base := _base(line)) is not None:
            line.look_at(base)
            if any(line.run(rule) for rule in rules_of("powers")):
                continue
            line.look_at(line.unknown)
        alone = line.equation[0] is line.core is not line.unknown
        if not any(
            line.run(rule) for rule in rules_of("undo" if alone else "powers") if alone or line.core is line.unknown
        ):
            break
    line.look_at(target or line.unknown)
    line.phase("tidy")


def _wrapped(line: Line, rules: tuple[str, ...]) -> Expr:
    """The one inverse or function around the unknown that a rule undoes, where the unknown stands in no other way;
    else the unknown."""
    found = {node for side in line.equation for node in _around(side, line, rules)}
    return _alone(found, line) or line.unknown


def _base(line: Line) -> Expr | None:
    """The one sum whose powers alone hold the unknown: 1 + λ of (1 + λ)²."""
    found: set[Expr] = {
        node.base
        for side in line.equation
        for node in nodes_of(side)
        if isinstance(node, Power) and isinstance(node.base, Add) and line.unknown in node.base.symbols
    }
    return _alone(found, line)


def _alone(found: set[Expr], line: Line) -> Expr | None:
    """The one part that was found, if the unknown stands in no other way."""
    if len(found) != 1:
        return None
    (part,) = found
    return (
        None
        if any(line.unknown in substitute(side, {part: zero(part.shape)}).symbols for side in line.equation)
        else part
    )


def _around(expr: Expr, line: Line, rules: tuple[str, ...]) -> list[Expr]:
    """The outermost parts that can be undone; powers of the unknown itself are left to their own moves."""
    if line.unknown not in expr.symbols:
        return []
    if (isinstance(expr, (Call, Inverse, Power)) and expr.children[0] is not line.unknown) or not isinstance(
        expr, Power
    ):
        pair = Call("inner", expr, Symbol("□", expr.shape))
        scene = Scene(line.problem, equation_rules())
        if any(
            fit(equation_rules().rule(rule), pair, scene, (("X", expr.children[0]),)) for rule in rules if expr.children
        ):
            return [expr]
    return [node for child in expr.children for node in _around(child, line, rules)]

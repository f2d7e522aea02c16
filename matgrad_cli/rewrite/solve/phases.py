"""The phases of rules/methods/solve.toml, run on one equation until it says what the unknown is."""

from __future__ import annotations

from ...ir import Call, Expr, Fill, Inverse, Transpose, nodes_of, substitute
from ...rulebook.load import SOLVING, equation_rules
from . import natives, stacked  # noqa: F401  (they register the native moves)
from .line import Line


def isolate(line: Line) -> None:
    """Runs the phases until the line says what the unknown is, or nothing fits any more."""
    phases = {phase.name: phase.rules for phase in equation_rules().method(SOLVING).phases}
    line.run("eq-multiply-unknown")
    inverse = _inside(line, Inverse) or _inside(line, Call)
    if inverse is not None:
        line.look_at(inverse)
    for rule in (*phases["linear"], *phases["isolate"]):
        if line.equation[0] is not line.core or line.core in nodes_of(line.equation[1]):
            line.run(rule)
    if inverse is not None and line.equation[0] is inverse:
        line.run("eq-invert" if isinstance(inverse, Inverse) else "eq-exp")
        line.look_at(line.unknown)
        line.run("eq-transpose")
    if not line.solved and line.core is line.unknown:
        line.look_at(line.unknown)
        for rule in phases["powers"]:
            line.run(rule)
    line.run("eq-tidy")


def _inside(line: Line, kind: type[Inverse | Call]) -> Expr | None:
    """The inverse or the logarithm of the unknown, where the unknown stands in no other way."""
    bodies = (line.unknown, Transpose(line.unknown))
    nodes = [node for side in line.equation for node in nodes_of(side) if isinstance(node, kind)]
    found = {node for node in nodes if node.children[0] in bodies and (isinstance(node, Inverse) or node.function == "log")}
    if len(found) != 1 or line.core is not line.unknown:
        return None
    (inner,) = found
    rest = [substitute(side, {inner: Fill(0, inner.shape)}) for side in line.equation]
    return inner if all(line.unknown not in side.symbols for side in rest) else None

"""Cutting a loss into named parts for the chain rule: residuals e, layers z and h, numbers u;
and the Jacobian of one part."""

from __future__ import annotations

from collections import Counter

from ... import ir
from ...ir import Expr, Symbol, is_elementwise, nodes_of
from ...ir.functions import CHANGES
from ...ir.walk import innermost_first
from ..naming import named_parts


def cut(loss: Expr, variable: Symbol, taken: set[str], columns: bool = False) -> tuple[Expr, list[ir.Named]]:
    """The loss with its parts named, innermost first; with `columns` only parts that are columns."""
    chosen: dict[Expr, str] = {}
    under_log = _softmax_under_log(loss)
    for node in nodes_of(loss):
        for part, wish in _inside(node, variable):
            body = part.body if isinstance(part, ir.Transpose) else part
            still = body.free or variable not in body.symbols or isinstance(body, Symbol | ir.Named | ir.Entry)
            if not still and body is not loss and body not in under_log and (body.shape.is_column or not columns):
                chosen.setdefault(body, wish)
    sized = {node: _sized(chosen[node], node) for node in innermost_first(chosen)}
    several, used = Counter(sized.values()), Counter[str]()
    wishes = []
    for node, wish in sized.items():
        used[wish] += 1
        wishes.append((node, f"{wish}{used[wish]}" if several[wish] > 1 else wish))
    return named_parts(loss, wishes, taken)


def _softmax_under_log(loss: Expr) -> set[Expr]:
    """What stands under a logarithm alone: log softmax is one layer, whose derivative is simpler than that of both."""
    under, elsewhere = set[Expr](), set[Expr]()
    for node in nodes_of(loss):
        for child in node.children:
            if isinstance(child, ir.Call) and child.function.startswith("softmax"):
                (under if isinstance(node, ir.Call) and node.function == "log" else elsewhere).add(child)
    return under - elsewhere


def _sized(wish: str, node: Expr) -> str:
    return wish.upper() if node.shape.is_matrix else "u" if node.shape.is_number else wish


def _inside(node: Expr, variable: Symbol) -> list[tuple[Expr, str]]:
    """The parts that one operation asks to be named: what a curved function is taken of, and the layer itself."""
    if isinstance(node, ir.Call):
        found = []
        if is_elementwise(node.function) or node.function.startswith(("softmax", "logsumexp")):
            found.append((node.argument, "z"))
            if not node.shape.is_number:
                found.append((node, "p" if node.function.startswith("softmax") else "h"))
        elif node.function in ("norm", "norm1", "nuclear", "spectral"):
            found.append((node.argument, "e"))
        elif node.function in ("det", "logdet"):
            found.append((node.argument, "a"))
        elif f"D{node.function}" in CHANGES:
            found += [(node.argument, "a"), (node, "b")]
        return found
    if isinstance(node, ir.Power):
        return [] if isinstance(node.base, ir.Call) and node.base.function == "norm" else [(node.base, "v")]
    if isinstance(node, ir.Inverse | ir.MatrixPower):
        return [(node.children[0], "a"), (node, "b")]
    if isinstance(node, ir.Mul | ir.MatMul | ir.Hadamard | ir.Kron):
        active = [child for child in node.children if variable in child.symbols and not isinstance(child, ir.Power)]
        return [(child, "e" if _plain(child, ir.Add) else "v") for child in active] if len(active) > 1 else []
    return []


def _plain(node: Expr, kind: type[Expr]) -> bool:
    return isinstance(node.body if isinstance(node, ir.Transpose) else node, kind)

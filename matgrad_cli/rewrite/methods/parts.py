"""Cutting a loss into named parts for the chain rule: residuals e, layers z and h, numbers u; and the Jacobian of one part."""

from __future__ import annotations

from collections import Counter

from ...ir import (
    Add,
    Call,
    Differential,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Inverse,
    Kron,
    MatMul,
    MatrixPower,
    Mul,
    Named,
    Power,
    Shape,
    Symbol,
    Transpose,
    add,
    is_elementwise,
    matmul,
    mul,
    nodes_of,
    transpose,
)
from ...ir.dimensions import ONE
from ...ir.functions import CHANGES
from ..engine.application import holds_pending as moves
from ..engine.application import replaced
from ..forms.algebra import flip
from ..naming import innermost_first, named_parts
from .differentials import Moving
from .pairing import chained


def cut(loss: Expr, variable: Symbol, taken: set[str], columns: bool = False) -> tuple[Expr, list[Named]]:
    """The loss with its parts named, innermost first; with `columns` only parts that are columns."""
    chosen: dict[Expr, str] = {}
    for node in nodes_of(loss):
        for part, wish in _inside(node, variable):
            body = part.body if isinstance(part, Transpose) else part
            if body is loss or variable not in body.symbols or body.free or isinstance(body, Symbol | Named | Entry):
                continue
            if body.shape.is_column or not columns:
                chosen.setdefault(body, wish)
    sized = {node: _sized(chosen[node], node) for node in innermost_first(chosen)}
    several, used = Counter(sized.values()), Counter[str]()
    wishes = []
    for node, wish in sized.items():
        used[wish] += 1
        wishes.append((node, f"{wish}{used[wish]}" if several[wish] > 1 else wish))
    return named_parts(loss, wishes, taken)


def _sized(wish: str, node: Expr) -> str:
    return wish.upper() if node.shape.is_matrix else "u" if node.shape.is_number else wish


def _inside(node: Expr, variable: Symbol) -> list[tuple[Expr, str]]:
    """The parts that one operation asks to be named: what a curved function is taken of, and the layer itself."""
    if isinstance(node, Call):
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
    if isinstance(node, Power):
        return [] if isinstance(node.base, Call) and node.base.function == "norm" else [(node.base, "v")]
    if isinstance(node, Inverse | MatrixPower):
        return [(node.children[0], "a"), (node, "b")]
    if isinstance(node, Mul | MatMul | Hadamard | Kron):
        active = [child for child in node.children if variable in child.symbols and not isinstance(child, Power)]
        return [(child, "e" if _plain(child, Add) else "v") for child in active] if len(active) > 1 else []
    return []


def _plain(node: Expr, kind: type[Expr]) -> bool:
    return isinstance(node.body if isinstance(node, Transpose) else node, kind)


def total(body: Expr, moving: Moving) -> Expr | None:
    """d(body) in terms of the differentials of named parts and of the variable alone."""
    if isinstance(body, Transpose):
        rests = isinstance(body.body, Named) or body.body is moving.variable
        below = moving.d(body.body) if rests else total(body.body, moving)
        return None if below is None else transpose(below)
    layer = moving.body(Differential(body, moving.variable, moving.direction))
    if layer is None:
        return None
    mapping: dict[Expr, Expr] = {}
    for node in nodes_of(layer):
        if isinstance(node, Differential) and not isinstance(node.body, Named) and node.body is not moving.variable:
            inner = total(node.body, moving)
            if inner is None:
                return None
            mapping[node] = inner
    return replaced(layer, mapping) if mapping else layer


def pendings(expr: Expr) -> list[Differential]:
    """The different pending differentials, in reading order."""
    found: list[Differential] = []
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Differential):
            found.append(node)
        elif moves(node):
            stack.extend(reversed(node.children))
    return list(dict.fromkeys(found))


def jacobian(move: Expr, pending: Differential) -> Expr | None:
    """The matrix J with move = J · pending, where both are columns or numbers; None where it is not of that form."""
    if move is pending:
        return Eye(pending.shape.rows) if pending.shape.is_column else None
    if isinstance(move, Add):
        parts = [jacobian(term, pending) for term in move.terms]
        found = [part for part in parts if part is not None]
        return add(*found) if len(found) == len(parts) else None
    inner = next((child for child in move.children if moves(child)), None)
    if inner is None or not (move.shape.is_column or move.shape.is_number) or sum(map(moves, move.children)) > 1:
        return None
    if isinstance(move, MatMul):
        return _of_product(move, inner, pending)
    below = jacobian(inner, pending)
    if below is None:
        return None
    return _of_entries(move, inner, below)


def _of_product(move: MatMul, inner: Expr, pending: Differential) -> Expr | None:
    place = move.factors.index(inner)
    left, right = move.factors[:place], move.factors[place + 1 :]
    if isinstance(inner, Transpose) and inner.body is pending and right:  # a (dx)ᵀ b = a bᵀ dx
        return _times(*left, flip(_times(*right)))
    if isinstance(inner, Call) and inner.function == "diag" and right:  # diag(dx) b = diag(b) dx
        below = jacobian(inner.argument, pending)
        return None if below is None else _times(*left, Call("diag", _times(*right)), below)
    below = jacobian(inner, pending)
    if below is None:
        return None
    if not right:
        return _times(*left, below)
    number = matmul(*right)
    return mul(number, _times(*left, below)) if number.shape.is_number else None


def _of_entries(move: Expr, inner: Expr, below: Expr) -> Expr | None:
    if isinstance(move, Mul):
        others = [factor for factor in move.factors if factor is not inner]
        numbers = [factor for factor in others if factor.shape.is_number]
        arrays = [factor for factor in others if not factor.shape.is_number]
        return mul(*numbers, _times(*arrays, below))
    if isinstance(move, Hadamard):
        scale = [factor for factor in move.factors if factor is not inner]
        whole = scale[0] if len(scale) == 1 else Hadamard(tuple(scale))
        return _times(Call("diag", whole), below)
    if isinstance(move, Call) and move.function == "sum":
        return _times(Fill(1, Shape(ONE, inner.shape.rows)), below)
    if isinstance(move, Call) and move.function == "inner":
        return _times(flip(next(part for part in move.arguments if part is not inner)), below)
    return None


def _times(*factors: Expr) -> Expr:
    numbers, array = chained(*factors)
    return mul(*numbers, array)

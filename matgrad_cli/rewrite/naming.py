"""Names for big parts: before differentiating a deep loss, so that nothing is copied; and in a result that repeats itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..ir import Add, Call, Entry, Expr, Hadamard, Inverse, MatMul, Named, Power, Symbol, is_elementwise, nodes_of, substitute
from ..ir.walk import height, innermost_first, names_in
from .engine.application import replaced

DEEP = 3
"""From so many nested nonlinear functions on, every layer gets a name before differentiating."""

REPEATED_WEIGHT = 4
"""A part of a loss that stands there twice or more is named from twice so many symbols on."""

REPEATED_SAVING = 4
"""A part of a result that stands there twice or more is named if that saves so many symbols."""


def _nonlinear(node: Expr) -> bool:
    return isinstance(node, Call) and not node.shape.is_number and (is_elementwise(node.function) or node.function.startswith("softmax"))


def fresh_name(wish: str, taken: set[str]) -> str:
    """The wished letter, with a number if it is taken; then it is taken."""
    number, name = 0, wish
    while name in taken:
        number += 1
        name = f"{wish}{number}"
    taken.add(name)
    return name


def layer_name(node: Expr) -> str:
    """p for a softmax, h for another layer, Z for other matrices, z for vectors and numbers."""
    if isinstance(node, Call) and node.function.startswith("softmax"):
        return "p" if not node.shape.is_matrix else "P"
    if _nonlinear(node):
        return "h" if not node.shape.is_matrix else "H"
    return "Z" if node.shape.is_matrix else "z" if not node.shape.is_number else "r"


def name_parts(loss: Expr, variable: Symbol, taken: set[str]) -> tuple[Expr, list[Named]]:
    """The loss with its layers named, innermost first, where it is deep or repeats big parts; else the loss itself."""
    counts = Counter(child for node in nodes_of(loss) for child in node.children)
    depth: dict[Expr, int] = {}  # how many nonlinear functions of the variable stand inside one another
    for node in innermost_first(nodes_of(loss)):
        depth[node] = max((depth[child] for child in node.children), default=0) + (_nonlinear(node) and variable in node.symbols)
    deep = depth[loss] >= DEEP
    chosen = [
        node
        for node in nodes_of(loss)
        if variable in node.symbols
        and node is not loss
        and not isinstance(node, Symbol | Named | Entry)
        and not node.free
        and ((deep and _nonlinear(node)) or (counts[node] >= 2 and node.weight >= 2 * REPEATED_WEIGHT))
    ]
    return with_names(loss, chosen, taken, numbered=deep)


def with_names(root: Expr, chosen: Iterable[Expr], taken: set[str], numbered: bool = False) -> tuple[Expr, list[Named]]:
    """`root` with the chosen parts replaced by names; a name may stand in the body of a later one."""
    order = innermost_first(chosen)
    return named_parts(root, [(node, f"{layer_name(node)}{number if numbered else ''}") for number, node in enumerate(order, 1)], taken)


def named_parts(root: Expr, wishes: Iterable[tuple[Expr, str]], taken: set[str]) -> tuple[Expr, list[Named]]:
    """`root` with these parts, innermost first, replaced by the wished names or the nearest that are free."""
    mapping: dict[Expr, Expr] = {}
    names: list[Named] = []
    for node, wish in wishes:
        named = Named(fresh_name(wish, taken), node.rebuilt(tuple(substitute(child, mapping) for child in node.children)))
        mapping[node] = named
        names.append(named)
    return substitute(root, mapping), names


def repeated_parts(root: Expr) -> list[Expr]:
    """The biggest parts that a result writes twice or more, outermost ones only."""
    uses = _uses(root)
    candidates = [
        node
        for node, count in uses.items()
        if count >= 2
        and count * node.weight - node.weight - count >= REPEATED_SAVING
        and not node.free
        and isinstance(node, Call | Inverse | Add | Power | Hadamard | MatMul)
    ]
    inside: set[Expr] = set()
    for node in candidates:
        for part in nodes_of(node):
            if part is not node and uses[part] <= uses[node]:
                inside.add(part)
    return [node for node in candidates if node not in inside]


def _uses(root: Expr) -> Counter[Expr]:
    """How often each part is written in the tree of `root` (capped by walking shared parts once with their multiplicity)."""
    order = list(nodes_of(root))
    order.sort(key=height, reverse=True)
    uses: Counter[Expr] = Counter({root: 1})
    for node in order:
        if isinstance(node, Named):
            continue
        for child in node.children:
            uses[child] += min(uses[node], 1000)
    return uses


def name_uses(root: Expr) -> dict[Named, int]:
    """How often each name is written in `root` and in the parts that it names."""
    counts: Counter[Expr] = Counter()
    for named in names_in(root):
        counts.update(node for node, times in _uses(named.body).items() for _ in range(min(times, 5)) if isinstance(node, Named))
    counts.update({node: times for node, times in _uses(root).items() if isinstance(node, Named)})
    return {named: counts[named] for named in names_in(root)}


def opened(expr: Expr, names: Iterable[Named]) -> Expr:
    """An expression with these names written out, those first that others need: also the names in what they stand for."""
    bodies: dict[Expr, Expr] = {}
    for named in names:
        bodies[named] = substitute(named.body, bodies)
    return replaced(expr, bodies)

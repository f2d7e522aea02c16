"""Equal up to how transposes are written: (XR)ᵀ and RᵀXᵀ are one matrix,
and a repeated variable of a rule may be either. The table of what the letters of a rule stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ... import ir
from ...ir import Dim, Expr, Index, add, letters_of, matmul, mul, transpose
from ...ir.memory import remembered
from ..forms.algebra import joined

Table = dict[Any, Any]
"""Pattern variable → expression, dimension name → Dim, pattern letter → position (None: the side has size 1; several
letters where one letter of the rule stands for all of a Σ), DIRECTION → expression."""

DIRECTION = ("direction",)
"""Under this key stands the direction of the differential that was matched."""


def instantiate_dim(p: Dim, b: Table) -> Dim:
    """A dimension of a pattern with its names replaced by what they stand for."""
    result = Dim(p.factor)
    for name, power in p.powers:
        for _ in range(power):
            result = result * b.get(name, Dim.of(name))
    return result


@remembered(maxsize=100_000)
def pushed(node: Expr) -> Expr:
    """The same matrix with every transpose carried to the leaves: a form in which equal up to transposes is equal."""
    if isinstance(node, ir.Transpose):
        return _mirrored(node.body)
    parts = tuple(pushed(child) for child in node.children)
    return node if parts == node.children else node.rebuilt(parts)


@remembered(maxsize=100_000)
def _mirrored(node: Expr) -> Expr:
    if isinstance(node, ir.Transpose):
        return pushed(node.body)
    if node.shape.is_number:
        return pushed(node)
    if isinstance(node, ir.MatMul):
        return matmul(*map(_mirrored, reversed(node.factors)))
    if isinstance(node, ir.Add | ir.Mul | ir.Hadamard | ir.Inverse | ir.Power):
        return joined(node, map(_mirrored, node.children))
    return transpose(pushed(node))


def same(left: Expr, right: Expr) -> bool:
    """Whether two expressions are equal up to how their transposes are written and in which order their terms stand."""
    if left is right:
        return True
    if left.shape is not right.shape or left.symbols != right.symbols:
        return False
    first, second = pushed(left), pushed(right)
    if isinstance(first, ir.Add) and isinstance(second, ir.Add):
        return Counter(first.terms) == Counter(second.terms)
    return first is second


def negated(node: Expr) -> Expr:
    """−node with every sign turned at its term: −(y − X w) = X w − y."""
    if isinstance(node, ir.Add):
        return add(*(negated(term) for term in node.terms))
    if isinstance(node, ir.Mul) and isinstance(node.factors[0], ir.Number):
        value = -node.factors[0].value
        rest = node.factors[1:]
        return mul(*rest) if value == 1 else mul(ir.Number(value), *rest)
    return mul(ir.Number(-1), node)


def exactly(
    wanted: tuple[Expr, ...], parts: tuple[tuple[int, Expr], ...]
) -> Iterator[tuple[tuple[tuple[int, Expr], ...], list[int]]]:
    """The parts that a bound variable stands for, taken out: what is left, and where they stood. They are no patterns,
    whatever their letters are called."""
    left, places = list(parts), []
    for one in wanted:
        number = next((number for number, (_, part) in enumerate(left) if same(one, part)), None)
        if number is None:
            return
        places.append(left.pop(number)[0])
    yield tuple(left), places


def resting(parts: tuple[tuple[int, Expr], ...], variable: Expr | None, numbers: bool) -> tuple[tuple[int, Expr], ...]:
    """The parts without the variable; of a product that holds an array only the `numbers` among them."""
    return tuple(one for one in parts if variable not in one[1].symbols and (one[1].shape.is_number or not numbers))


def captures(table: Table, before: Table, letters: frozenset[Index], own: tuple[Index, ...]) -> bool:
    """Whether something outside of the Σ would stand for one of its letters."""
    new = [(key, value) for key, value in table.items() if key not in before and key not in own]
    return any(not letters.isdisjoint(value.free if isinstance(value, Expr) else letters_of(value)) for _, value in new)

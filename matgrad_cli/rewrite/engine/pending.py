"""What is pending in a line and what moves with it: the direction of differentials, the conditions `moves` and `still`;
a differential read entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ... import ir
from ...facts import Problem
from ...ir import Expr, Index, Symbol, add, mul, nodes_of
from ...ir.entries import ZERO, Entries, Place, Taken, delta, entry
from ...ir.functions import is_change
from ...rulebook.heads import operators_in
from ...rulebook.pattern import Pattern
from ..forms.algebra import joined

Motion = Callable[[Expr], bool]
"""Whether a part moves."""


def along(direction: Symbol | None) -> Motion:
    """The parts that hold a pending differential or the direction."""
    return holds_pending if direction is None else lambda part: direction in part.symbols or holds_pending(part)


def d(body: Expr, like: ir.Differential) -> Expr:
    """The differential of a part, pending as another one is; d(Aᵀ) is written (dA)ᵀ at once."""
    if isinstance(body, ir.Transpose):
        return ir.Transpose(d(body.body, like))
    return ir.Differential(body, like.variable, like.direction)


def is_whole(part: Expr, around: frozenset[type[Expr]], moves: Motion) -> bool:
    """Whether a part moves and is no run of factors of the product around it of which one at an end does not move (an
    elementwise product of numbers is a product of numbers)."""
    numbers = isinstance(part, ir.Mul) and part.shape.is_number and ir.Hadamard in around
    if type(part) not in around and not numbers:
        return moves(part)
    if isinstance(part, ir.Mul | ir.Hadamard):
        return all(map(moves, part.children))
    return moves(part.children[0]) and moves(part.children[-1])


_PRODUCTS = frozenset((ir.Mul, ir.Hadamard, ir.MatMul, ir.Kron))


@lru_cache(maxsize=1024)
def products_around(side: Expr, letter: Expr) -> frozenset[type[Expr]]:
    """The kinds of products that a letter may not be a part of a factor of: those in which it is a factor; as the
    argument of a function all."""
    holders = [type(node) for node in nodes_of(side) if letter in node.children]
    if ir.Call in holders:
        return _PRODUCTS
    return _PRODUCTS.intersection(holders)


def moves_as_asked(sides: Pattern, values: dict[str, Expr], problem: Problem, motion: Motion) -> bool:
    """Whether what a rule says of `moves` and `still` holds of its letters;
    under a d it is the variable that moves, in one factor."""
    rule, letters = sides.rule, dict(sides.names)
    layer = isinstance(sides.lhs, ir.Differential)
    if layer:
        motion = along(problem.wrt)
    if any(motion(values[name]) for name in rule.still):
        return False
    for name in rule.moves:
        letter = letters[name]
        around = products_around(sides.lhs, letter) if isinstance(letter, Symbol) else _PRODUCTS
        if (layer and type(values[name]) in around) or not is_whole(values[name], around, motion):
            return False
    return True


def pushed(body: Expr) -> Expr:
    """An entry of a sum, a multiple or an elementwise product, read as the sum or product of entries:
    that needs no step."""
    if isinstance(body, ir.Entry) and isinstance(body.base, ir.Add | ir.Mul | ir.Hadamard):
        parts = [part if part.shape.is_number else entry(part, body.row, body.col) for part in body.base.children]
        body = add(*parts) if isinstance(body.base, ir.Add) else mul(*parts)
    if not isinstance(body, ir.Mul | ir.Add):
        return body
    alike = ir.Add | ir.Mul if isinstance(body, ir.Add) else ir.Mul | ir.Hadamard
    inner = (isinstance(part, ir.Entry) and isinstance(part.base, alike) for part in body.children)
    return joined(body, (pushed(part) if one else part for part, one in zip(body.children, inner, strict=True)))


def differential_of(pending: ir.Partial) -> ir.Differential:
    """d(Z) for ∂Z_ij/∂X_st."""
    body = pending.body
    return ir.Differential(body.base if isinstance(body, ir.Entry) else body, pending.variable, None)


def written_out(new: Expr, pending: ir.Partial, taken: Taken) -> Expr:
    """What a rule made of d(Z), by entries: the derivative of Z_ij. Letters of sums avoid `taken`."""
    body = pending.body
    places = (body.row, body.col) if isinstance(body, ir.Entry) else (None, None)
    return _Entrywise(pending, taken).of(new, *places)


class _Entrywise(Entries):
    """Entries of what is linear in d(·), with ∂A_kl in the place of dA_kl; what does not move stays whole."""

    def __init__(self, pending: ir.Partial, taken: Taken) -> None:
        super().__init__(lambda part: not holds_pending(part), taken)
        self.pending = pending

    def of(self, expr: Expr, row: Place = None, col: Place = None) -> Expr:
        """The entry (row, col)."""
        if isinstance(expr, ir.Call) and is_change(expr.function) and not self.whole(expr):
            return self._change(expr, row, col)
        if not isinstance(expr, ir.Differential):
            return super().of(expr, row, col)
        if self.pending.variable not in expr.body.symbols:
            return ZERO
        return ir.Partial(entry(expr.body, row, col), self.pending.variable, self.pending.row, self.pending.col)

    def _change(self, expr: ir.Call, row: Place, col: Place) -> Expr:
        """Σ_kl of the change along the matrix with a single 1, at k and l, times what moves there."""
        *at, along = expr.arguments
        p, q = Index("p", along.shape.rows), Index("q", along.shape.cols)

        def single(k: Index, m: Index) -> Expr:
            unit = ir.MatrixOf(p, q, mul(delta(p, k), delta(q, m)))
            return mul(entry(ir.Call(expr.function, *at, unit), row, col), self.of(along, k, m))

        return self._summed((along.shape.rows, along.shape.cols), single)


def holds_pending(expr: Expr) -> bool:
    """Whether a pending differential stands in the expression."""
    return "Differential" in operators_in(expr)

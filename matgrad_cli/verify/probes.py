"""Whole derivatives compared along one random direction: two arrays that are linear in it agree there only if they are
equal.

∂L/∂X_st and G_st are the same for all s, t if Σ H_st ∂L/∂X_st = Σ H_st G_st for an H drawn modulo the prime: of two
that differ one H in p hides it, as one point in p does. The left side is the derivative of L along H:
an array of the size of L, not one for each entry of X.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Final

from .. import ir
from ..ir import Expr, Index, Position, Symbol, add, letters_of, mul, sum_over
from ..ir.alike import form_of
from ..ir.memory import remembered, table
from ..ir.walk import found_in

_FEWEST: Final = 4
"""So many pairs of terms are worth it."""


def unshared(before: Expr, after: Expr) -> tuple[Expr, Expr]:
    """What two sums do not share, where both have something of their own: they are equal if that is."""
    if isinstance(before, ir.Add) and isinstance(after, ir.Add):
        mine, theirs = Counter(before.terms), Counter(after.terms)
        left, right = mine - theirs, theirs - mine
        if left and right:
            return add(*left.elements()), add(*right.elements())
    return before, after


def kinds_of_pairs(before: Expr, after: Expr, words: Mapping[Symbol, object]) -> list[tuple[Expr, Expr]]:
    """Of two sums whose terms go together in order one pair of terms of each kind, if these are few:
    a pair that differs from another in nothing but the names of variables, of which the same is known,
    is equal where that one is."""
    if not (isinstance(before, ir.Add) and isinstance(after, ir.Add)) or not _FEWEST <= len(before.terms) == len(
        after.terms
    ):
        return []
    found: dict[Hashable, tuple[Expr, Expr]] = {}
    for left, right in zip(before.terms, after.terms, strict=True):
        one, other = form_of(left), form_of(right)
        places = {symbol: place for place, symbol in enumerate(dict.fromkeys((*one.symbols, *other.symbols)))}
        fixed = one.named | other.named
        known = tuple([symbol if symbol in fixed else words.get(symbol) for symbol in places])
        found.setdefault((one.kind, other.kind, *[places[symbol] for symbol in other.symbols], known), (left, right))
    return [*found.values()] if 2 * len(found) <= len(before.terms) else []


def probed(before: Expr, after: Expr, letters: tuple[Index, ...]) -> tuple[Expr, Expr, tuple[Index, ...]]:
    """Both sides along random directions in place of letters by which something is differentiated; the letters left."""
    for variable, row, col in _pending_by(before) or _pending_by(after):
        if {row, col} - {None} <= set(letters):
            along = ir.Entry(Symbol(f"{variable.name} along {row} {col}", variable.shape), row, col)
            before, after = _along(before, variable, along), _along(after, variable, along)
            letters = tuple([letter for letter in letters if letter not in along.free])
    return before, after, letters


_By = tuple[Symbol, Position | None, Position | None]
_PENDING: Final[dict[Expr, tuple[_By, ...]]] = table()


def _pending_by(expr: Expr) -> tuple[_By, ...]:
    """By which entries of variables something is pending in an expression, in letters that are free there."""
    return found_in(expr, _PENDING, _pending_found)


def _pending_found(node: Expr) -> tuple[_By, ...]:
    below = [_PENDING[part] for part in node.children]
    lettered = isinstance(node, ir.Partial) and (isinstance(node.row, Index) or isinstance(node.col, Index))
    if isinstance(node, ir.Partial) and lettered and node.row is not node.col:  # ∂/∂X_ii is along no whole array
        below.insert(0, ((node.variable, node.row, node.col),))
    if not any(below):
        return ()
    found = dict.fromkeys([one for some in below for one in some])
    return tuple([one for one in found if node.free.issuperset(letters_of(one[1]) | letters_of(one[2]))])


@remembered(maxsize=4096)
def _along(expr: Expr, by: Symbol, along: ir.Entry) -> Expr:
    """Σ H_st·expr over the letters of `along`; what is pending by these letters becomes a derivative along H."""
    letters = along.free
    if expr.free.isdisjoint(letters):
        return sum_over(sorted(letters), mul(along, expr))
    match expr:
        case ir.Add(terms):
            return add(*[_along(term, by, along) for term in terms])
        case ir.Mul(factors):
            moving = [factor for factor in factors if not factor.free.isdisjoint(letters)]
            if len(moving) == 1 and moving[0].free >= letters:
                return mul(*[_along(factor, by, along) if factor is moving[0] else factor for factor in factors])
        case ir.SumOver(indices, body) if letters.isdisjoint(indices):
            return sum_over(indices, _along(body, by, along))
        case ir.Partial(body, variable, row, col) if (variable, row, col) == (by, along.row, along.col):
            if body.free.isdisjoint(letters):
                return ir.Differential(body, variable, along.base)
    return sum_over(sorted(letters), mul(along, expr))

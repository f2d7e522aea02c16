"""A term as a graph: its factors are linked by the letters that they share."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Delta, Entry, Expr, Index, Pair, Position, letters_of
from ..forms.terms import Term

Letters = tuple[Index, ...]


def pair_at(factor: Expr) -> Pair | None:
    """The first place of an entry or a δ that is counted in pairs."""
    sides = (factor.row, factor.col) if isinstance(factor, Entry) else (factor.left, factor.right) if isinstance(factor, Delta) else ()
    return next((side for side in sides if isinstance(side, Pair)), None)


def delta_of_pair(factor: Expr) -> tuple[Index, Pair] | None:
    """The letter and the pair of δ_i,(k,s)."""
    if isinstance(factor, Delta):
        for one, other in ((factor.left, factor.right), (factor.right, factor.left)):
            if isinstance(one, Index) and isinstance(other, Pair):
                return one, other
    return None


def connected(factors: tuple[Expr, ...], letters: Letters) -> list[tuple[set[Index], tuple[Expr, ...]]]:
    """The letters that hang together, with the factors that link them."""
    groups: list[set[Index]] = [{letter} for letter in letters]
    for factor in factors:
        touched = [group for group in groups if group & factor.free]
        groups = [group for group in groups if group not in touched] + [set[Index]().union(*touched)]
    return [(group, tuple(factor for factor in factors if factor.free <= group)) for group in groups]


def hanging(term: Term, factor: Expr, places: Iterable[Position | None], own: frozenset[Index] = frozenset()) -> Hanging:
    """What hangs at the summed letters of some places of a factor: the other factors of the term, the letters summed among them, and the
    letters where they end (those that are not summed, or the factor's `own`)."""
    found: list[Expr] = []
    crossed: set[Index] = set()
    ends: set[Index] = set()
    waiting = [letter for place in places for letter in letters_of(place)]
    while waiting:
        letter = waiting.pop()
        if letter not in term.indices or letter in own:
            ends.add(letter)
        elif letter not in crossed:
            crossed.add(letter)
            more = [one for one in term.factors if one is not factor and one not in found and letter in one.free]
            found += more
            waiting += [other for one in more for other in one.free]
    return found, crossed, ends


Hanging = tuple[list[Expr], set[Index], set[Index]]

"""What moves in a line: pending differentials, and the direction along which they are taken.
The conditions `moves` and `still`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ...facts import Problem
from ...ir import Call, Differential, Expr, Hadamard, Kron, MatMul, Mul, Symbol, Transpose, nodes_of
from ...rulebook.pattern import Pattern
from .entrywise import holds_pending

Motion = Callable[[Expr], bool]
"""Whether a part moves."""


def along(direction: Symbol | None) -> Motion:
    """The parts that hold a pending differential or the direction."""
    return holds_pending if direction is None else lambda part: direction in part.symbols or holds_pending(part)


def d(body: Expr, like: Differential) -> Expr:
    """The differential of a part, pending as another one is; d(Aᵀ) is written (dA)ᵀ at once."""
    if isinstance(body, Transpose):
        return Transpose(d(body.body, like))
    return Differential(body, like.variable, like.direction)


def is_whole(part: Expr, around: frozenset[type[Expr]], moves: Motion) -> bool:
    """Whether a part moves and is no run of factors of the product around it of which one at an end does not move (an
    elementwise product of numbers is a product of numbers)."""
    numbers = isinstance(part, Mul) and part.shape.is_number and Hadamard in around
    if type(part) not in around and not numbers:
        return moves(part)
    if isinstance(part, Mul | Hadamard):
        return all(map(moves, part.children))
    return moves(part.children[0]) and moves(part.children[-1])


_PRODUCTS = frozenset((Mul, Hadamard, MatMul, Kron))


@lru_cache(maxsize=1024)
def products_around(side: Expr, letter: Expr) -> frozenset[type[Expr]]:
    """The kinds of products that a letter may not be a part of a factor of: those in which it is a factor; as the
    argument of a function all."""
    holders = [type(node) for node in nodes_of(side) if letter in node.children]
    if Call in holders:
        return _PRODUCTS
    return _PRODUCTS.intersection(holders)


def moves_as_asked(sides: Pattern, values: dict[str, Expr], problem: Problem, motion: Motion) -> bool:
    """Whether what a rule says of `moves` and `still` holds of its letters;
    under a d it is the variable that moves, in one factor."""
    rule, letters = sides.rule, dict(sides.names)
    layer = isinstance(sides.lhs, Differential)
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

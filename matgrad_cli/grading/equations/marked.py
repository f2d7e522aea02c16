r"""Marked names of a solution: `\hat w`, `w^*`, `w_{OLS}`, `w_{opt}` for the w that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir import NUMBER, Expr, Symbol
from ...notation import syntax as s
from ...notation.latex.names import unmarked
from ..lines.functions import states_function
from ..lines.scope import Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import inner


def marked_unknown(name: str, unknowns: Iterable[Symbol]) -> Symbol | None:
    r"""The unknown that a marked name stands for, also with what it depends on below, `\hat w_\lambda`; None for any
    other name."""
    bare, (head, _, label) = unmarked(name), name.partition("_hat_")
    meant = (bare, head) if len(label) > 1 and label.isalpha() else (bare,)
    found = (symbol for one in meant for symbol in unknowns if symbol.name == one != name)
    return next(found, None)


def marks_member(name: str, unknowns: Iterable[Symbol]) -> bool:
    r"""Whether a marked name may stand for rows of an unknown: `\hat u_i` beside the unknown U."""
    bare = unmarked(name)
    return bare != name and any(symbol.name.lower() == bare.lower() for symbol in unknowns)


def is_marked(claim: Claim, unknowns: Iterable[Symbol]) -> bool:
    r"""Whether a claim says what an unknown is under a marked name, `\hat w = …`."""
    return marked_unknown(lone_name(claim.left) or "", unknowns) is not None


def may_solve(claim: Claim, unknowns: Iterable[Symbol]) -> bool:
    r"""Whether a claim is of a marked name and without the unknown: `\hat u = u/\|u\|` says what `\hat u` is of u."""
    symbol = marked_unknown(lone_name(claim.left) or "", unknowns)
    value = [s.contents(side.node).names for side in claim.sides[1:] if side.node is not None]
    return symbol is not None and symbol.name not in frozenset().union(*value)


def own_names(claim: Claim, around: Surroundings, unknowns: Sequence[Symbol], solution: Expr | None) -> dict[str, Expr]:
    r"""Names that mean something in one claim alone: `\hat w` with no value by now is the unknown w, where that stands
    in no side or the claim ends in zero, and beside w the `solution`, where one was found; P is the matrix of the p_ij
    that are defined; the letter of a function that is stated again is any number."""
    used = frozenset[str]().union(*(s.contents(side.node).names for side in claim.sides if side.node is not None))
    free = [name for name in used if not around.valued(name)]
    marked = {name: symbol for name in free if (symbol := marked_unknown(name, unknowns)) is not None}
    function = states_function(claim.left, around)
    letters = {around.formulas[function][0]} & {*free} if function is not None else ()
    zero = isinstance(last := inner(claim.sides[-1].node), s.Literal_) and not last.value
    found: dict[str, Expr] = {name: symbol for name, symbol in marked.items() if zero or symbol.name not in used}
    if solution is not None:
        found |= {name: solution for name, symbol in marked.items() if name not in found and symbol is unknowns[0]}
    arrays = {name: around.defined[name.lower()] for name in free if name != name.lower() in around.defined}
    found |= {name: symbol for name, symbol in arrays.items() if symbol.shape.is_matrix}
    return found | {letter: Symbol(letter, NUMBER) for letter in letters}

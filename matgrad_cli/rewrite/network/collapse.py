"""Sums with a δ collapse: δ_ks is 1 only where k = s, so of the sum over k one term is left."""

from __future__ import annotations

from ...ir import (
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Eye,
    Index,
    Inverse,
    Kron,
    Mul,
    Pair,
    Position,
    Transpose,
    add,
    kron,
    letters_of,
    mul,
    nodes_of,
    rename,
    substitute,
)
from ...ir.dimensions import ONE
from ...ir.entries import delta, entry
from ...ir.terms import UNIT, Term, split
from ...records import Bindings
from ...rulebook.pattern import operators_in
from ..engine.application import Site, native


def collapse_one(term: Term) -> tuple[Term, Index, Position] | None:
    """The term without one of its δ's, its summed letter and what that became; None if no δ has a summed letter. The
    letter that was introduced last goes first."""
    for index in reversed(term.indices):
        for factor in term.factors:
            if not isinstance(factor, Delta):
                continue
            for old, new in ((factor.left, factor.right), (factor.right, factor.left)):
                if old is index and index not in letters_of(new):
                    rest = tuple(part for part in term.factors if part is not factor)
                    indices = tuple(letter for letter in term.indices if letter is not index)
                    replaced = tuple(tidy_positions(rename(part, {index: new})) for part in rest)
                    return _dropped(Term(term.coefficient, indices, replaced)), index, new
    return None


def _dropped(term: Term) -> Term:
    factors: list[Expr] = []
    for factor in term.factors:
        factors.extend(factor.factors if isinstance(factor, Mul) else (factor,))
    return Term(term.coefficient, term.indices, tuple(factor for factor in factors if factor is not UNIT))


def tidy_positions(factor: Expr) -> Expr:
    """δ's of pairs split into δ's of letters; δ_kk is 1; entries of A ⊗ B and vec(A)
    at pairs are entries of A and B."""
    mapping: dict[Expr, Expr] = {}
    for node in nodes_of(factor):
        if isinstance(node, Delta):
            new = delta(node.left, node.right)
            if new is not node:
                mapping[node] = new
        elif isinstance(node, Entry) and isinstance(node.base, Eye):
            mapping[node] = delta(node.row, node.col)
        elif isinstance(node, Entry) and isinstance(node.row, Pair | None) and isinstance(node.col, Pair | None):
            split_up = _paired_entry(node)
            if split_up is not None:
                mapping[node] = split_up
    return substitute(factor, mapping) if mapping else factor


def _paired_entry(node: Entry) -> Expr | None:
    match node.base:
        case Call("vec", (argument,)) if isinstance(node.row, Pair):
            return entry(argument, node.row.inner, node.row.outer)
        case Transpose(Kron() | Inverse() as body):
            return _paired_entry(Entry(body, node.col, node.row))
        case Inverse(Kron(factors)) if all(part.shape.is_square for part in factors):
            return _paired_entry(Entry(kron(*map(Inverse, factors)), node.row, node.col))
        case Add(parts) | Mul(parts):
            entries = [
                part if part.shape.is_number else _paired_entry(Entry(part, node.row, node.col)) for part in parts
            ]
            found = [part for part in entries if part is not None]
            return (add if isinstance(node.base, Add) else mul)(*found) if len(found) == len(parts) else None
        case Kron((first, *rest)):
            second = kron(*rest)
            row = _halves(node.row, first.shape.rows is ONE, second.shape.rows is ONE)
            col = _halves(node.col, first.shape.cols is ONE, second.shape.cols is ONE)
            return mul(entry(first, row[0], col[0]), entry(second, row[1], col[1])) if row and col else None
    return None


def _halves(
    position: Position | None, first_flat: bool, second_flat: bool
) -> tuple[Position | None, Position | None] | None:
    if position is None:
        return None, None
    if first_flat:
        return None, position
    if second_flat:
        return position, None
    return (position.outer, position.inner) if isinstance(position, Pair) else None


@native("collapse-delta")
def collapse_delta(site: Site) -> tuple[Expr, Bindings] | None:
    """One δ of a term."""
    if "Delta" not in operators_in(site.node):
        return None
    terms = split(site.node)
    found = collapse_one(terms[0]) if len(terms) == 1 else None
    if found is None:
        return None
    left, old, new = found
    return left.expr(), (("k", old), ("s", new if isinstance(new, Index) else str(new)))

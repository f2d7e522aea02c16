"""Changes of functions of matrices read back: Σ_ij G_ij L(A, e_s e_tᵀ)_ij is L(Aᵀ, G)_st, where L(A, H) is the change of f at A along H."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir import Call, Delta, Entry, Expr, Index, MatrixOf, Mul, Position, nodes_of
from ...ir.functions import CHANGES
from ...records import Bindings
from ..engine.application import Site, native
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..forms.terms import Term, split, terms_of
from .reading_rules import matrix_of


def change(function: str, at: Sequence[Expr], along: Expr) -> Expr:
    """The change of a function at the transposed matrix along another one."""
    return Call(function, flip(at[0]), *at[1:], along)


def read_changes(recorder: Recorder) -> None:
    """Each such sum in the line, one after the other."""
    while any(isinstance(node, Call) and node.function in CHANGES for node in nodes_of(recorder.line)):
        if not recorder.run("turn-change", terms_of(recorder.line)):
            return


@native("turn-change")
def turned(site: Site) -> tuple[Expr, Bindings] | None:
    """One entry of a change along a single 1, with what it is summed with."""
    terms = split(site.node)
    if len(terms) != 1:
        return None
    term = terms[0]
    for factor in term.factors:
        at = _single(factor)
        if at is None or not isinstance(factor, Entry) or factor.row not in term.indices or factor.col not in term.indices:
            continue
        beside = _linked(term, factor)
        own = tuple(index for index in term.indices if any(index in one.free for one in beside))
        free = tuple(index for index in own if index not in (factor.row, factor.col))
        if set(at) & set(own) or not isinstance(factor.row, Index) or not isinstance(factor.col, Index):
            continue
        along = matrix_of(Term((), free, beside).expr(), factor.row, factor.col, site.scene)
        if along is None or not isinstance(factor.base, Call):
            continue
        new = Entry(change(factor.base.function, factor.base.arguments[:-1], along), *at)
        rest = tuple(one for one in term.factors if one is not factor and one not in beside)
        left = tuple(index for index in term.indices if index not in own and index not in (factor.row, factor.col))
        return Term(term.coefficient, left, (*rest, new)).expr(), (("product", new.base),)
    return None


def _single(factor: Expr) -> tuple[Position, Position] | None:
    """The letters k and l where a factor is an entry of a change along e_k e_lᵀ."""
    if not isinstance(factor, Entry) or not isinstance(factor.base, Call) or factor.base.function not in CHANGES:
        return None
    match factor.base.arguments[-1]:
        case MatrixOf(p, q, Mul((Delta(first, k), Delta(second, l)))) if first is p and second is q:
            return k, l
    return None


def _linked(term: Term, factor: Entry) -> tuple[Expr, ...]:
    """The other factors that hang together with the place of an entry by summed letters."""
    reached, found = {factor.row, factor.col}, list[Expr]()
    while True:
        more = [one for one in term.factors if one is not factor and one not in found and reached & one.free]
        if not more:
            return tuple(one for one in term.factors if one in found)
        found += more
        reached |= {letter for one in more for letter in one.free if letter in term.indices}

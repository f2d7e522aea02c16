"""Changes of functions of matrices read back: Σ_ij G_ij L(A, e_s e_tᵀ)_ij is L(Aᵀ, G)_st, where L(A, H)
is the change of f at A along H."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir import Call, Delta, Entry, Expr, Eye, Index, MatrixOf, Mul, Position, nodes_of
from ...ir.functions import is_change
from ...ir.terms import Term, split, terms_of
from ...records import Bindings
from ..engine.application import Scene, Site, native
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from .reading_rules import matrix_of


def change(function: str, at: Sequence[Expr], along: Expr) -> Expr:
    """The change of a function at the transposed matrix along another one;
    of an unknown function the adjoint of its derivative."""
    if function.startswith("m1:"):
        return Call(f"m2:{function[3:]}", *at, along)
    return Call(function, flip(at[0]), *at[1:], along)


def read_changes(recorder: Recorder) -> None:
    """Each such sum in the line, one after the other."""
    while any(isinstance(node, Call) and is_change(node.function) for node in nodes_of(recorder.line)):
        if not recorder.run("index", "changes", terms_of(recorder.line)):
            return


@native("turn-change")
def turned(site: Site) -> tuple[Expr, Bindings] | None:
    """One entry of a change along a single 1, with what it is summed with."""
    terms = split(site.node)
    found = (_turned(terms[0], factor, site.scene) for factor in terms[0].factors) if len(terms) == 1 else ()
    return next((one for one in found if one is not None), None)


def _turned(term: Term, factor: Expr, scene: Scene) -> tuple[Expr, Bindings] | None:
    single = _single(factor)
    if single is None:
        return None
    change_of, row, col, at = single
    beside, crossed = _hanging(term, factor, (row, col))
    free = tuple(index for index in term.indices if index in crossed and index not in (row, col))
    if not crossed >= {row, col} or crossed & set(at):
        return None
    inside = tuple(one for one in term.factors if one in beside)
    along = Eye(row.dim) if row is col and not inside else matrix_of(Term((), free, inside).expr(), row, col, scene)
    if along is None:
        return None
    new = Entry(change(change_of.function, change_of.arguments[:-1], along), *at)
    rest = tuple(one for one in term.factors if one is not factor and one not in beside)
    left = tuple(index for index in term.indices if index not in crossed)
    return Term(term.coefficient, left, (*rest, new)).expr(), (("product", new.base),)


def _single(factor: Expr) -> tuple[Call, Index, Index, tuple[Position, Position]] | None:
    """The change along e_k e_lᵀ of which a factor is an entry, the letters of the entry, and k and l."""
    match factor:
        case Entry(Call(function) as base, Index() as row, Index() as col) if is_change(function):
            match base.arguments[-1]:
                case MatrixOf(p, q, Mul((Delta(first, k), Delta(second, m)))) if first is p and second is q:
                    return base, row, col, (k, m)
    return None


def _hanging(term: Term, factor: Expr, letters: Iterable[Index]) -> tuple[list[Expr], set[Index]]:
    """What hangs at the summed ones of some letters of a factor:
    the other factors of the term, and the letters summed among them."""
    crossed = set(term.indices).intersection(letters)
    while True:
        beside = [one for one in term.factors if one is not factor and not one.free.isdisjoint(crossed)]
        more = crossed.union(*(one.free.intersection(term.indices) for one in beside))
        if more == crossed:
            return beside, crossed
        crossed = more

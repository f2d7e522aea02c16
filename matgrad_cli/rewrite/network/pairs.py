"""Reading back where rows are counted in pairs: Σ_l δ_i,(s,l) x_l is (I ⊗ x)_is, and Σ_b A_k,(s,b) x_b is (A (I ⊗ x))_ks.

What hangs at the two letters of a pair is read apart and joined by ⊗; a letter of its own then stands for the pair.
"""

from __future__ import annotations

from ...ir import Delta, Entry, Expr, Eye, Index, add, fresh_index, mul, product
from ...records import Bindings, Result
from ...verify.judge import Judge
from ..engine.application import Scene, Site, native
from ..forms.algebra import flip
from ..forms.terms import Term, split
from ..textbook.simplifier import textbook
from .flatten import MOST_SYMBOLS, flatten_term, opened_terms, paired
from .links import hanging, pair_at
from .reading_rules import matrix_of

PAIR_LETTERS = ("c", "r", "g", "h", "q", "u", "v", "w")


@native("read-pair")
def at_pair(site: Site) -> tuple[Expr, Bindings] | None:
    """One entry or δ at a pair, with all that hangs at the pair, as an entry of one matrix times an entry at a letter of its own."""
    terms = split(site.node)
    better = _replaced(terms[0], site.scene) if len(terms) == 1 else None
    return None if better is None else (better.expr(), ())


def _at_a_pair(term: Term) -> Expr | None:
    """The first entry at a pair, else the first δ at one."""
    found = [factor for factor in term.factors if pair_at(factor) is not None]
    return next((factor for factor in found if isinstance(factor, Entry)), found[0] if found else None)


def _replaced(term: Term, scene: Scene) -> Term | None:
    """The entry A_k,(s,b) as A_kc times the matrix over c and the one letter that the pair leads to; δ_k,(s,b) as that matrix."""
    factor = _at_a_pair(term)
    if factor is None:
        return None
    letter, plain = _lettered(term, factor)
    hung, crossed, ends = hanging(term, factor, (pair_at(factor),), frozenset() if plain is None else plain.free - {letter})
    inside = Term((), tuple(index for index in term.indices if index in crossed), (_link(letter, factor), *hung))
    forms = flatten_term(inside, (letter,), tuple(ends), scene) if len(ends) < 2 else []
    if not forms:
        return None
    joined = Entry(forms[0].array(), letter, next(iter(ends)) if ends else None)
    indices = (*(index for index in term.indices if index not in crossed), *((letter,) if plain is not None else ()))
    factors = tuple(plain if one is factor else one for one in term.factors if one not in hung)
    return Term((*term.coefficient, *forms[0].coefficient), indices, (*(one for one in factors if one is not None), joined))


def _link(letter: Index, factor: Expr) -> Delta:
    pair = pair_at(factor)
    assert pair is not None
    return Delta(letter, pair)


def _lettered(term: Term, factor: Expr) -> tuple[Index, Entry | None]:
    """The letter that stands for the pair, and the entry with it: of a δ its other letter, and nothing more."""
    pair = pair_at(factor)
    if isinstance(factor, Delta):
        other = factor.left if factor.right is pair else factor.right
        assert isinstance(other, Index)
        return other, None
    assert isinstance(factor, Entry)
    dim = factor.base.shape.rows if factor.row is pair else factor.base.shape.cols
    letter = fresh_index(dim, term.names(), PAIR_LETTERS)
    row, col = (letter if side is pair else side for side in (factor.row, factor.col))
    return letter, Entry(factor.base, row, col)


def stacked_gradient(result: Result, scene: Scene, judge: Judge) -> Expr | None:
    """∂L/∂vec(X) as a column, for a gradient that is a matrix only entry by entry: A_i,(t,s) u_i is (Aᵀu)_(t,s)."""
    rows = tuple(reversed(result.letters))
    if not scene.problem.loss.shape.is_number or len(rows) != 2:
        return None
    parts = [_stacked(term, rows, scene) for term in opened_terms(result.entry)]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts):
        return None
    column = textbook(add(*found), scene.problem)
    if column.weight > MOST_SYMBOLS:
        return None
    return column if judge.compare_over(result.entry, Entry(column, paired(rows), None), result.letters).holds else None


def _stacked(term: Term, rows: tuple[Index, ...], scene: Scene) -> Expr | None:
    """The column over (rows) of one term: what the pair leads to, times what stands at the pair."""
    factor = _at_a_pair(term)
    if not isinstance(factor, Entry):
        forms = flatten_term(term, rows, (), scene)
        return forms[0].expr() if forms else None
    letter, plain = _lettered(term, factor)
    assert plain is not None
    hung, crossed, ends = hanging(term, factor, (pair_at(factor),), plain.free - {letter})
    if len(ends) < 2:
        better = _replaced(term, scene)
        return None if better is None else _stacked(better, rows, scene)
    others = tuple(one for one in term.factors if one is not factor and one not in hung)
    if ends != set(rows) or any(one.free & ends for one in others):
        return None
    inside = tuple(index for index in term.indices if index in crossed)
    forms = flatten_term(Term((), inside, (_link(letter, factor), *hung)), (letter,), rows, scene)
    indices = tuple(index for index in term.indices if index not in crossed)
    column = matrix_of(Term(term.coefficient, indices, (plain, *others)).expr(), letter, None, scene)
    if not forms or column is None:
        return None
    leading = flip(forms[0].array())
    return mul(*forms[0].coefficient, column if isinstance(leading, Eye) else product(leading, column))

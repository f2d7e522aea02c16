"""Reading back where rows are counted in pairs: Σ_l δ_i,(s,l) x_l is (I ⊗ x)_is, and Σ_b A_k,(s,b) x_b is (A (I ⊗ x))_ks.

What hangs at the two letters of a pair is read apart and joined by ⊗; a letter of its own then stands for the pair.
"""

from __future__ import annotations

from ...facts import Problem
from ...ir import Delta, Entry, Expr, Eye, Index, Pair, add, fresh_index, letters_of, matmul, mul
from ...records import Result
from ...verify.judge import Judge
from ..index.terms import Term
from ..textbook.simplifier import textbook
from .algebra import flip
from .arrays import whole_entry
from .flatten import MOST_SYMBOLS, flatten_term, opened_terms, paired
from .readback import Reading, read_back

PAIR_LETTERS = ("c", "r", "g", "h", "q", "u", "v", "w")


def read_pairs(term: Term, row: Index | None, col: Index | None) -> Reading | None:
    """The term as numbers · matrix with rows `row` and columns `col` where pairs stand in it; None if it has no such form."""
    if not any(_has_pair(factor) for factor in term.factors):
        return None
    opened = _without_pair_entries(term)
    if opened is None:
        return None
    if not any(_has_pair(factor) for factor in opened.factors):
        return read_back(opened, row, col)
    forms = flatten_term(opened, (row,) if row else (), (col,) if col else ())
    if not forms or (row is None and col is None):
        return None
    return Reading(list(forms[0].coefficient), forms[0].array())


def _has_pair(factor: Expr) -> bool:
    if isinstance(factor, Delta):
        return isinstance(factor.left, Pair) or isinstance(factor.right, Pair)
    return _pair_entry(factor) is not None


def _pair_entry(factor: Expr) -> tuple[Entry, Pair] | None:
    if isinstance(factor, Entry):
        for position in (factor.row, factor.col):
            if isinstance(position, Pair):
                return factor, position
    return None


def _without_pair_entries(term: Term) -> Term | None:
    """Each entry at a pair, A_k,(s,b), as A_kc times the matrix over c and the one letter that the pair leads to."""
    while True:
        found = next((pair for pair in map(_pair_entry, term.factors) if pair is not None), None)
        if found is None:
            return term
        better = _replaced(term, *found)
        if better is None:
            return None
        term = better


def _replaced(term: Term, factor: Entry, pair: Pair) -> Term | None:
    letter, plain = _lettered(term, factor, pair)
    own = plain.free - {letter}
    hanging, crossed, ends = _hanging(term, factor, letters_of(pair), own)
    if len(ends) > 1:
        return None
    inside = Term((), tuple(crossed), (Delta(letter, pair), *hanging))
    forms = flatten_term(inside, (letter,), tuple(ends))
    if not forms:
        return None
    matrix = forms[0].array()
    joined = Entry(matrix, letter, next(iter(ends)) if ends else None)
    if whole_entry(joined) is None:
        return None
    indices = (*(index for index in term.indices if index not in crossed), letter)
    factors = tuple(plain if one is factor else one for one in term.factors if one not in hanging)
    return Term((*term.coefficient, *forms[0].coefficient), indices, (*factors, joined))


def _lettered(term: Term, factor: Entry, pair: Pair) -> tuple[Index, Entry]:
    """The entry with a letter of its own for the pair."""
    dim = factor.base.shape.rows if factor.row is pair else factor.base.shape.cols
    letter = fresh_index(dim, term.names(), PAIR_LETTERS)
    row, col = (letter if side is pair else side for side in (factor.row, factor.col))
    return letter, Entry(factor.base, row, col)


def _hanging(term: Term, factor: Entry, start: frozenset[Index], own: frozenset[Index]) -> tuple[list[Expr], set[Index], set[Index]]:
    """The factors that hang at the summed letters of a pair, the letters summed among them, and the letters where they end."""
    hanging: list[Expr] = []
    crossed: set[Index] = set()
    ends: set[Index] = set()
    waiting = list(start)
    while waiting:
        letter = waiting.pop()
        if letter not in term.indices or letter in own:
            ends.add(letter)
            continue
        crossed.add(letter)
        for other in term.factors:
            if other is not factor and other not in hanging and letter in other.free:
                hanging.append(other)
                waiting += [more for more in other.free if more not in crossed]
    return hanging, crossed, ends


def stacked_gradient(result: Result, problem: Problem, judge: Judge) -> Expr | None:
    """∂L/∂vec(X) as a column, for a gradient that is a matrix only entry by entry: A_i,(t,s) u_i is (Aᵀu)_(t,s)."""
    rows = tuple(reversed(result.letters))
    if not problem.loss.shape.is_number or len(rows) != 2:
        return None
    parts = [_stacked(term, rows) for term in opened_terms(result.entry)]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts):
        return None
    column = textbook(add(*found), problem)
    if column.weight > MOST_SYMBOLS:
        return None
    return column if judge.compare_over(result.entry, Entry(column, paired(rows), None), result.letters).holds else None


def _stacked(term: Term, rows: tuple[Index, ...]) -> Expr | None:
    """The column over (rows) of one term: what the pair leads to, times what stands at the pair."""
    found = next((pair for pair in map(_pair_entry, term.factors) if pair is not None), None)
    if found is None:
        forms = flatten_term(term, rows, ())
        return forms[0].expr() if forms else None
    factor, pair = found
    letter, plain = _lettered(term, factor, pair)
    hanging, crossed, ends = _hanging(term, factor, letters_of(pair), plain.free - {letter})
    if len(ends) < 2:
        better = _replaced(term, factor, pair)
        return None if better is None else _stacked(better, rows)
    others = tuple(one for one in term.factors if one is not factor and one not in hanging)
    if ends != set(rows) or any(one.free & ends for one in others):
        return None
    forms = flatten_term(Term((), tuple(crossed), (Delta(letter, pair), *hanging)), (letter,), rows)
    indices = tuple(index for index in term.indices if index not in crossed)
    reading = read_back(Term((*term.coefficient,), indices, (plain, *others)), letter, None)
    if not forms or reading is None or reading.matrix is None:
        return None
    leading = flip(forms[0].array())
    column = reading.matrix if isinstance(leading, Eye) else matmul(leading, reading.matrix)
    return mul(*forms[0].coefficient, *reading.coefficient, column)

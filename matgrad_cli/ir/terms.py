"""A line of the index method as a sum of terms: numbers · Σ over letters · entries, δ's and at most one pending ∂.

`split` and `join` go between an expression and its terms. All Σ of a term stand in front; a factor without the summed
letter may stand on either side of its Σ, which is one of the invisible moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from ..diagnostics.record import record
from .build import add, mul, sum_over
from .dimensions import Index
from .entries import UNIT, ZERO
from .expr import Expr
from .index_nodes import Delta, Entry, LinearMap, Partial, SumOver
from .memory import noted
from .nodes import Add, Mul, Number, Power
from .walk import Path, fresh_index, letters_in, nodes_of, rename

MINUS: Final = Number(-1)


@record
class Term:
    """coefficient · Σ_indices factors. The coefficient holds no letters; the factors are numbers in writing order."""

    coefficient: tuple[Expr, ...] = ()
    indices: tuple[Index, ...] = ()
    factors: tuple[Expr, ...] = ()

    @property
    def pending(self) -> Partial | None:
        """The pending derivative of this term, if it has one."""
        return next((factor for factor in self.factors if isinstance(factor, Partial)), None)

    @property
    def others(self) -> tuple[Expr, ...]:
        """All factors but the pending derivative."""
        return tuple(factor for factor in self.factors if not isinstance(factor, Partial))

    def expr(self) -> Expr:
        """The term as an expression."""
        body = mul(*self.factors) if self.factors else UNIT
        if not self.indices:
            return mul(*self.coefficient, *self.factors) if self.coefficient or self.factors else UNIT
        return mul(*self.coefficient, sum_over(self.indices, body))

    def names(self) -> set[str]:
        """All letters that this term uses."""
        used = {index.name for index in self.indices}
        for factor in self.factors:
            used |= {letter.name for letter in letters_in(factor)}
        return used


def ordered(factors: Iterable[Expr]) -> tuple[Expr, ...]:
    """Numerals first, then the other factors; a minus sign joins the first numeral: −2 c X for c (−1) 2 X."""
    factors = sorted(factors, key=lambda factor: not isinstance(factor, Number))
    rest = [factor for factor in factors if factor is not MINUS]
    negative = (len(factors) - len(rest)) % 2 == 1
    if negative and rest and isinstance(rest[0], Number):
        return (Number(-rest[0].value), *rest[1:])
    return (MINUS, *rest) if negative else tuple(rest)


def chained(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The factors A_si B_it in the order of the chain, where each stands the right way round; else as they are."""
    rows = {factor.row: factor for factor in factors if isinstance(factor, Entry)}
    starts = [factor for row, factor in rows.items() if not any(other.col is row for other in rows.values())]
    if len(rows) < len(factors) or len(starts) != 1 or any(not isinstance(row, Index) for row in rows):
        return factors
    chain = starts[:1]
    while chain[-1].col in rows and len(chain) < len(rows):
        chain.append(rows[chain[-1].col])
    return tuple(chain) if len(chain) == len(factors) else factors


def join(terms: Iterable[Term]) -> Expr:
    """The line that the terms make; 0 if there are none."""
    parts = [term.expr() for term in terms]
    return add(*parts) if parts else ZERO


def terms_of(line: Expr) -> tuple[tuple[Path, Expr], ...]:
    """The terms of a line, or of the body of a linear map, and where they stand."""
    start: Path = ()
    if isinstance(line, LinearMap):
        line, start = line.body, (0,)
    if not isinstance(line, Add):
        return ((start, line),)
    return tuple(((*start, number), term) for number, term in enumerate(line.terms))


def is_entries(line: Expr) -> bool:
    """Whether a line is written by entries: it has letters, or something pending."""
    return bool(line.free) or has_pending(line) or any(_has_sum(term) for _, term in terms_of(line))


def _has_sum(term: Expr) -> bool:
    return any(isinstance(factor, SumOver) for factor in (term.factors if isinstance(term, Mul) else (term,)))


@noted
def has_pending(expr: Expr) -> bool:
    """Whether a pending derivative stands in a number-valued expression (outside of named parts)."""
    if isinstance(expr, Partial):
        return True
    if isinstance(expr, Add | Mul | SumOver):
        return any(has_pending(child) for child in expr.children)
    return False


def is_loose(factor: Expr) -> bool:
    """Whether a factor holds no letters, so that it may stand in front of every Σ."""
    return not factor.free and not isinstance(factor, Partial)


def expanded(expr: Expr) -> Iterator[Term]:
    """The terms of an expression as they stand; a sum in which nothing is pending is one factor."""
    if isinstance(expr, Add) and has_pending(expr):
        for part in expr.terms:
            yield from expanded(part)
    elif isinstance(expr, SumOver):
        own = {index.name for index in expr.indices}
        for term in expanded(expr.body):
            clash = own & {index.name for index in term.indices}
            inner = _apart(term, own | term.names(), clash) if clash else term
            yield Term(inner.coefficient, (*expr.indices, *inner.indices), inner.factors)
    elif isinstance(expr, Mul):
        yield from _product(expr.factors)
    elif is_loose(expr):
        yield Term((expr,))
    else:
        yield Term((), (), (expr,))


def _product(factors: tuple[Expr, ...]) -> Iterator[Term]:
    """What stands in front of a Σ or a bracket, it, what follows it, and so on."""
    found = [Term()]
    loose: list[Expr] = []
    others: list[Expr] = []
    for factor in factors:
        if isinstance(factor, SumOver) or (isinstance(factor, Add) and has_pending(factor)):
            before = Term(tuple(loose), (), tuple(others))
            found = [_times(_times(left, before), right) for left in found for right in expanded(factor)]
            loose, others = [], []
        else:
            (loose if is_loose(factor) else others).append(factor)
    after = Term(tuple(loose), (), tuple(others))
    yield from [_times(left, after) for left in found]


def _times(left: Term, right: Term) -> Term:
    if right.indices and (clash := {index.name for index in right.indices} & left.names()):
        right = _apart(right, left.names() | right.names(), clash)
    if left.indices and (clash := {index.name for index in left.indices} & right.names()):
        left = _apart(left, left.names() | right.names(), clash)
    return Term(left.coefficient + right.coefficient, left.indices + right.indices, left.factors + right.factors)


def _apart(term: Term, taken: set[str], clash: set[str]) -> Term:
    """The term with the clashing ones of its summed letters renamed."""
    mapping: dict[Index, Index] = {}
    for index in term.indices:
        if index.name in clash:
            new = fresh_index(index.dim, taken)
            taken.add(new.name)
            mapping[index] = new
    indices = tuple(mapping.get(index, index) for index in term.indices)
    return Term(term.coefficient, indices, tuple(rename(factor, mapping) for factor in term.factors))


def split(expr: Expr) -> tuple[Term, ...]:
    """The terms of a line. Brackets are multiplied out only where they hold a pending derivative."""
    return tuple(term for part in (expr.terms if isinstance(expr, Add) else (expr,)) for term in _terms(part))


@noted
def _terms(part: Expr) -> tuple[Term, ...]:
    """The terms of one part of a line: most parts stay as they are from one line to the next."""
    found = []
    for term in expanded(part):
        if any(factor is ZERO for factor in (*term.coefficient, *term.factors)):
            continue
        coefficient = ordered(factor for factor in term.coefficient if factor is not UNIT)
        # the pending derivative behind all others, so that nothing seems to stand under it: a_s ∂/∂x_p (…)
        factors = chained(term.factors)
        if term.pending is not None:
            factors = tuple(sorted(term.factors, key=lambda factor: isinstance(factor, Partial)))
        found.append(Term(coefficient, term.indices, factors))
    return tuple(found)


MOST_TERMS = 24
"""Brackets are not multiplied out into more terms than this."""


def _terms_of(factor: Expr) -> tuple[Expr, ...]:
    """The terms of a bracket, or of a squared one: (a + b)² = a² + b² + 2ab; none of any other factor."""
    if isinstance(factor, Add):
        return factor.terms
    if isinstance(factor, Power) and isinstance(factor.base, Add) and factor.exponent is Number(2):
        terms = factor.base.terms
        plain = (mul(*one.factors[1:]) if isinstance(one, Mul) and one.factors[0] is MINUS else one for one in terms)
        doubled = (mul(Number(2), *pair) for pair in combinations(terms, 2))
        return (*(Power(one, Number(2)) for one in plain), *doubled)
    return ()


def brackets_opened(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms with brackets, or their squares, multiplied out that link more than two letters or hold a δ:
    only so can they be read term by term."""
    found: list[Term] = []
    waiting = list(terms)
    while waiting and len(found) <= MOST_TERMS:
        term = waiting.pop(0)
        linked = (
            one for one in term.factors if len(one.free) > 2 or any(isinstance(part, Delta) for part in nodes_of(one))
        )
        bracket = next(filter(_terms_of, linked), None)
        if bracket is None:
            found.append(term)
            continue
        rest = tuple(factor for factor in term.factors if factor is not bracket)
        pieces = [Term(term.coefficient, term.indices, (*rest, part)).expr() for part in _terms_of(bracket)]
        waiting = [piece for part in pieces for piece in split(part)] + waiting
    return tuple(found)

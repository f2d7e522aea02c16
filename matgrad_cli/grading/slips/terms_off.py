"""Slips that leave the form of a line as it is: a constant factor, a sign, a term too few or too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ...ir import Add, Expr, add, mul, neg, sub
from .case import Case, Trial
from .factors import Factor
from .kind import kind
from .terms import Shown, levels_of, shown

_ZERO, _ONE, _MINUS = 0, 1, -1


@kind("wrong-sign", "the sign is wrong: this is exactly −1 times what is needed", "turn the sign round: `{line}`")
def sign(case: Case) -> Iterator[Trial]:
    """The line is −1 times what is needed."""
    if case.ratio is not None and case.ratio.constant == _MINUS:
        yield Trial(neg(case.line))


@kind("lost-factor", "this is exactly {0}× what is needed{1}", "multiply by {2}: `{line}`")
def factor(case: Case) -> Iterator[Trial]:
    """The line is a constant times what is needed."""
    ratio = case.ratio
    if ratio is not None and ratio.constant not in (_ZERO, _ONE, _MINUS):
        back = ratio.inverse
        yield Trial(mul(back.expr, case.line), (ratio, ratio.loss, back), several=ratio.number < 0)


def _theirs(case: Case) -> list[list[Expr]]:
    """The terms of what is needed: of the line before if it is a sum, else of the derivative worked out."""
    return levels_of(case.needed if isinstance(case.needed, Add) else case.worked_out)


@kind("dropped-term", "the term `{0}` is missing", "add `{0}`: `{line}`")
def dropped_term(case: Case) -> Iterator[Trial]:
    """A term of what is needed is missing. Where another multiple of one term makes the line right, none is missing,
    and nothing is worked out for it."""
    if case.alike and (isinstance(case.needed, Add) or not case.terms_off):
        rest = sub(case.needed, case.line)
        for term in dict.fromkeys(term for terms in _theirs(case) for term in terms):
            if (ratio := case.bench.ratio(rest, term)) is not None and ratio.constant == _ONE:
                yield Trial(add(case.line, term), (Shown(term),))


def _one_term_off(case: Case, off: Callable[[Fraction | None], bool]) -> Iterator[Trial]:
    """One term is another multiple of what is needed than it must be."""
    for parts, at, needed in case.terms_off if case.alike else ():
        if off(needed.constant):
            new = neg(parts[at]) if needed.constant == _MINUS else mul(needed.expr, parts[at])
            kept = () if needed.constant == _ZERO else (new,)
            line = add(*parts[:at], *kept, *parts[at + 1 :])
            several = needed.constant != _MINUS and needed.number < 0
            yield Trial(line, (Shown(parts[at]), Shown(new), needed), parts[at], several=several)


@kind("extra-term", "the term `{0}` does not belong here", "leave `{0}` out: `{line}`")
def extra_term(case: Case) -> Iterator[Trial]:
    """None of a term is needed."""
    return _one_term_off(case, lambda constant: constant == _ZERO)


@kind("wrong-sign", "the sign of the term `{0}` is wrong", "the term is `{1}`: `{line}`")
def sign_of_a_term(case: Case) -> Iterator[Trial]:
    """The negative of a term is needed."""
    return _one_term_off(case, lambda constant: constant == _MINUS)


@kind("lost-factor", "the term `{0}` is off by a factor: it must be {2}× this", "write `{1}`: `{line}`")
def factor_of_a_term(case: Case) -> Iterator[Trial]:
    """Another multiple of a term is needed."""
    return _one_term_off(case, lambda constant: constant not in (_ZERO, _MINUS))


@kind("wrong-sign", "the signs of the terms {0} are wrong", "write: `{line}`")
def signs_of_terms(case: Case) -> Iterator[Trial]:
    """Several terms have the wrong sign."""
    for said, new, off in _several(case):
        if all(factor.constant == _MINUS for _, factor in off):
            yield Trial(new, (" and ".join(f"`{shown(part)}`" for part, _ in off),), said)


@kind("lost-factor", "terms are off by a factor each: multiply {0}", "write: `{line}`")
def factors_of_terms(case: Case) -> Iterator[Trial]:
    """Several terms are each a constant times a term that is needed."""
    for said, new, off in _several(case):
        if any(factor.constant != _MINUS for _, factor in off):
            one = len({factor for _, factor in off}) == 1 and off[0][1].number > 0
            words = " and ".join(f"`{shown(part)}` by {factor}" for part, factor in off)
            yield Trial(new, (words,), said, several=not one)


def _several(case: Case) -> Iterator[tuple[Expr, Expr, list[tuple[Expr, Factor]]]]:
    """Lines whose terms are matched one by one with those that are needed:
    the first that is off, the line mended, the factors."""
    for parts in case.levels if case.alike else ():
        for theirs in _theirs(case):
            if len(theirs) == len(parts) and (factors := _matched(case, parts, theirs)) is not None:
                off = [(part, factor) for part, factor in zip(parts, factors, strict=True) if factor.constant != _ONE]
                new = (
                    part if factor.constant == _ONE else mul(factor.expr, part)
                    for part, factor in zip(parts, factors, strict=True)
                )
                if off:
                    yield off[0][0], add(*new), off


def _matched(case: Case, parts: list[Expr], theirs: list[Expr]) -> list[Factor] | None:
    """For each term the factor that makes it one of those that are needed, each of which is taken once."""
    left, factors = list(theirs), list[Factor]()
    for part in parts:
        found = next(((term, ratio) for term in left if (ratio := case.bench.ratio(term, part)) is not None), None)
        if found is None or found[1].constant == _ZERO:
            return None
        left.remove(found[0])
        factors.append(found[1])
    return factors


@kind("dropped-term", "the term `{0}` of the line before is lost", "write: `{line}`")
def lost_of_equation(case: Case) -> Iterator[Trial]:
    """A term of the equation before, times a constant, is lost: a regulariser, a multiplier."""
    rest = sub(case.needed, case.line)
    for term in dict.fromkeys(term for side in case.earlier or () for terms in levels_of(side) for term in terms):
        factor = case.bench.ratio(rest, term) if term.shape is case.line.shape else None
        if factor is not None and factor.constant != _ZERO:
            yield Trial(add(case.line, term if factor.constant == _ONE else mul(factor.expr, term)), (Shown(term),))

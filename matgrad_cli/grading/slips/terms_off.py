"""Slips that leave the form of a line as it is: a constant factor, a sign, a term too few or too many."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Add, Expr, add, mul, neg, sub
from ..bench import Bench
from .causes import Slip, Trial, holding
from .factors import Factor
from .terms import levels_of, shown

_ZERO, _ONE, _MINUS = 0, 1, -1


def whole_factor(bench: Bench, before: Expr, after: Expr, ratio: Factor | None) -> Iterator[Slip]:
    """The line is a constant, or −1, times what is needed."""
    if ratio is None or ratio.constant in (_ZERO, _ONE):
        return
    if ratio.constant == _MINUS:
        trial = Trial("wrong-sign", neg(after), "the sign is wrong: this is exactly −1 times what is needed", "turn the sign round")
    else:
        back = ratio.inverse
        message = f"this is exactly {ratio}× what is needed{ratio.loss}"
        trial = Trial("lost-factor", mul(back.expr, after), message, f"multiply by {back}")
    yield from holding(bench, before, (trial,))


def term_slips(bench: Bench, before: Expr, after: Expr, reference: Expr | None) -> Iterator[Slip]:
    """A term is missing, too many, or off by a sign or factor; `reference` is another way to write `before`, with terms to be named."""
    if before.shape is not after.shape or before.free != after.free:
        return
    yield from holding(bench, before, _trials(bench, before, after, reference))


def _trials(bench: Bench, before: Expr, after: Expr, reference: Expr | None) -> Iterator[Trial]:
    rest = sub(before, after)
    theirs = before if reference is None or isinstance(before, Add) else reference
    for term in dict.fromkeys(term for terms in levels_of(theirs) for term in terms):
        if _is(bench.ratio(rest, term), _ONE):
            yield Trial("dropped-term", add(after, term), f"the term `{shown(term)}` is missing", f"add `{shown(term)}`")
    levels = levels_of(after)
    tried = [(parts, at, needed) for parts in levels for at, term in enumerate(parts) if (needed := _needed(bench, rest, term)) is not None]
    for code in ("extra-term", "wrong-sign", "lost-factor"):
        for parts, at, needed in tried:
            if needed.constant != _ONE and _code(needed) == code:
                yield _of_term(parts, at, needed)
    for parts in levels:
        yield from _of_several(bench, parts, levels_of(theirs))


def _is(factor: Factor | None, value: int) -> bool:
    return factor is not None and factor.constant == value


def _needed(bench: Bench, rest: Expr, term: Expr) -> Factor | None:
    """The constant c for which c times the term makes the line right."""
    return bench.ratio(add(rest, term), term)


def _code(needed: Factor) -> str:
    return "extra-term" if needed.constant == _ZERO else "wrong-sign" if needed.constant == _MINUS else "lost-factor"


def _of_term(parts: list[Expr], at: int, needed: Factor) -> Trial:
    term, others = parts[at], [*parts[:at], *parts[at + 1 :]]
    if needed.constant == _ZERO:
        return Trial(
            "extra-term", add(*others), f"the term `{shown(term)}` does not belong here", f"leave `{shown(term)}` out", part=term
        )
    new = neg(term) if needed.constant == _MINUS else mul(needed.expr, term)
    line = add(*parts[:at], new, *parts[at + 1 :])
    if needed.constant == _MINUS:
        message, words = f"the sign of the term `{shown(term)}` is wrong", f"the term is `{shown(new)}`"
        return Trial("wrong-sign", line, message, words, part=term)
    message = f"the term `{shown(term)}` is off by a factor: it must be {needed}× this"
    return Trial("lost-factor", line, message, f"write `{shown(new)}`", part=term)


def _of_several(bench: Bench, parts: list[Expr], wanted: list[list[Expr]]) -> Iterator[Trial]:
    """Several terms are each a constant times a term that is needed: the factors by term."""
    for theirs in wanted:
        if len(theirs) != len(parts):
            continue
        left, factors = list(theirs), list[Factor]()
        for part in parts:
            found = next(((term, ratio) for term in left if (ratio := bench.ratio(term, part)) is not None), None)
            if found is None or found[1].constant == _ZERO:
                break
            left.remove(found[0])
            factors.append(found[1])
        off = [(part, factor) for part, factor in zip(parts, factors, strict=False) if factor.constant != _ONE]
        if left or not off:
            continue
        signs = all(factor.constant == _MINUS for _, factor in off)
        said = " and ".join(f"`{shown(part)}`" + ("" if signs else f" by {factor}") for part, factor in off)
        message = f"the signs of the terms {said} are wrong" if signs else f"terms are off by a factor each: multiply {said}"
        new = add(*(part if factor.constant == _ONE else mul(factor.expr, part) for part, factor in zip(parts, factors, strict=True)))
        yield Trial("wrong-sign" if signs else "lost-factor", new, message, "write", part=off[0][0])

"""What kind of slip makes two lines of one kind differ: a factor, a sign, a term. Everything said here was compared by numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..diagnostics import Span
from ..ir import Add, Expr, Number, add, mul, neg, sub
from .bench import Bench
from .terms import levels_of, shown

Factor = Expr | Fraction


@dataclass(frozen=True, slots=True)
class Slip:
    """A kind of slip: its code, what is wrong, the evidence, a checked suggestion, and the place or the part at fault where it is known."""

    code: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None
    span: Span | None = None
    part: Expr | None = None


def whole_factor(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    """The line is a constant, or −1, times what is needed."""
    ratio = bench.ratio(after, before)
    if ratio is None or ratio in (0, 1):
        return
    if not bench.equal(mul(_number(ratio), before), after):
        return
    if ratio == -1:
        yield Slip("wrong-sign", "the sign is wrong: this is exactly −1 times what is needed")
    else:
        yield Slip(
            "lost-factor",
            f"this is exactly {factor_in_words(ratio)} what is needed{_lost(ratio)}",
            help=f"multiply by {factor_in_words(inverse_factor(ratio)).removesuffix('×')}",
        )


def _number(factor: Factor) -> Expr:
    return Number(factor) if isinstance(factor, Fraction) else factor


def factor_in_words(ratio: Factor) -> str:
    """`2×`, `1/2×`, `m×`, `(2/m)×`."""
    return f"{ratio}×".replace("-", "−") if isinstance(ratio, Fraction) else f"{shown(ratio)}×"


def inverse_factor(ratio: Factor) -> Factor:
    """1/ratio, in the same form."""
    from ..ir import Mul, Power

    if isinstance(ratio, Fraction):
        return 1 / ratio
    if isinstance(ratio, Number):
        return Number(1 / ratio.value)
    if isinstance(ratio, Power) and isinstance(ratio.exponent, Number):
        return ratio.base if ratio.exponent.value == -1 else Power(ratio.base, Number(-ratio.exponent.value))
    if isinstance(ratio, Mul):
        return mul(*(_number(inverse_factor(factor)) for factor in ratio.factors))
    return Power(ratio, Number(-1))


def _lost(ratio: Factor) -> str:
    if isinstance(ratio, Fraction):
        known = {
            Fraction(2): ": a ½ is lost",
            Fraction(1, 2): ": a 2 is lost",
            Fraction(4): ": a ¼ is lost",
            Fraction(1, 4): ": a 4 is lost",
            Fraction(-2): ": a −½ is lost",
            Fraction(-1, 2): ": a −2 is lost",
        }
        return known.get(ratio, "")
    words = factor_in_words(inverse_factor(ratio)).removesuffix("×")
    return f": the factor {words} is lost"


def term_slips(bench: Bench, before: Expr, after: Expr, reference: Expr | None) -> Iterator[Slip]:
    """A term is missing, too many, or off by a sign or factor; `reference` is another way to write `before`, with terms to be named."""
    if before.shape is not after.shape:
        return
    try:
        rest = sub(before, after)
    except ValueError:
        return
    theirs = before if reference is None or isinstance(before, Add) else reference
    for term in dict.fromkeys(term for terms in levels_of(theirs) for term in terms):
        if bench.ratio(rest, term) == 1 and bench.equal(add(after, term), before):
            yield Slip("dropped-term", f"the term `{shown(term)}` is missing", help=f"add `{shown(term)}`")
            return
    tried = [(parts, at, _needed(bench, rest, term)) for parts in levels_of(after) for at, term in enumerate(parts)]
    for wanted in ("extra-term", "wrong-sign", "lost-factor"):
        for parts, at, needed in tried:
            if needed is None or needed == 1 or _code(needed) != wanted:
                continue
            others = [other for number, other in enumerate(parts) if number != at]
            if bench.equal(add(*others, mul(_number(needed), parts[at])) if needed != 0 else add(*others), before):
                yield _of_term(parts[at], needed)
                return


def _needed(bench: Bench, rest: Expr, term: Expr) -> Factor | None:
    """The constant c for which c times the term makes the line right."""
    return bench.ratio(add(rest, term), term)


def _code(needed: Factor) -> str:
    return "extra-term" if needed == 0 else "wrong-sign" if needed == -1 else "lost-factor"


def _of_term(term: Expr, needed: Factor) -> Slip:
    if needed == 0:
        return Slip("extra-term", f"the term `{shown(term)}` does not belong here", help=f"leave `{shown(term)}` out", part=term)
    if needed == -1:
        mended = shown(neg(term))
        return Slip("wrong-sign", f"the sign of the term `{shown(term)}` is wrong", help=f"the term is `{mended}`", part=term)
    words, mended = factor_in_words(needed), shown(mul(_number(needed), term))
    return Slip("lost-factor", f"the term `{shown(term)}` is off by a factor: it must be {words} this", help=f"write `{mended}`", part=term)

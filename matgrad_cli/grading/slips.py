"""What kind of slip makes two lines of one kind differ: a factor, a sign, a term. Everything said here was compared by numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..diagnostics import Span
from ..ir import Add, Expr, MatMul, Mul, Number, SumOver, Transpose, add, matmul, mul, neg, sub, sum_over
from .bench import Bench

MOST_TERMS = 24
Shown = Callable[[Expr], str]


@dataclass(frozen=True, slots=True)
class Slip:
    """A kind of slip: its code, what is wrong, the evidence, a checked suggestion, and the place at fault where it is known."""

    code: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None
    span: Span | None = None


def terms_of(expr: Expr, limit: int = MOST_TERMS) -> list[Expr]:
    """The terms of a line: sums opened through numbers in front, through Σ, products with a sum inside, and transposes."""
    found = [expr]
    for _ in range(limit):
        opened = next(((at, parts) for at, term in enumerate(found) if (parts := _opened(term)) is not None), None)
        if opened is None or len(found) + len(opened[1]) > limit:
            break
        at, parts = opened
        found[at : at + 1] = parts
    return found


def _opened(expr: Expr) -> list[Expr] | None:
    match expr:
        case Add(terms):
            return list(terms)
        case Mul(factors):
            return _over_sum(factors, lambda parts: mul(*parts))
        case MatMul(factors):
            return _over_sum(factors, lambda parts: _product(parts))
        case SumOver(indices, body):
            parts = _opened(body)
            return None if parts is None else [sum_over(indices, part) for part in parts]
        case Transpose(body):
            parts = _opened(body)
            return None if parts is None else [Transpose(part) for part in parts]
    return None


def _over_sum(factors: tuple[Expr, ...], joined: Callable[[Sequence[Expr]], Expr]) -> list[Expr] | None:
    for at, factor in enumerate(factors):
        parts = _opened(factor) if isinstance(factor, (Add, Mul, MatMul, SumOver, Transpose)) else None
        if parts is not None:
            return [joined([*factors[:at], part, *factors[at + 1 :]]) for part in parts]
    return None


def _product(parts: Sequence[Expr]) -> Expr:
    """A matrix product in which a number times an array may stand: the numbers go to the front."""
    numbers: list[Expr] = []
    arrays: list[Expr] = []
    for part in parts:
        if isinstance(part, Mul):
            numbers += [factor for factor in part.factors if factor.shape.is_number]
            arrays += [factor for factor in part.factors if not factor.shape.is_number]
        else:
            arrays.append(part)
    inner = matmul(*arrays)
    return mul(*numbers, inner) if numbers else inner


def simple_slips(bench: Bench, before: Expr, after: Expr, reference: Expr | None, shown: Shown) -> Iterator[Slip]:
    """A constant factor, a sign, a term; `reference` is another way to write `before`, whose terms may be named."""
    yield from _whole_factor(bench, before, after)
    yield from _terms(bench, before, after, reference, shown)


def _whole_factor(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    ratio = bench.ratio(after, before)
    if ratio is None or ratio == 1:
        return
    factor = Number(ratio) if isinstance(ratio, Fraction) else ratio
    if not bench.equal(mul(factor, before) if factor is not Number(1) else before, after):
        return
    if ratio == -1:
        yield Slip("wrong-sign", "the sign is wrong: this is exactly −1 times what is needed")
    else:
        yield Slip(
            "lost-factor",
            f"this is exactly {factor_in_words(ratio)} what is needed{_lost(ratio)}",
            help=f"multiply by {factor_in_words(inverse_factor(ratio)).removesuffix('×')}",
        )


def factor_in_words(ratio: Expr | Fraction) -> str:
    """`2×`, `1/2×`, `m×`, `(2/m)×`."""
    if isinstance(ratio, Fraction):
        return f"{ratio}×".replace("-", "−")
    from ..notation.to_unicode import to_unicode

    return f"{to_unicode(ratio)}×"


def inverse_factor(ratio: Expr | Fraction) -> Expr | Fraction:
    """1/ratio, in the same form."""
    if isinstance(ratio, Fraction):
        return 1 / ratio
    from ..ir import Power

    if isinstance(ratio, Power) and isinstance(ratio.exponent, Number):
        return ratio.base if ratio.exponent.value == -1 else Power(ratio.base, Number(-ratio.exponent.value))
    if isinstance(ratio, Mul) and isinstance(ratio.factors[0], Number):
        rest = inverse_factor(ratio.factors[1])
        assert isinstance(rest, Expr)
        return mul(Number(1 / ratio.factors[0].value), rest)
    return Power(ratio, Number(-1))


def _lost(ratio: Expr | Fraction) -> str:
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


def _terms(bench: Bench, before: Expr, after: Expr, reference: Expr | None, shown: Shown) -> Iterator[Slip]:
    if before.shape is not after.shape:
        return
    try:
        rest = sub(before, after)
    except ValueError:
        return
    mine = terms_of(after)
    theirs = terms_of(before) if reference is None or isinstance(before, Add) else terms_of(reference)
    for term in theirs:
        if len(theirs) > 1 and bench.ratio(rest, term) == 1 and bench.equal(add(after, term), before):
            yield Slip("dropped-term", f"the term `{shown(term)}` is missing", help=f"add `{shown(term)}`")
            return
    if len(mine) < 2:
        return
    for at, term in enumerate(mine):
        ratio = bench.ratio(rest, term)
        if ratio is None or ratio == 0:
            continue
        others = [other for number, other in enumerate(mine) if number != at]
        if ratio == -1 and bench.equal(add(*others), before):
            yield Slip("extra-term", f"the term `{shown(term)}` does not belong here", help=f"leave `{shown(term)}` out")
            return
        if ratio == -2 and bench.equal(add(*others, neg(term)), before):
            yield Slip("wrong-sign", f"the sign of the term `{shown(term)}` is wrong", help=f"the term is `{shown(neg(term))}`")
            return
        if isinstance(ratio, Fraction):
            if bench.equal(add(*others, mul(Number(1 + ratio), term)), before):
                message = f"the term `{shown(term)}` is off by a factor: it must be {1 + ratio}×"
                yield Slip("lost-factor", message, help=f"multiply this term by {1 + ratio}")
                return
        elif bench.equal(add(*others, term, mul(ratio, term)), before):
            yield Slip("lost-factor", f"the term `{shown(term)}` is off by a factor that depends on a dimension")
            return
    whole = list(after.terms) if isinstance(after, Add) else []
    for parts in (whole, mine):
        for slip in _scaled_by_dimension(bench, before, parts, shown):
            yield slip
            return


def _scaled_by_dimension(bench: Bench, before: Expr, mine: list[Expr], shown: Shown) -> Iterator[Slip]:
    """One term that lacks 1/m: the rest of the line is right, so the term itself has a constant ratio to what is left for it."""
    for at, term in enumerate(mine):
        others = [other for number, other in enumerate(mine) if number != at]
        needed = sub(before, add(*others))
        ratio = bench.ratio(term, needed)
        if ratio is None or ratio == 1:
            continue
        factor = inverse_factor(ratio)
        mended = mul(Number(factor) if isinstance(factor, Fraction) else factor, term)
        if bench.equal(add(*others, mended), before):
            words = factor_in_words(factor).removesuffix("×")
            yield Slip("lost-factor", f"the term `{shown(term)}` lacks the factor {words}", help=f"write `{shown(mended)}`")
            return

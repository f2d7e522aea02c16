"""The terms of a line, opened as far as linear maps allow, and lines as they are shown to people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Differential,
    Entry,
    Expr,
    Hadamard,
    MatMul,
    MatrixOf,
    Mul,
    Partial,
    Path,
    Power,
    SumOver,
    Transpose,
    hadamard,
    mul,
    places,
    product,
    sum_over,
)
from ...ir.memory import noted, remembered
from ...ir.walk import remade

MOST_TERMS = 24
Place = tuple[Path, Expr]
"""A part and where it stands."""
LINEAR = frozenset(("tr", "sum", "inner", "diag"))


def terms_of(expr: Expr, limit: int = MOST_TERMS) -> list[Expr]:
    """The terms of a line: sums opened through numbers in front, Σ, products, traces, inner products,
    transposes and entries."""
    found, at = [expr], 0
    while at < len(found):
        parts = _opened(found[at])
        if parts is None:
            at += 1
        elif len(found) + len(parts) > limit:
            break
        else:
            found[at : at + 1] = parts
    return found


@remembered(maxsize=512)
def levels_of(expr: Expr, depth: int = 3) -> list[list[Expr]]:
    """The line as a sum in several ways: opened once, twice, …, and as far as it goes;
    each with more terms than the one before."""
    levels: list[list[Expr]] = []
    terms = [expr]
    for _ in range(depth):
        terms = [part for term in terms for part in _opened(term) or (term,)]
        if len(terms) > MOST_TERMS:
            return levels
        if len(terms) > (len(levels[-1]) if levels else 1):
            levels.append(terms)
    last = terms_of(expr)
    return [*levels, last] if len(last) > (len(levels[-1]) if levels else 1) else levels


@remembered(maxsize=4096)
def _opened(expr: Expr) -> tuple[Expr, ...] | None:
    match expr:
        case Add(terms):
            return terms
        case Mul(factors):
            return _over_sum(factors, lambda parts: mul(*parts))
        case MatMul(factors):
            return _over_sum(factors, _product)
        case Hadamard(factors):
            return _over_sum(factors, lambda parts: hadamard(*parts), whole=_slope)
        case SumOver(indices, body):
            parts = _opened(body)
            return None if parts is None else tuple([sum_over(indices, part) for part in parts])
        case Transpose() | Entry() | Partial() | Differential() | MatrixOf():  # linear in what they are taken of
            parts = _opened(expr.children[0])
            return None if parts is None else tuple([expr.rebuilt((part, *expr.children[1:])) for part in parts])
        case Call() if expr.function in LINEAR:
            return _over_sum(expr.arguments, lambda parts: Call(expr.function, *parts))
    return None


def _slope(factor: Expr) -> bool:
    """Whether a factor of an elementwise product is one thing to its writer: 1 − tanh² is a slope, not two terms."""
    return isinstance(factor, Add) and any(not term.symbols for term in factor.children)


def _over_sum(
    factors: tuple[Expr, ...], joined: Callable[[Sequence[Expr]], Expr], whole: Callable[[Expr], bool] = lambda _: False
) -> tuple[Expr, ...] | None:
    for at, factor in enumerate(factors):
        parts = None if whole(factor) else _opened(factor)
        if parts is not None:
            return tuple([joined([*factors[:at], part, *factors[at + 1 :]]) for part in parts])
    return None


def _product(parts: Sequence[Expr]) -> Expr:
    """A matrix product in which a number times an array may stand: the numbers go to the front."""
    return product(*(one for part in parts for one in (part.factors if isinstance(part, Mul) else (part,))))


def written_places(root: Expr, path: Path = ()) -> Iterator[Place]:
    """Every part with its path, but not what stands under a ∂ or d:
    that is what is differentiated, not a factor of the line."""
    return places(root, path, lambda node: not isinstance(node, (Differential, Partial)))


@remembered(maxsize=512)
def shown(expr: Expr) -> str:
    """An expression as people write it."""
    from ...notation.printing.to_unicode import to_unicode

    return to_unicode(tidy(expr))


@record
class Shown:
    """An expression as people write it, found only when it is told."""

    expr: Expr

    def __str__(self) -> str:
        return shown(self.expr)


@noted
def tidy(expr: Expr) -> Expr:
    """The same with its number factors multiplied together, in front, and equal number factors as powers."""
    from ...rewrite.textbook.normal import collect_powers, multiply_numbers, power_of_power

    def apart(factor: Expr) -> tuple[Expr, ...]:
        opened = (power_of_power(factor) or multiply_numbers(factor)) if isinstance(factor, Power) else None
        return (
            tuple(inner for part in opened.factors for inner in apart(part))
            if isinstance(opened, Mul)
            else (opened or factor,)
        )

    found = remade(expr, tuple([tidy(part) for part in expr.children]))
    if isinstance(found, Mul):
        found = mul(
            *sorted(
                (part for factor in found.factors for part in apart(factor)), key=lambda part: not part.shape.is_number
            )
        )
        found = collect_powers(found) or found if isinstance(found, Mul) else found
    return multiply_numbers(found) or found if isinstance(found, Mul) else found

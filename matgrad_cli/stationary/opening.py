"""Expressions as sums of products, opened as far as an unknown stands inside:
number · arrays, with the unknown at one place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as choices

from .. import ir
from ..diagnostics.record import record
from ..ir import Expr, add, matmul, mul, neg, nodes_of, product
from ..ir.terms import terms_of
from ..rewrite.engine.application import is_zero
from ..rewrite.forms.algebra import MINUS, apart, flip, scaled, zero
from ..rewrite.textbook.normal import multiplied_out, positive_first

Parts = tuple[tuple[Expr, ...], tuple[Expr, ...]]
"""The numbers and the arrays of a product."""


@record
class Term:
    """numbers · left · X · right, or Xᵀ (`turned`); `core` is None where the unknown does not stand."""

    numbers: tuple[Expr, ...]
    left: tuple[Expr, ...]
    core: Expr | None
    right: tuple[Expr, ...]
    turned: bool = False

    @property
    def expr(self) -> Expr:
        """The term as an expression."""
        middle = () if self.core is None else (ir.Transpose(self.core) if self.turned else self.core,)
        return product(*self.numbers, *self.left, *middle, *self.right)


@record
class Opener:
    """Opens expressions around one unknown."""

    unknown: Expr

    def terms(self, expr: Expr) -> list[Term] | None:
        """The terms of an expression; None if it is not linear in the unknown."""
        found = [self._term(*parts) for parts in self.products(expr)]
        return None if any(term is None for term in found) else [term for term in found if term is not None]

    def _holds(self, expr: Expr) -> bool:
        return self.unknown in nodes_of(expr)

    def products(self, expr: Expr) -> list[Parts]:
        """The products of which an expression is the sum, however often the unknown stands in them."""
        if not self._holds(expr) or expr is self.unknown:
            return [self._split(expr)]
        match expr:
            case ir.Add(terms):
                return [parts for term in terms for parts in self.products(term)]
            case ir.Mul(factors):
                grouped = ([_grouped(factor, parts) for parts in self.products(factor)] for factor in factors)
                return [_joined(parts) for parts in choices(*grouped)]
            case ir.MatMul(factors):
                return [_joined(parts) for parts in choices(*map(self.products, factors))]
            case ir.Transpose(body):
                return [(numbers, tuple(map(flip, arrays[::-1]))) for numbers, arrays in self.products(body)]
            case ir.Call("sum1", (body,)):  # the sums of the rows are A𝟏, those of the columns 𝟏ᵀA
                ones: Expr = ir.Fill(1, ir.Shape(body.shape.cols))
                return [(numbers, (*arrays, ones)) for numbers, arrays in self.products(body)]
            case ir.Call("sum" | "sum0" as name, (body,)) if name == "sum0" or body.shape.is_column:
                ones = ir.Transpose(ir.Fill(1, ir.Shape(body.shape.rows)))
                return [(numbers, (ones, *arrays)) for numbers, arrays in self.products(body)]
        return [self._split(expr)]

    def _split(self, expr: Expr) -> Parts:
        if isinstance(expr, ir.Mul) and not self._holds(expr):
            return apart(expr.factors)
        return ((expr,), ()) if expr.shape.is_number and expr is not self.unknown else ((), (expr,))

    def _term(self, numbers: tuple[Expr, ...], arrays: tuple[Expr, ...]) -> Term | None:
        """The term of a product; None if the unknown stands in it more than once, or inside something else."""
        inside = [number for number in numbers if self._holds(number)]
        if inside:
            return self._moved_in(numbers, arrays, inside)
        at = [place for place, factor in enumerate(arrays) if self._holds(factor)]
        if not at:
            return Term(numbers, arrays, None, ())
        core = arrays[at[0]]
        turned = isinstance(core, ir.Transpose) and core.body is self.unknown
        if len(at) > 1 or not (core is self.unknown or turned):
            return None
        left, right = arrays[: at[0]], arrays[at[0] + 1 :]
        if len(right) > 1 and (inner := matmul(*right)).shape.is_number:  # v uᵀu = (uᵀu) v
            numbers, right = (*numbers, inner), ()
        return Term(numbers, left, self.unknown, right, turned)

    def _moved_in(self, numbers: tuple[Expr, ...], arrays: tuple[Expr, ...], inside: Sequence[Expr]) -> Term | None:
        """(aᵀw) c = c aᵀ w: a number that holds the unknown is a product of matrices behind a column."""
        factor, rest = inside[0], tuple(number for number in numbers if number is not inside[0])
        if len(inside) > 1 or any(map(self._holds, arrays)) or not isinstance(factor, ir.MatMul):
            return None
        if arrays and not matmul(*arrays).shape.is_column:
            return None
        factors = factor.factors
        if any(isinstance(part, ir.Transpose) and part.body is self.unknown for part in factors):  # wᵀa = aᵀw
            factors = tuple(flip(part) for part in reversed(factors))
        return self._term(rest, (*arrays, *factors))


def _grouped(factor: Expr, parts: Parts) -> Parts:
    """A number that is a product of arrays stays one among the numbers."""
    inside, rest = apart(parts[1])
    return ((*parts[0], matmul(*rest)), inside) if factor.shape.is_number and rest else parts


def _joined(parts: Sequence[Parts]) -> Parts:
    return tuple(n for numbers, _ in parts for n in numbers), tuple(a for _, arrays in parts for a in arrays)


def total(terms: Sequence[Expr], like: Expr) -> Expr:
    """Their sum; zero of the same shape if there are none."""
    return add(*terms) if terms else zero(like.shape)


def entrywise_terms(*sides: Expr) -> list[Expr]:
    """The terms of the first side, and minus those of a second, multiplied out where that goes by entries."""
    opened = (
        (at, part) for at, side in enumerate(sides) for _, term in terms_of(side) for part in multiplied_out(term)
    )
    return [neg(part) if at else part for at, part in opened if not is_zero(part)]


def sign_of(side: Expr) -> int:
    """−1 if every term has a minus, else 1."""
    return -1 if all(scaled(term).value < 0 for _, term in terms_of(side)) else 1


def turned(expr: Expr) -> Expr:
    """b − a for −(a − b), and c/(b − a) for −c/(a − b)."""
    match expr:
        case ir.Mul((minus, ir.Add(terms))) if minus is MINUS:
            found = positive_first(add(*map(neg, terms)))
            return expr if found is None else found
        case ir.Mul((ir.Number(value), *rest)) if value < 0:
            for at, factor in enumerate(rest):
                if isinstance(factor, ir.Power) and factor.exponent is MINUS and isinstance(factor.base, ir.Add):
                    other = turned(neg(factor.base))
                    return mul(ir.Number(-value), *rest[:at], ir.Power(other, MINUS), *rest[at + 1 :])
    return expr


def without_numeral(expr: Expr) -> Expr:
    """b of −b, of 3b, of b² and √b: it is zero where they are."""
    match expr:
        case ir.Power(base, ir.Number(value)) if value > 0:
            return without_numeral(base)
        case ir.Call("sqrt", (inside,)):
            return without_numeral(inside)
        case ir.Mul((ir.Number(), *rest)) if rest:
            return without_numeral(mul(*rest))
    return expr


def filled(expr: Expr) -> Expr | None:
    """The number c of an array c·𝟏."""
    if _is_ones(expr):
        return ir.Number(1)
    if isinstance(expr, ir.Mul) and isinstance(expr.factors[-1], ir.Mul):
        return None
    if isinstance(expr, ir.Mul) and any(map(_is_ones, expr.factors)):
        return mul(*(factor for factor in expr.factors if not _is_ones(factor)))
    return None


def _is_ones(expr: Expr) -> bool:
    bare = expr.body if isinstance(expr, ir.Transpose) else expr
    return isinstance(bare, ir.Fill) and bare.value == 1

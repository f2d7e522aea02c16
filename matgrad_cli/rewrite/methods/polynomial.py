"""Multiplying a polynomial loss out: traces of words (products of the variable, its transpose and constants) and products of numbers."""

from __future__ import annotations

from itertools import product as every
from typing import TypeVar

from ...diagnostics import Diagnostic, StuckError
from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Expr,
    Eye,
    Fill,
    Hadamard,
    MatMul,
    MatrixPower,
    Mul,
    Named,
    Number,
    Power,
    Size,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    substitute,
)
from ...ir.dimensions import ONE, Shape
from ..forms.algebra import flip, multiplied, number_product
from .pairing import chained

MAX_TERMS = 200
Word = tuple[Expr, ...]
Factor = TypeVar("Factor")
Scaled = list[tuple[tuple[Expr, ...], tuple[Factor, ...]]]
"""A sum of numbers times products."""


@record
class Monomial:
    """numbers · product of words: each word is a row-to-column product or stands under a trace."""

    numbers: tuple[Expr, ...]
    words: tuple[Word, ...]

    def expr(self) -> Expr:
        """The term as an expression."""
        parts = [*self.numbers, *(word_number(word) for word in self.words)]
        return mul(*parts) if parts else Number(1)


def word_number(word: Word) -> Expr:
    """The number that a closed word stands for: a product from row to column, else a trace."""
    whole = matmul(*word)
    return whole if whole.shape.is_number else Call("tr", whole)


class Polynomial:
    """Expands expressions in one variable; what does not hold it stays whole."""

    def __init__(self, variable: Symbol) -> None:
        self.variable = variable

    def active(self, expr: Expr) -> bool:
        """Whether the variable occurs."""
        return self.variable in expr.symbols

    def words(self, expr: Expr) -> list[tuple[tuple[Expr, ...], Word]]:
        """An array as a sum of numbers times words."""
        if not self.active(expr):
            numbers, array = chained(expr)
            return [(numbers, array.factors if isinstance(array, MatMul) else (array,))]
        match expr:
            case Symbol():
                return [((), (expr,))]
            case Named(_, body):
                return self.words(body)
            case Transpose(body):
                return [(numbers, tuple(flip(factor) for factor in reversed(word))) for numbers, word in self.words(body)]
            case Add(terms):
                return [word for term in terms for word in self.words(term)]
            case Mul(factors):
                numbers = tuple(factor for factor in factors if factor.shape.is_number)
                array = next(factor for factor in factors if not factor.shape.is_number)
                return [((*numbers, *more), word) for more, word in self.words(array)]
            case MatMul(factors):
                return self._multiplied([self.words(factor) for factor in factors])
            case MatrixPower(base, exponent) if 0 < exponent <= 8:
                return self._multiplied([self.words(base)] * exponent)
            case _:
                pass
        raise not_polynomial(expr)

    def _multiplied(self, parts: list[Scaled[Factor]]) -> Scaled[Factor]:
        count = 1
        for part in parts:
            count *= len(part)
        if count > MAX_TERMS:
            message = f"multiplied out, the loss has more than {MAX_TERMS} terms"
            raise StuckError(Diagnostic("stuck", message, help="`--method differential` keeps brackets"))
        found = []
        for chosen in every(*parts):
            numbers = multiplied(tuple(number for some, _ in chosen for number in some))
            found.append((numbers, tuple(factor for _, word in chosen for factor in word)))
        return found

    def monomials(self, expr: Expr) -> list[Monomial]:
        """A number as a sum of monomials."""
        if not self.active(expr):
            return [Monomial((expr,), ())]
        match expr:
            case Symbol():
                return [Monomial((), ((expr,),))]
            case Named(_, body):
                return self.monomials(body)
            case Add(terms):
                return [one for term in terms for one in self.monomials(term)]
            case Mul(factors):
                return self._times([self.monomials(factor) for factor in factors])
            case Power(Call("norm", (inner,)), Number(value)) if value == 2:
                return self.monomials(norm_as_product(inner))
            case Power(base, Number(value)) if value.denominator == 1 and 0 < value <= 8:
                return self._times([self.monomials(base)] * int(value))
            case MatMul():
                return [self._closed(numbers, word) for numbers, word in self.words(expr)]
            case Call("tr", (inner,)):
                return [self._closed(numbers, word) for numbers, word in self.words(inner)]
            case Call():
                return self.monomials(as_trace(expr))
            case _:
                raise not_polynomial(expr)

    def _closed(self, numbers: tuple[Expr, ...], word: Word) -> Monomial:
        """A closed word with its numbers; numbers that hold the variable become words of their own."""
        words: tuple[Word, ...] = (word,)
        constants: tuple[Expr, ...] = ()
        for number in numbers:
            found = self.monomials(number)
            if len(found) != 1:
                raise not_polynomial(number)
            constants += found[0].numbers
            words += found[0].words
        return Monomial(multiplied(constants), words)

    def _times(self, parts: list[list[Monomial]]) -> list[Monomial]:
        whole = self._multiplied([[(one.numbers, one.words) for one in part] for part in parts])
        return [Monomial(numbers, words) for numbers, words in whole]

    def gradient(self, word: Word) -> list[Expr]:
        """What each place of the variable in a closed word contributes: tr(P X Q) gives Pᵀ Qᵀ, tr(P Xᵀ Q) gives Q P."""
        found: list[Expr] = []
        for place, factor in enumerate(word):
            if not self.active(factor):
                continue
            around = (*word[place + 1 :], *word[:place])
            if not around:
                found.append(Number(1) if factor.shape.is_number else Eye(factor.shape.rows))
                continue
            numbers, whole = chained(*around)
            turned = whole if isinstance(factor, Transpose) else flip(whole)
            found.append(mul(*numbers, turned))
        return found


def not_polynomial(expr: Expr) -> StuckError:
    """A part that cannot be multiplied out."""
    name = expr.function if isinstance(expr, Call) else type(expr).__name__.lower()
    return StuckError(
        Diagnostic(
            "stuck",
            f"method `expand` multiplies a polynomial out, and `{name}` of the variable is none",
            help="`--method differential` can differentiate it",
        )
    )


def norm_as_product(inner: Expr) -> Expr:
    """‖A‖² = tr(AᵀA), ‖x‖² = xᵀx."""
    if inner.shape.is_number:
        return mul(inner, inner)
    if inner.shape.is_column:
        return matmul(Transpose(inner), inner)
    return matmul(inner, Transpose(inner)) if inner.shape.is_row else Call("tr", matmul(Transpose(inner), inner))


def as_trace(expr: Call) -> Expr:
    """Sums of entries and inner products as traces or products."""
    if expr.function == "inner":
        first, second = expr.arguments
        return number_product(flip(first), second) if first.shape.is_column else Call("tr", matmul(flip(first), second))
    if expr.function == "mean":
        return mul(*(Power(Size(side), Number(-1)) for side in expr.argument.shape.dims), as_trace(Call("sum", expr.argument)))
    if expr.function != "sum":
        raise not_polynomial(expr)
    inner = expr.argument
    if isinstance(inner, Power) and inner.exponent is Number(2):
        return norm_as_product(inner.base)
    if isinstance(inner, Hadamard) and len(inner.factors) == 2:
        first, second = inner.factors
        return matmul(flip(first), second) if first.shape.is_column else Call("tr", matmul(flip(first), second))
    left = [Fill(1, Shape(ONE, inner.shape.rows))] if inner.shape.rows is not ONE else []
    right = [Fill(1, Shape(inner.shape.cols, ONE))] if inner.shape.cols is not ONE else []
    return matmul(*left, inner, *right)


def without_norms(expr: Expr, variable: Symbol) -> Expr:
    """Squared norms, sums and inner products of the variable as traces and products."""
    if variable not in expr.symbols:
        return expr
    if isinstance(expr, Power) and isinstance(expr.base, Call) and expr.base.function == "norm" and expr.exponent is Number(2):
        return norm_as_product(expr.base.argument)
    if isinstance(expr, Call) and expr.function in ("sum", "inner", "mean") and expr.shape.is_number:
        return as_trace(expr)
    mapping = {child: without_norms(child, variable) for child in expr.children}
    return substitute(expr, {old: new for old, new in mapping.items() if old is not new})


def without_transposes(expr: Expr, variable: Symbol) -> Expr:
    """(AB − C)ᵀ = BᵀAᵀ − Cᵀ in all parts that hold the variable."""
    if variable not in expr.symbols or not expr.children:
        return expr
    if isinstance(expr, Transpose):
        return _turned(expr.body, variable)
    parts = tuple(without_transposes(child, variable) for child in expr.children)
    if parts == expr.children:
        return expr
    return matmul(*parts) if isinstance(expr, MatMul) else add(*parts) if isinstance(expr, Add) else expr.rebuilt(parts)


def _turned(expr: Expr, variable: Symbol) -> Expr:
    if isinstance(expr, Add):
        return add(*(_turned(term, variable) for term in expr.terms))
    if isinstance(expr, Mul):
        return mul(*(factor if factor.shape.is_number else _turned(factor, variable) for factor in expr.factors))
    if isinstance(expr, MatMul):
        return matmul(*(_turned(factor, variable) for factor in reversed(expr.factors)))
    return flip(expr)

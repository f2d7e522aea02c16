"""Small moves of matrix algebra that the reading back needs: transposing a product by turning its factors round;
what a reader has to read of an expression; a term taken apart, by which sums compare their terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import prod
from types import UnionType
from typing import Final

from ... import ir
from ...diagnostics.record import record
from ...ir import Expr, Index, Shape, add, hadamard, kron, matmul, mul, nodes_of, product
from ...ir.dimensions import Dim
from ...ir.memory import remembered
from ...ir.terms import MINUS, UNIT, ordered
from ...ir.walk import folded, rename


@folded
def transposes(expr: Expr, below: list[int]) -> int:
    """How many transposes are written in `expr`, those of 𝟏ᵀ too (shared parts counted once for each use, capped)."""
    row = isinstance(expr, ir.Fill) and expr.shape.is_row
    return min(isinstance(expr, ir.Transpose) + row + sum(below), 10**9)


def flip(expr: Expr) -> Expr:
    """exprᵀ with the transpose written where it is shortest: (AB)ᵀ = BᵀAᵀ, (Aᵀ)ᵀ = A,
    and pushed into sums only if that saves one."""
    if expr.shape.is_number:
        return expr
    if isinstance(expr, ir.Transpose):
        return expr.body
    if isinstance(expr, ir.Eye) or (isinstance(expr, ir.Call) and expr.function == "diag"):
        return expr
    if isinstance(expr, ir.Fill):
        return ir.Fill(expr.value, expr.shape.transposed)
    if isinstance(expr, ir.MatMul):
        return matmul(*map(flip, reversed(expr.factors)))
    if isinstance(expr, ir.Mul):
        return mul(*map(flip, expr.factors))
    if isinstance(expr, ir.Add) and {flip(term) for term in expr.terms} == set(expr.terms):
        return expr  # A + Aᵀ is its own transpose
    pushed = _pushed(expr)
    allowed = transposes(expr) + isinstance(expr, ir.Kron)  # I ⊗ xᵀ reads better than (I ⊗ x)ᵀ
    return pushed if pushed is not None and transposes(pushed) <= allowed else ir.Transpose(expr)


def _pushed(expr: Expr) -> Expr | None:
    if isinstance(expr, ir.Add | ir.Hadamard | ir.Kron):
        return joined(expr, map(flip, expr.children))
    if isinstance(expr, ir.Power):
        return ir.Power(flip(expr.base), expr.exponent)
    return ir.MatrixPower(flip(expr.base), expr.exponent) if isinstance(expr, ir.MatrixPower) else None


JOINED: dict[type[Expr], Callable[..., Expr]] = {
    ir.Add: add, ir.Mul: mul, ir.Hadamard: hadamard, ir.MatMul: product, ir.Kron: kron,
}  # fmt: skip
"""How sums and products are built, nested ones flattened."""


def parts_of(node: Expr, kind: type[Expr] | UnionType) -> tuple[Expr, ...]:
    """The terms of a sum, or the factors of a product, of this kind; what is none is its only part."""
    return node.children if isinstance(node, kind) else (node,)


def joined(node: Expr, parts: Iterable[Expr]) -> Expr:
    """The node over new parts, the very same over its own; nested sums and products are flattened."""
    parts = tuple(parts)
    if parts == node.children:
        return node
    return JOINED[type(node)](*parts) if type(node) in JOINED else node.rebuilt(parts)


def zero(shape: Shape) -> Expr:
    """The zero of a shape."""
    return ir.Number(0) if shape.is_number else ir.Fill(0, shape)


def is_root(node: Expr) -> bool:
    """Whether a node is a power whose exponent is a fraction."""
    return isinstance(node, ir.Power) and isinstance(node.exponent, ir.Number) and node.exponent.value.denominator > 1


def basis(position: int, dim: Dim) -> Expr:
    """The basis vector e with a 1 at `position` (0-based)."""
    letter = Index("r", dim)
    return ir.MatrixOf(letter, None, ir.Delta(letter, position))


def apart(factors: Sequence[Expr]) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The numbers among the factors of a product, and its arrays."""
    numbers = tuple(factor for factor in factors if factor.shape.is_number)
    return numbers, tuple(factor for factor in factors if not factor.shape.is_number)


def numerals_first(product: Expr) -> Expr:
    """A product in this order."""
    if not isinstance(product, ir.Mul) or not any(isinstance(factor, ir.Number) for factor in product.factors):
        return product
    found = ordered(product.factors)
    return product if found == product.factors else mul(*(found or (UNIT,)))


def multiplied(numbers: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The rational numbers of a coefficient multiplied, in front of the others; a single one stays as it is written,
    but what divides it falls away: 2/(2n) is 1/n."""
    values = [value for number in numbers if (value := rational(number)) is not None]
    rest = tuple(number for number in numbers if rational(number) is None)
    value = prod(values, start=Fraction(1))
    for place, number in enumerate(rest if values else ()):
        divisor, left = _divisor(number)
        if divisor != 1 and (value / divisor).denominator == 1:
            value, values, rest = value / divisor, [], (*rest[:place], left, *rest[place + 1 :])
    if len(values) == 1:
        return (*(number for number in numbers if rational(number) not in (None, 1)), *rest)
    return (*numeral(value), *rest)


def _divisor(number: Expr) -> tuple[Fraction, Expr]:
    """The 2 of 1/(2n), and 1/n."""
    if not (isinstance(number, ir.Power) and number.exponent is MINUS and isinstance(number.base, ir.Mul)):
        return Fraction(1), number
    known = prod((one.value for one in number.base.factors if isinstance(one, ir.Number)), start=Fraction(1))
    others = [one for one in number.base.factors if not isinstance(one, ir.Number)]
    return (known, ir.Power(mul(*others), MINUS)) if known and others else (Fraction(1), number)


def rational(number: Expr) -> Fraction | None:
    """The value of a rational number, also of one that is written as a divisor; None for all else."""
    if isinstance(number, ir.Number):
        return number.value
    divisor = number.base if isinstance(number, ir.Power) and number.exponent is MINUS else None
    return 1 / divisor.value if isinstance(divisor, ir.Number) and divisor.value else None


@folded
def size(_: Expr, below: list[int]) -> int:
    """How many operators and leaves the printed tree has."""
    return min(1 + sum(below), 10**9)


@folded
def signs(expr: Expr, below: list[int]) -> int:
    """How many of its leaves are no symbols on the page: the −1 of a minus, the exponent −1 of what is divided by."""
    factors = expr.children if isinstance(expr, ir.Mul | ir.Hadamard) else ()
    divisors = sum(isinstance(factor, ir.Power) and factor.exponent is MINUS for factor in factors)
    minus = sum(factor is MINUS for factor in factors)
    own = minus + (divisors if minus + divisors < len(factors) else 0)
    return min(own + sum(below), 10**9)


def cost(expr: Expr) -> tuple[int, int, int]:
    """What a reader has to read: leaves, transposes, then operators."""
    return expr.weight - signs(expr), transposes(expr), size(expr)


@record
class Scaled:
    """value · scalars · array; without an array the term is a number."""

    value: Fraction
    scalars: tuple[Expr, ...]
    array: Expr | None

    @property
    def expr(self) -> Expr:
        """The term again."""
        parts = (*numeral(self.value), *self.scalars, *(() if self.array is None else (self.array,)))
        return mul(*parts) if parts else ir.Number(1)

    @property
    def factors(self) -> tuple[Expr, ...]:
        """The factors of the array under the matrix product."""
        return () if self.array is None else parts_of(self.array, ir.MatMul)

    @property
    def entrywise(self) -> tuple[Expr, ...]:
        """The factors of the array under the elementwise product."""
        return () if self.array is None else parts_of(self.array, ir.Hadamard)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for terms that differ in their rational number alone."""
        return alike(self.scalars)[1], frozenset(Counter(self.entrywise).items())


def numeral(value: Fraction) -> tuple[Expr, ...]:
    """A rational number as a factor; 1 is not written."""
    return () if value == 1 else (ir.Number(value),)


def scaled(term: Expr) -> Scaled:
    """A term taken apart."""
    value, scalars, array = Fraction(1), [], None
    for factor in parts_of(term, ir.Mul):
        if isinstance(factor, ir.Number):
            value *= factor.value
        elif factor.shape.is_number:
            scalars.append(factor)
        else:
            array = factor
    return Scaled(value, tuple(scalars), array)


def merged(terms: list[Scaled], shape: Shape) -> Expr:
    """The sum with equal terms counted together; terms that cancel vanish."""
    found: dict[tuple[object, ...], Scaled] = {}
    for term in terms:
        old = found.get(term.key)
        same = term.value if old is None else term.value * alike(old.scalars)[0] * alike(term.scalars)[0]
        found[term.key] = term if old is None else Scaled(old.value + same, old.scalars, old.array)
    kept = [term.expr for term in found.values() if term.value]
    return add(*kept) if kept else zero(shape)


LARGEST: Final = 60
"""Products with more leaves are compared as they stand."""


@remembered(maxsize=10_000)
def alike(scalars: tuple[Expr, ...]) -> tuple[int, object]:
    """A sign, and what equal numbers have in common: Σ_i f(x_i − x_s)² and Σ_j f(x_s − x_j)² differ in letters and
    signs alone."""
    whole = mul(*scalars)
    if whole.weight > LARGEST or not any(isinstance(part, ir.SumOver) for part in nodes_of(whole)):
        return 1, frozenset(Counter(scalars).items())
    return _in_order(whole, 0)


def _in_order(node: Expr, depth: int) -> tuple[int, Expr]:
    """The same number but for its sign, with bound letters called by their depth,
    and the parts of sums and products in order."""
    match node:
        case ir.SumOver(letters, body):
            own = tuple(Index(f"{depth + place}", letter.dim) for place, letter in enumerate(letters))
            sign, body = _in_order(rename(body, dict(zip(letters, own, strict=True))), depth + len(own))
            factors = parts_of(body, ir.Mul)
            inside = tuple(factor for factor in factors if not factor.free.isdisjoint(own))
            if not inside:
                return sign, ir.SumOver(own, body)
            return sign, _product(
                (*(factor for factor in factors if factor not in inside), ir.SumOver(own, mul(*inside)))
            )
        case ir.Number(value) if value < 0:
            return -1, ir.Number(-value)
        case ir.Add() | ir.Mul():
            parts = sorted((_in_order(child, depth) for child in node.children), key=lambda part: repr(part[1]))
            if isinstance(node, ir.Mul):
                return prod(sign for sign, _ in parts), _product(tuple(part for _, part in parts))
            first = parts[0][0]
            return first, add(*(part if sign == first else mul(ir.Number(-1), part) for sign, part in parts))
        case ir.Power(base, ir.Number(value)) if value.denominator == 1:
            sign, base = _in_order(base, depth)
            return sign if value.numerator % 2 else 1, ir.Power(base, ir.Number(value))
        case _ if node.shape.is_number and node.free and not isinstance(node, ir.Entry):
            inner = (_in_order(child, depth) for child in node.children)
            return 1, node.rebuilt(tuple(part if sign > 0 else mul(ir.Number(-1), part) for sign, part in inner))
    return 1, node


def _product(parts: tuple[Expr, ...]) -> Expr:
    flat = (one for part in parts for one in parts_of(part, ir.Mul) if one is not ir.Number(1))
    return mul(*sorted(flat, key=repr))

"""Small moves of matrix algebra that the reading back needs: transposing a product by turning its factors round;
and what a reader has to read of an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from ... import ir
from ...ir import Expr, Index, Shape, add, hadamard, kron, matmul, mul, product
from ...ir.dimensions import Dim
from ...ir.terms import MINUS, UNIT, ordered
from ...ir.walk import folded


@folded
def transposes(expr: Expr, below: list[int]) -> int:
    """How many transposes are written in `expr` (shared parts counted once for each use, capped)."""
    return min(isinstance(expr, ir.Transpose) + sum(below), 10**9)


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


def joined(node: Expr, parts: Iterable[Expr]) -> Expr:
    """The node over new parts; nested sums and products are flattened."""
    return JOINED[type(node)](*parts) if type(node) in JOINED else node.rebuilt(tuple(parts))


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
    """The rational numbers of a coefficient multiplied, in front of the others; a single one stays as it is written."""
    known = [number for number in numbers if rational(number) is not None]
    rest = tuple(number for number in numbers if rational(number) is None)
    if len(known) < 2:
        return (*(number for number in known if number is not ir.Number(1)), *rest)
    value = Fraction(1)
    for number in known:
        value *= rational(number) or Fraction(0)
    return (*((ir.Number(value),) if value != 1 else ()), *rest)


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

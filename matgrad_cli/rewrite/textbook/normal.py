"""What no pattern can say about numbers, powers, like terms and transposes: the native rules of the textbook form.

Each looks at one node and returns the better node, or None.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from ... import ir
from ...facts.holding import holds
from ...ir import Expr, Shape, add, hadamard, matmul, mul
from ...notation.elaboration.matrix_functions import matrix_power
from ...records import Bindings
from ..engine.application import Site, native, native_at, places_of, with_parts
from ..forms.algebra import apart, flip, joined, merged, multiplied, numeral, parts_of, rational, scaled, zero

LARGEST_POWER = 64
"""Powers of numbers beyond this stay written as powers."""


@native_at("multiply-numbers", "Mul", "Power", "Size")
def multiply_numbers(node: ir.Mul | ir.Power | ir.Size) -> Expr | None:
    """2·½·A = A: numbers are multiplied, 1 is dropped, 0 swallows the product; the size of a side of length 3 is 3."""
    if isinstance(node, ir.Size):
        return None if node.dim.names else ir.Number(node.dim.factor)
    if isinstance(node, ir.Power):
        return _number_to_a_power(node)
    if not node.factors:
        return ir.Number(1)
    if ir.Number(0) in node.factors:
        return zero(node.shape)
    numbers = [factor for factor in node.factors if rational(factor) is not None]
    first = node.factors[0]
    later = (
        numbers if isinstance(first, ir.Named | ir.Power) else [one for one in numbers if isinstance(one, ir.Number)]
    )
    new = multiplied(node.factors)
    if len(new) == len(node.factors) and (first in numbers or not later) and set(numbers) <= {*new}:
        return None  # unlike det(X) · 2
    return mul(*(new or (ir.Number(1),)))


def _number_to_a_power(node: ir.Power) -> Expr | None:
    if node.exponent is ir.Number(1):
        return node.base
    if not (isinstance(node.base, ir.Number) and isinstance(node.exponent, ir.Number)):
        return None
    exponent = node.exponent.value
    if exponent.denominator != 1 or abs(exponent) >= LARGEST_POWER or (not node.base.value and exponent <= 0):
        return None
    return ir.Number(node.base.value ** int(exponent))


@native_at("add-numbers", "Add")
def add_numbers(node: ir.Add) -> Expr | None:
    """2 + c + 3 = c + 5; a term 0 is left out."""
    numbers = [term for term in node.terms if isinstance(term, ir.Number)]
    if len(numbers) < 2 and ir.Number(0) not in numbers:
        return None
    total = sum((term.value for term in numbers), Fraction(0))
    rest = [term for term in node.terms if not isinstance(term, ir.Number)]
    return add(*rest, *((ir.Number(total),) if total or not rest else ()))


# ---------------------------------------------------------------- powers


def split_power(factor: Expr) -> tuple[Expr, Fraction]:
    """base and rational exponent of a factor."""
    if isinstance(factor, ir.Power) and isinstance(factor.exponent, ir.Number):
        base, exponent = split_power(factor.base) if isinstance(factor.base, ir.Call) else (factor.base, Fraction(1))
        return base, exponent * factor.exponent.value
    if isinstance(factor, ir.Call) and factor.function == "sqrt":
        return factor.argument, Fraction(1, 2)
    return factor, Fraction(1)


def powered(base: Expr, exponent: Fraction) -> Expr:
    """baseᵉ written as books do: √ for one half, no exponent 1."""
    if exponent == 1:
        return base
    if abs(exponent) == Fraction(1, 2):
        root = ir.Call("sqrt", base)
        return root if exponent > 0 else ir.Power(root, ir.Number(-1))
    return ir.Power(base, ir.Number(exponent))


@native_at("collect-powers", "Mul", "Hadamard")
def collect_powers(node: ir.Mul | ir.Hadamard) -> Expr | None:
    """u·u⁻¹ = 1, u·u = u²: factors with the same base are one power (numbers, and arrays entry by entry)."""
    entrywise = isinstance(node, ir.Hadamard)
    numbers = (factor for factor in node.factors if factor.shape.is_number and not isinstance(factor, ir.Number))
    counted = list(node.factors if entrywise else numbers)
    exponents: dict[Expr, Fraction] = {}
    for base, exponent in map(split_power, counted):
        exponents[base] = exponents.get(base, Fraction(0)) + exponent
    if len(exponents) == len(counted):
        return None
    kept: list[Expr] = []
    for factor in node.children:
        base, _ = split_power(factor)
        if factor not in counted:
            kept.append(factor)
        elif exponents.get(base):
            kept.append(powered(base, exponents.pop(base)))
    if not kept:
        return ir.Number(1) if node.shape.is_number else ir.Fill(1, node.shape)
    return mul(*kept) if isinstance(node, ir.Mul) else hadamard(*kept)


@native_at("power-of-power", "Power")
def power_of_power(node: ir.Power) -> Expr | None:
    """(√u)² = u where u is positive under the root; (u^a)^b with integers a, b; (u/v)⁻¹ = v/u."""
    if not (isinstance(node.exponent, ir.Number) and node.exponent.value.denominator == 1):
        return None
    base, exponent = node.base, node.exponent.value
    if isinstance(base, ir.Call) and base.function == "sqrt":
        return powered(base.argument, exponent / 2) if exponent != -1 else None
    if isinstance(base, ir.Power) and isinstance(base.exponent, ir.Number) and base.exponent.value.denominator == 1:
        return powered(base.base, base.exponent.value * exponent)
    divided = isinstance(base, ir.Hadamard) and any(isinstance(factor, ir.Power) for factor in base.factors)
    if isinstance(base, ir.Mul) or divided:
        return joined(base, (ir.Power(factor, node.exponent) for factor in base.children))
    return None


def _matrix_power(factor: Expr) -> tuple[Expr, int, bool]:
    """base, exponent and whether it is transposed: (X³)ᵀ → X, 3, True; X⁻¹ → X, −1, False."""
    if isinstance(factor, ir.Transpose):
        base, exponent, turned = _matrix_power(factor.body)
        return base, exponent, not turned
    if isinstance(factor, ir.Inverse):
        base, exponent, turned = _matrix_power(factor.body)
        return base, -exponent, turned
    return (factor.base, factor.exponent, False) if isinstance(factor, ir.MatrixPower) else (factor, 1, False)


@native_at("collect-matrix-powers", "MatMul")
def collect_matrix_powers(node: ir.MatMul) -> Expr | None:
    """X² X = X³, X⁻¹ X³ = X²: neighbouring powers of one matrix, one of them already written as a power."""
    for number, (left, right) in enumerate(pairwise(node.factors)):
        (base, first, turned), (other, second, also) = _matrix_power(left), _matrix_power(right)
        if base is not other or turned != also or max(abs(first), abs(second)) < 2:
            continue
        power = first + second
        whole = matrix_power(base, power) if power >= 0 else ir.Inverse(matrix_power(base, -power))
        return matmul(*node.factors[:number], flip(whole) if turned else whole, *node.factors[number + 2 :])
    return None


# ---------------------------------------------------------------- transposes and sums


@native_at("transpose-of-product", "Transpose")
def transpose_of_product(node: ir.Transpose) -> Expr | None:
    """(AB)ᵀ = BᵀAᵀ and (A + B)ᵀ = Aᵀ + Bᵀ where that leaves fewer transposes."""
    return flip(node.body)


@native_at("merge-like-terms", "Add")
def merge_like_terms(node: ir.Add) -> Expr | None:
    """c A + d A = (c + d) A; terms that cancel vanish."""
    terms = [scaled(term) for term in node.terms]
    return merged(terms, node.shape) if len({term.key for term in terms}) < len(terms) else None


@native_at("positive-first", "Add")
def positive_first(node: ir.Add) -> Expr | None:
    """−y + p = p − y."""
    if scaled(node.terms[0]).value > 0:
        return None
    for number, term in enumerate(node.terms):
        if scaled(term).value > 0:
            return add(term, *node.terms[:number], *node.terms[number + 1 :])
    return None


@native_at("open-bracket", "Add", "Hadamard", "Mul")
def open_brackets(node: ir.Add | ir.Hadamard | ir.Mul) -> Expr | None:
    """Brackets of elementwise products, and of products of numbers, multiplied out:
    all of a sum, in a product one that cancels.

    (1 − y) ∘ p − y ∘ (1 − p) = p − y ∘ p − y + y ∘ p;  (1/u − 1/v) ∘ u ∘ v = v − u,
    where each term loses a denominator.
    """
    if isinstance(node, ir.Add):
        parts = [opened for term in node.terms for opened in multiplied_out(term)]
        return add(*parts) if len(node.terms) < len(parts) <= MANY_TERMS else None
    for factor in node.children:
        others = tuple(other for other in node.children if other is not factor)
        if isinstance(factor, ir.Add) and all(_divisors(term) & set(others) for term in factor.terms):
            rows = ((term, *others) for term in factor.terms)
            return add(*(mul(*(_split_numbers(row) if isinstance(node, ir.Hadamard) else row)) for row in rows))
    return None


def _divisors(term: Expr) -> set[Expr]:
    """The bases that a term divides by."""
    factors = parts_of(term, ir.Hadamard | ir.Mul)
    inner = [part for factor in factors for part in parts_of(factor, ir.Hadamard)]
    return {base for base, exponent in map(split_power, inner) if exponent < 0}


MANY_TERMS = 16
"""A sum that would have more terms than this with its brackets open is left alone."""


def multiplied_out(term: Expr) -> list[Expr]:
    """A number, or an array entry by entry, times sums as a sum."""
    part = scaled(term)
    factors = part.entrywise if part.array is not None else part.scalars
    if not any(isinstance(factor, ir.Add) for factor in factors):
        return [term]
    rows: list[tuple[Expr, ...]] = [()]
    for factor in factors:
        choices = parts_of(factor, ir.Add)
        rows = [(*row, choice) for row in rows for choice in choices]
        if len(rows) > MANY_TERMS:
            return [term]
    if part.array is None:
        return [mul(*numeral(part.value), *row) for row in rows]
    return [mul(*numeral(part.value), *part.scalars, *_split_numbers(row)) for row in rows]


def _split_numbers(row: tuple[Expr, ...]) -> list[Expr]:
    """The numbers in front of an elementwise product, then the product."""
    parts = (parts_of(factor, ir.Mul) for factor in row)
    numbers, arrays = apart([one for some in parts for one in some])
    return [*numbers, hadamard(*arrays)]


@native_at("softmax-quotient", "Mul")
def softmax_quotient(node: ir.Mul) -> Expr | None:
    """eˣ/sum(eˣ) = softmax(x), wherever eˣ is a factor of what the number multiplies."""
    for number in node.factors:
        base, power = split_power(number)
        top = base.argument if isinstance(base, ir.Call) and base.function == "sum" else base
        if not isinstance(top, ir.Call) or top.function != "exp" or top is base or not top.shape.is_column:
            continue
        whole: Expr = mul(*(factor for factor in node.factors if factor is not number))
        while power <= -1 and (found := [path for path, _ in places_of(whole, {top: top}, _is_linear)]):
            whole, power = with_parts(whole, {found[0]: ir.Call("softmax", top.argument)}), power + 1
        if power != split_power(number)[1]:
            return whole if not power else mul(powered(base, power), whole)
    return None


def _is_linear(node: Expr) -> bool:
    return node.head in ("Mul", "MatMul", "Hadamard", "Transpose", "diag", "sum", "tr")


@native("simplex-rows")
def rows_sum_to_one(site: Site) -> tuple[Expr, Bindings] | None:
    """Y 𝟏 = 𝟏 where every row of the matrix Y is known to sum to one."""
    factors = site.node.children if isinstance(site.node, ir.MatMul) else ()
    for place, (inner, ones) in enumerate(pairwise(factors)):
        if not (isinstance(ones, ir.Fill) and ones.value == 1 and ones.shape.is_column and inner.shape.is_matrix):
            continue
        if any(holds(inner, word, site.scene.problem) for word in ("simplex", "onehot")):
            return matmul(*factors[:place], ir.Fill(1, Shape(inner.shape.rows)), *factors[place + 2 :]), ()
    return None

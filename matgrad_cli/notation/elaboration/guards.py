"""Sums over pairs i ≠ j or i < j of what has no value where i = j: there δ_ij is added, and what is left out stays 0.

Σ_{i≠j} 1/‖x_i − x_j‖ is a sum over all pairs with the factor 1 − δ_ij;
with 1/(‖x_i − x_j‖ + δ_ij) each of its terms has a value.
"""

from __future__ import annotations

from fractions import Fraction

from ...ir import (
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Fill,
    Hadamard,
    Index,
    MatMul,
    Mul,
    Number,
    Power,
    SumOver,
    Transpose,
    add,
    mul,
    rename,
)
from ...ir.walk import mapped

_KEEP_ZERO = frozenset(("norm", "norm1", "abs", "sqrt", "sum", "square", "tr"))
_SINGULAR = frozenset(("log", "log2", "log10", "sqrt", "reciprocal", "abs"))


def guarded(body: Expr, pair: tuple[Index, Index] | None = None) -> Expr:
    """A summand with a factor that leaves out i = j, or over a set of pairs: its other factors with δ_ij where they
    have no value or no slope there."""
    if not isinstance(body, Mul):
        return body
    pair = next((letters for factor in body.factors if (letters := _left_out(factor)) is not None), pair)
    if pair is None:
        return body
    return mul(*(factor if _left_out(factor) is not None else _with_delta(factor, *pair) for factor in body.factors))


def _left_out(factor: Expr) -> tuple[Index, Index] | None:
    """The letters of 1 − δ_ij, and of the array that is 1 where i < j."""
    match factor:
        case Add((Number(), Mul((Number(), Delta(Index() as left, Index() as right))))):
            return left, right
        case Entry(Call("strictupper", (Fill(),)), Index() as left, Index() as right):
            return left, right
    return None


def _with_delta(factor: Expr, left: Index, right: Index) -> Expr:
    both = {left, right}

    def vanishes(node: Expr) -> bool:
        return both <= node.free and _is_zero(rename(node, {right: left}))

    def mended(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        if (
            isinstance(node, Power)
            and isinstance(node.exponent, Number)
            and isinstance(parts[0], Power)
            and parts[0] is not node.base
        ):
            half = node.exponent.value / 2  # of a root that was made here
            return node if half == 1 else Power(parts[0].base, Number(half))
        if (
            isinstance(node, Call)
            and node.function == "log"
            and isinstance(parts[0], Power)
            and parts[0] is not node.argument
        ):
            return mul(Number(Fraction(1, 2)), Call("log", parts[0].base))
        node = node if parts == node.children else node.rebuilt(parts)
        if isinstance(node, SumOver) or not node.shape.is_number:
            return node
        if isinstance(node, Call) and node.function == "norm" and vanishes(node):
            squares = Call("sum", Power(node.argument, Number(2)))  # not ‖u‖², which would have a kink at i = j
            return Power(add(squares, Delta(left, right)), Number(Fraction(1, 2)))
        if isinstance(node, Call) and node.function in _SINGULAR and vanishes(node.argument):
            return Call(node.function, add(node.argument, Delta(left, right)))
        rising = isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value >= 1
        if isinstance(node, Power) and not rising and vanishes(node.base):
            return Power(add(node.base, Delta(left, right)), node.exponent)
        return node

    return mapped(factor, mended)


def _is_zero(node: Expr) -> bool:
    """Whether an expression is 0 by its form: a difference of equal parts, a norm of one, a product with one."""
    match node:
        case Number(value):
            return not value
        case Add(terms):
            left = [term for term in terms if not _is_zero(term)]
            while left:
                opposite = _opposite(left.pop())
                if opposite not in left:
                    return False
                left.remove(opposite)
            return True
        case Mul(factors) | MatMul(factors) | Hadamard(factors):
            return any(map(_is_zero, factors))
        case Transpose(body) | Entry(body) | SumOver(_, body):
            return _is_zero(body)
        case Power(base, Number(value)):
            return value > 0 and _is_zero(base)
        case Call(function, (argument,)) if function in _KEEP_ZERO:
            return _is_zero(argument)
    return False


def _opposite(term: Expr) -> Expr:
    if isinstance(term, Mul) and term.factors[0] is Number(-1):
        return mul(*term.factors[1:])
    return mul(Number(-1), term)

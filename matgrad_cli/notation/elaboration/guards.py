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
        return both <= node.free and left.dim is right.dim and _is_zero(rename(node, {right: left}))

    def mended(node: Expr, parts: tuple[Expr, ...]) -> Expr:
        match node, parts:
            case Power(inner, Number(times)), (Power() as root, *_) if root is not inner:  # a root that was made here
                return node if times == 2 else Power(root.base, Number(times / 2))
            case Call("log", (inner,)), (Power() as root,) if root is not inner:
                return mul(Number(Fraction(1, 2)), Call("log", root.base))
        node = node if parts == node.children else node.rebuilt(parts)
        if isinstance(node, SumOver) or not node.shape.is_number:
            return node
        match node:
            case Call("norm", (inner,)) if vanishes(inner):  # not ‖u‖², which would have a kink at i = j
                squares = Call("sum", Power(inner, Number(2)))
                return Power(add(squares, Delta(left, right)), Number(Fraction(1, 2)))
            case Call(function, (inner,)) if function in _SINGULAR and vanishes(inner):
                return Call(function, add(inner, Delta(left, right)))
            case Power(base, exponent) if vanishes(base):
                rising = isinstance(exponent, Number) and exponent.value >= 1
                return node if rising else Power(add(base, Delta(left, right)), exponent)
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

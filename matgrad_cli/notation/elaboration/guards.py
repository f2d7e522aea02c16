"""Sums over pairs i ≠ j or i < j of what has no value where i = j: there δ_ij is added, and what is left out stays 0.

Σ_{i≠j} 1/‖x_i − x_j‖ is a sum over all pairs with the factor 1 − δ_ij;
with 1/(‖x_i − x_j‖ + δ_ij) each of its terms has a value.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from ... import ir
from ...ir.walk import mapped

_KEEP_ZERO = frozenset(("norm", "norm1", "abs", "sqrt", "sum", "square", "tr"))
_SINGULAR = frozenset(("log", "log2", "log10", "sqrt", "reciprocal", "abs"))


def guarded(body: ir.Expr, pair: tuple[ir.Index, ir.Index] | None = None) -> ir.Expr:
    """A summand with a factor that leaves out i = j, or over a set of pairs: its other factors with δ_ij where they
    have no value or no slope there."""
    if not isinstance(body, ir.Mul):
        return body
    pair = next((letters for factor in body.factors if (letters := _left_out(factor)) is not None), pair)
    if pair is None:
        return body
    return ir.mul(*(factor if _left_out(factor) is not None else _with_delta(factor, *pair) for factor in body.factors))


def _left_out(factor: ir.Expr) -> tuple[ir.Index, ir.Index] | None:
    """The letters of 1 − δ_ij, and of the array that is 1 where i < j."""
    match factor:
        case ir.Add((ir.Number(), ir.Mul((ir.Number(), ir.Delta(ir.Index() as left, ir.Index() as right))))):
            return left, right
        case ir.Entry(ir.Call("strictupper", (ir.Fill(),)), ir.Index() as left, ir.Index() as right):
            return left, right
    return None


def _with_delta(factor: ir.Expr, left: ir.Index, right: ir.Index) -> ir.Expr:
    both = {left, right}

    def vanishes(node: ir.Expr) -> bool:
        return both <= node.free and left.dim is right.dim and _is_zero(ir.rename(node, {right: left}))

    def mended(node: ir.Expr, parts: tuple[ir.Expr, ...]) -> ir.Expr:
        match node, parts:
            case ir.Power(inner, ir.Number(times)), (ir.Power() as root, *_) if (
                root is not inner
            ):  # a root that was made here
                return node if times == 2 else ir.Power(root.base, ir.Number(times / 2))
            case ir.Call("log", (inner,)), (ir.Power() as root,) if root is not inner:
                return ir.mul(ir.Number(Fraction(1, 2)), ir.Call("log", root.base))
        node = node if parts == node.children else node.rebuilt(parts)
        if isinstance(node, ir.SumOver) or not node.shape.is_number:
            return node
        match node:
            case ir.Call("norm", (inner,)) if vanishes(inner):  # not ‖u‖², which would have a kink at i = j
                squares = ir.Call("sum", ir.Power(inner, ir.Number(2)))
                return ir.Power(ir.add(squares, ir.Delta(left, right)), ir.Number(Fraction(1, 2)))
            case ir.Call(function, (inner,)) if function in _SINGULAR and vanishes(inner):
                return ir.Call(function, ir.add(inner, ir.Delta(left, right)))
            case ir.Power(base, exponent) if vanishes(base):
                rising = isinstance(exponent, ir.Number) and exponent.value >= 1
                return node if rising else ir.Power(ir.add(base, ir.Delta(left, right)), exponent)
        return node

    return mapped(factor, mended)


def _is_zero(node: ir.Expr) -> bool:
    """Whether an expression is 0 by its form: a difference of equal parts, a norm of one, a product with one."""
    match node:
        case ir.Number(value):
            return not value
        case ir.Add(terms):
            left = [term for term in terms if not _is_zero(term)]
            return Counter(left) == Counter(map(_opposite, left))
        case ir.Mul(factors) | ir.MatMul(factors) | ir.Hadamard(factors):
            return any(map(_is_zero, factors))
        case ir.Transpose(body) | ir.Entry(body) | ir.SumOver(_, body):
            return _is_zero(body)
        case ir.Power(base, ir.Number(value)):
            return value > 0 and _is_zero(base)
        case ir.Call(function, (argument,)) if function in _KEEP_ZERO:
            return _is_zero(argument)
    return False


def _opposite(term: ir.Expr) -> ir.Expr:
    if isinstance(term, ir.Mul) and term.factors[0] is ir.Number(-1):
        return ir.mul(*term.factors[1:])
    return ir.mul(ir.Number(-1), term)

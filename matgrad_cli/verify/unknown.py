"""Random smooth functions in the place of unknown ones: a sum of waves, whose derivatives of all orders are known."""

from __future__ import annotations

from fractions import Fraction

from ..ir import NUMBER, Call, Expr, Fill, Number, Power, Symbol, add, matmul, mul, transpose
from ..ir.functions import unknown_parts

WAVES = 3


def wave_sum(node: Call) -> Expr:
    """Σ a sin(b u + c) of every entry, or Σ a sin(⟨B, u⟩ + c) of an array, and their derivatives; a, b, c are drawn at each point."""
    parts = unknown_parts(node.function)
    assert parts is not None
    kind, order, name = parts
    u, terms = node.argument, list[Expr]()
    for wave in range(WAVES):
        a, b, c = (Symbol(f"{name} {letter}{wave}", NUMBER) for letter in "abc")
        if kind == "e":
            phase = add(mul(b, u), c if u.shape.is_number else mul(c, Fill(1, u.shape)))
            terms.append(mul(a, *((Power(b, Number(order)),) if order else ()), _slope(phase, order)))
            continue
        way = Symbol(f"{name} B{wave}", u.shape)
        value = mul(a, _slope(add(mul(Number(Fraction(1, 4)), Call("inner", way, u)), c), order), Number(Fraction(1, 4**order)))
        terms.append(value if order == 0 else mul(value, way if order == 1 else matmul(way, transpose(way))))
    return add(*terms)


def _slope(phase: Expr, order: int) -> Expr:
    """The derivative of that order of the sine."""
    value = Call(("sin", "cos")[order % 2], phase)
    return value if order % 4 < 2 else mul(Number(-1), value)

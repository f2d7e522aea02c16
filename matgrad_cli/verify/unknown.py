"""Random smooth functions in the place of unknown ones: a sum of waves, whose derivatives of all orders are known."""

from __future__ import annotations

from fractions import Fraction

from ..ir import NUMBER, Call, Expr, Fill, Number, Power, Symbol, add, matmul, mul, transpose
from ..ir.functions import unknown, unknown_parts

WAVES = 3
_SLOW = Fraction(1, 4)


def wave_sum(node: Call) -> Expr:
    """Σ a sin(b u + c) of every entry, or Σ a sin(⟨B, u⟩ + c) of an array, or a derivative; a, b, c are drawn."""
    parts = unknown_parts(node.function)
    assert parts is not None
    kind, order, name = parts
    u, terms = node.argument, list[Expr]()
    if kind in "st":
        return _of_several(node, order, name, kind == "t")
    for wave in range(WAVES):
        a, b, c = (Symbol(f"{name} {letter}{wave}", NUMBER) for letter in "abc")
        if kind == "e":
            phase = add(mul(b, u), c if u.shape.is_number else mul(c, Fill(1, u.shape)))
            terms.append(mul(a, *((Power(b, Number(order)),) if order else ()), _slope(phase, order)))
            continue
        way = Symbol(f"{name} B{wave}", u.shape)
        if kind in "pvm":
            phase = mul(b, u) if kind == "p" else mul(Number(_SLOW), Call("inner", way, u))
            terms.append(_array(node, kind, order, wave, (phase, b, c, way)))
            continue
        value = mul(a, _slope(add(mul(Number(_SLOW), Call("inner", way, u)), c), order), Number(_SLOW**order))
        terms.append(value if order == 0 else mul(value, way if order == 1 else matmul(way, transpose(way))))
    return add(*terms)


def _of_several(node: Call, order: int, name: str, whole: bool) -> Expr:
    """Σ a sin(Σₖ ⟨Bₖ, uₖ⟩ + c) of several arguments, or its derivative by one; numbers bₖ entry by entry."""
    terms = list[Expr]()
    for wave in range(WAVES):
        a, c = (Symbol(f"{name} {letter}{wave}", NUMBER) for letter in "ac")
        shapes = [part.shape if whole else NUMBER for part in node.arguments]
        ways = [Symbol(f"{name} B{wave} {place}", shape) for place, shape in enumerate(shapes)]
        both = zip(ways, node.arguments, strict=True)
        met = (Call("inner", way, part) if whole else mul(way, part) for way, part in both)
        moved = c if whole or node.shape.is_number else mul(c, Fill(1, node.shape))
        phase = add(*(mul(Number(_SLOW), one) for one in met), moved)
        value = mul(a, _slope(phase, min(order, 1)))
        terms.append(mul(value, Number(_SLOW), ways[order - 1]) if order else value)
    return add(*terms)


def _array(node: Call, kind: str, order: int, wave: int, of: tuple[Expr, Expr, Expr, Expr]) -> Expr:
    """A wave whose value is an array A sin(…), or its derivative."""
    (phase, b, c, way), name = of, node.function[3:]
    amplitude = Symbol(f"{name} A{wave}", Call(unknown(name, kind), node.argument).shape)
    value = _slope(add(phase, c), order if kind == "p" else min(order, 1))
    if kind == "p":
        return mul(value, *((Power(b, Number(order)),) if order else ()), amplitude)
    if order == 0:
        return mul(value, amplitude)
    if kind == "v":
        return mul(value, Number(_SLOW), matmul(amplitude, transpose(way)))
    here, there = (way, amplitude) if order == 1 else (amplitude, way)
    return mul(value, Number(_SLOW), Call("inner", here, node.arguments[1]), there)


def _slope(phase: Expr, order: int) -> Expr:
    """The derivative of that order of the sine."""
    value = Call(("sin", "cos")[order % 2], phase)
    return value if order % 4 < 2 else mul(Number(-1), value)

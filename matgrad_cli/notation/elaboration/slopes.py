"""The derivatives of the named elementwise functions, as σ'(z) writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...ir import Call, Expr, Fill, Number, Power, hadamard, mul, sub


def _ones_minus(value: Expr) -> Expr:
    return sub(Number(1) if value.shape.is_number else Fill(1, value.shape), value)


def _times(left: Expr, right: Expr) -> Expr:
    return mul(left, right) if left.shape.is_number else hadamard(left, right)


SLOPES: Final[dict[str, Callable[[Expr], Expr]]] = {
    "sigmoid": lambda u: _times(Call("sigmoid", u), _ones_minus(Call("sigmoid", u))),
    "tanh": lambda u: _ones_minus(Power(Call("tanh", u), Number(2))),
    "exp": lambda u: Call("exp", u),
    "log": lambda u: Power(u, Number(-1)),
    "sin": lambda u: Call("cos", u),
    "cos": lambda u: mul(Number(-1), Call("sin", u)),
    "relu": lambda u: Call("step", u),
    "softplus": lambda u: Call("sigmoid", u),
    "abs": lambda u: Call("sign", u),
}
"""Of a function's name and argument."""

"""What the named functions mean: their values in floats and modulo a prime, their derivatives, what they abbreviate;
and which expressions have a value in exact arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Final

from .. import ir
from ..ir import ONE, Expr, Shape, add, hadamard, matmul, mul, neg, transpose
from ..ir.memory import table
from ..ir.walk import found_in
from .arrays.structure import LINEAR
from .fields import CLEARLY, Field, Floats, Modular, NotExact, NoValue, OutOfDomain, Value

_LARGEST_EXPONENT = 300
"""exp(300) is about 1e130: beyond that products and powers overflow, or vanish."""


def _log(u: float) -> float:
    if u < -CLEARLY:
        raise NoValue("the logarithm of a negative number", "{} > 0")
    if u <= 1e-30:
        raise OutOfDomain("the logarithm of a number that is almost zero")
    return math.log(u)


def _exp(u: float) -> float:
    if not -_LARGEST_EXPONENT < u < _LARGEST_EXPONENT:
        raise OutOfDomain("an exponential too small or too large for a float")
    return math.exp(u)


def _within(low: float, high: float, needs: str, function: Callable[[float], float]) -> Callable[[float], float]:
    """A function that has values between two limits only."""

    def value(u: float) -> float:
        if u < low - CLEARLY or u > high + CLEARLY:
            raise NoValue("an argument outside the function's domain", needs)
        return function(u)

    return value


def _sign(u: float) -> float:
    if u == 0:
        return 0.0
    if abs(u) < 1e-15:
        raise OutOfDomain("a sign too close to its jump")
    return 1.0 if u > 0 else -1.0


def _sigmoid(u: float) -> float:
    return 1 / (1 + math.exp(-u)) if u >= 0 else math.exp(u) / (1 + math.exp(u))


def _of_large(at_large: Callable[[float], float], step: Callable[[float], float]) -> Callable[[float], float]:
    """A function of positive numbers by its series at large ones, and what it differs by from u to u + 1."""

    def value(u: float) -> float:
        if u < -CLEARLY:
            raise NoValue("the gamma function of a negative number", "{} > 0")
        if u < 1e-2:
            raise OutOfDomain("the gamma function of a number that is almost zero")
        below = [u + place for place in range(max(0, 20 - int(u)))]
        return at_large(u + len(below)) - math.fsum(step(one) for one in below)

    return value


FLOAT_VALUES: Final[dict[str, Callable[[float], float]]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": lambda u: Floats().power(u, Fraction(1, 2)),
    "abs": abs,
    "sign": _sign,
    "step": lambda u: max(_sign(u), 0.0),
    **{name: getattr(math, name) for name in "sin cos tanh sinh cosh atan asinh erf expm1".split()},
    "asin": _within(-1, 1, "|{}| ≤ 1", math.asin),
    "acos": _within(-1, 1, "|{}| ≤ 1", math.acos),
    "acosh": _within(1, math.inf, "{} ≥ 1", math.acosh),
    "atanh": _within(-1, 1, "|{}| < 1", math.atanh),
    "sigmoid": _sigmoid,
    "softplus": lambda u: max(u, 0.0) + math.log1p(math.exp(-abs(u))),
    "relu": lambda u: max(u, 0.0),
    "lgamma": _of_large(math.lgamma, lambda u: math.log(u)),
    "digamma": _of_large(
        lambda u: math.log(u) - 1 / (2 * u) - 1 / (12 * u**2) + 1 / (120 * u**4) - 1 / (252 * u**6) + 1 / (240 * u**8),
        lambda u: 1 / u,
    ),
    "trigamma": _of_large(
        lambda u: 1 / u + 1 / (2 * u**2) + 1 / (6 * u**3) - 1 / (30 * u**5) + 1 / (42 * u**7) - 1 / (30 * u**9),
        lambda u: -1 / u**2,
    ),
    "log1p": lambda u: _log(1 + u),
}


def _fraction(field: Modular, top: int, bottom: int) -> int:
    return top * field.inverse(bottom % field.p) % field.p


def _hyperbolic(sign: int, over_cosh: bool) -> Callable[[Modular, int], int]:
    """(e²ᵘ ± 1) / 2eᵘ, or over e²ᵘ + 1."""

    def value(field: Modular, u: int) -> int:
        up = field.exp(u)
        squared = up * up
        return _fraction(field, squared + sign, squared + 1 if over_cosh else 2 * up)

    return value


EXACT_VALUES: Final[dict[str, Callable[[Modular, int], int]]] = {
    "exp": lambda f, u: f.exp(u),
    "log": lambda f, u: f.log(u),
    "sin": lambda f, u: f.odd("sin", u),
    "cos": lambda f, u: f.even("cos", u),
    "tanh": _hyperbolic(-1, True),
    "sinh": _hyperbolic(-1, False),
    "cosh": _hyperbolic(1, False),
    "atan": lambda f, u: f.odd("atan", u),
    "atanh": lambda f, u: _fraction(f, f.log(_fraction(f, 1 + u, 1 - u)), 2),
    "sigmoid": lambda f, u: f.inverse((1 + f.exp(-u % f.p)) % f.p),
    "softplus": lambda f, u: f.log((1 + f.exp(u)) % f.p),
    "expm1": lambda f, u: f.exp(u) - 1,
    "log1p": lambda f, u: f.log((1 + u) % f.p),
}
"""Functions that lean on oracles."""


def elementwise(name: str, field: Field) -> Callable[[Value], Value]:
    """The function of one number, in floats or modulo the prime."""
    if isinstance(field, Floats):
        return FLOAT_VALUES[name]
    value = EXACT_VALUES.get(name)
    if value is None:
        raise NotExact(name)
    return lambda u: value(field, u)


def _ones(u: Expr) -> Expr:
    return ir.Fill(1, u.shape)


def _one_less(u: Expr) -> Expr:
    return add(_ones(u), neg(u))


def _number(top: int, bottom: int = 1) -> Expr:
    return ir.Number(Fraction(top, bottom))


def _power(u: Expr, top: int, bottom: int = 1) -> Expr:
    return ir.Power(u, _number(top, bottom))


def _log_to(base: int) -> Callable[[Expr], Expr]:
    return lambda u: mul(_power(ir.Call("log", _number(base)), -1), ir.Call("log", u))


def _over(name: str) -> Callable[[Expr], Expr]:
    return lambda u: _power(ir.Call(name, u), -1)


def _normal(u: Expr) -> Expr:
    return mul(_number(1, 2), add(_ones(u), ir.Call("erf", mul(_power(_number(2), -1, 2), u))))


def _no_slope(_: Expr) -> Expr:
    raise OutOfDomain("the slope of a function of which none is known")


_SLOPES: Final = {
    "exp": "exp", "expm1": "exp", "abs": "sign", "sin": "cos", "sinh": "cosh", "cosh": "sinh",
    "softplus": "sigmoid", "relu": "step", "lgamma": "digamma", "digamma": "trigamma",
}  # fmt: skip
"""Functions whose derivative is a function of the same argument."""
DERIVATIVES: Final[dict[str, Callable[[Expr], Expr]]] = {
    **{name: partial(ir.Call, slope) for name, slope in _SLOPES.items()},
    "log": lambda u: _power(u, -1),
    "sqrt": lambda u: mul(_number(1, 2), _power(u, -1, 2)),
    "sign": lambda u: ir.Fill(0, u.shape),
    "step": lambda u: ir.Fill(0, u.shape),
    "cos": lambda u: neg(ir.Call("sin", u)),
    "tanh": lambda u: _one_less(_power(ir.Call("tanh", u), 2)),
    "asin": lambda u: _power(_one_less(_power(u, 2)), -1, 2),
    "acos": lambda u: neg(_power(_one_less(_power(u, 2)), -1, 2)),
    "atan": lambda u: _power(add(_ones(u), _power(u, 2)), -1),
    "asinh": lambda u: _power(add(_ones(u), _power(u, 2)), -1, 2),
    "acosh": lambda u: _power(add(_power(u, 2), neg(_ones(u))), -1, 2),
    "atanh": lambda u: _power(_one_less(_power(u, 2)), -1),
    "sigmoid": lambda u: hadamard(ir.Call("sigmoid", u), _one_less(ir.Call("sigmoid", u))),
    "log1p": lambda u: _power(add(_ones(u), u), -1),
    "erf": lambda u: mul(mul(_number(2), _power(ir.Constant("pi"), -1, 2)), ir.Call("exp", neg(_power(u, 2)))),
    "trigamma": _no_slope,
}
"""f′ as an expression in u; so the second derivative comes out of the same table."""


def _softmax_along(name: str) -> Callable[[Expr], Expr]:
    """The powers of e over the totals of the columns (`sum0`) or of the rows, copied along these."""

    def value(u: Expr) -> Expr:
        powers = ir.Call("exp", u)
        totals = ir.Call(name, powers)
        side = Shape(u.shape.rows) if name == "sum0" else Shape(ONE, u.shape.cols)
        if not side.is_number:
            factors = (ir.Fill(1, side), totals) if name == "sum0" else (totals, ir.Fill(1, side))
            return ir.Hadamard((powers, _power(mul(*factors) if totals.shape.is_number else ir.MatMul(factors), -1)))
        return ir.Hadamard((powers, _power(totals, -1)))

    return value


def _softmax(u: Expr) -> Expr:
    powers = ir.Call("exp", u)
    return mul(_power(ir.Call("sum", powers), -1), powers)


def _logsumexp(total: str, u: Expr) -> Expr:
    return ir.Call("log", ir.Call(total, ir.Call("exp", u)))


DEFINITIONS: Final[dict[str, Callable[..., Expr]]] = {
    "tan": lambda u: hadamard(ir.Call("sin", u), _over("cos")(u)),
    "cot": lambda u: hadamard(ir.Call("cos", u), _over("sin")(u)),
    "sec": _over("cos"),
    "csc": _over("sin"),
    "coth": _over("tanh"),
    "log2": _log_to(2),
    "log10": _log_to(10),
    "gelu": lambda u: hadamard(u, _normal(u)),
    "silu": lambda u: hadamard(u, ir.Call("sigmoid", u)),
    "square": lambda u: _power(u, 2),
    "reciprocal": lambda u: _power(u, -1),
    "norm": lambda u: _power(ir.Call("sum", _power(u, 2)), 1, 2),
    "norm1": lambda u: ir.Call("sum", ir.Call("abs", u)),
    "mean": lambda u: mul(_power(mul(*map(ir.Size, (u.shape.rows, u.shape.cols))), -1), ir.Call("sum", u)),
    "mean0": lambda u: mul(_power(ir.Size(u.shape.rows), -1), ir.Call("sum0", u)),
    "mean1": lambda u: mul(_power(ir.Size(u.shape.cols), -1), ir.Call("sum1", u)),
    "softmax": _softmax,
    "softmax0": _softmax_along("sum0"),
    "softmax1": _softmax_along("sum1"),
    "logsumexp": partial(_logsumexp, "sum"),
    "logsumexp0": partial(_logsumexp, "sum0"),
    "logsumexp1": partial(_logsumexp, "sum1"),
    "powm": lambda u, exponent: ir.Call("expm", mul(exponent, ir.Call("logm", u))),
    "cross": lambda u, v: matmul(ir.Call("crossmat", u), v),
    "Dpowm": lambda u, exponent, along: ir.Call(
        "Dexpm", mul(exponent, ir.Call("logm", u)), mul(exponent, ir.Call("Dlogm", u, along))
    ),
}
"""Functions that abbreviate others."""


def pseudoinverse(u: Expr, tall: bool) -> Expr:
    """(AᵀA)⁻¹Aᵀ or Aᵀ(AAᵀ)⁻¹, for a matrix of full rank."""
    turned = transpose(u)
    if not u.shape.is_matrix:
        return mul(_power(ir.Call("sum", _power(u, 2)), -1), turned)
    return matmul(ir.Inverse(matmul(turned, u)), turned) if tall else matmul(turned, ir.Inverse(matmul(u, turned)))


_OF_VECTORS: Final = {"nuclear": "polar", "spectral": "leading", "eigmax": "topvv"}
SPECTRAL: Final = _OF_VECTORS | dict.fromkeys(_OF_VECTORS.values(), "")
"""Functions of the singular values with their slopes, and these, which are made of the singular vectors;
floats only."""


def squared_root(node: Expr) -> Expr | None:
    """A power whose root cancels, written without it: ‖u‖² as sum(u²), (√u)² as u, |u|² as u²; else None."""
    if not (isinstance(node, ir.Power) and isinstance(node.base, ir.Call) and isinstance(node.exponent, ir.Number)):
        return None
    half, u = node.exponent.value / 2, node.base.argument
    if half.denominator != 1:
        return None
    match node.base.function:
        case "norm":
            return ir.Power(ir.Call("sum", ir.Power(u, ir.Number(2))), ir.Number(half))
        case "sqrt":
            return ir.Power(u, ir.Number(half))
        case "abs":
            return ir.Power(u, ir.Number(2 * half))
        case _:
            return None


def constant_value(node: Expr) -> Fraction | None:
    """The rational number that an expression without variables is, if it is one: 1/2, −(3), 2·3."""
    if isinstance(node, ir.Number):
        return node.value
    parts = [constant_value(part) for part in node.children]
    if not parts or any(part is None for part in parts) or not node.shape.is_number:
        return None
    return _folded(node, [part for part in parts if part is not None])


def _folded(node: Expr, parts: list[Fraction]) -> Fraction | None:
    name = type(node).__name__
    if name == "Add":
        return sum(parts, Fraction(0))
    if name == "Mul":
        return math.prod(parts, start=Fraction(1))
    if name == "Power" and parts[1].denominator == 1 and (parts[0] or parts[1] >= 0) and abs(parts[1]) < 64:
        return Fraction(parts[0] ** int(parts[1]))
    return None


RATIONAL_KIND: Final = 0
TOTAL_KIND: Final = 1
ORACLE_KIND: Final = 2
FLOAT_KIND: Final = 3

_kinds: dict[Expr, int] = table()
_TOTAL: Final = frozenset(("exp", "sin", "cos", "tanh", "sinh", "cosh", "atan", "sigmoid", "softplus", "expm1"))
_PARTIAL: Final = EXACT_VALUES.keys() - _TOTAL | {"logdet"}
_PLAIN: Final = LINEAR.keys() | DEFINITIONS.keys() | {"det", "inner", "pinv"}


def kind(expr: Expr) -> int:
    """0 if the expression is rational in its variables, 1 if rational in them and in oracles for functions that have
    a value everywhere, 2 if in oracles for any functions, 3 if only floats can judge it.

    What an oracle knows of a function holds wherever that has a value, and so does what follows from it; whether there
    is such a place it does not know: it may divide by what is zero, sin² + cos² − 1.
    """
    known = _kinds.get(expr)
    return found_in(expr, _kinds, _found, _below) if known is None else known


def _found(node: Expr) -> int:
    found = max([_kinds[part] for part in _below(node)], default=RATIONAL_KIND)
    match node:
        case ir.Constant():
            return TOTAL_KIND
        case ir.Power(base, exponent):
            if squared_root(node) is not None:  # (√u)² has a value only where √u has one: the reals decide that
                rooted = isinstance(base, ir.Call) and base.function == "sqrt"
                return max(found, ORACLE_KIND) if rooted else found
            times = constant_value(exponent)
            if times is None or times.denominator != 1:
                return FLOAT_KIND
            return _divided(found) if times < 0 else found
        case ir.Call(name, _):
            if name not in _PLAIN:
                own = TOTAL_KIND if name in _TOTAL else ORACLE_KIND if name in _PARTIAL else FLOAT_KIND
                return max(found, own)
            return _divided(found) if name == "pinv" else found
        case ir.Inverse() | ir.MatrixPower():
            return _divided(found)
    return found


def _divided(kind: int) -> int:
    """The kind of what is divided by something of a kind."""
    return ORACLE_KIND if kind == TOTAL_KIND else kind


def _below(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, ir.Power):
        shorter = squared_root(node)
        return (shorter,) if shorter is not None else node.children[: 1 + (constant_value(node.exponent) is None)]
    if isinstance(node, ir.Call) and node.function in DEFINITIONS:
        return (DEFINITIONS[node.function](*node.arguments),)
    return node.children

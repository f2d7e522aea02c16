"""A second meaning of the expression language, in plain NumPy and without a line of the product:
what the tests take for true.

Values are floats (numbers) and arrays of two axes (a vector n×1). Derivatives are central differences, twice refined.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np

from gamma_functions import DIGAMMA, LGAMMA

Value = Any
"""A float, or an array with two axes."""

Names = Mapping[str, Value]


class NoValue(Exception):
    """The text has no value at this point, or needs what this little interpreter does not know."""


def _number(value: Any) -> Value:
    array = np.asarray(value, dtype=float)
    return float(array.reshape(())) if array.size == 1 else array


def _each(function: Callable[[Any], Any]) -> Callable[[Value], Value]:
    return lambda x: _number(function(np.asarray(x, dtype=float)))


_erf = np.vectorize(math.erf, otypes=[float])
EACH: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sigmoid": lambda x: 0.5 * (1 + np.tanh(x / 2)),
    "erf": _erf,
    "lgamma": LGAMMA,
    "digamma": DIGAMMA,
    "softplus": lambda x: np.logaddexp(0, x),
    "relu": lambda x: np.where(x > 0, x, 0 * x),
    "step": lambda x: np.where(x > 0, 1.0, 0.0),
    "log1p": np.log1p,
    "expm1": np.expm1,
    "log2": np.log2,
    "log10": np.log10,
    "square": np.square,
    "reciprocal": lambda x: 1 / x,
    "atan": np.arctan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "asinh": np.arcsinh,
    "silu": lambda x: x * 0.5 * (1 + np.tanh(x / 2)),
    "gelu": lambda x: x * 0.5 * (1 + _erf(x / np.sqrt(2))),
}


def _softmax(x: Any, axis: int | None = None) -> Any:
    shifted = np.exp(x - x.max(axis=axis, keepdims=axis is not None))
    return shifted / shifted.sum(axis=axis, keepdims=axis is not None)


def _logsumexp(x: Any, axis: int | None = None) -> Value:
    top = x.max(axis=axis, keepdims=True)
    return _number(np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top)


def _norm(x: Any, kind: Any = None) -> float:
    if kind == 1:
        return float(np.abs(x).sum())
    if kind == 2 and min(np.shape(x)) > 1:
        return float(np.linalg.norm(x, 2))
    return float(np.linalg.norm(x, "nuc")) if kind == "nuc" else float(np.sqrt(np.sum(np.square(x))))


def _logdet(a: Any) -> float:
    sign, log = np.linalg.slogdet(np.atleast_2d(a))
    if sign <= 0:
        raise NoValue("a determinant that is not positive")
    return float(log)


def _power(a: Value, exponent: int) -> Value:
    if isinstance(a, float):
        return a**exponent
    if exponent < 0 and np.linalg.cond(a) > 1e7:
        raise NoValue("an inverse that only rounding makes possible")
    return np.linalg.matrix_power(a, exponent)


def _diag(a: Any) -> Any:
    return np.diag(a[:, 0]) if a.shape[1] == 1 else np.diag(a)[:, None]


WHOLE: dict[str, Callable[..., Value]] = {
    "tr": lambda a: float(np.trace(np.atleast_2d(a))),
    "det": lambda a: float(np.linalg.det(np.atleast_2d(a))),
    "logdet": _logdet,
    "inv": lambda a: _power(a, -1),
    "norm": _norm,
    "diag": _diag,
    "diagonal": _diag,
    "sum": lambda a, axis=None: _number(np.sum(a, axis=axis, keepdims=True)),
    "mean": lambda a, axis=None: _number(np.mean(a, axis=axis, keepdims=True)),
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "inner": lambda a, b: float(np.sum(a * b)),
    "dot": lambda a, b: float(np.sum(a * b)),
    "outer": lambda a, b: a @ b.T,
    "kron": np.kron,
    "vec": lambda a: a.reshape((-1, 1), order="F"),
    "matrix_power": lambda a, k: _power(a, int(k)),
    "eye": lambda n: _number(np.eye(int(n))),
    "ones": lambda m, n=1: _number(np.ones((int(m), int(n)))),
    "zeros": lambda m, n=1: _number(np.zeros((int(m), int(n)))),
}


def value(text: str, names: Names) -> Value:
    """What a text means when its names (also the sizes) have these values. Raises NoValue where it has none."""
    try:
        with np.errstate(all="ignore"):
            found = _value(ast.parse(text, mode="eval").body, dict(names))
    except (
        ArithmeticError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        np.linalg.LinAlgError,
    ) as error:
        raise NoValue(f"{type(error).__name__}: {error}") from error
    if not np.all(np.isfinite(found)):
        raise NoValue("not finite")
    return found


def _value(node: ast.expr, names: dict[str, Value]) -> Value:
    match node:
        case ast.Constant(value=found):
            return found if isinstance(found, str) else float(found)
        case ast.Name(id="pi") if "pi" not in names:
            return math.pi
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=body):
            return -_value(body, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=body):
            return _value(body, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left, names), _value(right, names))
        case ast.Attribute(value=body, attr="T"):
            found = _value(body, names)
            return found if isinstance(found, float) else found.T
        case ast.Subscript(value=base, slice=place):
            return _entry(_value(base, names), place, names)
        case ast.Call(func=ast.Subscript(value=ast.Name(id="sum"), slice=letters), args=[body]):
            return _sum_over(letters, body, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=words):
            given = [_value(argument, names) for argument in arguments]
            more = {word.arg: int(_value(word.value, names)) for word in words if word.arg}
            return _each(EACH[name])(*given) if name in EACH else _number(WHOLE[name](*given, **more))
    raise NoValue(f"not known here: {ast.dump(node)[:60]}")


def _binary(op: ast.operator, a: Value, b: Value) -> Value:
    if isinstance(op, ast.MatMult):
        if a.shape[1] == 1 and a.shape[0] == b.shape[0] > 1:
            a = a.T  # a vector with one axis stands in front of a product as a row
        return _number(a @ b)
    if not isinstance(a, float) and not isinstance(b, float) and a.shape != b.shape:
        raise NoValue("shapes that only stretching makes equal")
    if isinstance(op, ast.Pow):
        if isinstance(b, float) and b != int(b) and np.any(np.asarray(a) < 0):
            raise NoValue("a root of a negative number")
        return _number(np.power(np.asarray(a, dtype=float), b))
    table = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.true_divide}
    return _number(table[type(op)](a, b))


def _entry(base: Value, place: ast.expr, names: dict[str, Value]) -> Value:
    wanted = [int(_value(part, names)) for part in (place.elts if isinstance(place, ast.Tuple) else [place])]
    if isinstance(base, float):
        return base
    return float(base[wanted[0], wanted[1]] if len(wanted) == 2 else base.reshape(-1)[wanted[0]])


def _sum_over(letters: ast.expr, body: ast.expr, names: dict[str, Value]) -> Value:
    """Σ over letters whose ranges are read off the arrays that they index."""
    found = [
        one.id for one in (letters.elts if isinstance(letters, ast.Tuple) else [letters]) if isinstance(one, ast.Name)
    ]
    lengths: dict[str, int] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.Subscript):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for axis, part in enumerate(parts):
                if isinstance(part, ast.Name) and part.id in found and part.id not in lengths:
                    shape = np.shape(_value(node.value, names))
                    lengths[part.id] = (shape or (1, 1))[axis]
    total = 0.0
    for places in product(*(range(lengths[letter]) for letter in found)):
        total = total + _value(
            body, {**names, **{letter: float(place) for letter, place in zip(found, places, strict=True)}}
        )
    return total


def differences(text: str, wrt: str, names: Names) -> Any:
    """∂(text)/∂wrt as an array of the shape of the loss and then of the variable, a vector counting as (n,)."""
    start = np.asarray(names[wrt], dtype=float)
    columns = []
    for place in np.ndindex(start.shape):
        columns.append(_refined(text, wrt, names, start, place))
    loss = np.asarray(value(text, names), dtype=float)
    axes = tuple(side for side in loss.shape if side != 1)
    found = np.stack([np.asarray(column).reshape(axes) for column in columns], axis=-1)
    return found.reshape(axes + tuple(side for side in start.shape if side != 1))


def _refined(text: str, wrt: str, names: Names, start: Any, place: tuple[int, ...]) -> Any:
    """Central differences at h, h/2, h/4, extrapolated twice; NoValue where they do not settle (a kink, a pole)."""
    step = 1e-2 * max(0.05, min(1.0, float(np.abs(start).max())))

    def slope(h: float) -> Any:
        ends = []
        for sign in (1, -1):
            moved = np.array(start)
            moved[place] += sign * h
            ends.append(np.asarray(value(text, {**names, wrt: _number(moved)}), dtype=float))
        return (ends[0] - ends[1]) / (2 * h)

    rows = [slope(step / 2**power) for power in range(4)]
    table = [rows]
    for order in range(1, 4):
        last = table[-1]
        table.append([(4**order * last[k + 1] - last[k]) / (4**order - 1) for k in range(len(last) - 1)])
    best, other = table[3][0], table[2][1]
    if np.max(np.abs(best - other), initial=0) > 1e-5 * max(1.0, float(np.max(np.abs(best), initial=0))):
        raise NoValue("the differences do not settle")
    return best


def close(left: Any, right: Any, tolerance: float = 1e-5) -> bool:
    """Whether two arrays of numbers are equal up to rounding, axes of length 1 apart."""
    a, b = np.squeeze(np.asarray(left, dtype=float)), np.squeeze(np.asarray(right, dtype=float))
    scale = max(1e-9, float(np.max(np.abs(a), initial=0)), float(np.max(np.abs(b), initial=0)))
    return a.shape == b.shape and bool(np.max(np.abs(a - b), initial=0) <= tolerance * max(scale, 1e-3))


def point(
    shapes: Mapping[str, tuple[str, ...]], facts: Mapping[str, str], seed: int, scale: float = 1.0, largest: int = 4
) -> dict[str, Any]:
    """Random values for names: sizes from 1 (rarely) up to `largest` in any order, arrays under their facts."""
    rng = np.random.default_rng(seed)
    sizes = sorted({side for sides in shapes.values() for side in sides})
    names: dict[str, Any] = {size: float(rng.integers(2, largest + 1)) for size in sizes}
    for name, sides in shapes.items():
        lengths = [int(names[side]) for side in sides] + [1] * (2 - len(sides))
        names[name] = _number(_drawn(rng, lengths, facts.get(name), scale))
    return names


def _drawn(rng: np.random.Generator, lengths: list[int], fact: str | None, scale: float) -> Any:
    found = rng.normal(size=lengths) * scale
    if fact == "symmetric":
        return found + found.T
    if fact == "spd":
        return found @ found.T + scale * scale * np.eye(lengths[0])
    if fact == "positive":
        return np.abs(found) + 0.1 * scale
    if fact == "simplex":
        return (np.abs(found) + 0.1) / np.sum(np.abs(found) + 0.1)
    return found

"""Functions of arrays that carry a small imaginary part along: f(x + ih) = f(x) + ih f'(x),
where h is far below rounding.

Every real number of a program is complex here. A derivative along a direction is the imaginary part over h, exact to
rounding, found by evaluation alone. What is decided by size (maximum, abs, sort, comparisons) is decided by the real
part; where a real function has no value (the root of a negative number) the result is not a number.
"""

from __future__ import annotations

import math
import operator as op
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

Array = Any
Axis = Any

STEP = 1e-30
"""The size of the imaginary part of a direction."""


def complexed(value: Array) -> Array:
    """An array or number of floats as complex; integers, masks and everything else as they are."""
    if isinstance(value, float):
        return np.complex128(value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return value.astype(np.complex128)
    return value


real: Callable[[Array], Array] = np.real
"""The value without its direction."""


_listening: list[list[Array]] = []


@contextmanager
def decisions() -> Iterator[list[Array]]:
    """The numbers whose sign decides something while this is open, in their order."""
    heard: list[Array] = []
    _listening.append(heard)
    try:
        yield heard
    finally:
        _listening.remove(heard)


def _decide(a: Array, b: Array) -> None:
    for heard in _listening:
        if all(np.asarray(side).dtype.kind in "fiu" for side in (a, b)):
            heard.append(np.subtract(a, b, dtype=float))


def _where(condition: Array, yes: Array, no: Array) -> Array:
    chosen: Array = np.where(condition, yes, no)
    return chosen[()]


def absolute(x: Array) -> Array:
    """|x|."""
    _decide(real(x), 0)
    return _where(real(x) < 0, -x, x) if np.iscomplexobj(x) else np.abs(x)


def sign(x: Array) -> Array:
    """The sign; it has no slope."""
    _decide(real(x), 0)
    return complexed(np.sign(real(x)))


def larger(a: Array, b: Array) -> Array:
    """The larger of two, entry by entry."""
    _decide(real(a), real(b))
    return _where(real(a) >= real(b), a, b)


def smaller(a: Array, b: Array) -> Array:
    """The smaller of two, entry by entry."""
    _decide(real(a), real(b))
    return _where(real(a) <= real(b), a, b)


def clip(x: Array, low: Array = None, high: Array = None) -> Array:
    """x held between two bounds, of which one may be missing."""
    x = x if low is None else larger(x, low)
    return x if high is None else smaller(x, high)


def _only_where(allowed: Array, value: Array) -> Array:
    return _where(allowed, value, np.nan)


def root(x: Array) -> Array:
    """The square root of what is not negative."""
    x = np.asarray(x, complex)
    return _only_where(real(x) >= 0, np.sqrt(x))


def logarithm(x: Array) -> Array:
    """The logarithm of what is positive."""
    x = np.asarray(x, complex)
    return _only_where(real(x) > 0, np.log(_where(real(x) > 0, x, 1.0)))


def _sloping(function: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function of the real part of each entry; its direction is that of the entry times the slope."""
    return lambda x: (function(real(x)) + 1j * np.imag(x) * slope(real(x)))[()]


expm1 = _sloping(np.expm1, np.exp)
arcsin = _sloping(np.arcsin, lambda x: 1 / np.sqrt(1 - x * x))
arccos = _sloping(np.arccos, lambda x: -1 / np.sqrt(1 - x * x))
arctanh = _sloping(np.arctanh, lambda x: 1 / (1 - x * x))
arccosh = _sloping(np.arccosh, lambda x: 1 / np.sqrt(x * x - 1))
tanh = _sloping(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
erf = _sloping(np.vectorize(math.erf, otypes=[float]), lambda x: 2 / math.sqrt(math.pi) * np.exp(-(x**2)))
_log1p = _sloping(np.log1p, lambda x: 1 / (1 + x))


def log1p(x: Array) -> Array:
    """log(1 + x)."""
    return _only_where(real(x) > -1, _log1p(_where(real(x) > -1, x, 0.0)))


def power(base: Array, exponent: Array) -> Array:
    """base ** exponent; a negative base only with a whole exponent."""
    if not (np.iscomplexobj(base) or np.iscomplexobj(exponent)) and np.all(np.asarray(exponent) >= 0):
        return base**exponent
    base, exponent = np.asarray(base, complex), np.asarray(exponent, complex)
    whole = not np.any(np.imag(exponent)) and np.all(real(exponent) == np.round(real(exponent)))
    if whole and np.all(np.abs(exponent) < 64):
        exponent = real(exponent)
        slope = exponent * _where(exponent == 0, 1.0, real(base)) ** (exponent - 1)
        return (real(base) ** exponent + 1j * np.imag(base) * slope)[()]
    return _only_where(
        real(base) >= 0, np.exp(exponent * logarithm(base)) if np.all(real(base) > 0) else base**exponent
    )


def sigmoid(x: Array) -> Array:
    """1/(1 + exp(−x)), without overflow on either side."""
    small = np.exp(-absolute(np.asarray(x, complex)))
    return _where(real(x) >= 0, 1 / (1 + small), small / (1 + small))


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return larger(x, 0.0) + log1p(np.exp(-absolute(np.asarray(x, complex))))


def logaddexp(a: Array, b: Array) -> Array:
    """log(exp(a) + exp(b))."""
    return b + softplus(a - b)


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return _where(real(x) > 0, x, 0.0)


def stepped(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function without slope (floor, round), of the real part."""
    return lambda x: complexed(function(real(x)))


# --- along axes -------------------------------------------------------------------------------------------------------


def total(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The sum over an axis, several, or all."""
    return np.sum(x, axis=axis, keepdims=keepdims)


def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The mean over an axis, several, or all."""
    return complexed(np.mean(x, axis=axis, keepdims=keepdims))


def variance(x: Array, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Array:
    """The mean squared distance from the mean; `ddof` is taken off the number of entries."""
    apart = x - mean(x, axis, True)
    found = total(apart * apart, axis, keepdims)
    return found / (np.size(x) / np.size(found) - ddof)


def deviation(x: Array, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Array:
    """The root of the variance."""
    return root(variance(x, axis, keepdims, ddof))


def extreme(choose: Callable[..., Array]) -> Callable[..., Array]:
    """The largest (`choose` is argmax) or smallest (argmin) entry over an axis or all."""

    def taken(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        x = np.asarray(x)
        if isinstance(axis, tuple):
            if x.ndim != len(axis):
                rest = [number for number in range(x.ndim) if number not in {one % x.ndim for one in axis}]
                flat = np.transpose(x, [*rest, *axis]).reshape(*(x.shape[number] for number in rest), -1)
                found = taken(flat, -1)
                return np.expand_dims(found, tuple(axis)) if keepdims else found
            axis = None
        if axis is None:
            value = x.reshape(-1)[choose(real(x))]
            return value.reshape((1,) * x.ndim) if keepdims else value
        places = np.expand_dims(choose(real(x), axis=axis), axis)
        value = np.take_along_axis(x, places, axis=axis)
        return value if keepdims else np.squeeze(value, axis=axis)

    return taken


largest = extreme(np.argmax)
smallest = extreme(np.argmin)


def ordered(x: Array, axis: int = -1) -> Array:
    """Sorted by size."""
    return np.take_along_axis(x, np.argsort(real(x), axis=axis), axis=axis)


def norm(x: Array, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Array:
    """The length of a vector, the Frobenius norm of a matrix, or the norm `ord` of a vector."""
    x = np.asarray(x, complex)
    if ord in (None, "fro") or (ord == 2 and (x.ndim == 1 or isinstance(axis, int))):
        return root(total(x * x, axis, keepdims))
    if x.ndim != 1 and not isinstance(axis, int):
        raise ValueError("this norm of a matrix")
    if ord == 1:
        return total(absolute(x), axis, keepdims)
    if ord == math.inf:
        return largest(absolute(x), axis, keepdims)
    return power(total(power(absolute(x), ord), axis, keepdims), 1 / ord)


def logsumexp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """log Σ exp, shifted by the largest entry."""
    shift = real(largest(x, axis, True) if not isinstance(axis, tuple) else largest(x, None, True))
    value = logarithm(total(np.exp(x - shift), axis, True)) + shift
    return value if keepdims else np.squeeze(value, axis=axis)[()]


def softmax(x: Array, axis: Axis = -1) -> Array:
    """exp(x) over its sum along an axis."""
    return np.exp(x - logsumexp(x, axis, True))


def log_softmax(x: Array, axis: Axis = -1) -> Array:
    """x − log Σ exp(x) along an axis."""
    return x - logsumexp(x, axis, True)


def cholesky(x: Array) -> Array:
    """The lower factor L of a symmetric LLᵀ; where that moves along A, L moves by itself times half of L⁻¹AL⁻ᵀ."""
    low = np.linalg.cholesky(np.real(x))
    inner = np.linalg.solve(low, np.linalg.solve(low, np.imag(x + x.T) / 2).T)
    return low + 1j * low @ (np.tril(inner) - np.diag(np.diag(inner)) / 2)


def slogdet(x: Array) -> tuple[Array, Array]:
    """The sign of a determinant and the logarithm of its size."""
    value = np.linalg.det(x)
    return sign(value), logarithm(absolute(value))


def compare(kind: str, a: Array, b: Array) -> Array:
    """A comparison of the real parts."""
    a, b = (real(side) if isinstance(side, np.ndarray | np.generic | complex) else side for side in (a, b))
    if kind not in ("Eq", "NotEq"):
        _decide(a, b)
    return {"Eq": op.eq, "NotEq": op.ne, "Lt": op.lt, "LtE": op.le, "Gt": op.gt, "GtE": op.ge}[kind](a, b)

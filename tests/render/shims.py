"""Stand-ins for `torch` and `jax` over NumPy: exactly the names that we print,
and as strict as the libraries where we may err.

A call of torch on a Python number raises TypeError, as torch does; new arrays are of 32 bits where no type is asked
for, and arrays of two types in one product raise RuntimeError;
a name that the library does not have raises AttributeError.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from gamma_functions import DIGAMMA, LGAMMA, TRIGAMMA


class Tensor(np.ndarray):
    """An array of torch; its numbers are arrays of no axes."""

    device = "cpu"

    def to(self, dtype: Any) -> Any:
        return np.asarray(self, dtype=dtype).view(Tensor)

    def __matmul__(self, other: Any) -> Any:
        _of_one_type(self, other)
        return super().__matmul__(other)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return np.asarray(array).view(Tensor)

    def __getitem__(self, at: Any) -> Any:
        return np.asarray(super().__getitem__(at)).view(Tensor)


def tensor(value: Any, dtype: Any = None, device: Any = None) -> Any:
    """An array of the type that is asked for, or its own; numbers of Python make one of 32 bits."""
    held = isinstance(value, np.ndarray | np.generic)
    return np.asarray(value, dtype=dtype or (None if held else np.float32)).view(Tensor)


def _of_one_type(*arrays: Any) -> None:
    types = {array.dtype for array in arrays}
    if len(types) > 1:
        raise RuntimeError(f"expected both arrays to have the same dtype, but got {types}")


def _made(make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda size, dtype=np.float32, device=None: make(size, dtype=dtype).view(Tensor)


def _strict(function: Callable[..., Any], arrays: int = 1) -> Callable[..., Any]:
    """The function, refusing anything but tensors as its first arguments."""

    def called(*given: Any, **named: Any) -> Any:
        for value in given[:arrays]:
            if not isinstance(value, Tensor):
                raise TypeError(f"{function.__name__}(): argument 'input' must be Tensor, not {type(value).__name__}")
        _of_one_type(*given[:arrays])
        found = np.asarray(function(*given, **named))
        return tensor(found.astype(np.float32) if given[0].dtype == np.float32 and found.dtype == float else found)

    return called


def _softmax(x: Any, axis: int) -> Any:
    raised = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def _logsumexp(x: Any, axis: Any = None) -> Any:
    return np.log(np.sum(np.exp(x), axis=axis))


_erf = np.vectorize(math.erf, otypes=[float])


def _gelu(x: Any) -> Any:
    return x * (1 + _erf(x / 2**0.5)) / 2


def _diag(x: Any) -> Any:
    if x.ndim not in (1, 2):
        raise RuntimeError("diag(): expects a vector or a matrix")
    return np.diag(x)


_SAME = [
    "exp",
    "log",
    "sqrt",
    "abs",
    "sign",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "expm1",
    "log1p",
    "log2",
    "log10",
    "arcsin",
    "arccos",
    "arctan",
    "arcsinh",
    "arccosh",
    "arctanh",
    "trace",
]


def _sum(x: Any, axis: Any = None) -> Any:
    return np.sum(x, axis)


def _mean(x: Any, axis: Any = None) -> Any:
    return np.mean(x, axis)


def _einsum(spec: str, *arrays: Any) -> Any:
    for array in arrays:
        if not isinstance(array, Tensor):
            raise TypeError("einsum(): operands must be Tensor")
    _of_one_type(*arrays)
    return tensor(np.einsum(spec, *arrays))


class _Linalg(SimpleNamespace):
    pass


def _svd(x: Any, full_matrices: bool = True) -> Any:
    return tuple(tensor(part) for part in np.linalg.svd(np.asarray(x), full_matrices=full_matrices))


def _slogdet(x: Any) -> Any:
    return tuple(tensor(part) for part in np.linalg.slogdet(np.asarray(x)))


def _matrix_power(x: Any, n: int) -> Any:
    return np.linalg.matrix_power(np.asarray(x), n)


TORCH = SimpleNamespace(
    **{name: _strict(getattr(np, name)) for name in _SAME},
    sum=_strict(_sum),
    mean=_strict(_mean),
    sigmoid=_strict(lambda x: 1 / (1 + np.exp(-x))),
    relu=_strict(lambda x: np.maximum(x, 0)),
    erf=_strict(_erf),
    lgamma=_strict(LGAMMA),
    digamma=_strict(DIGAMMA),
    polygamma=lambda order, x: {1: _strict(TRIGAMMA)}[order](x),
    softmax=_strict(_softmax),
    logsumexp=_strict(_logsumexp),
    diag=_strict(_diag),
    max=_strict(lambda x: np.asarray(x).max()),
    amax=_strict(np.amax),
    prod=_strict(np.prod),
    tril=_strict(np.tril),
    triu=_strict(np.triu),
    roll=_strict(np.roll),
    concatenate=lambda parts: tensor(np.concatenate([np.asarray(part) for part in parts])),
    outer=_strict(np.outer, 2),
    kron=_strict(np.kron, 2),
    einsum=_einsum,
    tensor=tensor,
    as_tensor=tensor,
    eye=_made(np.eye),
    ones=_made(np.ones),
    zeros=_made(np.zeros),
    float64=np.float64,
    pi=math.pi,
    real=_strict(np.real),
    imag=_strict(np.imag),
    hstack=lambda parts: tensor(np.hstack([np.asarray(part) for part in parts])),
    vstack=lambda parts: tensor(np.vstack([np.asarray(part) for part in parts])),
    linalg=_Linalg(
        cross=_strict(np.cross, 2),
        inv=_strict(lambda x: np.linalg.inv(np.asarray(x))),
        solve=_strict(lambda x, y: np.linalg.solve(np.asarray(x), np.asarray(y)), 2),
        det=_strict(lambda x: np.linalg.det(np.asarray(x))),
        slogdet=_slogdet,
        pinv=_strict(lambda x: np.linalg.pinv(np.asarray(x))),
        eigvalsh=_strict(lambda x: np.linalg.eigvalsh(np.asarray(x))),
        eigh=lambda x: tuple(tensor(part) for part in np.linalg.eigh(np.asarray(x))),
        norm=_strict(lambda x, o=None: np.linalg.norm(np.asarray(x), o)),
        svd=_svd,
        matrix_power=_strict(_matrix_power),
        matrix_exp=_strict(lambda x: _matrix_exp(np.asarray(x))),
    ),
    nn=SimpleNamespace(
        functional=SimpleNamespace(
            softplus=_strict(lambda x: np.log(1 + np.exp(x))),
            silu=_strict(lambda x: x / (1 + np.exp(-x))),
            gelu=_strict(_gelu),
        )
    ),
)


def _matrix_exp(x: Any) -> Any:
    halvings = 10 + int(np.ceil(np.log2(1 + np.linalg.norm(x))))
    small = x / 2.0**halvings
    whole = np.eye(len(x)) + small @ (np.eye(len(x)) + small @ (np.eye(len(x)) / 2 + small / 6))
    return np.linalg.matrix_power(whole, 2**halvings).astype(x.dtype)


def _polygamma(order: int, x: Any) -> Any:
    return {1: TRIGAMMA}[order](x)


_JNP_NAMES = [
    "exp",
    "log",
    "sqrt",
    "abs",
    "sign",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "expm1",
    "log1p",
    "log2",
    "log10",
    "arcsin",
    "arccos",
    "arctan",
    "arcsinh",
    "arccosh",
    "arctanh",
    "trace",
    "max",
    "amax",
    "prod",
    "tril",
    "cross",
    "sum",
    "mean",
    "diag",
    "eye",
    "ones",
    "zeros",
    "full",
    "outer",
    "kron",
    "einsum",
    "heaviside",
    "linalg",
    "pi",
    "maximum",
    "triu",
    "roll",
    "concatenate",
    "real",
    "imag",
    "hstack",
    "vstack",
    "array",
]
JNP = SimpleNamespace(**{name: getattr(np, name) for name in _JNP_NAMES})
JAX = SimpleNamespace(
    numpy=JNP,
    nn=SimpleNamespace(
        sigmoid=lambda x: 1 / (1 + np.exp(-x)),
        softplus=lambda x: np.log(1 + np.exp(x)),
        relu=lambda x: np.maximum(x, 0),
        silu=lambda x: x / (1 + np.exp(-x)),
        gelu=lambda x, approximate=True: _gelu(x) if not approximate else None,
        softmax=lambda x, axis=-1: _softmax(x, axis),
        logsumexp=_logsumexp,
    ),
    scipy=SimpleNamespace(
        special=SimpleNamespace(erf=_erf, gammaln=LGAMMA, digamma=DIGAMMA, polygamma=_polygamma),
        linalg=SimpleNamespace(expm=_matrix_exp),
    ),
)

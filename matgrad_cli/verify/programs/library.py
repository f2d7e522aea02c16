"""The functions of NumPy and torch that a program may call, each evaluated on arrays of ours. What is not listed is not read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import primitives as of
from .values import Exhausted, Module, Unread, Value

LARGEST = 1 << 19
"""So many entries an array may have."""

Axis = Any
FLOAT, WHOLE, TRUTH = "f", "i", "b"
KINDS = {"float": FLOAT, "double": FLOAT, "half": FLOAT, "int": WHOLE, "long": WHOLE, "uint": WHOLE, "bool": TRUTH, "bool_": TRUTH}


def kind_of(dtype: Value) -> str:
    """Whether a dtype means floats, whole numbers or truth values."""
    if dtype is None:
        return FLOAT
    name = dtype.path.rpartition(".")[2] if isinstance(dtype, Module) else dtype
    if isinstance(name, str):
        found = KINDS.get(name.rstrip("0123456789")) or {"f": FLOAT, "i": WHOLE, "b": TRUTH}.get(name.lstrip("<>=")[:1])
        if found is not None:
            return found
    raise Unread("a dtype that is not read")


def cast(value: Value, dtype: Value) -> Value:
    """The value as floats, whole numbers or truth values."""
    if kind_of(dtype) == WHOLE:
        return np.asarray(np.real(value)).astype(np.int64)[()]
    if kind_of(dtype) == TRUTH:
        return (np.real(value) != 0)[()]
    return np.asarray(value, complex)[()]


def sizes(shape: Value) -> tuple[int, ...]:
    """A shape from a number, a tuple or several numbers; too large a one is refused before it is made."""
    given = shape if isinstance(shape, tuple | list) else (shape,)
    if len(given) == 1 and isinstance(given[0], tuple | list):
        given = given[0]
    if not all(isinstance(size, int | np.integer) and not isinstance(size, bool) for size in given):
        raise Unread("a shape that is no row of whole numbers")
    found = tuple(int(size) for size in given)
    fits(math.prod(max(size, 0) for size in found))
    return found


def fits(entries: float) -> None:
    """Exhausted where an array would have too many entries."""
    if entries > LARGEST:
        raise Exhausted


def made(fill: Callable[[tuple[int, ...]], Value]) -> Callable[..., Value]:
    """A new array of a shape, given as a tuple or as several numbers."""
    return lambda *shape, dtype=None, device=None, requires_grad=False, order="C": cast(fill(sizes(shape)), dtype)


def alike(fill: float) -> Callable[..., Value]:
    """A new array of the shape of another."""

    def build(x: Value, dtype: Value = None) -> Value:
        whole = np.asarray(x).dtype.kind in "ib" and dtype is None
        return (
            np.full(np.shape(x), fill, np.asarray(x).dtype if whole else complex)
            if dtype is None
            else cast(np.full(np.shape(x), fill), dtype)
        )

    return build


def array(x: Value, dtype: Value = None, copy: bool = True, requires_grad: bool = False, device: Value = None, ndmin: int = 0) -> Value:
    """A new array from nested lists or another array; whole numbers stay whole."""
    found = np.array(x, ndmin=ndmin)
    if found.dtype.kind not in "bifuc":
        raise Unread("an array of something else than numbers")
    return of.complexed(found) if dtype is None else np.array(cast(found, dtype))


def arange(*bounds: Value, dtype: Value = None, device: Value = None) -> Value:
    """The numbers from a start below an end."""
    real = [np.real(bound).item() if isinstance(bound, np.generic | np.ndarray) else bound for bound in bounds]
    start, stop, step = (0, real[0], 1) if len(real) == 1 else (*real, 1)[:3]
    fits(abs(stop - start) / abs(step or 1) + 1)
    found = np.arange(start, stop, step)
    return of.complexed(found) if dtype is None else cast(found, dtype)


def linspace(start: Value, stop: Value, num: int = 50, endpoint: bool = True) -> Value:
    """Equally spaced numbers."""
    fits(num)
    return of.complexed(np.linspace(np.real(start), np.real(stop), num, endpoint=endpoint))


def eye(n: int, m: int | None = None, dtype: Value = None, k: int = 0) -> Value:
    """The identity."""
    sizes((n, n if m is None else m))
    return cast(np.eye(n, m, k), dtype)


def einsum(form: Value, *arrays: Value, optimize: Any = False) -> Value:
    """Einstein's sum."""
    if not isinstance(form, str):
        raise Unread("einsum without its letters")
    lengths: dict[str, int] = {}
    for letters, part in zip(form.replace(" ", "").partition("->")[0].split(","), arrays, strict=False):
        lengths |= dict(zip(letters.replace(".", ""), np.shape(part), strict=False))
    fits(math.prod(lengths.values()) / 16)
    return np.einsum(form, *arrays)


def outer(a: Value, b: Value) -> Value:
    """The products of all entries of two vectors."""
    fits(np.size(a) * np.size(b))
    return np.multiply.outer(np.ravel(a), np.ravel(b))


def kron(a: Value, b: Value) -> Value:
    """The Kronecker product."""
    fits(np.size(a) * np.size(b))
    return np.kron(a, b)


def dot(a: Value, b: Value) -> Value:
    """NumPy's dot product."""
    fits(np.size(a) * np.size(b) / max(1, min(np.size(a), np.size(b))) * 64)
    return np.dot(a, b)


def matmul(a: Value, b: Value) -> Value:
    """The matrix product; numbers are refused, as Python does."""
    if np.ndim(a) > 1 and np.ndim(b) > 1:
        fits(np.size(a) // np.shape(a)[-1] * np.shape(b)[-1] if np.shape(a)[-1] else 0)
    return np.matmul(a, b)


def tile(x: Value, reps: Value) -> Value:
    """Copies side by side."""
    fits(np.size(x) * math.prod(reps if isinstance(reps, tuple | list) else (reps,)))
    return np.tile(x, reps)


def repeat(x: Value, repeats: int, axis: Axis = None) -> Value:
    """Each entry several times."""
    fits(np.size(x) * int(np.max(repeats)))
    return np.repeat(x, repeats, axis)


def pad(x: Value, width: Value, mode: Value = "constant", constant_values: float = 0) -> Value:
    """The array with a border of zeros."""
    if mode != "constant":
        raise Unread("a border that is not constant")
    fits(np.size(x) * 64 + int(np.max(width)) * 4096)
    return np.pad(x, width, constant_values=constant_values)


def one_hot(y: Value, num_classes: int = -1) -> Value:
    """Rows with a single one."""
    width = int(np.max(y)) + 1 if num_classes < 0 else num_classes
    fits(np.size(y) * width)
    return np.eye(width, dtype=complex)[y]


def _reduced(value: Value, reduction: str, weight: float | None = None) -> Value:
    if reduction == "mean":
        return np.sum(value) / (weight or np.size(value))
    return np.sum(value) if reduction == "sum" else value


def cross_entropy(logits: Value, target: Value, reduction: str = "mean") -> Value:
    """torch's softmax cross entropy, of class numbers or of probabilities."""
    return nll_loss(of.log_softmax(logits, 1 if np.ndim(logits) > 1 else 0), target, reduction)


def nll_loss(logs: Value, target: Value, reduction: str = "mean") -> Value:
    """Minus the logarithms at the targets."""
    rows = np.shape(logs)[0]
    if np.asarray(target).dtype.kind == "i":
        return _reduced(-logs[np.arange(rows), target], reduction)
    return _reduced(-np.sum(target * logs, axis=-1), reduction)


def binary_cross_entropy(p: Value, y: Value, reduction: str = "mean") -> Value:
    """−y log p − (1 − y) log(1 − p)."""
    return _reduced(-(y * of.logarithm(p) + (1 - y) * of.logarithm(1 - p)), reduction)


def bce_with_logits(z: Value, y: Value, reduction: str = "mean") -> Value:
    """The same of σ(z)."""
    return _reduced(of.softplus(z) - y * z, reduction)


def mse_loss(a: Value, b: Value, reduction: str = "mean") -> Value:
    """The mean of the squared differences."""
    return _reduced((a - b) * (a - b), reduction)


def where(condition: Value, *sides: Value) -> Value:
    """One of two, entry by entry; the places that are true, where no sides are given."""
    chosen: Value = np.where(np.real(condition) != 0, *sides) if sides else np.nonzero(np.real(condition))
    return chosen[()] if sides else chosen


def concatenated(parts: Sequence[Value], axis: int = 0) -> Value:
    """Arrays one behind the other."""
    return np.concatenate(list(parts), axis=axis)


def transpose(x: Value, *axes: Value) -> Value:
    """NumPy's transpose; torch's with two axes."""
    if len(axes) == 2 and not isinstance(axes[0], tuple | list) and np.ndim(x) >= 2 and set(axes) != {0, 1, *range(np.ndim(x))}:
        return np.swapaxes(x, *axes)
    if len(axes) == 2 and np.ndim(x) == 2:
        return np.swapaxes(x, *axes) if axes[0] != axes[1] else x
    return np.transpose(x, axes[0] if len(axes) == 1 else axes or None)


def pieces(x: Value, sections: Value, axis: int = 0) -> list[Value]:
    """NumPy's split into equal parts, or at places."""
    return list(np.split(x, sections, axis=axis))


def chunks(x: Value, count: int, axis: int = 0) -> tuple[Value, ...]:
    """torch's chunk into so many parts."""
    return tuple(np.array_split(x, count, axis=axis))


def truth(choose: Callable[..., Value]) -> Callable[..., Value]:
    """A function of the real parts."""
    return lambda x, axis=None, keepdims=False: choose(np.real(x), axis=axis, keepdims=keepdims)


def arg(choose: Callable[..., Value]) -> Callable[..., Value]:
    """The place of an extreme entry."""
    return lambda x, axis=None: choose(np.real(x), axis=axis)


CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None}


def flat(shape: Value) -> Sequence[Value]:
    """A shape given as several numbers or as one tuple."""
    return shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape

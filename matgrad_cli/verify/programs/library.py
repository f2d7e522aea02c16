"""The functions of NumPy and torch that a program may call, each evaluated on arrays of ours.
What is not listed is not read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import primitives as of
from .values import Exhausted, Misfit, Module, Thing, Unread, Value

LARGEST = 1 << 19
"""So many entries an array may have."""
LONGEST = 80
"""Texts that name something are no longer."""

Axis = Any
FLOAT, WHOLE, TRUTH = "f", "i", "b"
_WORDS = {FLOAT: "float double half f", WHOLE: "int long uint i", TRUTH: "bool bool_ b"}
KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def kind_of(dtype: Value) -> str:
    """Whether a dtype means floats, whole numbers or truth values."""
    if dtype is None:
        return FLOAT
    name = dtype.path.rpartition(".")[2] if isinstance(dtype, Module) else dtype
    if isinstance(name, str):
        name = name.strip("0123456789<>=")
        if name in KINDS:
            return KINDS[name]
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


def text_of(value: Value) -> str:
    """A whole number or a short text as it is written; nothing for what only is shown."""
    return str(value)[:LONGEST] if isinstance(value, str | int | np.integer) else ""


def made(fill: Callable[[tuple[int, ...]], Value]) -> Callable[..., Value]:
    """A new array of a shape, given as a tuple or as several numbers."""
    return lambda *shape, order="C": cast(fill(sizes(shape)), None)


def alike(fill: float) -> Callable[..., Value]:
    """A new array of the shape of another, and of its kind where none is given."""

    return lambda x: cast(np.full(np.shape(x), fill), {"i": "int", "b": "bool"}.get(np.asarray(x).dtype.kind))


def array(x: Value, dtype: Value = None, copy: bool = True, ndmin: int = 0) -> Value:
    """A new array from nested lists or another array; whole numbers stay whole."""
    found = np.array(x, ndmin=ndmin)
    if found.dtype.kind not in "bifuc":
        raise Unread("an array of something else than numbers")
    return of.complexed(found) if dtype is None else np.array(cast(found, dtype))


def arange(*bounds: Value) -> Value:
    """The numbers from a start below an end."""
    real = [np.real(bound).item() if isinstance(bound, np.generic | np.ndarray) else bound for bound in bounds]
    start, stop, step = (0, real[0], 1) if len(real) == 1 else (*real, 1)[:3]
    fits(abs(stop - start) / abs(step or 1) + 1)
    return of.complexed(np.arange(start, stop, step))


def linspace(start: Value, stop: Value, num: int = 50, endpoint: bool = True) -> Value:
    """Equally spaced numbers."""
    fits(num)
    return of.complexed(np.linspace(np.real(start), np.real(stop), num, endpoint=endpoint))


def eye(n: int, m: int | None = None, k: int = 0) -> Value:
    """The identity."""
    sizes((n, n if m is None else m))
    return np.asarray(np.eye(n, m, k), complex)


def einsum(form: Value, *arrays: Value, optimize: Any = False) -> Value:
    """Einstein's sum."""
    if not isinstance(form, str):
        raise Unread("einsum without its letters")
    lengths: dict[str, int] = {}
    for letters, part in zip(form.replace(" ", "").partition("->")[0].split(","), arrays, strict=False):
        for letter, size in zip(letters.replace(".", ""), np.shape(part), strict=False):
            known = lengths.setdefault(letter, size)
            if "." not in form and 1 not in (size, known) and size != known:
                raise Misfit(f"einsum: along `{letter}` the size {known} is different from {size}")
            lengths[letter] = max(size, known)
    fits(math.prod(lengths.values()) / 16)
    return np.einsum(form, *arrays)


def bounded(function: Callable[..., Value], entries: Callable[..., float]) -> Callable[..., Value]:
    """A function that makes no larger array than is allowed: it is not called where there would be too many
    `entries`."""

    def taken(*arguments: Value, **named: Value) -> Value:
        fits(entries(*arguments, **named))
        return function(*arguments, **named)

    return taken


def pairs(a: Value, b: Value) -> int:
    """How many pairs of entries there are."""
    return np.size(a) * np.size(b)


def in_product(a: Value, b: Value) -> int:
    """How many entries the product of two matrices has."""
    both = np.ndim(a) > 1 and np.ndim(b) > 1 and np.shape(a)[-1]
    return np.size(a) // np.shape(a)[-1] * np.shape(b)[-1] if both else 0


outer = bounded(lambda a, b: np.multiply.outer(np.ravel(a), np.ravel(b)), pairs)
kron = bounded(np.kron, pairs)
dot = bounded(np.dot, lambda a, b: pairs(a, b) / max(1, min(np.size(a), np.size(b))) * 64)
matmul = bounded(np.matmul, in_product)
tile = bounded(np.tile, lambda x, reps: np.size(x) * math.prod(reps if isinstance(reps, tuple | list) else (reps,)))


def repeat(x: Value, repeats: int, axis: Axis = None) -> Value:
    """Each entry several times."""
    times: Value = np.asarray(np.real(repeats)).astype(int)
    fits(np.size(x) * int(np.max(times)))
    return np.repeat(x, times, axis)


def pad(x: Value, width: Value, mode: Value = "constant", constant_values: float = 0) -> Value:
    """The array with a border of zeros."""
    if mode != "constant":
        raise Unread("a border that is not constant")
    fits(np.size(x) * 64 + int(np.max(width)) * 4096)
    return np.pad(x, width, constant_values=constant_values)


def finfo(_: Value = None) -> Thing:
    """What is known of floats."""
    found = Thing()
    found.attributes |= {"eps": 2.0**-52, "tiny": 2.0**-1022, "max": 1.7e308, "min": -1.7e308}
    return found


def one_hot(y: Value, num_classes: int = -1) -> Value:
    """Rows with a single one."""
    width = int(np.max(y)) + 1 if num_classes < 0 else num_classes
    fits(np.size(y) * width)
    return np.eye(width, dtype=complex)[y]


def reduced(loss: Callable[[Value, Value], Value]) -> Callable[..., Value]:
    """One of torch's losses: the mean of its entries, where nothing else is said."""

    def taken(a: Value, b: Value, reduction: str = "mean") -> Value:
        if reduction not in ("mean", "sum", "none"):
            raise Unread(f"the reduction `{reduction}`")
        value = loss(a, b)
        return value if reduction == "none" else np.sum(value) / (np.size(value) if reduction == "mean" else 1)

    return taken


def nll(logs: Value, target: Value) -> Value:
    """Minus the logarithms at the targets, which are class numbers or probabilities."""
    if np.asarray(target).dtype.kind == "i":
        if np.shape(target) != np.shape(logs)[:-1]:
            raise Misfit("there is not one class number for each row")
        return -np.take_along_axis(logs, np.expand_dims(target, -1), -1)[..., 0]
    return -np.sum(target * logs, axis=-1)


def where(condition: Value, *sides: Value) -> Value:
    """One of two, entry by entry; the places that are true, where no sides are given."""
    chosen: Value = np.where(np.real(condition) != 0, *sides) if sides else np.nonzero(np.real(condition))
    return chosen[()] if sides else chosen


def transpose(x: Value, *axes: Value) -> Value:
    """NumPy's transpose; torch's with two axes."""
    if len(axes) == 2 and np.ndim(x) >= 2:
        return np.swapaxes(x, *axes)
    return np.transpose(x, axes[0] if len(axes) == 1 else axes or None)


# ---- where torch means something else


def split_in_torch(x: Value, size: Value, axis: int = 0) -> tuple[Value, ...]:
    """torch's split into parts of a size, or of several sizes."""
    ends = np.cumsum(size)[:-1] if isinstance(size, tuple | list) else np.arange(size, np.shape(x)[axis], size)
    return tuple(np.split(x, ends, axis=axis))


def squeezed_in_torch(x: Value, axis: Axis = None) -> Value:
    """torch's squeeze, which keeps an axis that is longer than 1."""
    asked = range(np.ndim(x)) if axis is None else flat((axis,))
    return np.squeeze(x, tuple(one for one in asked if np.shape(x)[one] == 1))


def expanded(x: Value, *shape: Value) -> Value:
    """torch's expand, where −1 keeps a size."""
    wanted = flat(shape)
    kept = [np.shape(x)[place - len(wanted)] if size == -1 else size for place, size in enumerate(wanted)]
    return np.broadcast_to(x, sizes(kept))


def extreme_in_torch(
    both: Callable[..., Value], over: Callable[..., Value], choose: Callable[..., Value]
) -> Callable[..., Value]:
    """torch's maximum or minimum: over an axis the values and their places; of two arrays entry by entry."""

    def taken(x: Value, *more: Value, axis: Axis = None, keepdims: bool = False) -> Value:
        if more and not isinstance(more[0], int):
            return both(x, *more)
        axis, keepdims = (*more, keepdims)[:2] if more else (axis, keepdims)
        return over(x) if axis is None else (over(x, axis, keepdims), choose(np.real(x), axis=axis, keepdims=keepdims))

    return taken


def spread_in_torch(spread: Callable[..., Value]) -> Callable[..., Value]:
    """torch's variance or deviation: divided by one less than the number of entries, where nothing else is said."""
    return lambda x, axis=None, keepdims=False, correction=1, unbiased=True: spread(
        x, axis, keepdims, correction if unbiased else 0
    )


CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None}


def flat(shape: Value) -> Sequence[Value]:
    """A shape given as several numbers or as one tuple."""
    found = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    if any(np.ndim(size) for size in found):
        raise Unread("a shape that is no row of whole numbers")
    return found

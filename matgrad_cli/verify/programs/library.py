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
        return np.full(np.shape(x), fill, np.asarray(x).dtype if whole else complex) if dtype is None else cast(np.full(np.shape(x), fill), dtype)

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


ELEMENTWISE: dict[str, Callable[[Value], Value]] = {
    "exp": np.exp, "log": of.logarithm, "log2": lambda x: of.logarithm(x) / math.log(2), "log10": lambda x: of.logarithm(x) / math.log(10),
    "log1p": of.log1p, "expm1": of.expm1, "sqrt": of.root, "rsqrt": lambda x: 1 / of.root(x), "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x, "abs": of.absolute, "absolute": of.absolute, "fabs": of.absolute, "sign": of.sign, "sgn": of.sign,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": of.tanh, "sinh": np.sinh, "cosh": np.cosh,
    "arctan": np.arctan, "atan": np.arctan, "arcsinh": np.arcsinh, "sigmoid": of.sigmoid, "expit": of.sigmoid, "relu": of.relu,
    "logsigmoid": lambda x: -of.softplus(-x), "silu": lambda x: x * of.sigmoid(x), "erf": of.erf, "negative": lambda x: -x, "neg": lambda x: -x,
    "relu6": lambda x: of.clip(x, 0.0, 6.0), "softplus": of.softplus, "floor": of.stepped(np.floor), "ceil": of.stepped(np.ceil),
    "round": of.stepped(np.round), "isnan": lambda x: np.isnan(np.real(x)), "isfinite": lambda x: np.isfinite(np.real(x)),
    "isinf": lambda x: np.isinf(np.real(x)), "logical_not": lambda x: np.real(x) == 0, "conj": lambda x: x, "copy": np.array, "clone": np.array,
    "detach": lambda x: x, "contiguous": lambda x: x, "cpu": lambda x: x, "numpy": lambda x: x, "real": lambda x: x,
    "ascontiguousarray": np.array, "float": lambda x: cast(x, None), "double": lambda x: cast(x, None), "long": lambda x: cast(x, "int"),
    "int": lambda x: cast(x, "int"), "bool": lambda x: cast(x, "bool"),
}  # fmt: skip
"""Functions of one array, entry by entry or the array itself; all of them are methods of arrays too."""

REDUCING: dict[str, Callable[..., Value]] = {
    "sum": lambda x, axis=None, keepdims=False, dtype=None: of.total(x, axis, keepdims),
    "mean": lambda x, axis=None, keepdims=False, dtype=None: of.mean(x, axis, keepdims), "average": of.mean,
    "prod": lambda x, axis=None, keepdims=False: np.prod(x, axis=axis, keepdims=keepdims),
    "max": of.largest, "amax": of.largest, "min": of.smallest, "amin": of.smallest,
    "any": truth(np.any), "all": truth(np.all), "argmax": arg(np.argmax), "argmin": arg(np.argmin),
    "count_nonzero": lambda x, axis=None: np.count_nonzero(np.real(x), axis=axis), "norm": of.norm,
    "logsumexp": of.logsumexp, "softmax": of.softmax, "log_softmax": of.log_softmax,
    "cumsum": lambda x, axis=None: np.cumsum(x, axis=axis), "cumprod": lambda x, axis=None: np.cumprod(x, axis=axis),
    "argsort": lambda x, axis=-1: np.argsort(np.real(x), axis=axis), "ptp": lambda x, axis=None: of.largest(x, axis) - of.smallest(x, axis),
}  # fmt: skip
"""Functions over axes; all of them are methods of arrays too."""

SHAPING: dict[str, Callable[..., Value]] = {
    "reshape": lambda x, *shape, order="C": np.reshape(x, sizes(shape) if -1 not in _flat(shape) else tuple(_flat(shape)), order=order),
    "view": lambda x, *shape: np.reshape(x, tuple(_flat(shape))), "ravel": np.ravel, "flatten": np.ravel,
    "transpose": transpose, "permute": lambda x, *axes: np.transpose(x, tuple(_flat(axes))), "t": np.transpose,
    "swapaxes": np.swapaxes, "moveaxis": np.moveaxis,
    "squeeze": lambda x, axis=None: np.squeeze(x, axis), "expand_dims": np.expand_dims, "unsqueeze": np.expand_dims,
    "repeat": repeat, "diagonal": lambda x, offset=0: np.diagonal(x, offset), "trace": lambda x: np.trace(x), "dot": dot,
    "mm": matmul, "mv": matmul, "matmul": matmul, "bmm": matmul, "outer": outer, "ger": outer, "clip": of.clip, "clamp": of.clip,
    "pow": of.power, "maximum": of.larger, "minimum": of.smaller, "mul": lambda a, b: a * b, "add": lambda a, b: a + b, "sub": lambda a, b: a - b,
    "div": lambda a, b: a / b, "gather": lambda x, axis, at: np.take_along_axis(x, at, axis), "take": np.take,
    "astype": lambda x, dtype, copy=True: cast(x, dtype), "type": cast, "addmm": lambda c, a, b: c + a @ b,
    "masked_fill": lambda x, mask, value: np.where(np.real(mask) != 0, value, x), "expand": lambda x, *shape: np.broadcast_to(x, sizes(shape)),
    "expand_as": lambda x, other: np.broadcast_to(x, np.shape(other)), "view_as": lambda x, other: np.reshape(x, np.shape(other)),
    "chunk": chunks, "sort": of.ordered,
}  # fmt: skip
"""Functions of arrays that are methods too."""

ALONE: dict[str, Callable[..., Value]] = {
    "zeros": made(np.zeros), "ones": made(np.ones), "empty": made(np.zeros), "zeros_like": alike(0.0), "empty_like": alike(0.0),
    "ones_like": alike(1.0), "full": lambda shape, value, dtype=None: cast(np.full(sizes(shape), value), dtype),
    "full_like": lambda x, value, dtype=None: np.full(np.shape(x), value, complex), "array": array, "asarray": array, "tensor": array,
    "as_tensor": array, "from_numpy": lambda x: x, "atleast_2d": np.atleast_2d, "atleast_1d": np.atleast_1d, "arange": arange,
    "linspace": linspace, "eye": eye, "identity": eye, "einsum": einsum, "kron": kron, "inner": lambda a, b: np.inner(a, b),
    "vdot": lambda a, b: np.dot(np.ravel(a), np.ravel(b)), "tensordot": lambda a, b, axes=2: np.tensordot(a, b, axes), "cross": np.cross,
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
    "true_divide": lambda a, b: a / b, "power": of.power, "mod": lambda a, b: np.mod(np.real(a), np.real(b)), "logaddexp": of.logaddexp,
    "fmax": of.larger, "fmin": of.smaller, "where": where, "concatenate": concatenated, "cat": concatenated,
    "stack": lambda parts, axis=0: np.stack(list(parts), axis=axis), "hstack": lambda parts: np.hstack(list(parts)),
    "vstack": lambda parts: np.vstack(list(parts)), "row_stack": lambda parts: np.vstack(list(parts)),
    "column_stack": lambda parts: np.column_stack(list(parts)), "split": pieces, "array_split": lambda x, n, axis=0: list(np.array_split(x, n, axis)),
    "tile": tile, "pad": pad, "roll": np.roll, "flip": np.flip, "rot90": np.rot90, "broadcast_to": lambda x, shape: np.broadcast_to(x, sizes(shape)),
    "tril": np.tril, "triu": np.triu, "diag": lambda x, k=0: np.diag(x, k), "diagflat": np.diagflat, "nonzero": lambda x: np.nonzero(np.real(x)),
    "flatnonzero": lambda x: np.flatnonzero(np.real(x)), "unravel_index": np.unravel_index, "shape": np.shape, "ndim": np.ndim, "size": np.size,
    "numel": np.size, "square": lambda x: x * x, "var": of.variance, "std": of.deviation, "meshgrid": lambda *x, indexing="xy": list(np.meshgrid(*x, indexing=indexing)),
    "logical_and": lambda a, b: (np.real(a) != 0) & (np.real(b) != 0), "logical_or": lambda a, b: (np.real(a) != 0) | (np.real(b) != 0),
    "greater": lambda a, b: of.compare("Gt", a, b), "less": lambda a, b: of.compare("Lt", a, b), "equal": lambda a, b: of.compare("Eq", a, b),
    "heaviside": lambda x, at: np.where(np.real(x) == 0, at, (np.real(x) > 0) * 1.0), "linalg.norm": of.norm, "linalg.inv": np.linalg.inv,
    "linalg.det": np.linalg.det, "linalg.slogdet": of.slogdet, "linalg.solve": np.linalg.solve, "inverse": np.linalg.inv,
    "linalg.matrix_power": np.linalg.matrix_power, "linalg.multi_dot": lambda parts: np.linalg.multi_dot(list(parts)), "logdet": lambda x: of.slogdet(x)[1],
    "det": np.linalg.det, "max": of.largest, "one_hot": one_hot, "cross_entropy": cross_entropy, "nll_loss": nll_loss, "mse_loss": mse_loss,
    "binary_cross_entropy": binary_cross_entropy, "binary_cross_entropy_with_logits": bce_with_logits,
    "leaky_relu": lambda x, slope=0.01, negative_slope=None: np.where(np.real(x) > 0, x, x * (slope if negative_slope is None else negative_slope)),
    "elu": lambda x, alpha=1.0: np.where(np.real(x) > 0, x, alpha * of.expm1(of.smaller(x, 0.0))), "fabs": of.absolute,
    "linear": lambda x, weight, bias=0: x @ np.transpose(weight) + bias, "float32": lambda x: cast(x, None), "float64": lambda x: cast(x, None),
    "FloatTensor": array, "LongTensor": lambda x: array(x, "int"), "int64": lambda x: cast(x, "int"), "int32": lambda x: cast(x, "int"),
}  # fmt: skip
"""Functions that are no methods."""

FUNCTIONS: dict[str, Callable[..., Value]] = {**ALONE, **SHAPING, **REDUCING, **ELEMENTWISE}
METHODS: dict[str, Callable[..., Value]] = {
    **SHAPING, **REDUCING, **ELEMENTWISE, "var": of.variance, "std": of.deviation, "split": pieces, "inverse": np.linalg.inv, "det": np.linalg.det,
    "item": lambda x: np.asarray(x).reshape(1)[0], "numel": np.size, "dim": np.ndim, "tolist": lambda x: x, "to": lambda x, *_, **__: x,
    "requires_grad_": lambda x, *_: x, "new_zeros": lambda x, *shape: made(np.zeros)(*shape), "eq": lambda a, b: of.compare("Eq", a, b),
    "gt": lambda a, b: of.compare("Gt", a, b), "lt": lambda a, b: of.compare("Lt", a, b), "ge": lambda a, b: of.compare("GtE", a, b),
    "le": lambda a, b: of.compare("LtE", a, b), "tril": np.tril, "triu": np.triu, "diag": lambda x, k=0: np.diag(x, k),
    "nonzero": lambda x: np.nonzero(np.real(x)), "sqrt": of.root, "view": SHAPING["view"],
}  # fmt: skip
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None}


def _flat(shape: Value) -> Sequence[Value]:
    """A shape given as several numbers or as one tuple."""
    return shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape

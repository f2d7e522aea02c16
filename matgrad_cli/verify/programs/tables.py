"""The tables of the functions that a program may call: names of NumPy's,
torch's and Python's functions to what evaluates them."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable

import numpy as np

from . import library as lib
from . import primitives as of
from .library import cast, flat, sizes
from .values import Value

Table = dict[str, Callable[..., Value]]


def _named(table: Table) -> Table:
    """Each function under all its names."""
    return {name: function for names, function in table.items() for name in names.split()}


def _of_numpy(names: str) -> Table:
    """NumPy's own functions, which do with a direction what they do without."""
    return {name: getattr(np, name) for name in names.split()}


def _real(names: str) -> Table:
    """NumPy's own functions, of the real part."""
    return {name: lambda x, *a, _of=getattr(np, name), **named: _of(np.real(x), *a, **named) for name in names.split()}


def _joining(names: str) -> Table:
    """NumPy's own functions, of several arrays in a row."""
    return {name: lambda parts, *a, _of=getattr(np, name), **more: _of([*parts], *a, **more) for name in names.split()}


def _parting(names: str) -> Table:
    """NumPy's own functions, which give a list."""
    return {name: lambda *a, _of=getattr(np, name), **named: [*_of(*a, **named)] for name in names.split()}


ELEMENTWISE = _of_numpy("exp sin cos tan sinh cosh arctan arcsinh") | _named(
    {
        "log": of.logarithm,
        "log2": lambda x: of.logarithm(x) / math.log(2),
        "log10": lambda x: of.logarithm(x) / math.log(10),
        "log1p": of.log1p,
        "expm1": of.expm1,
        "sqrt": of.root,
        "rsqrt": lambda x: 1 / of.root(x),
        "square": lambda x: x * x,
        "reciprocal": lambda x: 1 / x,
        "abs absolute fabs": of.absolute,
        "sign sgn": of.sign,
        "atan": np.arctan,
        "asinh": np.arcsinh,
        "arcsin asin": of.arcsin,
        "arccos acos": of.arccos,
        "arctanh atanh": of.arctanh,
        "arccosh acosh": of.arccosh,
        "tanh": of.tanh,
        "sigmoid expit": of.sigmoid,
        "relu": of.relu,
        "relu6": lambda x: of.clip(x, 0.0, 6.0),
        "softplus": of.softplus,
        "logsigmoid": lambda x: -of.softplus(-x),
        "silu": lambda x: x * of.sigmoid(x),
        "erf": of.erf,
        "negative neg": lambda x: -x,
        **{name: of.stepped(getattr(np, name)) for name in ("floor", "ceil", "round")},
        "logical_not": lambda x: np.real(x) == 0,
        "copy clone ascontiguousarray": np.array,
        "conj detach contiguous cpu numpy real from_numpy tolist": lambda x: x,
        "float double float32 float64": lambda x: cast(x, None),
        "long int int32 int64": lambda x: cast(x, "int"),
        "bool": lambda x: cast(x, "bool"),
    }
)
"""Functions of one array, entry by entry or the array itself."""

_SUMMED = _real("any all argmax argmin count_nonzero") | _of_numpy("prod cumsum cumprod")
REDUCING = _SUMMED | _named(
    {
        "sum reduce_sum": of.total,
        "mean average reduce_mean": of.mean,
        "var": of.variance,
        "std": of.deviation,
        "max amax reduce_max": of.largest,
        "min amin": of.smallest,
        "norm linalg.norm": of.norm,
        "logsumexp": of.logsumexp,
        "softmax": of.softmax,
        "log_softmax": of.log_softmax,
        "sort": of.ordered,
        "argsort": lambda x, axis=-1: np.argsort(np.real(x), axis=axis),
        "ptp": lambda x, axis=None: of.largest(x, axis) - of.smallest(x, axis),
    }
)
"""Functions over axes."""

_ARRANGED = "ravel swapaxes moveaxis expand_dims squeeze trace take roll flip rot90 tril triu diagflat diag diagonal"
_AS_IN_NUMPY = _of_numpy(f"{_ARRANGED} atleast_1d atleast_2d choose shape append insert delete")
_JOINED = _joining("concatenate stack hstack dstack vstack column_stack")
_PARTED = _parting("broadcast_arrays split array_split hsplit vsplit meshgrid")
SHAPING = _AS_IN_NUMPY | _JOINED | _PARTED | _named({
    "reshape": lambda x, *shape, order="C": np.reshape(x, sizes(shape) if -1 not in flat(shape) else tuple(flat(shape)),
    order=order),
    "view": lambda x, *shape: np.reshape(x, tuple(flat(shape))),
    "flatten": np.ravel,
    "unsqueeze": np.expand_dims,
    "t": np.transpose,
    "transpose": lib.transpose,
    "permute": lambda x, *axes: np.transpose(x, tuple(flat(axes))),
    "repeat": lib.repeat,
    "tile": lib.tile,
    "pad": lib.pad,
    "gather": lambda x, axis, at: np.take_along_axis(x, at, axis),
    "take_along_axis": np.take_along_axis,
    "astype": lambda x, dtype, copy=True: np.array(cast(x, dtype))[()],
    "type cast": cast,
    "masked_fill": lambda x, mask, value: np.where(np.real(mask) != 0, value, x),
    "expand": lib.expanded,
    "expand_as": lambda x, other: np.broadcast_to(x, np.shape(other)),
    "view_as": lambda x, other: np.reshape(x, np.shape(other)),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, sizes(shape)),
    "chunk": lambda x, n, axis=0: tuple(np.array_split(x, n, axis)),
    "cat": lambda parts, axis=0: np.concatenate([*parts], axis),
    "row_stack": lambda parts: np.vstack([*parts]),
    "ndim dim": np.ndim,
    "size numel": np.size,
})  # fmt: skip
"""Functions that arrange the entries of arrays."""

_COMPARING = {"Gt": "greater gt", "Lt": "less lt", "GtE": "greater_equal ge", "LtE": "less_equal le", "Eq": "equal eq"}
COMBINING = _of_numpy("cross inner tensordot") | _named(
    {
        **{names: functools.partial(of.compare, sign) for sign, names in _COMPARING.items()},
        "dot": lib.dot,
        "matmul mm mv bmm": lib.matmul,
        "outer ger": lib.outer,
        "kron": lib.kron,
        "einsum": lib.einsum,
        "vdot": lambda a, b: np.dot(np.ravel(a), np.ravel(b)),
        "addmm": lambda c, a, b: c + a @ b,
        "linear": lambda x, weight, bias=0: x @ np.transpose(weight) + bias,
        "add": lambda a, b: a + b,
        "subtract sub": lambda a, b: a - b,
        "multiply mul": lambda a, b: a * b,
        "divide true_divide div": lambda a, b: a / b,
        "power pow": of.power,
        "mod": lambda a, b: np.mod(np.real(a), np.real(b)),
        "logaddexp": of.logaddexp,
        "maximum fmax clamp_min": of.larger,
        "minimum fmin clamp_max": of.smaller,
        "clip clamp": of.clip,
        "where": lib.where,
        "logical_and": lambda a, b: (np.real(a) != 0) & (np.real(b) != 0),
        "logical_or": lambda a, b: (np.real(a) != 0) | (np.real(b) != 0),
        "heaviside": lambda x, at: np.where(np.real(x) == 0, at, (np.real(x) > 0) * 1.0),
        "leaky_relu": lambda x, slope=0.01, negative_slope=None: np.where(
            np.real(x) > 0, x, x * (slope if negative_slope is None else negative_slope)
        ),
        "elu": lambda x, alpha=1.0: np.where(np.real(x) > 0, x, alpha * of.expm1(of.smaller(x, 0.0))),
        "cross_entropy": lib.reduced(
            lambda logits, target: lib.nll(of.log_softmax(logits, 1 if np.ndim(logits) > 1 else 0), target)
        ),
        "nll_loss": lib.reduced(lib.nll),
        "mse_loss": lib.reduced(lambda a, b: (a - b) * (a - b)),
        "binary_cross_entropy": lib.reduced(lambda p, y: -(y * of.logarithm(p) + (1 - y) * of.logarithm(1 - p))),
        "binary_cross_entropy_with_logits": lib.reduced(lambda z, y: of.softplus(z) - y * z),
        **{f"{name} linalg.{name}": getattr(np.linalg, name) for name in ("inv", "det", "solve", "matrix_power")},
        "inverse": np.linalg.inv,
        "logdet": lambda x: of.slogdet(x)[1],
        "linalg.slogdet": of.slogdet,
        "linalg.cholesky cholesky": of.cholesky,
        "scipy.linalg.cholesky": lambda x, lower=False: of.cholesky(x) if lower else of.cholesky(x).T,
        "cho_factor": lambda x, lower=False: (of.cholesky(x) if lower else of.cholesky(x).T, lower),
        "cho_solve": lambda of_, b: np.linalg.solve(of_[0] @ of_[0].T if of_[1] else of_[0].T @ of_[0], b),
        "solve_triangular": lambda x, b, lower=False: np.linalg.solve(np.tril(x) if lower else np.triu(x), b),
        "linalg.multi_dot": lambda parts: np.linalg.multi_dot(list(parts)),
    }
)
"""Functions of several arrays, or of a matrix as a whole."""

MAKING = (
    _real("isnan isfinite isinf nonzero flatnonzero")
    | _of_numpy("unravel_index")
    | _named(
        {
            "zeros empty ndarray": lib.made(np.zeros),
            "ones": lib.made(np.ones),
            "zeros_like empty_like": lib.alike(0.0),
            "ones_like": lib.alike(1.0),
            "full": lambda shape, fill_value: cast(np.full(sizes(shape), fill_value), None),
            "full_like": lambda x, fill_value: cast(np.full(np.shape(x), fill_value), None),
            "array asarray tensor as_tensor FloatTensor": lib.array,
            "LongTensor": lambda x: lib.array(x, "int"),
            "arange": lib.arange,
            "linspace": lib.linspace,
            "eye identity": lib.eye,
            "one_hot": lib.one_hot,
            "finfo": lib.finfo,
            "indices": lambda shape: list(np.indices(sizes(shape))),
        }
    )
)
"""Functions that make new arrays."""

FUNCTIONS: Table = {**MAKING, **COMBINING, **SHAPING, **REDUCING, **ELEMENTWISE}
METHODS: Table = {
    **{name: function for name, function in FUNCTIONS.items() if name != "sort"},
    "split": lib.split_in_torch,
    "where": lambda x, condition, other: lib.where(condition, x, other),
    "item": lambda x: np.asarray(x).reshape(1)[0],
    "to": lambda x, *_, **__: x,
    "requires_grad_": lambda x, *_: x,
    "new_zeros": lib.made(np.zeros),
}
"""Methods of arrays; NumPy's arrays have no `split` and no `where`, and their `sort` gives nothing back."""
TORCH: Table = {
    "split": lib.split_in_torch,
    "squeeze": lib.squeezed_in_torch,
    "repeat": lambda x, *times: lib.tile(x, tuple(flat(times))),
    "sort": lambda x, axis=-1: (of.ordered(x, axis), np.argsort(np.real(x), axis=axis)),
    "equal": np.array_equal,
    "max": lib.extreme_in_torch(of.larger, of.largest, np.argmax),
    "min": lib.extreme_in_torch(of.smaller, of.smallest, np.argmin),
    "var": lib.spread_in_torch(of.variance),
    "std": lib.spread_in_torch(of.deviation),
}
"""What means something else in torch than in NumPy."""

PYTHON: Table = {
    "len": len,
    "enumerate": lambda x, start=0: list(enumerate(x, start)),
    "zip": lambda *x, **_: list(zip(*x, strict=False)),
    "sum": lambda x, start=0: functools.reduce(operator.add, x, start),
    "abs": of.absolute,
    "float": lambda x: cast(x, None),
    "int": lambda x: int(np.real(x)),
    "bool": lambda x: bool(np.real(x) != 0),
    "list": lambda x=(): list(x),
    "tuple": lambda x=(): tuple(x),
    "OrderedDict": lambda x=(): dict(x),
    "deque": lambda x=(), **_: list(x),
    "dict": lambda x=(), /, **words: dict(x, **words),
    "reversed": lambda x: list(x)[::-1],
    "sorted": lambda x: sorted(x, key=np.real),
    "round": lambda x, digits=0: of.stepped(lambda value: np.round(value, digits))(x),
    "pow": of.power,
    "set": lambda x=(): set(x),
    "str": lib.text_of,
    "any": lambda x: any(bool(np.real(part)) for part in x),
    "all": lambda x: all(bool(np.real(part)) for part in x),
    "max": lambda *x: max(x[0] if len(x) == 1 else x, key=np.real),
    "min": lambda *x: min(x[0] if len(x) == 1 else x, key=np.real),
    "slice": slice,
    "divmod": divmod,
}
"""Python's own functions."""

"""Functions of a square matrix as power series of it, of singular values, of all entries,
together with their derivatives.

Of a jet A + Σ A_S ε_S the function is taken once: of the block matrix whose block (P, Q) is A_{Q∖P} where P ⊆ Q, and
else 0. The blocks of the first row are then the derivatives, since block matrices of this form multiply as the jets do
(Mathias 1996).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, Final

from .arrays.axes import Label, Labels
from .arrays.jets import Jet, Tag, Tags, subsets
from .arrays.lazily import np
from .arrays.tensor import COL, ROW, SIZE_LIMIT, Tensor, TooLarge, spread
from .fields import NoValue, OutOfDomain

Array = np.ndarray[Any, Any]

ALONG: Final[Any] = Tag.__new__(Tag, None, -1, "argument")  # type: ignore[arg-type]
"""The direction that is the last argument of `Dexpm(A, H)`: one perturbation more."""

_TERMS: Final = 18
_ROOTS: Final = 40


def taken(name: str, side: int, axes: Labels, jet: Jet, along: Jet | None, tags: Tags) -> Jet:
    """The jet of `expm`, `logm`, `sinm`, `cosm` of a matrix, or of its derivative `along` a direction."""
    one = frozenset((ALONG,))
    parts = dict(jet) if along is None else {**jet, **{some | one: part for some, part in along.items()}}
    sets = subsets(tags if along is None else tags | one)
    rest = tuple(dict.fromkeys(label for part in parts.values() for label in part.labels if label not in (ROW, COL)))
    sizes: dict[Label, int] = {label: part.size(label) for part in parts.values() for label in part.labels}
    dims = tuple(sizes[label] for label in rest)
    if side * side * len(sets) ** 2 * reduce(int.__mul__, dims, 1) > SIZE_LIMIT // 8:
        raise TooLarge
    blocks = np.zeros((*dims, len(sets), side, len(sets), side))
    for row, outer in enumerate(sets):
        for col, inner in enumerate(sets):
            if outer <= inner and inner - outer in parts:
                data = spread(parts[inner - outer], (*rest, ROW, COL), (*dims, side, side)).data
                blocks[..., row, :, col, :] = np.array(data, dtype=float).reshape((*dims, side, side))
    with np.errstate(all="ignore"):
        value = _FUNCTIONS[name](blocks.reshape((*dims, len(sets) * side, len(sets) * side))).reshape(blocks.shape)
    if not np.isfinite(value).all():
        raise OutOfDomain("a function of a matrix that is too large")
    wanted = {some: place for place, some in enumerate(sets) if along is None or ALONG in some}
    labels, lengths = (*rest, *axes), (*dims, *(side for _ in axes))
    blocks_of = {some - one: value[..., 0, :, place, :].reshape(-1).tolist() for some, place in wanted.items()}
    return {some: Tensor(labels, lengths, data) for some, data in blocks_of.items()}


def singular(tensor: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """A norm of the singular values, or the largest eigenvalue, and its slope: U Vᵀ, u₁ v₁ᵀ or v vᵀ."""
    rest = tuple([label for label in tensor.labels if label not in (ROW, COL)])
    own = tuple([label for label in (ROW, COL) if label in tensor.labels])  # a side of size 1 has no label
    sides = tuple([tensor.size(label) for label in own])
    rows, cols = (tensor.size(label) if label in own else 1 for label in (ROW, COL))
    dims = tuple([tensor.size(label) for label in rest])
    data = spread(tensor, (*rest, *own), (*dims, *sides)).data
    values: list[float] = []
    slopes: list[float] = []
    for start in range(0, len(data), rows * cols):
        matrix = np.array(data[start : start + rows * cols], dtype=float).reshape(rows, cols)
        if name == "topvv":
            if np.abs(matrix - matrix.T).max() > 1e-9 * (1 + np.abs(matrix).max()):
                raise OutOfDomain("a matrix that is not symmetric")
            sizes, right = np.linalg.eigh(matrix)
            if len(sizes) > 1 and sizes[-1] - sizes[-2] < 1e-6:
                raise OutOfDomain("eigenvalues that are equal")
            values.append(float(sizes[-1]))
            slopes.extend(np.outer(right[:, -1], right[:, -1]).reshape(-1).tolist())
            continue
        left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
        nuclear = name == "polar"
        if sizes[-1] < 1e-6 or min(abs(np.diff(sizes)), default=1.0) < 1e-6:
            raise OutOfDomain("singular values that are zero or equal")
        values.append(float(sizes.sum() if nuclear else sizes[0]))
        slopes.extend((left @ right if nuclear else np.outer(left[:, 0], right[0])).reshape(-1).tolist())
    return Tensor(rest, dims, values), Tensor((*rest, *own), (*dims, *sides), slopes)


def _exponential(a: Array) -> Array:
    """Σ A^k/k! of A/2^s, squared s times."""
    size = float(np.abs(a).sum(axis=-1).max(initial=0))
    if size > 60:
        raise OutOfDomain("an exponential too large for a float")
    halvings = max(0, int(np.ceil(np.log2(max(size, 1e-9)))) + 2)
    a, one = a / 2**halvings, np.eye(a.shape[-1])
    value = reduce(lambda sum, k: one + a @ sum / k, range(_TERMS, 0, -1), one + 0 * a)
    return reduce(lambda value, _: value @ value, range(halvings), value)


def _root(a: Array) -> Array:
    """The square root by Denman and Beavers' product form, which converges where no eigenvalue is ≤ 0."""
    one, middle, root = np.eye(a.shape[-1]), a, a
    for _ in range(_ROOTS):
        inverse = _inverted(middle)
        root, middle = root @ (one + inverse) / 2, (one + (middle + inverse) / 2) / 2
        error = np.abs(middle - one).max(initial=0)
        if not error < 1e12:
            break
        if error < 1e-14 * a.shape[-1]:
            return root
    said = "a power or a logarithm of a matrix with an eigenvalue that is not positive"
    raise NoValue(said, "{} without eigenvalues ≤ 0")


def _inverted(a: Array) -> Array:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        raise OutOfDomain("a singular matrix") from None


def _logarithm(a: Array) -> Array:
    """2^s log A^(1/2^s), there by the series of 2 artanh((A − 1)/(A + 1))."""
    one, roots = np.eye(a.shape[-1]), 0
    while np.abs(a - one).max(initial=0) > 0.1 and roots < 12:
        a, roots = _root(a), roots + 1
    z = (a - one) @ _inverted(a + one)
    square = z @ z
    series = reduce(lambda sum, k: one / k + square @ sum, range(15, 0, -2), one / 17)
    return 2.0 ** (roots + 1) * z @ series


def _rotation(a: Array) -> Array:
    return _exponential(1j * a)


_FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "expm": _exponential,
    "logm": _logarithm,
    "sinm": lambda a: _rotation(a).imag,
    "cosm": lambda a: _rotation(a).real,
}

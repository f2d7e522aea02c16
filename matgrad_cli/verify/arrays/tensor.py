"""Small dense arrays with named axes, in pure Python: the arithmetic under the evaluator,
over floats or modulo a prime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from math import prod
from operator import add, mul
from struct import Struct
from typing import Any, Final

from .axes import Axis, Label, Labels, Pairs, alone, contraction, joined, order_plan, plain, plan, union

ROW: Final = "row"
COL: Final = "col"
MIDDLE: Final = "middle"
WORK_LIMIT: Final = 6_000_000
"""So many multiplications one product may take."""

SIZE_LIMIT: Final = 1_000_000
"""So many entries one array may have: an entry is a number of 40 bytes, and a comparison keeps many arrays."""


_FEW_ROWS: Final = 4
_LONG: Final = 7
_LONGEST: Final = 63
"""So many rows, and sums of so many products, are worth it to be found at once; more do not fit into 128 bits."""


class TooLarge(Exception):
    """An array or a product that is beyond the work one comparison may take."""


class Tensor:
    """An array over named axes; `data` is flat, the last axis runs fastest. Never changed after it is made."""

    __slots__ = ("data", "dims", "labels")

    def __init__(self, labels: tuple[Label, ...], dims: tuple[int, ...], data: Sequence[Any]) -> None:
        self.labels = labels
        self.dims = dims
        self.data = data

    def size(self, label: Label) -> int:
        """The length of one axis."""
        return self.dims[self.labels.index(label)]

    def __repr__(self) -> str:
        return f"Tensor({self.labels}, {self.dims}, {list(self.data)})"


class Composed(Tensor):
    """An array that is made of others and not written out: so many entries are `held`, and it knows itself what becomes
    of it.

    It can be multiplied (`times` another array, summed over some axes), have axes `called` otherwise or two of them
    `merged` to a named one, be `scaled` by a number, have its entries `powered`, which keeps products, and have an
    axis `counted` as several, the first slowest, if it is made so.
    """

    __slots__ = ()
    held: int
    times: Callable[[Tensor, Labels, int], Tensor]
    called: Callable[[Mapping[Label, Label]], Tensor]
    merged: Callable[[Label, Label, Label], Tensor]
    scaled: Callable[[Any, int], Tensor]
    powered: Callable[[Callable[[Any], Any]], Tensor]
    counted: Callable[[Label, Sequence[tuple[Label, int]]], Tensor | None]


class Sparse(Tensor):
    """An array that is zero where the axes of some pairs differ:
    `core`, times a δ for each pair, written out only when `data` is read.

    The second axis of a pair is never one of the core's. The derivative of a variable by itself is two δ's and no core,
    and stays so through products: nothing is multiplied by the zeros.
    """

    __slots__ = ("core", "pairs")

    def __init__(self, core: Tensor, pairs: Pairs) -> None:
        self.core = core
        self.pairs = pairs
        sizes = dict(zip(core.labels, core.dims, strict=True))
        for left, right, size in pairs:
            sizes[left] = sizes[right] = size
        self.labels = tuple(sizes)
        self.dims = tuple(sizes.values())

    def __getattr__(self, name: str) -> Any:
        if name != "data":
            raise AttributeError(name)
        whole = self.core
        for left, right, size in self.pairs:
            ones = Tensor((left, right), (size, size), _identity(size))
            whole = product(whole, ones, (), 0)
        self.data = spread(whole, self.labels, self.dims).data
        return self.data


@lru_cache(maxsize=64)
def _identity(size: int) -> tuple[int, ...]:
    return tuple([int(i == j) for i in range(size) for j in range(size)])


def identity(left: Label, right: Label, size: int) -> Tensor:
    """1 where two axes agree, else 0."""
    if size * size > SIZE_LIMIT:
        raise TooLarge
    return Sparse(scalar(1), ((left, right, size),))


def on_entries(tensor: Tensor, function: Callable[[Sequence[Any]], Sequence[Any]]) -> Tensor:
    """A function of all entries that are not zero by form; it must leave zeros as they are."""
    if isinstance(tensor, Sparse):
        return Sparse(on_entries(tensor.core, function), tensor.pairs)
    return Tensor(tensor.labels, tensor.dims, function(tensor.data))


def _parts(tensor: Tensor) -> tuple[Tensor, Pairs]:
    return (tensor.core, tensor.pairs) if isinstance(tensor, Sparse) else (tensor, ())


def _sparse_product(left: Tensor, right: Tensor, over: Labels, p: int) -> Tensor:
    """The product where one side has δ's: axes that they make equal become one, and only what is left is multiplied."""
    (one, pairs), (other, more) = _parts(left), _parts(right)
    names, sizes, kept, rest = joined((*pairs, *more), over)
    one, other = renamed(one, names), renamed(other, names)
    held = {*one.labels, *other.labels}
    core = product(one, other, tuple([label for label in rest if label in held]), p)
    repeat = prod([sizes.get(label, 1) for label in rest if label not in held])
    if repeat != 1:
        core = scaled(core, repeat, p)
    return _with_axes(core, kept, {first: size for first, size in sizes.items() if first not in over})


def _with_axes(core: Tensor, pairs: Pairs, axes: dict[Label, int]) -> Tensor:
    """The core times the δ's; along an axis that neither holds it is constant."""
    held = {*core.labels, *[left for left, _, _ in pairs]}
    missing = [label for label in axes if label not in held]
    if missing:
        core = spread(core, (*core.labels, *missing), (*core.dims, *[axes[label] for label in missing]))
    return Sparse(core, pairs) if pairs else core


def scalar(value: Any) -> Tensor:
    """A number as an array without axes."""
    return Tensor((), (), (value,))


def reindexed(tensor: Tensor, axes: tuple[Axis, ...], target: tuple[Label, ...], sizes: tuple[int, ...]) -> Tensor:
    """The array over `target` whose entry is the old one at the positions that `axes` name:
    slices, diagonals, splits."""
    if prod(sizes) > SIZE_LIMIT:
        raise TooLarge
    return Tensor(target, sizes, plan(axes, tensor.dims, target, sizes)(tensor.data))


def spread(tensor: Tensor, target: tuple[Label, ...], sizes: tuple[int, ...]) -> Tensor:
    """The same array with its axes in the order of `target`; axes that it lacks are added, constant along them."""
    if tensor.labels == target:
        return tensor
    if prod(sizes) > SIZE_LIMIT:
        raise TooLarge
    return Tensor(target, sizes, order_plan(tensor.labels, tensor.dims, target, sizes)(tensor.data))


def renamed(tensor: Tensor, names: dict[Label, Label]) -> Tensor:
    """Axes under other names; two axes that get one name become their diagonal."""
    if isinstance(tensor, Composed):
        return tensor.called(names)
    if isinstance(tensor, Sparse):
        pairs = [(names.get(left, left), names.get(right, right), size) for left, right, size in tensor.pairs]
        core = renamed(tensor.core, names)
        if len({names.get(label, label) for label in tensor.labels}) == len(tensor.labels):
            return Sparse(core, tuple(pairs))
        return _sparse_product(core, Sparse(scalar(1), tuple(pairs)), (), 0)
    labels = tuple([names.get(label, label) for label in tensor.labels])
    if len(labels) < 2 or len(distinct := tuple(dict.fromkeys(labels))) == len(labels):
        return Tensor(labels, tensor.dims, tensor.data)
    sizes = dict(zip(labels, tensor.dims, strict=True))
    return reindexed(tensor, plain(labels), distinct, tuple([sizes[label] for label in distinct]))


def merged(tensor: Tensor, outer: Label, inner: Label, name: Label) -> Tensor:
    """Two axes as one, position outer·size(inner) + inner. It comes last."""
    if isinstance(tensor, Composed):
        return tensor.merged(outer, inner, name)
    rest = tuple([label for label in tensor.labels if label not in (outer, inner)])
    target = (*rest, outer, inner)
    whole = spread(tensor, target, tuple([tensor.size(label) for label in target]))
    return Tensor((*rest, name), (*whole.dims[:-2], whole.dims[-2] * whole.dims[-1]), whole.data)


def aligned(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Both arrays over the union of their axes, in one order."""
    labels, dims = union(left.labels, left.dims, right.labels, right.dims)
    return spread(left, labels, dims), spread(right, labels, dims)


def total(tensors: list[Tensor], p: int) -> Tensor:
    """The sum of arrays, each constant along the axes that it lacks. `p` is the modulus, 0 for floats."""
    first = tensors[0]
    if len(tensors) == 1:
        return first
    if isinstance(first, Sparse) and all(
        isinstance(tensor, Sparse) and tensor.pairs == first.pairs for tensor in tensors
    ):
        return Sparse(total([_parts(tensor)[0] for tensor in tensors], p), first.pairs)
    labels, dims = first.labels, first.dims
    for tensor in tensors[1:]:
        if tensor.labels != labels:
            labels, dims = union(labels, dims, tensor.labels, tensor.dims)
    columns = [spread(tensor, labels, dims).data for tensor in tensors]
    if len(columns) == 2:
        data = list(map(add, columns[0], columns[1]))
    else:
        data = list(map(sum, zip(*columns, strict=True)))
    return Tensor(labels, dims, _reduced(data, p))


def scaled(tensor: Tensor, factor: Any, p: int) -> Tensor:
    """Every entry times one number."""
    if isinstance(tensor, Composed):
        return tensor.scaled(factor, p)
    if isinstance(tensor, Sparse):
        return Sparse(scaled(tensor.core, factor, p), tensor.pairs)
    return Tensor(tensor.labels, tensor.dims, _reduced([value * factor for value in tensor.data], p))


def powered(tensor: Tensor, power: Callable[[Any], Any]) -> Tensor:
    """A whole power of every entry."""
    return tensor.powered(power) if isinstance(tensor, Composed) else mapped(tensor, power)


def mapped(tensor: Tensor, function: Callable[[Any], Any]) -> Tensor:
    """A function of every entry."""
    return Tensor(tensor.labels, tensor.dims, list(map(function, tensor.data)))


def summed(tensor: Tensor, over: Iterable[Label], p: int) -> Tensor:
    """The sum along some axes of the array; axes that it lacks are ignored."""
    gone = [label for label in over if label in tensor.labels]
    if not gone:
        return tensor
    if isinstance(tensor, Composed):
        return tensor.times(scalar(1), tuple(gone), p)
    if isinstance(tensor, Sparse):
        return _sparse_product(tensor, scalar(1), tuple(gone), p)
    rest = tuple([label for label in tensor.labels if label not in gone])
    target = (*rest, *gone)
    data = spread(tensor, target, tuple([tensor.size(label) for label in target])).data
    step = prod([tensor.size(label) for label in gone])
    sums = [sum(data[start : start + step]) for start in range(0, len(data), step)]
    return Tensor(rest, tuple([tensor.size(label) for label in rest]), _reduced(sums, p))


def product(left: Tensor, right: Tensor, over: Labels, p: int) -> Tensor:
    """Σ over the axes `over` of left·right; other axes of one name run together.
    Each axis of `over` is in one of the two."""
    if over:
        mine, theirs, over = alone(left.labels, right.labels, over)
        left = summed(left, mine, p) if mine else left
        right = summed(right, theirs, p) if theirs else right
    if isinstance(left, Composed):
        return left.times(right, over, p)
    if isinstance(right, Composed):
        return right.times(left, over, p)
    if isinstance(left, Sparse) or isinstance(right, Sparse):
        return _sparse_product(left, right, over, p)
    if not left.labels:
        return scaled(right, left.data[0], p)
    if not right.labels:
        return scaled(left, right.data[0], p)
    if left.labels == right.labels and not over:
        data = list(map(mul, left.data, right.data))
        return Tensor(left.labels, left.dims, _reduced(data, p))
    pick_left, pick_right, batch, rows, cols, inner, labels, dims = contraction(
        left.labels, left.dims, right.labels, right.dims, over
    )
    if batch * rows * cols > SIZE_LIMIT or batch * rows * cols * inner > WORK_LIMIT:
        raise TooLarge
    return Tensor(labels, dims, _multiply(pick_left(left.data), pick_right(right.data), batch, rows, cols, inner, p))


_SIDES: Final[tuple[Labels, ...]] = (), (ROW,), (COL,), (ROW, COL), (COL, ROW)
_TURNED: Final = {labels: tuple([COL if label is ROW else ROW for label in labels]) for labels in _SIDES}
"""The axes of a plain matrix, and those of its transpose."""


def turned(tensor: Tensor) -> Tensor:
    """The transpose: rows are columns, and columns rows."""
    labels = _TURNED.get(tensor.labels)
    if labels is None or type(tensor) is not Tensor:
        return renamed(tensor, {ROW: COL, COL: ROW})
    return Tensor(labels, tensor.dims, tensor.data)


def matmul(left: Tensor, right: Tensor, p: int) -> Tensor:
    """The matrix product; of plain matrices without a plan, which saves a tenth of the judging of answers."""
    ours, theirs = left.labels, right.labels
    if type(left) is not Tensor or type(right) is not Tensor or ours not in _TURNED or theirs not in _TURNED:
        return product(renamed(left, {COL: MIDDLE}), renamed(right, {ROW: MIDDLE}), (MIDDLE,) if COL in ours else (), p)
    a, b = left.data, right.data
    m, n = left.size(ROW) if ROW in ours else 1, right.size(COL) if COL in theirs else 1
    k = len(a) // m
    if m * n > SIZE_LIMIT or m * n * k > WORK_LIMIT:
        raise TooLarge
    if k == 1:
        data = _reduced([x * y for x in a for y in b], p)
    else:
        rows = [a[i * k : i * k + k] for i in range(m)] if ours[0] is ROW else [a[i::m] for i in range(m)]
        cols = [b[j::n] for j in range(n)] if theirs[0] is ROW else [b[j * k : j * k + k] for j in range(n)]
        data = _dots(rows, cols, p)
    labels = (ROW, COL) if ROW in ours and COL in theirs else (ROW,) if ROW in ours else (COL,) if COL in theirs else ()
    return Tensor(labels, tuple([size for size, side in ((m, ROW), (n, COL)) if side in labels]), data)


def _multiply(
    left: Sequence[Any], right: Sequence[Any], batch: int, mine: int, theirs: int, inner: int, p: int
) -> list[Any]:
    if inner == 1:
        pairs = [(left[k * mine : (k + 1) * mine], right[k * theirs : (k + 1) * theirs]) for k in range(batch)]
        return _reduced([a * b for some, others in pairs for a in some for b in others], p)
    rows = [left[start : start + inner] for start in range(0, len(left), inner)]
    cols = [right[start : start + inner] for start in range(0, len(right), inner)]
    if batch == 1:
        return _dots(rows, cols, p)
    pieces = [(rows[k * mine : (k + 1) * mine], cols[k * theirs : (k + 1) * theirs]) for k in range(batch)]
    return [value for some, others in pieces for value in _dots(some, others, p)]


def _reduced(data: list[Any], p: int) -> list[Any]:
    return [value % p for value in data] if p else data


def _dots(rows: list[Sequence[Any]], cols: list[Sequence[Any]], p: int) -> list[Any]:
    """Every row times every column."""
    if p and len(rows) >= _FEW_ROWS and len(cols) >= _LONG <= len(rows[0]) <= _LONGEST:
        return _dots_at_once(rows, cols, p)
    return _reduced([sum(map(mul, row, col)) for row in rows for col in cols], p)


def _dots_at_once(rows: list[Sequence[Any]], cols: list[Sequence[Any]], p: int) -> list[int]:
    """The same modulo a prime: the numbers that one factor of a row meets are written into one, 128 bits for each sum,
    and multiplied at once."""
    whole, sums = Struct(f"<{'Q8x' * len(cols)}"), Struct(f"<{2 * len(cols)}Q")
    lines = [int.from_bytes(whole.pack(*[value % p for value in line]), "little") for line in zip(*cols, strict=True)]
    high, data = (1 << 64) % p, list[int]()
    for row in rows:
        found = sums.unpack(sum(map(mul, [value % p for value in row], lines)).to_bytes(sums.size, "little"))
        data += [(low + up * high) % p for low, up in zip(found[::2], found[1::2], strict=True)]
    return data


def nested(tensor: Tensor) -> Any:
    """The entries as nested lists, one level for each axis; a number alone if there is none."""
    data = list(tensor.data)
    for size in reversed(tensor.dims[1:]):
        data = [data[start : start + size] for start in range(0, len(data), size)]
    return data if tensor.dims else data[0]

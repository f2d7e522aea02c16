"""Arrays that come from the form of an expression alone: identities, δ, entries taken out, traces, diagonals,
singular values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product as product_of
from math import prod
from typing import Any, Final

from ...ir import ONE, Dim, Index, Pair, Position, Shape
from ..fields import Floats, OutOfDomain
from .axes import Axis, Label, Labels
from .factored import LARGE, joined_sides, paired
from .tensor import (
    COL,
    ROW,
    SIZE_LIMIT,
    Composed,
    Tensor,
    TooLarge,
    aligned,
    identity,
    merged,
    product,
    reindexed,
    renamed,
    scaled,
    spread,
    summed,
)

Sizes = Callable[[Dim], int]


@lru_cache(maxsize=4096)
def sides(shape: Shape) -> Labels:
    """The axes of a shape: none for a number, ROW for a column, COL for a row."""
    return tuple([label for label, side in ((ROW, shape.rows), (COL, shape.cols)) if side is not ONE])


def lengths(shape: Shape, size: Sizes) -> tuple[int, ...]:
    """The lengths of those axes."""
    return tuple([size(side) for side in (shape.rows, shape.cols) if side is not ONE])


def axes(letters: tuple[Index, ...], shape: Shape, size: Sizes) -> tuple[Labels, tuple[int, ...]]:
    """The labels and lengths of an array over letters and a shape."""
    return (*letters, *sides(shape)), (*[size(letter.dim) for letter in letters], *lengths(shape, size))


def filled(value: Any, shape: Shape, size: Sizes) -> Tensor:
    """All entries the same."""
    dims = lengths(shape, size)
    if prod(dims) > SIZE_LIMIT:
        raise TooLarge
    return Tensor(sides(shape), dims, [value] * prod(dims))


def zero(shape: Shape, size: Sizes) -> Tensor:
    """All entries 0."""
    return filled(0, shape, size)


def unit_directions(shape: Shape, tag: Label, size: Sizes) -> Tensor:
    """∂X/∂X: δ for each side of the variable; the axes of the direction are named by the tag and the side."""
    result = Tensor((), (), (1,))
    for side, n in zip(sides(shape), lengths(shape, size), strict=True):
        result = product(result, identity(side, (tag, side), n), (), 0)
    return result


def _axis(position: Position, size: Sizes) -> Axis:
    if isinstance(position, Index):
        return 0, ((position, 1),)
    if isinstance(position, Pair):
        inner_size = size(position.inner_dim)
        outer, inner = _axis(position.outer, size), _axis(position.inner, size)
        return outer[0] * inner_size + inner[0], (*[(label, k * inner_size) for label, k in outer[1]], *inner[1])
    return position, ()


def _letters(position: Position) -> list[Index]:
    if isinstance(position, Pair):
        return _letters(position.outer) + _letters(position.inner)
    return [position] if isinstance(position, Index) else []


def taken(tensor: Tensor, where: Mapping[Any, Position], size: Sizes) -> Tensor:
    """The entries at the positions given for some axes; a letter that is there already makes a diagonal."""
    if all(isinstance(position, Index) for position in where.values()):
        return renamed(tensor, dict(where))
    if isinstance(tensor, Composed) and (parted := _counted(tensor, where, size)) is not None:
        return parted
    axes: list[Axis] = []
    target: dict[Label, int] = {}
    for label, length in zip(tensor.labels, tensor.dims, strict=True):
        if label not in where:
            axes.append((0, ((label, 1),)))
            target[label] = length
            continue
        position = where[label]
        axis = _axis(position, size)
        if axis[0] >= length:
            raise OutOfDomain(f"there is no entry number {axis[0]}")
        axes.append(axis)
        target.update({letter: size(letter.dim) for letter in _letters(position)})
    return reindexed(tensor, tuple(axes), tuple(target), tuple(target.values()))


def _counted(tensor: Tensor, where: Mapping[Any, Position], size: Sizes) -> Tensor | None:
    """Entries at pairs of letters, of an array in parts; None where a letter stands twice, or a number."""
    for label, position in where.items():
        axes = _pairs(position, size)
        parted = tensor.counted(label, axes) if axes is not None and isinstance(tensor, Composed) else None
        if parted is None:
            return None
        tensor = parted
    return tensor


def _pairs(position: Position, size: Sizes) -> list[tuple[Label, int]] | None:
    """The letters in which a position is counted; None where a number is among them."""
    if isinstance(position, Pair):
        outer, inner = _pairs(position.outer, size), _pairs(position.inner, size)
        return None if outer is None or inner is None else [*outer, *inner]
    return [(position, size(position.dim))] if isinstance(position, Index) else None


def delta(left: Position, right: Position, size: Sizes) -> Tensor:
    """1 where two positions agree, else 0."""
    if isinstance(left, Index) and isinstance(right, Index) and left is not right and size(left.dim) == size(right.dim):
        return identity(left, right, size(left.dim))
    letters = list(dict.fromkeys(_letters(left) + _letters(right)))
    dims = tuple([size(letter.dim) for letter in letters])
    if prod(dims) > LARGE:
        one, two = _pairs(left, size), _pairs(right, size)
        parted = None if one is None or two is None else paired(one, two)
        if parted is not None:
            return parted
    if prod(dims) > SIZE_LIMIT:
        raise TooLarge

    def places(axis: Axis) -> list[int]:
        """Where the axis is read at each choice of values for the letters."""
        found = [axis[0]]
        for letter, n in zip(letters, dims, strict=True):
            step = sum(factor for label, factor in axis[1] if label == letter)
            found = [place + k * step for place in found for k in range(n)]
        return found

    both = zip(places(_axis(left, size)), places(_axis(right, size)), strict=True)
    return Tensor(tuple(letters), dims, [int(one == other) for one, other in both])


def with_sides(tensor: Tensor, shape: Shape, size: Sizes) -> Tensor:
    """The array with the axes of the shape present; along an axis that was missing it is constant."""
    both = zip(sides(shape), lengths(shape, size), strict=True)
    missing = [(label, n) for label, n in both if label not in tensor.labels]
    if not missing:
        return tensor
    return spread(tensor, (*tensor.labels, *[label for label, _ in missing]), (*tensor.dims, *[n for _, n in missing]))


def kronecker(left: Tensor, right: Tensor, p: int) -> Tensor:
    """A ⊗ B, in parts where it is large."""
    inner = renamed(right, {ROW: "inner row", COL: "inner col"})
    if prod(left.dims) * prod(right.dims) > LARGE:
        return joined_sides(left, inner, {ROW: "inner row", COL: "inner col"}, p)
    tensor = product(left, inner, (), p)
    for side, apart in ((ROW, "inner row"), (COL, "inner col")):
        if apart in tensor.labels:
            tensor = merged(tensor, side, apart, side) if side in tensor.labels else renamed(tensor, {apart: side})
    return tensor


def _trace(tensor: Tensor, p: int) -> Tensor:
    return summed(renamed(tensor, {COL: ROW}), (ROW,), p)


def _diagonal_matrix(tensor: Tensor, p: int) -> Tensor:
    side = ROW if ROW in tensor.labels else COL
    if side not in tensor.labels:
        return tensor
    other = COL if side == ROW else ROW
    return product(tensor, identity(side, other, tensor.size(side)), (), p)


def _stacked(tensor: Tensor, p: int) -> Tensor:
    if ROW not in tensor.labels or COL not in tensor.labels:
        return renamed(tensor, {COL: ROW})
    return merged(tensor, COL, ROW, ROW)


def _masked(*sides: str, keeps: Callable[..., bool]) -> Callable[[Tensor, int], Tensor]:
    """The tensor with 0 where a condition on its positions along these sides and their lengths fails;
    a side of 1 has position 0."""

    def value(tensor: Tensor, p: int) -> Tensor:
        lengths = [tensor.size(side) if side in tensor.labels else 1 for side in sides]
        present = tuple(side for side in sides if side in tensor.labels)
        kept = [int(keeps(*at, *lengths)) for at in product_of(*map(range, lengths))]
        if not present:
            return scaled(tensor, kept[0], p)
        return product(tensor, Tensor(present, tuple(tensor.size(side) for side in present), kept), (), p)

    return value


def _crossing(tensor: Tensor, p: int) -> Tensor:
    """The matrix of b ↦ a × b, for a column a with three entries."""
    if tensor.labels.count(ROW) != 1 or tensor.size(ROW) != 3:
        raise OutOfDomain("a cross product of vectors that have not three entries")
    signs = [(j - i) * (k - i) * (j - k) // 2 for i, j, k in product_of(range(3), repeat=3)]
    return product(Tensor((ROW, COL, "of"), (3, 3, 3), signs), renamed(tensor, {ROW: "of"}), ("of",), p)


def hardmax(tensor: Tensor, over: Labels, alone: bool) -> Tensor:
    """1 at the greatest entry along these axes, else 0; of several that are equal the first,
    unless it must stand `alone`."""
    over = tuple([label for label in over if label in tensor.labels])
    labels = (*[label for label in tensor.labels if label not in over], *over)
    dims, count = tuple([tensor.size(label) for label in labels]), prod([tensor.size(label) for label in over])
    data, found = list(spread(tensor, labels, dims).data), list[int]()
    for start in range(0, len(data), count):
        part = data[start : start + count]
        top = sorted(part)[-2:]
        if alone and count > 1 and top[1] - top[0] <= 1e-9 * (1 + abs(top[1])):
            raise OutOfDomain("greatest entries that are equal")
        best = part.index(top[-1])
        found.extend(int(place == best) for place in range(count))
    return Tensor(labels, dims, found)


def _rolled(tensor: Tensor, p: int) -> Tensor:
    """Every row one place up, the first to the end."""
    if ROW not in tensor.labels:
        return tensor
    count = tensor.size(ROW)
    step = Tensor((ROW, "up"), (count, count), [int(j == (i + 1) % count) for i in range(count) for j in range(count)])
    return product(step, renamed(tensor, {ROW: "up"}), ("up",), p)


LINEAR: Final[dict[str, Callable[[Tensor, int], Tensor]]] = {
    "tr": _trace,
    "sum": lambda tensor, p: summed(tensor, (ROW, COL), p),
    "sum0": lambda tensor, p: summed(tensor, (ROW,), p),
    "sum1": lambda tensor, p: summed(tensor, (COL,), p),
    "diagonal": lambda tensor, p: renamed(tensor, {COL: ROW}),
    "diag": _diagonal_matrix,
    "vec": _stacked,
    "strictupper": _masked(ROW, COL, keeps=lambda i, j, _m, _n: i < j),
    "tril": _masked(ROW, COL, keeps=lambda i, j, _m, _n: i >= j),
    "triu": _masked(ROW, COL, keeps=lambda i, j, _m, _n: i <= j),
    "crossmat": _crossing,
    "shiftup": _rolled,
    "butlast": _masked(ROW, keeps=lambda i, m: i + 1 < m),
}
"""The functions that only move and add entries."""


def float_power(base: Tensor, exponent: Tensor) -> Tensor:
    """Entry by entry base to the power of exponent, in floats."""
    field = Floats()
    left, right = aligned(base, exponent)
    powers = [field.power(u, Fraction(v)) for u, v in zip(left.data, right.data, strict=True)]
    return Tensor(left.labels, left.dims, powers)

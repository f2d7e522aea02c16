"""Axes and their names: from where in an array's flat data its entries are read, worked out once for each form."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from math import prod
from operator import itemgetter
from typing import Any

Label = Hashable
Labels = tuple[Label, ...]
Pairs = tuple[tuple[Label, Label, int], ...]
"""Axes along which an array is zero where they differ, and their length."""

Axis = tuple[int, tuple[tuple[Label, int], ...]]
"""Where an axis is read: a constant plus a multiple of some labels, `(c, ((i, a), …))` for position c + a·i + …."""


def _strides(dims: tuple[int, ...]) -> list[int]:
    strides, step = [], 1
    for size in reversed(dims):
        strides.append(step)
        step *= size
    return strides[::-1]


Picker = Callable[[Sequence[Any]], Sequence[Any]]


def _same(data: Sequence[Any]) -> Sequence[Any]:
    return data


@lru_cache(maxsize=8192)
def plan(axes: tuple[Axis, ...], dims: tuple[int, ...], target: tuple[Label, ...], sizes: tuple[int, ...]) -> Picker:
    """How the entries over `target` are picked that stand where `axes` says."""
    steps: dict[Label, int] = dict.fromkeys(target, 0)
    start = 0
    for (constant, parts), stride in zip(axes, _strides(dims), strict=True):
        start += constant * stride
        for label, factor in parts:
            steps[label] += factor * stride
    offsets = [start]
    for label, size in zip(target, sizes, strict=True):
        step = steps[label]
        offsets = [offset + k * step for offset in offsets for k in range(size)]
    length = prod(dims)
    if len(offsets) == length and offsets == list(range(length)):
        return _same
    if len(offsets) == 1:
        only = offsets[0]
        return lambda data: (data[only],)
    return itemgetter(*offsets)


def plain(labels: Iterable[Label]) -> tuple[Axis, ...]:
    """Axes that are each read in full."""
    return tuple([(0, ((label, 1),)) for label in labels])


@lru_cache(maxsize=8192)
def order_plan(
    labels: tuple[Label, ...], dims: tuple[int, ...], target: tuple[Label, ...], sizes: tuple[int, ...]
) -> Picker:
    """How the entries are picked in another order of the axes; along new ones they repeat."""
    return plan(plain(labels), dims, target, sizes)


@lru_cache(maxsize=8192)
def union(
    left: tuple[Label, ...], ldims: tuple[int, ...], right: tuple[Label, ...], rdims: tuple[int, ...]
) -> tuple[tuple[Label, ...], tuple[int, ...]]:
    """The axes of either array, and how long they are."""
    sizes = dict(zip(left, ldims, strict=True)) | dict(zip(right, rdims, strict=True))
    return tuple(sizes), tuple(sizes.values())


Contraction = tuple[Picker, Picker, int, int, int, int, Labels, tuple[int, ...]]


@lru_cache(maxsize=8192)
def alone(left: Labels, right: Labels, over: Labels) -> tuple[Labels, Labels, Labels]:
    """Of the axes that are summed those that only the left array has, only the right one, and both."""
    return (
        tuple([label for label in over if label in left and label not in right]),
        tuple([label for label in over if label in right and label not in left]),
        tuple([label for label in over if label in left and label in right]),
    )


@lru_cache(maxsize=8192)
def contraction(
    left: Labels, ldims: tuple[int, ...], right: Labels, rdims: tuple[int, ...], over: Labels
) -> Contraction:
    """How two arrays are laid for a product that is summed along `over`: how both are picked, how many positions both
    run through together, the left alone, the right alone, and the sum; and the axes of the product."""
    sizes = dict(zip(left, ldims, strict=True)) | dict(zip(right, rdims, strict=True))
    inner = [label for label in left if label in over]
    batch = [label for label in left if label in right and label not in over]
    mine = [label for label in left if label not in right]
    theirs = [label for label in right if label not in left]
    arrange_left, arrange_right, labels = (*batch, *mine, *inner), (*batch, *theirs, *inner), (*batch, *mine, *theirs)

    def many(some: Iterable[Label]) -> tuple[int, ...]:
        return tuple([sizes[label] for label in some])

    return (
        plan(plain(left), ldims, arrange_left, many(arrange_left)),
        plan(plain(right), rdims, arrange_right, many(arrange_right)),
        prod(many(batch)),
        prod(many(mine)),
        prod(many(theirs)),
        prod(many(inner)),
        labels,
        many(labels),
    )


@lru_cache(maxsize=8192)
def joined(pairs: Pairs, over: Labels) -> tuple[dict[Label, Label], dict[Label, int], Pairs, Labels]:
    """What axes are called that δ's make equal, how long they are, the δ's that stay,
    and over which axes is still to be summed."""
    names: dict[Label, Label] = {}
    sizes: dict[Label, int] = {}
    kept: list[tuple[Label, Label, int]] = []
    for labels, size in _classes(pairs):
        stay = [label for label in labels if label not in over]
        first = stay[0] if stay else labels[0]
        names.update(dict.fromkeys(labels, first))
        kept += [(first, label, size) for label in stay[1:]]
        sizes[first] = size
    rest = dict.fromkeys([names.get(label, label) for label in over])
    return names, sizes, tuple(kept), tuple([label for label in rest if label not in names or label in over])


def _classes(pairs: Iterable[tuple[Label, Label, int]]) -> list[tuple[list[Label], int]]:
    """Axes that the δ's make equal, and how long they are."""
    found: list[tuple[list[Label], int]] = []
    for left, right, size in pairs:
        touching = [labels for labels, _ in found if left in labels or right in labels]
        whole = list(dict.fromkeys([label for labels in touching for label in labels] + [left, right]))
        found = [one for one in found if one[0] not in touching] + [(whole, size)]
    return found


SizedAxes = tuple[tuple[Label, int], ...]
Order = tuple[tuple[tuple[tuple[int, ...], Labels], ...], tuple[int, ...], int]


@lru_cache(maxsize=8192)
def order(factors: tuple[SizedAxes, ...], bound: SizedAxes) -> Order:
    """In which order factors with these axes are multiplied and the bound axes summed, the cheapest axis next: each
    step names the factors that it takes, earlier products among them, and the axes that go with it. Also the factors
    that are left, and how often their product is taken, as no factor holds some of the bound axes."""
    left = {number: dict(labels) for number, labels in enumerate(factors)}
    sizes = dict(bound)
    users: dict[Label, set[int]] = {label: {n for n, labels in left.items() if label in labels} for label in sizes}
    repeat = prod([size for label, size in bound if not users[label]])
    costs: dict[Label, int] = {}
    steps: list[tuple[tuple[int, ...], Labels]] = []
    while open_labels := [label for label in sizes if users[label]]:
        for label in open_labels:
            if label not in costs:
                costs[label] = prod({k: v for n in users[label] for k, v in left[n].items()}.values())
        label = min(open_labels, key=costs.__getitem__)
        members = tuple(sorted(users[label], key=lambda n: len(left[n])))
        gone = tuple([other for other in open_labels if users[other] <= users[label]])
        fresh = len(factors) + len(steps)
        steps.append((members, gone))
        together = {other: size for n in members for other, size in left.pop(n).items()}
        left[fresh] = {other: size for other, size in together.items() if other not in gone}
        for other in together:
            costs.pop(other, None)
            if other in users:
                users[other] = set() if other in gone else users[other].difference(members) | {fresh}
    return tuple(steps), tuple(sorted(left, key=lambda n: len(left[n]))), repeat

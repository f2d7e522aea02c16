"""Large arrays that are products of small ones, kept apart: a Kronecker product, a δ between counted pairs.

Every axis is counted in digits, the first one slowest, and each part holds some of the digits. A product with another
array splits digits until both count alike, and then sums digit by digit: nothing of the size of the whole is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from math import prod
from operator import mul
from typing import Any, Final

from .axes import Label, Labels, order
from .tensor import SIZE_LIMIT, Composed, Sparse, Tensor, TooLarge, product, renamed, scalar, scaled, spread

LARGE: Final = 100
"""An array with more entries is kept in parts where it is a product."""

Sizes = tuple[int, ...]


class Factored(Composed):
    """The product of `parts` modulo p (0 for floats), written out only when `data` is read. `digits` says how each axis
    is counted; digit number k of an axis is an axis of the parts, called (axis, k)."""

    __slots__ = ("digits", "held", "p", "parts")

    def __init__(self, parts: Sequence[Tensor], digits: Mapping[Label, Sizes], p: int) -> None:
        self.parts = tuple([one for part in parts for one in _apart(part)]) or (scalar(1),)
        self.digits, self.p = dict(digits), p
        self.labels = tuple(self.digits)
        self.dims = tuple(map(prod, self.digits.values()))
        self.held = sum(prod(part.core.dims if isinstance(part, Sparse) else part.dims) for part in self.parts)

    def __getattr__(self, name: str) -> Any:
        if name != "data":
            raise AttributeError(name)
        if prod(self.dims) > SIZE_LIMIT:
            raise TooLarge
        axes = {(label, k): size for label, sizes in self.digits.items() for k, size in enumerate(sizes)}
        whole = reduce(lambda left, right: product(left, right, (), self.p), self.parts)
        self.data = spread(whole, tuple(axes), tuple(axes.values())).data
        return self.data

    def times(self, other: Tensor, over: Labels, p: int) -> Tensor:
        one, two = _alike(self, other if isinstance(other, Factored) else lifted(other, p))
        digits = {label: sizes for label, sizes in {**one.digits, **two.digits}.items() if label not in over}
        sizes_over = {label: one.digits.get(label) or two.digits.get(label) or () for label in over}
        bound = {(label, k): size for label, sizes in sizes_over.items() for k, size in enumerate(sizes)}
        parts = [*one.parts, *two.parts]
        axes = tuple([tuple(zip(part.labels, part.dims, strict=True)) for part in parts])
        steps, rest, _ = order(axes, tuple(bound.items()))
        for members, gone in steps:
            *before, last = [parts[n] for n in members]
            whole = reduce(lambda left, right: product(left, right, (), p), before, scalar(1))
            parts.append(product(whole, last, gone, p))
        found = Factored(_absorbed([parts[n] for n in rest], p), digits, p)
        return found if prod(found.dims) > LARGE else Tensor(found.labels, found.dims, found.data)

    def called(self, names: Mapping[Label, Label]) -> Tensor:
        found = self
        digits: dict[Label, Sizes] = {}
        for label in self.labels:
            name = names.get(label, label)
            twin = next((other for other in digits if other == name), None)
            if twin is not None:  # two axes that get one name: their diagonal
                return renamed(Tensor(self.labels, self.dims, self.data), dict(names))
            digits[name] = found.digits[label]
        table: dict[Label, Label] = {
            (label, k): (names.get(label, label), k) for label, sizes in self.digits.items() for k in range(len(sizes))
        }
        return Factored([renamed(part, table) for part in self.parts], digits, self.p)

    def scaled(self, factor: Any, p: int) -> Tensor:
        least = min(range(len(self.parts)), key=lambda n: prod(self.parts[n].dims))
        parts = [scaled(part, factor, p) if n == least else part for n, part in enumerate(self.parts)]
        return Factored(parts, self.digits, self.p)

    def powered(self, power: Callable[[Any], Any]) -> Tensor:
        parts = [Tensor(part.labels, part.dims, list(map(power, part.data))) for part in self.parts]
        return Factored(parts, self.digits, self.p)

    def merged(self, outer: Label, inner: Label, name: Label) -> Tensor:
        both = ((label, k) for label in (outer, inner) for k in range(len(self.digits[label])))
        names: dict[Label, Label] = {digit: ("merged", n) for n, digit in enumerate(both)}
        last: dict[Label, Label] = {("merged", n): (name, n) for n in range(len(names))}
        digits = {label: sizes for label, sizes in self.digits.items() if label not in (outer, inner)}
        parts = [renamed(renamed(part, names), last) for part in self.parts]
        return Factored(parts, {**digits, name: (*self.digits[outer], *self.digits[inner])}, self.p)

    def counted(self, label: Label, axes: Sequence[tuple[Label, int]]) -> Tensor | None:
        parted = _recounted(self, {label: tuple([size for _, size in axes])})
        if parted is None or len({*self.labels, *[axis for axis, _ in axes]}) < len(self.labels) + len(axes):
            return None
        names: dict[Label, Label] = {}
        digits = {other: sizes for other, sizes in parted.digits.items() if other != label}
        left = list(enumerate(parted.digits[label]))
        for axis, size in axes:
            own = _taken(left, size)
            names.update({(label, k): (axis, place) for place, (k, _) in enumerate(own)})
            digits[axis] = tuple([digit for _, digit in own])
        return Factored([renamed(part, names) for part in parted.parts], digits, self.p)


def _taken(left: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The first of the numbered digits that are left which count up to a size: they are left no more."""
    own: list[tuple[int, int]] = []
    while prod([digit for _, digit in own]) < size:
        own.append(left.pop(0))
    return own


def _apart(part: Tensor) -> list[Tensor]:
    """A part whose δ's stand apart: each is a factor of its own."""
    if not isinstance(part, Sparse):
        return [part]
    core = [part.core] if part.core.labels or part.core.data[0] != 1 else []
    return [*core, *[Sparse(scalar(1), (pair,)) for pair in part.pairs]]


def lifted(tensor: Tensor, p: int) -> Factored:
    """An array as one part, each axis as one digit."""
    if isinstance(tensor, Factored):
        return tensor
    names: dict[Label, tuple[tuple[Label, int], ...]] = {
        label: (((label, 0), size),) if size > 1 else () for label, size in zip(tensor.labels, tensor.dims, strict=True)
    }
    digits = {label: tuple([size for _, size in axes]) for label, axes in names.items()}
    return Factored([_with_digits(tensor, names)], digits, p)


def joined_sides(left: Tensor, right: Tensor, pairs: Mapping[Label, Label], p: int) -> Tensor:
    """The product of two arrays in which each axis of a pair, of the left array and of the right, becomes one axis,
    called as the left one: position outer·size(inner) + inner."""
    one, two = lifted(left, p), lifted(right, p)
    digits, names = dict(one.digits), dict[Label, Label]()
    for label, sizes in two.digits.items():
        outer = next((outer for outer, inner in pairs.items() if inner == label), label)
        before = one.digits.get(outer, ()) if outer != label else ()
        digits[outer] = (*before, *sizes)
        names.update({(label, k): (outer, len(before) + k) for k in range(len(sizes))})
    return Factored([*one.parts, *[renamed(part, names) for part in two.parts]], digits, p)


def paired(left: Sequence[tuple[Label, int]], right: Sequence[tuple[Label, int]]) -> Tensor | None:
    """1 where two positions, each counted in some axes, agree; None where an axis stands in both of them or the digits
    do not fit."""
    one, two = (tuple([size for _, size in side]) for side in (left, right))
    common = _refined(one, two)
    axes = [axis for side in (left, right) for axis, _ in side]
    if common is None or len(set(axes)) < len(axes):
        return None
    digits: dict[Label, Sizes] = {}
    lists: list[list[Label]] = []
    for side in (left, right):
        places, left_over = list[Label](), list(enumerate(common))
        for axis, size in side:
            digits[axis] = tuple([digit for _, digit in _taken(left_over, size)])
            places += [(axis, place) for place in range(len(digits[axis]))]
        lists.append(places)
    pairs = tuple([(a, b, size) for a, b, size in zip(*lists, common, strict=True)])
    return Factored([Sparse(scalar(1), (pair,)) for pair in pairs] or [scalar(1)], digits, 0)


def _refined(one: Sizes, other: Sizes) -> Sizes | None:
    """The coarsest digits in which both ways of counting are; None where there are none."""
    ends = sorted({1, *accumulate(reversed(one), mul), *accumulate(reversed(other), mul)})
    if prod(one) != prod(other) or any(larger % smaller for smaller, larger in pairwise(ends)):
        return None
    return tuple([larger // smaller for smaller, larger in pairwise(ends)][::-1])


def _alike(one: Factored, two: Factored) -> tuple[Factored, Factored]:
    """Both with the same digits of the axes that they share; written out where that cannot be."""
    while True:
        both = {label: (one.digits[label], two.digits[label]) for label in one.labels if label in two.digits}
        wanted = {label: _refined(first, second) for label, (first, second) in both.items() if first != second}
        if not wanted:
            return one, two
        known = {label: sizes for label, sizes in wanted.items() if sizes is not None}
        first, second = _recounted(one, known), _recounted(two, known)
        if len(known) < len(wanted) or first is None or second is None:
            return _whole(one), _whole(two)
        one, two = first, second


def _whole(tensor: Factored) -> Factored:
    return lifted(Tensor(tensor.labels, tensor.dims, tensor.data), tensor.p)


def _recounted(tensor: Factored, wanted: Mapping[Label, Sizes]) -> Factored | None:
    """The same with finer digits of some axes, and of those that δ's make equal to them."""
    split: dict[Label, Sizes] = {}
    for label, sizes in wanted.items():
        finer = _refined(tensor.digits[label], sizes)
        if finer is None:
            return None
        left = list(enumerate(finer))
        for k, size in enumerate(tensor.digits[label]):
            split[label, k] = tuple([digit for _, digit in _taken(left, size)])
    links = [pair for part in tensor.parts if isinstance(part, Sparse) for pair in part.pairs]
    changed = True
    while changed:
        changed = False
        for left_digit, right_digit, size in links:
            common = _refined(split.get(left_digit, (size,)), split.get(right_digit, (size,)))
            if common is None:
                return None
            for digit in (left_digit, right_digit):
                if split.get(digit, (size,)) != common:
                    split[digit], changed = common, True
    names: dict[Label, tuple[tuple[Label, int], ...]] = {}
    digits: dict[Label, Sizes] = {}
    for label, sizes in tensor.digits.items():
        whole: list[int] = []
        for k, size in enumerate(sizes):
            own_sizes = split.get((label, k), (size,))
            names[label, k] = tuple([((label, len(whole) + n), one) for n, one in enumerate(own_sizes)])
            whole.extend(own_sizes)
        digits[label] = tuple(whole)
    return Factored([_with_digits(part, names) for part in tensor.parts], digits, tensor.p)


def _with_digits(part: Tensor, names: Mapping[Label, tuple[tuple[Label, int], ...]]) -> Tensor:
    """A part with each axis counted in others: nothing moves."""
    if isinstance(part, Sparse):
        finer = [zip(names[left], names[right], strict=True) for left, right, _ in part.pairs]
        pairs = [(one, other, size) for digits in finer for (one, size), (other, _) in digits]
        core = _with_digits(part.core, names)
        return Sparse(core, tuple(pairs)) if pairs else core
    axes = [axis for label in part.labels for axis in names[label]]
    return Tensor(tuple([axis for axis, _ in axes]), tuple([size for _, size in axes]), part.data)


def _absorbed(parts: list[Tensor], p: int) -> list[Tensor]:
    """The same product with fewer parts: what holds no other axes than another part goes into it."""
    kept: list[Tensor] = []
    for part in sorted(parts, key=lambda part: -len(part.labels)):
        place = next((n for n, other in enumerate(kept) if set(part.labels) <= set(other.labels)), None)
        if place is None:
            kept.append(part)
        else:
            kept[place] = product(kept[place], part, (), p)
    return kept

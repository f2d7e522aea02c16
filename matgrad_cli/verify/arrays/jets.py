"""Values together with their derivatives: an array for every set of perturbations that act at once.

A jet maps a set of tags to the coefficient of the product of their ε; a missing set is zero.
Products follow from (Σ_S a_S ε_S)(Σ_T b_T ε_T) with ε² = 0: no rule of differentiation is needed beyond that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial, reduce
from itertools import groupby
from math import prod
from typing import Final, NamedTuple

from ...ir import Dim, Expr, Symbol
from .axes import Label, Labels, Order, order
from .structure import taken
from .tensor import SIZE_LIMIT, Composed, Tensor, TooLarge, matmul, product, scalar, scaled, total


class Tag(NamedTuple):
    """One perturbation of a variable: in every entry at once (`whole`), along a random or a given direction."""

    variable: Symbol
    level: int
    kind: str
    direction: Expr | None = None


Tags = frozenset[Tag]
Jet = dict[Tags, Tensor]
NONE: Final[Tags] = frozenset()


@lru_cache(maxsize=1024)
def splits(tags: Tags) -> tuple[tuple[Tags, Tags], ...]:
    """All ways to divide a set in two."""
    parts: list[tuple[Tags, Tags]] = [(NONE, NONE)]
    for tag in sorted(tags, key=lambda tag: tag.level):
        one = frozenset((tag,))
        parts = [pair for left, right in parts for pair in ((left | one, right), (left, right | one))]
    return tuple(parts)


@lru_cache(maxsize=1024)
def subsets(tags: Tags) -> tuple[Tags, ...]:
    """All subsets, smaller ones before larger ones."""
    return tuple(sorted((left for left, _ in splits(tags)), key=len))


def gathered(parts: dict[Tags, list[Tensor]], p: int) -> Jet:
    """The sum of what was collected for each set."""
    return {tags: total(tensors, p) for tags, tensors in parts.items()}


def jet_product(left: Jet, right: Jet, over: Labels, p: int) -> Jet:
    """Σ over the axes `over` of left·right."""
    sizes = (_labels(left) | _labels(right)) if over else {}

    def times(a: Tensor, b: Tensor) -> Tensor:
        repeat = prod([sizes[label] for label in over if label not in a.labels and label not in b.labels])
        part = product(a, b, over, p)
        return part if repeat == 1 else scaled(part, repeat, p)

    return jet_of_pairs(left, right, times, p)


def jet_of_pairs(left: Jet, right: Jet, times: Callable[[Tensor, Tensor], Tensor], p: int) -> Jet:
    """A product of two arrays, whichever it is, of two jets."""
    if (still := _still((left, right))) is not None:
        return {NONE: times(*still)}
    parts: dict[Tags, list[Tensor]] = {}
    for mine, a in left.items():
        for theirs, b in right.items():
            if not mine & theirs:
                parts.setdefault(mine | theirs, []).append(times(a, b))
    return gathered(parts, p)


def jet_along(jet: Jet, sides: Sequence[tuple[Label, int]], size: Callable[[Dim], int], p: int) -> Jet:
    """The product of all that stands along some sides of these lengths."""
    factors = [jet]
    for side, length in sides:
        ways = [partial(taken, where={side: at}, size=size) for at in range(length)]
        factors = [each(factor, way) for factor in factors for way in ways]
    return reduce(lambda left, right: jet_product(left, right, (), p), factors)


def jet_total(jets: Sequence[Jet], p: int) -> Jet:
    """The sum of jets."""
    if (still := _still(jets)) is not None:
        return {NONE: total(still, p)}
    parts: dict[Tags, list[Tensor]] = {}
    for jet in jets:
        for tags, tensor in jet.items():
            parts.setdefault(tags, []).append(tensor)
    return gathered(parts, p)


def each(jet: Jet, function: Callable[[Tensor], Tensor]) -> Jet:
    """A linear function of every component."""
    return {tags: function(tensor) for tags, tensor in jet.items()}


def _labels(jet: Jet) -> dict[Label, int]:
    found: dict[Label, int] = {}
    for tensor in jet.values():
        found.update(zip(tensor.labels, tensor.dims, strict=True))
    return found


def _still(jets: Sequence[Jet]) -> list[Tensor] | None:
    """The arrays of jets in none of which anything moves, as in nearly all of what is compared."""
    found = [jet[NONE] for jet in jets if len(jet) == 1 and NONE in jet]
    return found if len(found) == len(jets) else None


@lru_cache(maxsize=8192)
def _planned(
    shapes: tuple[tuple[tuple[Labels, tuple[int, ...]], ...], ...], bound: tuple[tuple[Label, int], ...]
) -> tuple[Order, int]:
    """In which order factors of these axes are contracted, and how many entries the result has."""
    sizes: list[dict[Label, int]] = [
        {label: size for labels, dims in jet for label, size in zip(labels, dims, strict=True)} for jet in shapes
    ]
    gone = dict(bound)
    kept = {label: size for one in sizes for label, size in one.items() if label not in gone}
    return order(tuple([tuple(one.items()) for one in sizes]), bound), prod(kept.values())


def contract(factors: list[Jet], bound: dict[Label, int], p: int) -> Jet:
    """Σ over the bound axes of the product of all factors: one axis at a time, never all at once."""
    if not bound and (still := _still(factors)) is not None:
        few_axes_first = sorted(still, key=lambda tensor: len(tensor.labels))
        return {NONE: reduce(lambda left, right: product(left, right, (), p), few_axes_first)}
    shapes = tuple([tuple([(one.labels, one.dims) for one in jet.values()]) for jet in factors])
    (steps, rest, repeat), size = _planned(shapes, tuple(bound.items()))
    if size > SIZE_LIMIT and not any(isinstance(one, Composed) for jet in factors for one in jet.values()):
        raise TooLarge  # the result alone is too large, and would be written out: nothing is begun
    jets = list(factors)
    for members, gone in steps:
        jets.append(_jets_together([jets[n] for n in members], gone, p))
    found = _jets_together([jets[n] for n in rest], (), p)
    return found if repeat == 1 else each(found, lambda tensor: scaled(tensor, repeat, p))


def _jets_together(jets: list[Jet], over: Labels, p: int) -> Jet:
    """The product of jets; the axes `over` are summed in the last product."""
    *before, last = jets
    if not before:
        return jet_product({NONE: scalar(1)}, last, over, p) if over else last
    return jet_product(reduce(lambda left, right: jet_product(left, right, (), p), before), last, over, p)


# ---- products of matrices: in which order they are multiplied, and how a derivative runs through a long one


def matrix_product(left: Jet, right: Jet, p: int) -> Jet:
    """The matrix product of two jets."""
    return jet_of_pairs(left, right, lambda a, b: matmul(a, b, p), p)


def chain(jets: list[Jet], widths: list[int], p: int) -> Jet:
    """F₁⋯F_k; `widths` are the rows of each factor and the columns of the last.

    From the narrowest side outwards, xᵀ(Ay) as (AB)x; neighbours without a derivative first,
    so that few products hold one.
    """
    times = partial(matrix_product, p=p)
    if len(jets) == 2:
        return times(*jets)
    if any(map(any, jets)) and min(widths) == max(widths):  # none is narrower: what is still goes together
        runs = [(moves, list(run)) for moves, run in groupby(jets, key=any)]
        return reduce(times, [jet for moves, run in runs for jet in (run if moves else [reduce(times, run)])])
    *widths, last = widths
    for k in range(len(jets) - 1, 0, -1):
        if widths[k] > min(widths) and not any(jets[k - 1]) and not any(jets[k]):
            jets[k - 1 : k + 1], widths[k:] = [times(jets[k - 1], jets[k])], widths[k + 1 :]
    narrow = len(jets) if last < min(widths) else widths.index(min(widths))
    sides = [reduce(lambda right, left: times(left, right), jets[narrow - 1 :: -1])] if narrow else []
    sides += [reduce(times, jets[narrow:])] if narrow < len(jets) else []
    return reduce(times, sides)

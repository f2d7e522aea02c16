"""Products of matrices as jets: in which order they are multiplied, and how a derivative runs through a long one."""

from __future__ import annotations

from functools import reduce
from itertools import accumulate
from typing import Final

from .jets import NONE, Jet, Tags, each, gathered, jet_product
from .tensor import COL, ROW, Sparse, product, renamed

_MIDDLE: Final = "middle"


def matrix_product(left: Jet, right: Jet, p: int) -> Jet:
    """The matrix product of two jets."""
    if len(left) == 1 == len(right) and NONE in left and NONE in right:
        return {NONE: product(renamed(left[NONE], {COL: _MIDDLE}), renamed(right[NONE], {ROW: _MIDDLE}),
                              (_MIDDLE,) if COL in left[NONE].labels else (), p)}
    return jet_product(each(left, lambda t: renamed(t, {COL: _MIDDLE})), each(right, lambda t: renamed(t, {ROW: _MIDDLE})),
                       (_MIDDLE,) if any(COL in t.labels for t in left.values()) else (), p)


def chain(jets: list[Jet], widths: list[int], p: int) -> Jet:
    """F₁⋯F_k; `widths` are the rows of each factor and the columns of the last.

    From the narrowest side outwards, xᵀ(Ay) as (AB)x; neighbours without a derivative first, so that few products hold one.
    """

    def times(left: Jet, right: Jet) -> Jet:
        return matrix_product(left, right, p)

    tag = _moving_in_many(jets)
    if tag:
        return _place_by_place(jets, tag, p)
    *widths, last = widths
    for k in range(len(jets) - 1, 0, -1):
        if widths[k] > min(widths) and not any(jets[k - 1]) and not any(jets[k]):
            jets[k - 1 : k + 1], widths[k:] = [times(jets[k - 1], jets[k])], widths[k + 1 :]
    narrow = len(jets) if last < min(widths) else widths.index(min(widths))
    sides = [reduce(lambda right, left: times(left, right), jets[narrow - 1 :: -1])] if narrow else []
    sides += [reduce(times, jets[narrow:])] if narrow < len(jets) else []
    return reduce(times, sides)


def _moving_in_many(jets: list[Jet]) -> Tags:
    """The one tag of a product in which several factors move and most of their derivatives are δ's; else none."""
    tags = {key for jet in jets for key in jet if key}
    if len(tags) != 1 or not all(NONE in jet for jet in jets):
        return NONE
    tag = tags.pop()
    moving = [jet[tag] for jet in jets if tag in jet]
    sparse = sum(isinstance(tensor, Sparse) for tensor in moving)
    return tag if len(tag) == 1 and sparse > 1 and 2 * (len(moving) - sparse) < len(jets) - 1 else NONE


def _place_by_place(jets: list[Jet], tag: Tags, p: int) -> Jet:
    """(F₁⋯F_k)′ = Σ (F₁⋯F_{i−1}) F_i′ (F_{i+1}⋯F_k): where F_i′ is made of δ's, a term is an outer product."""
    values = [{NONE: jet[NONE]} for jet in jets]
    before: list[Jet] = list(accumulate(values, lambda left, right: matrix_product(left, right, p)))
    after: list[Jet] = list(accumulate(reversed(values), lambda right, left: matrix_product(left, right, p)))[::-1]
    terms = []
    for place, jet in enumerate(jets):
        if tag in jet:
            term = {tag: jet[tag]}
            term = matrix_product(before[place - 1], term, p) if place else term
            terms.append((matrix_product(term, after[place + 1], p) if place + 1 < len(jets) else term)[tag])
    return before[-1] | gathered({tag: terms}, p)

"""The greatest entries, where they stand, and products of entries, with their derivatives."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING

from ..ir.functions import PRODUCTS
from . import structure as lay
from .fields import NotExact
from .jets import NONE, Jet, each, jet_product
from .tensor import COL, ROW, Tensor, product

if TYPE_CHECKING:
    from .evaluate import Place


def of_entries(name: str, value: Tensor, jet: Jet, place: Place) -> Jet:
    """The jet of `max`, `hardmax` or `prod`, of all entries, of each column (0) or of each row (1)."""
    over = tuple([side for side in {"0": (ROW,), "1": (COL,)}.get(name[-1], (ROW, COL)) if side in value.labels])
    parts, p = {NONE: value} | jet, place.field.p
    if name in PRODUCTS:
        factors = [parts]
        for side in over:
            each_one = [partial(lay.taken, where={side: at}, size=place.size) for at in range(value.size(side))]
            factors = [each(factor, take) for factor in factors for take in each_one]
        return reduce(lambda left, right: jet_product(left, right, (), p), factors)
    if p:
        raise NotExact("a greatest entry")
    itself = name.startswith("max")
    where = lay.hardmax(value, over, len(parts) > 1 or not itself)
    return each(parts, lambda part: product(where, part, over, 0)) if itself else {NONE: where}

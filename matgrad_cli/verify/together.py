"""Terms that differ in nothing but names, evaluated together: the values of their variables stand side by side along
one more axis, and one evaluation of the form does for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ..ir import Expr, Symbol
from ..ir.alike import Form, form_of
from .arrays.jets import Jet, Tags, each
from .arrays.tensor import Tensor, TooLarge, scaled, summed
from .fields import NotExact, OutOfDomain

if TYPE_CHECKING:
    from .evaluate import Evaluator

FEWEST: Final = 4
"""So many terms of one form are worth it."""


def jets_of(here: Evaluator, terms: Sequence[Expr], tags: Tags) -> list[Jet]:
    """Jets whose sum is that of the terms, at a point of exact numbers."""
    moving = {symbol for tag in tags for symbol in (tag.variable, *(tag.direction.symbols if tag.direction else ()))}
    fresh = [term for term in terms if not here.knows(term, tags)]
    if len(fresh) < FEWEST:
        return [here.jet(term, tags) for term in terms]
    groups: dict[Any, list[tuple[Expr, Form]]] = {}
    for term in fresh:
        form = form_of(term)
        still = tuple([symbol if symbol in moving else None for symbol in form.symbols])
        groups.setdefault((form.kind, still), []).append((term, form))
    found = [here.jet(term, tags) for term in terms if here.knows(term, tags)]
    for members in groups.values():
        together = _together(here, members, tags) if len(members) >= FEWEST else None
        found += [here.jet(term, tags) for term, _ in members] if together is None else [together]
    return found


def _together(here: Evaluator, members: list[tuple[Expr, Form]], tags: Tags) -> Jet | None:
    """The sum of terms of one form; None where a variable stands for itself in one and for another in the next, or
    there is no value."""
    term, form = members[0]
    columns = list(zip(*[one.symbols for _, one in members], strict=True))
    point, axis = here.point, ("which", getattr(here.point, "axis", None))
    values: dict[Symbol, Tensor] = {}
    for symbol, column in zip(form.symbols, columns, strict=True):
        if any(one is not symbol for one in column):
            arrays = [point.array(one) for one in column]
            first = arrays[0]
            if any(type(one) is not Tensor or one.labels != first.labels for one in arrays):
                return None
            data = [value for one in arrays for value in one.data]
            values[symbol] = Tensor((axis, *first.labels), (len(arrays), *first.dims), data)
    if not values:
        return None
    inside = here.moved(values, axis)
    try:
        jet = inside.jet(term, tags)
    except (OutOfDomain, NotExact, TooLarge):
        return None
    here.work += inside.work
    count, p = len(members), here.p
    return each(jet, lambda one: summed(one, (axis,), p) if axis in one.labels else scaled(one, count, p))

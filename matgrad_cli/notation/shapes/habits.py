"""Habits decide what no use of a name has decided, one name at a time; each decision is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from ...diagnostics.regex import regex
from ...ir import ONE
from .. import syntax as s
from ..names import GREEK
from .unify import Agenda, Form, Side, join, lengthen, merge

_MARKS: Final = tuple(f"_{mark}" for mark in "hat tilde prime star old new prev pred ref".split())
"""What stands behind the name of another array of the same kind; a mean, x̄, may be a number."""
_STEP: Final = regex("Delta_[a-z]")
"""A step in what a small letter names, Δx."""
GREEK_NAMES: Final = frozenset(GREEK.values())


class Habits:
    """Capitals are matrices; small letters vectors if multiplied with `@`, numbers otherwise.
    `said` tells what was decided."""

    def __init__(self, names: Mapping[str, Form], said: dict[str, str]) -> None:
        self.order, self.forms, self.said = list(names), list(names.values()), said
        self.changed, self.sure = Agenda(), Agenda()
        self.summed, self.rest = iter(names.items()), iter(names.items())
        bare = ((name, mark, name.removesuffix(mark)) for name in names for mark in _MARKS if name.endswith(mark))
        self.marked = [pair for name, _, base in bare if base in names for pair in ((name, base), (base, name))]
        for place, form in enumerate(self.forms):
            self.watch(place, form)

    def watch(self, place: int, form: Form) -> None:
        """Look at a name again whenever more is known of it."""

        def wake() -> bool:
            if not form.is_open():
                return False
            self.changed.put(place)
            self.sure.put(place)
            return True

        if wake():
            form.watch(wake)

    def left(self, agenda: Agenda) -> Iterator[tuple[str, Form]]:
        """The names of an agenda that are still open, in the order of the text; each is then done with."""
        while (place := agenda.take()) is not None:
            if self.forms[place].is_open():
                yield self.order[place], self.forms[place]

    def column(self, name: str, form: Form, why: str) -> bool:
        """Decide that a name is a column vector."""
        lengthen(form.rows)
        join(form.cols, Side(ONE))
        self.said[name] = f"a column vector, as {why}"
        return True

    def capitals(self, later: Collection[str] = ()) -> bool:
        """Habit: capitals are matrices; those that come `later` may be what they are added to."""
        found, kept = False, list[str]()
        for name, form in self.left(self.changed):
            if name in later:
                kept.append(name)
                continue
            kind = form.kind
            capital = not _STEP.match(name) and name[0].isupper() and (name != "Delta" or kind.hint)
            scalar = (kind.divisor or (kind.count and not kind.hint)) and not kind.array
            if kind.matrix or (capital and not scalar and not kind.weighs):
                lengthen(form.rows)
                lengthen(form.cols)
                if not kind.matrix:
                    self.said[name] = "a matrix, as capital letters are"
                found = True
        for name in kept:
            self.changed.put(self.order.index(name))
        return found

    def vector(self) -> bool:
        """Habit: the first small letter that is multiplied with `@` or is no number is a vector."""
        why = "is usual for a small letter where a number does not fit"
        arrays = (
            (name, one) for name, one in self.left(self.sure) if one.kind.array or one.kind.hint or one.rows.is_long
        )
        return any(self.column(name, form, why) for name, form in arrays)

    def marks(self, names: Mapping[str, Form]) -> bool:
        """Habit: ŷ has the shape of y, and y that of ŷ, where one is decided to be an array."""
        for name, other in self.marked:
            if names[name].is_open() and names[other].is_array and not names[other].is_open():
                merge(names[name], names[other])
                self.said[name] = f"as large as `{other}`"
                return True
        return False

    def entries(self, summed: Collection[str]) -> bool:
        """Habit: the first name that is still open, and is added up entry by entry, is a vector."""
        added = ((name, form) for name, form in self.summed if name in summed and form.is_open()) if summed else ()
        return any(self.column(name, form, "its entries are added up") for name, form in added)

    def number(self) -> bool:
        """Habit: the first name that is still open is a number."""
        for name, form in ((name, form) for name, form in self.rest if form.is_open()):
            join(form.rows, Side(ONE))
            join(form.cols, Side(ONE))
            why = "it only divides" if form.kind.divisor else "it stands in front of a number"
            self.said[name] = f"a number, as {why if name[0].isupper() else 'nothing asks for an array'}"
            return True
        return False


def counts(tree: s.Node) -> frozenset[str]:
    """The capitals that stand nowhere but in front of a logarithm, alone or beside others such, and above a Σ."""
    parts = list(s.parts_of(tree))
    written = Counter(part.name for part in parts if isinstance(part, s.Name) and part.name[0].isupper())
    products: list[tuple[str, ...]] = []
    for part in parts if written else ():
        if isinstance(part, s.Sigma):
            products += [(bound.name,) for bound in part.bounds if isinstance(bound, s.Name)]
        elif isinstance(part, s.Binary) and part.operator == "juxtapose":
            behind = s.ungrouped(part.right)
            if isinstance(behind, s.Apply) and behind.function == "log":
                products.append(product_of_capitals(part.left) or ())
    written.subtract(name for product in products for name in product)
    others = {name for name, left in written.items() if left > 0}
    while mixed := {name for product in products if not others.isdisjoint(product) for name in product} - others:
        others |= mixed
    return frozenset(written.keys() - others)


def product_of_capitals(node: s.Node) -> tuple[str, ...] | None:
    """The names of a product of capitals and whole numbers; None for any other tree."""
    match s.ungrouped(node):
        case s.Name(_, name) if name[0].isupper():
            return (name,)
        case s.Literal_():
            return ()
        case s.Negative(_, body):
            return product_of_capitals(body)
        case s.Binary(_, "/" | "juxtapose", left, right):
            first, last = product_of_capitals(left), product_of_capitals(right)
            return None if first is None or last is None else (*first, *last)
    return None

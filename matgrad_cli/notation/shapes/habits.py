"""Habits decide what no use of a name has decided, one name at a time; each decision is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ...ir import ONE
from ..names import GREEK
from .unify import Agenda, Form, Side, join, lengthen

GREEK_NAMES: Final = frozenset(GREEK.values())


class Habits:
    """Capitals are matrices; small letters vectors if multiplied with `@`, numbers otherwise.
    `said` tells what was decided."""

    def __init__(self, names: Mapping[str, Form], said: dict[str, str]) -> None:
        self.order, self.forms, self.said = list(names), list(names.values()), said
        self.changed, self.sure, self.first_open, self.first_entry = Agenda(), Agenda(), 0, 0
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

    def capitals(self) -> bool:
        """Habit: capitals are matrices."""
        found = False
        while (place := self.changed.take()) is not None:
            name, form = self.order[place], self.forms[place]
            kind = form.kind
            if not form.is_open() or (kind.weighs and not kind.matrix):
                continue
            capital = name[0].isupper() and (name != "Delta" or kind.hint)
            scalar = (kind.divisor or (kind.count and not kind.hint)) and not kind.array
            if kind.matrix or (capital and not scalar):
                lengthen(form.rows)
                lengthen(form.cols)
                if not kind.matrix:
                    self.said[name] = "a matrix, as capital letters are"
                found = True
        return found

    def vector(self) -> bool:
        """Habit: the first small letter that is multiplied with `@` or is no number is a vector."""
        while (place := self.sure.take()) is not None:
            form = self.forms[place]
            if form.is_open() and (form.kind.array or form.kind.hint or form.rows.is_long):
                lengthen(form.rows)
                join(form.cols, Side(ONE))
                self.said[self.order[place]] = (
                    "a column vector, as is usual for a small letter where a number does not fit"
                )
                return True
        return False

    def entries(self, summed: Collection[str]) -> bool:
        """Habit: the first name that is still open, and is added up entry by entry, is a vector."""
        while summed and self.first_entry < len(self.order):
            name, form = self.order[self.first_entry], self.forms[self.first_entry]
            self.first_entry += 1
            if name in summed and form.is_open():
                lengthen(form.rows)
                join(form.cols, Side(ONE))
                self.said[name] = "a column vector, as its entries are added up"
                return True
        return False

    def number(self) -> bool:
        """Habit: the first name that is still open is a number."""
        while self.first_open < len(self.order):
            name, form = self.order[self.first_open], self.forms[self.first_open]
            self.first_open += 1
            if form.is_open():
                join(form.rows, Side(ONE))
                join(form.cols, Side(ONE))
                why = "it only divides" if form.kind.divisor else "it stands in front of a number"
                self.said[name] = (
                    f"a number, as {why}" if name[0].isupper() else "a number, as nothing asks for an array"
                )
                return True
        return False

"""What waits to be asked, in its order; whatever has been asked is asked again only after something that it looks at has changed."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from .unify import Form, Side

Rule = Callable[[int], bool]
"""A rule is asked again and again until it says that it has learnt all it can. The number says how bold it may be."""

WAIT: Final = 0
PREFER: Final = 1
DECIDE: Final = 2
GUESS: Final = 3


class Agenda:
    """Numbers, each at most once, smallest first."""

    def __init__(self) -> None:
        self.heap: list[int] = []
        self.inside: set[int] = set()

    def put(self, place: int) -> None:
        if place not in self.inside:
            self.inside.add(place)
            heappush(self.heap, place)

    def take(self) -> int | None:
        """The smallest number, which is then no longer there."""
        if not self.heap:
            return None
        place = heappop(self.heap)
        self.inside.remove(place)
        return place


class Waiting:
    """Rules that have not learnt all they can."""

    def __init__(self) -> None:
        self.rules: list[Rule | None] = []
        self.now = Agenda()
        self.next = Agenda()
        self.bold = {PREFER: Agenda(), DECIDE: Agenda(), GUESS: Agenda()}
        self.at = -1

    def add(self, rule: Rule, *parts: Form | Side) -> None:
        """Ask a rule from now on; `parts` are the forms and sides that it looks at."""
        place = len(self.rules)
        self.rules.append(rule)

        def wake() -> bool:
            if self.rules[place] is None:
                return False
            (self.now if place > self.at else self.next).put(place)
            for agenda in self.bold.values():
                agenda.put(place)
            return True

        wake()
        for part in parts:
            part.watch(wake)

    def settle(self) -> None:
        """Ask in rounds, each in the order of the text, until none of the rules learns anything more."""
        while self.now.heap:
            while (place := self.now.take()) is not None:
                self.at = place
                self.ask(place, WAIT)
            self.at = -1
            self.now, self.next = self.next, self.now

    def force(self, level: int) -> bool:
        """Let one rule take its default."""
        while (place := self.bold[level].take()) is not None:
            if self.ask(place, level):
                return True
        return False

    def ask(self, place: int, level: int) -> bool:
        rule = self.rules[place]
        if rule is None or not rule(level):
            return False
        self.rules[place] = None
        return True

"""The sizes at which lines are compared: every order of two dimensions that the facts allow, size 1,
and some larger ones.

A *turn* is one choice of sizes. The first two turns have all sizes different, and in opposite orders; in the third all
are equal; then each is large in turn, beside another that is 1. They are drawn from the problem's own text, so that no
polynomial in a size that is written into a formula vanishes at all of them by design.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Final

from ..ir import Dim

Relation = tuple[Dim, str, Dim]
"""Two sides of an array and how they stand to each other by a fact: `=`, `<` or `>`."""

SMALL: Final = 12
"""A size that is declared as a number is kept up to this; a larger one is replaced by a smaller one,
in the same order."""

LARGE: Final = (9, 14)
"""The larger sizes, one dimension at a time."""

_BASE_TURNS: Final = 3

ANY_ORDER: Final = 100
"""From this turn on the sizes are drawn without regard to each other, so that sooner or later every order comes up."""

ANY_SIZE: Final = 200
"""From this turn on they may be large, too."""

_ANY: Final = (1, 2, 3, 4, 5)


class Sizes:
    """The turns of one problem: names of dimensions, declared numbers, relations by facts."""

    def __init__(self, names: Sequence[str], fixed: set[int], relations: Sequence[Relation], text: str) -> None:
        self.names = list(names)
        self.fixed = fixed
        self.relations = list(relations)
        self._text = text
        self._known: dict[int, dict[str, int] | None] = {}

    @property
    def base(self) -> list[int]:
        """The turns that each step is compared at: two orders with all sizes different, then all equal."""
        return list(range(_BASE_TURNS if len(self.names) > 1 else 2))

    @property
    def extremes(self) -> list[int]:
        """The turns in which one dimension is large and the next is 1 (alone it is 1 and large in turn)."""
        return [_BASE_TURNS + number for number in range(max(len(self.names), 2))] if self.names else []

    def at(self, turn: int) -> dict[str, int] | None:
        """The sizes of a turn by name; None if the facts exclude what it is for."""
        if turn not in self._known and turn >= ANY_ORDER:
            choices = _ANY if turn < ANY_SIZE else range(1, LARGE[1] + 1)
            self._known[turn] = self.drawn(random.Random(f"{self._text}/{turn}"), choices)
        if turn not in self._known:
            self._known[turn] = next(self._candidates(turn), None)
        found = self._known[turn]
        return None if found is None else dict(found)

    def drawn(self, rng: random.Random, choices: Sequence[int]) -> dict[str, int] | None:
        """Sizes chosen from a few, under the facts; None if they exclude all."""
        for _ in range(40):
            found = self._fitted({name: choices[rng.randrange(len(choices))] for name in self.names})
            if found is not None:
                return found
        return None

    def possible(self) -> bool:
        """Whether any sizes satisfy the facts."""
        return self.at(0) is not None

    def _candidates(self, turn: int) -> Iterator[dict[str, int]]:
        rng = random.Random(f"{self._text}/{turn}")
        before = self.at(0) if turn == 1 else None
        for attempt in range(60):
            found = self._fitted(self._proposed(turn, rng, attempt))
            if found is not None and (before is None or _moved(before, found, attempt)):
                yield found

    def _proposed(self, turn: int, rng: random.Random, attempt: int) -> dict[str, int]:
        names, count = self.names, len(self.names)
        if turn < _BASE_TURNS - 1:
            order = random.Random(self._text).sample(range(count), count)
            small = range(2, 3 + count + 2 * turn + attempt // 8)
            pool = [size for size in small if size not in self.fixed or attempt > 30]
            pool += [] if len(pool) >= count else range(max(self.fixed) + 1, max(self.fixed) + 1 + count)
            values = sorted(rng.sample(pool, count))
            return dict(zip([names[k] for k in (order if turn == 0 else reversed(order))], values, strict=True))
        if turn == _BASE_TURNS - 1:
            return dict.fromkeys(names, 2 if attempt == 0 else 3)
        at = turn - _BASE_TURNS
        sizes = {name: rng.randint(2, 3) for name in names}
        if count > 1:
            sizes[names[(at + 1) % count]] = 1
            sizes[names[at % count]] = rng.randint(*LARGE)
        else:
            sizes[names[0]] = rng.randint(*LARGE) if at else 1
        return sizes

    def _fitted(self, sizes: dict[str, int]) -> dict[str, int] | None:
        """The nearest sizes that satisfy the relations: equal sides joined, longer ones lengthened."""
        for _ in range(2 * len(self.relations) + 1):
            wrong = [relation for relation in self.relations if not _fits(relation, sizes)]
            if not wrong:
                return sizes
            for left, side, right in wrong:
                if side == "=":
                    _ = _set(right, left.size(sizes), sizes) or _set(left, right.size(sizes), sizes)
                else:
                    shorter, longer = (left, right) if side == "<" else (right, left)
                    least, most = shorter.size(sizes) + 1, max(1, longer.size(sizes) - 1)
                    _ = _set(longer, least, sizes) or _set(shorter, most, sizes)
        return None


def _fits(relation: Relation, sizes: dict[str, int]) -> bool:
    left, right = relation[0].size(sizes), relation[2].size(sizes)
    return left == right if relation[1] == "=" else left > right if relation[1] == ">" else left < right


def _set(dim: Dim, size: int, sizes: dict[str, int]) -> bool:
    """Gives a dimension with one name a size, if it can have it."""
    if len(dim.powers) != 1 or dim.powers[0][1] != 1 or size % dim.factor:
        return False
    sizes[dim.names[0]] = size // dim.factor
    return True


def _moved(before: dict[str, int], sizes: dict[str, int], attempt: int) -> bool:
    """Whether every size, and every difference and product of two, is another than before;
    after many attempts less is asked for.

    So no number and no relation such as m + 1 = n or 6/m = n can stand for a size at both turns.
    """
    names = list(sizes)
    if attempt > 55:
        return True
    if any(sizes[name] == before[name] for name in names):
        return attempt > 45 and any(sizes[name] != before[name] for name in names)
    pairs = ((one, other) for number, one in enumerate(names) for other in names[number + 1 :])
    now_and_before = ((sizes[a], sizes[b], before[a], before[b]) for a, b in pairs)
    return all(a == b or (a - b != old - other and a * b != old * other) for a, b, old, other in now_and_before)


def shrunk(declared: set[int]) -> dict[int, int]:
    """Smaller sizes in place of large declared ones, in the same order, above the small ones."""
    small = max([4, *[size for size in declared if size <= SMALL]])
    return {size: small + number + 1 for number, size in enumerate(sorted(size for size in declared if size > SMALL))}

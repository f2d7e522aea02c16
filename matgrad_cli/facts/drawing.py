"""Arrays drawn at random under facts, and arrays that break one."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Final

from . import samplers
from .conditions import CONDITIONS, Structured
from .samplers import Entry, Rows


@lru_cache(maxsize=256)
def _way(words: frozenset[str]) -> tuple[Structured, Entry] | None:
    """A way of drawing arrays with all the facts at once, tried out on fractions;
    None if none of the known ones does it."""
    conditions = [CONDITIONS[word] for word in sorted(words)]
    found = [condition.entry for condition in conditions if condition.entry is not None]
    exact = [entry for entry in found if entry in (samplers.bit, samplers.sign)]
    entries: list[Entry] = [*exact, samplers.fraction_of_one, *found, samplers.any_number]
    ways: list[Structured] = [condition.sample for condition in conditions if condition.sample is not None]
    usual: tuple[Structured, ...] = (
        samplers.positive_diagonal,
        samplers.sign_diagonal,
        samplers.mirror,
        samplers.projector,
        samplers.identity,
        samplers.generic,
    )
    rows, cols = (3, 2) if "tall" in words else (2, 3) if "wide" in words else (3, 3)
    for way in (*ways, *(usual if len(words) > 1 else usual[-1:])):
        for entry in dict.fromkeys(found if len(found) == 1 else entries if found else [samplers.any_number]):
            source = samplers.Fractions(random.Random(7), 5)
            shapes = ((rows, cols), (rows + 1, cols + 1)) + (((3, 1),) if not any(c.sides for c in conditions) else ())
            draws = [way(source, *shape, entry) for shape in shapes for _ in range(3)]
            if all(condition.test(drawn) for drawn in draws for condition in conditions):
                return way, entry
    # "diagonal and positive" is said of the entries that are not zero by form.
    both = len(words) == 2 and found
    forms = [CONDITIONS[word].sample for word in ("diagonal", "lower", "upper") if word in words and both]
    return (forms[0], found[0]) if forms and forms[0] is not None else None


_OF_ROWS: Final = frozenset(("simplex", "onehot"))
"""Facts that of a matrix are said of each row, of a vector of the whole."""


def sample(words: frozenset[str], source: samplers.Source, rows: int, cols: int, vector: bool = True) -> Rows | None:
    """A random array with all the facts; None if no way of drawing one is known.

    `vector` says whether an array of one column is a vector, or a matrix that happens to have a single column.
    """
    if cols == 1 and not vector and words & _OF_ROWS:
        return [[1] for _ in range(rows)]
    way = _way(words)
    return None if way is None else way[0](source, rows, cols, way[1])


def violating(words: frozenset[str], broken: str, source: samplers.Source, rows: int, cols: int) -> Rows:
    """A random array that breaks one fact (and keeps the others if a way of drawing one is known)."""
    condition = CONDITIONS[broken]
    for _ in range(20):
        kept = sample(words - {broken}, source, rows, cols) if words - {broken} else None
        if kept is not None and not condition.test(kept):
            return kept
    return condition.violate(source, rows, cols, samplers.any_number)

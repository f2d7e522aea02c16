"""Sizes that must be one: where NumPy refuses two arrays, a size of which nothing is told is the other one,
or a multiple of it."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.python.said import size_of
from ...documents.python.uses import Parts
from .inputs import EQUAL, TURN, Given, Kind, Point, fresh

_SHAPE = regex(r"\((\d+(?:, ?\d+)*),?\)")
_TWO = regex(
    r"size (\d+) is different from (\d+)|: (\d+) \(dim \d\) != (\d+)|has size (\d+) and .* has size (\d+)"
    r"|size of axis is (\d+) but size of corresponding boolean axis is (\d+)"
)
MOST = 4


def united(kinds: dict[str, Kind], fault: str, point: Point, parts: Parts) -> list[dict[str, Kind]]:
    """The inputs with two sizes made one on which a fault of NumPy's depends,
    or with rows as long as the parts into which they are cut."""
    if not fault or point.order % TURN == EQUAL:
        return []
    given = Given(tuple(kinds.items()), point)
    lone = [name for name, kind in kinds.items() if kind.form == "size" and not kind.dims and name in given.sizes]
    free = list(dict.fromkeys([*(dim for name, kind in kinds.items() for dim in fresh(name, kind)), *lone]))
    named = {given.sizes[name]: name for name in lone}
    shaped = (kind for kind in kinds.values() if kind.form in ("array", "sizes"))
    named |= {size_of(dim, given.sizes) or 0: dim for kind in shaped for dim in kind.dims}
    if "boolean" in fault:  # a mask for the longest row, whose length is written down
        named = {size: str(size) for pair in _apart(fault) for size in pair} | named
    pairs = [[named[size] for size in pair if size in named] for pair in _apart(fault)]
    known = [pair[::-1] if pair[1] in free else pair for pair in pairs if len(pair) == 2 and {*pair} & {*free}]
    found = [(pair[0], pair[1]) for pair in known]
    ends = Counter(kind.dims[-1] for kind in kinds.values() if kind.dims and kind.dims[-1] in free)
    sizes = [kinds[name].dims[axis] for name, axis in parts.size if name in kinds and len(kinds[name].dims) > axis]
    rows = [
        (end, f"{parts.number}*{dim}") for end, _ in ends.most_common() for dim in sizes[:1] if end != dim and pairs
    ]
    return [renamed(kinds, one, other) for one, other in [*found, *rows][:MOST]]


def _apart(fault: str) -> list[tuple[int, int]]:
    """The sizes that differ, as NumPy names them."""
    two = _TWO.search(fault)
    if two is not None:
        first, second = (int(number) for number in two.groups() if number is not None)
        return [(first, second)]
    shapes = [[int(size) for size in shape[1].split(",")] for shape in _SHAPE.finditer(fault)]
    if len(shapes) < 2 or "broadcast" not in fault:
        return []
    pairs = (pair for two in combinations(shapes, 2) for pair in zip(*map(reversed, two), strict=False))
    return [(a, b) for a, b in dict.fromkeys(pairs) if a != b and ("output operand" in fault or 1 not in (a, b))]


def renamed(kinds: dict[str, Kind], old: str, new: str) -> dict[str, Kind]:
    """The inputs with one dimension for another; what was guessed beside that one, or beside a size without a name,
    is open again."""
    found = {}
    for name, kind in kinds.items():
        open_ = any(dim.isdigit() and dim != "1" for dim in kind.dims) or (
            "*" in new and old in kind.dims and old not in fresh(name, kind)
        )
        if kind.form == "size" and name == old:
            found[name] = replace(kind, dims=(new,))
        elif kind.told or not open_:
            found[name] = replace(kind, dims=tuple(new if dim == old else dim for dim in kind.dims))
    return found

r"""Long lines of LaTeX broken into rows of an `align*`, so that no box is overfull."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from ...diagnostics.record import record
from ..wrap import SELDOM, Signs, break_points
from .widths import width

ROOM: Final = {1: 322.0, 2: 225.0}
"""How wide a row may be in a paper of one column, and of two, in points where the letters are of 10pt: the `article`
with letters of 12pt has 325."""
_LETTER: Final = width("x")
"""A sign between two letters is set wider than one at the beginning of a row."""
_EQUAL, _ROW, _TOO_WIDE = 1e-6, 5.0, 1e6
"""What differs by less is as wide; what a row more costs, and one that does not fit."""
_BETWEEN: Final = (r"\cdot", r"\mapsto", "+", "-")
_ENTRYWISE: Final = (r"\circ", r"\otimes", r"\oslash")
"""Signs that may begin a row, and never end one."""
LATEX: Final = Signs(
    "([",
    ")]",
    "{}",
    (r"\sum", r"\frac{\partial }"),
    ("+ ", "- "),
    (r"\sum", r"\frac{\partial"),
    (*_BETWEEN, ")", r"\bigr", r"\Bigr", r"\r", "=", "]"),
    (*_BETWEEN, *_ENTRYWISE, "(", "l(", "l[", r"\partial", "lVert", r"\lvert", r"\langle", r"\mathbf{1}"),
    fences={r"\lVert": 1, r"\lvert": 1, r"\langle": 1, r"\rVert": -1, r"\rvert": -1, r"\rangle": -1},
)


@record
class Cut:
    """A line in rows: where they start and end, how unwelcome the worst place is at which it is broken,
    and whether each row fits."""

    rows: tuple[tuple[int, int], ...]
    worst: float
    fits: bool = True


@record
class _Way:
    """How a line is best broken up to a point: what that costs, its last break before, and the worst one."""

    total: float
    before: int
    worst: float


def cut(text: str, first: float, later: float) -> Cut:
    """The line in rows that fit: at outer signs before inner ones, in few rows, the first ones full.

    Each row after the first begins with its operator; what cannot be broken stands alone.
    """
    if width(text) <= first:
        return Cut(((0, len(text)),), 0.0)
    points = [(0, 0), *break_points(text, LATEX), (len(text), 0)]
    ends, wide = [0.0], 0.0
    for (start, _), (end, _) in pairwise(points):
        wide += width(f"x{text[start:end]}" if start else text[:end]) - (_LETTER if start else 0.0)
        ends.append(wide)
    ways = [_Way(0.0, 0, 0.0)]
    for number in range(1, len(points)):
        ways.append(min(_ways(number, points, ends, ways, (first, later)), key=lambda way: way.total))
    places = [len(points) - 1]
    while places[-1]:
        places.append(ways[places[-1]].before)
    bounds = [points[place][0] for place in reversed(places)]
    return Cut(tuple(pairwise(bounds)), ways[-1].worst, ways[-1].total < _TOO_WIDE)


def _ways(
    number: int, points: list[tuple[int, int]], ends: list[float], ways: list[_Way], rooms: tuple[float, float]
) -> Iterator[_Way]:
    """The ways to end a row at a point, by the row's beginning."""
    last = number == len(points) - 1
    for before in range(number - 1, -1, -1):
        room = rooms[before > 0]
        over = ends[number] - ends[before] - room
        if over > _EQUAL and before < number - 1:
            return
        price = _price(points[number][1])
        loose = 0.0 if last or over > 0 else (over / room) ** 2
        total = ways[before].total + _ROW + price + loose + (_TOO_WIDE + over if over > _EQUAL else 0.0)
        yield _Way(total, before, max(ways[before].worst, price))


def _price(unwelcome: int) -> float:
    """What a break costs: outside brackets, and there before + and −, it costs least."""
    if unwelcome >= SELDOM:
        return 12.0 * (unwelcome - SELDOM) + 10.0
    depth, kind = divmod(unwelcome, 3)
    return 12.0 * depth + (0.0, 6.5, 8.0)[kind]


def broken(text: str, first: float, later: float) -> list[str]:
    """The rows of a line, cut where they fit."""
    return [text[start:end].strip() for start, end in cut(text, first, later).rows]


def breakable(text: str, room: float = 95.0) -> str:
    r"""A formula inside a sentence: a long one may be broken between its factors."""
    if width(text) <= room:
        return text
    parts: list[str] = []
    end = 0
    for position, _ in break_points(text, LATEX):
        parts.append(text[end:position] + r"\allowbreak")
        end = position
    return "".join([*parts, text[end:]])

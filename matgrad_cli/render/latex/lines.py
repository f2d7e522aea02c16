r"""Long lines of LaTeX broken into rows of an `align*`, so that no box is overfull."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ...diagnostics.regex import regex
from ...notation.stated_functions import closing
from ..wrap import Signs, break_points

ROOM: Final = {1: 58.0, 2: 36.0}
"""How wide a row may be in a paper of one column, and of two."""
_COMMAND = regex(r"\\([A-Za-z]+|.)")
_COMMANDS: Final = {
    0.0: "frac mathrm mathbf", 0.3: "operatorname bigl bigr", 0.5: "Bigl Bigr", 0.8: "top",
    1.0: "lVert rVert", 1.4: "cdot sqrt", 2.0: "quad", 2.2: "sum odot otimes oslash sin",
    2.4: "log cos det", 2.6: "mapsto exp", 3.2: "tanh", 4.0: "qquad",
}  # fmt: skip
"""How wide a command is set, by width; any other is as wide as a letter."""
_WIDE: Final = {command: wide for wide, commands in _COMMANDS.items() for command in commands.split()}
_EQUAL: Final = 1e-6
"""What differs by less is as wide."""
_BETWEEN: Final = (r"\cdot", r"\mapsto", "+", "-")
_ENTRYWISE: Final = (r"\odot", r"\otimes", r"\oslash")
"""Signs that may begin a row, and never end one."""
LATEX: Final = Signs(
    "([",
    ")]",
    "{}",
    (r"\sum", r"\frac{\partial }"),
    ("+ ", "- "),
    (r"\sum", r"\frac{\partial"),
    (*_BETWEEN, ")", r"\b", r"\B", r"\r", "=", "]"),
    (*_BETWEEN, *_ENTRYWISE, "(", "l(", "l[", r"\partial", "lVert", ",", r"\lvert", r"\langle", r"\mathbf{1}"),
)


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    r"""About how wide LaTeX sets the text, in widths of a letter; a fraction is as wide as its wider half."""
    total, position, small = 0.0, 0, 0
    while position < len(text):
        if text.startswith(r"\frac{", position):
            top, after = _group(text, position + 5)
            bottom, position = _group(text, after)
            total += max(width(top), width(bottom)) + 0.6
            continue
        if text.startswith(r"\underbrace{", position):
            above, after = _group(text, position + 11)
            below, position = _group(text, after + 1)
            total += max(width(above), 0.75 * width(below)) + 0.3
            continue
        command = _COMMAND.match(text, position)
        if command:
            total += _WIDE.get(command.group(1), 1.1)
            position = command.end()
            continue
        character = text[position]
        if character in "_^" and text[position + 1 : position + 2] == "{":
            script, position = _group(text, position + 1)
            total += 0.7 * width(script)
            continue
        if character in "+-=<>":
            total += 2.2
        elif character not in " {}_^&":
            total += 1.5 if character.isupper() else 0.8 if character in "()[],.|" else 1.1
        position += 1
        small += 1
    return total


def _group(text: str, start: int) -> tuple[str, int]:
    """The contents of the braces that open at `start`, and where to go on."""
    end = closing(text, start, "{}")
    return (text[start + 1 :], len(text)) if end is None else (text[start + 1 : end - 1], end)


def broken(text: str, first: float, later: float) -> list[str]:
    """The line in pieces that fit; each piece after the first begins with its operator."""
    points: list[tuple[int, int, float]] = []  # where, how unwelcome, and how wide the line is up to there
    wide, end = 0.0, 0
    for position, cost in break_points(text, LATEX):
        wide, end = wide + width(text[end:position]), position
        points.append((position, cost, wide))
    whole = wide + width(text[end:]) - _EQUAL
    pieces: list[str] = []
    start, begun, room, number = 0, 0.0, first, 0
    while whole - begun > room and number < len(points):
        number = _best_cut(points, number, begun, room)
        end, _, begun = points[number]
        pieces.append(text[start:end].strip())
        start, room, number = end, later, number + 1
    return [*pieces, text[start:].strip() if pieces else text]


def _best_cut(points: list[tuple[int, int, float]], number: int, begun: float, room: float) -> int:
    """The last of the most welcome points from a number on; what cannot be broken stands alone."""
    best: tuple[int, int] | None = None
    for place in range(number, len(points)):
        _, cost, wide = points[place]
        if wide - begun > room + _EQUAL:
            break
        if wide - begun < room * 0.35:
            cost += 4
        if best is None or cost <= best[0]:
            best = (cost, place)
    return number if best is None else best[1]


def breakable(text: str, room: float = 18.0) -> str:
    r"""A formula inside a sentence: a long one may be broken between its factors."""
    if width(text) <= room:
        return text
    parts: list[str] = []
    end = 0
    for position, _ in break_points(text, LATEX):
        parts.append(text[end:position] + r"\allowbreak")
        end = position
    return "".join([*parts, text[end:]])

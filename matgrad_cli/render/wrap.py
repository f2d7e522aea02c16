"""Breaking long lines of mathematics where a book would: before an outer + or −, then before a Σ or between factors."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Final

from ..diagnostics.record import field, record
from ..diagnostics.regex import regex
from ..diagnostics.show import wrapped as filled

SOLID = "\uf8ff"
"""A space at which a sentence is not broken: it stands inside a formula."""


@record
class Signs:
    """What a notation is written with, as far as it says where a line may be broken: brackets, braces in which nothing
    is broken, signs that belong to what `follows` them, signs before which a line is broken well,
    and those that stay with what is `before` and `behind`."""

    opening: str
    closing: str
    braces: str
    follows: tuple[str, ...]
    plus: tuple[str, ...]
    sums: tuple[str, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]
    seldom: tuple[str, ...] = ()
    """Those of `before` at which a line is broken if it cannot be broken anywhere else."""
    factors: str = ""
    """Signs at the end of a factor, behind which a bracket opens another without a blank."""
    fences: Mapping[str, int] = field(default_factory=dict)
    """Words that open (1) or close (−1) as brackets do."""


UNICODE: Final = Signs(
    "([⟨", ")]⟩", "", ("∂/∂",), ("+", "−", "="), ("Σ",), tuple("∘⊗⊘·↦"), tuple("+−∘⊗⊘·↦,="), tuple("∘⊗⊘·"), ")ᵀ¹"
)
SELDOM: Final = 10_000
_HALF: Final = r"\{(?!\\partial)(?:[^{}]|\{\w*\})*\}"
_COEFFICIENT: Final = regex(rf".*?(?<![\w}}])(?:\d+|\w+/\w+|\\frac{_HALF}{_HALF})")
"""A number stays with what it multiplies."""


def break_points(text: str, signs: Signs = UNICODE) -> list[tuple[int, int]]:
    """Where a line may be broken, and how unwelcome that is: before + or −, before a Σ, between factors."""
    found: list[tuple[int, int]] = []
    depth = braces = last = 0
    for position, character in enumerate(text):
        if character in signs.braces and text[position - 1 : position] != "\\":
            braces += 1 if character == "{" else -1
        elif not braces and character in signs.opening:
            if signs.factors and text[position - 1 : position] in signs.factors:
                found.append((position, 3 * depth + 2))
            depth += 1
        elif not braces and character in signs.closing:
            depth -= 1
        elif not braces and character == " " and 0 < position < len(text) - 1:
            word, rest, last = text[last:position].strip(), position + 1, position
            depth += sum(turn for fence, turn in signs.fences.items() if fence in word)
            if word.startswith(signs.follows) or word.rpartition("(")[2].startswith(signs.follows):
                continue
            listed = word.endswith(",") and not word.endswith(signs.behind)
            if listed or (text.startswith(signs.plus, rest) and not word.endswith("=")):
                found.append((position, 3 * depth))
            elif _COEFFICIENT.fullmatch(word):
                continue
            elif text.startswith(signs.sums, rest):
                found.append((position, 3 * depth + 1))
            elif not text.startswith(signs.before, rest) and not word.endswith(signs.behind):
                found.append((position, 3 * depth + 2))
            elif signs.seldom and text.startswith(signs.seldom, rest):
                found.append((position, SELDOM + depth))
    return found


def wrapped(text: str, first: int, later: int) -> list[tuple[int, int]]:
    """The pieces (start, end) of a line that fit into `first` columns, then `later` columns each; never cuts a word."""
    points = [*break_points(text), (len(text), 0)]
    pieces: list[tuple[int, int]] = []
    start, room = 0, first
    while len(text) - start > room:
        number = bisect_left(points, (start + 1, 0))
        fitting = points[number : bisect_left(points, (start + room + 1, 0))]
        good = [point for point in fitting if point[1] < SELDOM] or fitting
        late = [point for point in good if point[0] > start + room * 2 // 5] or good or points[number : number + 1]
        best = min(late, key=lambda point: (point[1], -point[0]))[0]
        if best >= len(text):
            break
        pieces.append((start, best))
        start, room = best + (text[best] == " "), later
    return [*pieces, (start, len(text))]


def prose(text: str, width: int, indent: int, hanging: int | None = None) -> list[str]:
    """A sentence in lines of at most `width` columns, broken at spaces, each line indented."""
    words = " ".join(text.split())
    lines = filled(words, width, " " * indent, indent if hanging is None else hanging) if words else []
    return [line.replace(SOLID, " ") for line in lines]


def underline(spans: Iterable[tuple[int, int]], start: int, end: int, sign: str = "‾") -> str:
    """Signs under the marked parts of a piece of a line; nothing if none lies in it."""
    row = [" "] * (end - start)
    for left, right in spans:
        for column in range(max(left, start), min(right, end)):
            row[column - start] = sign
    return "".join(row).rstrip()

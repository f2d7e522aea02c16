"""From which row a row goes on: displays are one chain, a formula in a sentence does not end it."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics.record import field, mutable, replace
from ..chain import Chain, RowResult
from ..derivation import Reader
from ..lines.statements import Row
from .rows import Line

MOST_PLACES = 4
"""From so many rows before it a row that begins with `=` may go on."""


@mutable
class Places:
    """Where the sentences since the last display stand, for one reader."""

    sentences: list[Chain] = field(default_factory=list)

    def judged(self, reader: Reader, row: Row, line: Line, first: bool) -> RowResult:
        """The verdict on a row. One that begins with `=` goes on from the first of these places from which it follows,
        and from the likeliest if there is none: a display from the displays, a sentence from the sentence before it."""
        shown, display = replace(reader.chain), line.formula.kind == "display" and not line.formula.step
        places = [shown]
        if row.claims[0].leading and self.sentences:
            places[len(places) if display else 0 :] = reversed(self.sentences)
        result = _behind(places[:MOST_PLACES], reader, row, first)
        if display:
            self.sentences = []
            return result
        if not line.formula.step:
            self.sentences.append(reader.chain)
        final = reader.chain.final or shown.final
        reader.chain = replace(shown, final=final, final_order=reader.chain.final_order or shown.final_order)
        return result


def in_sentence(line: Line, places: Sequence[Places]) -> bool:
    """Whether a row goes on from a sentence, and not from a display."""
    return line.formula.kind != "display" and any(one.sentences for one in places)


def _behind(places: list[Chain], reader: Reader, row: Row, first: bool) -> RowResult:
    likeliest: tuple[RowResult, Chain] | None = None
    for place in places:
        reader.chain = replace(place)
        result = reader.row(row, first)
        if result.verdict == "follows":
            return result
        likeliest = likeliest or (result, reader.chain)
    assert likeliest is not None
    result, reader.chain = likeliest
    return result

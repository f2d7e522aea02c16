"""Rows with a bracket too many or too few: every way to balance them with one bracket left out or put in, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from .cursor import CLOSERS, partners
from .tokens import Token

MOST_UNMATCHED: Final = 2
MOST_WAYS: Final = 40


def balanced(tokens: Sequence[Token]) -> list[list[Token]]:
    """The ways to balance the tokens; none where they are balanced, or where too much is missing."""
    ways: list[list[Token]] = [list(tokens)]
    found: list[list[Token]] = []
    for _ in range(MOST_UNMATCHED):
        next_ways = [way for tokens in ways for way in _once(tokens)][:MOST_WAYS]
        found = [way for way in next_ways if not partners(way)[1]]
        if found:
            return found
        ways = next_ways
    return []


def _once(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens with one bracket left out or put in, for the first bracket that has no partner."""
    _, alone = partners(tokens)
    if not alone:
        return
    place = alone[0]
    bracket = tokens[place]
    if bracket.text in ("{", "}", "cases", "matrix"):
        return
    yield [*tokens[:place], *tokens[place + 1 :]]
    if bracket.kind == "close":
        for other in range(place - 1, -1, -1):
            if (tokens[other].kind, tokens[other].text) == ("close", bracket.text):
                yield [*tokens[:other], *tokens[other + 1 :]]
        opening = next(text for text, close in CLOSERS.items() if close == bracket.text)
        for other in range(place - 1, -1, -1):
            if other == 0 or tokens[other - 1].kind in ("operator", "open", "function"):
                yield [*tokens[:other], Token("open", opening, tokens[other].start, tokens[other].start), *tokens[other:]]
    else:
        closing = CLOSERS[bracket.text]
        for other in range(len(tokens), place + 1, -1):
            if other == len(tokens) or tokens[other].kind in ("operator", "close"):
                end = tokens[other - 1].end
                yield [*tokens[:other], Token("close", closing, end, end), *tokens[other:]]

"""The stream of tokens that the grammar of the expression language reads from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, NoReturn

from ...diagnostics import Source, Span
from .. import syntax as s
from .lexer import Token, refuse, tokens

DEEPEST: Final = 150
"""So many levels of brackets and signs may stand inside each other."""


class Stream(ABC):
    """The tokens of one text and how far they are read. The grammar that reads them says what a sum and a group are."""

    def __init__(self, source: Source, words: list[Token] | None = None) -> None:
        self.source = source
        self.tokens = tokens(source) if words is None else words
        self.last = len(self.tokens) - 1
        self.depth = 0
        self.go(0)

    # ---- the stream

    def go(self, place: int) -> None:
        """Read on from a token; a `sign` is what it says if it is one."""
        self.place = place if place < self.last else self.last
        self.token = self.tokens[self.place]
        self.sign = self.token.text if self.token.kind == "sign" else ""

    @property
    def next_token(self) -> Token:
        return self.tokens[min(self.place + 1, self.last)]

    def take(self) -> Token:
        token = self.token
        self.go(self.place + 1)
        return token

    def sees(self, text: str) -> bool:
        return self.sign == text

    def accept(self, text: str) -> bool:
        if self.sign == text:
            self.go(self.place + 1)
            return True
        return False

    def expect(self, text: str, why: str) -> Token:
        if not self.sees(text):
            self.unexpected(f"`{text}` {why}")
        return self.take()

    def text_of(self, span: Span) -> str:
        return self.source.text[span.start : span.end]

    def unexpected(self, needed: str, help: str | None = None) -> NoReturn:
        token = self.token
        if token.kind == "end":
            end = len(self.source.text.rstrip())
            found, span = "the text ends", Span(max(end - 1, 0), end)
        else:
            found, span = f"found `{self.text_of(token.span)}`", token.span
        refuse(self.source, "syntax-error", f"{found} where {needed} was needed", span, "", help)

    def enter(self, span: Span) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            refuse(self.source, "too-deep", f"more than {DEEPEST} levels of nesting", span, "this opens one level too many")

    def since(self, start: Span) -> Span:
        return Span(start.start, self.tokens[self.place - 1].span.end)

    @abstractmethod
    def sum(self) -> s.Node:
        """Terms joined by + and −: the part that any bracket may hold."""

    @abstractmethod
    def group(self, closing: str = ")") -> s.Node:
        """What stands in a pair of brackets that begins here."""

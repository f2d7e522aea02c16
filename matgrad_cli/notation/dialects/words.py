"""The tokens of a dialect as those of the expression language: signs, transposes, what is left out between two factors."""

from __future__ import annotations

from typing import Final

from ...diagnostics import Source, Span
from ...diagnostics.regex import regex
from ..expression.lexer import LONGEST_TEXT, MOST_TOKENS, Token, refuse, tokens, word_at
from .table import Dialect

_NUMBER: Final = regex(r"(?:\d{1,60}(?:\.(?![*/^\\'+\-])\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?")
_CALLS_DOTTED: Final = regex(r"\.(?=\()")
_ALL: Final = regex(r"\(\s*:\s*\)")


class Words:
    """The words of one text; `dotted` are the places of the functions that Julia takes of every entry, `exp.(A)`."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self.source, self.dialect = source, dialect
        self.dotted: set[int] = set()

    def translated(self) -> list[Token]:
        """The tokens of the expression language that say the same."""
        text, found = self.source.text.rstrip().rstrip(";"), list[Token]()
        if len(text) > LONGEST_TEXT:
            tokens(self.source)  # which refuses it
        place = 0
        while place < len(text):
            if text[place].isspace():
                place += 1
                continue
            added = self.next_tokens(text, place, found)
            found += added
            place = added[-1].span.end
            if len(found) > MOST_TOKENS:
                refuse(self.source, "too-long", f"the expression has more than {MOST_TOKENS} words and signs", added[-1].span)
        return [*found, Token("end", "", Span(len(text), len(text)))]

    def next_tokens(self, text: str, at: int, found: list[Token]) -> list[Token]:
        """The token at a place; what the dialect leaves out stands before it."""
        last = found[-1] if found else None
        close = last is not None and last.span.end == at
        behind = last is not None and close and (last.kind in ("name", "number", "power") or last.text in (")", "]"))
        sign = next((sign for sign in sorted(self.dialect.signs, key=len, reverse=True) if text.startswith(sign, at)), None)
        number = _NUMBER.match(text, at)
        every = _ALL.match(text, at)
        if number is not None and not (text[at] == "." and sign is not None):
            return [Token("number", number[0], Span(at, number.end()))]
        if behind and self.dialect.turns and (text[at] == "'" or sign == ".'"):
            return [Token("power", "T", Span(at, at + len(sign or "'")))]
        if behind and self.dialect.turns and every is not None:  # A(:)
            span = Span(every.start(), every.end())
            return [Token("sign" if sign in ".()" else "name", sign, span) for sign in (".", "vec", "(", ")")]
        if behind and _CALLS_DOTTED.match(text, at) and self.dialect.called == "Julia" and last is not None:
            self.dotted.add(last.span.start)
            return [Token("sign", "(", Span(at, at + 2))]
        if sign is not None:
            return [Token("sign", self.dialect.signs[sign] or sign, Span(at, at + len(sign)))]
        word = word_at(self.source, at)
        left_out = behind and last is not None and self.dialect.called == "Julia" and last.kind in ("number", "power")
        below = [token.text for token in found[-2:-1]] == ["over"]  # 1/2x is 1/(2x) there
        if left_out and not below and (word.kind == "name" or word.text == "("):  # 2x, x'y
            return [Token("sign", "juxtapose", Span(at, at)), word]
        return [word]

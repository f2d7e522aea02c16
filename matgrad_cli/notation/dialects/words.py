"""The words and signs of a dialect as those of the expression language."""

from __future__ import annotations

import re
from typing import Final

from ...diagnostics import Source
from ...diagnostics.regex import regex
from ..expression.lexer import LONGEST_TEXT, MOST_TOKENS, Token, refuse, tokens, word_at
from ..expression.vocabulary import FUNCTION_NAMES, WRITTEN_OUT, canonical_function
from .table import Dialect

_NUMBER: Final = regex(r"(?:\d{1,60}(?:\.(?![*/^\\'+\-])\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?")
_SHORT: Final = regex(r"f(?P<power>[+-]?\d{1,2})(?!\w)")
"""What stands behind a number of half the length in Julia: `0.5f0` is 0.5."""
_LEFT_OUT: Final = regex(r"%[^\n]*|\.\.\.[^\n]*\n")
"""Comments of MATLAB, and what says that a line goes on."""
_DOTTED_NAME: Final = regex(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)+")
_CALLS_DOTTED: Final = regex(r"\.(?=\()")
_ALL: Final = regex(r"\(\s*:\s*\)")
_LETTER: Final = regex(r"\\\[(Capital)?([A-Z][a-z]+)\]")
"""A letter as Mathematica saves it, `\\[Lambda]`."""


class Words:
    """The words of one text; `dotted` are the places of the functions that Julia takes of every entry, `exp.(A)`."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self.source, self.dialect = source, dialect
        self.dotted: set[int] = set()
        self.depth, self.broadcast = 0, -1  # how many brackets are open, and inside how many of them `@.` stands

    def translated(self) -> list[Token]:
        """The tokens of the expression language that say the same."""
        text, found = self.source.text, list[Token]()
        text = _LEFT_OUT.sub(lambda one: " " * len(one[0]), text) if self.dialect.columns else text
        text = text.rstrip().rstrip(";")
        if len(text) > LONGEST_TEXT:
            tokens(self.source)  # which refuses it
        place = 0
        while place < len(text):
            if text[place].isspace() or (text[place] == "@" and self.dialect.columns):  # bsxfun(@plus, A, b')
                place += 1
                continue
            if text.startswith("@.", place) and self.dialect.called == "Julia":
                place, self.broadcast = place + 2, self.depth
                continue
            added = [self.of_every_entry(text, one) for one in self.next_tokens(text, place, found)]
            self.depth += sum((one.text in ("(", "[")) - (one.text in (")", "]")) for one in added)
            self.broadcast = self.broadcast if self.depth >= self.broadcast else -1
            found += added
            place = added[-1].end
            if len(found) > MOST_TOKENS:
                message = f"the expression has more than {MOST_TOKENS} words and signs"
                refuse(self.source, "too-long", message, added[-1].span)
        return [*_indexed(found, self.dialect), Token("end", "", len(text), len(text))]

    def of_every_entry(self, text: str, token: Token) -> Token:
        """A token behind Julia's `@.`, where every sign and every function is one of entries."""
        if self.broadcast < 0:
            return token
        if token.kind == "name" and text.startswith("(", token.end):
            self.dotted.add(token.start)
        return Token(token.kind, _OF_ENTRIES.get(token.text, token.text), *token[2:]) if token.kind == "sign" else token

    def next_tokens(self, text: str, at: int, found: list[Token]) -> list[Token]:
        """The token at a place; what the dialect leaves out stands before it."""
        last = found[-1] if found else None
        close = last is not None and last.end == at
        behind = last is not None and close and (last.kind in ("name", "number", "power") or last.text in (")", "]"))
        signs = sorted(self.dialect.signs, key=len, reverse=True)
        sign = next((sign for sign in signs if text.startswith(sign, at)), None)
        number = _NUMBER.match(text, at)
        every = _ALL.match(text, at)
        letter = _LETTER.match(text, at) if self.dialect.called == "Mathematica" else None
        if letter is not None:
            name = Token("name", letter[2] if letter[1] else letter[2].lower(), *letter.span())
            return [*self.times(last, name), name]
        if number is not None and not (text[at] == "." and sign is not None):
            short = _SHORT.match(text, number.end()) if self.dialect.called == "Julia" else None
            power = f"e{short['power']}" if short is not None else ""
            found_number = Token("number", number[0] + power, at, (short or number).end())
            return [*self.times(last, found_number), found_number]
        if behind and self.dialect.turns and (text[at] == "'" or sign == ".'"):
            return [Token("power", "T", at, at + len(sign or "'"))]
        if behind and self.dialect.turns and every is not None:  # A(:)
            return [Token("sign" if sign in ".()" else "name", sign, *every.span()) for sign in (".", "vec", "(", ")")]
        if behind and _CALLS_DOTTED.match(text, at) and self.dialect.called == "Julia" and last is not None:
            self.dotted.add(last.start)
            return [Token("sign", "(", at, at + 2)]
        if text.startswith("]]", at) and _innermost(found) == 2:  # of x[[1]], not of f[g[x]]
            return [Token("sign", "]", at, at + 2)]
        if sign is not None:
            return [Token("sign", self.dialect.signs[sign] or sign, at, at + len(sign))]
        dotted = _DOTTED_NAME.match(text, at) if self.dialect.called == "R" else None  # as.numeric
        if dotted is not None:
            return [Token("name", dotted[0].replace(".", "_"), *dotted.span())]
        word = word_at(self.source, at)
        left_out = behind and last is not None and self.dialect.called == "Julia" and last.kind in ("number", "power")
        if left_out and (word.kind == "name" or word.text == "("):  # 2x, x'y
            return [Token("sign", "juxtapose", at, at), word]
        return [*self.times(last, word), word]

    def times(self, last: Token | None, word: Token) -> list[Token]:
        """The sign of Mathematica's product of two parts side by side, `2 x`, `a (b + c)`."""
        before = last is not None and (last.kind in ("name", "number") or last.text in (")", "]"))
        beside = before and (word.kind in ("name", "number") or word.text == "(")
        return [Token("sign", "*", word.start, word.start)] if beside and self.dialect.called == "Mathematica" else []


def _innermost(found: list[Token]) -> int:
    """How many signs the innermost bracket is opened with that is not closed yet."""
    opened: list[int] = []
    for token in found:
        if token.text in ("(", "["):
            opened.append(token.end - token.start)
        elif token.text in (")", "]"):
            opened[-1:] = []
    return opened[-1] if opened else 0


_OF_ENTRIES: Final = {"juxtapose": "hadamard", "over": "/", "^": "**"}
"""What the signs of Julia are behind `@.`."""


def _indexed(found: list[Token], dialect: Dialect) -> list[Token]:
    """The tokens with entries counted from 0: `w(2:end)` is `w[1:]`, `X(:,1)` is `X[:,0]`; in R `X[,1]` is, and `w[-1]`
    is `w[1:]`."""
    opening = dialect.indexed
    made: list[Token] = []
    opened: list[int] = []
    for token in found:
        keywords = token.text == ";" and opened and made[opened[-1]].text == "("  # sum(A; dims=1)
        made.append(Token("sign", ",", *token[2:]) if keywords else token)
        if token.text in ("(", "["):
            opened.append(len(made) - 1)
        elif token.text in (")", "]") and opened:
            first = opened.pop()
            inner, name = made[first + 1 : -1], made[first - 1] if first else token
            ours = name.kind == "name" and canonical_function(name.text) not in FUNCTION_NAMES | WRITTEN_OUT
            ours = ours and name.end == made[first].start
            several = _between_commas(inner)
            tight = dialect.called == "R"
            ends = [_with_end(part, name.text, place, len(several), tight) for place, part in enumerate(several)]
            parts = [(part, _from_0(end, dialect, made[first])) for part, end in zip(several, ends, strict=True)]
            counted = [kept is not None for _, kept in parts]
            if made[first].text == opening and ours and inner and (all(counted) or (any(counted) and opening == "[")):
                kept = [one for part, of_0 in parts for one in (Token("sign", ",", *token[2:]), *(of_0 or part))]
                made[first:] = [Token("sign", "[", *made[first][2:]), *kept[1:], Token("sign", "]", *token[2:])]
                turned = opening == "(" and [one.text for one in kept[-2:]] == [",", ":"]  # a row of MATLAB's
                made += [Token("power", "T", *token[2:])] * turned
    return made


def _between_commas(inner: list[Token]) -> list[list[Token]]:
    """The indices that stand side by side in one bracket."""
    parts, depth = [list[Token]()], 0
    for token in inner:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if token.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _with_end(index: list[Token], name: str, place: int, places: int, tight: bool) -> list[Token]:
    """An index with the length of what it belongs to, `w(2:length(w))`, `X(:, 2:size(X, 2))`, as its end, and without
    brackets round it, `x[1:(length(x) - 1)]`; where ranges bind tight, `1:length(x) - 1` is none of the sort."""
    words, made, at = [one.text for one in index], list[Token](), 0
    while at < len(index):
        behind = words[at : at + 6]
        whole = behind[:4] in ([word, "(", name, ")"] for word in _LENGTHS) and places == 1
        along = behind == ["size", "(", name, ",", str(place + 1), ")"]
        made.append(Token("sign", "end", *index[at][2:]) if whole or along else index[at])
        at += 4 if whole else 6 if along else 1
    texts = [one.text for one in made]
    opened = texts.index("(") if "(" in texts else -1
    if opened >= 0 and texts[opened + 1 : opened + 3] == ["end", "-"] and texts[opened + 4 :] == [")"]:
        return [*made[:opened], *made[opened + 1 : -1]]
    return index if tight and texts[-4:-1] == [":", "end", "-"] else made


_LENGTHS: Final = ("length", "numel", "Length")


def _from_0(index: list[Token], dialect: Dialect, opening: Token) -> list[Token] | None:
    """An index as it is counted from 0; None where letters stand in it."""
    if not all(one.kind == "number" or one.text in (":", "end", "-") for one in index):
        return None
    text = " ".join(one.text for one in index)
    if dialect.called == "R":
        text = {"": ":", "- 1": "2 :"}.get(text, text)
    text = re.sub(r"^end(?: - (\d+))?$", _from_end, text)
    text = re.sub(r"(?<![-\w])(?<!- )\d+", lambda one: str(int(one[0]) - 1), text)
    words = re.sub(r"(?<!\S)0 (?=:)|(?<=:) end\b", "", text).split()
    return [Token("number" if word.isdigit() else "sign", word, *(index or [opening])[0][2:]) for word in words]


def _from_end(found: re.Match[str]) -> str:
    """`end - 1` as it is counted from 0: −2."""
    return f"- {int(found[1] or 0) + 1}"

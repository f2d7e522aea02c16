"""Regular expressions that are compiled for the first text that they may fit: a command uses few of those that its
modules hold. What stands in every text that one fits is found from its signs, in a small part of the time of compiling.

Groups are opened from the inside out: what a group says is put in its place, until no bracket is left."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

Words = tuple[str, ...]
"""A row: texts of which one is there."""

_SIGNS = {f"\\{sign}": chr(0xE000 + ord(sign)) for sign in "\\()[]{}|.*+?^$-"}
"""What an escaped sign is written as here, so that a bracket is one of the pattern."""
_PLAIN = {ord(kept): written[1] for written, kept in _SIGNS.items()}
_GAP = "\0"
"""Anything, or nothing."""
_ROW = 0xF0000
"""From this sign on, each stands for a row."""
_UNREAD = re.compile(r"\\[NUux\d]|\(\?[^:P=!<>(]|\[\^?\]")
"""Constructs that are not read."""
_CONDITION = re.compile(r"\(\?\(\w+\)")
_PERHAPS, _OFTEN = re.compile(r"\)(?:[*?]|\{0?,\d*\})[?+]?"), re.compile(r"\)(?:\+|\{\d[\d,]*\})[?+]?")
_UNKNOWN = re.compile(
    r"(?:\\.|\[[^\]]*\]|[.^$])(?:(?:[*+?]|\{[\d,]+\})[?+]?)?|[^()|\0](?:[*?]|\{0?,\d*\})[?+]?"
    r"|(?<=[^()|\0])(?:\+|\{\d[\d,]*\})[?+]?"
)
"""Any of some signs, or a place; a sign that need not be there; how often one is there."""
_OPEN = r"\((?:\?(?:[:>]|P<\w+>)|(?!\?))"
_NEEDLESS = re.compile(rf"{_OPEN}[^()]*\)\*|\(\?(?:<?!|P=)[^()]*\)[*+]?")
_ONE_WAY = re.compile(rf"{_OPEN}([^()|]*)\)(?![*+])")
_GROUP = re.compile(r"\((?:\?(?:[:>]|P<\w+>|<?=))?([^()]*)\)\+?")


def needed(pattern: str, flags: int = 0) -> tuple[Words, ...]:
    """Rows, of each of which one text stands in whatever the pattern fits; in folded letters where case is ignored."""
    text = pattern
    for written, kept in _SIGNS.items():
        text = text.replace(written, kept)
    if flags & re.VERBOSE or _UNREAD.search(text) or _holds_ours(pattern):
        return ()
    text = _UNKNOWN.sub(_GAP, _OFTEN.sub(")+", _PERHAPS.sub(")*", _CONDITION.sub("(?!", text))))
    rows: list[Words] = []

    def opened(group: re.Match[str]) -> str:
        """A group without groups in it."""
        if "|" not in group[1]:
            return f"\0{group[1]}\0"
        row = _of_one(group[1], rows)
        rows.append(row)
        return f"\0{chr(_ROW + len(rows) - 1)}\0" if row else _GAP

    before = ""
    while text != before:
        before, text = text, _ONE_WAY.sub(r"\1", _NEEDLESS.sub(_GAP, text))
        if text == before:
            text = _GROUP.sub(opened, text)
    found = [_of_one(text, rows)] if "|" in text else _pieces(text, rows)
    if flags & re.IGNORECASE:
        found = [tuple(map(str.casefold, row)) for row in found]
    return tuple([tuple([word.translate(_PLAIN) for word in row]) for row in found if row])


def _holds_ours(pattern: str) -> bool:
    """Whether a sign stands there that means something else here."""
    return _GAP in pattern or (
        not pattern.isascii() and any("\ue000" <= sign <= "\uf8ff" or sign >= chr(_ROW) for sign in pattern)
    )


def _pieces(way: str, rows: list[Words]) -> list[Words]:
    """The rows of what stands between gaps."""
    return [rows[ord(piece) - _ROW] if piece >= "\U000f0000" else (piece,) for piece in way.split(_GAP) if piece]


def _of_one(ways: str, rows: list[Words]) -> Words:
    """One row of alternatives: of each the row that says most; none if one of them says nothing."""
    row: list[str] = []
    for way in ways.split("|"):
        pieces = [(way,)] if way.isalpha() else _pieces(way, rows)
        if not pieces:
            return ()
        row += max(pieces, key=lambda piece: (min(map(len, piece)), -len(piece))) if len(pieces) > 1 else pieces[0]
    return tuple(dict.fromkeys(row))


_FOLDED = int(re.IGNORECASE)
_OTHERWISE: dict[str, Callable[[str], Any]] = {
    "match": lambda _: None,
    "search": lambda _: None,
    "fullmatch": lambda _: None,
    "sub": lambda text: text,
    "subn": lambda text: (text, 0),
    "split": lambda text: [text],
    "findall": lambda _: [],
    "finditer": lambda _: iter(()),
}
"""The methods of a pattern, and what they answer for a text that does not fit."""
_MOST_UNFIT = 40
"""A pattern that so many texts did not fit is compiled all the same: to search is faster than to look for words."""


class _Waiting:
    """A pattern that is not compiled yet; its methods are kept from then on."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = int(flags)
        self.unfit = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _OTHERWISE and (needs := needed(self.pattern, self.flags)):
            self.__dict__.update({method: partial(self._unless_unfit, needs, method) for method in _OTHERWISE})
            return self.__dict__[name]
        return getattr(self._compiled(), name)

    def _unless_unfit(self, needs: tuple[Words, ...], method: str, *arguments: Any, **named: Any) -> Any:
        text = arguments[method in ("sub", "subn")]
        if self.unfit == _MOST_UNFIT or may_fit(text, needs, bool(self.flags & _FOLDED)):
            return getattr(self._compiled(), method)(*arguments, **named)
        self.unfit += 1
        return _OTHERWISE[method](text)

    def _compiled(self) -> re.Pattern[str]:
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _OTHERWISE})
        return compiled


def may_fit(text: str, needs: tuple[Words, ...], folded: bool) -> bool:
    """Whether one text of each row stands there; in folded letters, if case is ignored."""
    if folded and not text.isascii() and ("ı" in text or "İ" in text):
        return True  # an i without its dot is no i in folded letters, and one to a pattern
    read = text.casefold() if folded else text
    for row in needs:
        for word in row:
            if word in read:
                break
        else:
            return False
    return True


if TYPE_CHECKING:

    def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
        """The pattern; what it `needs` is found from its signs."""
else:

    @lru_cache(maxsize=2048)
    def regex(pattern, flags=0):
        return _Waiting(pattern, flags)

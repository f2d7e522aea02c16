"""What stands right beside a formula and changes its value: a sign, a number, another formula, `half of`. Then it is no answer alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...diagnostics.regex import regex
from ..continued import RELATION
from .pieces import Piece
from .words import said

_OPEN = r"[\s(\x60*_{]*"
_SIGN_BEFORE = r"(?:(?:^|(?<=[\s(:=]))(?=[-+−][(\x60]* ?$)|(?:\b<is>|[:=])[ \t]+(?=[-+−]\s*$))(?P<found>[-+−])"
"""A sign that touches the formula, `-$…$`, where the space is its mark; or behind a verb. Else it is a dash, or of a list."""
_SIGN_BEHIND = regex(r"[ )\x60]{0,2}(?P<found>[+/·×⋅∘⊙^]|[-−*] {0,3}(?=\d))")
_AMOUNT = regex(r"\s*[-−+]?[\s\d./]*")
_BETWEEN = regex(r"\s*(?P<found>[-−+*/·×⋅]?)\s*")
_ENDS_OPEN = regex(rf"(?:{RELATION.pattern})[\s&]*$")
_MARK = regex(r"[\s\\,;]*(?:\\(?:quad|qquad)\s*)*(?:\\(?:\w*[sS]quare|q(?:uad)?ed|Box|checkmark|tag\{\w*\})|\(\d+\))\s*")
"""The end of a proof, or the number of a formula."""
_NUMBER = r"(?:^\W*|[:=(\n]\s*|\b<is>\s+)(?P<found>\d+(?:[.,/]\d+)*(?:/\w)?)[ (\x60]*$"
_BEFORE = rf"\b(?P<found><function>(?:\s+(?:<of>|<the>))+|<factor>(?:\s+(?:<of>|<the>))*){_OPEN}$"
_BEHIND = r"(?P<found>[\s,)\x60]*(?:<times>|<except>)\b|[\s,]*<share>|[\s,(]*(?:\w+\s+)?<altered>\b)"
_OF_LOSS = r"\b<result>\s+(?:<of>|<the>)\s+(?:<the>\s+)*$"
"""`The gradient of the trace of $AX$` speaks of a loss."""
_PAIR = r"\W*<both>\W*"


def changed(pieces: Sequence[Piece]) -> dict[int, str]:
    """What changes the value of a piece, by its place among the pieces."""
    found: dict[int, str] = {}
    for at, one in enumerate(pieces):
        if one.kind == "name":
            continue
        last = at - 1 if at and pieces[at - 1].kind != "name" else None
        if last is not None and (beside := _together(pieces[last], one)) is not None:
            found.setdefault(last, beside)
            found[at] = beside
        elif (words := next(_beside(one), None)) is not None:
            found[at] = words
        elif last in found and one.kind == "formula" and said(_PAIR).fullmatch(one.before):
            found[at] = found[last]  # `the sum of $…$ and $…$`
    return found


def _together(one: Piece, other: Piece) -> str | None:
    """The operator, or nothing, that makes one formula of two: `$2$ $X^T r$`, `$a$ + $b$`."""
    between = _BETWEEN.fullmatch(other.before)
    if between is None or "\n" in other.before or not other.inline or other.kind != "formula":
        return None
    if not (one.inline or _AMOUNT.fullmatch(one.text)) or _ENDS_OPEN.search(one.text) or _MARK.fullmatch(other.text):
        return None
    return f"`{between['found']}`" if between["found"] else "another formula"


def _beside(one: Piece) -> Iterator[str]:
    """The words, the sign and the number before a formula, and what is behind it."""
    if one.kind == "formula":
        for match in (said(_BEFORE).search(one.before), said(_SIGN_BEFORE).search(one.before), said(_NUMBER).search(one.before)):
            if match is not None and not said(_OF_LOSS).search(one.before[: match.start("found")]):
                yield _shown(match["found"])
    for match in (_SIGN_BEHIND.match(one.after), said(_BEHIND).match(one.after)):
        if match is not None:
            yield _shown(match["found"])


def _shown(text: str) -> str:
    return f"`{' '.join(text.split()).strip(' ,')}`"

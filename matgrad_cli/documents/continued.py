"""Rows of a display that only go on with the row before: `&\\quad + b`, `&\\qquad (Xw - y)`, a row after one that ends in a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..diagnostics.regex import regex
from .passage import Passage

_SPACES = r"(?:\\quad|\\qquad|\\,|\\;|\\[hv]?phantom\{[^}]*\}|\\hspace\*?\{[^}]*\}|\{\})"
_OPERATOR = r"(?:\+|\\times\b|\\cdot\b|\\odot\b|\\oplus\b|\\otimes\b)"
_SIGN = rf"(?:{_OPERATOR}|[-−])"
_MARGIN = rf"(?:{_SPACES}|[\s&])*"
_ADDED = regex(rf"{_MARGIN}{_OPERATOR}|[\s&]*\\q?quad(?![a-z])[\s&]*[-−]")
_GOES_ON = regex(rf"{_MARGIN}{_SIGN}|[\s&]*(?:\\q?quad|\\hspace\*?\{{[^}}]*\}}|\\[hv]?phantom\{{[^}}]*\}})")
_LEADING = regex(rf"^{_MARGIN}")
_LEFT_OPEN = regex(rf"{_SIGN}\s*$")
_ZERO = regex(r"=\s*\{?0\}?[\s.,]*$")
_BREAK = regex(r"\\\\\*?(?:\s*\[[^\]\n]*\])?\s*$")
RELATION = regex(
    r"[=<>≤≥≈∝→⇒⇔∼∈←]|\\(?:le|ge|leq|geq|approx|propto|to|sim|in|iff|implies|equiv|(?:Long)?(?:left|right|Left|Right)+arrow"
    r"|Longleftrightarrow|Leftrightarrow|text|mbox|textrm|where|forall)(?![A-Za-z])"
)


def joined_rows(rows: Sequence[Passage]) -> list[tuple[int, Passage]]:
    """The rows with their numbers; a row that only goes on belongs to the row before: one without a sign of equality, or one that begins
    as no equation does, with a plus or with a minus that is moved in; behind `= 0` nothing goes on.
    """
    found: list[tuple[int, Passage]] = []
    for number, row in enumerate(rows, 1):
        before = _BREAK.sub(_blank, found[-1][1].text) if found else ""
        goes_on = (_ADDED.match(row.text) and not _ZERO.search(before)) or (
            (_GOES_ON.match(row.text) or _LEFT_OPEN.search(before)) and not RELATION.search(row.text)
        )
        if found and goes_on:
            first, begun = found[-1]
            behind = _LEADING.sub(_blank, row.text)
            if row.offsets is None and begun.offsets is None:
                gap = " " * (row.start - begun.start - len(begun.text))
                found[-1] = first, Passage(before + gap + behind, begun.start)
            else:
                found[-1] = first, Passage(f"{before} {behind}", 0, (*begun.places, *row.places))
        else:
            found.append((number, row))
    return found


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])

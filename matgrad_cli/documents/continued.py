"""Rows of a display that only go on with the row before: `&\\quad + b`, `&\\qquad (Xw - y)`, a row after one that ends in a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .passage import Passage

_SPACES = r"(?:\\quad|\\qquad|\\,|\\;|\\[hv]?phantom\{[^}]*\}|\\hspace\*?\{[^}]*\}|\{\})"
_SIGN = r"(?:\+|[-−]|\\times\b|\\cdot\b|\\odot\b|\\oplus\b|\\otimes\b)"
_GOES_ON = re.compile(rf"\s*(?:{_SPACES}|\s)*{_SIGN}|\s*(?:\\q?quad|\\hspace\*?\{{[^}}]*\}}|\\[hv]?phantom\{{[^}}]*\}})")
_LEADING = re.compile(rf"^(?:\s|{_SPACES})+")
_LEFT_OPEN = re.compile(rf"{_SIGN}\s*$")
_RELATION = re.compile(
    r"[=<>≤≥≈∝→⇒⇔∼∈←]|\\(?:le|ge|leq|geq|approx|propto|to|sim|in|iff|implies|equiv|(?:Long)?(?:left|right|Left|Right)+arrow"
    r"|Longleftrightarrow|Leftrightarrow|text|mbox|textrm|where|forall)(?![A-Za-z])"
)


def joined_rows(rows: Sequence[Passage]) -> list[tuple[int, Passage]]:
    """The rows with their numbers; a row without a sign of equality that only goes on belongs to the row before."""
    found: list[tuple[int, Passage]] = []
    for number, row in enumerate(rows, 1):
        goes_on = _GOES_ON.match(row.text) or (found and _LEFT_OPEN.search(found[-1][1].text))
        if found and goes_on and not _RELATION.search(row.text) and row.offsets is None and found[-1][1].offsets is None:
            first, before = found[-1]
            gap = " " * (row.start - before.start - len(before.text))
            rest = _LEADING.sub(lambda match: " " * len(match[0]), row.text)
            found[-1] = first, Passage(before.text + gap + rest, before.start)
        else:
            found.append((number, row))
    return found

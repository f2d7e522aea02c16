"""What stands in the margin of a row: the number of an equation, a column of reasons. It is made blank; the formula keeps its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..diagnostics.regex import regex
from .passage import covered

_SPACE = r"(?:\\q?quad(?![a-zA-Z])|\\[,;:! ]|~|\\hfill(?![a-zA-Z])|\\hspace\*?\{[^}]*\}|\s)*"
_NUMBER = r"\(\s*(?:\d+(?:\.\d+)*[a-z]?'*|\*+|\\star|\\ast)\s*\)"
_WORDS = r"\\(?:text|mbox|textrm|textit|textnormal|mathrm|rm|footnotesize)\s*\{[\s(,;\[]*"
_REASON = (
    rf"{_WORDS}(?:from|by|since|because|as|using|use|due|see|eqn?|equation|rule|chain|product|linearity|apply|applying|via|note|recall"
    r"|definition|symmetry|property)\b"
)
_RELATION = regex(r"(?<![<>!:])=|\\(?:approx|equiv|leq?|geq?|propto|coloneqq)(?![a-zA-Z])")
_CELL = regex(rf"{_SPACE}(?:{_NUMBER}[\s.,]*$|{_REASON})", re.IGNORECASE)
_END = regex(
    rf"(?:\\q?quad(?![a-zA-Z])|\\hfill(?![a-zA-Z])|\\hspace\*?\{{[^}}]*\}}|\\[cl]?dots(?![a-zA-Z])|…|\s\s|\t){_SPACE}"
    rf"(?:(?P<number>{_NUMBER})[\s.,]*$|(?P<reason>[,;]?\s*[(\[]?\s*{_REASON}))",
    re.IGNORECASE,
)


def without_margin(text: str, marks: Sequence[int] | None = None) -> str:
    r"""The row without its equation number and its reasons. `marks` are the places of its `&`; without them they are looked for.

    >>> without_margin(r"L &= x & (6.15)").rstrip()
    'L &= x'
    """
    marks = [match.start() for match in re.finditer(r"(?<!\\)&", text)] if marks is None else marks
    for mark in marks:
        if _RELATION.search(text, 0, mark) and _CELL.match(text, mark + 1):
            return covered(text, mark, len(text))
    for match in _END.finditer(text):
        if _RELATION.search(text, 0, match.start()) and text[: match.start()].count("{") == text[: match.start()].count("}"):
            return covered(text, match.start(), len(text))
    return text

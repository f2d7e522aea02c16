"""The pieces of an answer in their order: formulas, definitions and names, each with the words that lead to it and those behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ..continued import RELATION
from ..passage import Passage
from ..sheets.sheet import Formula

Kind = Literal["formula", "equation", "definition", "name"]

_DELIMITER = regex(r"\\[()\[\]]|\$+|\\(?:begin|end)\s*\{[^}]*\}|[*_]{1,2}(?=\w)|(?<=\w)[*_]{1,2}")
_MARK = regex(rf"{_DELIMITER.pattern}|(?<![$(\[])\Z")
"""A delimiter; or the end of what stands before a formula that has none."""
_SUPPOSED = regex(r"\b(?:if|for|when|with|at|case|suppose|where|assum\w+)\W*$", re.IGNORECASE)
_VALUE = regex(r"\s*\\?\w+\s*=\s*(?:\d+|I)\s*")
_MARKED = r"(?:\\(?:hat|bar|tilde|mathbf|vec|bm|boldsymbol)\s*)?\{?(?P<name>\\?[^\W\d_]+)\}?"
_DEFINED = regex(rf"\s*{_MARKED}(?P<marks>[\s_^*\w{{}}\\]*?)\s*:?=")
_SPOKEN_OF = regex(r"[\s\\{}$]*[^\W\d](?:_\w+)?[\s{}$.,;:]*")
_WORDS = frozenset("aAIoOeEyYuUi")
"""Letters that are words somewhere: between words they name nothing."""
_NEAR, _MOST_NAMES = 400, 100
"""So many characters round a formula are the words that lead to it and those behind it; so many names from the first on, and up to the
last, are looked at."""


@record
class Piece:
    """A formula of an answer. `before` and `after` are the words up to the formulas beside it, in which a `name` that is only spoken of is
    a word too. `block` numbers the display that it stands in, None in a sentence; `defines` is the name that an equation gives a value,
    and `value` where that begins.
    """

    passage: Passage
    kind: Kind
    before: str
    after: str
    block: int | None = None
    defines: str = ""
    value: int = 0

    @property
    def text(self) -> str:
        """The formula as it stands."""
        return self.passage.text

    @property
    def inline(self) -> bool:
        """Whether it stands in a sentence."""
        return self.block is None


def is_name(text: str) -> bool:
    """Whether a formula is a name that is only spoken of."""
    return _SPOKEN_OF.fullmatch(text) is not None


def pieces(formulas: Sequence[Formula], text: str, start: int) -> list[Piece]:
    """The pieces of what stands from `start` to the end of the text, in their order; a value that is supposed is one of the words."""
    ends, told = [start], list[Formula]()
    names: list[tuple[int, Passage]] = []
    for formula in formulas:
        place = formula.passage.places[0]
        if is_name(formula.passage.text):
            names.append((len(told), formula.passage))
        elif not (_VALUE.fullmatch(formula.passage.text) and _SUPPOSED.search(text[ends[-1] : place - 1])):
            told.append(formula)
            ends.append(formula.passage.places[-1])
    starts = [one.passage.places[0] for one in told] + [len(text)]
    gaps = list(zip(ends, starts, strict=True))
    words = [_MARK.sub(" ", text[end:begin]) for end, begin in gaps]
    defined = {value["name"] for one in told if (value := _DEFINED.match(one.passage.text))} - _WORDS
    bare = re.compile(rf"(?<![\w\\$])(?:{'|'.join(map(re.escape, sorted(defined)))})(?![\w'’$])") if defined else None
    found = list[Piece]()
    for at, (end, begin) in enumerate(gaps):
        here = {passage.places[0]: passage for gap, passage in names if gap == at and passage.text.strip("\\ {}$.,;:") in defined}
        for match in bare.finditer(text, end, begin) if bare is not None else ():
            here.setdefault(match.start(), Passage(match[0], match.start()))
        for place, passage in sorted(here.items()):
            around = text[max(end, place - _NEAR) : place], text[passage.places[-1] : min(begin, place + _NEAR)]
            found.append(Piece(passage, "name", *(_DELIMITER.sub(" ", part) for part in around)))  # type: ignore[arg-type]
        if at < len(told):
            found.append(_piece(told[at], words[at][-_NEAR:], words[at + 1][:_NEAR]))
    spoken = [one for one in found if one.kind == "name"]
    passed = {*map(id, spoken[_MOST_NAMES:-_MOST_NAMES])}
    return [one for one in found if id(one) not in passed]


def _piece(formula: Formula, before: str, after: str) -> Piece:
    text, block = formula.passage.text, None if formula.kind == "inline" else formula.block
    defined = _DEFINED.match(text)
    if defined is not None:
        return Piece(formula.passage, "definition", before, after, block, defined["name"].lstrip("\\"), defined.end())
    return Piece(formula.passage, "equation" if RELATION.search(text) else "formula", before, after, block)

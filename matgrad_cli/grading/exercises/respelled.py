"""Rows with a spelling that says more than the one of their author."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ..lines.literal_name import with_letter
from .terms import UNDER, bare_name

_NO_TERM = frozenset("Ldeijkn")
"""Letters that mean something else."""
_FUNCTION = r"\\?(?:sigma|tanh)(?![A-Za-z])|σ"
_PRIMED = r"\s*(?:'|′|\^\s*\{?\s*\\prime(?![A-Za-z])\s*\}?)"
_OF_FUNCTION = regex(rf"\s*(?P<of>{_FUNCTION}){_PRIMED}\s*&?=(?:\s*(?:{_FUNCTION})|[\s\d.()^{{}}+−²-])*")
_CALLED = regex(rf"(?:{_FUNCTION})(?:{_PRIMED}|\s*\^\s*(?:\{{\s*2\s*\}}|2)|²)?")


def with_terms(rows: Sequence[Passage], taken: frozenset[str]) -> tuple[Passage, ...]:
    """The rows with a letter of its own for each numbered name under ∇ or ∂ beside the same name without a number:
    the L_1 of `∇L = ∇L_1 + ∇L_2` is no entry of L."""
    under = dict.fromkeys(bare_name(match["of"]) for row in rows for match in UNDER.finditer(row.text))
    found = [*enumerate(rows)]
    for base, _, number in (name.partition("_") for name in under):
        if base in under and number.isdigit():
            found, _ = with_letter(found, f"{base}_{{{number}}}", taken | _NO_TERM)
    return tuple(row for _, row in found)


def without_iterates(rows: Sequence[Passage], wrt: str, loss: str) -> tuple[Passage, ...]:
    """The rows of which one says how the variable moves on, `w_{t+1} = w_t - …`, with w for w_t: the derivatives are
    taken there."""
    name = rf"\\(?!{wrt}(?![A-Za-z]))[A-Za-z]+|{re.escape(wrt)}\s*\}}?(?P<at>\s*[_^]\s*"
    moved = rf"(?:{name}\{{?\s*\(?\s*(?P<letter>[a-z])\s*\+\s*1\b))"
    moves = re.compile(rf"[^-=+(]*?{moved}[\s)}}&]*(?::?=|\\gets|\\leftarrow|←)")
    letters = {one["letter"] for row in rows if (one := moves.match(row.text)) is not None} - {None}
    if len(letters) != 1 or any(one["at"] for one in re.finditer(rf"{name}\{{?\s*\(?[a-z])", loss)):
        return tuple(rows)
    letter = letters.pop()
    here = re.compile(rf"{name}(?:\{{\s*\(?\s*{letter}\s*\)?\s*\}}|{letter}(?!\w)))")
    places = ([one.span("at") for one in here.finditer(row.text) if one["at"]] for row in rows)
    return tuple(row.replaced([(*place, "") for place in found]) for row, found in zip(rows, places, strict=True))


def with_argument(row: Passage) -> Passage:
    """`\\sigma'(z) = \\sigma(z)(1 - \\sigma(z))` for a row that says no argument."""
    fact = _OF_FUNCTION.match(row.text)
    if fact is None or row.text[fact.end() :].strip(" .,;"):
        return row
    return row.replaced([(call.end(), call.end(), "(z)") for call in _CALLED.finditer(row.text)])

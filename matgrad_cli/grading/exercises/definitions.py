"""What the names in a claim stand for, by the definitions beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.homework.pieces import FACTORED, Piece
from ...documents.passage import Passage
from ...documents.words import said
from ...notation.latex.names import letter_name
from .settings import Settings

_NUMBERED = regex(r"_\s*\{?\d+")
"""Of `δ_1` and `δ_2`: two names."""
_ADDS = r"\W*<where>\b|[\s,;]*$|(?!.*\b<doubt>\b)[^.;:!?\n]*(?:\b<both>|,)\W*$"
"""Before a definition that a claim may need: `where $…$`, or `… is the degree matrix and $…$`."""
ACCENT = r"\\(?:(?:wide)?(?:hat|tilde)|bar|overline|check)(?![a-z])"
_ACCENTED = regex(rf"\s*(?P<accent>{ACCENT})")


def clause(before: str) -> str:
    """The words that lead to a formula."""
    text, start = before.rstrip(" \t\n:"), 0
    for cut in said("<clause>").finditer(text):
        start = cut.end()
    return text[start:]


def known_at(told: Sequence[Piece], at: int) -> list[Piece]:
    """What is defined before a claim, and behind it what `where` adds, or what a name that is the claim stands for."""
    found, goes_on = [*told[:at]], True
    for one in told[at + 1 :]:
        beside = said(r"\W*<or>\W*").fullmatch(one.before) is not None
        says = one.kind == "definition" and said(_ADDS).match(one.before) is not None
        goes_on = goes_on and (beside or says or one.kind == "name")
        if goes_on or (told[at].kind == "name" and one.defines == told[at].text.strip("\\ ")):
            found.append(one)
    return found


def number_of(one: Piece) -> str:
    number = _NUMBERED.search(one.text, 0, one.value)
    return number[0] if number is not None else ""


def explained(told: Sequence[Piece], chosen: Settings) -> list[tuple[Passage, ...]]:
    """The rows behind what sentences say of the names in them that the problem does not know."""
    given = chosen.letters | {letter_name(chosen.text("name") or "L")}
    own = {row.places[0] for row in chosen.rows}
    at = max((at for at, one in enumerate(told) if one.passage.places[0] in own), default=0)
    known = [one for one in (known_at(told, at) if told else []) if not _supposed(one)]
    said_of = [one for one in known if one.inline and one.passage.places[0] not in own and one.defines not in given]
    needed = " ".join(row.text.partition("=")[2] or row.text for row in chosen.rows)
    return [(*rows, *chosen.rows) for rows in _definitions(needed, said_of, chosen) if rows]


def with_known(told: Sequence[Piece], chosen: Settings) -> list[Piece]:
    """The pieces, of which `A = XᵀX` defines A where X is known; else it says what its factor is."""
    return [
        one
        if factors(one.text, chosen) or not FACTORED.fullmatch(one.text)
        else replace(one, defines=one.text.partition("=")[0].strip())
        for one in told
    ]


def factors(text: str, chosen: Settings) -> bool:
    """Whether an equation says what its factor is, which the problem does not know: `D = LLᵀ`."""
    factored = FACTORED.fullmatch(text)
    return factored is not None and factored["factor"] not in chosen.letters


def _supposed(one: Piece) -> bool:
    """Whether a definition is only supposed, or denied: `if $r = y$`, `we do not set $r = y$`."""
    return said(r"\b(?:<when>|<doubt>)\b").search(clause(one.before)) is not None


def with_definitions(claim: Piece, before: Iterable[Piece], chosen: Settings) -> list[tuple[Passage, ...]]:
    """The claim behind the definitions of its names."""
    needed = claim.text.partition("=")[2] or claim.text
    return [(*rows, claim.passage) for rows in _definitions(needed, before, chosen)]


def _definitions(needed: str, before: Iterable[Piece], chosen: Settings) -> list[tuple[Passage, ...]]:
    """The definitions of the names that are needed; a name that is defined twice has both meanings."""
    last: dict[str, Passage] = {}
    first: dict[str, Passage] = {}
    own = () if chosen.asks == "gradient" else (chosen.variable,)  # `\\hat a = a/‖a‖` gives `a` no value
    fixed = ("", chosen.variable)
    left = [one for one in before if one.defines not in (("", *own) if _ACCENTED.match(one.text) else fixed)]
    while (one := next((one for one in reversed(left) if _needs(needed, one, chosen.variable)), None)) is not None:
        left.remove(one)
        name = one.defines + number_of(one)
        needed += one.text[one.value :] if name not in last else ""
        last.setdefault(name, one.passage)
        first[name] = one.passage
    meant = [[*reversed(values.values())] for values in ((last, first) if first != last else (last,))]
    return [tuple(sorted(rows, key=lambda row: not factors(row.text, chosen))) for rows in meant]


def _needs(text: str, one: Piece, variable: str) -> bool:
    r"""Whether a text holds what a piece defines: the variable `x` does not need `\hat x = …`."""
    marked = _ACCENTED.match(one.text) if one.defines == variable else None
    if marked is None:
        return names(text, one.defines)
    bold = r"(?:\\(?:math\w+|boldsymbol|bm|vec)(?![a-z])[\s{]*)?"
    name = rf"{re.escape(marked['accent'])}[\s{{]*{bold}\\?{re.escape(variable)}(?![A-Za-z])"
    return re.search(name, text) is not None


def names(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", _spread(text)) is not None


def _spread(text: str) -> str:
    """The text with its letters apart, commands kept together: `Xw` as `X w`."""
    return re.sub(
        r"\\[A-Za-z]+|([A-Za-z])", lambda match: f" {match[1]} " if match[1] else f"{match[0].lstrip(chr(92))} ", text
    )

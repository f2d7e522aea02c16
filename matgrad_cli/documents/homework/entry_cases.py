r"""Entries that are told case by case as one formula: `For $i = j$: $J_{ii} = a$. For $i \ne j$: $J_{ij} = b$`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ..display_rows import BOUNDS
from ..passage import blank, blanked
from ..sheets.sheet import Formula
from ..words import said

_WHEN = r"(?P<one>[a-z])\s*(?P<sign>=|\\n(?:eq?|ot\s*=)(?![A-Za-z])|≠|!=)\s*(?P<other>[a-z])"
_ALONE = regex(rf"[\s$(]*{_WHEN}[\s$).,:;]*")
_LEADING = regex(rf"\A\s*{_WHEN}\s*[:,]\s")
_TRAILING = regex(rf"(?:\\q?quad(?![A-Za-z])|\\text\w*\s*\{{[^{{}}]*\}}|[\s,(&])+{_WHEN}[\s).,]*\Z")
"""`i = j: …`, and `…, (i = j)`."""
_LEADS = r"(?:\bcase\s+(?:\d+|[ivx]+|[a-z])\b\W*)?(?:(?:<when>|where|and)\b)?(?:\s|[$(,]|\\[(\[])*$"
_APART = r"\boff-?\s?diagonal\b[^.;]*$|\b<general>\W*$"
_INDICES = regex(r"_\s*(?:\{\s*([a-z])\s*,?\s*([a-z])?\s*\}|([a-z])([a-z])?(?![A-Za-z]))")
_SPLIT = regex(r"[,;]?\s*(?:\\q?quad(?![A-Za-z])|\\text\w*\s*\{\s*and\s*\})+\s*(?=[^=]*_[^=]*=)")
_DERIVATIVE = regex(
    r"\s*(?:\\[dt]?frac\s*\{\s*)?(?:\\partial|∂|d)\s*(?:\\(?:math\w+|operatorname|text\w*|boldsymbol|bm|vec)\s*\{\s*)?"
    r"\\?[A-Za-z]+\s*\}?\s*(?:\(\w\)\s*)?_[^=]*(?:\\partial|∂|\bd)|[\s(\[{]*(?:\\math\w+\W+)?J(?![A-Za-z])"
)
_LEADING_WORDS = (
    r"(?:[^\w?]|_|\d|\b(?:(?!unless)<when>|<where>|<then>|<both>|<general>|<the>|<result>|<is>|with|let|case|(?:off|on)"
    r"|diagonal|entr(?:y|ies)|element\w*|matrix|form|softmax|of|we|have|\w)\b)*"
)
_ON_IT = regex(r"(?<![A-Za-z\\])J(?![A-Za-z]|\s*=)|[^\s=]\s*J\s*=")
_EQUALS = regex(r"(?<![<>!:=])=(?!=)")


@record
class _Case:
    """What is said of an entry: the formulas that say it, of which indices, and whether these are `apart`, where that
    is told."""

    formulas: tuple[Formula, ...]
    head: str
    sides: tuple[str, ...]
    indices: str
    apart: bool | None


def with_cases(formulas: Sequence[Formula], text: str, start: int, end: int) -> tuple[list[Formula], str]:
    """The formulas between two places, of which one says in a table what two say of the entries on the diagonal and
    beside it, and the text without the words that part these cases."""
    parts = [part for one in formulas for part in _parts(one)]
    told, words = _told(parts, text)
    left = [part for part in parts if part.passage.places[0] not in words]
    if len(told) < 2:
        return [*formulas], text
    line = text.find("\n", start) + 1  # behind the rest of a title
    start = line if 0 < line <= parts[0].passage.places[0] and text[start - 1 : start] not in ("", "\n") else start
    besides = blanked(text, [*words.values(), *((one.passage.places[0], one.passage.places[-1]) for one in formulas)])
    for one, other in pairwise(told):
        diagonal, beside = (one, other) if other.apart else (other, one)
        same = _INDICES.sub("_", one.head) == _INDICES.sub("_", other.head)
        same = same and {*diagonal.indices} <= {*beside.indices}
        told_so = (diagonal.apart, beside.apart, same) == (False, True, True)
        if not told_so or not _plain(one, other, left, besides[start:end]):
            continue
        first, second = beside.indices[0], beside.indices[1]
        whole = "".join(
            rf" = \begin{{cases}} {at or diagonal.sides[-1]} & \text{{if }} {first} = {second} \\ "
            rf"{off or beside.sides[-1]} & \text{{if }} {first} \ne {second} \end{{cases}}"
            for at, off in zip_longest(diagonal.sides, beside.sides)
        )
        begun, *rest = (*one.formulas, *other.formulas)
        table = replace(begun, passage=begun.passage.replaced([(0, len(begun.passage.text), beside.head + whole)]))
        gone = [formula.passage for formula in rest]
        left = [table if formula is begun else formula for formula in parts if formula not in rest]
        left = [formula for formula in left if formula.passage.places[0] not in words]
        spans = [(part.places[0], part.places[-1]) for part in gone]
        return left, blanked(text, [*spans, *words.values()])
    return [*formulas], text


def _plain(one: _Case, other: _Case, parts: Sequence[Formula], words: str) -> bool:
    """Whether cases tell a derivative, one right behind the other, and nothing beside them may say another value: only
    words that lead to cases, and no formula without a sign of equality, nor one that works on their name, `2J`."""
    told = [*one.formulas, *other.formulas]
    at = parts.index(told[0])
    return (
        _DERIVATIVE.match(one.head) is not None
        and [*parts[at : at + len(told)]] == told
        and said(_LEADING_WORDS).fullmatch(words) is not None
        and not any(_claims_more(formula) for formula in parts if formula not in told)
    )


def _claims_more(formula: Formula) -> bool:
    """Whether a formula beside the cases may say another value: what is no equation and no letter that is only named,
    and what works on J."""
    text, named = formula.passage.text, said(r"(?:\b<is>|[:=])\W*$").search(formula.before) is None
    equation = _EQUALS.search(text) is not None
    return not (equation or (named and re.fullmatch(r"\s*[a-z]\s*", text))) or _ON_IT.search(text) is not None


def _parts(formula: Formula) -> Iterator[Formula]:
    """The equations that stand beside each other in a formula, `J_{ii} = a, \\quad J_{ij} = b`."""
    passage, start = formula.passage, 0
    cuts = [*_SPLIT.finditer(passage.text)] if "_" in passage.text.partition("=")[0] else []
    for cut in cuts:
        yield replace(formula, passage=passage.part(start, cut.start()))
        start = cut.end()
    yield replace(formula, passage=passage.part(start, len(passage.text))) if cuts else formula


def _told(formulas: Sequence[Formula], text: str) -> tuple[list[_Case], dict[int, tuple[int, int]]]:
    """The cases in their order, and where the conditions stand, with the words that lead to them, by their places."""
    found, words, last = list[_Case](), dict[int, tuple[int, int]](), 0
    waiting: re.Match[str] | None = None
    for one in formulas:
        start, end, written = one.passage.places[0], one.passage.places[-1], one.passage.text
        lead = said(_LEADS).search(text, last, start)
        if (alone := _ALONE.fullmatch(written)) is not None:
            words[start] = (lead.start() if lead is not None else start, end)
            if found and found[-1].apart is None and lead is not None and not text[last : lead.start()].strip(" $"):
                found[-1] = replace(found[-1], apart=_apart(alone, found[-1].indices))
            else:
                waiting = alone
        elif found and written.lstrip(" &").startswith("=") and one.block == found[-1].formulas[-1].block:
            begun = found[-1]
            found[-1] = replace(begun, formulas=(*begun.formulas, one), sides=(*begun.sides, *_sides(written)[1:]))
        elif (case := _case(one, found, text[last:start], text[end:].lstrip(" $,"), waiting)) is not None:
            found, waiting = [*found, case], None
        last = end
    return found, words


def _apart(condition: re.Match[str], indices: str) -> bool | None:
    """Whether a condition sets these indices apart; None if it is about others."""
    letters, apart = {condition["one"], condition["other"]}, condition["sign"] != "="
    return apart if letters == {*indices} or (not apart and letters >= {*indices}) else None


def _case(one: Formula, found: Sequence[_Case], before: str, after: str, waiting: re.Match[str] | None) -> _Case | None:
    """What a formula says of an entry, under a condition before it or in it."""
    condition = next(filter(None, (way.search(one.passage.text) for way in (_LEADING, _TRAILING))), waiting)
    inside = condition.span() if condition is not None and condition is not waiting else (0, 0)
    head, *sides = _sides(blanked(one.passage.text, [inside]))
    indices = "".join("".join(match) for match in _INDICES.findall(head))
    if not sides and found and said("<general>").match(after):
        return _Case((one,), found[-1].head, (head,), found[-1].indices, True)
    if not sides or len(indices) != 2:
        return None
    implied = False if len({*indices}) == 1 else True if said(_APART).search(before) else None
    return _Case((one,), head, tuple(sides), indices, _apart(condition, indices) if condition is not None else implied)


def _sides(text: str) -> list[str]:
    """The sides of an equality."""
    places = [match.start() for match in _EQUALS.finditer(BOUNDS.sub(blank, text))]
    cuts = [-1, *places, len(text)]
    return [text[start + 1 : end].replace("&", " ").strip().rstrip(" .,;\n\\") for start, end in pairwise(cuts)]

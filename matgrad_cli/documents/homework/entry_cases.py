r"""Entries that are told case by case as one formula: `For $i = j$: $J_{ii} = a$. For $i \ne j$: $J_{ij} = b$`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    alone = ((at, _ALONE.fullmatch(part.passage.text)) for at, part in enumerate(parts))
    conditions = {at: condition for at, condition in alone if condition is not None}
    cases = _cases(parts, conditions, text)
    line = text.find("\n", start) + 1  # behind the rest of a title
    start = line if parts and 0 < line <= parts[0].passage.places[0] and text[start - 1] != "\n" else start
    spans = [(part.passage.places[0], part.passage.places[-1]) for part in parts]
    leads = [said(_LEADS).search(text, spans[at - 1][1] if at else 0, spans[at][0]) for at in conditions]
    words = [(lead.start(), spans[at][1]) for at, lead in zip(conditions, leads, strict=True) if lead is not None]
    besides = blanked(text, [*words, *((one.passage.places[0], one.passage.places[-1]) for one in formulas)])
    left = [part for at, part in enumerate(parts) if at not in conditions]
    for one, other in pairwise(cases):
        diagonal, beside = (one, other) if other.apart else (other, one)
        told, at = [*one.formulas, *other.formulas], left.index(one.formulas[0])
        rest = [part for part in left if part not in told]
        if (
            (diagonal.apart, beside.apart) != (False, True)
            or _INDICES.sub("_", one.head) != _INDICES.sub("_", other.head)
            or not {*diagonal.indices} <= {*beside.indices}
            or _DERIVATIVE.match(one.head) is None
            or left[at : at + len(told)] != told
            or said(_LEADING_WORDS).fullmatch(besides[start:end]) is None
            or any(map(_claims_more, rest))
        ):
            continue
        first, second = tuple(beside.indices)
        whole = "".join(
            rf" = \begin{{cases}} {at or diagonal.sides[-1]} & \text{{if }} {first} = {second} \\ "
            rf"{off or beside.sides[-1]} & \text{{if }} {first} \ne {second} \end{{cases}}"
            for at, off in zip_longest(diagonal.sides, beside.sides)
        )
        begun, *gone = told
        table = replace(begun, passage=begun.passage.replaced([(0, len(begun.passage.text), beside.head + whole)]))
        words += [(one.passage.places[0], one.passage.places[-1]) for one in gone]
        return [table if part is begun else part for part in left if part not in gone], blanked(text, words)
    return [*formulas], text


def _cases(parts: Sequence[Formula], conditions: Mapping[int, re.Match[str]], text: str) -> list[_Case]:
    """The cases in their order, each with the condition in it, else with one beside it that no other has."""
    found, last, used = list[_Case](), 0, set[int]()
    for at, one in enumerate(parts):
        written, places, begun = one.passage.text, one.passage.places, found[-1] if found else None
        before, last = text[last : places[0]], places[-1]
        within = next(filter(None, (way.search(written) for way in (_LEADING, _TRAILING))), None)
        head, *sides = _sides(blanked(written, [within.span()] if within is not None else []))
        indices = "".join("".join(match) for match in _INDICES.findall(head))
        if begun is not None and not head and sides and one.block == begun.formulas[-1].block:
            found[-1] = replace(begun, formulas=(*begun.formulas, one), sides=(*begun.sides, *sides))
        elif begun is not None and not sides and said("<general>").match(text[places[-1] :].lstrip(" $,")):
            found.append(_Case((one,), begun.head, (head,), begun.indices, True))
        elif sides and len(indices) == 2:
            apart = False if len({*indices}) == 1 else True if said(_APART).search(before) else None
            beside = {near: conditions[near] for near in (at - 1, at + 1) if near in conditions.keys() - used}
            beside = {at: within} if within is not None else beside
            told = {near: sets for near, one in beside.items() if (sets := _apart(one, indices)) is not None}
            used |= {*[*told][:1]}
            found.append(_Case((one,), head, tuple(sides), indices, next(iter(told.values()), apart)))
    return found


def _apart(condition: re.Match[str], indices: str) -> bool | None:
    """Whether a condition sets these indices apart; None if it is about others."""
    letters, apart = {condition["one"], condition["other"]}, condition["sign"] != "="
    return apart if letters == {*indices} or (not apart and letters >= {*indices}) else None


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


def _sides(text: str) -> list[str]:
    """The sides of an equality."""
    places = [match.start() for match in _EQUALS.finditer(BOUNDS.sub(blank, text))]
    cuts = [-1, *places, len(text)]
    return [text[start + 1 : end].replace("&", " ").strip().rstrip(" .,;\n\\") for start, end in pairwise(cuts)]

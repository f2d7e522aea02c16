"""What a submission says is the answer: each claim with the definitions that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Literal

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.display_rows import BOUNDS
from ...documents.homework.pieces import Piece
from ...documents.passage import Passage
from ...documents.words import said
from ...notation.latex.names import letter_name
from ...records.finding import ProblemReport
from ..answers.heads import letters_of_entry, usual_spelling
from .definitions import clause, factors, known_at, names, number_of, with_definitions
from .settings import Located, Settings

Judged = Callable[[Settings], ProblemReport]
How = Literal["", "stated", "beside", "differential"]
Claim = tuple[Settings, How]
"""What is said to be the answer, as it is judged, and whether an equation says it, or it stands beside others that are
said as it is."""

MOST_CLAIMS = 12
"""So many are judged; where more stand, nobody knows which is meant."""
_LETTERS = regex(r"[^\W\d_]{2,}")

SIGNS = r"\s*(?:(?:\\(?:[,;:! ]|(?:q?quad|implies|therefore|(?:Long|long)?[Rr]ightarrow)(?![A-Za-z]))|[⇒→∴])\s*)*"
NAMED = r"(?:\\mathcal\s*\{?\w\}?|\\ell|\\?\w)"
STATES = regex(
    rf"{SIGNS}(?:(?:\\nabla|∇|\\(?:mathrm|operatorname|text)\s*\{{grad\}}|grad)(?:\s|\\[,;:! ])*"
    rf"(?:_\s*(?P<by>\{{[^{{}}]*\}}|\\?\w+))?\s*(?P<of>{NAMED})?\s*(?:\(\s*\\?[^\W\d]\w*\s*\))?\s*:?=|\\frac\s*\{{\s*\\?(?:partial"
    rf"|d)\s*(?P<over>{NAMED})(?:_\w|_\{{\w\}})?\s*\}}\s*\{{\s*\\?(?:partial|d)(?P<under>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}\s*="
    r"|\\?[A-Za-z]\s*(?:'|\^\s*\{?\s*\\prime(?![a-z])\s*\}?)\s*\(\s*\\?(?P<at>\w+)\s*\)\s*:?="
    rf"|(?:\\partial|∂)\s*(?P<above>\w)\s*/\s*(?:\\partial|∂)\s*(?P<below>\\?\w+(?:_?\{{\w+\}})?)\s*=)"
)
"""What says a derivative of a name."""

_SECOND = regex(r"(?:\\nabla|∇|\\partial|∂|\bd)\s*(?:_\s*(?:\{[^{}]*\}|\w)\s*)?(?:\^\s*\{?\s*2|²)")

_ZERO = regex(r"=\s*\{?(?:\\mathbf\s*)?\{?0\}?\}?[\s.,]*$")

_DERIVATIVE = regex(r"[gGhHjJdD]|grad(?:ient)?|ans(?:wer)?")
"""What people call a derivative, `g = …`."""

_NABLA = regex(r"\s*(?:\\nabla|∇)")

SAYS = r"\b(?:<result>|<second>|<it>)\b[^.;]*\b<is>\b[^.;]*$|(?:\b<result>|\\(?:boxed|fbox))\W*$"

_OF_LOSS = r"\b<result>\s+(?:(?:<of>|<the>|our|this|unser\w*)\s+)+<loss>\b"
"""`The gradient of the loss is $…$` says the whole."""

NO_MORE = (
    r"\W*(?:(?:<announcing>|<the>)\s+)*<result>(?:\s+(?:of|by|with respect to|w\.?r\.?t\.?)\s+(?:<the>\s+)?\S+)?"
    r"(?:\s+<is>)*\W*"
)
"""Before a formula: it is the answer, and nothing works on it, as in `the gradient is double $x$`."""

REACHES = r"\b<reaches>\W*$|[:=]\s*$"

_END_MARK = regex(r"\s*(?:\\(?:square|blacksquare|Box|qed|checkmark|hfill)\s*|[□■∎✓✔])+\s*")
"""`$\\square$`: that the proof ends."""
_SAYS_SO = r"\b<result>\b[^.;]*\b<is>\W*$|\\(?:boxed|fbox)\W*$"
_GOES_ON = r"[\s,;(]*<same>[\s,]*(?:<is>)?(?:\s+(?:<the>\s+)?(?:same|equal|identical|equivalent)\s+(?:as|to))?\W*"
"""Behind a claim: `…, which equals $…$`."""
_IN_FORM = (
    r"\W*(?:(?:<or>|<it>|which|this|that|we|can|be|(?:re)?writ(?:e|ten)|<is>|<the>|<result>)\W+)*"
    r"in\s+(?:matrix|vector|compact|vectori[sz]ed)\W+(?:form|notation)"
    r"\W*(?:(?:<it>|this|that|<is>|<namely>|(?:element|entry)-?wise)\W*)*"
)
"""Behind a claim: `In matrix form: $…$`, and not that of something else, `The model in matrix form: $…$`."""
_WORKED = regex(r"(?=.*[A-Za-z])(?=.*[-+^(])(?!.*(?:\\times|×|\\in\b|∈|[<>])).*", re.DOTALL)

OR = r".*\b<or>\W*(?:<same>\W*)?"
_AND = r"\W*\b<both>\W*"
_ENDS = regex(r"\s*(?:[.;!]|\Z)")
_BESIDE = (
    rf"{OR}|"
    r"(?:[\s,;./|&•*+()\x60–-]|(?<!\w)\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s|\b(?:<or>|<both>)\b)*"
)
"""What may stand between two formulas that are said as one is: `$…$, $…$`, `$…$ or $…$`, two lines of a list."""


def _claim(passages: Sequence[Passage], last: Piece, chosen: Settings) -> Claim:
    """Definitions and what is said to be the answer: as one answer;
    as a derivation where it holds several signs of equality."""
    stated: How = "stated" if last.kind in ("equation", "definition") else ""
    if any(BOUNDS.sub("", passage.text).count("=") > 1 or factors(passage.text, chosen) for passage in passages) or (
        stated and any(_ENTRIES.match(passage.text) for passage in passages[:-1])
    ):
        return replace(chosen, rows=tuple(passages)), stated
    head = STATES.match(last.text) if stated and chosen.asks == "gradient" else None
    start = 0 if letters_of_entry(last.text, chosen.variable) else head.end() if head is not None else last.value
    start = 0 if chosen.layout != "gradient" and _NABLA.match(last.text) else start  # ∇ says that it is a column
    whole = joined((*passages[:-1], last.passage.part(start, len(last.text))))
    return replace(chosen, rows=(), answer=Located(whole, chosen.source)), stated


def claimed(told: Sequence[Piece], chosen: Settings) -> list[Claim]:
    """What is said to be the answer, with the definitions before it that it needs; without such words every formula
    without equality, or the last that is defined and not used."""
    claims, reached, bare, equal = list[int](), list[int](), list[int](), set[int]()
    defined = {one.defines for one in told}
    last = -1
    for at, one in enumerate(told):
        before, beside = last, last in claims
        if one.kind != "name":
            last = at
        if (
            not one.inline
            or _END_MARK.fullmatch(one.text)
            or (one.kind == "name" and one.text.strip("\\ ") not in defined)
        ):
            continue
        says = said(SAYS).search(one.before) or (beside and said(r"\b<or>\b").search(one.before))
        if one.kind in ("equation", "definition"):
            said_so = one.kind == "equation" and STATES.match(one.text) is None and chosen.asks == "gradient"
            said_so = said_so and chosen.order == 1 and said(NO_MORE).fullmatch(clause(one.before)) is not None
            claims += [at] if said_so or states(one, chosen) else []
        elif one.kind == "name":
            if says:
                claims.append(at)
                last = at
        elif STATES.fullmatch(f"{one.text}=") is None and not _of_part(
            one, told[before] if before >= 0 else None, chosen.order
        ):
            bare.append(at)
            same = (beside or before in bare) and said(_GOES_ON).fullmatch(one.before) and _WORKED.fullmatch(one.text)
            same = same and re.match(r"\s*(?:$|[.\n])", one.after)
            equal |= {at} if same else set()
            if (same and beside) or says or alone(one) or (claims and said(REACHES).search(one.before)):
                claims.append(at)
            elif said(REACHES).search(one.before):
                reached.append(at)
    if any(said(r"\b<or>\b").search(told[at].before) for at in bare):
        claims = sorted({*claims, *bare})
    runs = listed(told, bare)
    beside_claims = [at for at in bare if _beside(told, at, claims)]
    runs += [{at} for at in beside_claims]
    claims = sorted({*claims, *beside_claims, *(at for run in runs if not run.isdisjoint({*claims}) for at in run)})
    displays = any(not one.inline for one in told)
    reached = [] if any(not one.inline and (one.kind == "formula" or states(one, chosen)) for one in told) else reached
    taken = claims or reached or ([] if displays else bare or _unused(told, chosen))
    behind_definitions = ((rows, at) for at in taken for rows in with_definitions(told[at], known_at(told, at), chosen))
    found = {tuple(row.text.strip() for row in rows): (rows, at) for rows, at in behind_definitions}
    judged = ((_claim(rows, told[at], chosen), at) for rows, at in found.values())
    equal |= {at for at in claims if told[at].kind == "formula" and said(_SAYS_SO).search(clause(told[at].before))}
    return [
        (claim, "beside" if any(at in run for run in runs) else "stated" if at in equal else stated)
        for (claim, stated), at in judged
    ]


def _beside(told: Sequence[Piece], at: int, claims: Sequence[int]) -> bool:
    """Whether words put a formula beside a claim as another answer: `$∇f = …$ or $…$`, `$∇f = …$ and $…$.`"""
    one, ends = told[at], _ENDS.match(told[at].after)
    behind = at - 1 in claims and (said(OR).fullmatch(one.before) or (ends and said(_AND).fullmatch(one.before)))
    return bool(behind or (at + 1 in claims and alone(one, "<both>") and said(_AND).fullmatch(told[at + 1].before)))


_DIFFERENTIAL = regex(r"\s*(?:\\(?:mathrm|text)\s*\{\s*d\s*\}|\\?d)\s*(?P<of>\\?[A-Za-z]+)\s*=")
_FINALLY = r"\b<finally>(?:[\s,:;!*_]|\b(?:<is>|<it>|<the>|should)\b)*$"
_ENTRIES = regex(r"\s*\\?[A-Za-z]+\s*_\s*\{?\s*[a-z][^=]*=")
"""An array is given by its entries: `H_{jk} = …`."""


def rivals(told: Sequence[Piece], right: Settings, chosen: Settings) -> list[Claim]:
    """What is said beside a right answer of what it is called, of its entries, of its differential, or as the last
    word: claims of the same."""
    end = right.last.places[-1]
    own = next((at for at, one in enumerate(told) if one.kind != "name" and end in one.passage.places), None)
    if own is None:
        return []
    found = dict[tuple[str, ...], Claim]()
    for at, one in enumerate(told):
        if at == own or one.kind == "name" or len(found) > MOST_CLAIMS:
            continue
        says = said(r"\b<result>\b").search(clause(one.before)) is not None
        between = told[own + 1 : at]
        again = (not between and said(_GOES_ON).fullmatch(one.before) is not None) or _same_name(one, told[own])
        if one.kind == "formula" and all(other.kind in ("definition", "name") for other in between):
            lead = " ".join(other.before for other in (*between, one))
            again = again or said(_IN_FORM).fullmatch(lead) is not None
        differs = _differential(one, chosen)
        stated: How = "differential" if differs else "stated" if again or says or one.kind != "definition" else ""
        also = bool(again and not _ZERO.search(one.text)) or said(_FINALLY).search(one.before) is not None
        also = also and bool(one.kind != "equation" or states(one, chosen) or (says and STATES.match(one.text)))
        for rows in with_definitions(one, known_at(told, at), chosen) if differs or also else ():
            answer = None if differs else Located(joined(rows), chosen.source)
            claim = replace(chosen, rows=rows if differs else (), answer=answer or chosen.answer)
            found.setdefault(tuple(row.text for row in rows), (claim, stated))
    return [*found.values()]


def _same_name(one: Piece, other: Piece) -> bool:
    """Whether two definitions are of one name, or of entries of it; what ∇ is of is looked at elsewhere."""
    states = STATES.match(one.text) or _NABLA.match(one.text)
    same = (one.defines, number_of(one)) == (other.defines, number_of(other))
    return one.kind == "definition" and not states and same


def _differential(one: Piece, chosen: Settings) -> bool:
    """Whether an equation states the differential of the loss, and not by the loss itself, `df = f'(w) dw`."""
    found = _DIFFERENTIAL.match(one.text)
    of = found["of"].lstrip("\\") if found is not None else ""
    return of in (chosen.text("name") or "L", "L", "f", "J", "ell") and not names(one.text[one.text.index("=") :], of)


def joined(passages: Sequence[Passage]) -> Passage:
    """Definitions and what needs them as one text."""
    *before, whole = passages
    for one in reversed(before):
        whole = one.joined(whole)
    return whole


def listed(told: Sequence[Piece], bare: Sequence[int]) -> list[set[int]]:
    """Formulas in runs in which nothing says of one what it does not say of the others: what is claimed of one is
    claimed of all."""
    runs = [set[int]()]
    for at in bare:
        beside = at - 1 in runs[-1] and said(_BESIDE).fullmatch(told[at].before)
        runs = [*runs[:-1], {*runs[-1], at}] if beside else [*runs, {at}]
    return [run for run in runs if len(run) > 1]


def _unused(told: Sequence[Piece], chosen: Settings) -> list[int]:
    """Of several definitions in sentences those that no other uses: they are what was asked for; one alone, if it is
    called like a derivative."""
    named = [at for at, one in enumerate(told) if one.kind == "definition" and one.defines not in chosen.letters]
    left = [at for at in named if not any(names(told[other].text, told[at].defines) for other in named if other != at)]
    lone = len(told) == 1 and alone(told[0]) and _DERIVATIVE.fullmatch(told[0].defines) is not None
    return left if len(named) > 1 or lone else []


def displayed(told: Sequence[Piece], chosen: Settings, least: int) -> list[Claim]:
    """Displays that words put beside each other as the answer, `$$…$$ or $$…$$`, each group as one claim with what it
    needs, if there are so many, or if there is something that it needs."""
    groups: list[list[Piece]] = []
    for _, block in groupby((one for one in told if not one.inline), lambda one: one.block):
        first, *rest = block
        says = said(SAYS).search(first.before) and not said(REACHES).search(first.before)
        other = (
            says
            or said(r"\b<or>\b").search(first.before)
            or (groups and first.kind == groups[-1][-1].kind == "formula")
        )
        if groups and (first.text.lstrip(" &").startswith("=") or not other):
            groups[-1] += [first, *rest]
        else:
            groups.append([first, *rest])
    bare = [group for group in groups if [one.kind for one in group] == ["formula"]]
    groups = [group for group in groups if group in bare or any(states(one, chosen) for one in group)]
    inline = [one for one in told if one.inline]
    whole = [with_definitions(group[-1], inline, chosen)[0][:-1] for group in groups]
    if len(groups) < least and not all(whole):
        return []
    beside = {at for at in range(1, len(groups)) if said(_BESIDE).fullmatch(groups[at][0].before)}
    beside |= {at - 1 for at in beside}
    return [
        (
            _claim((*before, group[0].passage), group[0], chosen)[0],
            "stated" if group not in bare else "beside" if at in beside else "",
        )
        if len(group) == 1
        else (replace(chosen, rows=(*before, *(one.passage for one in group))), "stated")
        for at, (before, group) in enumerate(zip(whole, groups, strict=True))
    ]


def alone(one: Piece, follows: str = "<or>") -> bool:
    """Whether a formula stands without words, in a list or in a paragraph of its own."""
    return not _LETTERS.search(one.before) and not (
        _LETTERS.search(one.after) and said(rf"[ ,(]*\b{follows}\b").match(one.after) is None
    )


_SECOND_BY_WORDS = (
    r"<second>|second derivative|\b(?:again|once more)\b"
    r"|\b(?:differentiat\w*|(?:<first>|jacobian)\s+<of>)\s+(?:<the>\s+)*<first>\b"
)
"""`The derivative of the gradient is $…$` says no first derivative."""
_ITS = r"\b<first>\s+<is>\b[^.;]*[.;]?\s*(?:and\s+)?its\s+<first>\b[^.;]*$"


def _of_part(one: Piece, last: Piece | None, order: int) -> bool:
    """Whether a formula is said of the loss, or of a part of it: `The gradient of $b^T x$ is $b$`; the Hessian is one
    where it is not asked for."""
    other = "(?:<part>|(?<!second )<first>)" if order == 2 else "(?:<part>|<second>)"
    lead = said(_OF_LOSS).sub(" ", clause(one.before))
    told = f"{last.before if last is not None else ''} {one.before}"
    if order == 2 and (said(_SECOND_BY_WORDS).search(lead) or said(_ITS).search(told)):
        other = "<part>"
    if said(rf"\b{other}\b(?!.*\b<whole>\b)").search(lead) or said(r"\W*<of_part>").match(one.after):
        return True
    of = r"(?<!\bone )\b<of>\W*$"
    if said(of).search(one.before):
        return True
    return (
        last is not None
        and said(r"\W*<has>\W*").fullmatch(one.before) is not None
        and (said(of).search(last.before) is not None or said(r"\W*<is>\W*").fullmatch(one.before) is None)
    )


def states(one: Piece, chosen: Settings) -> bool:
    """Whether an equation says what is asked for: the derivative of the loss, or where it is least."""
    if chosen.asks != "gradient":
        return one.kind == "definition" and one.defines == chosen.variable
    if chosen.order == 2:
        return "=" in one.text and _SECOND.search(usual_spelling(one.text.partition("=")[0])) is not None
    spelled = stated_by(one)
    meant = {chosen.variable, letter_name(chosen.variable), ""} & spelled
    return bool(meant) and _ZERO.search(one.text) is None


def stated_by(one: Piece) -> set[str]:
    """The spellings of the variable by which an equation states a derivative; that of nothing where it does not say."""
    stated = STATES.match(one.text)
    if stated is None:
        return set()
    by = re.sub(r"[^\w]", "", stated["by"] or stated["under"] or stated["below"] or stated["at"] or "")
    return {by, by.replace("_", ""), by.partition("_")[0]}  # also an entry, of ∂L/∂w_j

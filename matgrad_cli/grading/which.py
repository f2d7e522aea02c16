"""Which piece of a submission is its answer, and why the others are none: what is denied or said under a condition is
not claimed, and of several that are claimed none may be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import groupby, islice, pairwise, takewhile

from ..diagnostics import Diagnostic
from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from ..documents.homework.pieces import FACTORED, Piece, changed
from ..documents.homework.words import named, said
from ..documents.keys import Exercise
from ..documents.passage import Passage
from ..notation.latex.names import letter_name
from ..records.finding import ProblemReport
from .answers.heads import usual_spelling
from .exercise import OF_SHAPES, unanswered
from .meanings.marked import with_accents
from .merge import Located, Settings

_SEVERAL = Diagnostic(
    "answered-twice",
    "several formulas stand here as the answer, one of them wrong",
    help="leave one answer, or write `matgrad: problem = NAME` above it",
    severity="warning",
)
_MOST_CLAIMS = 12
_MARKS = ("\\hat", "\\tilde", "\\bar", "\\widehat", "\\widetilde", "\\overline", "\\check")
Judged = Callable[[Settings], ProblemReport]
Claim = tuple[Settings, bool]
"""What is said to be the answer, as it is judged, and whether an equation says it."""

_UNEQUAL = regex(
    r"\\n(?:eq?|ot\s*=)(?![A-Za-z])|≠|!=|(?:\\nabla|∇|\\partial|∂)[^=&]*(?:\\(?:approx|simeq|propto|sim"
    r"|stackrel\{\?\}|overset\{\?\})(?![A-Za-z])|[≈∝∼≃])"
)
"""What is not said to be equal."""
_QUOTE, _UNQUOTE = regex(r"(?:[\"“„«]|``)\s*$"), regex(r"[\s.,]*(?:[\"”“»]|\x27\x27)")
_LETTERS = regex(r"[^\W\d_]{2,}")
STATES = regex(
    r"\s*(?:\\nabla|∇|\\(?:mathrm|operatorname|text)\s*\{grad\}|grad)\s*(?:_\s*(?P<by>\{[^{}]*\}"
    r"|\\?\w+))?\s*(?:\\?\w|\\ell|\\mathcal\s*\{?\w\}?)?"
    r"\s*(?:\(\s*\\?[^\W\d]\w*\s*\))?\s*:?=|\s*\\frac\s*\{\s*\\?(?:partial"
    r"|d)\s*(?:\\mathcal\s*)?\{?\w\}?\s*\}\s*\{\s*\\?(?:partial|d)(?P<under>[^{}]*)\}\s*="
    r"|\s*(?:\\partial|∂)\s*\w\s*/\s*(?:\\partial|∂)\s*(?P<below>\\?\w+(?:_?\{\w+\})?)\s*="
)
_SECOND = regex(r"(?:\\nabla|∇|\\partial|∂|\bd)\s*(?:_\s*(?:\{[^{}]*\}|\w)\s*)?(?:\^\s*\{?\s*2|²)")
_NAMES = regex(r"[^\W\d_]+")
_INEQUALITY = regex(r"[<>≤≥]|\\(?:[lg]eq?(?:slant)?|[lg]t)(?![A-Za-z])")
_ONE_OF = regex(r"(?:\\nabla|∇|\\partial|∂)[^=]*(?:\\in(?![A-Za-z])|∈)\s*(?:\\left\s*)?\\?\{[^{}]*,")
"""`∇f ∈ {g, h}`, one of several."""
_ZERO = regex(r"=\s*\{?(?:\\mathbf\s*)?\{?0\}?\}?[\s.,]*$")
_VALUE = (
    r"(?:\\(?:math\w+|vec|bm|boldsymbol)\s*)?\{?\s*(?:[-−]?\d+(?:\.\d+)?|I(?:_\{?\w\}?)?)(?![\w^]|\.\d"
    r"|\s*,\s*(?:\\\w?dots|…|\.\.|2))"
)
_VALUED = rf"(?<![^\W\d_\\])\\?[^\W\d_]+\s*=\s*{_VALUE}"
"""`b = 0`, and no range `i = 1, …, n`."""
_WHEN = rf"\b<when>\b[^.;]*?(?:(?P<fact>\b<fact>)|{_VALUED})"
_NAMELY = rf"[\s,(]*(?:\b<namely>\b[^.;]*?)?(?P<valued>{_VALUED})(?![^.;]*\b<becomes>\b)"
"""`$2(x + b)$ where $b = 0$`, or `$2(x + b)$, $b = 0$`."""
_PROVIDED = r"(?:\b<provided>\b(?!(?:[^,.;:]|,(?!\s))*\b<harmless>\b)[^,.;:]*?\b<holds>\b(?:[^.;:,]|,(?=\s*$))*)"
"""`If the data are centred, …`, and no `if we apply the rule`."""
_BY = said(
    r"(?:(?:^|[.,;\n]|\band\b)\W*(?P<label>[^\W\d_]\w*)\s*:|\b<by>\s+(?P<by>[^\W\d_]\w*)(?:\W|\b<is>\b"
    r"|\b<reaches>\b|\bwe\b)*)\s*$"
)
_SAYS = r"\b(?:<result>|<second>|<it>)\b[^.;]*\b<is>\b[^.;]*$|\b<result>\W*$"
_REACHES = r"\b<reaches>\W*$|[:=]\s*$"


def read_well(chosen: Settings, exercise: Exercise, judged: Judged) -> ProblemReport:
    """The report on a problem in the first reading in which it is right; else in that which is meant most probably.

    Of what is said to be the answer nothing may be wrong: whoever writes down several of them has not answered.
    """
    chosen, exercise = with_accents(chosen, exercise, _given(chosen) - {_wrt(chosen)})
    told, refused = _answering(exercise.pieces, chosen)
    if exercise.pieces and not chosen.rows:
        return _read_sentence(chosen, told, refused, judged)
    rows = [chosen.rows, *exercise.readings]
    if refused:
        places = {one.passage.places[0] for one in told if one.kind != "name"}
        rows = [tuple(row for row in reading if row.places[0] in places) for reading in rows]
        rows = list(dict.fromkeys(reading for reading in rows if reading))
    if refused and not rows:
        return unanswered(chosen, next(iter(refused.values())))
    chosen = replace(chosen, rows=rows[0]) if rows else chosen
    found = judged(chosen)
    if not exercise.pieces:
        return found
    claims = _claims(told, chosen)
    claims += _beside(told, chosen, 1 if claims else 2)
    if any(_ONE_OF.search(one.text) for one in told):
        return unanswered(chosen, _SEVERAL)
    anew = {one.defines for one in told if one.text.lstrip().startswith(_MARKS)} & _given(chosen) - {_wrt(chosen)}
    readings = _all_read(
        found, rows[1:], claims, chosen, judged
    )  # `\hat A = A/2`: where it stands for something, it is not A
    right = next(
        (one for one in islice(readings, len(rows) if anew and claims else 0, None) if one.verdict == "right"), None
    )
    if right is None:
        doubted = judged(claims[-1][0]) if claims else found  # with what the sentence says of its names
        found = (
            doubted
            if found.verdict == "right" or (found.verdict == "wrong" and doubted.verdict == "undecided")
            else found
        )
        none = found.final.code == "nothing-judged" or not any(
            one.kind == "formula" or _states(one, chosen) for one in told
        )
        return unanswered(chosen, next(iter(refused.values()))) if refused and none else found
    if len(claims) > _MOST_CLAIMS:
        return unanswered(chosen, _SEVERAL)
    beside = claims if len(claims) > 1 or len(rows) > 1 else []
    wrong = next((claim for claim, stated in beside if _contradicts(judged(claim), stated)), None)
    return right if wrong is None else unanswered(chosen, _several(wrong))


def _several(wrong: Settings) -> Diagnostic:
    """That several answers stand there, and which of them is taken as wrong, where that may be told."""
    if wrong.reveal != "full":
        return _SEVERAL
    text = " ".join((wrong.answer.text if wrong.answer else wrong.rows[-1].text).split())
    return replace(_SEVERAL, message=f"several formulas stand here as the answer, and `{text}` is taken as wrong")


def _read_sentence(
    chosen: Settings, told: Sequence[Piece], refused: dict[int, Diagnostic], judged: Judged
) -> ProblemReport:
    """The report on an answer that is a sentence: as it stands, else by what it claims;
    its words are no unknown names."""
    if refused and all(one.kind == "name" for one in told):
        return unanswered(chosen, next(iter(refused.values())))
    whole = judged(chosen)
    if whole.verdict == "right" and not refused:
        return whole
    found = [(judged(claim), stated) for claim, stated in _claims(told, chosen)[:_MOST_CLAIMS]]
    right = next((report for report, _ in found if report.verdict == "right"), None)
    if right is not None and any(_contradicts(*one) for one in found):
        return unanswered(chosen, _SEVERAL)
    if right is None and refused and not found:
        return unanswered(chosen, next(iter(refused.values())))
    return right or (
        found[0][0]
        if found and (refused or whole.final.code == "unknown-name" or whole.verdict == "unreadable")
        else whole
    )


def _contradicts(report: ProblemReport, stated: bool) -> bool:
    """Whether a claim is wrong. What holds unknown names is only not known to be right."""
    final = report.final
    return final.verdict == "wrong" and final.code != "unknown-name" and (stated or final.code not in OF_SHAPES)


def _all_read(
    found: ProblemReport, rows: Sequence[tuple[Passage, ...]], claims: Sequence[Claim], chosen: Settings, judged: Judged
) -> Iterator[ProblemReport]:
    yield found
    yield from (judged(replace(chosen, rows=reading)) for reading in rows)
    yield from (judged(claim) for claim, _ in claims[:_MOST_CLAIMS])


def _claim(passages: Sequence[Passage], last: Piece, chosen: Settings) -> Claim:
    """Definitions and what is said to be the answer: as one answer;
    as a derivation where it holds several signs of equality."""
    stated = last.kind in ("equation", "definition")
    if any(passage.text.count("=") > 1 or FACTORED.fullmatch(passage.text) for passage in passages):
        return replace(chosen, rows=tuple(passages)), stated
    head = STATES.match(last.text) if stated and chosen.asks == "gradient" else None
    start = head.end() if head is not None else last.value
    *before, whole = *passages[:-1], last.passage.part(start, len(last.text))
    for one in reversed(before):
        whole = one.joined(whole)
    return replace(chosen, rows=(), answer=Located(whole, chosen.source)), stated


# ---- why a piece is none


def _answering(pieces: Sequence[Piece], chosen: Settings) -> tuple[list[Piece], dict[int, Diagnostic]]:
    """The pieces that may be an answer, and why others are none, by their place.
    A name that is denied denies what defines it."""
    known = (chosen.text("assume") or "").lower()
    given = _given(chosen)
    why = {
        at: found
        for at, one in enumerate(pieces)
        if (
            found := _disowned(one)
            or _condition(one, _behind(pieces[at:]), known)
            or _put_in(_behind(pieces[at:]), given)
        )
        is not None
    }
    others = given - {_wrt(chosen), *(one.defines for one in pieces)}
    why |= {
        at: f"it is said of `{name}`"
        for at, one in enumerate(pieces)
        if at not in why and (name := _of_another(one, others))
    }
    why |= {at: f"it says `{text}`, of some values alone" for at, text in _for_some(pieces) if at not in why}
    why |= {at: f"{words} beside it changes its value" for at, words in changed(pieces).items() if at not in why}
    named = [(at, one) for at, one in enumerate(pieces) if one.kind == "name" and said(_SAYS).search(one.before)]
    meant = {one.text for at, one in named if at not in why}
    for at, one in named:
        if at in why and one.text not in meant:
            why |= {other: why[at] for other in range(at) if pieces[other].defines == one.text.strip("\\ ")}
    refused = {}
    for at, found in why.items():
        if pieces[at].kind != "name":
            message, help_ = (
                f"`{pieces[at].text.strip()}` is no answer: {found}",
                "state the whole answer as one formula",
            )
            refused[pieces[at].passage.places[0]] = Diagnostic(
                "nothing-judged", message, help=help_, severity="warning"
            )
    return [one for at, one in enumerate(pieces) if at not in why], refused


def _disowned(one: Piece) -> str | None:
    """Why a formula is no claim of its author: denied, asked, or said by somebody else."""
    clause = _clause(one.before)
    if said("<denied>").search(clause + " ") or said("<refuted>").match(one.after) or _UNEQUAL.search(one.text):
        return "the words beside it deny it"
    if said(r"[\s)\]]*\?(?!\s*<yes>\b)").match(one.after):
        return "it is a question"
    if _QUOTE.search(one.before) and _UNQUOTE.match(one.after):
        return "it stands in quotation marks"
    return "somebody else says it" if said("<others>").search(clause) or said("<borrowed>").match(one.after) else None


def _condition(one: Piece, behind: str, known: str) -> str | None:
    """Under which condition a formula is said that the problem does not state; or that it is one itself."""
    if STATES.match(one.text) and said(r"\b(?:if|<assumed>)[\s:]*(?:that\s*)?$").search(one.before):
        return "it is only supposed"
    sentence = re.split(r"[.;]\s", one.before)[-1]
    found = (
        said(rf"(?:{_WHEN}|\b<namely>\s+{_VALUED})(?!.*\b<general>\b)").search(sentence)
        or said(r"\b<assumed>\b[^.;]*?(?P<fact>\b<fact>)[^.;]*\.\s+<then>\b").search(one.before)
        or said(
            rf"[\s,(]*(?:(?:only|nur|seulement|sólo|solo)[\s,]+)?(?:{_WHEN}|{_PROVIDED})(?!\s*:|[^.;]*\b<becomes>\b)"
        ).match(behind)
        or said(rf"{_PROVIDED}(?!.*\b<general>\b)").search(sentence)
    )
    if found is None or (found.groupdict().get("fact") and (named("fact", found["fact"]) or "?") in known):
        return None
    return f"it is said under a condition, `{' '.join(found[0].split()).strip(' ,(')}`, that the problem does not state"


def _of_another(one: Piece, others: Container[str]) -> str | None:
    """By which other variable of the problem a formula is said to be the derivative: `B: $…$`, `by $B$ we get $…$`."""
    found = _BY.search(one.before) if one.kind == "formula" else None
    name = letter_name(found["by"] or found["label"]) if found is not None else ""
    return name if name in others else None


def _put_in(behind: str, given: Container[str]) -> str | None:
    """Which value of a given letter a formula is said for, by what stands behind it."""
    found = said(_NAMELY).match(behind)
    if found is None or letter_name(found["valued"].partition("=")[0].strip("\\ ")) not in given:
        return None
    return f"it is said for `{found['valued']}`, which the problem does not state"


def _given(chosen: Settings) -> frozenset[str]:
    """The letters of the problem."""
    return frozenset(
        map(letter_name, _NAMES.findall(" ".join(chosen.text(key) or "" for key in ("loss", "shapes", "wrt"))))
    )


def _behind(pieces: Sequence[Piece]) -> str:
    """The words behind the first of some pieces, with what is said there of letters:
    definitions, and in which set they are."""
    told = takewhile(lambda one: one.inline and (one.kind != "equation" or "=" not in one.text), pieces[1:])
    return pieces[0].after + "".join(f"{one.text} {one.after}" for one in told)


def _for_some(pieces: Sequence[Piece]) -> Iterator[tuple[int, str]]:
    """Formulas behind which an inequality says when they hold, `$1$ if $x_i > c_i$`, and these, by their places."""
    for at, (one, other) in enumerate(pairwise(pieces)):
        if said(r"[\s,(]*<when>\s*").fullmatch(one.after) and _INEQUALITY.search(other.text):
            yield from ((at, other.text.strip()), (at + 1, other.text.strip()))


def _clause(before: str) -> str:
    """The words that lead to a formula."""
    text, start = before.rstrip(" \t\n:"), 0
    for cut in said("<clause>").finditer(text):
        start = cut.end()
    return text[start:]


# ---- what is claimed


def _claims(told: Sequence[Piece], chosen: Settings) -> list[Claim]:
    """What is said to be the answer, with the definitions before it that it needs; without such words every formula
    without equality, or the last that is defined and not used."""
    claims, reached, bare = list[int](), list[int](), list[int]()
    defined = {one.defines for one in told}
    last = -1
    for at, one in enumerate(told):
        before, beside = last, last in claims
        if one.kind != "name":
            last = at
        if not one.inline or (one.kind == "name" and one.text.strip("\\ ") not in defined):
            continue
        says = said(_SAYS).search(one.before) is not None or (
            beside and said(r"\b<or>\b").search(one.before) is not None
        )
        if one.kind in ("equation", "definition"):
            claims += [at] if _states(one, chosen) else []
        elif one.kind == "name":
            if says:
                claims.append(at)
                last = at
        elif not _of_part(one, told[before] if before >= 0 else None, chosen.order):
            bare.append(at)
            if says or _alone(one) or (claims and said(_REACHES).search(one.before)):
                claims.append(at)
            elif said(_REACHES).search(one.before):
                reached.append(at)
    if any(said(r"\b<or>\b").search(told[at].before) for at in bare):
        claims = sorted({*claims, *bare})
    displays = any(not one.inline for one in told)
    reached = [] if any(not one.inline and _states(one, chosen) for one in told) else reached
    taken = claims or reached or ([] if displays else bare or _unused(told, chosen))
    behind_definitions = (
        (rows, told[at]) for at in taken for rows in _with_definitions(told[at], _known_at(told, at), chosen)
    )
    found = {tuple(row.text.strip() for row in rows): (rows, one) for rows, one in behind_definitions}
    return [_claim(rows, one, chosen) for rows, one in found.values()]


def _known_at(told: Sequence[Piece], at: int) -> list[Piece]:
    """What is defined before a claim, and behind it what `where` adds, or what a name that is the claim stands for."""
    found, goes_on = [*told[:at]], True
    for one in told[at + 1 :]:
        beside = said(r"\W*<or>\W*").fullmatch(one.before) is not None
        says = one.kind == "definition" and said(r"\W*<where>\b|[\s,;]*$").match(one.before) is not None
        goes_on = goes_on and (beside or says)
        if (goes_on and not beside) or (told[at].kind == "name" and one.defines == told[at].text.strip("\\ ")):
            found.append(one)
    return found


def _unused(told: Sequence[Piece], chosen: Settings) -> list[int]:
    """The last of several definitions in sentences, if no other uses it: then it is what was asked for."""
    named = [at for at, one in enumerate(told) if one.kind == "definition" and one.defines != _wrt(chosen)]
    return named[-1:] if len(named) > 1 and named[-1] == len(told) - 1 else []


def _beside(told: Sequence[Piece], chosen: Settings, least: int) -> list[Claim]:
    """Displays that words put beside each other as the answer, `$$…$$ or $$…$$`, each group as one claim with what it
    needs, if there are so many, or if there is something that it needs."""
    groups: list[list[Piece]] = []
    for _, block in groupby((one for one in told if not one.inline), lambda one: one.block):
        first, *rest = block
        other = said(r"\b<or>\b").search(first.before) or (
            said(_SAYS).search(first.before) and not said(_REACHES).search(first.before)
        )
        if groups and (
            first.text.lstrip(" &").startswith("=") or not (other or first.kind == groups[-1][-1].kind == "formula")
        ):
            groups[-1] += [first, *rest]
        else:
            groups.append([first, *rest])
    groups = [
        group
        for group in groups
        if [one.kind for one in group] == ["formula"] or any(_states(one, chosen) for one in group)
    ]
    whole = [_with_definitions(group[-1], [one for one in told if one.inline], chosen)[0][:-1] for group in groups]
    if len(groups) < least and not all(whole):
        return []
    return [
        _claim((*before, group[0].passage), group[0], chosen)
        if len(group) == 1
        else (replace(chosen, rows=(*before, *(one.passage for one in group))), True)
        for before, group in zip(whole, groups, strict=True)
    ]


def _alone(one: Piece) -> bool:
    """Whether a formula stands without words, in a list or in a paragraph of its own."""
    return not _LETTERS.search(one.before) and not (
        _LETTERS.search(one.after) and said(r"[ ,(]*<or>\b").match(one.after) is None
    )


def _of_part(one: Piece, last: Piece | None, order: int) -> bool:
    """Whether a formula is said of the loss, or of a part of it: `The gradient of $b^T x$ is $b$`; the Hessian is one
    where it is not asked for."""
    other = "<part>" if order == 2 else "(?:<part>|<second>)"
    if said(rf"\b{other}\b(?!.*\b<whole>\b)").search(_clause(one.before)) or said(r"\W*<of_part>").match(one.after):
        return True
    of = r"\b<of>\W*$"
    if said(of).search(one.before):
        return True
    return (
        last is not None
        and said(r"\W*<has>\W*").fullmatch(one.before) is not None
        and (said(of).search(last.before) is not None or said(r"\W*<is>\W*").fullmatch(one.before) is None)
    )


def _states(one: Piece, chosen: Settings) -> bool:
    """Whether an equation says what is asked for: the derivative of the loss, or where it is least."""
    if chosen.asks != "gradient":
        return one.kind == "definition" and one.defines == _wrt(chosen)
    if chosen.order == 2:
        return "=" in one.text and _SECOND.search(usual_spelling(one.text.partition("=")[0])) is not None
    stated = STATES.match(one.text)
    by = re.sub(r"[^\w]", "", stated["by"] or stated["under"] or stated["below"] or "") if stated is not None else ""
    meant = {_wrt(chosen), letter_name(_wrt(chosen)), ""} & {
        by,
        by.replace("_", ""),
        by.partition("_")[0],
    }  # also an entry, of ∂L/∂w_j
    return stated is not None and _ZERO.search(one.text) is None and bool(meant)


def _wrt(chosen: Settings) -> str:
    return re.sub(r"[^\w]", "", chosen.text("wrt") or "")


def _with_definitions(claim: Piece, before: Iterable[Piece], chosen: Settings) -> list[tuple[Passage, ...]]:
    """The claim behind the definitions of its names; a name that is defined twice has both meanings."""
    needed = claim.text.partition("=")[2] or claim.text
    last: dict[str, Passage] = {}
    first: dict[str, Passage] = {}
    left = [one for one in before if one.defines not in ("", _wrt(chosen))]
    while (one := next((one for one in reversed(left) if _names(needed, one.defines)), None)) is not None:
        left.remove(one)
        needed += one.text[one.value :] if one.defines not in last else ""
        last.setdefault(one.defines, one.passage)
        first[one.defines] = one.passage
    meant = [[*reversed(values.values())] for values in ((last, first) if first != last else (last,))]
    return [(*sorted(rows, key=lambda row: not FACTORED.fullmatch(row.text)), claim.passage) for rows in meant]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", _spread(text)) is not None


def _spread(text: str) -> str:
    """The text with its letters apart, commands kept together: `Xw` as `X w`."""
    return re.sub(
        r"\\[A-Za-z]+|([A-Za-z])", lambda match: f" {match[1]} " if match[1] else f"{match[0].lstrip(chr(92))} ", text
    )

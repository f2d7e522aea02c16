"""Which piece of a submission is its answer, and why the others are none: what is denied or said under a condition is
not claimed, and of several that are claimed none may be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ...diagnostics import Diagnostic
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.homework.pieces import Piece
from ...documents.keys import Exercise
from ...documents.passage import Passage
from ...documents.words import said
from ...records.finding import ProblemReport
from .answer import OF_SHAPES
from .claims import MOST_CLAIMS, NO_MORE, STATES, Claim, How, Judged, alone, claimed, displayed, rivals, states
from .definitions import ACCENT, clause, explained, with_known
from .judge import unanswered
from .marked import with_accents
from .refused import answering, hedged, special_cases
from .settings import Located, Settings
from .terms import terms_hold, without_parts

_SEVERAL = Diagnostic(
    "answered-twice",
    "several formulas stand here as the answer, one of them wrong",
    help="leave one answer; what answers another problem stands below a heading of its own",
    severity="warning",
)
_MARKED = regex(rf"\s*(?:{ACCENT}|.*(?:[*']|:=|\\(?:ast|star|prime)))")

_PARTS = Diagnostic(
    "nothing-judged",
    "each formula here is said of a part of the loss, and none of the whole",
    help="state the whole answer as one formula",
    severity="warning",
)

_TERMS = Diagnostic(
    "answered-twice",
    "the answer is right, but not what is said of a part of it",
    help="say what the parts are, and how the whole is made of them",
    severity="warning",
)
_SPECIAL = Diagnostic(
    "answered-twice",
    "the answer is right, but not the value that is given where a fact holds beside",
    help="mend what is said of the special case, or leave it out",
    severity="warning",
)
_ONE_OF = regex(r"(?:\\nabla|∇|\\partial|∂)[^=]*(?:\\in(?![A-Za-z])|∈)\s*(?:\\left\s*)?\\?\{[^{}]*,")
"""`∇f ∈ {g, h}`, one of several."""
_OWN_NAME = regex(r"\s*\\?([A-Za-z]+)\s*:?=")
_ENDS = regex(r"\s*(?:[.;!]|\Z)")
"""Behind a formula: its sentence ends there, and says no more of it."""


def read_well(chosen: Settings, exercise: Exercise, judged: Judged) -> ProblemReport:
    """The report on a problem in the first reading in which it is right; else in that which is meant most probably.

    Of what is said to be the answer nothing may be wrong: whoever writes down several of them has not answered.
    """
    chosen, exercise = with_accents(chosen, exercise, chosen.letters - {chosen.variable})
    told, refused = answering(exercise.pieces, chosen)
    told = with_known(told, chosen)
    whole, terms = without_parts(told, chosen, judged)
    rows = [chosen.rows, *exercise.readings]
    if refused or terms.free:
        places = {one.passage.places[0] for one in (whole if refused else told) if one.kind != "name"}
        places -= {one.passage.places[0] for one, _ in terms.free}
        rows = [tuple(row for row in reading if row.places[0] in places) for reading in rows]
        rows = list(dict.fromkeys(reading for reading in rows if reading))
    everything, told = told, whole
    if refused and not rows:
        return unanswered(chosen, next(iter(refused.values())))
    chosen = replace(chosen, rows=rows[0]) if rows else chosen
    found = judged(chosen)
    if not exercise.pieces:
        why = hedged(chosen) if chosen.under_key and found.verdict == "right" else None
        return found if why is None else unanswered(chosen, why)
    claims = claimed(told, chosen)
    claims += displayed(told, chosen, 1 if claims else 2)
    if any(_ONE_OF.search(one.text) for one in told):
        return unanswered(chosen, _SEVERAL)
    anew = {one.defines for one in told if _MARKED.match(_head(one))} & chosen.letters - {chosen.variable}
    readings = _all_read(found, rows[1:], claims, chosen, judged)
    if anew and claims:  # `\hat A = A/2`: where it stands for something, it is not A
        readings = islice(readings, len(rows), None)
    read, right = next(((read, one) for read, one in readings if one.verdict == "right"), (chosen, None))
    if right is None:
        doubted = judged(claims[-1][0]) if claims else found  # with what the sentence says of its names
        if found.verdict == "right" or (found.verdict == "wrong" and doubted.verdict == "undecided"):
            found = doubted
        aside = [one for one in told if one.kind == "name" or (one.kind == "definition" and "(" not in _head(one))]
        formulas = [one for one in told if one not in aside] or told
        parts = [one.kind == "formula" and said(r"\W*<of_part>").match(one.after) for one in formulas]
        if len(parts) + len(refused) > 1 and all(parts) and not claims:
            return unanswered(chosen, _PARTS)
        only = len(formulas) == 1 and not refused
        only = only and bool(
            alone(formulas[0], "(?:<or>|<namely>)")
            or (said(NO_MORE).fullmatch(clause(formulas[0].before)) and _ENDS.match(formulas[0].after))
            or states(formulas[0], chosen)
        )
        if found.verdict in ("undecided", "unreadable") and doubted.final.verdict == "wrong" and only:
            found = doubted  # all that was handed in, of whatever shape
        found = _explained(found, told, chosen, judged)
        stated = any(one.kind == "formula" or states(one, chosen) for one in told)
        none = found.final.code == "nothing-judged" or not stated
        return unanswered(chosen, next(iter(refused.values()))) if refused and none else found
    others = rivals(told, read, chosen)
    if max(len(claims), len(others)) > MOST_CLAIMS:
        return unanswered(chosen, _SEVERAL)
    beside = [*(claims if len(claims) > 1 or len(rows) > 1 or read is chosen else []), *others]
    reports = ((claim, judged(claim), stated) for claim, stated in beside)
    for claim, other, how in reports:
        own = (_OWN_NAME.match(row.text) for row in claim.rows[:-1])
        explained = bool(claim.rows) and all(name is not None and name[1] not in chosen.letters for name in own)
        if explained and other.first_wrong is not None and claim.last.places[-1] == read.last.places[-1]:
            return other  # the same, with what its names stand for
        if _contradicts(other, how) and not _lies(claim, other, told):
            return unanswered(chosen, _several(claim))
    if any(_is_false(one, fact, chosen, judged) for one, fact in special_cases(exercise.pieces, chosen)):
        return unanswered(chosen, _SPECIAL)
    return right if terms_hold(terms, everything, chosen, judged) else unanswered(chosen, _TERMS)


def _is_false(one: Piece, fact: str, chosen: Settings, judged: Judged) -> bool:
    """Whether what is said of the derivative where a fact holds is wrong, and of its shape."""
    known = chosen.text("assume")
    assume = Located(Passage(f"{known}, {fact}" if known else fact), chosen.source)
    where = replace(chosen, values={**chosen.values, "assume": assume}, rows=())
    reports = [judged(claim) for claim, _ in claimed([one], where)]
    return any(report.final.verdict == "wrong" and report.final.code not in OF_SHAPES for report in reports)


def _head(one: Piece) -> str:
    """What an equation says it is of: of a function, `f(t)`, with its letter."""
    return one.text[: one.value]


def _lies(claim: Settings, found: ProblemReport, told: Sequence[Piece]) -> bool:
    """Whether a claim is the ∂L/∂w, or the L'(w), of which ∇L is the transpose: the same answer in another layout."""
    of = next((one for one in told if one.passage.places[0] <= claim.last.places[-1] <= one.passage.places[-1]), None)
    stated = STATES.match(of.text) if of is not None and found.final.code == "other-layout" else None
    return stated is not None and stated["of"] is None and bool(stated["over"] or stated["above"] or stated["at"])


def _several(wrong: Settings) -> Diagnostic:
    """That several answers stand there, and which of them is taken as wrong, where that may be told."""
    if wrong.reveal != "full":
        return _SEVERAL
    text = " ".join(wrong.last.text.split())
    return replace(_SEVERAL, message=f"several formulas stand here as the answer, and `{text}` is taken as wrong")


def _explained(found: ProblemReport, told: Sequence[Piece], chosen: Settings, judged: Judged) -> ProblemReport:
    """What is undecided, with what the sentences say of its names; wrong only if it is wrong under all that they say.
    Nothing becomes right here: what is has been looked for."""
    if found.verdict != "undecided":
        return found
    reports = [judged(replace(chosen, rows=rows)) for rows in explained(told, chosen)]
    doubtful = next((one for one in reports if one.verdict != "wrong"), None)
    if doubtful is not None:
        return doubtful if doubtful.verdict == "undecided" else found
    return next(iter(reports), found)


def _contradicts(report: ProblemReport, stated: How) -> bool:
    """Whether a claim is wrong. What holds unknown names is only not known to be right, but where it stands beside what
    is right as another answer."""
    final = report.final
    if stated == "differential":
        return report.first_wrong is not None
    if stated == "beside":
        return report.verdict != "right"
    excused = final.code == "unknown-name" or (not stated and final.code in OF_SHAPES)
    return final.verdict == "wrong" and not excused


def _all_read(
    found: ProblemReport, rows: Sequence[tuple[Passage, ...]], claims: Sequence[Claim], chosen: Settings, judged: Judged
) -> Iterator[tuple[Settings, ProblemReport]]:
    yield chosen, found
    others = (*(replace(chosen, rows=reading) for reading in rows), *(claim for claim, _ in claims[:MOST_CLAIMS]))
    yield from ((one, judged(one)) for one in others)

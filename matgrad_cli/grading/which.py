"""Which formulas of a submission are its answer: what is denied or said under a condition is none, and of several none may be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ..diagnostics import Diagnostic
from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from ..documents.assigned import is_name
from ..documents.continued import RELATION
from ..documents.keys import Exercise
from ..documents.passage import Passage
from ..documents.sheets.sheet import Spoken
from ..records.finding import ProblemReport
from .exercise import OF_SHAPES, unanswered
from .merge import Located, Settings

_SEVERAL = Diagnostic("answered-twice", "several formulas stand here as the answer, one of them wrong",
                      help="leave one answer, or write `matgrad: problem = NAME` above it", severity="warning")  # fmt: skip
_MOST_CLAIMS = 12
Claim = tuple[Settings, bool]
"""What is said to be the answer, as it is judged, and whether an equation says it."""

_RESULT = r"(?:gradient|derivative|answer|result|solution|minimi[sz]er|minimum|optimum|lösung|ableitung)"
_CLAUSE = regex(r"[.;:!?]\s+|,\s*(?:but|so|and|hence|thus|therefore|the|i|we|in)\b|\bbut\b|\n\s*\n", re.IGNORECASE)
_DENIED = regex(
    r"(?<!\bif )\b(?:not|never)\s+(?:(?:equal|equals|given|simply|just|merely|to|by|the|that|my|\w*gradient|answer)\s+)*$|n['’]t\s*$"
    r"|\bcan(?:not|['’]t) be\s*$|\bI doubt\b"
    r"|\b(?:do|does|did|would|can)\s?(?:not|n['’]t)\s+(?:believe|think|claim|say|mean|agree|answer|write)\b"
    rf"|\b(?:wrong|false|incorrect|naive|mistaken)\s+(?:{_RESULT}|guess|formula|attempt)|\b(?:common )?mistake\b"
    r"|\b(?:one|you) (?:might|may|could) (?:think|believe|guess|be tempted)|\btempting\b"
    r"|\bI (?:first|initially|originally|at first) (?:tried|thought|guessed|wrote|had|believed|got)\b", re.IGNORECASE,
)  # fmt: skip
_OF_OTHERS = regex(
    r"\b(?:neighbou?r|friend|classmate|colleague|someone|somebody|chat\s?gpt)\w*\s+(?:\w+\s+)?"
    r"(?:wrote|writes|says?|said|claims?|claimed|got|has|had|thinks?|told|answered|gave)\b", re.IGNORECASE,
)  # fmt: skip
_REFUTED = regex(
    r"\W*(?:(?:but|which|this|that|it|and|however|i (?:think|know))\W+)*(?:is|are|was|would be|['’]s)\s+(?:\w+ly\s+)*"
    r"(?:(?:wrong|incorrect|false|mistaken|a (?:common )?mistake)\b(?!\s+to\b)|only (?:right|true|correct|valid)\b"
    rf"|not (?:true|right|correct|it\b|my answer|the (?:\w+ )?{_RESULT}))"
    r"|\W*(?:holds for no\b|(?:does not|doesn['’]t) hold\b)|[^.]{0,30}\b(?:no idea|(?:do|does)(?: not|n['’]t) know)\b", re.IGNORECASE,
)  # fmt: skip
_QUESTION = regex(r"[\s)\]]*\?(?!\s*(?:yes|indeed|it is|right)\b)", re.IGNORECASE)
_UNEQUAL = regex(r"\\n(?:eq?|ot\s*=)(?![A-Za-z])|≠|!=")

_FACT = r"(?:symmetric|diagonal|orthogonal|orthonormal|idempotent|identity|scalar|commut|skew)"
_VALUED = r"\w\s*=\s*(?:\d+|I)(?![\w.^])"
_WHEN = rf"(?:(?<!even )(?:if|when|unless)|for|assum\w+|suppos\w+|provided|whenever)\b[^.;]*?(?:(?P<fact>\b{_FACT})|{_VALUED})"
_UNDER = regex(
    rf"\b(?:{_WHEN}|with\s+\\?{_VALUED})(?!.*\b(?:in general|otherwise|else|always)\b)", re.IGNORECASE | re.DOTALL
)
_ASSUMED = regex(rf"\b(?:assum\w+|suppos\w+|let)\b[^.;]*?(?P<fact>\b{_FACT})[^.;]*\.\s+(?:then|so|hence|thus)\b", re.IGNORECASE)
_ONLY = regex(rf"[\s,(]*(?:only\s+)?{_WHEN}(?![^.;]*\b(?:this|it|we|that)\s+(?:is|becomes|gives|get)\b)", re.IGNORECASE)

_SAYS = regex(rf"\b(?:{_RESULT}|it)\b[^.;]*\b(?:is|are|be|ist|equals?|reads|becomes|either|as|by)\b[^.;]*$|\b{_RESULT}\W*$", re.IGNORECASE)
_REACHES = regex(r"\b(?:get|gets|obtain|find|gives?|yields?|so|thus|hence|therefore)\W*$|[:=]\s*$", re.IGNORECASE)
"""Words before a formula that may be a step on the way: behind an answer they say another."""
_OR = regex(r"\b(?:or|either|alternatively|maybe|perhaps|oder)\b", re.IGNORECASE)
_PART = regex(
    r"\b(?:loss|objective|cost|function|residual|hessian|terms?|parts?|piece|summand|first|second|third|last)\b(?!.*\b(?:all|whole|sum)\b)",
    re.IGNORECASE,
)
_OF_PART = regex(
    r"\W*(?:as a row|transposed|in (?:the )?\w+ layout)\b|"
    r"\W*has (?:the )?(?:gradient|derivative)\b"
    r"|\W*(?:from|for|of|in|is the \w+ of) the (?:\w+ )?(?:terms?|parts?|first|second|last|loss|regulari\w+)\b", re.IGNORECASE,
)  # fmt: skip
_LETTERS = regex(r"[^\W\d_]{2,}")
_STATES = regex(
    r"\s*(?:\\nabla|∇|\\(?:mathrm|operatorname|text)\s*\{grad\}|grad)\s*(?:_\s*(?P<by>\{[^{}]*\}|\\?\w+))?\s*(?:\\?\w|\\ell|\\mathcal\s*\{?\w\}?)?"
    r"\s*(?:\(\s*\\?\w+\s*\))?\s*:?=|\s*\\frac\s*\{\s*\\?(?:partial|d)\s*(?:\\mathcal\s*)?\{?\w\}?\s*\}\s*\{\s*\\?(?:partial|d)(?P<under>[^{}]*)\}\s*="
    r"|\s*(?:\\partial|∂)\s*\w\s*/\s*(?:\\partial|∂)\s*\w\s*="
)
_ZERO = regex(r"=\s*\{?(?:\\mathbf\s*)?\{?0\}?\}?[\s.,]*$")
_NAMED = regex(r"\s*(?:\\(?:hat|bar|tilde|mathbf|vec|bm|boldsymbol)\s*)?\{?(?P<name>\\?[^\W\d_]+)\}?(?P<marks>[\s_^*\w{}\\]*?)\s*:?=")


def read_well(chosen: Settings, exercise: Exercise, judged: Callable[[Settings], ProblemReport]) -> ProblemReport:
    """The report on a problem in the first reading in which it is right; else in that which is meant most probably.

    Of what is said to be the answer nothing may be wrong: whoever writes down several of them has not answered.
    """
    said, refused = _answering(exercise.spoken, chosen)
    rows = [chosen.rows, *exercise.readings]
    if refused:
        places = {one.passage.places[0] for one in said}
        rows = [tuple(row for row in reading if row.places[0] in places) for reading in rows]
        rows = list(dict.fromkeys(reading for reading in rows if reading))
    if refused and not rows:
        return unanswered(chosen, next(iter(refused.values())))
    chosen = replace(chosen, rows=rows[0]) if rows else chosen
    found = judged(chosen)
    if not exercise.spoken:
        return found
    claims = _claims(said, chosen)
    right = next((one for one in _all_read(found, rows[1:], claims, chosen, judged) if one.verdict == "right"), None)
    if right is None:
        return found
    if len(claims) > _MOST_CLAIMS:
        return unanswered(chosen, _SEVERAL)
    several = any(_contradicts(judged(claim), stated) for claim, stated in claims if len(claims) > 1 or len(rows) > 1)
    return unanswered(chosen, _SEVERAL) if several else right


def _contradicts(report: ProblemReport, stated: bool) -> bool:
    """Whether a claim is wrong. What holds unknown names is only not known to be right."""
    final = report.final
    return final.verdict == "wrong" and final.code != "unknown-name" and (stated or final.code not in OF_SHAPES)


def _all_read(
    found: ProblemReport, rows: Sequence[tuple[Passage, ...]], claims: Sequence[Claim], chosen: Settings,
    judged: Callable[[Settings], ProblemReport],
) -> Iterator[ProblemReport]:  # fmt: skip
    yield found
    yield from (judged(replace(chosen, rows=reading)) for reading in rows)
    yield from (judged(claim) for claim, _ in claims[:_MOST_CLAIMS])


def _claim(passages: Sequence[Passage], chosen: Settings) -> Claim:
    """Definitions and what is said to be the answer: as one answer; as a derivation where it holds several signs of equality."""
    *before, last = passages
    stated = RELATION.search(last.text) is not None
    if last.text.count("=") > 1:
        return replace(chosen, rows=tuple(passages)), stated
    head = (_STATES if chosen.asks == "gradient" else _NAMED).match(last.text) if stated else None
    whole = last.part(head.end(), len(last.text)) if head is not None else last
    for one in reversed(before):
        whole = one.joined(whole)
    return replace(chosen, rows=(), answer=Located(whole, chosen.source)), stated


def _answering(spoken: Sequence[Spoken], chosen: Settings) -> tuple[list[Spoken], dict[int, Diagnostic]]:
    """The formulas that may be an answer, and why others are none, by their place."""
    said, refused = [], {}
    known = (chosen.text("assume") or "").lower()
    for one in spoken:
        why = disowned(one) or _condition(one, known)
        if why is None:
            said.append(one)
        else:
            message, help_ = f"`{one.passage.text.strip()}` is no answer: {why}", "state what the answer is"
            refused[one.passage.places[0]] = Diagnostic("nothing-judged", message, help=help_, severity="warning")
    return said, refused


def disowned(one: Spoken) -> str | None:
    """Why a formula is no claim of its author: denied, asked, or said by somebody else."""
    clause = _clause(one.before)
    if _DENIED.search(clause + " ") or _REFUTED.match(one.after) or _UNEQUAL.search(one.passage.text):
        return "the words beside it deny it"
    if _QUESTION.match(one.after):
        return "it is a question"
    return "somebody else says it" if _OF_OTHERS.search(clause) else None


def _condition(one: Spoken, known: str) -> str | None:
    """Under which condition a formula is said that the problem does not state."""
    found = _UNDER.search(re.split(r"[.;]\s", one.before)[-1]) or _ASSUMED.search(one.before) or _ONLY.match(one.after)
    if found is None or (found["fact"] and found["fact"].lower() in known):
        return None
    return f"it is said under a condition, `{' '.join(found[0].split()).strip(' ,(')}`, that the problem does not state"


def _clause(before: str) -> str:
    """The words that lead to a formula."""
    return _CLAUSE.split(before.rstrip(" \t\n:"))[-1]


def _claims(said: Sequence[Spoken], chosen: Settings) -> list[Claim]:
    """What is said to be the answer, with the definitions before it that it needs; without such words every formula without equality."""
    claims: list[tuple[int, Spoken]] = []
    reached: list[tuple[int, Spoken]] = []
    bare: list[tuple[int, Spoken]] = []
    for at, one in enumerate(said):
        if not one.inline:
            continue
        equation = RELATION.search(one.passage.text) is not None
        if equation and _states(one.passage.text, chosen):
            claims.append((at, one))
        elif not equation and not is_name(one.passage.text) and not _of_part(said, at):
            bare.append((at, one))
            behind = any(claim[0] == at - 1 for claim in claims)
            if _SAYS.search(one.before) or (behind and _OR.search(one.before)) or _alone(one) or (claims and _REACHES.search(one.before)):
                claims.append((at, one))
            elif _REACHES.search(one.before):
                reached.append((at, one))
    displays = any(not one.inline for one in said)
    behind_definitions = (
        rows for at, one in claims or reached or ([] if displays else bare) for rows in _with_definitions(one.passage, said[:at], chosen)
    )
    found = {tuple(row.text.strip() for row in rows): rows for rows in behind_definitions}
    return [_claim(rows, chosen) for rows in found.values()]


def _alone(one: Spoken) -> bool:
    """Whether a formula stands without words, in a list or in a paragraph of its own."""
    return not _LETTERS.search(one.before) and (not _LETTERS.search(one.after) or _OR.match(one.after.lstrip(" ,(")) is not None)


def _of_part(said: Sequence[Spoken], at: int) -> bool:
    """Whether a formula is said of the loss, or of a part of it: `The gradient of $b^T x$ is $b$`."""
    one = said[at]
    if _PART.search(_clause(one.before)) or _OF_PART.match(one.after) or re.search(r"\bof\W*$", one.before):
        return True
    if at and re.fullmatch(r"\W*has (?:the )?(?:gradient|derivative)\W*", one.before):
        return True
    return at > 0 and re.fullmatch(r"\W*is\W*", one.before) is not None and re.search(r"\bof\W*$", said[at - 1].before) is not None


def _states(text: str, chosen: Settings) -> bool:
    """Whether an equation says what is asked for: the derivative of the loss, or where it is least."""
    if chosen.asks == "gradient":
        stated = _STATES.match(text)
        by = re.sub(r"[^\w]", "", stated["by"] or stated["under"] or "") if stated is not None else ""
        return stated is not None and _ZERO.search(text) is None and by in ("", _wrt(chosen))
    named = _NAMED.match(text)
    return named is not None and named["name"].lstrip("\\") == _wrt(chosen)


def _wrt(chosen: Settings) -> str:
    return re.sub(r"[^\w]", "", chosen.text("wrt") or "")


def _with_definitions(claim: Passage, before: Sequence[Spoken], chosen: Settings) -> list[tuple[Passage, ...]]:
    """The claim behind the definitions of its names; a name that is defined twice has both meanings."""
    wrt = _wrt(chosen)
    needed = claim.text.partition("=")[2] or claim.text
    last: dict[str, Passage] = {}
    first: dict[str, Passage] = {}
    for one in reversed(before):
        named = _NAMED.match(one.passage.text)
        name = named["name"].lstrip("\\") if named is not None else wrt
        if named is None or name == wrt or not re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", _spread(needed)):
            continue
        needed += one.passage.text[named.end() :] if name not in last else ""
        last.setdefault(name, one.passage)
        first[name] = one.passage
    return [(*reversed(values.values()), claim) for values in ((last, first) if first != last else (last,))]


def _spread(text: str) -> str:
    """The text with its letters apart, commands kept together: `Xw` as `X w`."""
    return re.sub(r"\\[A-Za-z]+|([A-Za-z])", lambda match: f" {match[1]} " if match[1] else f"{match[0].lstrip(chr(92))} ", text)


"""Why a piece of a submission is no answer: denied, asked, said by others, of others, or under a condition."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice, pairwise, takewhile

from ...diagnostics import Diagnostic
from ...diagnostics.regex import regex
from ...documents.display_rows import BOUNDS
from ...documents.homework.pieces import Piece, changed
from ...documents.words import named, said
from ...notation.latex.names import letter_name
from ..meanings.remarks import CASES, IN_TEXT, refuted
from .claims import OR, SAYS, STATES, stated_by, states
from .definitions import clause
from .settings import Settings

_UNEQUAL = regex(
    r"\\n(?:eq?|ot\s*=)(?![A-Za-z])|≠|!=|^[^=&+−-]*(?:\\(?:approx|simeq|propto|stackrel\{\?\}|overset\{\?\})(?![A-Za-z])"
    r"|[≈∝≃])|(?:\\nabla|∇|\\partial|∂)[^=&]*(?:\\sim(?![A-Za-z])|∼)"
)
"""What is not said to be equal."""

_QUOTE, _UNQUOTE = regex(r"(?:[\"“„«]|``)\s*$"), regex(r"[\s.,]*(?:[\"”“»]|\x27\x27)")

_INEQUALITY = regex(r"[<>≤≥]|\\(?:[lg]eq?(?:slant)?|[lg]t)(?![A-Za-z])")

_VALUE = (
    r"(?:\\(?:math\w+|vec|bm|boldsymbol)\s*)?\{?\s*(?:[-−]?\d+(?:\.\d+)?|I(?:_\{?\w\}?)?)(?![\w^]|\.\d"
    r"|\s*,\s*(?:\\\w?dots|…|\.\.|2))"
)

_VALUED = rf"(?<![^\W\d_\\])\\?[^\W\d_]+\s*=\s*{_VALUE}"
"""`b = 0`, and no range `i = 1, …, n`."""

_WHEN = rf"\b<when>\b[^.;]*?(?:(?P<fact>\b<condition>)(?!\s+<part>\b)|{_VALUED})"

_ALIKE = r"\b<when>\b[^.;=\w]*(?P<one>[^\W\d_])\s*=\s*(?P<other>[^\W\d_])(?![\w^(])"
"""`if $m = n$`, of two letters of the problem that may differ."""

_OWN = r"\\(?:text\w*|mbox|mathrm)\s*\{(?P<words>[^{}]*\b<when>\b[^{}]*)\}(?P<rest>.*)"
"""Words in a formula itself, behind which it says when it holds: `\\quad\\text{if } m = n`."""

_HOLDS = r"(?:(?:<would>|<is>|<holds>|<the>|<result>)[\s,]+)*"
"""`$…$ would be the gradient if …`: these words claim nothing yet."""

_NAMELY = rf"[\s,(]*(?:\b<namely>\b[^.;]*?)?(?P<valued>{_VALUED})(?![^.;]*\b<becomes>\b)"
"""`$2(x + b)$ where $b = 0$`, or `$2(x + b)$, $b = 0$`."""

_PROVIDED = r"(?:\b<provided>\b(?!(?:[^,.;:]|,(?!\s))*\b<harmless>\b)[^,.;:]*?\b<holds>\b(?:[^.;:,]|,(?=\s*$))*)"
"""`If the data are centred, …`, and no `if we apply the rule`."""

_SAVE_OR_WHEN = rf"[\s,(]*\b<save>\b[^.;]*?{_VALUED}|[\s,(]*{_HOLDS}(?:{_WHEN}|{_PROVIDED})(?!\s*:|[^.;]*\b<becomes>\b)"
_DISTANCE = regex(r"\\(?:q?quad(?![A-Za-z])|[,;:! ])|~")
_IS_ZERO = regex(r"\s*(?:\\mathbf\s*|\\vec\s*)?\{?\s*0\s*\}?[\s.,&]*")
_QUESTION = r"[\s)\]]*\?(?!\s*<yes>\b)"
_ELSE = r".*(?P<words>\b(?:else|otherwise|sonst|sinon|altrimenti)\b)\W*"

_BY = (
    r"(?:(?:^|[.,;\n])\W*(?:\band\b\W*)?(?P<label>[^\W\d_]\w*)\s*:|\b<by>\s+(?P<by>[^\W\d_]\w*)(?:\W|\b<is>\b"
    r"|\b<reaches>\b|\bwe\b)*)\s*$"
)


_MATRIX = regex(r"(?<!\w)(?:(?<=\\)[A-Za-z]+|(?<!\\)[A-ZΑ-Ω])(?![^\W_])")


def answering(pieces: Sequence[Piece], chosen: Settings) -> tuple[list[Piece], dict[int, Diagnostic]]:
    """The pieces that may be an answer, and why others are none, by their place.
    A name that is denied denies what defines it."""
    known = (chosen.text("assume") or "").lower()
    given = chosen.letters
    why = dict[int, str]()
    for at, one in enumerate(pieces):
        behind = _behind(pieces[at:])
        if (found := _disowned(one) or _condition(one, behind, known, given) or _put_in(behind, given)) is not None:
            why[at] = found
    others = given - {chosen.variable, *(one.defines for one in pieces)}
    why |= {
        at: f"it is said of `{name}`"
        for at, one in enumerate(pieces)
        if at not in why and (name := _of_another(one, others))
    }
    if any(states(one, chosen) for one in pieces):
        by = {at: stated_by(one) for at, one in enumerate(pieces) if at not in why and not states(one, chosen)}
        why |= {at: f"it is said of `{min(names & others)}`" for at, names in by.items() if names & others}
    why |= {at: f"it says `{text}`, of some values alone" for at, text in _for_some(pieces) if at not in why}
    why |= {at: "it is said to be 0 as well" for at in _or_zero(pieces) if at not in why}
    why |= {at: f"{words} beside it changes its value" for at, words in changed(pieces).items() if at not in why}
    named = [(at, one) for at, one in enumerate(pieces) if one.kind == "name" and said(SAYS).search(one.before)]
    meant = {one.text for at, one in named if at not in why}
    for at, one in named:
        if at in why and one.text not in meant:
            why |= {other: why[at] for other in range(at) if pieces[other].defines == one.text.strip("\\ ")}
    refused = {}
    for at, found in why.items():
        if pieces[at].kind != "name":
            message = f"`{pieces[at].text.strip()}` is no answer: {found}"
            help_ = "state the whole answer as one formula"
            refused[pieces[at].passage.places[0]] = Diagnostic(
                "nothing-judged", message, help=help_, severity="warning"
            )
    return [one for at, one in enumerate(pieces) if at not in why], refused


def hedged(chosen: Settings) -> Diagnostic | None:
    """Why rows without words around them state no answer: by the words in them it holds for some values alone, or it is
    said to be 0 as well."""
    known = (chosen.text("assume") or "").lower()
    for one in (Piece(row, "equation", "", "") for row in chosen.rows):
        some = (f"it says `{text}`, of some values alone" for _, text in _for_some([one]))
        zero = ("it is said to be 0 as well" for _ in _or_zero([one]))
        for why in filter(None, (*some, *zero, _condition(one, "", known, chosen.letters))):
            return Diagnostic("nothing-judged", f"`{one.text.strip()}` is no answer: {why}", severity="warning")
    return None


def special_cases(pieces: Sequence[Piece], chosen: Settings) -> Iterator[tuple[Piece, str]]:
    """What is said to be the answer where an array has a fact that the problem does not state, with that fact:
    `For symmetric $A$ this is $2Ax$`."""
    for at, one in enumerate(pieces):
        if _disowned(one) or not (said(r"<becomes>\W*$").search(one.before) or states(one, chosen)):
            continue
        lead, behind = re.split(r"[.;]\s", one.before)[-1], _behind(pieces[at:])
        found = said(_WHEN).search(lead) or said(rf"[\s,(]*{_WHEN}").match(behind)
        fact = named("fact", found["fact"] or "") if found is not None else None
        arrays = {letter_name(name) for name in _MATRIX.findall(lead + behind)} & chosen.letters
        if fact is not None and len(arrays) == 1:
            yield one, f"{min(arrays)} {fact}"


def _disowned(one: Piece) -> str | None:
    """Why a formula is no claim of its author: denied, asked, or said by somebody else."""
    lead = clause(one.before)
    if said("<denied>").search(lead + " ") or said("<refuted>").match(one.after) or refuted(one.text):
        return "the words beside it deny it"
    if _UNEQUAL.search(BOUNDS.sub(" ", CASES.sub(" ", one.text))):
        return "it states no equality"
    if said(_QUESTION).match(one.after):
        return "it is a question"
    if _QUOTE.search(one.before) and _UNQUOTE.match(one.after):
        return "it stands in quotation marks"
    return "somebody else says it" if said("<others>").search(lead) or said("<borrowed>").match(one.after) else None


def _condition(one: Piece, behind: str, known: str, given: Container[str]) -> str | None:
    """Under which condition a formula is said that the problem does not state; or that it is one itself.
    What is said of strange letters, `$\\nabla x^T A x = 2Ax$ for symmetric $A$`, is none of a formula without them."""
    if STATES.match(one.text) and said(r"\b(?:if|<assumed>)[\s:]*(?:that\s*)?$").search(one.before):
        return "it is only supposed"
    sentence = re.split(r"[.;]\s", one.before)[-1]
    if (own := said(_OWN).search(one.text)) is not None and "cases}" not in one.text:
        behind = f"{own['words']} {own['rest']} {behind}"
    found = (
        next(filter(None, (said(_SAVE_OR_WHEN).match(text) for text in (behind, *_inside(one)))), None)
        or said(rf"(?:{_WHEN}|\b<namely>\s+{_VALUED})(?!.*\b<general>\b)").search(sentence)
        or said(r"\b<assumed>\b[^.;]*?(?P<fact>\b<condition>)[^.;]*\.\s+<then>\b").search(one.before)
        or said(rf"{_PROVIDED}(?!.*\b<general>\b)").search(sentence)
    )
    alike = said(rf"[\s,(]*{_HOLDS}{_ALIKE}").match(behind) or said(_ALIKE).search(sentence)
    if found is None and alike is not None and alike["one"] != alike["other"]:
        found = alike if alike["one"] in given and alike["other"] in given else None
    if found is None:
        return None
    if found.groupdict().get("fact"):
        next_word = re.match(r"\s*\S+", found.string[found.end() :])
        letters = set(map(letter_name, _MATRIX.findall(found[0] + (next_word[0] if next_word else ""))))
        strange = letters and not any(letter in given or letter in one.text for letter in letters)
        if strange or (named("fact", found["fact"]) or "?") in known:
            return None
    return f"it is said under a condition, `{' '.join(found[0].split()).strip(' ,(')}`, that the problem does not state"


def _of_another(one: Piece, others: Container[str]) -> str | None:
    """By which other variable of the problem a formula is said to be the derivative: `B: $…$`, `by $B$ we get $…$`."""
    found = said(_BY).search(one.before) if one.kind == "formula" else None
    name = letter_name(found["by"] or found["label"]) if found is not None else ""
    return name if name in others else None


def _put_in(behind: str, given: Container[str]) -> str | None:
    """Which value of a given letter a formula is said for, by what stands behind it."""
    found = said(_NAMELY).match(behind)
    if found is None or letter_name(found["valued"].partition("=")[0].strip("\\ ")) not in given:
        return None
    return f"it is said for `{found['valued']}`, which the problem does not state"


def _behind(pieces: Sequence[Piece]) -> str:
    """The words behind the first of some pieces, with what is said there of letters:
    definitions, and in which set they are."""
    told = takewhile(lambda one: one.inline and (one.kind != "equation" or "=" not in one.text), pieces[1:])
    return pieces[0].after + "".join(f"{BOUNDS.sub(' ', one.text)} {one.after}" for one in told)


def _inside(one: Piece) -> Iterator[str]:
    r"""What stands in a formula behind each of the words in it, these with it: `\text{if } \lambda = 0`."""
    text = _DISTANCE.sub(" ", CASES.sub(" ", one.text))
    yield from (IN_TEXT.sub(r" \1 ", text[words.start() :]) for words in IN_TEXT.finditer(text))


def _or_zero(pieces: Sequence[Piece]) -> Iterator[int]:
    """Formulas in which the derivative is said to be 0, and beside that, or behind it, something else."""
    for at, one in enumerate(pieces):
        words = [word for word in IN_TEXT.finditer(one.text) if said(r"\b<or>\b").search(word[1])]
        ends = [*(word.start() for word in words), len(one.text)]
        parts = [one.text[start:end] for start, end in zip((0, *(word.end() for word in words)), ends, strict=True)]
        sides = [_DISTANCE.sub(" ", part).split("=") for part in parts]
        first = sides[0] if STATES.match(one.text) else []
        if (len(first) > 2 and _IS_ZERO.fullmatch(first[1])) or (
            len(sides) > 1 and first and any(_IS_ZERO.fullmatch(side[-1]) for side in sides)
        ):
            yield at
    for at, (one, other) in enumerate(pairwise(pieces)):
        both = [one, other] if said(r".*\b<or>\W*").fullmatch(other.before) else []
        if both and all(STATES.match(piece.text) for piece in both):
            zero = [_IS_ZERO.fullmatch(piece.text.rpartition("=")[2]) for piece in both]
            yield from (at, at + 1) if any(zero) and not all(zero) else ()


def _for_some(pieces: Sequence[Piece]) -> Iterator[tuple[int, str]]:
    """Formulas of some cases alone, by their places: behind which an inequality says when they hold, `$1$ if
    $x_i > c_i$`, or `else`, `$X$ if X is square, else $0$`; or behind which another is asked for, `$X$, or $Y$?`."""
    for at, one in enumerate(pieces):
        inside = (said(rf"[\s,(]*<when>\b{_ELSE}").match(text) for text in _inside(one))
        yield from ((at, told[0].strip()) for told in islice(filter(None, inside), 1))
    for at, (one, other) in enumerate(pairwise(pieces)):
        by_words = said(_ELSE).fullmatch(one.after) or (
            said(_QUESTION).match(other.after) and said(rf"(?P<words>{OR})").fullmatch(one.after)
        )
        if by_words or (said(r"[\s,(]*<when>\s*").fullmatch(one.after) and _INEQUALITY.search(other.text)):
            told = by_words["words"] if by_words else other.text.strip()
            yield from ((at, told), (at + 1, told))

"""The pieces of an answer in their order, each with the words that lead to it and those behind it;
what beside one changes its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ..display_rows import BOUNDS, RELATION
from ..passage import Passage, blank
from ..sheets.sheet import Formula
from ..words import said

Kind = Literal["formula", "equation", "definition", "name"]

_DELIMITER = regex(r"\\[()\[\]]|\$+|\\(?:begin|end)\s*\{[^}]*\}|[*_]{1,2}(?=\w)|(?<=\w)[*_]{1,2}|\\q?quad(?![a-z])")
_MARK = regex(rf"{_DELIMITER.pattern}|(?<![$(\[])\Z")
"""A delimiter; or the end of what stands before a formula that has none."""
_VALUED = r"\s*(?:\\?\w+\s*=\s*)+(?:\d+|I)\s*"
_SUPPOSED = regex(
    rf"\b(?:if|unless|for|when|with|at|case|suppose|where|assum\w+)(?:\W*{_VALUED}\W*(?:and|und|et|y|e)\b)*\W*$",
    re.IGNORECASE,
)
_VALUE = regex(_VALUED)
_RANGE = regex(
    r"[\s$]*\\?[^\W\d]\w*\s*(?:=|\\in(?![a-z])|∈)\s*\\?\{?\s*\d\s*,\s*(?:\d\s*,\s*)?(?:\\\w?dots|…|\.\.).*", re.DOTALL
)
_INSIDE = regex(rf"{BOUNDS.pattern}|\[[^\[\]=]*\]")
"""What relates nothing: the bounds of a Σ, the condition of `1[Wx > 0]`."""
_SIZES = regex(r"[\s(]*(?:\\?[a-z]|\d+)(?:\s*(?:\\times(?![a-z])|×)\s*(?:\\?[a-z]|\d+))+[\s).]*")
_SIZED = regex(rf"\$+{_SIZES.pattern}\$+|\\\({_SIZES.pattern}\\\)")
_MARKED = r"(?:\\(?:hat|bar|tilde|mathbf|vec|bm|boldsymbol)\s*)?\{?(?P<name>\\?[^\W\d_]+)\}?"
_MARKS = r"\d*(?:\s*\{\s*\\?\w+\s*\}|\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|\w|\*)|\s*[*'])*"
"""What belongs to a name: an accent's letter, what stands below and above it."""
_DEFINED = regex(rf"\s*{_MARKED}(?P<marks>{_MARKS})\s*(?:\(\s*\\?[^\W\d_]+\s*\)\s*)?:?=")
_CALLED = regex(r".*=\s*:\s*\\?(?P<name>[^\W\d_]+)[\s.,]*", re.DOTALL)
"""`∇f = softmax(x) =: p`."""
_T = r"(?:\s*\^\s*\{?\s*(?:\\top|\\intercal|T)(?![A-Za-z])\s*\}?|'|ᵀ)"
FACTORED = regex(rf"\s*[A-Za-z]\s*=\s*(?P<factor>[A-Za-z])(?:\s*(?P=factor)\s*{_T}|{_T}\s*(?P=factor))[\s.,]*")
"""`D = LLᵀ`: it says what L is."""
_CHOLESKY = (
    r"\b(?P<factor>(?-i:[A-Z]))(?:\W|\b<is>\b|\b<the>\b|lower"
    r"|triangular)*\bCholesky[-\s\w]{0,20}?\b<of>\b\W*(?P<of>(?-i:[A-Z]))\b"
    r"|\bCholesky[-\s\w]{0,20}?\W(?P<named>(?-i:[A-Z]))\W+<of>\b\W*(?P<whole>(?-i:[A-Z]))\b"
)
"""`$L$ is the Cholesky factor of $D$`."""
_NAMED = (
    r"\b(?:(?P<calls>(?:denote|write)(?:\s+by)?|call|define)|<namely>|<assumed>)[\s$({\\]*(?P<name>\b[A-Za-z])[\s$)}]*"
    r"(?(calls)(?:\b(?:by|as|for)\b)?|\b(?:<is>|denotes?|stands? for|means?|being)\b)\s*(?:<the>\s+)?"
    r"(?:(?!(?:<function>|<factor>|<doubt>|<or>|<result>|<is>|<reaches>|negati\w+)\b)[a-z]+\s+){0,4}[$(\\]*$"
)
"""`where $r$ is the residual $Xw - y$`: r is that."""
_SPOKEN_OF = regex(
    r"[\s\\{}$]*(?:(?:math\w+|bm|boldsymbol|vec|hat|bar|tilde)\s*\{\s*)?(?:[^\W\d]|\\?(?:alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|rho"
    r"|sigma|tau|phi|psi|omega)(?![a-z]))(?:\s*\}?_\{?\w+)?[\s{}$.,;:]*"
)
_WORDS = frozenset("aAIoOeEyYuUi")
"""Letters that are words somewhere: between words they name nothing."""
_NEAR, _MOST_NAMES = 400, 100
"""So many characters round a formula are the words that lead to it and those behind it; so many names from the first
on, and up to the last, are looked at."""


@record
class Piece:
    """A formula of an answer. `before` and `after` are the words up to the formulas beside it, in which a `name` that
    is only spoken of is a word too. `block` numbers the display that it stands in, None in a sentence; `defines` is the
    name that an equation gives a value, and `value` where that begins.
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


def says_range(formula: Formula) -> bool:
    """Whether a formula only says through which values a letter goes, `i = 1, …, n`, or how large something is,
    `m × n`."""
    text = formula.passage.text
    return formula.kind == "inline" and (_RANGE.fullmatch(text) or _SIZES.fullmatch(text)) is not None


def pieces(formulas: Sequence[Formula], text: str, start: int) -> list[Piece]:
    """The pieces of what stands from `start` to the end of the text, in their order;
    a value that is supposed is one of the words."""
    text = _SIZED.sub(blank, text)
    ends, told = [start], list[Formula]()
    names: list[tuple[int, Passage]] = []
    for formula in formulas:
        place = formula.passage.places[0]
        if says_range(formula):
            continue
        before = max(ends[-1], place - _NEAR)
        if is_name(formula.passage.text):
            names.append((len(told), formula.passage))
        elif not (_VALUE.fullmatch(formula.passage.text) and _SUPPOSED.search(text, before, place - 1)):
            told.append(formula)
            ends.append(formula.passage.places[-1])
    starts = [one.passage.places[0] for one in told] + [len(text)]
    gaps = list(zip(ends, starts, strict=True))
    words = [_MARK.sub(" ", text[end:begin]) for end, begin in gaps]
    defined = {value["name"] for one in told if (value := _DEFINED.match(one.passage.text))} - _WORDS
    bare = re.compile(rf"(?<![\w\\$])(?:{'|'.join(map(re.escape, sorted(defined)))})(?![\w'’$])") if defined else None
    found = list[Piece]()
    for at, (end, begin) in enumerate(gaps):
        own = (passage for gap, passage in names if gap == at)
        here = {one.places[0]: one for one in own if one.text.strip("\\ {}$.,;:") in defined}
        for match in bare.finditer(text, end, begin) if bare is not None else ():
            here.setdefault(match.start(), Passage(match[0], match.start()))
        for place, passage in sorted(here.items()):
            around = text[max(end, place - _NEAR) : place], text[passage.places[-1] : min(begin, place + _NEAR)]
            found.append(Piece(passage, "name", *(_DELIMITER.sub(" ", part) for part in around)))  # type: ignore[arg-type]
        if at < len(told):
            found.append(_piece(told[at], words[at][-_NEAR:], words[at + 1][:_NEAR]))
            named = said(_NAMED).search(text, max(end, begin - _NEAR), begin)
            if named is not None and found[-1].kind == "formula":
                found[-1] = anew(found[-1], _named(named["name"], named.start("name"), told[at].passage))
    for match in said(_CHOLESKY).finditer(text, start):
        factor, of = match["factor"] or match["named"], match["of"] or match["whole"]
        written = f"{of} = {factor}{factor}^\\top"
        whole = Passage(written, 0, (match.start(),) * (len(written) + 1))
        found.insert(0, anew(Piece(whole, "definition", "", ""), whole))
    spoken = [one for one in found if one.kind == "name"]
    passed = {*map(id, spoken[_MOST_NAMES:-_MOST_NAMES])}
    return [one for one in found if id(one) not in passed]


def _named(name: str, start: int, value: Passage) -> Passage:
    """The equation that gives a name this value."""
    written = f"{name} = "
    return Passage(written + value.text, 0, (*(start,) * len(written), *value.places))


def _piece(formula: Formula, before: str, after: str) -> Piece:
    block = None if formula.kind == "inline" else formula.block
    return anew(Piece(formula.passage, "formula", before, after, block), formula.passage)


def anew(piece: Piece, passage: Passage) -> Piece:
    """The piece with another text, and what that says."""
    if piece.kind == "name":
        return replace(piece, passage=passage)
    if (called := _CALLED.fullmatch(passage.text) or FACTORED.fullmatch(passage.text)) is not None:
        return replace(piece, passage=passage, kind="definition", defines=called[1], value=passage.text.index("=") + 1)
    defined = _DEFINED.match(passage.text)
    if defined is not None:
        name = defined["name"].lstrip("\\")
        return replace(piece, passage=passage, kind="definition", defines=name, value=defined.end())
    kind = "equation" if RELATION.search(_INSIDE.sub(" ", passage.text)) else "formula"
    return replace(piece, passage=passage, kind=kind, defines="", value=0)


# ---- what stands right beside a formula and changes its value: a sign, a number, another formula, `half of`. Then it
# is no answer alone


_OPEN = r"[\s(\x60*_{]*"
_SIGN_BEFORE = r"(?:(?:^|(?<=[\s(:=]))(?=[-+−][(\x60]* ?$)|(?:\b<is>|[:=])[ \t]+(?=[-+−]\s*$))(?P<found>[-+−])"
"""A sign that touches the formula, `-$…$`, where the space is its mark; or behind a verb.
Else it is a dash, or of a list."""
_SIGN_BEHIND = regex(r"[ )\x60]{0,2}(?P<found>[+/·×⋅∘⊙^]|[-−*] {0,3}(?=\d))")
_AMOUNT = regex(r"\s*[-−+]?[\s\d./]*")
_BETWEEN = regex(r"\s*(?P<found>[-−+*/·×⋅]?)\s*")
_ENDS_OPEN = regex(rf"(?:{RELATION.pattern})[\s&]*$")
_END_MARK = regex(
    r"[\s\\,;]*(?:\\(?:quad|qquad)\s*)*(?:\\(?:\w*[sS]quare|q(?:uad)?ed|Box|checkmark|tag\{\w*\})|\(\d+\))\s*"
)
"""The end of a proof, or the number of a formula."""
_NUMBER = r"(?:^\W*|[:=(\n]\s*|\b<is>\s+)(?P<found>\d+(?:[.,/]\d+)*(?:/\w)?)[ (\x60]*$"
_BEFORE = rf"\b(?P<found><function>(?:\s+(?:<of>|<the>))+|<factor>(?:\s+(?:<of>|<the>))*){_OPEN}$"
_WHOLE = r"\b(?P<found>(?:<function>\s+<of>|<factor>|negati\w+)\s+(?:<the>\s+)*<result>)\b[^.;,:$]*\b<is>\s*$"
"""`The negative gradient is $…$`."""
_BEHIND = r"(?P<found>[\s,)\x60]*(?:\(\s*<except>|<times>|<except>)\b|[\s,]*<share>)"
_DOES = (
    r"^(?!\W*(?:to|for)\b|.*\bif\b)(?:|.*?[,;:(–—-])\W*"
    r"(?:(?:<both>|<then>|but|now|please|just|better|aber)\s+)*(?P<found><amends>)"
)
"""What a clause tells to do with the answer, and not for something else: `For the descent step, …`."""
_GIVES_UP = (
    r"^(?!.*\b<held>\b)(?:|(?:(?!\b(?:<when>|to|in|with|without|once)\b).)*?[,;:(–—-])\W*"
    r"(?:(?:<both>|<then>|ok|so|but)\s+)*(?P<found><gives_up>)"
)
"""Nothing that holds under a condition, `if yours differs, something is wrong`, or is taken back."""
_ALTERED = r"\b(?P<found><altered>)(?!\w)"
_AMISS = r"^(?!.*\b<explained>\b).*?(?<!\w)(?P<found><amiss>)(?!\w)"
_SENTENCE = regex(r"(?<=[.;!?])\s+|\n\s*\n")
_IN_TEXT = regex(r"\\(?:text\w*|mbox)\s*\{([^{}]*)\}")
_OF_LOSS = r"\b<result>\s+(?:<of>|<the>)\s+(?:<the>\s+)*$"
"""`The gradient of the trace of $AX$` speaks of a loss."""
_PAIR = r"\W*<both>\W*"


def changed(pieces: Sequence[Piece]) -> dict[int, str]:
    """What changes the value of a piece, by its place among the pieces."""
    found: dict[int, str] = {}
    for at, one in enumerate(pieces):
        if one.kind == "name":
            continue
        last = at - 1 if at and pieces[at - 1].kind != "name" else None
        if last is not None and (beside := _together(pieces[last], one)) is not None:
            found.setdefault(last, beside)
            found[at] = beside
        elif (words := next(_beside(one, pieces[at + 1 :]), None)) is not None:
            found[at] = words
        elif last in found and one.kind == "formula" and said(_PAIR).fullmatch(one.before):
            found[at] = found[last]  # `the sum of $…$ and $…$`
    return found


def _together(one: Piece, other: Piece) -> str | None:
    """The operator, or nothing, that makes one formula of two: `$2$ $X^T r$`, `$a$ + $b$`."""
    between = _BETWEEN.fullmatch(other.before)
    if between is None or "\n" in other.before or not other.inline or other.kind != "formula":
        return None
    whole = (one.inline or _AMOUNT.fullmatch(one.text)) and not _ENDS_OPEN.search(one.text)
    if not whole or _END_MARK.fullmatch(other.text):
        return None
    return f"`{between['found']}`" if between["found"] else "another formula"


def _beside(one: Piece, behind: Sequence[Piece]) -> Iterator[str]:
    """The words, the sign and the number before a formula, and what is behind it; words that lead with `or` to another
    formula leave it to that."""
    if one.kind == "formula":
        for match in (said(pattern).search(one.before) for pattern in (_BEFORE, _WHOLE, _SIGN_BEFORE, _NUMBER)):
            if match is not None and not said(_OF_LOSS).search(one.before[: match.start("found")]):
                yield _shown(match["found"])
    *sentences, last = _SENTENCE.split(one.after)
    led = any(other.kind != "name" for other in behind) and said(r"\b<or>\b").search(last)
    last += behind[0].text if behind and _AMOUNT.fullmatch(behind[0].text) else ""  # `multiply by $-1$`
    sentences = [*_IN_TEXT.findall(one.text), *sentences, *([] if led else [last])]
    found = (said(words).search(sentence) for sentence in sentences for words in (_ALTERED, _DOES, _GIVES_UP, _AMISS))
    for match in (_SIGN_BEHIND.match(one.after), said(_BEHIND).match(one.after), *found):
        if match is not None:
            yield _shown(match["found"])


def _shown(text: str) -> str:
    return f"`{' '.join(text.split()).strip(' ,')}`"

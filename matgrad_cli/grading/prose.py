"""Words between and around formulas in plain text: rows that only talk, and what is said before or behind a formula."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from ..diagnostics.regex import regex
from ..documents.display_rows import BOUNDS
from ..documents.passage import Passage, blank, covered
from ..documents.sheets.names import is_word
from ..documents.words import said
from ..notation.latex.names import FUNCTIONS, GREEK

NO_FORMULA = "these are words, a formula was needed"
_OPENING = regex(
    r"\s*(?:\*\*|__)?(?:step\s+\d+|part\s+\(?\w\)?|case\s+\d+|\d+|\([a-z\d]\))(?:\*\*|__)?\s*[.:)]\s*(?:\*\*)?\s*",
    re.IGNORECASE,
)
_BULLET = regex(r"\s*(?:[*•▪▸>]\s+|\d+[.)]\s+|\(\d+\)\s+)")
_COMMENT = regex(r"\s(?:#|//|←|<--)\s*[A-Za-z(][^=]*$")
_MATH = regex(r"\$[^$]*\$|\\\([^()]*\\\)|`[^`]*`")
_PIECE = regex(r"\s*(?:([A-Za-z][A-Za-z'’-]*)(?![\w(\[^'ᵀ])|\$[^$=]*\$|([,:.]))\s*")
_ONE_FORMULA = regex(r"([^$`\\=]*)\$([^$]*=[^$]*)\$([^$`\\=]+)")
_SHOWN = r"(?:\\(?:text|mathrm|mbox)\s*\{\s*)?"
_LEFT_SIDE = regex(rf"\s*{_SHOWN}(?:LHS|L\.H\.S\.|左边)[\s}}]*(?=[\s&]*=)")
_RIGHT_SIDE = regex(rf"=[\s&]*{_SHOWN}(?:RHS|R\.H\.S\.|右边)[\s}}&.,]*$")
r"""The sides of what is shown: `LHS = …`, `… = \text{RHS}`."""
_RELATION = regex(r"\s*(?::?=|[@*/+^_≈])")
_WORD = regex(r"[A-Za-z][A-Za-z'’-]*")
_LONG_WORD = regex(r"(?<![\\\w])[^\W\d_]{2,}")
_SIGN = regex(r"\*|(?<![A-Za-z])-|-(?![A-Za-z])")
_FORMULA = regex(r"[=\\^_{}∂∇Σᵀ²⊙‖|+@/<>≈\[\]]|\.T\b")

_DISPLAYS = r"\\\[.*?\\\]|\\begin\{(?P<name>(?:align|equation|gather|multline|eqnarray)\w*\*?)\}.*?\\end\{(?P=name)\}"
_MATHEMATICS = regex(rf"\$\$.*?\$\$|\$[^$]+\$|\\\(.*?\\\)|{_DISPLAYS}", re.DOTALL)
_SENTENCES, _STEPS = 12, 3
"""So many words, or formulas with a few words between them, may tell how an answer was found."""


def tells_steps(text: str) -> bool:
    """Whether the text of a problem may tell the steps to its answer in words and formulas of sentences."""
    words = _LONG_WORD.findall(_MATHEMATICS.sub(" ", text))
    return len(words) >= _SENTENCES or (len(words) > _STEPS and len(_MATHEMATICS.findall(text)) >= _STEPS)


def without_prose(row: Passage, letters: Collection[str]) -> Passage:
    """The row with the words of its author made blank; the formula keeps its place.
    `letters` are the names that stand for something."""
    text = row.text
    if talks(text, letters):
        return Passage(covered(text, 0, len(text)), row.start, row.offsets)
    sentence = _ONE_FORMULA.fullmatch(text)
    if (
        sentence is not None
        and _is_told(sentence[3], letters)
        and (not sentence[1].strip() or _is_told(sentence[1], letters))
    ):
        return Passage(covered(covered(text, 0, sentence.start(2)), sentence.end(2), len(text)), row.start, row.offsets)
    for mark in (_BULLET, _OPENING):
        if (found := mark.match(text)) and found.end() < len(text):
            text = covered(text, 0, found.end())
    text = covered(text, 0, _talk_before(text, letters))
    text = covered(text, len(text.rstrip(": ")), len(text))  # `setting $… = 0$:`
    comment = _COMMENT.search(text)
    if comment is not None:
        text = covered(text, comment.start(), len(text))
    bracket = re.search(r"\s[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]\s*\.?\s*$", text)
    if bracket is not None and _is_remark(bracket[1], letters):
        text = covered(text, bracket.start(), len(text))
    return row if text == row.text else Passage(text, row.start, row.offsets)


def with_sides(rows: Iterable[tuple[int, Passage]]) -> Iterator[tuple[int, Passage]]:
    """The rows with the left side of the last statement for `LHS`, and without `= RHS`; a first row that begins with
    `LHS` goes on from what is asked for."""
    left = ""
    for number, row in rows:
        row = row.replaced([(*one.span(), "") for one in _RIGHT_SIDE.finditer(row.text)])
        row = row.replaced([(*one.span(), left) for one in (_LEFT_SIDE.match(row.text),) if one])
        before, equal, _ = BOUNDS.sub(blank, row.text).partition("=")
        left = row.text[: len(before)] if equal and before.strip(" &") else left
        yield number, row


def _is_told(words: str, letters: Collection[str]) -> bool:
    """Whether these words round a formula only say that it holds: `Thus`, `is the unique minimizer.`"""
    rest = _WORD.sub(" ", words)
    doubted = said(r"\b<doubt>\b").search(words) is not None
    return not doubted and not rest.strip(" .,:;!\n") and all(is_word(word, letters) for word in _WORD.findall(words))


def talks(text: str, letters: Collection[str]) -> bool:
    """Whether a row is a sentence: words alone, with formulas only between dollars."""
    rest = _MATH.sub(lambda found: found[0] if "=" in found[0] else " ", text)
    if _FORMULA.search(rest) or not rest.strip():
        return False
    words = _WORD.findall(rest)
    return _are_words(words, letters) and sum(map(len, words)) >= 0.6 * len(re.sub(r"[\s\d.,:;!?*]", "", rest))


def only_words(text: str, variables: Collection[str]) -> bool:
    """Whether a text is no formula at all: `idk`, `no idea how`.
    A lone unknown letter is one, and so is `XQw` where X and w are known."""
    if _FORMULA.search(text) or _SIGN.search(text):
        return False
    runs = re.findall(r"[A-Za-z]+", text)
    words = [run for run in runs if is_word(run, variables) or _is_unknown(run, variables)]
    return any(len(word) > 2 for word in words) and sum(map(len, words)) >= 0.6 * sum(map(len, runs))


def _is_unknown(run: str, variables: Collection[str]) -> bool:
    """Whether a run of letters is hardly a product of variables, nor a name that means something."""
    if run in FUNCTIONS or run in GREEK or run in variables or not run[1:].islower():
        return False
    return len(run) > 2 and 2 * sum(letter in variables for letter in run) < len(run)


def _are_words(words: list[str], letters: Collection[str]) -> bool:
    """Whether these runs of letters are English: each a word, one of them of some length."""
    return bool(words) and all(is_word(word, letters) for word in words) and any(len(word) > 3 for word in words)


def _talk_before(text: str, letters: Collection[str]) -> int:
    """Where the formula begins behind an opening such as `Taking differentials: ` or `So the gradient is `."""
    at, ends, words = 0, [0], [""]
    while match := _PIECE.match(text, at):
        word, at = match[1], match.end()
        if word is not None and not is_word(word, letters):
            if len(word) > 1:
                break
            continue  # a letter between words: `Putting r back gives`
        if word is not None or match[2]:
            words.append(word or "")
            ends.append(at)
    if _RELATION.match(text, ends[-1]):  # the last word is a name: `grad = …`
        del words[-1], ends[-1]
    leads = any(len(word) > 3 for word in words) or any(said("<then>").fullmatch(word) for word in words if word)
    long = leads and words[1].lower() not in ("where", "with", "let", "for", "here")
    return ends[-1] if ends and long and ends[-1] < len(text) else 0


def _is_remark(inside: str, letters: Collection[str]) -> bool:
    """`since A = A^T`, `chain rule`: a bracket that begins with words and is no factor."""
    words = _WORD.findall(_MATH.sub(" ", inside))
    first = re.match(r"\s*([A-Za-z]+)", inside)
    return (
        first is not None
        and is_word(first[1], letters)
        and any(len(word) > 3 and is_word(word, letters) for word in words)
    )

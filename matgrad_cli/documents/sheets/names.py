"""Which runs of letters are English, and which stand for something;
the names of a formula as tokens, each with what stands below it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ...diagnostics import MatgradError, Source
from ...diagnostics.regex import regex
from ...notation.latex.commands import read_command
from ...notation.latex.lexer import Lexer
from ...notation.latex.names import FUNCTIONS, GREEK, VARIANTS, LatexNames
from ...notation.latex.tokens import Token

_SMALL = "a an as at be by if in is it its of on or so to we us with the and for let now get has are can our this that"
SMALL = frozenset(_SMALL.split())


def is_word(word: str, letters: Collection[str] = ()) -> bool:
    """Whether a run of letters is a word of a sentence; `letters` are the names that stand for something."""
    if word in FUNCTIONS or word in GREEK or word in VARIANTS or word in letters:
        return False
    if word.lower() in SMALL or word == "I":
        return True
    spelled = re.fullmatch(r"[A-Z]?[a-z]+(?:['’-][A-Za-z]?[a-z]+)*", word) and re.search(r"[aeiouy]", word.lower())
    return len(word) > 2 and spelled is not None and not (letters and all(letter in letters for letter in word))


def squeezed(text: str) -> str:
    """The text without blanks, styles and brackets of groups."""
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|left|right)(?![A-Za-z])|[\s{}.,;]", "", text)


_IDENTITY = regex(r"(?:\\[a-z]+(?![a-z])|(?<![\\a-z])[a-z](?![a-z])|\d+|[/.()]|\^-?|_\w)*I(?:_\w)?")
"""`2I`, `\\sigma^2 I_n`: what a given matrix is where this is said of it."""


def is_identity(text: str) -> bool:
    """Whether a value is a multiple of the identity."""
    return _IDENTITY.fullmatch(squeezed(text)) is not None


def index_behind(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """The tokens of the subscript behind a name."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != "_":
        return ()
    if tokens[at + 2].text != "{":
        return tokens[at + 1 : at + 3]
    end = next((place for place in range(at + 2, len(tokens)) if tokens[place].text == "}"), len(tokens) - 1)
    return tokens[at + 1 : end + 1]


def labelled_names(tokens: Sequence[Token]) -> Iterable[str]:
    """The names of a text, with the labels that belong to them: `W_1`, `S_B`; an index does not."""
    for at, token in enumerate(tokens):
        if token.kind == "name":
            label = label_of(index_behind(tokens, at))
            yield f"{token.text}_{label}" if label else token.text


def label_of(below: Sequence[Token]) -> str:
    """The label that a subscript is: a number, a capital, a word; an index is none."""
    parts = [part.text for part in below if part.kind in ("name", "word", "number")]
    return (
        parts[0] if len(parts) == 1 and (not parts[0].isalpha() or parts[0][0].isupper() or len(parts[0]) > 1) else ""
    )


def tokens_of(text: str, names: LatexNames) -> list[Token]:
    """The tokens of a formula; none where it cannot be read."""
    try:
        return Lexer(text, names, Source("loss", text), read_command).run()[:-1]
    except MatgradError:
        return []


_SMOOTH = regex(
    r"(?<![A-Za-z\\])([A-Z])[\s$]*-[\s$]*(?:smooth|Lipschitz)"
    r"|\b(?:smooth\w*|Lipschitz)\b[^.$\n]{0,30}?\s\$?([A-Z])(?![A-Za-z\s]*\()"
)


def smoothness(prose: str) -> frozenset[str]:
    """The constants of smoothness: the L of `L-smooth` and `Lipschitz constant L`, which is no loss."""
    return frozenset(match[1] or match[2] for match in _SMOOTH.finditer(prose))

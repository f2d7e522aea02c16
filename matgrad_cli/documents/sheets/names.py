"""Which runs of letters are English, and which stand for something; the names of a formula as tokens, each with what stands below it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from ...diagnostics import MatgradError, Source, Span
from ...diagnostics.regex import regex
from ...notation.latex.commands import read_command
from ...notation.latex.lexer import Lexer
from ...notation.latex.lines import whole
from ...notation.latex.names import FUNCTIONS, GREEK, VARIANTS, LatexNames
from ...notation.latex.tokens import Token
from .outline import Stated

SMALL = frozenset(
    "a an as at be by if in is it its of on or so to we us with the and for let now get has are can our this that".split()  # noqa: SIM905
)


def is_word(word: str, letters: Collection[str] = ()) -> bool:
    """Whether a run of letters is a word of a sentence; `letters` are the names that stand for something."""
    if word in FUNCTIONS or word in GREEK or word in VARIANTS or word in letters:
        return False
    if word.lower() in SMALL or word == "I":
        return True
    if len(word) < 3 or not re.fullmatch(r"[A-Z]?[a-z]+(?:['’-][A-Za-z]?[a-z]+)*", word) or not re.search(r"[aeiouy]", word.lower()):
        return False
    return not letters or not all(letter in letters for letter in word)


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
    return parts[0] if len(parts) == 1 and (not parts[0].isalpha() or parts[0][0].isupper() or len(parts[0]) > 1) else ""


def tokens_of(text: str, names: LatexNames) -> list[Token]:
    """The tokens of a formula; none where it cannot be read."""
    try:
        return Lexer(text, names, Source("loss", text), read_command).run()[:-1]
    except MatgradError:
        return []


# ---- a loss with what its names stand for put in: `\lVert e\rVert^2` of a document that says what e is


LONGEST = 3_000


def written_out(text: str, definitions: Mapping[str, Stated], names: LatexNames, never: Collection[str], sized: Collection[str]) -> str:
    """The text with every name that is defined replaced by what it stands for; `sized` are the names whose sizes are told."""
    own = squeezed(text)
    definitions = {  # a model `y = Φθ` of the data y in `y - Φθ` is no definition of y
        name: stated for name, stated in definitions.items() if squeezed(stated.sides[0]) not in own
    }
    for _ in range(8):
        changed = _once(text, definitions, names, never, sized)
        if changed == text or len(changed) > LONGEST:
            return text
        text = changed
    return text


def _once(text: str, definitions: Mapping[str, Stated], names: LatexNames, never: Collection[str], sized: Collection[str]) -> str:
    tokens = tokens_of(text, names)
    parts, last = [], 0
    for at, token in enumerate(tokens):
        below = index_behind(tokens, at) if token.kind == "name" else ()
        label = label_of(below)
        stated = definitions.get(f"{token.text}_{label}" if label else token.text) if token.kind == "name" else None
        inside = at > 0 and (tokens[at - 1].text == "_" or (at > 1 and tokens[at - 1].text == "{" and tokens[at - 2].text == "_"))
        if stated is None or inside or token.start < last or token.text in never or (token.text in sized and stated.arguments):
            continue
        value = _value(stated, below, names)
        if value is None:
            continue
        own = whole(text, Span(token.start, below[-1].end if below and (stated.letters or label) else token.end))
        parts += [text[last : own.start], value]
        last = own.end
    return "".join([*parts, text[last:]])


def _value(stated: Stated, below: Sequence[Token], names: LatexNames) -> str | None:
    """What stands for a name, its letters renamed to those with which it is called."""
    side = stated.sides[0].strip().rstrip(".,;")
    tokens = tokens_of(side, names)
    inner = [part for part in tokens if part.kind == "name"]
    if stated.name in labelled_names(tokens) or not inner or stated.arguments:
        return None
    if not stated.letters:
        return rf"\left({side}\right)"
    called = [part.text for part in below if part.kind == "name"]
    if len(called) != len(stated.letters):
        return None
    renamed = dict(zip(stated.letters, called, strict=True))
    if any(new != old and any(part.text == new for part in inner) for old, new in renamed.items()):
        return None
    out, last = [], 0
    for part in inner:
        if part.text in renamed:
            written = side[part.start : part.end] == part.text  # unlike the ᵢ of xᵢ
            out += [side[last : part.start], renamed[part.text] if written else "_" + renamed[part.text]]
            last = part.end
    return rf"\left({''.join([*out, side[last:]])}\right)"

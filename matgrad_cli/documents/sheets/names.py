"""The names of a formula as tokens: each with the index or the label below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...diagnostics import MatgradError, Source
from ...notation.latex.commands import read_command
from ...notation.latex.lexer import Lexer
from ...notation.latex.names import LatexNames
from ...notation.latex.tokens import Token


def squeezed(text: str) -> str:
    """The text without blanks, styles and brackets of groups."""
    return re.sub(r"\\(?:mathbf|boldsymbol|bm|left|right)(?![A-Za-z])|[\s{}.,;]", "", text)


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

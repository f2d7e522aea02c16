r"""A row cut into its statements: at commas before wide spaces, at semicolons, arrows and words; without what is a mere
condition, a number of an equation or a set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from ...diagnostics import Source
from ...diagnostics.record import mutable, replace
from ...diagnostics.regex import regex
from .names import LatexNames
from .tokens import Token

LEVELS: Final = {"open": 1, "close": -1}
EQUAL: Final = frozenset(("=", ":=", "approx", "=:", "propto"))
_REST: Final = regex(r"\(?(?:const|cst|terms (?:independent|not|without|that))", re.IGNORECASE)


@mutable
class Row:
    """The tokens of a row while it is taken apart."""

    text: str
    source: Source
    names: LatexNames
    tokens: list[Token]
    notes: list[str]


@mutable
class Piece:
    """The tokens of one statement, whether words say that it defines something, and whether ⟺ stands before it."""

    tokens: list[Token]
    defining: bool = False
    worded: bool = False
    both: bool = False


def pieces_of(row: Row) -> list[Piece]:
    """The row cut at commas before wide spaces, at semicolons, arrows and words."""
    found = [Piece([])]
    level = 0
    bars: list[str] = []
    for at, token in enumerate(row.tokens):
        level += LEVELS.get(token.kind, 0)
        if token.kind == "bar":
            _count(bars, token)
        top = level <= 0 and not bars
        last = found[-1].tokens[-1] if found[-1].tokens else None
        summand = last is not None and (last.text in ("+", "-") or (last.kind == "relation" and last.text in EQUAL))
        if token.kind == "text" and top and summand and _REST.match(token.text):
            found[-1].tokens.append(Token("name", "const", token.start, token.end))
            continue
        if token.kind == "linebreak" and top:
            continue
        leads = top and token.text == "to" and _concludes(found[-1], row.tokens[at:])
        concludes = token.kind == "relation" and (leads or token.text in ("then", "iff"))
        if concludes or (top and token.kind in ("gap", "text")):
            where = token.kind == "text" and token.text.lower().split()[:1] in _DEFINING
            new = Piece([], where, token.kind == "text", token.text == "iff")
            if token.kind == "gap" and not found[-1].tokens:  # words, then a space
                new = replace(found[-1], tokens=[], both=new.both or found[-1].both)
            found.append(new)
            continue
        if top and token.kind == "operator" and token.text in (",", ";"):
            found.append(Piece([]))
            continue
        if top and token.text == ":" and _labels_equation(row, found[-1].tokens, at):
            found.append(Piece([]))
            continue
        if top and token.kind == "relation" and token.text in ("in", "forall"):
            found.append(Piece([token]))
            continue
        found[-1].tokens.append(token)
    return _joined(row, [piece for piece in found if piece.tokens])


_DEFINING: Final = (["where"], ["with"], ["let"], ["for"], ["here"])


_PART: Final = r"\{(?:[^{}=]|\{[^{}=]*\})*\}"
_OF_DERIVATIVE: Final = regex(
    rf"[\s&]*(?:\\[dt]?frac\s*(?=\{{\s*(?:\\partial|\\mathrm\s*\{{?d|d)){_PART}\s*{_PART}|\\(?:partial|nabla)[^=+:]*"
    r"|d\w+\s*/\s*d\w+)[\s&]*(?P<zero>=\s*0\s*)?"
)


def _labels_equation(row: Row, before: Sequence[Token], at: int) -> bool:
    r"""Whether the colon here stands between a derivative and the equation in which it is zero,
    `\frac{\partial L}{\partial w}: w = \sum_i \alpha_i x_i`; between a derivative and a step, dX, it is a product."""
    colon, behind = row.tokens[at], row.tokens[at + 1 :]
    told = _OF_DERIVATIVE.fullmatch(row.text[before[0].start : colon.start]) if before else None
    equals = next((number for number, one in enumerate(behind) if one.text == "="), 0)
    if told is None or not equals or any(one.text in ("d", "dot", "partial", "nabla") for one in behind):
        return False
    close = re.search(r"\S$", row.text[: colon.start]) and re.match(r"\s|\\", row.text[colon.end :])
    to_zero = equals > 1 and [one.text for one in behind[equals + 1 :] if one.text != "."] == ["0"]
    return bool(close or to_zero or told["zero"])


def _concludes(before: Piece, behind: Sequence[Token]) -> bool:
    r"""Whether an arrow leads from an equation, or the row before, to another, `Aw = 0 \to w = 0`: it is no limit."""
    ends = next((at for at, one in enumerate(behind) if one.text == "," or one.kind in ("gap", "text")), len(behind))
    parts = before.tokens, behind[1:ends]
    signs = [next((one.text for one in part if one.kind == "relation"), "") for part in parts]
    return (signs[0] == "=" or not before.tokens) and signs[1] in ("=", "<=", ">=")


def _count(bars: list[str], token: Token) -> None:
    if token.side == "open" or (token.side == "" and token.text not in bars):
        bars.append(token.text)
    elif token.text in bars:
        bars.remove(token.text)


def _joined(row: Row, pieces: list[Piece]) -> list[Piece]:
    """Without the pieces that are mere conditions (`i = 1` of `i = 1, …, n`), numbers of equations and sets."""
    found: list[Piece] = []
    for piece in pieces:
        tokens = piece.tokens
        said = piece.worded and found and not any(token.kind == "relation" for token in tokens)
        while tokens and tokens[-1].kind == "operator" and tokens[-1].text in (".", ","):
            tokens = tokens[:-1]
        if not tokens:
            continue
        if tokens[0].kind == "relation" and tokens[0].text in ("in", "forall"):
            if found and not any(token.kind == "relation" for token in found[-1].tokens):
                found.pop()  # `…, y_i ∈ {0, 1}`
            continue
        inner = tokens[1:-1] if _in_brackets(tokens) else tokens
        if found and _RUNS.fullmatch(" ".join(token.text for token in inner)):
            continue
        if found and inner is not tokens and any(token.text == "=" for token in tokens):
            tokens, piece = tokens[1:-1], replace(piece, defining=True)  # `\qquad (K = XX^\top)`
        texts = [token.text for token in tokens]
        numbered = len(tokens) == 3 and (texts[0], tokens[1].kind, texts[2]) == ("(", "number", ")")
        mere = numbered or set(texts) == {"dots"} or _is_range(tokens) or (len(tokens) == 1 and not piece.defining)
        # "Solving for b gives"
        named = piece.worded and len(tokens) == 1 and tokens[0].kind == "name" and piece is not pieces[-1]
        if said and (words := _going_on(row, found[-1].tokens, tokens)):
            found[-1].tokens = [*found[-1].tokens, *words, *tokens]
            continue
        if named or said or (found and mere):
            continue
        found.append(Piece(tokens, piece.defining, both=piece.both))
    return found


_RUNS: Final = regex(
    r"[a-z] (?:=|in \\\{) [01](?: , \d)*(?: ,)? (?:dots|\. \.(?: \.)?)(?: ,)? \w+(?: \\\})?|[01] <= [a-z] <= \w+"
)
r"""`k = 1, \dots, n`, `k \in \{1, \dots, n\}`, `1 \le k \le n`: that a letter runs through its whole range."""


def _in_brackets(tokens: Sequence[Token]) -> bool:
    """Whether one pair of brackets is round all of this."""
    levels = list(accumulate(LEVELS.get(token.kind, 0) for token in tokens))
    return tokens[0].text in ("(", "[") and levels[-1] == 0 and 0 not in levels[:-1]


_GOING_ON: Final = regex(r"\b(?:plus|minus|times|or|and|added|divided|multiplied|transposed?)\b", re.IGNORECASE)


def _going_on(row: Row, before: list[Token], tokens: list[Token]) -> list[Token]:
    """The words between two formulas that make one of them, as in `A \\text{ plus } B`:
    it cannot be read, and no half of it is dropped."""
    gap = range(before[-1].end, tokens[0].start)
    between = [token for token in row.tokens if token.start in gap and token.kind == "text"]
    return between if any(_GOING_ON.search(token.text) for token in between) else []


def _is_range(tokens: list[Token]) -> bool:
    """`i = 1`, `i = 1..n`: a small letter equal to a number."""
    alike = len(tokens) == 3 and tokens[0].kind == "name" and tokens[0].text.islower()
    return alike and tokens[1].text == "=" and tokens[2].text in ("1", "0")


def defined_names(pieces: list[Piece]) -> list[str]:
    """The names that stand alone on the left of a statement."""
    found = []
    for piece in pieces:
        first = piece.tokens[0]
        match [token.text for token in piece.tokens if token.text not in ("{", "}")]:
            case [name, "=" | ":=", _, *_] if first.kind in ("name", "word"):
                found.append(name)
            case [name, "_", number, "=" | ":=", *_] if first.kind == "name" and number.isdecimal():  # G_{2} = …
                found.append(f"{name}_{number}")
            case ["delta", "_", letter, "=" | ":=", *_] if letter.isalpha():  # names a vector, no Kronecker
                found.append("delta" if letter in "ijklmnpqrst" else f"delta_{letter}")
    return found

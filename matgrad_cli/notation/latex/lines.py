"""One row of a derivation: what it continues, its chains of equalities, its definitions, its remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Final, Literal

from ...diagnostics import Diagnostic, InputError, Source, Span
from ...diagnostics.record import mutable, record, replace
from ...diagnostics.regex import regex
from .. import syntax as s
from .cursor import CLOSERS, Cursor, partners
from .lexer import Lexer
from .names import LatexNames, open_names, whole
from .reader import GRAMMAR, whole_tree
from .tokens import Token

_LEVELS: Final = {"open": 1, "close": -1}
_EQUAL: Final = frozenset(("=", ":=", "approx", "=:", "propto"))
_SIGNS: Final = {"approx": "≈", ":=": ":=", "propto": "∝"}
_REST: Final = regex(r"\(?(?:const|cst|terms (?:independent|not|without|that))", re.IGNORECASE)
_SAID: Final = {
    "<=": "an inequality", ">=": "an inequality", "<": "an inequality", ">": "an inequality", "!=": "an inequality",
    "sim": "a distribution or an equivalence", "to": "a limit or a mapping",
}  # fmt: skip


@record
class Side:
    """One expression of a chain: its text and place, and its tree, or the message that says why it could not be read.

    `others` are further trees where a bracket is missing or stands too much: the ways in which it may have been meant.
    """

    span: Span
    text: str
    node: s.Node | None
    problem: Diagnostic | None = None
    others: tuple[s.Node, ...] = ()


@record
class Statement:
    """A chain of expressions. `leading` is the sign with which it begins, if it goes on from the line before; `both`
    says that ⟺ stands before it."""

    span: Span
    leading: str | None
    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    role: Literal["claim", "definition"] = "claim"
    both: bool = False

    @property
    def readable(self) -> bool:
        """Whether every side was read."""
        return all(side.node is not None for side in self.sides)


@record
class LatexLine:
    """The statements of one row; `notes` what was repaired or assumed."""

    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = ()


@mutable
class _Row:
    """The tokens of a row while it is taken apart."""

    text: str
    source: Source
    names: LatexNames
    tokens: list[Token]
    notes: list[str]


def split_line(text: str, source_name: str = "line", names: LatexNames | None = None) -> LatexLine:
    r"""A row as statements; nothing is raised, what could not be read is kept with its message.

    >>> [side.text for side in split_line(r"&= 2X^T y = 3 \\").statements[0].sides]
    ['2X^T y', '3']
    """
    source, scope = Source(source_name, text), names or open_names([text])
    lexer = Lexer(text, scope, source)
    try:
        tokens = lexer.run()[:-1]
    except InputError as error:
        every = Span(0, len(text))
        place = error.diagnostic.labels[0].span if error.diagnostic.labels else every
        leading = "=" if text.lstrip(" &").startswith("=") else None
        sides = (Side(every, text.strip(), None, error.diagnostic),)
        return LatexLine((Statement(place, leading, sides, ()),), tuple(lexer.notes))
    row = _Row(text, source, scope, tokens, lexer.notes)
    pieces = _pieces(row)
    row.names = scope.defining(name for name in _defined(pieces) if name not in scope.losses)
    statements = tuple(statement for piece in pieces if (statement := _statement(row, piece)))
    return LatexLine(statements, tuple(row.notes))


@mutable
class _Piece:
    """The tokens of one statement, whether words say that it defines something, and whether ⟺ stands before it."""

    tokens: list[Token]
    defining: bool = False
    worded: bool = False
    both: bool = False


def _pieces(row: _Row) -> list[_Piece]:
    """The row cut at commas before wide spaces, at semicolons, arrows and words."""
    found = [_Piece([])]
    level = 0
    bars: list[str] = []
    for at, token in enumerate(row.tokens):
        level += _LEVELS.get(token.kind, 0)
        if token.kind == "bar":
            _count(bars, token)
        top = level <= 0 and not bars
        last = found[-1].tokens[-1] if found[-1].tokens else None
        summand = last is not None and (last.text in ("+", "-") or (last.kind == "relation" and last.text in _EQUAL))
        if token.kind == "text" and top and summand and _REST.match(token.text):
            found[-1].tokens.append(Token("name", "const", token.start, token.end))
            continue
        if token.kind == "linebreak" and top:
            continue
        leads = top and token.text == "to" and _concludes(found[-1], row.tokens[at:])
        concludes = token.kind == "relation" and (leads or token.text in ("then", "iff"))
        if concludes or (top and token.kind in ("gap", "text")):
            where = token.kind == "text" and token.text.lower().split()[:1] in _DEFINING
            new = _Piece([], where, token.kind == "text", token.text == "iff")
            if token.kind == "gap" and not found[-1].tokens:  # words, then a space
                new = replace(found[-1], tokens=[], both=new.both or found[-1].both)
            found.append(new)
            continue
        if top and token.kind == "operator" and token.text in (",", ";"):
            found.append(_Piece([]))
            continue
        if top and token.text == ":" and _labels_equation(row, found[-1].tokens, at):
            found.append(_Piece([]))
            continue
        if top and token.kind == "relation" and token.text in ("in", "forall"):
            found.append(_Piece([token]))
            continue
        found[-1].tokens.append(token)
    return _joined(row, [piece for piece in found if piece.tokens])


_DEFINING: Final = (["where"], ["with"], ["let"], ["for"], ["here"])


_PART: Final = r"\{(?:[^{}=]|\{[^{}=]*\})*\}"
_OF_DERIVATIVE: Final = regex(
    rf"[\s&]*(?:\\[dt]?frac\s*(?=\{{\s*(?:\\partial|\\mathrm\s*\{{?d|d)){_PART}\s*{_PART}|\\(?:partial|nabla)[^=+:]*"
    r"|d\w+\s*/\s*d\w+)[\s&]*(?P<zero>=\s*0\s*)?"
)


def _labels_equation(row: _Row, before: Sequence[Token], at: int) -> bool:
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


def _concludes(before: _Piece, behind: Sequence[Token]) -> bool:
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


def _joined(row: _Row, pieces: list[_Piece]) -> list[_Piece]:
    """Without the pieces that are mere conditions (`i = 1` of `i = 1, …, n`), numbers of equations and sets."""
    found: list[_Piece] = []
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
        found.append(_Piece(tokens, piece.defining, both=piece.both))
    return found


_RUNS: Final = regex(
    r"[a-z] (?:=|in \\\{) [01](?: , \d)*(?: ,)? (?:dots|\. \.(?: \.)?)(?: ,)? \w+(?: \\\})?|[01] <= [a-z] <= \w+"
)
r"""`k = 1, \dots, n`, `k \in \{1, \dots, n\}`, `1 \le k \le n`: that a letter runs through its whole range."""


def _in_brackets(tokens: Sequence[Token]) -> bool:
    """Whether one pair of brackets is round all of this."""
    levels = list(accumulate(_LEVELS.get(token.kind, 0) for token in tokens))
    return tokens[0].text in ("(", "[") and levels[-1] == 0 and 0 not in levels[:-1]


_GOING_ON: Final = regex(r"\b(?:plus|minus|times|or|and|added|divided|multiplied|transposed?)\b", re.IGNORECASE)


def _going_on(row: _Row, before: list[Token], tokens: list[Token]) -> list[Token]:
    """The words between two formulas that make one of them, as in `A \\text{ plus } B`:
    it cannot be read, and no half of it is dropped."""
    gap = range(before[-1].end, tokens[0].start)
    between = [token for token in row.tokens if token.start in gap and token.kind == "text"]
    return between if any(_GOING_ON.search(token.text) for token in between) else []


def _is_range(tokens: list[Token]) -> bool:
    """`i = 1`, `i = 1..n`: a small letter equal to a number."""
    alike = len(tokens) == 3 and tokens[0].kind == "name" and tokens[0].text.islower()
    return alike and tokens[1].text == "=" and tokens[2].text in ("1", "0")


def _defined(pieces: list[_Piece]) -> list[str]:
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


def _statement(row: _Row, piece: _Piece) -> Statement | None:
    """The chain that the tokens of a piece make."""
    tokens = _without_sign(row, _mapping(piece.tokens))
    span = _span(tokens)
    chain: list[list[Token]] = [[]]
    relations: list[str] = []
    trouble: Token | None = None
    level, turned, (_, alone) = 0, False, partners(tokens)
    for at, token in enumerate(tokens):
        level += _LEVELS.get(token.kind, 0) if at not in alone else 0
        if token.kind == "relation" and level == 0 and token.text != "maps":
            turned = token.text == "=:" and not relations
            if token.text not in _EQUAL and trouble is None:
                trouble = token
            relations.append(_SIGNS.get(token.text, "=") if token.text in _EQUAL else token.text)
            chain.append([])
        else:
            chain[-1].append(token)
    leading = None
    if relations and not chain[0]:
        leading, relations, chain = relations[0], relations[1:], chain[1:]
    if relations and not chain[-1]:
        relations, chain = relations[:-1], chain[:-1]  # a row that ends in `=` goes on in the next
    if turned and len(chain) == 2 and len(chain[1]) == 1 and leading is None:  # `Ax =: z` says what z is
        relations, chain = [":="], chain[::-1]
    sides = tuple(_side(row, part, tokens, trouble) for part in chain if part or trouble)
    if not sides or (not relations and leading is None and isinstance(sides[0].node, s.Ellipsis_)):
        return None  # `⋮` between two rows claims nothing
    role: Literal["claim", "definition"] = "definition" if piece.defining or ":=" in relations else "claim"
    return Statement(span, leading, sides, tuple(relations[: len(sides) - 1]), role, piece.both)


def _without_sign(row: _Row, tokens: list[Token]) -> list[Token]:
    r"""`H = A^\top A \succeq 0` without what it says of the sign of A^T A."""
    signs = [at for at, token in enumerate(tokens) if token.kind == "relation"]
    behind = [token.text for token in tokens[signs[-1] + 1 :] if token.text != "."] if signs else []
    if not signs or _SAID.get(tokens[signs[-1]].text) != "an inequality" or behind != ["0"]:
        return tokens
    level = sum([_LEVELS.get(token.kind, 0) for token in tokens[: signs[-1]]])
    if level or all(tokens[at].text != "=" for at in signs):
        return tokens
    row.notes.append("of what sign it is, is not judged")
    return tokens[: signs[-1]]


def _mapping(tokens: list[Token]) -> list[Token]:
    r"""`Df_X: H \to …` says what `Df_X(H) = …` says."""
    for at, (sign, name, arrow) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        meant = sign.text == ":" and name.kind == "name" and arrow.text in ("to", "maps")
        if at > 1 and meant and tokens[0].text in ("D", "d"):
            brackets = Token("open", "(", sign.start, sign.end), Token("close", ")", name.end, name.end)
            equal = Token("relation", "=", arrow.start, arrow.end)
            return [*tokens[:at], brackets[0], name, brackets[1], equal, *tokens[at + 3 :]]
    return tokens


def _side(row: _Row, part: list[Token], statement: list[Token], trouble: Token | None) -> Side:
    """One side, read."""
    span = whole(row.text, _span(part or statement))
    text = row.text[span.start : span.end]
    if trouble is not None:
        message = f"{_SAID.get(trouble.text, 'this relation')} is not judged"
        error = InputError.coded("unreadable", message, row.source, Span(trouble.start, trouble.end))
        return Side(span, text, None, error.diagnostic)
    try:
        return Side(span, text, _tree(row, part, statement))
    except InputError as error:
        mended = [*_mended(row, part, statement)] if error.diagnostic.code == "syntax-error" else []
        if mended:
            row.notes.append("a bracket has no partner: of the ways to balance it one that follows is taken")
        return Side(span, text, mended[0] if mended else None, error.diagnostic, tuple(mended[1:]))


def _tree(row: _Row, part: Sequence[Token], statement: list[Token]) -> s.Node:
    end = _span(part or statement).end
    tokens = [*(replace(token) for token in part), Token("end", "", end, end)]
    return whole_tree(Cursor(tokens, row.names, row.source, GRAMMAR, notes=row.notes))


def _mended(row: _Row, part: list[Token], statement: list[Token]) -> Iterator[s.Node]:
    """The trees of a side whose brackets do not match, one for each way to balance them."""
    for tokens in balanced(part):
        with suppress(InputError):
            yield _tree(row, tokens, statement)


def _span(tokens: Sequence[Token]) -> Span:
    return Span(tokens[0].start, tokens[-1].end)


MOST_UNMATCHED: Final = 2
MOST_WAYS: Final = 40


def balanced(tokens: Sequence[Token]) -> list[list[Token]]:
    """The ways to balance the tokens; none where they are balanced, or where too much is missing."""
    ways: list[list[Token]] = [list(tokens)]
    found: list[list[Token]] = []
    for _ in range(MOST_UNMATCHED):
        next_ways = [way for tokens in ways for way in _once(tokens)][:MOST_WAYS]
        found = [way for way in next_ways if not partners(way)[1]]
        if found:
            return found
        ways = next_ways
    return []


def _once(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens with one bracket left out or put in, for the first bracket that has no partner."""
    _, alone = partners(tokens)
    if not alone:
        return
    place = alone[0]
    bracket = tokens[place]
    if bracket.text in ("{", "}", "cases", "matrix"):
        return
    yield [*tokens[:place], *tokens[place + 1 :]]
    if bracket.kind == "close":
        for other in range(place - 1, -1, -1):
            if (tokens[other].kind, tokens[other].text) == ("close", bracket.text):
                yield [*tokens[:other], *tokens[other + 1 :]]
        opening = next(text for text, close in CLOSERS.items() if close == bracket.text)
        for other in range(place - 1, -1, -1):
            if other == 0 or tokens[other - 1].kind in ("operator", "open", "function"):
                yield [
                    *tokens[:other],
                    Token("open", opening, tokens[other].start, tokens[other].start),
                    *tokens[other:],
                ]
    else:
        closing = CLOSERS[bracket.text]
        for other in range(len(tokens), place + 1, -1):
            if other == len(tokens) or tokens[other].kind in ("operator", "close"):
                end = tokens[other - 1].end
                yield [*tokens[:other], Token("close", closing, end, end), *tokens[other:]]

"""One row of a derivation: what it continues, its chains of equalities, its definitions, its remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final, Literal

from ...diagnostics import Diagnostic, InputError, Source, Span
from ...diagnostics.record import record, replace
from .. import syntax as s
from .cursor import CLOSERS, Cursor, partners
from .lexer import Lexer
from .names import LatexNames, open_names, whole
from .pieces import EQUAL, LEVELS, Piece, Row, defined_names, pieces_of
from .reader import GRAMMAR, whole_tree
from .tokens import Token

_SIGNS: Final = {"approx": "≈", ":=": ":=", "propto": "∝"}
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
    row = Row(text, source, scope, tokens, lexer.notes)
    pieces = pieces_of(row)
    row.names = scope.defining(name for name in defined_names(pieces) if name not in scope.losses)
    statements = tuple(statement for piece in pieces if (statement := _statement(row, piece)))
    return LatexLine(statements, tuple(row.notes))


def _statement(row: Row, piece: Piece) -> Statement | None:
    """The chain that the tokens of a piece make."""
    tokens = _without_sign(row, _mapping(piece.tokens))
    span = _span(tokens)
    chain: list[list[Token]] = [[]]
    relations: list[str] = []
    trouble: Token | None = None
    level, turned, (_, alone) = 0, False, partners(tokens)
    for at, token in enumerate(tokens):
        level += LEVELS.get(token.kind, 0) if at not in alone else 0
        if token.kind == "relation" and level == 0 and token.text != "maps":
            turned = token.text == "=:" and not relations
            if token.text not in EQUAL and trouble is None:
                trouble = token
            relations.append(_SIGNS.get(token.text, "=") if token.text in EQUAL else token.text)
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


def _without_sign(row: Row, tokens: list[Token]) -> list[Token]:
    r"""`H = A^\top A \succeq 0` without what it says of the sign of A^T A."""
    signs = [at for at, token in enumerate(tokens) if token.kind == "relation"]
    behind = [token.text for token in tokens[signs[-1] + 1 :] if token.text != "."] if signs else []
    if not signs or _SAID.get(tokens[signs[-1]].text) != "an inequality" or behind != ["0"]:
        return tokens
    level = sum([LEVELS.get(token.kind, 0) for token in tokens[: signs[-1]]])
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


def _side(row: Row, part: list[Token], statement: list[Token], trouble: Token | None) -> Side:
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


def _tree(row: Row, part: Sequence[Token], statement: list[Token]) -> s.Node:
    end = _span(part or statement).end
    tokens = [*(replace(token) for token in part), Token("end", "", end, end)]
    return whole_tree(Cursor(tokens, row.names, row.source, GRAMMAR, notes=row.notes))


def _mended(row: Row, part: list[Token], statement: list[Token]) -> Iterator[s.Node]:
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

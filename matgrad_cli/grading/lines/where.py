r"""An answer that names its parts: `2Zw, \text{ where } Z = X^\top X`, as our own results do, and `Z = X^\top X;
2Zw`."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from typing import Final

from ...diagnostics import MatgradError
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...documents.words import said
from ...notation import syntax as s
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function
from ...notation.latex.names import letter_name
from ...notation.names import canonical_name
from ...notation.scope import Syntax
from ...notation.stated_functions import closing
from .scope import Surroundings
from .syntax_walk import rebuilt

_NAME: Final = r"\\?(?:bar|hat|tilde|mathbf|boldsymbol)?\s*\{?\\?[^\W\d_]+\}?(?:_\w|_\{\w+\})?'*"
_DEFINES: Final = regex(rf"\s*({_NAME})\s*(?:\\coloneqq|:?=)(?!=)")
_CUT: Final = (
    r"[,;\n]|(?<![^\n])[ \t]*%[^\n]*|"
    r"\\q?quad(?![A-Za-z])|\\(?:text|mathrm|mbox)\w*\s*\{\s*[,;]?\s*(?:(?:(?-i:<where>)\b|\w+\s+\w)[^{}]*)?\}"
    r"|(?<![\w\\.])(?-i:<where>)(?![\w(])"
)
_SYMMETRIC: Final = regex(r"\s*(?P<of>[A-Za-z])\s*=\s*(?P=of)\s*(?:\^|['ᵀ])")
_ASIDE: Final = regex(rf"(?<=[\s,;}}])\(\s*{_NAME}\s*:?=(?!=)")
_UP_TO: Final = r"\s*(?:\\leq?(?:slant)?(?![a-z])|≤|<=)\s*"
_RUNS_OVER: Final = regex(
    r"(?<=[\s,;}(])\(?\s*(?:[a-z]\s*(?:=|(?:\\in|∈)\s*\\?\{)\s*[01]\s*(?:,\s*\d\s*)*,?\s*(?:\\[lc]?dots|…|\.\.\.?)"
    rf"\s*,?\s*\w+(?:\s*\\?\}})?|[01]{_UP_TO}[a-z]{_UP_TO}\w+)(?:\s*\))?(?=[\s,;.}})$]*(?:\Z|[,;.}}]))"
)
r"""`k = 1, \dots, n`, `(1 \le k \le n)`: through what a letter of the answer runs."""
_CALLED: Final = regex(
    r"\s*\\?(?P<name>[^\W\d_]+(?:_(?:\w|\{\\?\w+\}))?)\s*(?:\\left)?\(\s*\\?[^\W\d_]+\s*(?:\\right)?\)"
    r"\s*(?:\\coloneqq|:?=)(?!=)"
)
"""A function that is stated with a letter of its own."""
_SAID: Final = regex(rf"(?:all\s+|every\s+|the\s+|\\forall\s*)*{_NAME}\s*(?:(?:\\in(?![a-z])|∈).*|is\b.*)?", re.DOTALL)
r"""What is said of a name and makes no formula: `for all w`, `X \in R^{m \times n}`."""
_BLANK: Final = regex(r"(?:\s|\\[,;:! ]|[.&$])*")
_WHERE: Final = regex(
    r"(?:\\text\w*\s*\{[\s,]*)?(?<![.\w])where\b(?!\()|\\text\w*\s*\{\s*(?:using|because|since|as|by)\b"
)
_MOST: Final = 8
"""So many names are put in; each may hold the one before it twice."""


@record
class Parted:
    """Where the answer stands in a text, and for each part that it names: the name, and where its value stands."""

    start: int
    end: int
    parts: tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=16)
def parted(text: str) -> Parted | None:
    """The text as an answer and its parts; None where it is not one formula among definitions."""
    if not _has_pieces(text):
        return None
    pieces = [piece for at, piece in enumerate(pieces_of(text)) if not _is_said(text, piece, at == 0)]
    found = [(piece, _DEFINES.match(text[piece[0] : piece[1]])) for piece in pieces]
    plain = [piece for piece, defines in found if defines is None]
    if not 1 <= len(pieces) <= _MOST + 1 or len(plain) > 1:
        return None
    if not plain:  # `g = 2Zw, Z = XᵀX`: what no other piece uses
        names = [set(re.findall(r"[^\W\d_]+", defines[1])) for _, defines in found if defines is not None]
        found_unused = (
            _unused(names, [set(re.findall(run, text[start:end])) for start, end in pieces]) for run in _RUNS
        )
        plain = [pieces[next((unused[0] for unused in found_unused if len(unused) == 1), 0)]]
    parts = tuple(
        (defines[1], piece[0] + defines.end(), piece[1]) for piece, defines in found if defines and piece != plain[0]
    )
    return Parted(*plain[0], parts)


def _has_pieces(text: str) -> bool:
    """Whether something may stand apart in a text: most answers are one formula."""
    return said(_CUT).search(text) is not None or any(one.search(text) is not None for one in (_ASIDE, _RUNS_OVER))


def _is_said(text: str, piece: tuple[int, int], first: bool) -> bool:
    """Whether a piece is no formula: said of a name, or a function that another piece calls."""
    own, rest = text[slice(*piece)], text[: piece[0]] + " " + text[piece[1] :]
    called = _CALLED.match(own)
    if called is not None and re.search(rf"(?<![^\W\d_]){re.escape(called['name'])}\s*(?:\\left)?\(", rest):
        return True
    return not first and _SAID.fullmatch(own.strip(" .$")) is not None


def given_anew(text: str, around: Surroundings, understood: Callable[[], Container[str]]) -> str | None:
    """What an answer says of a name that the problem, or mathematics, has given its meaning:
    `2Ax, A = (A+A^T)/2`, `\\sigma = \\tanh`.

    What it says of the functions that are `understood` was heard.
    """
    if not _has_pieces(text):
        return None
    main, pieces = answer_in(text), pieces_of(text)
    defined = (_DEFINES.match(text, start, end) for start, end in pieces)
    beside = {match[1] for match in defined if match is not None}
    for start, end in pieces:
        found = None if start <= main[0] < end else _DEFINES.match(text[start:end])
        if found is None or (around.task.asks != "gradient" and found[1] == around.task.problem.wrt.name):
            continue
        name = letter_name(found[1].lstrip("\\"))
        value = around.value(name)
        if _SYMMETRIC.match(text, start) and value is not None and around.task.problem.knows(value, "symmetric"):
            continue
        if (
            name == "sigma"
            or canonical_function(name) in FUNCTION_NAMES
            or _given(name, around, text[start + found.end() : end], beside)
        ) and name not in understood():
            return text[start:end].strip(" .$")
    return None


def _given(name: str, around: Surroundings, value: str, beside: Container[str] = ()) -> bool:
    """Whether a name has a meaning that an answer must not change; a multiplier is whatever the answer says that it is,
    and the letter of a size may stand for an array, made of what is given or defined `beside` it."""
    letters = re.findall(r"[A-Za-z]", value)
    if not around.valued(name) and any(around.valued(letter) or letter in beside for letter in letters):
        return False
    multipliers = around.task.unknowns[1:] if around.task.constraints else ()
    return around.known(name) and all(canonical_name(name) != canonical_name(symbol.name) for symbol in multipliers)


_RUNS: Final = (r"[^\W\d_]+", r"(?<=\\)[A-Za-z]+|[^\W\d_]")
"""A run of letters is one name, or each letter is one: the r of `X^Tr`."""


def _unused(names: list[set[str]], words: list[set[str]]) -> list[int]:
    """Which names stand in no other piece."""
    return [
        at
        for at, name in enumerate(names)
        if not any(name <= words[other] for other in range(len(words)) if other != at)
    ]


@lru_cache(maxsize=16)
def answer_in(text: str) -> tuple[int, int]:
    """Where the answer itself stands in a text that may name its parts, or say something behind `where`."""
    found = parted(text)
    if found is not None:
        return found.start, found.end
    where = _WHERE.search(text)
    bare = text[: where.start()] if where is not None else text.rstrip()
    return 0, len(bare.removesuffix("\\\\"))


def pieces_of(text: str) -> list[tuple[int, int]]:
    """What stands between commas, wide spaces and words outside of brackets, and an aside `(Z = XᵀX)`."""
    level, start, at, found = 0, 0, 0, list[tuple[int, int]]()
    closed, cuts = -1, said(_CUT)
    while at < len(text):
        if text[at] == "\\" and not text[at + 1 : at + 2].isalpha():
            at += 2
            continue
        cut = _RUNS_OVER.match(text, at) or cuts.match(text, at) if level == 0 else None
        if cut is None and level == 0 and _ASIDE.match(text, at):
            cut, closed = re.compile(r"\(").match(text, at), (closing(text, at) or len(text) + 1) - 1
        if cut is not None or at == closed:
            found.append((start, at))
            at = start = cut.end() if cut is not None else at + 1
            continue
        level += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[at], 0)
        at += 1
    found.append((start, len(text)))
    begun = [
        (_BLANK.match(text, start, end), end) for start, end in found if _BLANK.fullmatch(text, start, end) is None
    ]
    return [(blank.end() if blank is not None else 0, end) for blank, end in begun]


def sides_between(text: str, begin: int, end: int) -> list[int]:
    """Where the sides of an equality begin, outside of brackets: not at the one in `\\sum_{i=1}`."""
    level, starts = 0, [begin]
    for at in range(begin, end) if "=" in text[begin:end] else ():
        character = text[at]
        level += text.startswith("\\begin", at) - text.startswith("\\end", at)
        level += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(character, 0)
        if character == "=" and level <= 0 and text[at + 1 : end].strip():
            starts.append(at + 1)
    return starts


def with_parts(text: str, around: Surroundings, language: Syntax, vectors: bool = False) -> s.Node | None:
    """The answer with the names in it replaced by what they are said to stand for, those with a letter by an array of
    numbers, or, `vectors`, by one for each letter; None where the text is nothing of the kind."""
    found = parted(text)
    try:
        return _put_in(text, found, around, language, vectors) if found is not None else None
    except MatgradError:
        return None


def _put_in(text: str, found: Parted, around: Surroundings, language: Syntax, vectors: bool) -> s.Node | None:
    equal = sides_between(text, found.start, found.end)[-1]
    if not found.parts or len({name for name, *_ in found.parts}) < len(found.parts):
        return None
    begun = {name: text.index(name) for name, *_ in found.parts}
    heads = [s.ungrouped(_read(text, at, at + len(name), around, language, ())) for name, at in begun.items()]
    names = [s.ungrouped(head.body) if isinstance(head, s.Subscript) else head for head in heads]
    spelled = zip(names, (text[start:end] for _, start, end in found.parts), strict=True)
    new = tuple(
        one.name for one, value in spelled if isinstance(one, s.Name) and not _given(one.name, around, value, begun)
    )
    if len(new) < len(heads):
        return None
    told_of = {
        name: (head, _read(text, start, end, around, language, new))
        for name, head, (_, start, end) in zip(new, heads, found.parts, strict=True)
    }
    lettered = {name for name, (head, _) in told_of.items() if vectors and isinstance(head, s.Subscript)}
    values = {name: _entrywise(head, value) for name, (head, value) in told_of.items() if name not in lettered}
    node = _read(text, equal, found.end, around, language, new)

    def told(part: s.Node) -> s.Node:
        if lettered and (at_letter := _at_letter(part, told_of)) is not None:
            return s.Group(part.span, at_letter)
        value = values.get(part.name) if isinstance(part, s.Name) else None
        return part if value is None else s.Group(part.span, value)

    for _ in told_of:  # a value may hold names that are explained before or after it
        node = rebuilt(node, told)
    return node


def _at_letter(part: s.Node, told_of: Mapping[str, tuple[s.Node, s.Node]]) -> s.Node | None:
    """The vector that a name with a letter stands for: softmax(Wᵀx_j) of p_j where p_i = softmax(Wᵀx_i)."""
    body = s.ungrouped(part.body) if isinstance(part, s.Subscript) else None
    head, value = told_of.get(body.name, (None, None)) if isinstance(body, s.Name) else (None, None)
    if not isinstance(part, s.Subscript) or not isinstance(head, s.Subscript) or value is None:
        return None
    letters = [getattr(s.ungrouped(index), "name", None) for index in head.indices]
    at = dict(zip(letters, part.indices, strict=False))
    return rebuilt(value, lambda one: at.get(one.name, one) if isinstance(one, s.Name) else one)


def _entrywise(head: s.Node, value: s.Node) -> s.Node:
    """The array of which a part tells an entry: p of `p_i = …`."""
    letters = [s.ungrouped(index) for index in head.indices] if isinstance(head, s.Subscript) else []
    if not 1 <= len(letters) <= 2:
        return value
    row, col = (letter if isinstance(letter, s.Name) else None for letter in (*letters, None)[:2])
    if row is not None and col is not None and row.name == col.name:  # S_ii
        return s.Apply(value.span, "diag", (s.EntriesOf(value.span, (row, None), (None, None), value),))
    return s.EntriesOf(value.span, (row, col), (None, None), value)


def _read(text: str, start: int, end: int, around: Surroundings, language: Syntax, new: tuple[str, ...]) -> s.Node:
    return read_piece(text[start:end].rstrip(" \n.&$\\"), start, around, language, new)


def read_piece(
    piece: str,
    start: int,
    around: Surroundings,
    language: Syntax,
    new: tuple[str, ...] = (),
    fixed: frozenset[str] = frozenset(),
) -> s.Node:
    """The tree of a piece of a text that begins at a place of it; `new` are names that it may use besides those that
    are known, `fixed` the letters of the entry that a left side names."""
    if language == "latex":
        from ...notation.latex.reader import read_latex

        return read_latex(piece, names=around.names().defining(new), offset=start, fixed=fixed).node
    from ...notation.dialects import parsed

    return parsed(" " * start + piece, language)

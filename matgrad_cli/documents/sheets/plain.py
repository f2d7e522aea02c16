"""Formulas that stand without delimiters in lines of plain text:
runs of signs and names that hold a sign of equality."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.stated_functions import closing
from .names import is_word
from .sheet import Sheet

_CODE = regex(
    r"@|\.T\b|\baxis=|\bnp\.|torch\.|\*\*|==|^\s*(?:def|import|from|return|print|for|if|assert)\b.*[:(]|\+="
    r"|#include|;\s*$"
)
_DERIVATIVE = regex(r"^[ \t]*d\w*[ \t]*/[ \t]*d\w+[ \t]*=", re.MULTILINE)
"""No line of a program begins so: what is written as in NumPy beside it is mathematics."""
_FORMULA = regex(r"^[ \t]*\w+(?:[ \t]*/[ \t]*\w+)?[ \t]*=(?![^\n]*(?:[;#=]|axis|random|torch|keepdims|\[))")
_ARRAY = "[A-Zac-kp-z]"
"""A letter that is no size."""
_NUMPY = (
    (regex(r"\.T\b"), "ᵀ "),
    (regex(r"\bnp\.(?:linalg\.)?"), ""),
    (regex(r"\*\*(?=\d\b|\()"), "^ "),
    (regex(r",\s*['\"](?:fro|nuc)['\"]"), ""),
    (regex(r"@"), " "),
    (regex(r"\blam\b"), "λ"),
    (regex(rf"(?:(?<={_ARRAY}|[ᵀ)])|(?<=(?:{_ARRAY}|[ᵀ)]) ))\*(?!\*)(?= *(?:{_ARRAY}(?![a-z])|\(|exp|log))"), "∘"),
)
"""Signs of NumPy in other letters; one of them, or blanks, stands in each place."""
_SIGN = regex(r"[\\∂∇Σᵀ‖]")
_HEAD = regex(r"^(?:From|To|Subject|Date|Cc|Re):\s", re.IGNORECASE)
_RELATION = regex(r"(?<![<>!:=])=(?!=)|:=|≈")
_TOKEN = regex(r"\S+")
_EDGE = regex(r"^(?:[\s,;:.!?•▪*–—]|-(?=[\s-]))+(?=[^\s])|(?:[\s,;:.!?]|\*\*)+$")
_ENDS = regex(r"(?:[;?!]|(?<!\.\.)\.|^\d+:)$")
"""A token that ends a formula; behind a number a colon is no product: `grad f = 0: X^T X w = X^T y`."""
_NUMBERED = regex(r"\s*(?:\(?(?:[ivx]{1,4}|\d{1,2}|[a-h])\)|\d{1,2}[.)])(?=\s)\s*")
_NAMED = regex(
    r"\s*(?:(?:[Aa]nd|[Ss]o|[Tt]hus|[Hh]ence|[Tt]hen) )?(?:[Tt]he )?(?:[Gg]radient|[Hh]essian)(?: of \w)?"
    r"(?::| is:?) ([^$:]*[^$:.\s])[.\s]*$"
)
"""`Hessian: 2 A`, a claim without a sign of equality."""
_WORD = regex(r"[A-Za-z][A-Za-z'’-]*")


_SECOND = regex(r"(?<![\w\\}])d(?:\^2|²|2) ?(?P<of>[A-Za-z]) ?/ ?d(?P<by>[A-Za-z])(?:\^2|²|2)(?![\w^])")
"""`d^2L/dw^2`, in which no power of w stands."""
_HAT = regex(r"(?<![A-Za-z\\])([A-Za-z])_?hat(?![a-z])")
_COUNTED = regex(r"(?:(?<![A-Za-z\\_.])|(?<=(?<![A-Za-z\\_.])d))([A-Za-z])(\d)(?![\d.A-Za-z])")


def spelled(row: str) -> str:
    """A row with names as mathematics has them, every sign in its place: `grad L`, `d/dw L`, `sigma(x)`,
    `Yhat`, `W1`."""
    if _CODE.search(row) and not _SIGN.search(row):
        for sign, letters in _NUMPY:
            row = sign.sub(lambda match, letters=letters: letters.ljust(len(match[0])), row)  # type: ignore[misc]
    row = re.sub(r"(?<![\w\\}])d/d(?=[A-Za-z])", "∂/∂", row)
    row = _SECOND.sub(lambda match: rf"∇²_{{{match['by']}}}{match['of']}".ljust(len(match[0])), row)
    row = re.sub(r"\bgrad(?=[\s_(])", "∇   ", row)
    row = re.sub(r"(?<![\\\w])sigma(?=\()", "    σ", row)
    row = re.sub(r"(?<![\\\w])ell(?![A-Za-z])", "  ℓ", row)
    row = re.sub(r"(?<=[A-Za-z)])'", "ᵀ", row) if "inv(" in row else row  # `inv(X'X)`, no text in quotes
    row = _HAT.sub(_hatted, row)
    return row if "\\" in row else _COUNTED.sub(lambda match: match[1] + chr(0x2080 + int(match[2])), row)


def _hatted(match: re.Match[str]) -> str:
    letter = unicodedata.normalize("NFC", f"{match[1]}\u0302")
    return "{" + letter.rjust(len(match[0]) - 2) + "}" if len(letter) == 1 else match[0]


def with_pairs_below(sheet: Sheet) -> Sheet:
    """The document with `x_{ij}` for the `x_ij` of plain text, where both letters stand below alone too: `sum_j x_ij
    w_j`."""
    bare = [formula.passage.text for formula in sheet.formulas if "\\" not in formula.passage.text]
    alone = {letter for text in bare for letter in _BELOW.findall(text)}
    formulas = list(sheet.formulas)
    for at, formula in enumerate(formulas if alone else ()):
        found = _PAIR.finditer(formula.passage.text) if "\\" not in formula.passage.text else ()
        pairs = [(*pair.span("pair"), f"{{{pair['pair']}}}") for pair in found if alone.issuperset(pair["pair"])]
        formulas[at] = replace(formula, passage=formula.passage.replaced(pairs))
    return replace(sheet, formulas=tuple(formulas))


_BELOW = regex(r"_([a-z])(?![A-Za-z])")
_PAIR = regex(r"(?<=[A-Za-z]_)(?!in(?![a-z]))(?P<pair>[a-z]{2})(?![A-Za-z])")


def plain_formulas(text: str, indented_code: bool) -> Iterator[tuple[int, int]]:
    """Where formulas stand, as spans of the text. `indented_code`: four blanks at the beginning of a paragraph make it
    code, as in Markdown."""
    position = 0
    code, begins, mathematics = False, True, _DERIVATIVE.search(text) is not None
    for line in text.splitlines(keepends=True):
        if not line.strip():
            code, begins = False, True
            position += len(line)
            continue
        code = code or (indented_code and begins and re.match(r" {4}|\t", line) is not None and not _SIGN.search(line))
        begins = False
        if _CODE.search(line) and not _SIGN.search(line) and not (mathematics and _FORMULA.match(line)):
            code = True
        elif not code and not _HEAD.match(line):
            yield from _of_line(line.rstrip("\n"), position)
        position += len(line)


def is_plain_text(block: str) -> bool:
    """Whether what stands in a block is mathematics and no code: it has signs that no code has, and no line of code."""
    return _SIGN.search(block) is not None and not any(
        _CODE.search(line) and not _SIGN.search(line) for line in block.splitlines()
    )


def _of_line(line: str, position: int) -> Iterator[tuple[int, int]]:
    if not _RELATION.search(line):
        if re.match(r"\s*\S+\s*(?:←|\\leftarrow|\\gets)\s*\S", line):  # an update, from which the next line may go on
            yield position + len(line) - len(line.lstrip()), position + len(line.rstrip())
        elif (named := _NAMED.match(line)) is not None and not any(talks(token) for token in named[1].split()):
            yield position + named.start(1), position + named.end(1)
        return
    numbered = _NUMBERED.match(line)
    start: int | None = None
    end = numbered.end() if numbered else 0
    tokens = [*_TOKEN.finditer(line, end), None]
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token is not None and not (talks(token[0]) and not _is_letter(token[0], after)):
            start = token.start() if start is None else start
            end = token.end()
            if not _ENDS.search(token[0]):
                continue
        if start is not None:
            said = re.search(r"\s(?:I|a)$", line[start:end]) if token is not None else None  # `… I obtain`
            yield from _trimmed(line, start, start + said.start() if said else end, position)
        start = None


def _is_letter(token: str, after: re.Match[str] | None) -> bool:
    """Whether an `a` is no article: `2 (a^T b) a`."""
    return token == "a" and (after is None or not talks(after[0]))


def talks(token: str) -> bool:
    """Whether a token is a word of the sentence."""
    bare = token.strip("*_`\"'“”").rstrip(",.;:?!")
    bare = bare.lstrip("(") if "(" not in bare[1:] and ")" not in bare else bare
    bare = bare.rstrip(")") if "(" not in bare else bare
    if len(bare) == 1 or bare in ("grad", "nabla") or _HAT.fullmatch(bare):
        return token == "a"
    if bare in ("w.r.t", "wrt"):
        return True
    if re.match(r"[A-HJ-Za-z]'[A-Za-z]", bare):  # x'Ax
        return False
    if "-" in bare and re.fullmatch(r"[A-Za-z]+(?:-[a-z]+)+", bare):
        return True
    return (bool(_WORD.fullmatch(bare)) and is_word(bare)) or token in ("—", "–", "-", "->", "•")


def _trimmed(line: str, start: int, end: int, position: int) -> Iterator[tuple[int, int]]:
    """The run without the signs of the sentence at its ends; nothing where no equality is left."""
    piece = line[start:end]
    while edge := _EDGE.search(piece):
        if edge.start() == 0:
            start, piece = start + edge.end(), piece[edge.end() :]
        else:
            piece = piece[: edge.start()]
    closed = closing(piece, 0)
    if piece.startswith("(") and (closed is None or (closed == len(piece) and "=" in piece)):
        start, piece = start + 1, piece[1:]
    if piece.endswith(")") and piece.count(")") > piece.count("("):
        piece = piece[:-1]
    aside = re.search(r"\s\([^()]*$", piece) if end < len(line.rstrip()) else None  # `… (sigma = logistic function)`
    piece = piece[: aside.start()].rstrip() if aside is not None else piece
    tail = re.search(r"(?<!\\),\s*\\?\w{1,3}$", piece)
    if tail is not None and piece.count("(", 0, tail.start()) == piece.count(")", 0, tail.start()):
        piece = piece[: tail.start()]
    lead = re.match(r"[^=(),]*[<>≥≤∈][^=(),]*,\s+|[A-Z]:\s+", piece)  # `T > 0, f(x) = …`, `A: f(x) = …`
    if lead is not None:
        start, piece = start + lead.end(), piece[lead.end() :]
    relation = _RELATION.search(piece)
    if relation is not None and piece[relation.end() :].strip():
        yield position + start, position + start + len(piece)

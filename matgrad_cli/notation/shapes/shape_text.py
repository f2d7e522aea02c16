"""Shapes as people write them: `X: m×n, R: n×p`, `(m,n)`, `3x3`, `x: n`, `a: scalar`; and `x_i: column of X`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NoReturn

from ...diagnostics import Diagnostic, InputError, Label, Source, Span
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...facts.conditions import CONDITIONS
from ...ir import NUMBER, ONE, Dim, Shape
from ..loss_text import STEP, plain_name
from ..names import spelled_name

_SCALAR: Final = frozenset(("scalar", "number", "1", "", "real", "float", "real number", "ℝ", "\\mathbb{r}"))
_SIZELESS: Final = frozenset(("vector", "matrix", "array", "column", "row", "real", "a", "an", "the"))
"""Words for arrays that say nothing of their sizes."""
_REAL: Final = regex(r"(?:\\mathbb\s*\{\s*R\s*\}|\\mathbb\s+R|ℝ|R)\s*\^\s*(?:\{(?P<braced>[^{}]*)\}|(?P<bare>\w+))\Z")
_DRESSED: Final = regex(
    r"(?:(?:an?|the|real|column)\s+)*(?:vector|matrix|array)\s+of\s+(?:length|size|shape|dimension)\s+(?P<behind>.+)\Z"
    r"|(?P<before>.+?)[\s-]+(?:(?:column|real|square|dimensional)\s+)*(?:vector|matrix|array|dimensional)\Z"
)
"""`ℝ^{m×n}`, `n×d matrix`, `vector of length n`: a shape and the words around it."""
_LARGEST: Final = 10**6
_LONGEST: Final = 20_000
_LONGEST_SHAPE: Final = 100
_RAISED: Final = r"\^\{?[(\[](?:\d+|[a-z])[)\]]\}?"
_NAMED: Final = regex(
    rf"(?P<name>{STEP}"  # \Delta x
    rf"|\\[A-Za-z]+\{{\\?[^\W\d_]\w*\}}(?:_\{{\w+\}})?(?:{_RAISED})?"  # \mathbf{X}, \hat{x}_{1}
    rf"|(?<![\w\\])\\?[^\W\d_]\w*(?:_\{{\w+\}}(?:{_RAISED})?|{_RAISED})"  # X_{train}, W^{(1)}
    r"|\\(?:hat|widehat|tilde|widetilde|bar|overline|dot|check|mathbf|mathcal|boldsymbol|bm|vec) \\?[A-Za-z]+"
    r"(?:_\{?\w+\}?)?"
    r"|(?<![\w\\\u0300-\u036f])\\?[^\W\d][\w\\\u0300-\u036f]*?(?:'{1,2}|[_^]\{?[-+]\}?|\^\{?(?:\*|\\(?:star|ast)|[a-z]{2,})\}?|(?<=[\w\u0300-\u036f]))"
    r")\s*(?:[:=]|∈|\\in(?![A-Za-z]))"
)
"""A name and the sign behind it."""
_MEMBER: Final = regex(r"(?:the\s+|an?\s+)?(?:\w\S*\s+)?(row|column)s?(?:\s+\w)?\s+of\s+(\\?[A-Za-z]+)", re.IGNORECASE)


@record
class Declared:
    """A declared shape and where it was written. `column` says that a vector was declared with both its sides, n×1;
    `way` and `whole`, that the name is a `row` or a `column` of a matrix, whose shape says how long it is; `count`, how
    many matrices of this shape the name stands for."""

    name: str
    shape: Shape
    source: Source
    span: Span
    note: str = ""
    column: bool = False
    way: str = ""
    whole: str = ""
    count: Dim | None = None


def _refuse(source: Source, span: Span, message: str, help: str | None = None) -> NoReturn:
    help = help or "write shapes as `X: m×n, x: n, a: scalar`"
    raise InputError.coded("unreadable-shape", message, source, span, help=help)


def read_shapes(texts: Sequence[str]) -> dict[str, Declared]:
    """All declarations, by name; two different shapes for one name are refused."""
    found: dict[str, Declared] = {}
    for text in texts:
        source = Source("shape", text)
        if len(text) > _LONGEST:
            message = f"the text has {len(text)} characters, at most {_LONGEST} are read"
            _refuse(Source("shape", text[:60] + " …"), Span(0, 60), message)
        for declared in _declarations(source):
            if declared.way:
                continue
            known = found.get(declared.name)
            if known is not None and known.shape is not declared.shape:
                message = f"`{declared.name}` is declared twice, as {known.shape} and as {declared.shape}"
                both = [one for one in (known, declared) if one.source == source]
                labels = tuple([Label(one.span, f"{one.shape} here") for one in both])
                raise InputError(Diagnostic("conflicting-shapes", message, source, labels))
            found[declared.name] = declared
    return found


def with_products(texts: Sequence[str]) -> tuple[list[str], str]:
    """The texts with m·n for a size mn, where m and n are sizes too; and what to say of it.

    >>> with_products(["A: m×n, K: mn×mn"])
    (['A: m×n, K: m·n×m·n'], '`mn` is read as the size m·n')
    """
    known = {str(dim) for one in read_shapes(texts).values() for dim in one.shape.dims}
    joint = [size for size in sorted(known) if len(size) > 1 and size.isalpha() and known.issuperset(size)]
    of_two = re.compile(rf"(?<![\w\\])({'|'.join(joint) or '(?!)'})(?![\w:]|\s*:)")
    changed = [of_two.sub(lambda size: "·".join(size[0]), text) for text in texts]
    return changed, ", ".join(f"`{size}` is read as the size {'·'.join(size)}" for size in joint)


def read_members(texts: Sequence[str]) -> dict[str, str]:
    """Of which matrices it is declared that x_i is a `row`, or a `column`.

    >>> read_members(["X: d×n, x_i: column of X", "w_k: row of W"])
    {'X': 'column', 'W': 'row'}
    """
    found: dict[str, str] = {}
    for declared in (one for text in texts for one in _declarations(Source("shape", text)) if one.way):
        if declared.name.partition("_")[0].lower() != declared.whole.lower():
            whole = declared.name[0].upper()
            message = f"`{declared.name}` is read as a row or a column of `{whole}` alone"
            _refuse(declared.source, declared.span, message)
        if found.setdefault(declared.whole, declared.way) != declared.way:
            message = f"`{declared.name}` is declared twice, as a row and as a column of `{declared.whole}`"
            raise InputError.coded("conflicting-shapes", message, declared.source, declared.span)
    return found


def _declarations(source: Source) -> list[Declared]:
    """The text cut at the commas, semicolons and line ends that stand before a `name:`."""
    text = source.text
    names = list(_NAMED.finditer(text))
    early = text[: names[0].start() if names else len(text)].strip()
    if early:
        needed = "a name and a colon were needed" if names else "a name, a colon and a shape were needed"
        fact = not names and text.split()[-1].casefold() in CONDITIONS
        help = f'facts are assumed: `--assume "{early[:40]}"`' if fact else None
        span = Span(0, names[0].start() if names else len(text))
        _refuse(source, span, f"found `{early[:40]}` where {needed}", help)
    found = []
    for match, after in zip(names, [*names[1:], None], strict=False):
        end = after.start() if after is not None else len(text)
        body = text[match.end() : end].rstrip().rstrip(",;").rstrip()
        span = Span(match.start(), match.end() + len(body))
        name = plain_name(match["name"])
        if (member := _MEMBER.fullmatch(body.strip())) is not None:
            found.append(Declared(name, NUMBER, source, span, way=member[1].lower(), whole=plain_name(member[2])))
            continue
        body = _undressed(body.strip())
        shape, count = _shape(source, name, body, Span(match.end(), max(end, match.end() + 1)))
        note = f"`{body}` is read as the shape {shape}" if _starred(body.strip("()[]")) else ""
        sides = [side for side in _sides(body.strip("()[]")) if side]  # `n×1`, and not `n` or `(n,)`
        found.append(Declared(name, shape, source, span, note, shape.is_column and len(sides) == 2, count=count))
    return found


def _undressed(body: str) -> str:
    """A shape without the words and signs that only say that it is one."""
    found = (_REAL.match(body) or _DRESSED.match(body)) if len(body) < _LONGEST_SHAPE else None
    shape = body if found is None else next(text for text in found.groups() if text is not None)
    return body if shape.casefold() in _SCALAR | _SIZELESS else shape.replace("-by-", " by ").strip()


def _shape(source: Source, name: str, body: str, span: Span) -> tuple[Shape, Dim | None]:
    """A shape; of three sides, that of one of several matrices, and how many there are."""
    plain = body
    if plain in ("[]", "()") or plain.casefold() in _SCALAR - {""}:
        return NUMBER, None
    if len(plain) > 1 and plain[0] in "([" and plain[-1] in ")]":
        plain = plain[1:-1].strip()
    if not plain:
        _refuse(source, span, "a shape is missing after the colon")
    sides = _sides(plain)
    if len(sides) == 2 and not sides[1] and plain.endswith(","):
        sides = sides[:1]  # `(n,)` as Python writes it
    if not all(sides):
        needed = "where a size was needed on both sides of the sign"
        _refuse(source, span, f"found `{body[:40]}` with an empty side, {needed}")
    if len(sides) > 3:
        _refuse(source, span, f"`{body[:40]}` has {len(sides)} sides; an array has one or two, several matrices three")
    words = " ".join(sides).casefold().split()
    if _SIZELESS.issuperset(words):
        _refuse(source, span, f"`{body[:40]}` says nothing of the size, which is a number or a name")
    if (fact := next(filter(CONDITIONS.__contains__, words), None)) is not None:
        _refuse(source, span, f"`{fact}` is no size", f'facts are assumed: `--assume "{name} {fact}"`')
    found = [_dim(source, side, span) for side in sides]
    *more, rows, cols = found if len(found) > 1 else [*found, ONE]
    return Shape(rows, cols), more[0] if more else None


def _sides(plain: str) -> list[str]:
    """`m×n`, `m x n`, `m,n`, `m*n`, `mxn`, `3x3`: the text cut in two."""
    starred = _starred(plain)
    if starred:
        return starred
    for sign in ("×", "\\times", "✕", "⨯", ",", " by ", ";", " x ", " X "):
        if sign in plain:
            return [side.strip() for side in plain.split(sign)]
    # `mxn`, `3x3`, `2n x k`: the `x` between two sizes
    for place, char in enumerate(plain):
        if char in "xX" and 0 < place < len(plain) - 1 and (plain[place - 1].isalnum() and plain[place + 1].isalnum()):
            return [plain[:place].strip(), plain[place + 1 :].strip()]
    return plain.split() if " " in plain and "*" not in plain and "·" not in plain else [plain]


def _starred(plain: str) -> list[str]:
    """The two sides of `m*n` or `3*4`, which has no other sign; `2*n` and `m·n` are products."""
    sides = [side.strip() for side in plain.split("*")]
    if len(sides) == 2 and (all(side.isidentifier() for side in sides) or all(side.isdecimal() for side in sides)):
        return sides
    return []


def _dim(source: Source, text: str, span: Span) -> Dim:
    result = ONE
    for factor in text.replace("·", "*").replace("⋅", "*").split("*"):
        word = factor.strip()
        if word.isdecimal() and word.isascii():
            if len(word) > 7 or not 0 < int(word) <= _LARGEST:
                help = "choose a smaller size" if int(word) else "an array has at least one entry"
                _refuse(source, span, f"a size is a whole number from 1 to {_LARGEST}, not `{word[:20]}`", help)
            result = result * Dim(int(word))
            continue
        digits = len(word) - len(word.lstrip("0123456789"))
        name = spelled_name(word[digits:])
        if not name.isidentifier() or digits > 6:
            _refuse(source, span, f"`{word[:40]}` is no size; a size is a number, a name or a product such as `m*n`")
        result = result * (Dim(int(word[:digits])) if digits and int(word[:digits]) else ONE) * Dim.of(name)
    return result

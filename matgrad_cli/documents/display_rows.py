"""The rows of a display, and of a derivation that a text holds: rows that only go on, what is in their margin.
Places never move."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from .passage import Passage, blank, covered

_SPACES = r"(?:\\quad|\\qquad|\\,|\\;|\\[hv]?phantom\{[^}]*\}|\\hspace\*?\{[^}]*\}|\{\})"
_OPERATOR = r"(?:\+|\\times\b|\\cdot\b|\\odot\b|\\oplus\b|\\otimes\b)"
_SIGN = rf"(?:{_OPERATOR}|[-−])"
_MARGIN = rf"(?:{_SPACES}|[\s&])*"
_ADDED = regex(rf"{_MARGIN}{_OPERATOR}|[\s&]*\\q?quad(?![a-z])[\s&]*[-−]")
_MOVED_IN = regex(r"[\s&]*\\q?quad(?![a-z])")
_GOES_ON = regex(rf"{_MARGIN}{_SIGN}|[\s&]*(?:\\q?quad|\\hspace\*?\{{[^}}]*\}}|\\[hv]?phantom\{{[^}}]*\}})")
_LEADING = regex(rf"^{_MARGIN}")
_LEFT_OPEN = regex(rf"{_SIGN}\s*$")
_ZERO = regex(r"=\s*\{?0\}?[\s.,]*$")
BOUNDS = regex(r"[_^]\s*\{[^{}]*\}")
"""The sign of `\\sum_{k=1}` relates nothing."""
_BREAK = regex(r"\\\\\*?(?:\s*\[[^\]\n]*\])?\s*$")
RELATION = regex(
    r"[=<>≤≥≈∝→⇒⇔∼∈←]|\\(?:le|ge|leq|geq|approx|propto|to|sim|in|iff|implies|equiv|(?:Long)?(?:left|right|Left"
    r"|Right)+arrow"
    r"|Longleftrightarrow|Leftrightarrow|text|mbox|textrm|where|forall)(?![A-Za-z])"
)


def joined_rows(rows: Sequence[Passage]) -> list[tuple[int, Passage]]:
    """The rows with their numbers; a row that only goes on belongs to the row before: one without a sign of equality,
    or one that begins as no equation does, with a plus or with a minus that is moved in; behind `= 0` nothing goes on.
    A sign at the end of a row is the same one where the next row repeats it: `a - \\ - b` is a − b."""
    found: list[tuple[int, Passage]] = []
    for number, row in enumerate(rows, 1):
        before = _BREAK.sub(blank, found[-1][1].text) if found else ""
        own = BOUNDS.sub(blank, row.text) if _MOVED_IN.match(row.text) else row.text
        added = _ADDED.match(row.text) and not _ZERO.search(before)
        ended, behind = _LEFT_OPEN.search(before), _LEADING.sub(blank, row.text)
        open_ = (_GOES_ON.match(row.text) or ended) and not RELATION.search(own)
        if ended and behind.lstrip().startswith(ended[0].strip()):
            before, open_ = covered(before, *ended.span()), True
        if found and (added or open_):
            first, begun = found[-1]
            if row.offsets is None and begun.offsets is None:
                gap = " " * (row.start - begun.start - len(begun.text))
                found[-1] = first, Passage(before + gap + behind, begun.start)
            else:
                found[-1] = first, Passage(f"{before} {behind}", 0, (*begun.places, *row.places))
        else:
            found.append((number, row))
    return found


_SPACE = r"(?:\\q?quad(?![a-zA-Z])|\\[,;:! ]|~|\\hfill(?![a-zA-Z])|\\hspace\*?\{[^}]*\}|\s)*"
_NUMBER = r"\(\s*(?:\d+(?:\.\d+)*[a-z]?'*|\*+|\\star|\\ast)\s*\)"
_WORDS = r"\\(?:text|mbox|textrm|textit|textnormal|mathrm|rm|footnotesize)\s*\{[\s(,;\[]*"
_REASON = (
    rf"{_WORDS}(?:from|by|since|because|as|using|use|due|see|eqn?|equation|rule|chain|product|linearity|apply"
    rf"|applying|via|note|recall"
    r"|definition|symmetry|property)\b"
)
_RELATION = regex(r"(?<![<>!:])=|\\(?:approx|equiv|leq?|geq?|propto|coloneqq)(?![a-zA-Z])")
_CELL = regex(rf"{_SPACE}(?:{_NUMBER}[\s.,]*$|{_REASON})", re.IGNORECASE)
_END = regex(
    rf"(?:\\q?quad(?![a-zA-Z])|\\hfill(?![a-zA-Z])|\\hspace\*?\{{[^}}]*\}}|\\[cl]?dots(?![a-zA-Z])|…|\s\s|\t){_SPACE}"
    rf"(?:(?P<number>{_NUMBER})[\s.,]*$|(?P<reason>[,;]?\s*[(\[]?\s*{_REASON}))",
    re.IGNORECASE,
)


def without_margin(text: str, marks: Sequence[int] | None = None) -> str:
    r"""The row without its equation number and its reasons. `marks` are the places of its `&`;
    without them they are looked for.

    >>> without_margin(r"L &= x & (6.15)").rstrip()
    'L &= x'
    """
    marks = [match.start() for match in re.finditer(r"(?<!\\)&", text)] if marks is None else marks
    for mark in marks:
        if _RELATION.search(text, 0, mark) and _CELL.match(text, mark + 1):
            return covered(text, mark, len(text))
    for match in _END.finditer(text):
        before = text[: match.start()]
        if _RELATION.search(before) and before.count("{") == before.count("}"):
            return covered(text, match.start(), len(text))
    return text


DISPLAYS = frozenset(
    {"align", "equation", "gather", "alignat", "flalign", "multline", "eqnarray", "displaymath", "math", "dmath"}
)
INNER = frozenset({"aligned", "alignedat", "split", "gathered", "multlined"})
_ONE_ROW = ("multline", "multlined")
_DROP = regex(
    r"\\(?:label|intertext|shortintertext|tag\*?|vspace\*?)\s*\{(?:[^{}]|\{[^{}]*\})*\}"
    r"|\\(?:tiny|small|normalsize|[lL]arge|LARGE|[hH]uge|nonumber|notag|displaybreak|allowdisplaybreaks|hfill"
    r"|hline|noindent|centering)(?![A-Za-z])(?:\[\d\])?"
    r"|\(\\#eq:[^()]*\)"
)
"""What numbers rows and sets their size, also the `(\\#eq:name)` of books in Markdown."""
_BODY = regex(
    rf"[ \t]*\\begin\{{(?P<name>{'|'.join(sorted(DISPLAYS | INNER))})\*?\}}"
    r"(?P<body>.*?)\\end\{(?P=name)\*?\}[ \t]*(?=\n|\Z)"
    r"|[^\n]*\S[^\n]*",
    re.DOTALL,
)


def body_rows(body: Passage) -> Iterator[Passage]:
    """The rows of a derivation that a text holds: one a line, several where a whole display stands there."""
    for found in _BODY.finditer(body.text):
        if found["name"] is None:
            line = body.part(*found.span()).stripped()
            yield replace(line, text=without_margin(line.text))
            continue
        for row in rows_of(body.text, *found.span("body"), found["name"]):
            yield replace(body.part(row.start, row.start + len(row.text)), text=row.text)


def rows_of(text: str, start: int, end: int, name: str) -> Iterator[Passage]:
    """The rows of one display; an environment such as `aligned` inside it is opened."""
    body = _DROP.sub(blank, text[start:end])
    if name in ("alignat", "alignedat"):
        body = re.sub(r"^\s*\{\s*\d+\s*\}", blank, body)
    body, name = _opened(body, name)
    if name in _ONE_ROW:
        body = re.sub(r"\\\\\*?(?:\[[^\]\n]*\])?", blank, body)
    rows: list[list[Passage]] = []
    columns = set[int]()
    for left, right, marks in _row_cuts(body):
        nested = _NESTED.fullmatch(body, left, right)
        if nested is not None:  # an environment as a whole row
            rows += [[row] for row in rows_of(text, start + nested.start(1), start + nested.end(1), "")]
            continue
        row = without_margin(body[left:right], [mark - left for mark in marks])
        cuts = _equations(row, [mark - left for mark in marks], columns)
        for mark in marks:
            row = f"{row[: mark - left]} {row[mark - left + 1 :]}"
        row = re.sub(r":\s=", " :=", row)  # `:&=` is the sign `:=`
        rows.append([Passage(row[cut:end], start + left + cut).stripped() for cut, end in pairwise([*cuts, len(row)])])
    widest = max(map(len, rows), default=0)
    if widest > 1 and any(_RELATION.match(part.text) for row in rows for part in row):  # each column goes on in itself
        rows = [[row[at] for row in rows if at < len(row)] for at in range(widest)]
    yield from (part for row in rows for part in row if part.text)


def _equations(row: str, marks: Sequence[int], columns: set[int]) -> list[int]:
    """Where the equations of a row begin, which stand in columns of their own, `f &= a & g &= b`;
    `columns` takes in where columns begin, by the numbers of the `&`."""
    plain, cuts = BOUNDS.sub(blank, row), [0]
    for number, mark in enumerate(marks):
        left, right = plain[cuts[-1] : mark], plain[mark + 1 :]
        if not _RELATION.search(left) or _ENDS_OPEN.search(left) or left.count("(") != left.count(")"):
            continue
        if not _BEGINS_OPEN.match(right) and _RELATION.search(right):
            columns.add(number)
            cuts.append(mark)
        elif number in columns and _NEXT_COLUMN.match(right):
            cuts.append(mark)
    return cuts


_ENDS_OPEN = regex(rf"(?:{_RELATION.pattern}|{_SIGN})[\s&]*$")
_BEGINS_OPEN = regex(rf"{_MARGIN}(?:{RELATION.pattern}|{_SIGN}|$)")
_NEXT_COLUMN = regex(rf"\s*&[\s&]*(?:{_RELATION.pattern})")


_INSIDE = regex(
    rf"\\begin\{{({'|'.join(sorted(DISPLAYS | INNER))}|array|cases)\*?\}}(\[[tbc]\])?(\{{[\d@{{}}lcr|\s]+\}})?"
)
_NESTED = regex(
    rf"[\s&]*(\\begin\{{(?:{'|'.join(sorted(INNER))})\*?\}}(?:(?!\\begin|\\end)[\s\S])*\\end\{{\w+\*?\}})[\s.,;]*"
)
_RELATION_CELL = regex(r"&\s*(?::?=|\\(?:Long)?(?:[lL]eft)?[rR]ightarrow|\\iff|\\implies)|(?:=|arrow)\s*&")
_EQALIGN = regex(r"\\(?:eqalign|eqalignno|leqalignno|displaylines)\s*\{")


def _opened(body: str, name: str) -> tuple[str, str]:
    """The display without the marks of the environment inside it;
    what stands before and behind belongs to its first and last row."""
    old = _EQALIGN.search(body)
    if old is not None and (close := body.rfind("}")) > old.end():
        return covered(covered(body, old.start(), old.end()), close, close + 1), name
    inner = _INSIDE.search(body)
    if inner is None or (close := _end_of(body, inner[1], inner.end())) < 0:
        return body, name
    before, table = body[: inner.start()], body[inner.end() : close]
    system = inner[1] in ("array", "cases") and _BEFORE_SYSTEM.search(before) and _is_system(table)
    if inner[1] == "cases" and not system:
        return body, name
    if inner[1] == "array" and not system and (before.strip() or not _RELATION_CELL.search(body)):
        return body, name  # an array of entries, no rows of a derivation
    tail = body.find("}", close) + 1
    return covered(covered(body, inner.start(), inner.end()), close, tail), inner[1]


_BEFORE_SYSTEM = regex(
    r"(?:^|[⇒⇔→]|\\(?:iff|implies|(?:Long)?(?:left)?rightarrow|(?:Long)?(?:Left)?[rR]ightarrow)(?![A-Za-z]))"
    r"[\s&]*(?:\\left\s*\\\{|\\[bB]igg?l?\s*\\\{)?\s*$"
)


def _is_system(table: str) -> bool:
    """Whether each row of a table is an equation, without a condition behind it."""
    rows = [row for left, right, _ in _row_cuts(table) if (row := table[left:right]).strip()]
    whole = [row for row in rows if _RELATION.search(row) and ("&" not in row or _RELATION_CELL.search(row))]
    return len(rows) > 1 and whole == rows


def _end_of(body: str, name: str, at: int) -> int:
    """Where the environment ends that was opened before `at`; -1 if it does not."""
    depth = 1
    for match in re.compile(rf"\\(begin|end)\{{{re.escape(name)}\*?\}}").finditer(body, at):
        depth += 1 if match[1] == "begin" else -1
        if depth == 0:
            return match.start()
    return -1


_TOKEN = regex(r"\\begin\b|\\end\b|\\\\\*?(?:[ \t]*\[[^\]\n]*\])?|\\cr(?![a-zA-Z])|\\[\s\S]|[{}&]")


def _row_cuts(body: str) -> Iterator[tuple[int, int, list[int]]]:
    """Where the rows begin and end, and their `&`: at `\\\\` outside braces and inner environments."""
    depth, start = 0, 0
    marks: list[int] = []
    for match in _TOKEN.finditer(body):
        token = match[0]
        if token in ("\\begin", "{"):
            depth += 1
        elif token in ("\\end", "}"):
            depth = max(0, depth - 1)
        elif token == "&" and depth == 0:
            marks.append(match.start())
        elif (token.startswith("\\\\") or token == "\\cr") and depth == 0:
            yield start, match.start(), marks
            marks = []
            # `\\[2pt]` is a distance, `\\ [X R]_{st}` is a bracket of the next row
            whole = re.fullmatch(r"\\cr|\\\\\*?(?:\[\s*-?[\d.]+\s*[a-z\\]+\s*\])?", token)
            start = match.end() if whole else match.start() + 2
    yield start, len(body), marks

"""A document as plain text: right at any width from 40 columns, no colour, nothing that a pipe would break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..ir import Expr
from ..notation.printing.to_unicode import name_unicode, shape_unicode, to_unicode
from ..verify.verdict import Verdict
from .document import blocks
from .document.blocks import SIGNS, WORDS, Block, Document
from .rows import BLANK, Row, Span, Style, block, headline, line_rows, sentence_rows
from .view import View
from .words import cell_text, described, kind_text, label_text, letters_text, phrase_text, plain
from .wrap import SOLID, prose

INDENT = 5
_WIDEST_LABEL = 18
_LEADS = {"note": "note: ", "assuming": "assuming "}
STYLES: dict[str, Style] = {"proved": "good", "agrees": "good", "unknown": "doubt", "differs": "bad"}
"""How a verdict looks where there is colour."""


def document_rows(content: Document, view: View) -> Iterator[Row]:
    """The rows of a page, with a blank row between blocks that are not one thought."""
    before: Block | None = None
    for shown in content:
        if before is not None and not _close(before, shown, view):
            yield BLANK
        yield from _rows(shown, before, view)
        before = shown


def _close(before: Block, shown: Block, view: View) -> bool:
    """Whether a block stands right below the one before it."""
    led = isinstance(before, blocks.Sentence) and before.role == "lead"
    match shown:
        case blocks.Sentence(role=role):
            more = isinstance(before, blocks.Formula) and before.role == "more"
            told = more or isinstance(before, blocks.Sentence | blocks.Variables)
            return role not in ("lead", "finding") and told
        case blocks.Formula(role=role):
            return role == "where" or led or (role == "equation" and isinstance(before, blocks.Sentence))
        case blocks.Chain(start=None):
            return view.detail != "brief"
    return isinstance(shown, blocks.Grid) and led


def _rows(shown: Block, before: Block | None, view: View) -> Iterator[Row]:
    match shown:
        case blocks.Heading():
            yield from _heading(shown)
        case blocks.Variables(rows):
            yield from _variables(rows, view.width)
        case blocks.Numbers(given):
            said = ", ".join(one.replace(" ", SOLID) for one in given)
            yield from sentence_rows(f"in numbers: {said}", view.width, INDENT, INDENT + 12, "number")
        case blocks.Sentence():
            yield from _sentence(shown, view)
        case blocks.Formula():
            yield from _formula(shown, before, view)
        case blocks.Chain():
            yield from _chain(shown, view)
        case blocks.Cases():
            yield from _cases(shown, view)
        case blocks.Grid():
            yield from _grid(shown, view)
        case blocks.Pattern():
            yield from _pattern(shown)
        case blocks.Table():
            yield from _table(shown, view.width)
        case blocks.Columns(parts):
            for number, part in enumerate(parts):
                yield from [BLANK] if number else []
                yield from document_rows(part, view)


def _heading(shown: blocks.Heading) -> Iterator[Row]:
    title = phrase_text(shown.phrase)
    yield Row(title, ((0, len(title), "title"),))
    if shown.level > 1:
        yield Row("─" * len(title))


def _variables(rows: Iterable[blocks.Variable], width: int) -> Iterator[Row]:
    """The table of variables: name, shape, facts, and where the shape came from."""
    known = ((row.symbol, ", ".join(row.facts), row.origin) for row in rows)
    cells = [(name_unicode(symbol.name), described(symbol), *said) for symbol, *said in known]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(3)]
    for cell in cells:
        yield from _variable(cell, widths, width)


def _variable(cell: tuple[str, ...], widths: list[int], room: int) -> Iterator[Row]:
    """A row of the table of variables; a long last cell is broken inside its own column."""
    head = "".join(f"{part:<{wide}}  " for part, wide in zip(cell, widths, strict=False) if wide)
    column = INDENT + len(head)
    if column + len(cell[-1]) <= room:
        yield Row((" " * INDENT + head + cell[-1]).rstrip())
        return
    broken = prose(cell[-1], room, column if column <= room * 2 // 3 else INDENT + widths[0] + 4)
    if column <= room * 2 // 3:
        broken[0] = " " * INDENT + head + broken[0].lstrip()
    else:
        yield Row((" " * INDENT + head).rstrip())
    yield from map(Row, broken)


def _sentence(shown: blocks.Sentence, view: View) -> Iterator[Row]:
    said = phrase_text(shown.phrase)
    if shown.verdict is not None:
        verdict = verdict_text(shown.verdict, view)
        yield from headline(" " * INDENT, said, verdict, STYLES[shown.verdict.kind], view.width)
        yield from _reasons(shown, view, INDENT)
        return
    lead = _LEADS.get(shown.role, "")
    hanging = INDENT + (4 if shown.role == "legend" else len(lead))
    style: Style | None = "quiet" if shown.role in ("note", "legend") else None
    yield from sentence_rows(lead + said, view.width, INDENT, hanging, style)


def _reasons(shown: blocks.Sentence | blocks.Move, view: View, indent: int) -> Iterator[Row]:
    """Why, and what the verdict rests on."""
    reasons = [f"why: {phrase_text(shown.why)}"] if shown.why else []
    if shown.evidence and shown.verdict is not None:
        reasons.append(f"{WORDS[shown.verdict.kind]}: {shown.evidence}")
    for reason in reasons:
        yield from sentence_rows(reason, view.width, indent, indent + 5, "quiet")


def _formula(shown: blocks.Formula, before: Block | None, view: View) -> Iterator[Row]:
    left = label_text(shown.left)
    first = not (isinstance(before, blocks.Formula) and before.role == "where")
    lead = {"where": "where " if first else "      "}.get(shown.role, "")
    head = f"{' ' * INDENT}{lead}{left} = "
    if shown.role == "result":
        margin = shape_unicode(shown.right.shape) if isinstance(shown.left, Expr) else ""
        for row in line_rows(head, blocks.Line(shown.right), view, margin, needed=bool(margin)):
            yield Row(row.text, row.styles or ((0, len(row.text), "result"),))
        yield from _numbers(shown.numbers, INDENT, view)
        return
    if shown.role == "more" and len(head + to_unicode(shown.right)) > view.width:
        yield Row(head.rstrip("= "))
        head = f"{' ' * INDENT}  = "
    margin = shape_unicode(shown.right.shape) if shown.role == "equation" and view.detail != "brief" else ""
    yield from block(head, to_unicode(shown.right), view, margin=margin)
    yield from _numbers(shown.numbers, INDENT, view)


def _chain(shown: blocks.Chain, view: View) -> Iterator[Row]:
    column = INDENT
    if shown.start is not None and shown.left is not None:
        label = to_unicode(shown.left)
        column = INDENT + len(label) + 1 if len(label) <= _WIDEST_LABEL else INDENT + 4
        if len(label) > _WIDEST_LABEL:
            yield Row(" " * INDENT + label)
        head = f"{' ' * INDENT}{label} = " if len(label) <= _WIDEST_LABEL else f"{' ' * column}= "
        yield from line_rows(head, shown.start, view, _kind(shown.start, view), needed=True)
        if shown.letters:
            yield from sentence_rows(f"for each {letters_text(shown.letters)}", view.width, column + 2, style="quiet")
        yield from _numbers(shown.numbers, column, view)
    for move in shown.moves:
        yield from _move(move, column, view)


def _move(move: blocks.Move, column: int, view: View, indent: int = 0) -> Iterator[Row]:
    """One step: its sentence and verdict, what changed, the line it leads to."""
    wide = 6 if view.detail == "brief" and not indent else 3
    lead = f"{' ' * indent}{move.number:>{wide}}  " if not indent else f"{' ' * (INDENT + indent - 4)}{move.number}  "
    inside = max(len(lead), INDENT)
    if view.detail != "brief":
        yield BLANK
    verdict, style = verdict_text(move.verdict, view), STYLES[move.verdict.kind]
    yield from headline(lead, phrase_text(move.sentence), verdict, style, view.width)
    yield from _reasons(move, view, inside)
    for inner in move.inner:
        yield from _move(inner, column, view, indent + 4)
    if move.inner:
        return
    if move.change:
        yield from _change(move, inside, view)
    head = f"{' ' * column}{'' if move.line.left is None else f'{to_unicode(move.line.left)} '}= "
    yield from line_rows(head, move.line, view, _kind(move.line, view), view.detail != "brief")
    yield from _numbers(move.numbers, column, view)
    if move.letters and view.detail != "brief":
        yield from sentence_rows(f"with {letters_text(move.letters)}", view.width, column + 2, style="quiet")
    for number, name in enumerate(move.names):
        head = f"{' ' * (column + 2)}{'where ' if number == 0 else '      '}{to_unicode(name)} = "
        yield from block(head, to_unicode(name.body), view)


def _numbers(numbers: str, column: int, view: View) -> Iterator[Row]:
    """The line at the small example."""
    if numbers:
        solid = re.sub(r"\[[^]]*\]", lambda matrix: matrix.group().replace(" ", SOLID), numbers)
        for row in block(f"{' ' * column}e.g. ", solid, view):
            yield Row(row.text.replace(SOLID, " "), ((0, len(row.text), "quiet"),))


def _kind(line: blocks.Line, view: View) -> str:
    return kind_text(line.body) if view.shapes and view.detail != "brief" else ""


def verdict_text(verdict: Verdict, view: View) -> str:
    """`✓ proved`, or the sign alone on a brief page."""
    return SIGNS[verdict.kind] if view.detail == "brief" else f"{SIGNS[verdict.kind]} {WORDS[verdict.kind]}"


def _change(move: blocks.Move, indent: int, view: View) -> Iterator[Row]:
    assert move.change is not None
    old, new = (to_unicode(part) for part in move.change)
    more = f"   (and {move.elsewhere} more alike)" if move.elsewhere else ""
    if indent + len(old) + len(new) + len(more) + 5 <= view.width:
        middle = indent + len(old) + 5
        styles: tuple[Span, ...] = (indent, indent + len(old), "old"), (middle, middle + len(new), "new")
        yield Row(f"{' ' * indent}{old}  →  {new}{more}", styles)
        return
    if view.detail != "full":
        return  # what is too long to be seen at a glance is seen in the line
    plain = view._replace(colour=True)  # the parts are shown whole: nothing to underline
    yield from block(" " * indent, old, plain, ((0, len(old)),), "old")
    yield from block(f"{' ' * indent}→  ", new + more, plain, ((0, len(new)),))


def _cases(shown: blocks.Cases, view: View) -> Iterator[Row]:
    """The table behind a brace, under the entry's name or in front; where it is too wide, a line for each case."""
    rows = [(to_unicode(value), when if when == "otherwise" else f"if {when}") for value, when in shown.rows]
    lines = _braced(rows)
    for lead in (" " * len(label_text(shown.label)), " "):
        head = f"{' ' * INDENT}{lead} = "
        if len(head) + max(map(len, lines)) <= view.width:
            equals = (len(lines) - 1) // 2
            yield from (Row((head if place == equals else " " * len(head)) + line) for place, line in enumerate(lines))
            return
    for row in rows:
        yield from block(f"{' ' * INDENT}= ", " ".join(row), view)


def _braced(rows: list[tuple[str, str]]) -> list[str]:
    wide = max((len(value) for value, _ in rows), default=0)
    last = len(rows) - 1
    braces = ["⎧" if place == 0 else "⎩" if place == last else "⎪" for place in range(len(rows))]
    if last == 0:
        braces = ["{"]
    elif last // 2 > 0:
        braces[last // 2] = "⎨"
    return [f"{brace} {value:<{wide}}  {when}" for brace, (value, when) in zip(braces, rows, strict=True)]


def _grid(shown: blocks.Grid, view: View) -> Iterator[Row]:
    """A matrix between tall brackets, whole or not at all."""
    cells = [[cell_text(cell) for cell in row] for row in shown.cells]
    wide = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    rows = ["  ".join(f"{cell:^{width}}" for cell, width in zip(row, wide, strict=True)) for row in cells]
    ends = [("⎡", "⎤"), *[("⎢", "⎥")] * (len(rows) - 2), ("⎣", "⎦")] if len(rows) > 1 else [("[", "]")]
    lines = [f"{left} {row} {right}" for (left, right), row in zip(ends, rows, strict=True)]
    if shown.row is not None:
        lines[len(lines) // 2] += f"  ← row {name_unicode(shown.row.name)}"
    if INDENT + 4 + max(map(len, lines)) <= view.width:
        yield from (Row(f"{' ' * INDENT}    {line}") for line in lines)


def _pattern(shown: blocks.Pattern) -> Iterator[Row]:
    """Blocks of ■ where an entry is not 0."""
    letters = f"{name_unicode(shown.down.name)}, {name_unicode(shown.across.name)}"
    yield Row(f"{' ' * INDENT}one block for each {letters}; ■ where the entry is not 0")
    for row in shown.filled:
        for lines in zip(*row, strict=True):
            yield Row(" " * (INDENT + 4) + "   ".join("".join("■" if full else "·" for full in line) for line in lines))
        yield BLANK


def _table(shown: blocks.Table, width: int) -> Iterator[Row]:
    rows = [shown.head, *(tuple(map(plain, row)) for row in shown.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(shown.head))]
    yield from sentence_rows(f"{shown.sentence}:", width, 0)
    yield BLANK
    if INDENT + sum(widths) + 2 * len(widths) - 2 > width:  # a line of text for each row
        for first, *cells in rows[1:]:
            said = (f"{name} {cell}" for name, cell in zip(shown.head[1:], cells, strict=True))
            told = ", ".join(one.replace(" ", SOLID) if len(one) < width - INDENT - 4 else one for one in said)
            yield from sentence_rows(f"{first}: {told}", width, INDENT, INDENT + 4)
        return
    for row in rows:
        yield Row(" " * INDENT + "  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip())

"""A derivation as plain text: right at any width from 40 columns, no colour, nothing that a pipe would break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..notation.printing.to_unicode import name_unicode, to_unicode
from ..records import Derivation
from ..verify.verdict import Verdict
from .arrays.pages import entry_rows
from .page import SIGNS, WORDS, Line, Move, Page, Variable, page
from .rows import BLANK, Row, Style, block, headline, line_rows, sentence_rows
from .view import View
from .words import described, kind_text, letters_text, phrase_text, result_label, title_text
from .wrap import prose

INDENT = 5
_WIDEST_LABEL = 18
STYLES: dict[str, Style] = {"proved": "good", "agrees": "good", "unknown": "doubt", "differs": "bad"}
"""How a verdict looks where there is colour."""


def render_text(derivation: Derivation, view: View | None = None) -> str:
    """The page of a derivation in Unicode text."""
    shown = view or View()
    shown = View(shown.width, False, shown.detail, shown.shapes)
    return "\n".join(row.text.rstrip() for row in page_rows(page(derivation, shown), shown)) + "\n"


def page_rows(content: Page, view: View) -> Iterator[Row]:
    """The rows of the page: what was read, the chain, the result."""
    title = title_text(content)
    yield Row(title, ((0, len(title), "title"),))
    yield BLANK
    yield from _given(content, view)
    yield BLANK
    yield from _chain(content, view)
    yield BLANK
    yield from _outcome(content, view)


def _given(content: Page, view: View) -> Iterator[Row]:
    yield from block(f"{' ' * INDENT}{name_unicode(content.loss_name.name)} = ", to_unicode(content.loss), view)
    yield BLANK
    yield from variable_rows(content.variables, view.width)
    for size in content.sizes:
        yield from sentence_rows(phrase_text(size), view.width, INDENT)
    for remark in content.remarks:
        yield from sentence_rows(f"note: {phrase_text(remark)}", view.width, INDENT, INDENT + 6, "quiet")
    for sentence in content.assumed:
        yield from sentence_rows(f"assuming {phrase_text(sentence)}", view.width, INDENT, INDENT + 9)


def variable_rows(variables: Iterable[Variable], width: int) -> Iterator[Row]:
    """The table of variables: name, shape, facts, and where the shape came from."""
    cells = [
        (name_unicode(variable.symbol.name), described(variable.symbol), ", ".join(variable.facts), variable.origin)
        for variable in variables
    ]  # fmt: skip
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


def _chain(content: Page, view: View) -> Iterator[Row]:
    label = to_unicode(content.left)
    column = INDENT + len(label) + 1 if len(label) <= _WIDEST_LABEL else INDENT + 4
    if len(label) > _WIDEST_LABEL:
        yield Row(" " * INDENT + label)
    head = f"{' ' * INDENT}{label} = " if len(label) <= _WIDEST_LABEL else f"{' ' * column}= "
    yield from line_rows(head, content.start, view, _kind(content.start, view), needed=True)
    if content.start_letters:
        yield from sentence_rows(f"for each {letters_text(content.start_letters)}", view.width, column + 2, style="quiet")
    for move in content.moves:
        yield from move_rows(move, column, view)


def move_rows(move: Move, column: int, view: View, indent: int = 0) -> Iterator[Row]:
    """One step: its sentence and verdict, what changed, the line it leads to."""
    wide = 6 if view.detail == "brief" and not indent else 3
    lead = f"{' ' * indent}{move.number:>{wide}}  " if not indent else f"{' ' * (INDENT + indent - 4)}{move.number}  "
    inside = max(len(lead), INDENT)
    if view.detail != "brief":
        yield BLANK
    yield from headline(lead, phrase_text(move.sentence), verdict_text(move.verdict, view), STYLES[move.verdict.kind], view.width)
    if move.why:
        yield from sentence_rows(f"why: {phrase_text(move.why)}", view.width, inside, inside + 5, "quiet")
    if view.detail == "full" and not move.inner:
        yield from _evidence(move.verdict, view, inside)
    for inner in move.inner:
        yield from move_rows(inner, column, view, indent + 4)
    if move.inner:
        return
    if move.change:
        yield from _change(move, inside, view)
    yield from line_rows(f"{' ' * column}= ", move.line, view, _kind(move.line, view), view.detail != "brief")
    if move.letters and view.detail != "brief":
        yield from sentence_rows(f"with {letters_text(move.letters)}", view.width, column + 2, style="quiet")
    for number, name in enumerate(move.names):
        head = f"{' ' * (column + 2)}{'where ' if number == 0 else '      '}{to_unicode(name)} = "
        yield from block(head, to_unicode(name.body), view)


def _kind(line: Line, view: View) -> str:
    return kind_text(line.body) if view.shapes and view.detail != "brief" else ""


def verdict_text(verdict: Verdict, view: View) -> str:
    """`✓ proved`, or the sign alone on a brief page."""
    return SIGNS[verdict.kind] if view.detail == "brief" else f"{SIGNS[verdict.kind]} {WORDS[verdict.kind]}"


def _evidence(verdict: Verdict, view: View, indent: int) -> Iterator[Row]:
    yield from sentence_rows(f"{WORDS[verdict.kind]}: {verdict.by}", view.width, indent, indent + 5, "quiet")


def _change(move: Move, indent: int, view: View) -> Iterator[Row]:
    assert move.change is not None
    old, new = (to_unicode(part) for part in move.change)
    more = f"   (and {move.elsewhere} more alike)" if move.elsewhere else ""
    if indent + len(old) + len(new) + len(more) + 5 <= view.width:
        middle = indent + len(old) + 5
        yield Row(f"{' ' * indent}{old}  →  {new}{more}", ((indent, indent + len(old), "old"), (middle, middle + len(new), "new")))
        return
    if view.detail != "full":
        return  # what is too long to be seen at a glance is seen in the line
    plain = View(view.width, True, view.detail, view.shapes)  # the parts are shown whole: nothing to underline
    yield from block(" " * indent, old, plain, ((0, len(old)),), "old")
    yield from block(f"{' ' * indent}→  ", new + more, plain, ((0, len(new)),))


def _outcome(content: Page, view: View) -> Iterator[Row]:
    outcome = content.outcome
    verdict = verdict_text(outcome.verdict, view)
    yield from headline(" " * INDENT, phrase_text(outcome.sentence), verdict, STYLES[outcome.verdict.kind], view.width)
    if outcome.why:
        yield from sentence_rows(f"why: {phrase_text(outcome.why)}", view.width, INDENT, INDENT + 5, "quiet")
    if view.detail == "full":
        yield from _evidence(outcome.verdict, view, INDENT)
    yield BLANK
    for row in result_rows(content, view):
        yield Row(" " * INDENT + row.text, tuple((start + INDENT, end + INDENT, style) for start, end, style in row.styles))
    yield BLANK
    yield from sentence_rows(f"{phrase_text(outcome.layout)}: {phrase_text(outcome.shape)}", view.width, INDENT)
    yield from sentence_rows(content.closing, view.width, INDENT)
    for note in content.afterwords:
        yield from sentence_rows(f"note: {phrase_text(note)}", view.width, INDENT, INDENT + 6)
    for legend in content.legends:
        yield from sentence_rows(legend, view.width, INDENT, INDENT + 4, "quiet")


def result_rows(content: Page, view: View) -> Iterator[Row]:
    """The result, the parts that it names, and its other forms."""
    outcome, label = content.outcome, result_label(content)
    narrow = View(view.width - INDENT, view.colour, view.detail, view.shapes)
    head = f"{label} = "
    for row in line_rows(head, Line(outcome.stated), narrow):
        yield Row(row.text, ((0, len(row.text), "result"),) if not row.styles else row.styles)
    for number, (name, body) in enumerate(outcome.where):
        yield from block(f"{'where ' if number == 0 else '      '}{to_unicode(name)} = ", to_unicode(body), narrow)
    yield from entry_rows(content, narrow, label)

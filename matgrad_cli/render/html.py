"""A document as HTML: a fragment for notebooks, a page for a file; plain tags, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ..notation.printing.to_unicode import name_unicode, to_unicode
from .document.blocks import SIGNS, WORDS, Block, Cases, Chain, Columns, Document, Formula, Grid, Heading, Move, Sentence, Table, Variables
from .html_math import math_html
from .view import View
from .words import cell_text, described, label_text, letters_text, phrase_text

_MATH = "font-family:'STIX Two Math','Cambria Math','DejaVu Serif',serif"
_FORMULA = f"margin:0.2em 0 0.6em 2em;{_MATH};font-size:110%;line-height:1.6"
_GLANCE = 80
_STYLE = (
    "body{max-width:60em;margin:2em auto;padding:0 1em;font-family:system-ui,sans-serif;line-height:1.45}"
    "td{padding:0.1em 1em 0.1em 0;vertical-align:top}sub,sup{font-size:75%;line-height:0}small{color:#555}p{margin:0.5em 0}"
)


def html_fragment(content: Document, view: View) -> str:
    """The document as an HTML fragment."""
    return f'<div class="matgrad">{"".join(part for block in content for part in _parts(block, view.detail == "full"))}</div>\n'


def html_page(fragment: str, title: str) -> str:
    """A whole page around a fragment, for a file that a browser opens."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{fragment.rstrip()}\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    """A sentence; code between backquotes stays as it is typed."""
    parts = text.replace("\uf8ff", " ").split("`")
    if len(parts) % 2 == 0:
        return math_html("`".join(parts))
    return "".join(f"<code>{escape(part)}</code>" if number % 2 else math_html(part) for number, part in enumerate(parts))


def _formula(text: str) -> str:
    return f'<div style="{_FORMULA}">{math_html(text)}</div>'


def _parts(block: Block, full: bool) -> Iterator[str]:
    match block:
        case Heading(phrase):
            yield f"<h4>{_text(phrase_text(phrase))}</h4>"
        case Variables(rows):
            cells = ((name_unicode(known.symbol.name), described(known.symbol), ", ".join(known.facts), known.origin) for known in rows)
            yield _table(cells)
        case Sentence():
            small = f" <small>{SIGNS[block.verdict.kind]} {WORDS[block.verdict.kind]}</small>" if block.verdict else ""
            yield f"<p>{'assuming ' if block.role == 'assuming' else ''}{_text(phrase_text(block.phrase))}{small}</p>"
        case Formula(left, right, role):
            yield _formula(f"{'where ' if role == 'where' else ''}{label_text(left)} = {to_unicode(right)}")
        case Chain():
            if block.left is not None and block.start is not None:
                yield _formula(f"{to_unicode(block.left)} = {to_unicode(block.start.body)}")
                yield f"<p><small>for each {_text(letters_text(block.letters))}</small></p>" if block.letters else ""
            yield from (_move(move, full) for move in block.moves)
        case Cases(rows=rows):
            yield _table((to_unicode(value), when if when == "otherwise" else f"if {when}") for value, when in rows)
        case Grid(cells):
            yield _table(tuple(map(cell_text, row)) for row in cells)
        case Table(sentence, head, rows):
            yield f"<p>{_text(sentence)}:</p>{_table([head, *(tuple(map(phrase_text, row)) for row in rows)])}"
        case Columns(parts):
            yield from (html for part in parts for block in part for html in _parts(block, full))


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    shown = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{shown}</table>"


def _move(move: Move, full: bool) -> str:
    verdict = f"{SIGNS[move.verdict.kind]} {WORDS[move.verdict.kind]}"
    evidence = f"{verdict}: {move.evidence}" if move.evidence else verdict
    head = f"<p><b>{_text(move.number)}</b> {_text(phrase_text(move.sentence))} <small>{_text(evidence)}</small></p>"
    why = f"<p><small>why: {_text(phrase_text(move.why))}</small></p>" if move.why else ""
    if move.inner:
        return head + why + f'<div style="margin-left:1.5em">{"".join(_move(inner, full) for inner in move.inner)}</div>'
    letters = f"<p><small>with {_text(letters_text(move.letters))}</small></p>" if move.letters else ""
    change = ""
    if move.change:
        more = f" (and {move.elsewhere} more alike)" if move.elsewhere else ""
        shown = f"{to_unicode(move.change[0])}  →  {to_unicode(move.change[1])}{more}"
        change = _formula(shown) if full or len(shown) <= _GLANCE else ""  # what is longer is seen in the line
    names = "".join(_formula(f"where {to_unicode(name)} = {to_unicode(name.body)}") for name in move.names)
    left = "" if move.line.left is None else f"{to_unicode(move.line.left)} "
    return head + why + change + _formula(f"{left}= {to_unicode(move.line.body)}") + letters + names

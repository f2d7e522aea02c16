"""A document as HTML: a fragment for notebooks, a self-contained page for a file; readable without script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from ...ir import Expr
from ...verify.verdict import Verdict
from ..document import blocks
from ..document.blocks import SIGNS, WORDS, Block, Cell, Document
from ..view import View
from ..words import described, kind_text
from .mathematics import cases_html, letters_html, line_html, math, numbers_html, phrase_html, prose_html, value_html
from .pictures import collapse, graph, pattern
from .pictures import shapes as shapes_of
from .style import SCRIPT, STYLE


def html_fragment(content: Document, view: View) -> str:
    """The document as a fragment with its style."""
    wide = any(isinstance(block, blocks.Columns) for block in content)
    return article("\n".join(part for block in content for part in _parts(block, view)), "wide" if wide else "")


def article(inside: str, *classes: str) -> str:
    """Elements in the style of the pages."""
    return f'{_STYLED}<article class="{" ".join(filter(None, ("matgrad", *classes)))}">\n{inside}\n</article>\n'


_STYLED: Final = f"<style>{STYLE}</style>\n"


def html_page(fragments: str, title: str) -> str:
    """A whole page around fragments, for a file that a browser opens: their style stands once, in the head."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" '
        'content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>:root{{color-scheme:light dark}}body{{margin:0}}"
        f"@media(prefers-color-scheme:dark){{body{{background:#14181d}}}}{STYLE}</style>\n"
        f"</head>\n<body>\n{fragments.replace(_STYLED, '').rstrip()}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _parts(block: Block, view: View) -> Iterator[str]:
    match block:
        case blocks.Heading(phrase, level):
            yield f"<h{level}>{phrase_html(phrase)}</h{level}>"
        case blocks.Variables(rows):
            known = ((one.symbol, ", ".join(one.facts), prose_html(one.origin)) for one in rows)
            yield table((value_html(symbol), described(symbol), *said) for symbol, *said in known)
        case blocks.Numbers(given):
            told = ", ".join(f'<span class="given">{numbers_html(one)}</span>' for one in given)
            yield f'<p class="numbers">in numbers: {told}</p>'
        case blocks.Sentence():
            yield from _sentence(block, view)
        case blocks.Formula():
            yield from _formula(block, view)
        case blocks.Chain():
            yield from _chain(block, view)
        case blocks.Cases(label, rows):
            yield f'<div class="formula">{cases_html(label, rows)}</div>'
        case blocks.Grid(cells, row):
            lines = (f"<mtr>{''.join(f'<mtd>{_cell(cell)}</mtd>' for cell in line)}</mtr>" for line in cells)
            grid = math(f"<mrow><mo>[</mo><mtable>{''.join(lines)}</mtable><mo>]</mo></mrow>")
            said = f' <span class="small">← row {value_html(row)} in the middle</span>' if row is not None else ""
            yield f'<div class="formula">{grid}{said}</div>'
        case blocks.Pattern():
            yield pattern(block)
        case blocks.Table(sentence, head, rows):
            yield f"<p>{prose_html(sentence)}:</p>"
            yield table([tuple(map(phrase_html, row)) for row in rows], head)
        case blocks.Columns(parts):
            yield from _columns(parts, view)


def _columns(parts: tuple[Document, ...], view: View) -> Iterator[str]:
    heads = ((block.phrase for block in part if isinstance(block, blocks.Heading)) for part in parts)
    titles = [phrase_html(next(found, ())) for found in heads]
    links = "".join(f'<a href="#part-{number}">{title}</a>' for number, title in enumerate(titles, 1))
    yield f"<nav>{links}</nav>"
    sections = enumerate(("\n".join(shown for block in part for shown in _parts(block, view)) for part in parts), 1)
    inside = "\n".join(f'<section id="part-{number}">\n{section}\n</section>' for number, section in sections)
    yield f'<div class="columns">\n{inside}\n</div>'


_LEADS = {"note": "note: ", "assuming": "assuming "}


def _sentence(block: blocks.Sentence, view: View) -> Iterator[str]:
    verdict = f" {_verdict(block.verdict)}" if block.verdict is not None else ""
    small = ' class="small"' if block.role in ("note", "legend") else ""
    yield f"<p{small}>{_LEADS.get(block.role, '')}{phrase_html(block.phrase)}{verdict}</p>"
    yield from _reasons(block, view)


def _verdict(verdict: Verdict) -> str:
    return f'<span class="verdict {verdict.kind}">{SIGNS[verdict.kind]} {WORDS[verdict.kind]}</span>'


def _reasons(block: blocks.Sentence | blocks.Move, view: View) -> Iterator[str]:
    """Why, and what the verdict rests on, folded away."""
    reasons = [phrase_html(block.why)] if block.why else []
    if block.evidence and block.verdict is not None:
        reasons.append(f"{WORDS[block.verdict.kind]}: {prose_html(block.evidence)}")
    if reasons:
        opened = " open" if view.detail == "full" else ""
        yield f"<details{opened}><summary>why</summary>{''.join(f'<p>{reason}</p>' for reason in reasons)}</details>"


def _formula(block: blocks.Formula, view: View) -> Iterator[str]:
    where = "where " if block.role == "where" else ""
    shapes = view.shapes and block.role in ("result", "equation")
    css = "formula result" if block.role == "result" else "formula"
    line = line_html(block.right, shapes=shapes, left=block.left)
    yield f'<div class="{css}">{where}{line}{_numbers(block.numbers)}</div>'
    if block.role == "result" and view.detail != "brief":
        yield shapes_of(block.right)


def _line(line: blocks.Line, left: Expr | None, view: View) -> str:
    """A line of a chain, and at the right edge what it is."""
    kind = f'<span class="kind">{kind_text(line.body)}</span>' if view.detail != "brief" else ""
    shown = line_html(line.body, line.changed, view.shapes, left if left is not None else "")
    return f'<div class="line"><div class="formula">{shown}</div>{kind}</div>'


def _numbers(numbers: str) -> str:
    return f'<div class="formula numbers">{numbers_html(f"= {numbers}")}</div>' if numbers else ""


def _chain(block: blocks.Chain, view: View) -> Iterator[str]:
    if block.left is not None and block.start is not None:
        yield _line(block.start, block.left, view) + _numbers(block.numbers)
    if block.letters:
        yield f'<p class="small">for each {letters_html(block.letters)}</p>'
    if block.method == "chain" and view.detail != "brief":
        yield graph(block)
    yield f"<ol>\n{''.join(_move(move, view) for move in block.moves)}</ol>"


def _move(move: blocks.Move, view: View) -> str:
    parts = [f'<p><span class="number">{move.number}</span>{phrase_html(move.sentence)} {_verdict(move.verdict)}</p>']
    if move.inner:
        parts += [f"<ol>\n{''.join(_move(inner, view) for inner in move.inner)}</ol>", *_reasons(move, view)]
        return f"<li>{''.join(parts)}</li>\n"
    if move.change:
        old, new = (line_html(part) for part in move.change)
        more = f' <span class="small">(and {move.elsewhere} more alike)</span>' if move.elsewhere else ""
        change = f'<span class="old">{old}</span><span class="to">→</span><span class="new">{new}</span>'
        parts.append(f'<div class="change">{change}{more}</div>')
    parts.append(_line(move.line, move.line.left, view) + _numbers(move.numbers))
    if move.letters:
        parts.append(f'<p class="small">with {letters_html(move.letters)}</p>')
    parts.append(collapse(move) if view.detail != "brief" else "")
    parts += [f'<div class="formula">where {line_html(name.body, left=name)}</div>' for name in move.names]
    return f'<li tabindex="0">{"".join([*parts, *_reasons(move, view)])}</li>\n'


def table(rows: Iterable[Iterable[str]], head: Iterable[str] = ()) -> str:
    """Rows of cells, below a head."""
    top = f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>" if head else ""
    return f"<table>{top}{''.join(f'<tr>{_cells(row)}</tr>' for row in rows)}</table>"


def _cells(row: Iterable[str]) -> str:
    return "".join(f"<td>{cell}</td>" for cell in row)


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<mn>{cell}</mn>" if cell.isdigit() else f"<mo>{cell}</mo>"
    shown = value_html(cell)
    return shown[shown.index(">") + 1 : shown.rindex("<")]

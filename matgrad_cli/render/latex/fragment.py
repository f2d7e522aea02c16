r"""A document as a LaTeX fragment for a paper: only amsmath is needed,
sentences between the aligned lines of a chain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from ...ir import Expr
from ...notation.printing.precedence import split_marks
from ...notation.printing.to_latex import name_latex, printer, shape_latex, to_latex
from ..document import blocks
from ..document.blocks import Block, Cell, Document, Label
from ..document.derivation import shaped_factors
from ..view import View
from ..words import label
from .lines import ROOM, cut
from .prose import (
    escaped,
    given_latex,
    letters_latex,
    named_latex,
    numbers_latex,
    phrase_latex,
    title_case,
    value_latex,
)
from .widths import width

_ABOVE_LABEL = 75.0
_NUMBERS_ROOM = {1: 230.0, 2: 150.0}
_LEFT = 30.0
"""What stands left of the signs of equality is seldom wider."""
_EQUALS, _WHERE, _INDENT, _NUMBER = 16.0, 47.0, 12.0, 25.0
"""How wide the sign of equality is, `where` before it, the indent of a further row, the number of an equation."""


def latex_page(content: Document, view: View) -> str:
    """The fragment of a document."""
    head = "% needs \\usepackage{amsmath}\n\\begingroup\\emergencystretch=4em"
    return "\n".join([head, *latex_lines(content, view), "\\par\\endgroup\n"])


def latex_lines(content: Document, view: View) -> Iterator[str]:
    """The lines of the fragment; an `align*` takes in all formulas that stand together."""
    place = 0
    while place < len(content):
        shown = isinstance(content[place], blocks.Formula | blocks.Cases)
        together = [content[place], *(takewhile(_goes_on, content[place + 1 :]) if shown else ())]
        place += len(together)
        follows = content[place] if place < len(content) else None
        match together[0]:
            case blocks.Formula() | blocks.Cases():
                yield from _displayed(together, view)
            case blocks.Sentence():
                yield from _sentence_lines(together[0], ":" if isinstance(follows, blocks.Formula) else ".")
            case other:
                yield from _lines(other, view)


def _goes_on(block: Block) -> bool:
    return isinstance(block, blocks.Cases) or (isinstance(block, blocks.Formula) and block.role == "where")


def _lines(block: Block, view: View) -> Iterator[str]:
    match block:
        case blocks.Heading(phrase, level):
            yield rf"\{'paragraph' if level == 1 else 'subparagraph'}{{{phrase_latex(phrase)}}}"
        case blocks.Variables(rows):
            yield f"with {_listed([_variable(known) for known in rows])}."
        case blocks.Numbers(given):
            yield f"In numbers: {given_latex(given)}."
        case blocks.Chain():
            yield from _chain(block, view)
        case blocks.Grid():
            yield from (r"\begin{equation*}", grid_latex(block), r"\end{equation*}")
        case blocks.Table():
            yield from _table(block, view)
        case blocks.Columns(parts):
            for part in parts:
                yield from latex_lines(part, view)


def _variable(known: blocks.Variable) -> str:
    shape = known.symbol.shape
    kind = "column vector" if shape.is_column else "row vector" if shape.is_row else "matrix"
    said = "(a number)" if shape.is_number else f"({kind}, ${shape_latex(shape)}$)"
    facts = f", {', '.join(map(escaped, known.facts))}" if known.facts else ""
    return f"${name_latex(known.symbol.name)}$ {said}{facts}"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "no variables"


def sentence(text: str, stop: str = ".") -> str:
    """A sentence of its own: a capital in front, a stop behind."""
    text = title_case(text)
    return text if text.endswith((".", "!", "?", ":")) else text + stop


def _sentence_lines(block: blocks.Sentence, stop: str) -> Iterator[str]:
    said = phrase_latex(block.phrase)
    if block.role == "legend":
        return
    start = r"\noindent " if block.role == "finding" else ""
    yield start + sentence(f"We assume that {said}" if block.role == "assuming" else said, stop)
    if block.why:
        yield sentence(phrase_latex(block.why))


def label_latex(of: Label | Expr) -> str:
    r"""What stands left of a result: \nabla_{R} L, \frac{\partial f}{\partial x}, or an entry of it."""
    return label(of, printer())


def _displayed(together: list[Block], view: View) -> Iterator[str]:
    if isinstance(together[0], blocks.Formula) and together[0].role == "loss":
        yield r"\noindent Let"
    yield r"\begin{align*}"
    for place, block in enumerate(together):
        start = r"\\ " if place else ""
        if isinstance(block, blocks.Cases):
            yield rf"{start}&= {cases_latex(block)}"
        elif isinstance(block, blocks.Formula):
            where = r"\text{where } " if block.role == "where" else ""
            left = label_latex(block.left)
            shapes = block.role == "result"
            after = "," if block.role == "loss" and len(together) == 1 else ""
            row = _row(block.right, width(left) + (_WHERE if where else _EQUALS), view, shapes)
            yield f"{start}{where}{left} &= {row}{after}"
    yield r"\end{align*}"


def _columns(view: View) -> int:
    return 1 if view.habits is None else view.habits.columns


def _row(body: Expr, space: float, view: View, shapes: bool = True) -> str:
    """A line with the shapes of its factors, in as many rows as are needed."""
    numbered = view.habits is not None and (view.habits.numbered or view.habits.labels)
    room = ROOM[_columns(view)] - space - (_NUMBER if numbered else 0.0)
    return " \\\\\n&\\quad ".join(rows_latex(body, room, room - _INDENT, shapes and view.shapes and not body.free))


def rows_latex(body: Expr, first: float, later: float, shapes: bool) -> list[str]:
    """The rows of a line, with shapes below where that breaks it at no worse place, else where a row has room."""
    text, spans = marked_factors(body) if shapes else (to_latex(body), [])
    bare = cut(text, first, later)
    whole = underbraced(text, spans, (0, len(text)))
    with_shapes = cut(whole, first, later)
    if with_shapes.fits and with_shapes.worst <= bare.worst and len(with_shapes.rows) <= len(bare.rows) + 1:
        return [whole[start:end].strip() for start, end in with_shapes.rows]
    rows: list[str] = []
    for bounds in bare.rows:
        row = underbraced(text, spans, bounds).strip()
        rows.append(row if width(row) <= (later if rows else first) else text[slice(*bounds)].strip())
    return rows


def _chain(block: blocks.Chain, view: View) -> Iterator[str]:
    rows: list[str] = []
    space = _EQUALS
    if block.left is not None and block.start is not None:
        left = to_latex(block.left)
        letters = f" for each {letters_latex(block.letters)}" if block.letters else ""
        yield f"We compute ${left}${letters}."
        wide = width(left) > _ABOVE_LABEL
        space += 0 if wide else width(left)
        head = f"& {left} \\\\\n&" if wide else f"{left} &"
        numbers = _numbers(block.numbers, view, 0.0 if wide else space)
        rows.append(f"{head}= {_row(block.start.body, space, view)}{numbers}")
    moves = [told for move in block.moves for told in _flat(move, view)]
    widest = max([space, *(width(to_latex(move.line.left)) for _, move in moves if move.line.left is not None)])
    if not rows:
        yield rf"\noindent {moves[0][0]}"
    for place, (said, move) in enumerate(moves):
        line = move.line
        if rows:
            rows[-1] += r" \\"
        if rows or place:
            rows.append(rf"\intertext{{{said}}}")
        own = f"{to_latex(line.left)} " if line.left is not None else ""
        row = _row(line.body, width(own) + _EQUALS if own else space, view)
        rows.append(f"{own}&= {row}{_numbers(move.numbers, view, widest)}")
    yield r"\begin{align*}"
    yield from rows
    yield r"\end{align*}"


def _numbers(numbers: str, view: View, left: float) -> str:
    """The rows of numbers below a line, broken before + − =; else before · and between matrices too."""
    if not numbers:
        return ""
    rows, room = [""], _NUMBERS_ROOM[_columns(view)] - max(0.0, left - _LEFT)
    for piece in re.split(r" (?=[+−=] )", numbers):
        for part in [piece] if width(numbers_latex(piece)) <= room else re.split(r" (?=· )|(?<=\]) (?=\[)", piece):
            longer = f"{rows[-1]} {part}".strip()
            if rows[-1] and width(numbers_latex(longer)) > room:
                rows.append(part)
            else:
                rows[-1] = longer
    shown = "".join(rf" \\ &\quad\text{{\footnotesize $\displaystyle {numbers_latex(row)}$}}" for row in rows)
    return shown.replace("$", "in numbers: $", 1)


def _flat(move: blocks.Move, view: View) -> Iterator[tuple[str, blocks.Move]]:
    """The sentence of a step with its line; a group's sentence is joined to that of its first substep."""
    own = f"({move.number}) {sentence(phrase_latex(move.sentence))}"
    if move.letters and view.detail != "brief":
        own += f" Here {letters_latex(move.letters)}."
    if move.names:
        own += f" Here {named_latex(move.names)}."
    if move.why:
        own += f" {sentence('Why: ' + phrase_latex(move.why))}"
    if move.evidence:
        own += f" ({escaped(move.verdict.kind)}: {escaped(move.evidence)})"
    if not move.inner:
        yield own, move
        return
    for number, inner in enumerate(move.inner):
        for said, line in _flat(inner, view):
            yield (f"{own} {said}" if number == 0 else said), line


_Span = tuple[int, int, str]


def marked_factors(body: Expr) -> tuple[str, list[_Span]]:
    """A product, and where each of its factors stands, with its shape."""
    factors = shaped_factors(body)
    shapes = [shape_latex(shape) for shape in factors.values()]
    text, spans = split_marks(to_latex(body, {path: number for number, path in enumerate(factors)}))
    return text, [(*_with_brackets(text, start, stop), shapes[number]) for start, stop, number in spans]


def underbraced(text: str, spans: list[_Span], bounds: tuple[int, int]) -> str:
    r"""The part of a line with the shape of each factor below it: \underbrace{X^\top}_{n\times m}."""
    shown, end = "", bounds[0]
    for start, stop, shape in spans:
        if end <= start and stop <= bounds[1]:
            shown += text[end:start] + rf"\underbrace{{{text[start:stop]}}}_{{{shape}}}"
            end = stop
    return shown + text[end : bounds[1]]


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    for before, after in (("(", ")"), (r"\bigl( ", r" \bigr)"), (r"\Bigl( ", r" \Bigr)")):
        if text[:start].endswith(before) and text[end:].startswith(after):
            return start - len(before), end + len(after)
    return start, end


def condition_latex(condition: str) -> str:
    r"""`\text{if } t = i,\ i \ne j`."""
    if condition == "otherwise":
        return r"\text{otherwise}"
    # the comma inside (s, t) separates letters, not conditions
    return r"\text{if } " + re.sub(r", (?![^()]*\))", r",\\ ", condition).replace("≠", r"\ne")


def cases_latex(block: blocks.Cases) -> str:
    r"""The case table as \begin{cases} … \end{cases}."""
    rows = [f"{to_latex(value)} & {condition_latex(condition)}" for value, condition in block.rows]
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


_DOTS = {"⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots"}


def grid_latex(block: blocks.Grid) -> str:
    r"""Cells as \begin{bmatrix} … \end{bmatrix}."""
    rows = r" \\ ".join(" & ".join(map(_cell, row)) for row in block.cells)
    said = rf" \leftarrow \text{{row }} {name_latex(block.row.name)}" if block.row is not None else ""
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}{said}"


def _cell(cell: Cell) -> str:
    return _DOTS.get(cell, cell) if isinstance(cell, str) else value_latex(cell).strip("$")


def _table(block: blocks.Table, view: View) -> Iterator[str]:
    """A table, or in a narrow column a line of text for each row."""
    yield rf"\noindent {sentence(escaped(block.sentence)).rstrip('.:')}:"
    yield ""
    rows = [tuple(map(phrase_latex, row)) for row in block.rows]
    if _columns(view) > 1:
        for first, *row in rows:
            said = ", ".join(f"{name} {cell}" for name, cell in zip(block.head[1:], row, strict=True))
            yield rf"\noindent {first}: {said}.\par"
        return
    yield rf"\medskip\noindent\begin{{tabular}}{{@{{}}{'l' * len(block.head)}@{{}}}}"
    yield from (rf"{' & '.join(block.head)} \\ \hline", *(" & ".join(row) + r" \\" for row in rows), r"\end{tabular}")

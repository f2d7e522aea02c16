"""Pictures in HTML: the sum that a δ collapses, the shapes of a product, the parts of a chain,
the places where a big array is not 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Final

from ... import ir
from ...diagnostics import Diagnostic
from ...ir import ONE, Dim, Expr, Index, Shape, Symbol, mul, nodes_of, rename, whole_derivative
from ...ir.walk import names_in
from ...notation.printing.to_unicode import dim_unicode, name_unicode, to_unicode
from ..document.blocks import Chain, Move, Pattern
from .mathematics import math, value_html

_LENGTHS: Final = (66, 46, 32, 56, 40)
_COLOURS: Final = ("#1f77b4", "#d95f02", "#2a9d4e", "#9467bd", "#b5651d")
_STRIKE: Final = (
    '<svg class="strike" viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true">'
    '<line x1="0" y1="10" x2="10" y2="0" vector-effect="non-scaling-stroke"/></svg>'
)


def figure(inside: str, caption: str) -> str:
    """A picture with its sentence."""
    return f"<figure>{inside}<figcaption>{caption}</figcaption></figure>"


def collapse(move: Move) -> str:
    """The terms of a sum in a row, all struck but the one where the δ is 1; nothing where no sum collapses."""
    for letter, kept, body in _collapsing(move):
        cells = []
        first, second, last = (Index(name, letter.dim) for name in ("1", "2", str(letter.dim)))
        places: list[Index | None] = [first, second, None, kept, None, last]
        for place in places:
            if place is None:
                cells.append('<span class="cell">⋯</span>')
                continue
            term = math(value_html(rename(body, {letter: place}))[6:-7])
            at = math(f"{value_html(letter)[6:-7]}<mo>=</mo>{value_html(place)[6:-7]}")
            css, one = ("cell kept", 1) if place is kept else ("cell", 0)
            shown = term if place is kept else f'<span class="struck">{term}{_STRIKE}</span>'
            cells.append(f'<span class="{css}">{shown}<small>{at}: δ is {one}</small></span>')
        caption = f"of the sum over {value_html(letter)} the δ leaves one term"
        return figure(f'<div class="terms">{"<b>+</b>".join(cells)}</div>', caption)
    return ""


def _collapsing(move: Move) -> Iterator[tuple[Index, Index, Expr]]:
    """A summed letter that is gone, the letter that stands for it, and what of the term depends on it."""
    if move.change is None:
        return
    old, new = move.change
    left = {letter for node in nodes_of(new) if isinstance(node, ir.SumOver) for letter in node.indices}
    for node in nodes_of(old):
        if not isinstance(node, ir.SumOver):
            continue
        factors = node.body.factors if isinstance(node.body, ir.Mul) else (node.body,)
        for delta in factors:
            if not isinstance(delta, ir.Delta):
                continue
            for letter, kept in ((delta.left, delta.right), (delta.right, delta.left)):
                gone = letter in node.indices and letter not in left
                if gone and isinstance(letter, Index) and isinstance(kept, Index):
                    yield letter, kept, mul(*(factor for factor in factors if letter in factor.free))


def shapes(body: Expr) -> str:
    """A product as rectangles, sides of one length in one colour; nothing where the line is no single product."""
    product = body.factors[-1] if isinstance(body, ir.Mul) else body
    if not isinstance(product, ir.MatMul) or len(product.factors) > 6 or body.free:
        return ""
    parts = [("result", product.shape), *((to_unicode(part), part.shape) for part in product.factors)]
    said = "sides of one colour have one length: where two factors meet, the inner sides agree"
    return figure(_rectangles(parts), said)


def misfit(said: Diagnostic) -> str:
    """Two operands that do not fit as rectangles, the unlike sides in red; nothing for another message."""
    sizes = [label.text.split("×") for label in said.labels]
    if said.code not in ("shape-mismatch", "non-conformable") or said.source is None or list(map(len, sizes)) != [2, 2]:
        return ""
    names = [said.source.text[label.span.start : label.span.end] for label in said.labels]
    one, other = (Shape(*(ONE if side == "1" else Dim.of(side) for side in pair)) for pair in sizes)
    product = " meet" in said.message
    unlike = ("left",) * (one.rows is not other.rows) + ("top",) * (one.cols is not other.cols)
    red: list[tuple[str, ...]] = [("top",), ("left",)] if product else [unlike, unlike]
    place = "meet in the product" if product else "should lie upon each other"
    drawn = _rectangles(list(zip(names, (one, other), strict=True)), red)
    return figure(drawn, f"the red sides {place}, and have different lengths")


_Parts = Sequence[tuple[str, Shape]]


def _rectangles(parts: _Parts, wrong: Sequence[Sequence[str]] = ()) -> str:
    """Arrays side by side, behind a first `result` an equals sign; `wrong` are the sides of each that are red."""
    dims = list(dict.fromkeys(side for _, shape in parts for side in (shape.rows, shape.cols)))
    sizes = {dim: 9.0 if dim is ONE else float(_LENGTHS[place % len(_LENGTHS)]) for place, dim in enumerate(dims)}
    drawn, x, top = [], 4.0, 26.0
    for number, (text, shape) in enumerate(parts):
        picture, width = _rectangle(text, shape, sizes, dims, x, top)
        red = f'<line x1="{x + 16}" y1="{top}" x2="{{}}" y2="{{}}" class="misfit"/>'
        ends = {"top": (x + 16 + sizes[shape.cols], top), "left": (x + 16, top + sizes[shape.rows])}
        drawn += [picture, *(red.format(*ends[side]) for side in (wrong[number] if wrong else ()))]
        x += width + 16 + 14 * bool(wrong)
        if text == "result":
            drawn.append(f'<text x="{x - 4}" y="{top + 20}">=</text>')
            x += 16
    return _svg(x, top + max(sizes[shape.rows] for _, shape in parts) + 24, drawn)


def _svg(width: float, height: float, drawn: Iterable[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg {size} role="img">{"".join(drawn)}</svg>'


def _rectangle(
    text: str, shape: Shape, sizes: Mapping[Dim, float], dims: list[Dim], x: float, top: float
) -> tuple[str, float]:
    """One factor with its name below and the names of its sides beside; and how wide it is."""
    wide, high = sizes[shape.cols], sizes[shape.rows]
    rows, cols = (_COLOURS[dims.index(side) % len(_COLOURS)] for side in (shape.rows, shape.cols))
    left = x + 16
    room = max(wide, 7.4 * len(text))
    beside = f'x="{left - 6}" y="{top + high / 2 + 4}" text-anchor="end" style="fill:{rows}"'
    above = f'x="{left + wide / 2}" y="{top - 8}" text-anchor="middle" style="fill:{cols}"'
    drawn = (
        f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" class="block"/>'
        f'<line x1="{left}" y1="{top}" x2="{left}" y2="{top + high}" stroke="{rows}" stroke-width="4"/>'
        f'<line x1="{left}" y1="{top}" x2="{left + wide}" y2="{top}" stroke="{cols}" stroke-width="4"/>'
        f"<text {beside}>{escape(dim_unicode(shape.rows))}</text><text {above}>{escape(dim_unicode(shape.cols))}</text>"
        f'<text x="{left}" y="{top + high + 17}">{escape(text)}</text>'
    )
    return drawn, 16 + room


def graph(block: Chain) -> str:
    """The named parts of a loss from the variable to the loss, and the gradient on its way back;
    nothing where they are no chain."""
    names = _parts(block)
    ends = _ends(block)
    if len(names) < 2 or ends is None:
        return ""
    wrt, loss = (name_unicode(symbol.name) for symbol in ends)
    texts = [wrt, *(name_unicode(name.name) for name in names), loss]
    drawn, x = [], 24.0
    for place, text in enumerate(texts):
        wide = max(34.0, 9.0 * len(text) + 16)
        drawn.append(f'<rect x="{x}" y="28" width="{wide}" height="30" rx="6" class="block"/>')
        drawn.append(f'<text x="{x + wide / 2}" y="48" text-anchor="middle">{escape(text)}</text>')
        if 0 < place < len(texts) - 1:
            made = escape(to_unicode(names[place - 1].body))
            drawn.append(f'<text x="{x + wide / 2}" y="18" text-anchor="middle" class="quiet">{made}</text>')
        drawn.append(
            f'<text x="{x + wide / 2}" y="96" text-anchor="middle" class="back">{escape(_slope(loss, text))}</text>'
        )
        if place < len(texts) - 1:
            gap = max(26.0, 7.0 * (len(to_unicode(names[min(place, len(names) - 1)].body)) - 3))
            drawn.append(_arrow(x + wide + 2, x + wide + gap - 2, 43, "forward"))
            drawn.append(_arrow(x + wide + gap - 2, x + wide + 2, 76, "back"))
            x += wide + gap
        else:
            x += wide
    return figure(
        _svg(x + 24, 106, drawn), "forward the parts are made; backward the gradient passes through each of them"
    )


def _ends(block: Chain) -> tuple[Symbol, Symbol] | None:
    """The variable and the loss of ∂L/∂W."""
    left = whole_derivative(block.left) if isinstance(block.left, ir.MatrixOf) else None
    inner = block.left.body if isinstance(block.left, ir.MatrixOf) else block.left
    if isinstance(inner, ir.Partial):
        body = left if left is not None else inner.body
        return (inner.variable, body) if isinstance(body, Symbol) else None
    return None


def _slope(loss: str, text: str) -> str:
    return "1" if text == loss else f"∂{loss}/∂{text}"


def _arrow(start: float, end: float, y: float, kind: str) -> str:
    back = 6 if start > end else -6
    return (
        f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" class="{kind}"/>'
        f'<polygon points="{end},{y} {end + back},{y - 4} {end + back},{y + 4}" class="{kind}"/>'
    )


def _parts(block: Chain) -> list[ir.Named]:
    """The named parts, each after what it is made of; none where one is made of two others."""
    inside = (inner for move in block.moves for inner in move.inner)
    bodies = [move.line.body for move in (*block.moves, *inside)]
    names = names_in(*bodies)
    return names if all(one in nodes_of(other.body) for one, other in pairwise(names)) else []


def pattern(block: Pattern) -> str:
    """A block for each entry of the loss, in it a cell for each of the variable, filled where it is not 0."""
    drawn, step, gap = [], 13, 12
    rows, cols = len(block.filled[0][0]), len(block.filled[0][0][0])
    for i, row in enumerate(block.filled):
        for j, cells in enumerate(row):
            x0, y0 = 30 + j * (cols * step + gap), 24 + i * (rows * step + gap)
            for s, line in enumerate(cells):
                for t, full in enumerate(line):
                    place, kind = f'x="{x0 + t * step}" y="{y0 + s * step}"', "full" if full else "empty"
                    drawn.append(f'<rect {place} width="{step - 1}" height="{step - 1}" class="{kind}"/>')
            if i == 0:
                drawn.append(f'<text x="{x0}" y="16" class="quiet">{escape(block.across.name)} = {j + 1}</text>')
        drawn.append(f'<text x="2" y="{24 + i * (rows * step + gap) + 12}" class="quiet">{i + 1}</text>')
    width, height = 40 + len(block.filled[0]) * (cols * step + gap), 30 + len(block.filled) * (rows * step + gap)
    each = f"{value_html(block.down)}, {value_html(block.across)}"
    caption = f"one block for each {each}; a cell in it is filled where the entry is not 0"
    return figure(_svg(width, height, drawn), caption)

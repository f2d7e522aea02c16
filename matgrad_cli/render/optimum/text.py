"""An optimum as rows of a text page, in the manner of a derivation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...facts import Problem
from ...ir import Symbol
from ...notation.printing.to_unicode import shape_unicode, to_unicode
from ..page import Line, variables_of
from ..rows import BLANK, Row, block, headline, line_rows, sentence_rows
from ..text import INDENT, STYLES, variable_rows, verdict_text
from ..view import View
from ..words import phrase_text
from .page import Block


def optimum_rows(blocks: Iterable[Block], problem: Problem, view: View) -> Iterator[Row]:
    """The rows of the page."""
    for shown in blocks:
        if shown.kind == "variables":
            yield from variable_rows(variables_of(problem), view.width)
            for remark in problem.notes:
                yield from sentence_rows(f"note: {remark}", view.width, INDENT, INDENT + 6, "quiet")
            continue
        yield from _sentence(shown, view)
        yield from _equation(shown, view)
        if shown.kind == "title":
            yield BLANK


def _sentence(shown: Block, view: View) -> Iterator[Row]:
    said = phrase_text(shown.sentence) + (f" (rule {shown.rule})" if shown.rule else "")
    if shown.kind == "title":
        yield Row(said, ((0, len(said), "title"),))
        yield BLANK
    elif shown.verdict is None:
        yield from [BLANK] if shown.equation is not None else []
        yield from sentence_rows(said, view.width, INDENT)
    else:
        yield BLANK
        lead = f"{shown.number:>3}  " if shown.number else " " * INDENT
        yield from headline(lead, said, verdict_text(shown.verdict, view), STYLES[shown.verdict.kind], view.width)
        if shown.kind == "result" and shown.equation is None:
            yield BLANK


def _equation(shown: Block, view: View) -> Iterator[Row]:
    """Its two sides; where one is a name alone the shapes stand under the factors of the other."""
    if shown.equation is None:
        return
    left, right = shown.equation
    if isinstance(left, Symbol) and shown.kind == "result":
        yield BLANK
        yield from line_rows(f"{' ' * INDENT}{to_unicode(left)} = ", Line(right), view, shape_unicode(left.shape), needed=True)
        yield BLANK
    else:
        margin = shape_unicode(left.shape) if shown.kind != "title" and view.detail != "brief" else ""
        yield from block(" " * INDENT, f"{to_unicode(left)} = {to_unicode(right)}", view, margin=margin)

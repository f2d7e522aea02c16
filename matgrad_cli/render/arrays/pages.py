"""Where the other forms of a derivative with three and four indices stand on a page: rows of text, HTML."""

from __future__ import annotations

from collections.abc import Iterator

from ...notation.printing.to_unicode import shape_unicode, to_unicode
from ..page import Page
from ..rows import BLANK, Row, block, sentence_rows
from ..view import View
from .entries import (
    VEC,
    Forms,
    bracketed,
    case_lines,
    forms_of,
    stack_lines,
    stack_title,
    swap_text,
    two_ways,
    vec_label,
)


def page_forms(content: Page) -> Forms:
    """The forms of the result of a page."""
    return forms_of(content.outcome.result, content.loss_name, content.wrt, content.order)


def vec_sentence(forms: Forms) -> str:
    """How the flattened form is introduced: which vec, and its shape."""
    assert forms.result.flattened is not None
    return f"flattened with vec ({VEC}), {shape_unicode(forms.result.flattened.shape)}:"


def entry_rows(content: Page, view: View, label: str) -> Iterator[Row]:
    """Below the entry: the case table, the picture of one slice, the ⊗ form; with full detail both ways of laying the numbers out."""
    forms = page_forms(content)
    if forms.result.cases:
        yield BLANK
        yield from _case_rows(forms, view, label)
    if forms.stack is not None:
        yield BLANK
        yield from sentence_rows(stack_title(forms), view.width, 0)
        yield from _picture(stack_lines(forms), view)
    if forms.flattened is not None:
        yield BLANK
        yield from sentence_rows(vec_sentence(forms), view.width, 0)
        head, flat = f"{vec_label(forms)} = ", to_unicode(forms.flattened)
        if len(head) + len(flat) > view.width:
            yield Row(head.rstrip("= "))
            head = "  = "
        yield from block(head, flat, view)
        for swap in forms.swaps:
            yield from sentence_rows(swap_text(swap), view.width, 0, 4)
    if view.detail == "full":
        for title, cells in two_ways(forms):
            picture = list(_picture(bracketed(cells), view))
            if picture:
                yield BLANK
                yield from sentence_rows(title, view.width, 0)
                yield from picture


def _case_rows(forms: Forms, view: View, label: str) -> Iterator[Row]:
    lines = case_lines(forms)
    for head in (" " * len(label) + " = ", "  = "):
        if len(head) + max(map(len, lines)) <= view.width:
            rest = " " * len(head)
            equals = (len(lines) - 1) // 2
            yield from (Row((head if place == equals else rest) + line) for place, line in enumerate(lines))
            return
    for value, condition in forms.result.cases:
        yield from block("= ", f"{to_unicode(value)} {condition if condition == 'otherwise' else f'if {condition}'}", view)


def _picture(lines: list[str], view: View) -> Iterator[Row]:
    """A picture is shown whole or not at all."""
    if max(map(len, lines)) + 4 <= view.width:
        yield from (Row(f"    {line}") for line in lines)

"""A derivative with more than two letters in HTML: kept apart, so that a page of text does not load what HTML needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from ...notation.printing.to_unicode import to_unicode
from ..html_math import math_html
from ..page import Page
from .entries import condition_text, stack_lines, stack_title, swap_text, vec_label
from .pages import page_forms, vec_sentence


def entry_html(content: Page, formula: Callable[[str], str]) -> Iterator[str]:
    """The parts below the result in HTML."""
    forms = page_forms(content)
    if forms.result.cases:
        rows = "".join(
            f"<tr><td>{math_html(to_unicode(value))}</td><td>{math_html(condition_text(condition))}</td></tr>"
            for value, condition in forms.result.cases
        )
        yield f'<table style="margin-left:2em">{rows}</table>'
    if forms.stack is not None:
        yield f"<p>{math_html(stack_title(forms))}</p><pre>{escape(chr(10).join(stack_lines(forms)))}</pre>"
    if forms.flattened is not None:
        yield f"<p>{math_html(vec_sentence(forms))}</p>"
        yield formula(f"{vec_label(forms)} = {to_unicode(forms.flattened)}")
        yield from (f"<p>{math_html(swap_text(swap))}</p>" for swap in forms.swaps)

"""A document in a format: each format has one visitor of blocks, imported where it is asked for."""

from __future__ import annotations

from typing import Final

from ..diagnostics import Diagnostic, UsageError
from ..ir import Symbol
from ..records import Derivation
from .document.blocks import Document, Heading, Variables
from .document.derivation import document
from .view import Detail, View

FORMATS: Final = ("terminal", "text", "latex", "markdown", "html")


def render(derivation: Derivation, format: str = "text", view: View | None = None) -> str:
    """The page of a derivation."""
    shown = view or View()
    return printed_document(document(derivation, detail_in(format, shown.detail), shown.numbers), format, shown)


def detail_in(format: str, detail: Detail) -> Detail:
    """HTML folds reasons away, so it always has them."""
    return "full" if format == "html" and detail == "normal" else detail


def printed_document(content: Document, format: str, view: View) -> str:
    """The page as `text`, `terminal`, `latex`, `markdown` or `html`."""
    if format not in FORMATS:
        raise UsageError(
            Diagnostic("unknown-format", f"there is no format `{format}`", notes=(f"known are {', '.join(FORMATS)}",))
        )
    if format == "latex":
        from .latex.fragment import latex_page

        text = latex_page(content, view)
        if view.habits is None:
            return text
        from .latex.habits import styled

        head = next((block.phrase for block in content if isinstance(block, Heading)), ())
        about = [part.name for part in head if isinstance(part, Symbol)]
        symbols = [row.symbol for block in content if isinstance(block, Variables) for row in block.rows]
        return styled(text, view.habits, symbols, about[-1] if about else "")
    if format == "markdown":
        from .latex.markdown import markdown_page

        return markdown_page(content, view)
    if format == "html":
        from .html.page import html_fragment

        return html_fragment(content, view)
    from .text import document_rows

    colour = view.colour and format == "terminal"
    rows = document_rows(content, view._replace(colour=colour))
    if not colour:
        return "\n".join(row.text.rstrip() for row in rows) + "\n"
    from .rows import coloured

    return coloured(rows)

"""Which of the two languages a text is tried in, and in what order."""

from __future__ import annotations

from .scope import Syntax

_LATEX_SIGNS = ("\\", "^", "_{")
_BOOK_SIGNS = "ᵀ⊤‖∥²³⁻¹Σ∑√⊙∘𝟏−"


def looks_like_latex(text: str) -> bool:
    """Whether the text has signs that only LaTeX has: a backslash, `^`, `_{`."""
    return any(sign in text for sign in _LATEX_SIGNS)


def in_syntax(text: str, forced: Syntax | None = None) -> tuple[Syntax, ...]:
    """The languages to try, most likely first."""
    if forced is not None:
        return (forced,)
    return ("latex",) if looks_like_latex(text) else ("numpy", "latex")


def in_book_signs(text: str) -> bool:
    """Whether a text is written with the Unicode signs of a book, as in `xᵀAx` and `‖Xw − y‖²`, and with none of Python's."""
    python = ("@", "**", ".T", "[", "np.", "torch.", "==")
    return any(sign in text for sign in _BOOK_SIGNS) and not any(sign in text for sign in python)

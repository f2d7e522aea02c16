"""Which of the two languages a text is tried in, and in what order."""

from __future__ import annotations

from .scope import Syntax

_LATEX_SIGNS = ("\\", "^", "_{")


def looks_like_latex(text: str) -> bool:
    """Whether the text has signs that only LaTeX has: a backslash, `^`, `_{`."""
    return any(sign in text for sign in _LATEX_SIGNS)


def in_syntax(text: str, forced: Syntax | None = None) -> tuple[Syntax, ...]:
    """The languages to try, most likely first."""
    if forced is not None:
        return (forced,)
    return ("latex",) if looks_like_latex(text) else ("numpy", "latex")

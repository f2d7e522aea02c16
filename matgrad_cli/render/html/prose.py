"""Prose with Unicode mathematics as HTML: `R_st` becomes R with small letters below,
`A^∘2` and `Xᵀ` with small letters above."""

from __future__ import annotations

from html import escape
from typing import Final

from ...diagnostics.regex import regex
from ..latex.prose_math import formula_unicode
from ..wrap import SOLID

_RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀⁿᵏ", [*"0123456789−+", "T", "n", "k"], strict=True))
_LOWERED: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_LETTERS = rf"[^\W_{''.join(_RAISED)}]"
_SCRIPT = regex(
    rf"(?P<raised>[{''.join(_RAISED)}]+)|(?P<lowered>[{''.join(_LOWERED)}]+)"
    rf"|(?<![a-z]{{4}})_(?:(?P<set>\((?:[^()]|\([^()]*\))*\))|(?P<below>{_LETTERS}+(?:,{_LETTERS}+)*|\*))"
    r"|\^(?:(?P<power>\((?:[^()]|\([^()]*\))*\))|(?P<above>∘?[^\W_.]+))"
)


_LATEX = regex(r"\\[A-Za-z]|[\^_]\{")


def prose_html(text: str, quoting: bool = True) -> str:
    """A sentence; code between backquotes stays as it is typed, but for LaTeX, which is a formula where a sentence
    quotes it, not where a message says what to type."""
    parts = text.replace(SOLID, " ").split("`")
    if len(parts) % 2 == 0:
        return math_html("`".join(parts))
    return "".join(_typed(part, quoting) if number % 2 else math_html(part) for number, part in enumerate(parts))


def _typed(text: str, quoting: bool) -> str:
    shown = formula_unicode(text) if quoting and _LATEX.search(text) else None
    return f"<code>{escape(text)}</code>" if shown is None else f"<i>{math_html(shown)}</i>"


def math_html(text: str) -> str:
    """A formula with its indices and exponents as <sub> and <sup>."""
    parts: list[str] = []
    end = 0
    for found in _SCRIPT.finditer(text):
        parts += [escape(text[end : found.start()]), _tagged(str(found.lastgroup), found.group(str(found.lastgroup)))]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _tagged(kind: str, inner: str) -> str:
    if kind in ("raised", "lowered"):
        signs = _RAISED if kind == "raised" else _LOWERED
        inner = "".join(signs[sign] for sign in inner)
    if kind == "power":
        inner = inner[1:-1]
    if kind == "set" and not inner.count(",") and "·" in inner:
        inner = inner[1:-1]
    tag = "sup" if kind in ("raised", "power", "above") else "sub"
    return f"<{tag}>{escape(inner)}</{tag}>"

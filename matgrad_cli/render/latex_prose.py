r"""Sentences in LaTeX: special characters escaped, the mathematical signs that prose uses put into $…$."""

from __future__ import annotations

import re
from typing import Final

from ..ir import Dim, Expr, Index, Shape
from ..notation.letters import GREEK
from ..notation.to_latex import dim_latex, name_latex, shape_latex, to_latex
from ..records import Value
from .latex_lines import breakable
from .page import Phrase

_ESCAPES: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "…": r"\dots{}", "–": "--", "—": "---", "“": "``", "”": "''", "’": "'",
    "<": "$<$", ">": "$>$", "|": "$|$",
}  # fmt: skip
_SIGNS: Final = {
    "ᵀ": r"^\top ", "⁻": "^{-}", "¹": "^1", "²": "^2", "³": "^3", "∂": r"\partial ", "Σ": r"\sum", "∇": r"\nabla ", "⟨": r"\langle ",
    "⟩": r"\rangle ", "‖": r"\|", "×": r"\times ", "·": r"\cdot ", "∘": r"\odot ", "⊗": r"\otimes ", "≠": r"\ne ", "≤": r"\le ",
    "≥": r"\ge ", "→": r"\to ", "↦": r"\mapsto ", "−": "-", "≈": r"\approx ", "√": r"\surd ", "∈": r"\in ", "𝟏": r"\mathbf{1}",
    "½": r"\tfrac12 ", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "∞": r"\infty ", "±": r"\pm ", "⊘": r"\oslash ", "∑": r"\sum",
    "⁴": "^4", "ⁿ": "^n", "ᵢ": "_i", "ⱼ": "_j", "∗": "*", "≡": r"\equiv ", "⇒": r"\Rightarrow ", "∫": r"\int ", "ⁱ": "^i", "∏": r"\prod ",
    **{letter: f"\\{name} " for name, letter in GREEK.items() if name not in ("omicron", "Sigma")},
}  # fmt: skip
_MERGED: Final = (("⁻¹", r"^{-1}"), ("⁻ᵀ", r"^{-\top}"), ("⁻²", r"^{-2}"), ("²ₙ", "^2_n"))
_PART: Final = r"(?:\([^()]{0,24}\)|[^\s,;:()`])"
_FORMULA: Final = re.compile(_PART + "*[" + "".join(_SIGNS) + "]" + _PART + "*")


def escaped(text: str) -> str:
    """Prose in LaTeX: `AᵀB` becomes a formula, `50%` is escaped."""
    parts: list[str] = []
    end = 0
    for found in _FORMULA.finditer(text):
        parts += [_plain(text[end : found.start()]), _formula(found.group())]
        end = found.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    text = "".join(_ESCAPES.get(character, character) for character in text)
    text = re.sub(r"`([^`']*)`", r"\\texttt{\1}", text)
    return re.sub(r'"([^"]*)"', r"``\1''", text)


def _formula(text: str) -> str:
    tail = ""
    # a closing bracket that was opened before the formula stays outside
    while text and text[-1] == ")" and text.count(")") > text.count("("):
        text, tail = text[:-1], ")" + tail
    for sign, form in _MERGED:
        text = text.replace(sign, form)
    text = re.sub(r"_(\w{2,})", r"_{\1}", text)
    shown = "".join(_SIGNS.get(character, character) for character in text)
    shown = re.sub(r" +(?=[\s^_)]|$)", "", re.sub("[#%&]", "", shown))
    return f"${shown.strip()}${tail}"


def value_latex(value: Value) -> str:
    """A value of a sentence as inline mathematics."""
    if isinstance(value, Expr):
        return f"${breakable(to_latex(value))}$"
    if isinstance(value, Shape):
        return "number" if value.is_number else f"${shape_latex(value)}$"
    if isinstance(value, Dim):
        return f"${dim_latex(value)}$"
    return f"${name_latex(value.name)}$" if isinstance(value, Index) else escaped(value)


def phrase_latex(phrase: Phrase) -> str:
    """A sentence in LaTeX."""
    return "".join(escaped(part) if isinstance(part, str) else value_latex(part) for part in phrase)


def letters_latex(letters: tuple[Index, ...]) -> str:
    r"""What index letters run over: `$i = 1,\dots,m$`."""
    return ", ".join(rf"${name_latex(letter.name)} = 1,\dots,{dim_latex(letter.dim)}$" for letter in letters)


def title_case(text: str) -> str:
    """The text with its first letter large, if it is a plain letter."""
    return text[:1].upper() + text[1:] if text[:1].isascii() else text

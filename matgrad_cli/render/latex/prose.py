r"""Sentences in LaTeX: special characters escaped, the mathematical signs that prose uses put into $…$."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ...ir import Expr, Index, Named
from ...notation.printing.to_latex import dim_latex, name_latex, printer, to_latex
from ...records import Value
from ..document.blocks import Label, Phrase
from ..document.glossary import ranges
from ..words import value
from .lines import breakable
from .prose_math import SIGNS, formula_latex, pieces

_ESCAPES: Final = {
    **{sign: f"\\{sign}" for sign in "{}$&%#_"},
    **{sign: f"${sign}$" for sign in "<>|"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "…": r"\dots{}",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "’": "'",
}


def escaped(text: str) -> str:
    """Prose in LaTeX: `AᵀB` becomes a formula, `50%` is escaped."""
    return "".join(f"${formula_latex(part)}$" if is_formula else _plain(part) for is_formula, part in pieces(text))


def _plain(text: str) -> str:
    text = "".join(
        _ESCAPES.get(character) or (f"${formula_latex(character)}$" if character in SIGNS else character)
        for character in text
    )
    return re.sub(r'`([^`\']+)`|"([^"]*)"', _quoted, text)


def _quoted(match: re.Match[str]) -> str:
    """Code as it is typed, with straight quotes; words in curved ones."""
    return rf"\texttt{{{match[1]}}}" if match[1] else f"``{match[2]}''"


def value_latex(of: Value | Label) -> str:
    """A value of a sentence as inline mathematics."""
    return value(of, printer(), lambda text: f"${breakable(text) if isinstance(of, Expr) else text}$", escaped)


def phrase_latex(phrase: Phrase) -> str:
    """A sentence in LaTeX."""
    return joined(map(value_latex, phrase))


def joined(parts: Iterable[str]) -> str:
    """The parts of a sentence; an equation between two formulas is one formula."""
    return "".join(parts).replace("$ = $", " = ")


def letters_latex(letters: tuple[Index, ...]) -> str:
    r"""What index letters run over: `$i = 1,\dots,m$`."""
    ends = {
        name_latex(name): [rf"1,\dots,{dim_latex(size)}$" for size in sizes] for name, sizes in ranges(letters).items()
    }
    return ", ".join(f"${name} = {' or $'.join(sizes)}" for name, sizes in ends.items())


def named_latex(names: tuple[Named, ...]) -> str:
    r"""What names stand for: `$G_{1} = X^\top X$`."""
    return ", ".join(f"${to_latex(name)} = {breakable(to_latex(name.body))}$" for name in names)


def title_case(text: str) -> str:
    """The text with its first letter large, if it begins with a word: a single letter is a sign or a name."""
    return text[:1].upper() + text[1:] if text[:1].isascii() and (text[1:2].isalpha() or text[:2] == "a ") else text


def numbers_latex(numbers: str) -> str:
    r"""Written numbers: `[1 2; 3 4]` is a bmatrix, `1/2` a fraction."""
    text = re.sub(r"\[([^]]*)\]", _matrix, numbers)
    text = re.sub(r"(\d+)/(\d+)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"(tr|sum)\(", r"\\operatorname{\1}(", text)
    for sign, command in (("−", "-"), ("·", r"\cdot"), ("∘", r"\circ"), ("…", r"\dots")):
        text = text.replace(sign, command)
    return text


def _matrix(found: re.Match[str]) -> str:
    rows = r" \\ ".join(row.strip().replace(" ", " & ") for row in found.group(1).split(";"))
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def given_latex(given: tuple[str, ...]) -> str:
    """The small example: `$m = 2$, $X = …$`."""
    sides = (one.partition(" = ") for one in given)
    return ", ".join(f"${formula_latex(name)} = {numbers_latex(value)}$" for name, _, value in sides)

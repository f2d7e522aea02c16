r"""Expressions as LaTeX with amsmath: \frac{2}{m} X^\top (XR - Y), \sum_{i,j}, \delta_{ks}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...ir import Expr, Number
from ..names import LATEX_GREEK, split_name
from . import signs
from .book import BookPrinter
from .precedence import ATOM, POWER, Piece, visible


def name_latex(name: str) -> str:
    r"""A name: \lambda, W_{1}, \mathrm{loss}, x_{\mathrm{hat}}."""
    head, tail = split_name(name)
    shown, single = _stem(head), _stem(tail.partition("_")[0])
    below = tail if tail.isdigit() else _stem(tail) if single.startswith(r"\mathrm") else name_latex(tail)
    return f"{shown}_{{{below}}}" if tail else shown


def _stem(text: str) -> str:
    if text.startswith("("):
        return r" \cdot ".join(name_latex(part) for part in text[1:-1].split("·"))  # the size of I_(m·n)
    if text in LATEX_GREEK:
        return f"\\{text}"
    if text == "lam":
        return r"\lambda"
    if text == "omicron" or len(text) == 1:
        return text[0]
    safe = text.replace("_", r"\_")
    return rf"\mathrm{{{safe}}}"


class LatexPrinter(BookPrinter):
    r"""Prints LaTeX. Brackets are \bigl( … \bigr) where needed, never \left, so that a line can be broken anywhere."""

    def brackets(self, text: str) -> str:
        if r"\frac" in text or r"\sum" in text:
            return rf"\Bigl( {text} \Bigr)"
        return rf"\bigl( {text} \bigr)" if "(" in text or r"\lVert" in text else f"({text})"

    words = signs.LATEX
    functions = signs.LATEX_FUNCTIONS
    name_text = staticmethod(name_latex)

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if exponent == r"\top" else f"{base}^{{{exponent}}}"

    def has_own_index(self, base: str) -> bool:
        return "_" in base and not base.endswith((")", "]"))

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"

    def exponent_text(self, node: Expr, part: Piece) -> str:
        if isinstance(node, Number):
            value = node.value
            return str(value.numerator) if value.denominator == 1 else str(value)
        return self.signed(part)

    def between(self, left: Piece, right: Piece, shown: str) -> str:
        if shown[0].isdigit():
            return r" \cdot "
        before = visible(left.text)
        moving = before.startswith(self.word("d")) and not before.endswith(")")  # dX Xᵀ is not d(XXᵀ)
        return r" \, " if moving else " "

    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        below = f"_{{{kind}}}" if kind in ("1", "2", "*") else f"_{kind}" if kind else ""
        above = "" if not power else f"^{power}" if len(power) == 1 else f"^{{{power}}}"
        text = rf"\lVert {self.signed(body)} \rVert{below}{above}"
        return Piece(text, POWER if power else ATOM, tight=True, inner=body)


_BARE: Final = LatexPrinter()
dim_latex: Final = _BARE.dim_text
shape_latex: Final = _BARE.shape_text
printer: Final = LatexPrinter.of
to_latex: Final = LatexPrinter.written

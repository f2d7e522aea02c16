r"""Expressions as LaTeX with amsmath: \frac{2}{m} X^\top (XR - Y), \sum_{i,j}, \delta_{ks}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...ir import Expr, Number
from ..names import LATEX_GREEK, split_name
from .book import BookPrinter
from .precedence import ATOM, POWER, Piece

_WORDS: Final = {
    "transpose": r"\top",
    "inverse": "-1",
    "inverse-transpose": r"-\top",
    "pinv": "+",
    "hadamard": r"\odot",
    "divide": r"\oslash",
    "kron": r"\otimes",
    "plus": "+",
    "minus": "-",
    "d": r"\mathrm{d}",
    "partial": r"\partial ",
    "maps": r"\mapsto",
    "ones": r"\mathbf{1}",
    "eye": "I",
    "delta": r"\delta",
    "entrywise": r"\odot ",
    "number": "{}",
    "fraction": r"\frac{{{}}}{{{}}}",
    "lowered": "{}_{{{}}}",
    "enclosed": r"\Bigl[ {} \Bigr]_{{{}}}",
    "root": r"\sqrt{{{}}}",
    "bars": r"\lvert {} \rvert",
    "angle": r"\langle {}, {} \rangle",
    "ones beside": "{} {}",
    "beside ones": "{} {}",
    "gradient": r"\nabla_{{{1}}} {0}",
    "hessian": r"\nabla_{{{1}}}^2 {0}",
    "identity": "I_{{{}}}",
    "axis 0": r"\operatorname{{{}}}_{{0}}",
    "axis 1": r"\operatorname{{{}}}_{{1}}",
    "function": r"\operatorname{{{}}}",
    "applied": "",
    "comma": ", ",
    "times": " ",
    "times names": " ",
    "shape": r"{}\times {}",
    "number shape": r"1\times 1",
    "sum": r"\sum_{{{}}}",
    "sum to": r"\sum_{{{}=1}}^{{{}}}",
    "sums": " ",
    "pair": "({},{})",
    "listed": "{}",
    "beside": "",
    "and": ",",
    "gap": " ",
}
_FUNCTIONS: Final = {
    **{
        name: f"\\{name}"
        for name in ("max", "exp", "log", "sin", "cos", "tan", "sec", "csc", "cot", "tanh", "sinh", "cosh", "coth")
    },
    "det": r"\det",
    "sigmoid": r"\sigma",
    "logdet": r"\log\det",
    "diagonal": r"\operatorname{diag}",
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
}


def name_latex(name: str) -> str:
    r"""A name: \lambda, W_{1}, \mathrm{loss}, x_{\mathrm{hat}}."""
    head, tail = split_name(name)
    shown = _stem(head)
    return f"{shown}_{{{tail if tail.isdigit() else _stem(tail)}}}" if tail else shown


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

    words = _WORDS
    functions = _FUNCTIONS
    slopes = ("'", r"\nabla ", r"\nabla^2 ", "D^*", r"\partial_{0} ")
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
        moving = left.text.startswith(_WORDS["d"]) and not left.text.endswith(")")  # dX Xᵀ is not d(XXᵀ)
        return r" \, " if moving else " "

    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        below = f"_{{{kind}}}" if kind in ("1", "2", "*") else f"_{kind}" if kind else ""
        above = "" if not power else f"^{power}" if len(power) == 1 else f"^{{{power}}}"
        return Piece(
            rf"\lVert {self.signed(body)} \rVert{below}{above}", POWER if power else ATOM, tight=True, inner=body
        )


_BARE: Final = LatexPrinter()
dim_latex: Final = _BARE.dim_text
shape_latex: Final = _BARE.shape_text
printer: Final = LatexPrinter.of
to_latex: Final = LatexPrinter.written

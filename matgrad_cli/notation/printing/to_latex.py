r"""Expressions as LaTeX with amsmath: \frac{2}{m} X^\top (XR - Y), \sum_{i,j}, \delta_{ks}."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ...ir import Call, Constant, Dim, Expr, Eye, Index, Named, Number, Pair, Position, Shape, Size
from ...ir.functions import WITH_AXES
from ...ir.memory import remembered
from ..letters import GREEK, LATEX_GREEK, split_name
from ..unknown import shown as unknown_shown
from .book import BookPrinter
from .precedence import ATOM, POWER, PRODUCT, UNARY, Marks, Piece, call_level
from .to_text import counted_letters
from .to_unicode import greek_names

_WORDS: Final = {
    "transpose": r"\top", "inverse": "-1", "inverse-transpose": r"-\top", "hadamard": r"\odot", "divide": r"\oslash",
    "kron": r"\otimes", "plus": "+", "minus": "-", "d": r"\mathrm{d}", "partial": r"\partial ", "maps": r"\mapsto", "ones": r"\mathbf{1}",
    "eye": "I", "delta": r"\delta", "entrywise": r"\odot ",
}
_PLAIN: Final = frozenset(["max", "exp", "log", "sin", "cos", "tan", "sec", "csc", "cot", "tanh", "sinh", "cosh", "coth", "det"])
_FUNCTIONS: Final = {
    "sigmoid": r"\sigma", "logdet": r"\log\det", "diagonal": r"\operatorname{diag}",
    "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "log2": r"\log_{2}", "log10": r"\log_{10}",
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


def dim_latex(dim: Dim) -> str:
    """A dimension: m, 3, 2mn."""
    powers = [name_latex(name) + (f"^{{{power}}}" if power > 1 else "") for name, power in dim.powers]
    return r" ".join(([] if dim.factor == 1 and powers else [str(dim.factor)]) + powers)


def shape_latex(shape: Shape) -> str:
    r"""A shape: m\times n."""
    return r"1\times 1" if shape.is_number else rf"{dim_latex(shape.rows)}\times {dim_latex(shape.cols)}"


def position_latex(position: Position) -> str:
    """An index letter; a number counts from 1, as in a book."""
    if isinstance(position, Pair):
        return f"({position_latex(position.outer)},{position_latex(position.inner)})"
    return str(position + 1) if isinstance(position, int) else name_latex(position.name)


def positions_latex(positions: Iterable[Position | None]) -> str:
    """Index letters one after the other, with commas where letters alone would be ambiguous."""
    shown = [position_latex(position) for position in positions if position is not None]
    return ("" if all(len(letter) == 1 and letter.isalpha() for letter in shown) else ",").join(shown)


class LatexPrinter(BookPrinter):
    r"""Prints LaTeX. Brackets are \bigl( … \bigr) where needed, never \left, so that a line can be broken anywhere."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._taken = taken

    def brackets(self, text: str) -> str:
        if r"\frac" in text or r"\sum" in text:
            return rf"\Bigl( {text} \Bigr)"
        return rf"\bigl( {text} \bigr)" if "(" in text or r"\lVert" in text else f"({text})"

    def minus(self, text: str) -> str:
        return f"-{text}"

    def word(self, key: str) -> str:
        return _WORDS[key]

    def name(self, name: str) -> Piece:
        return Piece(name_latex(name), tight=True)

    def on_number(self, node: Number, parts: tuple[Piece, ...]) -> Piece:
        value = abs(node.value)
        if value.denominator == 1:
            return Piece(str(value), ATOM, negative=node.value < 0, tight=True)
        return Piece(rf"\frac{{{value.numerator}}}{{{value.denominator}}}", PRODUCT, negative=node.value < 0, tight=True)

    def on_constant(self, node: Constant, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"\\{node.name}" if node.name in GREEK else node.name, tight=True)

    def on_size(self, node: Size, parts: tuple[Piece, ...]) -> Piece:
        text = dim_latex(node.dim)
        return Piece(text, PRODUCT if " " in text else ATOM, tight=True)

    def fraction(self, top: str, bottom: Piece) -> Piece:
        return Piece(rf"\frac{{{top}}}{{{self.signed(bottom)}}}", PRODUCT, tight=True)

    def above_bar(self, top: Piece) -> str:
        return self.signed(top)

    def big_sum(self, indices: Iterable[Index], body: Expr) -> str:
        told = counted_letters(body)
        together = ",".join(position_latex(index) for index in indices if index in told)
        apart = [rf"\sum_{{{position_latex(index)}=1}}^{{{dim_latex(index.dim)}}}" for index in indices if index not in told]
        return " ".join(([rf"\sum_{{{together}}}"] if together else []) + apart)

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if exponent == r"\top" else f"{base}^{{{exponent}}}"

    def lowered(self, base: str, positions: Iterable[Position | None]) -> str:
        return f"{base}_{{{positions_latex(positions)}}}"

    def enclosed(self, body: str, positions: Iterable[Position | None]) -> str:
        return rf"\Bigl[ {body} \Bigr]_{{{positions_latex(positions)}}}"

    def gradient(self, loss: str, wrt: str, order: int) -> str:
        return rf"\nabla_{{{name_latex(wrt)}}}{'^2' if order == 2 else ''} {name_latex(loss)}"

    def on_named(self, node: Named, parts: tuple[Piece, ...]) -> Piece:
        if isinstance(node.body, Eye) and node.name.startswith("I_"):  # named by its size
            return Piece(f"I_{{{dim_latex(node.body.dim)}}}", tight=True)
        return self.name(node.name)

    def has_own_index(self, base: str) -> bool:
        return "_" in base and not base.endswith((")", "]"))

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"

    def root(self, body: str, level: int) -> Piece:
        return Piece(rf"\sqrt{{{body}}}", ATOM, tight=True)

    def exponent_text(self, node: Expr, part: Piece) -> str:
        if isinstance(node, Number):
            value = node.value
            return str(value.numerator) if value.denominator == 1 else str(value)
        return self.signed(part)

    def quotient(self, top: str, bottom: str) -> Piece:
        return Piece(rf"\frac{{{top}}}{{{bottom}}}", UNARY, tight=True)

    def between(self, left: Piece, right: Piece, shown: str) -> str:
        if shown[0].isdigit():
            return r" \cdot "
        moving = left.text.startswith(_WORDS["d"]) and not left.text.endswith(")")  # dX Xᵀ is not d(XXᵀ)
        return r" \, " if moving else " "

    def call(self, node: Call, parts: tuple[Piece, ...]) -> Piece:
        name, body = node.function, self.signed(parts[0])
        if name == "abs" and node.shape.is_number:  # of an array the bars would say its norm or its determinant
            return Piece(rf"\lvert {body} \rvert")
        if name == "inner":
            return Piece(rf"\langle {body}, {self.signed(parts[1])} \rangle")
        if name == "sum0":
            return Piece(rf"\mathbf{{1}}^\top {self.within(parts[0], PRODUCT)}", PRODUCT)
        if name == "sum1":
            return Piece(rf"{self.within(parts[0], PRODUCT)} \mathbf{{1}}", PRODUCT)
        body = ", ".join(map(self.signed, parts))
        return Piece(self._function(name) + self.brackets(body), call_level(name))

    def _function(self, name: str) -> str:
        if (shown := unknown_shown(name, name_latex, "'", r"\nabla ", r"\nabla^2 ", "D^*", r"\partial_{0} ")):
            return shown
        if name in _FUNCTIONS and not (name == "sigmoid" and self._taken):
            return _FUNCTIONS[name]
        if name[-1] in "01" and name[:-1] in WITH_AXES:  # the axis, as in Python
            return rf"\operatorname{{{name[:-1]}}}_{{{name[-1]}}}"
        return f"\\{name}" if name in _PLAIN else rf"\operatorname{{{name}}}"

    def norm(self, body: Piece, kind: str, power: str) -> Piece:
        below = f"_{{{kind}}}" if kind in ("1", "2", "*") else f"_{kind}" if kind else ""
        above = "" if not power else f"^{power}" if len(power) == 1 else f"^{{{power}}}"
        return Piece(rf"\lVert {self.signed(body)} \rVert{below}{above}", POWER if power else ATOM, tight=True, inner=body)


@remembered(maxsize=4)
def printer(taken: frozenset[str] = frozenset()) -> LatexPrinter:
    """The printer for expressions whose variables have taken these letters."""
    return LatexPrinter(taken)


def to_latex(node: Expr, marks: Marks | None = None) -> str:
    r"""The expression in LaTeX: `\frac{2}{m} X^\top (XR - Y)`. Marked parts stand between private characters."""
    return printer(greek_names(node)).show(node, marks)

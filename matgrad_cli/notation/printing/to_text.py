"""Expressions as text of the expression language: what is printed here is read back as the same expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from ... import ir
from ...ir.functions import WITH_AXES
from ...ir.memory import remembered
from ..unknown import written
from .precedence import ATOM, POWER, PRODUCT, SUM, UNARY, Piece, Printer, counted_letters

_WORDS: Final = {"eye": "eye", "ones": "ones", "zeros": "zeros", "inverse": "inv"}
_CALLS: Final = {
    "norm1": "norm({}, 1)",
    "powm": "matrix_power({}, {})",
    "nuclear": "norm({}, 'nuc')",
    "spectral": "norm({}, 2)",
    "diagonal": "diag({})",
    "inner": "inner({}, {})",
    **{f"{name}{axis}": f"{name}({{}}, axis={axis})" for name in ("sum", *WITH_AXES) for axis in (0, 1)},
}


def dim_text(dim: ir.Dim) -> str:
    """A dimension in the expression language: `m`, `3`, `2*m*n`."""
    powers = [name if power == 1 else f"{name}**{power}" for name, power in dim.powers]
    return "*".join(([] if dim.factor == 1 and powers else [str(dim.factor)]) + powers)


def shape_text(shape: ir.Shape) -> str:
    """The arguments that make an array of a shape: `n` for a column, else `m, n`."""
    return dim_text(shape.rows) if shape.cols is ir.ONE else f"{dim_text(shape.rows)}, {dim_text(shape.cols)}"


def position_text(position: ir.Position) -> str:
    """An index: a letter, a number, or a pair `(i, j)` as a row of A ⊗ B."""
    if isinstance(position, ir.Pair):
        return f"({position_text(position.outer)}, {position_text(position.inner)})"
    return str(position)


def positions_text(*positions: ir.Position | None) -> str:
    """The index letters between brackets, absent ones left out."""
    return ",".join(position_text(position) for position in positions if position is not None)


def fraction_text(value: Fraction) -> str:
    """The size of a number: `2`, `1/3`; a negative one as a decimal,
    because -0.5 is read as one number and -1/2 is not."""
    decimal = str(float(-value)) if value < 0 else ""
    short = decimal and "e" not in decimal and len(decimal) < 12 and Fraction(decimal) == -value
    return decimal if short else str(abs(value))


class TextPrinter(Printer):
    """Python's operators with NumPy's meaning; structure is kept exactly, also where brackets could be spared."""

    words: Mapping[str, str] = _WORDS

    def name(self, name: str) -> str:
        """A variable's name."""
        return name

    def dim(self, dim: ir.Dim) -> str:
        """A dimension."""
        return dim_text(dim)

    def size(self, shape: ir.Shape) -> str:
        """The arguments that make an array of a shape."""
        return shape_text(shape)

    def minus(self, text: str) -> str:
        return f"-{text}"

    # ---- leaves

    def on_number(self, node: ir.Number, parts: tuple[Piece, ...]) -> Piece:
        text = str(abs(node.value)) if node.value.denominator == 1 else fraction_text(node.value)
        return Piece(text, PRODUCT if "/" in text else ATOM, negative=node.value < 0)

    def on_constant(self, node: ir.Constant, parts: tuple[Piece, ...]) -> Piece:
        return Piece(node.name)

    def on_size(self, node: ir.Size, parts: tuple[Piece, ...]) -> Piece:
        text = self.dim(node.dim)
        return Piece(text, ATOM if text.isidentifier() or text.isdigit() else PRODUCT)

    def on_symbol(self, node: ir.Symbol, parts: tuple[Piece, ...]) -> Piece:
        return Piece(self.name(node.name))

    on_stack = on_symbol
    on_named = on_symbol

    def on_eye(self, node: ir.Eye, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.words['eye']}({self.dim(node.dim)})")

    def on_fill(self, node: ir.Fill, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.words['ones' if node.value else 'zeros']}({self.size(node.declared)})")

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        return f"[[{'], ['.join(map(', '.join, rows))}]]"

    def on_delta(self, node: ir.Delta, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"delta[{positions_text(node.left, node.right)}]")

    # ---- sums and products

    def on_add(self, node: ir.Add, parts: tuple[Piece, ...]) -> Piece:
        text = self.signed(parts[0]) if parts[0].level > SUM or parts[0].negative else self.brackets(parts[0].text)
        for part in parts[1:]:
            shown = self.brackets(part.text) if part.level <= SUM else part.text
            text += f" - {shown}" if part.negative else f" + {shown}"
        return Piece(text, SUM)

    def on_mul(self, node: ir.Mul, parts: tuple[Piece, ...]) -> Piece:
        negative = isinstance(node.factors[0], ir.Number) and parts[0].negative
        first, rest = parts[0], parts[1:]
        if node.factors[0] is ir.Number(-1) and rest and rest[0].under is None:
            first, rest = rest[0], rest[1:]
        elif negative:
            first = Piece(first.text, first.level)
        text = f"1/{self.within(first.under, POWER)}" if first.under else self._factor(first, first=True)
        for part in rest:
            text += f"/{self.within(part.under, POWER)}" if part.under else f"*{self._factor(part)}"
        return Piece(text, PRODUCT, negative)

    def _factor(self, part: Piece, first: bool = False) -> str:
        return self.within(part, PRODUCT if first and not part.chunks else UNARY)

    def _joined(self, parts: tuple[Piece, ...], operator: str) -> Piece:
        return Piece(operator.join(self.within(part, UNARY) for part in parts), PRODUCT)

    def on_matmul(self, node: ir.MatMul, parts: tuple[Piece, ...]) -> Piece:
        return self._joined(parts, " @ ")

    def on_hadamard(self, node: ir.Hadamard, parts: tuple[Piece, ...]) -> Piece:
        text = self.within(parts[0], UNARY)
        for part in parts[1:]:
            text += f" / {self.within(part.under, POWER)}" if part.under else f" * {self.within(part, UNARY)}"
        return Piece(text, PRODUCT)

    def on_kron(self, node: ir.Kron, parts: tuple[Piece, ...]) -> Piece:
        text = self.signed(parts[0])
        for part in parts[1:]:
            text = f"kron({text}, {self.signed(part)})"
        return Piece(text)

    def on_power(self, node: ir.Power, parts: tuple[Piece, ...]) -> Piece:
        base, exponent = parts
        raised = f"{self.within(base, ATOM)}**"
        if not isinstance(node.exponent, ir.Number):
            return Piece(raised + self.within(exponent, ATOM), POWER)
        value = node.exponent.value
        under = base if value == -1 else None
        shown = str(value) if value.denominator == 1 else self.within(exponent, ATOM)
        return Piece(raised + shown, POWER, under=under)

    def on_matrixpower(self, node: ir.MatrixPower, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"matrix_power({self.signed(parts[0])}, {node.exponent})")

    def on_transpose(self, node: ir.Transpose, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.within(parts[0], ATOM)}.T")

    def on_inverse(self, node: ir.Inverse, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.words['inverse']}({self.signed(parts[0])})")

    def on_call(self, node: ir.Call, parts: tuple[Piece, ...]) -> Piece:
        shown = [self.signed(part) for part in parts]
        if node.function == "norm" and node.argument.shape.is_matrix:
            return Piece(f"norm({shown[0]}, 'fro')")
        form = _CALLS.get(node.function)
        return Piece(form.format(*shown) if form else f"{written(node.function)}({', '.join(shown)})")

    # ---- the index level and pending work

    def on_entry(self, node: ir.Entry, parts: tuple[Piece, ...]) -> Piece:
        if (of_one := ir.unstacked(node)) is not node:
            at = ir.number_of(of_one.base) if isinstance(of_one.base, ir.MatrixOf) else None
            one = f"{parts[0].text}[{at}]" if at is not None else self.within(self.piece(of_one.base), ATOM)
            return Piece(f"{one}[{positions_text(of_one.row, of_one.col)}]")
        return Piece(f"{self.within(parts[0], ATOM)}[{positions_text(node.row, node.col)}]")

    def on_sumover(self, node: ir.SumOver, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"sum[{','.join(_bound(index, node.body) for index in node.indices)}]({self.signed(parts[0])})")

    def on_matrixof(self, node: ir.MatrixOf, parts: tuple[Piece, ...]) -> Piece:
        if (at := ir.number_of(node)) is not None:
            return Piece(f"{self.piece(node.body.children[0]).text}[{at}]")
        row, col = (_bound(letter, node.body) if letter else "" for letter in (node.row, node.col))
        letters = f"{row},{col}" if col else row  # a column writes one letter; a row needs its place kept
        return Piece(f"entries[{letters}]({self.signed(parts[0])})")

    def on_partial(self, node: ir.Partial, parts: tuple[Piece, ...]) -> Piece:
        letters = positions_text(node.row, node.col)
        return Piece(f"partial({self.signed(parts[0])}, {node.variable.name}{f'[{letters}]' if letters else ''})")

    def on_differential(self, node: ir.Differential, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"d({', '.join(self.signed(part) for part in parts)})")

    def on_linearmap(self, node: ir.LinearMap, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"map[{node.argument.name}]({self.signed(parts[0])})")


def _bound(index: ir.Index, body: ir.Expr) -> str:
    """A bound letter, with its length where no entry says it: `i`, but `i:n` in a sum of δ's alone."""
    return index.name if index in counted_letters(body) else f"{index.name}:{dim_text(index.dim)}"


@remembered(maxsize=1)
def _printer() -> TextPrinter:
    return TextPrinter()


def to_text(node: ir.Expr) -> str:
    """The expression in the language that users type: `2/m*(X.T @ (X @ R - Y))`. A named part prints its name."""
    return _printer().show(node)

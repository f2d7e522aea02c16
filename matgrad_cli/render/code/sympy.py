"""A result as SymPy code: matrix symbols of symbolic size, nothing evaluated by us."""

from __future__ import annotations

from typing import Final

from ... import ir
from ...diagnostics import Diagnostic, StuckError
from ...facts import Problem
from ...ir import ELEMENTWISE, Dim, Expr, Index, Position, Shape, Symbol, is_elementwise, letters_in
from ...ir.functions import CHANGES, GREATEST, MATRIX_FUNCTIONS, PRODUCTS
from ...ir.walk import names_in
from ...notation.names import words
from ...notation.printing.precedence import ATOM, POWER, UNARY, Piece
from ...notation.printing.to_text import TextPrinter, dim_text
from ...records import Derivation, Result
from ..words import comments
from .names import safe_name

_WORDS: Final = {"eye": "Identity", "ones": "OneMatrix", "zeros": "ZeroMatrix", "inverse": "Inverse"}
_SCALARS: Final = {"tr": "Trace({x})", "det": "Determinant({x})", "logdet": "log(Determinant({x}))"}
_RENAMED: Final = {
    "abs": "Abs",
    "sigmoid": "Lambda(z, 1/(1 + exp(-z)))",
    "softplus": "Lambda(z, log(1 + exp(z)))",
    "relu": "Lambda(z, Max(z, 0))",
    "step": "Lambda(z, Heaviside(z))",
    "square": "Lambda(z, z**2)",
    "reciprocal": "Lambda(z, 1/z)",
    "expm1": "Lambda(z, exp(z) - 1)",
    "log1p": "Lambda(z, log(1 + z))",
    "log2": "Lambda(z, log(z, 2))",
    "log10": "Lambda(z, log(z, 10))",
    "lgamma": "loggamma",
    "silu": "Lambda(z, z/(1 + exp(-z)))",
    "gelu": "Lambda(z, z*(1 + erf(z/sqrt(2)))/2)",
}

_REFUSED: Final = {
    "polar": "the polar factor",
    "leading": "the leading singular vectors",
    "nuclear": "the nuclear norm",
    "spectral": "the spectral norm",
    **dict.fromkeys(GREATEST | PRODUCTS, "greatest entries and products of entries"),
    **dict.fromkeys(("tril", "triu", "strictupper", "shiftup", "butlast"), "parts of arrays"),
    **dict.fromkeys(("cross", "crossmat"), "cross products"),
    "pinv": "the pseudoinverse",
    "eigmax": "eigenvalues",
    "topvv": "eigenvectors",
    "vec": "vec",
    **dict.fromkeys((*MATRIX_FUNCTIONS, *CHANGES, "powm"), "functions of matrices"),
}

_TAKEN: Final = frozenset(ELEMENTWISE) | words(
    """z gradient pi E Integer Rational Symbol MatrixSymbol symbols Dummy Lambda Sum Trace Determinant Inverse
    Identity OneMatrix ZeroMatrix HadamardProduct HadamardPower KroneckerProduct KroneckerDelta DiagMatrix
    FunctionMatrix Max Heaviside Abs"""
)
"""Names of SymPy that a module may use: no variable may hide one."""


def sympy_code(derivation: Derivation) -> str:
    """The module for the result of a derivation."""
    return "\n".join([*comments([derivation], "#"), sympy_module(derivation.result, derivation.problem)])


def sympy_module(result: Result, problem: Problem) -> str:
    """A module that builds the result as the expression `gradient`; StuckError where SymPy has no such function."""
    if problem.half:
        raise StuckError(Diagnostic("cannot-print", f"SymPy has no vech({problem.wrt.name})", help="`--format numpy`"))
    stated = result.stated
    printer = SympyPrinter(problem.variables, letters_in(stated))
    parts = [f"{printer.name(node.name)} = {printer.show(node.body)}" for node in names_in(stated)]
    shown = printer.show(stated)
    whole = isinstance(stated, ir.Number) and stated.value.denominator == 1
    last = f"gradient = Integer({shown})" if whole else f"gradient = {shown}"
    sizes = sorted({name for dim in printer.dims for name in dim.names})
    lines = ["from sympy import *", ""]
    if sizes:
        lines.append(_symbols(sizes, printer, "integer=True, positive=True"))
    letters = sorted({letter.name for letter in letters_in(stated)})
    if letters:
        lines.append(_symbols(letters, printer, "integer=True"))
    lines += [f'{name} = Dummy("{name}", integer=True)' for name in printer.zeros]
    if printer.uses_z or "Lambda(z" in last or any("Lambda(z" in part for part in parts):
        lines.append('z = Dummy("z")')
    for symbol in problem.variables:
        name = printer.name(symbol.name)
        if symbol.shape.is_number:
            lines.append(f'{name} = Symbol("{symbol.name}")')
        else:
            lines.append(f'{name} = MatrixSymbol("{symbol.name}", {printer.size(symbol.shape)})')
    return "\n".join([*lines, *parts, last, ""])


def _symbols(names: list[str], printer: SympyPrinter, options: str) -> str:
    left = ", ".join(printer.name(name) for name in names)
    comma = "," if len(names) == 1 else ""
    return f'{left}{comma} = symbols("{" ".join(names)}{comma}", {options})'


class SympyPrinter(TextPrinter):
    """The expression language with SymPy's names: `*` is the matrix product, elementwise work is spelled out."""

    words = _WORDS

    def __init__(self, variables: tuple[Symbol, ...], letters: frozenset[Index]) -> None:
        super().__init__()
        self.dims: set[Dim] = {side for symbol in variables for side in (symbol.shape.rows, symbol.shape.cols)}
        self.dims |= {letter.dim for letter in letters}
        self.uses_z = False
        self.zeros: list[str] = []

    def name(self, name: str) -> str:
        """A Python name that hides none of SymPy's that the module uses."""
        return safe_name(name, _TAKEN)

    def dim(self, dim: Dim) -> str:
        """A dimension as SymPy code."""
        self.dims.add(dim)
        text = dim_text(dim)
        return self.name(text) if text.isidentifier() else text

    def size(self, shape: Shape) -> str:
        """rows, columns."""
        return f"{self.dim(shape.rows)}, {self.dim(shape.cols)}"

    def on_number(self, node: ir.Number, parts: tuple[Piece, ...]) -> Piece:
        value = abs(node.value)
        text = str(value) if value.denominator == 1 else f"Rational({value.numerator}, {value.denominator})"
        return Piece(text, negative=node.value < 0)

    def on_constant(self, node: ir.Constant, parts: tuple[Piece, ...]) -> Piece:
        return Piece("E" if node.name == "e" else node.name)

    def on_literal(self, node: ir.Literal, parts: tuple[Piece, ...]) -> Piece:
        rows = [", ".join(f"Rational({value.numerator}, {value.denominator})" for value in row) for row in node.rows]
        return Piece(f"ImmutableMatrix([{', '.join(f'[{row}]' for row in rows)}])")

    def on_delta(self, node: ir.Delta, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"KroneckerDelta({self._position(node.left)}, {self._position(node.right)})")

    def _position(self, position: Position | None) -> str:
        if isinstance(position, ir.Pair):
            outer, inner = map(self._position, (position.outer, position.inner))
            return f"({outer})*{self.dim(position.inner_dim)} + {inner}"
        return "0" if position is None else self.name(str(position)) if isinstance(position, Index) else str(position)

    def on_matmul(self, node: ir.MatMul, parts: tuple[Piece, ...]) -> Piece:
        piece = self._joined(parts, "*")
        return Piece(f"Trace({piece.text})") if node.shape.is_number else piece

    def on_hadamard(self, node: ir.Hadamard, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"HadamardProduct({', '.join(self.signed(part) for part in parts)})")

    def on_kron(self, node: ir.Kron, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"KroneckerProduct({', '.join(self.signed(part) for part in parts)})")

    def on_power(self, node: ir.Power, parts: tuple[Piece, ...]) -> Piece:
        if node.shape.is_number:
            value = node.exponent.value if isinstance(node.exponent, ir.Number) else None
            shown = str(value) if value is not None and value.denominator == 1 else self.within(parts[1], ATOM)
            if value is not None and value.denominator != 1:
                shown = f"Rational({value.numerator}, {value.denominator})"
            return Piece(f"{self.within(parts[0], ATOM)}**{shown}", POWER, under=parts[0] if value == -1 else None)
        return Piece(f"HadamardPower({self.signed(parts[0])}, {self.signed(parts[1])})")

    def on_matrixpower(self, node: ir.MatrixPower, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.within(parts[0], ATOM)}**{node.exponent}", POWER)

    def on_entry(self, node: ir.Entry, parts: tuple[Piece, ...]) -> Piece:
        return Piece(f"{self.within(parts[0], ATOM)}[{self._position(node.row)}, {self._position(node.col)}]")

    def on_sumover(self, node: ir.SumOver, parts: tuple[Piece, ...]) -> Piece:
        ranges = ", ".join(f"({self.name(index.name)}, 0, {self.dim(index.dim)} - 1)" for index in node.indices)
        return Piece(f"Sum({self.signed(parts[0])}, {ranges})")

    def on_matrixof(self, node: ir.MatrixOf, parts: tuple[Piece, ...]) -> Piece:
        row, col = (self.name(letter.name) if letter else self._zero() for letter in (node.row, node.col))
        return Piece(f"FunctionMatrix({self.size(node.shape)}, Lambda(({row}, {col}), {self.signed(parts[0])}))")

    def _zero(self) -> str:
        """A letter for the side of length 1 of a vector: it is always 0."""
        self.zeros = ["zero"]
        return "zero"

    def on_call(self, node: ir.Call, parts: tuple[Piece, ...]) -> Piece:
        name, shown, shape = node.function, self.signed(parts[0]), node.argument.shape
        if name in _REFUSED or name[2:3] == ":":
            refused = _REFUSED.get(name, "a function without a meaning")
            message = f"the result holds {refused}, for which SymPy has no matrix expression"
            raise StuckError(Diagnostic("cannot-print", message, help="`--format numpy`"))
        if shape.is_number and not is_elementwise(name) and name != "norm":  # a matrix of one entry
            parts = tuple([Piece(f"ImmutableMatrix([[{self.signed(part)}]])") for part in parts])
            shown = parts[0].text
        if name in _SCALARS:
            return Piece(_SCALARS[name].format(x=shown))
        if name == "norm":
            return Piece(f"sqrt(Trace(({shown}).T*({shown})))" if not shape.is_number else f"Abs({shown})")
        if name == "inner":
            return Piece(f"Trace(({shown}).T*({self.signed(parts[1])}))")
        return self._array_call(name, shown, node.argument)

    def _array_call(self, name: str, shown: str, argument: Expr) -> Piece:
        shape = argument.shape
        rows, cols = self.dim(shape.rows), self.dim(shape.cols)
        if name == "diag" and isinstance(argument, ir.Fill):  # SymPy takes diag of a constant vector for a column
            return Piece(f"Identity({rows})" if argument.value else f"ZeroMatrix({rows}, {rows})")
        form = _ARRAYS.get(name)
        if form is not None:
            text = form.format(x=f"({shown})", exp=f"({shown}).applyfunc(exp)", rows=rows, cols=cols)
            closed = text.endswith(")") and "*" not in text.split("(")[0] and text[0] != "("
            return Piece(text, ATOM if closed else UNARY)
        function = _RENAMED.get(name, name)
        self.uses_z = self.uses_z or "(z" in function
        return Piece(f"({function})({shown})" if shape.is_number else f"({shown}).applyfunc({function})")


_TOTAL: Final = "Trace(OneMatrix(1, {{rows}})*{}*OneMatrix({{cols}}, 1))"
_ARRAYS: Final = {
    "sum": _TOTAL.format("{x}"),
    "norm1": _TOTAL.format("{x}.applyfunc(Abs)"),
    "logsumexp": f"log({_TOTAL.format('{exp}')})",
    "mean": f"{_TOTAL.format('{x}')}/({{rows}}*{{cols}})",
    "sum0": "OneMatrix(1, {rows})*{x}",
    "sum1": "{x}*OneMatrix({cols}, 1)",
    "mean0": "OneMatrix(1, {rows})*{x}/{rows}",
    "mean1": "{x}*OneMatrix({cols}, 1)/{cols}",
    "logsumexp0": "(OneMatrix(1, {rows})*{exp}).applyfunc(log)",
    "logsumexp1": "({exp}*OneMatrix({cols}, 1)).applyfunc(log)",
    "softmax": "{exp}/" + _TOTAL.format("{exp}"),
    "softmax0": "HadamardProduct({exp}, HadamardPower(OneMatrix({rows}, {rows})*{exp}, -1))",
    "softmax1": "HadamardProduct({exp}, HadamardPower({exp}*OneMatrix({cols}, {cols}), -1))",
    "diag": "DiagMatrix({x})",
    "diagonal": "HadamardProduct(Identity({rows}), {x})*OneMatrix({rows}, 1)",
}
"""Functions of arrays in terms of SymPy's matrix expressions: {x} the argument, {exp} its exponential."""

"""The closed table of named functions: what each takes and the shape it returns. What they mean is `verify`'s business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..diagnostics.record import record
from .dimensions import NUMBER, ONE, Shape


@record
class Function:
    """A named function of one or more arrays.

    `kind` is `elementwise` (same shape out), `scalar` (a number out), `array` (another array out).
    `needs` says what the argument must be: any, square, array (not a number), vector, matrix; `others` what each further argument
    must be: `same` (of the shape of the first) or `number`.
    """

    name: str
    kind: str
    shape: Callable[[tuple[Shape, ...]], Shape]
    needs: str = "any"
    others: tuple[str, ...] = ()


def _same(shapes: tuple[Shape, ...]) -> Shape:
    return shapes[0]


def _number(shapes: tuple[Shape, ...]) -> Shape:
    return NUMBER


def _column_sums(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(ONE, shapes[0].cols)


def _row_sums(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows, ONE)


def _diagonal(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows, ONE)


def _diagonal_matrix(shapes: tuple[Shape, ...]) -> Shape:
    side = shapes[0].rows if shapes[0].cols is ONE else shapes[0].cols
    return Shape(side, side)


def _stacked(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows * shapes[0].cols, ONE)


ELEMENTWISE: Final = (
    "exp log sqrt abs sign step sin cos tan sec csc cot tanh sinh cosh coth asin acos atan asinh acosh atanh "
    "sigmoid softplus relu erf expm1 log1p log2 log10 gelu silu square reciprocal"
).split()
"""Functions that act on every entry. `step` is 1 for positive entries and 0 for negative ones."""

MATRIX_FUNCTIONS: Final = {"expm": "exp", "logm": "log", "sinm": "sin", "cosm": "cos"}
"""Functions of a square matrix as power series of it, and the function of a number that gives the series; `powm(A, p)` is one more."""

CHANGES: Final = {f"D{name}": name for name in (*MATRIX_FUNCTIONS, "powm")}
"""`Dexpm(A, H)` is the derivative of `expm` at A along H; the last argument is H."""


def unknown(name: str, kind: str, order: int = 0) -> str:
    """What a function that has no meaning is called in a `Call`: `kind` is `e` (of every entry) or `n` (of an array a number).

    Its derivative of order 1 is φ′, or the gradient ∇f of the shape of the argument; of order 2 φ″, or the Hessian ∇²f of a column.
    """
    return f"{kind}{order}:{name}"


def unknown_parts(function: str) -> tuple[str, int, str] | None:
    """Kind, order and name of an unknown function; None for one of the table."""
    return (function[0], int(function[1]), function[3:]) if function[2:3] == ":" else None


def _hessian(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows, shapes[0].rows)


class _Functions(dict[str, Function]):
    """The table, and unknown functions as they are asked for."""

    def __missing__(self, name: str) -> Function:
        parts = unknown_parts(name)
        if parts is None:
            raise KeyError(name)
        kind, order, _ = parts
        if kind == "e":
            return Function(name, "elementwise", _same)
        return Function(name, "array" if order else "scalar", (_number, _same, _hessian)[order], "vector" if order == 2 else "any")


FUNCTIONS: Final[dict[str, Function]] = _Functions({
    **{name: Function(name, "elementwise", _same) for name in ELEMENTWISE},
    "tr": Function("tr", "scalar", _number, "square"),
    "det": Function("det", "scalar", _number, "square"),
    "logdet": Function("logdet", "scalar", _number, "square"),
    "sum": Function("sum", "scalar", _number),
    "mean": Function("mean", "scalar", _number),
    "norm": Function("norm", "scalar", _number),  # Euclidean of a vector, Frobenius of a matrix
    "norm1": Function("norm1", "scalar", _number, "vector"),  # sum of absolute values
    "nuclear": Function("nuclear", "scalar", _number, "matrix"),  # sum of singular values
    "eigmax": Function("eigmax", "scalar", _number, "square"),  # largest eigenvalue of a symmetric matrix
    "topvv": Function("topvv", "array", _same, "square"),  # v vᵀ of its eigenvector of length 1
    "spectral": Function("spectral", "scalar", _number, "matrix"),  # largest singular value
    "inner": Function("inner", "scalar", _number, "any", ("same",)),  # ⟨A, B⟩ = tr(Aᵀ B)
    "pinv": Function("pinv", "array", lambda shapes: shapes[0].transposed, "matrix"),  # A⁺ of full rank
    "polar": Function("polar", "array", _same, "matrix"),  # U Vᵀ of the singular value decomposition
    "leading": Function("leading", "array", _same, "matrix"),  # u₁ v₁ᵀ of the largest singular value
    **{name: Function(name, "array", _same, "square") for name in MATRIX_FUNCTIONS},
    **{f"D{name}": Function(f"D{name}", "array", _same, "square", ("same",)) for name in MATRIX_FUNCTIONS},
    "powm": Function("powm", "array", _same, "square", ("number",)),  # A^p = exp(p log A)
    "Dpowm": Function("Dpowm", "array", _same, "square", ("number", "same")),
    "sum0": Function("sum0", "array", _column_sums, "array"),  # 1×n: adds up each column
    "sum1": Function("sum1", "array", _row_sums, "array"),  # m×1: adds up each row
    "mean0": Function("mean0", "array", _column_sums, "array"),
    "mean1": Function("mean1", "array", _row_sums, "array"),
    "diagonal": Function("diagonal", "array", _diagonal, "square"),  # matrix → vector
    "diag": Function("diag", "array", _diagonal_matrix, "vector"),  # vector → matrix
    "vec": Function("vec", "array", _stacked, "array"),  # columns on top of each other
    "strictupper": Function("strictupper", "array", _same, "array"),  # 0 on and below the diagonal
    "shiftup": Function("shiftup", "array", _same, "array"),  # every row one place up, the first to the end
    "butlast": Function("butlast", "array", _same, "array"),  # 0 in the last row
    "softmax": Function("softmax", "array", _same, "vector"),
    "softmax0": Function("softmax0", "array", _same, "array"),  # every column sums to 1
    "softmax1": Function("softmax1", "array", _same, "array"),  # every row sums to 1
    "logsumexp": Function("logsumexp", "scalar", _number, "array"),  # over all entries
    "logsumexp0": Function("logsumexp0", "array", _column_sums, "array"),
    "logsumexp1": Function("logsumexp1", "array", _row_sums, "array"),
})


def is_elementwise(name: str) -> bool:
    """Whether the named function acts on every entry."""
    return FUNCTIONS[name].kind == "elementwise"

"""The closed table of named functions: what each takes and the shape it returns.
What they mean is `verify`'s business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..diagnostics.record import record
from .dimensions import NUMBER, ONE, Dim, Shape


@record
class Function:
    """A named function of one or more arrays.

    `kind` is `elementwise` (same shape out), `scalar` (a number out), `array` (another array out).
    `needs` says what the argument must be: any, square, array (not a number), vector, matrix;
    `others` what each further argument must be: `same` (of the shape of the first), `number` or `any`.
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


def _crossed(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows, shapes[0].rows)


def _stacked(shapes: tuple[Shape, ...]) -> Shape:
    return Shape(shapes[0].rows * shapes[0].cols, ONE)


ELEMENTWISE: Final = (
    "exp log sqrt abs sign step sin cos tan sec csc cot tanh sinh cosh coth asin acos atan asinh acosh atanh "
    "sigmoid softplus relu erf expm1 log1p log2 log10 gelu silu square reciprocal"
).split()
"""Functions that act on every entry. `step` is 1 for positive entries and 0 for negative ones."""

MATRIX_FUNCTIONS: Final = {"expm": "exp", "logm": "log", "sinm": "sin", "cosm": "cos"}
"""Functions of a square matrix as power series of it, and the function of a number that gives the series;
`powm(A, p)` is one more."""

GREATEST: Final = frozenset(f"{name}{axis}" for name in ("max", "hardmax") for axis in ("", "0", "1"))
"""The greatest entries, and where they stand."""

PRODUCTS: Final = frozenset(("prod", "prod0", "prod1"))
"""Products of entries."""

CHANGES: Final = {f"D{name}": name for name in (*MATRIX_FUNCTIONS, "powm")}
"""`Dexpm(A, H)` is the derivative of `expm` at A along H; the last argument is H."""


def unknown(name: str, kind: str, order: int = 0) -> str:
    """What a function that has no meaning is called in a `Call`;
    the name of one whose value is an array ends in its shape, `f|2*m;1`.

    `e` acts on every entry, and its derivatives are φ′, φ″; `n` makes a number of an array, with the gradient ∇f and,
    of a column, the Hessian ∇²f; `p` makes an array of a number, with f′, f″; `v` a column of a column, with the
    Jacobian J_f; `m` an array of an array: its derivative Df(A, H) along H is order 1, and the adjoint of that, D*f(A,
    G), is order 2. `t` makes a number of several arguments, and its name ends in how many, `f|2`;
    order k is ∂ₖf, its derivative by the k-th; `s` is one that acts on every entry.
    """
    return f"{kind}{order}:{name}"


def unknown_parts(function: str) -> tuple[str, int, str] | None:
    """Kind, order and name of an unknown function; None for one of the table."""
    return (function[0], int(function[1]), function[3:]) if function[2:3] == ":" else None


def is_change(function: str) -> bool:
    """Whether its last argument is a direction: `Dexpm(A, H)`, Df(A, H) of an unknown f."""
    return function in CHANGES or function.startswith("m1:")


def with_shape(name: str, shape: Shape) -> str:
    """The name of an unknown function whose value has that shape."""
    sides = (
        "*".join([str(side.factor), *(f"{name}^{power}" for name, power in side.powers)])
        for side in (shape.rows, shape.cols)
    )
    return f"{name}|{';'.join(sides)}"


def _shape_in(name: str) -> Shape:
    """The shape that the name of an unknown function tells."""

    def side(text: str) -> Dim:
        factor, *names = text.split("*")
        return Dim(int(factor), tuple([(one, int(power)) for one, power in (part.split("^") for part in names)]))

    rows, cols = name.partition("|")[2].split(";")
    return Shape(side(rows), side(cols))


WITH_AXES: Final = ("mean", "softmax", "logsumexp", "max", "hardmax", "prod")
"""Functions of all entries; with 0 behind the name of every column, with 1 of every row."""


class _Functions(dict[str, Function]):
    """The table, and unknown functions as they are asked for."""

    def __missing__(self, name: str) -> Function:
        parts = unknown_parts(name)
        if parts is None:
            raise KeyError(name)
        kind, order, told = parts
        if kind == "e":
            return Function(name, "elementwise", _same)
        if kind == "n":
            return Function(
                name,
                "array" if order else "scalar",
                (_number, _same, _crossed)[order],
                "vector" if order == 2 else "any",
            )
        if kind == "v" and order:
            return Function(name, "array", lambda shapes: Shape(_shape_in(told).rows, shapes[0].rows), "vector")
        if kind in "st":
            others = ("same" if kind == "s" else "any",) * (int(told.partition("|")[2]) - 1)
        if kind == "s":
            return Function(name, "elementwise", _same, "any", others)
        if kind == "t":
            value = (lambda shapes: shapes[order - 1]) if order else _number
            return Function(name, "array" if order else "scalar", value, "any", others)
        if kind == "m" and order == 2:
            return Function(name, "array", _same, "any", ("any",))
        return Function(name, "array", lambda _: _shape_in(told), "any", ("same",) if kind == "m" and order else ())


FUNCTIONS: Final[dict[str, Function]] = _Functions(
    {
        **{name: Function(name, "elementwise", _same) for name in ELEMENTWISE},
        "tr": Function("tr", "scalar", _number, "square"),
        "det": Function("det", "scalar", _number, "square"),
        "logdet": Function("logdet", "scalar", _number, "square"),
        "sum": Function("sum", "scalar", _number),
        "prod": Function("prod", "scalar", _number),
        "max": Function("max", "scalar", _number),  # the greatest entry
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
        **{f"{name}0": Function(f"{name}0", "array", _column_sums, "array") for name in ("max", "prod")},
        **{f"{name}1": Function(f"{name}1", "array", _row_sums, "array") for name in ("max", "prod")},
        **{
            name: Function(name, "array", _same, "array") for name in ("hardmax", "hardmax0", "hardmax1")
        },  # 1 at the greatest entry, else 0
        "tril": Function("tril", "array", _same, "matrix"),  # 0 above the diagonal
        "triu": Function("triu", "array", _same, "matrix"),  # 0 below the diagonal
        "cross": Function("cross", "array", _same, "vector", ("same",)),  # a × b of vectors with three entries
        "crossmat": Function("crossmat", "array", _crossed, "vector"),  # the matrix of b ↦ a × b
        "strictupper": Function("strictupper", "array", _same, "array"),  # 0 on and below the diagonal
        "shiftup": Function("shiftup", "array", _same, "array"),  # every row one place up, the first to the end
        "butlast": Function("butlast", "array", _same, "array"),  # 0 in the last row
        "softmax": Function("softmax", "array", _same, "vector"),
        "softmax0": Function("softmax0", "array", _same, "array"),  # every column sums to 1
        "softmax1": Function("softmax1", "array", _same, "array"),  # every row sums to 1
        "logsumexp": Function("logsumexp", "scalar", _number, "array"),  # over all entries
        "logsumexp0": Function("logsumexp0", "array", _column_sums, "array"),
        "logsumexp1": Function("logsumexp1", "array", _row_sums, "array"),
    }
)


def is_elementwise(name: str) -> bool:
    """Whether the named function acts on every entry."""
    return FUNCTIONS[name].kind == "elementwise"

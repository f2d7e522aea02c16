"""The closed table of named functions: what each takes and the shape it returns.
What they mean is `verify`'s business."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


_OUT: Final[dict[str, Callable[[tuple[Shape, ...]], Shape]]] = {
    "same": lambda shapes: shapes[0],
    "number": lambda _: NUMBER,
    "row": lambda shapes: Shape(ONE, shapes[0].cols),
    "column": lambda shapes: Shape(shapes[0].rows),
    "stacked": lambda shapes: Shape(shapes[0].rows * shapes[0].cols),
    "rows": lambda shapes: Shape(shapes[0].rows, shapes[0].rows),
    "long": lambda shapes: Shape(*[shapes[0].rows if shapes[0].cols is ONE else shapes[0].cols] * 2),
    "turned": lambda shapes: shapes[0].transposed,
}
"""The shape of the value, by what it is called: of `rows` a square with as many, of `long` one of the longer side."""


ELEMENTWISE: Final = (
    "exp log sqrt abs sign step sin cos tan sec csc cot tanh sinh cosh coth asin acos atan asinh acosh atanh "
    "sigmoid softplus relu erf lgamma digamma trigamma expm1 log1p log2 log10 gelu silu square reciprocal"
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
        [str(side.factor), *(f"{name}^{power}" for name, power in side.powers)] for side in (shape.rows, shape.cols)
    )
    return f"{name}|{';'.join(map('*'.join, sides))}"


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
            return Function(name, "elementwise", _OUT["same"])
        if kind == "n":
            value = _OUT[("number", "same", "rows")[order]]
            return Function(name, "array" if order else "scalar", value, "vector" if order == 2 else "any")
        if kind == "v" and order:
            return Function(name, "array", lambda shapes: Shape(_shape_in(told).rows, shapes[0].rows), "vector")
        if kind in "st":
            others = ("same" if kind == "s" else "any",) * (int(told.partition("|")[2]) - 1)
        if kind == "s":
            return Function(name, "elementwise", _OUT["same"], "any", others)
        if kind == "t":
            value = (lambda shapes: shapes[order - 1]) if order else _OUT["number"]
            return Function(name, "array" if order else "scalar", value, "any", others)
        if kind == "m" and order == 2:
            return Function(name, "array", _OUT["same"], "any", ("any",))
        return Function(name, "array", lambda _: _shape_in(told), "any", ("same",) if kind == "m" and order else ())


_TABLE: Final = """
number | square |  | tr det logdet eigmax
number | any |  | sum prod max mean norm
number | vector |  | norm1
number | matrix |  | nuclear spectral
number | array |  | logsumexp
number | any | same | inner
same | square |  | topvv expm logm sinm cosm
same | square | same | Dexpm Dlogm Dsinm Dcosm
same | square | number | powm
same | square | number same | Dpowm
same | matrix |  | polar leading tril triu
same | vector |  | softmax
same | vector | same | cross
same | array |  | hardmax hardmax0 hardmax1 strictupper shiftup butlast softmax0 softmax1
row | array |  | sum0 mean0 max0 prod0 logsumexp0
column | array |  | sum1 mean1 max1 prod1 logsumexp1
column | square |  | diagonal
long | vector |  | diag
rows | vector |  | crossmat
stacked | array |  | vec
turned | matrix |  | pinv
"""
"""Lines of functions: their value, what the argument must be, what others stand behind it, and their names.

`max` is the greatest entry, and `hardmax` is 1 where it stands; `norm` the Euclidean one of a vector, Frobenius's of a
matrix; `norm1` the sum of absolute values. `nuclear` is the sum of the singular values U S Vᵀ, `spectral` the largest
one, `polar` U Vᵀ and `leading` u₁ v₁ᵀ; `eigmax` the largest eigenvalue of a symmetric matrix, `topvv` v vᵀ of its
eigenvector of length 1. `inner` is ⟨A, B⟩ = tr(Aᵀ B), `pinv` A⁺ of full rank, `powm` A^p = exp(p log A); a D in front
is the change along the last argument. With 0 behind its name a function is of each column, with 1 of each row. `vec`
stacks columns; `crossmat` is the matrix of b ↦ a × b; `tril` is 0 above the diagonal, `triu` below, `strictupper` on
and below it; `shiftup` moves every row one place up, the first to the end; `butlast` is 0 in the last row.
"""


def _told(line: str) -> Iterator[Function]:
    """The functions of a line of the table."""
    out, needs, others, names = line.split(" | ")
    for name in names.split():
        yield Function(name, "scalar" if out == "number" else "array", _OUT[out], needs, tuple(others.split()))


FUNCTIONS: Final[dict[str, Function]] = _Functions(
    {name: Function(name, "elementwise", _OUT["same"]) for name in ELEMENTWISE}
    | {one.name: one for line in _TABLE.strip().splitlines() for one in _told(line)}
)


def is_elementwise(name: str) -> bool:
    """Whether the named function acts on every entry."""
    return FUNCTIONS[name].kind == "elementwise"

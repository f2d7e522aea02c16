"""Functions of a square matrix: whether `exp(A)` is the power series of A or acts on its entries,
and powers that are no whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Final, NoReturn

from ...ir import Call, Expr, Eye, Inverse, MatMul, MatrixPower, Mul, Number, Power, mul, nodes_of, transpose
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS, is_elementwise
from .. import syntax as s
from ..expression.vocabulary import canonical_function
from .complaints import described, fail, shape_notes
from .elaborator import Elaborator

SERIES: Final = {
    "exp": "expm",
    "log": "logm",
    "sqrt": "sqrtm",
    "sin": "sinm",
    "cos": "cosm",
    **dict.fromkeys(("tan", "sinh", "cosh"), ""),
}
"""Functions that books take of a matrix too, and not of its entries; what the language calls them then."""

LARGEST_POWER = 1000


def negated(value: Expr) -> Expr:
    """−value: the sign goes into a leading number, so that `-2*x` and `a - 2*x` hold the same term."""
    if isinstance(value, Number):
        return Number(-value.value)
    if isinstance(value, Mul) and isinstance(value.factors[0], Number) and value.factors[0].value > 0:
        first = Number(-value.factors[0].value)
        return Mul((first, *value.factors[1:]))
    return mul(Number(-1), value)


def matrix_power(base: Expr, exponent: int) -> Expr:
    """baseᵏ: I for 0, the base for 1, the inverse for −1."""
    if exponent == 0:
        return Eye(base.shape.rows)
    if exponent == 1:
        return base
    return Inverse(base) if exponent == -1 else MatrixPower(base, exponent)


def function_of_matrix(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    """`expm(A)`, `logm(A)`, `sqrtm(A)` …, and the change of one along a matrix of the same shape."""
    for value, part in zip(arguments, node.arguments, strict=True):
        if not value.shape.is_square:
            not_square(e, f"`{node.function}`", value, part)
    if arguments[-1].shape is not arguments[0].shape:
        last, first = (f"{e.text(node.arguments[at])} is {described(arguments[at].shape)}" for at in (-1, 0))
        e.fail("shape-mismatch", f"{last}, {first}", node.arguments[-1])
    return _made(node.function if node.function in CHANGES else SERIES.get(node.function, node.function), *arguments)


def _made(name: str, *arguments: Expr) -> Expr:
    if name == "sqrtm":
        return Call("powm", arguments[0], Number(Fraction(1, 2)))
    return Call("expm" if name == "matrix_exp" else name, *arguments)


def power_of_matrix(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    """`matrix_power(A, p)`."""
    base, exponent = arguments
    if not exponent.shape.is_number:
        message = f"the exponent of a matrix power is a number, not {e.text(node.arguments[1])}"
        e.fail("wrong-arguments", message, node.arguments[1])
    refuse_large(e, exponent, node.arguments[1])
    if base.shape.is_number:
        return Power(base, exponent)
    if not base.shape.is_square:
        not_square(e, "a matrix power", base, node.arguments[0])
    return raised(base, exponent)


def raised(base: Expr, exponent: Expr) -> Expr:
    """A square matrix to the power of a number: a product of equal factors, or exp(p log A)."""
    exponent = _folded(exponent)
    if isinstance(exponent, Number) and exponent.value.denominator == 1:
        return matrix_power(base, int(exponent.value))
    return Call("powm", base, exponent)


def refuse_large(e: Elaborator, exponent: Expr, node: s.Node) -> None:
    """Refuse an exponent that is a number, or a power of numbers, that nobody can work out."""
    match exponent:
        case Number(value):
            large = abs(value) > LARGEST_POWER
        case Power(Number(base), Number(power)) if abs(base) > 1 and power > 1:
            large = power * (abs(base).numerator.bit_length() - 1) > LARGEST_POWER.bit_length()
        case _:
            large = False
    if large:
        e.fail("number-too-large", f"the exponent is beyond ±{LARGEST_POWER}", node)


def _folded(exponent: Expr) -> Expr:
    """A number that is written as a product, −1/2, as one number."""
    match exponent:
        case Power(Number(value), Number(power)) if value and power == -1:
            return Number(1 / value)
        case Mul(factors):
            values = [_folded(factor) for factor in factors]
            if all(isinstance(value, Number) for value in values):
                return Number(prod(value.value for value in values if isinstance(value, Number)))
    return exponent


def inverted(e: Elaborator, node: s.Node, base: Expr, power: int) -> Expr:
    if base.shape.is_number:
        return Power(base, Number(-power))
    base = as_diagonal(e, base)
    if not base.shape.is_square:
        not_square(e, "an inverse", base, node)
    refuse_large(e, Number(power), node)
    return matrix_power(base, -power)


def as_diagonal(e: Elaborator, value: Expr) -> Expr:
    r"""LaTeX's `\operatorname{diag}(A)` of a matrix where a square matrix is needed: the matrix with that diagonal."""
    diagonal = e.scope.syntax == "latex" and isinstance(value, Call) and value.function == "diagonal"
    return Call("diag", value) if diagonal else value


def not_square(e: Elaborator, what: str, value: Expr, node: s.Node) -> NoReturn:
    """Only a square matrix has `what`."""
    notes = shape_notes(e.scope, (value, node.span))
    message = f"only a square matrix has {what}, {e.text(node)} is {described(value.shape)}"
    fail(e.scope, "not-square", message, (node.span, f"{value.shape.rows}×{value.shape.cols}"), notes=notes)


def of_matrix(e: Elaborator, node: s.Apply, function: str, argument: Expr) -> Expr | None:
    """exp, log, √ … of a square matrix as the function of the matrix; None where it is that of the entries.

    Under a trace books mean the function of the matrix, unless the loss has functions of entries; SymPy and Julia
    always do; elsewhere in LaTeX it is asked about.
    """
    name = SERIES.get(function)
    programs = e.scope.syntax in ("julia", "sympy") and ("entrywise", "") not in node.options
    if name is None or not (programs or (e.scope.syntax == "latex" and not e.entrywise)):
        return None
    calls = [part for part in nodes_of(e.scope.loss) if isinstance(part, Call)] if e.scope.loss else []
    entrywise = any(is_elementwise(one.function) and (one.free or not one.shape.is_number) for one in calls)
    taken = not e.scope.loss or any(one.function in _ALL for one in calls)
    if not taken and (entrywise or not e.traced):
        return None
    text = e.text(node.arguments[0]).strip("`")
    if name and (programs or e.traced or e.scope.loss is not None):
        why = "" if programs else ", as it stands under a trace"
        entries = f"entry by entry it is `{function}({text})` with `--syntax numpy`"
        e.note(f"{e.text(node)} is read as the function of the matrix, `{name}({text})`{why}; {entries}")
        return _made(name, argument)
    both = f"write `{name}({text})` for the function of the matrix, or " if name else "write "
    message = f"{e.text(node)} of a square matrix can be the function of the matrix or that of its entries"
    return e.fail("matrix-function", message, node, f"with `--syntax numpy` {both}`{function}({text})` for its entries")


_ALL: Final = frozenset((*MATRIX_FUNCTIONS, *CHANGES, "powm"))


def root_of_square(e: Elaborator, node: s.Apply) -> Expr | None:
    """tr √(A Aᵀ), the sum of the singular values of A; None for any other trace."""
    inner = s.ungrouped(node.arguments[0]) if len(node.arguments) == 1 else node
    body: s.Node | None = None
    match inner:
        case s.Apply(_, "sqrt" | "sqrtm", (argument,)):
            body = argument
        case s.Binary(_, "^", base, exponent) if e.expr(exponent) in (Number(Fraction(1, 2)), Call("sqrt", Number(1))):
            body = base
    entrywise = isinstance(inner, s.Apply) and inner.function == "sqrt" and e.scope.syntax == "numpy"
    match e.expr(body) if body is not None and not entrywise else None:
        case MatMul((left, right)) if transpose(left) is right or left is transpose(right):
            e.note(f"{e.text(node)} is the sum of the singular values of a matrix, its nuclear norm")
            return Call("nuclear", left)
    return None


# ---- functions that are called by name


def _square(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    value, function = arguments[0], canonical_function(node.function)
    if value.shape.is_number and function != "topvv":  # v vᵀ of a number is 1, whatever the number
        return Call("log", value) if function == "logdet" else value
    value = as_diagonal(e, value)
    if not value.shape.is_square:
        what = {"tr": "a trace", "eigmax": "an eigenvalue", "topvv": "an eigenvalue"}.get(function, "a determinant")
        not_square(e, what, value, node.arguments[0])
    return Call(function, value)


def _diag(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    value = arguments[0]
    if value.shape.is_number:
        return value
    if not value.shape.is_matrix:
        return Call("diag", transpose(value) if value.shape.is_row else value)
    if not value.shape.is_square:
        not_square(e, "a diagonal here", value, node.arguments[0])
    e.flatten(node, e.scope.arrays)
    return Call("diagonal", value)


def _of_any(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    """The pseudoinverse; the entries of a matrix on and below its diagonal (`tril`), or on and above it (`triu`)."""
    if not arguments[0].shape.is_matrix:
        taken = "the pseudoinverse is one of" if node.function == "pinv" else f"`{node.function}` takes"
        shown = f"{e.text(node.arguments[0])} is {described(arguments[0].shape)}"
        e.fail("wrong-arguments", f"{taken} a matrix, {shown}", node)
    return Call(node.function, arguments[0])


def _bars(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    """|A|: of a number its absolute value, of a square matrix the determinant, of anything else the norm."""
    value = arguments[0]
    if value.shape.is_number:
        return Call("abs", value)
    if value.shape.is_square:
        return Call("det", value)
    inner = s.ungrouped(node.arguments[0])
    if value.shape.is_matrix and isinstance(inner, s.Name | s.Transposed):
        message = f"{e.text(node)} is a determinant of a square matrix, {e.text(inner)} is {described(value.shape)}"
        norm = f"\\lVert {e.text(inner).strip('`')} \\rVert"
        e.fail("not-square", message, node, f"write the norm as `{norm}`; `\\det` takes a square matrix")
    e.note(f"{e.text(node)} is read as the norm, as {e.text(node.arguments[0])} is {described(value.shape)}")
    return Call("norm", value)


BY_NAME: Final[dict[str, Callable[[Elaborator, s.Apply, tuple[Expr, ...]], Expr]]] = {
    **dict.fromkeys(("tr", "det", "logdet", "eigmax", "topvv"), _square),
    "inv": lambda e, node, arguments: inverted(e, node.arguments[0], arguments[0], 1),
    "matrix_power": power_of_matrix,
    **dict.fromkeys(("sqrtm", *MATRIX_FUNCTIONS, *CHANGES), function_of_matrix),
    "diag": _diag,
    **dict.fromkeys(("pinv", "tril", "triu"), _of_any),
    "bars": _bars,
}
"""The functions of a matrix that are called by name."""

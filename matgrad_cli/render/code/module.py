"""A result as a self-contained Python module: one function `gradient(...)` that returns the array of shape (loss)
+ (wrt)."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from ...diagnostics import StuckError
from ...facts import Problem
from ...ir import Expr, Shape, Stack, Transpose
from ...ir.walk import names_in
from ...notation.printing.precedence import ATOM, SUM
from ...notation.printing.to_text import to_text
from ...records import Derivation, Result
from ...records.layout import is_turned
from ..words import comments, signature
from .dialects import DIALECTS
from .index_level import IndexCode
from .matrix_level import MatrixCode
from .names import Code, Names, sides_of


def python_code(
    result: Result, problem: Problem, dialect: str = "numpy", layout: str = "gradient", order: int = 1
) -> str:
    """The module that computes the derivative; its parameters are the variables of the loss, by name, in order.

    Arrays go in as (m, n), (n,) or a number; out comes the array of shape (loss) + (wrt),
    whatever the layout of the result.
    """
    printer = IndexCode(Names(problem.variables, DIALECTS[dialect], problem.wrt))
    body = _assignments(result.stated, printer)
    code = _shaped(_value(result, problem, layout, order, printer), problem, order, printer.matrix)
    return framed("gradient", [_summary(problem, order)], problem, printer, [*body, f"return {code}"])


def derivation_code(derivation: Derivation, dialect: str = "numpy") -> str:
    """The module for the result of a derivation."""
    code = python_code(derivation.result, derivation.problem, dialect, derivation.layout, derivation.order)
    return "\n".join([*comments([derivation], "#"), code])


def code_if_any(derivation: Derivation) -> str | None:
    """NumPy's module; None where none can be printed, which costs nobody the rest of the data."""
    try:
        return derivation_code(derivation)
    except StuckError:
        return None


def framed(
    name: str, said: list[str], problem: Problem, printer: IndexCode, body: list[str], more: Iterable[str] = ()
) -> str:
    """The module of one function: what is computed, of which shapes (which are assumed), the helpers used."""
    names = printer.names
    assumed = {variable for variable, origin in problem.origins if origin.startswith("assumed")}
    doc = [f'"""{said[0]}', *said[1:], "", *wrap(signature(names.variables, assumed), 100), *more, '"""']
    helpers = [line for helper in printer.matrix.helpers for line in names.dialect.helpers[helper].split("\n")]
    parameters = ", ".join([*names.parameters.values(), *names.functions.values(), *names.sizes.values()])
    inside = [f"    {line}" if line else "" for line in (*doc, *helpers, *body)]
    return "\n".join([*names.dialect.imports, "", "", f"def {name}({parameters}):", *inside, ""])


def _summary(problem: Problem, order: int) -> str:
    loss = loss_text(problem)
    kind = "second derivative" if order == 2 else "derivative"
    wrt = f"vech({problem.wrt.name})" if problem.half else problem.wrt.name
    text = f"The {kind} of {loss} by {wrt}."
    return text if len(text) < 120 else f"The {kind} of the loss by {wrt}."


def loss_text(problem: Problem) -> str:
    """The loss as it stands in a docstring."""
    return " ".join((problem.source or to_text(problem.loss)).replace("\\", "\\\\").replace('"""', "'''").split())


def _assignments(root: Expr, printer: IndexCode) -> list[str]:
    """One line for each named part, those that others need first."""
    lines: list[str] = []
    for node in names_in(root):
        name = printer.names.local(node.name)
        lines.append(f"{name} = {printer.matrix.full(node.body).at(SUM)}")
        printer.matrix.locals[node] = name
    return lines


def _value(result: Result, problem: Problem, layout: str, order: int, printer: IndexCode) -> Code:
    if result.matrix is None:
        return printer.array(result.entry, result.letters)
    matrix = result.matrix
    if len(result.letters) == 2 and is_turned(layout, problem.loss.shape, problem.wrt.shape, order):
        matrix = matrix.body if isinstance(matrix, Transpose) else Transpose(matrix)
    return printer.matrix.full(matrix)


def _axes(shape: Shape) -> list[str]:
    """How an array of this shape is indexed: a row keeps an axis of length 1 in front of its letter."""
    return ["None", ":"] if shape.is_row else [":" for _ in shape.dims]


def _shaped(code: Code, problem: Problem, order: int, printer: MatrixCode) -> str:
    wrt = _axes(problem.wrt.shape)
    axes = _axes(problem.loss.shape) + wrt * order
    if problem.half:  # the lower triangle column by column
        return printer.form("vech", x=code.at(ATOM), n=printer.names.dim(problem.wrt.shape.rows))
    if isinstance(problem.wrt, Stack):
        sides = (*problem.loss.shape.dims, *sides_of(problem.wrt) * order)
        head, form, tail = code.at(ATOM).rpartition(".reshape(-1, ")
        inner = head if form and tail.count(")") == tail.count("(") + 1 else code.at(ATOM)  # one form is enough
        return f"{inner}.reshape({', '.join(map(printer.names.dim, sides))})"
    if "None" not in axes:
        return code.at(SUM)
    while axes[-1] == ":":
        axes.pop()
    return f"{code.at(ATOM)}[{', '.join(axes)}]"

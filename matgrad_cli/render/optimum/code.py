"""A solution as a self-contained NumPy module: one function `solution(...)`."""

from __future__ import annotations

from textwrap import wrap

from ...ir import Call, Number
from ...notation.printing.precedence import SUM
from ...notation.printing.to_text import to_text
from ...records.solution import Solution, stack_of
from ..code.dialects import NUMPY
from ..code.index_level import IndexCode
from ..code.module import framed, loss_text
from ..code.names import Names
from ..document.blocks import phrase
from ..words import comments, plain


def solution_code(solution: Solution) -> str:
    """The module; the parameters are the variables of loss and constraints, but for the unknown and the multipliers."""
    problem = solution.problem
    sought = (problem.wrt, *solution.multipliers)
    given = tuple(symbol for symbol in problem.variables if symbol not in sought)
    printer = IndexCode(Names(given, NUMPY))
    body = _by_spectrum(solution, printer) if solution.spectral is not None else _closed_form(solution, printer)
    what = {"minima": "A minimum", "maxima": "A maximum", "saddle": "A saddle point", "unknown": "The stationary point"}
    found = solution.extremum
    kind = what.get(found.kind, f"{'A local' if found.local else 'The'} {found.kind}")
    under = "".join(f", where {to_text(constraint)} = 0" for constraint in solution.constraints)
    cases = f": {plain(phrase(solution.extremum.why))}" if solution.extremum.cases else ""
    summary = wrap(f"{kind} of {loss_text(problem)} by {problem.wrt.name}{under}{cases}.", 100)
    conditions = [f"Needed: {plain(phrase(said))}." for said in solution.conditions]
    module = framed("solution", summary, problem, printer, body, conditions)
    return "\n".join([*comments([solution.derivation], "#"), module])


def _closed_form(solution: Solution, printer: IndexCode) -> list[str]:
    value = solution.value
    assert value is not None
    if (stack := stack_of(value)) is not None:
        system, right = (printer.matrix.full(part).at(SUM) for part in (stack[0], Call("vec", stack[1])))
        rows, cols = (printer.names.dim(side) for side in value.shape.dims)
        return [f"stacked = np.linalg.solve({system}, {right})", f"return stacked.reshape({cols}, {rows}).T"]
    code = printer.matrix.full(value).at(SUM)
    return [f"return {code}{'[None]' if value.shape.is_row else ''}"]


def _by_spectrum(solution: Solution, printer: IndexCode) -> list[str]:
    found = solution.spectral
    assert found is not None
    matrix, length = printer.matrix.full(found.matrix).at(SUM), printer.matrix.full(found.length).at(SUM)
    if found.form == "polar":
        return [f"left, _, right = np.linalg.svd({matrix}, full_matrices=False)", "return left @ right"]
    if found.form == "columns":
        shape = solution.unknown.shape
        count = printer.names.dim(shape.rows if found.rows else shape.cols)
        which, free = f"-{count}:" if found.largest else f":{count}", "a rotation of the columns"
    else:
        which, free = "-1" if found.largest else "0", "its sign"
    scale = "" if found.form == "columns" or found.length is Number(1) else f"np.sqrt({length}) * "
    begin, given, inside = [], matrix, f"vectors[:, {which}]"
    if found.metric is not None:
        begin = [f"root = np.linalg.cholesky({printer.matrix.full(found.metric).at(SUM)})"]
        begin.append(f"half = np.linalg.solve(root, {matrix})")
        given, inside = "np.linalg.solve(root, half.T)", f"np.linalg.solve(root.T, {inside})"
    turned, free = (".T", "a rotation of the rows") if found.rows else ("", free)
    last = f"return {scale}{inside}{turned}  # up to {free}"
    return [*begin, f"values, vectors = np.linalg.eigh({given})  # in ascending order", last]

"""The formats of an optimum, and the optimum as data."""

from __future__ import annotations

from typing import Any

from ...notation.printing.to_text import to_text
from ...records.solution import Solution
from ..document.blocks import phrase
from ..json import SCHEMA, Table, bindings_data, dumped, expression, problem_data, result_data, two
from ..view import View
from ..words import plain
from .code import solution_code


def render_solution(solution: Solution, format: str = "text", view: View | None = None) -> str:
    """The optimum as `terminal`, `text`, `markdown`, `latex`, `html`, `json` or `numpy`."""
    shown = view or View()
    if format == "numpy":
        return solution_code(solution)
    from ..document.optimum import optimum_document
    from ..formats import printed_document, told

    if format == "json" and not shown.numbers:
        return dumped(solution_data(solution)) + "\n"
    blocks = optimum_document(solution, told(format, shown.detail), shown.numbers)
    if format == "json":
        from ..document.numbers import numbers_data

        return dumped(solution_data(solution) | {"numbers": numbers_data(blocks)}) + "\n"
    return printed_document(blocks, format, shown)


def solution_data(solution: Solution) -> dict[str, Any]:
    """The optimum as data."""
    value, found = solution.value, solution.spectral
    gradient, whole, table = result_data(solution.derivation), solution.derivation.problem, Table()
    return {
        "schema": SCHEMA,
        "loss": (
            gradient["loss"] if not solution.constraints else solution.problem.source or to_text(solution.problem.loss)
        ),
        "wrt": solution.unknown.name,
        "shapes": {symbol.name: [str(side) for side in symbol.shape.dims] for symbol in solution.problem.variables},
        "assumed": list(solution.problem.assumed),
        "subject_to": [two(constraint) for constraint in solution.constraints],
        "multipliers": [symbol.name for symbol in solution.multipliers],
        "layout": gradient["layout"],
        **({"rests_on": gradient["rests_on"]} if "rests_on" in gradient else {}),
        "gradient": gradient["result"],
        **({"second_derivative": result_data(solution.second)["result"]} if solution.second is not None else {}),
        "steps": [
            {
                "number": number,
                "rule": move.rule,
                "title": plain(phrase(move.title)),
                "before": [expression(side, table) for side in move.before],
                "after": [expression(side, table) for side in move.after],
                "bindings": bindings_data(move.bindings, table),
                "assumed": [plain(phrase(said)) for said in move.assumed],
                "verdict": {"kind": move.verdict.kind, "by": move.verdict.by},
            }
            for number, move in enumerate(solution.moves, 1)
        ],
        "result": {
            **(two(value) if value is not None else {}),
            **(
                {
                    "spectral": {
                        "form": "rows" if found.rows else found.form,
                        "matrix": two(found.matrix),
                        "eigenvalue": "largest" if found.largest else "smallest",
                        "squared_length": two(found.length),
                        "metric": two(found.metric) if found.metric is not None else None,
                    }
                }
                if found is not None
                else {}
            ),
            "numpy": solution_code(solution),
            "shape": [str(side) for side in solution.unknown.shape.dims],
        },
        "conditions": [plain(phrase(said)) for said in solution.conditions],
        "otherwise": [plain(phrase(said)) for said in solution.without],
        "kind": solution.extremum.kind,
        "cases": [{"kind": kind, "if": plain(phrase(condition))} for kind, condition in solution.extremum.cases],
        "why": plain(phrase(solution.extremum.why)),
        "verdict": solution.kind,
        "problem": {"node": table.number(whole.loss), **problem_data(whole, table)},
        "nodes": table.rows,
    }

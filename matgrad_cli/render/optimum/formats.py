"""The formats of an optimum, and the optimum as data."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...notation.printing.to_text import to_text
from ...records.solution import Solution, Spectral
from ..document.blocks import phrase
from ..json import SCHEMA, Table, bindings_data, dumped, problem_data, result_data, shown_by, texts, told, two
from ..view import View
from ..words import plain
from .code import solution_code


def render_solution(solution: Solution, format: str = "text", view: View | None = None) -> str:
    """The optimum as `terminal`, `text`, `markdown`, `latex`, `html`, `json` or `numpy`."""
    shown = view or View()
    if format == "numpy":
        return solution_code(solution)
    from ..document.optimum import optimum_document
    from ..formats import detail_in, printed_document

    blocks = optimum_document(solution, detail_in(format, shown.detail), shown.numbers)
    if format != "json":
        return printed_document(blocks, format, shown)
    from ..document.numbers import numbers_data

    return dumped(solution_data(solution) | ({"numbers": numbers_data(blocks)} if shown.numbers else {})) + "\n"


def solution_data(solution: Solution) -> dict[str, Any]:
    """The optimum as data."""
    value, found = solution.value, solution.spectral
    gradient, whole, table = result_data(solution.derivation), solution.derivation.problem, Table()
    return {
        "schema": SCHEMA,
        "loss": solution.problem.source or to_text(solution.problem.loss) if solution.constraints else gradient["loss"],
        "wrt": solution.unknown.name,
        "shapes": {symbol.name: [str(side) for side in symbol.shape.dims] for symbol in solution.problem.variables},
        "assumed": list(solution.problem.assumed),
        "subject_to": [two(constraint) for constraint in solution.constraints],
        "multipliers": [symbol.name for symbol in solution.multipliers],
        "layout": gradient["layout"],
        **told(solution.derivation, "rests_on?", list),
        "gradient": gradient["result"],
        **({"second_derivative": result_data(solution.second)["result"]} if solution.second is not None else {}),
        "steps": [
            {
                "number": number,
                "rule": move.rule,
                "title": plain(phrase(move.title)),
                **told(move, "before after", partial(shown_by, table)),
                "bindings": bindings_data(move.bindings, table),
                "assumed": texts(move.assumed),
                "verdict": told(move.verdict, "kind by", str),
            }
            for number, move in enumerate(solution.moves, 1)
        ],
        "result": {
            **({} if value is None else two(value)),
            **({} if found is None else {"spectral": _spectral(found)}),
            "numpy": solution_code(solution),
            "shape": [str(side) for side in solution.unknown.shape.dims],
        },
        "conditions": texts(solution.conditions),
        "otherwise": texts(solution.without),
        "kind": solution.extremum.kind,
        "cases": [{"kind": kind, "if": plain(phrase(condition))} for kind, condition in solution.extremum.cases],
        "why": plain(phrase(solution.extremum.why)),
        "verdict": solution.kind,
        "problem": {"node": table.number(whole.loss), **problem_data(whole, table)},
        "nodes": table.rows,
    }


def _spectral(found: Spectral) -> dict[str, Any]:
    return {
        "form": "rows" if found.rows else found.form,
        "matrix": two(found.matrix),
        "eigenvalue": "largest" if found.largest else "smallest",
        "squared_length": two(found.length),
        "metric": None if found.metric is None else two(found.metric),
    }

"""Derivations as JSON, complete: the record can be rebuilt. What a reader wants stands in front,
what rebuilds it behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from ..facts import Problem
from ..ir import Expr, Shape
from ..notation.printing.to_latex import to_latex
from ..notation.printing.to_text import dim_text, to_text
from ..records import Bindings, Derivation, Sentence, Step
from ..verify.verdict import Verdict
from .arrays.entries import VEC, swaps_of
from .code.module import code_if_any
from .document.blocks import phrase
from .document.derivation import printed_steps
from .nodes_json import Json, Table
from .words import plain

SCHEMA = 1
_LINE = 100


def to_json(derivation: Derivation, numbers: bool = False) -> str:
    """The JSON document of one derivation, with `"schema": 1`; with `numbers` its lines also at one small example."""
    table = Table()
    data: dict[str, Any] = {"schema": SCHEMA, **_derivation(derivation, table)}
    if numbers:
        from .document.derivation import document
        from .document.numbers import numbers_data

        data["numbers"] = numbers_data(document(derivation, "normal", numbers=True))
    return _document(data, table)


def to_json_many(derivations: Sequence[Derivation], numbers: bool = False) -> str:
    """The JSON document of several methods or layouts: `{"schema": 1, "derivations": […]}`."""
    return together([json.loads(to_json(derivation, numbers)) for derivation in derivations])


def together(parts: Sequence[dict[str, Any]]) -> str:
    """Documents as one, under the key `derivations`."""
    bare: Json = [{name: value for name, value in part.items() if name != "schema"} for part in parts]
    return dumped({"schema": SCHEMA, "derivations": bare}) + "\n"


def _document(data: dict[str, Json], table: Table) -> str:
    head = dumped(data)
    rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in table.rows)
    return f'{head[:-2]},\n  "nodes": [\n    {rows}\n  ]\n}}\n'


def dumped(value: Json, indent: str = "") -> str:
    """JSON in which what is short stands on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if (len(flat) + len(indent) <= _LINE and indent) or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(name, ensure_ascii=False)}: {dumped(part, inner)}" for name, part in value.items()
        ]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + dumped(part, inner) for part in value) + f"\n{indent}]"


# ---- writing


def _derivation(derivation: Derivation, table: Table) -> dict[str, Json]:
    problem, readoff = derivation.problem, derivation.readoff
    return {
        "loss": expression(problem.loss, table),
        "wrt": f"vech({problem.wrt.name})" if problem.half else problem.wrt.name,
        "method": derivation.method,
        "layout": derivation.layout,
        "order": derivation.order,
        "shapes": {symbol.name: sides(symbol.shape) for symbol in problem.variables},
        "assumed": [*problem.assumed, *(plain(phrase(sentence)) for sentence in derivation.assumed)],
        "notes": [*problem.notes, *(plain(phrase(sentence)) for sentence in derivation.notes)],
        **({"rests_on": list(derivation.rests_on)} if derivation.rests_on else {}),
        "problem": problem_data(problem, table),
        "start": expression(derivation.start, table),
        "steps": _steps("", derivation.steps, table),
        "readoff": {
            "title": _sentence(readoff.title, table),
            "why": _sentence(readoff.why, table),
            "line": expression(readoff.line, table),
            "verdict": _verdict(readoff.verdict),
        },
        "result": _result(derivation, table),
        "verdict": derivation.verdict,
        "assumptions": [_sentence(sentence, table) for sentence in derivation.assumed],
        "remarks": [_sentence(sentence, table) for sentence in derivation.notes],
    }


def expression(node: Expr, table: Table) -> dict[str, Json]:
    """An expression: as text of the expression language, as LaTeX, and the row from which it is rebuilt."""
    return {**two(node), "node": table.number(node)}


def two(node: Expr) -> dict[str, Json]:
    """An expression as text of the expression language, and as LaTeX."""
    return {"text": to_text(node), "latex": to_latex(node)}


def sides(shape: Shape) -> list[Json]:
    """A shape as names: [] for a number, ["n"] for a column, ["m", "n"] for a matrix."""
    if shape.is_number:
        return []
    return [dim_text(shape.rows)] if shape.is_column else [dim_text(shape.rows), dim_text(shape.cols)]


def problem_data(problem: Problem, table: Table) -> dict[str, Json]:
    """What is known of the names of a problem."""
    return {
        "source": problem.source,
        "wrt": table.encoded(problem.wrt),
        "variables": table.encoded(problem.variables),
        "facts": [[table.encoded(fact.symbol), fact.word] for fact in problem.facts],
        "origins": table.encoded(problem.origins),
        "assumed": table.encoded(problem.assumed),
        "notes": table.encoded(problem.notes),
        "sizes": table.encoded(problem.sizes),
        **({"half": True} if problem.half else {}),
    }


def _sentence(sentence: Sentence, table: Table) -> dict[str, Json]:
    return {
        "text": plain(phrase(sentence)),
        "template": sentence.template,
        "values": bindings_data(sentence.values, table),
    }


def bindings_data(bindings: Bindings, table: Table) -> Json:
    """What the letters of a rule stand for."""
    return [
        {"name": name, "text": to_text(value) if isinstance(value, Expr) else str(value), "value": table.encoded(value)}
        for name, value in bindings
    ]


def _steps(before: str, steps: Sequence[Step], table: Table) -> Json:
    """Steps with the numbers that a page prints: one whose printed line stays the same has the number of the one before
    it."""
    found: list[Json] = []
    count = 0
    for step in steps:
        count += any(True for _ in printed_steps([step]))
        found.append(_step(f"{before}{max(count, 1)}", step, table))
    return found


def _step(number: str, step: Step, table: Table) -> dict[str, Json]:
    return {
        "number": number,
        "rule": step.rule,
        "title": plain(phrase(step.title)),
        "before": expression(step.before, table),
        "after": expression(step.after, table),
        "path": list((step.paths or step.places)[0]) if step.paths or step.places else [],
        "paths": table.encoded(step.paths),
        **({"small": step.small} if step.small else {}),
        "places": table.encoded(step.places),
        "results": table.encoded(step.results),
        "bindings": bindings_data(step.bindings, table),
        "shape": sides(step.after.shape),
        "free": table.encoded(sorted(letter.name for letter in step.after.free)),
        "assumed": [plain(phrase(sentence)) for sentence in step.assumed],
        "verdict": _verdict(step.verdict),
        "substeps": _steps(f"{number}.", step.substeps, table),
        "sentence": _sentence(step.title, table),
        "why": _sentence(step.why, table),
        "assumptions": [_sentence(sentence, table) for sentence in step.assumed],
    }


def _verdict(verdict: Verdict) -> dict[str, Json]:
    witness = verdict.witness
    shown: Json = None
    if witness is not None:
        values = [[name, cast(Json, value)] for name, value in witness.values]
        shown = {"values": cast(Json, values), "left": cast(Json, witness.left), "right": cast(Json, witness.right)}
    return {"kind": verdict.kind, "by": verdict.by, "witness": shown}


def flattened_facts(flattened: Expr) -> dict[str, Json]:
    """What a reader must know of the ⊗ form: its shape, which vec, and the sizes of its commutation matrices."""
    swaps: list[Json] = [
        {"name": swap.named.name, "rows": dim_text(swap.shape.rows), "columns": dim_text(swap.shape.cols)}
        for swap in swaps_of(flattened)
    ]
    return {"shape": sides(flattened.shape), "vec": VEC, "commutation": swaps}


def _result(derivation: Derivation, table: Table) -> dict[str, Json]:
    result = derivation.result
    stated = result.stated
    shape: list[Json] = (
        sides(result.matrix.shape) if result.matrix is not None else [dim_text(letter.dim) for letter in result.letters]
    )
    return {
        **two(stated),
        "numpy": code_if_any(derivation),
        "shape": shape,
        "entry": expression(result.entry, table),
        "letters": table.encoded(result.letters),
        "matrix": None if result.matrix is None else expression(result.matrix, table),
        "where": [{"name": name, **expression(body, table)} for name, body in result.where],
        "flattened": None
        if result.flattened is None
        else {**expression(result.flattened, table), **flattened_facts(result.flattened)},
        "cases": [{"condition": condition, **expression(value, table)} for value, condition in result.cases],
    }

"""Derivations as JSON, complete: the record can be rebuilt, what a reader wants in front, what rebuilds it behind;
and the result alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from ..facts import Fact, Problem
from ..ir import Dim, Expr, Index, Pair, Shape
from ..ir.walk import found_in
from ..notation.printing.to_latex import to_latex
from ..notation.printing.to_text import dim_text, to_text
from ..records import Bindings, Derivation, Sentence, Step
from ..verify.verdict import Verdict
from .code.module import code_if_any
from .document.arrays import VEC, swaps_of
from .document.blocks import phrase
from .document.derivation import printed_steps
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
        names = ((json.dumps(name, ensure_ascii=False), part) for name, part in value.items())
        parts = [f"{inner}{name}: {dumped(part, inner)}" for name, part in names]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + dumped(part, inner) for part in value) + f"\n{indent}]"


# ---- writing


def _derivation(derivation: Derivation, table: Table) -> dict[str, Json]:
    problem, shown = derivation.problem, partial(shown_by, table)
    return {
        "loss": expression(problem.loss, table),
        "wrt": wrt_text(problem),
        **told(derivation, "method layout order", shown),
        "shapes": {symbol.name: sides(symbol.shape) for symbol in problem.variables},
        "assumed": [*problem.assumed, *texts(derivation.assumed)],
        "notes": [*problem.notes, *texts(derivation.notes)],
        **told(derivation, "rests_on?", shown),
        "problem": problem_data(problem, table),
        "start": expression(derivation.start, table),
        "steps": _steps("", derivation.steps, table),
        "readoff": told(derivation.readoff, "title why line verdict", shown),
        "result": _result(derivation, table),
        "verdict": derivation.verdict,
        "assumptions": shown(derivation.assumed),
        "remarks": shown(derivation.notes),
    }


def wrt_text(problem: Problem) -> str:
    """The variable as it was asked for."""
    return f"vech({problem.wrt.name})" if problem.half else problem.wrt.name


def texts(sentences: Iterable[Sentence]) -> list[str]:
    """Sentences in Unicode."""
    return [plain(phrase(sentence)) for sentence in sentences]


def shown_by(table: Table, value: Any) -> Any:
    """A value of a record: an expression and a sentence also as text."""
    match value:
        case Expr():
            return expression(value, table)
        case Sentence(template, values):
            said = plain(phrase(value))
            return {"text": said, "template": template, "values": bindings_data(values, table)}
        case Verdict(kind, by, witness):
            return {"kind": kind, "by": by, "witness": witness and told(witness, "values left right", table.encoded)}
        case tuple():
            return [shown_by(table, part) for part in value]
    return table.encoded(value)


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
    return told(problem, "source wrt variables facts origins assumed notes sizes half?", table.encoded)


def bindings_data(bindings: Bindings, table: Table) -> Json:
    """What the letters of a rule stand for."""
    said = ((name, value, to_text(value) if isinstance(value, Expr) else str(value)) for name, value in bindings)
    return [{"name": name, "text": text, "value": table.encoded(value)} for name, value, text in said]


def _steps(before: str, steps: Sequence[Step], table: Table) -> Json:
    """Steps with the numbers that a page prints: one whose printed line stays has that of the one before."""
    found: list[Json] = []
    count = 0
    for step in steps:
        count += any(True for _ in printed_steps([step]))
        found.append(_step(f"{before}{max(count, 1)}", step, table))
    return found


def _step(number: str, step: Step, table: Table) -> dict[str, Json]:
    shown, places = partial(shown_by, table), step.paths or step.places
    return {
        "number": number,
        "rule": step.rule,
        "title": plain(phrase(step.title)),
        **told(step, "before after", shown),
        "path": list(places[0]) if places else [],
        **told(step, "paths small? places results", shown),
        "bindings": bindings_data(step.bindings, table),
        "shape": sides(step.after.shape),
        "free": sorted(letter.name for letter in step.after.free),
        "assumed": texts(step.assumed),
        "verdict": shown(step.verdict),
        "substeps": _steps(f"{number}.", step.substeps, table),
        "sentence": shown(step.title),
        "why": shown(step.why),
        "assumptions": shown(step.assumed),
    }


def flattened_facts(flattened: Expr) -> dict[str, Json]:
    """What a reader must know of the ⊗ form: its shape, which vec, and the sizes of its commutation matrices."""
    known = ((swap.named.name, dim_text(swap.shape.rows), dim_text(swap.shape.cols)) for swap in swaps_of(flattened))
    swaps: list[Json] = [{"name": name, "rows": rows, "columns": columns} for name, rows, columns in known]
    return {"shape": sides(flattened.shape), "vec": VEC, "commutation": swaps}


def _result(derivation: Derivation, table: Table) -> dict[str, Json]:
    result, matrix, flat = derivation.result, derivation.result.matrix, derivation.result.flattened
    return {
        **two(result.stated),
        "numpy": code_if_any(derivation),
        "shape": [dim_text(letter.dim) for letter in result.letters] if matrix is None else sides(matrix.shape),
        **told(result, "entry letters matrix", partial(shown_by, table)),
        "where": [{"name": name, **expression(body, table)} for name, body in result.where],
        "flattened": None if flat is None else {**expression(flat, table), **flattened_facts(flat)},
        "cases": [{"condition": condition, **expression(value, table)} for value, condition in result.cases],
    }


Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def told(of: object, names: str, shown: Callable[[Any], Any]) -> dict[str, Any]:
    """What a record says under these names as it is `shown`; under one with a `?` only where it says something."""
    values = ((name, getattr(of, name.rstrip("?"))) for name in names.split())
    return {name.rstrip("?"): shown(of) for name, of in values if name[-1] != "?" or of not in (None, "", False, ())}


class Table:
    """Collects nodes; each gets the number of its row."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._numbers: dict[Expr, int] = {}

    def number(self, root: Expr) -> int:
        """The row of an expression; its parts come before it."""
        return found_in(root, self._numbers, self._added, _parts)

    def _added(self, node: Expr) -> int:
        _, arguments = node.__reduce__()
        self.rows.append([type(node).__name__, *(self.encoded(argument) for argument in arguments)])
        return len(self.rows) - 1

    def encoded(self, value: object) -> Json:
        """A value as JSON: an expression by its row, everything else in full."""
        match value:
            case None | bool() | int() | float() | str():
                return value
            case Expr():
                return {"node": self.number(value)}
            case Fraction():
                return {"number": str(value)}
            case Fact():
                return [self.encoded(value.symbol), value.word]
            case Dim():
                powers: list[Json] = [[name, power] for name, power in value.powers]
                return {"dim": [value.factor, *powers]}
            case Shape():
                return {"shape": [self.encoded(value.rows), self.encoded(value.cols)]}
            case Index():
                return {"index": [value.name, self.encoded(value.dim)]}
            case Pair():
                return {"pair": [self.encoded(value.outer), self.encoded(value.inner), self.encoded(value.inner_dim)]}
            case tuple() | list():
                return [self.encoded(part) for part in value]
        raise TypeError(f"no JSON form for {type(value).__name__}")


def _parts(node: Expr) -> tuple[Expr, ...]:
    # the variable of ∂/∂X is no child, but its row must come first as well
    variable = getattr(node, "variable", None) or getattr(node, "argument", None)
    return (*node.children, variable) if isinstance(variable, Expr) and variable is not node else node.children


def result_data(derivation: Derivation) -> dict[str, Any]:
    """The result as data for JSON: the loss, the variable, the layout, the result in each notation, the verdict."""
    problem, result, flat = derivation.problem, derivation.result, derivation.result.flattened
    cases = [{"condition": said, **two(value)} for value, said in result.cases]
    return {
        "schema": SCHEMA,
        "loss": problem.source or to_text(problem.loss),
        "wrt": wrt_text(problem),
        "order": derivation.order,
        "layout": derivation.layout,
        "shapes": {symbol.name: [str(side) for side in symbol.shape.dims] for symbol in problem.variables},
        "assumed": list(problem.assumed),
        **told(derivation, "rests_on?", list),
        "result": {
            **two(result.stated),
            "numpy": code_if_any(derivation),
            "shape": [str(side) for side in result.stated.shape.dims] or [str(letter.dim) for letter in result.letters],
            "letters": [letter.name for letter in result.letters] if result.matrix is None else [],
            "where": {node.name: two(node.body) for node in result.named},
            **({"cases": cases} if cases else {}),
            **({} if flat is None else {"flattened": {**two(flat), **flattened_facts(flat)}}),
        },
        "verdict": derivation.verdict,
    }


def results_json(derivations: Sequence[Derivation]) -> str:
    """One result as a JSON document, several under the key `derivations`."""
    parts = [result_data(derivation) for derivation in derivations]
    return dumped(parts[0]) + "\n" if len(parts) == 1 else together(parts)

"""The result alone, as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..notation.printing.to_text import to_text
from ..records import Derivation
from .code.module import code_if_any
from .json import SCHEMA, dumped, flattened_facts, together, told, two, wrt_text


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

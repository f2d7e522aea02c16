"""The result alone, as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..notation.printing.to_text import to_text
from ..records import Derivation
from .code.module import code_if_any
from .json import SCHEMA, dumped, flattened_facts, together, two


def result_data(derivation: Derivation) -> dict[str, Any]:
    """The result as data for JSON: the loss, the variable, the layout, the result in each notation, the verdict."""
    problem, shown = derivation.problem, derivation.result.stated
    return {
        "schema": SCHEMA,
        "loss": problem.source or to_text(problem.loss),
        "wrt": f"vech({problem.wrt.name})" if problem.half else problem.wrt.name,
        "order": derivation.order,
        "layout": derivation.layout,
        "shapes": {symbol.name: [str(side) for side in symbol.shape.dims] for symbol in problem.variables},
        "assumed": list(problem.assumed),
        **({"rests_on": list(derivation.rests_on)} if derivation.rests_on else {}),
        "result": {
            **two(shown),
            "numpy": code_if_any(derivation),
            "shape": [str(side) for side in shown.shape.dims]
            or [str(letter.dim) for letter in derivation.result.letters],
            "letters": [letter.name for letter in derivation.result.letters]
            if derivation.result.matrix is None
            else [],
            "where": {node.name: two(node.body) for node in derivation.result.named},
            **_other_forms(derivation),
        },
        "verdict": derivation.verdict,
    }


def _other_forms(derivation: Derivation) -> dict[str, Any]:
    """The case table and the ⊗ form of a derivative with three and four indices, where there are any."""
    result, flat = derivation.result, derivation.result.flattened
    found: dict[str, Any] = {}
    if result.cases:
        found["cases"] = [{"condition": said, **two(value)} for value, said in result.cases]
    if flat is not None:
        found["flattened"] = {**two(flat), **flattened_facts(flat)}
    return found


def results_json(derivations: Sequence[Derivation]) -> str:
    """One result as a JSON document, several under the key `derivations`."""
    parts = [result_data(derivation) for derivation in derivations]
    return dumped(parts[0]) + "\n" if len(parts) == 1 else together(parts)

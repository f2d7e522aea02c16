"""The result alone, without the way to it: as text, as LaTeX, as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..notation.printing.to_latex import to_latex
from ..notation.printing.to_text import to_text
from ..notation.printing.to_unicode import position_unicode, to_unicode
from ..records import Derivation
from .document.derivation import loss_symbol
from .json import SCHEMA, dumped, flattened_facts, together, two
from .resting import resting


def result_text(derivation: Derivation) -> str:
    """`2/m Xᵀ(XR − Y)`; the named parts below it; in front of an entry the letters that it depends on."""
    body = to_unicode(derivation.result.stated)
    if derivation.result.matrix is None:
        letters = ", ".join(position_unicode(letter) for letter in derivation.result.letters)
        sizes = " × ".join(str(letter.dim) for letter in derivation.result.letters)
        body = f"entry [{letters}] of {sizes}: {body}"
    lines = [f"{body}   ({written_as(derivation)})"]
    for place, node in enumerate(derivation.result.named):
        lines.append(f"{'where' if place == 0 else '     '} {to_unicode(node)} = {to_unicode(node.body)}")
    if derivation.result.flattened is not None:
        lines += _flattened(derivation)
    if said := resting(derivation):
        lines.append(said)
    return "\n".join(lines) + "\n"


def _flattened(derivation: Derivation) -> list[str]:
    from .arrays.entries import forms_of
    from .document.arrays import swap_phrase, vec_label
    from .words import label_text, plain

    forms = forms_of(derivation.result, loss_symbol(derivation), derivation.wrt, derivation.order)
    assert forms.flattened is not None
    swaps = [plain(swap_phrase(swap)) for swap in forms.swaps]
    return [f"flattened: {label_text(vec_label(forms))} = {to_unicode(forms.flattened)}", *swaps]


def written_as(derivation: Derivation) -> str:
    """`n×p, gradient layout`; with more than two indices the array is the same in every layout."""
    matrix = derivation.result.matrix
    return "the same in every layout" if matrix is None else f"{matrix.shape}, {derivation.layout} layout"


def result_latex(derivation: Derivation) -> str:
    r"""`\frac{2}{m} X^\top (X R - Y)`, the named parts after it; to be set between dollars."""
    body = to_latex(derivation.result.stated)
    parts = [f"{to_latex(node)} = {to_latex(node.body)}" for node in derivation.result.named]
    return body + (r", \quad \text{where } " + r", \quad ".join(parts) if parts else "") + "\n"


def result_data(derivation: Derivation) -> dict[str, Any]:
    """The result as data for JSON: the loss, the variable, the layout, the result in each notation, the verdict."""
    from .code.module import code_if_any  # programs are not needed for a text

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
            "shape": [str(side) for side in shown.shape.dims] or [str(letter.dim) for letter in derivation.result.letters],
            "letters": [letter.name for letter in derivation.result.letters] if derivation.result.matrix is None else [],
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

"""The result alone, without the way to it: as text, as LaTeX, as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ir import Expr, Named
from ..ir.walk import nodes_of
from ..notation.printing.to_latex import name_latex, to_latex
from ..notation.printing.to_text import to_text
from ..notation.printing.to_unicode import name_unicode, position_unicode, to_unicode
from ..records import Derivation
from .document.derivation import loss_symbol
from .json import SCHEMA, dumped, flattened_facts
from .resting import resting
from .wrap import SOLID


def stated(derivation: Derivation) -> Expr:
    """What the result says: the matrix, or an entry where there are more than two indices."""
    result = derivation.result
    return result.matrix if result.matrix is not None else result.entry


def named_parts(derivation: Derivation) -> tuple[tuple[str, Expr], ...]:
    """The named parts in the result, each after those that it uses."""
    found: dict[str, Expr] = {}
    waiting = [node for node in nodes_of(stated(derivation)) if isinstance(node, Named)]
    while waiting:
        node = waiting.pop()
        found[node.name] = node.body
        waiting += [inner for inner in nodes_of(node.body) if isinstance(inner, Named) and inner.name not in found]
    order = {name: place for place, (name, _) in enumerate(derivation.result.where)}
    return tuple(sorted(found.items(), key=lambda part: order.get(part[0], -1)))


def result_text(derivation: Derivation) -> str:
    """`2/m Xᵀ(XR − Y)`; the named parts below it; in front of an entry the letters that it depends on."""
    body = to_unicode(stated(derivation))
    if derivation.result.matrix is None:
        letters = ", ".join(position_unicode(letter) for letter in derivation.result.letters)
        sizes = " × ".join(str(letter.dim) for letter in derivation.result.letters)
        body = f"entry [{letters}] of {sizes}: {body}"
    lines = [f"{body}   ({written_as(derivation)})"]
    for place, (name, part) in enumerate(named_parts(derivation)):
        lines.append(f"{'where' if place == 0 else '     '} {name_unicode(name)} = {to_unicode(part)}")
    if derivation.result.flattened is not None:
        lines += _flattened(derivation)
    if said := resting(derivation):
        lines.append(said)
    return "\n".join(lines) + "\n"


def _flattened(derivation: Derivation) -> list[str]:
    from .arrays.entries import forms_of
    from .document.arrays import swap_phrase, vec_label
    from .words import label_text, phrase_text

    forms = forms_of(derivation.result, loss_symbol(derivation), derivation.wrt, derivation.order)
    assert forms.flattened is not None
    swaps = [phrase_text(swap_phrase(swap)).replace(SOLID, " ") for swap in forms.swaps]
    return [f"flattened: {label_text(vec_label(forms))} = {to_unicode(forms.flattened)}", *swaps]


def written_as(derivation: Derivation) -> str:
    """`n×p, gradient layout`; with more than two indices the array is the same in every layout."""
    matrix = derivation.result.matrix
    return "the same in every layout" if matrix is None else f"{matrix.shape}, {derivation.layout} layout"


def result_latex(derivation: Derivation) -> str:
    r"""`\frac{2}{m} X^\top (X R - Y)`, the named parts after it; to be set between dollars."""
    body = to_latex(stated(derivation))
    parts = [f"{name_latex(name)} = {to_latex(part)}" for name, part in named_parts(derivation)]
    return body + (r", \quad \text{where } " + r", \quad ".join(parts) if parts else "") + "\n"


def result_data(derivation: Derivation) -> dict[str, Any]:
    """The result as data for JSON: the loss, the variable, the layout, the result in each notation, the verdict."""
    from .code.module import code_if_any  # programs are not needed for a text

    problem, shown = derivation.problem, stated(derivation)
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
            "text": to_text(shown),
            "latex": to_latex(shown),
            "numpy": code_if_any(derivation),
            "shape": [str(side) for side in shown.shape.dims] or [str(letter.dim) for letter in derivation.result.letters],
            "letters": [letter.name for letter in derivation.result.letters] if derivation.result.matrix is None else [],
            "where": {name: {"text": to_text(part), "latex": to_latex(part)} for name, part in named_parts(derivation)},
            **_other_forms(derivation),
        },
        "verdict": derivation.verdict,
    }


def _other_forms(derivation: Derivation) -> dict[str, Any]:
    """The case table and the ⊗ form of a derivative with three and four indices, where there are any."""
    result, flat = derivation.result, derivation.result.flattened
    found: dict[str, Any] = {}
    if result.cases:
        found["cases"] = [{"condition": said, "text": to_text(value), "latex": to_latex(value)} for value, said in result.cases]
    if flat is not None:
        found["flattened"] = {"text": to_text(flat), "latex": to_latex(flat), **flattened_facts(flat)}
    return found


def results_json(derivations: Sequence[Derivation]) -> str:
    """One result as a JSON document, several under the key `derivations`."""
    parts = [result_data(derivation) for derivation in derivations]
    if len(parts) == 1:
        return dumped(parts[0]) + "\n"
    for part in parts:
        del part["schema"]
    document: dict[str, Any] = {"schema": SCHEMA, "derivations": parts}
    return dumped(document) + "\n"

"""The result alone, without the way to it: as text, as LaTeX."""

from __future__ import annotations

from ..notation.printing.to_latex import to_latex
from ..notation.printing.to_unicode import position_unicode, to_unicode
from ..records import Derivation
from .words import resting


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
    if (flat := derivation.result.flattened) is not None:
        from .document.arrays import flattened_formula, swap_phrases
        from .document.derivation import label_of, loss_symbol
        from .words import label_text, plain

        formula = flattened_formula(flat, label_of(derivation, loss_symbol(derivation)))
        lines.append(f"flattened: {label_text(formula.left)} = {to_unicode(formula.right)}")
        lines += map(plain, swap_phrases(flat))
    if said := resting(derivation):
        lines.append(said)
    return "\n".join(lines) + "\n"


def written_as(derivation: Derivation) -> str:
    """`n×p, gradient layout`; with more than two indices the array is the same in every layout."""
    matrix = derivation.result.matrix
    return "the same in every layout" if matrix is None else f"{matrix.shape}, {derivation.layout} layout"


def result_latex(derivation: Derivation) -> str:
    r"""`\frac{2}{m} X^\top (X R - Y)`, the named parts after it; to be set between dollars."""
    body = to_latex(derivation.result.stated)
    parts = [f"{to_latex(node)} = {to_latex(node.body)}" for node in derivation.result.named]
    return body + (r", \quad \text{where } " + r", \quad ".join(parts) if parts else "") + "\n"

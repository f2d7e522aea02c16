"""What a writer of code may have meant without saying it: one-hot targets, masks of 0 and 1, safe divisions."""

from __future__ import annotations

import ast

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.python.outline import Unit
from ...verify.programs.names import each, word_of
from .settle import Understanding, with_fact

_TARGETS = regex(r"^(?:y|Y|t|T|targets?|labels?|Y_\w+|y_\w+|onehot|one_hot|probs?|p|q)$")
_JOINT = regex(r"^(?:P|p_?ij|joint\w*)$")
_MASKS = regex(r"^(?:M|\w*mask\w*|observed|Omega|W?ind)$")


def facts(unit: Unit, way: Understanding) -> list[tuple[Understanding, str]]:
    """What a writer may have meant: a cross entropy's targets are one-hot, a mask is 0 and 1,
    a tiny number is nothing."""
    found = []
    entropy = _calls_a_logarithm(unit)
    for name, kind in way.kinds:
        if kind.facts == ("binary",) and not kind.told:
            found.append((with_fact(way, name, "signs"), f"true if `{name}` holds only -1 and 1"))
        if kind.form != "array" or kind.facts:
            continue
        if entropy and kind.dims and _TARGETS.match(name):
            found.append((with_fact(way, name, "onehot"), f"true if each row of `{name}` is one-hot, as a target's is"))
            if len(kind.dims) == 2:
                found.append(
                    (
                        with_fact(way, name, "onehot columns"),
                        f"true if each column of `{name}` is one-hot, as a target's is",
                    )
                )
        if entropy and _JOINT.match(name) and len(kind.dims) == 2 and kind.dims[0] == kind.dims[1]:
            joint = with_fact(with_fact(way, name, "symmetric"), name, "joint")
            said = "is symmetric with a diagonal of zeros, and all its entries sum to one"
            found.append((joint, f"true if `{name}` {said}"))
        if _MASKS.match(name):
            found.append((with_fact(way, name, "binary"), f"true if `{name}` holds only 0 and 1"))
    if _skips_zeros(unit):
        found.append((replace(way, single=True), "true if only one entry of what comes from above is not zero"))
    if any(each(ast.If, unit.backward)):
        found.append((replace(way, faint=True), "true where no gradient is so large that it is cut"))
    if not _tiny(unit):
        return found
    safe = "true up to the tiny numbers that keep a division or logarithm safe"
    both = [(replace(other, tiny=True), f"{note}, and {safe}") for other, note in found]
    return [*found, (replace(way, tiny=True), safe), *both]


def _calls_a_logarithm(unit: Unit) -> bool:
    return any("log" in word or "entropy" in word for word in map(word_of, each(ast.Call, *unit.lines)))


def _skips_zeros(unit: Unit) -> bool:
    """Whether a backward part goes past what is zero: `if gradient == 0: continue`."""
    return any(
        isinstance(node.test, ast.Compare)
        and isinstance(node.body[0], ast.Continue)
        and getattr(node.test.comparators[0], "value", None) == 0
        for node in each(ast.If, unit.backward)
    )


def _tiny(unit: Unit) -> bool:
    numbers = (node.value for node in each(ast.Constant, *unit.lines))
    return any(isinstance(value, float) and 0 < abs(value) <= 1e-4 for value in numbers)

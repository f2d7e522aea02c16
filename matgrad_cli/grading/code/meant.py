"""What a writer of code may have meant without saying it: one-hot targets, masks of 0 and 1, safe divisions."""

from __future__ import annotations

import ast

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.python.outline import Unit
from ...verify.programs.names import each, word_of
from .settle import Understanding, with_facts

_TARGETS = regex(r"^(?:y|Y|t|T|targets?|labels?|Y_\w+|y_\w+|onehot|one_hot|probs?|p|q)$")
_JOINT = regex(r"^(?:P|p_?ij|joint\w*)$")
_MASKS = regex(r"^(?:M|\w*mask\w*|observed|Omega|W?ind)$")


_AXES = range(1, 9)
_MEANT = (
    (_TARGETS, True, _AXES, ("onehot",), "each row of `{}` is one-hot, as a target's is"),
    (_TARGETS, True, (2,), ("onehot columns",), "each column of `{}` is one-hot, as a target's is"),
    (_JOINT, True, (2,), ("symmetric", "joint"), "`{}` is symmetric, its diagonal is zero, and its entries sum to one"),
    (_MASKS, False, _AXES, ("binary",), "`{}` holds only 0 and 1"),
)
"""Names of arrays, whether they mean so beside a logarithm alone, numbers of axes, the facts, and a sentence."""


def facts(unit: Unit, way: Understanding) -> list[tuple[Understanding, str]]:
    """What a writer may have meant: a cross entropy's targets are one-hot, a mask is 0 and 1,
    a tiny number is nothing."""
    found = []
    entropy = any("log" in word or "entropy" in word for word in map(word_of, each(ast.Call, *unit.all_lines)))
    for name, kind in way.kinds:
        if kind.facts == ("binary",) and not kind.told:
            found.append((_with(way, name, "signs"), f"true if `{name}` holds only -1 and 1"))
        for names, beside, axes, more, said in _MEANT if kind.form == "array" and not kind.facts else ():
            if names.match(name) and (entropy or not beside) and len(kind.dims) in axes:
                found.append((_with(way, name, *more), f"true if {said.format(name)}"))
    if _skips_zeros(unit):
        found.append((way.under("single"), "true if only one entry of what comes from above is not zero"))
    if any(each(ast.If, unit.backward)):
        found.append((way.under("faint"), "true where no gradient is so large that it is cut"))
    if not _tiny(unit):
        return found
    safe = "true up to the tiny numbers that keep a division or logarithm safe"
    both = [(other.under("tiny"), f"{note}, and {safe}") for other, note in found]
    return [*found, (way.under("tiny"), safe), *both]


def _with(way: Understanding, name: str, *facts: str) -> Understanding:
    return replace(way, kinds=tuple(with_facts(dict(way.kinds), name, *facts).items()))


def _skips_zeros(unit: Unit) -> bool:
    """Whether a backward part goes past what is zero: `if gradient == 0: continue`."""
    tests = (node.test for node in each(ast.If, unit.backward) if isinstance(node.body[0], ast.Continue))
    return any(isinstance(test, ast.Compare) and getattr(test.comparators[0], "value", None) == 0 for test in tests)


def _tiny(unit: Unit) -> bool:
    numbers = (node.value for node in each(ast.Constant, *unit.all_lines))
    return any(isinstance(value, float) and 0 < abs(value) <= 1e-4 for value in numbers)

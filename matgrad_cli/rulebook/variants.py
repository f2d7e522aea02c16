"""The readings of a rule that has optional letters: tr(A X B) with A or B, or both, left out is tr(X B), tr(A X),
tr(X)."""

from __future__ import annotations

import re
from functools import lru_cache

from ..diagnostics.record import replace
from ..diagnostics.regex import regex
from .rule import Rule


@lru_cache(maxsize=1024)
def variants(rule: Rule) -> tuple[Rule, ...]:
    """The rule with all its letters, then with fewer and fewer of the optional ones."""
    found = [rule] if rule.lhs else []
    for name in rule.optional:
        found += [_without(one, name) for one in found]
    return tuple(sorted((one for one in found if not _ALONE.fullmatch(one.lhs)), key=lambda one: -len(one.shapes)))


_ALONE = regex(r"(d\()?\(*\w+(\.T)?\)*")
"""A letter that nothing is said of any more."""


def _without(rule: Rule, name: str) -> Rule:
    """The rule with 1 or an identity for one letter, left out of the products;
    the two sides of a matrix then have one size."""
    rows, cols = (*dict(rule.shapes)[name].split(), "1", "1")[:2]
    kept, gone = (cols, rows) if cols == "1" else (rows, cols)
    shapes = tuple((letter, _renamed(text, gone, kept)) for letter, text in rule.shapes if letter != name)
    lhs, rhs = (_left_out(_renamed(text, gone, kept), name, kept) for text in (rule.lhs, rule.rhs))
    fixed, still = (tuple(letter for letter in letters if letter != name) for letters in (rule.fixed, rule.still))
    return replace(rule, lhs=lhs, rhs=rhs, shapes=shapes, optional=(), fixed=fixed, still=still)


def _renamed(text: str, gone: str, kept: str) -> str:
    return text if gone == kept else re.sub(rf"\b{gone}\b", kept, text)


def _left_out(text: str, name: str, size: str) -> str:
    factor = rf"\b{name}\b(\.T)?"
    return re.sub(factor, f"eye({size})", re.sub(rf"{factor} [@*] | [@*] {factor}", "", text))

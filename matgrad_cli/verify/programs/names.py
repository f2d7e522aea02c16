"""How the targets and the names of a program are called."""

from __future__ import annotations

import ast
from functools import lru_cache

from ...diagnostics.regex import regex

_INNER = regex(r"\['?([^'\]]+)'?\]$")

GRADIENTS = regex(r"^(?:.*\.)?(?:grads?|gradients?|d|dparams|grad_dict|derivs)\['")
"""An entry of a dict of gradients."""


def last_part(key: str) -> str:
    """The name itself: `self.W` → W, `params['W1']` → W1."""
    inner = _INNER.search(key)
    return inner[1] if inner else key.rpartition(".")[2]


def key_of(node: ast.AST) -> str | None:
    """How a target is named: `x`, `self.x`, `grads['x']`; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = key_of(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        inner = key_of(node.value)
        return None if inner is None else f"{inner}[{node.slice.value!r}]"
    return None


@lru_cache(maxsize=4096)
def names_in(node: ast.AST) -> frozenset[str]:
    """What is named somewhere in a statement or expression."""
    return frozenset(key for part in ast.walk(node) if (key := key_of(part)) is not None)

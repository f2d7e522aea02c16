"""Cholesky factors where they are put together again: Σ log diag L is half the log of the determinant of S = L Lᵀ, L Lᵀ is S."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from . import syntax as s
from .expression.vocabulary import canonical_function

_NAMES: Final = frozenset(("cholesky", "chol"))
_SAID: Final = "the sum of the logs of the diagonal of a Cholesky factor is read as half the log of the determinant"


def without_factors(tree: s.Node, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree with Σ log L_ii as ½ log det S, and the notes with what to say of it."""
    new = s.rebuilt(tree, _put_together)
    return (tree, notes) if new is tree or new == tree else (new, (*notes, _SAID))


def _put_together(node: s.Node) -> s.Node:
    match node:
        case s.Apply(span, total, (body,), ()) if canonical_function(total) == "sum":
            found = _of_diagonal(body)
        case s.Sigma(span, (letter,), (None,), body):
            found = _of_entry(body, letter.name)
        case _:
            return node
    if found is None:
        return node
    half = s.Literal_(span, Fraction(1, 2), "0.5")
    return s.Group(span, s.Binary(span, "*", half, s.Apply(span, "logdet", (found,))))


def _logged(node: s.Node) -> s.Node | None:
    """What a log is taken of."""
    node = s.ungrouped(node)
    return s.ungrouped(node.arguments[0]) if isinstance(node, s.Apply) and node.function == "log" and len(node.arguments) == 1 else None


def _of_diagonal(node: s.Node) -> s.Node | None:
    """S of log(diag(cholesky(S)))."""
    inner = _logged(node)
    diagonal = isinstance(inner, s.Apply) and inner.function in ("diag", "diagonal") and len(inner.arguments) == 1 and not inner.options
    return _factored(inner.arguments[0]) if isinstance(inner, s.Apply) and diagonal else None


def _of_entry(node: s.Node, letter: str) -> s.Node | None:
    """S of log(chol(S)_ii) and of log(chol(S))_ii."""
    entry, outer = _logged(node) or s.ungrouped(node), _logged(node) is None
    if not isinstance(entry, s.Subscript) or [getattr(index, "name", "") for index in entry.indices] != [letter, letter]:
        return None
    body = _logged(entry.body) if outer else entry.body
    return _factored(body) if body is not None else None


def _factored(node: s.Node) -> s.Node | None:
    node = s.ungrouped(node)
    plain = isinstance(node, s.Apply) and node.function in _NAMES and len(node.arguments) == 1 and not node.options
    return node.arguments[0] if isinstance(node, s.Apply) and plain else None

"""What the LaTeX reader needs to know of a scope: which names are variables of which kind, which mean the loss."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Shape
from ..names import canonical_name
from ..scope import Scope
from .names import LatexNames, accents_kept


def latex_names(scope: Scope, texts: Iterable[str] = (), accents: frozenset[str] = frozenset()) -> LatexNames:
    """The names of a scope for the LaTeX reader; `texts` are searched for marked letters that are names of their own, like `accents`."""
    values = {**scope.symbols, **scope.definitions}
    variables = {form: kind(value.shape) for name, value in values.items() for form in (name, canonical_name(name))}
    if scope.families:
        from .families import kinds

        variables |= kinds(scope.families)
    return LatexNames(
        variables,
        frozenset(scope.loss_names),
        scope.wrt.name if scope.wrt is not None else None,
        frozenset(scope.sizes),
        accents | accents_kept((*texts, scope.source.text)),
        complete=not scope.open,
    )


def kind(shape: Shape) -> str:
    """number, vector, row or matrix."""
    if shape.is_number:
        return "number"
    return "vector" if shape.is_column else "row" if shape.is_row else "matrix"

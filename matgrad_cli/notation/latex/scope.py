"""What the LaTeX reader needs to know of a scope: which names are variables of which kind, which mean the loss."""

from __future__ import annotations

from ...ir import Shape
from ..names import canonical_name
from ..scope import Scope
from ..unknown import names_in
from .names import LatexNames, accents_kept


def latex_names(
    scope: Scope, accents: frozenset[str] | None = None, counting: frozenset[str] = frozenset(), wrt: str = ""
) -> LatexNames:
    """The names of a scope for the LaTeX reader; `accents` are marked letters that are names of their own (None: those of the source).

    `wrt` is the letter that is asked for where the scope does not know its variable yet.
    """
    values = {**scope.symbols, **scope.definitions}
    variables = {form: kind(value.shape) for name, value in values.items() for form in (name, canonical_name(name))}
    if scope.families:
        from .families import kinds

        variables |= kinds(scope.families)
    return LatexNames(
        variables,
        frozenset(scope.loss_names),
        scope.wrt.name if scope.wrt is not None else wrt or None,
        frozenset(scope.sizes),
        accents_kept((scope.source.text,)) if accents is None else accents,
        functions=names_in(scope.loss),
        complete=not scope.open,
        counting=counting,
    )


def kind(shape: Shape) -> str:
    """number, vector, row or matrix."""
    if shape.is_number:
        return "number"
    return "vector" if shape.is_column else "row" if shape.is_row else "matrix"

"""`C*w@w + …`: a capital that does nothing but multiply or divide is a number, where the loss is no number without that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...diagnostics import InputError
from ...diagnostics.record import replace
from ...ir import NUMBER, Symbol
from .. import syntax as s
from ..elaboration.elaborate import Reading
from ..scope import Scope
from .infer import Inference

Understood = tuple[Scope, Inference, Symbol, Reading]
MISFITS = frozenset(("shape-mismatch", "not-square", "index-mismatch", "wrong-arguments"))
"""Codes of parts that do not fit; the same text may fit as arrays of NumPy."""


def with_weights(tree: s.Node, scope: Scope, wrt: str, understood: Callable[[Scope], Understood]) -> Understood:
    """The loss as it is understood; with its weights as numbers where it is a number then, and is none or does not fit otherwise."""
    places = () if scope.syntax == "latex" else tuple(_names(tree))
    other = {wrt, *(name for name, factor in places if not factor)}
    weights = {name for name, _ in places if name[0].isupper() and scope.find(name) is None and scope.size(name) is None} - other
    refused: InputError | None = None
    try:
        found = understood(scope)
        if not weights or found[3].expr.shape.is_number:
            return found
    except InputError as error:
        if not weights or error.diagnostic.code not in MISFITS:
            raise
        refused = error
    numbers = {name: Symbol(name, NUMBER) for name in sorted(weights)}
    why = "assumed to be a number, so that the loss is one"
    told = replace(scope, symbols={**scope.symbols, **numbers}, origins={**scope.origins, **dict.fromkeys(numbers, why)})
    try:
        inside, inference, variable, reading = understood(told)
    except InputError:
        reading = None
    if reading is None or not reading.expr.shape.is_number:
        if refused is not None:
            raise refused
        return found
    said = tuple(f"`{name}` is a number, so that the loss is one" for name in numbers)
    return inside, replace(inference, assumed=(*said, *inference.assumed)), variable, reading


def _names(tree: s.Node) -> Iterator[tuple[str, bool]]:
    """Each name where it stands, and whether it is a factor or a divisor there."""
    stack = [(tree, False)]
    while stack:
        part, factor = stack.pop()
        if isinstance(part, s.Name):
            yield part.name, factor
        elif not isinstance(part, s.Group | s.Negative):
            factor = isinstance(part, s.Binary) and part.operator in ("*", "/")
        stack += [(child, factor) for child in s.children(part)]

"""Expressions that differ in nothing but the names of their variables: they have one form."""

from __future__ import annotations

from typing import Any, Final

from ..diagnostics.record import record
from .expr import Expr, together
from .memory import table
from .nodes import Symbol
from .walk import folded


@record
class Form:
    """What an expression is but for its variables, and these in the order in which they are met.
    `named` are those by which something is differentiated: another one in their place makes another kind."""

    kind: int
    symbols: tuple[Symbol, ...]
    named: frozenset[Expr] = frozenset()


_KINDS: Final[dict[Any, int]] = table()


@folded
def form_of(node: Expr, parts: list[Form]) -> Form:
    """The form of an expression."""
    if isinstance(node, Symbol):
        return Form(_KINDS.setdefault(node.shape, len(_KINDS)), (node,))
    symbols = dict.fromkeys([one for part in parts for one in part.symbols])
    places = {symbol: place for place, symbol in enumerate(symbols)}
    pattern = tuple([(part.kind, *[places[symbol] for symbol in part.symbols]) for part in parts])
    said = () if node.many else [getattr(node, name) for name in node.fields if name not in node.inner]
    own = tuple([value for value in said if value is not node.children])
    named = together([part.named for part in parts])
    for value in own:
        named = named | {value} if isinstance(value, Symbol) else named
    return Form(_KINDS.setdefault((type(node), own, pattern), len(_KINDS)), tuple(places), named)

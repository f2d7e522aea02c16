"""Native rules: each is one function of a part of the line, registered under the name of its rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...diagnostics.record import record
from ...ir import Expr
from ...records import Bindings

if TYPE_CHECKING:
    from .application import Scene


@record
class Site:
    """What a native rule is asked about: a part of the line, and what its letters stand for if that is already
    known."""

    node: Expr
    scene: Scene
    bindings: Bindings = ()

    def bound(self, name: str) -> Expr | None:
        """What a letter of the rule stands for, if it was said."""
        return next((value for key, value in self.bindings if key == name and isinstance(value, Expr)), None)


Native = Callable[[Site], "tuple[Expr, Bindings] | None"]

NATIVE: dict[str, Native] = {}
"""The one function of each native rule: the new part and what the sentence mentions, or None where it does not fit."""


def native(rule_id: str) -> Callable[[Native], Native]:
    """Registers the function of a native rule."""

    def register(function: Native) -> Native:
        assert rule_id not in NATIVE, rule_id
        NATIVE[rule_id] = function
        return function

    return register


Better = Callable[[Any], "Expr | None"]


def native_at(rule_id: str, *heads: str) -> Callable[[Better], Better]:
    """Registers a native rule that looks at the part alone, only at parts with these heads:
    f(part) is the new part or None."""

    def register(function: Better) -> Better:
        def at_site(site: Site) -> tuple[Expr, Bindings] | None:
            new = function(site.node) if not heads or site.node.head in heads else None
            return None if new is None or new is site.node else (new, ())

        native(rule_id)(at_site)
        return function

    return register

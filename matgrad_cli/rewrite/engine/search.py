"""Where rules fit in a line: the first of some rules that fits anywhere, at all the places where it fits, is one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Expr, Path
from ...records import Bindings
from ...rulebook.rule import Rule
from .application import Scene, fit
from .apply import Rewriting


class Search:
    """`accepts` says which of the things that a rule makes are wanted.

    What does not fit is remembered, as most of a line stays as it is: whether a rule fits depends on the part and the bindings alone.
    """

    def __init__(self, scene: Scene, accepts: Callable[[Rewriting], bool] = lambda _: True) -> None:
        self.scene, self.accepts = scene, accepts
        self._misses: set[tuple[str, Expr, Bindings]] = set()

    def first(
        self, rules: Iterable[Rule], line: Expr, places: Iterable[tuple[Path, Expr]], bindings: Bindings = ()
    ) -> dict[Path, Rewriting]:
        """What the first rule that fits makes of these parts of the line; where it fits with the `bindings` at one place, it must fit
        by itself at further ones. Nothing is looked for below a part where it fits."""
        parts = list(places)
        for rule in rules:
            found: dict[Path, Rewriting] = {}
            for path, node in parts:
                miss = rule.id, node, bindings
                if miss in self._misses or any(path[:depth] in found for depth in range(len(path) + 1)):
                    continue
                rewriting = fit(rule, node, self.scene, bindings, line, path)
                if rewriting is None or not self.accepts(rewriting):
                    self._misses.add(miss)
                elif not found or not bindings or fit(rule, node, self.scene, (), line, path) == rewriting:
                    found[path] = rewriting
            if found:
                return found
        return {}

"""Where rules fit in a line: the first of some rules that fits anywhere, at all the places where it fits, is one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from ...ir import Expr, Path
from ...records import Bindings
from ...rulebook.heads import guess_heads, head_of, may_fit
from ...rulebook.rule import Rule
from ...rulebook.variants import variants
from .application import Scene, fit
from .apply import Rewriting


def _likely(rule: Rule, node: Expr) -> bool:
    """Whether a rule may fit a part, seen before it is parsed."""
    return not rule.lhs or any(may_fit(one.lhs, node) for one in variants(rule))


@lru_cache(maxsize=1024)
def _heads(rule: Rule) -> frozenset[str] | None:
    """At which operators a rule may fit; None at any."""
    return frozenset(head for one in variants(rule) for head in guess_heads(one.lhs)) if rule.lhs else None


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
        parts = [(path, node, head_of(node)) for path, node in places]
        heads = {head for _, _, head in parts}
        for rule in rules:
            wanted = _heads(rule)
            found: dict[Path, Rewriting] = {}
            for path, node, head in parts if wanted is None or not wanted.isdisjoint(heads) else ():
                miss = rule.id, node, bindings
                if (wanted is not None and head not in wanted) or miss in self._misses or any(path[: len(one)] == one for one in found):
                    continue
                rewriting = fit(rule, node, self.scene, bindings, line, path) if _likely(rule, node) else None
                if rewriting is None or not self.accepts(rewriting):
                    self._misses.add(miss)
                elif not found or not bindings or fit(rule, node, self.scene, (), line, path) == rewriting:
                    found[path] = rewriting
            if found:
                return found
        return {}

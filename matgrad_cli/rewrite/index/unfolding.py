"""Which rule takes a pending derivative apart: the rules of the phase `unfold` of rules/methods/index.toml, tried in their order.

A rule about ∂ or d runs on the pending derivative itself, any other rule on what stands under it: on the number, or on the array
whose entry it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...ir import Entry, Expr, Partial, Path
from ...rulebook.heads import guess_heads, head_of
from ...rulebook.rule import Rule
from ..engine.application import Scene, fit, places_of
from ..engine.apply import Rewriting
from ..forms.terms import has_pending

ANY = ""


def keys_of(lhs: str) -> tuple[str, ...]:
    """At which operators a rule with this left side is tried: `partial(tr(A), X[s,t])`, `d(tr(A))` and `tr(A)` at tr."""
    inner = lhs[len("partial(") : lhs.rindex(", X")] if lhs.startswith("partial(") else lhs[2:-1] if lhs.startswith("d(") else lhs
    if inner.endswith("]") and not inner.startswith(("sum[", "delta[")):
        inner = inner[: inner.rindex("[")]
        inner = inner[1:-1] if inner.startswith("(") else inner
        return ("Symbol",) if inner.isidentifier() else guess_heads(inner)
    return (ANY,) if inner.isidentifier() else guess_heads(inner)


@dataclass(slots=True)
class Unfolder:
    """Takes pending derivatives apart by the rules of one phase."""

    scene: Scene
    rules: tuple[str, ...]
    _by_head: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        book = self.scene.rules
        for order, rule_id in enumerate([*(rule.id for rule in book.extras() if rule.lhs), *self.rules]):
            text = book.left_side(rule_id)
            for key in keys_of(text) if text else (ANY,):
                self._by_head.setdefault(key, []).append((order, rule_id))

    def round(self, line: Expr, ready: Iterable[Partial]) -> dict[Path, Rewriting] | Partial:
        """What the first rule that fits makes of the first of these, and wherever it comes first for another of them, of that;
        a pending derivative for which no rule is known is given back."""
        found: dict[Path, Rewriting] = {}
        chosen: dict[Partial, Rule | None] = {}
        first: Rule | None = None
        for path, pending in places_of(line, dict.fromkeys(ready), has_pending):
            assert isinstance(pending, Partial)
            if pending in chosen and chosen[pending] is not first:
                continue
            layer = self._layer(line, path, pending, chosen.get(pending))
            if layer is None:
                return pending
            chosen[pending] = layer[1].rule
            first = first or layer[1].rule
            if layer[1].rule is first:
                found[layer[0]] = layer[1]
        return found

    def _layer(self, line: Expr, path: Path, pending: Partial, known: Rule | None) -> tuple[Path, Rewriting] | None:
        for rule in (known,) if known is not None else self._candidates(pending):
            for place, node in _places(rule, path, pending):
                found = fit(rule, node, self.scene, (), line, place)
                if found is not None:
                    return place, found
        return None

    def _candidates(self, pending: Partial) -> Iterator[Rule]:
        body = pending.body.base if isinstance(pending.body, Entry) else pending.body
        options = [*self._by_head.get(head_of(body), ()), *self._by_head.get(ANY, ())]
        return (self.scene.rules.rule(rule_id) for _, rule_id in sorted(options))


def _places(rule: Rule, path: Path, pending: Partial) -> Iterator[tuple[Path, Expr]]:
    """Where a rule may run: on the pending derivative, or on what is under it."""
    if rule.pending:
        yield path, pending
        return
    yield (*path, 0), pending.body
    if isinstance(pending.body, Entry):
        yield (*path, 0, 0), pending.body.base

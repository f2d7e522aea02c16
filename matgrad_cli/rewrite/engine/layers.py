"""Which rule takes apart what is pending: the rules of one phase, tried in their order.

A rule about ∂ or d runs on what is pending itself, any other rule on what stands under it (on the number or array, or on the array
whose entry it is): d(‖A‖²) = d(tr(AᵀA)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...diagnostics.record import record
from ...ir import Differential, Entry, Expr, Partial, Path, at
from ...rulebook.rule import Rule
from .application import Scene, fit, places_of
from .apply import Rewriting
from .entrywise import differential_of


@record
class Layer:
    """What a rule made at a part that is pending: of it whole, or of what stands `below` it."""

    rewriting: Rewriting
    below: Path

    @property
    def rule(self) -> Rule:
        """The rule that ran."""
        return self.rewriting.rule


def outermost(parts: Iterable[Expr]) -> list[Expr]:
    """The parts that stand in no other of them, each once."""
    found = list(dict.fromkeys(parts))
    inside: set[Expr] = set()
    for part in found if len(found) > 1 else ():
        stack = list(part.children)
        while stack:
            node = stack.pop()
            if node not in inside:
                inside.add(node)
                stack.extend(node.children)
    return [part for part in found if part not in inside]


class Layers:
    """Takes what is pending apart by rules, those that `--rules` added first."""

    def __init__(self, scene: Scene, rules: Iterable[str]) -> None:
        self.scene = scene
        self._known: dict[Expr, Layer | None] = {}
        self._rules = [*(rule.id for rule in scene.rules.extras() if rule.lhs), *rules]

    def layer(self, pending: Differential) -> Layer | None:
        """What the first rule that fits makes of a pending differential; None where no rule is known."""
        if pending not in self._known:
            self._known[pending] = self._first(self._candidates(pending), pending, pending, ())
        return self._known[pending]

    def round(self, line: Expr, places: Iterable[tuple[Path, Expr]]) -> dict[Path, Rewriting] | Expr:
        """What the first rule that fits makes of the first of these parts of the line, and wherever it comes first for another of them,
        of that; a part for which no rule is known is given back. A place is where a part stands, or a term that waits for it."""
        found: dict[Path, Rewriting] = {}
        chosen: dict[Expr, Rule] = {}
        first: Rule | None = None
        for path, pending in places:
            if pending in chosen and chosen[pending] is not first:
                continue
            layer = self._at(line, path, pending, chosen.get(pending))
            if layer is None:
                return pending
            chosen[pending] = layer.rule
            first = first or layer.rule
            if layer.rule is first:
                found[*path, *layer.below] = layer.rewriting
        return found

    def _at(self, line: Expr, path: Path, pending: Expr, known: Rule | None) -> Layer | None:
        """A differential is taken apart alike wherever it stands; an entry in letters that its term does not use."""
        if not isinstance(pending, Differential):
            assert isinstance(pending, Partial)
            return self._first(self._candidates(pending) if known is None else (known,), pending, line, path)
        layer, node = self.layer(pending), at(line, path)
        if layer is None or node is pending:
            return layer
        if layer.below:
            return Layer(layer.rewriting, next(below for below, _ in places_of(node, {pending.body: layer}, lambda _: True)))
        rewriting = fit(layer.rule, node, self.scene, (), line, path)
        return None if rewriting is None else Layer(rewriting, ())

    def _first(self, rules: Iterable[Rule], pending: Differential | Partial, line: Expr, path: Path) -> Layer | None:
        for rule in rules:
            for below, node in _places(rule, pending):
                found = fit(rule, node, self.scene, (), line, (*path, *below))
                if found is not None:
                    return Layer(found, below)
        return None

    def _candidates(self, pending: Differential | Partial) -> Iterator[Rule]:
        """The rules that may fit, as far as their text says: what it does not rule out is read."""
        seen = [pending, pending.body]
        if isinstance(pending, Partial):
            seen += [differential_of(pending), differential_of(pending).body]
        book = self.scene.rules
        return (book.rule(rule_id) for rule_id in self._rules if book.likely(rule_id, seen))


def _places(rule: Rule, pending: Differential | Partial) -> Iterator[tuple[Path, Expr]]:
    """Where a rule may run: on what is pending, or on what is under it."""
    if rule.pending:
        yield (), pending
        return
    yield (0,), pending.body
    if isinstance(pending.body, Entry):
        yield (0, 0), pending.body.base

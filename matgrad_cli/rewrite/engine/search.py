"""Where rules fit in a line: the first of some rules that fits anywhere, at all the places where it fits, is one step.

Of what is pending the first part decides: the rule that comes first for it, wherever it comes first. A rule about ∂ or
d runs on what is pending itself, any other rule on what stands under it (on the number or array,
or on the array whose entry it is): d(‖A‖²) = d(tr(AᵀA)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...ir import Differential, Entry, Expr, Partial, Path
from ...ir.memory import remembered
from ...records import Bindings
from ...rulebook.rule import Rule
from .application import Scene, fit, pending_of, places_of
from .apply import Rewriting
from .pending import differential_of


class Search:
    """`accepts` says which of the things that a rule makes are wanted.

    What does not fit is remembered, as most of a line stays as it is: whether a rule fits depends on the part and the
    bindings alone. So is the rule that comes first for what is pending.
    """

    def __init__(self, scene: Scene, accepts: Callable[[Rewriting], bool] = lambda _: True) -> None:
        self.scene, self.accepts = scene, accepts
        self._possible = _possible(scene.problem, scene.rules, scene.entrywise, scene.inside, scene.direction, accepts)
        self._chosen: dict[Expr, Rule] = {}

    def first(
        self, rules: tuple[str, ...], line: Expr, places: Iterable[tuple[Path, Expr]], bindings: Bindings = ()
    ) -> dict[Path, Rewriting]:
        """What the first rule that fits makes of these parts of the line; where it fits with the `bindings` at one
        place, it must fit by itself at further ones. Nothing is looked for below a part where it fits."""
        book, possible = self.scene.rules, self._possible.setdefault((rules, bindings), {})
        together = book.together(rules)
        waiting: dict[int, list[tuple[Path, Expr]]] = {}
        for path, node in places:
            numbers = possible.get(node)
            if numbers is None:
                numbers = possible[node] = list(together.possible(node))
            for number in numbers:
                waiting.setdefault(number, []).append((path, node))
        for number in sorted(waiting):
            rule, scene = book.directed(rules[number]), self.scene
            found: dict[Path, Rewriting] = {}
            for path, node in waiting[number]:
                if number not in possible[node] or any(path[:depth] in found for depth in range(len(path) + 1)):
                    continue
                rewriting = fit(rule, node, scene, bindings, line, path)
                if rewriting is None or not self.accepts(rewriting):
                    possible[node].remove(number)
                elif not found or not bindings or fit(rule, node, scene, (), line, path) == rewriting:
                    found[path] = rewriting
                    scene = scene.beside(rewriting)
            if found:
                return found
        return {}

    def turn(
        self, rules: Iterable[str], line: Expr, places: Iterable[tuple[Path, Expr]]
    ) -> dict[Path, Rewriting] | Expr:
        """What the rule that comes first at the first of these places makes of what is pending there, and wherever else
        it comes first; a pending part for which no rule is known is given back.
        At a place stands what is pending, or a term that waits for it."""
        rules = (*(rule.id for rule in self.scene.rules.extras() if rule.lhs), *rules)
        found: dict[Path, Rewriting] = {}
        first: Rule | None = None
        scene = self.scene
        for path, node in places:
            pending = pending_of(node, scene)
            if first is not None and self._chosen.get(pending, first) is not first:
                continue
            known = self._chosen.get(pending)
            fits = next(self._fits((known.id, *rules) if known else rules, line, path, node, pending, scene), None)
            if fits is None:
                return pending
            self._chosen[pending], place, rewriting = fits
            first = first or self._chosen[pending]
            if self._chosen[pending] is first:
                found[place] = rewriting
                scene = scene.beside(rewriting)
        return found

    def _fits(
        self, rules: tuple[str, ...], line: Expr, path: Path, node: Expr, pending: Differential | Partial, scene: Scene
    ) -> Iterator[tuple[Rule, Path, Rewriting]]:
        """The rules that fit what is pending at a place, as far as their text says that they may."""
        book, seen = scene.rules, [pending, pending.body]
        if isinstance(pending, Partial):
            seen += [differential_of(pending), differential_of(pending).body]
        for rule in map(book.rule, book.together(rules).likely(seen)):
            for place, part in _places(rule, path, node, pending):
                rewriting = fit(rule, part, scene, (), line, place)
                if rewriting is not None:
                    yield rule, place, rewriting


Possible = dict[tuple[tuple[str, ...], Bindings], dict[Expr, list[int]]]
"""Of rules that are tried together which may still fit a part, by their places."""


@remembered(maxsize=16)
def _possible(*_asked: object) -> Possible:
    """What is known of all searches that ask the same of the rules: nothing at first."""
    return {}


def _places(rule: Rule, path: Path, node: Expr, pending: Differential | Partial) -> Iterator[tuple[Path, Expr]]:
    """Where a rule may run: on what is pending, or on what is under it."""
    if rule.pending:
        yield path, node
        return
    below = next(below for below, _ in places_of(node, {pending.body: pending}, lambda _: True))
    yield (*path, *below), pending.body
    if isinstance(pending.body, Entry):
        yield (*path, *below, 0), pending.body.base

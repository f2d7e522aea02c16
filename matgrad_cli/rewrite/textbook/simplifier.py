"""Rules that shorten an expression, tried in the order of rules/methods/shared/textbook.toml:
one rule at all its places is one move.

What the phases mean: `normal` rules are taken wherever they fit; `shorten` and `recognise` rules where less is left to
read; `open` rules where fewer leaves are left after these rules have run on what was opened (`open-transposes`:
as many leaves and fewer transposes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import CONDITIONS
from ...ir import Add, Call, Expr, Hadamard, Inverse, Kron, MatMul, MatrixPower, Mul, Named, Transpose, matmul, nodes_of
from ...ir.memory import remembered
from ...ir.walk import Path, found_in
from ...rulebook.load import Rulebook, Together, rulebook
from ...rulebook.rule import Rule
from ..engine.application import Scene, fit, places_of, reserved_names, settled, with_parts
from ..engine.apply import Around, Rewriting, rewritings
from ..forms.algebra import cost
from . import factoring as factoring  # the native rules of the textbook form are registered there
from . import normal as normal

ORDER: Final = "shared/textbook"
LIMIT: Final = 300
"""So many moves at most: every move shortens or orders, this only guards against a mistake in the rules."""
AS_OFTEN: Final = 20
"""So many rounds at most when it is tried out whether something cancels."""
LARGEST_OPENED: Final = 60
"""Expressions with more leaves than this are not opened to see whether something cancels."""


@record
class _Order:
    """Some of the rules, each with its place among all and its phase."""

    places: tuple[int, ...]
    phases: tuple[str, ...]
    rules: Together

    @classmethod
    def of(cls, book: Rulebook, opening: bool) -> _Order:
        """The rules that open something, or all others."""
        every = [(phase.name, name) for phase in book.method(ORDER).phases for name in phase.rules]
        own = [(place, *one) for place, one in enumerate(every) if one[0].startswith("open") is opening]
        places, phases, names = zip(*own, strict=True)
        return cls(places, phases, book.together(names))


@record
class _Found:
    """The first entry that fits at a node: what it makes of the node, or of these parts of the node,
    and the node after it."""

    place: int
    parts: Mapping[Expr, Rewriting]
    new: Expr


NONE: Final = 10**9
"""The place of no rule."""


class Simplifier:
    """The rules of the textbook form for one problem. What was found at a node is remembered:
    a move changes one path to the root."""

    def __init__(self, problem: Problem, book: Rulebook | None = None) -> None:
        self.problem = problem
        self.aside: frozenset[Expr] = frozenset()
        """Parts that no rule may take up: dX in tr(Gᵀ dX), where G is what becomes shorter."""
        self._found: dict[Expr, _Found | None] = {}
        self._directly: dict[Expr, _Found | None] = {}
        self._passed: dict[Expr, Expr] = {}
        self._lowest: dict[Expr, int] = {}
        book = book or rulebook()
        self._scene, self._around = Scene(problem, book), Around(problem, partial(reserved_names, problem))
        self._direct_rules, self._openers = (_Order.of(book, opening) for opening in (False, True))

    # ---------------------------------------------------------------- one move

    def once(self, root: Expr) -> dict[Path, Rewriting]:
        """The first rule of the order that fits anywhere in `root`, at all its places."""
        lowest = self._lowest_in(root)
        found: dict[Path, Rewriting] = {}
        stack: list[tuple[Path, Expr]] = [((), root)] if lowest != NONE else []
        while stack:
            path, node = stack.pop()
            if self._lowest_in(node) > lowest:
                continue
            here = self._at(node)
            if here is None or here.place > lowest:
                stack.extend([((*path, number), part) for number, part in enumerate(node.children)][::-1])
                continue
            for below, part in places_of(node, here.parts, lambda _: True):
                if not found or self._usual(here.parts[part], part):
                    found[*path, *below] = here.parts[part]
        return found

    def _usual(self, rewriting: Rewriting, node: Expr) -> bool:
        """Whether a rule that fits in several ways was taken in the first of them:
        only at its first place a step says which."""
        again = fit(rewriting.rule, node, self._scene)
        return again is not None and again.new is rewriting.new

    def whole(self, root: Expr) -> Expr:
        """The expression in textbook form, all moves taken."""
        for _ in range(LIMIT):
            found = self.once(root)
            if not found:
                break
            root = with_parts(root, {path: one.new for path, one in found.items()})
        return root

    # ---------------------------------------------------------------- where rules fit

    def _lowest_in(self, root: Expr) -> int:
        """The place in the order of the first rule that fits somewhere in `root`; named parts stay closed."""
        return found_in(root, self._lowest, self._lowest_at, _open_parts)

    def _lowest_at(self, node: Expr) -> int:
        here = self._at(node)
        return min([NONE if here is None else here.place, *[self._lowest[part] for part in _open_parts(node)]])

    def _at(self, node: Expr) -> _Found | None:
        if node not in self._found:
            self._found[node] = self._direct(node) or self._opened(node)
        return self._found[node]

    def _direct(self, node: Expr) -> _Found | None:
        if node not in self._directly:
            order = self._direct_rules
            likely = order.rules.possible(node) if node.children or node.shape.is_number else ()
            found = (self._fit(order, number, node) for number in likely)
            self._directly[node] = next((one for one in found if one is not None), None)
        return self._directly[node]

    def _fit(self, order: _Order, number: int, node: Expr) -> _Found | None:
        """A rule applied to the node."""
        rule = self._scene.rules.directed(order.rules.names[number])
        found = fit(rule, node, self._scene) if rule.native else self._rewriting(rule, order.phases[number], node)
        if found is None or (self.aside and not self._kept_aside(found, node)):
            return None
        return _Found(order.places[number], {node: found}, found.new)

    def _kept_aside(self, rewriting: Rewriting, node: Expr) -> bool:
        """Whether a rule keeps the product that it acts on, and takes up none of its factors that are to stay aside."""
        aside = self.aside.intersection(node.children)
        parts = {
            part for _, value in rewriting.bindings if isinstance(value, Expr) for part in (value, *value.children)
        }
        return not aside or (type(rewriting.new) is type(node) and parts.isdisjoint(aside))

    def _rewriting(self, rule: Rule, phase: str, node: Expr) -> Rewriting | None:
        for rewriting in rewritings(rule, node, self._around):
            anyway = phase in ("normal", "open", "open-transposes")
            if _granted(rewriting, node) and (anyway or cost(rewriting.new) < cost(node)):
                return rewriting
        return None

    # ---------------------------------------------------------------- opened to cancel

    def _opened(self, node: Expr) -> _Found | None:
        """An `open` rule at the node or at all of its parts where it fits,
        if less is left once the rules above have run on it."""
        if node.weight > LARGEST_OPENED or not isinstance(node, MatMul | Hadamard | Mul | Add | Transpose | Call):
            return None
        parts = {node, *node.children, *(below for part in node.children for below in part.children)}
        fitting = (self._openers.rules.possible(part) for part in parts if part.children)
        for number in sorted({number for numbers in fitting for number in numbers}):
            kept = 1 if self._openers.phases[number] == "open" else 2
            for candidate in self._candidates(number, node):
                if cost(self._shortened(candidate.new))[:kept] < cost(self._shortened(node))[:kept]:
                    return candidate
        return None

    def _candidates(self, number: int, node: Expr) -> Iterator[_Found]:
        """The rule at the node itself, and (in a product or a transpose) at all parts of it where it fits,
        those two levels below too."""
        here = self._opening(number, node)
        if here is not None:
            yield here
        found: dict[Path, _Found] = {}
        children = () if isinstance(node, Add) else node.children
        below: list[tuple[Path, Expr]] = [((place,), child) for place, child in enumerate(children)]
        for path, part in below:
            here = self._opening(number, part)
            if here is not None:
                found[path] = here
            elif len(path) == 1:
                below += [((*path, place), child) for place, child in enumerate(part.children)]
        if found:
            parts = {part: one for each in found.values() for part, one in each.parts.items()}
            new = with_parts(node, {path: one.new for path, one in found.items()})
            yield _Found(self._openers.places[number], parts, new)

    def _opening(self, number: int, node: Expr) -> _Found | None:
        return self._fit(self._openers, number, node) if number in self._openers.rules.possible(node) else None

    def _shortened(self, root: Expr) -> Expr:
        """The moves of the direct rules alone, at this node and below."""
        for _ in range(AS_OFTEN):
            better = self._pass(root)
            if better is root:
                break
            root = better
        return root

    def _pass(self, node: Expr) -> Expr:
        """One such move at each part, the inner ones first."""
        if node not in self._passed:
            parts = [self._pass(child) for child in _open_parts(node)]
            same = settled(node, tuple(parts)) if parts else node
            here = self._direct(same)
            self._passed[node] = same if here is None else here.new
        return self._passed[node]


def _open_parts(node: Expr) -> tuple[Expr, ...]:
    """The parts that are looked into: a name stays closed."""
    return () if isinstance(node, Named) else node.children


def _granted(rewriting: Rewriting, node: Expr) -> bool:
    """Whether all that had to be supposed is supposed already by what is written:
    A⁻¹ has a value only where A is invertible."""
    if not rewriting.assumed:
        return True
    inverses = (inverse for inverse in nodes_of(node) if isinstance(inverse, Inverse))
    inverted = {part for inverse in inverses for part in _invertible(inverse.body)}
    says = CONDITIONS["invertible"].says
    return all(one.template == says and dict(one.values)["0"] in inverted for one in rewriting.assumed)


def _invertible(body: Expr) -> Iterator[Expr]:
    """What must be invertible if `body` is: itself, and the square factors of a product."""
    yield body
    if isinstance(body, MatMul | Kron | Mul) and all(factor.shape.is_square for factor in body.children):
        for factor in body.children:
            yield from _invertible(factor)
        if isinstance(body, MatMul):
            yield from (matmul(*body.factors[:k]) for k in range(2, len(body.factors)))
            yield from (matmul(*body.factors[k:]) for k in range(1, len(body.factors) - 1))
    elif isinstance(body, Transpose | MatrixPower | Inverse):
        yield from _invertible(body.children[0])


@remembered(maxsize=4)
def simplifier(problem: Problem, book: Rulebook) -> Simplifier:
    """The simplifier of a problem; what it has found is shared by all steps of its derivations."""
    return Simplifier(problem, book)


def textbook(root: Expr, problem: Problem) -> Expr:
    """The expression in textbook form, all moves taken."""
    return simplifier(problem, rulebook()).whole(root)

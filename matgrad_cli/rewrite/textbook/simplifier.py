"""Rules that shorten an expression, tried in the order of rules/methods/shared/textbook.toml: one rule at all its places is one move.

What the phases mean: `normal` rules are taken wherever they fit; `shorten` and `recognise` rules where less is left to read
(`recognise-single` only where the function that they replace stands once); `open` rules where fewer
leaves are left after these rules have run on what was opened (`open-transposes`: as many leaves and fewer transposes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ...diagnostics.record import record, replace
from ...facts import Problem
from ...facts.conditions import CONDITIONS
from ...ir import Add, Call, Expr, Hadamard, Inverse, Kron, MatMul, MatrixPower, Mul, Named, Transpose, add, hadamard, matmul, mul, nodes_of
from ...ir.memory import remembered
from ...records import Bindings
from ...rulebook.heads import factors_needed, guess_heads, head_of, heads_needed
from ...rulebook.load import BACKWARDS, Rulebook, rulebook
from ...rulebook.pattern import operators_in
from ...rulebook.rule import Rule
from ..engine.apply import Rewriting, rewritings
from .cost import cost
from .factoring import factor_common
from .normal import (
    add_numbers,
    collect_matrix_powers,
    collect_powers,
    merge_like_terms,
    multiply_numbers,
    open_brackets,
    positive_first,
    power_of_power,
    pull_scalar,
    rows_sum_to_one,
    transpose_of_product,
)

ORDER: Final = "shared/textbook"
NATIVES: Final[Mapping[str, Callable[[Expr], Expr | None]]] = {
    "multiply-numbers": multiply_numbers,
    "add-numbers": add_numbers,
    "collect-powers": collect_powers,
    "power-of-power": power_of_power,
    "collect-matrix-powers": collect_matrix_powers,
    "hadamard-scale": pull_scalar,
    "transpose-of-product": transpose_of_product,
    "merge-like-terms": merge_like_terms,
    "factor-common": factor_common,
    "open-bracket": open_brackets,
    "positive-first": positive_first,
}
"""The function of each native rule of the textbook form."""

BY_FACTS: Final[Mapping[str, Callable[[Expr, Problem], Expr | None]]] = {"simplex-rows": rows_sum_to_one}
"""The native rules that ask for facts."""

LIMIT: Final = 300
"""So many moves at most: every move shortens or orders, this only guards against a mistake in the rules."""
AS_OFTEN: Final = 20
"""A rule is applied so often at one place, as long as it fits there."""
LARGEST_OPENED: Final = 60
"""Expressions with more leaves than this are not opened to see whether something cancels."""

@record
class Move:
    """A rule applied at all places where it fits: the expression after it, what the rule's letters stood for at the first place."""

    rule: str
    after: Expr
    bindings: Bindings = ()


class _Entry:
    """A rule of the order: its place, the phase, the pattern's text (empty if native). The rule itself is read when it is first tried."""

    __slots__ = ("_book", "_read", "backwards", "factors", "id", "needed", "phase", "place", "text")

    def __init__(self, book: Rulebook, place: int, phase: str, name: str) -> None:
        self._book = book
        self._read: Rule | None = None
        self.place, self.phase = place, phase
        self.id, self.backwards = name.removesuffix(BACKWARDS), name.endswith(BACKWARDS)
        self.text = book.text(self.id, "rhs" if self.backwards else "lhs")
        needed = heads_needed(self.text) if self.text else ()
        self.needed = tuple(heads - {"Number"} for heads in needed)  # a number 0 or 1 is the business of multiply-numbers
        self.factors = factors_needed(self.text) if self.text else ()

    def factors_fit(self, node: MatMul) -> bool:
        """Whether what the pattern asks of factors stands among those of the product."""
        heads = {head_of(factor) for factor in node.factors}
        return not any(heads.isdisjoint(wanted) for wanted in self.factors)

    @property
    def rule(self) -> Rule:
        """The rule, read backwards where the order says so."""
        if self._read is None:
            rule = self._book.rule(self.id)
            self._read = rule.backwards if self.backwards else rule
        return self._read


@record
class _Found:
    """The first entry that fits at a node, and the node after it."""

    place: int
    rule: str
    new: Expr
    bindings: Bindings = ()


NONE: Final = 10**9
"""The place of no rule."""


class Simplifier:
    """The rules of the textbook form for one problem. What was found at a node is remembered: a move changes one path to the root."""

    def __init__(self, problem: Problem, book: Rulebook | None = None) -> None:
        self.problem = problem
        self.by_head: dict[str, list[_Entry]] = {}
        self.anywhere: list[_Entry] = []
        self.openers: list[_Entry] = []
        self._found: dict[Expr, _Found | None] = {}
        self._lowest: dict[Expr, int] = {}
        self._sorted: dict[str, list[_Entry]] = {}
        book = book or rulebook()
        names = [(phase.name, name) for phase in book.method(ORDER).phases for name in phase.rules]
        for entry in (_Entry(book, place, phase, name) for place, (phase, name) in enumerate(names)):
            if entry.phase.startswith("open"):
                self.openers.append(entry)
            elif not entry.text:
                self.anywhere.append(entry)
            else:
                for head in guess_heads(entry.text):
                    self.by_head.setdefault(head, []).append(entry)

    # ---------------------------------------------------------------- one move

    def once(self, root: Expr) -> Move | None:
        """The first rule of the order that fits anywhere in `root`, at all its places."""
        lowest = self._lowest_in(root)
        if lowest == NONE:
            return self._once_single(root)
        first: list[_Found] = []
        done: dict[Expr, Expr] = {}

        def walk(node: Expr) -> Expr:
            if self._lowest_in(node) > lowest:
                return node
            found = done.get(node)
            if found is None:
                here = self._at(node)
                if here is not None and here.place == lowest:
                    first.append(here)
                    found = here.new
                else:
                    found = regrouped(node, tuple(walk(child) for child in node.children))
                done[node] = found
            return found

        after = walk(root)
        return Move(first[0].rule, after, first[0].bindings)

    def whole(self, root: Expr) -> Expr:
        """The expression in textbook form, all moves taken."""
        for _ in range(LIMIT):
            move = self.once(root)
            if move is None:
                return root
            root = move.after
        return root

    # ---------------------------------------------------------------- where rules fit

    def _lowest_in(self, root: Expr) -> int:
        """The place in the order of the first rule that fits somewhere in `root`; named parts stay closed."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self._lowest:
                stack.pop()
                continue
            parts = () if isinstance(node, Named) else node.children
            missing = [part for part in parts if part not in self._lowest]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            below = min((self._lowest[part] for part in parts), default=NONE)
            here = self._at(node)
            self._lowest[node] = min(below, here.place if here is not None else NONE)
        return self._lowest[root]

    def _at(self, node: Expr) -> _Found | None:
        if node not in self._found:
            self._found[node] = self._look(node)
        return self._found[node]

    def _look(self, node: Expr) -> _Found | None:
        found = self._direct(node)
        return found if found is not None else self._opened(node)

    def _direct(self, node: Expr) -> _Found | None:
        if not node.children and not node.shape.is_number:
            return None
        for entry in self._entries_for(head_of(node)):
            if entry.phase == "recognise-single":
                continue
            found = self._fit(entry, node)
            if found is not None:
                return found
        return None

    def _entries_for(self, head: str) -> list[_Entry]:
        """The rules that may fit a node with this head, in their order."""
        if head not in self._sorted:
            self._sorted[head] = sorted([*self.anywhere, *self.by_head.get(head, ())], key=lambda entry: entry.place)
        return self._sorted[head]

    def _fit(self, entry: _Entry, node: Expr) -> _Found | None:
        """The rule applied to the node: a pattern as often as it fits there (its sums and products have two parts, ours may have more)."""
        if not entry.text:
            native, by_facts = NATIVES.get(entry.id), BY_FACTS.get(entry.id)
            after = native(node) if native is not None else by_facts(node, self.problem) if by_facts is not None else None
            return None if after is None or after is node else _Found(entry.place, entry.id, after)
        bindings: Bindings | None = None
        new = node
        for _ in range(AS_OFTEN):
            rewriting = self._rewriting(entry, new)
            if rewriting is None:
                break
            bindings = rewriting.bindings if bindings is None else bindings
            new = rewriting.new
        return None if bindings is None else _Found(entry.place, entry.id, new, bindings)

    def _rewriting(self, entry: _Entry, node: Expr) -> Rewriting | None:
        operators = operators_in(node)
        if any(operators.isdisjoint(heads) for heads in entry.needed):
            return None
        if entry.factors and not (isinstance(node, MatMul) and entry.factors_fit(node)):
            return None
        for rewriting in rewritings(entry.rule, node, self.problem):
            if not _granted(rewriting, node):
                continue
            if entry.phase in ("normal", "open", "open-transposes") or cost(rewriting.new) < cost(node):
                return rewriting
        return None

    # ---------------------------------------------------------------- opened to cancel

    def _opened(self, node: Expr) -> _Found | None:
        """An `open` rule at the node or at all of its parts where it fits, if less is left once the rules above have run on it."""
        if node.weight > LARGEST_OPENED or not isinstance(node, MatMul | Hadamard | Mul | Add | Transpose):
            return None
        plain = cost(self._shortened(node))
        for entry in self.openers:
            kept = 1 if entry.phase == "open" else 2
            for candidate in self._candidates(entry, node):
                if cost(self._shortened(candidate.new))[:kept] < plain[:kept]:
                    return candidate
        return None

    def _candidates(self, entry: _Entry, node: Expr) -> Iterator[_Found]:
        """The rule at the node itself, and (in a product or a transpose) at all parts of it where it fits."""
        here = self._everywhere(entry, node, depth=0)
        if here is not None:
            yield here
        if not isinstance(node, Add):
            inside = self._everywhere(entry, node, depth=2, root=False)
            if inside is not None:
                yield inside

    def _everywhere(self, entry: _Entry, node: Expr, depth: int, root: bool = True) -> _Found | None:
        """The rule at the node, and again at what it makes of it; else at its parts, down to `depth`."""
        here = self._fit(entry, node) if root else None
        if here is not None:
            again = [self._everywhere(entry, child, 1) for child in here.new.children]
            parts = tuple(child if one is None else one.new for one, child in zip(again, here.new.children, strict=True))
            return replace(here, new=regrouped(here.new, parts))
        inside = [self._everywhere(entry, child, depth - 1) if depth else None for child in node.children]
        first = next((one for one in inside if one is not None), None)
        if first is None:
            return None
        parts = tuple(child if one is None else one.new for one, child in zip(inside, node.children, strict=True))
        return replace(first, new=regrouped(node, parts))

    def _shortened(self, root: Expr) -> Expr:
        """The moves of the direct rules alone, at this node and below."""
        for _ in range(AS_OFTEN):
            done: dict[Expr, Expr] = {}

            def walk(node: Expr, done: dict[Expr, Expr] = done) -> Expr:
                if node not in done:
                    same = node if isinstance(node, Named) else regrouped(node, tuple(walk(child) for child in node.children))
                    here = self._direct(same)
                    done[node] = same if here is None else here.new
                return done[node]

            better = walk(root)
            if better is root:
                break
            root = better
        return root

    # ---------------------------------------------------------------- functions that stand once

    def _once_single(self, root: Expr) -> Move | None:
        for node in nodes_of(root):
            for entry in self.by_head.get(head_of(node), ()):
                if entry.phase == "recognise-single" and _stands_once(node, root):
                    rewriting = next(rewritings(entry.rule, node, self.problem), None)
                    if rewriting is not None and rewriting.new.weight <= node.weight:
                        after = _substituted(root, node, rewriting.new)
                        return Move(entry.id, after, rewriting.bindings)
        return None


def _substituted(root: Expr, old: Expr, new: Expr) -> Expr:
    if root is old:
        return new
    if isinstance(root, Named) or not root.children:
        return root
    return regrouped(root, tuple(_substituted(child, old, new) for child in root.children))


def _granted(rewriting: Rewriting, node: Expr) -> bool:
    """Whether all that had to be supposed is supposed already by what is written: A⁻¹ has a value only where A is invertible."""
    if not rewriting.assumed:
        return True
    inverted = {part for inverse in nodes_of(node) if isinstance(inverse, Inverse) for part in _invertible(inverse.body)}
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


def _stands_once(node: Expr, root: Expr) -> bool:
    """Whether the functions called in `node` are written nowhere else in `root`."""
    called = {part for part in node.children if isinstance(part, Call)}
    called |= {inner for part in node.children for inner in part.children if isinstance(inner, Call)}
    holders = [part for part in nodes_of(root) if called & set(part.children)]
    return all(part is node or part in node.children for part in holders)


def regrouped(node: Expr, parts: tuple[Expr, ...]) -> Expr:
    """`node` over new parts, nested sums and products flattened; Aᵀᵀ is A."""
    if parts == node.children:
        return node
    if isinstance(node, Add):
        return add(*parts)
    if isinstance(node, Mul):
        return mul(*parts)
    if isinstance(node, MatMul):
        return matmul(*parts)
    if isinstance(node, Hadamard):
        return hadamard(*parts)
    if isinstance(node, Transpose) and isinstance(parts[0], Transpose):
        return parts[0].body
    return node.rebuilt(parts)


@remembered(maxsize=4)
def simplifier(problem: Problem, book: Rulebook) -> Simplifier:
    """The simplifier of a problem; what it has found is shared by all steps of its derivations."""
    return Simplifier(problem, book)


def textbook(root: Expr, problem: Problem) -> Expr:
    """The expression in textbook form, all moves taken."""
    return simplifier(problem, rulebook()).whole(root)

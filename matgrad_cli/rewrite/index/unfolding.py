"""Which rule takes a pending derivative apart: the order is the method's, the rules are data, natives are the closed list here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...facts import Problem
from ...ir import Entry, Expr, Partial, nodes_of, substitute
from ...rulebook.heads import guess_heads, head_of
from ...rulebook.load import Rulebook
from ...rulebook.rule import Rule
from ..engine.apply import rewrite_node
from .context import Context, Unfolding
from .partials import NATIVES
from .terms import Letters

_PENDING = "partial("


def keys_of(lhs: str, variables: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What the body of a pending derivative must begin with for a rule with this left side: `partial(tr(A), X[s,t])` → tr."""
    inner = lhs[len(_PENDING) : lhs.rindex(", X")] if lhs.startswith(_PENDING) else lhs
    if not inner.endswith("]"):
        return guess_heads(inner)
    base = inner[: inner.rindex("[")]
    if base.startswith("(") and base.endswith(")"):
        base = base[1:-1]
    if base in variables:
        return ("Entry Symbol",)
    return tuple(f"Entry {head}" for head in guess_heads(base))


def key_of(body: Expr) -> str:
    """The operator of a number, or of the array whose entry it is."""
    return f"Entry {head_of(body.base)}" if isinstance(body, Entry) else head_of(body)


@dataclass(slots=True)
class Unfolder:
    """Takes pending derivatives apart by the rules of one phase, in their order."""

    book: Rulebook
    problem: Problem
    rules: tuple[str, ...]
    _patterns: dict[str, list[Rule]] = field(default_factory=dict)
    _order: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = {rule_id: number for number, rule_id in enumerate(self.rules)}
        own = [self.book.rule(rule_id) for rule_id in self.rules if rule_id not in NATIVES]
        extra = [rule for rule in self.book.extras() if rule.lhs]
        for rule in [*extra, *own]:
            if rule.lhs:
                for key in keys_of(rule.lhs, frozenset(name for name, _ in rule.shapes)):
                    self._patterns.setdefault(key, []).append(rule)

    def unfold(
        self, pending: Partial, letters: Letters, taken: set[str], outside: frozenset[str], names: dict[Expr, Expr]
    ) -> Unfolding | None:
        """One layer of the pending derivative by the first rule that fits; None where none does."""
        context = Context(pending, letters, taken, outside, names, self.book)
        for candidate in self._candidates(pending.body):
            if isinstance(candidate, str):
                found = NATIVES[candidate].function(context, pending.body)
            else:
                found = self._by_pattern(candidate, context)
            if found is not None:
                return found
        return None

    def _candidates(self, body: Expr) -> Iterator[str | Rule]:
        key = key_of(body)
        options: list[tuple[int, str | Rule]] = [(self._order.get(rule.id, -1), rule) for rule in self._patterns.get(key, ())]
        options += [(order, rule_id) for rule_id, order in self._order.items() if rule_id in NATIVES and NATIVES[rule_id].fits(key)]
        for _, candidate in sorted(options, key=lambda option: option[0]):
            yield candidate

    def _by_pattern(self, rule: Rule, context: Context) -> Unfolding | None:
        pending = context.pending
        whole = rule.lhs.startswith(_PENDING)
        node = pending if whole else pending.body
        avoid = context.taken | context.letters.reserved
        found = rewrite_node(rule, node, self.problem, avoid, pending=True)
        if found is None:
            return None
        new = _with_names(found.new, context) if whole else context.d(found.new)
        shown = (("entry", pending.body), ("variable", context.entry_of_variable()), ("delta", new))
        bound = {name for name, _ in found.bindings}
        return Unfolding(rule.id, new, (*found.bindings, *(pair for pair in shown if pair[0] not in bound)), found.assumed, (node, found))


def _with_names(new: Expr, context: Context) -> Expr:
    """Parts that have a name are written by it, except inside what is still pending."""
    if not context.names:
        return new
    pending: dict[Expr, Expr] = {node: node for node in nodes_of(new) if isinstance(node, Partial)}
    return substitute(new, {**context.names, **pending})

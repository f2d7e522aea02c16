"""Textbook forms recognised back by pattern rules: e^u/(1 + e^u) is σ(u), √tr(AᵀA) is a norm. Which rules, the method says."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..facts import Problem
from ..ir import Call, Expr, Named, nodes_of, substitute
from ..rulebook.heads import guess_heads, head_of
from ..rulebook.load import Rulebook
from ..rulebook.rule import Rule
from .apply import rewrite_node

PHASE = "recognise"
PHASE_SINGLE = "recognise-single"
"""Rules of this phase are used only where the function that they replace stands once: 1 − σ(u) becomes σ(−u), but σ(1 − σ) stays."""


@dataclass(slots=True)
class Recogniser:
    """Tries the recognition rules of a method at every part of an expression, outer parts first."""

    book: Rulebook
    method: str = "index"
    _by_head: dict[str, list[Rule]] = field(default_factory=dict)
    _single: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for phase in self.book.method(self.method).phases:
            for rule_id in phase.rules if phase.name in (PHASE, PHASE_SINGLE) else ():
                rule = self.book.rule(rule_id)
                if phase.name == PHASE_SINGLE:
                    self._single.add(rule_id)
                for head in guess_heads(rule.lhs):
                    self._by_head.setdefault(head, []).append(rule)

    def once(self, root: Expr, problem: Problem) -> tuple[str, Expr] | None:
        """The first rule that fits somewhere, and the expression after it, at all places of the same part."""
        seen: set[Expr] = set()

        def walk(node: Expr) -> tuple[str, Expr, Expr] | None:
            if node in seen or isinstance(node, Named):
                return None
            seen.add(node)
            for rule in self._by_head.get(head_of(node), ()):
                if rule.id in self._single and not _stands_once(node, root):
                    continue
                rewriting = rewrite_node(rule, node, problem)
                if rewriting is not None and not rewriting.assumed and rewriting.new.weight <= node.weight:
                    return rule.id, node, rewriting.new
            for child in node.children:
                found = walk(child)
                if found is not None:
                    return found
            return None

        found = walk(root)
        return None if found is None else (found[0], substitute(root, {found[1]: found[2]}))


def _stands_once(node: Expr, root: Expr) -> bool:
    """Whether the functions called in `node` are written nowhere else in `root`."""
    called = {part for part in node.children if isinstance(part, Call)}
    called |= {inner for part in node.children for inner in part.children if isinstance(inner, Call)}
    holders = [part for part in nodes_of(root) if called & set(part.children)]
    return all(part is node or part in node.children for part in holders)

"""One rule at one place: fit the left side, ask for the conditions, build the right side.
What the rule does not mention is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from ... import ir
from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import said_of
from ...facts.holding import holds, may_hold
from ...ir import Expr, Index, Symbol, add, letters_in, mul, nodes_of, sum_over
from ...ir.entries import Taken
from ...ir.expr import IndexMismatch, ShapeMismatch
from ...ir.walk import mapped
from ...records import Bindings, Sentence
from ...rulebook.heads import form, operators_in
from ...rulebook.pattern import Pattern, pattern, variants
from ...rulebook.rule import Rule
from ..forms.algebra import JOINED, joined, parts_of, zero
from .instantiate import instantiate
from .match import Matcher, unordered
from .pending import Motion, holds_pending, moves_as_asked
from .sameness import Table

STRUCTURE = frozenset(
    ("symmetric", "antisymmetric", "diagonal", "orthogonal", "unit", "simplex", "onehot", "binary", "signs", "pm1")
)
"""Facts that tie entries to each other or to values: none may be used of the variable inside a pending derivative."""


@record
class Rewriting:
    """What a rule made of an expression: the new one, what the rule's letters stood for,
    and what had to be supposed."""

    rule: Rule
    new: Expr
    bindings: Bindings
    assumed: tuple[Sentence, ...] = ()


@record
class Around:
    """What is known of the place where a rule runs: names that letters must not have, whether a derivative is
    `pending` there, and which parts move."""

    problem: Problem
    taken: Taken = frozenset
    pending: bool = False
    motion: Motion = holds_pending


def rewritings(
    rule: Rule, node: Expr, around: Around, bindings: Bindings = (), further: bool = False
) -> Iterator[Rewriting]:
    """Every way in which a pattern rule rewrites this node, lazily; ways that change nothing are left out.

    `bindings` says what letters of the rule stand for, if that is known: only the ways that agree are found. A rule
    that is used `further` on what it split off itself does not ask what must move.
    """
    for one in variants(rule) if rule.optional else (rule,):
        yield from _ways(rule, one, node, around, bindings, further)


def _ways(
    rule: Rule, reading: Rule, node: Expr, around: Around, bindings: Bindings, further: bool
) -> Iterator[Rewriting]:
    """The ways of one reading of the rule (see `variants`)."""
    if not form(reading.lhs).may_fit(node):
        return
    if not all(may_hold(one.word, around.problem) for one in rule.when if one.word in STRUCTURE):
        return
    sides = pattern(reading)
    if not sides.operators <= operators_in(node):
        return
    matcher = Matcher(sides, None if further else around.problem.wrt)
    start = _start(matcher, bindings) if bindings else {}
    for table, surround in _fits(matcher, sides.lhs, node, start) if start is not None else ():
        assumed = _conditions(sides, table, around)
        if assumed is None:
            continue
        try:
            new = surround(
                instantiate(sides, table, lambda: {*around.taken(), *(letter.name for letter in letters_in(node))})
            )
        except (ShapeMismatch, IndexMismatch):
            continue  # a side of size 1 made this form impossible, for example an entry of a number
        if rule.nary and rule.pending:
            new = spread(rule, new, around)
        elif rule.nary and not further:
            new, more = again(rule, _repeated(rule, new, around), around)
            assumed = tuple(dict.fromkeys((*assumed, *more)))
        if new is not node:
            yield Rewriting(rule, new, _bindings(sides, table), assumed)


def _start(matcher: Matcher, bindings: Bindings) -> Table | None:
    """The table in which the letters of a rule stand for what is said; None if a shape does not fit."""
    known = dict(bindings)
    table: Table | None = {}
    for name, letter in matcher.pattern.names:
        value = known.get(name)
        if table is not None and value is not None:
            table = matcher.bound(letter, value, table)
    return table


def _repeated(rule: Rule, new: Expr, around: Around) -> Expr:
    """A rule about two factors, letters or terms used for all of them: again on what it made, as long as it fits."""
    while (found := next(rewritings(rule, new, around, (), True), None)) is not None:
        new = found.new
    return new


def spread(rule: Rule, new: Expr, around: Around) -> Expr:
    """A rule about two factors (or terms) used for all of them: what it split off is split again,
    what does not move is 0."""
    terms: list[Expr] = []
    for term in parts_of(new, ir.Add):
        part = _pending_in(term)
        if part is None:
            terms.append(term)
        elif part.variable in part.body.symbols:
            further = () if isinstance(part.body, ir.Named) else rewritings(rule, part, around, (), True)
            whole = next((one.new for one in further), None)
            more = () if whole is None else parts_of(whole, ir.Add)
            terms += [mapped(term, joined, {part: one}) for one in more] or [term]
    return add(*terms) if terms else zero(new.shape)


def again(rule: Rule, new: Expr, around: Around) -> tuple[Expr, tuple[Sentence, ...]]:
    """A rule about two factors used for all of them: once more on the parts that it made, and what that supposes."""
    found = {part: one for part in new.children for one in islice(rewritings(rule, part, around), 1)}
    parts = [found[part].new if part in found else part for part in new.children]
    return joined(new, parts), tuple(said for one in found.values() for said in one.assumed)


def _pending_in(term: Expr) -> ir.Differential | ir.Partial | None:
    seen = nodes_of(term, inside=lambda node: not isinstance(node, ir.Named))
    return next((node for node in seen if isinstance(node, ir.Differential | ir.Partial)), None)


Surround = Callable[[Expr], Expr]
"""Puts the new part back among the parts that the rule did not mention."""


def _surround(
    node: Expr, before: tuple[Expr, ...] = (), after: tuple[Expr, ...] = (), letters: tuple[Index, ...] = ()
) -> Surround:
    def whole(new: Expr) -> Expr:
        parts = (*before, new, *after)
        joint = new if len(parts) == 1 else JOINED.get(type(node), mul)(*parts)
        return sum_over(letters, joint) if letters else joint

    return whole


def _fits(matcher: Matcher, p: Expr, node: Expr, b: Table) -> Iterator[tuple[Table, Surround]]:
    """Fits of the whole node, and of some of the parts of a sum or product."""
    if isinstance(p, ir.Add | ir.Mul | ir.Hadamard):
        # an elementwise rule also holds among the numbers of a scalar product
        kind = ir.Mul if isinstance(p, ir.Hadamard) and isinstance(node, ir.Mul) else type(p)
        for table, rest, used in unordered(matcher, kind, p.children, node.children, b) if type(node) is kind else ():
            place = sum(1 for number in range(min(used, default=0)) if number not in used)
            yield table, _surround(node, rest[:place], rest[place:])
    elif isinstance(p, ir.SumOver):
        for table, letters, outside in matcher.sums(p, node, b) if isinstance(node, ir.SumOver) else ():
            yield table, _surround(node, outside, (), letters)
    else:
        for table in _whole(matcher, p, node, b):
            yield table, _surround(node)
        if isinstance(p, ir.MatMul) and isinstance(node, ir.MatMul) and len(p.factors) <= len(node.factors):
            for table, start, end in matcher.runs(p.factors, node.factors, b):
                yield table, _surround(node, node.factors[:start], node.factors[end:])


def _whole(matcher: Matcher, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
    """Fits of the whole node; a number is an entry of itself, and a bare letter no pattern."""
    if isinstance(p, ir.Entry) and node.shape.is_number and not isinstance(node, ir.Entry):
        return matcher.entry(p, node, b)
    alike = type(p) is type(node) and not isinstance(p, Symbol) and p.head == node.head
    return matcher.match(p, node, b) if alike else iter(())


def _conditions(sides: Pattern, table: Table, around: Around) -> tuple[Sentence, ...] | None:
    """None if a condition is known to fail; else the conditions that nothing is known about, as sentences."""
    variables = dict(sides.names)
    if sides.rule.moves or sides.rule.still:
        values = {name: table[variables[name]] for name in (*sides.rule.moves, *sides.rule.still)}
        if not moves_as_asked(sides, values, around.problem, around.motion):
            return None
    if any(around.problem.wrt in table[variables[name]].symbols for name in sides.rule.fixed):
        return None
    values = {name: table.get(variable) for name, variable in sides.names}
    return supposed(sides.rule, values, around.problem, around.pending)


def supposed(
    rule: Rule, values: Mapping[str, Any], problem: Problem, pending: bool = False
) -> tuple[Sentence, ...] | None:
    """The conditions of a rule that nothing is known about, of what its letters stand for;
    None if one is known to fail."""
    assumed: list[Sentence] = []
    for requirement in rule.when:
        value, structure = values[requirement.variable], requirement.word in STRUCTURE
        unusable = pending and structure and problem.wrt in value.symbols
        known = None if unusable else holds(value, requirement.word, problem)
        if known is False or (known is None and structure):
            return None
        if known is None:
            assumed.append(Sentence(said_of(requirement.word, value.shape.is_number), (("0", value),)))
    return tuple(assumed)


def _bindings(sides: Pattern, table: Table) -> Bindings:
    found = ((name, table[variable]) for name, variable in sides.names if table.get(variable) is not None)
    return tuple((name, ", ".join(map(str, of)) if isinstance(of, tuple) else of) for name, of in found)

"""Entries read back into matrices by the text of rules: Σ_k A_ik B_kj is (A B)_ij. Which rules, in which order: rules/methods/index.toml.

Code only says where a rule is tried and which entries are turned round: seen from the row letter, each summed letter stands first as
a column and then as a row. One rule at all its places is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...ir import Add, Entry, Expr, Index, Mul, Path, SumOver, Transpose
from ...ir.walk import at
from ...records import Bindings
from ..engine.application import applied, fit, phase
from ..engine.apply import Rewriting
from ..engine.recorder import Recorder
from ..index.terms import terms_of

Ends = tuple[Index | None, Index | None]

LIMIT: Final = 200
"""At most so many readings of one line; each removes a letter, a factor or a term, so the limit is never met in practice."""


def read_by_rules(recorder: Recorder, row: Index | None, col: Index | None) -> None:
    """Rules are tried until none fits: those of sight, then turning round, then one sum after the other, then what is left."""
    if row is None and col is not None:
        return
    rules = {name: phase(recorder.rules, "index", name) for name in ("see", "turn", "sum", "place", "collect")}
    ends: Bindings = tuple((name, letter) for name, letter in (("i", row), ("j", col)) if letter is not None)
    while _first(recorder, rules["see"]):
        pass
    _turned(recorder, rules["turn"], (row, col))
    fewest = LIMIT
    for _ in range(LIMIT):
        sums = sum(len(node.indices) for _, node in _number_nodes(recorder.line) if isinstance(node, SumOver))
        if _first(recorder, rules["see"]) or _first(recorder, rules["sum"]):
            continue
        if 0 < sums < fewest and _turned(recorder, rules["turn"], None):
            fewest = sums
            continue
        if _first(recorder, rules["place"], ends):
            continue
        if sums or not (_turned(recorder, rules["turn"], (row, col)) or _first(recorder, rules["collect"], ends)):
            return


def _first(recorder: Recorder, rules: Iterable[str], ends: Bindings | None = None) -> bool:
    """One step by the first rule that fits somewhere; with `ends` in terms that hold no Σ any more, its letters i and j being those."""
    line = recorder.line
    for rule_id in rules:
        rule = recorder.rules.rule(rule_id)
        found: dict[Path, Rewriting] = {}
        for path, node in _number_nodes(line, ends is not None):
            if any(path[: len(other)] == other for other in found):
                continue
            rewriting = fit(rule, node, recorder.scene, ends or (), line, path)
            if rewriting is None or not _is_plain(rewriting):
                continue
            if not found or not ends or fit(rule, node, recorder.scene, (), line, path) == rewriting:
                found[path] = rewriting  # at further places the rule must fit so by itself
        if found:
            _record(recorder, found)
            return True
    return False


def _is_plain(found: Rewriting) -> bool:
    """Whether no array would hold letters (it would be another one for each of their values), and no letter is a number."""
    literal = any(isinstance(value, int) for _, value in found.bindings)
    return not literal and not any(isinstance(node, Entry) and node.base.free for _, node in _number_nodes(found.new))


def _record(recorder: Recorder, found: dict[Path, Rewriting]) -> None:
    path, first = next(iter(found.items()))
    before = at(recorder.line, path)
    letters = [index for index in before.indices if index not in _bound(first.new)] if isinstance(before, SumOver) else []
    product = _made(before, first.new)
    said: Bindings = (
        ("entry", before), ("turned", first.new), ("letters", ", ".join(map(str, letters))),
        ("product", product.base if isinstance(product, Entry) else product),
    )  # fmt: skip
    title = first.rule.title + (", and in the other terms likewise" if len({one.new for one in found.values()}) > 1 else "")
    recorder.record(applied(recorder.line, found), title, tuple(pair for pair in said if f"{{{pair[0]}}}" in title))


def _bound(expr: Expr) -> frozenset[Index]:
    return frozenset(expr.indices) if isinstance(expr, SumOver) else frozenset().union(*(_bound(part) for part in expr.children))


def _made(before: Expr, new: Expr) -> Expr:
    """What a rule made, without the factors that it left."""
    old = [factor for _, factor in _factors((), before)[1]]
    return next((factor for _, factor in _factors((), new)[1] if factor not in old), new)


def _number_nodes(line: Expr, whole: bool = False) -> Iterator[tuple[Path, Expr]]:
    """What stands in a line of entries, from outside in and in reading order; arrays are not entered."""
    stack: list[tuple[Path, Expr]] = [((), line)]
    while stack:
        path, node = stack.pop()
        if whole and len(path) == isinstance(line, Add) and _has_sum(node):
            continue
        yield path, node
        if not isinstance(node, Entry) and (node.free or isinstance(node, SumOver) or not path or len(path) == 1):
            stack.extend(((*path, number), node.children[number]) for number in range(len(node.children) - 1, -1, -1))


def _has_sum(term: Expr) -> bool:
    return any(isinstance(node, SumOver) for _, node in _number_nodes(term))


def _turned(recorder: Recorder, rules: tuple[str, ...], ends: Ends | None) -> bool:
    """The entries that stand the wrong way round, seen from the ends (None: at a summed letter that no rule could remove)."""
    line = recorder.line
    wrong = [path for start, term in terms_of(line) for path in (_clashing(start, term) if ends is None else _wrong_way(start, term, ends))]
    for rule_id in rules if wrong else ():
        rule = recorder.rules.rule(rule_id)
        found = {path: fit(rule, at(line, path), recorder.scene, (), line, path) for path in wrong}
        _record(recorder, {path: rewriting for path, rewriting in found.items() if rewriting is not None})
        return True
    return False


def _wrong_way(path: Path, term: Expr, ends: Ends) -> list[Path]:
    """Which entries of a term have the letter that is reached first as their column; an entry of a row is one of a column."""
    factors = _factors(path, term)[1]
    edges = [(place, factor) for place, factor in factors if isinstance(factor, Entry) and _is_edge(factor)]
    wrong = [place for place, factor in factors if isinstance(factor, Entry) and factor.row is None and isinstance(factor.col, Index)]
    seen: set[Index] = set()
    for start in ends:
        waiting = [start] if start is not None and start not in seen else []
        seen.update(waiting)
        while waiting:
            here = waiting.pop(0)
            for edge in [one for one in edges if here in (one[1].row, one[1].col)]:
                place, factor = edge
                edges.remove(edge)
                there = factor.col if factor.row is here else factor.row
                if factor.row is not here:
                    wrong.append(place)
                if isinstance(there, Index) and there not in seen:
                    seen.add(there)
                    waiting.append(there)
    return wrong


def _clashing(path: Path, term: Expr) -> list[Path]:
    """One entry at a summed letter that is the row (or the column) of both its entries, or the row of its only one."""
    bound, factors = _factors(path, term)
    for letter in bound:
        here = [(place, one) for place, one in factors if isinstance(one, Entry) and _is_edge(one) and letter in (one.row, one.col)]
        if (len(here) == 2 and (here[0][1].row is letter) == (here[1][1].row is letter)) or (len(here) == 1 and here[0][1].row is letter):
            return [next((place for place, one in here if isinstance(one.base, Transpose)), here[0][0])]
    return []


def _is_edge(factor: Entry) -> bool:
    return isinstance(factor.row, Index) and isinstance(factor.col, Index) and factor.row is not factor.col and not factor.base.free


def _factors(path: Path, node: Expr) -> tuple[tuple[Index, ...], list[tuple[Path, Expr]]]:
    """The summed letters of a term, and its factors with their places."""
    if isinstance(node, SumOver):
        bound, found = _factors((*path, 0), node.body)
        return (*node.indices, *bound), found
    if not isinstance(node, Mul):
        return (), [(path, node)]
    parts = [_factors((*path, number), factor) for number, factor in enumerate(node.factors)]
    return tuple(index for bound, _ in parts for index in bound), [one for _, found in parts for one in found]

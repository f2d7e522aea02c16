"""The case table of a derivative with δ's: R_sj if t = i, i ≠ j; R_si if t = j, i ≠ j; 2R_sj if t = i, i = j;
0 otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

from ...diagnostics.record import record
from ...facts import Problem
from ...ir import Delta, Expr, Index, Number, add, mul, neg, nodes_of, rename
from ...ir.terms import UNIT, ZERO, Term, brackets_opened, split
from ...records import Result
from ...verify.judge import Judge
from ..textbook.simplifier import textbook

MOST_ROWS = 6
_MOST_GROUPS = 4

Equality = tuple[Index, Index]
Group = tuple[Equality, ...]
"""δ's that always occur together: they are one condition."""


@record
class Case:
    """A value, the groups that hold and the groups that do not; other groups may hold or not."""

    value: Expr
    yes: tuple[Group, ...]
    no: tuple[Group, ...]


def _classes(groups: Iterable[Group]) -> Callable[[Index], Index]:
    """For each letter the one that stands for all that a condition makes equal to it."""
    parent: dict[Index, Index] = {}

    def of(letter: Index) -> Index:
        while letter in parent:
            letter = parent[letter]
        return letter

    for left, right in (equality for group in groups for equality in group):
        if of(left) is not of(right):
            parent[of(left)] = of(right)
    return of


def case_table(result: Result, problem: Problem, judge: Judge) -> tuple[tuple[Expr, str], ...]:
    """The rows (value, condition), judged together against the entry;
    empty where a table says nothing or is too long."""
    count = len(problem.loss.shape.dims) or len(problem.wrt.shape.dims)
    cases, rest = cases_of(result.entry, result.letters, count, problem) or ([], ZERO)
    telling = 0 < len(cases) < MOST_ROWS
    if not telling or not judge.compare_over(result.entry, as_sum(cases, rest), result.letters).holds:
        return ()
    told = _Letters(result.letters, count, problem)
    return (*((case.value, told.condition(case)) for case in cases), (rest, "otherwise"))


def cases_of(line: Expr, letters: tuple[Index, ...], count: int, problem: Problem) -> tuple[list[Case], Expr] | None:
    """The cases that differ from the rest, and the value of the rest.
    The first `count` letters are those of the loss."""
    found, own = [_parted(term) for term in brackets_opened(split(line))], _Letters(letters, count, problem)
    terms = [term for term in found if term is not None]
    groups = _groups(terms, letters)
    if len(terms) < len(found) or not 0 < len(groups) <= _MOST_GROUPS:
        return None

    def value(yes: tuple[Group, ...]) -> Expr:
        held = {equality for group in yes for equality in group}
        kept = [factors for equalities, factors in terms if held.issuperset(equalities)]
        return own.written(add(*kept), yes) if len(kept) > 1 else textbook(kept[0], problem) if kept else ZERO

    rest = value(())
    some = (yes for size in range(1, len(groups) + 1) for yes in combinations(groups, size))  # few come first
    splits = ((yes, tuple(group for group in groups if group not in yes)) for yes in some)
    cases = [Case(value(yes), yes, no) for yes, no in splits if all(_open(group, yes) for group in no)]
    return [case for case in cases if not own.same(rest, case.value, case.yes)], rest


def _parted(term: Term) -> tuple[tuple[Equality, ...], Expr] | None:
    """The δ's of a term and what they multiply; None if a δ stands deeper or links pairs."""
    equalities: list[Equality] = []
    others: list[Expr] = []
    for factor in term.factors:
        if isinstance(factor, Delta):
            if not isinstance(factor.left, Index) or not isinstance(factor.right, Index):
                return None
            equalities.append((factor.left, factor.right))
        elif any(isinstance(node, Delta) and node.free - set(term.indices) for node in nodes_of(factor)):
            return None
        else:
            others.append(factor)
    if set(term.indices) & {letter for equality in equalities for letter in equality}:
        return None
    return tuple(equalities), Term(term.coefficient, term.indices, tuple(others)).expr()


def _groups(terms: list[tuple[tuple[Equality, ...], Expr]], letters: tuple[Index, ...]) -> list[Group]:
    seen = list(dict.fromkeys(equality for equalities, _ in terms for equality in equalities))
    groups: dict[tuple[int, ...], list[Equality]] = {}
    for equality in seen:
        where = tuple(number for number, (equalities, _) in enumerate(terms) if equality in equalities)
        groups.setdefault(where, []).append(equality)
    place = letters.index
    return [tuple(sorted(group, key=lambda pair: min(place(pair[0]), place(pair[1])))) for group in groups.values()]


def _open(group: Group, yes: tuple[Group, ...]) -> bool:
    """Whether a group can still fail where the groups of `yes` hold."""
    of = _classes(yes)
    return any(of(left) is not of(right) for left, right in group)


@record
class _Letters:
    """The letters of a result, of which the first `count` are those of the loss: how values and conditions are written
    with them."""

    letters: tuple[Index, ...]
    count: int
    problem: Problem

    def written(self, body: Expr, yes: tuple[Group, ...]) -> Expr:
        """The value with equal letters written alike: the last letter of the loss stands for all that equal it."""
        of, place = _classes(yes), self.letters.index
        members: dict[Index, list[Index]] = {}
        for letter in self.letters:
            members.setdefault(of(letter), []).append(letter)
        mapping: dict[Index, Index] = {}
        for same in members.values():
            chosen = max(same, key=lambda letter: (place(letter) < self.count, place(letter)))
            mapping.update({letter: chosen for letter in same if letter is not chosen})
        return textbook(rename(body, dict(mapping)), self.problem)

    def same(self, left: Expr, right: Expr, yes: tuple[Group, ...]) -> bool:
        """Whether two values are written alike where the groups of `yes` hold."""
        first, second = self.written(left, yes), self.written(right, yes)
        return first is second or textbook(add(first, neg(second)), self.problem) is ZERO

    def condition(self, case: Case) -> str:
        """`t = i, i ≠ j`: each equality with what the ones before it already say."""
        said: list[str] = []
        done: list[Group] = []
        for left, right in (equality for group in case.yes for equality in group):
            one, other = self._spoken(left, right, done)
            said += [f"{one} = {other}"] if one is not other else []
            done.append(((left, right),))
        return ", ".join(dict.fromkeys([*said, *(self._unequal(group, done) for group in case.no)]))

    def _unequal(self, group: Group, done: list[Group]) -> str:
        """`i ≠ j`, or `(s, t) ≠ (i, j)` where it is enough that one of the pairs differs."""
        found: dict[frozenset[Index], tuple[Equality, Equality]] = {}
        for left, right in group:
            short = self._spoken(left, right, done)
            if short[0] is not short[1]:
                found.setdefault(frozenset(short), (short, self._spoken(left, right, [])))
        if len(found) == 1:
            (((one, other), _),) = found.values()
            return f"{one} ≠ {other}"
        firsts, seconds = zip(*(pair for _, pair in found.values()), strict=True)
        return f"({', '.join(map(str, firsts))}) ≠ ({', '.join(map(str, seconds))})"

    def _spoken(self, left: Index, right: Index, done: list[Group]) -> Equality:
        """The two letters as they are spoken of: the variable's first,
        each as the first letter of those already equal to it."""
        of, place = _classes(done), self.letters.index
        firsts = (next(other for other in self.letters if of(other) is of(letter)) for letter in (left, right))
        one, other = sorted(firsts, key=place)
        return (other, one) if place(one) < self.count <= place(other) else (one, other)


def as_sum(cases: list[Case], rest: Expr) -> Expr:
    """The table as one sum, every case with the δ's of its condition: what the judge compares with the entry."""
    parts: list[Expr] = [] if rest is ZERO else [rest]
    for case in cases:
        difference = case.value if rest is ZERO else add(case.value, neg(rest))
        factors = [difference, *(Delta(left, right) for group in case.yes for left, right in group)]
        for group in case.no:
            factors.append(add(UNIT, neg(mul(*(Delta(left, right) for left, right in group)))))
        parts.append(mul(*factors))
    return add(*parts) if parts else Number(0)

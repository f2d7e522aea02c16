"""Gathering: Σ A_ij ∂Z_ij + Σ B_ij ∂Z_ij = Σ (A + B)_ij ∂Z_ij. It is backpropagation in index clothes, and keeps lines short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...diagnostics.record import record
from ...ir import Entry, Expr, Fill, Index, MatrixOf, Named, Partial, Symbol, add, mul, sum_over
from ...ir.dimensions import ONE
from ..engine.application import Scene
from ..engine.recorder import Recorder
from ..forms.entries import entry
from ..forms.terms import ZERO, Letters, Term
from ..network.reading import tidy_part
from ..network.reading_rules import matrix_of

MANY_LETTERS = 5
"""A single term with so many summed letters is gathered too, so that no line grows with the depth of the loss."""

NAME_FROM = 14
"""A gathered coefficient with more symbols than this gets a name of its own."""


def inside_of(body: Expr) -> Expr:
    """The array of an entry; a number itself."""
    return body.base if isinstance(body, Entry) else body


def _base(pending: Partial) -> Expr:
    return inside_of(pending.body)


def maximal(terms: tuple[Term, ...]) -> list[Partial]:
    """The different pending derivatives that are not part of another one: these may be unfolded now."""
    pendings = [term.pending for term in terms if term.pending is not None]
    bodies = {inside_of(pending.body) for pending in pendings}
    nested: set[Expr] = set()
    seen: set[Expr] = set()
    for body in bodies:
        stack = list(body.children)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                nested.add(node)
                stack.extend(node.children)
    return [pending for pending in pendings if inside_of(pending.body) not in nested]


def _plain(pending: Partial) -> bool:
    body = pending.body
    if not isinstance(body, Entry):
        return not body.free
    letters = [position for position in (body.row, body.col) if position is not None]
    return all(isinstance(letter, Index) for letter in letters) and len(set(letters)) == len(letters)


def _closed(term: Term, pending: Partial) -> bool:
    """Whether every letter outside of the ∂X[s,t] is summed: with a free letter of the loss gathering would drop it."""
    bound = set(term.indices)
    own = {letter for letter in (pending.row, pending.col) if isinstance(letter, Index)}
    if pending.body.free - bound:
        return False
    return all(not (factor.free - bound) for factor in term.others) and not own & bound


def gather_round(recorder: Recorder, terms: tuple[Term, ...], letters: Letters) -> bool:
    """Gather the terms of one composite Z if two or more of them carry ∂Z; whether a step was made."""
    ready = {_base(pending) for pending in maximal(terms)}
    groups: dict[Expr, list[Term]] = defaultdict(list)
    for term in terms:
        pending = term.pending
        if pending is None or not _plain(pending) or not _closed(term, pending):
            continue
        base = _base(pending)
        if base in ready and not base.free and not isinstance(base, Symbol | MatrixOf):
            groups[base].append(term)
    for base, members in groups.items():
        if len(members) < 2 and len(members[0].indices) < MANY_LETTERS and not _worth_naming(base, members[0]):
            continue
        gathered = gathered_term(base, members, letters, recorder.scene)
        if gathered is None:
            continue
        before = recorder.line
        _collect(recorder, terms, members, gathered)
        if recorder.line is not before:
            return True
    return False


def _collect(recorder: Recorder, terms: tuple[Term, ...], members: list[Term], gathered: Gathered) -> None:
    """The gathered line, its coefficient tidied one move at a time, and a name for a coefficient that stays big."""

    def line_of(coefficient: Expr) -> Expr:
        line: list[Expr] = []
        for term in terms:
            if term is members[0]:
                line.append(gathered.term(coefficient))
            elif term not in members:
                line.append(term.expr())
        kept = [part for part in line if part is not ZERO]
        return add(*kept) if kept else ZERO

    whole = gathered.coefficient
    recorder.move("gather", line_of(whole), (("pending", gathered.base), ("G", whole)))
    whole = tidy_part(recorder, whole, line_of)
    if whole.weight > NAME_FROM and not whole.shape.is_number and not isinstance(whole, Named):
        named = Named(_name(recorder), whole)
        recorder.move("name-coefficient", line_of(named), (("name", named.name),))


def _worth_naming(base: Expr, term: Term) -> bool:
    """Whether a single term is gathered all the same: the part has a name, and something but an entry of its own multiplies it."""
    pending = term.pending
    assert pending is not None
    return isinstance(base, Named) and len(term.others) > 1


@record
class Gathered:
    """Σ_ij G_ij ∂base_ij with the coefficients of several terms read back to one matrix G (a number for a number `base`)."""

    base: Expr
    coefficient: Expr
    pending: Partial
    row: Index | None
    col: Index | None

    def term(self, coefficient: Expr) -> Expr:
        """The term with another coefficient in the place of G; 0 if that is 0."""
        if coefficient is ZERO or (isinstance(coefficient, Fill) and coefficient.value == 0):
            return ZERO
        if not isinstance(self.pending.body, Entry):
            return mul(coefficient, self.pending)
        own = Partial(entry(self.base, self.row, self.col), self.pending.variable, self.pending.row, self.pending.col)
        indices = [letter for letter in (self.row, self.col) if letter is not None]
        return sum_over(indices, mul(entry(coefficient, self.row, self.col), own))


def gathered_term(base: Expr, members: Sequence[Term], letters: Letters, scene: Scene) -> Gathered | None:
    """The terms of one composite as one; None if a coefficient cannot be read back."""
    first = members[0].pending
    assert first is not None
    taken = set[str]()
    row = col = None
    if isinstance(first.body, Entry):
        row = letters.draw(base.shape.rows, taken) if base.shape.rows is not ONE else None
        col = letters.draw(base.shape.cols, taken) if base.shape.cols is not ONE else None
    parts = []
    for term in members:
        pending = term.pending
        assert pending is not None
        inside = pending.body
        places = (inside.row, inside.col) if isinstance(inside, Entry) else (None, None)
        own = [letter if isinstance(letter, Index) else None for letter in places]
        rest = Term(term.coefficient, tuple(index for index in term.indices if index not in own), term.others)
        coefficient = matrix_of(rest.expr(), own[0], own[1], scene)
        if coefficient is None:
            return None
        parts.append(coefficient)
    return Gathered(base, add(*parts), first, row, col)


def _name(recorder: Recorder) -> str:
    used = sum(1 for step in recorder.steps if step.rule == "gather")
    return f"G{used + 1}"


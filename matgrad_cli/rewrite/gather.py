"""Gathering: Σ A_ij ∂Z_ij + Σ B_ij ∂Z_ij = Σ (A + B)_ij ∂Z_ij. It is backpropagation in index clothes, and keeps lines short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..ir import Entry, Expr, Fill, Index, MatrixOf, Named, Partial, Symbol, add, mul, sum_over
from ..ir.dimensions import ONE
from .context import entry
from .readback import read_back
from .recorder import Recorder
from .terms import ZERO, Letters, Term
from .tidy import textbook

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
        if base in ready and not isinstance(base, Symbol | MatrixOf):
            groups[base].append(term)
    for base, members in groups.items():
        if len(members) < 2 and len(members[0].indices) < MANY_LETTERS and not _worth_naming(base, members[0]):
            continue
        gathered = gathered_term(base, members, letters, recorder)
        if gathered is None:
            continue
        line: list[Expr] = []
        for term in terms:
            if term is members[0]:
                line.append(gathered)
            elif term not in members:
                line.append(term.expr())
        before = recorder.line
        coefficient = gathered.children[-1] if gathered.children else gathered
        pending = members[0].pending
        assert pending is not None
        recorder.move("gather", add(*line), (("pending", base), ("G", _coefficient(gathered, coefficient))))
        if recorder.line is not before:
            return True
    return False


def _coefficient(gathered: Expr, fallback: Expr) -> Expr:
    for factor in (gathered, *gathered.children, *(part for child in gathered.children for part in child.children)):
        if isinstance(factor, Entry):
            return factor.base
    return fallback


def _worth_naming(base: Expr, term: Term) -> bool:
    """Whether a single term is gathered all the same: the part has a name, and something but an entry of its own multiplies it."""
    pending = term.pending
    assert pending is not None
    return isinstance(base, Named) and len(term.others) > 1


def gathered_term(base: Expr, members: Sequence[Term], letters: Letters, recorder: Recorder) -> Expr | None:
    """Σ_ij G_ij ∂base_ij with the coefficients of all members read back to one matrix G; None if one cannot be read."""
    first = members[0].pending
    assert first is not None
    if not isinstance(first.body, Entry):
        parts = []
        for term in members:
            reading = read_back(Term(term.coefficient, term.indices, term.others), None, None)
            if reading is None:
                return None
            parts.append(reading.expr())
        whole = textbook(add(*parts), recorder.problem)
        return whole if whole is ZERO else mul(whole, first)
    taken = set[str]()
    row = letters.draw(base.shape.rows, taken) if base.shape.rows is not ONE else None
    col = letters.draw(base.shape.cols, taken) if base.shape.cols is not ONE else None
    matrices = []
    for term in members:
        pending = term.pending
        assert pending is not None
        assert isinstance(pending.body, Entry)
        inside = pending.body
        own = {letter for letter in (inside.row, inside.col) if isinstance(letter, Index)}
        rest = Term(term.coefficient, tuple(index for index in term.indices if index not in own), term.others)
        reading = read_back(
            rest, inside.row if isinstance(inside.row, Index) else None, inside.col if isinstance(inside.col, Index) else None
        )
        if reading is None or reading.matrix is None:
            return None
        matrices.append(reading.expr())
    whole = textbook(add(*matrices), recorder.problem)
    if isinstance(whole, Fill) and whole.value == 0:
        return ZERO
    if whole.weight > NAME_FROM and not isinstance(whole, Named):
        whole = Named(_name(recorder), whole)
    pending_new = Partial(entry(base, row, col), first.variable, first.row, first.col)
    indices = [letter for letter in (row, col) if letter is not None]
    return sum_over(indices, mul(entry(whole, row, col), pending_new))


def _name(recorder: Recorder) -> str:
    used = sum(1 for step in recorder.steps if step.rule == "gather")
    return f"G{used + 1}"


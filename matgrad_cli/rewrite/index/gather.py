"""Gathering: Σ A_ij ∂Z_ij + Σ B_ij ∂Z_ij = Σ (A + B)_ij ∂Z_ij. It is backpropagation in index clothes, and keeps lines short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ...diagnostics.record import record
from ...ir import Entry, Expr, Fill, Index, MatrixOf, Named, Partial, Symbol, add, mul, sum_over
from ...records import Bindings
from ..engine.application import Application, Scene, Site, applied, fit, native, reserved_names
from ..engine.layers import outermost
from ..engine.recorder import Recorder
from ..forms.entries import entry, letters_for
from ..forms.terms import ZERO, Term, join, split
from ..named_steps import record_names
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
    """The pending derivatives that are not part of another one: these may be unfolded now."""
    pendings = [term.pending for term in terms if term.pending is not None]
    outer = set(outermost(map(_base, pendings)))
    return [pending for pending in pendings if _base(pending) in outer]


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


def gather_round(recorder: Recorder) -> bool:
    """Gather the terms of one composite Z if two or more of them carry ∂Z; whether a step was made."""
    terms = split(recorder.line)
    rule = recorder.rules.rule("gather")
    for base, members in _groups(terms).items():
        if len(members) < 2 and len(members[0].indices) < MANY_LETTERS and not _worth_naming(base, members[0]):
            continue
        found = fit(rule, recorder.line, recorder.scene, (("pending", base),))
        if found is None:
            continue
        application = applied(recorder.line, {(): found})
        if application.after is not recorder.line:
            _collect(recorder, application, terms, members, base)
            return True
    return False


def _groups(terms: tuple[Term, ...]) -> dict[Expr, list[Term]]:
    """The terms that carry ∂Z for each composite Z that may be taken apart now."""
    ready = {_base(pending) for pending in maximal(terms)}
    groups: dict[Expr, list[Term]] = defaultdict(list)
    for term in terms:
        pending = term.pending
        if pending is None or not _plain(pending) or not _closed(term, pending):
            continue
        base = _base(pending)
        if base in ready and not base.free and not isinstance(base, Symbol | MatrixOf):
            groups[base].append(term)
    return groups


@native("gather")
def gather(site: Site) -> tuple[Expr, Bindings] | None:
    """The line with all terms of one composite, the `pending` one, as one term."""
    base = site.bound("pending")
    terms = split(site.node)
    members = _groups(terms).get(base) if base is not None else None
    coefficients = [coefficient_of(term, site.scene) for term in members or ()]
    known = [one for one in coefficients if one is not None]
    if base is None or members is None or len(known) < len(members):
        return None
    whole = add(*known)
    return gathered(base, members, site.scene, site.node).line(terms, members, whole), (("pending", base), ("G", whole))


def _collect(recorder: Recorder, application: Application, terms: tuple[Term, ...], members: list[Term], base: Expr) -> None:
    """The gathered line, its coefficient tidied one move at a time, and a name for a coefficient that stays big."""
    term = gathered(base, members, recorder.scene, recorder.line)

    def line_of(coefficient: Expr) -> Expr:
        return join(split(term.line(terms, members, coefficient)))

    recorder.record(application)
    whole = dict(application.bindings)["G"]
    assert isinstance(whole, Expr)
    whole = tidy_part(recorder, whole, line_of)
    if whole.weight > NAME_FROM and not whole.shape.is_number and not isinstance(whole, Named):
        record_names(recorder, [Named(_name(recorder), whole)], "name-coefficient")


def _worth_naming(base: Expr, term: Term) -> bool:
    """Whether a single term is gathered all the same: the part has a name, and something but an entry of its own multiplies it."""
    pending = term.pending
    assert pending is not None
    return isinstance(base, Named) and len(term.others) > 1


@record
class Gathered:
    """Σ_ij G_ij ∂base_ij, the place of several terms (a number for a number `base`)."""

    base: Expr
    pending: Partial
    row: Index | None
    col: Index | None

    def term(self, coefficient: Expr) -> Expr:
        """The term with a coefficient in the place of G; 0 if that is 0."""
        if coefficient is ZERO or (isinstance(coefficient, Fill) and coefficient.value == 0):
            return ZERO
        if not isinstance(self.pending.body, Entry):
            return mul(coefficient, self.pending)
        own = Partial(entry(self.base, self.row, self.col), self.pending.variable, self.pending.row, self.pending.col)
        indices = [letter for letter in (self.row, self.col) if letter is not None]
        return sum_over(indices, mul(entry(coefficient, self.row, self.col), own))

    def line(self, terms: Iterable[Term], members: Sequence[Term], coefficient: Expr) -> Expr:
        """The line with this term in the place of those that it gathers."""
        kept = [term for term in terms if term is members[0] or term not in members]
        parts = [self.term(coefficient) if term is members[0] else term.expr() for term in kept]
        return add(*([part for part in parts if part is not ZERO] or [ZERO]))


def gathered(base: Expr, members: Sequence[Term], scene: Scene, line: Expr) -> Gathered:
    """The place of the terms of one composite, in letters that nothing else uses."""
    first = members[0].pending
    assert first is not None
    taken = {*reserved_names(scene.problem), *(letter.name for letter in line.free)}
    taken |= {named.name for named in scene.names.values() if isinstance(named, Named)}
    row, col = letters_for(base.shape, taken) if isinstance(first.body, Entry) else (None, None)
    return Gathered(base, first, row, col)


def coefficient_of(term: Term, scene: Scene) -> Expr | None:
    """What multiplies the pending derivative of a term, as the matrix over its letters; None if it cannot be read back."""
    pending = term.pending
    assert pending is not None
    inside = pending.body
    places = (inside.row, inside.col) if isinstance(inside, Entry) else (None, None)
    row, col = (letter if isinstance(letter, Index) else None for letter in places)
    rest = Term(term.coefficient, tuple(index for index in term.indices if index not in (row, col)), term.others)
    return matrix_of(rest.expr(), row, col, scene)


def _name(recorder: Recorder) -> str:
    used = sum(1 for step in recorder.steps if step.rule == "gather")
    return f"G{used + 1}"

"""Gathering: Σ A_ij ∂Z_ij + Σ B_ij ∂Z_ij = Σ (A + B)_ij ∂Z_ij. It is backpropagation in index clothes,
and keeps lines short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ...ir import Entry, Expr, Index, MatrixOf, Named, Partial, Symbol, add, mul, sum_over
from ...ir.entries import entry, letters_for
from ...ir.terms import ZERO, Term, join, split
from ...ir.walk import outermost
from ...records import Bindings
from ..engine.application import Application, Scene, Site, applied, is_zero, native, reserved_names
from ..engine.recorder import Recorder
from ..naming import record_names, slope_name
from ..network.reading import tidy_part
from ..network.reading_rules import matrix_of

MANY_LETTERS = 5
"""A single term with so many summed letters is gathered too, so that no line grows with the depth of the loss."""

NAME_FROM = 14
"""A gathered coefficient with more symbols than this gets a name of its own."""


def inside_of(pending: Partial) -> Expr:
    """The array of whose entry the derivative is pending; a number itself."""
    return pending.body.base if isinstance(pending.body, Entry) else pending.body


def maximal(terms: tuple[Term, ...]) -> list[Partial]:
    """The pending derivatives that are not part of another one: these may be unfolded now."""
    pendings = [pending for term in terms if (pending := term.pending) is not None]
    outer = set(outermost(map(inside_of, pendings)))
    return [pending for pending in pendings if inside_of(pending) in outer]


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
    for base, members in _groups(split(recorder.line)).items():
        worth = isinstance(base, Named) and len(members[0].others) > 1  # a name for what multiplies a named part
        if worth or len(members) > 1 or len(members[0].indices) >= MANY_LETTERS:
            found = recorder.found("index", "gather", (((), recorder.line),), (("pending", base),))
            if found and (application := applied(recorder.line, found)).after is not recorder.line:
                _collect(recorder, application, base)
                return True
    return False


def _groups(terms: tuple[Term, ...]) -> dict[Expr, list[Term]]:
    """The terms that carry ∂Z for each composite Z that may be taken apart now."""
    ready = {inside_of(pending) for pending in maximal(terms)}
    groups: dict[Expr, list[Term]] = defaultdict(list)
    for term in terms:
        pending = term.pending
        base = inside_of(pending) if pending is not None else None
        if pending is None or base not in ready or base.free or isinstance(base, Symbol | MatrixOf):
            continue
        if _plain(pending) and _closed(term, pending):
            groups[base].append(term)
    return groups


@native("gather")
def gather(site: Site) -> tuple[Expr, Bindings] | None:
    """The line with all terms of one composite, the `pending` one, as one term."""
    base = site.bound("pending")
    members = _groups(split(site.node)).get(base) if base is not None else None
    coefficients = [coefficient_of(term, site.scene) for term in members or ()]
    known = [one for one in coefficients if one is not None]
    if base is None or not known or len(known) < len(coefficients):
        return None
    whole = add(*known)
    return gathered(base, site.node, site.scene)(whole), (("pending", base), ("G", whole))


def _collect(recorder: Recorder, application: Application, base: Expr) -> None:
    """The gathered line, its coefficient tidied one move at a time, and a name for a coefficient that stays big."""
    line_of = gathered(base, recorder.line, recorder.scene)
    recorder.record(application)
    whole = dict(application.bindings)["G"]
    assert isinstance(whole, Expr)
    whole = tidy_part(recorder, whole, lambda coefficient: join(split(line_of(coefficient))))
    if whole.weight > NAME_FROM and not whole.shape.is_number and not isinstance(whole, Named):
        variables = reserved_names(recorder.problem)
        given = (value for step in recorder.steps for _, value in step.bindings)
        taken = {*variables, *(value.name for value in given if isinstance(value, Named))}
        record_names(recorder, [Named(slope_name(variables, taken), whole)], "name-coefficient")


def gathered(base: Expr, line: Expr, scene: Scene) -> Callable[[Expr], Expr]:
    """G ↦ the line with Σ_ij G_ij ∂base_ij, in letters that nothing else uses,
    in the place of the terms of one composite."""
    terms = split(line)
    members = _groups(terms)[base]
    places = [number for number, term in enumerate(terms) if term in members]  # a term may stand in the line twice
    first = members[0].pending
    assert first is not None
    taken: set[str | Index] = {*reserved_names(scene.problem), *(letter.name for letter in line.free), *scene.letters}
    taken |= {named.name for named in scene.names.values() if isinstance(named, Named)}
    row, col = letters_for(base.shape, taken) if isinstance(first.body, Entry) else (None, None)
    own = first.rebuilt((entry(base, row, col),))

    def line_of(coefficient: Expr) -> Expr:
        new = sum_over([letter for letter in (row, col) if letter is not None], mul(entry(coefficient, row, col), own))
        gone = places if is_zero(coefficient) else places[1:]
        kept = (number for number in range(len(terms)) if number not in gone)
        return add(*([new if number == places[0] else terms[number].expr() for number in kept] or [ZERO]))

    return line_of


def coefficient_of(term: Term, scene: Scene) -> Expr | None:
    """What multiplies the pending derivative of a term, as the matrix over its letters;
    None if it cannot be read back."""
    pending = term.pending
    assert pending is not None
    inside = pending.body
    places = (inside.row, inside.col) if isinstance(inside, Entry) else (None, None)
    row, col = (letter if isinstance(letter, Index) else None for letter in places)
    rest = Term(term.coefficient, tuple(index for index in term.indices if index not in (row, col)), term.others)
    return matrix_of(rest.expr(), row, col, scene)

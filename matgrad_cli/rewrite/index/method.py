"""The index method: one entry, every layer of the derivative on its own line, one δ at a time,
then back to matrices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ... import ir
from ...diagnostics.record import record
from ...ir import Expr, Index, Path, Shape, add, at, mul, nodes_of, substitute, sum_over
from ...ir.entries import entry, letters_for
from ...ir.terms import ZERO, Term, has_pending, join, split, terms_of
from ...ir.walk import letters_in, outermost, places
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings
from ..engine.application import Application, Scene, Site, applied, is_zero, native, places_of, reserved_names
from ..engine.recorder import MOST_LINES, Recorder, Search
from ..naming import record_names, slope_name
from ..network.reading import read_line, tidy_part
from ..network.reading_rules import matrix_of

ENTRY_LETTERS = ("s", "t"), ("p", "q"), ("a", "b"), ("u", "v"), ("f", "g")
ROOT_LETTERS = ("i", "j"), ("p", "q"), ("a", "b"), ("u", "v"), ("f", "g")


@record
class Target:
    """What one derivation differentiates: `entry` (a number with the letters of the loss) by the variable's entry [row,
    col]."""

    entry: Expr
    variable: ir.Symbol
    root: tuple[Index, ...]
    row: Index | None
    col: Index | None
    is_row: bool = False
    """Whether the loss is a row."""

    @property
    def places(self) -> tuple[Index | None, Index | None]:
        """Which letter of the result is its row and which its column: the loss first, then the variable."""
        if not self.root:
            return self.row, self.col
        if len(self.letters) == 2:
            return self.letters[0], self.letters[1]
        return (None, self.letters[0]) if self.is_row else (self.letters[0], None)

    @property
    def letters(self) -> tuple[Index, ...]:
        """The letters of the result: of the loss first, then of the variable."""
        return (*self.root, *(letter for letter in (self.row, self.col) if letter is not None))

    def start(self) -> Expr:
        """The first line: ∂(entry)/∂X[row, col]."""
        return ir.Partial(self.entry, self.variable, self.row, self.col)


def target_of(expr: Expr, variable: ir.Symbol, taken: set[str]) -> Target:
    """The entry of `expr` by an entry of the variable, in letters that nothing else uses: no Σ of `expr` either."""
    bound = {index.name for index in letters_in(expr)}
    roots, entries = ([pair for pair in all_ if bound.isdisjoint(pair)] for all_ in (ROOT_LETTERS, ENTRY_LETTERS))
    places, (row, col) = _pair(expr.shape, roots, taken), _pair(variable.shape, entries, taken)
    root = tuple(letter for letter in places if letter is not None)
    return Target(entry(expr, *places), variable, root, row, col, expr.shape.is_row)


def _pair(shape: Shape, options: Sequence[tuple[str, str]], taken: set[str]) -> tuple[Index | None, Index | None]:
    """Letters for the sides of a shape, of the first pair of which neither is taken."""
    return letters_for(shape, taken, [letter for pair in options if taken.isdisjoint(pair) for letter in pair])


def differentiate(recorder: Recorder) -> None:
    """Unfold the pending derivatives, largest first, until only δ's and entries are left."""
    while has_pending(recorder.line):
        recorder.must_end()
        if gather_round(recorder):
            continue
        _unfold_round(recorder, maximal(split(recorder.line)))
        recorder.run("index", "count", terms_of(recorder.line))  # ½·2 in front of a term is multiplied at once


def _unfold_round(recorder: Recorder, ready: list[ir.Partial]) -> None:
    """One rule at all the pending derivatives that it comes first for: a step."""
    rules = recorder.rules.method("index").phase("unfold").rules
    found = recorder.search.turn(rules, recorder.line, places_of(recorder.line, dict.fromkeys(ready), has_pending))
    if isinstance(found, Expr):
        assert isinstance(found, ir.Partial)
        part = to_unicode(inside_of(found))
        raise recorder.stuck(
            f"no rule is known for the derivative of `{part}`", "matgrad rules list shows what can be differentiated"
        )
    path, first = next(iter(found.items()))
    pending = next(
        node for node in (at(recorder.line, path[: len(path) - up]) for up in range(3)) if isinstance(node, ir.Partial)
    )
    variable = entry(pending.variable, pending.row, pending.col)
    said: Bindings = (("X", pending.variable), ("entry", pending.body), ("variable", variable))
    said = (*said, ("delta", first.new), ("count", str(len(found))))
    title = first.rule.title if len(found) == 1 else first.rule.title + " (in {count} terms likewise)"
    recorder.record(applied(recorder.line, found), title, said)


def collapse(recorder: Recorder) -> None:
    """One δ after the other: replace the summed letter, drop that Σ."""
    while recorder.run("index", "collapse", terms_of(recorder.line)):
        pass


@native("partial-named")
def named(site: Site) -> tuple[Expr, Bindings] | None:
    """A name stands for a part of the loss: what is pending is that part."""
    if not isinstance(site.node, ir.Partial):
        return None
    body = site.node.body
    name = body.base if isinstance(body, ir.Entry) else body
    if not isinstance(name, ir.Named):
        return None
    inner = entry(name.body, body.row, body.col) if isinstance(body, ir.Entry) else name.body
    return site.node.rebuilt((inner,)), (("name", name), ("A", name.body))


# ---- rows of a family ------------------------------------------------------------------------------------------------

MAX_ROUNDS = 60


def open_rows(recorder: Recorder) -> None:
    """Entries of vectors that hold letters themselves, written out one rule at a time, so that they can be read back
    over all rows at once: (x_s − z_s)_t is an entry of another vector for each s, hence of no matrix;
    X_st − Z_st is an entry of X − Z."""
    steps = recorder.steps_of(lambda line: recorder.found("index", "open", _rows(line)), MAX_ROUNDS)
    recorder.group("open-rows", steps)


def _rows(line: Expr) -> list[tuple[Path, Expr]]:
    """The outermost parts of a line that hold rows, and the multiples that are left of them: (−μ)_t of (x_s − μ)_t."""
    sums = (node.children for node in nodes_of(line) if isinstance(node, ir.Add))
    left = (term for terms in sums for term in terms if isinstance(term, ir.Entry) and isinstance(term.base, ir.Mul))
    wanted = dict.fromkeys((*outermost(node for node in nodes_of(line) if _holds_rows(node)), *left))
    return list(places_of(line, wanted, lambda _: True)) if wanted else []


def read_arrays(recorder: Recorder) -> None:
    """What is said of an array entry by entry is said of the matrix, before it is differentiated: with the rows W x_i
    it is xWᵀ."""
    if arrays := dict.fromkeys(_arrays(recorder.line)):
        recorder.run("index", "arrays", places_of(recorder.line, arrays, lambda _: True))


@native("read-array")
def array(site: Site) -> tuple[Expr, Bindings] | None:
    """The matrix whose entries the array has, where they are read as one; they are written out for that."""
    node = site.node
    if not isinstance(node, ir.MatrixOf) or node.free:
        return None
    body, search = node.body, Search(site.scene)
    rules = site.scene.rules.method("index").phase("open").rules
    for _ in range(MAX_ROUNDS):
        if not (found := search.first(rules, body, _rows(body))):
            break
        body = applied(body, found).after
    new = matrix_of(body, node.row, node.col, site.scene)
    return None if new is None else (new, (("body", node.body), ("product", new)))


def _holds_rows(node: Expr) -> bool:
    if isinstance(node, ir.Entry):
        return bool(node.base.free)
    if isinstance(node, ir.Power):  # a squared norm is a sum of squares, without the root
        return node.base.head == "norm" and node.exponent is ir.Number(2) and _holds_rows(node.base)
    if isinstance(node, ir.MatMul) and node.shape.is_number:
        return bool(node.free)
    of = node.argument if isinstance(node, ir.Call) and node.shape.is_number else None
    return of is not None and bool(of.free) and not of.shape.is_number


def with_matrices(recorder: Recorder) -> Expr:
    """The loss without sums over letters, from now on in the line too: rows are opened, entries are read back as for a
    result. The loss itself where it holds none or they cannot be read."""
    loss = recorder.problem.loss
    if not any(isinstance(node, ir.SumOver) for node in nodes_of(loss)) and not _arrays(loss):
        return loss
    inner = Recorder(recorder.problem, recorder.rules, recorder.judge, loss, entrywise=True)
    read_arrays(inner)
    open_rows(inner)
    if not read_line(inner, None, None):
        return loss
    inner.steps += inner.steps_of(lambda line: inner.found("index", "lengths", places(line)), MOST_LINES)
    whole = substitute(recorder.line, {loss: inner.line})
    recorder.told("loss-matrices", whole, inner.steps, (("loss", inner.line),))
    return inner.line


def _arrays(expr: Expr) -> list[Expr]:
    """The arrays that are said entry by entry, but for constant ones as e₁ is."""
    return [node for node in nodes_of(expr) if isinstance(node, ir.MatrixOf) and node.symbols]


MANY_LETTERS = 5
"""A single term with so many summed letters is gathered too, so that no line grows with the depth of the loss."""

NAME_FROM = 14
"""A gathered coefficient with more symbols than this gets a name of its own."""


def inside_of(pending: ir.Partial) -> Expr:
    """The array of whose entry the derivative is pending; a number itself."""
    return pending.body.base if isinstance(pending.body, ir.Entry) else pending.body


def maximal(terms: tuple[Term, ...]) -> list[ir.Partial]:
    """The pending derivatives that are not part of another one: these may be unfolded now."""
    pendings = [pending for term in terms if (pending := term.pending) is not None]
    outer = set(outermost(map(inside_of, pendings)))
    return [pending for pending in pendings if inside_of(pending) in outer]


def _plain(pending: ir.Partial) -> bool:
    body = pending.body
    if not isinstance(body, ir.Entry):
        return not body.free
    letters = [position for position in (body.row, body.col) if position is not None]
    return all(isinstance(letter, Index) for letter in letters) and len(set(letters)) == len(letters)


def _closed(term: Term, pending: ir.Partial) -> bool:
    """Whether every letter outside of the ∂X[s,t] is summed: with a free letter of the loss gathering would drop it."""
    bound = set(term.indices)
    own = {letter for letter in (pending.row, pending.col) if isinstance(letter, Index)}
    return not own & bound and all(part.free <= bound for part in (pending.body, *term.others))


def gather_round(recorder: Recorder) -> bool:
    """Gather the terms of one composite Z if two or more of them carry ∂Z; whether a step was made."""
    for base, members in _groups(split(recorder.line)).items():
        worth = isinstance(base, ir.Named) and len(members[0].others) > 1  # a name for what multiplies a named part
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
        if pending is None or base not in ready or base.free or isinstance(base, ir.Symbol | ir.MatrixOf):
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
    if whole.weight > NAME_FROM and not whole.shape.is_number and not isinstance(whole, ir.Named):
        variables = reserved_names(recorder.problem)
        given = (value for step in recorder.steps for _, value in step.bindings)
        taken = {*variables, *(value.name for value in given if isinstance(value, ir.Named))}
        record_names(recorder, [ir.Named(slope_name(variables, taken), whole)], "name-coefficient")


def gathered(base: Expr, line: Expr, scene: Scene) -> Callable[[Expr], Expr]:
    """G ↦ the line with Σ_ij G_ij ∂base_ij, in letters that nothing else uses,
    in the place of the terms of one composite."""
    terms = split(line)
    members = _groups(terms)[base]
    places = [number for number, term in enumerate(terms) if term in members]  # a term may stand in the line twice
    first = members[0].pending
    assert first is not None
    taken: set[str | Index] = {*reserved_names(scene.problem), *(letter.name for letter in line.free), *scene.letters}
    taken |= {named.name for named in scene.names.values() if isinstance(named, ir.Named)}
    row, col = letters_for(base.shape, taken) if isinstance(first.body, ir.Entry) else (None, None)
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
    places = (inside.row, inside.col) if isinstance(inside, ir.Entry) else (None, None)
    row, col = (letter if isinstance(letter, Index) else None for letter in places)
    rest = Term(term.coefficient, tuple(index for index in term.indices if index not in (row, col)), term.others)
    return matrix_of(rest.expr(), row, col, scene)

"""One loss, one variable, one method (or all of them): the derivation, every step judged,
closed by a read-off that looks at the loss alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..diagnostics import MatgradError, StuckError, UsageError
from ..diagnostics.record import replace
from ..facts import Problem
from ..ir import Entry, Expr, Fill, Index, OpenLetter, Partial, Shape, nodes_of
from ..ir.dimensions import ONE
from ..ir.memory import at_work, with_room
from ..ir.terms import UNIT, split
from ..records import METHODS, Derivation, Result, Sentence
from ..records.derivation import steps_in
from ..rulebook.heads import operators_in
from ..rulebook.load import Rulebook, rulebook
from ..verify.judge import Judge, judge_of
from .closing import change_layout, closed, itself, known_layout, tidied, written_out
from .closing import finish as read_off
from .engine.application import reserved_names
from .engine.recorder import Recorder, Unasked
from .forms.algebra import flip
from .index.method import Target, collapse, differentiate, open_rows, read_arrays, target_of
from .methods import native_moves as native_moves  # its native rules are read entry by entry too
from .naming import name_parts, record_names
from .network.reading import read_line, record_readings
from .network.reading_rules import readings

TWICE = ("index", "differential")
"""The methods that give second derivatives."""
STATED_BY_ENTRIES = "no product of matrices was found that holds the result; it is stated by its entries"


@at_work
@with_room
def derive(
    problem: Problem, method: str = "index", layout: str = "gradient", order: int = 1, rules: Rulebook | None = None
) -> Derivation:
    """The derivation of d loss / d wrt. `method`: one of METHODS, or the name of a file of methods that is like one
    of them. Raises StuckError where no rule is known, BugError where a step contradicts itself."""
    known_layout(layout)
    book = rules or rulebook()
    if method not in METHODS and method in book.methods:
        own = book.method(method)
        return replace(derive(problem, own.like, layout, order, book.led_by(own)), method=method)
    if method not in TWICE and order == 2:
        message = f"method `{method}` gives first derivatives only"
        raise StuckError.coded(
            "stuck", message, help="`--method index` gives the Hessian, `--method differential` that by a column"
        )
    try:
        by_entries = second_order if order == 2 else first_order
        run = by_entries if method == "index" else method_named(method, order)
        return marked(run(problem, book, judge_of(problem), layout), book)
    except StuckError as trouble:
        said = trouble.diagnostic
        raise StuckError(replace(said, notes=(*said.notes, *left_out(book)))) from trouble


def left_out(book: Rulebook) -> tuple[str, ...]:
    """What is said of each rule that may not be used."""
    return tuple("; ".join((f"left out: {one.message}", *one.notes[1:2])) for one in book.refused)


def marked(derivation: Derivation, book: Rulebook) -> Derivation:
    """The same derivation, which says on which of the user's rules it rests, each with the place where it stands:
    `mine (mine.toml:1)`; and which of them are left out."""
    own = {rule.id: rule for rule in book.extras()}
    used = dict.fromkeys(step.rule for step in steps_in(derivation.steps) if step.rule in own)
    rests_on = tuple(f"{name} ({own[name].file}:{own[name].line})" for name in used)
    notes = tuple(Sentence("{said}", (("said", said),)) for said in left_out(book))
    return replace(derivation, rests_on=rests_on, notes=(*derivation.notes, *notes)) if used or notes else derivation


Method = Callable[[Problem, Rulebook, Judge, str], Derivation]


def method_named(name: str, order: int = 1) -> Method:
    """The function of a method of the folder `methods`, for derivatives of that order.
    Raises UsageError with the known names for another one."""
    if name not in METHODS or name == "index":
        known = "methods: " + ", ".join(METHODS)
        raise UsageError.coded("unknown-method", f"the method `{name}` is not known", help=known)
    name = "second" if order == 2 else name
    module = "differential" if name in ("adjoint", "second") else name  # one walk, written in several ways
    found: Method = getattr(import_module(f"{__package__}.methods.{module}"), f"derive_{name}")
    return found


def first_order(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """The gradient or Jacobian by the index method."""
    taken = set(reserved_names(problem))
    loss, names = name_parts(problem.loss, problem.wrt, taken)
    start = target_of(problem.loss, problem.wrt, set(taken))
    target = target_of(loss, problem.wrt, taken)
    recorder = Recorder(problem, book, judge, start.start(), letters=target.letters, entrywise=True)
    if names:
        recorder.names.update((named.body, named) for named in names)
        record_names(recorder, names)
    whole = solve(recorder, target, problem.loss)
    return finish(recorder, start.start(), target, whole, layout, problem.loss)


def second_order(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """The Hessian, through the gradient that was found first."""
    # A fact about the variable holds at the point, not along the direction of the second derivative.
    unbound = replace(problem, facts=tuple(fact for fact in problem.facts if fact.symbol is not problem.wrt))
    first = first_order(unbound, book, judge, "gradient")
    taken = {*reserved_names(problem)} | {letter.name for letter in first.result.letters}
    gradient = first.result.entry
    begin = first.start
    outer = target_of(UNIT, problem.wrt, taken)  # other letters
    start = Partial(begin, problem.wrt, outer.row, outer.col)
    target = Target(gradient, problem.wrt, first.result.letters, outer.row, outer.col)
    recorder = Recorder(problem, book, judge, start, letters=target.letters, entrywise=True)
    recorder.told("gradient-first", target.start(), first.steps, (("gradient", first.result.matrix or gradient),))
    whole = solve(recorder, target, first.result.matrix)
    return finish(recorder, start, target, whole, layout, first.result.matrix, 2)


def solve(recorder: Recorder, target: Target, last: Expr | None) -> bool:
    """From ∂(…)/∂X[s,t] to the last line; whether it is an entry of one matrix (or a number).
    `last` is what is differentiated, whole."""
    read_arrays(recorder)
    differentiate(recorder)
    collapse(recorder)
    unopened, steps = recorder.line, len(recorder.steps)
    open_rows(recorder)
    row, col = target.places
    if not split(recorder.line) and 0 < len(target.letters) <= 2:
        shape = Shape(row.dim if row else ONE, col.dim if col else ONE)
        bindings = (("X", target.variable), ("zero", Entry(Fill(0, shape), row, col)))
        recorder.run("index", "zero", (((), recorder.line),), bindings)
        return True
    whole = len(target.letters) <= 2 and (
        read_line(recorder, row, col) or _read_stacked(recorder, target.letters, last)
    )
    if not whole:
        recorder.line = unopened  # rows that are not read back are easier to read as they were
        del recorder.steps[steps:]
        record_readings(recorder, readings(recorder.line, None, recorder.scene))  # the free letters stay
    line, of_loss = recorder.line, recorder.names.values()
    result, line_of = (
        (line.base, lambda part: Entry(part, line.row, line.col)) if isinstance(line, Entry) else (line, itself)
    )
    tidied(recorder, result, line_of, lambda named: whole and named not in of_loss, name=whole)
    return whole


def _read_stacked(recorder: Recorder, letters: tuple[Index, ...], last: Expr | None) -> bool:
    """Places that are counted in pairs, in the derivative by a column of what holds ⊗ or vec:
    its differential has one matrix in front."""
    wrt = recorder.problem.wrt
    if last is None or not wrt.shape.is_column or not operators_in(last) & {"Kron", "vec"}:
        return False
    from .methods.stacked import in_front, is_commutation

    found = in_front(replace(recorder.problem, loss=last), recorder.rules, recorder.judge)
    if found is None or any(map(is_commutation, nodes_of(found[1]))):
        return False
    matrix = flip(found[1]) if last.shape.is_number else found[1]
    whole = Entry(matrix, letters[0], letters[1] if len(letters) > 1 else None)
    recorder.told("read-stacked", whole, found[0].steps, (("loss", last),))
    return True


def finish(
    recorder: Recorder, start: Expr, target: Target, whole: bool, layout: str, last: Expr | None, order: int = 1
) -> Derivation:
    """The read-off: the stated result against the derivative of the loss itself.
    `last` is what was differentiated last, as a matrix."""
    problem, letters = recorder.problem, target.letters
    if whole and not _matrix_in(recorder.line).free:  # with a letter left in it it is no matrix: its entry is stated
        change_layout(recorder, layout, order)
        words = "read-off" if isinstance(recorder.line, Entry) else "read-chain"
        return read_off(recorder, start, _matrix_in(recorder.line), "index", layout, words, target, order)
    from .methods.stacked import flattened
    from .network.cases import case_table

    line, plain = recorder.line, last is not None and (order == 1 or len(letters) == 4)
    verdict = recorder.judge.check_derivative(line, letters, order)
    result = Result(line, letters, None, written_out(line))
    flat = flattened(result, last, recorder.scene, recorder.judge) if last is not None and plain else None
    cases = case_table(result, problem, recorder.judge) if len(letters) > 2 else ()
    said, title = (("count", str(len(letters))),), "" if len(letters) > 2 else STATED_BY_ENTRIES
    result = replace(result, flattened=flat, cases=cases)
    return closed(recorder, start, "index", layout, "state-entries", said, result, verdict, order, title)


def _matrix_in(line: Expr) -> Expr:
    """The matrix whose entry the last line is; a number itself."""
    return line.base if isinstance(line, Entry) else line


def same_result(one: Derivation, other: Derivation, judge: Judge) -> bool:
    """Whether two derivations state the same array: the same expression, or equal at random points."""
    left, right = one.result, other.result
    if left.letters != right.letters:
        return False
    return left.entry is right.entry or judge.compare_over(left.entry, right.entry, left.letters).holds


def derive_all(problem: Problem, one: Callable[[str], Derivation]) -> tuple[Derivation, ...]:
    """The derivations of all methods that go through, each by `one`; the last one says where they meet and which do not
    go through.

    Raises StuckError only if no method goes through.
    """
    found: list[Derivation] = []
    stuck: list[StuckError] = []
    left: list[Sentence] = []
    for name in METHODS:
        try:
            found.append(one(name))
        except StuckError as trouble:
            stuck.append(trouble)
            said = (("name", name), ("reason", trouble.diagnostic.message))
            left.append(Sentence("the {name} method is left out: {reason}", said))
    if not found:
        raise stuck[0]
    found[-1] = replace(found[-1], notes=(*found[-1].notes, *_meeting(found, judge_of(problem)), *left))
    return tuple(found)


def _meeting(found: list[Derivation], judge: Judge) -> list[Sentence]:
    agreeing = [found[0].method, *(other.method for other in found[1:] if same_result(found[0], other, judge))]
    if len(agreeing) < 2:
        return []
    gradient = found[0].result.matrix
    same = "the same derivative" if gradient is None else gradient
    return [Sentence("the methods {names} meet in {gradient}", (("names", ", ".join(agreeing)), ("gradient", same)))]


def agreement(derivation: Derivation, book: Rulebook) -> Sentence | None:
    """One line that another method reaches the same result; None if none was found that does."""
    problem = derivation.problem
    if derivation.order != 1:
        return None
    for name in ("chain", "differential"):
        if name == derivation.method:
            continue
        try:
            other = method_named(name)(problem, book, Unasked(problem), derivation.layout)
        except (MatgradError, OpenLetter):  # a second opinion that fails is none; it never costs the first
            continue
        if same_result(derivation, other, judge_of(problem)):
            return Sentence("the {name} method reaches the same result", (("name", name),))
    return None

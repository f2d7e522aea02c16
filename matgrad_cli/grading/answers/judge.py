"""An answer: right in whatever form it is written, or wrong with the kind of slip."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics import Source
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.members import members_told
from ...ir import Call, Expr, nodes_of
from ...ir.memory import at_work, remembered
from ...notation import syntax as s
from ...notation.definitions import explained
from ...notation.elaboration.broadcasting import turned
from ...notation.elaboration.chosen_entries import places
from ...notation.latex.names import accents_kept
from ...notation.problems import STRETCHING
from ..lines.arrays import other_slices, slices
from ..lines.forms import is_pending
from ..lines.functions import find_functions
from ..lines.reading import Read, read_side
from ..lines.scope import Surroundings, surroundings
from ..lines.where import given_anew
from ..meanings.of_answers import averaged, others
from ..meanings.redefined import find_redefined
from ..meanings.remarks import CASES, contradiction, denial, listed, named_layout, remarks
from ..meanings.supposed import is_average, means
from ..prose import NO_FORMULA, only_words, without_prose
from ..slips.case import Context
from ..slips.causes import Slip
from ..slips.diagnose import UNFIT, misfit
from ..task import Task
from .comparison import STACKED, Judged, judged_derivative, letters_of, undecided
from .dress import is_bare, special_value, undressed
from .heads import by_another, doubt, heads_of, letters_of_entry, stands_alone
from .pieces import (
    LOSS_NAMED,
    by_layout,
    by_places,
    generic_case,
    has_means,
    has_one_dimension,
    least_squares,
    may_have_no_slope,
    own_piece,
    says_of_star,
    struck,
    uncalled,
    unread_piece,
    unstacked,
    with_adjoints,
    with_loss,
    with_own_sigma,
    with_sets,
    without_daggers,
)
from .reading import head_undone, is_unknown, read_answer

_MARKED = regex(r"\\(?:wide)?(?:hat|tilde|bar|check)(?![a-z])|\\overline")
_STRUCK_OUT = "this is right only with what is struck out in it"
_WHICH = "a left side must say whether this is the entry {1.name}, {0.name} or {0.name}, {1.name}"
_JACOBIAN = regex(r"\s*(?:\\(?:mathrm|operatorname|mathbf)\s*\{?\s*)?[DJ]\}?\s*(?:\[?\(?\\?[A-Za-z]|_)[^=]*=")
_COLUMNS = regex(r"column|side by side|\\[lcv]?dots|…|\.\.\.")
_NABLA = regex(r"[\s$]*(?:\\nabla|∇)")
_DIFFERENTIAL = regex(r"\s*(?:\\mathrm\s*\{\s*d\s*\}|\\mathrm\s+d|\\?d)\s*\\?[A-Za-z]+\s*=")


@remembered(maxsize=8192)
@at_work
def judge_answer(task: Task, answer: str, reference: str | None, beside: str = "") -> Judged:
    """The verdict on the text of an answer, and on what it says of itself.
    Equal answers to one problem are judged once.

    What stands `beside` it may say what its functions mean, and its layout.
    """
    if (ways := struck(answer)) is not None:
        left, whole = (judge_answer(task, way, reference, beside) for way in ways)
        return left if left.verdict == "right" or whole.verdict != "right" else undecided(_STRUCK_OUT)
    in_layouts = [judge_answer(task, part, reference, beside) for part in by_layout(answer)]
    if any(one.verdict == "right" for one in in_layouts) and all(map(_is_turned, in_layouts)):
        return Judged("right", notes=in_layouts[0].notes)
    task = _as_told(task, f"{answer} {beside}")
    found = _judge(task, answer, reference, beside)
    if found.verdict in ("right", "wrong") and _MARKED.search(answer):  # `\hat X` beside a given X may be another name
        apart = _judge(task, answer, reference, beside, apart=True)
        found = apart if is_unknown(apart) else found
    if found.verdict != "right" and (known := explained(task.problem.source)) and not explained(answer):
        again = _judge(task, ", ".join((answer, *known)), reference, beside)  # its e is that of the loss
        found = found if is_unknown(again) else again
    known_names = task.names.union(_around(task).sizes(), "T")
    if found.verdict in ("right", "wrong") and not beside and is_bare(answer, known_names):
        return _listed(task, found, answer, reference, beside)
    said = remarks(answer)
    if said is not None and found.verdict != "right":
        bare = judge_answer(task, said.text, reference, beside)
        found = bare if bare.verdict == "right" or found.verdict != "wrong" or is_unknown(found) else found
    if found.verdict != "right" and (plain := undressed(answer)) is not None:
        bare = judge_answer(task, plain, reference, beside)
        better = bare.verdict == "right" or found.verdict == "unreadable" or is_unknown(found)
        found = bare if better or bare.verdict == found.verdict == "wrong" else found
    if found.verdict != "right":
        found = _meant(task, found, answer, reference, beside)
    found = _listed(task, found, answer, reference, beside)
    layout = said.layout if said is not None and said.layout else named_layout(answer) or named_layout(beside)
    found = _in_its_layout(task, found, layout, answer)
    anew = given_anew(answer, _around(task), lambda: find_redefined(_around(task), answer, 0))
    if anew is not None and found.verdict in ("right", "wrong"):
        which = "this is right, but" if found.verdict == "right" else "what this says is left open:"
        return undecided(f"{which} `{anew}` gives a letter another meaning than it has")
    if found.verdict != "right":
        return found
    if says_of_star(answer, _around(task)):
        return undecided("this is right, but what it says of the raised star could not be read")
    if (words := denial(task, answer)) is not None:
        return undecided(f"this is right, but what is said of it may deny it: `{words}`")
    if said is not None and (why := contradiction(task, said)) is not None:
        return undecided(f"this is right, but {why}")
    value = special_value(answer)
    return _in_special_cases(task, found, (value,), reference, beside) if value not in (None, answer) else found


def _as_told(task: Task, text: str) -> Task:
    """The problem with what a text says of x_i and X, where the problem does not say it."""
    told = members_told(text) if _COLUMNS.search(text) else {}
    said = tuple((name, way) for name, way in told.items() if way and name not in dict(task.problem.members))
    return replace(task, problem=replace(task.problem, members=(*task.problem.members, *said))) if said else task


def _meant(task: Task, found: Judged, answer: str, reference: str | None, beside: str) -> Judged:
    """What is right of an answer by the one of its pieces, its cases or its readings that is meant."""
    around = _around(task)
    if (adjoint := with_adjoints(answer, around)) is not None:
        other = judge_answer(task, adjoint, reference, beside)
        return replace(other, notes=(*other.notes, "a raised star is read as the adjoint, the transpose"))
    if (stacked := unstacked(answer)) is not None:
        other = judge_answer(task, stacked, reference, beside)
        return Judged("right", notes=other.notes) if other.slip is not None and other.slip.message == STACKED else other
    if is_unknown(found) and (spelled := with_loss(answer, around)) is not None:
        other = _judge(task, spelled[0], reference, beside, loss=spelled[1])
        slip = replace(other.slip, span=None, part=None, labels=()) if other.slip is not None else None
        found = Judged(other.verdict, slip, found.notes) if other.verdict in ("right", "wrong") else found
    if is_unknown(found) and has_means(answer):
        other = _judge(task, answer, reference, beside, apart=True, bars=True)
        found = other if other.verdict == "right" else found
    for read in without_daggers(answer):
        if (other := judge_answer(task, read, reference, beside)).verdict == "right":
            return other
    own = with_own_sigma(answer, around) if is_unknown(found) else None
    for respelled in filter(None, (least_squares(answer), own)):
        other = judge_answer(task, respelled, reference, beside)
        other = replace(other, slip=replace(other.slip, span=None, labels=())) if other.slip is not None else other
        return found if other.verdict == "unreadable" else other
    for meant in (uncalled(answer, around), own_piece(answer, around), with_sets(answer)):
        if meant is not None:
            return judge_answer(task, meant, reference, beside)
    if (summed := by_places(answer, around)) is not None:
        other = judge_answer(task, summed, reference, beside)
        return Judged("right") if other.verdict == "right" else found
    if (cases := generic_case(answer)) is not None:
        return _by_cases(task, *cases, reference, beside)
    if found.verdict == "wrong" and (unread := unread_piece(answer)) is not None:
        return undecided(f"what `{unread}` says beside the answer could not be read", notes=found.notes)
    heads = heads_of(answer) if task.asks != "gradient" and found.verdict == "wrong" else []
    if heads and head_undone(heads[0], around) is None:
        verdict, slip = doubt(answer, around)
        solves = f"this is an equation that `{task.problem.wrt.name}` solves; a value of it is asked for"
        return found if verdict == "wrong" and slip is not None else undecided(solves, "not-worked-out")
    return found


def _by_cases(task: Task, generic: str, special: Sequence[str], reference: str | None, beside: str) -> Judged:
    """The verdict by the case that holds but for single points. What is said of these must be right too, if need be by
    the fact that is the case; of points where the loss has no derivative anything may be said."""
    found = judge_answer(task, generic, reference, beside)
    if found.verdict != "right" or may_have_no_slope(task.problem.loss):
        return found
    return _in_special_cases(task, found, special, reference, beside)


def _in_special_cases(task: Task, found: Judged, special: Sequence[str], reference: str | None, beside: str) -> Judged:
    """What is right, unless one of the values that are said of special cases is wrong whatever fact the case is."""
    others = [judge_answer(task, value, reference, beside) for value in special]
    doubtful = [one for one in others if one.verdict == "wrong" and (one.slip is None or one.slip.code != "needs-fact")]
    return undecided("this is right, but for the value that it gives in a special case") if doubtful else found


def _listed(task: Task, found: Judged, answer: str, reference: str | None, beside: str) -> Judged:
    """What is right behind the mark of a list; nobody knows whether a dash or a number before a formula is one."""
    mark = listed(answer) if found.verdict != "right" else None
    bare = judge_answer(task, mark[0], reference, beside) if mark is not None else found
    if mark is None or bare.verdict != "right" or mark[1] is None:
        return bare if bare.verdict == "right" else found
    either = f"`{mark[1]}` may be the mark of a list, behind which this is right"
    help_ = "leave it out, or write the answer between `$` and `$`"
    return undecided(f"{either}, or a part of the answer, which is then wrong", help_=help_, notes=found.notes)


def _in_its_layout(task: Task, found: Judged, layout: str | None, answer: str) -> Judged:
    """What is right in another layout than is asked for, and says so, by its words or as a Jacobian on its left side,
    is not wrong."""
    layout = layout or ("numerator" if _JACOBIAN.match(answer) else "gradient" if _NABLA.match(answer) else None)
    slip = found.slip if found.verdict == "wrong" else None
    if layout in (None, task.layout) or slip is None or slip.code != "other-layout":
        return found
    said = f"{slip.message}; it says that it is in the {layout} layout"
    return Judged("undecided", replace(slip, message=said), found.notes)


def _judge(
    task: Task, answer: str, reference: str | None, beside: str, apart: bool = False, loss: str = "", bars: bool = False
) -> Judged:
    """The verdict on the text of an answer; `apart`, a marked letter is never the plain one that the problem gives, but
    with `bars` the mean of what is given; `loss`, with a mark, is the loss."""
    task.bench.renew()
    around = _around(task)
    given = {*(task.names if apart else ()), *(name.lower() for name in (task.names if bars else ()))}
    around.written, around.formulas = (accents_kept([answer, " ".join(given)]), around.written[1]), {}
    around.looked_up = {f"{loss}_{LOSS_NAMED}": task.problem.loss} if loss else {}
    for name in filter(is_average, around.written[0] if bars else ()):
        mean = next(means(around, (name,)), None)
        around.looked_up |= {} if mean is None or task.problem.wrt in mean.symbols else {name: mean}
    find_functions(around, ((1, Passage(answer)),), Source("answer", answer))
    told = frozenset(name for own in (answer, beside) for name in find_redefined(around, own, len(own)))
    read = read_answer(answer, around)
    variables = around.names().variables if read.expr is None else {}
    if read.expr is None and only_words(read.side.text, variables):
        return Judged("unreadable", Slip("unreadable", NO_FORMULA))
    if read.expr is None and is_unknown(read):
        bare = without_prose(Passage(answer), variables).text
        formula = read_answer(bare, around) if bare.strip() and bare != answer else read
        read = formula if formula.expr is not None else read
    judged = _judged(task, around, averaged(read.side, around) or read, reference)
    letters = letters_of_entry(answer, task.problem.wrt.name)
    if not places(around.names().variables).isdisjoint(letters):
        return undecided(f"this is the entry at the place {letters[0]} alone")
    for letter in sorted(read.expr.free) if judged.verdict == "wrong" and read.expr is not None else ():
        if re.search(rf"(?<![A-Za-z\\_{{]){letter.name}\s*:?=(?!\s*\d)", CASES.sub(" ", answer)):
            return undecided(f"what is said of `{letter}` could not be read")
    if judged.verdict == "right":
        names = [letter.name for letter in letters_of(task, read.expr)] if read.expr is not None else []
        swapped = [] not in (letters, names) and letters != names
        return _other_side(task, answer, around, reference) or _beside(answer, around, swapped) or judged
    for again, order in others(read, around, told, letters):
        found = judged_derivative(around, again.expr, order, again, None) if again.expr is not None else judged
        if found.verdict == "right" and again.expr is not None:
            names = [letter.name for letter in order or letters_of(task, again.expr)]
            if not letters and len({letter.dim for letter in order}) < len(order) and names != sorted(names):
                return undecided(_WHICH.format(*order))
            said = _beside(answer, around, swapped=True) if letters not in ([], names) else None
            return said or replace(found, notes=(*again.notes, *found.notes))
        if found.verdict == "wrong" and again.expr is not None and again.expr.free and not order:
            judged = found  # what is wrong with a row, not that it is none
    written = slices(read.side.node, around) if judged.verdict == "wrong" else frozenset()
    for flags in other_slices(written, dict(task.problem.members)):
        other = _around(task, **flags)
        again = read_answer(answer, other)
        if (turned := _judged(task, other, again, reference)).verdict == "right":
            return turned
        for entry, order in others(again, other, told):  # an entry of these columns
            if order and entry.expr is not None:
                turned = judged_derivative(other, entry.expr, order, entry, None)
                if turned.verdict == "right":
                    return turned
    if judged.slip is not None and judged.slip.code == "other-layout" and has_one_dimension(read.side.node):
        return Judged("right", notes=judged.notes)
    if judged.slip is not None and judged.slip.code == "number-for-matrix" and _DIFFERENTIAL.match(answer):
        return _differential(answer, around) or judged
    arrays = read.side.syntax in STRETCHING or task.problem.arrays
    heads = heads_of(answer)
    if judged.verdict != "wrong" or not arrays or read.side.node is None or (heads and head_undone(heads[0], around)):
        return judged
    fits = read.expr is not None and task.wanted is not None and read.expr.shape is task.wanted.shape
    if fits and read.expr is not None and not any(node.shape.is_row for node in nodes_of(read.expr)):
        return judged  # where all is columns and matrices, arrays are nothing else
    return _as_arrays(task, read, judged)


def _differential(answer: str, around: Surroundings) -> Judged | None:
    """The verdict on `dL = tr(Gᵀ dX)`, if it holds: the gradient that stands in it is not stated."""
    holds = doubt(answer, around)[0] == "right"
    return undecided("this holds of the differential; the gradient is not stated") if holds else None


def _is_turned(found: Judged) -> bool:
    """Whether an answer is right, or right in the layout that it names."""
    own = found.verdict == "undecided" and found.slip is not None and found.slip.code == "other-layout"
    return own or found.verdict == "right"


def _as_arrays(task: Task, read: Read, judged: Judged) -> Judged:
    """What NumPy computes with arrays of one dimension, and with sizes that stretch,
    may be right where columns are not.

    A `.T` of a vector says that columns are meant: then the row that it makes counts as a row, and only a note tells of
    NumPy. Where columns do not even fit, the slip is told of the arrays, if they have the shape that is asked for.
    """
    around = _around(task, arrays=True)
    again = read_side(read.side, around)
    expr, wanted = again.expr, task.wanted
    if expr is None and again.failure == "undecided" and read.expr is None:
        return Judged("undecided", again.slip, again.notes)
    if expr is None or wanted is None or (expr is read.expr and not again.flat):
        return judged
    if again.flat and expr.shape is wanted.shape.transposed:
        expr = turned(expr)
    meant = task.problem.arrays or read.side.syntax != "numpy"
    if expr.shape is not wanted.shape and not (read.expr is None and meant):
        return judged
    if read.expr is not None and read.expr.shape is wanted.shape and around.bench.clearly_different(wanted, expr):
        return judged
    found = judged_derivative(around, expr, (), again, None)
    if again.idle and found.verdict == "right":
        note = "of one-dimensional arrays, whose `.T` does nothing, NumPy computes the right values"
        return replace(judged, notes=(*judged.notes, note))
    better = found.verdict == "right" or read.expr is None or read.expr.shape is not wanted.shape
    return replace(found, notes=(*again.notes, *found.notes)) if better else judged


def _judged(task: Task, around: Surroundings, read: Read, reference: str | None) -> Judged:
    """The verdict on an answer as it was read."""
    if read.expr is None:
        slip = read.slip
        unfit = read.failure == "wrong" and slip is not None and slip.code in UNFIT
        if unfit and slip is not None and task.wanted is not None:
            slip = misfit(Context(around, task.wanted, True, (), read), task.wanted, slip)
        return Judged(read.failure or "unreadable", slip, read.notes)
    known = _expression(task, reference) if reference else None
    found = judged_derivative(around, read.expr, (), read, known)
    return replace(found, notes=(*read.notes, *_sigmoids(task, around, read), *found.notes))


def _sigmoids(task: Task, around: Surroundings, read: Read) -> tuple[str, ...]:
    """What σ(u) is taken for, where the loss does not say it."""
    text, node = read.side.source.text, read.side.node
    if node is None or "sigmoid" in around.formulas or not re.search("sigma|σ", text):
        return ()
    if any(isinstance(one, Call) and one.function == "sigmoid" for one in nodes_of(task.problem.loss)):
        return ()
    said = [part for part in s.parts_of(node) if isinstance(part, s.Apply) and part.function == "sigmoid"]
    written = [text[part.span.start : part.span.end] for part in said[:1]]
    return tuple(f"`{one}` is read as the sigmoid 1/(1 + e^(−u)) of every entry" for one in written)


@remembered(maxsize=512)
def _expression(task: Task, reference: str) -> Expr | None:
    """What the key answers: read once for all who answer."""
    return read_answer(reference, _around(task)).expr


@remembered(maxsize=512)
def _around(
    task: Task, columns: frozenset[str] = frozenset(), lying: bool = True, arrays: bool = False
) -> Surroundings:
    found = surroundings(task, (), None, columns=columns)
    found.bench, found.lying, found.arrays = task.bench, lying, arrays
    return found


def _other_side(task: Task, answer: str, around: Surroundings, reference: str | None) -> Judged | None:
    """The verdict on an earlier side of `A = B` that is wrong: what is said to be equal is one answer, not two."""
    if task.wanted is None:
        return None
    for side in heads_of(answer):
        found = read_answer(side, around) if side and not stands_alone(side) else None
        if found is None or found.expr is None or found.expr.shape is not task.wanted.shape or is_pending(found.expr):
            continue
        if (judged := _judged(task, around, found, reference)).verdict == "wrong":
            return judged
    return None


def _beside(answer: str, around: Surroundings, swapped: bool = False) -> Judged | None:
    """The verdict on a right last side by what else is written to be equal to it;
    None if that is a name for it, or is it.

    Where the letters of an entry may be `swapped`, its left side says which of them is the row.
    """
    heads = heads_of(answer)
    named = all(
        head_undone(head, around) == (() if at else head_undone(heads[0], around)) is not None
        for at, head in enumerate(heads)
    )
    if (other := next((head for head in heads if by_another(head, around)), None)) is not None:
        return undecided(f"`{other}` is called like the gradient by another variable than is asked for")
    if not heads or (named and not swapped):
        return None
    verdict, slip = doubt(answer, around)
    if verdict == "undecided" and head_undone(heads[0], around) is not None and not any(map(stands_alone, heads[1:])):
        return None
    return None if verdict == "right" else Judged("wrong" if verdict == "wrong" else "undecided", slip)

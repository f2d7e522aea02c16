"""An answer: right in whatever form it is written, or wrong with the kind of slip."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from ..diagnostics import Diagnostic, InputError, MatgradError, Source, Span
from ..diagnostics.record import record, replace
from ..diagnostics.regex import regex
from ..documents.passage import Passage
from ..ir import Call, Entry, Expr, Index, MatrixOf, fresh_index, letters_in, nodes_of
from ..ir.memory import remembered
from ..notation import syntax as s
from ..notation.choice import in_syntax
from ..notation.elaboration.broadcasting import turned
from ..notation.elaboration.chosen_entries import places
from ..notation.latex.names import accents_kept
from ..notation.scope import Syntax
from .equations.asked import judged_solution
from .heads import (
    Undo,
    by_another,
    doubt,
    heads_of,
    is_name,
    is_word,
    letters_of_entry,
    sides_of,
    stands_alone,
    undone,
    usual_spelling,
)
from .lines.arrays import other_slices, slices
from .lines.flattened import NOTE, flat_verdict
from .lines.forms import is_pending
from .lines.functions import find_functions
from .lines.kinds import Clash, pairings
from .lines.reading import Read, Side, read_side
from .lines.scope import Surroundings, surroundings
from .lines.where import answer_in, given_anew, read_piece, with_parts
from .meanings.of_answers import averaged, others
from .meanings.redefined import find_redefined
from .meanings.remarks import contradiction, denial, listed, named_layout, remarks
from .prose import NO_FORMULA, only_words, without_prose
from .rearranged import rearranged
from .slips.causes import Slip
from .slips.diagnose import diagnosis, misfit
from .slips.kind import Context
from .task import Task
from .telling import untold

_MARKED = regex(r"\\(?:wide)?(?:hat|tilde|bar|check)(?![a-z])|\\overline")
_WHICH = "a left side must say whether this is the entry {1.name}, {0.name} or {0.name}, {1.name}"
_JACOBIAN = regex(r"\s*(?:\\(?:mathrm|operatorname|mathbf)\s*\{?\s*)?[DJ]\}?\s*(?:\[?\(?\\?[A-Za-z]|_)[^=]*=")
_DIFFERENTIAL = regex(r"\s*(?:\\mathrm\s*\{\s*d\s*\}|\\mathrm\s+d|\\?d)\s*\\?[A-Za-z]+\s*=")
NOT_WORKED_OUT = "a derivative is left in it: the question repeated is no answer"

Verdict = Literal["right", "wrong", "unreadable", "undecided"]


@record
class Judged:
    """The verdict on an answer, and the slip if it is not right."""

    verdict: Verdict
    slip: Slip | None = None
    notes: tuple[str, ...] = ()


@remembered(maxsize=8192)
def judge_answer(task: Task, answer: str, reference: str | None, beside: str = "") -> Judged:
    """The verdict on the text of an answer, and on what it says of itself.
    Equal answers to one problem are judged once.

    What stands `beside` it may say what its functions mean, and its layout.
    """
    found, said = _judge(task, answer, reference, beside), remarks(answer)
    apart = (
        _judge(task, answer, reference, beside, apart=True)
        if found.verdict == "wrong" and _MARKED.search(answer)
        else found
    )
    found = apart if _unknown_name(apart.slip) else found  # `\hat X` beside a given X may be another name
    if said is not None and found.verdict != "right":
        bare = judge_answer(task, said.text, reference, beside)
        found = bare if bare.verdict == "right" or found.verdict != "wrong" or _unknown_name(found.slip) else found
    found = _listed(task, found, answer, reference, beside)
    layout = said.layout if said is not None and said.layout else named_layout(answer) or named_layout(beside)
    found = _in_its_layout(task, found, layout, answer)
    if found.verdict == "right" and (words := denial(task, answer)) is not None:
        return Judged("undecided", Slip("undecided", f"this is right, but what is said of it may deny it: `{words}`"))
    if said is not None and found.verdict == "right" and (why := contradiction(task, said)) is not None:
        return Judged("undecided", Slip("undecided", f"this is right, but {why}"))
    around = _around(task)
    if (
        found.verdict == "right"
        and (anew := given_anew(answer, around, lambda: find_redefined(around, answer, 0))) is not None
    ):
        return Judged(
            "undecided", Slip("undecided", f"this is right, but `{anew}` gives a letter another meaning than it has")
        )
    return found


def _listed(task: Task, found: Judged, answer: str, reference: str | None, beside: str) -> Judged:
    """What is right behind the mark of a list; nobody knows whether a dash or a number before a formula is one."""
    mark = listed(answer) if found.verdict != "right" else None
    bare = judge_answer(task, mark[0], reference, beside) if mark is not None else found
    if mark is None or bare.verdict != "right" or mark[1] is None:
        return bare if bare.verdict == "right" else found
    why = (
        f"`{mark[1]}` may be the mark of a list, behind which this is right, or a part of the answer, which is "
        f"then wrong"
    )
    return Judged(
        "undecided", Slip("undecided", why, help="leave it out, or write the answer between `$` and `$`"), found.notes
    )


def _in_its_layout(task: Task, found: Judged, layout: str | None, answer: str) -> Judged:
    """What is right in another layout than is asked for, and says so, by its words or as a Jacobian on its left side,
    is not wrong."""
    layout = layout or ("numerator" if _JACOBIAN.match(answer) else None)
    if (
        layout in (None, task.layout)
        or found.verdict != "wrong"
        or found.slip is None
        or found.slip.code != "other-layout"
    ):
        return found
    return Judged(
        "undecided",
        replace(found.slip, message=f"{found.slip.message}; it says that it is in the {layout} layout"),
        found.notes,
    )


def _judge(task: Task, answer: str, reference: str | None, beside: str, apart: bool = False) -> Judged:
    """The verdict on the text of an answer; `apart`, a marked letter is never the plain one that the problem gives."""
    task.bench.renew()
    around = _around(task)
    around.written, around.formulas = (
        (accents_kept([answer, " ".join(task.names) if apart else ""]), around.written[1]),
        {},
    )
    find_functions(around, ((1, Passage(answer)),), Source("answer", answer))
    for own in (answer, beside):
        find_redefined(around, own, len(own))
    read = read_answer(answer, around)
    variables = around.names().variables if read.expr is None else {}
    if read.expr is None and only_words(read.side.text, variables):
        return Judged("unreadable", Slip("unreadable", NO_FORMULA))
    if read.expr is None and _unknown(read):
        bare = without_prose(Passage(answer), variables).text
        formula = read_answer(bare, around) if bare.strip() and bare != answer else read
        read = formula if formula.expr is not None else read
    judged = _judged(task, around, averaged(read.side, around) or read, reference)
    letters = letters_of_entry(answer)
    if not places(around.names().variables).isdisjoint(letters):
        return Judged("undecided", Slip("undecided", f"this is the entry at the place {letters[0]} alone"))
    if judged.verdict == "right":
        names = [letter.name for letter in _letters_of(task, read.expr)] if read.expr is not None else []
        swapped = [] not in (letters, names) and letters != names
        return _other_side(task, answer, around, reference) or _beside(answer, around, swapped) or judged
    for again, order in others(read, around) if judged.verdict in ("wrong", "undecided") else ():
        found = judged_derivative(around, again.expr, order, again, None) if again.expr is not None else judged
        if found.verdict == "right":
            names = [letter.name for letter in order]
            if not letters and len({letter.dim for letter in order}) < len(order) and names != sorted(names):
                return Judged("undecided", Slip("undecided", _WHICH.format(*order)))
            said = _beside(answer, around, swapped=True) if letters not in ([], names) else None
            return said or replace(found, notes=(*again.notes, *found.notes))
    for flags in other_slices(slices(read.side.node), dict(task.problem.members)) if judged.verdict == "wrong" else ():
        other = _around(task, **flags)
        turned = _judged(task, other, read_answer(answer, other), reference)
        if turned.verdict == "right":
            return turned
    if judged.slip is not None and judged.slip.code == "number-for-matrix" and _DIFFERENTIAL.match(answer):
        return _differential(answer, around) or judged
    arrays = read.side.syntax == "numpy" or task.problem.arrays
    heads = heads_of(answer)
    if judged.verdict != "wrong" or not arrays or read.side.node is None or (heads and _undone(heads[0], around)):
        return judged
    if (
        read.expr is not None
        and task.wanted is not None
        and read.expr.shape is task.wanted.shape
        and not any(node.shape.is_row for node in nodes_of(read.expr))
    ):  # where all is columns and matrices, arrays are nothing else
        return judged
    return _as_arrays(task, read, judged)


def _differential(answer: str, around: Surroundings) -> Judged | None:
    """The verdict on `dL = tr(Gᵀ dX)`, if it holds: the gradient that stands in it is not stated."""
    holds = doubt(answer, around)[0] == "right"
    return (
        Judged("undecided", Slip("undecided", "this holds of the differential; the gradient is not stated"))
        if holds
        else None
    )


def _as_arrays(task: Task, read: Read, judged: Judged) -> Judged:
    """What NumPy computes with arrays of one dimension, and with sizes that stretch,
    may be right where columns are not.

    A `.T` of a vector says that columns are meant: then the row that it makes counts as a row, and only a note tells of
    NumPy. Where columns do not even fit, the slip is told of the arrays, if they have the shape that is asked for.
    """
    around = _around(task, arrays=True)
    again = read_side(read.side, around)
    expr, wanted = again.expr, task.wanted
    if expr is None or wanted is None or (expr is read.expr and not again.flat):
        return judged
    if again.flat and expr.shape is wanted.shape.transposed:
        expr = turned(expr)
    if expr.shape is not wanted.shape and not (read.expr is None and task.problem.arrays):
        return judged
    if read.expr is not None and read.expr.shape is wanted.shape and around.bench.clearly_different(wanted, expr):
        return judged
    found = judged_derivative(around, expr, (), again, None)
    if again.idle and found.verdict == "right":
        return replace(
            judged,
            notes=(
                *judged.notes,
                "of one-dimensional arrays, whose `.T` does nothing, NumPy computes the right values",
            ),
        )
    better = found.verdict == "right" or read.expr is None or read.expr.shape is not wanted.shape
    return replace(found, notes=(*again.notes, *found.notes)) if better else judged


def _judged(task: Task, around: Surroundings, read: Read, reference: str | None) -> Judged:
    """The verdict on an answer as it was read."""
    if read.expr is None:
        slip = read.slip
        unfit = read.failure == "wrong" and slip is not None and slip.code in ("non-conformable", "number-plus-array")
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
    return (
        (f"`{text[said[0].span.start : said[0].span.end]}` is read as the sigmoid 1/(1 + e^(−u)) of every entry",)
        if said
        else ()
    )


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


def judged_derivative(
    around: Surroundings, expr: Expr, order: tuple[Index, ...], read: Read | None, reference: Expr | None
) -> Judged:
    """Whether an expression is the derivative asked for, worked out:
    an array in the layout, or an entry at the letters of `order`.

    Where a solution is asked for: whether it is one.
    """
    if around.task.asks != "gradient":
        return Judged(*judged_solution(around, expr, read))
    found = _compared(around, expr, order, read, reference)
    if found.verdict == "right" and not around.worked_out(expr):
        return Judged("undecided", Slip("not-worked-out", NOT_WORKED_OUT))
    if found.verdict == "right" and read is not None and read.rough:
        return Judged("undecided", Slip("not-worked-out", "a remainder o(…) or O(…) is left in it"))
    return found


def _compared(
    around: Surroundings, expr: Expr, order: tuple[Index, ...], read: Read | None, reference: Expr | None
) -> Judged:
    """Whether an expression equals the derivative asked for."""
    task, bench = around.task, around.bench
    if (whole := _of_rows(expr, task.wanted)) and task.wanted is not None:
        return (
            Judged("right")
            if any(bench.equal(task.wanted, one) for one in whole)
            else _compared(around, whole[0], (), read, reference)
        )
    letters = order or _letters_of(task, expr)
    wanted = task.wanted
    if wanted is None or (expr.shape.is_number and expr.free):
        flat = flat_verdict(task, expr)
        if flat is not None:
            return Judged("right" if flat[0] else "wrong", flat[1], (NOTE,))
        if len(letters) != len(task.letters) or any(
            a.dim is not b.dim for a, b in zip(letters, task.letters, strict=True)
        ):
            reason = "the derivative has more than two indices; write one entry of it, as in ∂K_pq/∂R_ij = …"
            return Judged("undecided", Slip("undecided", reason))
        wanted = bench.derivative(letters)
    assert read is not None
    form = rearranged(expr) if wanted is task.wanted else None
    if form is not None and (wanted, form) in bench.right:
        return Judged("right")
    context = Context(around, wanted, True, letters, read, reference, answering=True)
    pairs = pairings(wanted, expr, letters)
    if isinstance(pairs, Clash):
        return Judged("wrong", diagnosis(context, wanted, expr, pairs))
    unknown = None
    for one, other in pairs:
        verdict = bench.compare_over(one, other, tuple(sorted(one.free | other.free)))
        if verdict.holds:
            doubt = untold(bench, one, other, verdict.kind == "proved")
            if doubt is None and form is not None and verdict.kind == "proved":
                bench.right.add((wanted, form))
            return Judged("right") if doubt is None else Judged("undecided", Slip("undecided", doubt))
        unknown = verdict.by if verdict.kind == "unknown" else unknown
    if unknown is not None:
        return Judged("undecided", Slip("undecided", f"whether this is right could not be decided: {unknown}"))
    slip = diagnosis(context, wanted, expr, pairs)
    return Judged("wrong", (_slip_of_entry(around, expr, read) or slip) if slip.code == "differs" else slip)


def _of_rows(expr: Expr, wanted: Expr | None) -> list[Expr]:
    """The matrices whose rows, or columns, a vector for each k lists: of ∂L/∂μ_k;
    those of the kind that is asked for."""
    if (
        wanted is None
        or not wanted.shape.is_matrix
        or len(expr.free) != 1
        or not (expr.shape.is_column or expr.shape.is_row)
    ):
        return []
    (letter,) = expr.free
    side = expr.shape.rows if expr.shape.is_column else expr.shape.cols
    place = fresh_index(side, {letter.name, *(index.name for index in letters_in(expr))})
    entry = Entry(expr, place, None) if expr.shape.is_column else Entry(expr, None, place)
    return [
        array
        for array in (MatrixOf(letter, place, entry), MatrixOf(place, letter, entry))
        if array.shape is wanted.shape
    ]


def _slip_of_entry(around: Surroundings, expr: Expr, read: Read) -> Slip | None:
    """What is wrong with an array written by its entries, as seen at one entry."""
    if not isinstance(expr, MatrixOf) or not expr.body.shape.is_number:
        return None
    letters = tuple(letter for letter in (expr.row, expr.col) if letter is not None)
    if tuple(letter.dim for letter in letters) != tuple(letter.dim for letter in around.task.letters):
        return None
    slip = judged_derivative(around, expr.body, letters, read, None).slip
    return slip if slip is not None and slip.code != "differs" else None


def _letters_of(task: Task, expr: Expr) -> tuple[Index, ...]:
    """The free letters of an entry in the order of the derivative's sides,
    if each side has one letter of its own dimension."""
    left = sorted(expr.free)
    found: list[Index] = []
    for wanted in task.letters:
        same = [letter for letter in left if letter.dim is wanted.dim]
        if not same:
            return ()
        found.append(same[0])
        left.remove(same[0])
    return tuple(found) if not left else ()


def read_answer(text: str, around: Surroundings) -> Read:
    """The text in the expression language if every name is known in it, else in LaTeX;
    a left side `∂L/∂R =` is dropped."""
    languages = in_syntax(text, around.task.syntax)  # type: ignore[arg-type]
    first: Read | None = None
    for language in languages:
        found = read_side(_side(text, language, around), around)
        # Text of the expression language whose names are all known is in that language, also where its shapes do not
        # fit: 2*A*x.
        if found.expr is not None or (language == "numpy" and found.failure == "wrong" and not _unknown(found)):
            return _unscaled(found, text, around)
        # What is readable and does not fit is told in the language in which it is readable.
        if (
            first is None
            or (first.failure == "unreadable" and found.failure != "unreadable")
            or (_unknown(first) and not _unknown(found) and found.failure != "unreadable")
        ):
            first = found
    assert first is not None
    return first


def _other_side(task: Task, answer: str, around: Surroundings, reference: str | None) -> Judged | None:
    """The verdict on an earlier side of `A = B` that is wrong: what is said to be equal is one answer, not two."""
    starts = sides_of(answer)
    for start, end in pairwise(starts):
        side = answer[start : end - 1].rstrip(":&!").strip()
        found = read_answer(side, around) if side and not stands_alone(side) else None
        expr, wanted = found.expr if found is not None else None, task.wanted
        if (
            found is not None
            and expr is not None
            and wanted is not None
            and expr.shape is wanted.shape
            and not is_pending(expr)
        ):
            judged = _judged(task, around, found, reference)
            if judged.verdict == "wrong":
                return judged
    return None


def _undone(head: str, around: Surroundings) -> tuple[Undo, ...] | None:
    """How a left side changes the derivative, by the first language in which it is one."""
    if is_name(head, around):
        return ()
    bare = head if re.match(r"[-+\d]", head) else without_prose(Passage(head), around.names().variables).text
    if not bare.strip():
        return ()
    bare = usual_spelling(bare) if around.task.order == 2 else bare
    steps = undone(_side(bare, "latex", around), around)
    if steps is None and "\\" not in bare and any(is_word(run, around) for run in re.findall("[A-Za-z]+", bare)):
        return undone(_side(bare, "numpy", around), around)
    return steps


def _unscaled(read: Read, text: str, around: Surroundings) -> Read:
    r"""What was read, without what stands round the derivative on the left: of `2\nabla L = G` the half of G."""
    steps = (_undone(heads[0], around) if (heads := heads_of(text)) else None) or ()
    expr = read.expr
    for step in steps:
        expr = step(expr) if expr is not None else None
    return replace(read, expr=expr)


def _beside(answer: str, around: Surroundings, swapped: bool = False) -> Judged | None:
    """The verdict on a right last side by what else is written to be equal to it;
    None if that is a name for it, or is it.

    Where the letters of an entry may be `swapped`, its left side says which of them is the row.
    """
    heads = heads_of(answer)
    named = all(
        _undone(head, around) == (() if at else _undone(heads[0], around)) is not None for at, head in enumerate(heads)
    )
    if (other := next((head for head in heads if by_another(head, around)), None)) is not None:
        return Judged(
            "undecided",
            Slip("undecided", f"`{other}` is called like the gradient by another variable than is asked for"),
        )
    if not heads or (named and not swapped):
        return None
    verdict, slip = doubt(answer, around)
    if verdict == "undecided" and _undone(heads[0], around) is not None and not any(map(stands_alone, heads[1:])):
        return None
    return None if verdict == "right" else Judged("wrong" if verdict == "wrong" else "undecided", slip)


def _unknown(read: Read) -> bool:
    return _unknown_name(read.slip)


def _unknown_name(slip: Slip | None) -> bool:
    return slip is not None and slip.code == "unknown-name"


def _side(text: str, language: Syntax, around: Surroundings) -> Side:
    source = Source("answer", text)
    start, end = sides_of(text)[-1], answer_in(text)[1]
    try:
        named = with_parts(text, around, language)
        if named is not None:
            return Side(source, Span(0, len(text)), named, language)
        return Side(source, Span(start, end), read_piece(text[start:end], start, around, language), language)
    except InputError as error:
        return Side(source, Span(start, len(text)), None, language, error.diagnostic)
    except MatgradError as error:
        return Side(
            source, Span(start, len(text)), None, "latex", Diagnostic(error.diagnostic.code, error.diagnostic.message)
        )

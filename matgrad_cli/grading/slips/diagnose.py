"""Which kind of slip a wrong line is: the first code that holds, each checked by numbers before it is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...ir import ONE, Call, Delta, Differential, Entry, Expr, Index, Mul, Number, Partial, nodes_of
from ...notation import syntax as s
from ..lines.forms import is_pending
from ..lines.indices import place_of
from ..lines.kinds import Clash, Pairing, entry_at, kind_in_words, pairings, shape_in_words
from ..lines.reading import Read, read_tree
from ..lines.scope import Surroundings
from ..lines.syntax_walk import bound_letters, walk
from ..task import worked_out
from .case import Case, Context
from .catalogue import DELTAS, EDITS, LETTERS, LOST_LETTER, MISFITS, OTHER_LETTER, SHAPES, VALUES
from .causes import CAUSES, Repair, Slip
from .kind import Kind, first
from .misfits import Unfit
from .missing_factors import factor_left_out
from .terms import shown
from .witness import counterexample


def diagnosis(context: Context, before: Expr, after: Expr, pairs: list[Pairing] | Clash) -> Slip:
    """The slip that the line `after` makes, coming from `before`."""
    if before is not context.head and _right_in_itself(context, after):
        return _after_a_wrong_one(context, before, after, pairs)
    if isinstance(pairs, Clash):
        found = _of_kind(context, before, after, pairs)
    elif pairs[0][0].free - pairs[0][1].free:
        found = _letter_lost(context, before, after, pairs[0])
    else:
        found = first(_case(context, *pairs[0]), VALUES) or _different(context, before, pairs)
    if found.span is None and found.part is not None:
        found = replace(found, span=span_of(context.read, found.part, found.nth))
    return _with_remarks(context, after, found)


def lies_otherwise(context: Context, entry: Expr, array: Expr) -> Slip | None:
    """The slip of an array with the entries that stand before it, but not where the layout has them."""
    taken = entry.shape.is_number and entry.free and not (array.free or array.shape.is_number)
    wanted = context.around.task.wanted if taken else None
    clash = pairings(wanted, array) if wanted is not None else None
    return diagnosis(context, wanted, array, clash) if wanted and isinstance(clash, Clash) else None


def _case(context: Context, needed: Expr, line: Expr) -> Case:
    return Case(context.around.bench, needed, line, context, reference=lambda: _reference(context, needed))


def _right_in_itself(context: Context, after: Expr) -> bool:
    """Whether a line equals the head of its chain, so that every repair towards the line before would make it wrong."""
    if context.answering or context.head is None:
        return False
    bench, pairs = context.around.bench, pairings(context.head, after, context.order)
    return any(bench.over_all(*pair, claim=True).holds for pair in pairs)


def _after_a_wrong_one(context: Context, before: Expr, after: Expr, pairs: list[Pairing] | Clash) -> Slip:
    """The slip of a line that is right in itself: it names no cause and no repair,
    for nothing in it is to be changed."""
    what = "it is the derivative asked for" if context.target else "it equals the left side"
    note = f"the line itself is right: {what}; but it does not follow from the line before"
    if isinstance(pairs, Clash) and pairs.code == "number-for-matrix":
        return replace(_number_for_matrix(before, after), notes=(note,), holds=True)
    if isinstance(pairs, Clash):
        return Slip(pairs.code, f"this is {pairs.found}; needed is {pairs.needed}", (note,), holds=True)
    return Slip(
        "differs", "right in itself, but this does not follow from the line before, which is wrong", (note,), holds=True
    )


def span_of(read: Read, part: Expr, nth: tuple[int, int] = (0, 1)) -> Span | None:
    """Where a part stands, the `nth` of so many; a term with its sign stands where its last factor does."""
    found, text = read.spans.get(part), read.side.source.text
    if found is None or read.tree is None or nth[1] == 1:
        return read.spans.get(part.factors[-1]) if found is None and isinstance(part, Mul) else found
    spans = sorted({(node.span.start, node.span.end) for node in s.parts_of(read.tree)})
    alike = [span for span in spans if text[slice(*span)] == text[found.start : found.end]]
    return Span(*alike[nth[0]]) if len(alike) == nth[1] else found


# ---- kinds


def _of_kind(context: Context, before: Expr, after: Expr, clash: Clash) -> Slip:
    pending = _pending_entry(before)
    if clash.code == "number-for-matrix" and pending is not None and _holds(after, Delta):
        return replace(_delta_slip(pending, after), span=_span_of_delta(context))
    if clash.code == "number-for-matrix":
        return _mended(context, before, after, _number_for_matrix(before, after))
    if clash.code == "free-index-mismatch":
        extra = ", ".join(letter.name for letter in sorted(after.free - before.free))
        slip = Slip(
            "free-index-mismatch",
            f"{extra} is free here and not in the line before: {clash.found}, needed is {clash.needed}",
            help=f"sum over {extra}, or replace it",
            span=place_of(context.read.tree, extra.split(", ")[0]) if context.read.tree else None,
        )
        found = first(_case(context, before, after), OTHER_LETTER)
        return _caused(slip, found) if found is not None else slip
    told = first(_case(context, before, after), SHAPES)
    return told or _mended(
        context, before, after, Slip("shape-mismatch", f"this is {clash.found}; needed is {clash.needed}")
    )


def _mended(context: Context, before: Expr, after: Expr, slip: Slip) -> Slip:
    """The slip of kind with the single edit, or the missing factor, that makes the line right."""
    case = Case(
        context.around.bench, before, after, context, None, lambda: _reference(context, before),
        partial(_repair, context, before),
    )  # fmt: skip
    found = first(case, (*EDITS, factor_left_out))
    return slip if found is None else _caused(slip, found)


def _caused(slip: Slip, found: Slip) -> Slip:
    """A slip of kind with what mends the line; a wrong δ is the kind itself."""
    notes, part = (*slip.notes, found.message), found.part or slip.part
    code = found.code if found.code == "wrong-delta" else slip.code
    cause = found.code if found.code in CAUSES else None
    return replace(
        slip, code=code, help=found.help, notes=notes, part=part, nth=found.nth, repair=found.repair, cause=cause
    )


def _repair(context: Context, before: Expr, line: Expr) -> Repair | None:
    """The line as a repair, also where a matrix follows an entry or the other way round."""
    found = (context.bench.repair(one, other) for one, other in pairings(before, line, context.order))
    return next((repair for repair in found if repair is not None), None)


def _number_for_matrix(before: Expr, after: Expr) -> Slip:
    found, needed = kind_in_words(after), kind_in_words(before)
    if after.shape.is_number:
        letters = "no free index is left, so it is a number" if not after.free else f"it is {found}"
        return Slip("number-for-matrix", f"this is {found}; needed is {needed}", (letters,))
    return Slip(
        "number-for-matrix", f"this is {found}, and the line before is {needed}: one cannot follow from the other"
    )


def _pending_entry(expr: Expr) -> Partial | None:
    """A pending ∂X_kj/∂X_st, or any pending derivative of a number if there is none of a bare entry."""
    pending = [node for node in nodes_of(expr) if isinstance(node, Partial)]
    bare = [node for node in pending if isinstance(node.body, Entry) and node.body.base is node.variable]
    return next(iter(bare or pending), None)


def _span_of_delta(context: Context) -> Span | None:
    """Where the δ stands, if it was written as one."""
    tree = context.read.tree
    found = [node.span for _, node in walk(tree) if isinstance(node, s.Kronecker)] if tree is not None else []
    return found[-1] if found else None


def _holds(expr: Expr, kinds: type[Expr] | tuple[type[Expr], ...]) -> bool:
    return any(isinstance(node, kinds) for node in nodes_of(expr))


def _delta_slip(pending: Partial, after: Expr) -> Slip:
    name, shape = pending.variable.name, pending.variable.shape
    match pending.body:
        case Entry(base, Index() as k, Index() as j) if base is pending.variable:
            row, col = _fresh_pair((k, j, *after.free))
            message = (
                f"∂{name}_{k}{j}/∂{name} is a matrix for each {k}, {j}; the right side is a number. "
                f"With one entry {name}_{row}{col} it is δ_{k}{row} δ_{j}{col}: both indices of {name} need a δ"
            )
            note = f"this line is {kind_in_words(after)}; needed is {shape_in_words(shape)}"
            help_ = f"differentiate by one entry {name}_{row}{col} and write δ_{k}{row} δ_{j}{col}"
            return Slip("wrong-delta", message, (note,), help_)
    message = (
        f"the derivative by {name} is {shape_in_words(shape)}, and a δ of two indices of one number is no matrix: this "
        f"is {kind_in_words(after)}"
    )
    return Slip("wrong-delta", message, help=f"differentiate by one entry of {name}: both of its indices need a δ")


def _delta_of_unlike(context: Context, before: Expr, slip: Slip) -> Slip | None:
    """A δ of two letters of different sizes, where a pending derivative by an entry stood:
    one δ was written where two are needed."""
    pending, span = _pending_entry(before), _span_of_delta(context)
    known = pending is not None and span is not None
    return replace(_delta_slip(pending, Number(0)), notes=(slip.message,), span=span) if known and pending else None


def _fresh_pair(taken: Sequence[Index]) -> tuple[str, str]:
    used, pairs = {letter.name for letter in taken}, (("s", "t"), ("a", "b"), ("p", "q"), ("u", "v"))
    return next((pair for pair in pairs if used.isdisjoint(pair)), ("x", "y"))


# ---- values


def _letter_lost(context: Context, before: Expr, after: Expr, pair: Pairing) -> Slip:
    """A letter that is free in the line before is neither free here nor anything else."""
    missing, case = pair[0].free - pair[1].free, _case(context, *pair)
    known = first(case, DELTAS) or next(_reused(context, missing), None)
    if known is not None:
        return known
    lost = ", ".join(letter.name for letter in sorted(missing))
    slip = Slip(
        "free-index-mismatch",
        f"the free {'index' if len(missing) == 1 else 'indices'} {lost} {'is' if len(missing) == 1 else 'are'} lost: "
        f"this is {kind_in_words(after)}, needed is {kind_in_words(before)}",
        ("a δ picks one term of a sum; the index that it fixes stays",) if _holds(before, (Delta, Partial)) else (),
    )
    found = first(case, LOST_LETTER)
    return _caused(replace(slip, notes=()), found) if found is not None else slip


def _reference(context: Context, before: Expr) -> Expr | None:
    """The derivative that is asked for, worked out, in the form of the line before:
    whole, one entry of it, or a differential."""
    task, bench = context.around.task, context.around.bench
    if task.wanted is None or not (context.target or is_pending(before)):
        return None
    if all(not _alike(form, before) or bench.clearly_different(form, before) for form in _forms(context, task.wanted)):
        return None  # before anything is derived
    gradient = context.reference if context.reference is not None else worked_out(task.problem, task.layout)
    if gradient is None or gradient.free:
        return None
    return next(
        (form for form in _forms(context, gradient) if _alike(form, before) and bench.equal(form, before)), None
    )


def _alike(one: Expr, other: Expr) -> bool:
    """Whether both have the same shape and the same free letters."""
    return one.shape is other.shape and one.free == other.free


def _forms(context: Context, gradient: Expr) -> Iterator[Expr]:
    yield gradient
    sides = [side for side in (gradient.shape.rows, gradient.shape.cols) if side is not ONE]
    if context.order and [letter.dim for letter in context.order] == sides:
        yield entry_at(gradient, context.order)
    problem = context.around.task.problem
    if problem.loss.shape.is_number and gradient.shape is problem.wrt.shape:
        yield Call("inner", gradient, Differential(problem.wrt, problem.wrt, None))


def _numbers(around: Surroundings) -> frozenset[str]:
    names = {symbol.name for symbol in around.task.problem.variables if symbol.shape.is_number}
    names |= {name for name, symbol in around.defined.items() if symbol.shape.is_number}
    return frozenset(names | around.sizes().keys() | around.losses)


def _reused(context: Context, letters: Iterable[Index]) -> Iterator[Slip]:
    """A letter that is free in the line before is summed here: one letter with two meanings."""
    names = {letter.name for letter in letters}
    for _, node in walk(context.read.tree) if context.read.tree is not None else ():
        both = [name for name in bound_letters(node) if name in names] if isinstance(node, s.Sigma) else []
        if both:
            message = (
                f"`{both[0]}` is the free index of the line before, and here Σ sums over `{both[0]}`: one "
                f"letter, two meanings"
            )
            words = f"write another letter for the index that is summed, and keep `{both[0]}`"
            yield Slip("index-reused", message, help=words, span=node.span)
            return


UNFIT = ("non-conformable", "number-plus-array")
"""Codes of a side in which two parts do not fit together."""


def of_misfit(context: Context, before: Expr, slip: Slip) -> Slip | None:
    """What more is known of a side that could not be read because its parts, or its letters, do not fit."""
    if slip.code in ("free-index-mismatch", "wrong-delta"):
        mended = misfit(context, before, slip, LETTERS)
        if mended.repair is not None:
            return mended
        found = next(_reused(context, (*before.free, *context.order)), None)
        reused = found and replace(found, notes=(slip.message,))
        return _delta_of_unlike(context, before, slip) or reused
    return misfit(context, before, slip) if slip.code in UNFIT else None


def misfit(context: Context, before: Expr, slip: Slip, kinds: Sequence[Kind] = MISFITS) -> Slip:
    """A slip of a line whose parts do not fit together, with the single edit that makes it right;
    what was not judged is not proposed."""
    tree, side = context.read.tree, context.read.side
    if tree is None:
        return slip
    letters = {letter.name: letter.dim for letter in (*before.free, *context.order)}

    def read(edited: s.Node) -> Expr | None:
        return read_tree(edited, side, context.around, letters).expr

    repair = partial(_repair, context, before)
    case = Unfit(context.bench, before, repair, tree, slip.span, side.source.text, _numbers(context.around), read)
    found = first(case, kinds)
    return _caused(slip, found) if found is not None else replace(slip, help=None)


def _different(context: Context, before: Expr, pairs: list[Pairing]) -> Slip:
    one, other = pairs[0]
    first = context.answering or (context.target and before is context.head)
    called = "the derivative" if first else "the left side" if before is context.head else "the line before"
    note = counterexample(context.around, one, other, called, "your answer" if context.answering else "this one")
    message = "this is not the derivative: the values differ" if first else "this does not follow: the values differ"
    implied = None if context.answering else _reference(context, one)
    said = "the derivative is" if first else "the line before implies"
    proposal = f"{said} `{shown(implied)}`" if implied is not None else None
    return Slip("differs", message, (note,) if note else (), proposal)


# ---- remarks on the line as a whole


def _with_remarks(context: Context, after: Expr, slip: Slip) -> Slip:
    head, task = context.head, context.around.task
    asked = head is not None and context.target and not head.shape.is_number
    if asked and head is not None and context.read.restored and after.shape.is_number and not after.free:
        name, letters = task.problem.wrt.name, ", ".join(context.read.restored)
        return Slip(
            "number-for-matrix",
            f"with the forgotten bracket behind Σ restored, {letters} are summed and no free index is left: this is a "
            f"number, not a matrix of the shape of `{name}` ({task.problem.wrt.shape})",
            (slip.message, *slip.notes),
            slip.help,
            slip.span,
        )
    return slip

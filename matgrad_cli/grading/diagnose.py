"""Which kind of slip a wrong line is: the first code that holds, each checked by numbers before it is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..diagnostics import Span
from ..diagnostics.record import replace
from ..ir import (
    ONE,
    Call,
    Delta,
    Differential,
    Expr,
    Index,
    Number,
    Partial,
    Transpose,
    nodes_of,
)
from ..notation import syntax as s
from ..records.layout import layouts_that_turn
from .derivative_rules import forgotten_occurrence
from .edits import Edit, edits
from .forms import is_pending
from .indices import place_of
from .kinds import Clash, Pairing, entry_at, kind_in_words, pairings, shape_in_words
from .lacking_facts import lacking_facts
from .missing_factors import factor_slips, left_out
from .patterns import missing_delta, pattern_slips
from .reading import Read, read_tree
from .slips import Slip, term_slips, whole_factor
from .surroundings import Surroundings
from .task import worked_out
from .terms import shown
from .tree import walk
from .witness import counterexample


@dataclass(frozen=True, slots=True)
class Context:
    """What is known where a line went wrong: the head of its chain, whether that is the derivative asked for, the line as read."""

    around: Surroundings
    head: Expr | None
    target: bool
    order: tuple[Index, ...]
    read: Read
    reference: Expr | None = None
    answering: bool = False


def diagnosis(context: Context, before: Expr, after: Expr, pairs: list[Pairing] | Clash) -> Slip:
    """The slip that the line `after` makes, coming from `before`."""
    if isinstance(pairs, Clash):
        found = _of_kind(context, before, after, pairs)
    else:
        found = next(_of_value(context, before, after, pairs), None) or _different(context, before, pairs)
    if found.span is None and found.part is not None:
        found = replace(found, span=context.read.spans.get(found.part))
    return _with_remarks(context, after, found)


# ---- kinds


def _of_kind(context: Context, before: Expr, after: Expr, clash: Clash) -> Slip:
    pending = _pending_entry(before)
    if clash.code == "number-for-matrix" and pending is not None and _has_delta(after):
        return replace(_delta_slip(pending, after), span=_span_of_delta(context))
    if clash.code == "number-for-matrix":
        return _mended(context, before, after, _number_for_matrix(before, after))
    if clash.code == "free-index-mismatch":
        extra = ", ".join(letter.name for letter in sorted(after.free - before.free))
        return Slip(
            "free-index-mismatch",
            f"{extra} is free here and not in the line before: {clash.found}, needed is {clash.needed}",
            help=f"sum over {extra}, or replace it",
            span=place_of(context.read.tree, extra.split(", ")[0]) if context.read.tree else None,
        )
    turned = _in_other_layout(context, before, after)
    if turned is not None:
        return turned
    return _mended(context, before, after, Slip("shape-mismatch", f"this is {clash.found}; needed is {clash.needed}"))


def _mended(context: Context, before: Expr, after: Expr, slip: Slip) -> Slip:
    """The slip of kind with the single edit, or the missing factor, that makes the line right."""
    found = next(_repairs(context, before), None)
    if found is not None:
        return replace(slip, help=found.help, notes=(*slip.notes, found.message))
    reference = _reference(context, before)
    factor = left_out(context.around.bench, reference, after) if reference is not None else None
    if factor is None or reference is None:
        return slip
    return replace(slip, notes=(*slip.notes, f"the factor `{shown(factor)}` is missing"), help=f"as in `{shown(reference)}`")


def _number_for_matrix(before: Expr, after: Expr) -> Slip:
    found, needed = kind_in_words(after), kind_in_words(before)
    if after.shape.is_number:
        letters = "no free index is left, so it is a number" if not after.free else f"it is {found}"
        return Slip("number-for-matrix", f"this is {found}; needed is {needed}", (letters,))
    return Slip("number-for-matrix", f"this is {found}, and the line before is {needed}: one cannot follow from the other")


def _pending_entry(expr: Expr) -> Partial | None:
    """A pending ∂X_kj/∂X_st, or any pending derivative of a number if there is none of a bare entry."""
    pending = [node for node in nodes_of(expr) if isinstance(node, Partial)]
    bare = (
        [node for node in pending if node.body.symbols == frozenset((node.variable,)) and not node.body.children[0].children]
        if pending
        else []
    )
    return next(iter(bare or pending), None)


def _span_of_delta(context: Context) -> Span | None:
    """Where the δ stands, if it was written as one."""
    tree = context.read.tree
    found = [node.span for _, node in walk(tree) if isinstance(node, s.Kronecker)] if tree is not None else []
    return found[-1] if found else None


def _has_delta(expr: Expr) -> bool:
    return any(isinstance(node, Delta) for node in nodes_of(expr))


def _delta_slip(pending: Partial, after: Expr) -> Slip:
    name = pending.variable.name
    shape = pending.variable.shape
    letters = [
        place
        for node in nodes_of(pending.body)
        for place in (getattr(node, "row", None), getattr(node, "col", None))
        if isinstance(place, Index)
    ]
    if pending.body.children and pending.body.children[0] is pending.variable and len(letters) == len(shape.dims) == 2:
        k, j = letters
        row, col = _fresh_pair((k, j, *after.free))
        message = (
            f"∂{name}_{k}{j}/∂{name} is a matrix for each {k}, {j}; the right side is a number. "
            f"With one entry {name}_{row}{col} it is δ_{k}{row} δ_{j}{col}: both indices of {name} need a δ"
        )
        return Slip(
            "wrong-delta",
            message,
            (f"this line is {kind_in_words(after)}; needed is {shape_in_words(shape)}",),
            help=f"differentiate by one entry {name}_{row}{col} and write δ_{k}{row} δ_{j}{col}",
        )
    return Slip(
        "wrong-delta",
        f"the derivative by {name} is {shape_in_words(shape)}, and a δ of two indices of one number is no matrix: this is "
        f"{kind_in_words(after)}",
        help=f"differentiate by one entry of {name}: both of its indices need a δ",
    )


def delta_of_unlike(context: Context, before: Expr, slip: Slip) -> Slip | None:
    """A δ of two letters of different sizes, where a pending derivative by an entry stood: one δ was written where two are needed."""
    pending, span = _pending_entry(before), _span_of_delta(context)
    if pending is None or span is None:
        return None
    found = _delta_slip(pending, Number(0))
    return replace(found, notes=(slip.message,), span=span)


def _fresh_pair(taken: Sequence[Index]) -> tuple[str, str]:
    used = {letter.name for letter in taken}
    for pair in (("s", "t"), ("a", "b"), ("p", "q"), ("u", "v")):
        if not used & set(pair):
            return pair
    return ("x", "y")


# ---- values


def _of_value(context: Context, before: Expr, after: Expr, pairs: list[Pairing]) -> Iterator[Slip]:
    one, other = pairs[0]
    missing = one.free - other.free
    if missing:
        yield from missing_delta(context.around.bench, one, other)
        lost = ", ".join(letter.name for letter in sorted(missing))
        yield Slip(
            "free-index-mismatch",
            f"the free index {lost} is lost: this is {kind_in_words(after)}, needed is {kind_in_words(before)}",
            ("a δ picks one term of a sum; the index that it fixes stays",) if _has_delta_source(before) else (),
        )
        return
    yield from pattern_slips(context.around, one, other, before="delta")
    turned = _in_other_layout(context, before, after)
    if turned is not None:
        yield turned
    reference = _reference(context, one)
    yield from whole_factor(context.around.bench, one, other)
    if is_pending(one) and not context.answering:
        yield from forgotten_occurrence(context.around, one, other)
    yield from term_slips(context.around.bench, one, other, reference)
    yield from _repairs(context, before)
    yield from pattern_slips(context.around, one, other, before="fact")
    yield from factor_slips(context.around.bench, one, other, reference)
    yield from lacking_facts(context.around, one, other)


def _reference(context: Context, before: Expr) -> Expr | None:
    """The derivative that is asked for, worked out, in the form of the line before: whole, one entry of it, or a differential."""
    task, bench = context.around.task, context.around.bench
    if task.wanted is None or not (context.target or is_pending(before)):
        return None
    gradient = context.reference if context.reference is not None else worked_out(task.problem, task.layout)
    if gradient is None or gradient.free:
        return None
    for found in _forms(context, gradient):
        if found.shape is before.shape and found.free == before.free and bench.equal(found, before):
            return found
    return None


def _forms(context: Context, gradient: Expr) -> Iterator[Expr]:
    yield gradient
    sides = [side for side in (gradient.shape.rows, gradient.shape.cols) if side is not ONE]
    if context.order and [letter.dim for letter in context.order] == sides:
        yield entry_at(gradient, context.order)
    problem = context.around.task.problem
    if problem.loss.shape.is_number and gradient.shape is problem.wrt.shape:
        yield Call("inner", gradient, Differential(problem.wrt, problem.wrt, None))


def _has_delta_source(expr: Expr) -> bool:
    return any(isinstance(node, (Delta, Partial)) for node in nodes_of(expr))


def _in_other_layout(context: Context, before: Expr, after: Expr) -> Slip | None:
    """Right up to a transpose: of a derivative that is another layout, elsewhere a transpose is missing."""
    if after.shape.is_number or after.shape.transposed is not before.shape or before.free != after.free:
        return None
    bench, task = context.around.bench, context.around.task
    if not bench.equal(Transpose(after), before):
        return None
    problem = task.problem
    if context.target and task.wanted is not None and (task.wanted.shape is before.shape):
        body, variable = problem.loss.shape, problem.wrt.shape
        mine = task.layout in layouts_that_turn(body, variable, turned=False)
        others = [layout for layout in layouts_that_turn(body, variable, turned=mine) if layout != task.layout]
        if others and bench.equal(task.wanted, before):
            return Slip(
                "other-layout",
                f"this is right in the {' and '.join(others[:1])} layout; here the {task.layout} layout is asked for, "
                f"in which it is transposed: {shape_in_words(before.shape)}",
                (f"this is {shape_in_words(after.shape)}",) if after.shape is not before.shape else (_READ_OFF,),
                help="transpose the whole",
            )
    return Slip(
        "missing-transpose",
        f"this is the transpose of what is needed: {shape_in_words(after.shape)}, needed is {shape_in_words(before.shape)}",
        help="transpose the whole",
    )


_READ_OFF = "from df = tr(M dX) the gradient Mᵀ is read off"


def _numbers(around: Surroundings) -> frozenset[str]:
    names = {symbol.name for symbol in around.task.problem.variables if symbol.shape.is_number}
    return frozenset(
        names | {name for name, symbol in around.defined.items() if symbol.shape.is_number} | set(around.sizes()) | set(around.losses)
    )


def _repairs(context: Context, before: Expr) -> Iterator[Slip]:
    """One edit that makes the line right."""
    tree, side = context.read.tree, context.read.side
    if tree is None:
        return
    letters = {letter.name: letter.dim for letter in (*before.free, *context.order)}
    for edit in edits(tree, side.source.text, _numbers(context.around)):
        mended = read_tree(edit.tree, side, context.around, letters)
        if mended.expr is None:
            continue
        pairs = pairings(before, mended.expr, context.order)
        if isinstance(pairs, Clash):
            continue
        if any(one.free == other.free and context.around.bench.equal(one, other) for one, other in pairs):
            yield _repair_slip(edit, mended.expr)
            return


_REPAIRS = {
    "lost-factor": "a bracket is missing: the factor in front multiplies the first term only",
    "dropped-term": "a factor is missing",
    "missing-transpose": "a transpose is missing or too many in one factor",
    "wrong-order": "the factors stand in the wrong order",
    "cyclic-trace-misuse": "under a trace factors may only rotate; here two of them were exchanged",
    "product-for-hadamard": "a matrix product and an elementwise product are confused",
    "missing-inverse": "an inverse is missing or too many",
    "inverse-rule": "the scalar rule −1/u² was used for an inverse: d(M⁻¹) = −M⁻¹ dM M⁻¹",
}


def _repair_slip(edit: Edit, mended: Expr) -> Slip:
    return Slip(edit.code, edit.said or _REPAIRS[edit.code], help=f"{edit.words}: `{shown(mended)}`", span=edit.span)


def repaired(context: Context, before: Expr) -> Slip | None:
    """The checked single edit that makes a line right whose parts do not even fit together."""
    return next(_repairs(context, before), None)


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
    notes = list(slip.notes)
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
    whole = context.target and task.wanted is not None and after.shape is task.wanted.shape and not after.free
    if whole and task.wanted is not None and slip.code != "other-layout" and context.around.bench.equal(task.wanted, after):
        notes.append("the line itself is right: it is the derivative asked for; but it does not follow from the line before")
    return replace(slip, notes=tuple(notes))


__all__ = ["Context", "diagnosis", "repaired", "shown"]

"""Which kind of slip a wrong line is: the first code that holds, each checked by numbers before it is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..diagnostics import Span
from ..diagnostics.record import replace
from ..facts import Fact
from ..ir import Delta, Expr, Index, Number, Partial, Symbol, Transpose, nodes_of
from ..notation import syntax as s
from .bench import Bench
from .edits import Edit, edits
from .indices import place_of
from .kinds import Clash, Pairing, kind_in_words, pairings, shape_in_words
from .patterns import pattern_slips
from .reading import Read, read_tree
from .slips import Slip, simple_slips
from .surroundings import Surroundings
from .task import layouts_of, worked_out
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


def shown(expr: Expr) -> str:
    """An expression as people write it."""
    from ..notation.to_unicode import to_unicode

    return to_unicode(expr)


def diagnosis(context: Context, before: Expr, after: Expr, pairs: list[Pairing] | Clash) -> Slip:
    """The slip that the line `after` makes, coming from `before`."""
    if isinstance(pairs, Clash):
        found = _of_kind(context, before, after, pairs)
    else:
        found = next(_of_value(context, before, after, pairs), None) or _different(context, before, pairs)
    return _with_remarks(context, after, found)


# ---- kinds


def _of_kind(context: Context, before: Expr, after: Expr, clash: Clash) -> Slip:
    pending = _pending_entry(before)
    if clash.code == "number-for-matrix" and pending is not None and _has_delta(after):
        return replace(_delta_slip(pending, after), span=_span_of_delta(context))
    if clash.code == "number-for-matrix":
        return _number_for_matrix(before, after)
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
    repaired = next(_repairs(context, before), None)
    return Slip("shape-mismatch", f"this is {clash.found}; needed is {clash.needed}", help=repaired.help if repaired else None)


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
    yield from simple_slips(context.around.bench, one, other, reference, shown)
    yield from pattern_slips(context.around, one, other, before="repair")
    yield from _repairs(context, before)
    yield from pattern_slips(context.around, one, other, before="fact")
    yield from _needs_fact(context, one, other)


def _reference(context: Context, before: Expr) -> Expr | None:
    """The derivative that is asked for, worked out, if that is what the line before denotes."""
    task, bench = context.around.task, context.around.bench
    if not context.target or task.wanted is None or before.free or before.shape is not task.wanted.shape:
        return None
    found = context.reference if context.reference is not None else worked_out(task.problem, task.layout)
    return found if found is not None and found.shape is before.shape and bench.equal(found, before) else None


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
        mine = task.layout in layouts_of(body, variable, transposed=False)
        others = [layout for layout in layouts_of(body, variable, transposed=mine) if layout != task.layout]
        if others and bench.equal(task.wanted, before):
            return Slip(
                "other-layout",
                f"this is right in the {' and '.join(others[:1])} layout; here the {task.layout} layout is asked for, "
                f"in which it is transposed: {shape_in_words(before.shape)}",
                (f"this is {shape_in_words(after.shape)}",),
                help="transpose the whole",
            )
    return Slip(
        "missing-transpose",
        f"this is the transpose of what is needed: {shape_in_words(after.shape)}, needed is {shape_in_words(before.shape)}",
        help="transpose the whole",
    )


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
    return Slip(edit.code, _REPAIRS[edit.code], help=f"{edit.words}: `{shown(mended)}`", span=edit.span)


def repaired(context: Context, before: Expr) -> Slip | None:
    """The checked single edit that makes a line right whose parts do not even fit together."""
    return next(_repairs(context, before), None)


def _needs_fact(context: Context, one: Expr, other: Expr) -> Iterator[Slip]:
    """True only if a matrix is symmetric, or if all matrices commute (seen at diagonal ones)."""
    around = context.around
    problem = around.task.problem
    square = [
        symbol
        for symbol in problem.variables
        if symbol.shape.is_square and not symbol.shape.is_number and symbol in one.symbols | other.symbols
    ]
    open_ones = [symbol for symbol in square if not problem.knows(symbol, "symmetric") and not problem.knows(symbol, "spd")]
    for symbol in open_ones:
        if _holds_under(around, one, other, [Fact(symbol, "symmetric")]):
            yield Slip(
                "needs-fact",
                f"this is true only if `{symbol.name}` is symmetric, which the problem does not say",
                help=f"add the fact `{symbol.name} symmetric`, or keep `{symbol.name}ᵀ` apart from `{symbol.name}`",
            )
            return
    if len(open_ones) > 1 and _holds_under(around, one, other, [Fact(symbol, "symmetric") for symbol in open_ones]):
        names = " and ".join(f"`{symbol.name}`" for symbol in open_ones)
        yield Slip("needs-fact", f"this is true only if {names} are symmetric, which the problem does not say")
        return
    if len(square) > 1 and _holds_under(around, one, other, [Fact(symbol, "diagonal") for symbol in square]):
        names = " and ".join(f"`{symbol.name}`" for symbol in square)
        yield Slip("needs-fact", f"this is true if {names} commute (it holds for diagonal matrices), which the problem does not say")


def _holds_under(around: Surroundings, one: Expr, other: Expr, facts: list[Fact]) -> bool:
    problem = around.task.problem
    added = {fact.symbol for fact in facts}
    kept = tuple(fact for fact in problem.facts if fact.symbol not in added)
    bench = Bench(replace(problem, facts=(*kept, *facts)))
    for symbol, value in around.values.items():
        bench.define(symbol, around.expanded(value))
    return bench.compare(one, other).holds


def _different(context: Context, before: Expr, pairs: list[Pairing]) -> Slip:
    one, other = pairs[0]
    note = counterexample(context.around, one, other)
    first = context.target and before is context.head
    message = "this is not the derivative: the values differ" if first else "this does not follow: the values differ"
    implied = None if context.answering else _reference(context, one)
    proposal = f"the line before implies `{shown(implied)}`" if implied is not None else None
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


__all__ = ["Context", "Symbol", "diagnosis", "repaired", "shown"]

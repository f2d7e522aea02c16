"""Reading one side of a line: a tree becomes a typed expression, or a slip of form,
or the reason why it cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Literal

from ...diagnostics import Diagnostic, InputError, MatgradError, Source, Span
from ...diagnostics.record import record, replace
from ...ir import Dim, Expr, Fill, Index, MatMul, SumOver, Symbol, Transpose, nodes_of
from ...notation import syntax as s
from ...notation.elaboration.broadcasting import as_column
from ...notation.elaboration.chosen_entries import at_place, places
from ...notation.elaboration.elaborate import Reading, read_node
from ...notation.problems import MISFITS
from ...notation.scope import Scope, Syntax
from ...notation.shapes.weights import along_every_row
from ...records.layout import is_turned
from ..slips.causes import Slip
from ..slips.doubt import doubt, other_side
from .arrays import writings
from .directions import at_another, directed, diverging, without_remainder
from .functions import as_names, at_use, put_in
from .indices import Letters, read_letters
from .scope import Surroundings
from .syntax_walk import PRODUCTS, alike, inner, is_plain, names, rebuilt, walk
from .through import through, without_places
from .variables import by_parts, members

FORM_SLIPS = {
    "shape-mismatch": "non-conformable",
    "not-square": "non-conformable",
    "number-plus-array": "number-plus-array",
    "index-mismatch": "free-index-mismatch",
    "index-reused": "index-reused",
    "wrong-delta": "wrong-delta",
}
"""Codes of the reader that make a line wrong, and the codes of the checker."""

UNDECIDED = frozenset((
    "left-out", "cases", "missing-shape", "too-many-indices", "not-a-variable", "missing-loss", "missing-wrt",
    "loss-not-stated",
    "unknown-name", "unknown-function", "sum-range",
))  # fmt: skip
"""Codes of the reader for what is readable and yet cannot be judged."""

Failure = Literal["wrong", "unreadable", "undecided"]


@record
class Side:
    """One expression as it stands in the file: its text, its tree,
    and where its characters are (spans count in `source`).

    `others` are further trees, where a bracket without partner lets it be read in several ways.
    `up_to` says that it equals what stands before it but for a constant summand (`const`) or a constant factor (`∝`).
    """

    source: Source
    span: Span
    node: s.Node | None
    syntax: Syntax
    trouble: Diagnostic | None = None
    others: tuple[s.Node, ...] = ()
    up_to: str = ""

    @property
    def text(self) -> str:
        """The characters of the side."""
        return self.source.text[self.span.start : self.span.end]

    @property
    def naming(self) -> bool:
        """Whether it stands behind `=:` or `≡`, which give a name that is not known the value before it."""
        return self.source.text[: self.span.start].replace(" ", "").endswith(("=:", r"\eqqcolon", r"\equiv", "≡"))


@record
class Read:
    """What became of a side. `expr` is None if it failed; then `failure` and `slip` say how.
    `flat` and `idle` as in `Reading`.

    `summed` are the letters that are summed without a Σ."""

    side: Side
    expr: Expr | None = None
    tree: s.Node | None = None
    spans: Mapping[Expr, Span] = MappingProxyType({})
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    slip: Slip | None = None
    restored: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    rough: bool = False
    flat: bool = False
    idle: bool = False

    @property
    def sized_by_use(self) -> bool:
        """Whether only its use says how large it is: `2I`."""
        return self.slip is not None and self.slip.code == "missing-shape"


def _without_constant(side: Side, around: Surroundings) -> Side:
    """A number that ends in `+ const` without that summand, unless a row says what the letter is,
    or it is the derivative asked for."""
    node = side.node
    if (
        side.up_to != "const"
        or not isinstance(node, s.Binary)
        or not isinstance(last := s.ungrouped(node.right), s.Name)
    ):
        return side
    rest = replace(side, node=node.left, up_to="")
    expr, wanted = read_side(rest, around).expr, around.task.wanted
    number = expr is None or expr.shape.is_number
    answer = (
        expr is not None
        and wanted is not None
        and expr.shape is wanted.shape
        and not expr.free
        and not around.bench.clearly_different(around.expanded(expr), wanted)
    )
    said = around.valued(last.name) or last.name in around.promised
    return replace(rest, up_to="const") if number and not said and not answer else replace(side, up_to="")


def read_side(side: Side, around: Surroundings, letters: Iterable[Index] = (), fixed: Iterable[str] = ()) -> Read:
    """Reads a side. `letters` are free letters with known dimensions; those and `fixed` are never summed over."""
    if side.node is None:
        trouble = side.trouble or Diagnostic("unreadable", "this cannot be read")
        return Read(side, failure="unreadable", slip=slip_of(trouble, trouble.code))
    side = _without_constant(side, around)
    assert side.node is not None
    letters, fixed, found = tuple(letters), tuple(fixed), None
    taken = (*(letter.name for letter in letters), *fixed)
    for node in (side.node,) if is_plain(side.node) else writings(side.node, around, taken):
        read = _read(replace(side, node=node), node, around, letters, fixed)
        if read.expr is not None:
            return replace(read, side=side)
        found = found or read
    assert found is not None
    return replace(found, side=side)


def _read(side: Side, stated: s.Node, around: Surroundings, letters: tuple[Index, ...], fixed: tuple[str, ...]) -> Read:
    known = {letter.name: letter.dim for letter in letters}
    stated = without_places(at_use(stated, around), around)
    if chosen := places(around.names().variables):
        stated = rebuilt(stated, lambda part: at_place(part, chosen, side.syntax))
        left = next((part for part in s.parts_of(stated) if isinstance(part, s.Name) and part.name in chosen), None)
        if left is not None:
            message = f"`{left.name}` is a fixed place here, and what is said of it is not read"
            return Read(side, tree=stated, failure="undecided", slip=Slip("undecided", message, span=left.span))
    if (call := at_another(stated)) is not None:
        message = f"at which argument `{call.function}` is differentiated here is not certain"
        return Read(side, tree=stated, failure="undecided", slip=Slip("undecided", message, span=call.span))
    if (early := _not_yet_defined(stated, around)) is not None:
        message = f"what `{early.name}` stands for is said below, or could not be read"
        return Read(side, tree=stated, failure="undecided", slip=Slip("unknown-name", message, span=early.span))
    try:
        tree, rough = without_remainder(stated, around)
        work = Letters(frozenset(), frozenset())
        if around.formulas or not is_plain(tree):
            node = as_names(put_in(tree, around), around)
            node = members(directed(node, around), around)
            written = rebuilt(by_parts(node, around), lambda part: _turned(_joined(part, around), around))
            tree, work = read_letters(written, (*known, *fixed, *_samples(written, around)), ())
            tree = rebuilt(tree, around.tabled)
        if work.reused:
            misused = work.reused[0]
            failure: Failure = "wrong"
            slip = Slip("index-reused", misused.message, span=misused.span)
            sums = [part for _, part in walk(stated) if isinstance(part, s.Apply) and part.function == "sum"]
            if side.syntax == "latex" and sums:
                slip = Slip("undecided", "it is not said over which letter a sum goes", span=misused.span)
                failure = "undecided"
            return Read(side, tree=tree, failure=failure, slip=slip, notes=_notes(work))
        found = read_tree(tree, side, around, known)
        notes, restored, summed = (*found.notes, *_notes(work)), tuple(work.restored), tuple(work.summed)
        return replace(found, notes=notes, restored=restored, summed=summed, rough=rough)
    except InputError as error:
        return _failed(error.diagnostic, side, stated, around)
    except RecursionError:
        trouble = Diagnostic("too-deep", "this is nested too deeply to be read")
        return Read(side, failure="unreadable", slip=slip_of(trouble, "too-deep"))


def read_tree(tree: s.Node, side: Side, around: Surroundings, letters: Mapping[str, Dim]) -> Read:
    """The typed expression of a tree."""
    scope = around.scope(side.source, side.syntax, dict(letters))
    try:
        reading = _elaborated(tree, scope, around)
        if (limit := diverging(tree, around, lambda node: read_node(node, scope).expr)) is not None:
            slip = Slip("differs", "this limit does not exist: what is divided does not vanish", span=limit.span)
            return Read(side, tree=tree, failure="wrong", slip=slip)
    except InputError as error:
        return _failed(error.diagnostic, side, tree, around)
    except MatgradError as error:
        return Read(side, tree=tree, failure="undecided", slip=slip_of(error.diagnostic, error.diagnostic.code))
    expr = around.settled(as_column(reading.expr) if reading.flat else reading.expr)
    return Read(side, expr, tree, reading.spans, reading.notes, flat=reading.flat, idle=reading.idle)


def _elaborated(tree: s.Node, scope: Scope, around: Surroundings) -> Reading:
    """Vectors as columns; where these do not fit, as arrays of NumPy, but for a `*` that only then fits:
    there `@` may be meant.

    LaTeX means arrays only where the loss itself does: then XW + b adds b to every row, as the loss says.
    """
    try:
        return read_node(tree, scope)
    except InputError as error:
        if error.diagnostic.code == "missing-shape" and (ranges := _ranges(around)).keys() - scope.letters.keys():
            with suppress(InputError):
                return read_node(tree, replace(scope, letters={**ranges, **scope.letters}))
        beside = around.beside or (around.task.wanted.shape if around.task.wanted is not None else None)
        shape = None if around.defining or scope.needed is not None else beside
        if error.diagnostic.code == "missing-shape" and shape is not None and not shape.is_number:
            try:
                return read_node(tree, replace(scope, needed=shape))
            except InputError as other:
                raise (other if other.diagnostic.code in FORM_SLIPS else error) from None
        if scope.syntax == "latex" and error.diagnostic.code in MISFITS:
            for changed, said in along_every_row(tree, scope, _along_every_row(around.task.problem.loss)):
                try:
                    reading = read_node(changed, scope)
                except InputError:
                    continue
                return replace(reading, notes=(*reading.notes, *said))
        stretches = around.task.problem.arrays
        as_arrays = around.arrays is None and (stretches or scope.syntax == "numpy")
        if not as_arrays or error.diagnostic.code not in MISFITS:
            raise
        try:
            reading = read_node(tree, replace(scope, arrays=True))
        except InputError:
            raise error from None
        if reading.stretched and not stretches:
            raise
        return reading


def _ranges(around: Surroundings) -> dict[str, Dim]:
    """How far the letters run over which the loss is summed: so far they run in `Σ_i μ` too."""
    sums = (node for node in nodes_of(around.task.problem.loss) if isinstance(node, SumOver))
    return {letter.name: letter.dim for node in sums for letter in node.indices}


def _along_every_row(loss: Expr) -> frozenset[str]:
    """The vectors b that the loss has in every row or column of an array, 𝟏bᵀ."""
    products = (node.factors for node in nodes_of(loss) if isinstance(node, MatMul) and len(node.factors) == 2)
    outer = (parts for parts in products if any(isinstance(_upright(part), Fill) for part in parts))
    return frozenset(one.name for parts in outer for part in parts if isinstance(one := _upright(part), Symbol))


def _upright(part: Expr) -> Expr:
    return part.body if isinstance(part, Transpose) else part


def _failed(diagnostic: Diagnostic, side: Side, tree: s.Node, around: Surroundings) -> Read:
    code = FORM_SLIPS.get(diagnostic.code)
    if code == "free-index-mismatch" and "δ" in diagnostic.message:
        code = "wrong-delta"
    if code is not None and (doubtful := doubt(diagnostic, tree, around)) is not None:
        return Read(side, tree=tree, failure="undecided", slip=doubtful)
    if code is not None:
        return Read(side, tree=tree, failure="wrong", slip=slip_of(diagnostic, code))
    if diagnostic.code == "sum-range" and (slip := other_side(tree, around)) is not None:
        return Read(side, tree=tree, failure="wrong", slip=slip)
    failure: Failure = "undecided" if diagnostic.code in UNDECIDED else "unreadable"
    return Read(side, tree=tree, failure=failure, slip=slip_of(diagnostic, diagnostic.code))


def slip_of(diagnostic: Diagnostic, code: str) -> Slip:
    """A message of a reader as a slip with the checker's code."""
    span = diagnostic.labels[0].span if diagnostic.labels else None
    notes = as_declared(diagnostic.notes)
    return Slip(code, diagnostic.message, notes, diagnostic.help, span, labels=diagnostic.labels)


def as_declared(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes on shapes that a file declares: no option did."""
    return tuple(note.replace("(from --shape)", "(as declared)") for note in notes)


def _notes(work: Letters) -> tuple[str, ...]:
    notes = [f"the sum without a letter runs over {letter}" for letter in work.bare]
    if work.restored:
        letters = ", ".join(work.restored)
        said = f"its sum over {letters} also covers what follows, where {letters} would be free"
        notes.append(f"the bracket behind Σ is restored: {said}")
    if work.summed:
        notes.append(f"read as an Einstein sum over {', '.join(work.summed)}")
    return tuple(notes)


def _not_yet_defined(node: s.Node, around: Surroundings) -> s.Name | None:
    """A name that only a later definition gives its meaning."""
    tables = (around.defined, around.looked_up, around.tables, around.sized_by_use)
    waiting = around.promised - around.losses.union(*tables)
    return next((name for name in (names(node) if waiting else ()) if name.name in waiting), None)


def _samples(node: s.Node, around: Surroundings) -> frozenset[str]:
    """The letters that number declared vectors: `y_i x_i^\\top w` beside `x_i: d` speaks of each i and is no sum."""
    numbered = around.task.numbered
    slices = (part for _, part in walk(node) if isinstance(part, s.Slice)) if numbered else ()
    letters = (part.index for part in slices if part.matrix.name in numbered)
    return frozenset(letter.name for letter in letters if isinstance(letter, s.Name))


def _joined(node: s.Node, around: Surroundings) -> s.Node:
    """∂a/∂b · ∂b/∂c = ∂a/∂c, where both are whole; a name stands for the derivative that it was said to be,
    δ = ∂L/∂z."""
    if not (isinstance(node, s.Binary) and node.operator in PRODUCTS):
        return node
    left, right = _bare(node.left), _bare(node.right)
    if isinstance(left, s.Name) and isinstance(right, s.Derivative):
        left = around.derivatives.get(left.name, left)
    if isinstance(left, s.Derivative) and isinstance(right, s.Derivative) and _links(left, right):
        return s.Derivative(node.span, left.body, right.variable, (), left.style)
    if isinstance(left, s.Binary) and left.operator in PRODUCTS:
        last = _bare(left.right)
        if isinstance(last, s.Derivative) and isinstance(right, s.Derivative) and _links(last, right):
            joined = s.Derivative(last.span.joined(right.span), last.body, right.variable, (), last.style)
            return replace(left, right=joined, span=node.span)
    return node


def undefined(node: s.Node | None, around: Surroundings) -> Slip | None:
    """Why a side cannot be refuted: a chain goes through a name without value, the r of ∂L/∂r ∂r/∂w; or a label that
    nothing defines stands below the loss's letter, the L_reg of ∂L_reg/∂w, which is only a guess at the loss."""
    parts = tuple(s.parts_of(node)) if node is not None else ()
    derivatives = [part for part in parts if isinstance(part, (s.Derivative, s.Differential_))]
    for part in derivatives:
        by = inner(part.variable) if isinstance(part, s.Derivative) else None
        if isinstance(by, s.Name) and not around.valued(by.name):
            message = f"`{by.name}` is not defined, so this chain of derivatives cannot be judged"
            return Slip("unknown-name", message, span=by.span)
    bodies = (inner(part.body) for part in derivatives)
    lone = (body for body in bodies if isinstance(body, s.Name) and body.name in around.losses)
    guess = next((one for one in lone if any(one.name.startswith(f"{name}_") for name in around.losses)), None)
    guess = guess or next(filter(None, (_label_below(part, around) for part in parts)), None)
    return Slip("unknown-name", f"`{guess.name}` is not defined here", span=guess.span) if guess is not None else None


def _label_below(part: s.Node, around: Surroundings) -> s.Name | None:
    """The capital below the loss of a derivative, which counts nothing: the R of ∇L_R."""
    derivative = s.ungrouped(part.body) if isinstance(part, s.Subscript) and len(part.indices) == 1 else None
    label = part.indices[0] if isinstance(part, s.Subscript) and isinstance(derivative, s.Derivative) else None
    if not isinstance(label, s.Name) or not label.name[:1].isupper() or label.name in around.sizes():
        return None
    return label if not around.valued(label.name) else None


def _bare(node: s.Node) -> s.Node:
    """Without the transpose that the layout put round a whole derivative."""
    node = s.ungrouped(node)
    below = inner(node.body) if isinstance(node, s.Transposed) else None
    return below if isinstance(below, s.Derivative) else node


def _links(left: s.Derivative, right: s.Derivative) -> bool:
    first = inner(left.variable)
    second = inner(right.body)
    whole = not left.indices and not right.indices
    return whole and first is not None and second is not None and alike(first, second)


def _turned(node: s.Node, around: Surroundings) -> s.Node:
    """A whole derivative as the layout writes it; one by a defined name is taken of the loss as the derivation states
    it."""
    if not isinstance(node, s.Derivative) or node.indices:
        return through(node, around) if isinstance(node, s.Derivative) else node
    node = through(node, around)
    first = None if node.body is None else _bare(node.body)
    by = node.variable
    if isinstance(first, s.Derivative) and by and first.variable and alike(first.variable, by):
        node = replace(node, body=first)  # a second derivative is symmetric, in every layout
    if around.task.layout == "gradient" or (around.upright and node.style == "nabla"):
        return node
    scope = around.scope(Source("", ""), "latex", {})
    variable = around.task.problem.wrt if node.variable is None else _value(node.variable, scope)
    body = around.task.problem.loss if node.body is None else _value(node.body, scope)
    if body is None or variable is None:
        return node
    return s.Transposed(node.span, node) if is_turned(around.task.layout, body.shape, variable.shape) else node


def _value(node: s.Node, scope: Scope) -> Expr | None:
    """What a part stands for on its own; None if that cannot be said."""
    try:
        return read_node(node, scope).expr
    except MatgradError:
        return None

"""A problem out of its texts: the loss, the variable, the shapes, the facts; and further texts in its scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial

from ..diagnostics import Diagnostic, InputError, Source
from ..diagnostics.record import replace
from ..facts import Fact, Problem
from ..ir import ONE, Dim, Shape, Size, Symbol, nodes_of
from . import syntax as s
from .batches import stacks
from .choice import in_syntax, looks_like_latex
from .comparisons import labels, one_hot, refuse_values
from .definitions import with_capitals, with_definitions, with_densities, with_factorials, with_places
from .elaboration.broadcasting import as_column
from .elaboration.chosen_entries import with_chosen_entries
from .elaboration.complaints import fail
from .elaboration.elaborate import Reading, read_node
from .elaboration.loss_letters import refuse_parts, refuse_run_together, refuse_softmax_of_one
from .elaboration.readable import readable
from .expression.brackets import AS_COLUMN, AS_ROW
from .expression.keywords import MODULE
from .expression.mending import further, with_matrix_products, written_out
from .expression.reader import parse
from .facts_text import StatedFact, facts_of, read_facts, squared
from .latex.families import families
from .loss_text import (
    matrix_squares,
    plain_name,
    said_of_variable,
    variable_named,
    with_one_name,
    without_left_side,
    without_wrappers,
)
from .names import canonical_name, listed, words
from .rare import with_symmetry
from .scope import UNUSED, Scope, Syntax, chosen_syntax
from .shapes.infer import Inference, infer
from .shapes.shape_text import read_members, read_shapes, with_products
from .shapes.solver import Solver
from .shapes.unify import Side, join, lengthen
from .shapes.weights import MISFITS, Understood, rows_or_columns, with_offsets, with_weights
from .trees import loss_tree, tree_of

_UNREAD = words(
    "syntax-error missing-operator caret-power unknown-name unknown-function unknown-attribute slice "
    "not-a-function unknown-size"
)
"""Codes after which the other syntax is tried."""


STRETCHING = frozenset(("numpy", "julia", "matlab"))
"""Languages in which a row or a column stretches to the size of the array beside it."""


def read_problem(
    loss: str, wrt: str, shapes: Sequence[str] = (), assume: Sequence[str] = (), syntax: str | None = None
) -> Problem:
    """Read a problem: choose the syntax, infer what is not declared, elaborate, collect the facts.

    >>> problem = read_problem("norm(X@R - Y, 'fro')**2 / m", "R", ["X: m×n, R: n×p, Y: m×p"])
    >>> [str(symbol.shape) for symbol in problem.variables]
    ['m×n', 'n×p', 'm×p']
    """

    def read(loss: str, syntax: str | None = syntax, shapes: Sequence[str] = shapes) -> Problem:
        return _problem(loss, wrt, shapes, assume, syntax)

    try:
        return read(loss)
    except RecursionError:
        raise _too_deep(loss) from None
    except InputError as error:
        code, found = error.diagnostic.code, _as_typed(error.diagnostic, loss)
        if code in (*MISFITS, "sum-range") and (problem := _otherwise(loss, shapes, read)) is not None:
            return problem
        if chosen_syntax(syntax) == "latex":
            raise InputError(found) from None
        mended, says = None, ""
        if code == "shape-mismatch" and "*" in loss:
            mended = _proposed(loss, read, lambda text: with_matrix_products(text, parse(without_left_side(text)[0])))
            says = f"`*` multiplies entry by entry; with matrix products, `{mended}`, the shapes fit"
        elif code in ("missing-operator", "unknown-name"):
            mended = _proposed(loss, read, lambda text: written_out(text, plain_name(wrt), read_shapes(shapes)))
            says = f"with a sign for each product, `{mended}`, the loss is read"
        raise InputError(replace(found, help=says if mended else found.help)) from None


def _as_typed(found: Diagnostic, loss: str) -> Diagnostic:
    """The message with the loss as it was typed, where what is dropped in front of it was read as blanks."""
    read = found.source.text if found.source is not None else ""
    same = len(read) == len(loss) and all(one in (other, " ") for one, other in zip(read, loss, strict=True))
    return replace(found, source=Source("loss", loss)) if same else found


def _otherwise(loss: str, shapes: Sequence[str], read: Callable[..., Problem]) -> Problem | None:
    """The problem with a size mn, or n*q, as a product, or with x_i read as row i of X, where both are declared and x_i
    as an entry of x does not fit: ‖x − x_i‖²."""
    other_sizes, said = with_products(shapes)
    other_names, note = with_capitals(loss, {name: entry.shape for name, entry in read_shapes(shapes).items()})
    named = looks_like_latex(loss) and other_names != loss
    lengths = [text.replace("*", "·") for text in shapes]
    product = "`*` between two sizes is read as their product" if lengths != [*shapes] else ""
    others = ((loss, other_sizes, said), (loss, lengths, product), (other_names, shapes, note if named else ""))
    for text, sizes, says in others:
        with suppress(InputError):
            if says:
                problem = read(text, shapes=sizes)
                return replace(problem, notes=(says, *problem.notes))
    return None


def _proposed(loss: str, read: Callable[[str, str], Problem], make: Callable[[str], str | None]) -> str | None:
    """The loss as it is made anew, where that can be read and says something else."""
    if looks_like_latex(loss) or len(loss) > 400:
        return None
    try:
        mended = make(loss)
        if mended is None or mended == loss:
            return None
        read(mended, "numpy")
    except InputError:
        return None
    return mended.strip()


def _too_deep(text: str) -> InputError:
    return InputError.coded("too-deep", "the expression is nested too deeply", Source("loss", text[:200]))


def _problem(loss: str, wrt: str, shapes: Sequence[str], assume: Sequence[str], syntax: str | None) -> Problem:
    declared = read_shapes(shapes)
    loss, wrt, one_name = with_one_name(loss, wrt, declared)
    facts = read_facts(assume)
    as_said = {name: entry.shape for name, entry in declared.items()}
    shapes_declared, families_of, members = families(as_said, loss, read_members(shapes))
    counts = {name: entry.count for name, entry in declared.items() if entry.count is not None}
    several = stacks(shapes_declared, counts, loss)
    single = {name: shape for name, shape in shapes_declared.items() if name not in several}
    table, square_notes = squared(single, facts)
    symbols = {name: Symbol(name, shape) for name, shape in table.items()} | {one.name: one for one in several.values()}
    stated, put_in = with_definitions(loss, plain_name(wrt))
    stated, densities_said = with_densities(stated, as_said)
    stated, places_said = with_places(stated, table)
    stated, of_gamma = with_factorials(stated, declared)
    put_in += (*one_name, *densities_said, *places_said, *of_gamma)
    source = Source("loss", stated)
    columns = frozenset(name for name, entry in declared.items() if entry.column)
    scope = Scope(
        source,
        symbols,
        sizes=_sizes_of([*shapes_declared.values(), *(one.shape for one in several.values())], symbols),
        origins=dict.fromkeys(symbols, "from --shape"),
        open=True,
        columns=columns,
        families=families_of,
        members=members,
    )
    right_side, dropped = without_wrappers(stated, plain_name(wrt))
    tree, language, choice = loss_tree(right_side, scope, chosen_syntax(syntax), plain_name(wrt))
    refuse_run_together(tree, replace(scope, syntax=language), plain_name(wrt))
    match tree:
        case s.Derivative(_, s.Node() as body, s.Name(_, name), ()) if name == plain_name(wrt):
            tree, choice = body, (*choice, "the derivative sign round the loss is dropped")
    signs = next((fact for fact in facts if fact.word == "signs"), None)
    if signs is not None and any("the labels being 0 and 1" in note for note in choice):
        message = f"the labels are compared with 0 or 1, and `{signs.name}` is said to be ±1"
        fail(scope, "unreadable", message, help="write a factor for the sum over a class, `(1 + y_i)/2` for `y_i = 1`")
    tree, places, said = with_chosen_entries(tree, replace(scope, syntax=language))
    told = {*scope.sizes, *(fact.name for fact in facts)}
    places += tuple(name for name in one_hot(tree) if name not in told)
    tried = [fact for fact in labels(tree, plain_name(wrt)) if fact.split()[0] not in told]
    said += tuple([f"it is assumed that `{fact}`, as it stands in a condition" for fact in tried])
    if "Omega" not in told and any("keeps the entries in Ω" in note for note in choice):
        tried.append("Omega binary")
    facts, choice = [*facts, *read_facts([*(f"{name} onehot" for name in places), *tried])], (*choice, *said)
    refuse_values(tree, [fact.name for fact in facts if fact.word in ("binary", "onehot")])
    scope, found, variable, reading = with_weights(
        tree,
        replace(scope, syntax=language),
        plain_name(wrt),
        lambda scope: rows_or_columns(tree, scope, lambda tree: _columns_or_arrays(tree, scope, facts, wrt)),
    )
    variables = _in_order(tree, reading, scope, variable)
    written = tuple(entry.note for entry in declared.values() if entry.note)
    if language == "latex" and syntax is None:
        choice += matrix_squares(stated, tree, reading)
    choice += said_of_variable(variable, wrt, scope)
    used = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)} | {one.name for one in variables}
    used |= {str(dim) for shape in table.values() for dim in (shape.rows, shape.cols)}
    unused = listed(name for name in declared if name not in used and name.isalpha())
    choice += (f"{unused}{UNUSED}",) if unused else ()
    if variable not in reading.expr.symbols:
        choice += (f"the loss does not contain `{variable.name}`, so its derivative is 0",)
    return with_symmetry(
        Problem(
            readable(as_column(reading.expr) if reading.flat else reading.expr),
            variable,
            variables,
            facts_of(facts, scope),
            tuple((symbol.name, scope.origins.get(symbol.name, "")) for symbol in variables),
            found.assumed,
            (*put_in, *dropped, *choice, *written, *square_notes, *found.notes, *reading.notes),
            tuple(dict.fromkeys(node.dim for node in nodes_of(reading.expr) if isinstance(node, Size))),
            loss,
            tuple((name, dim) for name, dim in found.sizes.items() if dim is not Dim.of(name)),
            columns,
            scope.arrays,
            members=tuple(scope.members.items()),
            expected=any(isinstance(part, s.Apply) and part.function == "expectation" for part in s.parts_of(tree)),
        )
    )


def _columns_or_arrays(tree: s.Node, scope: Scope, facts: Sequence[StatedFact], wrt: str) -> Understood:
    """The loss with vectors as columns whose sizes never stretch; where that does not fit, with the arrays of NumPy:
    `X[i,:]` has one dimension and can be nothing else."""
    read = partial(_understood, tree, facts=facts, wrt=wrt)
    if scope.syntax == "numpy" and any(map(_is_row, s.parts_of(tree))):
        return read(replace(scope, arrays=True))
    try:
        return _of_flat(scope, with_offsets(tree, scope, read), read)
    except InputError as error:
        if scope.syntax not in STRETCHING or error.diagnostic.code not in MISFITS:
            raise
        columns = scope.columns if scope.syntax == "numpy" else frozenset(scope.symbols)  # elsewhere all have two sides
        stretching = replace(scope, arrays=True, columns=columns)
        try:
            understood = with_offsets(tree, stretching, read)
        except InputError as other:
            raise further(error, other) from None
        found, reading = understood[1], understood[3]
        # an inferred vector has no known convention, unless an axis is put in, or both say the same
        axes = any(isinstance(part, s.Apply) and part.function in (AS_COLUMN, AS_ROW) for part in s.parts_of(tree))
        open_ = frozenset(name for name, shape in found.shapes.items() if shape.is_column and not axes)
        with suppress(InputError):
            if open_ and read(replace(stretching, columns=columns | open_))[3].expr == reading.expr:
                return understood
        if open_ or (reading.idle and reading.stretched):
            raise
        return understood


def _is_row(part: s.Node) -> bool:
    """Whether a part is a row of a matrix, or one that gets a second side again."""
    match part:
        case s.Apply(_, function, (s.Subscript(),)):
            return function in (AS_COLUMN, AS_ROW)
    return isinstance(part, s.Slice)


def _of_flat(scope: Scope, found: Understood, read: Callable[[Scope], Understood]) -> Understood:
    """The number that NumPy makes of `np.dot(x, x.T)`, where x has one dimension: of columns it is a matrix."""
    if scope.syntax == "numpy" and not found[3].expr.shape.is_number and MODULE.search(scope.source.text):
        with suppress(InputError):
            arrays = read(replace(scope, arrays=True))
            inferred = any(shape.is_column for shape in arrays[1].shapes.values())
            if arrays[3].idle and arrays[3].expr.shape.is_number and not inferred:
                said = "a vector has one dimension, as in NumPy, and its `.T` is the same"
                return (*arrays[:3], replace(arrays[3], notes=(*arrays[3].notes, said)))
    return found


def _understood(tree: s.Node, scope: Scope, facts: Sequence[StatedFact], wrt: str) -> Understood:
    scope, found = _close(tree, scope, facts)
    variable = variable_named(wrt, scope)
    refuse_parts(tree, scope)
    scope = replace(scope, wrt=variable)
    reading = read_node(tree, scope, found)
    refuse_softmax_of_one(reading.spans, scope)
    return scope, found, variable, reading


def scope_of(problem: Problem, source: Source, syntax: Syntax = "numpy") -> Scope:
    """The names of a problem as a scope for further texts: its variables, its sizes, the loss."""
    symbols = {symbol.name: symbol for symbol in problem.variables}
    # the loss may write a size that no variable has: ones(p)
    sizes = _sizes_of((node.shape for node in (*problem.variables, *nodes_of(problem.loss))), symbols)
    for dim in problem.sizes:
        sizes.update({name: Dim.of(name) for name in dim.names if name not in symbols})
    sizes.update((name, dim) for name, dim in problem.lengths if name not in symbols)
    return Scope(
        source,
        symbols,
        sizes=sizes,
        origins=dict(problem.origins),
        wrt=problem.wrt,
        loss=problem.loss,
        syntax=syntax,
        columns=problem.columns,
        members=dict(problem.members),
    )


def read_expression(text: str, problem: Problem, syntax: str | None = None) -> Reading:
    """Read a further text (an answer, a line) with the names of a problem; unknown names are an error.

    >>> problem = read_problem("x.T @ A @ x", "x", ["A: n×n, x: n"])
    >>> str(read_expression("(A + A.T) @ x", problem).expr.shape)
    'n×1'
    """
    return read_in(text, scope_of(problem, Source("answer", text)), syntax)


def read_in(text: str, scope: Scope, syntax: str | None = None) -> Reading:
    """Read a text in a scope: the expression language if every name is known in it, else LaTeX if it is read there."""
    order = in_syntax(text, chosen_syntax(syntax))
    errors: list[InputError] = []
    for language in order:
        inside = scope.reading(Source(scope.source.name, text), language)
        try:
            tree, notes = tree_of(text, inside)
            reading = _read(tree, inside)
            return replace(reading, notes=(*notes, *reading.notes)) if notes else reading
        except RecursionError:
            raise _too_deep(text) from None
        except InputError as error:
            if error.diagnostic.code not in _UNREAD or len(order) == 1:
                raise
            errors.append(error)
    raise errors[0]


def _read(tree: s.Node, scope: Scope) -> Reading:
    if scope.syntax == "numpy" and any(map(_is_row, s.parts_of(tree))):
        return read_node(tree, replace(scope, arrays=True))
    try:
        return read_node(tree, scope)
    except InputError as error:
        if scope.syntax != "numpy" or error.diagnostic.code not in MISFITS:
            raise
        try:
            return read_node(tree, replace(scope, arrays=True))
        except InputError as other:
            raise further(error, other) from None


def _close(tree: s.Node, scope: Scope, facts: Sequence[StatedFact]) -> tuple[Scope, Inference]:
    """Infer what is open; the scope afterwards knows every name."""

    def use_facts(solver: Solver) -> None:
        for family in scope.families:
            form = solver.names.get(family.name)
            if form is not None:
                along = form.rows if scope.members.get(family.name) == "column" else form.cols
                join(along, Side(family.length or ONE), f"{family.name}_i")
        for fact in facts:
            for name, form in solver.names.items():
                if canonical_name(name) != canonical_name(fact.name) or not fact.sides:
                    continue
                form.kind.matrix = True
                lengthen(form.rows, str(fact.word))
                if fact.sides == "=":
                    join(form.rows, form.cols, f"{fact.name} {fact.word}")

    found = infer(tree, scope, use_facts)
    symbols = {**scope.symbols, **{name: Symbol(name, shape) for name, shape in found.shapes.items()}}
    sizes = {**_sizes_of((symbol.shape for symbol in symbols.values()), symbols), **dict(scope.sizes)}
    for name, dim in found.sizes.items():
        sizes.setdefault(name, dim)
    return replace(scope, symbols=symbols, sizes=sizes, origins={**scope.origins, **found.origins}, open=False), found


def in_own_letters(
    tree: s.Node, source: Source, assume: Sequence[str] = ()
) -> tuple[Scope, Inference, tuple[Fact, ...]]:
    """A scope in which every name of a LaTeX tree is a variable of the shape that its use asks for."""
    facts = read_facts(assume)
    scope, found = _close(tree, Scope(source, syntax="latex", open=True), facts)
    return scope, found, facts_of(facts, scope)


def _sizes_of(shapes: Iterable[Shape], names: Iterable[str]) -> dict[str, Dim]:
    """The dimension names of some shapes that no variable has taken."""
    sides = (side for shape in shapes for side in (shape.rows, shape.cols))
    found = dict.fromkeys(name for side in sides for name in side.names)
    return {name: Dim.of(name) for name in found if name not in {*names}}


def _in_order(tree: s.Node, reading: Reading, scope: Scope, variable: Symbol) -> tuple[Symbol, ...]:
    """The variables as they are first written, also those that cancel; wrt last if it does not occur."""
    found: dict[Symbol, None] = {}
    for part in s.parts_of(tree):
        name = part.name if isinstance(part, s.Name) else part.function if isinstance(part, s.Apply) else None
        value = scope.find(name) if name is not None else None
        if isinstance(value, Symbol):
            found[value] = None
    for symbol in sorted(reading.expr.symbols, key=str):
        if isinstance(symbol, Symbol):
            found.setdefault(symbol)
    found.setdefault(variable)
    return tuple(found)


__all__ = ["Reading", "looks_like_latex", "read_expression", "read_in", "read_problem", "scope_of"]

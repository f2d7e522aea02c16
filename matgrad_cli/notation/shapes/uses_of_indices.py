"""What the index level says about shapes: entries, sums over letters, arrays by their entries, pending derivatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...ir import ONE, Stack
from .. import syntax as s
from ..expression.vocabulary import ELEMENTWISE_NAMES, canonical_function
from ..scope import ROWS_FIRST, Scope
from .solver import Solver
from .unify import Form, Side, join, lengthen
from .uses import column_or_row, is_basis, later, row_or_entry


def subscript_form(solver: Solver, node: s.Subscript) -> Form:
    """X[i,j]: i counts the rows, j the columns; e_i is a basis vector."""
    body = s.ungrouped(node.body)
    stack = solver.scope.find(body.name) if isinstance(body, s.Name) and len(node.indices) == 1 else None
    if isinstance(stack, Stack):
        join(solver.index(node.indices[0]), Side(stack.count), solver.text(node))
        return Form.of(stack.each)
    undeclared = isinstance(body, s.Name) and solver.scope.find(body.name) is None and body.name not in solver.names
    if isinstance(body, s.Name) and undeclared and is_basis(body.name, node.indices) and not node.member:
        sides = [solver.index(index) for index in node.indices]
        return Form(sides[0], sides[1] if len(sides) > 1 else Side(ONE))
    form = solver.walk(node.body)
    sides = [solver.index(index) for index in node.indices]
    form.kind.array = True
    reason = solver.text(node)
    if len(sides) == 2:
        join(form.rows, sides[0], reason)
        join(form.cols, sides[1], reason)
        for side, index in zip((form.rows, form.cols), node.indices, strict=True):
            if isinstance(index, s.Literal_) and index.value > 0:  # the second, counted from 0
                lengthen(side)
        form.kind.matrix = form.kind.matrix or all(isinstance(index, s.Name) for index in node.indices)
    elif (node.member or (undeclared and isinstance(body, s.Name) and body.name in solver.entries)) and form.is_open():
        join(form.rows, sides[0], reason)
        join(form.cols, Side(ONE))
    elif len(sides) == 1 and solver.scope.syntax in ROWS_FIRST:
        result = Form(rank=1 if solver.scope.arrays and form.rows.is_long and form.cols.is_long else None)
        solver.rule(row_or_entry(form, sides[0], result, reason), form, result)
        return result
    elif len(sides) == 1:
        solver.rule(column_or_row(form, sides[0], reason), form)
    return Form.number()


def numbered_capitals(tree: s.Node) -> frozenset[str]:
    r"""The capitals whose Y_i is a number wherever it stands: a term beside a number, or in front of a function:
    `\sum_i (Y_i - X_i^\top b)^2`, `\sum_k N_k \log \pi_k`. A_k of `A_k x`, of `w_k A_k` and of a norm may be one of
    several matrices."""
    counts = Counter(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    entries = Counter(name for part in s.parts_of(tree) if (name := _entry_of_capital(part)))
    sure, open_, others = set(_weighed(tree)) if entries else set[str](), set[str](), set[str]()
    for part in s.parts_of(tree) if entries else ():
        inside: tuple[s.Node, ...] = ()
        match part:
            case s.Apply(_, function, arguments):
                kept = canonical_function(function) in ELEMENTWISE_NAMES | {"bars"}
                alone = function == "bars" and _entry_of_capital(s.ungrouped(arguments[0]))
                inside = () if kept and not alone else arguments
            case s.Transposed(_, body) | s.Inverted(_, body):
                inside = (body,)
            case s.Binary(_, "juxtapose" | "dot" | "@", left, right):
                before, behind = s.last_factor(left), _first_factor(right)
                if isinstance(behind, s.Apply | s.Sigma | s.Transposed | s.Binary):
                    sure.add(_entry_of_capital(before))
                else:
                    inside = (before,)
                open_.add(_entry_of_capital(behind) if not isinstance(before, s.Literal_) else "")
        others |= {name for one in inside for below in s.parts_of(one) if (name := _entry_of_capital(below))}
    others |= open_ - sure
    return frozenset(name for name, count in entries.items() if counts[name] == count and name not in others)


def _weighed(tree: s.Node) -> Iterator[str]:
    r"""The E of `\sum_i p_i E_i - \sum_i p_i \log p_i`, where entries of p or a small letter weigh it, and another term
    is a number."""
    terms = list(_terms(tree))
    for term in terms if any(isinstance(s.last_factor(one), s.Apply) for one in terms) else ():
        match term:
            case s.Binary(_, "juxtapose", left, s.Subscript(_, _, (s.Name(_, letter),)) as entry):
                match s.last_factor(left):
                    case s.Name(_, name) if name[0].islower():
                        yield _entry_of_capital(entry)
                    case s.Subscript(_, s.Name(_, name), (s.Name(_, other),)) if other == letter and name[0].islower():
                        yield _entry_of_capital(entry)


def _terms(tree: s.Node) -> Iterator[s.Node]:
    """The terms of a loss, those below a Σ and in a bracket behind a number too."""
    match inner := s.ungrouped(tree):
        case s.Binary(_, "+" | "-", left, right):
            yield from (*_terms(left), *_terms(right))
        case s.Negative(_, body) | s.Sigma(_, _, _, body) | s.Binary(_, "/", body):
            yield from _terms(body)
        case s.Binary(_, "juxtapose", s.Name() | s.Literal_() | s.Binary(_, "/"), s.Group() | s.Sigma() as body):
            yield from _terms(body)
        case _:
            yield inner


def _entry_of_capital(part: s.Node) -> str:
    match part:
        case s.Subscript(_, s.Name(_, name), (s.Name(),)) if name[0].isupper():
            return name
    return ""


def _first_factor(node: s.Node) -> s.Node:
    """The factor at the beginning of a product, without its exponent; e^x is a function of x."""
    node = s.ungrouped(node)
    while isinstance(node, s.Binary) and node.operator in ("juxtapose", "dot", "@", "^", "**"):
        left = s.ungrouped(node.left)
        if node.operator == "^" and isinstance(left, s.Name) and left.name == "e":
            break
        node = left
    return node


def slice_form(solver: Solver, node: s.Slice) -> Form:
    """A row or column of a matrix as a column vector."""
    if isinstance(solver.scope.find(node.matrix.name), Stack):
        return subscript_form(solver, s.Subscript(node.span, node.matrix, (node.index,)))
    form = solver.name(node.matrix)
    form.kind.array = True
    form.kind.matrix = form.kind.matrix or node.way != "sample"  # the vectors x^{(i)} may be numbers
    rank = 1 if solver.scope.arrays else None
    if rank is not None:
        form.kind.matrix = True
    side = solver.index(node.index)
    if node.is_column:
        join(form.cols, side)
        return Form(form.rows, Side(ONE), rank=rank)
    join(form.rows, side)
    return Form(form.cols, Side(ONE), rank=rank)


def binder_form(solver: Solver, node: s.Sigma | s.EntriesOf | s.MapsTo) -> Form:
    """Σ, entries and maps bind names of their own."""
    if isinstance(node, s.MapsTo):
        form = Form.of(solver.scope.wrt.shape) if solver.scope.wrt is not None else Form()
        kept = solver.names.get(node.argument.name)
        solver.names[node.argument.name] = form
        body = solver.walk(node.body)
        solver.places[id(node)] = form
        del solver.names[node.argument.name]
        if kept is not None:
            solver.names[node.argument.name] = kept
        return body
    outer = solver.binding
    solver.binding = dict(outer)
    for letter, bound in zip(node.letters, node.bounds, strict=True):
        if letter is None:
            continue
        # In LaTeX a bound is checked, not trusted: Σ_{i=1}^n over the m rows is a common slip.
        side = Side(solver.dimension(bound) if bound is not None and solver.scope.syntax == "numpy" else None)
        solver.binding[letter.name] = solver.bound[id(node), letter.name] = side
    body = solver.walk(node.body)
    for letter, bound in zip(node.letters, node.bounds, strict=True):
        if letter is not None and bound is not None:
            side = solver.bound[id(node), letter.name]
            name = s.ungrouped(bound)
            dim = solver.dimension(bound)
            if isinstance(name, s.Name) and name.name in solver.limits:
                join(solver.limits[name.name], side)
            elif dim is not None:
                solver.waiting.add(later(side, dim), side)
    solver.binding = outer
    if isinstance(node, s.Sigma):
        return body
    sides = [solver.bound[id(node), letter.name] if letter else Side(ONE) for letter in node.letters]
    return Form(sides[0], sides[1])


def names_of_lengths(tree: s.Node, scope: Scope) -> frozenset[str]:
    """Names that nobody declared and that stand above a Σ: each names the length that its letter runs through.

    A name that is used as an index or that carries indices is something else.
    """
    found: set[str] = set()
    others: set[str] = {*scope.letters}
    for part in s.parts_of(tree):
        match part:
            case s.Sigma(_, letters, bounds, _) | s.EntriesOf(_, letters, bounds, _):
                others |= {letter.name for letter in filter(None, letters)}
                found |= {bound.name for bound in map(s.ungrouped, filter(None, bounds)) if isinstance(bound, s.Name)}
            case s.Subscript(_, body, indices):
                others |= {name.name for name in (s.ungrouped(body), *indices) if isinstance(name, s.Name)}
            case s.Slice(_, letter, matrix, index):
                others |= {name.name for name in (letter, matrix, index) if isinstance(name, s.Name)}
            case s.Kronecker(_, indices) | s.Apply(_, "basis", indices):
                others |= {name.name for name in indices if isinstance(name, s.Name)}
            case s.Transposed(_, body) | s.Differential_(_, body):
                others |= {name.name for name in (s.ungrouped(body),) if isinstance(name, s.Name)}
    return frozenset(name for name in found - others if scope.find(name) is None and scope.size(name) is None)


def derivative_of(solver: Solver, node: s.Derivative) -> Form:
    """∂(body)/∂X[s,t] has the shape of its body; without indices it is the whole array."""
    if node.body is not None:
        body = solver.walk(node.body)
    else:
        body = Form.of(solver.scope.loss.shape) if solver.scope.loss is not None else Form.number()
    if node.variable is None:
        form = Form.of(solver.scope.wrt.shape) if solver.scope.wrt is not None else Form()
    elif is_index_of_wrt(solver, node):
        return body
    else:
        form = solver.walk(node.variable)
    sides = [solver.index(index) for index in node.indices]
    if len(sides) == 2:
        join(form.rows, sides[0])
        join(form.cols, sides[1])
        return body
    if len(sides) == 1:
        solver.rule(column_or_row(form, sides[0], solver.text(node)), form)
        return body
    return derivative_form(body, form)


def is_index_of_wrt(solver: Solver, node: s.Derivative) -> bool:
    """LaTeX's ∂_k f: by entry k of wrt, where `k` is no variable."""
    wrt, name = solver.scope.wrt, node.variable
    if wrt is None or node.indices or not isinstance(name, s.Name) or solver.scope.find(name.name) is not None:
        return False
    return join(solver.index(name), Side(wrt.shape.rows if wrt.shape.cols is ONE else wrt.shape.cols))


def derivative_form(body: Form, variable: Form) -> Form:
    """The shape of the whole derivative, where it has at most two indices."""
    if body.is_number:
        return variable
    if variable.is_number:
        return body
    if body.cols.is_one and variable.cols.is_one:
        return Form(body.rows, variable.rows)
    return Form()

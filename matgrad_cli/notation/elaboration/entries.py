"""The index level: entries, δ, Σ, arrays given by their entries, pending derivatives."""

from __future__ import annotations

from typing import Final

from ... import ir
from ...diagnostics.record import replace
from ...ir.entries import letters_for
from .. import syntax as s
from ..scope import ROWS_FIRST
from ..shapes.uses import is_basis, length_of
from .at_points import refuse_at_point
from .complaints import described
from .elaborator import Elaborator
from .guards import guarded
from .parts import SAID, moved, shifted
from .sizes import dim_of_array

_WHOLE: Final = "only sums through a whole dimension can be read"


def position(
    e: Elaborator, node: s.Node, side: ir.Dim | None, sides: tuple[ir.Dim | None, ir.Dim | None] = (None, None)
) -> ir.Position:
    """An index: a letter over a dimension, a number from 0, or a pair."""
    node = s.ungrouped(node)
    match node:
        case s.Literal_(_, value):
            if value.denominator != 1 or not 0 <= value < 10**9:
                e.fail("index-out-of-range", f"an index is a whole number from 0, not `{value}`", node)
            if side is not None and not side.names and value >= side.factor:
                message = f"index {value} is beyond the last one, {side.factor - 1}"
                e.fail("index-out-of-range", message, node, "numbers in brackets count from 0")
            return int(value)
        case s.Negative():
            message = "an index is counted from 0 and is never negative"
            if e.scope.syntax == "r":
                message = "a negative index leaves an entry out, which is read of the first entry of a vector alone"
            e.fail("index-out-of-range", message, node)
        case s.PairIndex(_, outer, inner):
            second = position(e, inner, sides[1])
            if not isinstance(second, ir.Index):
                e.fail("syntax-error", "the second index of a pair must be a letter", inner)
            return ir.Pair(position(e, outer, sides[0]), second, second.dim)
        case s.Name(_, name):
            return letter(e, node, name, side)
    return e.fail("syntax-error", f"{e.text(node)} is no index; an index is a letter or a number", node)


def letter(e: Elaborator, node: s.Node, name: str, side: ir.Dim | None) -> ir.Index:
    """An index letter, bound or free, checked against the side that it counts."""
    bound = e.binding.get(name)
    dim = bound.dim if bound is not None else e.found.letters.get(name)
    if dim is None:
        if side is None:
            help = f"write its size at the sum, as in `sum[{name}:n](…)`"
            e.fail("missing-shape", f"nothing says how far the index `{name}` runs", node, help)
        dim = side
    if side is not None and dim is not side:
        if name in e.limited:
            message = f"the sum over `{name}` goes to {dim}, where this side has {side}"
            e.fail("sum-range", message, node, _WHOLE, label=f"{side} entries")
        message = f"the index `{name}` runs to {dim}, this side has {side}"
        e.fail("index-mismatch", message, node, label=f"runs to {dim}")
    return bound if bound is not None else ir.Index(name, dim)


def mask(e: Elaborator, node: s.Apply) -> ir.Expr:
    """The factor that is 1 in a part of a range and else 0."""
    letters: list[ir.Index] = []
    for part in node.arguments:
        if not isinstance(part, s.Name):
            e.fail("index-mismatch", "the letter of a range is needed here, and another value stands", part)
        letters.append(letter(e, part, part.name, letters[0].dim if letters else None))
    if node.function == s.BEFORE:
        left, right = letters
        return ir.Entry(ir.Call("strictupper", ir.Fill(1, ir.Shape(left.dim, left.dim))), left, right)
    own, (first, last) = letters[0], (int(number) for _, number in node.options)
    e.reach[own.name] = first, last
    if not own.dim.names and first + last >= own.dim.factor:
        e.fail("sum-range", f"nothing is left of the range of `{own.name}`, which has {own.dim}", node)
    found: list[ir.Expr] = [ir.add(ir.Number(1), ir.neg(ir.Delta(own, at))) for at in range(first)]
    end: ir.Expr = ir.Call("butlast", ir.Fill(1, ir.Shape(own.dim)))
    found += [ir.Entry(moved(end, ahead), own, None) for ahead in range(last)]
    return ir.mul(*found)


def counted(e: Elaborator, node: s.Apply) -> ir.Expr:
    """The number that a letter stands for: so many ones stand in its row of a triangle of ones."""
    part, first = node.arguments[0], int(dict(node.options)["first"])
    fixed = f"a letter counts here, and it is said to be {e.text(part)}"
    own = letter(e, part, part.name, None) if isinstance(part, s.Name) else e.fail("unreadable", fixed, node)
    ones = ir.Fill(1, ir.Shape(own.dim))
    e.note(f"`{own.name}` as a number is entry {own.name} of tril(𝟏𝟏ᵀ)𝟏, which holds 1, 2, 3, …")
    number = ir.Entry(ir.matmul(ir.Call("tril", ir.Fill(1, ir.Shape(own.dim, own.dim))), ones), own, None)
    return number if first else ir.add(number, ir.Number(-1))


def subscript(e: Elaborator, node: s.Subscript) -> ir.Expr:
    """X[i,j], x[i]; e[i] is a basis vector where `e` is not declared, E[i,j] a matrix with a single 1."""
    body = s.ungrouped(node.body)
    if isinstance(body, s.Name) and e.scope.find(body.name) is None and body.name not in e.arguments:
        joined = _joined_name(e, body, node.indices)
        if joined is not None:
            return joined
        if is_basis(body.name, node.indices):
            return basis(e, node)
    several = e.scope.find(body.name) if isinstance(body, s.Name) and len(node.indices) == 1 else None
    if isinstance(several, ir.Stack):
        return ir.member(several, position(e, node.indices[0], several.count))
    with e.inside("entry"):
        base = e.expr(node.body)
    wanted = len(base.shape.dims)
    if wanted == 2 and len(node.indices) == 1 and e.scope.syntax in ROWS_FIRST:
        e.flatten(node, e.scope.arrays)
        if isinstance(body, s.Name):
            return row_or_column(e, s.Slice(node.span, body, body, node.indices[0], "row"))
        at = position(e, node.indices[0], base.shape.rows)
        own = e.letter(base.shape.cols, base, str(at))
        return ir.MatrixOf(own, None, ir.Entry(base, at, own))
    if wanted == 0 and all(map(_is_first, node.indices)):
        return base  # `(x.T*x)[0, 0]`: the one entry of a 1×1 matrix
    if wanted == 1 and len(node.indices) == 2 and _is_first(node.indices[base.shape.rows is not ir.ONE]):
        node = replace(node, indices=(node.indices[base.shape.rows is ir.ONE],))  # `x[i, 0]` of a column
    if wanted == 0:
        e.fail("index-mismatch", f"{e.text(node.body)} is a number and has no entries", node.body, label="a number")
    if len(node.indices) != wanted:
        indices = "1 index" if wanted == 1 else "2 indices"
        one = len(node.indices) == 1 and isinstance(body, s.Name)
        family = one and e.scope.loss is None and e.scope.syntax == "latex"
        help = f"a row, as a column, is used as in `x_i^\\top w`; {e.text(node)} {s.FAMILY}" if family else None
        shown = f"{e.text(node.body)} is {described(base.shape)}"
        if isinstance(body, s.Subscript) and body.span == body.body.span:  # of einsum
            shown, indices, help = f"{e.text(node)} has two sides", "as many letters", "declare three, as in `A: k×m×n`"
            node = replace(node, indices=(*body.indices, *node.indices))
        e.fail("index-mismatch", f"{shown} and takes {indices}, not {len(node.indices)}", node, help)
    counted = node.indices
    for place in reversed(range(len(counted))):
        if back := _from_end(e, counted[place]):
            base = _last_of(e, node, base, back, base.shape.is_column or (place == 0 and base.shape.is_matrix))
            counted = (*counted[:place], *counted[place + 1 :])
    if not counted:
        return base
    if any(isinstance(s.ungrouped(index), s.Binary) for index in counted):
        base, counted = shifted(e, base, counted)
    row, col = _positions(e, counted, base)
    return ir.entry_of_member(base, row, col)


def _from_end(e: Elaborator, index: s.Node) -> int:
    """1 of Python's x[-1], the last entry, of `x(end)` and `x[end]`; 0 of any other index, and in other languages."""
    match s.ungrouped(index) if e.scope.syntax in ("numpy", "matlab", "julia") else None:
        case s.Negative(_, s.Literal_(_, value)) if value.denominator == 1 and 0 < value < 10:
            return int(value)
    return 0


def _last_of(e: Elaborator, node: s.Node, base: ir.Expr, back: int, rows: bool) -> ir.Expr:
    """The row, column or entry that is counted from the end: x[-1] is uᵀx, where u is 1 in the last row alone."""
    side = base.shape.rows if rows else base.shape.cols
    if not side.names and back > side.factor:
        e.fail("index-out-of-range", f"there are {side.factor} entries, and no last but {back - 1}", node)
    but = f" but {back - 1}" if back > 1 else ""
    e.note(f"{e.text(node)} is the last{but} of {side}; `𝟏 − butlast(𝟏)` is 1 at the last place and 0 elsewhere")
    if back > 1:
        e.note(SAID)
    ones = ir.Fill(1, ir.Shape(side))
    last = moved(ir.sub(ones, ir.Call("butlast", ones)), back - 1)
    if rows and base.shape.is_matrix:
        return ir.matmul(ir.transpose(base), last)
    return ir.matmul(ir.transpose(last), base) if rows else ir.matmul(base, last)


def _is_first(index: s.Node) -> bool:
    return isinstance(index, s.Literal_) and index.value == 0


def _positions(
    e: Elaborator, indices: tuple[s.Node, ...], base: ir.Expr
) -> tuple[ir.Position | None, ir.Position | None]:
    left = list(indices)
    shapes = [factor.shape for factor in base.children] if isinstance(base, ir.Kron) else []
    first, second = shapes if len(shapes) == 2 else (None, None)  # a pair of letters counts the rows of A ⊗ B
    rows = (first.rows if first else None, second.rows if second else None)
    cols = (first.cols if first else None, second.cols if second else None)
    row = position(e, left.pop(0), base.shape.rows, rows) if base.shape.rows is not ir.ONE else None
    col = position(e, left.pop(0), base.shape.cols, cols) if base.shape.cols is not ir.ONE else None
    return row, col


def _joined_name(e: Elaborator, body: s.Name, indices: tuple[s.Node, ...]) -> ir.Expr | None:
    """`W_1` may be a name of its own: W1."""
    if len(indices) != 1:
        return None
    index = s.ungrouped(indices[0])
    tail = index.text if isinstance(index, s.Literal_) else index.name if isinstance(index, s.Name) else None
    return None if tail is None else e.scope.find(f"{body.name}_{tail}") or e.scope.find(f"{body.name}{tail}")


def basis(e: Elaborator, node: s.Subscript | s.Apply) -> ir.Expr:
    """e_i = (δ_ri)_r; E_ij = (δ_ri δ_cj)_rc."""
    indices = node.indices if isinstance(node, s.Subscript) else node.arguments
    found = [position(e, index, None) for index in indices]
    fresh: list[ir.Index] = []
    entry: ir.Expr = ir.Number(1)
    for place in found:
        if not isinstance(place, ir.Index):
            message = "the size of this basis vector does not follow from its use"
            e.fail("missing-shape", message, node, "use an index letter")
        fresh.append(e.letter(place.dim, entry))
        entry = ir.mul(entry, ir.Delta(fresh[-1], place))
    return ir.MatrixOf(fresh[0], fresh[1] if len(fresh) > 1 else None, entry)


def row_or_column(e: Elaborator, node: s.Slice) -> ir.Expr:
    """A row or a column of a matrix, as a column vector."""
    if isinstance(e.scope.find(node.matrix.name), ir.Stack):
        return subscript(e, s.Subscript(node.span, node.matrix, (node.index,)))
    base = e.expr(node.matrix)
    if not base.shape.is_matrix and e.scope.syntax == "numpy":
        message = f"`{node.matrix.name}` is {described(base.shape)}, {e.text(node)} takes a matrix"
        e.fail("index-mismatch", message, node)
    if not base.shape.is_matrix:
        return subscript(e, s.Subscript(node.span, node.matrix, (node.index,)))
    e.flatten(node, e.scope.arrays)
    column = node.is_column
    side = base.shape.cols if column else base.shape.rows
    index = node.index
    if isinstance(s.ungrouped(index), s.Binary) and not column:
        base, (index,) = shifted(e, base, (index,))
    if back := _from_end(e, index):
        return _last_of(e, node, base, back, not column)
    at = position(e, index, side)
    own = e.letter(base.shape.rows if column else base.shape.cols, base, str(at))
    if node.is_numbered:
        side_of, how = ("column", "") if column else ("row", ", as a column vector")
        e.note(f"{e.text(node)} is read as {side_of} {at} of `{node.matrix.name}`{how}")
    return ir.MatrixOf(own, None, ir.Entry(base, own, at) if column else ir.Entry(base, at, own))


def kronecker(e: Elaborator, node: s.Kronecker) -> ir.Expr:
    """δ_ij."""
    if len(node.indices) == 1:
        e.fail("unknown-name", "the name `δ` is not known here", node)
    if len(node.indices) != 2:
        e.fail("wrong-delta", f"δ has two indices, not {len(node.indices)}", node)
    left, right = (s.ungrouped(index) for index in node.indices)
    # a letter knows its size from its use, or from the other letter
    if isinstance(left, s.Name) and left.name not in e.binding and e.found.letters.get(left.name) is None:
        second = position(e, right, None)
        return ir.Delta(position(e, left, second.dim if isinstance(second, ir.Index) else None), second)
    first = position(e, left, None)
    return ir.Delta(first, position(e, right, first.dim if isinstance(first, ir.Index) else None))


def _open(e: Elaborator, node: s.Sigma | s.EntriesOf) -> list[ir.Index | None]:
    found: list[ir.Index | None] = []
    for name, bound in zip(node.letters, node.bounds, strict=True):
        if name is None:
            found.append(None)
            continue
        side = e.found.bound.get((id(node), name.name))
        dim = (side.known if side is not None else None) or e.scope.letters.get(name.name)
        if dim is None:
            help = f"write its size, as in `sum[{name.name}:n](…)`"
            e.fail("missing-shape", f"nothing says how far the index `{name.name}` runs", name, help)
        found.append(ir.Index(name.name, dim))
        if bound is not None:
            _check_limit(e, name, bound, dim)
    return found


def _check_limit(e: Elaborator, letter: s.Name, limit: s.Node, dim: ir.Dim) -> None:
    """A written limit must be the whole length; a name that nobody declared is a name for it, and that is said."""
    bare = s.ungrouped(limit)
    length = f"`{letter.name}` runs through {dim}"
    written = length_of(
        bare, lambda name: e.scope.size(name) or e.found.sizes.get(name), lambda call: dim_of_array(e, call)
    )
    if written is dim:
        if isinstance(bare, s.Name) and bare.name in e.found.sizes and dim is not ir.Dim.of(bare.name):
            what = f"a name for {dim}, the length that `{letter.name}` runs through"
            e.note(f"{e.text(limit)} above the sum is read as {what}")
        return
    help = _WHOLE
    if isinstance(bare, s.Literal_) and written is not None and dim.names:
        help += f"; if its length is {bare.text}, declare that, as in `x: {bare.text}`"
    if isinstance(bare, s.Name) and written is None:
        value = e.scope.find(bare.name)
        what = "no length of a dimension" if value is None else described(value.shape)
        message = f"{e.text(limit)} is {what} and cannot be the upper limit of `{letter.name}`"
    else:
        upper = e.text(limit) if written is None else str(written)
        message = f"the sum over `{letter.name}` goes to {upper}, where its whole length is {dim}"
    e.fail("sum-range", message, limit, help, label=length)


def sigma(e: Elaborator, node: s.Sigma) -> ir.Expr:
    """Σ over the letters, each through its whole dimension."""
    indices = [index for index in _open(e, node) if index is not None]
    names = [index.name for index in indices]
    if len(set(names)) != len(names):
        e.fail("index-reused", "the letters of one sum must differ", node)
    outer, limited = e.binding, e.limited
    e.binding = {**outer, **{index.name: index for index in indices}}
    written = {letter.name for letter, bound in zip(node.letters, node.bounds, strict=True) if bound is not None}
    e.limited = limited - frozenset(names) | written
    body = e.expr(node.body)
    members = [part.indices for part in s.parts_of(node.body) if isinstance(part, s.Subscript) and part.member]
    pair = [e.binding.get(one.name) for two in members if len(two) == 2 for one in two if isinstance(one, s.Name)]
    e.binding, e.limited = outer, limited
    inside = guarded(body, (pair[0], pair[1]) if len(pair) == 2 and pair[0] and pair[1] else None)
    if inside is not body:
        out = "that no such pair is in the set is assumed" if pair else "a term that the sum leaves out"
        e.note(f"δ is added where two letters are equal, {out}: so every term has a value")
    return ir.sum_over(indices, inside)


def entries_of(e: Elaborator, node: s.EntriesOf) -> ir.Expr:
    """The array with the given entries."""
    row, col = _open(e, node)
    outer = e.binding
    e.binding = {**outer, **{index.name: index for index in (row, col) if index is not None}}
    body = e.expr(node.body)
    e.binding = outer
    twice = isinstance(node.body, s.Derivative) and isinstance(node.body.body, s.EntriesOf)  # ∂²L/∂u_i∂u_iᵀ
    lists = (twice or e.scope.syntax == "numpy") and row is not None and col is None
    shape = body.shape
    if row is not None and col is None and (shape.is_row or (lists and shape.is_column)):  # rows, one below the other
        col = e.letter(shape.rows if shape.is_column else shape.cols, body, row.name)
        body = ir.Entry(body, col, None) if shape.is_column else ir.Entry(body, None, col)
    elif col is not None and row is None and shape.is_column:  # columns, side by side
        row = e.letter(shape.rows, body, col.name)
        body = ir.Entry(body, row, None)
    if not body.shape.is_number:
        message = f"an entry must be a number, {e.text(node.body)} is {described(body.shape)}"
        blocks = body.shape.is_column and "dots" in e.text(node)  # vectors one below the other
        e.fail("too-many-indices" if lists else "unreadable" if blocks else "shape-mismatch", message, node.body)
    return ir.MatrixOf(row, col, body)


def derivative(e: Elaborator, node: s.Derivative) -> ir.Expr:
    """∂(body)/∂X[s,t]; without indices the whole array of derivatives."""
    if node.body is None and e.scope.loss is None:
        e.fail("missing-loss", "the derivative of what is meant?", node)
    body = e.expr(node.body) if node.body is not None else e.scope.loss
    assert body is not None
    variable, indices = _variable(e, node)
    if indices or variable.shape.is_number:
        if len(indices) != len(variable.shape.dims):
            wanted = len(variable.shape.dims)
            shown = f"`{variable.name}` is {described(variable.shape)}"
            e.fail("index-mismatch", f"{shown} and takes {wanted} indices, not {len(indices)}", node)
        row, col = _positions(e, indices, variable)
        return ir.Partial(body, variable, row, col)
    return whole_derivative(e, node, body, variable)


def _variable(e: Elaborator, node: s.Derivative) -> tuple[ir.Symbol, tuple[s.Node, ...]]:
    if node.variable is None:
        if e.scope.wrt is None:
            e.fail("missing-wrt", "the derivative by what is meant?", node)
        refuse_at_point(e, node)
        return e.scope.wrt, node.indices
    name = s.ungrouped(node.variable)
    unknown = isinstance(name, s.Name) and e.scope.find(name.name) is None and name.name not in e.arguments
    if unknown and isinstance(name, s.Name) and not node.indices and e.scope.wrt is not None:
        # ∂_k f: by entry k of wrt; x, y and longer names are variables that are not known, of ∇_c f c too
        counts = len(name.name) == 1 and ("i" if node.style == "nabla" else "a") <= name.name <= "t"
        if e.scope.wrt.shape.is_number or e.scope.wrt.shape.is_matrix or not counts:
            e.expr(name)
        return e.scope.wrt, (name,)
    value = e.expr(node.variable)
    if not isinstance(value, ir.Symbol):
        e.fail("not-a-variable", f"a derivative is taken by a variable, {e.text(node.variable)} is none", node.variable)
    return value, node.indices


def whole_derivative(e: Elaborator, node: s.Node, body: ir.Expr, variable: ir.Symbol) -> ir.Expr:
    """The array of all derivatives: of a number the shape of the variable, of a column by a column rows × entries."""
    taken = {*e.binding, *e.found.letters, *(index.name for index in ir.letters_in(body))}
    row, col = letters_for(variable.shape, taken, "stklij")
    if body.shape.is_number:
        return ir.MatrixOf(row, col, ir.Partial(body, variable, row, col))
    if body.shape.is_column and variable.shape.is_column:
        own, _ = letters_for(body.shape, taken)
        return ir.MatrixOf(own, row, ir.Partial(ir.Entry(body, own, None), variable, row, None))
    count = len(body.shape.dims) + len(variable.shape.dims)
    message = f"the derivative of {described(body.shape)} by {described(variable.shape)} has {count} indices"
    return e.fail("too-many-indices", message, node, f"write one entry, as in `partial(u[i,j], {variable.name}[s,t])`")


def cases(e: Elaborator, node: s.Cases) -> ir.Expr:
    """A case table is read by nobody yet but the eye."""
    for value, _ in node.branches:
        e.expr(value)
    e.fail("cases", "a value by cases cannot be read here", node, "write it with δ, as in `\\delta_{ij} x_k`")

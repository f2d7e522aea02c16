"""Derivatives with three and four indices beside their entries: the case table, the ⊗ form with vec, and pictures of both layouts.

What is said is decided here once; text, LaTeX, Markdown and HTML differ only in the printer.
"""

from __future__ import annotations

from collections.abc import Callable

from ...diagnostics.record import record
from ...ir import (
    ONE,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Index,
    MatrixOf,
    Mul,
    Named,
    Shape,
    SumOver,
    Symbol,
    Transpose,
    mul,
    nodes_of,
    substitute,
)
from ...notation.printing.to_unicode import dim_unicode, name_unicode, shape_unicode, to_unicode
from ...records import Result

VEC = "the columns on top of each other"
OTHERWISE = "otherwise"


@record
class Swap:
    """A commutation matrix K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z."""

    named: Named
    shape: Shape


@record
class Stack:
    """∂f_i/∂A for one i: its row (or column) i is `line`, everything else is 0."""

    letter: Index
    line: Expr
    by_row: bool


@record
class Forms:
    """The other forms of a result with three or four indices."""

    loss: Symbol
    wrt: Symbol
    order: int
    result: Result
    flattened: Expr | None
    swaps: tuple[Swap, ...]
    stack: Stack | None


def forms_of(result: Result, loss: Symbol, wrt: Symbol, order: int) -> Forms:
    """The forms that a result has; sizes are written to the identities of the ⊗ form."""
    flat = result.flattened
    swaps = tuple(swap for swap in map(_swap, nodes_of(flat)) if swap is not None) if flat is not None else ()
    shown = flat
    if flat is not None and flat is not Eye(flat.shape.rows) and not any(getattr(symbol, "name", "") == "I" for symbol in flat.symbols):
        shown = substitute(flat, {node: _sized(node.dim) for node in nodes_of(flat) if isinstance(node, Eye)})
    return Forms(loss, wrt, order, result, shown, swaps, _stack(result, loss, wrt, order))


def swaps_of(flattened: Expr) -> tuple[Swap, ...]:
    """The commutation matrices in a ⊗ form."""
    return tuple(swap for swap in map(_swap, nodes_of(flattened)) if swap is not None)


def _swap(node: Expr) -> Swap | None:
    if isinstance(node, Named) and isinstance(node.body, MatrixOf) and isinstance(node.body.body, SumOver):
        sides = node.body.body.indices
        if len(sides) == 2 and sides[0].dim * sides[1].dim is node.shape.rows:
            return Swap(node, Shape(sides[0].dim, sides[1].dim))
    return None


def _sized(dim: Dim) -> Named:
    """I with its size: I_n, I_mn, but I_(N·N): I_NN would look like a name, and a raised 2 like the square of I_N."""
    names = [name for name, power in dim.powers for _ in range(power)]
    factors = names if dim.factor == 1 and names else [str(dim.factor), *names]
    if all(len(factor) == 1 for factor in factors) and len(set(factors)) == len(factors):
        return Named(f"I_{''.join(factors)}", Eye(dim))
    return Named(f"I_{factors[0]}" if len(factors) == 1 else f"I_({'·'.join(factors)})", Eye(dim))


def _stack(result: Result, loss: Symbol, wrt: Symbol, order: int) -> Stack | None:
    """δ_is x_t: row i of ∂f_i/∂A is xᵀ."""
    if order != 1 or not wrt.shape.is_matrix or len(loss.shape.dims) != 1:
        return None
    letter, row, col = result.letters
    factors = result.entry.factors if isinstance(result.entry, Mul) else (result.entry,)
    links = [factor for factor in factors if isinstance(factor, Delta)]
    if len(links) != 1 or links[0].free not in ({letter, row}, {letter, col}):
        return None
    by_row = row in links[0].free
    along = col if by_row else row
    vectors = [factor for factor in factors if along in factor.free]
    rest = [factor for factor in factors if factor not in (*links, *vectors)]
    if len(vectors) != 1 or any(not factor.free <= {letter} for factor in rest):
        return None
    vector = vectors[0]
    if not isinstance(vector, Entry) or vector.free != {along} or vector.base.shape.is_matrix:
        return None
    upright = vector.base.shape.is_column
    base = vector.base if upright != by_row else vector.base.body if isinstance(vector.base, Transpose) else Transpose(vector.base)
    return Stack(letter, mul(*rest, base) if rest else base, by_row)


# ---------------------------------------------------------------- Unicode


def condition_text(condition: str) -> str:
    """`if t = i, i ≠ j`, or `otherwise`."""
    return condition if condition == OTHERWISE else f"if {condition}"


def case_lines(forms: Forms) -> list[str]:
    """The case table, one line each: a brace, the value, the condition."""
    values = [to_unicode(value) for value, _ in forms.result.cases]
    wide = max(map(len, values), default=0)
    conditions = [condition_text(condition) for _, condition in forms.result.cases]
    last = len(values) - 1
    braces = ["⎧" if place == 0 else "⎩" if place == last else "⎪" for place in range(len(values))]
    if last == 0:
        braces = ["{"]
    elif last // 2 > 0:
        braces[last // 2] = "⎨"
    return [f"{brace} {value:<{wide}}  {said}" for brace, value, said in zip(braces, values, conditions, strict=True)]


def vec_label(forms: Forms) -> str:
    """What stands left of the ⊗ form: ∂vec(F)/∂vec(X)ᵀ, ∂f/∂vec(A)ᵀ, ∂²L/∂vec(X)∂vec(X)ᵀ."""
    loss, wrt = (_stacked_text(symbol) for symbol in (forms.loss, forms.wrt))
    upright = forms.order == 1 and forms.loss.shape.is_number
    below = wrt if forms.wrt.shape.is_row or upright else f"{wrt}ᵀ"
    if forms.order == 2:
        return f"∂²{name_unicode(forms.loss.name)}/∂{wrt}∂{below}"
    return f"∂{loss}/∂{below}"


def _stacked_text(symbol: Symbol) -> str:
    name = name_unicode(symbol.name)
    return f"vec({name})" if symbol.shape.is_matrix else name


def swap_text(swap: Swap) -> str:
    """What a commutation matrix does."""
    name = to_unicode(swap.named)
    return f"{name} is the commutation matrix: vec(Zᵀ) = {name} vec(Z) for every {shape_unicode(swap.shape)} matrix Z"


def stack_title(forms: Forms) -> str:
    """The sentence above the picture of stacked rows."""
    assert forms.stack is not None
    kind, name = "row" if forms.stack.by_row else "column", name_unicode(forms.stack.letter.name)
    left = f"∂{name_unicode(forms.loss.name)}_{name}/∂{name_unicode(forms.wrt.name)}"
    is_line = f"{kind} {name} is {to_unicode(forms.stack.line)}, all else is 0"
    return f"for one {name}, {left} is {shape_unicode(forms.wrt.shape)}: {is_line}"


def stack_lines(forms: Forms) -> list[str]:
    """The matrix ∂f_i/∂A: zeros, one row that is not, zeros."""
    assert forms.stack is not None
    line, name = to_unicode(forms.stack.line), name_unicode(forms.stack.letter.name)
    if forms.stack.by_row:
        lines = bracketed([["0ᵀ"], ["⋮"], [line], ["⋮"], ["0ᵀ"]])
        lines[2] += f"  ← row {name}"
        return lines
    row = bracketed([["0", "⋯", line, "⋯", "0"]])[0]
    middle = row.index("⋯") + 2 + len(line) // 2 + 1
    return [row, f"{' ' * middle}↑ column {name}"]


def bracketed(cells: list[list[str]]) -> list[str]:
    """A matrix of texts between tall brackets."""
    wide = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    rows = ["  ".join(f"{cell:^{width}}" for cell, width in zip(row, wide, strict=True)) for row in cells]
    if len(rows) == 1:
        return [f"[ {rows[0]} ]"]
    ends = [("⎡", "⎤"), *[("⎢", "⎥")] * (len(rows) - 2), ("⎣", "⎦")]
    return [f"{left} {row} {right}" for (left, right), row in zip(ends, rows, strict=True)]


@record
class Writing:
    """How sizes, entries and quotients are written."""

    dim: Callable[[Dim], str]
    part: Callable[[Symbol, str], str]
    ratio: Callable[[str, str], str]
    across: str
    down: str
    slope: str
    turned: str
    times: str
    quoted: Callable[[str], str]


def _part(symbol: Symbol, below: str) -> str:
    return f"{name_unicode(symbol.name)}_{below}" if below else name_unicode(symbol.name)


UNICODE = Writing(dim_unicode, _part, lambda top, below: f"∂{top}/∂{below}", "⋯", "⋮", "⋱", "ᵀ", "×", str)


def two_ways(forms: Forms, write: Writing = UNICODE) -> list[tuple[str, list[list[str]]]]:
    """The array of small derivatives, and the matrix of blocks that vec makes of it: a title and the cells of a table for each."""
    loss, wrt = forms.loss, forms.wrt
    if forms.order != 1 or not wrt.shape.is_matrix or loss.shape.is_number or forms.flattened is None:
        return []
    rows, cols = (("1", write.dim(side)) if side is not ONE else ("",) for side in (loss.shape.rows, loss.shape.cols))
    array = [[write.ratio(write.part(loss, ",".join(filter(None, (row, col)))), write.part(wrt, "")) for col in cols] for row in rows]
    down = [f":,{number}" for number in ("1", write.dim(loss.shape.cols))] if loss.shape.is_matrix else [""]
    along = [f":,{number}" for number in ("1", write.dim(wrt.shape.cols))]
    blocks = [[write.ratio(write.part(loss, own), write.part(wrt, col) + write.turned) for col in along] for own in down]
    tall = loss.shape.rows if loss.shape.is_matrix else loss.shape.dims[0]
    small, block = (
        write.quoted(f"{write.dim(one)}{write.times}{write.dim(other)}") for one, other in (wrt.shape.dims, (tall, wrt.shape.rows))
    )
    which = "one for each pair of columns" if loss.shape.is_matrix else "one for each column of the variable"
    return [
        (f"as an array: for each entry of the loss a matrix, {small}", _framed(array, write)),
        (f"as a matrix: blocks, {block}, {which}", _framed(blocks, write)),
    ]


def _framed(corners: list[list[str]], write: Writing) -> list[list[str]]:
    """First and last of each side, with dots between."""
    rows = [[row[0], write.across, row[1]] if len(row) == 2 else row for row in corners]
    if len(rows) == 1:
        return rows
    return [rows[0], [write.down, write.slope, write.down] if len(rows[0]) == 3 else [write.down], rows[1]]

"""Derivatives with three and four indices beside their entries: the case table, the ⊗ form with vec, and pictures of both layouts.

What is said is decided here once; text, LaTeX, Markdown and HTML differ only in the printer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..ir import Delta, Dim, Entry, Expr, Eye, Index, MatrixOf, Mul, Named, Shape, SumOver, Symbol, Transpose, mul, nodes_of, substitute
from ..notation.to_latex import dim_latex, name_latex, shape_latex, to_latex
from ..notation.to_unicode import dim_unicode, name_unicode, shape_unicode, to_unicode
from ..records import Result

VEC = "the columns on top of each other"
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Swap:
    """A commutation matrix K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z."""

    named: Named
    shape: Shape


@dataclass(frozen=True, slots=True)
class Stack:
    """∂f_i/∂A for one i: its row (or column) i is `line`, everything else is 0."""

    letter: Index
    line: Expr
    by_row: bool


@dataclass(frozen=True, slots=True)
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
    """I with its size; I_NN, as a raised 2 would look like the square of I_N."""
    names = [name for name, power in dim.powers for _ in range(power)]
    spelled = "".join(names) if all(len(name) == 1 for name in names) else "·".join(names)
    return Named(f"I_{'' if dim.factor == 1 and names else dim.factor}{spelled}", Eye(dim))


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
    if last // 2 > 0:
        braces[last // 2] = "⎨"
    return [f"{brace} {value:<{wide}}  {said}" for brace, value, said in zip(braces, values, conditions, strict=True)]


def vec_label(forms: Forms) -> str:
    """What stands left of the ⊗ form: ∂vec(F)/∂vec(X)ᵀ, ∂f/∂vec(A)ᵀ, ∂²L/∂vec(X)∂vec(X)ᵀ."""
    loss, wrt = (_stacked_text(symbol) for symbol in (forms.loss, forms.wrt))
    below = wrt if forms.wrt.shape.is_row else f"{wrt}ᵀ"
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


def two_ways(forms: Forms, latex: bool = False) -> list[tuple[str, list[list[str]]]]:
    """The array of small derivatives, and the matrix of blocks that vec makes of it: a title and the corners of a table for each."""
    if forms.order != 1 or not forms.wrt.shape.is_matrix or forms.flattened is None:
        return []
    loss, wrt = forms.loss, forms.wrt
    first, last = ("1", "1"), tuple(_dim(side, latex) for side in (loss.shape.rows, loss.shape.cols))
    rows, cols = ((first[0], last[0]) if side.names or side.factor > 1 else ("",) for side in (loss.shape.rows, loss.shape.cols))
    array = [[_ratio(_part(loss, (row, col), latex), _part(wrt, (), latex), latex) for col in cols] for row in rows]
    columns = [(":", number) for number in ("1", last[1])] if loss.shape.is_matrix else [()]
    wide = [(":", number) for number in ("1", _dim(wrt.shape.cols, latex))]
    turn = r"^\top" if latex else "ᵀ"
    blocks = [[_ratio(_part(loss, own, latex), _part(wrt, col, latex) + turn, latex) for col in wide] for own in columns]
    tall = loss.shape.rows * (loss.shape.cols if not loss.shape.is_matrix else Dim(1))
    times = r" \times " if latex else "×"
    sizes = [f"{_dim(one, latex)}{times}{_dim(other, latex)}" for one, other in ((wrt.shape.rows, wrt.shape.cols), (tall, wrt.shape.rows))]
    shown = [f"${size}$" for size in sizes] if latex else sizes
    which = "one for each pair of columns" if loss.shape.is_matrix else "one for each column of the variable"
    return [
        (f"as an array: for each entry of the loss a matrix, {shown[0]}", _framed(array, latex)),
        (f"as a matrix: blocks, {shown[1]}, {which}", _framed(blocks, latex)),
    ]


def _dim(dim: Dim, latex: bool) -> str:
    return dim_latex(dim) if latex else dim_unicode(dim)


def _part(symbol: Symbol, positions: tuple[str, ...], latex: bool) -> str:
    name = name_latex(symbol.name) if latex else name_unicode(symbol.name)
    shown = ",".join(position for position in positions if position)
    return name if not shown else f"{name}_{{{shown}}}" if latex else f"{name}_{shown}"


def _ratio(top: str, below: str, latex: bool) -> str:
    return rf"\frac{{\partial {top}}}{{\partial {below}}}" if latex else f"∂{top}/∂{below}"


def _framed(corners: list[list[str]], latex: bool) -> list[list[str]]:
    """First and last of each side, with dots between."""
    across, down, slope = (r"\cdots", r"\vdots", r"\ddots") if latex else ("⋯", "⋮", "⋱")
    rows = [[row[0], across, row[1]] if len(row) == 2 else row for row in corners]
    if len(rows) == 1:
        return rows
    return [rows[0], [down, slope, down] if len(rows[0]) == 3 else [down], rows[1]]


# ---------------------------------------------------------------- LaTeX


def condition_latex(condition: str) -> str:
    r"""`\text{if } t = i,\ i \ne j`."""
    if condition == OTHERWISE:
        return r"\text{otherwise}"
    # the comma inside (s, t) separates letters, not conditions
    return r"\text{if } " + re.sub(r", (?![^()]*\))", r",\\ ", condition).replace("≠", r"\ne")


def cases_latex(forms: Forms) -> str:
    r"""The case table as \begin{cases} … \end{cases}."""
    rows = [f"{to_latex(value)} & {condition_latex(condition)}" for value, condition in forms.result.cases]
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def vec_label_latex(forms: Forms) -> str:
    r"""What stands left of the ⊗ form: \frac{\partial \operatorname{vec}(F)}{\partial \operatorname{vec}(X)^\top}."""
    loss, wrt = (_stacked_latex(symbol) for symbol in (forms.loss, forms.wrt))
    below = wrt if forms.wrt.shape.is_row else rf"{wrt}^\top"
    if forms.order == 2:
        return rf"\frac{{\partial^2 {name_latex(forms.loss.name)}}}{{\partial {wrt}\, \partial {below}}}"
    return rf"\frac{{\partial {loss}}}{{\partial {below}}}"


def _stacked_latex(symbol: Symbol) -> str:
    name = name_latex(symbol.name)
    return rf"\operatorname{{vec}}({name})" if symbol.shape.is_matrix else name


def flattened_latex(forms: Forms) -> str:
    """The ⊗ form in LaTeX, with the sizes of its identities."""
    assert forms.flattened is not None
    text = to_latex(forms.flattened)
    for node in nodes_of(forms.flattened):
        if isinstance(node, Named) and isinstance(node.body, Eye):
            text = text.replace(to_latex(node), f"I_{{{dim_latex(node.body.dim)}}}")
    return text


def swap_latex(swap: Swap) -> str:
    """What a commutation matrix does, as a sentence with formulas between dollar signs."""
    name = to_latex(swap.named)
    rule = rf"\operatorname{{vec}}(Z^\top) = {name} \operatorname{{vec}}(Z)"
    return rf"${name}$ is the commutation matrix: ${rule}$ for every ${shape_latex(swap.shape)}$ matrix $Z$"


def stack_latex(forms: Forms) -> str:
    r"""\frac{\partial f_i}{\partial A} as a matrix of zeros with one row that is not."""
    assert forms.stack is not None
    line, name = to_latex(forms.stack.line), name_latex(forms.stack.letter.name)
    left = rf"\frac{{\partial {name_latex(forms.loss.name)}_{{{name}}}}}{{\partial {name_latex(forms.wrt.name)}}}"
    if forms.stack.by_row:
        body = rf"\begin{{bmatrix}} 0^\top \\ \vdots \\ {line} \\ \vdots \\ 0^\top \end{{bmatrix}} \leftarrow \text{{row }} {name}"
    else:
        zeros = r"0 & \cdots & "
        body = rf"\begin{{bmatrix}} {zeros}{line} & \cdots & 0 \end{{bmatrix}}, \quad \text{{column }} {name} \text{{ is }} {line}"
    return f"{left} = {body}"


def matrix_latex(cells: list[list[str]]) -> str:
    r"""Cells as \begin{bmatrix} … \end{bmatrix}."""
    return r"\begin{bmatrix} " + r" \\[4pt] ".join(" & ".join(row) for row in cells) + r" \end{bmatrix}"

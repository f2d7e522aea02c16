"""Matrices written out, `[[A, b], [c.T, d]]`: of numbers as they stand, of arrays multiplied out block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, NoReturn

from ..diagnostics import Span
from ..diagnostics.record import replace
from ..ir import ELEMENTWISE
from . import syntax as s
from .elaboration.complaints import fail
from .expression.vocabulary import canonical_function
from .scope import Scope

Grid = tuple[tuple[s.Node, ...], ...]
"""The blocks, row by row."""

_MADE: Final = frozenset(("array", "asarray", "block", "Matrix", "tensor", "as_tensor", "bmat", "mat", "BlockMatrix"))
_BELOW: Final = frozenset(("vstack", "stack", "concatenate", "cat", "concat", "row_stack", "vcat"))
_BESIDE: Final = frozenset(("hstack", "column_stack", "hcat"))
LISTED: Final = _MADE | _BELOW | _BESIDE
"""Functions that put arrays together."""


def without_blocks(tree: s.Node, scope: Scope, notes: tuple[str, ...] = ()) -> tuple[s.Node, tuple[str, ...]]:
    """The tree without matrices of blocks, and the notes with what to say of it."""
    if not _holds(tree):
        return tree, notes
    blocks = _Blocks(scope)
    found = blocks.read(tree)
    if isinstance(found, tuple):
        blocks.outside(tree, "the value of the loss")
    return found, (*notes, *(("the matrices of blocks are multiplied out block by block",) if blocks.opened else ()))


class _Blocks:
    """Carries blocks outwards to where a number, or a single block, is made of them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.opened = False

    def outside(self, node: s.Node, where: str) -> NoReturn:
        done = "blocks are multiplied, added, transposed, and summed up by `norm`, `sum`, `tr`, `det`"
        help = f"{done}; give what stands beside them in blocks too, or give the whole matrix a name"
        fail(self.scope, "blocks", f"a matrix of blocks cannot be read as {where}", (node.span, ""), help=help)

    def read(self, node: s.Node) -> s.Node | Grid:
        """The part without blocks inside, or itself a grid of blocks."""
        match node:
            case s.Apply(span, function, arguments, options) if function == s.LIST or function in LISTED:
                return self._written(span, function, arguments, options)
            case s.Group() | s.Transposed() | s.Negative():
                found = self.read(node.body)
                if not isinstance(found, tuple):
                    return replace(node, body=found)
                if isinstance(node, s.Negative):
                    return _each(found, lambda cell: s.Negative(node.span, cell))
                return _turned(found) if isinstance(node, s.Transposed) else found
            case s.Binary():
                return self._binary(node)
            case s.Apply() if any(_holds(argument) for argument in node.arguments):
                return self._called(node)
            case _ if _holds(node):
                return s.with_children(node, tuple([self._plain(part) for part in s.children(node)]))
        return node

    def stop(self, span: Span, message: str) -> NoReturn:
        fail(self.scope, "blocks", message, (span, ""))

    def _plain(self, node: s.Node) -> s.Node:
        found = self.read(node)
        return self.outside(node, "part of this") if isinstance(found, tuple) else found

    def _written(self, span: Span, function: str, arguments: tuple[s.Node, ...], options: s.Options) -> s.Node | Grid:
        """The cells of a list of lists, or of a function that puts arrays together."""
        if function in _MADE and len(arguments) == 1:
            return self.read(arguments[0])
        first = arguments[0] if arguments and function != s.LIST else None
        parts = first.arguments if isinstance(first, s.Apply) else arguments
        if function == s.LIST and all(isinstance(part, s.Apply) and part.function == s.LIST for part in parts):
            rows = [part.arguments for part in parts if isinstance(part, s.Apply)]
        elif function in _BESIDE or dict(options).get("axis", dict(options).get("dim")) in ("1", "-1"):
            flat = function == "hstack" and all(map(self._vector, parts))
            rows = [(part,) for part in parts] if flat else [tuple(parts)]
        elif function in ("vstack", "row_stack", "stack"):
            rows = [(s.Transposed(part.span, part) if self._vector(part) else part,) for part in parts]
        else:
            rows = [(part,) for part in parts]
        if len({len(row) for row in rows}) != 1:
            self.stop(span, "the rows of this matrix have different lengths")
        values = [[_value(cell) for cell in row] for row in rows]
        if all(value is not None for row in values for value in row):
            lines = _grid([s.Literal_(span, value, str(value)) for value in row if value is not None] for row in values)
            return s.Apply(span, s.LIST, tuple([s.Apply(span, s.LIST, line) for line in lines]))
        self.opened = True
        return self._joined([[self.read(cell) for cell in row] for row in rows], span)

    def _joined(self, rows: list[list[s.Node | Grid]], span: Span) -> Grid:
        """Blocks that are grids themselves, put into the grid around them."""
        lines: list[list[s.Node]] = []
        for row in rows:
            grids = [cell if isinstance(cell, tuple) else ((cell,),) for cell in row]
            if len({len(grid) for grid in grids}) != 1:
                self.stop(span, "blocks that stand side by side have different numbers of rows")
            lines += [[cell for grid in grids for cell in grid[k]] for k in range(len(grids[0]))]
        return _grid(lines)

    def _vector(self, node: s.Node) -> bool:
        """Whether a part is a vector: as declared, else by its small letter."""
        node = s.ungrouped(node)
        value = self.scope.find(node.name) if isinstance(node, s.Name) else None
        if value is not None:
            return not value.shape.is_matrix
        return isinstance(node, s.Name) and node.name[0].islower()

    def _binary(self, node: s.Binary) -> s.Node | Grid:
        if node.operator in ("^", "**") and (squares := self._squared(node)) is not None:
            return squares
        left, right = self.read(node.left), self.read(node.right)
        span, operator = node.span, node.operator
        if not isinstance(left, tuple) and not isinstance(right, tuple):
            return s.Binary(span, operator, left, right) if (left, right) != (node.left, node.right) else node
        if operator == "**" and isinstance(left, tuple) and not isinstance(right, tuple):
            return _each(left, lambda cell: s.Binary(span, operator, s.Group(cell.span, cell), right))
        if isinstance(left, tuple) and isinstance(right, tuple):
            return self._of_two(node, left, right)
        if operator in ("@", "juxtapose", "dot", "*", "/"):
            return self._beside(node, left, right)
        return self.outside(node, f"a side of `{operator}`")

    def _of_two(self, node: s.Binary, left: Grid, right: Grid) -> s.Node | Grid:
        span, operator = node.span, node.operator
        if operator in ("@", "juxtapose", "dot"):
            if len(left) == len(right) and len(left[0]) == len(right[0]) == 1 and operator != "juxtapose":
                left = _turned(left)  # u @ v of two vectors
            if len(left[0]) != len(right):
                self.stop(span, f"{len(left[0])} columns of blocks meet {len(right)} rows of blocks")
            pairs = [[zip(row, column, strict=True) for column in zip(*right, strict=True)] for row in left]
            found = _grid([_sum([_product(span, operator, *two) for two in cells]) for cells in row] for row in pairs)
            return s.Group(span, found[0][0]) if len(found) == len(found[0]) == 1 else found
        if operator not in ("+", "-", "*", "hadamard") or (len(left), len(left[0])) != (len(right), len(right[0])):
            self.stop(span, "the blocks of the two sides do not stand in the same places")
        beside = zip(left, right, strict=True)
        return _grid(
            [s.Binary(span, operator, a, s.Group(b.span, b)) for a, b in zip(*rows, strict=True)] for rows in beside
        )

    def _beside(self, node: s.Binary, left: s.Node | Grid, right: s.Node | Grid) -> Grid:
        """A number, or a matrix that multiplies every block: A [B C] is [AB AC], and [B; C] x is [Bx; Cx]."""
        span, operator = node.span, node.operator
        if isinstance(right, tuple) and not isinstance(left, tuple):
            if operator == "/" or (len(right) > 1 and not self._number(left)):
                return self.outside(node, f"what stands behind {self._text(left)}")
            return _each(right, lambda cell: _product(span, operator, left, cell))
        if not isinstance(left, tuple) or isinstance(right, tuple):
            return self.outside(node, f"a side of `{operator}`")
        if len(left[0]) > 1 and not self._number(right):
            return self.outside(node, f"what stands before {self._text(right)}")
        return _each(left, lambda cell: _product(span, operator, cell, right))

    def _text(self, node: s.Node) -> str:
        return f"`{self.scope.source.text[node.span.start : node.span.end]}`"

    def _number(self, node: s.Node) -> bool:
        """Whether a factor is known to be a number."""
        inner = s.ungrouped(node)
        if isinstance(inner, s.Binary) and inner.operator in ("/", "*", "juxtapose", "^", "**"):
            return self._number(inner.left) and self._number(inner.right)
        value = self.scope.find(inner.name) if isinstance(inner, s.Name) else None
        return (
            _is_number(inner)
            or (value is not None and value.shape.is_number)
            or (isinstance(inner, s.Name) and value is None and len(inner.name) > 1 and inner.name.islower())
        )

    def _squared(self, node: s.Binary) -> s.Node | None:
        """‖[A; B]‖² is ‖A‖² + ‖B‖²."""
        inner, exponent = s.ungrouped(node.left), s.ungrouped(node.right)
        if not (isinstance(inner, s.Apply) and inner.function in ("norm", "bars") and _value(exponent) == 2):
            return None
        grid = self.read(inner.arguments[0]) if _holds(inner.arguments[0]) else None
        norms = self._norms(inner, grid) if isinstance(grid, tuple) else None
        squares = [s.Binary(node.span, node.operator, one, node.right) for one in norms or ()]
        return s.Group(node.span, _sum(squares)) if squares else None

    def _norms(self, node: s.Apply, grid: Grid) -> list[s.Node] | None:
        """The norms of the blocks, where that of the whole is the root of their squares: of vectors the 2-norm."""
        second = node.arguments[1] if len(node.arguments) == 2 else None
        order = {*dict(node.options).values(), *((str(_value(second)),) if second is not None else ())}
        two = order == {"2"} or (not order and self.scope.syntax == "matlab")
        if len(node.arguments) > 2 or (len(grid[0]) > 1 if two else not order <= {"fro", "F"}):
            return None
        options = (("ord", "vector"),) if two else node.options
        return [s.Apply(node.span, "norm", (cell,), options) for row in grid for cell in row]

    def _called(self, node: s.Apply) -> s.Node | Grid:
        found, function = [self.read(argument) for argument in node.arguments], canonical_function(node.function)
        plain = tuple([part for part in found if not isinstance(part, tuple)])
        if len(plain) == len(found):
            return replace(node, arguments=plain)
        first = found[0]
        norms = self._norms(node, first) if function in ("norm", "bars") and isinstance(first, tuple) else None
        if norms is not None:
            two = s.number(node.span, 2)
            power: s.Operator = "^" if self.scope.syntax == "latex" else "**"
            return s.Apply(node.span, "sqrt", (_sum([s.Binary(node.span, power, one, two) for one in norms]),))
        if isinstance(first, tuple) and len(found) == 1:
            if function in ELEMENTWISE:
                return _each(first, lambda cell: replace(node, arguments=(cell,)))
            if function == "T":
                return _turned(first)
            summed = [row[k] for k, row in enumerate(first)] if function == "tr" and len(first) == len(first[0]) else []
            if function == "sum" and not node.options:
                summed = [cell for row in first for cell in row]
            if summed:
                return s.Group(node.span, _sum([s.Apply(node.span, function, (cell,)) for cell in summed]))
            if function in ("det", "logdet") and len(first) == len(first[0]) == 2:
                return self._determinant(node, function, first)
        if function in ("inner", "dot") and len(found) == 2 and all(isinstance(part, tuple) for part in found):
            sides = [[cell for row in grid for cell in row] for grid in found if isinstance(grid, tuple)]
            if len(sides[0]) != len(sides[1]):
                self.stop(node.span, f"{len(sides[0])} blocks meet {len(sides[1])} blocks")
            products = [replace(node, arguments=pair) for pair in zip(*sides, strict=True)]
            return s.Group(node.span, _sum(products))
        return self.outside(node, f"an argument of `{node.function}`")

    def _determinant(self, node: s.Apply, function: str, grid: Grid) -> s.Node:
        """det [[A, B], [C, D]] is det(A) det(D − C A⁻¹ B)."""
        span, times = node.span, "juxtapose" if self.scope.syntax == "latex" else "@"
        (a, b), (c, d) = grid
        inside = _product(span, times, _product(span, times, c, s.Apply(span, "inv", (a,))), b)  # type: ignore[arg-type]
        corner: s.Node = s.Group(span, s.Binary(span, "-", d, s.Group(span, inside)))
        number = _is_number(d) or self._vector(d)  # a small letter in the corner is a number
        rest = corner if number and function == "det" else s.Apply(span, "log" if number else function, (corner,))
        return s.Group(span, s.Binary(span, "*" if function == "det" else "+", s.Apply(span, function, (a,)), rest))


def _holds(node: s.Node) -> bool:
    """Whether a matrix is written out somewhere in the part."""
    called = {part.function for part in s.parts_of(node) if isinstance(part, s.Apply)}
    return not called.isdisjoint((s.LIST, *_BELOW, *_BESIDE))


def _value(node: s.Node) -> Fraction | None:
    """The number that a cell writes out: 2, −1, 1/2."""
    match s.ungrouped(node):
        case s.Literal_(_, value):
            return value
        case s.Negative(_, body) if (inner := _value(body)) is not None:
            return -inner
        case s.Binary(_, "/", left, right) if (top := _value(left)) is not None and (bottom := _value(right)):
            return top / bottom
    return None


def _is_number(node: s.Node) -> bool:
    return _value(node) is not None


def _grid(rows: Iterable[Iterable[s.Node]]) -> Grid:
    return tuple([tuple(row) for row in rows])


def _each(grid: Grid, make: Callable[[s.Node], s.Node]) -> Grid:
    return _grid([make(cell) for cell in row] for row in grid)


def _turned(grid: Grid) -> Grid:
    columns = _grid(zip(*grid, strict=True))
    return _each(columns, lambda cell: cell if _is_number(cell) else s.Transposed(cell.span, s.Group(cell.span, cell)))


def _product(span: Span, operator: s.Operator, left: s.Node, right: s.Node) -> s.Node:
    """The product of two blocks; one of them may be a number."""
    if operator == "@" and (_is_number(left) or _is_number(right)):
        operator = "*"
    return s.Binary(span, operator, s.Group(left.span, left), s.Group(right.span, right))


def _sum(parts: Sequence[s.Node]) -> s.Node:
    found = parts[0]
    for part in parts[1:]:
        found = s.Binary(part.span, "+", found, s.Group(part.span, part))
    return found

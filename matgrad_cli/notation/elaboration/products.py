"""Products and quotients read from left to right: numbers are gathered in front,
arrays multiply as their operator says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...ir import ONE, Call, Expr, MatMul, Mul, Number, Symbol, hadamard, kron, matmul, mul, reciprocal, transpose
from .. import syntax as s
from ..expression.keywords import path_of
from ..names import words
from .broadcasting import Operand, as_column, as_row, stretched
from .complaints import declared_column, described, fail, misfit_entrywise, misfit_product, piece, quoted
from .elaborator import Elaborator
from .matrix_functions import inverted

_DECLARED: Final = "from --shape"
_FACTORS: Final = words("alpha beta gamma lambda mu nu tau epsilon theta c k t")
"""Letters of numbers that nobody takes for functions."""
OPERATORS = frozenset(("*", "/", "@", "hadamard", "kron", "juxtapose", "dot"))


class Product:
    """A product so far: numbers before and after the one array, and the array as a list of factors of one kind.

    `2/m*X.T @ Y` becomes (2/m)·(XᵀY): an unbracketed number in front is a factor of the whole. Brackets are kept:
    `(2*A) @ B`.
    """

    def __init__(self, reader: Elaborator, first: s.Node) -> None:
        self.reader = reader
        self.before: list[Expr] = []
        self.after: list[Expr] = []
        self.parts: list[Expr] = []
        self.kind = ""
        self.span = first.span
        self.flat = False
        self.whole_number = isinstance(first, s.Literal_)
        array = self.scalars_of(first)
        if array is not None:
            self.parts, self.flat = [array], reader.is_flat(first)

    def scalars_of(self, node: s.Node) -> Expr | None:
        """Take the numbers of one operand into the product and return its array, if it has one."""
        value = self.reader.expr(node)
        if value.shape.is_number:
            self.scalar(value)
            return None
        if isinstance(node, s.Negative) and isinstance(value, Mul):
            arrays = [factor for factor in value.factors if not factor.shape.is_number]
            for factor in value.factors:
                if factor is not arrays[0]:
                    self.scalar(factor)
            return arrays[0]
        return value

    def scalar(self, value: Expr) -> None:
        (self.after if self.parts else self.before).append(value)

    @property
    def array(self) -> Expr | None:
        if len(self.parts) < 2:
            return self.parts[0] if self.parts else None
        return {"*": hadamard, "kron": _kron}.get(self.kind, matmul)(*self.parts)

    @property
    def value(self) -> Expr:
        """The whole product."""
        array = self.array
        return mul(*self.before, *(() if array is None else (array,)), *self.after)

    def times(self, node: s.Binary) -> None:
        """Multiply (or divide) by the right operand of `node`."""
        operator = "juxtapose" if node.operator == "*" and self.reader.scope.syntax == "latex" else node.operator
        if operator == "/":
            self.divide(node.right)
        elif operator == "kron":
            self.kron(node.right)
        else:
            array = self.scalars_of(node.right)
            self.refuse_value(array, node)
            self.refuse_quotient(node)
            if array is not None and not self.parts:
                self.parts, self.kind, self.flat = [array], "", self.reader.is_flat(node.right)
            elif array is not None and operator in ("*", "hadamard"):
                self.entrywise(array, node.right, "multiply")
                self.say_entrywise(array, node)
            elif array is not None and self.is_entrywise(operator, array):
                self.entrywise(array, node.right, "multiply")
                whole = quoted(self.reader.scope.source, node.span)
                self.reader.note(f"{whole} is read entry by entry, as vectors have no other product here")
            elif array is not None:
                self.matmul(operator, array, node)
        self.whole_number = False
        self.span = node.span

    def refuse_value(self, array: Expr | None, node: s.Binary) -> None:
        r"""`\Phi(w^\top x)`, `a(Wx)`: nobody puts a number in brackets behind a matrix, nor a product of arrays
        behind a number; it may be the value of a function. And say how `\log p(1-p)` is read."""
        scope = self.reader.scope
        last, value = s.last_factor(node.left), s.ungrouped(node.right)
        if scope.syntax != "latex" or scope.loss is not None:
            return
        bare = scope.source.text[last.span.end - 1 : last.span.end].isalnum() and isinstance(value, s.Binary)
        if isinstance(last, s.Apply) and bare and value is not node.right and len(last.arguments) == 1:
            of, both = quoted(scope.source, last.span), quoted(scope.source, last.span.joined(node.right.span))
            self.reader.note(f"{both} is read as {of} times the bracket; brackets round both say otherwise")
        if not isinstance(last, s.Name):
            return
        bracket = "(" in scope.source.text[last.span.end : value.span.start]
        if not bracket or isinstance(value, s.Literal_) or not scope.origins.get(last.name, "").startswith("assumed"):
            return
        before = self.reader.expr(last).shape
        whole = isinstance(value, s.Binary) and value.operator == "juxtapose" and last.name not in _FACTORS
        if before.is_matrix if array is None else before.is_number and whole:
            product = "leave the brackets away" if before.is_number else "write the number in front"
            written = scope.source.text[last.span.start : last.span.end]
            message = f"whether `{written}(…)` is a function or a product is not said"
            help = f"write the function out; for the product {product}, or declare `{last.name}`"
            self.reader.fail("unknown-function", message, node, help)

    def refuse_quotient(self, node: s.Binary) -> None:
        r"""Ask in `x^\top A x / x^\top B x` and `x^\top y / \|x\| \|y\|`:
        whoever goes on behind such a divisor means all of it; and in a loss in `a/bc` of numbers."""
        scope = self.reader.scope
        over = node.left if node.operator == "juxtapose" and scope.syntax == "latex" else None
        if not (isinstance(over, s.Binary) and over.operator == "/"):
            return
        if "/" not in scope.source.text[over.left.span.end : over.right.span.start]:  # `\frac` has braces
            return
        close = isinstance(over.right, s.Name) and over.right.span.end == node.right.span.start and scope.loss is None
        letters = close and isinstance(node.right, s.Name) and self.reader.expr(node.right).shape.is_number
        norms = _is_norm(over.right) and _is_norm(node.right)
        if letters or norms or not self.reader.expr(over.right).shape.is_number:
            span = over.right.span.joined(node.right.span)
            below = quoted(self.reader.scope.source, span)
            message = f"whether this divides by {below} or by its first factor alone is not said"
            fail(self.reader.scope, "unreadable", message, (span, ""), help="write brackets round what divides")

    def divide(self, node: s.Node) -> None:
        value = self.reader.expr(node)
        if value is Number(0):
            fail(self.reader.scope, "division-by-zero", "division by zero", (node.span, "this is 0"))
        if self.whole_number and isinstance(s.ungrouped(node), s.Literal_) and isinstance(value, Number):
            first = self.before[0]
            assert isinstance(first, Number)
            if first.value.denominator == value.value.denominator == 1:  # `1/2` is the number ½, not a quotient
                self.before = [Number(first.value / value.value)]
                return
        if self.whole_number and self.before == [Number(1)]:
            self.before = []
        inverse = reciprocal(value)
        if value.shape.is_number:
            self.scalar(inverse)
        elif not self.parts:
            self.parts, self.kind, self.flat = [inverse], "", self.reader.is_flat(node)
        else:
            self.entrywise(inverse, node, "divide")

    def kron(self, node: s.Node) -> None:
        array = self.scalars_of(node)
        if array is None:
            return
        left, flat = self.array, self.reader.is_flat(node)
        if left is None:
            self.parts, self.kind, self.flat = [array], "", flat
            return
        if self.flat != flat:  # of unlike ranks the smaller is a row
            left, array = (as_row(left), array) if self.flat else (left, as_row(array))
        self.settle("kron", left)
        self.parts.append(array)
        self.flat = self.flat and flat

    def settle(self, kind: str, array: Expr) -> None:
        """Go on with factors of another kind: what was multiplied so far becomes one factor."""
        if self.kind != kind:
            self.parts, self.kind = [array], kind

    def entrywise(self, array: Expr, node: s.Node, action: str) -> None:
        first, flat = self.array if self.kind != "*" else self.parts[0], self.reader.is_flat(node)
        assert first is not None
        if first.shape is not array.shape or self.flat != flat:
            whole = self.array  # the whole left side is what the reader wrote
            assert whole is not None
            operands = Operand(whole, self.span, self.flat), Operand(array, node.span, flat)
            (first, array), self.flat = stretched(self.reader, action, operands)
            self.kind = self.kind if first is whole else ""
        self.settle("*", first)
        self.parts.append(array)

    def is_entrywise(self, operator: str, array: Expr) -> bool:
        r"""Whether two columns of one size stand side by side inside `diag(…)` or `\sum …` of LaTeX: `p(1-p)`."""
        beside = operator == "juxtapose" and self.reader.diagonal and self.reader.scope.syntax == "latex"
        left = self.array if beside and array.shape.is_column else None
        return left is not None and left.shape is array.shape

    def say_entrywise(self, array: Expr, node: s.Binary) -> None:
        """`A*B` of two matrices that are square, or whose sizes are guessed from this,
        could have been meant as their product."""
        text, scope = self.reader.scope.source.text[node.left.span.end : node.right.span.start], self.reader.scope
        names = [part.name for part in array.symbols if isinstance(part, Symbol)]
        guessed = any(scope.origins.get(name, _DECLARED) != _DECLARED for name in names)
        starred = scope.syntax != "latex" and text.strip(" ()") == "*"
        if starred and array.shape.is_matrix and (array.shape.is_square or guessed):
            whole, left, right = (quoted(scope.source, part.span) for part in (node, node.left, node.right))
            product = f"{left.strip('`')} @ {right.strip('`')}"
            self.reader.note(f"{whole} is elementwise; the product of the matrices is `{product}`")

    def matmul(self, operator: str, array: Expr, node: s.Binary) -> None:
        """left @ right. A one-dimensional array of NumPy is a row on the left and a column on the right, and the result
        has one side less."""
        reader, left = self.reader, self.array
        assert left is not None
        flat = reader.is_flat(node.right)
        if self.kind not in ("", "@") or (self.flat and self.parts[-1].shape.cols is ONE):
            if self.flat and left.shape.is_column and not flat:
                text = quoted(reader.scope.source, self.span)
                reader.note(f"{text} has one dimension: before `@` it is a row, as in NumPy")
            self.parts = [as_row(left) if self.flat else left]
        column = as_column(array) if flat else array
        if self.parts[-1].shape.cols is not column.shape.rows:
            self.parts = [self.turned(operator, left, column, node)]
        self.kind = "@"
        self.parts.append(column)
        self.flat = self.flat != flat
        if self.parts[0].shape.rows is ONE and column.shape.cols is ONE:
            self.collapse()

    def turned(self, operator: str, left: Expr, array: Expr, node: s.Binary) -> Expr:
        """`u @ v` of two columns is read as uᵀ v, as NumPy does for flat arrays."""
        scope = self.reader.scope
        fixed = scope.arrays or declared_column(scope, left) or declared_column(scope, array)
        fits = left.shape.is_column and left.shape.rows is array.shape.rows and not fixed
        row = scope.loss is None and scope.syntax == "latex" and isinstance(s.last_factor(node.left), s.Slice)  # w_j v
        if not fits or not (operator == "@" or ((operator == "dot" or row) and array.shape.is_column)):
            misfit_product(scope, (left, self.span), (array, node.right.span))
        sign = "" if scope.syntax == "latex" else "@ "
        meant = f"{piece(scope, self.span, True)} {sign}{piece(scope, node.right.span)}"
        self.reader.note(f"{quoted(scope.source, node.span)} is read as `{meant}`")
        return transpose(left)

    def collapse(self) -> None:
        """A product of shape 1×1 is a number."""
        value = matmul(*self.parts)
        self.parts, self.kind, self.flat = [], "", False
        self.before = [*self.before, value, *self.after]
        self.after = []


def _kron(*factors: Expr) -> Expr:
    """A ⊗ B; of a column and a row, in either order, it is their product u vᵀ."""
    columns = [factor for factor in factors if factor.shape.is_column]
    rows = [factor for factor in factors if factor.shape.is_row]
    return matmul(*columns, *rows) if len(columns) == len(rows) == len(factors) - 1 else kron(*factors)


def inner(left: Expr, right: Expr) -> Expr:
    """⟨A, B⟩ of two arrays of one shape, the sum over A ∘ B; of the vectors of a family, as in ⟨w, x_i⟩,
    the product wᵀx_i."""
    if left.shape.is_number:
        return mul(left, right)
    members = left.shape.is_column and left.free | right.free
    return matmul(transpose(left), right) if members else Call("inner", left, right)


def joined(reader: Elaborator, left: tuple[Expr, Span], right: tuple[Expr, Span]) -> Expr:
    """left @ right of two values that are already read; a number scales."""
    a, b = left[0], right[0]
    if a.shape.is_number or b.shape.is_number:
        return mul(a, b)
    if a.shape.cols is not b.shape.rows:
        misfit_product(reader.scope, left, right)
    return matmul(a, b)


def _is_norm(node: s.Node) -> bool:
    base = node.left if isinstance(node, s.Binary) and node.operator == "^" else node
    return isinstance(base, s.Apply) and base.function == "norm"


# ---- products that are called by name


def _product(e: Elaborator, node: s.Apply, operator: s.Operator) -> Expr:
    """The two arguments with an operator between them."""
    product = s.Binary(node.span, operator, *(s.Group(part.span, part) for part in node.arguments))
    value = e.expr(product)
    e.flatten(node, e.is_flat(product))
    return value


def _inner(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    left, right = arguments
    if node.function == "inner" and path_of(e.scope, node) and left.shape.is_matrix is not right.shape.is_matrix:
        last = s.Group(node.arguments[1].span, node.arguments[1])  # rows of the matrix with the one vector
        turned = s.Transposed(last.span, last) if right.shape.is_matrix else last
        return _product(e, replace(node, arguments=(node.arguments[0], turned)), "@")
    if node.function == "inner" and path_of(e.scope, node) and left.shape.is_matrix:
        first, second = node.arguments
        written = ", ".join(e.text(part).strip("`") for part in node.arguments)
        entries = f", `inner({written})` for the sum over all entries" if left.shape is right.shape else ""
        help = f"write `{piece(e.scope, first.span)} @ {piece(e.scope, second.span, True)}` for it{entries}"
        called = ".".join((*path_of(e.scope, node), "inner"))
        e.fail("wrong-arguments", f"`{called}` of a matrix is a product of rows with rows, and no number", node, help)
    if all(map(e.is_flat, node.arguments)):
        left, right = as_column(left), as_column(right)
    if left.shape is not right.shape:
        misfit_entrywise(e.scope, "multiply", (left, node.arguments[0].span), (right, node.arguments[1].span))
    return inner(left, right)


def _dot(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    left, right = arguments
    if left.shape is right.shape and left.shape.is_column and not e.scope.arrays and not e.scope.columns:
        return matmul(transpose(left), right)
    if e.scope.syntax == "matlab" and left.shape.is_matrix and right.shape.is_matrix:
        if left.shape is not right.shape:
            misfit_entrywise(e.scope, "multiply", (left, node.arguments[0].span), (right, node.arguments[1].span))
        e.note(f"{e.text(node)} is the row of the products of columns, as in MATLAB; the product of matrices is `A*B`")
        return Call("sum0", hadamard(left, right))
    return _product(e, node, "@")


def _outer(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    left, right = arguments
    if left.shape.is_number or right.shape.is_number:
        return mul(left, right)
    for value, part in zip(arguments, node.arguments, strict=True):
        if value.shape.is_matrix:
            e.fail("shape-mismatch", f"`outer` takes two vectors, {e.text(part)} is {described(value.shape)}", part)
    return MatMul((transpose(left) if left.shape.is_row else left, right if right.shape.is_row else transpose(right)))


def _solve(e: Elaborator, node: s.Apply, arguments: tuple[Expr, ...]) -> Expr:
    inverse, flat = inverted(e, node.arguments[0], arguments[0], 1), e.is_flat(node.arguments[1])
    e.flatten(node, flat)
    right = as_column(arguments[1]) if flat else arguments[1]
    return joined(e, (inverse, node.arguments[0].span), (right, node.arguments[1].span))


BY_NAME: Final[dict[str, Callable[[Elaborator, s.Apply, tuple[Expr, ...]], Expr]]] = {
    "inner": _inner,
    "dot": _dot,
    "outer": _outer,
    "kron": lambda e, node, _: _product(e, node, "kron"),
    "solve": _solve,
}
"""The products that are called by name."""

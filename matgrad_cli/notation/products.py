"""Products and quotients read from left to right: numbers are gathered in front, arrays multiply as their operator says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics import Span
from ..ir import ONE, Dim, Expr, Mul, Number, hadamard, kron, matmul, mul, reciprocal, transpose
from . import syntax as s
from .complaints import fail, misfit_entrywise, misfit_product, piece, quoted

if TYPE_CHECKING:
    from .elaborate import Elaborator

OPERATORS = frozenset(("*", "/", "@", "hadamard", "kron", "juxtapose", "dot"))


class Product:
    """A product so far: numbers before and after the one array, and the array as a list of factors of one kind.

    `2/m*X.T @ Y` becomes (2/m)·(XᵀY): an unbracketed number in front is a factor of the whole. Brackets are kept: `(2*A) @ B`.
    """

    def __init__(self, reader: Elaborator, first: s.Node) -> None:
        self.reader = reader
        self.before: list[Expr] = []
        self.after: list[Expr] = []
        self.parts: list[Expr] = []
        self.kind = ""
        self.span = first.span
        self.whole_number = isinstance(first, s.Literal_)
        array = self.scalars_of(first)
        if array is not None:
            self.parts = [array]

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
        if not self.parts:
            return None
        return {"@": matmul, "*": hadamard, "kron": kron, "": matmul}[self.kind](*self.parts) if len(self.parts) > 1 else self.parts[0]

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
            if array is not None and not self.parts:
                self.parts, self.kind = [array], ""
            elif array is not None and operator in ("*", "hadamard"):
                self.entrywise(array, node.right, "multiply")
            elif array is not None:
                self.matmul(operator, array, node)
        self.whole_number = False
        self.span = node.span

    def divide(self, node: s.Node) -> None:
        value = self.reader.expr(node)
        if value is Number(0):
            fail(self.reader.scope, "division-by-zero", "division by zero", (node.span, "this is 0"))
        if self.whole_number and isinstance(s.ungrouped(node), s.Literal_) and isinstance(value, Number):
            first = self.before[0]
            assert isinstance(first, Number)
            if first.value.denominator == value.value.denominator == 1:
                # `1/2` is the number ½, not a quotient to be worked out
                self.before = [Number(first.value / value.value)]
                return
        if self.whole_number and self.before == [Number(1)]:
            self.before = []
        inverse = reciprocal(value)
        if value.shape.is_number:
            self.scalar(inverse)
        elif not self.parts:
            self.parts, self.kind = [inverse], ""
        else:
            self.entrywise(inverse, node, "divide")

    def kron(self, node: s.Node) -> None:
        array = self.scalars_of(node)
        if array is None:
            return
        left = self.array
        if left is None:
            self.parts, self.kind = [array], ""
            return
        self.settle("kron", left)
        self.parts.append(array)

    def settle(self, kind: str, array: Expr) -> None:
        """Go on with factors of another kind: what was multiplied so far becomes one factor."""
        if self.kind != kind:
            self.parts, self.kind = [array], kind

    def entrywise(self, array: Expr, node: s.Node, action: str) -> None:
        left = self.array if self.kind != "*" else self.parts[0]
        assert left is not None
        if left.shape is not array.shape:
            # one broken pair is enough; the whole left side is what the reader wrote
            whole = self.array
            assert whole is not None
            misfit_entrywise(self.reader.scope, action, (whole, self.span), (array, node.span))
        self.settle("*", left)
        self.parts.append(array)

    def matmul(self, operator: str, array: Expr, node: s.Binary) -> None:
        last = self.parts[-1] if self.kind in ("", "@") else self.array
        first = self.parts[0] if self.kind in ("", "@") else last
        assert last is not None
        assert first is not None
        rows, cols = first.shape.rows, last.shape.cols
        if cols is array.shape.rows:
            whole = self.array if self.kind not in ("", "@") else None
            if whole is not None:
                self.parts = [whole]
            self.kind = "@"
        else:
            self.turned(operator, array, node, rows)
        self.parts.append(array)
        if self.parts[0].shape.rows is ONE and array.shape.cols is ONE:
            self.collapse()

    def turned(self, operator: str, array: Expr, node: s.Binary, rows: Dim) -> None:
        """`u @ v` of two columns is read as uᵀ v, as NumPy does for flat arrays."""
        left = self.array
        assert left is not None
        fits = left.shape.is_column and rows is array.shape.rows
        scope = self.reader.scope
        if not fits or not (operator == "@" or (operator == "dot" and array.shape.is_column)):
            misfit_product(scope, (left, self.span), (array, node.right.span))
        sign = "" if scope.syntax == "latex" else "@ "
        self.reader.note(f"{quoted(scope.source, node.span)} is read as "
                         f"`{piece(scope, self.span, True)} {sign}{piece(scope, node.right.span)}`")
        self.parts, self.kind = [transpose(left)], "@"

    def collapse(self) -> None:
        """A product of shape 1×1 is a number."""
        value = matmul(*self.parts)
        self.parts, self.kind = [], ""
        self.before = [*self.before, value, *self.after]
        self.after = []


def joined(reader: Elaborator, left: tuple[Expr, Span], right: tuple[Expr, Span]) -> Expr:
    """left @ right of two values that are already read; a number scales."""
    a, b = left[0], right[0]
    if a.shape.is_number or b.shape.is_number:
        return mul(a, b)
    if a.shape.cols is not b.shape.rows:
        misfit_product(reader.scope, left, right)
    return matmul(a, b)

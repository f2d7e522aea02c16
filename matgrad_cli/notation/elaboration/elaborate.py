"""From the syntax tree to typed expressions: every part gets its shape here, and every misfit is told with both operands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from ...diagnostics import Span
from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Constant,
    Differential,
    Expr,
    Eye,
    Fill,
    Index,
    IndexMismatch,
    LinearMap,
    Number,
    Power,
    ShapeMismatch,
    Size,
    Symbol,
    mul,
    transpose,
)
from .. import syntax as s
from ..names import nearest_name
from ..scope import Scope
from ..shapes.infer import Inference, infer
from ..signs import LARGEST_POWER, matrix_power, negated
from .broadcasting import Operand, stretched
from .calls import call
from .complaints import described, fail, misfit_entrywise, quoted
from .entries import cases, derivative, entries_of, kronecker, row_or_column, sigma, subscript
from .matrix_functions import exceeds, raised
from .products import OPERATORS, Product


@record
class Reading:
    """An expression that was read, where each of its parts stands in the text, and what was assumed in reading it.

    `flat` says that it is a one-dimensional array of NumPy: a row as well as a column. `stretched` says that one is multiplied entry
    by entry with every row of a matrix, `idle` that there is a `.T` that has no meaning, as it is of an array of one dimension.
    """

    expr: Expr
    spans: Mapping[Expr, Span]
    notes: tuple[str, ...] = ()
    flat: bool = False
    stretched: bool = False
    idle: bool = False


class Elaborator:
    """Builds typed expressions bottom up, in one scope."""

    def __init__(self, scope: Scope, found: Inference) -> None:
        self.scope = scope
        self.found = found
        self.spans: dict[Expr, Span] = {}
        self.notes: list[str] = []
        self.binding: dict[str, Index] = {}
        self.limited: frozenset[str] = frozenset()  # the bound letters whose Σ has a written limit
        self.arguments: dict[str, Symbol] = {}
        self.read: dict[int, tuple[s.Node, Expr]] = {}  # each part once, also where a call looks at it twice
        self.flat: dict[int, s.Node] = {}
        self.idle_transpose = self.stretched_product = False
        self.entrywise = self.traced = False
        self.reach: dict[str, tuple[int, int]] = {}  # of a bound letter, how many values its Σ leaves out at the two ends

    @contextmanager
    def by_entries(self, wanted: bool = True) -> Iterator[None]:
        """While a part is read that is used entry by entry: `\\exp(A)` in it is no matrix exponential."""
        outer, self.entrywise = self.entrywise, self.entrywise or wanted
        yield
        self.entrywise = outer

    @contextmanager
    def under_trace(self, wanted: bool = True) -> Iterator[None]:
        """While the argument of a trace is read: `\\exp(A)` in it is the matrix exponential."""
        outer, self.traced = self.traced, self.traced or wanted
        yield
        self.traced = outer

    def is_flat(self, node: s.Node) -> bool:
        """Whether a part that was read is a one-dimensional array."""
        return id(s.ungrouped(node)) in self.flat

    def flatten(self, node: s.Node, flat: bool = True) -> None:
        """Note that a part is a one-dimensional array."""
        if flat:
            node = s.ungrouped(node)
            self.flat[id(node)] = node

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def text(self, node: s.Node) -> str:
        return quoted(self.scope.source, node.span)

    def fail(self, code: str, message: str, node: s.Node, label: str = "", help: str | None = None) -> NoReturn:
        fail(self.scope, code, message, (node.span, label), help=help)

    def expr(self, node: s.Node) -> Expr:
        """The typed expression of a part; a misfit that no special message foresaw is told at the part."""
        known = self.read.get(id(node))
        if known is not None:
            return known[1]
        try:
            value = self.build(node)
        except (ShapeMismatch, IndexMismatch) as error:
            shapes = tuple(f"{quoted(self.scope.source, self.spans[part])} is {described(part.shape)}"
                           for part in error.parts if part in self.spans)
            code = "shape-mismatch" if isinstance(error, ShapeMismatch) else "index-mismatch"
            fail(self.scope, code, str(error), (node.span, ""), notes=shapes)
        self.spans.setdefault(value, node.span)
        self.read[id(node)] = node, value
        return value

    def build(self, node: s.Node) -> Expr:
        match node:
            case s.Group(_, body):
                return self.expr(body)
            case s.Literal_():
                return self.literal(node)
            case s.Name():
                return self.name(node)
            case s.Negative(_, body):
                value = negated(self.expr(body))
                self.flatten(node, self.is_flat(body))
                return value
            case s.Binary():
                return self.binary(node)
            case s.Transposed(_, body):
                value = self.expr(body)
                if not self.is_flat(body):
                    return transpose(value)
                self.flatten(node)
                self.idle_transpose = True
                return value
            case s.Inverted(_, body, power):
                return self.inverted(node, self.expr(body), power)
            case s.Apply():
                return call(self, node)
            case s.Subscript():
                return subscript(self, node)
            case s.Slice():
                return row_or_column(self, node)
            case s.Sigma():
                return sigma(self, node)
            case s.EntriesOf():
                return entries_of(self, node)
            case s.MapsTo():
                return self.maps_to(node)
            case s.Kronecker():
                return kronecker(self, node)
            case s.Derivative():
                return derivative(self, node)
            case s.Differential_():
                return self.differential(node)
            case s.Cases():
                return cases(self, node)
            case s.Ellipsis_():
                self.fail("left-out", "something is left out here, so the line cannot be judged", node)
        return self.fail("syntax-error", "this cannot stand here", node)

    # ---- leaves

    def literal(self, node: s.Literal_) -> Expr:
        form = self.found.places.get(id(node))
        if form is not None and form.shape is not None:
            return Fill(1, form.shape)
        return Number(node.value)

    def name(self, node: s.Name) -> Expr:
        name = node.name
        if name in self.arguments:
            return self.arguments[name]
        if name in self.binding:  # before variables: a letter that a sum binds is nothing else inside it
            self.fail("index-as-number", f"the index `{name}` stands where a number is needed", node, "",
                      "index letters stand only in `X[i,j]` and `delta[i,j]`")
        value = self.scope.find(name)
        if value is not None:
            self.flatten(node, self.scope.is_flat(name, value.shape))
            return value
        size = self.scope.size(name) or self.found.sizes.get(name)
        if size is not None:
            return Size(size)
        if name == "pi":
            return Constant("pi")
        if name == "e" and (self.scope.open or self.scope.syntax != "latex"):  # in a derivation Euler's number stands as e^x
            return Call("exp", Number(1))
        if name == "I":
            form = self.found.places.get(id(node))
            dim = form.rows.known if form is not None else None
            if dim is None:
                self.fail("missing-shape", "the size of the identity `I` does not follow from its use", node, "",
                          "write `eye(n)` with its size")
            return Eye(dim)
        meant = self.scope.known_names if name.islower() else self.scope.named_arrays
        near = nearest_name(name, (*meant, *self.arguments))
        known = ", ".join(f"`{known}`" for known in self.scope.known_names[:12])
        fail(self.scope, "unknown-name", f"the name `{name}` is not known here", (node.span, ""),
             notes=(f"known are {known}",) if known else (), help=f"did you mean `{near}`?" if near else None)

    # ---- operators

    def binary(self, node: s.Binary) -> Expr:
        if node.operator in ("+", "-"):
            return self.sum(node)
        if node.operator in ("**", "^"):
            return self.power(node)
        if node.operator == "inner":
            left, right = self.expr(node.left), self.expr(node.right)
            if left.shape is not right.shape:
                misfit_entrywise(self.scope, "multiply", (left, node.left.span), (right, node.right.span))
            return mul(left, right) if left.shape.is_number else Call("inner", left, right)
        chain = []
        first: s.Node = node
        while isinstance(first, s.Binary) and first.operator in OPERATORS:
            chain.append(first)
            first = first.left
        with self.by_entries(any(part.operator == "hadamard" for part in chain)):
            product = Product(self, first)
            for part in reversed(chain):
                product.times(part)
        self.flatten(node, product.flat)
        return product.value

    def sum(self, node: s.Binary) -> Expr:
        """All terms of a sum at once; a number beside arrays is added to every entry, and that is said."""
        terms: list[tuple[bool, s.Node]] = []
        first: s.Node = node
        while isinstance(first, s.Binary) and first.operator in ("+", "-"):
            terms.append((first.operator == "-", first.right))
            first = first.left
        terms.append((False, first))
        values = self.terms(terms)
        arrays = [(value, part, minus) for value, part, minus in values if not value.shape.is_number]
        same: list[Expr] = []
        if arrays:
            action = "subtract" if arrays[-1][2] else "add"
            operands = [Operand(value, part.span, self.is_flat(part)) for value, part, _ in arrays]
            same, one_dimension = stretched(self, action, operands)
            self.flatten(node, one_dimension)
        left = iter(same)
        flat: list[Expr] = []
        for value, part, minus in values:
            if not value.shape.is_number:
                value = next(left)
            elif arrays:
                value = self.spread(value, part, same[0], arrays[0][1])
            value = negated(value) if minus else value
            flat.extend(value.terms if isinstance(value, Add) and not minus else (value,))
        return Add(tuple(flat))

    def terms(self, terms: list[tuple[bool, s.Node]]) -> list[tuple[Expr, s.Node, bool]]:
        """The terms of a sum in the order written. |A| beside an array of the shape of A is the absolute value of every entry."""
        bars = {id(part) for _, part in terms if isinstance(inner := s.ungrouped(part), s.Apply) and inner.function == "bars"}
        values = {id(part): self.expr(part) for _, part in reversed(terms) if id(part) not in bars}
        shape = next((value.shape for value in values.values() if not value.shape.is_number), None)
        for _, part in terms:
            if id(part) in bars:
                inner = s.ungrouped(part)
                assert isinstance(inner, s.Apply)
                array = self.expr(inner.arguments[0])
                entrywise = array.shape is shape and not array.shape.is_square
                if entrywise:
                    self.note(f"{self.text(part)} is read as the absolute value of every entry, as it stands beside an array")
                values[id(part)] = Call("abs", array) if entrywise else self.expr(part)
        return [(values[id(part)], part, minus) for minus, part in reversed(terms)]

    def spread(self, value: Expr, node: s.Node, array: Expr, beside: s.Node) -> Expr:
        """number + array: the number is added to every entry."""
        if self.scope.syntax == "latex" and not isinstance(value, Number):
            fail(self.scope, "number-plus-array",
                 f"{self.text(node)} is a number and {self.text(beside)} is {described(array.shape)}: they cannot be added",
                 (node.span, "a number"), (beside.span, f"{array.shape.rows}×{array.shape.cols}"))
        self.note(f"the number {self.text(node)} is added to every entry of {self.text(beside)} ({array.shape})")
        ones = Fill(1, array.shape)
        return ones if value is Number(1) else mul(value, ones)

    def power(self, node: s.Binary) -> Expr:
        left = s.ungrouped(node.left)
        exponent = self.expr(node.right)
        if isinstance(left, s.Name) and left.name == "e" and self.scope.find("e") is None:
            return Call("exp", exponent)
        base = self.expr(node.left)
        self.flatten(node, self.is_flat(node.left))
        if node.operator == "^" and self.scope.syntax == "numpy":
            self.note(f"`^` in {self.text(node)} is read as the power, which Python writes `**`")
        if not exponent.shape.is_number:
            self.fail("shape-mismatch", f"an exponent must be a number, {self.text(node.right)} is {described(exponent.shape)}", node.right,
                      f"{exponent.shape.rows}×{exponent.shape.cols}")
        if exceeds(exponent):
            self.fail("number-too-large", f"the exponent is beyond ±{LARGEST_POWER}", node.right)
        whole = isinstance(exponent, Number) and exponent.value.denominator == 1
        if base.shape.is_square and not base.shape.is_number and whole:
            assert isinstance(exponent, Number)
            if node.operator == "^":
                return matrix_power(base, int(exponent.value))
            if self.scope.syntax == "numpy":
                self.note(f"{self.text(node)} is taken entry by entry; the product with itself is "
                          f"`matrix_power({self.text(node.left).strip('`')}, {exponent.value})`")
        elif node.operator == "^" and self.scope.syntax not in ("numpy", "latex") and not base.shape.is_square:
            self.not_square("a power", base, node.left)
        elif node.operator == "^" and base.shape.is_square and not base.shape.is_number:
            return raised(base, exponent)
        elif node.operator == "^" and not base.shape.is_number:
            self.note(f"{self.text(node)} is taken entry by entry, as {self.text(node.left)} is {described(base.shape)}")
        return Power(base, exponent)

    def inverted(self, node: s.Node, base: Expr, power: int) -> Expr:
        if base.shape.is_number:
            return Power(base, Number(-power))
        base = self.as_diagonal(base)
        if not base.shape.is_square:
            self.not_square("an inverse", base, node)
        if power > LARGEST_POWER:
            self.fail("number-too-large", f"the exponent is beyond ±{LARGEST_POWER}", node)
        return matrix_power(base, -power)

    def as_diagonal(self, value: Expr) -> Expr:
        r"""LaTeX's `\operatorname{diag}(A)` of a matrix where a square matrix is needed: the matrix with that diagonal."""
        return Call("diag", value) if self.scope.syntax == "latex" and isinstance(value, Call) and value.function == "diagonal" else value

    def not_square(self, what: str, value: Expr, node: s.Node) -> NoReturn:
        """Only a square matrix has `what`."""
        symbols = [symbol for symbol in value.symbols if isinstance(symbol, Symbol)]
        notes = tuple(f"`{symbol.name}` is {described(symbol.shape)} ({self.scope.origins[symbol.name]})"
                      for symbol in sorted(symbols, key=lambda symbol: symbol.name)[:4] if symbol.name in self.scope.origins)
        fail(self.scope, "not-square", f"only a square matrix has {what}, {self.text(node)} is {described(value.shape)}",
             (node.span, f"{value.shape.rows}×{value.shape.cols}"), notes=notes)

    # ---- maps

    def maps_to(self, node: s.MapsTo) -> Expr:
        form = self.found.places.get(id(node))
        shape = form.shape if form is not None else None
        if shape is None:
            self.fail("missing-shape", f"the shape of `{node.argument.name}` does not follow from its use", node.argument)
        symbol = Symbol(node.argument.name, shape)
        outer = self.arguments
        self.arguments = {**outer, node.argument.name: symbol}
        body = self.expr(node.body)
        self.arguments = outer
        return LinearMap(symbol, body)

    def differential(self, node: s.Differential_) -> Expr:
        if self.scope.wrt is None:
            self.fail("missing-wrt", "a differential needs the variable that moves", node)
        direction = self.expr(node.direction) if node.direction is not None else None
        if direction is not None and direction.shape is not self.scope.wrt.shape:
            fail(self.scope, "shape-mismatch",
                 f"a direction has the shape of `{self.scope.wrt.name}`, {described(self.scope.wrt.shape)}; "
                 f"this is {described(direction.shape)}",
                 ((node.direction or node).span, ""))
        return Differential(self.expr(node.body), self.scope.wrt, direction)



def read_node(node: s.Node, scope: Scope, found: Inference | None = None) -> Reading:
    """A syntax tree as a typed expression with its places and notes."""
    elaborator = Elaborator(scope, found or infer(node, scope))
    expr = elaborator.expr(node)
    return Reading(expr, elaborator.spans, tuple(elaborator.notes), elaborator.is_flat(node),
                   elaborator.stretched_product, elaborator.idle_transpose)


def elaborate(node: s.Node, scope: Scope) -> Expr:
    """A syntax tree as a typed expression; raises InputError where the parts do not fit."""
    return read_node(node, scope).expr



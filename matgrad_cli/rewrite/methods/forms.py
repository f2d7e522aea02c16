"""How a term numbers · ⟨G, E(dZ)⟩ is written: with traces (differential) or as inner products along a direction (adjoint)."""

from __future__ import annotations

from typing import Protocol

from ...diagnostics.record import record
from ...ir import Call, Differential, Expr, Eye, LinearMap, MatMul, Number, Symbol, Transpose, add, matmul, mul, substitute
from ...records import Bindings
from ..network.algebra import flip
from .pull import Moved, Term, advance


@record
class Stage:
    """One line of a move: the rule, what stands in place of the term, what the sentence mentions."""

    rule: str
    shown: Expr
    bindings: Bindings = ()


class Form(Protocol):
    """A way to write terms and lines."""

    def show(self, term: Term) -> Expr:
        """The term as an expression."""

    def line(self, parts: list[Expr]) -> Expr:
        """The whole line over the shown terms."""

    def stages(self, term: Term, moved: Moved) -> list[Stage]:
        """The lines of a move, the last one with the new terms."""


def sum_of(parts: list[Expr]) -> Expr:
    """part + part + …; 0 without parts."""
    return add(*parts) if parts else Number(0)


@record
class TraceForm:
    """tr(GᵀE) for matrices, gᵀE for columns, E gᵀ for rows."""

    def show(self, term: Term) -> Expr:
        """numbers · tr(Gᵀ E)."""
        move, gradient = term.move, term.gradient
        if gradient is None:
            return mul(*term.numbers, move)
        if move.shape.is_column:
            return mul(*term.numbers, matmul(flip(gradient), move))
        if move.shape.is_row:
            return mul(*term.numbers, matmul(move, flip(gradient)))
        inside = move if isinstance(gradient, Eye) else matmul(flip(gradient), move)
        return mul(*term.numbers, Call("tr", inside))

    def line(self, parts: list[Expr]) -> Expr:
        """A sum of numbers."""
        return sum_of(parts)

    def stages(self, term: Term, moved: Moved) -> list[Stage]:
        """One rotation or transposition at a time."""
        last = sum_of([self.show(new) for new in moved.terms])
        kind = moved.kind
        if kind == "transpose" and term.move.shape.is_matrix:
            assert isinstance(term.move, Transpose)
            assert term.gradient is not None
            turned = mul(*term.numbers, Call("tr", matmul(term.move.body, term.gradient)))
            if isinstance(term.gradient, Eye):
                return [Stage("trace-transpose", last)]
            return [Stage("trace-transpose-mul", turned), Stage("trace-cyclic", last)]
        if kind == "backwards":
            return self._backwards(term, moved.terms[0], last)
        if kind == "factors":
            return self._rotation(term, moved.terms[0], last)
        rule = self._rule(kind, term)
        return [Stage(rule, last, (("factor", moved.terms[0].move),))] if rule else [Stage("", last)]

    def _rotation(self, term: Term, new: Term, last: Expr) -> list[Stage]:
        bindings: Bindings = (("factor", new.move),)
        if new.gradient is None or not new.move.shape.is_matrix:
            was_matrix = term.gradient is not None and term.move.shape.is_matrix
            return [Stage("trace-outer" if was_matrix else "number-order", last, bindings)]
        if term.gradient is not None and not term.move.shape.is_matrix:
            whole = self.show(term)
            traced = mul(*term.numbers, Call("tr", whole.children[-1] if term.numbers else whole))
            return [Stage("trace-number", traced), Stage("trace-rotate", last, bindings)]
        return [Stage("trace-rotate", last, bindings)]

    def _backwards(self, term: Term, new: Term, last: Expr) -> list[Stage]:
        """tr(L pᵀ R) = tr(Rᵀ p Lᵀ) = tr(Lᵀ Rᵀ p)."""
        whole = self.show(term)
        product = whole.children[-1] if term.numbers else whole
        inside = product.children[0] if isinstance(product, Call) else product
        assert isinstance(inside, MatMul)
        turned = matmul(*(flip(factor) for factor in reversed(inside.factors)))
        backwards = mul(*term.numbers, Call("tr", turned))
        first = [] if isinstance(product, Call) else [Stage("trace-number", mul(*term.numbers, Call("tr", product)))]
        bindings: Bindings = (("factor", new.move),)
        if backwards is last:
            return [*first, Stage("trace-transpose-mul", last, bindings)]
        return [*first, Stage("trace-transpose-mul", backwards, bindings), Stage("trace-rotate", last, bindings)]

    @staticmethod
    def _rule(kind: str, term: Term) -> str:
        matrix = term.gradient is not None and term.move.shape.is_matrix
        vector = term.gradient is not None and not matrix
        if kind in ("sum", "sum-hadamard"):
            assert isinstance(term.move, Call)
            matrix = term.move.argument.shape.is_matrix
            vector = not matrix
        for wanted, rules in ((matrix, _MATRIX), (vector, _VECTOR), (True, _NUMBER)):
            if wanted:
                return rules.get(kind, "")
        return ""


_ANY = {"kron": "trace-kron-move", "entry": "entry-trace", "inner": "inner-trace", "mean": "mean-entries", "sum-split": "sum-add"}
_MATRIX = {
    **_ANY, "split": "trace-add", "number": "trace-scale", "pair": "trace-scale", "hadamard": "trace-hadamard", "diag": "trace-diag-move",
    "sum": "sum-trace-ones", "sum-hadamard": "sum-hadamard-trace", "row-sums": "row-sums-ones", "column-sums": "column-sums-ones",
}  # fmt: skip
_VECTOR = {
    **_ANY, "split": "mul-distribute-left", "number": "pull-number", "pair": "pull-number", "transpose": "transpose-number",
    "hadamard": "dot-hadamard", "diagonal": "dot-diagonal", "vec": "dot-vec", "sum": "sum-vector-ones", "sum-hadamard": "sum-hadamard-dot",
    "row-sums": "row-sums-ones", "column-sums": "column-sums-ones",
}  # fmt: skip
_NUMBER = {
    **_ANY, "split": "scale-distribute", "number": "pull-number", "trace-number": "trace-number", "row-sums": "row-sums-ones",
    "column-sums": "column-sums-ones",
}  # fmt: skip


@record
class InnerForm:
    """⟨G, E(dZ[H])⟩ as a linear map of the direction H."""

    variable: Symbol
    direction: Symbol
    names: tuple[str, str] = ("K", "k")

    def show(self, term: Term) -> Expr:
        """numbers · ⟨G, E⟩; the variable itself moves by the direction."""
        move = substitute(term.move, {Differential(self.variable, self.variable, self.direction): self.direction})
        if term.gradient is None:
            return mul(*term.numbers, move)
        return mul(*term.numbers, Call("inner", term.gradient, move))

    def line(self, parts: list[Expr]) -> Expr:
        """H ↦ a sum of numbers."""
        return LinearMap(self.direction, sum_of(parts))

    def stages(self, term: Term, moved: Moved) -> list[Stage]:
        """The adjoint of the outermost linear operation."""
        last = sum_of([self.show(new) for new in moved.terms])
        if moved.kind in _ALIKE:
            return [Stage(_ALIKE[moved.kind], last)]
        if moved.kind == "trace-number":
            return []
        if term.gradient is None:
            return [Stage("number-inner", last)]
        new = moved.terms[0]
        return [Stage("adjoint", last, self._maps(term, new))]

    def _maps(self, term: Term, new: Term) -> Bindings:
        into, back = self._place(new.move), self._place(term.move)
        generic = advance(Term((), back, term.move))
        assert generic is not None
        image = generic.terms[0]
        shown = mul(*image.numbers, *([image.gradient] if image.gradient is not None else []))
        return (("map", LinearMap(into, substitute(term.move, {new.move: into}))), ("adjoint", LinearMap(back, shown)), ("G", new.move))

    def _place(self, like: Expr) -> Symbol:
        big, small = self.names
        return Symbol(big if like.shape.is_matrix else small, like.shape)


_ALIKE = {
    "split": "inner-add", "sum-split": "sum-add", "mean": "mean-entries", "inner": "inner-add",
    "row-sums": "row-sums-ones", "column-sums": "column-sums-ones", "number": "pull-number",
}  # fmt: skip

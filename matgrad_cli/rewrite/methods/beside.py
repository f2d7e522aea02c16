"""What stands beside the part that moves: the G of tr(Gᵀ dX), gᵀ dx, dx gᵀ and ⟨G, dX⟩."""

from __future__ import annotations

from ...diagnostics.record import record
from ...ir import Call, Differential, Expr, Eye, LinearMap, MatMul, Mul, Number, Symbol, Transpose, matmul, mul
from ..engine.pending import along
from ..forms.algebra import apart, flip, numerals_first

TRACE = "tr"


@record
class Term:
    """numbers · ⟨gradient, move⟩ where `move` is pending; without a gradient the move is a number itself."""

    numbers: tuple[Expr, ...]
    gradient: Expr | None
    move: Expr


def body_of(term: Term) -> Expr:
    """The part whose derivative a term waits for."""
    assert isinstance(term.move, Differential)
    return term.move.body


def beside(term: Expr, direction: Symbol | None = None) -> tuple[tuple[Expr, ...], Expr | None, Expr]:
    """Numbers, G and what moves in a term numbers · ⟨G, what moves⟩; no G if what moves is a number by itself."""
    motion = along(direction)
    numbers: tuple[Expr, ...] = ()
    while isinstance(term, Mul) and motion(term):
        numbers += tuple(factor for factor in term.factors if not motion(factor))
        term = mul(*(factor for factor in term.factors if motion(factor)))
    if isinstance(term, Call) and term.function == "inner":
        return numbers, term.arguments[0], term.arguments[1]
    traced = isinstance(term, Call) and term.function == TRACE
    inside = term.children[0] if traced else term
    if isinstance(inside, MatMul):
        *before, last = inside.factors
        rest, part = (before, last) if motion(last) else (inside.factors[1:], inside.factors[0])
        return numbers, flip(matmul(*rest)), part
    return numbers, Eye(inside.shape.rows) if traced else None, inside


@record
class PairForm:
    """How a term ⟨G, what moves⟩ is written: as an inner product, or as tr(Gᵀ dX), gᵀdx, g·dt."""

    inner: bool

    @classmethod
    def of(cls, node: Expr, direction: Symbol | None) -> tuple[PairForm, Term]:
        """The term, and how it is written."""
        core = node.factors[-1] if isinstance(node, Mul) else node
        return cls(isinstance(core, Call) and core.function == "inner"), Term(*beside(node, direction))

    def show(self, term: Term) -> Expr:
        """The term as it is written."""
        if term.gradient is None:
            return mul(*term.numbers, term.move)
        return mul(
            *term.numbers, Call("inner", term.gradient, term.move) if self.inner else paired(term.gradient, term.move)
        )


def whole_of(numbers: tuple[Expr, ...], gradient: Expr | None) -> Expr:
    """numbers · G, all that stands beside what moves."""
    factors = numbers if gradient is None else (*numbers, gradient)
    return numerals_first(mul(*factors)) if factors else Number(1)


def gradient_in(line: Expr) -> Expr:
    """What stands beside what moves in a line of one term."""
    direction = line.argument if isinstance(line, LinearMap) else None
    numbers, gradient, _ = beside(line.body if isinstance(line, LinearMap) else line, direction)
    return whole_of(numbers, gradient)


def paired(derivative: Expr, part: Expr, turned: bool = False) -> Expr:
    """tr(Gᵀ dX), gᵀdx or g·dt; with `turned` the derivative stands itself in front: tr(J dX), J dx."""
    if part.shape.is_number:
        return mul(derivative, part)
    row = derivative if turned else derivative.body if isinstance(derivative, Transpose) else Transpose(derivative)
    if part.shape.is_column:
        return matmul(row, part)
    return matmul(part, row) if part.shape.is_row else Call(TRACE, matmul(row, part))


def met(gradient: Expr, direction: Expr) -> Expr:
    """⟨G, H⟩; of numbers their product."""
    return mul(gradient, direction) if direction.shape.is_number else Call("inner", gradient, direction)


def peeled(gradient: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """The numbers in front of an array, and the array."""
    if not isinstance(gradient, Mul):
        return (), gradient
    numbers, arrays = apart(gradient.factors)
    return numbers, arrays[0]

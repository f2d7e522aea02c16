"""A term numbers · ⟨G, E(dZ)⟩, and the moves that bring it to numbers · ⟨G′, dZ⟩: each is the adjoint of one linear operation.

⟨A, B⟩ = tr(AᵀB) for matrices, aᵀb for vectors.
"""

from __future__ import annotations

from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Differential,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Kron,
    MatMul,
    Mul,
    Number,
    Power,
    Shape,
    Size,
    Transpose,
    hadamard,
    is_elementwise,
    kron,
    matmul,
    mul,
)
from ...ir.dimensions import ONE, Dim
from ...ir.functions import CHANGES
from ..engine.application import holds_pending as moves
from ..forms.algebra import basis, flip, multiplied
from ..network.changes import change
from .differentials import MINUS
from .pairing import chained, paired, peeled
from .stacked import kron_gradient, unstacked


@record
class Term:
    """numbers · ⟨gradient, move⟩ where `move` is linear in pending differentials; without a gradient the move is a number itself."""

    numbers: tuple[Expr, ...]
    gradient: Expr | None
    move: Expr


@record
class Moved:
    """What a move made of a term: its kind, and the new terms."""

    kind: str
    terms: tuple[Term, ...]


def waiting(term: Term) -> Differential | None:
    """The pending d(Z) of a term that needs no move before d(Z) is unfolded: dZ itself, or a sum of entries that may stay one."""
    if isinstance(term.move, Differential):
        return term.move
    if isinstance(term.move, Call) and term.move.function == "sum" and isinstance(term.move.argument, Differential):
        inside = term.move.argument.body
        entrywise = isinstance(inside, Hadamard | Power | Mul) or (isinstance(inside, Call) and is_elementwise(inside.function))
        return term.move.argument if entrywise and not inside.shape.is_number else None
    return None


def advance(term: Term) -> Moved | None:
    """One move of a term that is not waiting; None where no adjoint is known."""
    rule = _MOVES.get(type(term.move))
    return rule(term, term.move) if rule else None


def _with(term: Term, gradient: Expr | None, move: Expr, numbers: tuple[Expr, ...] = ()) -> Term:
    if gradient is None:
        return Term((*term.numbers, *numbers), None, move)
    outside, array = peeled(gradient)
    return Term((*term.numbers, *numbers, *outside), array, move)


def _split(term: Term, move: Expr) -> Moved:
    return Moved("split", tuple(Term(term.numbers, term.gradient, part) for part in move.children))


def _scale(term: Term, move: Expr) -> Moved:
    moving = next(factor for factor in move.children if moves(factor))
    others = [factor for factor in move.children if factor is not moving]
    numbers = tuple(factor for factor in others if factor.shape.is_number)
    arrays = [factor for factor in others if not factor.shape.is_number]
    if not arrays:
        return Moved("number", (Term(multiplied((*term.numbers, *numbers)), term.gradient, moving),))
    assert term.gradient is not None
    return Moved("pair", (Term((*term.numbers, *numbers, paired(term.gradient, arrays[0])), None, moving),))


def _factors(term: Term, move: Expr) -> Moved:
    place = next(number for number, factor in enumerate(move.children) if moves(factor))
    left, moving, right = move.children[:place], move.children[place], move.children[place + 1 :]
    if left and right and term.gradient is None and moving.shape.is_matrix and not isinstance(move, Call):
        return Moved("trace-number", (Term(term.numbers, None, Call("tr", move)),))
    if isinstance(moving, Transpose) and moving.shape.is_matrix:
        return _backwards(term, left, moving, right)
    parts = [flip(matmul(*left))] if left else []
    parts += [term.gradient] if term.gradient is not None else []
    parts += [flip(matmul(*right))] if right else []
    numbers, gradient = chained(*parts)
    return Moved("factors", (_with(term, gradient, moving, numbers),))


def _backwards(term: Term, left: tuple[Expr, ...], moving: Transpose, right: tuple[Expr, ...]) -> Moved:
    """⟨G, L pᵀ R⟩ = ⟨Rᵀ… , p⟩: the whole product is transposed, and p stands last after a rotation."""
    parts = [matmul(*right)] if right else []
    parts += [flip(term.gradient)] if term.gradient is not None else []
    parts += [matmul(*left)] if left else []
    numbers, gradient = chained(*parts)
    return Moved("backwards", (_with(term, gradient, moving.body, numbers),))


def _transpose(term: Term, move: Expr) -> Moved:
    assert isinstance(move, Transpose)
    assert term.gradient is not None
    return Moved("transpose", (_with(term, flip(term.gradient), move.body),))


def _hadamard(term: Term, move: Expr) -> Moved:
    moving = next(factor for factor in move.children if moves(factor))
    others = [factor for factor in move.children if factor is not moving]
    assert term.gradient is not None
    plain = isinstance(term.gradient, Fill) and term.gradient.value == 1
    return Moved("hadamard", (_with(term, hadamard(*([] if plain else [term.gradient]), *others), moving),))


def _call(term: Term, move: Expr) -> Moved | None:
    assert isinstance(move, Call)
    rule = _CALLS.get(move.function)
    return rule(term, move) if rule else None


def _trace(term: Term, move: Call) -> Moved:
    inner = move.argument
    if isinstance(inner, MatMul) and inner.shape.is_number:
        return _number_trace(term, inner)
    if isinstance(inner, MatMul) and isinstance(inner.factors[-1], Differential):  # tr(Gᵀ dZ) is the inner product already
        numbers, gradient = chained(flip(matmul(*inner.factors[:-1])))
        return Moved("trace", (_with(term, gradient, inner.factors[-1], numbers),))
    return Moved("trace", (Term(term.numbers, Eye(inner.shape.rows), inner),))


def _number_trace(term: Term, inner: MatMul) -> Moved:
    place = next(number for number, factor in enumerate(inner.factors) if moves(factor))
    left, right, moving = inner.factors[:place], inner.factors[place + 1 :], inner.factors[place]
    if isinstance(moving, Transpose):
        return _backwards(term, left, moving, right)
    numbers, gradient = chained(flip(matmul(*left)), flip(matmul(*right)))
    return Moved("factors", (_with(term, gradient, inner.factors[place], numbers),))


def _total(term: Term, move: Call) -> Moved:
    inner = move.argument
    if isinstance(inner, Hadamard):
        moving = next(factor for factor in inner.factors if moves(factor))
        others = [factor for factor in inner.factors if factor is not moving]
        return Moved("sum-hadamard", (_with(term, hadamard(*others), moving),))
    if isinstance(inner, Mul | Add):
        parts = inner.children if isinstance(inner, Add) else (inner,)
        return Moved("sum-split", tuple(_summed(term, part) for part in parts))
    return Moved("sum", (Term(term.numbers, Fill(1, inner.shape), inner),))


def _summed(term: Term, part: Expr) -> Term:
    numbers, array = peeled(part)
    moving = [number for number in numbers if moves(number)]
    if moving:
        rest = tuple(number for number in numbers if number is not moving[0])
        return Term((*term.numbers, *rest, Call("sum", array)), None, moving[0])
    return Term((*term.numbers, *numbers), None, Call("sum", array))


def _share(*sides: Dim) -> tuple[Expr, ...]:
    return tuple(Power(Size(side), MINUS) for side in sides if side is not ONE)


def _mean(term: Term, move: Call) -> Moved:
    inner = move.argument
    return Moved("mean", (Term((*term.numbers, *_share(*inner.shape.dims)), None, Call("sum", inner)),))


def _column_sums(term: Term, move: Call) -> Moved:
    inner = move.argument
    share = _share(inner.shape.rows) if move.function == "mean0" else ()
    whole = matmul(Fill(1, Shape(ONE, inner.shape.rows)), inner) if inner.shape.rows is not ONE else inner
    return Moved("column-sums", (Term((*term.numbers, *share), term.gradient, whole),))


def _row_sums(term: Term, move: Call) -> Moved:
    inner = move.argument
    share = _share(inner.shape.cols) if move.function == "mean1" else ()
    whole = matmul(inner, Fill(1, Shape(inner.shape.cols, ONE))) if inner.shape.cols is not ONE else inner
    return Moved("row-sums", (Term((*term.numbers, *share), term.gradient, whole),))


def _diag(term: Term, move: Call) -> Moved:
    inner = move.argument
    assert term.gradient is not None
    column: Expr = Call("diagonal", term.gradient)
    if isinstance(term.gradient, Eye):
        column = Fill(1, Shape(term.gradient.dim))
    return Moved("diag", (_with(term, column if inner.shape.is_column else flip(column), inner),))


def _diagonal(term: Term, move: Call) -> Moved:
    inner = move.argument
    assert term.gradient is not None
    plain = isinstance(term.gradient, Fill) and term.gradient.value == 1
    return Moved("diagonal", (_with(term, Eye(inner.shape.rows) if plain else Call("diag", term.gradient), inner),))


def _vec(term: Term, move: Call) -> Moved:
    inner = move.argument
    assert term.gradient is not None
    return Moved("vec", (_with(term, unstacked(term.gradient, inner.shape), inner),))


def _inner(term: Term, move: Call) -> Moved:
    first, second = move.arguments
    other, moving = (second, first) if moves(first) else (first, second)
    if moving.shape.is_number:
        return Moved("number", (Term((*term.numbers, other), None, moving),))
    return Moved("inner", (_with(term, other, moving),))


def _kron(term: Term, move: Expr) -> Moved | None:
    assert term.gradient is not None
    place = next(number for number, factor in enumerate(move.children) if moves(factor))
    if 0 < place < len(move.children) - 1:
        inner = Kron((move.children[place], kron(*move.children[place + 1 :])))
        return Moved("split", (Term(term.numbers, term.gradient, Kron((kron(*move.children[:place]), inner))),))
    numbers, gradient = kron_gradient(term.gradient, move.children, place)
    return Moved("kron", (_with(term, gradient, move.children[place], numbers),))


def _entry(term: Term, move: Expr) -> Moved | None:
    assert isinstance(move, Entry)
    base, row, col = move.base, move.row, move.col
    if not isinstance(row, int | None) or not isinstance(col, int | None):
        return None
    parts = []
    if row is not None:
        parts.append(basis(row, base.shape.rows))
    if col is not None:
        parts.append(flip(basis(col, base.shape.cols)))
    return Moved("entry", (Term(term.numbers, matmul(*parts), base),))


def _change(term: Term, move: Call) -> Moved:
    assert term.gradient is not None
    *at, along = move.arguments
    return Moved("change", (_with(term, change(move.function, at, term.gradient), along),))


_CALLS = {
    "tr": _trace, "sum": _total, "mean": _mean, "sum0": _column_sums, "mean0": _column_sums, "sum1": _row_sums, "mean1": _row_sums,
    "diag": _diag, "diagonal": _diagonal, "vec": _vec, "inner": _inner,
    **dict.fromkeys(CHANGES, _change),
}  # fmt: skip

_MOVES = {
    Add: _split, Mul: _scale, MatMul: _factors, Transpose: _transpose, Hadamard: _hadamard, Call: _call, Kron: _kron, Entry: _entry,
}  # fmt: skip


def whole_of(term: Term) -> Expr:
    """numbers · G, what stands beside the pending part."""
    if term.gradient is None:
        return mul(*term.numbers) if term.numbers else Number(1)
    return mul(*term.numbers, term.gradient)

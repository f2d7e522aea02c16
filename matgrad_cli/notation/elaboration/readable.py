"""A loss as it is best worked with: `x_iᵀ w` of a row x_i of X is the entry (Xw)_i, and Σ_j f(z_j) is sum(f(z))."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ...ir import (
    ELEMENTWISE,
    Add,
    Call,
    Entry,
    Expr,
    Fill,
    Hadamard,
    Index,
    MatMul,
    MatrixOf,
    Mul,
    Number,
    Position,
    Power,
    Shape,
    SumOver,
    Transpose,
    add,
    fresh_index,
    hadamard,
    letters_in,
    matmul,
    mul,
    neg,
    nodes_of,
    transpose,
)
from ...ir.walk import mapped, remade

_ELEMENTWISE: Final = frozenset(ELEMENTWISE)
_OF_VECTORS: Final = frozenset(("softmax", "log_softmax", "hardmax"))


def readable(loss: Expr) -> Expr:
    """The same loss without arrays that only spell out a row, letters that only spell out a full sum,
    and |·| under an even power."""
    calls = {node.function for node in nodes_of(loss) if isinstance(node, Call)}
    if not calls.isdisjoint(("max", "max0", "max1")):
        loss = mapped(loss, lambda node, parts: _unshifted(remade(node, parts)))
    if "abs" not in calls and not any(isinstance(node, SumOver | MatrixOf | Entry) for node in nodes_of(loss)):
        return loss
    return mapped(loss, lambda node, parts: _simpler(remade(node, parts)))


def _simpler(node: Expr) -> Expr:
    if isinstance(node, MatMul) and node.shape.is_number:
        return _entry_of_product(node)
    if isinstance(node, Call) and node.function == "log":
        return _log_of_exponentials(node)
    if isinstance(node, Call) and node.function in ("max", "prod") and isinstance(node.argument, MatrixOf):
        return _of_entries(node, node.argument)
    match node:
        case Entry(Call(function, (argument,)), place, None) if function in _OF_VECTORS and place is not None:
            alone = len(argument.free - {place}) == len(argument.free) == 1
            return _entry_of_rows(function, argument, place) if alone else node
        case Power(Call("abs", (inner,)), Number(exponent)) if exponent % 2 == 0 and exponent > 0:
            return Power(inner, Number(exponent))
        case SumOver():
            return _full_sum(node)
    return node


def _entry_of_rows(function: str, argument: Expr, place: Position) -> Expr:
    """softmax(z_i)_k is the entry (i, k) of the softmax of the rows of Z."""
    (number,) = argument.free
    taken = {*letters_in(argument), number, *((place,) if isinstance(place, Index) else ())}
    inner = fresh_index(argument.shape.rows, taken)
    found = _row(argument)
    own = found is not None and found[1] is number and number not in found[0].free
    rows = found[0] if found is not None and own else MatrixOf(number, inner, Entry(argument, inner, None))
    return Entry(Call(f"{function}1", rows), number, place)


def _log_of_exponentials(node: Call) -> Expr:
    """log(e^a / b) is a − log b, and log Σ_j e^{A_ij} is entry i of logsumexp(A) along its rows."""
    match node.argument:
        case Mul(factors) if node.shape.is_number:
            tops = [factor.argument for factor in factors if isinstance(factor, Call) and factor.function == "exp"]
            below = [factor.base for factor in factors if isinstance(factor, Power) and factor.exponent is Number(-1)]
            if tops and below and len(tops) + len(below) == len(factors):
                return add(*tops, *(neg(_log_of_exponentials(Call("log", base))) for base in below))
        case SumOver((letter,), Call("exp", (inner,))):
            if (whole := _column(inner, letter)) is not None:
                return Call("logsumexp", whole)
            numbers = [one for one in inner.free if one is not letter]
            if len(numbers) == 1 and not isinstance(whole := _matrix(numbers[0], letter, inner), MatrixOf):
                return Entry(Call("logsumexp1", whole), numbers[0], None)
        case Call("sum", (Call("exp", (inner,)),)) if inner.shape.is_column:
            return Call("logsumexp", inner)
    return node


def _of_entries(node: Call, entries: MatrixOf) -> Expr:
    """max_j z_j is max(z), max_ij A_ij is max(A), and max_j A_ij is entry i of max(A) along its rows; Π likewise."""
    match entries:
        case MatrixOf(Index() as row, None, body):
            if (whole := _column(body, row)) is not None:
                return Call(node.function, whole)
            if len(entries.free) == 1:  # min_k ‖x_i − μ_k‖²
                (number,) = entries.free
                return Entry(Call(f"{node.function}1", _matrix(number, row, body)), number, None)
        case MatrixOf(Index() as row, Index() as col, body) if not isinstance(_matrix(row, col, body), MatrixOf):
            return Call(node.function, _matrix(row, col, body))
    return node


def _matrix(row: Index, col: Index, body: Expr) -> Expr:
    """The matrix with these entries: A for A_ij, and Aᵀ for A_ji."""
    match body:
        case Entry(base, first, last) if {first, last} == {row, col} and base.free.isdisjoint((row, col)):
            return base if first is row else _turned(base)
    return MatrixOf(row, col, body)


def _row(node: Expr) -> tuple[Expr, Index] | None:
    """The matrix X and the letter i, where the node is row i of X as a column vector; column i of X is row i of Xᵀ."""
    match node:
        case MatrixOf(Index() as own, None, Entry(base, row, col)) if own not in letters_in(base):
            if col is own and isinstance(row, Index):
                return base, row
            if row is own and isinstance(col, Index) and col is not own:
                return _turned(base), col
    return None


def _entry_of_product(node: MatMul) -> Expr:
    """x_iᵀ A w = (XAw)_i, and wᵀ x_i = (Xw)_i."""
    factors = node.factors
    first = _row(factors[0].body) if isinstance(factors[0], Transpose) else None
    last = _row(factors[-1])
    if first is not None and last is not None:
        return Entry(matmul(first[0], *factors[1:-1], transpose(last[0])), first[1], last[1])
    if first is not None and first[1] not in frozenset().union(*(factor.free for factor in factors[1:])):
        return Entry(matmul(first[0], *factors[1:]), first[1], None)
    if last is not None and last[1] not in frozenset().union(*(factor.free for factor in factors[:-1])):
        return Entry(matmul(last[0], *(_turned(factor) for factor in reversed(factors[:-1]))), last[1], None)
    return node


def _turned(factor: Expr) -> Expr:
    return factor.body if isinstance(factor, Transpose) else transpose(factor)


def _full_sum(node: SumOver) -> Expr:
    """Σ_j f(z_j) is sum(f(z)), where nothing else counts with j and f acts on single entries of one vector."""
    if not node.shape.is_number:
        return _product_of_rows(node) or node
    if len(node.indices) != 1:
        return node
    index = node.indices[0]
    entries = {part for part in nodes_of(node.body) if isinstance(part, Entry) and index in part.free}
    if len(entries) != 1:
        return node
    whole = _column(node.body, index, next(iter(entries)))
    return node if whole is None else Call("sum", whole)


def _product_of_rows(node: SumOver) -> Expr | None:
    """Σ_i c_i u_i v_iᵀ is Uᵀ diag(c) V, and Σ_i c_i u_i is Uᵀc, of matrices with the rows u_iᵀ and v_iᵀ;
    None for any other sum."""
    if len(node.indices) != 1:
        return None
    index, body = node.indices[0], node.body
    if isinstance(body, Add):
        terms = (_product_of_rows(SumOver((index,), term)) if index in term.free else None for term in body.terms)
        return _built(add, *terms)
    parts = body.factors if isinstance(body, Mul) else (body,)
    array = next(part for part in parts if not part.shape.is_number)
    moving, still = _apart([part for part in parts if part is not array], index)
    left, right, behind = array, None, False
    match array:
        case MatMul((*first, Transpose(last))) if index in last.free:
            left, right, behind = matmul(*first), _along(last, index), True
    rows = _along(left, index) if left.shape.is_column else None
    weights = [_along(number, index) for number in moving]
    if rows is None or None in weights or (behind and right is None):
        return None
    weight = hadamard(*(each for each in weights if each is not None)) if weights else None
    if right is None:
        return mul(*still, matmul(transpose(rows), weight if weight is not None else Fill(1, Shape(index.dim))))
    return mul(*still, matmul(transpose(rows), *((Call("diag", weight),) if weight is not None else ()), right))


def _along(body: Expr, index: Index, entry: Entry | None = None) -> Expr | None:
    """The array whose rows are the body for every value of the letter: of numbers a column, of columns a matrix; None
    where the body is no function of that one entry, or of any where none is named."""
    column = Fill(1, Shape(index.dim))
    if index not in body.free:
        return mul(body, column) if body.shape.is_number else matmul(column, transpose(body))
    if (member := _row(body)) is not None:
        return member[0] if member[1] is index else None
    match body:
        case Entry(base, row, None) if entry in (None, body) and row is index and index not in base.free:
            return base
        case Call(function, (argument,)) if function in _ELEMENTWISE:
            return _built(lambda inner: Call(function, inner), _along(argument, index, entry))
        case Power(base, exponent) if index not in exponent.free:
            return _built(lambda inner: Power(inner, exponent), _along(base, index, entry))
        case Add(terms):
            return _built(add, *(_along(term, index, entry) for term in terms))
        case Mul(factors):
            moving, still = _apart(factors, index)
            if (entry is None or len(moving) == 1) and all(one.shape is body.shape for one in moving):
                arrays = (_along(one, index, entry) for one in moving)
                return _built(lambda *each: mul(*still, hadamard(*each)), *arrays)
        case MatMul((*first, last)) if all(index not in factor.free for factor in first):
            return _built(lambda inner: matmul(inner, *map(_turned, reversed(first))), _along(last, index))
    return None


def _column(body: Expr, index: Index, entry: Entry | None = None) -> Expr | None:
    """The column whose entries are a number for every value of the letter, which it holds."""
    whole = _along(body, index, entry) if body.shape.is_number and index in body.free else None
    return whole if whole is not None and whole.shape.is_column else None


def _built(make: Callable[..., Expr], *parts: Expr | None) -> Expr | None:
    """What is made of the parts where each of them was found."""
    return None if None in parts else make(*parts)


def _apart(parts: Sequence[Expr], index: Index) -> tuple[list[Expr], list[Expr]]:
    """The parts that hold the letter, and those that do not."""
    return [part for part in parts if index in part.free], [part for part in parts if index not in part.free]


# ---- exponentials from which the greatest entry is subtracted, so that none overflows

_SUMS: Final = ("sum", "sum0", "sum1")


def _unshifted(node: Expr) -> Expr:
    """`exp(x - max(x)) / sum(exp(x - max(x)))` is softmax(x), `log(sum(exp(x - max(x))))` is logsumexp(x) − max(x):
    the same values."""
    match node:
        case Call("log", (Call(name, (Call("exp", (inner,)),)),)) if (
            name in _SUMS and (found := _split(inner, name)) is not None
        ):
            return add(found[1], Call(name.replace("sum", "logsumexp"), found[0]))
        case Mul(factors) | Hadamard(factors):
            return _quotient(node, factors)
        case _:
            return node


def _quotient(node: Expr, factors: tuple[Expr, ...]) -> Expr:
    """A product with the factors exp(u) and 1/Σ exp(u)."""
    for place, factor in enumerate(factors):
        below = _total_below(factor)
        top = next((k for k, part in enumerate(factors) if below is not None and part is below.argument), None)
        if below is None or top is None or not isinstance(below.argument, Call) or below.argument.function != "exp":
            continue
        found = _split(below.argument.argument, below.function)
        if found is not None:
            soft = Call(below.function.replace("sum", "softmax"), found[0])
            rest = tuple([soft if k == top else part for k, part in enumerate(factors) if k != place])
            return rest[0] if len(rest) == 1 else type(node)(rest)  # type: ignore[call-arg]
    return node


def _total_below(node: Expr) -> Call | None:
    """The Σ of 1/Σ: over all, or over each row or column and repeated along it."""
    match node:
        case Power(body, exponent) if exponent is Number(-1):
            sums = _repeated(body)
            return sums if isinstance(sums, Call) and sums.function in _SUMS else None
        case MatMul() if isinstance(inside := _repeated(node), Power):
            return _total_below(inside)
    return None


def _repeated(node: Expr) -> Expr:
    """The sum, or the column or row that is repeated along the other side."""
    match node:
        case MatMul((left, right)) if left.shape.is_column and _is_ones(right):
            return left
        case MatMul((left, right)) if right.shape.is_row and _is_ones(left):
            return right
    return node


def _is_ones(node: Expr) -> bool:
    node = node.body if isinstance(node, Transpose) else node
    return isinstance(node, Fill) and node.value == 1


def _split(inner: Expr, name: str) -> tuple[Expr, Expr] | None:
    """u and c of u + c, c being a number, a row or a column, as `name` adds up, that is the same all along;
    None where there is no c."""
    if not isinstance(inner, Add) or (name == "sum" and inner.shape.is_matrix):
        return None
    found = [(term, _same_along(term, name)) for term in inner.terms]
    kept, shifts = [term for term, shift in found if shift is None], [shift for _, shift in found if shift is not None]
    return (add(*kept), add(*shifts)) if kept and shifts else None


def _same_along(term: Expr, name: str) -> Expr | None:
    """What the term repeats."""
    match term:
        case Mul(factors) if sum(not factor.shape.is_number for factor in factors) == 1:
            array = next(factor for factor in factors if not factor.shape.is_number)
            inside = _same_along(array, name)
            return None if inside is None else mul(*(factor for factor in factors if factor is not array), inside)
        case Fill() if name == "sum" and _is_ones(term):
            return Number(1)
        case MatMul((*column, ones)) if name == "sum1" and ones.shape.is_row and _is_ones(ones):
            return matmul(*column)
        case MatMul((ones, *row)) if name == "sum0" and ones.shape.is_column and _is_ones(ones):
            return matmul(*row)
    return None

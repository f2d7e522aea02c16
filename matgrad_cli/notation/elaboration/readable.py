"""A loss as it is best worked with: `x_iᵀ w` of a row x_i of X is the entry (Xw)_i, and Σ_j f(z_j) is sum(f(z))."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ... import ir
from ...ir.walk import mapped, remade
from .broadcasting import turned

_ELEMENTWISE: Final = frozenset(ir.ELEMENTWISE)
_OF_VECTORS: Final = frozenset(("softmax", "log_softmax", "hardmax"))


def readable(loss: ir.Expr) -> ir.Expr:
    """The same loss without arrays that only spell out a row, letters that only spell out a full sum,
    and |·| under an even power."""
    calls = {node.function for node in ir.nodes_of(loss) if isinstance(node, ir.Call)}
    if not calls.isdisjoint(("max", "max0", "max1")):
        loss = mapped(loss, lambda node, parts: _unshifted(remade(node, parts)))
    if "abs" not in calls and not any(
        isinstance(node, ir.SumOver | ir.MatrixOf | ir.Entry) for node in ir.nodes_of(loss)
    ):
        return loss
    return mapped(loss, lambda node, parts: _simpler(remade(node, parts)))


def _simpler(node: ir.Expr) -> ir.Expr:
    if isinstance(node, ir.MatMul) and node.shape.is_number:
        return _entry_of_product(node)
    if isinstance(node, ir.Call) and node.function == "log":
        return _log_of_exponentials(node)
    if isinstance(node, ir.Call) and node.function in ("max", "prod") and isinstance(node.argument, ir.MatrixOf):
        return _of_entries(node, node.argument)
    match node:
        case ir.Entry(ir.Call(function, (argument,)), place, None) if function in _OF_VECTORS and place is not None:
            alone = len(argument.free - {place}) == len(argument.free) == 1
            return _entry_of_rows(function, argument, place) if alone else node
        case ir.Power(ir.Call("abs", (inner,)), ir.Number(exponent)) if exponent % 2 == 0 and exponent > 0:
            return ir.Power(inner, ir.Number(exponent))
        case ir.SumOver():
            return _full_sum(node)
    return node


def _entry_of_rows(function: str, argument: ir.Expr, place: ir.Position) -> ir.Expr:
    """softmax(z_i)_k is the entry (i, k) of the softmax of the rows of Z."""
    (number,) = argument.free
    taken = {*ir.letters_in(argument), number, *((place,) if isinstance(place, ir.Index) else ())}
    inner = ir.fresh_index(argument.shape.rows, taken)
    found = _row(argument)
    own = found is not None and found[1] is number and number not in found[0].free
    rows = found[0] if found is not None and own else ir.MatrixOf(number, inner, ir.Entry(argument, inner, None))
    return ir.Entry(ir.Call(f"{function}1", rows), number, place)


def _log_of_exponentials(node: ir.Call) -> ir.Expr:
    """log(e^a / b) is a − log b, and log Σ_j e^{A_ij} is entry i of logsumexp(A) along its rows."""
    match node.argument:
        case ir.Mul(factors) if node.shape.is_number:
            tops = [factor.argument for factor in factors if isinstance(factor, ir.Call) and factor.function == "exp"]
            below = [
                factor.base for factor in factors if isinstance(factor, ir.Power) and factor.exponent is ir.Number(-1)
            ]
            if tops and below and len(tops) + len(below) == len(factors):
                return ir.add(*tops, *(ir.neg(_log_of_exponentials(ir.Call("log", base))) for base in below))
        case ir.SumOver((letter,), ir.Call("exp", (inner,))):
            if (whole := _column(inner, letter)) is not None:
                return ir.Call("logsumexp", whole)
            numbers = [one for one in inner.free if one is not letter]
            if len(numbers) == 1 and not isinstance(whole := _matrix(numbers[0], letter, inner), ir.MatrixOf):
                return ir.Entry(ir.Call("logsumexp1", whole), numbers[0], None)
        case ir.Call("sum", (ir.Call("exp", (inner,)),)) if inner.shape.is_column:
            return ir.Call("logsumexp", inner)
    return node


def _of_entries(node: ir.Call, entries: ir.MatrixOf) -> ir.Expr:
    """max_j z_j is max(z), max_ij A_ij is max(A), and max_j A_ij is entry i of max(A) along its rows; Π likewise."""
    match entries:
        case ir.MatrixOf(ir.Index() as row, None, body):
            if (whole := _column(body, row)) is not None:
                return ir.Call(node.function, whole)
            if len(entries.free) == 1:  # min_k ‖x_i − μ_k‖²
                (number,) = entries.free
                return ir.Entry(ir.Call(f"{node.function}1", _matrix(number, row, body)), number, None)
        case ir.MatrixOf(ir.Index() as row, ir.Index() as col, body) if not isinstance(
            _matrix(row, col, body), ir.MatrixOf
        ):
            return ir.Call(node.function, _matrix(row, col, body))
    return node


def _matrix(row: ir.Index, col: ir.Index, body: ir.Expr) -> ir.Expr:
    """The matrix with these entries: A for A_ij, and Aᵀ for A_ji."""
    match body:
        case ir.Entry(base, first, last) if {first, last} == {row, col} and base.free.isdisjoint((row, col)):
            return base if first is row else turned(base)
    return ir.MatrixOf(row, col, body)


def _row(node: ir.Expr) -> tuple[ir.Expr, ir.Index] | None:
    """The matrix X and the letter i, where the node is row i of X as a column vector; column i of X is row i of Xᵀ."""
    match node:
        case ir.MatrixOf(ir.Index() as own, None, ir.Entry(base, row, col)) if own not in ir.letters_in(base):
            if col is own and isinstance(row, ir.Index):
                return base, row
            if row is own and isinstance(col, ir.Index) and col is not own:
                return turned(base), col
    return None


def _entry_of_product(node: ir.MatMul) -> ir.Expr:
    """x_iᵀ A w = (XAw)_i, and wᵀ x_i = (Xw)_i."""
    factors = node.factors
    first = _row(factors[0].body) if isinstance(factors[0], ir.Transpose) else None
    last = _row(factors[-1])
    if first is not None and last is not None:
        return ir.Entry(ir.matmul(first[0], *factors[1:-1], ir.transpose(last[0])), first[1], last[1])
    if first is not None and first[1] not in frozenset().union(*(factor.free for factor in factors[1:])):
        return ir.Entry(ir.matmul(first[0], *factors[1:]), first[1], None)
    if last is not None and last[1] not in frozenset().union(*(factor.free for factor in factors[:-1])):
        return ir.Entry(ir.matmul(last[0], *map(turned, reversed(factors[:-1]))), last[1], None)
    return node


def _full_sum(node: ir.SumOver) -> ir.Expr:
    """Σ_j f(z_j) is sum(f(z)), where nothing else counts with j and f acts on single entries of one vector."""
    if not node.shape.is_number:
        return _product_of_rows(node) or node
    if len(node.indices) != 1:
        return node
    index = node.indices[0]
    entries = {part for part in ir.nodes_of(node.body) if isinstance(part, ir.Entry) and index in part.free}
    if len(entries) != 1:
        return node
    whole = _column(node.body, index, next(iter(entries)))
    return node if whole is None else ir.Call("sum", whole)


def _product_of_rows(node: ir.SumOver) -> ir.Expr | None:
    """Σ_i c_i u_i v_iᵀ is Uᵀ diag(c) V, and Σ_i c_i u_i is Uᵀc, of matrices with the rows u_iᵀ and v_iᵀ;
    None for any other sum."""
    if len(node.indices) != 1:
        return None
    index, body = node.indices[0], node.body
    if isinstance(body, ir.Add):
        terms = (_product_of_rows(ir.SumOver((index,), term)) if index in term.free else None for term in body.terms)
        return _built(ir.add, *terms)
    parts = body.factors if isinstance(body, ir.Mul) else (body,)
    array = next(part for part in parts if not part.shape.is_number)
    moving, still = _apart([part for part in parts if part is not array], index)
    left, right, behind = array, None, False
    match array:
        case ir.MatMul((*first, ir.Transpose(last))) if index in last.free:
            left, right, behind = ir.matmul(*first), _along(last, index), True
    rows = _along(left, index) if left.shape.is_column else None
    weights = [_along(number, index) for number in moving]
    if rows is None or None in weights or (behind and right is None):
        return None
    weight = ir.hadamard(*(each for each in weights if each is not None)) if weights else None
    if right is None:
        return ir.mul(
            *still, ir.matmul(ir.transpose(rows), weight if weight is not None else ir.Fill(1, ir.Shape(index.dim)))
        )
    return ir.mul(
        *still, ir.matmul(ir.transpose(rows), *((ir.Call("diag", weight),) if weight is not None else ()), right)
    )


def _along(body: ir.Expr, index: ir.Index, entry: ir.Entry | None = None) -> ir.Expr | None:
    """The array whose rows are the body for every value of the letter: of numbers a column, of columns a matrix; None
    where the body is no function of that one entry, or of any where none is named."""
    column = ir.Fill(1, ir.Shape(index.dim))
    if index not in body.free:
        return ir.mul(body, column) if body.shape.is_number else ir.matmul(column, ir.transpose(body))
    if (member := _row(body)) is not None:
        return member[0] if member[1] is index else None
    match body:
        case ir.Entry(base, row, None) if entry in (None, body) and row is index and index not in base.free:
            return base
        case ir.Call(function, (argument,)) if function in _ELEMENTWISE:
            return _built(lambda inner: ir.Call(function, inner), _along(argument, index, entry))
        case ir.Power(base, exponent) if index not in exponent.free:
            return _built(lambda inner: ir.Power(inner, exponent), _along(base, index, entry))
        case ir.Add(terms):
            return _built(ir.add, *(_along(term, index, entry) for term in terms))
        case ir.Mul(factors):
            moving, still = _apart(factors, index)
            if (entry is None or len(moving) == 1) and all(one.shape is body.shape for one in moving):
                arrays = (_along(one, index, entry) for one in moving)
                return _built(lambda *each: ir.mul(*still, ir.hadamard(*each)), *arrays)
        case ir.MatMul((*first, last)) if all(index not in factor.free for factor in first):
            return _built(lambda inner: ir.matmul(inner, *map(turned, reversed(first))), _along(last, index))
    return None


def _column(body: ir.Expr, index: ir.Index, entry: ir.Entry | None = None) -> ir.Expr | None:
    """The column whose entries are a number for every value of the letter, which it holds."""
    whole = _along(body, index, entry) if body.shape.is_number and index in body.free else None
    return whole if whole is not None and whole.shape.is_column else None


def _built(make: Callable[..., ir.Expr], *parts: ir.Expr | None) -> ir.Expr | None:
    """What is made of the parts where each of them was found."""
    return None if None in parts else make(*parts)


def _apart(parts: Sequence[ir.Expr], index: ir.Index) -> tuple[list[ir.Expr], list[ir.Expr]]:
    """The parts that hold the letter, and those that do not."""
    return [part for part in parts if index in part.free], [part for part in parts if index not in part.free]


# ---- exponentials from which the greatest entry is subtracted, so that none overflows

_SUMS: Final = ("sum", "sum0", "sum1")


def _unshifted(node: ir.Expr) -> ir.Expr:
    """`exp(x - max(x)) / sum(exp(x - max(x)))` is softmax(x), `log(sum(exp(x - max(x))))` is logsumexp(x) − max(x):
    the same values."""
    match node:
        case ir.Call("log", (ir.Call(name, (ir.Call("exp", (inner,)),)),)) if (
            name in _SUMS and (found := _split(inner, name)) is not None
        ):
            return ir.add(found[1], ir.Call(name.replace("sum", "logsumexp"), found[0]))
        case ir.Mul(factors) | ir.Hadamard(factors):
            return _quotient(node, factors)
        case _:
            return node


def _quotient(node: ir.Expr, factors: tuple[ir.Expr, ...]) -> ir.Expr:
    """A product with the factors exp(u) and 1/Σ exp(u)."""
    for place, factor in enumerate(factors):
        below = _total_below(factor)
        top = next((k for k, part in enumerate(factors) if below is not None and part is below.argument), None)
        if below is None or top is None or not isinstance(below.argument, ir.Call) or below.argument.function != "exp":
            continue
        found = _split(below.argument.argument, below.function)
        if found is not None:
            soft = ir.Call(below.function.replace("sum", "softmax"), found[0])
            rest = tuple([soft if k == top else part for k, part in enumerate(factors) if k != place])
            return rest[0] if len(rest) == 1 else type(node)(rest)  # type: ignore[call-arg]
    return node


def _total_below(node: ir.Expr) -> ir.Call | None:
    """The Σ of 1/Σ: over all, or over each row or column and repeated along it."""
    divides = False
    while True:
        match node:
            case ir.Power(body, exponent) if exponent is ir.Number(-1):
                node, divides = body, True
            case ir.MatMul((left, right)) if left.shape.is_column and _is_ones(right):
                node = left
            case ir.MatMul((left, right)) if right.shape.is_row and _is_ones(left):
                node = right
            case _:
                return node if divides and isinstance(node, ir.Call) and node.function in _SUMS else None


def _is_ones(node: ir.Expr) -> bool:
    node = node.body if isinstance(node, ir.Transpose) else node
    return isinstance(node, ir.Fill) and node.value == 1


def _split(inner: ir.Expr, name: str) -> tuple[ir.Expr, ir.Expr] | None:
    """u and c of u + c, c being a number, a row or a column, as `name` adds up, that is the same all along;
    None where there is no c."""
    if not isinstance(inner, ir.Add) or (name == "sum" and inner.shape.is_matrix):
        return None
    found = [(term, _same_along(term, name)) for term in inner.terms]
    kept, shifts = [term for term, shift in found if shift is None], [shift for _, shift in found if shift is not None]
    return (ir.add(*kept), ir.add(*shifts)) if kept and shifts else None


def _same_along(term: ir.Expr, name: str) -> ir.Expr | None:
    """What the term repeats."""
    match term:
        case ir.Mul(factors) if sum(not factor.shape.is_number for factor in factors) == 1:
            array = next(factor for factor in factors if not factor.shape.is_number)
            inside = _same_along(array, name)
            return None if inside is None else ir.mul(*(factor for factor in factors if factor is not array), inside)
        case ir.Fill() if name == "sum" and _is_ones(term):
            return ir.Number(1)
        case ir.MatMul((*column, ones)) if name == "sum1" and ones.shape.is_row and _is_ones(ones):
            return ir.matmul(*column)
        case ir.MatMul((ones, *row)) if name == "sum0" and ones.shape.is_column and _is_ones(ones):
            return ir.matmul(*row)
    return None

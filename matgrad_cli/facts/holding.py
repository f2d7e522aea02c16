"""Which facts hold of an expression by its form: XᵀX is symmetric, exp(u) is positive,
the inverse of an spd matrix is spd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..ir import (
    Add,
    Call,
    Constant,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Inverse,
    Literal,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Named,
    Number,
    Power,
    Size,
    SumOver,
    Symbol,
    Transpose,
    is_elementwise,
)
from ..ir.functions import CHANGES, MATRIX_FUNCTIONS
from ..ir.memory import table
from .conditions import CONDITIONS, consequences
from .problem import Fact, Problem
from .ranges import range_of

Answer = bool | None

_LARGEST: Final = 400
_found: dict[tuple[Expr, str, tuple[Fact, ...]], Answer] = table()


def holds(expr: Expr, word: str, problem: Problem) -> Answer:
    """Whether the fact is known to hold of the expression: True, False, or None where it is not known."""
    if word not in CONDITIONS or expr.weight > _LARGEST:
        return None
    key = (expr, word, problem.facts)
    if key not in _found:
        if len(_found) > 50_000:
            _found.clear()
        _found[key] = _known(expr, word, problem)
    return _found[key]


def may_hold(word: str, problem: Problem) -> bool:
    """False where only a stated fact could bring this one, and none is stated:
    nothing but I is orthogonal by its form."""
    return word in _READ_OFF or any(word in consequences(fact.word) for fact in problem.facts)


def _known(expr: Expr, word: str, problem: Problem) -> Answer:
    if isinstance(expr, Named):
        return holds(expr.body, word, problem)
    by_shape = _by_shape(expr, word)
    if by_shape is not None:
        return by_shape
    if isinstance(expr, Symbol) and any(
        word in consequences(fact.word) for fact in problem.facts if fact.symbol is expr
    ):
        return True
    if _inherited(expr, word, problem):
        return True
    by_form = _BY_FORM.get(word)
    found = by_form(expr, problem) if by_form is not None else None
    if found is None and not isinstance(expr, Symbol):
        stronger = [other for other, condition in CONDITIONS.items() if word in condition.implies]
        return True if any(holds(expr, other, problem) for other in stronger) else None
    return found


def _by_shape(expr: Expr, word: str) -> Answer:
    shape, sides = expr.shape, CONDITIONS[word].sides
    if word == "square":
        return True if shape.is_square else None if shape.rows.names or shape.cols.names else False
    if word in ("tall", "wide") and (shape.is_square or not (shape.rows.names or shape.cols.names)):
        rows, cols = shape.rows.factor, shape.cols.factor
        return not shape.is_square and (rows > cols if sides == ">" else rows < cols)
    return True if word in ("symmetric", "diagonal", "lower", "upper") and shape.is_number else None


def _turned(expr: Expr, problem: Problem) -> Expr:
    """The transpose, pushed through products and sums far enough to be compared."""
    match expr:
        case Transpose(body):
            return body
        case MatMul(factors):
            return MatMul(tuple(_turned(factor, problem) for factor in reversed(factors)))
        case _ if expr.shape.is_number or holds(expr, "symmetric", problem):
            return expr
        case _:
            return Transpose(expr)


def _all(parts: tuple[Expr, ...], word: str, problem: Problem) -> bool:
    return all(holds(part, word, problem) for part in parts)


def _arrays(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(part for part in parts if not part.shape.is_number)


_SAME_OF: Final[dict[str, tuple[type[Expr], ...]]] = {
    "symmetric": (Transpose, Inverse, MatrixPower, Power),
    "antisymmetric": (Transpose, Inverse),
    **dict.fromkeys(("spd", "orthogonal"), (Transpose, Inverse, MatrixPower)),
    "invertible": (Transpose, MatrixPower),
    **dict.fromkeys(("lower", "upper", "diagonal"), (Inverse, MatrixPower)),
    "nonzero": (Transpose, Power),
    **dict.fromkeys(("positive", "nonnegative", "unit_interval"), (Transpose,)),
}
"""What has a fact if what stands in it has it."""
_OF_ALL: Final[dict[str, tuple[type[Expr], ...]]] = {
    "symmetric": (Add, Mul, Hadamard),
    "antisymmetric": (Add, Mul),
    "invertible": (MatMul,),
    "unit_interval": (Hadamard,),
    **dict.fromkeys(("lower", "upper", "diagonal"), (Add, MatMul, Mul)),
}
"""What has a fact if all arrays in it have it."""


def _inherited(expr: Expr, word: str, problem: Problem) -> bool:
    """Whether the fact comes from the parts alone."""
    if isinstance(expr, _SAME_OF.get(word, ())):
        return holds(expr.children[0], word, problem) is True
    arrays = _arrays(expr.children) if isinstance(expr, _OF_ALL.get(word, ())) else ()
    return bool(arrays) and _all(arrays, word, problem)


_OF_MATRICES: Final = frozenset((*MATRIX_FUNCTIONS, *CHANGES, "powm"))


def _symmetric(expr: Expr, problem: Problem) -> Answer:
    match expr:
        case Eye() | Fill() if expr.shape.is_square:
            return True
        case Literal():
            return bool(tuple(zip(*expr.rows, strict=True)) == expr.rows)
        case Add(terms):
            return True if _symmetric_sum(terms, problem) else None
        case MatMul() if expr.shape.is_square:
            return True if _turned(expr, problem) is expr else None
        case Call("diag" | "topvv", _):
            return True
        case Call(name, arguments) if arguments[0].shape is expr.shape and (
            is_elementwise(name) or name in _OF_MATRICES
        ):
            return True if _all(_arrays(arguments), "symmetric", problem) else None
        case _:
            return None


def _symmetric_sum(terms: tuple[Expr, ...], problem: Problem) -> bool:
    """A + Aᵀ: every term that is not symmetric has its transpose among the others."""
    left = [term for term in terms if not holds(term, "symmetric", problem)]
    while left:
        term = left.pop()
        turned = _turned_term(term, problem)
        if turned not in left:
            return False
        left.remove(turned)
    return True


def _turned_term(term: Expr, problem: Problem) -> Expr:
    if isinstance(term, Mul):
        return Mul(tuple(factor if factor.shape.is_number else _turned(factor, problem) for factor in term.factors))
    return _turned(term, problem)


def _spd(expr: Expr, problem: Problem) -> Answer:
    match expr:
        case Eye():
            return True
        case Add(terms):
            whole = [term for term in terms if not holds(term, "spd", problem)]
            return True if len(whole) < len(terms) and all(_gram(term, problem) for term in whole) else None
        case Mul(factors):
            numbers = [factor for factor in factors if factor.shape.is_number]
            arrays = _arrays(factors)
            return (
                True if arrays and _all(tuple(numbers), "positive", problem) and _all(arrays, "spd", problem) else None
            )
        case MatMul((left, right)) if _turned(left, problem) is right:
            return True if holds(right, "invertible", problem) or holds(right, "tall", problem) else None
        case Call("diag", (body,)):
            return holds(body, "positive", problem)
        case _:
            return None


def _gram(expr: Expr, problem: Problem) -> bool:
    """Whether the expression is positive semidefinite by form: AᵀA, AᵀSA, a nonnegative number times that,
    an spd matrix."""
    if holds(expr, "spd", problem):
        return True
    if isinstance(expr, Mul):
        numbers = tuple(factor for factor in expr.factors if factor.shape.is_number)
        return _all(numbers, "nonnegative", problem) and all(_gram(part, problem) for part in _arrays(expr.factors))
    if not isinstance(expr, MatMul) or _turned(expr, problem) is not expr:
        return False
    middle = expr.factors[len(expr.factors) // 2]
    return len(expr.factors) % 2 == 0 or holds(middle, "spd", problem) is True


def _orthogonal(expr: Expr, problem: Problem) -> Answer:
    match expr:
        case Eye():
            return True
        case MatMul(factors):
            return (
                True
                if all(factor.shape.is_square for factor in factors) and _all(factors, "orthogonal", problem)
                else None
            )
        case _:
            return None


def _triangular(word: str, turned: str) -> Callable[[Expr, Problem], Answer]:
    def known(expr: Expr, problem: Problem) -> Answer:
        match expr:
            case Eye() | Call("diag", _):
                return True
            case Hadamard(factors):
                return True if any(holds(factor, word, problem) for factor in factors) else None
            case Transpose(body):
                return True if holds(body, turned, problem) else None
            case _:
                return None

    return known


def _invertible(expr: Expr, problem: Problem) -> Answer:
    if not expr.shape.is_square:
        return None if expr.shape.rows.names or expr.shape.cols.names else False
    match expr:
        case Eye() | Inverse():
            return True
        case Symbol():
            return True if any(fact.symbol is expr and fact.word == "orthogonal" for fact in problem.facts) else None
        case Mul(factors):
            arrays = _arrays(factors)
            numbers = tuple(factor for factor in factors if factor.shape.is_number)
            return (
                True if arrays and _all(arrays, "invertible", problem) and _all(numbers, "nonzero", problem) else None
            )
        case Call("diag", (body,)):
            return True if holds(body, "nonzero", problem) else None
        case _:
            return None


_POSITIVE_CALLS: Final = frozenset(("exp", "cosh", "sigmoid", "softplus", "softmax", "softmax0", "softmax1"))
_NONNEGATIVE_CALLS: Final = frozenset(("abs", "sqrt", "square", "relu", "step", "norm", "norm1", "nuclear", "spectral"))
_SUMS: Final = frozenset(("sum", "sum0", "sum1", "mean", "mean0", "mean1", "vec"))


def _signed(word: str) -> Callable[[Expr, Problem], Answer]:
    strict = word == "positive"

    def known(expr: Expr, problem: Problem) -> Answer:
        match expr:
            case Number(value):
                return value > 0 if strict else value >= 0
            case Size() | Constant():
                return True
            case Fill(value, _):
                return value > 0 if strict else True
            case Call("det", (body,)):
                return True if holds(body, "det_positive", problem) else None
            case Call("tr", (body,)):
                return True if holds(body, "spd", problem) else None
            case MatMul((Transpose(left), middle, right)) if left is right and holds(middle, "spd", problem):
                return True if not strict or holds(right, "nonzero", problem) else None
            case Call("sum", (MatMul((body, Fill(value))),)) if value > 0 and holds(body, "spd", problem):
                return True  # 𝟏ᵀS𝟏
            case Call(name, (body,)) if name in _POSITIVE_CALLS or (not strict and name in _NONNEGATIVE_CALLS):
                return True
            case Call(name, (body,)) if name in _SUMS or name in (
                "diagonal",
                "sqrt",
                "log1p",
                "square",
                "abs",
                "norm",
                "norm1",
            ):
                return True if holds(body, word, problem) else None
            case Power(_, Number(value)) if not strict and value.denominator == 1 and value % 2 == 0:
                return True
            case Power(body, _):
                return True if holds(body, "positive", problem) or (not strict and holds(body, word, problem)) else None
            case Add(terms):
                some = not strict or any(holds(term, "positive", problem) for term in terms)
                if some and _all(terms, "nonnegative", problem):
                    return True
                found = range_of(expr, lambda part, fact: holds(part, fact, problem) is True)
                return True if found.positive or (not strict and found.low >= 0) else None
            case Entry(body) | MatrixOf(_, _, body) | SumOver(_, body):
                return holds(body, word, problem)
            case Mul(parts) | Hadamard(parts) | MatMul(parts):
                return (
                    True
                    if _all(parts, word, problem) or (not strict and expr.shape.is_number and _gram(expr, problem))
                    else None
                )
            case _:
                return None

    return known


def _nonzero(expr: Expr, problem: Problem) -> Answer:
    match expr:
        case Number(value):
            return value != 0
        case Mul(parts) | Hadamard(parts):
            return True if _all(parts, "nonzero", problem) else None
        case Call("det", (body,)):
            return True if holds(body, "invertible", problem) else None
        case _:
            return True if holds(expr, "positive", problem) else None


def _unit_interval(expr: Expr, _: Problem) -> Answer:
    match expr:
        case Number(value):
            return 0 <= value <= 1
        case Fill() | Eye() | Call("sigmoid" | "softmax" | "softmax0" | "softmax1" | "step", _):
            return True
        case _:
            return None


def _simplex(expr: Expr, _: Problem) -> Answer:
    return True if isinstance(expr, Call) and expr.function in ("softmax", "softmax1") else None


_BY_FORM: Final[dict[str, Callable[[Expr, Problem], Answer]]] = {
    "symmetric": _symmetric,
    "spd": _spd,
    "orthogonal": _orthogonal,
    "invertible": _invertible,
    "lower": _triangular("lower", "upper"),
    "upper": _triangular("upper", "lower"),
    "diagonal": _triangular("diagonal", "diagonal"),
    "positive": _signed("positive"),
    "nonnegative": _signed("nonnegative"),
    "nonzero": _nonzero,
    "unit_interval": _unit_interval,
    "simplex": _simplex,
}

_READ_OFF: Final = frozenset(
    word for form in (*_BY_FORM, "antisymmetric") if form != "orthogonal" for word in consequences(form)
)
"""What the form of an expression can tell."""

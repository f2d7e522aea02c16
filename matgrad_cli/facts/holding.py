"""Which facts hold of an expression by its form: XᵀX is symmetric, exp(u) is positive,
the inverse of an spd matrix is spd."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Final

from .. import ir
from ..ir import Expr, Symbol, is_elementwise
from ..ir.functions import CHANGES, MATRIX_FUNCTIONS
from ..ir.memory import table
from .conditions import CONDITIONS, consequences
from .problem import Fact, Problem

Answer = bool | None

_LARGEST: Final = 400
_found: dict[tuple[Expr, str, tuple[Fact, ...]], Answer] = table()


def holds(expr: Expr, word: str, problem: Problem) -> Answer:
    """Whether the fact is known to hold of the expression: True, False, or None where it is not known."""
    if word not in CONDITIONS or expr.weight > _LARGEST:
        return None
    key = (expr, word, problem.facts)
    if key not in _found:
        _found[key] = _known(expr, word, problem)
    return _found[key]


def may_hold(word: str, problem: Problem) -> bool:
    """False where only a stated fact could bring this one, and none is: only I is orthogonal by its form."""
    return word in _READ_OFF or any(word in consequences(fact.word) for fact in problem.facts)


def _known(expr: Expr, word: str, problem: Problem) -> Answer:
    if isinstance(expr, ir.Named):
        return holds(expr.body, word, problem)
    known = _by_shape(expr, word)
    if known is not None:
        return known
    if isinstance(expr, Symbol):
        return _declared(expr, word, problem) or None
    if isinstance(expr, ir.Entry | ir.MatrixOf | ir.SumOver) and word in ("positive", "nonnegative"):
        return holds(expr.body if isinstance(expr, ir.SumOver | ir.MatrixOf) else expr.base, word, problem)
    by_form = _BY_FORM.get(word)
    if _inherited(expr, word, problem) or (by_form is not None and by_form(expr, problem)):
        return True
    stronger = [other for other, condition in CONDITIONS.items() if word in condition.implies]
    return True if any(holds(expr, other, problem) for other in stronger) else None


def _declared(symbol: Symbol, word: str, problem: Problem) -> bool:
    """Whether a fact is stated of a variable, or follows from one; a square matrix that is orthogonal is invertible."""
    stated = [fact.word for fact in problem.facts if fact.symbol is symbol]
    turns = word == "invertible" and symbol.shape.is_square and "orthogonal" in stated
    return turns or any(word in consequences(one) for one in stated)


def _by_shape(expr: Expr, word: str) -> Answer:
    shape, sides = expr.shape, CONDITIONS[word].sides
    if word == "square":
        return True if shape.is_square else None if shape.rows.names or shape.cols.names else False
    if word in ("tall", "wide") and (shape.is_square or not (shape.rows.names or shape.cols.names)):
        rows, cols = shape.rows.factor, shape.cols.factor
        return not shape.is_square and (rows > cols if sides == ">" else rows < cols)
    if word == "invertible" and not (shape.is_square or shape.rows.names or shape.cols.names):
        return False
    if isinstance(expr, ir.Number | ir.Fill) and CONDITIONS[word].entry is not None:
        return CONDITIONS[word].test([[expr.value]])
    return True if word in ("symmetric", "diagonal", "lower", "upper") and shape.is_number else None


def _turned(expr: Expr, problem: Problem) -> Expr:
    """The transpose, pushed through products and sums far enough to be compared."""
    match expr:
        case ir.Transpose(body):
            return body
        case ir.MatMul(factors):
            return ir.MatMul(tuple(_turned(factor, problem) for factor in reversed(factors)))
        case ir.Mul(factors):
            return ir.Mul(tuple(_turned(factor, problem) for factor in factors))
        case _ if expr.shape.is_number or holds(expr, "symmetric", problem):
            return expr
        case _:
            return ir.Transpose(expr)


def _all(parts: tuple[Expr, ...], word: str, problem: Problem) -> bool:
    return all(holds(part, word, problem) for part in parts)


def _arrays(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(part for part in parts if not part.shape.is_number)


_SAME_OF: Final[dict[str, tuple[type[Expr], ...]]] = {
    "symmetric": (ir.Transpose, ir.Inverse, ir.MatrixPower, ir.Power),
    "antisymmetric": (ir.Transpose, ir.Inverse),
    **dict.fromkeys(("spd", "orthogonal"), (ir.Transpose, ir.Inverse, ir.MatrixPower)),
    "invertible": (ir.Transpose, ir.MatrixPower),
    **dict.fromkeys(("lower", "upper", "diagonal"), (ir.Inverse, ir.MatrixPower)),
    "nonzero": (ir.Transpose, ir.Power),
    **dict.fromkeys(("positive", "nonnegative", "unit_interval"), (ir.Transpose,)),
}
"""What has a fact if what stands in it has it."""
_OF_ALL: Final[dict[str, tuple[type[Expr], ...]]] = {
    "symmetric": (ir.Add, ir.Mul, ir.Hadamard),
    "antisymmetric": (ir.Add, ir.Mul),
    "invertible": (ir.MatMul,),
    "unit_interval": (ir.Hadamard,),
    **dict.fromkeys(("lower", "upper", "diagonal"), (ir.Add, ir.MatMul, ir.Mul)),
}
"""What has a fact if all arrays in it have it."""


def _inherited(expr: Expr, word: str, problem: Problem) -> bool:
    """Whether the fact comes from the parts alone."""
    if isinstance(expr, _SAME_OF.get(word, ())):
        return holds(expr.children[0], word, problem) is True
    arrays = _arrays(expr.children) if isinstance(expr, _OF_ALL.get(word, ())) else ()
    return bool(arrays) and _all(arrays, word, problem)


_OF_MATRICES: Final = frozenset((*MATRIX_FUNCTIONS, *CHANGES, "powm"))


def _symmetric(expr: Expr, problem: Problem) -> bool:
    match expr:
        case ir.Eye() | ir.Fill():
            return expr.shape.is_square
        case ir.Literal():
            return bool(tuple(zip(*expr.rows, strict=True)) == expr.rows)
        case ir.Add(terms):
            return _symmetric_sum(terms, problem)
        case ir.MatMul():
            return expr.shape.is_square and _turned(expr, problem) is expr
        case ir.Call("diag" | "topvv", _):
            return True
        case ir.Call(name, arguments) if is_elementwise(name) or name in _OF_MATRICES:
            return arguments[0].shape is expr.shape and _all(_arrays(arguments), "symmetric", problem)
    return False


def _symmetric_sum(terms: tuple[Expr, ...], problem: Problem) -> bool:
    """A + Aᵀ: every term that is not symmetric has its transpose among the others."""
    left = [term for term in terms if not holds(term, "symmetric", problem)]
    while left:
        term = left.pop()
        turned = _turned(term, problem)
        if turned not in left:
            return False
        left.remove(turned)
    return True


def _multiple(expr: ir.Mul, numbers: str, arrays: str, problem: Problem) -> bool:
    """Whether the numbers in front of an array have one fact, and the array another."""
    whole = _arrays(expr.factors)
    rest = tuple(factor for factor in expr.factors if factor.shape.is_number)
    return bool(whole) and _all(rest, numbers, problem) and _all(whole, arrays, problem)


def _spd(expr: Expr, problem: Problem) -> bool:
    match expr:
        case ir.Eye():
            return True
        case ir.Add(terms):
            whole = [term for term in terms if not holds(term, "spd", problem)]
            return len(whole) < len(terms) and all(_gram(term, problem) for term in whole)
        case ir.Mul():
            return _multiple(expr, "positive", "spd", problem)
        case ir.MatMul((left, right)):
            full = holds(right, "invertible", problem) or holds(right, "tall", problem)
            return bool(full) and _turned(left, problem) is right
        case ir.Call("diag", (body,)):
            return holds(body, "positive", problem) is True
    return False


def _gram(expr: Expr, problem: Problem) -> bool:
    """Whether the form is positive semidefinite: AᵀA, AᵀSA, a nonnegative multiple of that, spd."""
    if holds(expr, "spd", problem):
        return True
    if isinstance(expr, ir.Mul):
        numbers = tuple(factor for factor in expr.factors if factor.shape.is_number)
        return _all(numbers, "nonnegative", problem) and all(_gram(part, problem) for part in _arrays(expr.factors))
    if not isinstance(expr, ir.MatMul) or _turned(expr, problem) is not expr:
        return False
    middle = expr.factors[len(expr.factors) // 2]
    return len(expr.factors) % 2 == 0 or holds(middle, "spd", problem) is True


def _orthogonal(expr: Expr, problem: Problem) -> bool:
    if isinstance(expr, ir.MatMul):
        return all(factor.shape.is_square for factor in expr.factors) and _all(expr.factors, "orthogonal", problem)
    return isinstance(expr, ir.Eye)


def _triangular(word: str, turned: str) -> Callable[[Expr, Problem], bool]:
    def known(expr: Expr, problem: Problem) -> bool:
        match expr:
            case ir.Eye() | ir.Call("diag", _):
                return True
            case ir.Hadamard(factors):
                return any(holds(factor, word, problem) for factor in factors)
            case ir.Transpose(body):
                return holds(body, turned, problem) is True
        return False

    return known


def _invertible(expr: Expr, problem: Problem) -> bool:
    if not expr.shape.is_square:
        return False
    match expr:
        case ir.Eye() | ir.Inverse():
            return True
        case ir.Mul():
            return _multiple(expr, "nonzero", "invertible", problem)
        case ir.Call("diag", (body,)):
            return holds(body, "nonzero", problem) is True
    return False


_POSITIVE_CALLS: Final = frozenset("exp cosh sigmoid softplus softmax softmax0 softmax1".split())
_NONNEGATIVE_CALLS: Final = frozenset("abs sqrt square relu step norm norm1 nuclear spectral".split())
_SIGNED_LIKE: Final = frozenset("sum sum0 sum1 mean mean0 mean1 vec diagonal sqrt log1p square abs norm norm1".split())
"""Functions that are positive, or not negative, where their argument is."""


def _signed(word: str) -> Callable[[Expr, Problem], bool]:
    strict = word == "positive"

    def known(expr: Expr, problem: Problem) -> bool:
        match expr:
            case ir.Size() | ir.Constant():
                return True
            case ir.Call("det", (body,)):
                return holds(body, "det_positive", problem) is True
            case ir.Call("tr", (body,)):
                return holds(body, "spd", problem) is True
            case ir.MatMul((ir.Transpose(left), middle, right)) if (
                left is right and expr.shape.is_number and holds(middle, "spd", problem)
            ):
                return not strict or holds(right, "nonzero", problem) is True
            case ir.Call("sum", (ir.MatMul((body, ir.Fill(value))),)) if value > 0 and holds(body, "spd", problem):
                return True  # 𝟏ᵀS𝟏
            case ir.Call(name, (body,)) if name in _POSITIVE_CALLS or (not strict and name in _NONNEGATIVE_CALLS):
                return True
            case ir.Call(name, (body,)) if name in _SIGNED_LIKE:
                return holds(body, word, problem) is True
            case ir.Power(body, exponent):
                even = isinstance(exponent, ir.Number) and exponent.value.denominator == 1 and exponent.value % 2 == 0
                return holds(body, "positive", problem) is True or (
                    not strict and (even or holds(body, word, problem) is True)
                )
            case ir.Add(terms):
                some = not strict or any(holds(term, "positive", problem) for term in terms)
                if some and _all(terms, "nonnegative", problem):
                    return True
                (low, reached), _ = _ends(expr, problem)
                return low > 0 or (low == 0 and not (strict and reached))
            case ir.Mul(parts) | ir.Hadamard(parts) | ir.MatMul(parts):
                square = not strict and expr.shape.is_number and _gram(expr, problem)
                return _all(parts, word, problem) or square
        return False

    return known


End = tuple[Fraction | float, bool]
"""A number, and whether it is a value itself."""
_OPEN_UNIT: Final = ((Fraction(0), False), (Fraction(1), False))
_ENDS: Final[dict[str, tuple[End, End]]] = {
    "sigmoid": _OPEN_UNIT,
    **dict.fromkeys(("softmax", "softmax0", "softmax1"), (_OPEN_UNIT[0], (Fraction(1), True))),
    **dict.fromkeys(("tanh", "erf"), ((Fraction(-1), False), (Fraction(1), False))),
    **dict.fromkeys(("sin", "cos"), ((Fraction(-1), True), (Fraction(1), True))),
}


def _ends(expr: Expr, problem: Problem) -> tuple[End, End]:
    """Between which numbers the entries lie by the form: those of 𝟏 − σ(u) between 0 and 1."""
    match expr:
        case ir.Number(value) | ir.Fill(value, _):
            return (Fraction(value), True), (Fraction(value), True)
        case ir.Named(_, body) | ir.Transpose(body) | ir.Entry(body) | ir.MatrixOf(_, _, body):
            return _ends(body, problem)
        case ir.Call(name) if name in _ENDS:
            return _ENDS[name]
        case ir.Call("square", (body,)):
            return _ends(ir.Power(body, ir.Number(2)), problem)
        case ir.Power(body, ir.Number(value)) if value.denominator == 1 and value > 0 and value % 2 == 0:
            most, reached = max(_ends(body, problem), key=lambda end: (abs(end[0]), end[1]))
            return (Fraction(0), True), (most ** int(value), reached)
        case ir.Add(terms):
            low, high = zip(*(_ends(term, problem) for term in terms), strict=True)
            return _added(low), _added(high)
        case ir.Mul((ir.Number(value), body)) | ir.Hadamard((ir.Number(value), body)) if value:
            low, high = ((end * value, reached) for end, reached in _ends(body, problem))
            return (low, high) if value > 0 else (high, low)
    if holds(expr, "positive", problem):
        return (Fraction(0), False), (inf, False)
    return (Fraction(0) if holds(expr, "nonnegative", problem) else -inf, True), (inf, False)


def _added(ends: tuple[End, ...]) -> End:
    return sum(end for end, _ in ends), all(reached for _, reached in ends)


def _nonzero(expr: Expr, problem: Problem) -> bool:
    match expr:
        case ir.Mul(parts) | ir.Hadamard(parts):
            return _all(parts, "nonzero", problem)
        case ir.Call("det", (body,)):
            return holds(body, "invertible", problem) is True
    return False


def _one_of(calls: str, identity: bool = False) -> Callable[[Expr, Problem], bool]:
    names = frozenset((*calls.split(), "Eye") if identity else calls.split())
    return lambda expr, _: expr.head in names


_BY_FORM: Final[dict[str, Callable[[Expr, Problem], bool]]] = {
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
    "unit_interval": _one_of("sigmoid softmax softmax0 softmax1 step", identity=True),
    "simplex": _one_of("softmax softmax1"),
}

_READ_OFF: Final = frozenset(
    word for form in (*_BY_FORM, "antisymmetric") if form != "orthogonal" for word in consequences(form)
)
"""What the form of an expression can tell."""

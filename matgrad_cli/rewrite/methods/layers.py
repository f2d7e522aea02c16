"""One layer of a differential: d(f(A)) in terms of dA, for every operation. The pending parts stay pending.

All methods of this folder share these: the differential method prints them as they are, the adjoint method along a direction H,
the chain method as Jacobians. Sources: rules/differentials.toml and rules/softmax.toml, `cite` of each rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...diagnostics.record import record
from ...ir import (
    FUNCTIONS,
    Add,
    Call,
    Differential,
    Entry,
    Expr,
    Fill,
    Hadamard,
    Inverse,
    Kron,
    MatMul,
    MatrixPower,
    Mul,
    Named,
    Number,
    Power,
    Symbol,
    Transpose,
    add,
    hadamard,
    is_elementwise,
    kron,
    matmul,
    mul,
    substitute,
)
from ...ir.dimensions import ONE, Dim, Shape
from ...records import Bindings
from ...rulebook.load import Rulebook
from ..algebra import flip
from ..elementwise import derivative_of, lifted
from ..partials import lowered, power_of

MINUS = Number(-1)


@record
class Layer:
    """What d(Z) becomes, the rule that says so, and what its sentence mentions."""

    rule: str
    body: Expr
    bindings: Bindings = ()


@record
class Moving:
    """The variable that moves, along which direction (None: dX itself), and the rules that know f′ of elementwise functions.

    `short`: the differential of ‖A‖² is 2⟨A, dA⟩ at once, not by way of tr(AᵀA).
    """

    variable: Symbol
    book: Rulebook
    direction: Expr | None = None
    short: bool = False

    def d(self, body: Expr) -> Expr:
        """The pending differential of a part; d(Aᵀ) is written (dA)ᵀ at once."""
        if isinstance(body, Transpose):
            return Transpose(self.d(body.body))
        return Differential(body, self.variable, self.direction)

    def paired(self, gradient: Expr, body: Expr) -> Expr:
        """⟨gradient, d(body)⟩: written with a trace or a product for dX, as an inner product along a direction."""
        moved = self.d(body)
        if moved.shape.is_number:
            return mul(gradient, moved)
        if self.direction is not None:
            return Call("inner", gradient, moved)
        if moved.shape.is_column:
            return matmul(flip(gradient), moved)
        return matmul(moved, flip(gradient)) if moved.shape.is_row else Call("tr", matmul(flip(gradient), moved))

    def active(self, body: Expr) -> bool:
        """Whether the part holds the variable."""
        return self.variable in body.symbols


def layer_of(body: Expr, moving: Moving) -> Layer | None:
    """One layer of d(body); None where no rule is known."""
    if isinstance(body, Named):
        return _named(body, moving)
    if isinstance(body, Call):
        return _call(body, moving)
    rule = _RULES.get(type(body))
    return rule(body, moving) if rule else None


def zero_of(body: Expr) -> Expr:
    """The zero array of the same shape."""
    return Number(0) if body.shape.is_number else Fill(0, body.shape)


def _named(body: Named, moving: Moving) -> Layer | None:
    inside = layer_of(body.body, moving)
    if inside is None:
        return None
    return Layer(inside.rule, substitute(inside.body, {body.body: body}), inside.bindings)


def _sum(body: Expr, moving: Moving) -> Layer:
    kept = [moving.d(term) for term in body.children if moving.active(term)]
    dropped = [term for term in body.children if not moving.active(term)]
    if dropped:
        return Layer("d-constant", add(*kept), (("constant", add(*dropped)),))
    return Layer("d-add", add(*kept))


def _product_rule(factors: Sequence[Expr], moving: Moving, build: Callable[..., Expr]) -> Expr:
    terms = []
    for number, factor in enumerate(factors):
        if moving.active(factor):
            terms.append(build(*factors[:number], moving.d(factor), *factors[number + 1 :]))
    return add(*terms)


def _linear(body: Expr, moving: Moving) -> Expr:
    """c·A·(…)·B with the constant factors outside, as far down as products with one moving factor go."""
    if isinstance(body, Mul | MatMul | Hadamard):
        active = [number for number, factor in enumerate(body.children) if moving.active(factor)]
        if len(active) == 1:
            parts = list(body.children)
            parts[active[0]] = _linear(parts[active[0]], moving)
            return {Mul: mul, MatMul: matmul, Hadamard: hadamard}[type(body)](*parts)
    return moving.d(body)


def _products(rule: str, build: Callable[..., Expr]) -> Callable[[Expr, Moving], Layer]:
    def unfold(body: Expr, moving: Moving) -> Layer:
        if sum(1 for factor in body.children if moving.active(factor)) == 1:
            return Layer("d-linear", _linear(body, moving))
        return Layer(rule, _product_rule(body.children, moving, build))

    return unfold


def _kron(body: Expr, moving: Moving) -> Layer:
    return Layer("d-kron", _product_rule(body.children, moving, kron))


def _scale(body: Expr, moving: Moving) -> Layer:
    return _products("d-product" if body.shape.is_number else "d-scale", mul)(body, moving)


def _power(body: Expr, moving: Moving) -> Layer:
    assert isinstance(body, Power)
    base, exponent = body.base, body.exponent
    if moving.active(exponent):
        return Layer("d-power-general", _times(body, moving.d(mul(exponent, Call("log", base)))), (("u", base), ("c", exponent)))
    if exponent is Number(2) and isinstance(base, Call) and base.function == "norm" and not base.argument.shape.is_number:
        return _norm_squared(base.argument, moving)
    slope = lowered(base, exponent)
    rule = "d-square" if exponent is Number(2) else "d-power"
    return Layer(rule, mul(exponent, _times(slope, moving.d(base))), (("u", base), ("c", exponent)))


def _norm_squared(inner: Expr, moving: Moving) -> Layer:
    if moving.short:
        return Layer("d-norm-squared", mul(Number(2), moving.paired(inner, inner)), (("A", inner),))
    if inner.shape.is_column:
        return Layer("norm-squared-inner", moving.d(matmul(Transpose(inner), inner)))
    if inner.shape.is_row:
        return Layer("norm-squared-trace", moving.d(matmul(inner, Transpose(inner))))
    return Layer("norm-squared-trace", moving.d(Call("tr", matmul(Transpose(inner), inner))))


def _times(slope: Expr, moved: Expr) -> Expr:
    """slope ∘ d(·) entry by entry, numbers in front."""
    if moved.shape.is_number:
        return mul(slope, moved)
    if isinstance(slope, Mul):
        numbers = [factor for factor in slope.factors if factor.shape.is_number]
        arrays = [factor for factor in slope.factors if not factor.shape.is_number]
        return mul(*numbers, hadamard(*arrays, moved))
    if isinstance(slope, Fill) and slope.value == 1:
        return moved
    return hadamard(slope, moved)


def _matrix_power(body: Expr, moving: Moving) -> Layer:
    assert isinstance(body, MatrixPower)
    base, count = body.base, body.exponent
    if count < 0:
        whole = Inverse(base) if count == -1 else MatrixPower(Inverse(base), -count)
        return Layer("negative-matrix-power", moving.d(whole))
    terms = []
    for before in range(count):
        parts = (power_of(base, before), moving.d(base), power_of(base, count - 1 - before))
        terms.append(matmul(*(part for part in parts if part is not None)))
    return Layer("d-matrix-power", add(*terms) if terms else zero_of(body), (("n", str(count)),))


def _transpose(body: Expr, moving: Moving) -> Layer:
    assert isinstance(body, Transpose)
    return Layer("d-transpose", Transpose(moving.d(body.body)))


def _inverse(body: Expr, moving: Moving) -> Layer:
    assert isinstance(body, Inverse)
    return Layer("d-inv", mul(MINUS, matmul(body, moving.d(body.body), body)), (("A", body.body),))


def _entry(body: Expr, moving: Moving) -> Layer | None:
    assert isinstance(body, Entry)
    if body.free:
        return None
    return Layer("d-entry", Entry(moving.d(body.base), body.row, body.col))


_RULES: dict[type[Expr], Callable[[Expr, Moving], Layer | None]] = {
    Add: _sum, Mul: _scale, MatMul: _products("d-mul", matmul), Hadamard: _products("d-hadamard", hadamard), Kron: _kron, Power: _power,
    MatrixPower: _matrix_power, Transpose: _transpose, Inverse: _inverse, Entry: _entry,
}  # fmt: skip


# ---------------------------------------------------------------- named functions


def _call(body: Call, moving: Moving) -> Layer | None:
    name, inner = body.function, body.argument
    if is_elementwise(name):
        return _elementwise(body, inner, moving)
    if name in _LINEAR:
        return Layer(_LINEAR[name], Call(name, moving.d(inner)))
    rule = _CALLS.get(name)
    return rule(body, moving) if rule else None


def _elementwise(body: Call, inner: Expr, moving: Moving) -> Layer | None:
    slope = derivative_of(body.function, moving.book)
    if slope is None:
        return None
    outer = lifted(slope, inner)
    rule = f"d-{body.function}" if f"d-{body.function}" in moving.book else "d-elementwise"
    bindings: Bindings = (("A", inner), ("u", inner), ("outer", outer))
    if outer is zero_of(body):
        return Layer(rule, outer, bindings)
    return Layer(rule, _times(outer, moving.d(inner)), bindings)


_LINEAR = {
    "tr": "d-trace", "sum": "d-sum", "sum0": "d-sum-columns", "sum1": "d-sum-rows", "mean": "d-mean", "mean0": "d-mean-columns",
    "mean1": "d-mean-rows", "diag": "d-diag", "diagonal": "d-diagonal", "vec": "d-vec",
}  # fmt: skip


def _inner(body: Call, moving: Moving) -> Layer:
    return Layer("d-inner", _product_rule(body.arguments, moving, lambda *parts: Call("inner", *parts)))


def _det(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    return Layer("d-det", mul(body, moving.paired(Transpose(Inverse(inner)), inner)), (("A", inner),))


def _logdet(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    return Layer("d-logdet", moving.paired(Transpose(Inverse(inner)), inner), (("A", inner),))


def _norm(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    return Layer("d-norm", mul(Power(body, MINUS), moving.paired(inner, inner)), (("A", inner),))


def _norm1(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    return Layer("d-norm1", moving.paired(Call("sign", inner), inner), (("x", inner),))


def _singular(body: Call, moving: Moving) -> Layer | None:
    inner = body.argument
    name = "polar" if body.function == "nuclear" else "leading"
    if name not in FUNCTIONS:
        return None
    direction = Call(name, inner)
    return Layer(f"d-{body.function}", moving.paired(direction, inner), (("A", inner),))


def _softmax(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    moved = moving.d(inner)
    if not inner.shape.is_matrix:
        average = moving.paired(body, inner)
        return Layer("d-softmax", add(hadamard(body, moved), mul(MINUS, average, body)), (("x", inner),))
    weighted = hadamard(body, moved)
    if body.function == "softmax0":
        spread = matmul(_ones(inner.shape.rows, ONE), Call("sum0", weighted))
    else:
        spread = matmul(Call("sum1", weighted), _ones(ONE, inner.shape.cols))
    return Layer("d-softmax-axis", add(weighted, mul(MINUS, hadamard(body, spread))), (("A", inner),))


def _ones(rows: Dim, cols: Dim) -> Expr:
    return Fill(1, Shape(rows, cols))


def _logsumexp(body: Call, moving: Moving) -> Layer:
    inner = body.argument
    if body.function == "logsumexp" and inner.shape.is_matrix:
        return Layer("logsumexp-log", moving.d(Call("log", Call("sum", Call("exp", inner)))), (("x", inner),))
    if body.function == "logsumexp":
        return Layer("d-logsumexp", moving.paired(Call("softmax", inner), inner), (("x", inner),))
    axis = body.function[-1]
    weighted = hadamard(Call(f"softmax{axis}", inner), moving.d(inner))
    return Layer("d-logsumexp-axis", Call(f"sum{axis}", weighted), (("A", inner),))


_CALLS: dict[str, Callable[[Call, Moving], Layer | None]] = {
    "inner": _inner, "det": _det, "logdet": _logdet, "norm": _norm, "norm1": _norm1, "nuclear": _singular, "spectral": _singular,
    "softmax": _softmax, "softmax0": _softmax, "softmax1": _softmax, "logsumexp": _logsumexp, "logsumexp0": _logsumexp,
    "logsumexp1": _logsumexp,
}  # fmt: skip

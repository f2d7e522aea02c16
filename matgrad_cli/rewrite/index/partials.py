"""One layer of a pending derivative ∂(Z)/∂X[s,t]: the native rules of the index method, one function per kind of node.

Each function returns the new expression in place of the pending derivative, and the id of the rule that says so. What does
not hold the variable is never unfolded. Sources: the entrywise definitions of the operations; for the inverse, the determinant
and the powers see `cite` of the rules in rules/partials.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...diagnostics.record import record
from ...ir import (
    Call,
    Entry,
    Expr,
    Index,
    Inverse,
    Kron,
    MatMul,
    MatrixPower,
    Named,
    Number,
    Pair,
    Position,
    Power,
    SumOver,
    add,
    is_elementwise,
    matmul,
    mul,
    rename,
    substitute,
    sum_over,
)
from ...ir.dimensions import ONE, Dim
from .context import Context, Unfolding, delta, entry
from .elementwise import derivative_of, lifted
from .terms import UNIT, ZERO


def constant(context: Context, body: Expr) -> Unfolding | None:
    """What does not hold the variable has the derivative 0."""
    if context.active(body):
        return None
    return Unfolding("partial-constant", ZERO, (("constant", body), ("X", context.variable)))


# ---------------------------------------------------------------- numbers


def _variable(context: Context, body: Expr) -> Unfolding | None:
    return Unfolding("partial-variable-number", UNIT, (("X", body),)) if body is context.variable else None


def _sum(context: Context, body: Expr) -> Unfolding | None:
    if isinstance(body, Entry):
        return _entry_sum(context, body, body.base)
    kept = [context.d(term) for term in body.children if context.active(term)]
    dropped = [term for term in body.children if not context.active(term)]
    rule = "partial-sum-constant" if dropped else "partial-sum"
    return Unfolding(rule, add(*kept), (("u", body), ("X", context.variable), *((("c", add(*dropped)),) if dropped else ())))


def _product(context: Context, body: Expr) -> Unfolding | None:
    if not isinstance(body, Entry):
        return product_rule(context, body.children, body)
    parts = [factor if factor.shape.is_number else entry(factor, body.row, body.col) for factor in body.base.children]
    return product_rule(context, parts, body.base)


def _linear(context: Context, body: Expr) -> Unfolding | None:
    found = _product(context, body)
    return found if found is not None and found.rule != "partial-product" else None


def product_rule(context: Context, factors: Sequence[Expr], whole: Expr) -> Unfolding:
    """∂(u v w) = ∂u v w + u ∂v w + u v ∂w, over the factors that hold the variable; the others come out."""
    active = [number for number, factor in enumerate(factors) if context.active(factor)]
    terms = []
    for number in active:
        terms.append(mul(*factors[:number], context.d(factors[number]), *factors[number + 1 :]))
    if len(active) > 1:
        return Unfolding("partial-product", add(*terms), (("u", whole), ("X", context.variable)))
    constant = mul(*(factor for number, factor in enumerate(factors) if number != active[0]))
    if constant is Number(-1):
        return Unfolding("partial-neg", add(*terms), (("X", context.variable),))
    return Unfolding("partial-linear", add(*terms), (("constant", constant), ("X", context.variable)))


def _power(context: Context, body: Expr) -> Unfolding | None:
    if isinstance(body, Entry):
        return _entry_power(context, body, body.base)
    assert isinstance(body, Power)
    base, exponent = body.base, body.exponent
    if not context.active(exponent):
        return Unfolding("partial-power", mul(exponent, lowered(base, exponent), context.d(base)), (("u", base), ("c", exponent)))
    log_base = Call("log", base)
    return Unfolding("partial-power-general", mul(body, context.d(mul(exponent, log_base))), (("u", base), ("c", exponent)))


def lowered(base: Expr, exponent: Expr) -> Expr:
    """base^(exponent − 1), written without an exponent 1."""
    if isinstance(exponent, Number):
        less = exponent.value - 1
        return base if less == 1 else Power(base, Number(less))
    return Power(base, add(exponent, Number(-1)))


def _sigma(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, SumOver)
    fresh = {index: context.letters.draw(index.dim, context.taken, True) for index in body.indices if index.name in context.outside}
    context.taken.update(index.name for index in body.indices)
    indices = tuple(fresh.get(index, index) for index in body.indices)
    return Unfolding("partial-sigma", sum_over(indices, context.d(rename(body.body, fresh))), (("indices", ", ".join(map(str, indices))),))


def _matmul(context: Context, body: Expr) -> Unfolding | None:
    if isinstance(body, Entry):
        assert isinstance(body.base, MatMul)
        return matrix_product(context, body.base, body.row, body.col)
    assert isinstance(body, MatMul)
    return matrix_product(context, body, None, None)


def _named(context: Context, body: Expr) -> Unfolding | None:
    named = body.base if isinstance(body, Entry) else body
    assert isinstance(named, Named)
    inner = entry(named.body, body.row, body.col) if isinstance(body, Entry) else named.body
    return Unfolding("partial-named", context.d(inner), (("name", named), ("A", named.body)))


def _over_entries(context: Context, body: Expr, coefficient: Callable[[Position | None, Position | None], Sequence[Expr]]) -> Expr:
    row, col = context.draw(body.shape.rows, False), context.draw(body.shape.cols, False)
    indices = [letter for letter in (row, col) if letter is not None]
    return sum_over(indices, mul(*coefficient(row, col), context.d(entry(body, row, col))))


def _chain(context: Context, body: Expr) -> Unfolding | None:
    """A function of every entry: f(A)_ij changes by f′(A)_ij times the change of A_ij."""
    call = body.base if isinstance(body, Entry) else body
    if not isinstance(call, Call) or not is_elementwise(call.function):
        return None
    slope = derivative_of(call.function, context.book)
    if slope is None:
        return None
    inner = call.argument
    outer = substitute(lifted(slope, inner), context.names)
    rule = f"partial-{call.function}" if f"partial-{call.function}" in context.book else "partial-chain"
    row, col = (body.row, body.col) if isinstance(body, Entry) else (None, None)
    return Unfolding(rule, mul(entry(outer, row, col), context.d(entry(inner, row, col))), (("u", inner), ("outer", outer)))


def _singular(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Call)
    inner = body.argument
    direction = Call("polar" if body.function == "nuclear" else "leading", inner)
    change = _over_entries(context, inner, lambda row, col: (entry(direction, row, col),))
    return Unfolding(f"partial-{body.function}", change, (("A", inner),))


# ---------------------------------------------------------------- entries of arrays


def _entry_sum(context: Context, body: Entry, base: Expr) -> Unfolding:
    kept = [context.d(entry(term, body.row, body.col)) for term in base.children if context.active(term)]
    dropped = [term for term in base.children if not context.active(term)]
    rule = "partial-sum-constant" if dropped else "partial-sum"
    return Unfolding(rule, add(*kept), (("u", base), ("X", context.variable), *((("c", add(*dropped)),) if dropped else ())))


def matrix_product(context: Context, base: MatMul, row: Position | None, col: Position | None) -> Unfolding:
    """(A B)_ij = Σ_k A_ik B_kj for short products; for long ones the product rule with what stands left and right kept whole."""
    active = [number for number, factor in enumerate(base.factors) if context.active(factor)]
    if len(base.factors) <= 3:
        links = [context.draw(factor.shape.cols) for factor in base.factors[:-1]]
        ends = [row, *links, col]
        entries = [entry(factor, ends[number], ends[number + 1]) for number, factor in enumerate(base.factors)]
        indices = [letter for letter in links if letter is not None]
        return Unfolding("entry-matmul", context.d(sum_over(indices, mul(*entries))), (("A", base),))
    terms = []
    for number in active:
        terms.append(_around(context, base.factors, number, row, col))
    rule = "partial-matmul" if len(active) > 1 else "entry-matmul-chain"
    return Unfolding(rule, add(*terms), (("A", base), ("X", context.variable)))


def _around(context: Context, factors: tuple[Expr, ...], number: int, row: Position | None, col: Position | None) -> Expr:
    before, here, after = factors[:number], factors[number], factors[number + 1 :]
    left = context.draw(here.shape.rows) if before else row
    right = context.draw(here.shape.cols) if after else col
    parts: list[Expr] = []
    indices: list[Index] = []
    if before:
        parts.append(entry(matmul(*before), row, left))
        indices.extend(letter for letter in (left,) if isinstance(letter, Index))
    parts.append(context.d(entry(here, left, right)))
    if after:
        parts.append(entry(matmul(*after), right, col))
        indices.extend(letter for letter in (right,) if isinstance(letter, Index))
    return sum_over(indices, mul(*parts))


def _matrix_power(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Entry)
    assert isinstance(body.base, MatrixPower)
    base = body.base
    if base.exponent < 0:
        whole = Inverse(base.base) if base.exponent == -1 else MatrixPower(Inverse(base.base), -base.exponent)
        return Unfolding("negative-matrix-power", context.d(entry(whole, body.row, body.col)), (("A", base),))
    terms = []
    for before in range(base.exponent):
        factors = [power_of(base.base, before), base.base, power_of(base.base, base.exponent - 1 - before)]
        present = [factor for factor in factors if factor is not None]
        place = 0 if factors[0] is None else 1
        terms.append(_around(context, tuple(present), place, body.row, body.col))
    return Unfolding("partial-matrix-power", add(*terms), (("A", base), ("n", str(base.exponent))))


def power_of(base: Expr, exponent: int) -> Expr | None:
    """baseᵏ written as books do: nothing for k = 0, the matrix itself for k = 1."""
    if exponent == 0:
        return None
    return base if exponent == 1 else MatrixPower(base, exponent)


def _entry_power(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, Power)
    if context.active(base.exponent):
        inner = mul(base.exponent, Call("log", entry(base.base, body.row, body.col)))
        return Unfolding("partial-power-general", mul(body, context.d(inner)), (("u", base.base), ("c", base.exponent)))
    less = lowered(base.base, base.exponent)
    parts = (base.exponent, entry(less, body.row, body.col), context.d(entry(base.base, body.row, body.col)))
    return Unfolding("partial-power", mul(*parts), (("u", base.base), ("c", base.exponent)))


def _vec(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Entry)
    assert isinstance(body.base, Call)
    base = body.base
    inner = base.argument
    i, j = context.draw(inner.shape.rows), context.draw(inner.shape.cols)
    if i is None or j is None:
        here = body.row
        return Unfolding("entry-vec", context.d(entry(inner, here if i else None, here if j else None)), (("A", inner),))
    link = delta(body.row, Pair(j, i, inner.shape.rows))
    return Unfolding("entry-vec", sum_over((i, j), mul(link, context.d(entry(inner, i, j)))), (("A", inner),))


def _softmax(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Entry)
    assert isinstance(body.base, Call)
    base = body.base
    z, along_rows = base.argument, _runs_down(base)
    k = context.draw(z.shape.rows if along_rows else z.shape.cols)
    other = (k, body.col) if along_rows else (body.row, k)
    p = substitute(base, context.names)
    average = sum_over([k] if k else [], mul(entry(p, *other), context.d(entry(z, *other))))
    here, own = context.d(entry(z, body.row, body.col)), entry(p, body.row, body.col)
    new = add(mul(own, here), mul(Number(-1), own, average))
    return Unfolding("partial-softmax" if base.function == "softmax" else "partial-softmax-axis", new, (("z", z), ("p", base)))


def _runs_down(call: Call) -> bool:
    """Whether softmax or logsumexp adds up down a column (rather than along a row)."""
    if call.function in ("softmax0", "logsumexp0"):
        return True
    return not call.function.endswith("1") and call.argument.shape.cols is ONE


def _logsumexp_axis(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Entry)
    assert isinstance(body.base, Call)
    base = body.base
    z, down = base.argument, _runs_down(base)
    k = context.draw(z.shape.rows if down else z.shape.cols)
    where = (k, body.col) if down else (body.row, k)
    share = entry(Call("softmax0" if down else "softmax1", z), *where)
    return Unfolding("partial-logsumexp-axis", sum_over([k] if k else [], mul(share, context.d(entry(z, *where)))), (("z", z),))


def _kron(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Entry)
    base = body.base
    first, rest = base.children[0], base.children[1:]
    second = rest[0] if len(rest) == 1 else Kron(rest)
    i, j = context.draw(first.shape.rows), context.draw(first.shape.cols)
    p, q = context.draw(second.shape.rows), context.draw(second.shape.cols)
    found = (_pair_delta(body.row, i, p, second.shape.rows), _pair_delta(body.col, j, q, second.shape.cols))
    links = mul(*([factor for factor in found if factor is not UNIT] or [UNIT]))
    product = mul(links, entry(first, i, j), entry(second, p, q))
    indices = [letter for letter in (i, j, p, q) if letter is not None]
    return Unfolding("entry-kron", context.d(sum_over(indices, product)), (("A", first), ("B", second)))


def _pair_delta(position: Position | None, outer: Index | None, inner: Index | None, inner_dim: Dim) -> Expr:
    if outer is None or inner is None:
        return delta(position, outer or inner)
    return delta(position, Pair(outer, inner, inner_dim))


@record
class Native:
    """A rule that no pattern can say: its function, and the operators at whose numbers or entries it is tried."""

    function: Callable[[Context, Expr], Unfolding | None]
    heads: frozenset[str] = frozenset()

    def fits(self, key: str) -> bool:
        """Whether the rule may apply to a body that begins with this operator (`Entry f` for entries of f)."""
        return not self.heads or key in self.heads


def _native(function: Callable[[Context, Expr], Unfolding | None], *heads: str) -> Native:
    return Native(function, frozenset(heads))


NATIVES: dict[str, Native] = {
    "partial-constant": Native(constant),
    "partial-variable-number": _native(_variable, "Symbol"),
    "partial-sum": _native(_sum, "Add", "Entry Add"),
    "partial-linear": _native(_linear, "Mul", "Entry Mul", "Entry Hadamard"),
    "partial-product": _native(_product, "Mul", "Entry Mul", "Entry Hadamard"),
    "partial-power": _native(_power, "Power", "Entry Power"),
    "partial-sigma": _native(_sigma, "SumOver"),
    "partial-named": _native(_named, "Named", "Entry Named"),
    "partial-chain": Native(_chain),
    "partial-nuclear": _native(_singular, "nuclear"),
    "partial-spectral": _native(_singular, "spectral"),
    "partial-softmax-axis": _native(_softmax, "Entry softmax", "Entry softmax0", "Entry softmax1"),
    "partial-logsumexp-axis": _native(_logsumexp_axis, "Entry logsumexp0", "Entry logsumexp1"),
    "entry-matmul": _native(_matmul, "MatMul", "Entry MatMul"),
    "partial-matrix-power": _native(_matrix_power, "Entry MatrixPower"),
    "entry-vec": _native(_vec, "Entry vec"),
    "entry-kron": _native(_kron, "Entry Kron"),
}
"""The native rules of the unfold phase by id. Their words stand in rules/*.toml."""

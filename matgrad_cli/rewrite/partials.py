"""One layer of a pending derivative ∂(Z)/∂X[s,t]: the native rules of the index method, one function per kind of node.

Each function returns the new expression in place of the pending derivative, and the id of the rule that says so. What does
not hold the variable is never unfolded. Sources: the entrywise definitions of the operations; for the inverse, the determinant
and the powers see `cite` of the rules in rules/partials.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..ir import (
    NUMBER,
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    Kron,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Named,
    Number,
    Pair,
    Partial,
    Position,
    Power,
    Shape,
    Size,
    SumOver,
    Symbol,
    Transpose,
    add,
    hadamard,
    is_elementwise,
    matmul,
    mul,
    rename,
    substitute,
    sum_over,
)
from ..ir.dimensions import ONE, Dim
from ..records import Bindings
from .elementwise import derivative_of, lifted
from .terms import UNIT, ZERO, Letters


@dataclass(frozen=True, slots=True)
class Unfolding:
    """The expression that replaces a pending derivative, the rule that says so, and what its sentence mentions."""

    rule: str
    new: Expr
    bindings: Bindings = ()


@dataclass(slots=True)
class Context:
    """The pending derivative at hand: ∂(·)/∂variable[row,col], and letters that may still be drawn."""

    pending: Partial
    letters: Letters
    taken: set[str]
    outside: frozenset[str] = frozenset()
    names: Mapping[Expr, Expr] = field(default_factory=dict)

    @property
    def variable(self) -> Symbol:
        """The variable."""
        return self.pending.variable

    def d(self, body: Expr) -> Expr:
        """∂(body) by the same entry; 0 if the variable does not occur."""
        if self.variable not in body.symbols:
            return ZERO
        return Partial(body, self.variable, self.pending.row, self.pending.col)

    def active(self, body: Expr) -> bool:
        """Whether the variable occurs in `body`."""
        return self.variable in body.symbols

    def draw(self, dim: Dim, inner: bool = True) -> Index | None:
        """A fresh letter over the dimension; none for a side of size 1."""
        return None if dim is ONE else self.letters.draw(dim, self.taken, inner)


def entry(base: Expr, row: Position | None, col: Position | None) -> Expr:
    """base[row, col]; a number is its own entry, and the entry of a transpose, product or pair is read at once where it is a leaf."""
    if base.shape.is_number:
        return base
    if isinstance(base, MatrixOf):
        mapping: dict[Index, Position] = {}
        if base.row is not None and row is not None:
            mapping[base.row] = row
        if base.col is not None and col is not None:
            mapping[base.col] = col
        return rename(base.body, mapping)
    return Entry(base, row, col)


def delta(left: Position | None, right: Position | None) -> Expr:
    """δ of two positions; 1 where both are absent or the same number; split for pairs."""
    if left is None or right is None or left == right:
        return UNIT
    if isinstance(left, int) and isinstance(right, int):
        return ZERO
    if isinstance(left, Pair) and isinstance(right, Pair):
        return mul(delta(left.outer, right.outer), delta(left.inner, right.inner))
    return Delta(left, right)


def unfold(
    pending: Partial, letters: Letters, taken: set[str], outside: frozenset[str] = frozenset(), names: Mapping[Expr, Expr] | None = None
) -> Unfolding | None:
    """One layer of the pending derivative; None where no rule is known.

    `outside` are letters used around it; `names` maps the bodies of named parts to their names.
    """
    context = Context(pending, letters, taken, outside, names or {})
    body = pending.body
    if not context.active(body):
        return Unfolding("partial-constant", ZERO, (("constant", body), ("X", context.variable)))
    if isinstance(body, Entry):
        rule = _ENTRY_RULES.get(type(body.base))
        return rule(context, body, body.base) if rule else None
    rule_of_number = _NUMBER_RULES.get(type(body))
    return rule_of_number(context, body) if rule_of_number else None


# ---------------------------------------------------------------- numbers


def _variable(context: Context, body: Expr) -> Unfolding:
    return Unfolding("partial-variable-number", UNIT, (("X", body),))


def _sum(context: Context, body: Expr) -> Unfolding:
    kept = [context.d(term) for term in body.children if context.active(term)]
    dropped = [term for term in body.children if not context.active(term)]
    rule = "partial-sum-constant" if dropped else "partial-sum"
    return Unfolding(rule, add(*kept), (("u", body), ("X", context.variable), *((("c", add(*dropped)),) if dropped else ())))


def _product(context: Context, body: Expr) -> Unfolding:
    return product_rule(context, body.children, body)


def product_rule(context: Context, factors: Sequence[Expr], whole: Expr) -> Unfolding:
    """∂(u v w) = ∂u v w + u ∂v w + u v ∂w, over the factors that hold the variable; the others come out."""
    active = [number for number, factor in enumerate(factors) if context.active(factor)]
    terms = []
    for number in active:
        terms.append(mul(*factors[:number], context.d(factors[number]), *factors[number + 1 :]))
    if len(active) > 1:
        return Unfolding("partial-product", add(*terms), (("u", whole), ("X", context.variable)))
    constant = mul(*(factor for number, factor in enumerate(factors) if number != active[0]))
    return Unfolding("partial-linear", add(*terms), (("constant", constant), ("X", context.variable)))


def _power(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Power)
    base, exponent = body.base, body.exponent
    if not context.active(exponent):
        if isinstance(base, Call) and base.function == "norm" and exponent is Number(2):
            return _norm_squared(context, base.argument)
        return Unfolding("partial-power", mul(exponent, lowered(base, exponent), context.d(base)), (("u", base), ("c", exponent)))
    log_base = Call("log", base)
    return Unfolding("partial-power-general", mul(body, context.d(mul(exponent, log_base))), (("u", base), ("c", exponent)))


def lowered(base: Expr, exponent: Expr) -> Expr:
    """base^(exponent − 1), written without an exponent 1."""
    if isinstance(exponent, Number):
        less = exponent.value - 1
        return base if less == 1 else Power(base, Number(less))
    return Power(base, add(exponent, Number(-1)))


def _norm_squared(context: Context, body: Expr) -> Unfolding:
    row, col = context.draw(body.shape.rows, False), context.draw(body.shape.cols, False)
    if body.shape.is_number:
        return Unfolding("partial-power", mul(Number(2), body, context.d(body)))
    indices = [letter for letter in (row, col) if letter is not None]
    square = Power(entry(body, row, col), Number(2))
    return Unfolding("norm-squared-entries", context.d(sum_over(indices, square)), (("A", body),))


def _sigma(context: Context, body: Expr) -> Unfolding:
    assert isinstance(body, SumOver)
    fresh = {index: context.letters.draw(index.dim, context.taken, True) for index in body.indices if index.name in context.outside}
    context.taken.update(index.name for index in body.indices)
    indices = tuple(fresh.get(index, index) for index in body.indices)
    return Unfolding("partial-sigma", sum_over(indices, context.d(rename(body.body, fresh))), (("indices", ", ".join(map(str, indices))),))


def _number_matmul(context: Context, body: Expr) -> Unfolding:
    assert isinstance(body, MatMul)
    return matrix_product(context, body, None, None)


def _named(context: Context, body: Expr) -> Unfolding:
    assert isinstance(body, Named)
    return Unfolding("partial-named", context.d(body.body), (("name", body), ("A", body.body)))


def _call(context: Context, body: Expr) -> Unfolding | None:
    assert isinstance(body, Call)
    if is_elementwise(body.function):
        inner = body.argument
        return Unfolding(f"partial-{body.function}", mul(derivative_of(body.function, inner), context.d(inner)), (("u", inner),))
    rule = _CALL_RULES.get(body.function)
    return rule(context, body.argument, body) if rule else None


def _over_entries(context: Context, body: Expr, coefficient: Callable[[Position | None, Position | None], Sequence[Expr]]) -> Expr:
    row, col = context.draw(body.shape.rows, False), context.draw(body.shape.cols, False)
    indices = [letter for letter in (row, col) if letter is not None]
    return sum_over(indices, mul(*coefficient(row, col), context.d(entry(body, row, col))))


def _trace(context: Context, body: Expr, whole: Call) -> Unfolding:
    row = context.draw(body.shape.rows, False)
    assert row is not None
    return Unfolding("trace-entries", context.d(sum_over((row,), entry(body, row, row))), (("A", body),))


def _total(context: Context, body: Expr, whole: Call) -> Unfolding:
    row, col = context.draw(body.shape.rows, False), context.draw(body.shape.cols, False)
    indices = [letter for letter in (row, col) if letter is not None]
    return Unfolding("sum-entries", context.d(sum_over(indices, entry(body, row, col))), (("A", body),))


def _mean(context: Context, body: Expr, whole: Call) -> Unfolding:
    count = mul(*(Power(Size(side), Number(-1)) for side in body.shape.dims))
    return Unfolding("mean-entries", context.d(mul(count, Call("sum", body))), (("A", body),))


def _norm(context: Context, body: Expr, whole: Call) -> Unfolding:
    inner = _over_entries(context, body, lambda row, col: (entry(body, row, col),))
    return Unfolding("partial-norm", mul(Power(whole, Number(-1)), inner), (("A", body),))


def _norm1(context: Context, body: Expr, whole: Call) -> Unfolding:
    return Unfolding("norm1-sum", context.d(Call("sum", Call("abs", body))), (("A", body),))


def _inner(context: Context, body: Expr, whole: Call) -> Unfolding:
    other = whole.arguments[1]
    row, col = context.draw(body.shape.rows, False), context.draw(body.shape.cols, False)
    indices = [letter for letter in (row, col) if letter is not None]
    product = mul(entry(body, row, col), entry(other, row, col))
    return Unfolding("inner-entries", context.d(sum_over(indices, product)), (("A", body), ("B", other)))


def _det(context: Context, body: Expr, whole: Call) -> Unfolding:
    inner = _over_entries(context, body, lambda row, col: (entry(Inverse(body), col, row),))
    return Unfolding("partial-det", mul(whole, inner), (("A", body),))


def _logdet(context: Context, body: Expr, whole: Call) -> Unfolding:
    return Unfolding("partial-logdet", _over_entries(context, body, lambda row, col: (entry(Inverse(body), col, row),)), (("A", body),))


def _logsumexp(context: Context, body: Expr, whole: Call) -> Unfolding:
    if not body.shape.is_matrix:
        inner = _over_entries(context, body, lambda row, col: (entry(Call("softmax", body), row, col),))
        return Unfolding("partial-logsumexp", inner, (("z", body),))
    return Unfolding("logsumexp-log", context.d(Call("log", Call("sum", Call("exp", body)))), (("z", body),))


def _singular(context: Context, body: Expr, whole: Call) -> Unfolding:
    direction = Call("polar" if whole.function == "nuclear" else "leading", body)
    inner = _over_entries(context, body, lambda row, col: (entry(direction, row, col),))
    return Unfolding(f"partial-{whole.function}", inner, (("A", body),))


_CALL_RULES: dict[str, Callable[[Context, Expr, Call], Unfolding | None]] = {
    "tr": _trace, "sum": _total, "mean": _mean, "norm": _norm, "norm1": _norm1, "inner": _inner, "det": _det, "logdet": _logdet,
    "logsumexp": _logsumexp, "nuclear": _singular, "spectral": _singular,
}  # fmt: skip

_NUMBER_RULES: dict[type[Expr], Callable[[Context, Expr], Unfolding | None]] = {
    Symbol: _variable, Add: _sum, Mul: _product, Power: _power, SumOver: _sigma, MatMul: _number_matmul, Named: _named, Call: _call,
}  # fmt: skip


# ---------------------------------------------------------------- entries of arrays


def _entry_variable(context: Context, body: Entry, base: Expr) -> Unfolding:
    pending = context.pending
    new = mul(*(factor for factor in (delta(body.row, pending.row), delta(body.col, pending.col)) if factor is not UNIT))
    return Unfolding("partial-variable", new, (("entry", body), ("variable", Entry(base, pending.row, pending.col)), ("delta", new)))


def _entry_sum(context: Context, body: Entry, base: Expr) -> Unfolding:
    kept = [context.d(entry(term, body.row, body.col)) for term in base.children if context.active(term)]
    dropped = [term for term in base.children if not context.active(term)]
    rule = "partial-sum-constant" if dropped else "partial-sum"
    return Unfolding(rule, add(*kept), (("u", base), ("X", context.variable), *((("c", add(*dropped)),) if dropped else ())))


def _entry_scale(context: Context, body: Entry, base: Expr) -> Unfolding:
    parts = [factor if factor.shape.is_number else entry(factor, body.row, body.col) for factor in base.children]
    return product_rule(context, parts, base)


def _entry_hadamard(context: Context, body: Entry, base: Expr) -> Unfolding:
    parts = [entry(factor, body.row, body.col) for factor in base.children]
    if len([part for part in parts if context.active(part)]) == 1:
        return product_rule(context, parts, base)
    return product_rule(context, parts, base)


def _entry_matmul(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, MatMul)
    return matrix_product(context, base, body.row, body.col)


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


def _entry_transpose(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, Transpose)
    return Unfolding("entry-transpose", context.d(entry(base.body, body.col, body.row)), (("A", base.body),))


def _entry_inverse(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, Inverse)
    k, m = context.draw(base.shape.rows), context.draw(base.shape.rows)
    assert k is not None and m is not None
    parts = (entry(base, body.row, k), context.d(entry(base.body, k, m)), entry(base, m, body.col))
    return Unfolding("partial-inv", mul(Number(-1), sum_over((k, m), mul(*parts))), (("A", base.body),))


def _entry_matrix_power(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, MatrixPower)
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


def _entry_call(context: Context, body: Entry, base: Expr) -> Unfolding | None:
    assert isinstance(base, Call)
    inner = base.argument
    if is_elementwise(base.function):
        slope = substitute(lifted(derivative_of(base.function, _SLOT), _SLOT, inner), context.names)
        parts = (entry(slope, body.row, body.col), context.d(entry(inner, body.row, body.col)))
        return Unfolding(f"partial-{base.function}", mul(*parts), (("u", inner),))
    rule = _ENTRY_CALL_RULES.get(base.function)
    return rule(context, body, base) if rule else None


_SLOT = Symbol("u", NUMBER)


def _diag(context: Context, body: Entry, base: Call) -> Unfolding:
    inner = base.argument
    here = entry(inner, body.row, None) if inner.shape.cols is ONE else entry(inner, None, body.row)
    return Unfolding("entry-diag", mul(delta(body.row, body.col), context.d(here)), (("u", inner),))


def _diagonal(context: Context, body: Entry, base: Call) -> Unfolding:
    return Unfolding("entry-diagonal", context.d(entry(base.argument, body.row, body.row)), (("A", base.argument),))


def _row_sum(context: Context, body: Entry, base: Call) -> Unfolding:
    inner = base.argument
    k = context.draw(inner.shape.cols)
    scale = (Power(Size(inner.shape.cols), Number(-1)),) if base.function == "mean1" else ()
    new = mul(*scale, sum_over([k] if k else [], entry(inner, body.row, k)))
    return Unfolding("entry-sum-rows", context.d(new), (("A", inner),))


def _column_sum(context: Context, body: Entry, base: Call) -> Unfolding:
    inner = base.argument
    k = context.draw(inner.shape.rows)
    scale = (Power(Size(inner.shape.rows), Number(-1)),) if base.function == "mean0" else ()
    new = mul(*scale, sum_over([k] if k else [], entry(inner, k, body.col)))
    return Unfolding("entry-sum-columns", context.d(new), (("A", inner),))


def _vec(context: Context, body: Entry, base: Call) -> Unfolding:
    inner = base.argument
    i, j = context.draw(inner.shape.rows), context.draw(inner.shape.cols)
    if i is None or j is None:
        here = body.row
        return Unfolding("entry-vec", context.d(entry(inner, here if i else None, here if j else None)), (("A", inner),))
    link = delta(body.row, Pair(j, i, inner.shape.rows))
    return Unfolding("entry-vec", sum_over((i, j), mul(link, context.d(entry(inner, i, j)))), (("A", inner),))


def _softmax(context: Context, body: Entry, base: Call) -> Unfolding:
    z, along_rows = base.argument, _runs_down(base)
    k = context.draw(z.shape.rows if along_rows else z.shape.cols)
    other = (k, body.col) if along_rows else (body.row, k)
    p = substitute(base, context.names)
    average = sum_over([k] if k else [], mul(entry(p, *other), context.d(entry(z, *other))))
    here, own = context.d(entry(z, body.row, body.col)), entry(p, body.row, body.col)
    new = add(mul(own, here), mul(Number(-1), own, average))
    return Unfolding("partial-softmax", new, (("z", z), ("p", base)))


def _runs_down(call: Call) -> bool:
    """Whether softmax or logsumexp adds up down a column (rather than along a row)."""
    if call.function in ("softmax0", "logsumexp0"):
        return True
    return not call.function.endswith("1") and call.argument.shape.cols is ONE


def _entry_logsumexp(context: Context, body: Entry, base: Call) -> Unfolding:
    z, down = base.argument, _runs_down(base)
    k = context.draw(z.shape.rows if down else z.shape.cols)
    where = (k, body.col) if down else (body.row, k)
    share = entry(Call("softmax0" if down else "softmax1", z), *where)
    return Unfolding("partial-logsumexp", sum_over([k] if k else [], mul(share, context.d(entry(z, *where)))), (("z", z),))


_ENTRY_CALL_RULES: dict[str, Callable[[Context, Entry, Call], Unfolding | None]] = {
    "diag": _diag, "diagonal": _diagonal, "sum1": _row_sum, "mean1": _row_sum, "sum0": _column_sum, "mean0": _column_sum, "vec": _vec,
    "softmax": _softmax, "softmax0": _softmax, "softmax1": _softmax, "logsumexp0": _entry_logsumexp, "logsumexp1": _entry_logsumexp,
}  # fmt: skip


def _entry_kron(context: Context, body: Entry, base: Expr) -> Unfolding:
    first, rest = base.children[0], base.children[1:]
    second = rest[0] if len(rest) == 1 else Kron(rest)
    i, j = context.draw(first.shape.rows), context.draw(first.shape.cols)
    p, q = context.draw(second.shape.rows), context.draw(second.shape.cols)
    links = mul(*(factor for factor in (_pair_delta(body.row, i, p, second.shape.rows), _pair_delta(body.col, j, q, second.shape.cols))
                  if factor is not UNIT) or (UNIT,))
    product = mul(links, entry(first, i, j), entry(second, p, q))
    indices = [letter for letter in (i, j, p, q) if letter is not None]
    return Unfolding("entry-kron", context.d(sum_over(indices, product)), (("A", first), ("B", second)))


def _pair_delta(position: Position | None, outer: Index | None, inner: Index | None, inner_dim: Dim) -> Expr:
    if outer is None or inner is None:
        return delta(position, outer or inner)
    return delta(position, Pair(outer, inner, inner_dim))


def _entry_named(context: Context, body: Entry, base: Expr) -> Unfolding:
    assert isinstance(base, Named)
    return Unfolding("partial-named", context.d(entry(base.body, body.row, body.col)), (("name", base), ("A", base.body)))


_ENTRY_RULES: dict[type[Expr], Callable[[Context, Entry, Expr], Unfolding | None]] = {
    Symbol: _entry_variable, Add: _entry_sum, Mul: _entry_scale, Hadamard: _entry_hadamard, MatMul: _entry_matmul,
    Transpose: _entry_transpose, Inverse: _entry_inverse, MatrixPower: _entry_matrix_power, Power: _entry_power, Call: _entry_call,
    Kron: _entry_kron, Named: _entry_named,
}  # fmt: skip



"""The one meaning of expressions: an array over the free indices and the shape, at a point.

Pending derivatives are evaluated by jets through their body (see `jets`), never by rules.
Every node is evaluated once per point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any, Protocol

from .. import ir
from ..ir import ONE, Dim, Expr, Index, Symbol
from ..ir.functions import CHANGES, GREATEST, MATRIX_FUNCTIONS, PRODUCTS
from ..ir.memory import remembered
from . import structure as lay
from .fields import Field, Floats, NotExact, NoValue, OutOfDomain
from .functions import (
    DEFINITIONS,
    DERIVATIVES,
    LINEAR,
    SPECTRAL,
    constant_value,
    elementwise,
    pseudoinverse,
    squared_root,
)
from .jets import (
    NONE,
    Jet,
    Tag,
    Tags,
    chain,
    contract,
    each,
    gathered,
    jet_along,
    jet_product,
    jet_total,
    matrix_product,
    splits,
    subsets,
)
from .linear import determinant, inverse
from .tensor import (
    COL,
    ROW,
    Labels,
    Tensor,
    TooLarge,
    mapped,
    matmul,
    product,
    renamed,
    scalar,
    scaled,
    spread,
    total,
    turned,
)

EVALUATION_LIMIT = 12_000_000
_SHALLOW = 24


class Place(Protocol):
    """What a point must offer: a field of numbers, sizes, values of variables, random directions."""

    field: Field

    def size(self, dim: Dim) -> int:
        """The length of a dimension."""

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable."""

    def direction(self, symbol: Symbol) -> Tensor:
        """A random direction in which the variable moves."""


class Evaluator:
    """Evaluates expressions at one point; remembers every node."""

    def __init__(self, point: Place, limit: int = EVALUATION_LIMIT) -> None:
        self.point = point
        self.limit = limit
        self.field: Field = point.field
        self.p = point.field.p
        self._literal: Callable[[Fraction], Fraction] = getattr(point, "literal", None) or (lambda value: value)
        self._memo: dict[tuple[Expr, Tags], Jet | Exception] = {}
        self.work = self._depth = 0

    def forget(self, but: Expr | None = None) -> None:
        """Lets go of what was evaluated, but for one line."""
        self._memo = {key: found for key, found in self._memo.items() if key[0] is but and not key[1]}

    def value(self, expr: Expr) -> Tensor:
        """The array that the expression denotes here."""
        return self._value(self.jet(expr, NONE), expr)

    def laid(self, expr: Expr, letters: tuple[Index, ...] = ()) -> Tensor:
        """The same with all its axes: the letters, along which it may be constant, and its sides."""
        found = self.value(expr)
        whole = found.labels == (*letters, *lay.sides(expr.shape))
        return found if whole else spread(found, *lay.axes(letters, expr.shape, self.point.size))

    def both(self, left: Expr, right: Expr) -> tuple[Sequence[Any], Sequence[Any]]:
        """The entries of two lines of one shape, over the letters of either."""
        letters = tuple(sorted(left.free | right.free))
        return self.laid(left, letters).data, self.laid(right, letters).data

    def _value(self, jet: Jet, node: Expr) -> Tensor:
        found = jet.get(NONE)
        return lay.zero(node.shape, self.point.size) if found is None else found

    def jet(self, node: Expr, tags: Tags) -> Jet:
        """The value and its derivatives along the tags."""
        key = (node, _relevant(node.symbols, tags) if tags else tags)
        found = self._memo.get(key)
        if found is None:
            found = self._evaluated(key)
        if type(found) is not dict:
            raise found  # type: ignore[misc]
        return found

    def _evaluated(self, key: tuple[Expr, Tags]) -> Jet | Exception:
        """What is not known yet. Depth is kept on Python's stack where it is small, then on an explicit one."""
        if self._depth < _SHALLOW:
            self._depth += 1
            found = self._memo[key] = self._compute(*key)
            self._depth -= 1
            return found
        stack = [key]
        waiting: set[tuple[Expr, Tags]] = set()
        while stack:
            top = stack[-1]
            if top in self._memo:
                stack.pop()
                continue
            if top not in waiting:
                waiting.add(top)
                open_parts = [part for part in self._parts(*top) if part not in self._memo]
                if open_parts:
                    stack.extend(open_parts)
                    continue
            stack.pop()
            self._memo[top] = self._compute(*top)
        return self._memo[key]

    def _compute(self, node: Expr, tags: Tags) -> Jet | Exception:
        try:
            result = _HANDLERS[type(node)](self, node, tags)
        except (OutOfDomain, NotExact, TooLarge) as reason:
            if isinstance(reason, NoValue) and reason.argument is None:
                reason.argument = node.children[0] if node.children else node
                if isinstance(reason.argument, ir.Call) and reason.argument.function == "det":
                    return OutOfDomain(
                        str(reason)
                    )  # log det X is written for log |det X|: where it has no value it says nothing
            return reason
        except (ValueError, OverflowError, ZeroDivisionError) as reason:
            return OutOfDomain(str(reason))
        self.work += sum(
            [len(tensor.data) if type(tensor) is Tensor else prod(tensor.dims) for tensor in result.values()]
        )
        return TooLarge() if self.work > self.limit else result

    def _tagged(self, node: ir.Partial | ir.Differential, tags: Tags) -> tuple[Tag, Tags]:
        used = {tag.level for tag in tags}
        level = next(k for k in range(len(used) + 1) if k not in used)
        along = node.direction if isinstance(node, ir.Differential) else None
        tag = Tag(node.variable, level, "whole" if isinstance(node, ir.Partial) else "along", along)
        return tag, tags | {tag}

    def _parts(self, node: Expr, tags: Tags) -> list[tuple[Expr, Tags]]:
        """What will be asked for: a hint that keeps recursion flat, nothing depends on it."""
        match node:
            case ir.Partial() | ir.Differential():
                parts, tags = [node.body], self._tagged(node, tags)[1]
            case ir.SumOver(_, ir.Mul() as body):
                parts = _factors(body)
            case ir.SumOver(_, ir.Add(terms)):
                parts = list(terms) if len(terms) < 3 and not any(isinstance(term, ir.Mul) for term in terms) else []
            case ir.Power() if (shorter := squared_root(node)) is not None:
                parts = [shorter]
            case _:
                parts = list(node.children)
        return [(part, _relevant(part.symbols, tags)) for part in parts]

    # --- matrix level -------------------------------------------------------------------------------------------------

    def on_number(self, node: ir.Number, tags: Tags) -> Jet:
        return {NONE: scalar(self.field.number(self._literal(node.value)))}

    def on_constant(self, node: ir.Constant, tags: Tags) -> Jet:
        return {NONE: scalar(self.field.constant(node.name))}

    def on_size(self, node: ir.Size, tags: Tags) -> Jet:
        return {NONE: scalar(self.field.number(Fraction(self.point.size(node.dim))))}

    def on_eye(self, node: ir.Eye, tags: Tags) -> Jet:
        return {NONE: scalar(1) if node.dim is ONE else lay.identity(ROW, COL, self.point.size(node.dim))}

    def on_fill(self, node: ir.Fill, tags: Tags) -> Jet:
        return {NONE: lay.filled(node.value, node.shape, self.point.size)}

    def on_literal(self, node: ir.Literal, tags: Tags) -> Jet:
        return {
            NONE: Tensor(
                lay.sides(node.shape), lay.lengths(node.shape, self.point.size), [*map(self.field.number, node.entries)]
            )
        }

    def on_symbol(self, node: Symbol, tags: Tags) -> Jet:
        jet = {NONE: self.point.array(node)}
        for tag in tags:
            if tag.variable is not node:
                continue
            one = frozenset((tag,))
            if tag.kind == "whole":
                jet[one] = lay.unit_directions(node.shape, tag, self.point.size)
            elif tag.direction is None:
                jet[one] = self.point.direction(node)
            else:
                jet.update({one | more: part for more, part in self.jet(tag.direction, tags - one).items()})
        return jet

    def on_add(self, node: ir.Add, tags: Tags) -> Jet:
        return jet_total([self.jet(term, tags) for term in node.terms], self.p)

    def on_mul(self, node: Expr, tags: Tags) -> Jet:
        return contract([self.jet(factor, tags) for factor in node.children], {}, self.p)

    on_hadamard = on_mul

    def on_matmul(self, node: ir.MatMul, tags: Tags) -> Jet:
        jets = [self.jet(factor, tags) for factor in node.factors]
        widths = [self.point.size(dim) for dim in (*[factor.shape.rows for factor in node.factors], node.shape.cols)]
        return chain(jets, widths, self.p)

    def on_kron(self, node: ir.Kron, tags: Tags) -> Jet:
        result = self.jet(node.factors[0], tags)
        for factor in node.factors[1:]:
            inner = each(self.jet(factor, tags), lambda t: renamed(t, {ROW: "inner row", COL: "inner col"}))
            result = each(jet_product(result, inner, (), self.p), lay.inner_sides_merged)
        return result

    def on_power(self, node: ir.Power, tags: Tags) -> Jet:
        shorter = squared_root(node)
        if shorter is not None:
            if not self.p and ir.Call("sqrt", node.base.children[0]) is node.base:
                self.jet(node.base, NONE)  # (√u)² is u only where √u has a value
            return self.jet(shorter, tags)
        exponent = constant_value(node.exponent)
        base = self.jet(node.base, tags)
        if exponent is not None:
            field, fixed = self.field, exponent
            value = mapped(self._value(base, node.base), lambda u: field.power(u, fixed))
            if not tags:
                return {NONE: value}
            slope = (
                ir.mul(ir.Number(exponent), ir.Power(node.base, ir.Number(exponent - 1)))
                if exponent
                else ir.Fill(0, node.shape)
            )
            return self._composed(value, [(slope, base)], tags)
        if self.p:
            raise NotExact("a power whose exponent is not a number")
        top = self.jet(node.exponent, tags)
        value = lay.float_power(self._value(base, node.base), self._value(top, node.exponent))
        parts = [(ir.mul(node.exponent, ir.Power(node.base, ir.add(node.exponent, ir.Number(-1)))), base)]
        if any(top.keys()):
            parts.append((ir.hadamard(node, ir.Call("log", node.base)), top))
        return self._composed(value, parts, tags)

    def _composed(self, value: Tensor, parts: list[tuple[Expr, Jet]], tags: Tags, over: Labels = ()) -> Jet:
        """The jet of f(u, …) from its value and its slopes: (f)_S = Σ (f′)_T u_{S∖T} over T that lack the last tag of
        S.

        Where f acts on every entry that is a product of entries, else the sum of these along the axes `over`.
        """
        collected: dict[Tags, list[Tensor]] = {}
        for slope, jet in parts:
            for some in subsets(tags):
                if not some or not any(key & some for key in jet):
                    continue
                last = frozenset((max(some, key=lambda tag: tag.level),))
                slopes = self.jet(slope, some - last)
                for left, right in splits(some - last):
                    if left in slopes and (right | last) in jet:
                        collected.setdefault(some, []).append(product(slopes[left], jet[right | last], over, self.p))
        return {NONE: value} | gathered(collected, self.p)

    def on_matrixpower(self, node: ir.MatrixPower, tags: Tags) -> Jet:
        """From the power before, if that was asked for, or from the half:
        the powers of a sum of powers share their work."""
        base, times = node.base if node.exponent >= 0 else ir.Inverse(node.base), abs(node.exponent)
        if times < 2:
            return self.jet(base if times else ir.Eye(node.shape.rows), tags)
        before = ir.MatrixPower(base, times - 1)
        if times % 2 or (before, _relevant(before.symbols, tags)) in self._memo:
            return matrix_product(self.jet(before, tags), self.jet(base, tags), self.p)
        half = self.jet(ir.MatrixPower(base, times // 2), tags)
        return matrix_product(half, half, self.p)

    def on_transpose(self, node: ir.Transpose, tags: Tags) -> Jet:
        return each(self.jet(node.body, tags), turned)

    def on_inverse(self, node: ir.Inverse, tags: Tags) -> Jet:
        """V_S = −V Σ U_T V_{S∖T} over T that are not empty."""
        body = self.jet(node.body, tags)
        if node.shape.is_number:
            return self.jet(ir.Power(node.body, ir.Number(-1)), tags)
        result = {NONE: inverse(self._value(body, node.body), self.field)}
        for some in subsets(tags):
            terms = [
                matmul(body[left], result[right], self.p)
                for left, right in splits(some)
                if left and left in body and right in result
            ]
            if terms:
                change = matmul(result[NONE], total(terms, self.p), self.p)
                result[some] = scaled(change, -1, self.p)
        return result

    def _determinant(self, node: ir.Call, tags: Tags) -> Jet:
        u = node.argument
        if u.shape.is_number:
            return self.jet(u if node.function == "det" else ir.Call("log", ir.Call("abs", u)), tags)
        body, slope = self.jet(u, tags), ir.Transpose(ir.Inverse(u))
        size = determinant(self._value(body, u), self.field)
        if node.function == "logdet":
            return self._composed(mapped(size, self._log_size), [(slope, body)], tags, lay.sides(u.shape))
        return self._composed(size, [(ir.mul(node, slope), body)], tags, lay.sides(u.shape))

    def _log_size(self, value: Any) -> Any:
        if value == 0:
            raise NoValue("the logarithm of a determinant that is zero", "{} invertible")
        return (
            elementwise("log", self.field)(abs(value)) if isinstance(self.field, Floats) else self.field.log_size(value)
        )

    def on_call(self, node: ir.Call, tags: Tags) -> Jet:
        name, u = node.function, node.argument
        if name in DERIVATIVES:
            jet, p = self.jet(u, tags), self.p
            value = mapped(self._value(jet, u), elementwise(name, self.field))
            value = mapped(value, lambda entry: entry % p) if p else value
            return self._composed(value, [(DERIVATIVES[name](u), jet)], tags) if tags else {NONE: value}
        if name in DEFINITIONS:
            return self.jet(DEFINITIONS[name](*node.arguments), tags)
        if name in LINEAR:
            return each(self.jet(u, tags), lambda t: lay.LINEAR[name](t, self.p))
        if name in GREATEST or name in PRODUCTS:
            return self._of_entries(name, u, tags)
        if name == "inner":
            return jet_product(self.jet(u, tags), self.jet(node.arguments[1], tags), lay.sides(u.shape), self.p)
        if name == "pinv":
            return self.jet(pseudoinverse(u, self.point.size(u.shape.rows) >= self.point.size(u.shape.cols)), tags)
        if name[2:3] == ":":
            from .unknown import wave_sum

            return self.jet(wave_sum(node), tags)
        if name in SPECTRAL or name in MATRIX_FUNCTIONS or name in CHANGES:
            return self._of_matrix(node, tags)
        return self._determinant(node, tags)

    def _of_entries(self, name: str, u: Expr, tags: Tags) -> Jet:
        """The greatest entry, where it stands, or the product, of all entries, of each column (0)
        or of each row (1)."""
        jet = self.jet(u, tags)
        value = self._value(jet, u)
        over = tuple([side for side in {"0": (ROW,), "1": (COL,)}.get(name[-1], (ROW, COL)) if side in value.labels])
        if name in PRODUCTS:
            return jet_along({NONE: value} | jet, [(side, value.size(side)) for side in over], self.point.size, self.p)
        if self.p:
            raise NotExact("a greatest entry")
        if name.startswith("hardmax"):
            return {NONE: lay.hardmax(value, over, True)}
        return self._composed(
            product(lay.hardmax(value, over, False), value, over, 0), [(ir.Call(f"hard{name}", u), jet)], tags, over
        )

    def _of_matrix(self, node: ir.Call, tags: Tags) -> Jet:
        from .matrix_functions import singular, taken

        if self.p:
            raise NotExact("a function of a matrix")
        jet, name, axes = self.jet(node.argument, tags), node.function, lay.sides(node.argument.shape)
        if name in SPECTRAL:
            size, slope = singular(self._value(jet, node.argument), SPECTRAL[name] or name)
            if SPECTRAL[name]:
                return self._composed(size, [(ir.Call(SPECTRAL[name], node.argument), jet)], tags, axes)
            if any(jet):
                raise NotExact("a derivative of singular vectors")
            return {NONE: slope}
        along = self.jet(node.arguments[1], tags) if name in CHANGES else None
        return taken(CHANGES.get(name, name), self.point.size(node.shape.rows), axes, jet, along, tags)

    def on_entry(self, node: ir.Entry, tags: Tags) -> Jet:
        where = {side: at for side, at in ((ROW, node.row), (COL, node.col)) if at is not None}
        return each(self.jet(node.base, tags), lambda t: lay.taken(t, where, self.point.size))

    def on_delta(self, node: ir.Delta, tags: Tags) -> Jet:
        return {NONE: lay.delta(node.left, node.right, self.point.size)}

    def on_sumover(self, node: ir.SumOver, tags: Tags) -> Jet:
        bound: dict[Any, int] = {index: self.point.size(index.dim) for index in node.indices}
        if isinstance(node.body, ir.Add):
            return jet_total([self._term(node.indices, term, bound, tags) for term in node.body.terms], self.p)
        return contract([self.jet(factor, tags) for factor in _factors(node.body)], bound, self.p)

    def _term(self, indices: tuple[Index, ...], term: Expr, bound: dict[Any, int], tags: Tags) -> Jet:
        mine = tuple([index for index in indices if index in term.free])
        jet = self.jet(ir.sum_over(mine, term), tags)
        repeat = 1
        for index in indices:
            repeat *= 1 if index in mine else bound[index]
        return jet if repeat == 1 else each(jet, lambda t: scaled(t, repeat, self.p))

    def on_matrixof(self, node: ir.MatrixOf, tags: Tags) -> Jet:
        names: dict[Any, Any] = {index: side for index, side in ((node.row, ROW), (node.col, COL)) if index is not None}
        return each(self.jet(node.body, tags), lambda t: lay.with_sides(renamed(t, names), node.shape, self.point.size))

    def on_partial(self, node: ir.Partial, tags: Tags) -> Jet:
        tag, more = self._tagged(node, tags)
        where = {(tag, side): at for side, at in ((ROW, node.row), (COL, node.col)) if at is not None}
        jet = self.jet(node.body, more)
        return {some - {tag}: lay.taken(t, where, self.point.size) for some, t in jet.items() if tag in some}

    def on_differential(self, node: ir.Differential, tags: Tags) -> Jet:
        tag, more = self._tagged(node, tags)
        return {some - {tag}: tensor for some, tensor in self.jet(node.body, more).items() if tag in some}

    def on_named(self, node: ir.LinearMap | ir.Named, tags: Tags) -> Jet:
        return self.jet(node.body, tags)

    on_linearmap = on_named


@remembered(maxsize=4096)
def _relevant(symbols: frozenset[Expr], tags: Tags) -> Tags:
    """The tags whose variable is one of these symbols (or in a direction in which one of them moves)."""
    names, before = set(symbols), -1
    while before != len(names):
        before = len(names)
        for tag in tags:
            if tag.direction is not None and tag.variable in names:
                names |= tag.direction.symbols
    return frozenset([tag for tag in tags if tag.variable in names])


def _factors(node: Expr) -> list[Expr]:
    """The factors of a scalar product, nested ones opened."""
    return [deep for factor in node.children for deep in _factors(factor)] if isinstance(node, ir.Mul) else [node]


_HANDLERS: dict[type[Expr], Callable[[Evaluator, Any, Tags], Jet]] = {
    kind: getattr(Evaluator, f"on_{name.lower()}")
    for name, kind in vars(ir).items()
    if isinstance(kind, type(Expr)) and kind is not Expr
}

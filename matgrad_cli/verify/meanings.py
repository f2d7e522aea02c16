"""The one meaning of each kind of expression, at a point: one function per node.

Each yields the array over the free indices and the shape, with its derivatives along the tags (see `arrays/jets`);
what the parts are worth it asks of the evaluator, which remembers them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from .. import ir
from ..ir import ONE, Expr, Index, Shape, Symbol
from ..ir.functions import CHANGES, GREATEST, MATRIX_FUNCTIONS, PRODUCTS
from ..ir.memory import remembered
from .arrays import structure as lay
from .arrays.axes import Labels
from .arrays.jets import (
    NONE,
    Jet,
    Tags,
    chain,
    contract,
    each,
    gathered,
    jet_along,
    jet_of_pairs,
    jet_product,
    jet_total,
    matrix_product,
    splits,
    subsets,
)
from .arrays.linear import determinant, inverse
from .arrays.tensor import COL, ROW, Tensor, mapped, matmul, powered, product, renamed, scalar, scaled, total, turned
from .fields import Field, Floats, NotExact, NoValue
from .functions import DEFINITIONS, DERIVATIVES, SPECTRAL, constant_value, elementwise, pseudoinverse, squared_root

if TYPE_CHECKING:
    from .evaluate import Evaluator


def on_number(here: Evaluator, node: ir.Number, tags: Tags) -> Jet:
    return {NONE: scalar(here.field.number(here.literal(node.value)))}


def on_constant(here: Evaluator, node: ir.Constant, tags: Tags) -> Jet:
    return {NONE: scalar(here.field.constant(node.name))}


def on_size(here: Evaluator, node: ir.Size, tags: Tags) -> Jet:
    return {NONE: scalar(here.field.number(Fraction(here.point.size(node.dim))))}


def on_eye(here: Evaluator, node: ir.Eye, tags: Tags) -> Jet:
    return {NONE: scalar(1) if node.dim is ONE else lay.identity(ROW, COL, here.point.size(node.dim))}


def on_fill(here: Evaluator, node: ir.Fill, tags: Tags) -> Jet:
    return {NONE: lay.filled(node.value, node.shape, here.point.size)}


def on_literal(here: Evaluator, node: ir.Literal, tags: Tags) -> Jet:
    entries = [*map(here.field.number, node.entries)]
    return {NONE: Tensor(lay.sides(node.shape), lay.lengths(node.shape, here.point.size), entries)}


def on_symbol(here: Evaluator, node: Symbol, tags: Tags) -> Jet:
    jet = {NONE: here.point.array(node)}
    for tag in tags:
        if tag.variable is not node:
            continue
        one = frozenset((tag,))
        if tag.kind == "whole":
            jet[one] = lay.unit_directions(node.shape, tag, here.point.size)
        elif tag.direction is None:
            jet[one] = here.point.direction(node)
        else:
            jet.update({one | more: part for more, part in here.jet(tag.direction, tags - one).items()})
    return jet


on_stack = on_symbol


def on_add(here: Evaluator, node: ir.Add, tags: Tags) -> Jet:
    return jet_total([here.jet(term, tags) for term in node.terms], here.p)


def on_mul(here: Evaluator, node: Expr, tags: Tags) -> Jet:
    return contract([here.jet(factor, tags) for factor in node.children], {}, here.p)


on_hadamard = on_mul


def on_matmul(here: Evaluator, node: ir.MatMul, tags: Tags) -> Jet:
    return _chained(here, node.factors, tags)


def _chained(here: Evaluator, factors: tuple[Expr, ...], tags: Tags) -> Jet:
    jets = [here.jet(factor, tags) for factor in factors]
    widths = [here.point.size(dim) for dim in (*[factor.shape.rows for factor in factors], factors[-1].shape.cols)]
    return chain(jets, widths, here.p) if len(jets) > 1 else jets[0]


def on_kron(here: Evaluator, node: ir.Kron, tags: Tags) -> Jet:
    jets = [here.jet(factor, tags) for factor in node.factors]
    return reduce(lambda left, right: jet_of_pairs(left, right, lambda a, b: lay.kronecker(a, b, here.p), here.p), jets)


def on_power(here: Evaluator, node: ir.Power, tags: Tags) -> Jet:
    shorter = squared_root(node)
    if shorter is not None:
        if not here.p and ir.Call("sqrt", node.base.children[0]) is node.base:
            here.jet(node.base, NONE)  # (√u)² is u only where √u has a value
        return here.jet(shorter, tags)
    exponent = constant_value(node.exponent)
    base = here.jet(node.base, tags)
    if exponent is not None:
        field, fixed = here.field, exponent
        raised = powered if fixed.denominator == 1 else mapped
        value = raised(here.value_of(base, node.base), lambda u: field.power(u, fixed))
        if not tags:
            return {NONE: value}
        return _composed(here, value, [(_slope(node, exponent), base)], tags)
    if here.p:
        raise NotExact("a power whose exponent is not a number")
    top = here.jet(node.exponent, tags)
    value = lay.float_power(here.value_of(base, node.base), here.value_of(top, node.exponent))
    parts = [(ir.mul(node.exponent, ir.Power(node.base, ir.add(node.exponent, ir.Number(-1)))), base)]
    if any(top.keys()):
        parts.append((ir.hadamard(node, ir.Call("log", node.base)), top))
    return _composed(here, value, parts, tags)


@remembered(maxsize=4096)
def _slope(node: ir.Power, exponent: Fraction) -> Expr:
    """The derivative of a power with a constant exponent by its base."""
    lower = ir.Power(node.base, ir.Number(exponent - 1))
    return ir.mul(ir.Number(exponent), lower) if exponent else ir.Fill(0, node.shape)


def _composed(here: Evaluator, value: Tensor, parts: list[tuple[Expr, Jet]], tags: Tags, over: Labels = ()) -> Jet:
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
            slopes = here.jet(slope, some - last)
            for left, right in splits(some - last):
                if left in slopes and (right | last) in jet:
                    collected.setdefault(some, []).append(product(slopes[left], jet[right | last], over, here.p))
    return {NONE: value} | gathered(collected, here.p)


def on_matrixpower(here: Evaluator, node: ir.MatrixPower, tags: Tags) -> Jet:
    """From the half, or from the power before: the powers of a sum of powers share their work."""
    base, times = node.base if node.exponent >= 0 else ir.Inverse(node.base), abs(node.exponent)
    if times < 2:
        return here.jet(base if times else ir.Eye(node.shape.rows), tags)
    if times % 2:
        before = here.jet(ir.MatrixPower(base, times - 1), tags)
        return matrix_product(before, here.jet(base, tags), here.p)
    half = here.jet(ir.MatrixPower(base, times // 2), tags)
    return matrix_product(half, half, here.p)


def on_transpose(here: Evaluator, node: ir.Transpose, tags: Tags) -> Jet:
    return each(here.jet(node.body, tags), turned)


def on_inverse(here: Evaluator, node: ir.Inverse, tags: Tags) -> Jet:
    """V_S = −V Σ U_T V_{S∖T} over T that are not empty."""
    body = here.jet(node.body, tags)
    if node.shape.is_number:
        return here.jet(ir.Power(node.body, ir.Number(-1)), tags)
    result = {NONE: inverse(here.value_of(body, node.body), here.field)}
    for some in subsets(tags):
        pairs = ((left, right) for left, right in splits(some) if left and left in body and right in result)
        terms = [matmul(body[left], result[right], here.p) for left, right in pairs]
        if terms:
            change = matmul(result[NONE], total(terms, here.p), here.p)
            result[some] = scaled(change, -1, here.p)
    return result


def _determinant(here: Evaluator, node: ir.Call, tags: Tags) -> Jet:
    u = node.argument
    if u.shape.is_number:
        return here.jet(u if node.function == "det" else ir.Call("log", ir.Call("abs", u)), tags)
    body, slope = here.jet(u, tags), ir.Transpose(ir.Inverse(u))
    size = determinant(here.value_of(body, u), here.field)
    if node.function == "logdet":
        return _composed(here, mapped(size, partial(_log_size, here.field)), [(slope, body)], tags, lay.sides(u.shape))
    return _composed(here, size, [(ir.mul(node, slope), body)], tags, lay.sides(u.shape))


def _log_size(field: Field, value: Any) -> Any:
    if value == 0:
        raise NoValue("the logarithm of a determinant that is zero", "{} invertible")
    return elementwise("log", field)(abs(value)) if isinstance(field, Floats) else field.log_size(value)


def on_call(here: Evaluator, node: ir.Call, tags: Tags) -> Jet:
    name, u = node.function, node.argument
    if name in DERIVATIVES:
        jet, p = here.jet(u, tags), here.p
        value = mapped(here.value_of(jet, u), elementwise(name, here.field))
        value = mapped(value, lambda entry: entry % p) if p else value
        return _composed(here, value, [(DERIVATIVES[name](u), jet)], tags) if tags else {NONE: value}
    if name in DEFINITIONS:
        return here.jet(DEFINITIONS[name](*node.arguments), tags)
    if name == "tr" and isinstance(u, ir.MatMul):  # tr(FG) = Σ F_ij G_ji
        *before, last = u.factors
        left, right = _chained(here, tuple(before), tags), each(here.jet(last, tags), turned)
        return jet_product(left, right, lay.sides(Shape(u.shape.rows, last.shape.rows)), here.p)
    if name in lay.LINEAR:
        return each(here.jet(u, tags), lambda t: lay.LINEAR[name](t, here.p))
    if name in GREATEST or name in PRODUCTS:
        return _of_entries(here, name, u, tags)
    if name == "inner":
        return jet_product(here.jet(u, tags), here.jet(node.arguments[1], tags), lay.sides(u.shape), here.p)
    if name == "pinv":
        return here.jet(pseudoinverse(u, here.point.size(u.shape.rows) >= here.point.size(u.shape.cols)), tags)
    if name[2:3] == ":":
        from .unknown import wave_sum

        return here.jet(wave_sum(node), tags)
    if name in SPECTRAL or name in MATRIX_FUNCTIONS or name in CHANGES:
        return _of_matrix(here, node, tags)
    return _determinant(here, node, tags)


def _of_entries(here: Evaluator, name: str, u: Expr, tags: Tags) -> Jet:
    """The greatest entry, where it stands, or the product, of all entries, of each column (0) or row (1)."""
    jet = here.jet(u, tags)
    value = here.value_of(jet, u)
    over = tuple([side for side in {"0": (ROW,), "1": (COL,)}.get(name[-1], (ROW, COL)) if side in value.labels])
    if name in PRODUCTS:
        return jet_along({NONE: value} | jet, [(side, value.size(side)) for side in over], here.point.size, here.p)
    if here.p:
        raise NotExact("a greatest entry")
    if name.startswith("hardmax"):
        return {NONE: lay.hardmax(value, over, True)}
    return _composed(
        here, product(lay.hardmax(value, over, False), value, over, 0), [(ir.Call(f"hard{name}", u), jet)], tags, over
    )


def _of_matrix(here: Evaluator, node: ir.Call, tags: Tags) -> Jet:
    from .matrix_functions import singular, taken

    if here.p:
        raise NotExact("a function of a matrix")
    jet, name, axes = here.jet(node.argument, tags), node.function, lay.sides(node.argument.shape)
    if name in SPECTRAL:
        size, slope = singular(here.value_of(jet, node.argument), SPECTRAL[name] or name)
        if SPECTRAL[name]:
            return _composed(here, size, [(ir.Call(SPECTRAL[name], node.argument), jet)], tags, axes)
        if any(jet):
            raise NotExact("a derivative of singular vectors")
        return {NONE: slope}
    along = here.jet(node.arguments[1], tags) if name in CHANGES else None
    return taken(CHANGES.get(name, name), here.point.size(node.shape.rows), axes, jet, along, tags)


def on_entry(here: Evaluator, node: ir.Entry, tags: Tags) -> Jet:
    where = {side: at for side, at in ((ROW, node.row), (COL, node.col)) if at is not None}
    return each(here.jet(node.base, tags), lambda t: lay.taken(t, where, here.point.size))


def on_delta(here: Evaluator, node: ir.Delta, tags: Tags) -> Jet:
    return {NONE: lay.delta(node.left, node.right, here.point.size)}


def on_sumover(here: Evaluator, node: ir.SumOver, tags: Tags) -> Jet:
    bound: dict[Any, int] = {index: here.point.size(index.dim) for index in node.indices}
    if isinstance(node.body, ir.Add):
        return jet_total([_term(here, node.indices, term, bound, tags) for term in node.body.terms], here.p)
    return contract([here.jet(factor, tags) for factor in factors_of(node.body)], bound, here.p)


def _term(here: Evaluator, indices: tuple[Index, ...], term: Expr, bound: dict[Any, int], tags: Tags) -> Jet:
    mine = tuple([index for index in indices if index in term.free])
    jet = here.jet(ir.sum_over(mine, term), tags)
    repeat = 1
    for index in indices:
        repeat *= 1 if index in mine else bound[index]
    return jet if repeat == 1 else each(jet, lambda t: scaled(t, repeat, here.p))


def on_matrixof(here: Evaluator, node: ir.MatrixOf, tags: Tags) -> Jet:
    names: dict[Any, Any] = {index: side for index, side in ((node.row, ROW), (node.col, COL)) if index is not None}
    return each(here.jet(node.body, tags), lambda t: lay.with_sides(renamed(t, names), node.shape, here.point.size))


def on_partial(here: Evaluator, node: ir.Partial, tags: Tags) -> Jet:
    tag, more = here.tagged(node, tags)
    where = {(tag, side): at for side, at in ((ROW, node.row), (COL, node.col)) if at is not None}
    jet = here.jet(node.body, more)
    return {some - {tag}: lay.taken(t, where, here.point.size) for some, t in jet.items() if tag in some}


def on_differential(here: Evaluator, node: ir.Differential, tags: Tags) -> Jet:
    tag, more = here.tagged(node, tags)
    return {some - {tag}: tensor for some, tensor in here.jet(node.body, more).items() if tag in some}


def on_named(here: Evaluator, node: ir.LinearMap | ir.Named, tags: Tags) -> Jet:
    return here.jet(node.body, tags)


on_linearmap = on_named


def factors_of(node: Expr) -> list[Expr]:
    """The factors of a scalar product, nested ones opened."""
    return [deep for factor in node.children for deep in factors_of(factor)] if isinstance(node, ir.Mul) else [node]


_KINDS = [kind for kind in vars(ir).values() if isinstance(kind, type(Expr)) and kind is not Expr]
Meaning = Callable[["Evaluator", Any, Tags], Jet]
MEANINGS: dict[type[Expr], Meaning] = {kind: globals()[f"on_{kind.__name__.lower()}"] for kind in _KINDS}

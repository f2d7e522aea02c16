"""The moves of equations that no pattern can say: opening, moving, dividing and collecting any number of terms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from .. import ir
from ..diagnostics.record import replace
from ..facts.holding import holds
from ..ir import ONE, Expr, Symbol, add, hadamard, matmul, mul, neg, nodes_of, product, substitute
from ..ir.terms import terms_of
from ..rewrite.engine.application import is_zero, replaced, settled
from ..rewrite.forms.algebra import apart, flip, numeral, scaled, size, zero
from ..rewrite.textbook.normal import powered, split_power
from .line import Line, Moved, derivative, native
from .opening import Term, entrywise_terms, filled, sign_of, total
from .question import symmetric_part


@native("eq-symmetric", "later")
def _symmetric(line: Line) -> Moved:
    """G = 0 along symmetric directions alone: (G + Gᵀ)/2 = 0."""
    left, right = line.equation
    return (symmetric_part(line.problem, left), right), ()


@native("eq-linear", "if not denied")
def _linear(line: Line) -> Moved:
    """g(x) = 0 becomes J x = −g(0), where the derivative J of g does not depend on x."""
    (left, right), x = line.equation, Symbol("□", line.core.shape)
    if x.shape.is_matrix or left.shape is not x.shape or line.opener.terms(left) is not None:
        return None
    whole = replaced(left, {line.core: x})
    if x not in whole.symbols or line.unknown in whole.symbols | right.symbols:
        return None
    problem = replace(line.problem, loss=whole, wrt=x, variables=(*line.problem.variables, x), source="")
    slope = derivative(problem)
    if slope is None or x in slope.symbols:
        return None
    rest = add(right, neg(substitute(whole, {x: zero(x.shape)})))
    terms = line.opener.terms(product(slope, line.core)) or ()
    each = _entries(terms[0], line.core) if len(terms) == 1 and terms[0].left else None
    found = product(slope, line.core) if each is None else hadamard(line.simplify(each), line.core)
    return (found, line.simplify(rest)), (("A", slope),)


@native("eq-multiple", "later")
def _multiple(line: Line) -> Moved:
    """α b − β S w + λ a = 0, where λ is 0 and the numbers α and β hold w: S w = t b, with a number t."""
    if line.known is None:
        return None
    (multiplier, (factor, _)), x = line.known, line.core
    found = line.opener.products(line.simplify(replaced(line.equation[0], {multiplier: ir.Number(0)})))
    moving = [one for one in found if any(x in array.symbols for array in one[1])]
    still = [one for one in found if one not in moving]
    before = {arrays[:-1] if arrays[-1] is x else (x,) for _, arrays in moving}
    common = {frozenset(number for number in numbers if x in number.symbols) for numbers, _ in still}
    if len(before) != 1 or len(common) != 1 or any(x in array.symbols for array in next(iter(before))):
        return None
    column = [product(*(one for one in numbers if x not in one.symbols), *arrays) for numbers, arrays in still]
    multiple = line.simplify(add(*column))
    return (product(*next(iter(before)), x), mul(factor, multiple)), (("b", multiple), ("t", factor), ("m", multiplier))


@native("eq-open")
def _open(line: Line) -> Moved:
    """A (w − b) = 0 becomes A w − A b = 0, as far as the unknown stands in brackets."""
    left, right = line.equation
    terms = line.opener.terms(left)
    if terms is None or _bare(line, left):
        return None
    return (total([line.simplify(term.expr) for term in terms], left), right), ()


def _bare(line: Line, side: Expr) -> bool:
    """Whether every term is a product in which the unknown stands alone."""
    parts = nodes_of(*(term for _, term in terms_of(side)))
    return not any(isinstance(part, ir.Add) and line.core in part.symbols for part in parts)


@native("eq-move-terms")
def _move(line: Line) -> Moved:
    """Everything with the unknown to the left, everything else to the right."""
    left, right = (line.opener.terms(side) for side in line.equation)
    if left is None or right is None:
        return None
    ours = [*[term.expr for term in left if term.core], *[neg(term.expr) for term in right if term.core]]
    rest = [*[term.expr for term in right if not term.core], *[neg(term.expr) for term in left if not term.core]]
    if not ours:
        return None
    if sign_of(line.simplify(total(ours, line.equation[0]))) < 0:
        ours, rest = list(map(neg, ours)), list(map(neg, rest))
    return (line.simplify(total(ours, line.equation[0])), line.simplify(total(rest, line.equation[0]))), ()


@native("eq-divide-common")
def _divide_common(line: Line) -> Moved:
    """2/n A X + 2 c X = 0 becomes 1/n A X + c X = 0: there the 2 does not stand in front."""
    sides = [[] if is_zero(side) else [scaled(term) for _, term in terms_of(side)] for side in line.equation]
    values = [term.value for side in sides for term in side]
    common = gcd(*(value.numerator for value in values))
    if common < 2 or any(value.denominator > 1 for value in values):
        return None
    left, right = (
        line.simplify(total([mul(ir.Number(Fraction(1, common)), term.expr) for term in side], line.equation[0]))
        for side in sides
    )
    return (left, right), (("c", ir.Number(common)),)


@native("eq-multiply-number")
def _multiply_number(line: Line) -> Moved:
    """2/n A X + 2 c X = 2/n B becomes A X + n c X = B, where that leaves less to read."""
    sides = [[scaled(term) for _, term in terms_of(side)] for side in line.equation]
    terms = [term for side in sides for term in side if term.array is not None]
    needed: dict[Expr, Fraction] = {}
    for base, exponent in (split_power(scalar) for term in terms for scalar in term.scalars):
        if exponent < 0 and not base.children and base is not line.core:
            needed[base] = max(needed.get(base, Fraction(0)), -exponent)
    if not needed or len(sides[0]) < 2:
        return None
    values = {abs(term.value) for term in terms}
    by = mul(*numeral(1 / min(values)), *(powered(base, exponent) for base, exponent in needed.items()))
    left, right = (
        line.simplify(total([line.simplify(mul(by, term.expr)) for term in side], line.equation[0])) for side in sides
    )
    shorter = sum(map(size, (left, right))) < sum(map(size, line.equation))
    return ((left, right), (("c", by),)) if shorter else None


@native("eq-collect")
def _collect(line: Line) -> Moved:
    """Σ A_k X = (Σ A_k) X with nothing behind, Σ X B_k = X (Σ B_k) with nothing before; numbers alike."""
    left, right = line.equation
    terms = line.opener.terms(left)
    if terms is None or any(term.core is None for term in terms) or not terms:
        return None
    turned = terms[0].turned
    if len(terms) < 2 or any(term.turned is not turned for term in terms):
        return None
    core = ir.Transpose(line.core) if turned else line.core
    entries = [_entries(term, core) for term in terms]
    if any(any(term.left) for term in terms) and all(weight is not None for weight in entries):
        weights = [weight for weight in entries if weight is not None]
        return (hadamard(line.simplify(total(weights, left)), core), right), ()
    for behind in (True, False):  # whether what stands behind the unknown is alike, or what stands before it
        sides = [(term.left, term.right) if behind else (term.right, term.left) for term in terms]
        alike = {line.simplify(matmul(*edge)) if edge else None for _, edge in sides}
        if len(alike) == 1:
            side = core.shape.rows if behind else core.shape.cols
            each = [_weight(term.numbers, own, side) for term, (own, _) in zip(terms, sides, strict=True)]
            weight = line.simplify(total(each, left))
            weights = [] if isinstance(weight, ir.Eye) or weight is ir.Number(1) else [weight]
            edges = [edge for edge in alike if edge is not None]
            return (product(*weights, core, *edges) if behind else product(*edges, core, *weights), right), ()
    return None


def _entries(term: Term, core: Expr) -> Expr | None:
    """The column v of a term diag(v) x, 𝟏 for x alone; None for any other matrix before the unknown."""
    if term.right or len(term.left) > 1 or not core.shape.is_column:
        return None
    found = term.left[0] if term.left else ir.Fill(1, core.shape)
    diagonal = isinstance(found, ir.Call) and found.function == "diag"
    return product(*term.numbers, found.children[0] if diagonal else found) if diagonal or not term.left else None


def _weight(numbers: Sequence[Expr], arrays: Sequence[Expr], side: ir.Dim) -> Expr:
    """What multiplies the unknown: arrays, the identity where others have arrays, or a bare number."""
    if arrays:
        return product(*numbers, *arrays)
    if side is ONE:
        return mul(*numbers) if numbers else ir.Number(1)
    return product(*numbers, ir.Eye(side))


@native("eq-shortest-column", "one way")
def _shortest(line: Line) -> Moved:
    """Of the solutions of aaᵀ x = c a the one of least length: x = c a/(aᵀa)."""
    left, right = line.equation
    numbers, arrays = apart(right.factors if isinstance(right, ir.Mul) else (right,))
    column = arrays[0] if arrays else right
    if (
        not isinstance(left, ir.MatMul)
        or left.factors != (column, flip(column), line.core)
        or not column.shape.is_column
    ):
        return None
    size = matmul(flip(column), column)
    return (line.core, line.simplify(mul(*numbers, ir.Power(size, ir.Number(-1)), column))), (
        ("a", column),
        ("c", size),
    )


@native("eq-tidy")
def _tidy(line: Line) -> Moved:
    """The right side in textbook form."""
    left, right = line.equation
    if left is not line.core:
        return None
    return (left, line.simplify(_split(line.simplify(right), line))), ()


def _split(expr: Expr, line: Line) -> Expr:
    """exp(c 𝟏 + B) = e^c exp(B), and log(c B) = log(c) 𝟏 + log(B) for a positive B, the number out."""
    parts = tuple(_split(child, line) for child in expr.children)
    whole = expr if parts == expr.children else settled(expr, parts)
    if not isinstance(whole, ir.Call) or whole.function not in ("exp", "log") or whole.shape.is_number:
        return whole
    one, inside = ir.Fill(1, whole.shape), whole.argument
    if whole.function == "log":
        numbers, arrays = apart(inside.factors if isinstance(inside, ir.Mul) else (inside,))
        if not numbers or len(arrays) != 1 or not holds(arrays[0], "positive", line.problem):
            return whole
        return add(mul(ir.Call("log", mul(*numbers)), one), line.simplify(ir.Call("log", arrays[0])))
    terms = entrywise_terms(inside)
    alike = [number for term in terms if (number := filled(term)) is not None]
    rest = [term for term in terms if filled(term) is None]
    base = ir.Call("exp", line.simplify(add(*rest))) if rest else one
    return mul(ir.Call("exp", line.simplify(add(*alike))), base) if alike else whole


@native("eq-multiply-unknown", "if not denied")
def _multiply(line: Line) -> Moved:
    """X (Σ a X⁻¹ M X⁻¹ + Σ b X⁻¹) X: terms with the inverse at both ends, or alone, become linear."""
    left, x = line.equation[0], line.core
    ways = (x, ir.Transpose(x))
    inverted = any(isinstance(node, ir.Inverse) and node.body in ways for node in nodes_of(*line.equation))
    for side in ways if inverted else ():
        terms = (term.factors if isinstance(term, ir.Mul) else (term,) for term in entrywise_terms(*line.equation))
        products = map(apart, terms)
        opened = [line.simplify(product(*numbers, side, *arrays, side)) for numbers, arrays in products]
        mine, rest = ([term for term in opened if (x in term.symbols) is held] for held in (True, False))
        twice = len(mine) == 1 and isinstance(mine[0], ir.MatMul) and mine[0].factors[0] is mine[0].factors[-1] is x
        if mine and rest and (line.opener.terms(total(mine, left)) is not None or twice):
            return (line.simplify(total(mine, left)), line.simplify(neg(total(rest, left)))), (("S", side),)
    return None


@native("eq-vec")
def _vec(line: Line) -> Moved:
    """X with vec X = (Σ Bᵀ ⊗ A)⁻¹ vec C from Σ A X B = C."""
    left, right = line.equation
    unknown = line.core
    terms = line.opener.terms(left) if unknown.shape.is_matrix else None
    straight = terms is not None and all(term.core is not None and not term.turned for term in terms)
    if not terms or not straight or len(terms) < 2 or unknown in nodes_of(right):
        return None
    rows, cols = unknown.shape.rows, unknown.shape.cols
    parts = []
    for term in terms:
        before = matmul(*term.left) if term.left else ir.Eye(rows)
        behind = line.simplify(ir.Transpose(matmul(*term.right))) if term.right else ir.Eye(cols)
        parts.append(mul(*term.numbers, ir.Kron((behind, before))))
    system = line.simplify(total(parts, left))
    taken = {name for side in (rows, cols) for name in side.names}
    wishes = (("iab", rows), ("jcd", cols))
    i, j = (ir.Index(next(letter for letter in letters if letter not in taken), side) for letters, side in wishes)
    stacked = matmul(ir.Inverse(system), ir.Call("vec", right))
    return (unknown, ir.MatrixOf(i, j, ir.Entry(stacked, ir.Pair(j, i, rows), None))), (("A", system),)

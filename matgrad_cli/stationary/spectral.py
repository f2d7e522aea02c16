"""Quadratic constraints: a quadratic form on a sphere or on orthonormal columns, and the nearest orthogonal matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .. import ir
from ..diagnostics.record import record
from ..facts import Problem
from ..facts.holding import holds
from ..ir import Expr, Symbol, add, matmul, mul, neg, nodes_of, substitute
from ..ir.terms import terms_of
from ..records import Bindings, Sentence, Value
from ..records.solution import Goal, Move
from ..rewrite.engine.application import replaced
from ..rewrite.forms.algebra import flip
from ..rewrite.methods.beside import peeled
from ..rewrite.textbook.normal import powered
from ..rewrite.textbook.simplifier import textbook
from ..verify.judge import Judge
from ..verify.solving.spectrum import Spectral
from .line import Line, Moved, native, rules_of
from .opening import Opener, Term, sign_of, total, without_numeral
from .powers import root_of

HALF = Fraction(1, 2)


@record
class Frame:
    """XᵀX = I, or XᵀBX = I with the `metric` B; of `rows` with Xᵀ in the place of X."""

    metric: Expr | None = None
    rows: bool = False


def spectral_of(
    problem: Problem, whole: Problem, gradient: Expr, constraint: Expr, multiplier: Symbol, goal: Goal | None
) -> Line | None:
    """The line that a solution by eigenvalues or singular values ends; None where the loss or the constraint is
    another. `gradient` is that of the Lagrangian, the `whole`."""
    end = -1 if goal == "minimum" or (goal is None and _of_squares(problem)) else 1 if goal is not None else 0
    known = multiplier, (constraint, total([], constraint))
    line = Line(whole, Judge(whole), problem.wrt, (gradient, total([], gradient)), end, known)
    return line if any(line.run(rule_id) for rule_id in rules_of("spectrum")) else None


def spectral(move: Move) -> Spectral:
    """The solution that such a move says."""
    said: dict[str, Any] = dict(move.bindings)
    largest, rows = said["end"] == "largest", said["X"] is not said["unknown"]
    return Spectral(said["form"], said["A"], largest, said["length"], said.get("B"), rows)


def _ends(form: str, matrix: Expr, largest: bool, length: Expr, metric: Expr | None = None) -> Bindings:
    said: dict[str, Value] = {"A": matrix, "form": form, "end": "largest" if largest else "smallest", "length": length}
    return tuple((said if metric is None else {**said, "B": metric}).items())


def _with(line: Line, value: Expr) -> Expr:
    """The gradient of the Lagrangian with a value in the place of the multiplier."""
    assert line.known is not None
    return line.simplify(replaced(line.equation[0], {line.known[0]: value}))


def _terms_of(line: Line) -> list[Term] | None:
    """The terms of the gradient of the loss alone."""
    assert line.known is not None
    multiplier, (constraint, _) = line.known
    gradient = _with(line, total([], multiplier))
    terms = line.opener.terms(gradient)
    if terms is None and _orthonormal(line, constraint) == Frame():
        return _where_orthonormal(line.opener, gradient, line.problem.wrt)
    return terms


def _where_orthonormal(opener: Opener, gradient: Expr, unknown: Symbol) -> list[Term] | None:
    """The terms of a gradient where WᵀW = I; one that begins with W is of the form of the multiplier's."""
    found = []
    for numbers, arrays in opener.products(gradient):
        parts = list(arrays)
        while (
            at := next((k for k, pair in enumerate(pairwise(parts)) if pair == (ir.Transpose(unknown), unknown)), None)
        ) is not None:
            del parts[at : at + 2]
        inside = [k for k, part in enumerate(parts) if unknown in part.symbols]
        within = inside and unknown not in (parts[0], parts[inside[0]])
        if within or any(unknown in number.symbols for number in numbers):
            return None
        if inside and parts[0] is unknown and len(parts) > 1:
            continue
        if inside and inside != [len(parts) - 1]:
            return None
        found.append(Term(numbers, tuple(parts[:-1]) if inside else tuple(parts), unknown if inside else None, ()))
    return found


def before_unknown(problem: Problem, terms: Sequence[Term], rows: bool = False) -> Expr:
    """What stands before the unknown (with `rows`: before its transpose) in all terms together."""
    one = ir.Eye(problem.wrt.shape.cols if rows else problem.wrt.shape.rows)
    parts = [mul(*term.numbers, matmul(*(term.left or (one,)))) for term in terms]
    return textbook(total(parts, one), problem)


def _before_only(terms: list[Term]) -> bool:
    return all(term.core is not None and not term.right and not term.turned for term in terms)


@native("eq-outer", "later")
def _on_one_line(line: Line) -> Moved:
    """m (mᵀw) = λ B w: w is a multiple of B⁻¹m, the one of which the constraint wᵀBw = c holds."""
    found = _on_ellipsoid(line)
    said: dict[str, Any] = dict(found[1]) if found is not None else {}
    matrix, metric = said.get("A"), said.get("B")
    numbers, core = peeled(matrix) if isinstance(matrix, Expr) else ((), None)
    column = core.factors[0] if isinstance(core, ir.MatMul) and len(core.factors) == 2 else None
    if column is None or not column.shape.is_column or core is not matmul(column, flip(column)):
        return None
    assert isinstance(matrix, Expr)
    if said["end"] != "largest" or not all(holds(number, "positive", line.problem) for number in numbers):
        return None
    turned = column if metric is None else matmul(ir.Inverse(metric), column)
    size = ir.Call("norm", column) if metric is None else powered(matmul(flip(column), turned), HALF)
    value = line.simplify(mul(root_of(said["length"], HALF, line.problem), ir.Power(size, ir.Number(-1)), turned))
    return (line.core, value), (("A", matrix), ("m", column), ("direction", turned), ("c", without_numeral(size)))


@native("eq-eigen", "later")
def _on_sphere(line: Line) -> Moved:
    """K w = λ w, where the loss is ½ wᵀKw and the constraint wᵀw = c."""
    found = _on_ellipsoid(line)
    return found if found is not None and "B" not in dict(found[1]) else None


@native("eq-eigen-relative", "later")
def _on_ellipsoid(line: Line) -> Moved:
    """K w = λ B w, where the loss is ½ wᵀKw and the constraint wᵀBw = c."""
    assert line.known is not None
    multiplier, (constraint, _) = line.known
    problem, unknown, terms = line.problem, line.core, _terms_of(line)
    if not constraint.shape.is_number or not unknown.shape.is_column or not terms or not _before_only(terms):
        return None
    bound = line.opener.terms(line.simplify(add(_with(line, ir.Number(1)), neg(_with(line, ir.Number(0))))))
    if not bound or not _before_only(bound):
        return None
    matrix, metric = (line.simplify(mul(ir.Number(HALF), before_unknown(problem, terms))) for terms in (terms, bound))
    still = [term for _, term in terms_of(constraint) if unknown not in term.symbols]
    length = line.simplify(neg(total(still, constraint)))
    if isinstance(metric, ir.Mul) and metric.factors[0] is ir.Number(-1):
        metric, length = line.simplify(neg(metric)), line.simplify(neg(length))
    plain = isinstance(metric, ir.Eye)
    curved = _symmetric(matrix, problem) and (plain or holds(metric, "spd", problem))
    if not curved or holds(length, "positive", problem) is False:
        return None
    after = matmul(matrix, unknown), line.simplify(mul(neg(multiplier), unknown if plain else matmul(metric, unknown)))
    return after, _ends("vector", matrix, _largest(line, matrix), length, None if plain else metric)


def _orthonormal(line: Line, constraint: Expr) -> Frame | None:
    """How a constraint XᵀX − I, XᵀBX − I, or XXᵀ − I asks for orthonormal columns or rows; None for any other."""
    unknown = line.problem.wrt
    if not isinstance(constraint, ir.Add) or len(constraint.terms) != 2 or not unknown.shape.is_matrix:
        return None
    for sign in (1, -1):
        ours = [term if sign > 0 else line.simplify(neg(term)) for term in constraint.terms]
        gram = next((term for term in ours if isinstance(term, ir.MatMul)), None)
        if gram is None or mul(ir.Number(-1), ir.Eye(gram.shape.rows)) not in ours:
            continue
        first, *middle, last = gram.factors
        if {first, last} != {unknown, ir.Transpose(unknown)}:
            return None
        metric = matmul(*middle) if middle else None
        if metric is not None and not holds(metric, "spd", line.problem):
            return None
        return Frame(metric, rows=first is unknown and not (metric is None and unknown.shape.is_square))
    return None


@native("eq-eigen-columns", "later")
def _on_columns(line: Line) -> Moved:
    """K W = B W Λ for tr(WᵀKW)/2."""
    assert line.known is not None
    multiplier, (constraint, _) = line.known
    problem, frame, terms = line.problem, _orthonormal(line, constraint), _terms_of(line)
    if frame is None or terms is None:
        return None
    if frame.rows:
        terms = [_turned(term, line.simplify) for term in terms]
    if not _before_only(terms):
        return None
    matrix = line.simplify(mul(ir.Number(HALF), before_unknown(problem, terms, frame.rows)))
    if not _symmetric(matrix, problem):
        return None
    core: Expr = ir.Transpose(problem.wrt) if frame.rows else problem.wrt
    metric = [] if frame.metric is None else [frame.metric]
    after = matmul(matrix, core), mul(ir.Number(-1), matmul(*metric, core, multiplier))
    return after, (("X", core), *_ends("columns", matrix, _largest(line, matrix), ir.Number(1), frame.metric))


@native("eq-polar", "later")
def _polar(line: Line) -> Moved:
    """The polar factor of M where the loss is −tr(XᵀM) but for what the constraint makes constant."""
    assert line.known is not None
    multiplier, (constraint, _) = line.known
    terms = _terms_of(line) or []
    rest = [term for term in terms if not term.core]
    framed = _orthonormal(line, constraint) == Frame()
    if not rest or not framed or any(not _constant(line.problem, term) for term in terms if term.core):
        return None
    linear = line.simplify(total([term.expr for term in rest], line.core))
    if isinstance(linear, ir.Fill):
        return None
    largest = _largest(line, linear)
    matrix = linear if largest else line.simplify(neg(linear))
    numbers, arrays = peeled(matrix)
    matrix = arrays if len(numbers) == 1 and isinstance(numbers[0], ir.Number) and numbers[0].value > 0 else matrix
    return (matrix, matmul(line.core, multiplier)), _ends("polar", matrix, largest, ir.Number(1))


def _turned(term: Term, simplify: Callable[[Expr], Expr]) -> Term:
    """The transpose of a term of the gradient, as one in Xᵀ."""
    left, right = (tuple(simplify(ir.Transpose(part)) for part in reversed(side)) for side in (term.right, term.left))
    return Term(term.numbers, left, term.core, right, term.turned)


def _symmetric(matrix: Expr, problem: Problem) -> bool:
    """Whether the matrix is symmetric, and not nothing."""
    return bool(holds(matrix, "symmetric", problem)) and not isinstance(matrix, ir.Fill)


def _largest(line: Line, matrix: Expr) -> bool:
    """Which end of the spectrum is given: the one that is asked for; else that of `convention`."""
    return (line.root or sign_of(matrix)) > 0


def _of_squares(problem: Problem) -> bool:
    """Whether the unknown stands in norms and sums of squares alone."""
    squares = (node for node in nodes_of(problem.loss) if node.head == "norm" or _is_summed_square(node))
    return problem.wrt not in substitute(problem.loss, {node: ir.Number(1) for node in squares}).symbols


def _is_summed_square(node: Expr) -> bool:
    inner = node.children[0] if node.head == "sum" else None
    return isinstance(inner, ir.Power) and inner.exponent is ir.Number(2)


def convention(problem: Problem, found: Spectral) -> Sentence:
    """Why, of all the stationary points, this one is given where nothing is asked for."""
    relative = " relative to {metric}" if found.metric is not None else ""
    points = {
        "vector": f"every eigenvector of {{matrix}}{relative} is a stationary point",
        "columns": f"any such number of eigenvectors of {{matrix}}{relative} is a stationary point",
        "polar": "UVᵀ is a stationary point with any signs of the singular values",
    }[found.form]
    goal, other = ("maximum", "minimize") if found.largest else ("minimum", "maximize")
    behind = "" if found.largest else " of what stands behind the minus"
    why = f"the largest eigenvalues{behind} are meant, as for principal components"
    why = "the linear part without its sign is made large" if found.form == "polar" else why
    why = "sums of squares are made small" if _of_squares(problem) else why
    said = f"{points}; without `--minimize` or `--maximize` {why}: the {goal}; `--{other}` gives the other end"
    metric = () if found.metric is None else (("metric", found.metric),)
    return Sentence(said, (("matrix", found.matrix), *metric))


def _constant(problem: Problem, term: Term) -> bool:
    """Whether a quadratic term of the loss, whose gradient this is, is constant where the columns are orthonormal."""
    if term.turned:
        return False
    behind = matmul(*term.right) if term.right else None
    before = matmul(*term.left) if term.left else None
    if before is None:
        return behind is None or holds(behind, "symmetric", problem) is True
    return problem.wrt.shape.is_square and behind is None and holds(before, "symmetric", problem) is True

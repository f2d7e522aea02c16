"""Quadratic constraints: a quadratic form on a sphere or on orthonormal columns, and the nearest orthogonal matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from ...diagnostics import MatgradError
from ...diagnostics.record import record, replace
from ...facts import Problem
from ...facts.holding import holds
from ...ir import Add, Call, Expr, Eye, Fill, MatMul, Mul, Number, Power, Symbol, Transpose, matmul, mul, nodes_of, substitute
from ...records import Sentence
from ...records.solution import Equation, Goal, Move
from ...verify.solving.spectrum import Spectral
from ..derive import derive
from ..textbook.simplifier import Simplifier
from .line import made, rules_of
from .natives import sign_of
from .terms import Opener, Term, negative, total

Found = tuple[Spectral, Move]


@record
class Frame:
    """XᵀX = I, or XᵀBX = I with the `metric` B; of `rows` with Xᵀ in the place of X."""

    metric: Expr | None = None
    rows: bool = False


@record
class Case:
    """A problem with one constraint: the terms of its gradient, the gradient of its Lagrangian, and how the constraint asks for
    orthonormal columns, if it does."""

    problem: Problem
    terms: list[Term]
    whole: Expr
    constraint: Expr
    frame: Frame | None
    multiplier: Symbol
    goal: Goal | None

    def simplify(self, expr: Expr) -> Expr:
        """The textbook form."""
        return Simplifier(self.problem).whole(expr)


Reads = Callable[[Case], "tuple[Spectral, Expr, Equation] | None"]
SPECTRA: dict[str, Reads] = {}
"""What each of these moves makes of a case: the solution, the unknown in its place, and what the multiplier's equation then says."""


def spectral(rule_id: str) -> Callable[[Reads], Reads]:
    """Registers the function of a move that ends in eigenvectors or singular vectors."""

    def register(function: Reads) -> Reads:
        SPECTRA[rule_id] = function
        return function

    return register


def spectral_of(problem: Problem, whole: Expr, constraint: Expr, multiplier: Symbol, goal: Goal | None) -> Found | None:
    """The solution by eigenvalues or singular values; `whole` is the gradient of the Lagrangian. None where the constraint is another."""
    gradient = _gradient(problem)
    if gradient is None:
        return None
    opener, frame = Opener(problem, problem.wrt), _orthonormal(constraint, problem)
    terms = opener.terms(gradient)
    terms = _where_orthonormal(opener, gradient, problem.wrt) if terms is None and frame == Frame() else terms
    if terms is None:
        return None
    case = Case(problem, terms, whole, constraint, frame, multiplier, goal)
    for rule_id in rules_of("spectrum"):
        found = SPECTRA[rule_id](case)
        if found is not None:
            metric = () if found[0].metric is None else (("B", found[0].metric),)
            bindings = (("X", found[1]), ("A", found[0].matrix), *metric)
            return found[0], made(rule_id, (whole, total([], whole)), found[2], bindings)
    return None


def _gradient(problem: Problem) -> Expr | None:
    try:
        return derive(problem).result.matrix
    except MatgradError:
        return None


def _where_orthonormal(opener: Opener, gradient: Expr, unknown: Symbol) -> list[Term] | None:
    """The terms of a gradient where WᵀW = I; one that begins with W is of the form of the multiplier's."""
    found = []
    for numbers, arrays in opener.products(gradient):
        parts = list(arrays)
        while (at := next((k for k, pair in enumerate(pairwise(parts)) if pair == (Transpose(unknown), unknown)), None)) is not None:
            del parts[at : at + 2]
        inside = [k for k, part in enumerate(parts) if unknown in part.symbols]
        if any(unknown in number.symbols for number in numbers) or (inside and parts[0] is not unknown and parts[inside[0]] is not unknown):
            return None
        if inside and parts[0] is unknown and len(parts) > 1:
            continue
        if inside and inside != [len(parts) - 1]:
            return None
        found.append(Term(numbers, tuple(parts[:-1]) if inside else tuple(parts), unknown if inside else None, ()))
    return found


def before_unknown(problem: Problem, terms: Sequence[Term], rows: bool = False) -> Expr:
    """What stands before the unknown (with `rows`: before its transpose) in all terms together."""
    one = Eye(problem.wrt.shape.cols if rows else problem.wrt.shape.rows)
    parts = [mul(*term.numbers, matmul(*(term.left or (one,)))) for term in terms]
    return Simplifier(problem).whole(total(parts, one))


def _before_only(terms: list[Term]) -> bool:
    return all(term.core is not None and not term.right and not term.turned for term in terms)


@spectral("eq-eigen")
def _on_sphere(case: Case) -> tuple[Spectral, Expr, Equation] | None:
    """K w = λ w, where the loss is ½ wᵀKw and the constraint wᵀw = c."""
    found = _on_ellipsoid(case)
    return found if found is not None and found[0].metric is None else None


@spectral("eq-eigen-relative")
def _on_ellipsoid(case: Case) -> tuple[Spectral, Expr, Equation] | None:
    """K w = λ B w, where the loss is ½ wᵀKw and the constraint wᵀBw = c."""
    problem, unknown, constraint = case.problem, case.problem.wrt, case.constraint
    if case.frame is not None or not constraint.shape.is_number or not unknown.shape.is_column or not _before_only(case.terms):
        return None
    slope = _gradient(replace(problem, loss=constraint, source=""))
    bound = Opener(problem, unknown).terms(slope) if slope is not None else None
    if not bound or not _before_only(bound):
        return None
    matrix, metric = (case.simplify(_halved(before_unknown(problem, terms))) for terms in (case.terms, bound))
    length = case.simplify(negative(total([term for term in _terms(constraint) if unknown not in term.symbols], constraint)))
    if isinstance(metric, Mul) and metric.factors[0] is Number(-1):
        metric, length = case.simplify(negative(metric)), case.simplify(negative(length))
    plain = isinstance(metric, Eye)
    if not _symmetric(matrix, problem) or holds(length, "positive", problem) is False or not (plain or holds(metric, "spd", problem)):
        return None
    after = matmul(matrix, unknown), case.simplify(mul(negative(case.multiplier), unknown if plain else matmul(metric, unknown)))
    found = Spectral("vector", matrix, _largest(problem, matrix, case.goal), length, None if plain else metric)
    return found, unknown, after


def _terms(expr: Expr) -> tuple[Expr, ...]:
    return expr.terms if isinstance(expr, Add) else (expr,)


def _halved(expr: Expr) -> Expr:
    return mul(Number(Fraction(1, 2)), expr)


def _orthonormal(constraint: Expr, problem: Problem) -> Frame | None:
    """How a constraint XᵀX − I, XᵀBX − I, or XXᵀ − I asks for orthonormal columns or rows; None for any other."""
    unknown = problem.wrt
    if not isinstance(constraint, Add) or len(constraint.terms) != 2 or not unknown.shape.is_matrix:
        return None
    for sign in (1, -1):
        ours = [term if sign > 0 else Simplifier(problem).whole(negative(term)) for term in constraint.terms]
        gram = next((term for term in ours if isinstance(term, MatMul)), None)
        if gram is None or mul(Number(-1), Eye(gram.shape.rows)) not in ours:
            continue
        first, *middle, last = gram.factors
        if {first, last} != {unknown, Transpose(unknown)}:
            return None
        metric = matmul(*middle) if middle else None
        if metric is not None and not holds(metric, "spd", problem):
            return None
        return Frame(metric, rows=first is unknown and not (metric is None and unknown.shape.is_square))
    return None


@spectral("eq-eigen-columns")
def _on_columns(case: Case) -> tuple[Spectral, Expr, Equation] | None:
    """K W = B W Λ for tr(WᵀKW)/2."""
    problem, frame = case.problem, case.frame
    if frame is None:
        return None
    terms = [_turned(term, case.simplify) for term in case.terms] if frame.rows else case.terms
    if not _before_only(terms):
        return None
    matrix = case.simplify(_halved(before_unknown(problem, terms, frame.rows)))
    if not _symmetric(matrix, problem):
        return None
    core: Expr = Transpose(problem.wrt) if frame.rows else problem.wrt
    metric = [] if frame.metric is None else [frame.metric]
    after = matmul(matrix, core), mul(Number(-1), matmul(*metric, core, case.multiplier))
    return Spectral("columns", matrix, _largest(problem, matrix, case.goal), Number(1), frame.metric, frame.rows), core, after


@spectral("eq-polar")
def _polar(case: Case) -> tuple[Spectral, Expr, Equation] | None:
    """The polar factor of M where the loss is −tr(XᵀM) but for what the constraint makes constant."""
    problem, unknown = case.problem, case.problem.wrt
    rest = [term for term in case.terms if not term.core]
    if not rest or case.frame != Frame() or any(not _constant(problem, term) for term in case.terms if term.core):
        return None
    linear = case.simplify(total([term.expr for term in rest], unknown))
    if isinstance(linear, Fill):
        return None
    largest = _largest(problem, linear, case.goal)
    matrix = linear if largest else case.simplify(negative(linear))
    matrix = matrix.factors[1] if isinstance(matrix, Mul) and len(matrix.factors) == 2 and _positive(matrix.factors[0]) else matrix
    return Spectral("polar", matrix, largest, Number(1)), unknown, (matrix, matmul(unknown, case.multiplier))


def _turned(term: Term, simplify: Callable[[Expr], Expr]) -> Term:
    """The transpose of a term of the gradient, as one in Xᵀ."""
    left, right = (tuple(simplify(Transpose(part)) for part in reversed(side)) for side in (term.right, term.left))
    return Term(term.numbers, left, term.core, right, term.turned)


def _symmetric(matrix: Expr, problem: Problem) -> bool:
    """Whether the matrix is symmetric, and not nothing."""
    return bool(holds(matrix, "symmetric", problem)) and not isinstance(matrix, Fill)


def _largest(problem: Problem, matrix: Expr, goal: Goal | None) -> bool:
    """Which end of the spectrum is given: the one that is asked for; else that of `convention`."""
    return goal == "maximum" if goal is not None else not _of_squares(problem) and sign_of(matrix) > 0


def _of_squares(problem: Problem) -> bool:
    """Whether the unknown stands in norms and sums of squares alone."""
    squares = (node for node in nodes_of(problem.loss) if isinstance(node, Call) and (node.function == "norm" or _summed_square(node)))
    return problem.wrt not in substitute(problem.loss, {node: Number(1) for node in squares}).symbols


def _summed_square(node: Call) -> bool:
    inner = node.argument
    return node.function == "sum" and isinstance(inner, Power) and inner.exponent is Number(2)


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
    why = (
        "sums of squares are made small"
        if _of_squares(problem)
        else "the linear part without its sign is made large"
        if found.form == "polar"
        else f"the largest eigenvalues{behind} are meant, as for principal components"
    )
    return Sentence(
        f"{points}; without `--minimize` or `--maximize` {why}: the {goal}; `--{other}` gives the other end",
        (("matrix", found.matrix), *((("metric", found.metric),) if found.metric is not None else ())),
    )


def _positive(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value > 0


def _constant(problem: Problem, term: Term) -> bool:
    """Whether a quadratic term of the loss, whose gradient this is, is constant where the columns are orthonormal."""
    if term.turned:
        return False
    behind = matmul(*term.right) if term.right else None
    before = matmul(*term.left) if term.left else None
    if before is None:
        return behind is None or holds(behind, "symmetric", problem) is True
    return problem.wrt.shape.is_square and behind is None and holds(before, "symmetric", problem) is True

"""Sets a gradient to zero and solves it, with constraints through their multipliers;
says what kind of point that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..diagnostics import Diagnostic, StuckError
from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..facts.conditions import said_of
from ..facts.holding import holds
from ..ir import Add, Call, Expr, MatMul, Mul, Number, Symbol, add, matmul, mul, neg, nodes_of, substitute, transpose
from ..ir.dimensions import NUMBER
from ..ir.walk import names_in
from ..notation.printing.to_unicode import to_unicode
from ..records import Derivation, Sentence
from ..records.layout import is_turned
from ..records.solution import Extremum, Goal, Move, PointKind, Solution
from ..rewrite.closing import domain_of
from ..rewrite.derive import derive
from ..rewrite.engine.application import is_zero, replaced
from ..rewrite.forms.algebra import zero
from ..rewrite.naming import opened
from ..rewrite.notes import over_samples
from ..rewrite.textbook.normal import split_power
from ..rewrite.textbook.simplifier import textbook
from ..rulebook.load import Rulebook
from ..verify.judge import Judge
from ..verify.solving.optimum import kept
from ..verify.solving.spectrum import spectral_points
from ..verify.solving.system import solutions, solved_by
from ..verify.solving.unknowns import System
from ..verify.verdict import Verdict
from .extremum import NOT_FOUND, SHORT, extremum_at, nearby
from .line import OPEN, Line, contradicted, no_closed_form, plainly, straight
from .opening import turned
from .phases import isolate, without_multiplier
from .question import lagrangian, multiplier_of, prepared, stretches, symmetry_of
from .spectral import convention, spectral, spectral_of


def solve(
    problem: Problem,
    constraints: Sequence[Expr] = (),
    goal: Goal | None = None,
    layout: str = "gradient",
    order: int = 1,
    rules: Rulebook | None = None,
) -> Solution:
    """The point where the gradient is zero. StuckError where no closed form is known, or it is not as asked."""
    ready = prepared(problem, constraints)
    second = derive(problem, layout=layout, order=2, rules=rules) if order == 2 else None
    try:
        found = _solved(ready.problem, ready.constraints, goal, layout, rules)
        found = replace(found, problem=problem, reasons=ready.reasons, second=second)
        return _as_asked(_advised(found, lambda known: solve(known, constraints, None, layout, rules=rules)), goal)
    except StuckError:
        held = System(tuple((one, zero(one.shape)) for one in constraints), (problem.wrt,))
        if constraints and not solutions(Judge(problem), held):
            name, together = to_unicode(problem.wrt), " together" if len(constraints) > 1 else ""
            message = f"no `{name}` was found at random data at which the constraints hold{together}"
            help_ = "constraints that contradict each other, or that only some data allow, have no solution"
            raise StuckError(Diagnostic("no-closed-form", message, help=help_)) from None
        raise


@record
class Asked:
    """What is solved: the `derivation` of the gradient (or of the Lagrangian's), and what it must be."""

    problem: Problem
    derivation: Derivation
    constraints: tuple[Expr, ...]
    multipliers: tuple[Symbol, ...]
    goal: Goal | None


def _solved(
    problem: Problem, constraints: tuple[Expr, ...], goal: Goal | None, layout: str, rules: Rulebook | None
) -> Solution:
    multipliers = tuple(multiplier_of(problem, constraint, number) for number, constraint in enumerate(constraints))
    derivation = derive(lagrangian(problem, constraints, multipliers), layout=layout, rules=rules)
    if derivation.result.matrix is None:
        raise no_closed_form(derivation, multipliers)
    asked = Asked(problem, derivation, constraints, multipliers, goal)
    stated = opened(derivation.result.matrix, names_in(derivation.result.matrix))
    if not is_turned(layout, problem.loss.shape, problem.wrt.shape):
        return _stationary(asked, stated)
    line = Line(problem, Judge(problem), problem.wrt, (stated, zero(stated.shape)))
    line.phase("layout")
    found = _stationary(asked, line.equation[0])
    return replace(found, gradient=stated, moves=(*line.moves, *found.moves))


def _stationary(asked: Asked, gradient: Expr) -> Solution:
    """The solution by eigenvectors where the constraint is quadratic, else by moves."""
    problem = asked.problem
    if problem.wrt not in gradient.symbols:
        raise straight(problem, gradient, bool(asked.constraints))
    whole, one = asked.derivation.problem, len(asked.constraints) == 1
    held = zip(asked.constraints, asked.multipliers, strict=True) if one else ()
    line = next((spectral_of(problem, whole, gradient, *pair, asked.goal) for pair in held), None)
    if line is not None and line.solved:
        found = _verified(asked, (gradient, gradient), tuple(line.moves), line.equation[1])
        said = Sentence("the negative of {0} is a solution too", (("0", problem.wrt),))
        return replace(found, without=(*found.without, said))
    if line is not None:
        return _by_spectrum(asked, line.moves[-1])
    first, branched = _by_moves(asked, gradient, 1)
    others = [_by_moves(asked, gradient, root)[0] for root in (-1, 0)] if branched else []
    return _root_of({found.value: found for found in (first, *others)}, asked.goal)


def _root_of(found: Mapping[Expr | None, Solution], goal: Goal | None) -> Solution:
    """Of the solutions by several roots the one that is asked for; without a goal the minimum."""
    wanted = goal or "minimum"
    chosen = next((one for one in found.values() if one.extremum.kind == wanted), next(iter(found.values())))
    without = list(chosen.without)
    for value, other in found.items():
        if other is not chosen and value is not None:
            seen = other.extremum
            rest = f", which is {nearby(SHORT[seen.kind], seen.local)}" if seen.kind in SHORT else ""
            without.append(Sentence(f"the gradient is zero at {{0}} too{rest}", (("0", value),)))
    if len(found) > 1 and not goal:
        without.append(Sentence("without `--maximize` the minimum is meant"))
    return replace(chosen, without=tuple(without))


def _by_moves(asked: Asked, gradient: Expr, root: int) -> tuple[Solution, bool]:
    """The solution by moves of the equations, of two roots that of the sign `root`; whether there were two."""
    whole, multipliers = asked.derivation.problem, asked.multipliers
    factor = Symbol(
        next(name for name in ("t", "tau", "t_0") if name not in {one.name for one in whole.variables}), NUMBER
    )
    stretched = len(multipliers) == 1 and stretches(asked.problem, asked.constraints[0])
    whole = replace(whole, variables=(*whole.variables, factor)) if stretched else whole
    line = Line(whole, Judge(whole), asked.problem.wrt, (gradient, zero(gradient.shape)), root)
    line.phase("symmetric")
    start = line.equation[0]
    if stretched and line.phase("stretch", (multipliers[0], (factor, zero(NUMBER)))):
        start, multipliers = replaced(start, {multipliers[0]: Number(0)}), (factor,)
    isolate(line)
    for multiplier, constraint in zip(multipliers, asked.constraints, strict=True) if line.solved else ():
        if multiplier in line.equation[1].symbols and not without_multiplier(line, multiplier, constraint):
            raise no_closed_form(asked.derivation, multipliers)
    value = line.equation[1]
    if not line.solved or any(multiplier in value.symbols for multiplier in multipliers):
        raise no_closed_form(asked.derivation, multipliers)
    # a condition that still holds a multiplier was found together with what stands in its place: where 1/√λ has a value
    moves = _assuming(line.moves, lambda said: not _speaks_of(said, multipliers))
    known = asked if multipliers is asked.multipliers else replace(asked, multipliers=())  # the multiplier is 0
    found = _verified(known, (gradient, start), moves, value)
    return replace(found, multipliers=asked.multipliers), line.branched


def _as_asked(solution: Solution, goal: Goal | None) -> Solution:
    """The solution, unless it is known to be another kind of point than is asked for."""
    kind = solution.extremum.kind
    kinds = (kind, *dict(solution.extremum.cases))
    if goal is None or kind == "unknown" or any(goal.startswith(one[:5]) for one in kinds):
        return solution
    message = f"the point where the gradient is zero is {SHORT[kind]}, and no {goal}"
    raise StuckError(Diagnostic("no-closed-form", message, help=f"leave out `--{goal[:5]}ize` to see it"))


def _assuming(moves: Iterable[Move], kept: Callable[[Sentence], bool]) -> tuple[Move, ...]:
    """The moves with those of their conditions that are kept."""
    return tuple(replace(move, assumed=tuple(filter(kept, move.assumed))) for move in moves)


def _speaks_of(condition: Sentence, symbols: Sequence[Symbol]) -> bool:
    return any(not value.symbols.isdisjoint(symbols) for value in _conditioned([condition]))


# ---- the verdict


def _verified(asked: Asked, gradients: tuple[Expr, Expr], moves: tuple[Move, ...], value: Expr) -> Solution:
    """The solution with its verdict and the kind of point; the second gradient is the one that is zero there."""
    problem, constraints, multipliers = asked.problem, asked.constraints, asked.multipliers
    judge, (gradient, start), unknowns = Judge(asked.derivation.problem), gradients, (problem.wrt, *multipliers)
    first = (start.terms[0], neg(add(*start.terms[1:]))) if isinstance(start, Add) else (start, zero(start.shape))
    whole = System((first, *((expr, zero(expr.shape)) for expr in constraints)), unknowns)
    needed = [*_conditioned(said for move in moves for said in move.assumed)]
    solves = solved_by(judge, whole, problem.wrt, value, needed=needed)
    if not solves and constraints and solved_by(judge, System((first,), unknowns), problem.wrt, value):
        # a constraint that was not needed fails there, or none of the data allow them
        raise no_closed_form(asked.derivation, multipliers)
    if solves is False:
        raise contradicted("solution")
    symmetry = symmetry_of(problem)[0] if start is not gradient else ""
    what = f"the {symmetry} part of the gradient" if symmetry else "the gradient"
    what += " of the Lagrangian" if multipliers else "" if problem.source else " of the loss as it is solved"
    hold = "" if not constraints else ", and the constraints hold" if constraints[1:] else ", and the constraint holds"
    by = f"{what} is zero there{hold}, at random data" if solves else "no data were found at which to compute it"
    verdict = Verdict("agrees" if solves else "unknown", by)
    moves = tuple(replace(move, verdict=verdict) if move.verdict is OPEN else move for move in moves)
    there = (*_facts_needed(judge, problem, value), *_domain_at(problem, value))
    weaker = {one for said in there for one in _weaker(said, problem)}
    moves = _assuming(moves, lambda said: said not in weaker)
    moves = (*moves[:-1], replace(moves[-1], assumed=(*moves[-1].assumed, *there)))
    needed += _conditioned(there)
    extremum = extremum_at(judge, problem, start, value, constraints, needed)
    singular = (*over_samples(problem, value, judge), *_without(problem, moves, constraints))
    return Solution(
        problem, asked.derivation, gradient, moves, value, extremum, verdict, constraints, multipliers, singular
    )


def _conditioned(said: Iterable[Sentence]) -> Iterator[Expr]:
    """What conditions speak of."""
    return (value for one in said for _, value in one.values if isinstance(value, Expr))


def _weaker(said: Sentence, problem: Problem) -> Iterator[Sentence]:
    """What need not be said beside it: a is not 0 where a is positive; where m/s is, neither m nor s is 0; and where
    the determinant is positive, or all eigenvalues are, a matrix is invertible."""
    for name, value in said.values:
        assert isinstance(value, Expr)
        if said.template == said_of("positive", value.shape.is_number):
            factors = [split_power(part)[0] for part in (value.factors if isinstance(value, Mul) else ())]
            for part in (value, textbook(turned(mul(Number(-1), value)), problem), *factors):
                yield Sentence(said_of("nonzero", part.shape.is_number), ((name, part),))
        elif said.template in (said_of("spd", number=False), said_of("det_positive", number=False)):
            yield Sentence(said_of("invertible", number=False), ((name, value),))


_EQUATIONS = ("symmetric", "antisymmetric", "diagonal", "lower", "upper", "onehot", "binary", "signs")
"""Facts that data at random have never, or by the size of a matrix of one row only."""


def _facts_needed(judge: Judge, problem: Problem, value: Expr) -> Iterator[Sentence]:
    """What is said of the unknown and does not hold of the solution at all data; StuckError if it holds at none."""
    for word, (some, every) in kept(judge, problem, value).items():
        said = Sentence(said_of(word, value.shape.is_number), (("0", value),))
        if not some or (word in _EQUATIONS and not every):
            failed = f"of which it is not so that `{problem.wrt.name}` is {word}"
            message = f"the gradient is zero at `{to_unicode(value)}`, {failed}"
            help_ = "there is none where the loss has a value; a fact of your own can be left out, or be a constraint"
            raise StuckError(Diagnostic("no-closed-form", message, help=help_))
        if word not in _EQUATIONS and not holds(value, word, problem):
            yield from plainly(said, problem)


def _domain_at(problem: Problem, value: Expr) -> Iterator[Sentence]:
    """What must be positive for the loss to have a value at the solution."""
    for word, inner in domain_of(problem):
        there = textbook(substitute(inner, {problem.wrt: value}), problem)
        if not holds(there, word, problem):
            yield from plainly(Sentence(said_of(word, there.shape.is_number), (("0", there),)), problem)


def _without(problem: Problem, moves: Sequence[Move], constraints: Sequence[Expr]) -> tuple[Sentence, ...]:
    """What holds where the matrix that was inverted is singular."""
    for move in moves if not constraints else ():
        left, right = move.before
        ends = (left.factors[0], left.factors[-1]) if isinstance(left, MatMul) else ()
        if not isinstance(left, MatMul) or problem.wrt not in ends or move.after[0] is not problem.wrt:
            continue
        before = left.factors[-1] is problem.wrt
        matrix = matmul(*(left.factors[:-1] if before else left.factors[1:]))
        inverted = Sentence(said_of("invertible", number=False), (("0", matrix),)) in move.assumed
        if inverted and holds(matrix, "symmetric", problem):
            inverse = Call("pinv", matrix)
            shortest = textbook(matmul(*((inverse, right) if before else (right, inverse))), problem)
            solved = is_zero(right) or _normal(matrix, right, before, problem)
            many = "many solutions" if solved else "many solutions or none"
            said = f"where {{matrix}} is singular there are {many}; {{shortest}} is the shortest"
            return (Sentence(said, (("matrix", matrix), ("shortest", shortest))),)
    return ()


def _normal(matrix: Expr, right: Expr, before: bool, problem: Problem) -> bool:
    """Whether the equation has a solution also where the matrix is singular: XᵀX w = Xᵀy, XᵀV⁻¹X w = XᵀV⁻¹y."""
    whole = right.factors[-1] if isinstance(right, Mul) else right  # 1/2 Xᵀy
    factors, sides = (one.factors if isinstance(one, MatMul) else (one,) for one in (matrix, whole))
    if not before:
        factors, sides = (tuple(map(transpose, reversed(parts))) for parts in (factors, sides))
    inner = factors[1:-1]
    gram = len(factors) > 1 and factors[0] is transpose(factors[-1]) and sides[: len(inner) + 1] == factors[:-1]
    return gram and (not inner or holds(matmul(*inner), "spd", problem) is True)


def _by_spectrum(asked: Asked, move: Move) -> Solution:
    problem, found = asked.problem, spectral(move)
    told = spectral_points(Judge(problem), problem, found, asked.constraints[0])
    if told is not None and not told[0]:
        raise contradicted("solution")
    verdict = Verdict("agrees", "the loss is stationary there along the constraint, at random data")
    verdict = Verdict("unknown", "nothing could be computed") if told is None else verdict
    sizes: list[tuple[str, PointKind]] = [("smallest", "minimum"), ("largest", "maximum")]
    (other, least), (size, most) = sizes if found.largest else sizes[::-1]
    kind: PointKind = "unknown" if told is None or not told[1] else most
    terms = problem.loss.terms if isinstance(problem.loss, Add) else ()
    moving = all(problem.wrt in term.symbols for term in terms)
    there = f"there the loss{'' if problem.source else ' as it is solved'} is"
    there += "" if moving else ", but for what does not move,"
    ends = f"here the {size}; the {other} give the {least}"
    reasons = {
        "vector": f"{there} the eigenvalue times the squared length, {ends}",
        "columns": f"{there} the sum of the eigenvalues, {ends}",
        "polar": "tr(XᵀUSVᵀ) = Σ s_i (VᵀXᵀU)_ii is at most the sum of the singular values, and X = UVᵀ reaches it",
    }
    why = Sentence(NOT_FOUND if kind == "unknown" else f"a {most}: {reasons[found.form]}")
    extremum = Extremum(kind, why, "compared with random points that satisfy the constraint")
    chosen = () if asked.goal is not None else (convention(problem, found),)
    moves, under = (replace(move, verdict=verdict),), (asked.constraints, asked.multipliers)
    return Solution(problem, asked.derivation, move.before[0], moves, None, extremum, verdict, *under, chosen, found)


# ---- advice


def _advised(found: Solution, again: Callable[[Problem], Solution]) -> Solution:
    """The solution with the fact that would decide what kind of point it is, where solving again with it was seen to do
    so: a covariance that nobody called one."""
    problem, wrt, seen = found.problem, found.problem.wrt, found.extremum
    determinants = any(node.head in ("det", "logdet") for node in nodes_of(problem.loss))
    said_already = seen.cases or any(fact.symbol is wrt for fact in problem.facts)
    if seen.kind not in ("unknown", "saddle") or said_already or not determinants:
        return found
    try:
        known = again(replace(problem, facts=(*problem.facts, Fact(wrt, "spd")))).extremum
    except StuckError:
        return found
    if known.kind == "unknown" and not known.cases:
        return found
    said = f'{seen.why.template}; with `--assume "{wrt.name} spd"` it is {known.why.template}'
    why = Sentence(said, (*seen.why.values, *known.why.values))
    cases = known.cases or ((known.kind, Sentence(said_of("spd", number=False), (("0", wrt),))),)
    return replace(found, extremum=replace(seen, why=why, cases=cases))

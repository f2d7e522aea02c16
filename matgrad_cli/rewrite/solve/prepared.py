"""Problems said in another way before they are solved: quotients that no length changes, and norms."""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics.record import record, replace
from ...facts import Fact, Problem
from ...facts.conditions import CONDITIONS, consequences
from ...facts.holding import holds
from ...ir import (
    ONE,
    Add,
    Call,
    Expr,
    Eye,
    Fill,
    MatMul,
    Mul,
    Number,
    Power,
    Shape,
    Symbol,
    Transpose,
    add,
    mul,
    neg,
    substitute,
)
from ...ir.dimensions import NUMBER
from ...records import Sentence
from ...verify.judge import Judge
from ..textbook.simplifier import textbook


@record
class Prepared:
    """A problem with the same solutions, its constraints (each an expression that is zero),
    and why it may stand for the one given."""

    problem: Problem
    constraints: tuple[Expr, ...]
    reasons: tuple[Sentence, ...] = ()


def prepared(problem: Problem, constraints: Sequence[Expr]) -> Prepared:
    """wᵀAw/wᵀBw as wᵀAw under wᵀBw = 1, a norm as its square, and ‖w‖ = c as ‖w‖² = c²."""
    found = _without_denominator(problem) if not constraints else None
    found = _of_facts(found or Prepared(problem, tuple(constraints)))
    if isinstance(found.problem.loss, Call) and found.problem.loss.function == "norm":
        square = replace(found.problem, loss=Power(found.problem.loss, Number(2)), source="")
        said = Sentence("a norm is smallest, or largest, where its square is: the square has the simpler gradient")
        found = replace(found, problem=square, reasons=(*found.reasons, said))
    squared = [_squared(constraint, problem) for constraint in found.constraints]
    reasons = [Sentence("both sides of the constraint {0} = {1} are squared", said) for _, said in squared if said]
    return replace(
        found, constraints=tuple(constraint for constraint, _ in squared), reasons=(*found.reasons, *reasons)
    )


def _of_facts(ready: Prepared) -> Prepared:
    """Facts of the unknown that are equations as constraints: a length of 1, orthonormal columns, a sum of one."""
    problem, x = ready.problem, ready.problem.wrt
    column, facts, constraints, reasons = x.shape.is_column, list[Fact](), list[Expr](), list[Sentence]()
    for fact in problem.facts:
        if (
            fact.symbol is not x
            or fact.word not in ("unit", "orthogonal", "simplex")
            or (fact.word == "orthogonal" and column)
        ):
            facts.append(fact)
            continue
        if fact.word == "orthogonal":
            constraints.append(add(MatMul((Transpose(x), x)), mul(Number(-1), Eye(x.shape.cols))))
        elif fact.word == "unit":
            constraints.append(
                add(MatMul((Transpose(x), x)) if column else Power(Call("norm", x), Number(2)), Number(-1))
            )
        else:
            facts.append(Fact(x, "positive"))
            total = Call("sum", x) if column else MatMul((x, Fill(1, Shape(x.shape.cols, ONE))))
            constraints.append(add(total, Number(-1) if column else Fill(-1, total.shape)))
        reasons.append(Sentence(f"{CONDITIONS[fact.word].says}: that is a constraint", (("0", x),)))
    if not reasons:
        return ready
    return Prepared(
        replace(problem, facts=tuple(facts)), (*ready.constraints, *constraints), (*ready.reasons, *reasons)
    )


def symmetric_part(problem: Problem, gradient: Expr) -> Expr:
    """G + Gᵀ for a symmetric unknown, G − Gᵀ for an antisymmetric one: only these directions count;
    G where it is so already."""
    x = problem.wrt
    words = (
        {word for fact in problem.facts if fact.symbol is x for word in consequences(fact.word)}
        if x.shape.is_matrix
        else set()
    )
    for word, sign in (("symmetric", 1), ("antisymmetric", -1)):
        if word in words and not holds(gradient, word, problem):
            turned = substitute(Transpose(gradient), {x: mul(Number(sign), Transpose(x))})
            return textbook(add(gradient, mul(Number(sign), turned)), problem)
    return gradient


def _without_denominator(problem: Problem) -> Prepared | None:
    loss, unknown = problem.loss, problem.wrt
    factors = loss.factors if isinstance(loss, Mul) else ()
    below = [one for one in factors if isinstance(one, Power) and isinstance(one.exponent,
    Number) and unknown in one.base.symbols
             and one.exponent.value < 0]  # fmt: skip
    if len(below) != 1 or not _falls_away(loss, below[0].base, problem):
        return None
    above, bound = mul(*(factor for factor in factors if factor is not below[0])), below[0].base
    reason = Sentence(
        "the loss keeps its value when {0} is stretched, so that {1} = 1 may be asked for",
        (("0", unknown), ("1", bound)),
    )
    return Prepared(replace(problem, loss=above, source=""), (add(bound, Number(-1)),), (reason,))


def _falls_away(loss: Expr, bound: Expr, problem: Problem) -> bool:
    """Whether numbers say that the loss stays when the unknown is stretched,
    and that the bound then grows with a power."""
    x = problem.wrt
    by, other = Symbol(f"{x.name} stretched by", NUMBER), Symbol(f"{x.name} elsewhere", x.shape)
    judge = Judge(replace(problem, variables=(*problem.variables, by, other)))

    def stretched(expr: Expr, point: Expr = x) -> Expr:
        return substitute(expr, {x: mul(by, point)})

    there = substitute(bound, {x: other})
    pairs = (loss, stretched(loss)), (mul(stretched(bound), there), mul(bound, stretched(bound, other)))
    return all(judge.compare(*pair).holds for pair in pairs) and not judge.compare(bound, stretched(bound)).holds


def _squared(constraint: Expr, problem: Problem) -> tuple[Expr, tuple[tuple[str, Expr], ...]]:
    """‖w‖ − c, with c > 0, as ‖w‖² − c²; and both sides as they were, if it was so."""
    terms = constraint.terms if isinstance(constraint, Add) else ()
    norms = [
        term for term in terms if isinstance(term, Call) and term.function == "norm" and problem.wrt in term.symbols
    ]
    rest = [neg(term) for term in terms if term not in norms]
    if len(norms) != 1 or any(problem.wrt in term.symbols for term in rest):
        return constraint, ()
    radius = textbook(add(*rest), problem) if rest else Number(0)
    if not holds(radius, "positive", problem):
        return constraint, ()
    return add(Power(norms[0], Number(2)), textbook(neg(Power(radius, Number(2))), problem)), (
        ("0", norms[0]),
        ("1", radius),
    )

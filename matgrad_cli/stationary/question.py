"""The texts of `solve`: a loss, and constraints that may hold names of their own; the Lagrangian of both;
problems said in another way before they are solved: quotients that no length changes, and norms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from .. import ir
from ..diagnostics import InputError, Source, StuckError
from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..facts.conditions import CONDITIONS, consequences, said_of
from ..facts.holding import holds
from ..ir import ONE, Expr, Symbol, add, mul, neg, product, substitute, transpose
from ..ir.dimensions import NUMBER
from ..ir.terms import terms_of
from ..notation.loss_text import equal_signs
from ..notation.problems import read_problem
from ..notation.scope import UNUSED
from ..records import Sentence
from ..rewrite.closing import domain_of
from ..rewrite.textbook.normal import split_power
from ..rewrite.textbook.simplifier import textbook
from ..verify.judge import Judge

ONCE: Final = Fraction(1)


def read_optimum(
    loss: str,
    wrt: str,
    shapes: Sequence[str],
    assume: Sequence[str],
    subject_to: Sequence[str] = (),
    syntax: str | None = None,
) -> tuple[Problem, tuple[Expr, ...]]:
    """The problem, with the names of the constraints among its variables, and what each constraint sets to zero."""
    pieces = [piece.strip() for text in assume for piece in text.split(",") if piece.strip()]
    texts = [_as_expression(text) for text in subject_to]
    problem = read_problem(loss, wrt, shapes, [fact for fact in pieces if not texts or _speaks_of(fact, loss)], syntax)
    if problem.expected:
        message = "the loss is an expectation: at its optimum the gradient is zero on average, not at each of the data"
        help_ = "write a mean over samples, as in `norm(X@w - d)**2/n`, or moments, as in `w.T@S@w - 2*b.T@w`"
        raise StuckError.coded("no-closed-form", message, help=help_)
    said = [*shapes, *(_declared(symbol, shapes) for symbol in problem.variables)]
    constraints = []
    for text in texts:
        try:
            facts = [fact for fact in pieces if _speaks_of(fact, text)]
            other = read_problem(text, wrt, [*filter(None, said)], facts, syntax)
        except InputError as error:
            source = error.diagnostic.source and replace(error.diagnostic.source, name="--subject-to")
            raise InputError(replace(error.diagnostic, source=source)) from None
        problem = _with(problem, other)
        constraints.append(other.loss)
    if constraints:  # which may use names that the loss does not
        problem = replace(problem, notes=tuple(note for note in problem.notes if UNUSED not in note))
    return problem, tuple(constraints)


def _as_expression(text: str) -> str:
    """`A@x = b` as `(A@x) - (b)`; `C@x - h = 0` as `C@x - h`."""
    text = text.replace("==", "=")
    places = list(equal_signs(text))  # a sign inside a bracket names an argument, or the first index
    left, right = (text[: places[0]], text[places[0] + 1 :]) if len(places) == 1 else ("", "")
    if not left.strip() or not right.strip() or left.rstrip()[-1] in "<>!":
        said = "a constraint is one equation, and no inequality"
        help_ = 'write `--subject-to "A@x = b"`, with what holds as an equation at the solution; '
        help_ += "give the option again for another equation"
        raise InputError.coded("unreadable", said, Source("--subject-to", text), help=help_)
    return left if re.fullmatch(r"\s*0(\.0*)?\s*", right) else f"({left}) - ({right})"


def _speaks_of(fact: str, text: str) -> bool:
    """Whether the name that a fact is about stands in a text."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(fact.split()[0])}(?![A-Za-z0-9_])", text) is not None


def _declared(symbol: Symbol, shapes: Sequence[str]) -> str:
    """A shape that the loss told, for the constraint; nothing where it was declared."""
    given = any(re.search(rf"(^|[,;\s]){re.escape(symbol.name)}\s*:", text) for text in shapes)
    shape = symbol.shape
    size = "scalar" if shape.is_number else shape.rows if shape.is_column else shape
    return "" if given else f"{symbol.name}: {size}"


def _with(problem: Problem, other: Problem) -> Problem:
    """The problem with the names and facts of a constraint beside its own."""
    return replace(
        problem,
        variables=tuple(dict.fromkeys((*problem.variables, *other.variables))),
        facts=tuple(dict.fromkeys((*problem.facts, *other.facts))),
        sizes=tuple(dict.fromkeys((*problem.sizes, *other.sizes))),
        origins=tuple((dict(other.origins) | dict(problem.origins)).items()),
    )


def multiplier_of(problem: Problem, constraint: Expr, number: int, name: str | None = None) -> Symbol:
    """The multiplier of a constraint: λ for a number, ν for a vector, Λ for a matrix, or what is free."""
    shape = constraint.shape
    names = ("lam mu eta" if shape.is_number else "Lambda N M" if shape.is_matrix else "nu eta xi").split()
    taken = {symbol.name for symbol in problem.variables}
    free = next((name for name in names if name not in taken), f"{names[0]}_0")
    return Symbol(name or (f"{free}_{number + 1}" if number else free), shape)


def lagrangian(
    problem: Problem,
    constraints: Sequence[Expr],
    multipliers: Sequence[Symbol],
    factors: tuple[Fraction, Fraction] = (ONCE, ONCE),
) -> Problem:
    """The loss plus ⟨multiplier, constraint⟩ for each; `factors` stand before the loss and before these."""
    if not constraints:
        return problem
    own, others = (() if by == 1 else (ir.Number(by),) for by in factors)
    parts = (mul(*others, _pairing(*pair)) for pair in zip(multipliers, constraints, strict=True))
    variables = (*problem.variables, *multipliers)
    return replace(problem, loss=add(mul(*own, problem.loss), *parts), variables=variables, source="")


def _pairing(multiplier: Symbol, constraint: Expr) -> Expr:
    if constraint.shape.is_number:
        return mul(multiplier, constraint)
    if constraint.shape.is_row:
        return ir.MatMul((constraint, transpose(multiplier)))
    product = ir.MatMul((transpose(multiplier), constraint))
    return ir.Call("tr", product) if constraint.shape.is_matrix else product


@record
class Prepared:
    """A problem with the same solutions, its constraints (what is zero), and why it may stand for the one given."""

    problem: Problem
    constraints: tuple[Expr, ...]
    reasons: tuple[Sentence, ...] = ()


def prepared(problem: Problem, constraints: Sequence[Expr]) -> Prepared:
    """wᵀAw/wᵀBw as wᵀAw under wᵀBw = 1, a norm as its square, ‖w‖ = c as ‖w‖² = c²; less what is no constraint."""
    beside = [one for one in constraints if one.symbols and problem.wrt not in one.symbols]
    apart = "{0} = 0 does not contain {1}: it is no constraint here"
    held = tuple(Sentence(apart, (("0", one), ("1", problem.wrt))) for one in beside)
    constraints = tuple(one for one in constraints if one not in beside)
    found = (_without_denominator(problem) if not constraints else None) or Prepared(problem, constraints)
    found = _within_domain(_of_facts(replace(found, reasons=(*held, *found.reasons))))
    if isinstance(found.problem.loss, ir.Call) and found.problem.loss.function == "norm":
        square = replace(found.problem, loss=ir.Power(found.problem.loss, ir.Number(2)), source="")
        said = Sentence("a norm is smallest, or largest, where its square is: the square has the simpler gradient")
        found = replace(found, problem=square, reasons=(*found.reasons, said))
    squared = [_squared(constraint, problem) for constraint in found.constraints]
    reasons = [Sentence("both sides of the constraint {0} = {1} are squared", said) for _, said in squared if said]
    return Prepared(found.problem, tuple(constraint for constraint, _ in squared), (*found.reasons, *reasons))


def _within_domain(ready: Prepared) -> Prepared:
    """The problem where its loss has a value, as log(x) has for positive x alone."""
    problem, x = ready.problem, ready.problem.wrt
    needed = domain_of(problem)
    if not needed:
        return ready
    facts = tuple(Fact(x, word) for word, value in needed if value is x and word == "positive")
    values = tuple((str(n), value) for n, (_, value) in enumerate(needed))
    sentences = (said_of(word, value.shape.is_number) for word, value in needed)
    conditions = " and ".join(said.replace("{0}", f"{{{n}}}") for n, said in enumerate(sentences))
    said = Sentence(f"the loss has a value and a gradient only where {conditions}", values)
    return replace(ready, problem=replace(problem, facts=(*problem.facts, *facts)), reasons=(*ready.reasons, said))


def _of_facts(ready: Prepared) -> Prepared:
    """Facts of the unknown that are equations as constraints: a length of 1, orthonormal columns, a sum of one."""
    problem, x = ready.problem, ready.problem.wrt
    own = {fact: _as_equation(fact.word, x) for fact in problem.facts if fact.symbol is x}
    found = {fact: one for fact, one in own.items() if one is not None}
    positive = (Fact(x, "positive") for fact in found if fact.word == "simplex")
    facts = (*(fact for fact in problem.facts if fact not in found), *positive)
    reasons = (Sentence(f"{CONDITIONS[fact.word].says}: that is a constraint", (("0", x),)) for fact in found)
    constraints = (*ready.constraints, *found.values())
    return Prepared(replace(problem, facts=facts), constraints, (*ready.reasons, *reasons))


def _as_equation(word: str, x: Symbol) -> Expr | None:
    """What a fact says is zero; None where it is no equation."""
    column, gram = x.shape.is_column, product(ir.Transpose(x), x)
    match word:
        case "orthogonal" if not column:
            return add(gram, neg(ir.Eye(x.shape.cols)))
        case "unit":
            return add(gram if column else ir.Power(ir.Call("norm", x), ir.Number(2)), ir.Number(-1))
        case "simplex":
            total = ir.Call("sum", x) if column else ir.MatMul((x, ir.Fill(1, ir.Shape(x.shape.cols, ONE))))
            return add(total, ir.Number(-1) if column else ir.Fill(-1, total.shape))
    return None


def symmetry_of(problem: Problem) -> tuple[str, int]:
    """Whether a matrix that is unknown is said to be symmetric or antisymmetric, and its sign: ("symmetric", 1)."""
    x = problem.wrt
    words = {word for fact in problem.facts if fact.symbol is x for word in consequences(fact.word)}
    found = (one for one in (("symmetric", 1), ("antisymmetric", -1)) if one[0] in words and x.shape.is_matrix)
    return next(found, ("", 0))


def symmetric_part(problem: Problem, gradient: Expr) -> Expr:
    """(G + Gᵀ)/2 for a symmetric unknown, (G − Gᵀ)/2 for an antisymmetric one; G where it is so already."""
    x, (word, sign) = problem.wrt, symmetry_of(problem)
    if not word or holds(gradient, word, problem):
        return gradient
    turned = substitute(ir.Transpose(gradient), {x: mul(ir.Number(sign), ir.Transpose(x))})
    return textbook(mul(ir.Number(Fraction(1, 2)), add(gradient, mul(ir.Number(sign), turned))), problem)


def _without_denominator(problem: Problem) -> Prepared | None:
    loss, unknown = problem.loss, problem.wrt
    factors = loss.factors if isinstance(loss, ir.Mul) else ()
    below = [one for one in factors if split_power(one)[1] < 0 and unknown in one.symbols]
    bound = split_power(below[0])[0] if len(below) == 1 else None  # wᵀBw of √(wᵀBw) too
    if bound is None or not _falls_away(loss, bound, problem):
        return None
    above = mul(*(factor for factor in factors if factor is not below[0]))
    said = "the loss keeps its value when {0} is stretched, so that {1} = 1 may be asked for"
    reason = Sentence(said, (("0", unknown), ("1", bound)))
    return Prepared(replace(problem, loss=above, source=""), (add(bound, ir.Number(-1)),), (reason,))


def stretches(problem: Problem, constraint: Expr) -> bool:
    """Whether the loss keeps its value when the unknown is stretched, and the constraint says how far it is."""
    moving = [term for _, term in terms_of(constraint) if problem.wrt in term.symbols]
    fixed = 0 < len(moving) < len(terms_of(constraint)) and constraint.shape.is_number
    return fixed and _falls_away(problem.loss, add(*moving), problem)


def _falls_away(loss: Expr, bound: Expr, problem: Problem) -> bool:
    """Whether numbers say that the loss stays when the unknown is stretched, and the bound grows with a power."""
    x = problem.wrt
    by, other = Symbol(f"{x.name} stretched by", NUMBER), Symbol(f"{x.name} elsewhere", x.shape)
    facts = (*problem.facts, Fact(by, "positive"))  # μᵀw/√(wᵀSw) changes its sign with w
    judge = Judge(replace(problem, variables=(*problem.variables, by, other), facts=facts))

    def stretched(expr: Expr, point: Expr = x) -> Expr:
        return substitute(expr, {x: mul(by, point)})

    there = substitute(bound, {x: other})
    pairs = (loss, stretched(loss)), (mul(stretched(bound), there), mul(bound, stretched(bound, other)))
    return all(judge.compare(*pair).holds for pair in pairs) and not judge.compare(bound, stretched(bound)).holds


def _squared(constraint: Expr, problem: Problem) -> tuple[Expr, tuple[tuple[str, Expr], ...]]:
    """‖w‖ − c, with c > 0, as ‖w‖² − c²; and both sides as they were, if it was so."""
    terms = constraint.terms if isinstance(constraint, ir.Add) else ()
    norms = [term for term in terms if term.head == "norm" and problem.wrt in term.symbols]
    rest = [neg(term) for term in terms if term not in norms]
    if len(norms) != 1 or any(problem.wrt in term.symbols for term in rest):
        return constraint, ()
    radius = textbook(add(*rest), problem) if rest else ir.Number(0)
    if not holds(radius, "positive", problem):
        return constraint, ()
    square = textbook(neg(ir.Power(radius, ir.Number(2))), problem)
    return add(ir.Power(norms[0], ir.Number(2)), square), (("0", norms[0]), ("1", radius))

"""The phases of rules/methods/solve.toml, run on one equation until it says what the unknown is;
a multiplier out of its constraint, alone or as the one combination in which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..diagnostics.record import replace
from ..facts import Fact
from ..facts.conditions import CONDITIONS, said_of
from ..facts.holding import holds
from ..ir import Add, Call, Expr, Number, Power, Symbol, add, mul, nodes_of, substitute
from ..ir.terms import terms_of
from ..records import Sentence
from ..rewrite.engine.application import Scene, fit, is_zero, replaced
from ..rewrite.forms.algebra import is_root, merged, scaled, zero
from ..rulebook.load import equation_rules
from . import natives, powers  # noqa: F401  (they register the native moves)
from .line import Line, Moved, native, plainly, rules_of
from .opening import Opener, Term, total

MOST_WRAPS = 8
"""So many functions around the unknown are undone, one after the other."""


def isolate(line: Line, target: Expr | None = None) -> None:
    """Runs the phases until the line says what the unknown (or the `target` that holds it) is, or none fits."""
    for phase in ("numbers", "known", "inverses"):
        line.phase(phase)
    for _ in range(MOST_WRAPS):
        line.look_at(target or _wrapped(line, rules_of("undo")))
        for rule in (*rules_of("linear"), *rules_of("isolate")):
            if not line.isolated:
                line.run(rule)
        if line.core is target or line.solved:
            break
        if target is None and line.core is line.unknown and (base := _base(line)) is not None:
            line.look_at(base)
            if any(line.run(rule) for rule in rules_of("powers")):
                continue
            line.look_at(line.unknown)
        alone = line.equation[0] is line.core is not line.unknown
        further = rules_of("undo") if alone else rules_of("powers") if line.core is line.unknown else ()
        if not any(map(line.run, further)):
            break
    line.look_at(target or line.unknown)
    line.phase("tidy")


def _wrapped(line: Line, rules: tuple[str, ...]) -> Expr:
    """The one inverse or function around the unknown that a rule undoes, if it stands nowhere else."""
    found = {node for side in line.equation for node in _around(side, line, rules)}
    return _alone(found, line) or line.unknown


def _base(line: Line) -> Expr | None:
    """The one sum whose powers alone hold the unknown: 1 + λ of (1 + λ)²."""
    bases = (node.base for node in nodes_of(*line.equation) if isinstance(node, Power))
    return _alone({base for base in bases if isinstance(base, Add) and line.unknown in base.symbols}, line)


def _alone(found: set[Expr], line: Line) -> Expr | None:
    """The one part that was found, if the unknown stands in no other way."""
    if len(found) != 1:
        return None
    (part,) = found
    rest = (substitute(side, {part: zero(part.shape)}) for side in line.equation)
    return None if any(line.unknown in side.symbols for side in rest) else part


def _around(expr: Expr, line: Line, rules: tuple[str, ...]) -> list[Expr]:
    """The outermost parts that can be undone; powers of the unknown itself are left to their own moves."""
    if line.unknown not in expr.symbols:
        return []
    if expr.children and not (isinstance(expr, Power) and expr.base is line.unknown):
        pair = Call("inner", expr, other := Symbol("□", expr.shape))
        facts = (*line.problem.facts, *((Fact(other, "simplex"),) if expr.shape.is_column else ()))
        scene, given = Scene(replace(line.problem, facts=facts), equation_rules()), (("X", expr.children[0]),)
        if any(fit(equation_rules().rule(rule), pair, scene, given) for rule in rules):
            return [expr]
    return [node for child in expr.children for node in _around(child, line, rules)]


def without_multiplier(line: Line, multiplier: Symbol, constraint: Expr) -> bool:
    """Puts what a constraint says of its multiplier into the `line`; False where it does not come out."""
    value = line.equation[1]

    def put_in() -> Line:
        inner = Line(line.problem, line.judge, multiplier, (constraint, zero(constraint.shape)), line.root)
        inner.phase("insert", (line.unknown, line.equation))
        return inner

    inner, opener = put_in(), Opener(multiplier)
    if _ratio(opener.terms(inner.equation[0]), opener.terms(value), line) is not None:
        inner.phase("combination")
    else:
        isolate(inner, _factor_of(value, multiplier))
        reciprocal = Power(multiplier, Number(-1))
        if not inner.isolated and reciprocal in nodes_of(value):  # 1/λ stands in sums, which are opened around it
            isolate(inner := put_in(), reciprocal)
        if not inner.isolated:
            return False
    after = (move.after for move in inner.moves)
    known: dict[Expr, Expr] = {left: right for left, right in after if isinstance(left, Symbol)}
    said = ((move, (_known(one, known, line) for one in move.assumed)) for move in line.moves)
    line.moves = [*(replace(move, assumed=tuple(filter(None, now))) for move, now in said), *inner.moves]
    line.phase("back", (multiplier, inner.equation))
    return True


def _known(condition: Sentence, known: Mapping[Expr, Expr], line: Line) -> Sentence | None:
    """A condition on a multiplier as one on what it was found to be; None if that is known to hold."""
    ((name, value),) = condition.values
    assert isinstance(value, Expr)
    now = line.simplify(replaced(value, known))
    words = [word for word in CONDITIONS if said_of(word, now.shape.is_number) == condition.template]
    if any(holds(now, word, line.problem) for word in words):
        return None
    return next(plainly(Sentence(condition.template, ((name, now),)), line.problem), None)


@native("eq-insert", "later")
def _insert(line: Line) -> Moved:
    """C x − h = 0 with x = Cᵀν becomes C Cᵀ ν = h."""
    if line.known is None:
        return None
    name, (_, value) = line.known
    left, right = line.equation
    return (line.simplify(substitute(left, {name: value})), right), (("X", name),)


@native("eq-back", "later")
def _back(line: Line) -> Moved:
    """x = Cᵀν with ν = b becomes x = Cᵀb; x = A − Λ + Λᵀ with Λ − Λᵀ = B becomes x = A − B."""
    if line.known is None:
        return None
    multiplier, (held, value) = line.known
    unknown, right = line.equation
    opener = Opener(multiplier)
    mine, theirs = opener.terms(held), opener.terms(right)
    ratio = _ratio(mine, theirs, line)
    if ratio is None or theirs is None:
        return (unknown, line.simplify(replaced(right, {held: value}))), ()
    rest = [term.expr for term in theirs if not term.core]
    return (unknown, line.simplify(total([*rest, mul(Number(ratio), value)], right))), ()


def _factor_of(value: Expr, multiplier: Symbol) -> Expr | None:
    """The one number exp(…), log(…), or root, in which the multiplier stands: it is found instead."""
    inside = (node for node in nodes_of(value) if multiplier in node.symbols)
    found = {node for node in inside if is_root(node) or node.head in ("exp", "log", "sqrt")}
    numbers = [node for node in found if node.shape.is_number]
    if len(found) != 1 or not numbers or multiplier in substitute(value, {numbers[0]: Number(1)}).symbols:
        return None
    return numbers[0]


def _ratio(held: list[Term] | None, value: list[Term] | None, line: Line) -> Fraction | None:
    """The number r with value = r · held, as far as both hold the multiplier, which stands in two terms of them at
    least, as in Λ − Λᵀ: this combination is found, not Λ."""
    ours, theirs = ([scaled(term.expr) for term in terms or () if term.core] for terms in (held, value))
    if len(ours) < 2 or not theirs or ours[0].expr.shape is not theirs[0].expr.shape:
        return None
    mine, other = (merged(side, ours[0].expr.shape) for side in (ours, theirs))
    for ratio in {scaled(term).value / scaled(terms_of(mine)[0][1]).value for _, term in terms_of(other)}:
        if is_zero(line.simplify(add(other, mul(Number(-ratio), mine)))):
            return ratio
    return None

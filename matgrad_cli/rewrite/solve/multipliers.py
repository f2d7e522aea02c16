"""A multiplier out of its constraint: alone, or as the one combination in which it stands."""

from __future__ import annotations

from fractions import Fraction

from ...facts import Problem
from ...ir import Call, Expr, Fill, Number, Power, Symbol, mul, nodes_of, substitute
from ...records import Sentence
from ...records.solution import Move
from ...rulebook.load import equation_rules, rulebook
from ...verify.judge import Judge
from ...verify.verdict import Verdict
from ..engine.application import Scene, fit, replaced, settled
from .line import Line
from .phases import isolate
from .terms import Term, negative, total

Found = tuple[list[Move], Expr]
"""The moves, and the unknown without the multiplier."""


def inserted(problem: Problem, judge: Judge, multiplier: Symbol, constraint: Expr, value: Expr, root: int) -> Found | None:
    """The unknown `value` without its multiplier, which the constraint gives; None where it does not come out."""
    whole = substitute(_squares_opened(constraint, problem), {problem.wrt: value})
    zero: Expr = Number(0) if whole.shape.is_number else Fill(0, whole.shape)
    line = Line(problem, judge, multiplier, (whole, zero), root)
    before, line.equation = line.equation, (line.simplify(whole), zero)
    rule = equation_rules().rule("eq-insert")
    verdict = Verdict("agrees", "the constraint at the point that was found")
    line.moves.append(Move(rule.id, Sentence(rule.title, (("X", problem.wrt),)), Sentence(rule.why), before, line.equation, (), verdict))
    found = _combined(line, value)
    if found is not None:
        return line.moves, line.simplify(found)
    factor = _factor_of(value, multiplier)
    isolate(line, factor)
    if line.equation[0] is not line.core or multiplier in line.equation[1].symbols:
        return None
    return line.moves, line.simplify(replaced(value, {line.core: line.equation[1]}))


def _squares_opened(expr: Expr, problem: Problem) -> Expr:
    """‖x‖² as xᵀx, from which a number can be taken out."""
    parts = tuple(_squares_opened(child, problem) for child in expr.children)
    whole = expr if parts == expr.children else settled(expr, parts)
    found = fit(rulebook().rule("norm-squared-inner"), whole, Scene(problem, rulebook()))
    return whole if found is None else found.new


def _factor_of(value: Expr, multiplier: Symbol) -> Expr | None:
    """The one number exp(…), or root, in which the multiplier stands: it is found instead."""
    found = {node for node in nodes_of(value) if multiplier in node.symbols and (_is_root(node) or (isinstance(node, Call)
             and node.function == "exp"))}  # fmt: skip
    numbers = [node for node in found if node.shape.is_number]
    if len(found) != 1 or not numbers or multiplier in substitute(value, {numbers[0]: Number(1)}).symbols:
        return None
    return numbers[0]


def _is_root(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value.denominator > 1


def _combined(line: Line, value: Expr) -> Expr | None:
    """Where the constraint holds the multiplier only in the combination in which the value does, Λ − Λᵀ: that is found, not Λ."""
    ours, theirs = line.opener.terms(line.equation[0]), line.opener.terms(value)
    if ours is None or theirs is None:
        return None
    mine, other = [term for term in ours if term.core], [term for term in theirs if term.core]
    if len(mine) < 2:
        return None
    ratio = _ratio(mine, other)
    if ratio is None:
        return None
    rest = [term.expr for term in ours if not term.core]
    part = total([term.expr for term in mine], line.equation[0])
    line.moved("eq-move-terms", (line.simplify(part), line.simplify(negative(total(rest, part)))))
    return total([*[term.expr for term in theirs if not term.core], mul(Number(-ratio), total(rest, part))], value)


def _ratio(mine: list[Term], other: list[Term]) -> Fraction | None:
    """The number r with other = r · mine, term by term."""
    ours, theirs = _by_form(mine), _by_form(other)
    if ours is None or theirs is None or ours.keys() != theirs.keys():
        return None
    found = {theirs[form] / value for form, value in ours.items() if value}
    return found.pop() if len(found) == 1 else None


def _by_form(terms: list[Term]) -> dict[tuple[object, ...], Fraction] | None:
    """The number before each form of term; None if one carries a letter."""
    found: dict[tuple[object, ...], Fraction] = {}
    for term in terms:
        value, form = _value(term), (term.left, term.right, term.turned)
        if value is None:
            return None
        found[form] = found.get(form, Fraction(0)) + value
    return found


def _value(term: Term) -> Fraction | None:
    value = Fraction(1)
    for number in term.numbers:
        if not isinstance(number, Number):
            return None
        value *= number.value
    return value

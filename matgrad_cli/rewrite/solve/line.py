"""An equation on its way to `X = …`: rules run on it, each step judged by solving both lines numerically."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import prod

from ...diagnostics import BugError, Diagnostic
from ...diagnostics.record import record
from ...facts import Problem
from ...facts.conditions import said_of
from ...facts.holding import holds
from ...ir import ONE, Call, Expr, Fill, MatMul, Mul, Number, Symbol, mul
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings, Sentence
from ...records.solution import Equation, Move
from ...rulebook import Rule
from ...rulebook.load import equation_rules, rulebook
from ...verify.judge import Judge
from ...verify.solving.holding import equivalent
from ...verify.solving.system import System
from ..engine.application import Scene, fit, settled
from ..engine.recorder import sentence
from ..forms.algebra import flip
from ..textbook.simplifier import Simplifier
from .terms import Opener, without_numeral


@record
class Place:
    """Where a native move is asked: the equation, the unknown, and what is needed to rewrite its sides; `root` is the sign of two roots."""

    equation: Equation
    unknown: Expr
    problem: Problem
    opener: Opener
    simplify: Callable[[Expr], Expr]
    root: int = 1


Native = Callable[[Place], "tuple[Equation, Bindings] | None"]
ONE_WAY = ("eq-two-roots", "eq-shortest")
"""Moves that go on with some of the solutions."""
SUPPOSING = ("eq-denominators",)
"""Moves that suppose, without naming it, that what they multiply by is not zero: they need numbers that agree."""
NATIVE: dict[str, Native] = {}
"""The one function of each native move: the new equation and what the sentence mentions, or None where it does not fit."""


def native(rule_id: str) -> Callable[[Native], Native]:
    """Registers the function of a native move."""

    def register(function: Native) -> Native:
        NATIVE[rule_id] = function
        return function

    return register


@dataclass
class Line:
    """The current equation in the unknown, and the moves so far."""

    problem: Problem
    judge: Judge
    unknown: Symbol
    equation: Equation
    root: int = 1
    moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._textbook = Simplifier(self.problem).whole
        self._scene = Scene(self.problem, rulebook())
        self.look_at(self.unknown)

    def simplify(self, expr: Expr) -> Expr:
        """The textbook form of a side, in which Σ 1 is the number of its terms."""
        return _numbers_first(self._textbook(self._counted(self._textbook(expr))))

    def _counted(self, expr: Expr) -> Expr:
        parts = tuple(map(self._counted, expr.children))
        whole = expr if parts == expr.children else settled(expr, parts)
        if isinstance(whole, Call) and whole.function == "mean" and isinstance(whole.argument, Fill):
            return Number(whole.argument.value)
        found = fit(rulebook().rule("sum-ones"), whole, self._scene) if isinstance(whole, Call) and whole.function == "sum" else None
        return whole if found is None else found.new

    def look_at(self, core: Expr) -> None:
        """From now on the moves treat `core` as what is to be isolated: the unknown itself, or its inverse."""
        self.core = core
        self.opener = Opener(self.problem, core)

    @property
    def solved(self) -> bool:
        """Whether the line says what the unknown is."""
        return self.equation[0] is self.unknown and self.unknown not in self.equation[1].symbols

    def run(self, rule_id: str) -> bool:
        """Runs a rule if it fits and changes the line; a rule that has a pattern is matched by the engine that runs all rules."""
        rule = equation_rules().rule(rule_id)
        if rule.native:
            place = Place(self.equation, self.core, self.problem, self.opener, self.simplify, self.root)
            found = NATIVE[rule_id](place)
            assumed = self._assumed(rule, found[1]) if found is not None else None
            return found is not None and assumed is not None and _possible(assumed, self.problem) and self.moved(rule_id, *found, assumed)
        inner = self.core.children[0] if self.core is not self.unknown and self.equation[0] is self.core else self.core
        given: Bindings = (("X", inner),) if any(name == "X" for name, _ in rule.shapes) else ()
        pair = Call("inner", *self.equation)
        rewriting = fit(rule, pair, Scene(self.problem, equation_rules()), given)
        if rewriting is None or not isinstance(rewriting.new, Call) or not _possible(rewriting.assumed, self.problem):
            return False
        others = [value for name, value in rewriting.bindings if name not in ("X", "A" if rule_id == "eq-divide-number" else "X")]
        if any(isinstance(value, Expr) and self.unknown in value.symbols for value in others):
            return False  # what is divided by, or brought over, must not hold the unknown
        left, right = rewriting.new.arguments
        right = self.simplify(right) if rule_id == "eq-divide-number" else right
        return self.moved(rule_id, (left, right), rewriting.bindings, tuple(map(plainly, rewriting.assumed)))

    def _assumed(self, rule: Rule, bindings: Bindings) -> tuple[Sentence, ...] | None:
        """What a native move supposes of what it names; None if that is known to fail."""
        named, found = dict(bindings), list[Sentence]()
        for requirement in rule.when:
            value = named[requirement.variable]
            assert isinstance(value, Expr)
            known = holds(value, requirement.word, self.problem)
            if known is False:
                return None
            if known is None:
                found.append(plainly(Sentence(said_of(requirement.word, value.shape.is_number), (("0", value),))))
        return tuple(found)

    def moved(self, rule_id: str, after: Equation, bindings: Bindings = (), assumed: tuple[Sentence, ...] = ()) -> bool:
        """Records a move, judged both ways; False if the line stays what it was.

        A move that numbers contradict is a bug, unless it supposes something: then it does not fit, as that fails.
        """
        if after == self.equation:
            return False
        if list(map(to_unicode, after)) == list(map(to_unicode, self.equation)):
            self.equation = after  # nothing that a reader sees has changed
            return False
        rule = equation_rules().rule(rule_id)
        values = (*((name, value) for name, value in bindings if name != "X"), ("X", self.core))
        systems = System((self.equation,), (self.unknown,)), System((after,), (self.unknown,))
        verdict = equivalent(self.judge, *systems, both_ways=rule_id not in ONE_WAY)
        if (verdict.kind == "differs" and assumed) or (verdict.kind != "agrees" and rule_id in SUPPOSING):
            return False
        if verdict.kind == "differs":
            message = f"the move `{rule_id}` is contradicted by numbers, so nothing is printed: this is a bug of matgrad"
            raise BugError(Diagnostic("contradiction", message, notes=(verdict.by,), help="please report the command line"))
        title, why = sentence(rule.title, values), sentence(rule.why, values)
        self.moves.append(Move(rule_id, title, why, self.equation, after, assumed, verdict))
        self.equation = after
        return True


def plainly(condition: Sentence) -> Sentence:
    """b ≠ 0 for 3b ≠ 0."""
    values = tuple((name, without_numeral(value) if isinstance(value, Expr) else value) for name, value in condition.values)
    return Sentence(condition.template, values) if condition.template == said_of("nonzero", number=True) else condition


def _possible(assumed: Iterable[Sentence], problem: Problem) -> bool:
    """Whether what is supposed can hold: neither aaᵀ is invertible, but where it is a number, nor AᵀA where A is wide."""
    return not any(isinstance(value, Expr) and singular(value, problem) for said in assumed for _, value in said.values)


def singular(expr: Expr, problem: Problem) -> bool:
    """Whether a matrix is a product through fewer dimensions than its own."""
    arrays = [factor for factor in expr.factors if not factor.shape.is_number] if isinstance(expr, Mul) else [expr]
    inner = arrays[0] if len(arrays) == 1 else None
    if not isinstance(inner, MatMul) or not inner.shape.is_matrix:
        return False
    narrow = holds(inner.factors[0], "tall", problem) or holds(flip(inner.factors[0]), "wide", problem)
    return bool(narrow) or any(factor.shape.cols is ONE for factor in inner.factors[:-1])


def _numbers_first(expr: Expr) -> Expr:
    """−1/n (a − b) for 1/n · (−1) (a − b): numerals stand in front, as one."""
    parts = tuple(map(_numbers_first, expr.children))
    whole = expr if parts == expr.children else settled(expr, parts)
    if not isinstance(whole, Mul) or not any(isinstance(factor, Number) for factor in whole.factors[1:]):
        return whole
    value = Number(prod(factor.value for factor in whole.factors if isinstance(factor, Number)))
    return mul(value, *(factor for factor in whole.factors if not isinstance(factor, Number)))

"""An equation on its way to `X = …`: rules run on it, each step judged by solving both lines numerically; and what is
said where that does not come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from ..diagnostics import BugError, Diagnostic, MatgradError, StuckError
from ..diagnostics.record import field, mutable, replace
from ..facts import Problem
from ..facts.conditions import said_of
from ..facts.holding import holds
from ..ir import ONE, Call, Expr, Inverse, MatMul, Mul, Symbol, mul
from ..notation.printing.to_unicode import to_unicode
from ..records import Bindings, Derivation, Sentence
from ..records.solution import Equation, Move
from ..render.document.blocks import phrase
from ..render.words import plain
from ..rewrite.closing import KINK
from ..rewrite.derive import derive
from ..rewrite.engine.application import Scene, fit, is_zero
from ..rewrite.engine.apply import supposed
from ..rewrite.engine.recorder import sentence
from ..rewrite.forms.algebra import MINUS, flip
from ..rewrite.textbook.normal import split_power
from ..rewrite.textbook.simplifier import simplifier
from ..rulebook.load import SOLVING, equation_rules, rulebook
from ..verify.judge import Judge
from ..verify.solving.holding import equivalent
from ..verify.solving.unknowns import System
from ..verify.verdict import Verdict
from .opening import Opener, turned, without_numeral

Known = tuple[Symbol, Equation]
"""What was found to hold of a symbol: an equation with it, or with what holds it, alone on its left side."""


Made = tuple[Equation, Bindings, tuple[Sentence, ...]]
"""The new equation, what the sentence mentions, and what had to be supposed."""
Moved = tuple[Equation, Bindings] | None
Native = Callable[["Line"], Moved]
Judged = Literal["both ways", "one way", "one of two", "if seen", "if not denied", "later"]
"""How a move is judged: both lines have the same solutions; those after it are some of those before it (`one of two`:
the line goes on with one of two roots); by numbers that agree alone, or that do not differ, as it supposes without
naming it that what it multiplies by is not zero, or is invertible; with the solution that it leads to."""
NATIVE: dict[str, tuple[Native, Judged]] = {}
"""The one function of each native move: the new equation and what the sentence mentions,
or None where it does not fit."""
OPEN = Verdict("unknown", "not checked yet")


def native(rule_id: str, judged: Judged = "both ways") -> Callable[[Native], Native]:
    """Registers the function of a native move."""

    def register(function: Native) -> Native:
        NATIVE[rule_id] = function, judged
        return function

    return register


def judged(rule_id: str) -> Judged:
    """How a move is judged."""
    if rule_id in NATIVE:
        return NATIVE[rule_id][1]
    return "one way" if equation_rules().rule(rule_id).one_way else "both ways"


def contradicted(what: str, *notes: str) -> BugError:
    """Numbers say that a move, or the solution, is false."""
    message = f"the {what} is contradicted by numbers, so nothing is printed: this is a bug of matgrad"
    return BugError(Diagnostic("contradiction", message, notes=notes, help="please report the command line"))


def derivative(problem: Problem, order: int = 1) -> Expr | None:
    """The derivative of a loss in matrix form; None where there is none."""
    try:
        return derive(problem, order=order).result.matrix
    except (MatgradError, ValueError, RecursionError):
        return None


def rules_of(phase: str) -> tuple[str, ...]:
    """The rules of a phase of rules/methods/solve.toml, in their order."""
    return equation_rules().method(SOLVING).phase(phase).rules


@mutable
class Line:
    """The current equation in the unknown, and the moves so far.

    `core` is what is looked at: the unknown, or a part that holds it; `root` the sign of two roots (0 for the root
    zero; of eigenvalues the end that is wanted, 0 for any); `known` what was found elsewhere and may be put in.
    """

    problem: Problem
    judge: Judge
    unknown: Symbol
    equation: Equation
    root: int = 1
    known: Known | None = None
    moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._textbook = simplifier(self.problem, rulebook()).whole
        self._scene = Scene(replace(self.problem, wrt=self.unknown), equation_rules())
        self.look_at(self.unknown)

    def simplify(self, expr: Expr) -> Expr:
        """The textbook form, and b − a for −(a − b)."""
        found = self._textbook(expr)
        other = turned(found)
        return found if other is found else self._textbook(other)

    def look_at(self, core: Expr) -> None:
        """From now on the moves treat `core` as what is to be isolated: the unknown itself, or its inverse."""
        self.core = core

    @property
    def opener(self) -> Opener:
        """What opens sides around what is looked at."""
        return Opener(self.core)

    @property
    def isolated(self) -> bool:
        """Whether what is looked at stands alone on the left."""
        return self.equation[0] is self.core and self.unknown not in self.equation[1].symbols

    @property
    def solved(self) -> bool:
        """Whether the line says what the unknown is."""
        return self.isolated and self.core is self.unknown

    @property
    def branched(self) -> bool:
        """Whether the line went on with one of two roots."""
        return any(judged(move.rule) == "one of two" for move in self.moves)

    def phase(self, name: str, known: Known | None = None) -> bool:
        """Runs the rules of a phase, each once, with what is `known`; whether one of them fitted."""
        self.known = known
        ran = [self.run(rule_id) for rule_id in rules_of(name)]
        return any(ran)

    def run(self, rule_id: str) -> bool:
        """Runs a rule if it fits and changes the line."""
        found = self.made(rule_id)
        return found is not None and self._moved(rule_id, *found)

    def made(self, rule_id: str) -> Made | None:
        """What a rule makes of the line, by its pattern or its function. None if it does not fit."""
        rule = equation_rules().rule(rule_id)
        if rule.native:
            found = NATIVE[rule_id][0](self)
            assumed = supposed(rule, dict(found[1]), self.problem) if found is not None else None
            if found is None or assumed is None or not _possible(assumed := self._plainly(assumed), self.problem):
                return None
            return *found, assumed
        inner = self.core.children[0] if self.core is not self.unknown and self.equation[0] is self.core else self.core
        given: Bindings = (("X", inner),) if any(name == "X" for name, _ in rule.shapes) else ()
        rewriting = fit(rule, Call("inner", *self.equation), self._scene, given)
        if rewriting is None or not isinstance(rewriting.new, Call) or not _possible(rewriting.assumed, self.problem):
            return None
        if rewriting.assumed and rule_id in rules_of("known"):
            return None
        if dict(rewriting.bindings).get("c") is MINUS:
            return None  # signs are turned where terms move
        still = [value for name, value in rewriting.bindings if name != "X" and name not in rule.moving]
        if any(isinstance(value, Expr) and self.unknown in value.symbols for value in still):
            return None  # what is divided by, or brought over, must not hold the unknown
        left, right = rewriting.new.arguments
        tidy = self.simplify(right)
        if not given:
            left, right = self.simplify(left), tidy
        elif _letters(tidy) == _letters(right):  # numbers came to the front; of more than that eq-tidy tells
            right = tidy
        return (left, right), rewriting.bindings, self._plainly(rewriting.assumed)

    def _plainly(self, assumed: Iterable[Sentence]) -> tuple[Sentence, ...]:
        return tuple(said for one in assumed for said in plainly(one, self.problem))

    def _moved(self, rule_id: str, after: Equation, bindings: Bindings, assumed: tuple[Sentence, ...]) -> bool:
        """Records a move, judged by numbers; False if the line stays what it was.

        A move that numbers contradict is a bug, unless it supposes something: then it does not fit, as that fails.
        """
        if after == self.equation:
            return False
        if list(map(to_unicode, after)) == list(map(to_unicode, self.equation)):
            self.equation = after  # nothing that a reader sees has changed
            return False
        verdict, how = OPEN, judged(rule_id)
        if how != "later":
            systems = System((self.equation,), (self.unknown,)), System((after,), (self.unknown,))
            verdict = equivalent(self.judge, *systems, both_ways=how not in ("one way", "one of two"))
        if verdict.kind == "differs" and (assumed or how == "if not denied"):
            return False
        if verdict.kind != "agrees" and how == "if seen":
            return False
        if verdict.kind == "differs":
            raise contradicted(f"move `{rule_id}`", verdict.by)
        beside = zip(("known", "left", "right"), (self.known[0], *self.known[1]) if self.known else (), strict=False)
        said = {"X": self.core, **dict(bindings), "unknown": self.unknown, "core": self.core, "root": str(self.root)}
        said |= dict(beside)
        rule, named = equation_rules().rule(rule_id), tuple(said.items())
        title, why = sentence(rule.title, named), sentence(rule.why, named)
        self.moves.append(Move(rule_id, title, why, self.equation, after, named, assumed, verdict))
        self.equation = after
        return True


def _letters(expr: Expr) -> Counter[Expr]:
    """How often each name is written, and each inverse."""
    own: Counter[Expr] = Counter([expr] if isinstance(expr, Symbol | Inverse) else [])
    return sum(map(_letters, expr.children), own)


_WORDS = {
    said_of(word, number): (word, number)
    for word in ("nonzero", "positive", "invertible", "spd", "det_positive")
    for number in (True, False)
}


def plainly(condition: Sentence, problem: Problem) -> Iterator[Sentence]:
    """b ≠ 0 for 3b ≠ 0, and s > 0 for n/s > 0, where n is known to be positive; the same of the entries of an array,
    and of a matrix, or its inverse, that is to be invertible; nothing for 1/s ≠ 0, which holds wherever it has a
    value."""
    word, number = _WORDS.get(condition.template, ("", True))
    ((name, value),) = condition.values
    if not word or not isinstance(value, Expr):
        yield condition
        return
    value = (
        split_power(value)[0] if split_power(value)[1].denominator > 1 else value
    )  # a root is positive where this is
    of_each = word in ("nonzero", "positive")
    factors = [
        factor
        for factor in (value.factors if isinstance(value, Mul) else (value,))
        if not holds(factor, word if of_each else "positive", problem)
        # 1/s is never zero where it has a value, nor is 1/s² negative
        and not (of_each and (power := split_power(factor)[1]) < 0 and (word == "nonzero" or power % 2 == 0))
    ]
    arrays = [factor for factor in factors if not factor.shape.is_number]
    numbers = [factor for factor in factors if factor.shape.is_number]
    if numbers and arrays and word == "nonzero":
        yield from plainly(Sentence(said_of(word, number=True), ((name, mul(*numbers)),)), problem)
        factors = arrays
    if not of_each:
        bare = mul(*factors) if factors else value
        yield Sentence(condition.template, ((name, bare.body if isinstance(bare, Inverse) else bare),))
    elif factors:
        bare = mul(*factors)
        base, exponent = split_power(bare)
        bare = without_numeral(bare) if word == "nonzero" else bare
        bare = base if exponent % 2 == 1 and (word == "positive" or not number) else bare
        yield Sentence(said_of(word, bare.shape.is_number), ((name, bare),))


def _possible(assumed: Iterable[Sentence], problem: Problem) -> bool:
    """Whether what is supposed can hold: neither aaᵀ is invertible, but a number, nor AᵀA where A is wide."""
    return not any(isinstance(value, Expr) and singular(value, problem) for said in assumed for _, value in said.values)


def singular(expr: Expr, problem: Problem) -> bool:
    """Whether a matrix is a product through fewer dimensions than its own."""
    arrays = [factor for factor in expr.factors if not factor.shape.is_number] if isinstance(expr, Mul) else [expr]
    inner = arrays[0] if len(arrays) == 1 else None
    if not isinstance(inner, MatMul) or not inner.shape.is_matrix:
        return False
    narrow = holds(inner.factors[0], "tall", problem) or holds(flip(inner.factors[0]), "wide", problem)
    return bool(narrow) or any(factor.shape.cols is ONE for factor in inner.factors[:-1])


def straight(problem: Problem, gradient: Expr, constrained: bool) -> StuckError:
    """What is so where the loss, and the constraints, are straight in the unknown."""
    of_what = " of the Lagrangian" if constrained else ""
    same = f"the gradient{of_what} does not depend on `{problem.wrt.name}`"
    neither = "neither a minimum nor a maximum"
    if constrained:
        same += f": where the constraints hold the loss has one value only, or has {neither}"
    else:
        same += f", so it is zero everywhere or nowhere: where it is not, the loss has {neither}"
    if any(fact.symbol is problem.wrt for fact in problem.facts):
        same += f", but at the edge of what is said of `{problem.wrt.name}`"
    notes = (f"the gradient{of_what} is {to_unicode(gradient)}",)
    return StuckError(Diagnostic("no-closed-form", same, notes=notes))


def no_closed_form(derivation: Derivation, multipliers: Sequence[Symbol] = ()) -> StuckError:
    """What there is to do where the rules find no closed form: the step of gradient descent and of Newton's method."""
    name = to_unicode(derivation.wrt)
    gradient = derivation.result.matrix
    said = to_unicode(gradient) if gradient is not None else to_unicode(derivation.result.entry)
    if multipliers:
        letters = " and ".join(map(to_unicode, multipliers))
        one = len(multipliers) == 1
        with_, hold = ("a suitable", "constraint holds") if one else ("suitable", "constraints hold")
        whole = f"gradient of the Lagrangian is zero, with {with_} multiplier{'' if one else 's'} {letters}: {said} = 0"
        message = f"the equations of the Lagrangian have no closed form in `{name}` that the rules know"
        help_ = f"solve these equations for {name} and {letters} by numbers"
        notes_ = (f"at a solution the {whole}", f"and the {hold}")
        return StuckError.coded("no-closed-form", message, notes=notes_, help=help_)
    steps = (f"gradient step: {name} ← {name} − η · gradient", _newton(derivation, name))
    kinked = (plain(phrase(one)) for one in derivation.assumed if KINK in one.template)
    kinks = [f"it is found where {said}: a minimum may lie where that does not hold" for said in kinked]
    notes = (f"the gradient is {said}", *kinks, *filter(None, steps))
    message = f"the equation ∇L = 0 has no closed form in `{name}` that the rules know"
    return StuckError(Diagnostic("no-closed-form", message, notes=notes, help="iterate with one of these steps"))


def _newton(derivation: Derivation, name: str) -> str:
    general = f"Newton step: {name} ← {name} − H⁻¹ · gradient, where H is the Hessian"
    if derivation.wrt.shape.is_matrix:
        return general
    hessian = derivative(derivation.problem, order=2)
    return general if hessian is None else "" if is_zero(hessian) else f"{general}: H = {to_unicode(hessian)}"

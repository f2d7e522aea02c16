"""Judges equations: a line is right where it holds at the points at which the line before holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...facts import Problem
from ...ir import Entry, Expr, Fill, Index, Symbol, nodes_of, sub
from ...ir.memory import remembered
from ...ir.walk import substitute
from ...verify.judge import Judge
from ...verify.solving.holding import with_unknown
from ...verify.solving.system import Solution, solutions, solved_by
from ...verify.solving.unknowns import Equation, System
from ...verify.verdict import Verdict
from ..chain import Chain, Outcome
from ..consequences import MAY_FOLLOW
from ..lines.forms import as_array, is_pending
from ..lines.kinds import Clash, Pairing, is_zero, pairings
from ..lines.reading import Read
from ..lines.scope import Surroundings
from ..lines.statements import Claim
from ..meanings.targets import by_which
from ..slips.causes import Slip
from ..task import whole_derivative
from .asked import judged_solution, stationary
from .marked import marked_unknown, own_names
from .meaning import BY_ENTRIES, EQUATION, HOMOGENEOUS, is_equation
from .slips import NO_EQUATION, slip_of_equation
from .solved import NO_VALUE, SolvedBench

_AT_BEST = regex(
    r"\(.*(?:\\(?:wide)?(?:hat|tilde|bar)|\^\s*\{?\s*(?:\*|\\star|\\ast)|_\s*\{?\s*\\?(?:\w+\s*\{)?\s*(?:opt"
    r"|min|ML|LS)).*\)"
)
"""A point with a mark, in a loss that is taken there."""


class Equations:
    """The equations of one derivation, and the points at which they hold.

    `premise` is the last equation where the derivation stands somewhere else than at the zeros of the derivative: after
    an error. `granted` are all of these: what follows from one of them is not called wrong again.
    `stated` is the derivative in the form that the derivation gave it, once it was seen to be right: quicker to compute
    than a pending one. `solution` is the last side that an unknown was said to be, worked out, with the verdict on it;
    `claimed` one that does not follow. `conditions` are derivatives by other variables that are set to zero too, and
    `freed` what is solved for beside the unknowns so that they hold.
    """

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.unknowns = around.task.unknowns
        self.before: Equation | None = None
        self.premise: Equation | None = None
        self.granted: list[Equation] = []
        self.stated: Expr | None = None
        self.told: dict[Symbol, tuple[Read, Outcome]] = {}
        self.solution: tuple[Read, Outcome] | None = None
        self.claimed: tuple[Read, Outcome] | None = None
        self.notes: list[str] = []
        self.conditions: tuple[Equation, ...] = ()
        self.freed: tuple[Symbol, ...] = ()
        self._benches: dict[Equation | None, SolvedBench] = {}

    @property
    def found(self) -> Expr | None:
        """The value of the variable at which the derivative is zero, as the derivation states it, where that is
        right."""
        read, outcome = self.solution or (None, None)
        right = outcome is not None and outcome.verdict == "follows" and read is not None
        return read.expr if right and read is not None else None

    def own_names(self, claim: Claim) -> dict[str, Expr]:
        """Names that mean something in one claim alone."""
        return own_names(claim, self.around, self.unknowns, self.found)

    def judged(
        self, chain: Chain, last: Expr, found: Read, said: tuple[bool, bool], remarks: Sequence[str]
    ) -> Outcome | None:
        """The outcome of a line that is no identity, read as an equation; None if it is none.

        `said`: whether the left side is the claim's own, and whether the line is said to be equivalent to the one
        before. `remarks` are how the row was read: where letters were summed that may as well stand for every entry,
        it is not called wrong.
        """
        own, both = said
        after, self.notes = found.expr, []
        assert after is not None
        self.stated = self.stated or self._stated(chain)
        pairs = pairings(last, after, chain.order)
        if isinstance(pairs, Clash):  # C = α_i + μ_i: one number, for each i
            if pairs.code != "free-index-mismatch" or not self._is_multiple((last, after), self.stated):
                return None
            if not chain.equation and self.stated is not None:
                return Outcome("undecided", found, Slip("equation", BY_ENTRIES), "equation")
            return Outcome("follows", found, role="equation") if chain.equation else None
        meant = is_equation(self.around, chain, last, after, own)
        moving = frozenset(self.around.directions.values())  # of f(x + h) = …, which holds everywhere, or is wrong
        directed = not (chain.equation or is_zero(after)) and bool(moving & (last.symbols | after.symbols))
        if directed or (not meant and not (own and self._may_be_one(last, after))):
            return None
        sides = [(self.around.expanded(one), self.around.expanded(other)) for one, other in pairs]
        other = self._other_variable(chain, last) if meant and is_zero(after) else None
        if (other := other or (self._constraint(sides[0]) if chain.equation else None)) is not None:
            self._suppose(other, sides[0])
            return Outcome("follows", found, role="equation")
        if meant and is_zero(after) and self._is_stated(chain, last):
            known = self._stated(chain) is not None
            self._stands_at(
                sides[0], self.around.task.wanted is None or not (known or self._base().compare(*sides[0]).holds)
            )
            return Outcome("follows", found, role="equation")
        outcome = self._outcome(found, sides, pairs, meant, both, chain.equation)
        if outcome is not None and outcome.verdict == "wrong" and any("Einstein sum" in remark for remark in remarks):
            outcome = Outcome("undecided", found, Slip("equation", BY_ENTRIES), "equation")
        if outcome is not None:
            self._note(found, sides[0], outcome)
        return outcome

    def of_marked(self, chain: Chain, name: str, found: Read, remarks: Sequence[str]) -> Outcome | None:
        r"""The outcome of `\hat w = …` where w is unknown and stands in no part of its value, nor another unknown but
        in what follows from an equation; None if it is no solution."""
        unknown, value = marked_unknown(name, self.unknowns), found.expr
        if unknown is None or value is None or value.free:
            return None
        if ({unknown} if chain.equation else set(self.unknowns)) & self.around.expanded(value).symbols:
            return None
        if chain.equation and unknown is self.around.task.problem.wrt and isinstance(pairings(unknown, value), Clash):
            verdict, slip = judged_solution(self.around, value, found)
            return Outcome(verdict if verdict == "wrong" else "undecided", found, slip, "equation")
        return self.judged(chain, unknown, found, (True, False), remarks)

    def _may_be_one(self, last: Expr, after: Expr) -> bool:
        """Whether a line that is no identity is tried as an equation:
        no side is the loss, a derivative, or a multiple of it."""
        task = self.around.task
        if is_pending(last) or last is task.problem.loss or is_zero(after):
            return False
        if not any(symbol in self.around.expanded(side).symbols for side in (last, after) for symbol in self.unknowns):
            return False
        wanted = task.wanted
        return wanted is None or last.shape is not wanted.shape or self.around.bench.ratio(last, wanted) is None

    def _is_stated(self, chain: Chain, last: Expr) -> bool:
        """Whether what is set to zero is the derivative of the loss as this derivation states it."""
        final = chain.final.expr if chain.final is not None else None
        return is_pending(last) or last is final or (final is not None and self.around.bench.equal(last, final))

    def _other_variable(self, chain: Chain, last: Expr) -> Symbol | None:
        """The other variable by which the derivative is set to zero here, `∂L/∂b = … = 0`; or its value alone, in which
        no unknown stands: `Σ_i α_i y_i = 0`."""
        problem, head = self.around.task.problem, by_which(self.around, chain.head) or by_which(self.around, last)
        if head is not None or not {*self.unknowns}.isdisjoint(self.around.expanded(last).symbols):
            return head if head in problem.variables and head not in (problem.wrt, *self.unknowns) else None
        return self._zero_by((last, Fill(0, last.shape)), problem.variables)

    def _zero_by(self, equation: Equation, variables: Iterable[Symbol]) -> Symbol | None:
        """The first of these by which the derivative is zero where this holds, as the constraint of a Lagrangian is."""
        loss, shape = self.around.task.problem.loss, equation[0].shape
        slopes = ((one, whole_derivative(loss, one, "gradient")) for one in variables if one not in self.unknowns)
        alike = ((one, slope) for one, slope in slopes if slope is not None and slope.shape is shape)
        return next((one for one, slope in alike if self._is_multiple(equation, slope)), None)

    def _constraint(self, equation: Equation) -> Symbol | None:
        """The multiplier of the constraint of the unknowns that this is."""
        named = equation[0].symbols | equation[1].symbols
        others = (one for one in self.around.task.problem.variables if one not in (*self.freed, *named))
        return self._zero_by(equation, others) if named & {*self.unknowns} else None

    def _suppose(self, variable: Symbol, condition: Equation) -> None:
        """Takes a condition beside the first equation: the variable is solved for, or data where neither it nor an
        unknown stands in it."""
        named = {node for side in condition for node in nodes_of(side) if isinstance(node, Symbol)}
        data = tuple(sorted(named - {*self.unknowns, *self.freed}, key=lambda symbol: symbol.name))
        self.before, self.conditions = condition, (*self.conditions, condition)
        self.freed = (*self.freed, *((variable,) if named & {variable, *self.unknowns} else data))
        self._benches.clear()

    def _outcome(
        self, found: Read, sides: Sequence[Equation], pairs: Sequence[Pairing], meant: bool, both: bool, going: bool
    ) -> Outcome | None:
        base = self._base()
        verdicts = [(equation, self._follows(base, equation)) for equation in sides]
        right = next((equation for equation, verdict in verdicts if verdict.holds), None)
        if right is not None and not (going or is_zero(right[1])) and base.solutions and base.vanish(*right):
            return None  # both sides are zero there whatever stands beside them
        if right is not None:
            self._say_needs(base, right)
            return self._both_ways(found, right) if both else Outcome("follows", found, role="equation")
        if any(
            self._bench(premise).compare(*equation).holds for premise in reversed(self.granted) for equation in sides
        ):
            return Outcome(
                "follows", found, role="equation", carried=all(verdict.kind == "differs" for _, verdict in verdicts)
            )
        if not meant:
            return None
        if any(verdict.by == NO_EQUATION for _, verdict in verdicts):
            return Outcome("wrong", found, Slip("differs", NO_EQUATION), "equation")
        judge = base if self.premise is None else self._bench(self.premise)
        unknown = [verdict.by for equation in sides if (verdict := judge.compare(*equation)).kind == "unknown"]
        if not judge.solutions and any(self._is_multiple(equation, self.stated) for equation in sides):
            return Outcome("follows", found, role="equation")
        if not judge.solutions or len(unknown) == len(sides):
            said = NO_VALUE if NO_VALUE in unknown else EQUATION
            return Outcome("undecided", found, Slip("equation", said), "equation")
        if self.granted and len(self.unknowns) > 1:
            return Outcome("undecided", found, Slip("undecided", MAY_FOLLOW), "equation")
        before = self.before or (None if self.stated is None else (self.stated, Fill(0, self.stated.shape)))
        slip = slip_of_equation(judge, pairs[0], before, found)
        if judge.fitted and (slip.code == "differs" or not judge.sure):
            return Outcome("undecided", found, Slip("equation", HOMOGENEOUS), "equation")
        return Outcome("wrong", found, slip, "equation")

    def _is_multiple(self, equation: Equation, derivative: Expr | None) -> bool:
        """Whether an equation is this derivative set to zero, times a number: of an unknown that is not in it."""
        one, other = equation
        if derivative is None or one.shape is not other.shape:
            return False
        pairs = pairings(sub(one, other), self.around.expanded(derivative))
        return any((ratio := self.around.bench.ratio(*pair)) is not None and ratio.constant for pair in pairs)

    def _follows(self, base: SolvedBench, equation: Equation) -> Verdict:
        """Whether an equation holds where the derivative is zero;
        a value of an unknown may also be one solution of several."""
        verdict = base.compare(*equation)
        symbol, value = equation
        if verdict.holds or verdict.by == NO_VALUE or not isinstance(symbol, Symbol) or symbol in value.symbols:
            return verdict
        if symbol not in self.unknowns:
            return verdict
        needed = (value,) if not base.solutions and value.shape.is_square and value.shape.is_matrix else ()
        found = solved_by(self.around.bench, self._stationary(), symbol, value, self._derived(), needed)
        moves = self.stated is not None and symbol in self.around.expanded(self.stated).symbols
        if found is False and moves and not base.solutions and len(self.unknowns) == 1:
            return Verdict("differs", NO_EQUATION)
        return Verdict("agrees", "it is a solution") if found else verdict

    def _both_ways(self, found: Read, equation: Equation) -> Outcome:
        """A line that is said to be equivalent holds nowhere else than the line before, where that is right."""
        if self.before is None or self.premise is not None or len(self.unknowns) > 1:
            return Outcome("follows", found, role="equation")
        if self._bench(equation).compare(*self.before).kind != "differs":
            return Outcome("follows", found, role="equation")
        said = "this follows from the line before, but the line before does not follow from it: they are not equivalent"
        return Outcome("wrong", found, Slip("differs", said), "equation")

    def _note(self, found: Read, equation: Equation, outcome: Outcome) -> None:
        """What the derivation stands at now."""
        self._stands_at(
            equation,
            outcome.verdict == "wrong" or (self.premise is not None and not self._base().compare(*equation).holds),
        )
        symbol, value = equation
        if (whole := _whole(symbol, value)) is not None:
            symbol, value = whole
            found = replace(found, expr=value)
        if (
            isinstance(symbol, Symbol)
            and symbol in self.unknowns
            and symbol not in value.symbols
            and not is_pending(value)
        ):
            self._says(symbol, found, outcome)

    def _says(self, symbol: Symbol, found: Read, outcome: Outcome) -> None:
        """Takes what an unknown is said to be. A solution that is asked for is the value of the variable, with those of
        the multipliers in it, said before or behind it."""
        self.told[symbol], asked = (found, outcome), self.around.task.problem.wrt
        if self.around.task.asks != "gradient":
            if asked not in self.told:
                return
            found, outcome = self.told[asked]
        assert found.expr is not None
        told = [
            (one, self.around.expanded(read.expr))
            for one, (read, _) in self.told.items()
            if read.expr and one is not asked
        ]
        value, unknowns = self.around.expanded(found.expr), frozenset(self.unknowns)
        whole = substitute(value, {one: other for one, other in told if not unknowns & other.symbols})
        found = found if whole is value else replace(found, expr=whole)
        worked_out = not unknowns & whole.symbols
        if worked_out or (
            self.solution is None and outcome.verdict == "follows" and self.around.task.asks != "gradient"
        ):
            self.solution = found, outcome

    def claim(self, symbol: Expr, found: Read, outcome: Outcome) -> Outcome:
        """What an unknown is said to be without an equation before it;
        where that is asked for, its slip is that of the solution."""
        task = self.around.task
        if found.expr is not None and (whole := _whole(symbol, found.expr)) is not None:
            symbol, found = whole[0], replace(found, expr=whole[1])
        if symbol is task.problem.wrt and task.asks != "gradient" and found.expr is not None:
            verdict, slip = judged_solution(self.around, found.expr, found)
            outcome = replace(outcome, verdict=verdict, slip=slip) if verdict == "wrong" else outcome
        self.claimed = (found, outcome) if symbol in self.unknowns else self.claimed
        return outcome

    def at_solution(self, chain: Chain, last: Expr, outcome: Outcome) -> Outcome:
        r"""What is said of the loss where it is least, `L(\hat w) = …`, or behind an equation, holds there, and nowhere
        else."""
        read, loss = outcome.read, self.around.task.problem.loss
        if outcome.verdict != "wrong" or read is None or read.expr is None or chain.head is not loss:
            return outcome
        if self.before is None and not _AT_BEST.search(read.side.source.text):
            return outcome
        pairs = [map(self.around.expanded, pair) for pair in pairings(last, read.expr)]
        verdicts = [self._base().compare(*pair) for pair in pairs]
        return Outcome("follows", read, role="equation") if any(verdict.holds for verdict in verdicts) else outcome

    def no_solution(self, chain: Chain, symbol: Expr, outcome: Outcome) -> None:
        """What an unknown is said to be, where the derivative is set to zero, has parts that do not fit together."""
        if chain.equation and symbol in self.unknowns and outcome.verdict == "wrong" and outcome.read is not None:
            self.solution = outcome.read, outcome

    def bench(self, chain: Chain) -> SolvedBench | None:
        """The points at which an equation of a chain is to hold; None in a chain of identities."""
        found = None if not chain.equation else self._base() if self.premise is None else self._bench(self.premise)
        return found if found is not None and found.solutions else None

    def _stands_at(self, equation: Equation, elsewhere: bool) -> None:
        self.before = equation
        self.premise = equation if elsewhere else None
        self.granted += [equation] if elsewhere else []

    def _say_needs(self, base: SolvedBench, equation: Equation) -> None:
        base.needs.clear()
        base.compare(*equation)
        for needed in dict.fromkeys(base.needs):
            self.notes.append(
                f"this holds where {needed.removesuffix(' invertible')} is invertible"
                if "invertible" in needed
                else f"this holds where {needed}"
            )

    # ---- systems and their solutions

    def _base(self) -> SolvedBench:
        """The points at which the derivative of the loss is zero."""
        return self._bench(None)

    def _bench(self, equation: Equation | None) -> SolvedBench:
        found = self._benches.get(equation)
        if found is None:
            bench, system, derived = self.around.bench, self._stationary(), tuple(self._derived().items())
            if equation is not None:  # after an error in one equation the others, such as constraints, are still there
                system = System((equation, *system.equations[1:]), system.unknowns)
            found = SolvedBench(
                bench, *_solved(bench.problem, bench.setting.seed, system, derived, len(self.unknowns) > 1)
            )
            self._benches[equation] = found
        return found

    def _stated(self, chain: Chain) -> Expr | None:
        """The derivative as a line that is right states it, in the gradient layout."""
        final, task = chain.final.expr if chain.final is not None else None, self.around.task
        wanted = whole_derivative(task.problem.loss, task.problem.wrt, "gradient")
        if final is None or wanted is None or is_pending(final):
            return None
        if final.shape.is_number and final.free:
            final = as_array(final, [letter.name for letter in chain.final_order]) or final
        return final if self.around.bench.equal(wanted, final) else None

    def _stationary(self) -> System:
        stated = None if self.stated is None else self.around.expanded(self.stated)
        system = stationary(self.around.task.problem.loss, self.unknowns, stated)
        return System((*system.equations, *self.conditions), (*system.unknowns, *self.freed))

    def _derived(self) -> dict[Symbol, Expr]:
        """Definitions that stand as variables of their own under a derivative."""
        return {symbol: self.around.expanded(value) for symbol, value in self.around.values.items()}


@remembered(maxsize=16)
def _solved(
    problem: Problem, seed: int, system: System, derived: tuple[tuple[Symbol, Expr], ...], several: bool
) -> tuple[list[Solution], bool, bool]:
    """The solutions of a system, whether data were made to fit the unknown, and whether a failure at them counts;
    found once for all readings of a text."""
    judge, values = Judge(problem, seed), dict(derived)
    points = solutions(judge, system, values) if system.equations else []
    if not points and several:  # some conditions are such of the data: Σ α_i y_i = 0
        others = [one for one in problem.variables if one not in system.unknowns]
        data = tuple(one for one in others if not one.shape.is_matrix)
        points = solutions(judge, System(system.equations, (*system.unknowns, *data)), values)
    fitting, sure = with_unknown(judge, system, points, values) if points else (points, True)
    return fitting, fitting is not points, sure


def _whole(symbol: Expr, value: Expr) -> tuple[Expr, Expr] | None:
    """The unknown and its value as arrays, where they are given entry by entry: `w_j = […]_j`."""
    places = [place for place in (symbol.row, symbol.col) if place is not None] if isinstance(symbol, Entry) else []
    letters = [place.name for place in places if isinstance(place, Index)]
    whole = as_array(value, letters) if letters and len(letters) == len(places) else None
    return None if whole is None else (symbol.children[0], whole)

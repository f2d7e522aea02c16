"""A derivation, row by row: what each row claims, whether it follows, what is the final answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..diagnostics.record import replace
from ..ir import Expr, Index, transpose
from ..notation import syntax as s
from .chain import Chain, Outcome, RowResult, as_said, failed, open_outcome, unless_if, unsaid, with_its_sums, worst_of
from .consequences import behind_gap
from .equations.judging import Equations
from .equations.marked import is_marked, marks_member, may_solve
from .equations.meaning import is_equation, supposes_zero
from .equations.slips import placed
from .labels import Labels
from .lines.directions import holds_small, to_first_order
from .lines.directions import unknown as unexplained
from .lines.forms import is_derivative, is_pending, left_letters, letters_of, own_readings
from .lines.functions import states_function
from .lines.indices import fixed_letters
from .lines.kinds import Clash, Pairing, array_shape, kind_in_words
from .lines.reading import Read, Side, read_side, undefined
from .lines.scope import Surroundings
from .lines.statements import Claim, Later, Row, Taken, lone_name
from .meanings.constants import up_to
from .meanings.other_readings import Fits, Readings, misfit_readings, unless_open, wider_readings
from .meanings.prose import Prose
from .meanings.targets import beginnings, derivative_of_named, is_called_derivative, is_of_target, is_target, role_of
from .slips.case import Context
from .slips.causes import Slip
from .slips.diagnose import diagnosis, lies_otherwise, of_misfit

_LOOSE = Slip("no-equality", "no sign of equality says what this line claims; it is not equal to the line before")


class Reader:
    """Judges the rows of one derivation in their order."""

    def __init__(self, around: Surroundings, rules: bool = False, supposing: bool = False) -> None:
        self.around = around
        self.bench, self.chain, self.labels = around.bench, Chain(), Labels(around)
        self.notes, self.ready = list[str](), dict[int, Read]()  # right sides of definitions that were read already
        self.equations, self.both = Equations(around), False
        self.taken, self.later = Taken(), Later(())
        self.names_ends = False  # whether `… = softmax(z) = p` gives an unknown p its value
        self.prose = Prose(self, rules, supposing)

    def row(self, row: Row, first: bool) -> RowResult:
        """The verdict on one row; the chain goes on from its last expression."""
        outcomes = [Outcome("follows", role="aside") for claim in row.claims if claim.order]
        row = row.without_orders()
        self.notes, self.chain.apart = list(row.notes), False
        self.later.take(*row.claims)
        stands, before = () if self.chain.equation else row.claims[:1], replace(self.chain)
        solving = [one for one in row.claims if one not in stands and is_marked(one, self.equations.unknowns)]
        pending = [one for one in row.claims if one not in solving and self.defines(one)]
        while pending:
            ready = sorted(filter(self.definable, pending), key=lambda claim: len(claim.sides))
            for claim in filter(self.defines, ready or pending[:1]):
                outcomes += self.prose.explained(claim, self.definition, first, claim.sides[1:])
                pending = [other for other in pending if other is not claim and self.defines(other)]
        if row.claims and row.claims[0].leading:
            self.chain = before  # `= …, where φ = …` goes on from the row before, not from φ
        for claim in row.claims:
            if claim in solving and self.defines(claim):  # `∇L = 0 ⇒ ŵ = …` is judged where it stands
                with self.around.meaning(self.equations.own_names(claim)):
                    outcomes += self.prose.explained(claim, self.definition, first, claim.sides[1:])
                continue
            left = self.taken.left_of(claim, states_function(claim.left, self.around))
            outcomes += [] if left is claim else [Outcome("follows", role="definition")]
            if left is not None:
                outcomes += self.prose.explained(left, lambda own: self.claim(own, first), first, left.sides)
        worst = worst_of(outcomes)
        verdict = worst.verdict if worst is not None else "follows"
        apart = self.chain.apart and all((one.verdict, one.role) == ("follows", "claim") for one in outcomes[1:])
        self.chain.gap = verdict in ("unreadable", "undecided") and not apart
        return RowResult(row, verdict, worst, tuple(outcomes), tuple(dict.fromkeys(self.notes)), apart)

    # ---- definitions

    def defines(self, claim: Claim) -> bool:
        """Whether the claim gives a name that has no meaning yet its value."""
        name = lone_name(claim.left)
        if name is None or name in self.around.losses or (name == "I" and self.chain.equation):  # I = ST + 2ρT²
            return False
        given_anew = claim.definition and name not in self.around.base.symbols
        return not self.around.valued(name) or given_anew or self.labels.adds(name, left_letters(claim.sides[0]))

    def definable(self, claim: Claim) -> bool:
        """Whether the right side can be read by now; `S = 2I` is as large as its use says."""
        self.around.defining = len(claim.sides) == 2
        found = read_side(claim.sides[1], self.around, fixed=left_letters(claim.sides[0]))
        self.around.defining = False
        if found.expr is not None or found.sized_by_use:
            self.ready[id(claim)] = found
        return id(claim) in self.ready

    def definition(self, claim: Claim) -> list[Outcome]:
        """Gives the name its value; further sides must equal it."""
        self.taken.definitions.append(claim)
        name, letters = lone_name(claim.sides[0].node), left_letters(claim.sides[0])
        assert name is not None
        found = self.ready.pop(id(claim), None) or self._read(claim.sides[1], (), letters)
        self.notes += found.notes
        if found.sized_by_use and not letters and (node := claim.sides[1].node) is not None:
            self.around.sized_by_use[name] = node
            return [Outcome("follows", role="definition")]
        without = unsaid(name, claim, found, self.around)
        if found.expr is None or without is not None:
            return [without or failed(found)]
        member = marks_member(name, self.equations.unknowns)
        name, letters, value = self.labels.value(name, letters, found.expr, member)
        if value is None and self.around.tabulate(name, letters, found.expr):
            return [Outcome("follows", found, role="definition")]
        if value is None:
            side, kind = claim.sides[0], kind_in_words(found.expr)
            said = f"`{side.text.strip()}` does not carry the free indices of its right side, which is {kind}"
            return [Outcome("undecided", found, Slip("free-index-mismatch", said, span=side.span), "definition")]
        if len(letters) > len(set(letters)):
            self.notes.append(f"`{name}` is read as the diagonal matrix of these entries: 0 elsewhere")
        symbol = self.around.define(name, value)
        if (equation := self.equations.of_marked(self.chain, name, found, self.notes)) is not None:
            self._start(found)
            self.chain.equation = True
            equation = with_its_sums(equation, self.chain.lost, found.expr, self.around)
            return self._further([equation], found.expr, claim.sides[2:])
        if isinstance(stated := claim.sides[1].node and s.ungrouped(claim.sides[1].node), s.Derivative):
            self.around.derivatives[name] = stated
        confirmed = not letters and is_called_derivative(self.around, name, value)
        self._start(found)
        if confirmed:
            self.chain.final, self.chain.final_order = found, ()
        outcome = Outcome("follows", found, role="claim" if confirmed else "definition")
        outcomes = self._further([outcome], found.expr, claim.sides[2:])
        last, follow = self.chain.last or found.expr, all(outcome.verdict == "follows" for outcome in outcomes)
        if is_pending(value) and not letters and not is_pending(last) and follow:
            symbol = self.around.define(name, last)  # δ := ∂L/∂z = z − y stands for z − y from now on
        self.chain.last, self.chain.head = last if letters else symbol, symbol
        self.chain.order, self.chain.target = (), False
        return outcomes

    def _further(self, outcomes: list[Outcome], last: Expr, sides: Sequence[Side]) -> list[Outcome]:
        """The outcomes of a definition, or of a bare line, and of the sides behind it, each of which must equal it."""
        for side in sides:
            last, outcome = self._next(last, side)
            outcomes.append(outcome)
        self.chain.last = last
        return outcomes

    # ---- claims

    def claim(self, claim: Claim, first: bool) -> list[Outcome]:
        """Judges one chain of sides, with what its own names mean."""
        with self.around.meaning(self.equations.own_names(claim)):
            return self._judged(claim, first)

    def _judged(self, claim: Claim, first: bool) -> list[Outcome]:
        self.both = claim.both
        sides, outcomes = list(claim.sides), list[Outcome]()
        before: Read | None = None
        if claim.leading or len(sides) == 1:
            if self.chain.last is None or (first and not claim.leading):
                return self._bare(sides)
            last: Expr = self.chain.last
            if not claim.leading:
                return self._loose(sides[0], last)
        else:
            before = self._left(*sides[:2])
            if before.expr is None:
                return self._without_left(before, sides[1:])
            self._start(before)
            last, sides = before.expr, sides[1:]
        self.chain.rough = self.chain.rough or (claim.rough and holds_small(self.around, last))
        if before is not None and lone_name(before.side.node) in self.around.losses:
            return self._statement(before, sides)
        for at, side in enumerate(sides):
            own = not claim.leading and (at == 0 or not is_derivative(claim.sides[0].node))
            last, outcome = self._next(last, side, own)
            if outcome.verdict == "wrong" and claim.rough and not self.chain.rough:
                about = Slip("undecided", "what is about equal need not be equal")
                outcome = Outcome("undecided", outcome.read, about, "aside")
            outcomes.append(placed(outcome, before))
            before = outcome.read
        self.chain.last = last
        return outcomes

    def _start(self, left: Read) -> None:
        """A claim with its own left side begins a chain."""
        assert left.expr is not None
        self.chain.begin(left, left.expr, self.around)
        if is_pending(left.expr) or lone_name(left.side.node) in self.around.losses:
            self.chain.equation = False

    def _without_left(self, left: Read, rest: Sequence[Side]) -> list[Outcome]:
        """The left side could not be read: of what follows each side must equal the one before it."""
        self.chain.begin_unknown(left)
        other = self._read(rest[0], (), letters_of(left.side.node)).expr if rest else None
        outcome = self._misfit(other, left) if other is not None and self.chain.equation else failed(left)
        if derives := is_derivative(left.tree or left.side.node):
            self.chain.last, self.chain.apart = other, other is not None
        return self._further([outcome], other, rest[1:]) if derives and other is not None else [outcome]

    def _statement(self, left: Read, sides: list[Side]) -> list[Outcome]:
        """`L = …` is checked against the header; from then on L may be differentiated by the names it is stated in."""
        assert left.expr is not None
        last, outcomes = left.expr, []
        for number, side in enumerate(sides):
            last, outcome = self._next(last, side)
            outcomes.append(outcome)
            stated = outcome.read.expr if outcome.read is not None else None
            uses = stated is not None and any(symbol in self.around.values for symbol in stated.symbols)
            whole = stated is not None and left.expr.shape is stated.shape and not stated.free
            everywhere = outcome.verdict == "follows" and outcome.role != "equation"
            if everywhere and uses and whole and (self.around.stated is None or number == 0):
                self.around.stated = stated
        self.chain.last, self.chain.target = last, False
        return outcomes

    def _bare(self, sides: list[Side]) -> list[Outcome]:
        """A first line without left side: the loss, or its derivative if its kind fits."""
        task = self.around.task
        found = self._otherwise(task.wanted or task.problem.loss, self._read(sides[0], (), ()))
        if found.expr is None:
            return [behind_gap(failed(found), self.chain, self.chain.last)]
        said = "it has neither the kind of the loss nor that of its derivative"
        outcome = Outcome("undecided", found, Slip("no-left-side", f"it is not said what this is equal to, and {said}"))
        for start, target in beginnings(task, found.expr):
            outcome = behind_gap(self._compared(start, found, target), self.chain, self.chain.last)
            self.chain.target, self.chain.head = target, start
            if outcome.verdict == "follows":
                break
        return self._further([outcome], found.expr, sides[1:])

    def _loose(self, side: Side, last: Expr) -> list[Outcome]:
        """A later row without a sign of equality: right if it equals what stands before; else its claim is not said."""
        found = self._read(side, last.free, ())
        if found.expr is None:
            return [failed(found)]
        outcome = self._compared(last, found, self.chain.target)
        if outcome.verdict == "follows" and self.chain.target and self.around.worked_out(found.expr):
            self.chain.final, self.chain.final_order = found, self.chain.order
        self.chain.last = found.expr
        return [Outcome("undecided", found, _LOOSE) if outcome.verdict == "wrong" else outcome]

    def _next(self, last: Expr, side: Side, own: bool = False) -> tuple[Expr, Outcome]:
        """The new last expression and the outcome at a sign of equality; its `own`: behind the left side of a claim."""
        name = lone_name(side.node) if (self.names_ends or side.naming) and not (last.free or self.both) else None
        if name is not None and name not in self.around.sizes() and unexplained(self.around, name):
            self.around.define(name, last)
            return last, Outcome("follows", role="definition")
        self.around.beside = array_shape(last, self.chain.order)
        found = self._read(side, self.chain.letters(last), ())
        self.around.beside = None
        found = self._otherwise(last, found)
        if found.expr is None:
            self.chain.sound, misfit = False, self._misfit(last, found)
            outcome = unless_open(misfit, last, found, self.around, self.chain)
            if self.chain.target:
                doubt = found if outcome is misfit else replace(found, failure="undecided", slip=outcome.slip)
                self.chain.final, self.chain.final_order = doubt, self.chain.order
            self.equations.no_solution(self.chain, last, outcome)
            return last, outcome
        outcome, lost = self._compared(last, found, self.chain.target), self.chain.lost_sums(found)
        outcome = with_its_sums(outcome, lost, found.expr, self.around)
        open_ = (undefined(found.side.node, self.around) or self.chain.guess) if outcome.verdict == "wrong" else None
        if open_ is not None:
            part = self.labels.of_part(self.chain.guess, last, lambda one: self._holds(one, found)[0] is not None)
            self.chain.sound, self.notes = False, [*self.notes, *part]
            return last, Outcome("follows" if part else "undecided", found, None if part else open_)
        outcome = unless_open(outcome, last, found, self.around, self.chain)
        outcome = self.equations.at_solution(self.chain, last, outcome)
        if outcome.verdict == "wrong" and own and supposes_zero(self.around, self.chain, last, found.expr):
            self.notes.append("a variable of the problem is set to zero: no part of the derivation")
            return found.expr, Outcome("follows", found, role="aside")
        if outcome.verdict != "follows" and (equation := self._equation(last, found, own)) is not None:
            self.chain.equation = True
            self.notes += self.equations.notes
            return found.expr, replace(behind_gap(equation, self.chain, last), head=last)
        outcome = self.equations.claim(last, found, outcome) if own and outcome.verdict != "follows" else outcome
        outcome = behind_gap(outcome, self.chain, last)
        self.chain.sound = self.chain.sound and outcome.verdict == "follows"
        done = self.around.with_results(found.expr)
        if self.around.worked_out(done) and outcome.role != "aside":
            if self.chain.target:
                value = transpose(done) if self.chain.turned else done
                final = replace(found, expr=None if self.around.doubted(found.expr) else value)
                self.chain.final, self.chain.final_order = final, self.chain.order
            if self.chain.sound and self.chain.head is not None and not self.chain.rough:
                self.around.note_result(self.chain.head, done)
        return found.expr, as_said(outcome, found, self.around)

    def _equation(self, last: Expr, found: Read, own: bool) -> Outcome | None:
        """The outcome of a side that is no identity as an equation; one that is only tried says nothing of names."""
        if self.prose.trying and found.expr is not None:
            meant = is_equation(self.around, self.chain, last, found.expr, own)
            return Outcome("undecided", found, role="equation") if meant else None
        outcome = self.equations.judged(self.chain, last, found, (own, self.both), self.notes)
        return outcome and with_its_sums(outcome, *self.chain.lost_of_equation(last, found), self.around)

    def _otherwise(self, last: Expr, found: Read) -> Read:
        """Where a side does not follow as it stands, another reading of it if that one follows."""
        clash = found.expr is None or isinstance(self.chain.pairings(last, found.expr), Clash)
        first = misfit_readings(found.side, self.around) if clash else ()
        readings = [*first, *wider_readings(found.side, self.around)]
        if not readings or (not clash and self._holds(last, found)[0]):
            return found
        letters = self.chain.letters(last)
        return self._read_as(found.side, readings, letters, lambda one: self._holds(last, one)[0]) or found

    def _left(self, side: Side, behind: Side) -> Read:
        """A left side; read with a wider reach of its sign where only then it is the derivative that is asked for."""
        left = self._read(side, (), fixed_letters(side.node, behind.node) | self.chain.each())
        own, wider, holds = own_readings(side.node), wider_readings(side, self.around), self._holds
        meant = self._read_as(side, own, (), lambda one: holds(one.expr, read_side(behind, self.around))[0])
        if meant or is_target(self.around, left.expr):
            return meant or left
        loss = derivative_of_named(self.around, left.expr)
        if loss is not None and holds(loss, read_side(behind, self.around))[0]:
            self.notes.append(f"`{side.text.strip()}` is read as the derivative of the loss, by a name of its own")
            return replace(left, expr=loss)
        return self._read_as(side, wider, (), lambda one: is_of_target(self.around, one.expr)) or left

    def _read_as(self, side: Side, tried: Readings, letters: Iterable[Index], fits: Fits) -> Read | None:
        """The first of several readings of a side that fits, which is then said."""
        for how, node in tried:
            other = read_side(replace(side, node=node), self.around, letters)
            if other.expr is not None and fits(other):
                self.notes.append(f"`{side.text.strip()}` is read with {how}")
                return other
        return None

    def _misfit(self, last: Expr, found: Read) -> Outcome:
        """A side whose parts do not fit together, with the single edit that would make it follow, if there is one."""
        if self.prose.trying:
            return failed(found)
        solved = self.equations.bench(self.chain)
        context = Context(self.around, self.chain.head, self.chain.target, self.chain.order, found, solved=solved)
        slip = of_misfit(context, last, found.slip) if found.slip is not None else None
        return Outcome("wrong", found, slip) if slip is not None else failed(found)

    def _compared(self, before: Expr, found: Read, target: bool) -> Outcome:
        after = found.expr
        assert after is not None
        pairs = self.chain.pairings(before, after)
        if self.prose.trying and (isinstance(pairs, Clash) or self._holds(before, found)[0] is None):
            return Outcome("wrong", found)
        context = Context(self.around, self.chain.head, target, self.chain.order, found)
        if isinstance(pairs, Clash):
            doubtful = open_outcome(found, self.around.doubted(before, after))
            return doubtful or Outcome("wrong", found, diagnosis(context, before, after, pairs))
        self.chain.rough = self.chain.rough or found.rough
        pair, unknown = self._holds(before, found)
        if pair is not None:
            self.chain.learn_order((before, after), pair)
            if target and not self.chain.turned and (slip := lies_otherwise(context, before, after)) is not None:
                return Outcome("wrong", found, slip)
            self.prose.lines.append(after)
            self.around.confirm(after)
            if letters := ", ".join(letter.name for letter in sorted(pair[1].free - after.free)):
                self.notes.append(f"`{found.side.text.strip()}` has no index: read as its entry for each {letters}")
            return Outcome("follows", found, role=role_of(self.around, before, after), head=self.chain.head or before)
        return open_outcome(found, unknown) or unless_if(found, diagnosis(context, before, after, pairs))

    def _holds(self, before: Expr | None, found: Read) -> tuple[Pairing | None, str | None]:
        """The two forms in which a side equals what stands before it; else why that could not be decided."""
        if before is None or found.expr is None:
            return None, None
        pairs = up_to(self.around, before, found.expr, found.side.up_to)
        unknown: str | None = None
        for one, other in pairs or self.chain.pairings(before, found.expr):
            if self.prose.trying and self.bench.clearly_different(one, other):
                continue
            rough = self.chain.rough or found.rough
            verdict = to_first_order(self.around, one, other) if rough else self.bench.over_all(one, other, claim=True)
            if verdict.holds:
                return (one, other), None
            unknown = verdict.by if verdict.kind == "unknown" else unknown
        return None, unknown or self.around.doubted(before, found.expr)

    def _read(self, side: Side, letters: Sequence[Index] | frozenset[Index], fixed: Collection[str]) -> Read:
        if self.chain.target and side.up_to == "const":
            side = replace(side, up_to="")  # a derivative leaves out nothing
        found = read_side(side, self.around, letters, fixed)
        while found.slip is not None and found.slip.code == "unknown-name" and self._look_ahead():
            found = read_side(side, self.around, letters, fixed)
        self.notes += found.notes
        return found

    def _look_ahead(self) -> bool:
        """A name may be used before the row that defines it: takes in a definition of a later row, no solution;
        False if there is none left."""
        for claim in self.later:
            if not may_solve(claim, self.equations.unknowns) and self.defines(claim) and self.definable(claim):
                chain = replace(self.chain)
                self.later.take(claim)
                self.definition(claim)
                self.chain = chain
                return True
        return False

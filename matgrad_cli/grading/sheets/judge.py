"""The judging of a document's rows: by each variable, as facts in letters of their own, then what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence

from ...documents.passage import Passage
from ...documents.sheets.named import called_derivative
from ...documents.sheets.outline import nodes_of
from ...documents.sheets.sheet import Question, Sheet, Told
from ...ir import Expr, Symbol
from ...notation import syntax as s
from ...notation.latex.lines import split_line
from ...notation.latex.names import unmarked
from ...records.finding import LineVerdict
from ..begin import Begun
from ..chain import RowResult
from ..consequences import MAY_FOLLOW
from ..lines.lost_sums import letters_with_sigma
from ..task import Task
from .going_on import Places, in_sentence
from .judged import CONDITION, EQUATION_OF_GRADIENT, GIVEN, LABELLED, NO_IDENTITY, STEP, Judged, said_otherwise
from .open_names import OpenNames
from .other_functions import OTHER_VALUE, Others, code_of, of_form, of_shapes, says_otherwise
from .own_letters import own_fact, refuted, under_the_sign
from .passing import (
    CONDITIONAL,
    LONE_ZERO,
    OF_GRADIENT,
    SET_TO_ZERO,
    SOUGHT,
    is_equation_of_zero,
    is_hypothetical,
    is_side_condition,
    rewrites,
    said_of_other,
    speaks_of_equations,
)
from .rows import Line, concludes, held_constant, is_resummed, labelled, no_identity, of_variables
from .solutions import (
    Numbered,
    as_solution,
    differentiates_by_matrix,
    fails_at_zero,
    fits_gradient,
    goes_up,
    has_multiplier,
    inside_of,
    is_constraint,
    is_multiplied,
    is_said_of_other,
    is_scaled,
    is_solution,
    may_be_member,
    newton_step,
    numbered_parts,
    sets_to_zero,
    speaks_of_constraints,
    states_solution,
    valued_variable,
    without_mark,
)


class Judge:
    """Judges the rows of one problem in their order."""

    def __init__(self, sheet: Sheet, question: Question, told: Told, readers: Sequence[Begun]) -> None:
        self.sheet, self.question, self.told, self.readers = sheet, question, told, readers
        self.constrained, self.multiplied = sheet.prose, False
        self.passages: list[dict[int, Passage]] = [dict(begun.rows) for begun in readers]
        self.solved: dict[Symbol, tuple[int, Expr]] = {}
        self.stated = self.derived = self.settled = self.supposed = self.misread = self.gradient = False
        self.conditional = -1, 0
        self.wrong: list[frozenset[str]] = []
        self.parts: set[Numbered] = set()
        self.moved: set[str] = set()
        self.said: set[str] = set()
        of_numbers = all(begun.around.task.problem.wrt.shape.is_number for begun in readers)
        self.others = Others(question, sheet, of_numbers)
        self.layout = next(((one.around.task.layout, one.around.upright) for one in readers), ("gradient", True))
        loss = split_line(question.loss, "loss")
        self.open_names = OpenNames(sheet, question, told, loss, readers)
        for begun in readers:
            begun.reader.chain.always |= letters_with_sigma(nodes_of(loss))
        self.before: Judged | None = None  # the last row that is no sentence
        self.latest: Judged | None = None
        self.places = [Places() for _ in readers]

    def multiplies(self, tasks: Sequence[Task]) -> None:
        """Notes whether the constraints of which the prose speaks stand in the loss itself."""
        self.multiplied = speaks_of_constraints(self.constrained) and has_multiplier(tasks)
        self.constrained = "" if self.multiplied else self.constrained

    def results(self, line: Line) -> list[tuple[str, RowResult]]:
        """The row in each variable; a formula in a sentence does not end the chain of the displays."""
        found = []
        for begun, passages, places in zip(self.readers, self.passages, self.places, strict=True):
            passage = passages.get(line.number)
            if passage is None:
                continue
            if self._solves(line):
                passage = without_mark(line, passage)
            row, before = begun.read(line.number, passage), begun.reader.equations.solution
            begun.reader.later.arrive(passage.text)
            if row.claims:
                result = places.judged(begun.reader, row, line, first=not self.stated)
                found.append((begun.around.task.problem.wrt.name, result))
                self._notes_solution(line, begun, before)
        return found

    def _notes_solution(self, line: Line, begun: Begun, before: object) -> None:
        """Notes the value that a row finds for a variable; in terms of the others it is the best for each of theirs."""
        found, wrt = begun.reader.equations.solution, begun.around.task.problem.wrt
        if found is not None and found is not before and found[1].verdict == "follows" and found[0].expr is not None:
            value = begun.around.expanded(found[0].expr)
            if wrt not in value.symbols and not begun.reader.equations.granted:  # it may follow from itself
                self.solved.setdefault(wrt, (line.number, value))

    def passed(self, line: Line, why: str) -> Judged:
        """A row that claims nothing."""
        judged = Judged(line, "aside", "definition" if why == GIVEN else "aside", why=why)
        claimed = self.before is not None and (self.before.verdict, self.before.role) == ("follows", "claim")
        self.settled |= bool(claimed and self.derived and LONE_ZERO.fullmatch(line.text))
        self._moves(line)
        self._says(judged)
        self.open_names.take(line, why == GIVEN, why == "a value")
        if line.formula.kind == "display":
            self.before = judged
        return judged

    def line(self, line: Line) -> Judged:
        """The verdict on a row."""
        self.parts |= numbered_parts(line)
        results = self.results(line)
        if line.formula.kind == "display" and self._is_conditional(line):
            self.conditional = line.formula.block, line.formula.place + len(line.text)
        before = self._before(line)
        if line.goes_on and before is not None and before.verdict in ("aside", "follows") and before.role == "aside":
            return self.passed(line, "goes on from an aside")
        judged = self._weighed(line, of_variables(line, results))
        if judged.verdict == "undecided" and line.name == (self.question.name or ""):
            stated = self.sheet.formulas[self.question.start :][:1]
            otherwise = judged.result is not None and judged.result.verdict == "wrong"
            self.misread |= otherwise or any(line.formula.place < one.place for one in stated)
        self.misread = self.misread and not (judged.verdict == "follows" and self._is_statement(line))
        self.stated = True
        self._moves(line)
        self._says(judged)
        if judged.verdict == "follows":
            roles = {outcome.role for outcome in judged.result.outcomes} if judged.result is not None else set()
            zero = line.derives and SET_TO_ZERO.search(line.text) is not None
            self.settled |= zero or "equation" in {judged.role, *roles}
            derives = line.derives or line.primes(self.question.name) > 0
            self.gradient |= judged.role == "equation" or (judged.role == "claim" and derives)
        self.derived = line.derives if line.head is not None else self.derived
        self.others.note(line, self._is_statement(line), judged.verdict == "follows", judged.why)
        self.latest = judged
        self.before = judged if line.formula.kind != "inline" or self.before is None else self.before
        return judged

    def _is_conditional(self, line: Line) -> bool:
        """Whether words say under what condition a display, or the one just above it, holds; none where the loss is."""
        above = self.sheet.between(self.conditional[1], line.formula.place) if self.conditional[1] else "."
        said = not above.strip() or said_of_other(line.formula, loss=self.question.name) == CONDITIONAL
        return said and all(one.block != line.formula.block for one in self.sheet.formulas[self.question.start :][:1])

    def _before(self, line: Line) -> Judged | None:
        """The row from which a row goes on."""
        return self.latest if in_sentence(line, self.places) else self.before

    def again(self, judged: Judged) -> Judged:
        """The verdict on a value that was stated before the derivative was known, `the minimiser is w = …`,
        once all rows are read."""
        line, stated = judged.line, judged.verdict == "undecided" or judged.role == "definition"
        solves = speaks_of_equations(line.formula) and valued_variable(line, self.question.wrt) is not None
        if not stated or not self.gradient or not solves:
            return judged
        found = self._weighed(line, of_variables(line, self.results(line)))
        granted = any(begun.reader.equations.granted for begun in self.readers)  # it may follow from itself
        solved = found.role == "equation" and not granted
        return found if found.verdict in ("wrong", "undecided") or solved else judged

    def _moves(self, line: Line) -> None:
        """Notes which variables were differentiated by, or given values."""
        variables = set(self.question.wrt)
        found = (line.moving & variables) or (variables if line.derives else set())
        self.moved |= found | ({unmarked(line.head.name)} & variables if isinstance(line.head, s.Name) else set())

    def _says(self, judged: Judged) -> None:
        """Notes of which names a row says what was not understood as a fact: the X of `Xᵀ1 = 0`."""
        line = judged.line
        plain = line.head is not None and line.name is None and not line.derives
        open_ = judged.verdict != "follows" and judged.why not in ("quoted", SOUGHT)
        open_ = open_ and not (self.multiplied and judged.why == CONDITION)  # a multiplier's own constraint
        beside = line.names.isdisjoint(self.question.wrt) or not self._solving(line)
        if plain and open_ and beside and not is_multiplied(judged.result, self.readers):
            self.said |= line.names

    def _weighed(self, line: Line, result: RowResult | None) -> Judged:
        if (newton := newton_step(line, self.readers)) is not None:
            return Judged(line, newton[0], "claim", why=newton[1])
        result = as_solution(line, result, self.readers, self.sheet.prose) if result is not None else None
        by_matrix = differentiates_by_matrix(line, self.readers, self.question.wrt)
        if result is not None and result.verdict == "follows" and not line.formula.step:
            doubt = held_constant(line, self.question.frozen, self.question.wrt)
            if result.role == "equation" and self._misstates(line, result):
                return Judged(line, "undecided", "claim", result, result.notes, NO_IDENTITY)
            if result.role == "definition" and called_derivative(self.sheet.formulas, line.formula):
                doubt = "of what this is the derivative is not certain"
            doubt = doubt or said_otherwise(line, result, self.readers)
            if doubt is not None:
                return Judged(line, "undecided", "claim", result, result.notes, doubt)
            return Judged(line, "follows", result.role, result, result.notes, by_matrix=by_matrix)
        fact = own_fact(line.formula, line.outline, self.told, *self.layout)
        if fact is not None and fact.verdict == "follows":
            return Judged(line, "follows", "aside", result, fact.notes, "a fact in letters of its own", by_matrix)
        if fact is not None and fact.elsewhere and (result is None or result.verdict != "wrong"):
            return Judged(line, "undecided", "aside", why=fact.elsewhere)
        if result is None:
            return Judged(line, "undecided", "aside", why="not understood")
        if (why := self._beside(line, result)) is not None:
            return Judged(line, "undecided" if why == LABELLED else "aside", "aside", result, result.notes, why)
        if (false := refuted(line, fact, result)) is not None:
            return false
        if result.verdict == "wrong" and (under := under_the_sign(line.formula, line.outline)) is not None:
            why = "read as ∂(A = B) = C: both hold under the derivative sign"
            return Judged(line, under, "aside", result, result.notes, why)
        apart = self._of_another(line) or (fact is not None and fact.verdict != "wrong" and not self._about(line))
        if result.verdict == "wrong" and of_form(result) and apart:
            return Judged(line, "undecided", "aside", result, result.notes, "it may be a fact in letters of its own")
        unfit = of_form(result) and (line.unlike_letters - self.told.sizes.keys() or self.others.is_loss(result))
        if result.verdict == "wrong" and self._is_statement(line) and (len(result.outcomes) == 1 or unfit):
            self.misread = True
        if result.verdict == "wrong" and is_constraint(line, result, self.readers):
            note = "up to the sign, which does not matter where it is set to zero"
            return Judged(line, "follows", "equation", result, (*result.notes, note))
        if result.verdict == "wrong" and (doubt := self._doubt(line, result)) is not None:
            return Judged(line, "undecided", "claim", result, result.notes, doubt)
        if result.verdict == "wrong" and self._earlier(line):
            if result.slip is not None and result.slip.holds and len(result.outcomes) == 1:
                return Judged(line, "follows", "claim", result, (*result.notes, result.slip.message))
            return Judged(line, "undecided", "claim", result, result.notes, MAY_FOLLOW)
        verdict: LineVerdict = "undecided" if result.verdict == "unreadable" else result.verdict
        if verdict == "undecided" and self._is_statement(line) and not result.begins_right:
            return Judged(line, "follows", "question", result, result.notes)
        if verdict == "undecided" and not line.derives and self._solving(line):
            return Judged(line, verdict, "equation", result, result.notes)
        self.wrong += [frozenset(line.moving)] if verdict == "wrong" else []
        return Judged(line, verdict, result.role, result, (*result.notes, *(STEP if line.formula.step else ())))

    def _beside(self, line: Line, result: RowResult) -> str | None:
        """Why a row that does not follow says nothing about this problem."""
        formula = line.formula
        if formula.step and code_of(result) != "wrong-sign" and not goes_up(result, self.readers[:1]):
            return "an update or a relation"
        if formula.quoted or (len(line.sides) == 1 and not line.goes_on and line.sides[0].node is not None):
            return "quoted" if formula.quoted else LABELLED if line.labels else "no equality"
        if is_hypothetical(formula):
            self.supposed = self.supposed or line.name == self.question.name or "would" in formula.before[-200:]
            return "said of what is only supposed"
        why = said_of_other(formula, self.layout[0], self.question.name, code_of(result))
        why = CONDITIONAL if formula.block == self.conditional[0] else why
        if why and not (why == CONDITIONAL and any(line.number in begun.habits.met for begun in self.readers)):
            return why
        name = line.name
        if name not in (None, self.question.name, *self.question.wrt) and not line.solves:
            valued = any(begun.around.valued(name or "") for begun in self.readers)
            if not (valued and self.others.says_more(line, result, self.readers)):
                return OTHER_VALUE if valued else None
        if name is not None and name == self.question.name and of_form(result) and OF_GRADIENT.search(formula.before):
            return "said of its gradient"
        if self.question.name is not None and labelled(line, self.question.name):
            return "another function"
        if len(line.sides) == 2 and name != self.question.name and self.others.of_own_letter(line, result):
            return "what a function is, in a letter of its own"
        claims = line.head is None or line.derives or bool(line.primes(self.question.name))
        supposed = not claims and ((line.is_constant and not sets_to_zero(formula)) or is_side_condition(formula))
        supposed = supposed and not (self._sets_gradient(line, result) or self._unfit(line, result))
        if result.verdict == "wrong" and supposed:
            return CONDITION
        about = self._about(line) and code_of(result) != "unknown-function"
        about = about or not line.sides or self._solves(line) or line.derives or line.goes_on
        return "in names that are not explained" if str(code_of(result)).startswith("unknown-") and not about else None

    def _is_statement(self, line: Line) -> bool:
        """Whether the problem's loss was found in this row."""
        start, formulas = self.question.start, self.sheet.formulas
        return self.question.name is not None and start < len(formulas) and formulas[start].place == line.formula.place

    def _misstates(self, line: Line, result: RowResult) -> bool:
        """Whether a row says of what is defined, before anything is set to zero, what it is not: `e^T e = \\ldots`."""
        if line.goes_on and (before := self._before(line)) is not None and before.why == NO_IDENTITY:
            return True
        stated = not (self.gradient or line.goes_on or is_equation_of_zero(line.formula) or self._solving(line))
        return stated and any(says_otherwise(result, begun.around) for begun in self.readers)

    def _of_another(self, line: Line) -> bool:
        """Whether a row differentiates something else than the loss by something else."""
        return bool(line.moving) and line.moving.isdisjoint(self.question.wrt) and self.question.name not in line.names

    def _about(self, line: Line) -> bool:
        """Whether the loss's name stands in a row, or the variable with names of the problem alone:
        then none is a letter of its own."""
        names = line.names
        whole = line.moving if line.parts(s.Subscript) else names
        arounds = [begun.around for begun in self.readers]
        variables = {around.task.problem.wrt.name for around in arounds}
        meant = variables.union(*(around.names().variables.keys() | around.defined.keys() for around in arounds))
        letters = {name for name in names if len(name) == 1 and name.islower()} - meant
        return self.question.name in names or (bool(whole & variables) and names - letters <= meant)

    def _solving(self, line: Line) -> bool:
        """Whether words or marks say that a row is an equation to be solved, or its solution;
        the loss written otherwise is none."""
        again = line.name == self.question.name and rewrites(line.formula)
        zero = is_equation_of_zero(line.formula) and sets_to_zero(line.formula)
        return not again and (zero or speaks_of_equations(line.formula) or line.solves)

    def _solves(self, line: Line) -> bool:
        """Whether a row gives the variable a value, the derivative being known and set to zero."""
        stands = self.gradient and (self.settled or self._solving(line) or concludes(line))
        return stands and valued_variable(line, self.question.wrt, self.parts) is not None

    def _is_solution(self, line: Line, result: RowResult) -> bool:
        """Whether such a row, or a normal equation, is beyond doubt about the problem as it was understood."""
        closed = self.settled or self._solving(line) or concludes(line)
        solving = closed and (self.gradient or sets_to_zero(line.formula))
        if not (solving or states_solution(line.formula, self.sheet.prose)) or is_said_of_other(line, self.constrained):
            return False
        if sets_to_zero(line.formula) and is_equation_of_zero(line.formula):
            return self._sets_gradient(line, result)
        name = valued_variable(line, self.question.wrt, self.parts)
        mended = result.slip is not None and result.slip.repair is not None  # so it solves for all, the others put in
        left = set() if mended else self.moved - {one.name for one in self.solved}
        variables = self.question.wrt if name is None else left | {name}
        by = next((begun.around.task.problem.wrt for begun in self.readers), None)
        inside = inside_of(result, self.readers[:1])
        bound = {name} if any(begun.reader.equations.conditions for begun in self.readers) else set()  # by 1ᵀw = 1
        equal = (result.role == "equation" or of_form(result)) and self.said.isdisjoint((inside | line.names) - bound)
        return equal and is_solution(line, result, variables, by, name, inside)

    def _unfit(self, line: Line, result: RowResult) -> bool:
        """Whether the parts of an equation behind the gradient, in the problem's names alone, do not fit together."""
        known = {"I"}.union(*(begun.around.names().variables for begun in self.readers))
        stands = self.gradient and (self.settled or self._solving(line)) and not line.parts(s.Subscript)
        moves = line.names <= known and not line.names.isdisjoint(self.question.wrt)
        fits = not of_shapes(result) or is_said_of_other(line, "")
        return stands and moves and not fits

    def _sets_gradient(self, line: Line, result: RowResult) -> bool:
        """Whether a row may set the gradient to zero: what stands before `= 0` has its shape and holds the variable."""
        stands = is_equation_of_zero(line.formula) and (self.gradient or sets_to_zero(line.formula))
        if not stands or is_side_condition(line.formula) or not result.row.claims:
            return False
        return any(fits_gradient(result, begun) for begun in self.readers)

    def _earlier(self, line: Line) -> bool:
        """Whether this row may follow from an earlier wrong one:
        a slip is told once, unless the other is about another variable."""
        own, all_of = line.moving, set(self.question.wrt)
        return any(not (own and theirs and own.isdisjoint(theirs) and own | theirs <= all_of) for theirs in self.wrong)

    def _doubt(self, line: Line, result: RowResult) -> str | None:
        """Why a claim that does not follow is not called wrong."""
        if line.formula.guessed:
            return "the derivative of something else may be meant"
        if self.supposed:
            return "it may be said of what was supposed before"
        if why := held_constant(line, self.question.frozen, self.question.wrt):
            return why
        if self.misread:
            return "the loss as it was understood is not the one that the document states"
        anew = not self._is_statement(line) and self.question.start < len(self.sheet.formulas)
        arounds = [begun.around for begun in self.readers]
        defined = frozenset(name for around in arounds for name in around.defined)
        parts = (part for around in arounds for part in around.task.problem.loss.symbols if isinstance(part, Symbol))
        inside = defined.union((part.name for part in parts), *(around.sizes() for around in arounds))
        if (other := self.others.why(line, anew, result, inside, self.gradient or self.derived)) is not None:
            self.misread |= line.name == self.question.name
            return other
        before = self._before(line) if line.goes_on else None
        derived = line.derives or (before is not None and self.derived)
        solution = self._is_solution(line, result)
        plain = isinstance(line.head, (s.Derivative, s.Differential_)) or not line.derives  # no `∇f(x) + Aᵀν = 0`
        value = derived and plain and not is_scaled(result) and not fails_at_zero(line, result)
        zero = is_equation_of_zero(line.formula) and not (value and result.role == "claim")
        zero = zero or (before is not None and before.ends_in_zero) or (line.multiplied and self._solving(line))
        told = self._misstates(line, result) and not line.names.isdisjoint(self.question.wrt)  # log p = z of p = e^z
        apart = not derived and no_identity(line, self.question.name) and not told
        solution = solution or (not derived and self._unfit(line, result))
        apart = apart or (result.role == "equation" and not is_resummed(line))
        if not solution and (zero or apart or (self._solving(line) and not derived)):
            return EQUATION_OF_GRADIENT if self._sets_gradient(line, result) else "an equation"
        named = line.name not in (None, self.question.name)
        if not solution and named and not self.others.says_more(line, result, self.readers):
            return OTHER_VALUE
        if before is not None and before.verdict in ("undecided", "aside") and not before.apart:
            return "goes on from a row that was not judged"
        return self.open_names.why(line, result, defined) or may_be_member(line, self.readers)

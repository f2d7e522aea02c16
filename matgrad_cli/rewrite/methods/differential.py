"""The differential and the adjoint method: one walk from d(loss) to what stands beside d(X), written as tr(Gᵀ dX)
or as ⟨G, H⟩."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...diagnostics import StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Call, Differential, Expr, LinearMap, MatrixOf, Partial, Path, Symbol, add, at, substitute
from ...ir.terms import UNIT, terms_of
from ...ir.walk import fresh_index, names_in, outermost
from ...records import Derivation
from ...rulebook.load import Rulebook
from ...rulebook.rule import Phase
from ...verify.judge import Judge
from ..closing import LineOf, change_layout, closed, finish, tidied
from ..engine.application import reserved_names, with_parts
from ..engine.apply import Rewriting
from ..engine.pending import d, holds_pending
from ..engine.recorder import Recorder
from ..forms.algebra import zero
from ..index.method import Target, target_of, with_matrices
from ..naming import fresh_name, name_parts, record_names
from ..network.reading import tidy_part
from ..textbook.simplifier import textbook
from . import chain_forms as chain_forms  # the rule that names gradients
from .beside import PairForm, Term, gradient_in, met, paired, whole_of
from .mover import Runner, carried, pendings
from .stacked import change_of, in_front, to_front


class Walk(Runner):
    """From d(loss) to what stands beside d(X): the phases of the method, each step recorded. It is backpropagation."""

    def derivation(self, line_of: LineOf, layout: str, words: str) -> Derivation:
        """The walk from the first line to the read-off under the sentence of `words`; `line_of` puts a gradient into
        the last line."""
        recorder, start = self.recorder, self.recorder.line
        _, names = name_parts(with_matrices(recorder), self.variable, self.taken)
        if names:
            record_names(recorder, names)
        self._to_the_end()
        gradient = zero(self.variable.shape)
        if self.scene.motion(recorder.line):
            gradient = tidied(recorder, gradient_in(recorder.line), line_of, lambda named: named.name in self.own)
        change_layout(recorder, layout)
        return finish(recorder, start, gradient, self.method, layout, words, in_front=True)

    def _to_the_end(self) -> None:
        """The phases up to `form` again and again, then `form`. Of a line of several terms, or one in which what moves
        is not the last factor, no gradient can be read."""
        names = list(self.phases)
        self.run(*names[: names.index("form")])
        self.step(self.phases["form"])
        line, goal = self.recorder.line, self.direction or self.d(self.variable)
        for _, term in terms_of(line) if holds_pending(line) or self.direction is not None else ():
            part = PairForm.of(term, self.direction)[1].move
            if part is not goal and self.scene.motion(part):
                raise self.stuck(part)

    def waiting(self) -> Iterable[tuple[Path, Expr]]:
        """The pending parts that stand in no other pending part."""
        return self.pending_in(self.recorder.line, self._ready())

    def _ready(self) -> list[Differential]:
        pending = pendings(self.recorder.line)
        outer = set(outermost(part.body for part in pending))
        return [part for part in pending if part.body in outer]

    def readable(self) -> Iterator[tuple[Path, Term]]:
        """The terms in which an inner part is pending that may be taken apart now."""
        ready = {part for part in self._ready() if part.body is not self.variable}
        for path, node in terms_of(self.recorder.line):
            term = PairForm.of(node, self.direction)[1]
            if term.move in ready:
                yield path, term

    def _gather(self, phase: Phase) -> bool:
        """Terms are put together once no more can come; what stands beside an inner part then is brought into textbook
        form before it is carried further in."""
        ready = set(self._ready())

        def is_ready(rewriting: Rewriting) -> bool:
            return ready.issuperset(pendings(*(value for _, value in rewriting.bindings if isinstance(value, Expr))))

        fitting = self.found(phase, self.recorder.line)
        found = {path: rewriting for path, rewriting in fitting.items() if is_ready(rewriting)}
        changed = self.recorded(found)
        for path in found:
            self._tidied(path)
        return changed

    def _tidied(self, path: Path) -> None:
        line = self.recorder.line
        form, term = PairForm.of(at(line, path), self.direction)
        if term.gradient is None or not isinstance(term.move, Differential) or term.move.body is self.variable:
            return

        def line_of(found: Expr) -> Expr:
            return with_parts(line, {path: form.show(Term(term.numbers, found, term.move))})

        if line_of(term.gradient) is line:
            tidy_part(self.recorder, term.gradient, line_of)


def derive_differential(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dL = … = tr(Gᵀ dX), hence ∇L = G. In a layout that turns the derivative round, dL = tr(J dX),
    hence the derivative is J."""
    if not problem.loss.shape.is_number:
        return derive_forward(problem, book, judge, layout)
    start, moved = (Differential(part, problem.wrt) for part in (problem.loss, problem.wrt))
    walk = Walk(Recorder(problem, book, judge, start), "differential", reserved_names(problem))
    return walk.derivation(lambda found: paired(found, moved), layout, "read-differential")


def derive_adjoint(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """(H ↦ DL[H]) = … = (H ↦ ⟨G, H⟩), hence ∇L = G."""
    taken = set(reserved_names(problem))
    direction = Symbol(fresh_name("H" if problem.wrt.shape.is_matrix else "h", taken), problem.wrt.shape)
    start = LinearMap(direction, d(problem.loss, Differential(problem.wrt, problem.wrt, direction)))
    recorder = Recorder(problem, book, judge, start, direction=direction)
    if not problem.loss.shape.is_number:
        return derive_map(Runner(recorder, "adjoint", taken), layout)
    walk = Walk(recorder, "adjoint", taken)
    return walk.derivation(lambda found: LinearMap(direction, met(found, direction)), layout, "read-map")


def derive_second(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """The second derivative of a number by a column or a number, through the gradient that was found first."""
    wrt, number = problem.wrt, problem.wrt.shape.is_number
    if not problem.loss.shape.is_number or not (number or wrt.shape.is_column):
        said = "the Hessian by differentials is that of a number by a column"
        raise StuckError.coded("stuck", said, help="`--method index` gives the others by their entries")
    # A fact about the variable holds at the point, not along the direction of the second derivative.
    unbound = replace(problem, facts=tuple(fact for fact in problem.facts if fact.symbol is not wrt))
    first = derive_differential(unbound, book, judge, "gradient")
    gradient = first.result.matrix
    assert gradient is not None
    while names := names_in(gradient):
        gradient = substitute(gradient, {named: named.body for named in names})
    place = None if number else fresh_index(wrt.shape.rows, reserved_names(problem))
    pending = Partial(problem.loss, wrt, place, None)
    start, moved = (
        Differential(pending if place is None else MatrixOf(place, None, pending), wrt),
        Differential(wrt, wrt),
    )
    of_gradient = replace(unbound, loss=gradient)
    recorder = Recorder(of_gradient, book, judge, start)
    recorder.told("gradient-first", d(gradient, moved), first.steps, (("gradient", gradient),))
    runner = Runner(recorder, "differential")
    runner.run("differentiate")
    front = tidied_front(recorder, to_front(runner))
    whole = Recorder(problem, book, judge, recorder.line, recorder.steps)
    entry, letters = first.result.entry, first.result.letters
    outer = target_of(UNIT, wrt, {*reserved_names(problem)} | {letter.name for letter in letters})
    target = Target(entry, wrt, letters, outer.row, outer.col)
    return finish(whole, start, front, "differential", layout, "read-jacobian", target, 2, in_front=True)


# ---- a loss that is no number ----------------------------------------------------------------------------------------


def derive_forward(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """dF = … = F′ dt, hence ∂F/∂t = F′; d f = … = J dx, hence ∂f/∂x = J;
    vec(dF) = … = J vec(dX), which holds all partial derivatives."""
    from ..derive import first_order

    moved, numbers = Differential(problem.wrt, problem.wrt), problem.wrt.shape.is_number
    start = change_of(problem)
    recorder, front = in_front(problem, book, judge) or (None, None)
    if recorder is None:  # no single factor stands in front of what moves: the result is stated by its entries
        start = d(problem.loss, moved)
        recorder = Recorder(problem, book, judge, start)
        Runner(recorder, "differential").run("differentiate")
    if front is None or not (numbers or (problem.loss.shape.is_column and problem.wrt.shape.is_column)):
        other = first_order(problem, book, judge, layout)
        said = (("line", recorder.line), ("dX", moved))
        return closed(recorder, start, "differential", layout, "read-change", said, other.result, other.readoff.verdict)

    front = tidied_front(recorder, front)
    return finish(recorder, start, front, "differential", layout, "read-jacobian", in_front=True)


def tidied_front(recorder: Recorder, front: Expr) -> Expr:
    """What stands in front of the change of a number or a column, in textbook form, where the line is these two."""
    moved = Differential(recorder.problem.wrt, recorder.problem.wrt)

    def line_of(found: Expr) -> Expr:
        return paired(found, moved, True)

    return tidied(recorder, front, line_of) if line_of(front) is recorder.line else front


# ---- the linear map --------------------------------------------------------------------------------------------------


def derive_map(runner: Runner, layout: str) -> Derivation:
    """(H ↦ DF[H]) layer by layer; the result is stated by the entries of the map."""
    from ..derive import first_order

    recorder, direction = runner.recorder, runner.direction
    problem, start = recorder.problem, recorder.line
    runner.run("differentiate")
    back = Symbol(fresh_name("K" if problem.loss.shape.is_matrix else "k", runner.taken), problem.loss.shape)
    adjoint = _adjoint(runner, back)
    line = recorder.line
    assert isinstance(line, LinearMap)
    assert isinstance(direction, Symbol)
    other = first_order(problem, recorder.rules, recorder.judge, layout)
    turned = met(adjoint, direction)  # ⟨K, DF[H]⟩ = ⟨D*F[K], H⟩
    verdicts = (recorder.judge.compare(Call("inner", back, line.body), turned), other.readoff.verdict)
    verdict = next((one for one in verdicts if not one.holds), other.readoff.verdict)
    said = (("line", line), ("adjoint", LinearMap(back, adjoint)))
    return closed(recorder, start, "adjoint", layout, "read-frechet", said, other.result, verdict)


def _adjoint(runner: Runner, back: Symbol) -> Expr:
    """What the adjoint makes of `back`."""
    problem = runner.scene.problem
    if problem.wrt not in problem.loss.symbols:
        return zero(problem.wrt.shape)
    move = runner.total(problem.loss)
    terms = [] if move is None else carried((), back, move, runner.scene)
    if move is None or any(term.move not in (runner.direction, runner.d(problem.wrt)) for term in terms):
        raise runner.stuck(problem.loss)
    return textbook(add(*(whole_of(term.numbers, term.gradient) for term in terms)), problem)

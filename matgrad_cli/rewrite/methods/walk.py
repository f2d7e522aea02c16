"""A method's phases run on its line: the first rule of the first phase that fits anywhere, at all parallel places, is one step."""

from __future__ import annotations

from ...ir import Add, Call, Differential, Expr, Mul, Named, Path, Symbol, add, at, mul
from ...ir.walk import outermost
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.rule import Phase
from ..closing import LineOf, finish, tidied
from ..engine.application import Scene, applied, fit, with_parts
from ..engine.apply import Rewriting
from ..engine.moving import holds_pending
from ..engine.recorder import Recorder
from ..forms.algebra import flip, multiplied, zero
from ..forms.terms import terms_of
from ..layouts import change_layout
from ..named_steps import record_names
from ..naming import fresh_name, name_parts
from ..network.reading import tidy_part
from . import native_moves as native_moves  # its native rules
from . import unfolding as unfolding
from .beside import Term, beside, gradient_in, like
from .mover import Mover, pendings

NAME_FROM = 24
"""A gradient of an inner part with more symbols than this gets a name of its own."""


def carried(numbers: tuple[Expr, ...], gradient: Expr | None, move: Expr, scene: Scene) -> list[Term]:
    """numbers · ⟨G, E(dZ)⟩ as terms numbers · ⟨G′, dZ⟩: the rules of the adjoint method, without a record."""
    parts = move.terms if gradient is None and isinstance(move, Add) else (move,)
    line = add(*(mul(*numbers, part if gradient is None else Call("inner", gradient, part)) for part in parts))
    return [_term(term, scene.direction) for _, term in terms_of(Mover(scene, "adjoint").through(("adjoint", "close"), line))]


def _term(term: Expr, direction: Symbol | None) -> Term:
    numbers, gradient, part = beside(term, direction)
    return Term(multiplied(numbers), gradient, part)


class Walk(Mover):
    """From d(loss) to what stands beside d(X): the phases of the method, each step recorded. It is backpropagation."""

    def __init__(self, recorder: Recorder, scene: Scene, method: str, taken: set[str]) -> None:
        super().__init__(scene, method)
        self.recorder, self.taken = recorder, taken
        self.own: set[str] = set()

    def derivation(self, line_of: LineOf, layout: str, words: str) -> Derivation:
        """The walk from the first line to the read-off under the sentence of `words`; `line_of` puts a gradient into the last line."""
        recorder = self.recorder
        problem, start = recorder.problem, recorder.line
        _, names = name_parts(problem.loss, problem.wrt, self.taken)
        if names:
            record_names(recorder, names)
        self.taken.add("G")
        self.run()
        gradient = zero(problem.wrt.shape)
        if self.scene.motion(recorder.line):
            gradient = tidied(recorder, gradient_in(recorder.line), line_of, lambda named: named.name in self.own)
        if is_turned(layout, problem.loss.shape, problem.wrt.shape):
            change_layout(recorder, layout)
            return finish(recorder, start, flip(gradient), self.method, layout, f"{words}-turned")
        return finish(recorder, start, gradient, self.method, layout, words)

    def run(self) -> None:
        """The phases up to `form` again and again until none of them makes a step, then `form`."""
        before = list(self.phases.values())[: list(self.phases).index("form")]
        while any(map(self._step, before)):
            self.recorder.must_end()
        for part in pendings(self.recorder.line):
            if part.body is not self.variable:
                raise self.recorder.unknown(part.body)
        self._step(self.phases["form"])
        if holds_pending(self.recorder.line) or self.direction is not None:
            self._is_read()

    def _is_read(self) -> None:
        """Of a line of several terms, or one in which what moves is not the last factor, no gradient can be read."""
        goal = self.direction or self.d(self.variable)
        for _, term in terms_of(self.recorder.line):
            part = beside(term, self.scene.direction)[2]
            if part is not goal and self.scene.motion(part):
                raise self.recorder.unknown(part)

    def _step(self, phase: Phase) -> bool:
        if phase.name == "differentiate":
            return self.unfold(self.recorder, self._ready())
        if phase.name == "name":
            return self._name(phase)
        found = self.found(phase, self.recorder.line)
        if found and phase.name == "gather":
            found = {path: rewriting for path, rewriting in found.items() if self._is_ready(rewriting)}
        if not found:
            return False
        before = self.recorder.line
        self.recorder.record(applied(before, found))
        for path in found if phase.name == "gather" else ():
            self._tidied(path)
        return self.recorder.line is not before

    def _tidied(self, path: Path) -> None:
        """What was put together beside an inner part in textbook form, before it is carried further in."""
        line = self.recorder.line
        numbers, gradient, part = beside(at(line, path), self.scene.direction)
        if gradient is None or not isinstance(part, Differential) or part.body is self.variable:
            return
        term = at(line, path)
        core = term.factors[-1] if isinstance(term, Mul) else term

        def line_of(found: Expr) -> Expr:
            return with_parts(line, {path: mul(*numbers, like(core, found, part))})

        if line_of(gradient) is line:
            tidy_part(self.recorder, gradient, line_of)

    # --- what is pending ----------------------------------------------------------------------------------------------

    def _ready(self) -> list[Differential]:
        """The pending parts that stand in no other pending part."""
        pending = pendings(self.recorder.line)
        outer = set(outermost(part.body for part in pending))
        return [part for part in pending if part.body in outer]

    def _is_ready(self, rewriting: Rewriting) -> bool:
        """Whether all that is pending in what the rule put together is: else more may come to it."""
        ready = self._ready()
        return all(part in ready for _, value in rewriting.bindings if isinstance(value, Expr) for part in pendings(value))

    # --- names --------------------------------------------------------------------------------------------------------

    def _name(self, phase: Phase) -> bool:
        """Long gradients of inner parts get a name before they are carried further in."""
        ready = {part for part in self._ready() if part.body is not self.variable}
        for path, term in terms_of(self.recorder.line):
            _, gradient, part = beside(term, self.scene.direction)
            if part in ready and gradient is not None and gradient.weight > NAME_FROM and not isinstance(gradient, Named):
                rule, name = self.recorder.rules.rule(phase.rules[0]), fresh_name("G", self.taken)
                self.own.add(name)
                found = fit(rule, term, self.scene, (("name", Named(name, gradient)),), self.recorder.line, path)
                if found is not None:
                    self.recorder.record(applied(self.recorder.line, {path: found}))
                    return True
        return False

"""A method's phases run on its line: the first rule of the first phase that fits anywhere, at all parallel places, is one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...diagnostics.record import field, mutable
from ...ir import Add, Call, Differential, Expr, Mul, Named, Path, Power, Symbol, add, at, mul
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.rule import Phase
from ..closing import LineOf, finish, tidied
from ..engine.application import Scene, applied, fit, with_parts
from ..engine.apply import Rewriting
from ..engine.layers import outermost
from ..engine.moving import holds_pending
from ..engine.recorder import MOST_LINES, Recorder
from ..engine.search import Search
from ..forms.algebra import flip, multiplied, zero
from ..forms.terms import terms_of
from ..layouts import change_layout
from ..named_steps import record_names
from ..naming import fresh_name, name_parts
from ..network.reading import tidy_part
from . import native_moves as native_moves  # its native rules
from .beside import Term, beside, gradient_in, like
from .parts import pendings
from .unfolding import Moving, unfold

NAME_FROM = 24
"""A gradient of an inner part with more symbols than this gets a name of its own."""


class Mover(Search):
    """The rules of some phases tried at the parts of a line that move, whatever is done with what they make. `roots`: where to look."""

    def __init__(self, scene: Scene, roots: Callable[[Expr], Iterable[tuple[Path, Expr]]] = lambda line: (((), line),)) -> None:
        super().__init__(scene)
        self.roots = roots

    def found(self, phase: Phase, line: Expr) -> dict[Path, Rewriting]:
        """What the first rule that fits makes of the parts of the line where it fits; first those that `--rules` added, as far as
        they say what moves."""
        book = self.scene.rules
        extra = [rule for rule in book.extras() if rule.moves or rule.still]
        places = list(self._moving(line))
        nodes = [node for _, node in places]
        return self.first((*extra, *(book.directed(name) for name in phase.rules if book.likely(name, nodes))), line, places)

    def through(self, phases: Iterable[Phase], line: Expr) -> Expr:
        """The line after all rules of the phases, one after the other, without a record."""
        phases = list(phases)
        for _ in range(MOST_LINES):
            found = next((found for phase in phases if (found := self.found(phase, line))), None)
            before, line = line, line if found is None else applied(line, found).after
            if line is before:
                break
        return line

    def _moving(self, line: Expr) -> Iterator[tuple[Path, Expr]]:
        """The parts that hold what moves, each before its own parts; nothing below what is pending, has a name, or is no linear
        operation on what moves."""
        motion = self.scene.motion
        stack = list(self.roots(line))[::-1]
        while stack:
            path, node = stack.pop()
            if motion(node):
                yield path, node
                several = isinstance(node, Mul) and sum(map(motion, node.factors)) > 1
                if not several and not isinstance(node, Differential | Named | Power):
                    stack.extend(((*path, number), node.children[number]) for number in range(len(node.children) - 1, -1, -1))


def carried(numbers: tuple[Expr, ...], gradient: Expr | None, move: Expr, scene: Scene) -> list[Term]:
    """numbers · ⟨G, E(dZ)⟩ as terms numbers · ⟨G′, dZ⟩: the rules of the adjoint method, without a record."""
    phases = (phase for phase in scene.rules.method("adjoint").phases if phase.name in ("adjoint", "close"))
    parts = move.terms if gradient is None and isinstance(move, Add) else (move,)
    line = add(*(mul(*numbers, part if gradient is None else Call("inner", gradient, part)) for part in parts))
    return [_term(term, scene.direction) for _, term in terms_of(Mover(scene).through(phases, line))]


def _term(term: Expr, direction: Symbol | None) -> Term:
    numbers, gradient, part = beside(term, direction)
    return Term(multiplied(numbers), gradient, part)


@mutable
class Walk:
    """From d(loss) to what stands beside d(X): the phases of the method, each step recorded. It is backpropagation."""

    recorder: Recorder
    moving: Moving
    taken: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    def run(self) -> None:
        """The phases up to `form` again and again until none of them makes a step, then `form`."""
        phases = self.moving.scene.rules.method(self.moving.method).phases
        end = next(number for number, phase in enumerate(phases) if phase.name == "form")
        mover = Mover(self.moving.scene)
        while any(self._step(phase, mover) for phase in phases[:end]):
            self.recorder.must_end()
        for part in pendings(self.recorder.line):
            if part.body is not self.moving.variable:
                raise self.recorder.unknown(part.body)
        self._step(phases[end], mover)
        if holds_pending(self.recorder.line) or self.moving.direction is not None:
            self._is_read()

    def _is_read(self) -> None:
        """Of a line of several terms, or one in which what moves is not the last factor, no gradient can be read."""
        goal = self.moving.direction or self.moving.d(self.moving.variable)
        for _, term in terms_of(self.recorder.line):
            part = beside(term, self.moving.scene.direction)[2]
            if part is not goal and self.moving.scene.motion(part):
                raise self.recorder.unknown(part)

    def _step(self, phase: Phase, mover: Mover) -> bool:
        if phase.name == "differentiate":
            return unfold(self.recorder, self.moving, self._ready())
        if phase.name == "name":
            return self._name(phase)
        found = mover.found(phase, self.recorder.line)
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
        numbers, gradient, part = beside(at(line, path), self.moving.scene.direction)
        if gradient is None or not isinstance(part, Differential) or part.body is self.moving.variable:
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
        ready = {part for part in self._ready() if part.body is not self.moving.variable}
        for path, term in terms_of(self.recorder.line):
            _, gradient, part = beside(term, self.moving.scene.direction)
            if part in ready and gradient is not None and gradient.weight > NAME_FROM and not isinstance(gradient, Named):
                rule, name = self.recorder.rules.rule(phase.rules[0]), fresh_name("G", self.taken)
                self.own.add(name)
                found = fit(rule, term, self.moving.scene, (("name", Named(name, gradient)),), self.recorder.line, path)
                if found is not None:
                    self.recorder.record(applied(self.recorder.line, {path: found}))
                    return True
        return False


def by_walk(recorder: Recorder, moving: Moving, taken: set[str], line_of: LineOf, layout: str, words: str) -> Derivation:
    """The walk from the first line to the read-off under the sentence of `words`; `line_of` puts a gradient into the last line."""
    problem, start = recorder.problem, recorder.line
    _, names = name_parts(problem.loss, problem.wrt, taken)
    if names:
        record_names(recorder, names)
    walk = Walk(recorder, moving, {*taken, "G"})
    walk.run()
    gradient = zero(problem.wrt.shape)
    if moving.scene.motion(recorder.line):
        gradient = tidied(recorder, gradient_in(recorder.line), line_of, lambda named: named.name in walk.own)
    if is_turned(layout, problem.loss.shape, problem.wrt.shape):
        change_layout(recorder, layout)
        return finish(recorder, start, flip(gradient), moving.method, layout, f"{words}-turned")
    return finish(recorder, start, gradient, moving.method, layout, words)

"""A method's phases run on its line: the first rule of the first phase that fits anywhere, at all parallel places,
is one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...ir import Differential, Expr, Path, at
from ...ir.terms import terms_of
from ...ir.walk import outermost
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.rule import Phase
from ..closing import LineOf, finish, tidied
from ..engine.application import with_parts
from ..engine.apply import Rewriting
from ..engine.moving import holds_pending
from ..forms.algebra import flip, zero
from ..layouts import change_layout
from ..named_steps import record_names
from ..naming import name_parts
from ..network.reading import tidy_part
from .beside import PairForm, Term, gradient_in
from .mover import Runner, pendings


class Walk(Runner):
    """From d(loss) to what stands beside d(X): the phases of the method, each step recorded. It is backpropagation."""

    def derivation(self, line_of: LineOf, layout: str, words: str) -> Derivation:
        """The walk from the first line to the read-off under the sentence of `words`;
        `line_of` puts a gradient into the last line."""
        recorder = self.recorder
        problem, start = recorder.problem, recorder.line
        _, names = name_parts(problem.loss, problem.wrt, self.taken)
        if names:
            record_names(recorder, names)
        self._to_the_end()
        gradient = zero(problem.wrt.shape)
        if self.scene.motion(recorder.line):
            gradient = tidied(recorder, gradient_in(recorder.line), line_of, lambda named: named.name in self.own)
        if is_turned(layout, problem.loss.shape, problem.wrt.shape):
            change_layout(recorder, layout)
            return finish(recorder, start, flip(gradient), self.method, layout, f"{words}-turned")
        return finish(recorder, start, gradient, self.method, layout, words)

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
        ready = self._ready()

        def is_ready(rewriting: Rewriting) -> bool:
            return all(
                part in ready for _, value in rewriting.bindings if isinstance(value, Expr) for part in pendings(value)
            )

        found = {
            path: rewriting for path, rewriting in self.found(phase, self.recorder.line).items() if is_ready(rewriting)
        }
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

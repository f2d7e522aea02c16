"""The phases of a method at a line: its rules tried at the parts that move, and at what is pending;
recorded as steps or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ...diagnostics import StuckError
from ...ir import Add, Call, Differential, Expr, Mul, Named, Path, Power, add, mul, nodes_of, places
from ...ir.terms import terms_of
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings
from ...rulebook.rule import Phase
from ..engine.application import Scene, applied, apply, holds_pending, places_of, reserved_names
from ..engine.apply import Rewriting
from ..engine.pending import d
from ..engine.recorder import MOST_LINES, Recorder, Search
from ..forms.algebra import multiplied
from ..naming import slope_name
from ..textbook.simplifier import textbook
from . import native_moves as native_moves  # its native rules
from .beside import Term, beside, body_of

NAME_FROM = 24
"""A gradient of an inner part with more symbols than this gets a name of its own."""
COPIED_FROM = 10
"""So does one with more symbols than this that is about to be written several times."""


class Mover(Search):
    """The phases of a method, whatever is done with what their rules make."""

    def __init__(self, scene: Scene, method: str) -> None:
        super().__init__(scene)
        self.method, self.variable, self.direction = method, scene.problem.wrt, scene.direction
        self.phases = {phase.name: phase for phase in scene.rules.method(method).phases}

    def d(self, body: Expr) -> Expr:
        """The pending differential of a part."""
        return d(body, Differential(self.variable, self.variable, self.direction))

    # --- what moves ---------------------------------------------------------------------------------------------------

    def found(self, phase: Phase, line: Expr) -> dict[Path, Rewriting]:
        """What the first rule that fits makes of the parts of the line where it fits; first those that `--rules` added,
        as far as they say what moves."""
        extra = [rule.id for rule in self.scene.rules.extras() if rule.moves or rule.still]
        places = [place for root in self.roots(line) for place in self._moving(*root)]
        return self.first((*extra, *phase.rules), line, places)

    def roots(self, line: Expr) -> Iterable[tuple[Path, Expr]]:
        """Where what moves is looked for."""
        return (((), line),)

    def _moving(self, path: Path, node: Expr) -> Iterator[tuple[Path, Expr]]:
        """The parts that hold what moves, each before its own parts; nothing below what is pending, has a name, or is
        no linear operation on what moves."""
        motion = self.scene.motion

        def linear(node: Expr) -> bool:
            if isinstance(node, Differential | Named | Power) or not motion(node):
                return False
            return not isinstance(node, Mul) or sum(map(motion, node.factors)) < 2

        return (place for place in places(node, path, linear) if motion(place[1]))

    def through(self, phases: Iterable[str], line: Expr) -> Expr:
        """The line after all rules of the phases, one after the other, without a record; a line that comes a second
        time would come again and again, and is the last one."""
        seen: set[Expr] = set()
        while line not in seen and len(seen) < MOST_LINES:
            seen.add(line)
            found = next((found for name in phases if (found := self.found(self.phases[name], line))), None)
            line = line if found is None else applied(line, found).after
        return line

    # --- what is pending ----------------------------------------------------------------------------------------------

    def pending_in(self, line: Expr, parts: Iterable[Differential]) -> Iterable[tuple[Path, Expr]]:
        """Where these parts stand, but for the variable's own."""
        wanted: dict[Expr, object] = {part: part for part in parts if part.body is not self.variable}
        return places_of(line, wanted, holds_pending)

    def total(self, body: Expr, phase: str = "differentiate") -> Expr | None:
        """d(body) in terms of the differentials of named parts and of the variable alone;
        None where no rule is known."""
        return self.inside(self.d(body), phase, body)

    def inside(self, move: Expr, phase: str = "differentiate", name: Expr | None = None) -> Expr | None:
        """What is linear in several d(z), in the differentials of named parts (but of the one called `name`)
        and of the variable alone."""
        while True:
            parts = (part for part in pendings(move) if part.body is name or not isinstance(part.body, Named))
            found = self.turn(self.phases[phase].rules, move, self.pending_in(move, parts))
            if isinstance(found, Expr):
                return None
            if not found:
                return move
            move, name = applied(move, found).after, None


class Runner(Mover):
    """Runs the phases on the line of a recorder: what their rules make are steps.
    A phase with a method of its name is more than that."""

    def __init__(self, recorder: Recorder, method: str, taken: Iterable[str] = ()) -> None:
        super().__init__(recorder.scene, method)
        self.recorder, self.taken = recorder, set(taken)
        self.own: set[str] = set()

    def run(self, *names: str) -> None:
        """The phases from the first one again and again, until none of them makes a step, or a line comes back."""
        seen = {self.recorder.line}
        while any(self.step(self.phases[name]) for name in names) and self.recorder.line not in seen:
            seen.add(self.recorder.line)
            self.recorder.must_end()

    def step(self, phase: Phase) -> bool:
        """One step of a phase; whether the line changed."""
        own: Callable[[Phase], bool] = getattr(self, f"_{phase.name}", self.moved)
        return own(phase)

    def moved(self, phase: Phase) -> bool:
        """The first rule of the phase that fits what moves."""
        return self.recorded(self.found(phase, self.recorder.line))

    def recorded(self, found: Mapping[Path, Rewriting]) -> bool:
        """The step of what was found; whether the line changed."""
        before = self.recorder.line
        if found:
            self.recorder.record(applied(before, found))
        return self.recorder.line is not before

    def _differentiate(self, phase: Phase) -> bool:
        """The rule that comes first for the first part that is pending, wherever it comes first."""
        return self.recorded(self.taken_apart(phase, self.waiting()))

    def taken_apart(self, phase: Phase, places: Iterable[tuple[Path, Expr]]) -> dict[Path, Rewriting]:
        """What is made of what is pending at these places; StuckError where no rule is known for it."""
        found = self.turn(phase.rules, self.recorder.line, places)
        if isinstance(found, Expr):
            raise self.stuck(found.children[0])
        return found

    def waiting(self) -> Iterable[tuple[Path, Expr]]:
        """Where something is pending that may be taken apart now."""
        return self.pending_in(self.recorder.line, pendings(self.recorder.line))

    def stuck(self, part: Expr) -> StuckError:
        """No rule is known for a part."""
        return self.recorder.stuck(f"this method knows no rule for `{to_unicode(part)}` here")

    def _name(self, phase: Phase) -> bool:
        """Long gradients of inner parts get a name before they are carried further in."""
        for path, term in self.readable():
            if term.gradient is not None and not isinstance(term.gradient, Named) and self._long(term, term.gradient):
                name = slope_name(reserved_names(self.scene.problem), self.taken)
                self.own.add(name)
                said = ("name", Named(name, textbook(term.gradient, self.scene.problem))), ("part", body_of(term))
                return self.ran(phase, path, said)
        return False

    def _long(self, term: Term, gradient: Expr) -> bool:
        """Whether a gradient is too long to be carried further in as it is."""
        if gradient.weight > NAME_FROM:
            return True
        move = self.total(body_of(term)) if gradient.weight > COPIED_FROM else None
        return isinstance(move, Add)

    def ran(self, phase: Phase, path: Path, bindings: Bindings) -> bool:
        """The only rule of the phase, at this place, with what is said of its letters."""
        rule = self.scene.rules.rule(phase.rules[0])
        self.recorder.record(apply(rule, self.recorder.line, (path,), self.scene, bindings))
        return True

    def readable(self) -> Iterable[tuple[Path, Term]]:
        """The terms in which an inner part is pending that may be taken apart now."""
        return ()


def pendings(*exprs: Expr) -> list[Differential]:
    """The different pending differentials, in reading order."""
    return [node for node in nodes_of(*exprs) if isinstance(node, Differential)]


def carried(numbers: tuple[Expr, ...], gradient: Expr | None, move: Expr, scene: Scene) -> list[Term]:
    """numbers · ⟨G, E(dZ)⟩ as terms numbers · ⟨G′, dZ⟩: the rules of the adjoint method, without a record."""
    parts = move.terms if gradient is None and isinstance(move, Add) else (move,)
    line = add(*(mul(*numbers, part if gradient is None else Call("inner", gradient, part)) for part in parts))
    line = Mover(scene, "adjoint").through(("adjoint", "close"), line)
    found = (beside(term, scene.direction) for _, term in terms_of(line))
    return [Term(multiplied(numbers), gradient, part) for numbers, gradient, part in found]

"""The phases of a method at a line: its rules tried at the parts that move, and at what is pending; recorded as steps or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...ir import Differential, Expr, Mul, Named, Path, Power, nodes_of
from ...rulebook.rule import Phase
from ..engine.application import Scene, applied, holds_pending, places_of
from ..engine.apply import Rewriting
from ..engine.moving import d
from ..engine.recorder import MOST_LINES, Recorder
from ..engine.search import Search


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
        """What the first rule that fits makes of the parts of the line where it fits; first those that `--rules` added, as far as
        they say what moves."""
        book = self.scene.rules
        extra = [rule for rule in book.extras() if rule.moves or rule.still]
        places = [place for root in self.roots(line) for place in self._moving(*root)]
        nodes = [node for _, node in places]
        return self.first((*extra, *(book.directed(name) for name in phase.rules if book.likely(name, nodes))), line, places)

    def roots(self, line: Expr) -> Iterable[tuple[Path, Expr]]:
        """Where what moves is looked for."""
        return (((), line),)

    def _moving(self, path: Path, node: Expr) -> Iterator[tuple[Path, Expr]]:
        """The parts that hold what moves, each before its own parts; nothing below what is pending, has a name, or is no linear
        operation on what moves."""
        motion = self.scene.motion
        stack = [(path, node)]
        while stack:
            path, node = stack.pop()
            if motion(node):
                yield path, node
                several = isinstance(node, Mul) and sum(map(motion, node.factors)) > 1
                if not several and not isinstance(node, Differential | Named | Power):
                    stack.extend(((*path, number), node.children[number]) for number in range(len(node.children) - 1, -1, -1))

    def through(self, phases: Iterable[str], line: Expr) -> Expr:
        """The line after all rules of the phases, one after the other, without a record."""
        for _ in range(MOST_LINES):
            found = next((found for name in phases if (found := self.found(self.phases[name], line))), None)
            before, line = line, line if found is None else applied(line, found).after
            if line is before:
                break
        return line

    # --- what is pending ----------------------------------------------------------------------------------------------

    def layer(self, line: Expr, pending: Iterable[Differential], phase: str = "differentiate") -> dict[Path, Rewriting] | Expr:
        """The rule that comes first for the first of these parts, wherever it comes first; a part for which no rule is known."""
        wanted: dict[Expr, object] = {part: part for part in pending if part.body is not self.variable}
        return self.turn(self.phases[phase].rules, line, places_of(line, wanted, holds_pending))

    def total(self, body: Expr, phase: str = "differentiate") -> Expr | None:
        """d(body) in terms of the differentials of named parts and of the variable alone; None where no rule is known."""
        return self.inside(self.d(body), phase, body)

    def inside(self, move: Expr, phase: str = "differentiate", name: Expr | None = None) -> Expr | None:
        """What is linear in several d(z), in the differentials of named parts (but of the one called `name`) and of the variable alone."""
        while True:
            found = self.layer(move, (part for part in pendings(move) if part.body is name or not isinstance(part.body, Named)), phase)
            if isinstance(found, Expr):
                return None
            if not found:
                return move
            move, name = applied(move, found).after, None

    def unfold(self, recorder: Recorder, pending: Iterable[Differential]) -> bool:
        """One step by a rule at what is pending; whether anything was."""
        found = self.layer(recorder.line, pending)
        if isinstance(found, Differential):
            raise recorder.unknown(found.body)
        if found and not isinstance(found, Expr):
            recorder.record(applied(recorder.line, found))
        return bool(found)


def pendings(expr: Expr) -> list[Differential]:
    """The different pending differentials, in reading order."""
    return [node for node in nodes_of(expr) if isinstance(node, Differential)]

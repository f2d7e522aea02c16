"""From d(loss) to ⟨G, dX⟩: the outermost pending part is unfolded, its terms are moved, and so on inwards. It is backpropagation."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...diagnostics import Diagnostic, StuckError
from ...ir import Call, Expr, Mul, Named, Number, add, mul
from ...notation.printing.to_text import to_text
from ...records import Bindings
from ..engine.application import is_zero, zero_of
from ..engine.recorder import Recorder
from ..textbook.simplifier import textbook
from .differentials import Layer, Moving, unfolded
from .forms import Form, Stage
from .pairing import multiplied, peeled
from .pull import Term, advance, moves, waiting

MAX_LINES = 4_000
NAME_FROM = 24
"""A gradient of an inner part with more symbols than this gets a name of its own."""


@dataclass(slots=True)
class Sweep:
    """The terms of the current line; `recorder` holds the lines themselves."""

    recorder: Recorder
    form: Form
    moving: Moving
    terms: list[Term]
    taken: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Until only the variable's own differential is pending, in one term."""
        while True:
            if len(self.recorder.steps) > MAX_LINES:
                raise StuckError(Diagnostic("too-many-steps", f"the derivation has more than {MAX_LINES} lines and is not finished"))
            if any(waiting(term) is None for term in self.terms):
                self._advance()
            elif not self._open():
                break
            else:
                ready = self._ready()
                if not self._gather(ready):
                    self._unfold(ready)
        self._gather([self.moving.variable], tidy=False)

    # --- lines --------------------------------------------------------------------------------------------------------

    def _record(self, rule: str, shown: list[Expr], bindings: Bindings = ()) -> None:
        self.recorder.move(rule, self.form.line(shown), bindings)

    def _open(self) -> list[Term]:
        return [term for term in self.terms if _body(term) is not self.moving.variable]

    # --- moves --------------------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        done: dict[int, tuple[list[Stage], tuple[Term, ...]]] = {}
        chosen: tuple[object, ...] | None = None
        for number, term in enumerate(self.terms):
            if waiting(term) is not None:
                continue
            moved = advance(term)
            if moved is None:
                raise self._stuck(term.move)
            stages = self.form.stages(term, moved)
            key = (moved.kind, *(stage.rule for stage in stages))
            chosen = chosen or key
            if key == chosen:
                done[number] = (stages, moved.terms)
        first = next(iter(done.values()))[0]
        for step, stage in enumerate(first):
            shown = []
            for number, term in enumerate(self.terms):
                shown.append(done[number][0][step].shown if number in done else self.form.show(term))
            self._record(stage.rule or "multiply-numbers", shown, stage.bindings)
        new: list[Term] = []
        for number, term in enumerate(self.terms):
            new.extend(done[number][1] if number in done else (term,))
        self.terms = new

    def _ready(self) -> list[Expr]:
        """The pending parts that stand in no other pending part."""
        bodies = list(dict.fromkeys(_body(term) for term in self._open()))
        if len(bodies) == 1:
            return bodies
        nested: set[Expr] = set()
        for body in bodies:
            if body in nested:
                continue
            stack = list(body.children)
            while stack:
                node = stack.pop()
                if node not in nested:
                    nested.add(node)
                    stack.extend(node.children)
        return [body for body in bodies if body not in nested]

    def _gather(self, ready: list[Expr], tidy: bool = True) -> bool:
        groups: dict[Expr, list[Term]] = {}
        wanted = set(ready)
        for term in self.terms:
            if _body(term) in wanted:
                groups.setdefault(term.move, []).append(term)
        many = {move: members for move, members in groups.items() if len(members) > 1}
        if not many:
            return False
        new: list[Term] = []
        for term in self.terms:
            members = many.get(term.move)
            if members is None:
                new.append(term)
            elif members[0] is term:
                merged = self._merged(members, tidy)
                if merged is not None:
                    new.append(merged)
        self.terms = new
        move, members = next(iter(many.items()))
        same = all(member.gradient is members[0].gradient for member in members)
        bindings: Bindings = (("terms", move), ("pending", move))
        self._record("merge-like-terms" if same else "gather-differentials", [self.form.show(term) for term in new], bindings)
        return True

    def _merged(self, members: list[Term], tidy: bool) -> Term | None:
        whole = add(*(whole_of(member) for member in members))
        if tidy or all(member.gradient is members[0].gradient for member in members):
            whole = textbook(whole, self.recorder.problem)
        if whole is zero_of(whole):
            return None
        if members[0].gradient is None:
            return Term((whole,), None, members[0].move)
        numbers, gradient = peeled(whole)
        return Term(numbers, gradient, members[0].move)

    # --- layers -------------------------------------------------------------------------------------------------------

    def _unfold(self, ready: list[Expr]) -> None:
        wanted = set(ready)
        first: Layer | None = None
        layers: dict[Expr, Layer] = {}
        new: list[Term] = []
        named = self._named_terms(wanted)
        for term in named:
            pending = waiting(term)
            assert pending is not None
            if pending.body not in wanted:
                new.append(term)
                continue
            layer = self.moving.layer(pending)
            if layer is None:
                raise self._stuck(pending.body)
            first = first or layer
            if layer.rule.id != first.rule.id:
                new.append(term)
                continue
            layers[pending] = layer
            if not is_zero(layer.body):
                body = Call("sum", layer.body) if isinstance(term.move, Call) else layer.body
                new.append(in_front(Term(term.numbers, term.gradient, body)))
        self.terms = new
        self.recorder.record(unfolded(self.recorder.line, layers))
        self._record("multiply-numbers", [self.form.show(term) for term in new])

    def _named_terms(self, wanted: set[Expr]) -> list[Term]:
        """Long gradients of inner parts get a name before they are carried further in."""
        new = []
        for term in self.terms:
            gradient = term.gradient
            long = gradient is not None and gradient.weight > NAME_FROM and not isinstance(gradient, Named) and _body(term) in wanted
            if long and gradient is not None:
                term = Term(term.numbers, Named(self._name(), textbook(gradient, self.recorder.problem)), term.move)
            new.append(term)
        changed = [term for old, term in zip(self.terms, new, strict=True) if old is not term]
        self.terms = new
        if changed:
            bindings: Bindings = (("name", changed[0].gradient or Number(1)), ("pending", changed[0].move))
            self._record("name-gradient", [self.form.show(term) for term in new], bindings)
        return new

    def _name(self) -> str:
        number = 1
        while f"G{number}" in self.taken:
            number += 1
        self.taken.add(f"G{number}")
        self.own.add(f"G{number}")
        return f"G{number}"

    def _stuck(self, part: Expr) -> StuckError:
        name = part.function if isinstance(part, Call) else type(part).__name__
        return StuckError(
            Diagnostic(
                "stuck",
                f"this method knows no rule for `{name}` here",
                notes=(f"the line reached: {to_text(self.recorder.line)}",),
                help="`--method index` goes through entries and can differentiate it",
            )
        )


def _body(term: Term) -> Expr:
    pending = waiting(term)
    assert pending is not None
    return pending.body


def in_front(term: Term) -> Term:
    """The term with the numbers of a number-valued move among its own: only the order of scalar factors changes."""
    if term.gradient is None and isinstance(term.move, Mul):
        moving = next(factor for factor in term.move.factors if moves(factor))
        if moving.shape.is_number:
            others = tuple(factor for factor in term.move.factors if factor is not moving)
            return Term(multiplied((*term.numbers, *others)), None, moving)
    return term


def whole_of(term: Term) -> Expr:
    """numbers · G, what stands beside the pending part."""
    if term.gradient is None:
        return mul(*term.numbers) if term.numbers else Number(1)
    return mul(*term.numbers, term.gradient)


__all__ = ["Sweep", "whole_of"]

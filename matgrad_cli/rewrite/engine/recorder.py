"""Where rules fit in a line, and the steps of a derivation: each is judged at once by something that cannot see the
rules. The first of some rules that fits anywhere, at all the places where it fits, is one step.

Of what is pending the first part decides: the rule that comes first for it, wherever it comes first. A rule about ∂ or
d runs on what is pending itself, any other rule on what stands under it (on the number or array,
or on the array whose entry it is): d(‖A‖²) = d(tr(AᵀA)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...diagnostics import BugError, Diagnostic, InputError, StuckError
from ...diagnostics.record import field, mutable, replace
from ...facts import Problem
from ...ir import Differential, Entry, Expr, Index, Partial, Path, Symbol, letters_in
from ...ir.memory import remembered
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings, Sentence, Step
from ...records.derivation import PLACE
from ...rulebook.load import Rulebook
from ...rulebook.rule import Rule
from ...verify.judge import Judge
from ...verify.verdict import Verdict, Witness
from .application import Application, Scene, applied, fit, pending_of, places_of
from .apply import Rewriting
from .pending import differential_of

MOST_LINES: Final = 4_000
"""No derivation has more lines."""
LONGEST: Final = 300
"""A counterexample that needs more letters than this (large sizes) is not printed; its sizes stand in the evidence."""


def shown(witness: Witness | None) -> tuple[str, ...]:
    """`at A = [[1]] the left side is 1 and the right side 2`."""
    if witness is None:
        return ()
    values = ", ".join(f"{name} = {value}" for name, value in witness.values)
    said = f"{f'at {values} ' if values else ''}the left side is {witness.left} and the right side is {witness.right}"
    return (said,) if len(said) < LONGEST else ()


def sentence(template: str, bindings: Bindings) -> Sentence:
    """The sentence of a rule with the values that it mentions (and no others)."""
    wanted = set(PLACE.findall(template))
    values = tuple((name, value) for name, value in bindings if name in wanted)
    missing = wanted - {name for name, _ in values}
    if missing:
        said = f"the sentence `{template}` mentions {sorted(missing)}, which nobody bound"
        raise BugError.coded("bug-sentence", said)
    return Sentence(template, values)


def for_each(said: Sentence) -> Sentence:
    """What is said of each term of a sum names the letters of the sum: for each i, 1 − y_i (Xw)_i is not 0."""
    free = {letter for _, value in said.values if isinstance(value, Expr) for letter in value.free}
    letters = tuple((letter.name, letter) for letter in sorted(free))
    if not letters:
        return said
    return Sentence(
        f"for each {', '.join(f'{{{name}}}' for name, _ in letters)}, {said.template}", (*said.values, *letters)
    )


class Unasked(Judge):
    """A judge that is not asked, for a second opinion whose result alone is compared: nobody reads its steps."""

    def compare_over(
        self, before: Expr, after: Expr, letters: tuple[Index, ...], thorough: bool = False, claim: bool = False
    ) -> Verdict:
        """Nothing is said of any two expressions."""
        del before, after, letters, thorough, claim
        return Verdict("unknown", "not asked")


@mutable
class Recorder:
    """The current line and the steps so far. `letters` are the free letters over which lines are compared: a line that
    does not depend on one of them (Σ_ij δ_is δ_jt = 1) is the same number for each of its values.
    """

    problem: Problem
    rules: Rulebook
    judge: Judge
    line: Expr
    steps: list[Step] = field(default_factory=list)
    names: dict[Expr, Expr] = field(default_factory=dict)
    letters: tuple[Index, ...] = ()
    entrywise: bool = False
    inside: bool = False
    direction: Symbol | None = None

    def __post_init__(self) -> None:
        self._seen = set(letters_in(self.line))
        self.search = Search(
            Scene(self.problem, self.rules, self.names, self.entrywise, self.direction, self.inside, self._seen)
        )

    @property
    def unread(self) -> bool:
        """Whether nobody reads the steps: no sentence is needed then."""
        return isinstance(self.judge, Unasked)

    @property
    def scene(self) -> Scene:
        """What the rules may know besides the line."""
        return self.search.scene

    def record(self, application: Application, title: str | None = None, said: Bindings = ()) -> None:
        """One step by a rule that ran on the current line; nothing is recorded if the line stays the same. Of what
        is `said` beside the letters of the rule only that is kept which the title mentions."""
        if application.before is not self.line:
            raise BugError(Diagnostic("bug", f"`{application.rule.id}` ran on another line than the current one"))
        if application.after is not self.line:
            known, wanted = dict(application.bindings), set(PLACE.findall(title or ""))
            more = tuple(pair for pair in said if pair[0] in wanted and pair[0] not in known)
            self.steps.append(self.judged(application, title, (*application.bindings, *more)))
            self.line = application.after

    def found(
        self, method: str, phase: str, places: Iterable[tuple[Path, Expr]], bindings: Bindings = ()
    ) -> dict[Path, Rewriting]:
        """What the first rule of a method's phase that fits any of these parts of the line makes of all of them that it
        fits."""
        return self.search.first(self.rules.method(method).phase(phase).rules, self.line, places, bindings)

    def run(self, method: str, phase: str, places: Iterable[tuple[Path, Expr]], bindings: Bindings = ()) -> bool:
        """One step by what was `found`; whether anything was. Where the rule does not make the same of all parts, the
        sentence speaks of the first."""
        found = self.found(method, phase, places, bindings)
        if found:
            application = applied(self.line, found)
            same = len({one.bindings for one in found.values()}) == 1
            self.record(application, None if same else f"{application.rule.title}, and in the other terms likewise")
        return bool(found)

    def steps_of(self, find: Callable[[Expr], Mapping[Path, Rewriting] | None], most: int) -> list[Step]:
        """The steps of what is found in the line, again and again while it changes;
        they are not recorded yet, the line is the last one."""
        steps: list[Step] = []
        while len(steps) < most and (found := find(self.line)):
            application = applied(self.line, found)
            if application.after is self.line:
                break
            steps.append(self.judged(application))
            self.line = application.after
        return steps

    def judged(self, application: Application, title: str | None = None, bindings: Bindings | None = None) -> Step:
        """The step of a rule that ran, not yet part of the chain."""
        said = application.bindings if bindings is None else bindings
        self._seen |= letters_in(application.after)
        step = self._judged(application.rule, application.before, application.after, said, title)
        return replace(step, paths=application.paths, assumed=tuple(map(for_each, application.assumed)))

    def _judged(self, rule: Rule, before: Expr, after: Expr, bindings: Bindings, title: str | None = None) -> Step:
        judge, letters = self.judge, self.letters
        verdict = judge.compare_over(before, after, letters) if letters else judge.compare(before, after)
        if verdict.kind == "differs":
            from ...notation.printing.to_text import to_text  # seldom needed

            lines = (f"before: {to_text(before)}", f"after: {to_text(after)}")
            if rule.id in self.rules.extra:  # a rule of the user's: that is no bug of the product
                said = f"the rule `{rule.id}` ({rule.file}:{rule.line}) changed the value of the line"
                notes = (*lines, verdict.by, *shown(verdict.witness))
                help_ = "the rule is false where it was used here: mend it, or leave it out"
                raise InputError.coded("rule-contradicted", f"{said}, so nothing is printed", notes=notes, help=help_)
            said = f"the step `{rule.id}` changed the value of the line; nothing of this derivation can be trusted"
            help_ = "please report this loss: it is a bug in the rules, found by the independent check"
            raise BugError.coded("bug-step-differs", said, notes=(*lines, verdict.by), help=help_)
        told = Sentence("") if self.unread else sentence(title or rule.title, bindings)
        return Step(rule.id, told, Sentence(rule.why), before, after, bindings, (), verdict, small=rule.small)

    def group(self, rule: str, substeps: Sequence[Step], bindings: Bindings = ()) -> None:
        """Several substeps under one title; a single one stands on its own."""
        if len(substeps) == 1:
            self.steps.append(substeps[0])
            self.line = substeps[0].after
        elif substeps:
            self.line = substeps[0].before
            self.told(rule, substeps[-1].after, substeps, bindings)

    def told(self, rule: str, after: Expr, substeps: Sequence[Step], bindings: Bindings = ()) -> None:
        """A group whose substeps speak of a part of the line: what stands under a derivative was itself derived."""
        if after is not self.line:
            title = self._title(rule)
            said = tuple(pair for pair in bindings if f"{{{pair[0]}}}" in title.title)
            whole = self._judged(title, self.line, after, said)
            self.steps.append(replace(whole, substeps=tuple(substeps)))
            self.line = after

    def entitled(self, rule: str, step: Step, bindings: Bindings) -> Step:
        """A step that stands alone under the title of a group."""
        return step if self.unread else replace(step, title=sentence(self._title(rule).title, bindings), small="")

    def stuck(
        self, message: str, help: str = "`--method index` goes through entries and can differentiate it"
    ) -> StuckError:
        """No rule goes on from the current line."""
        return StuckError.coded("stuck", message, notes=(f"the line reached: {to_unicode(self.line)}",), help=help)

    def must_end(self) -> None:
        """A derivation longer than it may be ends with a message instead of a hang."""
        if len(self.steps) > MOST_LINES:
            said = f"the derivation has more than {MOST_LINES} lines and is not finished"
            raise StuckError.coded("too-many-steps", said)

    def _title(self, rule: str) -> Rule:
        """The entry that is the title of a group, and no rule."""
        entry = self.rules.rule(rule)
        if not entry.group:
            raise BugError(Diagnostic("bug", f"`{rule}` is a rule and gave its name to a group of steps"))
        return entry


class Search:
    """`accepts` says which of the things that a rule makes are wanted.

    What does not fit is remembered, as most of a line stays as it is: whether a rule fits depends on the part and the
    bindings alone. So is the rule that comes first for what is pending.
    """

    def __init__(self, scene: Scene, accepts: Callable[[Rewriting], bool] = lambda _: True) -> None:
        self.scene, self.accepts = scene, accepts
        self._possible = _possible(scene.problem, scene.rules, scene.entrywise, scene.inside, scene.direction, accepts)
        self._chosen: dict[Expr, Rule] = {}

    def first(
        self, rules: tuple[str, ...], line: Expr, places: Iterable[tuple[Path, Expr]], bindings: Bindings = ()
    ) -> dict[Path, Rewriting]:
        """What the first rule that fits makes of these parts of the line; where it fits with the `bindings` at one
        place, it must fit by itself at further ones. Nothing is looked for below a part where it fits."""
        book, possible = self.scene.rules, self._possible.setdefault((rules, bindings), {})
        together = book.together(rules)
        waiting: dict[int, list[tuple[Path, Expr]]] = {}
        for path, node in places:
            numbers = possible.get(node)
            if numbers is None:
                numbers = possible[node] = list(together.possible(node))
            for number in numbers:
                waiting.setdefault(number, []).append((path, node))
        for number in sorted(waiting):
            rule, scene = book.directed(rules[number]), self.scene
            found: dict[Path, Rewriting] = {}
            for path, node in waiting[number]:
                if number not in possible[node] or any(path[:depth] in found for depth in range(len(path) + 1)):
                    continue
                rewriting = fit(rule, node, scene, bindings, line, path)
                if rewriting is None or not self.accepts(rewriting):
                    possible[node].remove(number)
                elif not found or not bindings or fit(rule, node, scene, (), line, path) == rewriting:
                    found[path] = rewriting
                    scene = scene.beside(rewriting)
            if found:
                return found
        return {}

    def turn(
        self, rules: Iterable[str], line: Expr, places: Iterable[tuple[Path, Expr]]
    ) -> dict[Path, Rewriting] | Expr:
        """What the rule that comes first at the first of these places makes of what is pending there, and wherever else
        it comes first; a pending part for which no rule is known is given back.
        At a place stands what is pending, or a term that waits for it."""
        rules = (*(rule.id for rule in self.scene.rules.extras() if rule.lhs), *rules)
        found: dict[Path, Rewriting] = {}
        first: Rule | None = None
        scene = self.scene
        for path, node in places:
            pending = pending_of(node, scene)
            if first is not None and self._chosen.get(pending, first) is not first:
                continue
            known = self._chosen.get(pending)
            fits = next(self._fits((known.id, *rules) if known else rules, line, path, node, pending, scene), None)
            if fits is None:
                return pending
            self._chosen[pending], place, rewriting = fits
            first = first or self._chosen[pending]
            if self._chosen[pending] is first:
                found[place] = rewriting
                scene = scene.beside(rewriting)
        return found

    def _fits(
        self, rules: tuple[str, ...], line: Expr, path: Path, node: Expr, pending: Differential | Partial, scene: Scene
    ) -> Iterator[tuple[Rule, Path, Rewriting]]:
        """The rules that fit what is pending at a place, as far as their text says that they may."""
        book, seen = scene.rules, [pending, pending.body]
        if isinstance(pending, Partial):
            seen += [differential_of(pending), differential_of(pending).body]
        for rule in map(book.rule, book.together(rules).likely(seen)):
            for place, part in _places(rule, path, node, pending):
                rewriting = fit(rule, part, scene, (), line, place)
                if rewriting is not None:
                    yield rule, place, rewriting


Possible = dict[tuple[tuple[str, ...], Bindings], dict[Expr, list[int]]]
"""Of rules that are tried together which may still fit a part, by their places."""


@remembered(maxsize=16)
def _possible(*_asked: object) -> Possible:
    """What is known of all searches that ask the same of the rules: nothing at first."""
    return {}


def _places(rule: Rule, path: Path, node: Expr, pending: Differential | Partial) -> Iterator[tuple[Path, Expr]]:
    """Where a rule may run: on what is pending, or on what is under it."""
    if rule.pending:
        yield path, node
        return
    below = next(below for below, _ in places_of(node, {pending.body: pending}, lambda _: True))
    yield (*path, *below), pending.body
    if isinstance(pending.body, Entry):
        yield (*path, *below, 0), pending.body.base

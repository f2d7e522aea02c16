"""Collects the steps of a derivation: each move is judged at once by something that cannot see the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from ...diagnostics import BugError, Diagnostic, InputError, StuckError
from ...diagnostics.record import field, mutable, replace
from ...facts import Problem
from ...ir import Expr, Index, Path, Symbol, letters_in
from ...notation.printing.to_unicode import to_unicode
from ...records import Bindings, Sentence, Step
from ...records.derivation import PLACE
from ...rulebook.load import Rulebook
from ...rulebook.rule import Rule
from ...verify.judge import Judge
from ...verify.verdict import Verdict, Witness
from .application import Application, Scene, applied
from .apply import Rewriting
from .search import Search

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

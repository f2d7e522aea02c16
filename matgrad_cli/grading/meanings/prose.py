"""What only the prose explains, while the rows are judged: rules in letters of their own,
and values for names that no formula defines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ...diagnostics.record import replace
from ...ir import Expr
from ...notation import syntax as s
from ..chain import Chain, Outcome, worst_of
from ..lines.directions import unknown
from ..lines.reading import Read, Side, read_side
from ..lines.scope import Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import names as names_in
from ..lines.syntax_walk import walk
from ..slips.causes import Slip
from .factored import factored
from .own_letters import true_of_all
from .supposed import (
    MOST_CHOICES,
    Values,
    functions,
    is_average,
    means,
    parts,
    sizes_as_names,
    suppositions,
    unexplained,
    wholes,
)


class Judging(Protocol):
    """What is needed of the reader of rows."""

    around: Surroundings
    chain: Chain
    notes: list[str]

    def claim(self, claim: Claim, first: bool) -> list[Outcome]:
        """Judges one chain of sides."""


class Prose:
    """`choices` are values for the first names that nothing explained, likeliest first; `blocked` are definitions that
    rest on such names; `lines` are sides that follow; `written` are the names in all rows; while `trying`, a line is
    not explained, only judged. Nothing is supposed unless `supposing`, and no rule is seen unless `rules`."""

    def __init__(self, reader: Judging, rules: bool, supposing: bool) -> None:
        self.reader = reader
        self.rules = rules
        self.supposing = supposing
        self.trying = False
        self.choices: list[Values] = []
        self.blocked: dict[str, s.Node] = {}
        self.lines: list[Expr] = []
        self.written: frozenset[str] = frozenset()

    def explained(
        self, claim: Claim, judge: Callable[[Claim], list[Outcome]], first: bool, sides: Sequence[Side]
    ) -> list[Outcome]:
        """The outcomes of a statement; a rule that holds for all letters is an aside,
        names in the `sides` are supposed."""
        reader, before = self.reader, replace(self.reader.chain)
        if (factor := factored(claim, reader.around)) is not None:
            reader.around.define(*factor)
            return [Outcome("follows", role="definition")]
        outcomes = judge(claim)
        worst = worst_of(outcomes)
        if worst is None or worst.verdict == "follows" or self.trying:
            return outcomes
        if self.supposing and not self.choices and (averages := self._averages(claim)):
            self.choices = [averages]
        if worst.role == "equation":
            return outcomes
        if self.rules and not claim.leading and not reader.chain.target and _is_rule(claim.sides, reader.around):
            reader.chain = before
            reader.notes.append("true for all values of its letters: a rule, and no line about this problem")
            return [Outcome("follows", worst.read, role="aside")]
        if not self.supposing or (worst.verdict == "wrong" and not sizes_as_names(claim, reader.around)):
            return outcomes
        after, choices = reader.chain, self._choices(replace(claim, sides=tuple(sides)), before, first)
        if not choices:
            reader.chain = after
            name = lone_name(claim.sides[0].node)
            if len(sides) < len(claim.sides) and name is not None and claim.sides[1].node is not None:
                self.blocked[name] = claim.sides[1].node
            return _doubted(outcomes) if worst.verdict == "wrong" else outcomes
        self.choices = self.choices or choices
        for known, value in choices[0].items():
            reader.around.suppose(known, value)
        reader.chain = before
        return judge(claim)

    def _averages(self, claim: Claim) -> Values:
        r"""The averages of data that nothing explains but their bar: what is only said of them, `\hat\mu = \bar x`,
        and what an equation says is judged with them in another run."""
        around = self.reader.around
        written = {part.name for side in claim.sides[1:] if side.node for part in names_in(side.node)}
        names = [name for name in written - around.promised if is_average(name) and unknown(around, name)]
        found = {name: next(means(around, (name,)), None) for name in sorted(names)}
        return {name: value for name, value in found.items() if value is not None}

    def _choices(self, claim: Claim, before: Chain, first: bool) -> list[Values]:
        """Values for the names that nothing explains under which the statement follows, likeliest first."""
        reader, around = self.reader, self.reader.around
        written, (claim, names) = claim, unexplained(claim, around, self.blocked)
        if len(claim.sides) < 2 and not claim.leading:
            return []
        nodes = [node for side in claim.sides if side.node is not None for _, node in walk(side.node)]
        by = {lone_name(node.variable) for node in nodes if isinstance(node, s.Derivative)}
        variables = frozenset(name for name in names if name in by)
        letters = reader.chain.letters(before.last) if before.last is not None else ()

        def fits(values: Values) -> bool:
            with around.trying(values, variables):
                return all(read_side(side, around, letters).expr is not None for side in claim.sides)

        def follows(values: Values, claim: Claim = claim) -> bool:
            reader.chain = replace(before)
            with around.trying(values, variables):
                outcomes = reader.claim(claim, first)
            equations = [outcome.read for outcome in outcomes if outcome.role == "equation"]
            if values.keys() & {one.name for read in equations for one in _names(read)}:
                return False  # an equation says not what a name is
            claims = [outcome for outcome in outcomes if outcome.role != "equation"]
            return {outcome.verdict for outcome in claims} == {"follows"} and "claim" in {one.role for one in claims}

        choices: list[Values] = []
        notes = len(reader.notes)
        self.trying = True
        try:
            choices = [values for values in functions(written, around) if follows(values, written)]
            pool = (
                []
                if choices or not names
                else [*wholes(claim, around), *means(around, names), *parts(around, self.lines, self.written)]
            )
            for values in suppositions(names, pool, fits) if pool else ():
                if follows(values):
                    choices.append(values)
                if len(choices) == MOST_CHOICES:
                    break
        finally:
            self.trying = False
            del reader.notes[notes:]
        return choices


def _is_rule(sides: Sequence[Side], around: Surroundings) -> bool:
    """Whether the sides are equal for all values of their letters."""
    return all(side.syntax == "latex" and side.node is not None for side in sides) and bool(
        true_of_all([side.text for side in sides], numerator=around.task.layout == "numerator")
    )


def _doubted(outcomes: list[Outcome]) -> list[Outcome]:
    """A letter that names a dimension is used as an array: what is wrong of the dimension may be right of the array."""
    slip = Slip("unknown-name", "a letter that names a dimension stands here for something else, which is not known")
    return [
        replace(outcome, verdict="undecided", slip=slip) if outcome.verdict == "wrong" else outcome
        for outcome in outcomes
    ]


def _names(read: Read | None) -> list[s.Name]:
    """The names in a side."""
    return names_in(read.side.node) if read is not None and read.side.node is not None else []

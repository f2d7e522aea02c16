"""What a kind of slip is: lines that it may have made, what is said of it, and how it is seen that one was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice

from ...diagnostics.record import record
from ...ir import Expr, Index, Path, nodes_of, sub, substitute
from ...verify.arrays.tensor import TooLarge
from ...verify.fields import NotExact, OutOfDomain
from ..bench import Bench
from ..lines.reading import Read
from ..lines.scope import Surroundings
from .causes import Repair, Slip
from .factors import Factor
from .sieve import Sieve
from .terms import Place, Shown, levels_of, written_places

MOST_TRIALS = 120
"""So many lines of one kind are tried."""


@record
class Context:
    """What is known where a line went wrong: the head of its chain, whether that is the derivative asked for,
    the line as read."""

    around: Surroundings
    head: Expr | None
    target: bool
    order: tuple[Index, ...]
    read: Read
    reference: Expr | None = None
    answering: bool = False


class Case:
    """A wrong line and what is needed in its place, in one form; what several kinds of slips look at is found once.

    `context` is absent where an equation is judged, `earlier` is then the one that it should follow from; `reference`
    tells what is needed, worked out.
    """

    def __init__(
        self,
        bench: Bench,
        needed: Expr,
        line: Expr,
        context: Context | None = None,
        earlier: tuple[Expr, Expr] | None = None,
        reference: Callable[[], Expr | None] = lambda: None,
        repair: Callable[[Expr], Repair | None] | None = None,
    ) -> None:
        self.bench, self.needed, self.line, self.earlier = bench, needed, line, earlier
        self._context, self._reference = context, reference
        self.repair = repair or (lambda line: bench.repair(needed, line))
        """The line as a repair, if it is what is needed."""
        self._sieved = repair is None

    @property
    def context(self) -> Context:
        """What is known where the line went wrong."""
        assert self._context is not None
        return self._context

    def excludes(self, path: Path, new: Expr) -> bool:
        """Whether the line with another part at a path is surely no repair; seen without making that line."""
        return self._sieve is not None and self._sieve.excludes(path, new)

    @cached_property
    def _sieve(self) -> Sieve | None:
        usual = self._sieved and self.alike and not self.line.free
        place = next(self.bench.float_points(1), None) if usual else None
        try:
            return Sieve(place, self.needed, self.line) if place is not None else None
        except (OutOfDomain, NotExact, TooLarge):
            return None

    @property
    def alike(self) -> bool:
        """Whether the line has the kind of what is needed."""
        return self.needed.shape is self.line.shape and self.needed.free == self.line.free

    @cached_property
    def reference(self) -> Expr | None:
        """What is needed, worked out."""
        return self._reference()

    @property
    def worked_out(self) -> Expr:
        """What is needed, worked out as far as that can be."""
        return self.needed if self.reference is None else self.reference

    @cached_property
    def ratio(self) -> Factor | None:
        """The constant factor between the line and what is needed."""
        return self.bench.ratio(self.line, self.needed)

    @cached_property
    def kinds(self) -> frozenset[type[Expr]]:
        """The kinds of nodes that stand in the line."""
        return frozenset(map(type, nodes_of(self.line)))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The parts of the line that are its own, with their paths."""
        return tuple(written_places(self.line))

    @cached_property
    def levels(self) -> list[list[Expr]]:
        """The terms of the line, opened once, twice, …"""
        return levels_of(self.line)

    @cached_property
    def terms_off(self) -> list[tuple[list[Expr], int, Factor]]:
        """The terms of the line that must stand in it another number of times: among which, where, how often."""
        rest = sub(self.needed, self.line)
        tried = [
            (parts, at, self.bench.ratio(rest, term, more=1)) for parts in self.levels for at, term in enumerate(parts)
        ]
        return [(parts, at, needed) for parts, at, needed in tried if needed is not None and needed.constant != 1]


@record
class Trial:
    """A slip that may have been made: the line without it, or with it; what the sentences say of it; the part at fault.

    `source` is what the line would have come from by a wrong rule, `bench` where alone it is right,
    if these variables have these `values`. It is no slip of one kind where `several` were made: a factor and a sign.
    """

    line: Expr
    said: tuple[object, ...] = ()
    part: Expr | None = None
    notes: tuple[str, ...] = ()
    source: Expr | None = None
    bench: Bench | None = None
    values: tuple[tuple[Expr, Expr], ...] = ()
    several: bool = False


Holds = Callable[[Case, Trial], Repair | None]


def mends(case: Case, trial: Trial) -> Repair | None:
    """The line of the trial is what is needed."""
    return case.repair(trial.line)


def leads_here(case: Case, trial: Trial) -> Repair | None:
    """The line of the trial, made by a wrong rule, is this line. The repair is what the rule should have led to."""
    found = case.bench.equal(trial.line, case.line)
    return case.bench.repair(case.needed, case.worked_out if trial.source is None else trial.source) if found else None


def right_elsewhere(case: Case, trial: Trial) -> Repair | None:
    """The line is what is needed at other points, where more holds than the problem says."""
    if trial.bench is None or not trial.values:
        return trial.bench.repair(case.needed, trial.line) if trial.bench is not None else None
    one, other = (
        substitute(case.context.around.expanded(side), dict(trial.values)) for side in (case.needed, trial.line)
    )
    found = trial.bench.repair(one, other)
    return Repair(trial.line, case.needed, found.verdict) if found is not None else None


@record
class Kind:
    """A kind of slip: its own name, the code, which lines are tried, what is wrong with such a line, what mends it,
    and how it is seen.

    In `sentence` and `words` stand what the trial says, {0} and so on, and {line} for the line that is right. Among the
    trials, None is one whose line was seen to be no repair before it was made.
    """

    name: str
    code: str
    trials: Callable[[Case], Iterable[Trial | None]]
    sentence: str
    words: str | None
    holds: Holds = mends

    def found(self, case: Case) -> Slip | None:
        """The slip, if one of this kind was made."""
        for trial in islice(self.trials(case), MOST_TRIALS):
            repair = self.holds(case, trial) if trial is not None else None
            if trial is not None and repair is not None:
                return self.slip(trial, repair)
        return None

    def slip(self, trial: Trial, repair: Repair) -> Slip:
        """The slip, now that the repair was judged; that line is what is printed."""
        words, of_rule = self.words, self.holds is leads_here
        if words is not None and of_rule and trial.source is None and repair.expr is repair.needed:
            words = words.removesuffix(": `{line}`")
        if words is not None:
            words = words.format(*trial.said, line=Shown(repair.expr if of_rule else trial.line))
        code = "differs" if trial.several else self.code
        return Slip(code, self.sentence.format(*trial.said), trial.notes, words, None, trial.part, repair)


def first(case: Case, kinds: Iterable[Kind]) -> Slip | None:
    """The first slip that was made, of kinds in their order; the names that wrong rules hold fixed on the way are
    forgotten again."""
    known = frozenset(case.bench.derived)
    try:
        return next((slip for kind in kinds if (slip := kind.found(case)) is not None), None)
    finally:
        for symbol in case.bench.derived.keys() - known:
            del case.bench.derived[symbol]


def where(
    holds: Callable[[Case], bool], trials: Callable[[Case], Iterable[Trial]]
) -> Callable[[Case], Iterator[Trial]]:
    """The trials, in some cases only."""

    def chosen(case: Case) -> Iterator[Trial]:
        if holds(case):
            yield from trials(case)

    return chosen

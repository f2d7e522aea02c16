"""What a kind of slip is: lines that it may have made, what is said of it, and how it is seen that one was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from ...diagnostics.record import record, replace
from ...ir import substitute
from .case import Case, Quoted, Trial
from .causes import Repair, Slip
from .terms import Shown

MOST_TRIALS = 120
"""So many lines of one kind are tried."""
Trials = Callable[[Case], Iterable[Trial | None]]
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
    trials: Trials
    sentence: str
    words: str | None
    holds: Holds = mends

    def found(self, case: Case) -> Slip | None:
        """The slip, if one of this kind was made."""
        for trial in filter(None, islice(self.trials(case), MOST_TRIALS)):
            if (repair := self.holds(case, trial)) is not None:
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
        quoted = (one for one in trial.said if isinstance(one, Quoted) and one.part is trial.part)
        nth = next((one.nth for one in quoted), (0, 1))
        return Slip(code, self.sentence.format(*trial.said), trial.notes, words, None, trial.part, repair, nth=nth)


def first(case: Case, kinds: Iterable[Kind]) -> Slip | None:
    """The first slip that was made, of kinds in their order; the names that wrong rules hold fixed on the way are
    forgotten again."""
    known = frozenset(case.bench.derived)
    try:
        return next((slip for kind in kinds if (slip := kind.found(case)) is not None), None)
    finally:
        for symbol in case.bench.derived.keys() - known:
            del case.bench.derived[symbol]


def kind(code: str, sentence: str, words: str | None, holds: Holds = mends) -> Callable[[Trials], Kind]:
    """The kind of slip whose lines a function tries, named as that function is."""
    return lambda trials: Kind(getattr(trials, "__name__", "").replace("_", "-"), code, trials, sentence, words, holds)


def where(holds: Callable[[Case], bool], found: Kind) -> Kind:
    """The kind, looked for in some cases only."""
    return replace(found, trials=lambda case: found.trials(case) if holds(case) else ())

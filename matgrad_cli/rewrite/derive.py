"""One loss, one variable, one method: the derivation, every step judged, closed by a read-off that looks at the loss alone."""

from __future__ import annotations

from pathlib import Path

from ..facts import Problem
from ..ir import Entry, Expr
from ..records import Derivation, ReadOff, Result, Sentence
from ..rulebook import Rulebook, rulebook
from ..verify.judge import Judge
from .index_method import Target, collapse, differentiate, reserved_names, target_of
from .reading import places_of, read_line, tidy_line
from .recorder import Recorder, sentence
from .terms import Letters


def derive(
    problem: Problem, method: str = "index", layout: str = "gradient", order: int = 1, rules: Rulebook | Path | None = None
) -> Derivation:
    """The derivation of d loss / d wrt. Raises StuckError where no rule is known, BugError where a step contradicts itself."""
    book = rules if isinstance(rules, Rulebook) else rulebook(rules)
    judge = Judge(problem)
    taken = reserved_names(problem)
    target = target_of(problem.loss, problem.wrt, taken)
    recorder = Recorder(problem, book, judge, target.start())
    entry_found = solve(recorder, target, taken)
    return finish(recorder, target.start(), target, entry_found, method, layout, order)


def solve(recorder: Recorder, target: Target, taken: set[str]) -> bool:
    """From ∂(…)/∂X[s,t] to the last line; whether it is an entry of one matrix."""
    letters = Letters(frozenset(taken))
    differentiate(recorder, letters)
    collapse(recorder)
    row, col = places_of(target.letters, target.row, target.col, target.root)
    whole = len(target.letters) <= 2 and read_line(recorder, row, col)
    tidy_line(recorder)
    return whole


def finish(recorder: Recorder, start: Expr, target: Target, whole: bool, method: str, layout: str, order: int) -> Derivation:
    """The read-off: the stated result against the derivative of the loss itself."""
    line = recorder.line
    matrix = None
    if whole:
        matrix = line.base if isinstance(line, Entry) and target.letters else line
    rule = recorder.rules.rule("read-off" if whole else "state-entries")
    verdict = recorder.judge.check_derivative(line, target.letters, order)
    values = (
        ("gradient", matrix if matrix is not None else line),
        ("s", str(target.letters[0]) if target.letters else ""),
        ("t", str(target.letters[1]) if len(target.letters) > 1 else ""),
        ("count", str(len(target.letters))),
    )
    readoff = ReadOff(sentence(rule.title, values), Sentence(rule.why), line, Result(line, target.letters, matrix), verdict)
    return Derivation(recorder.problem, method, layout, order, start, tuple(recorder.steps), readoff)

"""The final answer of a derivation, judged on its own, whatever the way to it."""

from __future__ import annotations

from ..ir import Expr
from ..records.finding import Final, FinalVerdict
from .answers import judge_answer, judged_derivative
from .chain import Outcome
from .derivation import Reader
from .task import Task


def final_of(task: Task, reader: Reader, answer: str | None) -> Final:
    """Right, wrong or missing: the last line that states the derivative without anything pending, or the key `answer`."""
    if answer is not None:
        found = judge_answer(task, answer, None)
        if found.verdict in ("right", "wrong"):
            return Final(found.verdict, found.slip.code if found.slip else None, found.slip.message if found.slip else None)
    read, solution = reader.chain.final, reader.equations.solution
    if solution is not None and (read is None or solution[1].verdict == "wrong"):
        return _of_solution(solution[1])
    if read is None:
        return Final("missing", None, "the derivation states no derivative of the loss that is worked out")
    if read.expr is None:
        if read.failure == "wrong" and read.slip is not None:
            return Final("wrong", read.slip.code, read.slip.message)
        return Final("missing", read.slip.code if read.slip else None, read.slip.message if read.slip else None)
    return _judged(reader, read.expr)


def _of_solution(outcome: Outcome) -> Final:
    """The verdict on the value that the equations end in."""
    if outcome.verdict == "follows":
        return Final("right")
    slip = outcome.slip
    verdict: FinalVerdict = "wrong" if outcome.verdict == "wrong" else "missing"
    return Final(verdict, slip.code if slip else None, slip.message if slip else None)


def _judged(reader: Reader, expr: Expr) -> Final:
    found = judged_derivative(reader.around, expr, reader.chain.final_order, reader.chain.final, None)
    if found.verdict == "right":
        return Final("right")
    if found.verdict == "wrong":
        return Final("wrong", found.slip.code if found.slip else None, found.slip.message if found.slip else None)
    return Final("missing", found.slip.code if found.slip else None, found.slip.message if found.slip else None)

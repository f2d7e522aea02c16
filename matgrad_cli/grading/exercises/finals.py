"""The final answer of a derivation, judged on its own, whatever the way to it."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir import Expr
from ...records.finding import Final, FinalVerdict
from ..answers.heads import by_another
from ..answers.judge import judge_answer, judged_derivative
from ..chain import Outcome, RowResult
from ..derivation import Reader
from ..equations.asked import judged_solution
from ..lines.reading import Read
from ..lines.scope import surroundings
from ..slips.causes import Slip
from ..task import Task


def final_of(task: Task, reader: Reader, answer: str | None, under_key: bool) -> Final:
    """Right, wrong or missing: the last line that states the derivative without anything pending, or the key `answer`.

    Where the loss is least is no derivative: under a key it is no final answer.
    """
    if (stated := _of_answer(task, answer)) is not None:
        return stated
    read, solution = reader.chain.final, reader.equations.solution
    if task.asks != "gradient":
        return _of_asked(task, reader, solution)
    if solution is not None and ((read is None and not under_key) or solution[1].verdict == "wrong"):
        return _of_solution(solution[1])
    if read is None:
        return Final("missing", None, "the derivation states no derivative of the loss that is worked out")
    if read.expr is None:
        return with_slip("wrong" if read.failure == "wrong" and read.slip is not None else "missing", read.slip)
    return _judged(reader, read.expr)


def final_of_named(task: Task, reader: Reader, results: Sequence[RowResult]) -> Final | None:
    """Right where no line states the derivative, and the last gives a name that value, `H = A + Aᵀ`,
    or is nothing else."""
    outcomes = [outcome for outcome in results[-1].outcomes if outcome.read is not None] if results else []
    bare = len(results) == 1 and len(results[0].row.claims) == 1  # `G`, or `G = (BA)ᵀ`
    named = bare or any(outcome.role == "definition" for outcome in outcomes)
    sides = results[-1].row.claims[-1].sides if named else ()
    named = named and not any(by_another(side.text, reader.around) for side in sides[:-1])
    named = named and all(outcome.verdict == "follows" for outcome in outcomes)
    return Final("right") if outcomes and named and _is_right(task, reader, outcomes[-1].read) else None


def final_of_second(second: Task, reader: Reader, results: Sequence[RowResult], answer: str | None) -> Final:
    """Right where the last claim ends in the second derivative, else missing; or what the key `answer` is."""
    if (stated := _of_answer(second, answer)) is not None:
        return stated
    claims = [
        outcome
        for result in results
        for outcome in result.outcomes
        if outcome.role == "claim" and outcome.verdict == "follows"
    ]
    if claims and _is_right(second, reader, claims[-1].read):
        return Final("right")
    return Final("missing", None, "the derivation states no second derivative of the loss that is worked out")


def _is_right(task: Task, reader: Reader, read: Read | None) -> bool:
    """Whether a side, with the values of its names, is what is asked for."""
    if read is None or read.expr is None:
        return False
    found = judged_derivative(surroundings(task, (), None), reader.around.expanded(read.expr), (), read, None)
    return found.verdict == "right"


def _of_answer(task: Task, answer: str | None) -> Final | None:
    found = judge_answer(task, answer, None) if answer is not None else None
    if found is None or found.verdict not in ("right", "wrong"):
        return None
    return with_slip(found.verdict, found.slip)


def with_slip(verdict: FinalVerdict, slip: Slip | None) -> Final:
    """The final answer with its slip, if it has one."""
    return Final(verdict, slip.code if slip else None, slip.message if slip else None)


def _of_asked(task: Task, reader: Reader, solution: tuple[Read, Outcome] | None) -> Final:
    """The last value that the variable was said to have; the kind of point that it is counts too."""
    if solution is None and (claimed := reader.equations.claimed) is not None and claimed[0].expr is not None:
        verdict, slip = judged_solution(reader.around, claimed[0].expr, claimed[0])
        return with_slip("wrong", slip) if verdict == "wrong" else _of_solution(claimed[1])
    if solution is None:
        return Final("missing", "not-worked-out", f"the derivation states no value of `{task.problem.wrt.name}`")
    if solution[1].verdict != "follows" or solution[0].expr is None:
        return _of_solution(solution[1])
    verdict, slip = judged_solution(reader.around, solution[0].expr, solution[0])
    return with_slip("missing" if verdict == "undecided" else verdict, slip)


def _of_solution(outcome: Outcome) -> Final:
    """The verdict on the value that the equations end in."""
    if outcome.verdict == "follows":
        return (
            Final("wrong", "differs", "it follows from a wrong line and does not hold itself")
            if outcome.carried
            else Final("right")
        )
    return with_slip("wrong" if outcome.verdict == "wrong" else "missing", outcome.slip)


def _judged(reader: Reader, expr: Expr) -> Final:
    value = reader.around.expanded(expr)  # q = xᵀx is nowhere zero where x is not
    found = judged_derivative(reader.around, value, reader.chain.final_order, reader.chain.final, None)
    slip = found.slip if found.verdict != "right" else None
    return with_slip(found.verdict if found.verdict in ("right", "wrong") else "missing", slip)

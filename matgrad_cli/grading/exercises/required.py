"""A derivation that is required beside the answer: whether there is one, and what becomes of an answer without it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from ...diagnostics.record import replace
from ...ir import Call, Delta, Differential, Entry, Expr, MatrixOf, Mul, Number, Partial, SumOver, nodes_of, substitute
from ...records.finding import Final, ProblemReport, ProblemVerdict
from ..chain import Outcome, RowResult
from ..lines.forms import is_pending
from ..lines.kinds import is_zero
from ..lines.scope import Surroundings
from ..prose import tells_steps
from ..rearranged import rearranged
from .credit import alone
from .settings import MISSING_DERIVATION, Settings


def lacking_derivation(
    chosen: Settings, verdict: ProblemVerdict, final: Final
) -> tuple[Settings, ProblemVerdict, Final]:
    """The verdict on an answer without its derivation, right or not;
    a slip in it earns no share of the little that it would earn."""
    shares = {code: share for code, share in chosen.partial.items() if code == MISSING_DERIVATION}
    if verdict == "right":
        said = "the answer is right, but a derivation is required and there is none"
        verdict, final = "wrong", Final("right", MISSING_DERIVATION, said)
    return replace(chosen, partial=shares), verdict, final


def derived(chosen: Settings, read: Callable[[Settings], ProblemReport], text: str) -> ProblemReport:
    """The report as a problem is `read`; where an answer is right and lacks the derivation that is required,
    it says that.

    Where the `text` of the problem tells steps in words, nobody knows yet whether they are one.
    """
    found = read(chosen)
    if chosen.require != "derivation" or not chosen.rows or found.verdict == "right":
        return found
    if found.final.code != MISSING_DERIVATION:
        found = read(replace(chosen, require="answer")) if found.verdict != "wrong" else found
        if found.verdict != "right":
            return found
    _, verdict, final = lacking_derivation(chosen, "right", found.final)
    if tells_steps(text):
        said = "the answer is right, and a derivation is required; what stands beside it in words was not judged"
        verdict, final = "undecided", Final("right", "undecided", said)
    share, credit = alone(chosen) if verdict == "wrong" else (0.0, None)
    return replace(found, verdict=verdict, final=final, score=chosen.points * share, credit=credit, slip=final.code)


def derives(results: Sequence[RowResult], around: Surroundings) -> bool:
    """Whether anything stands before the last side: two claims or equations about the loss or a derivative that say
    different things.

    A name for a part, another order, the loss as it was given and the answer once more are no step; multiplying out is
    one, and so is what the loss is in a direction, f(x + h) = f(x) + …. Where every line is the answer, worked out,
    they must become simpler: whoever begins with the answer and multiplies it out derives nothing.
    """
    loss, directions = around.task.problem.loss, frozenset(around.directions.values())

    def about(outcome: Outcome) -> bool:
        head = outcome.head
        if outcome.role == "equation" or head is None or is_pending(head) or head is loss:
            return outcome.role in ("claim", "equation")
        return outcome.role == "claim" and (bool(directions & head.symbols) or of_loss(head))

    def of_loss(head: Expr) -> bool:
        return not head.free and not is_pending(head) and (head is loss or around.bench.equal(head, loss))

    def form(expr: Expr, opened: bool = True) -> Hashable:
        whole = around.expanded(expr)
        whole = substitute(whole, {node: as_one for node in nodes_of(whole) if (as_one := _logdet(node)) is not None})
        found = rearranged(whole)
        return whole if found is None else (found, _letters(whole) if opened else 0)

    def meant(outcome: Outcome) -> Expr | None:  # with a slip that is known, what it would be without
        repair = outcome.slip.repair if outcome.slip is not None else None
        return repair.expr if repair is not None else outcome.read.expr if outcome.read is not None else None

    outcomes = [outcome for result in results for outcome in result.outcomes if about(outcome)]
    pairs = [(outcome.head, side) for outcome in outcomes if (side := meant(outcome)) is not None]
    said = {side: left for left, side in pairs if not is_zero(side)}
    zero = [left for left, side in pairs if left is not None and is_zero(side)]  # `… = 0`
    said |= {left: left for left in zero if not said.keys() & set(nodes_of(left))}
    of_direction = {side: left for side, left in said.items() if left is not None and directions & left.symbols}
    repeated = {form(loss), *[form(left, opened=False) for left in of_direction.values()]}
    forms = {form(side, side not in of_direction) for side in said if side is not around.task.wanted}
    sides = [side for left, side in pairs if left is None or is_pending(left) or left is around.task.wanted]
    told = len(sides) < len(pairs) or bool(around.values) or any(_works(side) for side in sides)
    return len(forms - repeated) > 1 and (told or _letters(sides[0]) > _letters(sides[-1]))


def _works(side: Expr) -> bool:
    """Whether something is left to be done in a side: a derivative, a δ, a sum over a letter."""
    return any(isinstance(node, (Partial, Differential, Delta, SumOver, MatrixOf, Entry)) for node in nodes_of(side))


def _logdet(node: Expr) -> Expr | None:
    """`log det S` as the one function under which a key has it."""
    match node:
        case Call("log", (Call("det", (inside,)),)):
            return Call("logdet", inside)
    return None


def _letters(expr: Expr) -> int:
    """How many leaves are no numbers; none of a zero."""
    if isinstance(expr, Mul) and Number(0) in expr.factors:
        return 0
    return sum(map(_letters, expr.children)) if expr.children else int(not isinstance(expr, Number))

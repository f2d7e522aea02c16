"""What is meant by an equality once the derivative is set to zero, and by the marked names of a solution,
`\\hat w`, `w^*`, `w_{OLS}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...diagnostics.regex import regex
from ...ir import NUMBER, Add, Differential, Entry, Expr, Partial, Symbol, Transpose, nodes_of
from ...notation import syntax as s
from ..chain import Chain
from ..lines.forms import is_pending
from ..lines.functions import states_function
from ..lines.kinds import Clash, is_zero, pairings
from ..lines.scope import Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import inner

EQUATION = (
    "this is read as an equation, in which the derivative is set to zero; no point was found at which the "
    "line before holds"
)

HOMOGENEOUS = (
    "the line before holds where its unknown is zero, so does this one; elsewhere they differ, and it "
    "was not seen by what"
)

BY_ENTRIES = "it is not said whether a letter is summed in this equation, or whether it holds for each of its values"


def is_equation(around: Surroundings, chain: Chain, last: Expr, after: Expr, own: bool) -> bool:
    """Whether an equality that is no identity may be meant as an equation:
    the derivative set to zero, or what comes of that.

    A derivative of something else than the loss that is said to be zero is a claim;
    so is the derivative with another right side.
    """
    if isinstance(pairings(last, after, chain.order), Clash):
        return False
    if is_zero(after):
        return (
            not is_pending(last) or _of_loss(around, last) or (chain.head is not None and _of_loss(around, chain.head))
        )
    if chain.equation:
        return True
    final = chain.final.expr if chain.final is not None else None
    if not own or final is None or is_pending(last) or last is around.task.problem.loss:
        return False
    return last.shape is not final.shape or around.bench.ratio(last, final) is None


def supposes_zero(around: Surroundings, chain: Chain, last: Expr, after: Expr) -> bool:
    """Whether a variable of the problem is said to be zero, `A = 0`, where it is no solution:
    an aside, as in "without the penalty"."""
    if chain.equation or not is_zero(after):
        return False
    while isinstance(last, (Transpose, Entry)):
        last = last.children[0]
    solution = last is around.task.problem.wrt and chain.final is not None
    return isinstance(last, Symbol) and last not in around.values and not solution


def _of_loss(around: Surroundings, expr: Expr) -> bool:
    """Whether a derivative of the loss, a number, is pending, by whatever variable; or its differential,
    which stands beside other terms only in an identity, `df - gᵀdx = 0`."""
    kinds = (Partial,) if isinstance(expr, Add) else (Partial, Differential)
    found = [node.children[0] for node in nodes_of(expr) if isinstance(node, kinds)]
    loss = around.task.problem.loss
    return loss.shape.is_number and any(
        body is loss or (body.shape is loss.shape and not body.free and around.bench.equal(body, loss))
        for body in found
    )


_MARK = regex(
    r"_(?:(?i:hat|star|ast|opt(?:im(?:al|um))?|best|sol(?:ution)?|est(?:imate)?|min|[owgtr]?ls|r?lse|ridge|rr|reg"
    r"|mle?|map|l?mmse|bayes)|[A-Z]{2,})+$"
)


def unmarked(name: str) -> str:
    r"""The variable that a marked name stands for: `w` of `w^*`, `\hat w`, `w_{ML}`; `w_B` of `\hat w_B`."""
    name = name.replace("_hat_", "_")
    while (found := _MARK.search(name)) is not None:
        name = name[: found.start()]
    return name


def marked_unknown(name: str, unknowns: Iterable[Symbol]) -> Symbol | None:
    """The unknown that a marked name stands for; None for any other name."""
    bare = unmarked(name)
    return next((symbol for symbol in unknowns if symbol.name == bare != name), None)


def marks_member(name: str, unknowns: Iterable[Symbol]) -> bool:
    r"""Whether a marked name may stand for rows of an unknown: `\hat u_i` beside the unknown U."""
    bare = unmarked(name)
    return bare != name and any(symbol.name.lower() == bare.lower() for symbol in unknowns)


def is_marked(claim: Claim, unknowns: Iterable[Symbol]) -> bool:
    r"""Whether a claim says what an unknown is under a marked name, `\hat w = …`."""
    return marked_unknown(lone_name(claim.left) or "", unknowns) is not None


def own_names(claim: Claim, around: Surroundings, unknowns: Sequence[Symbol], solution: Expr | None) -> dict[str, Expr]:
    r"""Names that mean something in one claim alone: `\hat w` with no value by now is the unknown w, where that stands
    in no side or the claim ends in zero, and beside w the `solution`, where one was found; P is the matrix of the p_ij
    that are defined; the letter of a function that is stated again is any number."""
    used = frozenset[str]().union(*(s.contents(side.node).names for side in claim.sides if side.node is not None))
    free = [name for name in used if not around.valued(name)]
    marked = {name: symbol for name in free if (symbol := marked_unknown(name, unknowns)) is not None}
    function = states_function(claim.left, around)
    letters = {around.formulas[function][0]} & {*free} if function is not None else ()
    zero = isinstance(last := inner(claim.sides[-1].node), s.Literal_) and not last.value
    found: dict[str, Expr] = {name: symbol for name, symbol in marked.items() if zero or symbol.name not in used}
    if solution is not None:
        found |= {name: solution for name, symbol in marked.items() if name not in found and symbol is unknowns[0]}
    arrays = {name: around.defined[name.lower()] for name in free if name != name.lower() in around.defined}
    found |= {name: symbol for name, symbol in arrays.items() if symbol.shape.is_matrix}
    return found | {letter: Symbol(letter, NUMBER) for letter in letters}

r"""The left sides of an answer: `2∇L = …` is an equation; what is no spelling of the derivative must hold as
written."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from ...diagnostics import Source
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.python.uses import claimed
from ...ir import Expr, Number, mul, neg, reciprocal, transpose
from ...notation import syntax as s
from ..begin import begin
from ..lines.reading import Side, read_side
from ..lines.scope import Surroundings
from ..lines.where import answer_in, sides_between
from ..slips.causes import Slip

NO_HEAD = (
    "its left side is not the derivative that is asked for, and whether the equation holds as it is written "
    "could not be decided"
)

Undo = Callable[[Expr], Expr]
_ENTRY = regex(r"_\s*(?:\{\s*[a-z]\s*,?\s*[a-z]?\s*\}|[a-z]{1,2}(?!\w))|[ₐ-ₜᵢ-ᵥⱼ]|\[\s*[a-z]\s*,\s*[a-z]\s*\]")
"""The letters of an entry on a left side."""
_TWICE = r"(?:\^\s*\{?\s*2\s*\}?|²)"
_SPELLINGS = tuple(
    (regex(pattern), usual)
    for pattern, usual in (
        (rf"^\s*(?:d|∂|\\partial(?![A-Za-z]))\s*{_TWICE}\s*([^/]+?)\s*/\s*(.+)$", r"\\frac{\\partial^2 \1}{\2}"),
        (r"\\nabla\s*\\nabla\s*\^\s*\{?\s*(?:\\top|T|\\intercal)\s*\}?", r"\\nabla^2 "),
        (rf"\\nabla\s*_\s*\{{\s*(\\?[A-Za-z]+?)\s*\1\s*\}}\s*{_TWICE}?", r"\\nabla^2_{\1} "),
        (rf"(?<![A-Za-z\\{{])(?:D|∂|\\partial(?![A-Za-z]))\s*{_TWICE}\s*(?=[_A-Za-z])", r"\\nabla^2 "),
        (rf"(?:∂|\\partial)\s*(_\s*(?:\{{\s*\w+\s*\}}|\w))\s*{_TWICE}", r"\\nabla^2\1 "),
        (r"(?<![A-Za-z\\])Hess(?:ian)?(?![A-Za-z])", r"\\nabla^2 "),
    )
)
"""How people write the second derivative, and how it is read."""


def usual_spelling(head: str) -> str:
    """A left side with its second derivative as it is read: `d^2L/dx^2`, `∇∇ᵀL`, `D^2 L`, `Hess(L)`."""
    for pattern, usual in _SPELLINGS:
        head = pattern.sub(usual, head)
    return head


def undone(side: Side, around: Surroundings) -> tuple[Undo, ...] | None:
    r"""What makes of the right side of `-2(\nabla L)^\top = …` the derivative: nothing for a spelling of it; None:
    it is none."""
    node, steps = s.ungrouped(side.node) if side.node is not None else None, list[Undo]()
    while node is not None and not _asked_for(node, around):
        if isinstance(node, s.Negative):
            steps.append(neg)
            node = s.ungrouped(node.body)
        elif isinstance(node, s.Transposed):
            steps.append(transpose)
            node = s.ungrouped(node.body)
        elif isinstance(node, s.Derivative) and isinstance(by := s.ungrouped(node.variable or node), s.Transposed):
            steps.append(transpose)
            node = s.Derivative(node.span, node.body, by.body, node.indices, node.style)
        elif (scaled := _scaled(node, side, around)) is not None:
            steps.append(scaled[1])
            node = scaled[0]
        else:
            return None
    return tuple(steps) if node is not None else None


def _scaled(node: s.Node, side: Side, around: Surroundings) -> tuple[s.Node, Undo] | None:
    """What a number multiplies or divides, and how that is undone."""
    if not isinstance(node, s.Binary) or node.operator in ("+", "-", "^"):
        return None
    for inner, factor, behind in ((node.right, node.left, False), (node.left, node.right, True)):
        if not any(_asked_for(part, around) for part in s.parts_of(inner)) or (node.operator == "/" and not behind):
            continue
        number = read_side(Side(side.source, factor.span, factor, side.syntax), around).expr
        if number is not None and number.shape.is_number and number != Number(0) and not number.free:
            by = number if node.operator == "/" else reciprocal(number)
            return s.ungrouped(inner), partial(mul, by)
    return None


def _asked_for(node: s.Node, around: Surroundings) -> bool:
    """Whether a left side is the derivative in a usual spelling, a new name for it, or, where a point is asked for,
    the variable."""
    node, wrt = s.ungrouped(node), around.task.problem.wrt.name
    if isinstance(node, s.Subscript):
        return _asked_for(node.body, around)
    if isinstance(node, s.Differential_):
        body = s.ungrouped(node.body)
        return isinstance(body, s.Name) and (body.name == wrt or not around.known(body.name))
    if isinstance(node, s.Derivative):
        by: s.Node | None = s.ungrouped(node.variable) if node.variable is not None else None
        by = s.ungrouped(by.body) if isinstance(by, s.Subscript) else by
        of = s.ungrouped(node.body) if node.body is not None else None
        if isinstance(of, s.Subscript) and not around.task.problem.loss.shape.is_number:
            of = s.ungrouped(of.body)  # an entry of what is differentiated
        new = of is None or (isinstance(of, s.Name) and not around.known(of.name))
        if isinstance(of, s.Derivative):  # twice, as it is asked for
            new = around.task.order == 2 and not isinstance(of.body, s.Derivative) and _asked_for(of, around)
        return new and (by is None or (isinstance(by, s.Name) and by.name == wrt))
    if not isinstance(node, s.Name) or by_another(node.name, around):
        return False
    return (
        node.name == wrt if around.task.asks != "gradient" and around.known(node.name) else not around.known(node.name)
    )


def is_name(text: str, around: Surroundings) -> bool:
    r"""Whether a left side is a word, or a name with a prime or brackets: `answer`, `grad_X`, `L'(w)`;
    no product of known letters."""
    if by_another(text, around):
        return False
    bare = re.sub(r"\\(?:text\w*|mathrm|operatorname\*?|mathit)\s*\{([^{}]*)\}", r"\1", text)
    bare = re.sub(r"\\[,;:! ]", " ", bare).strip().strip("$:&*").strip()
    if around.task.asks != "gradient" and text.rstrip().endswith("*") and around.known(bare):
        return bare == around.task.problem.wrt.name  # `w* = …`, the optimal w
    primed = re.fullmatch(r"(\\?[A-Za-z]+)\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)+\s*(?:\([^()]*\))?", bare)
    found = primed or re.fullmatch(r"([A-Za-z]+)(?:[ _]+\{?\w+\}?)*", bare)
    if re.fullmatch(r"d\w*_d\w+", bare) or (around.task.asks != "gradient" and bare.startswith("\\arg")):
        return True
    if found is None or around.known(found[1]):
        return not bare
    return primed is not None or is_word(found[1], around)


def by_another(name: str, around: Surroundings) -> bool:
    """Whether a name is that of a gradient by another variable of the problem: `dB` where A is asked for."""
    names, known = {*claimed(name.strip())}, {symbol.name for symbol in around.task.problem.variables}
    return around.task.asks == "gradient" and around.task.problem.wrt.name not in names and not names.isdisjoint(known)


def is_word(run: str, around: Surroundings) -> bool:
    """Whether a run of letters is no product of known ones, but a name."""
    return len(run) > 2 and not all(around.known(letter) for letter in run)


def doubt(answer: str, around: Surroundings) -> tuple[str, Slip | None]:
    """What becomes of an answer with a right last side, and some other left side:
    whether the equations hold as they are written."""
    begun = begin(around.task, ((1, Passage(answer)),), Source("answer", answer), around.task.syntax, None)
    found = begun.reader.row(begun.read(*begun.rows[0]), first=True).outcomes
    wrong = next((outcome for outcome in found if outcome.verdict == "wrong"), None)
    if wrong is not None:
        return "wrong", wrong.slip
    holds = found and all(outcome.verdict == "follows" and outcome.role in ("claim", "definition") for outcome in found)
    return ("right", None) if holds else ("undecided", Slip("undecided", NO_HEAD))


def sides_of(text: str) -> list[int]:
    """Where the sides of an equality begin; equations behind `where` are about something else."""
    return sides_between(text, *answer_in(text))


def letters_of_entry(answer: str, wrt: str) -> list[str]:
    """The letters of the entry that a left side names: s and t of `∂L/∂R_st = …`, and no b of `∇_b L = …`, by which is
    differentiated."""
    heads = heads_of(answer)
    head = heads[0] if heads else ""
    head = re.sub(rf"(\\nabla|∇|\\partial|∂)\s*_\s*(?:{wrt}|\{{\s*{wrt}\s*\}})(?!\w)", r"\1", head)
    return re.findall(r"[a-zₐ-ₜᵢ-ᵥⱼ]", "".join(_ENTRY.findall(head)))


def heads_of(text: str) -> list[str]:
    """The sides before the last."""
    return [text[start : end - 1].rstrip(":&!").strip() for start, end in pairwise(sides_of(text))]


def stands_alone(side: str) -> bool:
    return side.replace("_", "").replace("\\", "").isalnum()

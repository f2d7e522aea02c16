"""Facts that a document states in letters of their own, `tr(MN) = tr(NM)`, `∇_x (xᵀAx) = 2Ax for symmetric A`:
judged as identities."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...diagnostics.record import record
from ...documents.sheets.facts import facts_beside
from ...documents.sheets.sheet import Formula, Told
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine, Statement
from ...notation.latex.names import FUNCTIONS, whole
from ...records.finding import LineVerdict
from ..chain import RowResult
from ..lines.syntax_walk import bare_name
from ..meanings.own_letters import true_of_all
from .judged import FALSE_FACT, Judged
from .rows import Line, is_of_one_letter

_SQUARE = {"symmetric", "antisymmetric", "spd", "invertible", "diagonal", "orthogonal", "idempotent"}


@record
class Fact:
    """The verdict on a fact, what was supposed, and why nothing is said of one that holds in another layout; whether it
    is `false` where all of its matrices are symmetric, too."""

    verdict: LineVerdict
    notes: tuple[str, ...] = ()
    elsewhere: str = ""
    false: bool = False


def own_fact(
    formula: Formula, line: LatexLine, told: Told, layout: str = "gradient", upright: bool = False
) -> Fact | None:
    """The verdict on a row that explains all of its letters itself; None if it is none.

    A fact in passing may write its gradient as a column or as a row. Under a differential only the letters vary whose
    differential stands on the right. By a matrix it stands in the layout of the rows beside it; an `upright` ∇ in that
    of gradients.
    """
    statement = line.statements[0] if len(line.statements) == 1 else None
    if statement is None or statement.leading is not None or len(statement.sides) < 2 or not statement.readable:
        return None
    left = s.ungrouped(statement.sides[0].node) if statement.sides[0].node is not None else None
    named = left.body if isinstance(left, (s.Derivative, s.Differential_)) else left
    if named is None or isinstance(s.ungrouped(named), s.Name):
        return None  # of something that has a name in this document
    texts = [side.text for side in statement.sides]
    layout = "gradient" if upright and isinstance(left, s.Derivative) and left.style == "nabla" else layout
    moving = _moved(statement)
    if isinstance(left, s.Differential_) and not moving:
        return None
    verdicts = []
    for supposed in _supposed(formula, told, texts[0]):
        verdicts.append(true_of_all(texts, supposed, moving, rows=True, numerator=layout == "numerator"))
        if verdicts[-1]:
            return Fact("follows", (f"supposed: {', '.join(supposed)}",) if supposed else ())
    if verdicts[0] is False and true_of_all(texts, (), moving, rows=True, numerator=layout != "numerator"):
        other = "gradient" if layout == "numerator" else "numerator"
        return Fact("undecided", elsewhere=f"it holds in the {other} layout, the rows beside it in the {layout} layout")
    if verdicts[0] is not False:
        return Fact("undecided")
    matrices = {name for side in statement.sides if side.node is not None for name in s.contents(side.node).names}
    symmetric = [f"{name} symmetric" for name in sorted(matrices) if name[0].isupper()]
    none = not symmetric or true_of_all(texts, symmetric, moving, rows=True) is False
    return Fact("wrong", false=none and verdicts == [False] * len(verdicts))


def refuted(line: Line, fact: Fact | None, result: RowResult) -> Judged | None:
    """A row that is false in letters of its own: wrong where there is but one; a derivative in names that are not
    known, of which more may be said, is open."""
    if fact is not None and fact.verdict == "wrong" and is_of_one_letter(line):
        return Judged(line, "wrong", "claim", why="this is false, whatever its letter stands for")
    open_ = fact is not None and fact.false and result.verdict == "undecided"
    open_ = open_ and isinstance(line.head, (s.Derivative, s.Differential_))
    open_ = open_ and all(part.function in FUNCTIONS for part in line.parts(s.Apply))  # no h of which more is said
    return Judged(line, "undecided", "claim", why=FALSE_FACT) if open_ else None


def under_the_sign(formula: Formula, line: LatexLine) -> LineVerdict | None:
    """`∂/∂W ‖W‖² = tr(WWᵀ) = 2W`, where what is differentiated is rewritten first: follows if both hold;
    None if it is no such row."""
    statement = line.statements[0] if len(line.statements) == 1 else None
    if statement is None or statement.leading is not None or len(statement.sides) != 3:
        return None
    left, middle, last = statement.sides
    node = s.ungrouped(left.node) if left.node is not None else None
    if not isinstance(node, s.Derivative) or node.body is None or not isinstance(node.variable, s.Name):
        return None
    text = formula.passage.text
    body = whole(text, node.body.span)
    if not true_of_all([left.text, last.text]):
        return None
    rewritten = true_of_all([text[body.start : body.end], middle.text])
    return "follows" if rewritten else "undecided" if rewritten is None else None


def _moved(statement: Statement) -> list[str]:
    """The letters whose differential stands on the right."""
    sides = [side.node for side in statement.sides[1:] if side.node is not None]
    names = (bare_name(part.body) for side in sides for part in s.parts_of(side) if isinstance(part, s.Differential_))
    return list(dict.fromkeys(name for name in names if name is not None))


def _supposed(formula: Formula, told: Told, left: str) -> Iterable[tuple[str, ...]]:
    """Nothing; what the sentence says of the letters; what the document says of them."""
    yield ()
    letters = set(re.findall(r"[A-Za-z]+", left))
    for table in (facts_beside(formula), {**told.always, **told.supposed}):
        told_of = [(name, sorted({*words} & _SQUARE)) for name, words in table.items() if name in letters]
        if facts := tuple(f"{name} {word}" for name, words in told_of for word in words):
            yield facts

"""Facts that a document states in letters of their own, `tr(MN) = tr(NM)`, `∇_x (xᵀAx) = 2Ax for symmetric A`: judged as identities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...diagnostics import MatgradError, Source, Span
from ...diagnostics.record import replace
from ...documents.passage import Passage
from ...documents.sheets.outline import whole
from ...documents.sheets.problem import Told
from ...documents.sheets.sheet import Formula
from ...documents.sheets.sizes import facts_told
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine, Statement
from ...records.finding import LineVerdict
from ..begin import begin
from ..task import task_for

MOST_NAMES = 8
LAYOUTS = ("gradient", "mml")
"""A fact in passing may write its gradient as a column or as a row; a transposed matrix is a slip."""
_SQUARE = ("symmetric", "antisymmetric", "spd", "invertible", "diagonal", "orthogonal")


@dataclass(frozen=True, slots=True)
class Fact:
    """The verdict on a fact, and what was supposed."""

    verdict: LineVerdict
    notes: tuple[str, ...] = ()


def own_fact(formula: Formula, line: LatexLine, told: Told, source: Source) -> Fact | None:
    """The verdict on a row that explains all of its letters itself; None if it is none."""
    statements = line.statements
    if len(statements) != 1 or statements[0].leading is not None or len(statements[0].sides) < 2 or not statements[0].readable:
        return None
    worst: Fact | None = None
    for loss, wrts in _problems(statements[0], formula.passage.text):
        for supposed in _supposed(formula, told, loss):
            for layout in LAYOUTS if _derivative(statements[0]) else LAYOUTS[:1]:
                verdicts = [verdict for wrt in wrts if (verdict := _verdict(formula, loss, wrt, supposed, source, layout)) is not None]
                if verdicts and all(verdict == "follows" for verdict in verdicts):
                    return Fact("follows", (f"supposed: {', '.join(supposed)}",) if supposed else ())
                worst = worst or (Fact(verdicts[0]) if verdicts else None)
    return worst


def _derivative(statement: Statement) -> bool:
    """Whether the left side is a derivative, which a layout may turn."""
    return any(isinstance(part, s.Derivative) for side in statement.sides[:1] if side.node is not None for part in s.parts_of(side.node))


def under_the_sign(formula: Formula, line: LatexLine, source: Source) -> LineVerdict | None:
    """`∂/∂W ‖W‖² = tr(WWᵀ) = 2W`, where what is differentiated is rewritten first: follows if both hold; None if it is no such row."""
    statement = line.statements[0] if len(line.statements) == 1 else None
    if statement is None or statement.leading is not None or len(statement.sides) != 3:
        return None
    left, middle, last = statement.sides
    node = s.ungrouped(left.node) if left.node is not None else None
    if not isinstance(node, s.Derivative) or node.body is None or not isinstance(node.variable, s.Name):
        return None
    text = formula.passage.text
    body = whole(text, node.body.span)
    without = replace(formula, passage=Passage(f"{whole(text, left.span)} = {whole(text, last.span)}"))
    if _verdict(without, body, node.variable.name, (), source, "gradient") != "follows":
        return None
    inside = replace(formula, passage=Passage(f"{body} = {whole(text, middle.span)}"))
    rewritten = _verdict(inside, body, node.variable.name, (), source, "gradient")
    return "follows" if rewritten == "follows" else "undecided" if rewritten != "wrong" else None


def _problems(statement: Statement, text: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """What is differentiated on the left and by what; for an equality without derivative its left side, by any of its letters."""
    left = statement.sides[0]
    node = s.ungrouped(left.node) if left.node is not None else None
    if node is None:
        return
    first = node
    while isinstance(first, s.Binary) and first.operator == "juxtapose":
        first = s.ungrouped(first.left)
    if first is not node and isinstance(first, s.Derivative) and first.body is not None and isinstance(by := first.variable, s.Name):
        yield whole(text, Span(first.body.span.start, left.span.end)), (by.name,)  # ∂/∂u uᵀMu: the sign reaches over the whole product
        return
    if isinstance(node, s.Derivative) and isinstance(s.ungrouped(node.body) if node.body is not None else None, s.Name):
        return  # of something that has a name in this document
    if isinstance(node, s.Derivative) and node.body is not None:
        body = whole(text, node.body.span)
        by = s.ungrouped(node.variable) if node.variable is not None else None
        by = s.ungrouped(by.body) if isinstance(by, s.Subscript) else by
        names = [by.name] if isinstance(by, s.Name) else _letters(node.body)
        for name in names[:3]:
            yield body, (name,)
        return
    if isinstance(node, s.Differential_):
        moving = _moved(statement)
        if moving and not isinstance(s.ungrouped(node.body), s.Name):
            yield whole(text, node.body.span), tuple(moving)
        return
    names = _letters(node)
    if names and not isinstance(node, s.Name) and not any(isinstance(part, (s.Derivative, s.Differential_)) for part in _parts(statement)):
        yield whole(text, left.span), (names[0],)


def _parts(statement: Statement) -> Iterable[s.Node]:
    for side in statement.sides:
        if side.node is not None:
            yield from s.parts_of(side.node)


def _moved(statement: Statement) -> list[str]:
    """The letters whose differential stands on the right."""
    found = []
    for side in statement.sides[1:]:
        for part in s.parts_of(side.node) if side.node is not None else ():
            if isinstance(part, s.Differential_):
                body = s.ungrouped(part.body)
                body = s.ungrouped(body.body) if isinstance(body, s.Transposed) else body
                if isinstance(body, s.Name) and body.name not in found:
                    found.append(body.name)
    return found


def _letters(node: s.Node) -> list[str]:
    names = [part.name for part in s.parts_of(node) if isinstance(part, s.Name) and part.name not in ("I", "pi", "e")]
    return list(dict.fromkeys(names))[:MOST_NAMES]


def _supposed(formula: Formula, told: Told, loss: str) -> Iterable[tuple[str, ...]]:
    """Nothing; what the sentence says of the letters; what the document says of them."""
    yield ()
    sentence_text = f"{formula.before}   {formula.passage.text}   {formula.after}"
    always, supposed = facts_told(re.sub(r"\$|\\[()\[\]]", " ", sentence_text))
    letters = set(re.findall(r"[A-Za-z]+", loss))
    sentence = {name: words for table in (always, supposed) for name, words in table.items()}
    document = {**told.always, **told.supposed}
    for table in (sentence, document):
        facts = [f"{name} {word}" for name, words in table.items() if name in letters for word in sorted(words) if word in _SQUARE]
        if facts:
            yield tuple(facts)


def _verdict(formula: Formula, loss: str, wrt: str, facts: tuple[str, ...], source: Source, layout: str) -> LineVerdict | None:
    try:
        task = task_for((loss, wrt, "", ", ".join(facts), "latex", layout))
        begun = begin(task, [(1, formula.passage)], source, None, None)
        row = begun.read(1, begun.rows[0][1])
        return begun.reader.row(row, first=True).verdict if row.claims else None
    except (MatgradError, RecursionError):
        return None

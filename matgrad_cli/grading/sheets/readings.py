"""Readings of one problem compared: which rows follow in another layout, under another fact, with another bias,
and none ceases to."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.members import numbered, small
from ...ir import Add, Expr, MatMul, Symbol, nodes_of
from ...notation.shapes.weights import AS_WHAT_IT_IS_ADDED_TO
from ..consequences import MAY_FOLLOW
from ..lines.lost_sums import sums_silently
from .judged import Judged, Part, Posed
from .other_functions import code_of, of_form


def doubtful(part: Part) -> bool:
    """Whether some row does not follow that might, if more were known."""
    return any(
        one.verdict == "wrong" or code_of(one.result) in ("needs-fact", "other-layout", "equation")
        for one in part.judged
    )


OF_LAYOUT_CODES = ("other-layout", "missing-transpose", "shape-mismatch", "number-for-matrix")
OTHERS = ("numerator", "mml", "denominator")
"""Layouts that are tried where rows do not follow in the gradient layout."""


def gained(first: Part, other: Part) -> list[Judged]:
    """The rows that follow in another reading only; none where a row ceases to follow in it."""
    pairs = _pairs(first, other)
    gained = [new for old, new in pairs if old.verdict in ("wrong", "undecided") and new.verdict == "follows"]
    return [] if any(ceases(old, new) for old, new in pairs) else gained


def fits(first: Part, other: Part) -> bool:
    """Whether rows that are wrong by their form alone are not in another reading, and none ceases to follow in it."""
    pairs = _pairs(first, other)
    return any(old.unfit and not new.unfit for old, new in pairs) and not any(ceases(old, new) for old, new in pairs)


def _pairs(first: Part, other: Part) -> list[tuple[Judged, Judged]]:
    """Each row as it is judged in two readings."""
    return list(zip(first.judged, other.judged, strict=True))


def ceases(old: Judged, new: Judged) -> bool:
    """Whether a row ceases to follow in another reading; facts in letters of their own may be of another layout."""
    return old.verdict == "follows" != new.verdict and old.role not in _APART


_APART = ("definition", "aside")


def either(part: Part, other: Part, members: Mapping[str, str]) -> Part:
    """The problem where it is not said whether x_i is a row or a column of X:
    the reading that a row tells, or what holds in both.

    What the loss is tells it, `= \\|X^\\top w - y\\|^2`; where the loss itself has no x_i, any row that follows does.
    """
    pairs = _pairs(part, other)
    of_loss = not {small(name) for name in members}.isdisjoint(numbered(part.question.loss))
    telling = [(one, two) for one, two in pairs if not of_loss or one.line.name == part.question.name]
    first = any(one.verdict == "follows" != two.verdict for one, two in telling)
    second = any(two.verdict == "follows" != one.verdict for one, two in telling)
    if first != second:
        return part if first else other
    either = " and ".join(f"`{small(name)}_i` may be a row or a column of `{name}`" for name in members)
    shapes = ", ".join(f"{small(name)}_i: {way} of {name}" for name, way in members.items())
    open_ = {"verdict": "undecided", "result": None, "why": f'{either}; say which, as in `--shape "{shapes}"`'}
    judged = [one if one.verdict == two.verdict else replace(one, **open_) for one, two in pairs]
    return replace(part, judged=tuple(judged))


def unless_columns(part: Part, other: Part) -> Part:
    """The problem; what does not fit by its form alone, and does where a matrix has the columns x_i,
    is not called wrong."""
    pairs = _pairs(part, other)
    if any(old.verdict == "follows" and of_form(new.result) for old, new in pairs):
        return part  # a row says how the samples stand in it: `p = Xw`
    open_ = ((old, new) if new.verdict == "undecided" and new.why != MAY_FOLLOW else (old, old) for old, new in pairs)
    judged = (new if old.unfit else old for old, new in open_)
    return replace(part, judged=tuple(judged))


def with_sums_written(part: Part, prose: str) -> Part:
    """The problem; a row that follows only with a sum that nobody writes is open, unless words say that repeated
    letters are summed, or several are and no Σ stands anywhere."""
    found = [(at, note) for at, row in enumerate(part.judged) for note in row.notes if _claims(row)]
    silent = {at: match["letters"] for at, note in found if (match := _SILENT.match(note)) is not None}
    letters = {letter for told in silent.values() for letter in told.split(", ")}
    if not silent or sums_silently(prose) or (len(letters) > 1 and not _SIGMA.search(prose)):
        return part
    judged = list(part.judged)
    for at, told in silent.items():
        judged[at] = replace(judged[at], verdict="undecided", why=f"it holds only with a sum over {told}, without a Σ")
    return replace(part, judged=tuple(judged))


def _claims(row: Judged) -> bool:
    return row.verdict == "follows" and row.line.derives


_SILENT = regex(r"read as an Einstein sum over (?P<letters>.*)")
_SIGMA = regex(r"\\sum(?![A-Za-z])|[Σ∑]|\b(?:sum|mean)\b")


def as_number(part: Part, told: Container[str]) -> dict[str, str]:
    """The shapes under which a bias that nothing declares is a number, the b of `y - (w*x + b)`, where habit made a
    vector of it."""
    arrays = [one for task in part.tasks[:1] for one in task.problem.variables]
    untold = [one for one in arrays if one.name not in told and _BIAS.fullmatch(one.name)]
    found = {one.name for one in untold if one.shape.is_column}
    shapes = {one.name: "scalar" if one.shape.is_number or one.name in found else str(one.shape) for one in arrays}
    return shapes if found else {}


def biases(part: Part) -> list[dict[str, str]]:
    """The shapes under which a bias that nothing declares, the b of `XW + b`, is a vector: added to every row, or to
    every column as in `WX + b`."""
    problems = [task.problem for task in part.tasks[:1]]
    origins = {name: why for problem in problems for name, why in problem.origins}
    arrays = [one for problem in problems for one in problem.variables]
    found = [one for one in arrays if _BIAS.fullmatch(one.name) and origins[one.name] == AS_WHAT_IT_IS_ADDED_TO]
    whole = {one.name: "scalar" if one.shape.is_number else str(one.shape) for one in arrays}  # of one and the same n
    ways = {"row": {**whole, **{one.name: str(one.shape.cols) for one in found}}}
    ways["column"] = {**whole, **{one.name: str(one.shape.rows) for one in found}}
    said = {_way(problem.loss, one) for problem in problems for one in found} - {""}
    return [shapes for way, shapes in ways.items() if not said or way in said] if found else []


def _way(loss: Expr, bias: Symbol) -> str:
    """Whether the weights of the product beside a bias stand behind the data, as in `XW`, or before them."""
    for node in nodes_of(loss):
        for term in node.terms if isinstance(node, Add) and bias in node.terms else ():
            if isinstance(term, MatMul):
                behind, before = (_is_weight(term.factors[at]) for at in (-1, 0))
                return "" if behind is before else "row" if behind else "column"
    return ""


def _is_weight(factor: Expr) -> bool:
    names = [node.name for node in nodes_of(factor) if isinstance(node, Symbol)]
    return len(names) == 1 and _WEIGHTS.fullmatch(names[0]) is not None


_WEIGHTS = regex(r"(?:W|Theta|theta|B|beta)(?:_\w+)?")
_BIAS = regex(r"b(?:_\w+)?|bias|beta_0|intercept")
_CALLED_BIAS = regex(r"\b(?:bias(?:es)?|intercepts?)\b", re.IGNORECASE)


def as_bias(readings: Sequence[tuple[Part, Posed]]) -> tuple[Part, Posed]:
    """The problem in that reading of its bias in which most rows follow, as a matrix, the last, only where no words
    call it a bias; what is wrong there and follows in another is open, and what follows only if it is a matrix."""
    called = _CALLED_BIAS.search(readings[0][1].sheet.prose) is not None
    meant = [one for one in (readings[:-1] if called else readings) if one[0].tasks]
    if not meant:
        return readings[-1]
    best, posed = max(meant, key=lambda one: sum(row.verdict == "follows" for row in one[0].judged))
    others = [other.judged for other, _ in meant if other is not best]
    why = "whether the bias is a matrix, or one vector for every sample, is not said"
    only_a_matrix = best is readings[-1][0]

    def is_open(at: int, row: Judged) -> bool:
        elsewhere = {rows[at].verdict for rows in others}
        either = row.verdict == "wrong" and "follows" in elsewhere
        return either or (
            only_a_matrix and "wrong" in elsewhere and row.verdict == "follows" and "follows" not in elsewhere
        )

    judged = [
        replace(row, verdict="undecided", result=None, why=why) if is_open(at, row) else row
        for at, row in enumerate(best.judged)
    ]
    return replace(best, judged=tuple(judged)), posed

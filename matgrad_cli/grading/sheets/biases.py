"""A bias that nothing declares, the b of `XW + b`: a vector for every sample, or a matrix; small weights of layers."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...ir import Add, Expr, MatMul, Symbol, Transpose, nodes_of
from ...notation import syntax as s
from ...notation.shapes.weights import AS_WHAT_IT_IS_ADDED_TO
from .judged import Judged
from .other_functions import code_of
from .posed import Part, Posed


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


def as_number(part: Part, told: Container[str], prose: str) -> dict[str, str]:
    """The shapes under which a bias that nothing declares is a number, the b of `y - (w*x + b)` or `σ(Xw + b)`, where
    habit made a vector of it and no words do."""
    problems = [task.problem for task in part.tasks[:1]]
    arrays = [one for problem in problems for one in problem.variables]
    untold = [one for one in arrays if one.name not in told and _BIAS.fullmatch(one.name) and one.shape.is_column]
    found = {one.name for one in untold}
    said = re.search(r"\bvectors?\b", prose) is not None
    shapes = {one.name: "scalar" if one.shape.is_number or one.name in found else str(one.shape) for one in arrays}
    return shapes if found and not said else {}


def as_scaled(part: Part, told: Container[str], prose: str) -> dict[str, str]:
    r"""The shapes under which a variable is a number that scales an array, the x of `\|Ax - B\|_F^2` beside
    `2x \operatorname{tr}(A^\top A)`, where habit made a vector of it, rows do not fit so, and words say `scalar`."""
    unfit = any(one.unfit for one in part.judged) and re.search(r"\bscalars?\b", prose)
    problems = [task.problem for task in part.tasks if unfit and task.problem.wrt.name not in told]
    moving = [one.wrt for one in problems if one.wrt.shape.is_column and one.wrt.name.islower()]
    nodes = [node for one in problems for node in nodes_of(one.loss)]
    turned = {node.children[0] for node in nodes if isinstance(node, Transpose)}
    beside = {node for node in nodes if isinstance(node, Symbol) and node.shape.is_column} - {*moving}  # b of Ax - b
    return {one.name: "scalar" for one in moving if one not in turned and not any(one.name.islower() for one in beside)}


def as_matrices(part: Part, told: Container[str]) -> dict[str, str]:
    r"""The shapes under which small weights are matrices, the w_2 of `∂C/∂w_2 = δ_2 a_1ᵀ`, where habit made numbers of
    them; layer l has as many columns as layer l - 1 has rows."""
    arrays = [one for task in part.tasks[:1] for one in task.problem.variables]
    unfit = [one.line for one in part.judged if one.unfit and code_of(one.result) == "number-for-matrix"]
    by = any(isinstance(line.head, s.Derivative) for line in unfit)
    small = {one.name: _LAYER.fullmatch(one.name) for one in arrays if one.shape.is_number and one.name not in told}
    weights = {name: int(found[1]) for name, found in small.items() if found and name in part.question.wrt and by}
    return {name: f"units{layer}×units{layer - 1}" for name, layer in weights.items()}


_LAYER = regex(r"[a-z]_(\d)")


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

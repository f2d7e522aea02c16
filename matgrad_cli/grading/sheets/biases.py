"""A bias that nothing declares, the b of `XW + b`: a vector for every sample, or a matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...notation.shapes.weights import AS_WHAT_IT_IS_ADDED_TO
from .judged import Judged
from .posed import Part, Posed


def biases(part: Part) -> list[dict[str, str]]:
    """The shapes under which a bias that nothing declares, the b of `XW + b`, is a vector:
    added to every row, or to every column."""
    problems = [task.problem for task in part.tasks[:1]]
    origins = {name: why for problem in problems for name, why in problem.origins}
    found = [
        one for problem in problems for one in problem.variables if origins.get(one.name) == AS_WHAT_IT_IS_ADDED_TO
    ]
    sides = [(one.name, one.shape) for one in found if _BIAS.fullmatch(one.name)]
    ways = [{name: str(shape.cols) for name, shape in sides}, {name: str(shape.rows) for name, shape in sides}]
    return ways if sides else []


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

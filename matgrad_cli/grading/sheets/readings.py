"""Readings of one problem compared: which rows follow in another layout, under another fact, and none ceases to."""

from __future__ import annotations

from collections.abc import Mapping

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.members import numbered, small
from ..consequences import MAY_FOLLOW
from ..lines.lost_sums import sums_silently
from .judged import EQUATION_OF_GRADIENT, Judged
from .other_functions import code_of, of_form
from .posed import Part


def doubtful(part: Part) -> bool:
    """Whether some row does not follow that might, if more were known."""
    return any(
        one.verdict == "wrong"
        or one.why == EQUATION_OF_GRADIENT
        or code_of(one.result) in ("needs-fact", "other-layout", "equation")
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
    judged = [one if one.verdict == two.verdict or _false_in_both(one, two) else replace(one, **open_)
              for one, two in pairs]  # fmt: skip
    return replace(part, judged=tuple(judged))


def _false_in_both(one: Judged, two: Judged) -> bool:
    """Whether a row is wrong in one reading, and does not fit by its form in the other, whatever doubt that leaves."""
    return one.verdict == "wrong" and two.result is not None and two.result.verdict == "wrong" and of_form(two.result)


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

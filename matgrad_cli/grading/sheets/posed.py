"""One problem of a document: as it is posed, and as it was judged."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from ...diagnostics.record import record
from ...documents.sheets.sheet import Question, Sheet, Told
from ...documents.sheets.spoken import AS_PROGRAMS
from ...ir import Expr, Symbol
from ..task import Task
from .judged import Judged
from .other_functions import of_form
from .rows import Line


@record
class Posed:
    """A problem where it stands in a document: the rows before it, its own rows, and what the words tell."""

    sheet: Sheet
    question: Question
    before: Sequence[Line]
    own: Sequence[Line]
    told: Told

    @property
    def sizes(self) -> frozenset[str]:
        """The letters of sizes."""
        return size_letters(self.told)


def size_letters(told: Told) -> frozenset[str]:
    """The letters of the sizes that the words tell."""
    return frozenset(re.findall(r"[A-Za-z]", " ".join(told.sizes.values())))


@record
class Part:
    """One problem of a document: the question, its rows judged, in what layout it was read,
    and what was supposed for it.

    `solved` are the variables whose values were found, with the number of the row and the value; `upright` is a ∇f that
    is a column where ∂f/∂w is a row.
    """

    question: Question
    judged: tuple[Judged, ...]
    layout: str
    tasks: tuple[Task, ...]
    supposed: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    solved: Mapping[Symbol, tuple[int, Expr]] = MappingProxyType({})
    upright: bool = False
    respelled: tuple[tuple[str, str], ...] = ()


def following(parts: Sequence[Part], besides: str = "definition") -> int:
    """How many rows follow, besides those of a role."""
    return sum(one.verdict == "follows" and one.role != besides for part in parts for one in part.judged)


def settled(parts: Sequence[Part], meant: Collection[str]) -> bool:
    """Whether rows are sure where signs may mean several things: with a guess at the axis of a softmax and at what
    dZ is, one at the other axis or at another dZ may be right, unless all follows but for what fits in none of them."""
    guessed = not {"0", "1"}.isdisjoint(meant) and not dict(AS_PROGRAMS).keys().isdisjoint(meant)
    rest = [one for part in parts for one in part.judged if one.verdict in ("wrong", "undecided")]
    return not guessed or all(one.verdict == "wrong" and of_form(one.result) for one in rest)

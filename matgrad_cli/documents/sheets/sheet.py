"""What a document is read into: its formulas in their order, each with its place and the words around it;
the problems that it states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ...diagnostics import Source
from ...diagnostics.record import field, record
from ..passage import Passage
from .members import shapes_text

Kind = Literal["display", "inline", "plain"]


@record
class Formula:
    """A row of a display, a formula in a sentence, or a formula that stands without delimiters.

    `block` numbers the display or the paragraph that it stands in. `before` and `after` are the words
    of its sentence. `place` is where it stands in the text that is read. `passage` knows where its characters stand in
    the file. `guessed`: that it is about a derivative is supposed, for nothing but a usual letter says so. `step`: it
    is a step of a descent, read as a claim about the derivative.
    """

    passage: Passage
    place: int
    kind: Kind
    block: int
    before: str = ""
    after: str = ""
    quoted: bool = False
    struck: bool = False
    guessed: bool = False
    step: bool = False


@record
class Cell:
    """A part of the document that counts its own lines: a cell of a notebook. `start` is its place in the source."""

    number: int
    start: int
    source: Source


@record
class Sheet:
    """A document. `prose` is the whole text without marks of formulas, from which sizes and conditions are read.
    `respelled` are names that are read for others, each with the one that the document has, and `said` what a
    reader is told of habits that were written otherwise; `shift` is how much less of the text there is before a formula
    than its place says."""

    source: Source
    formulas: tuple[Formula, ...]
    prose: str
    cells: tuple[Cell, ...] = ()
    respelled: tuple[tuple[str, str], ...] = ()
    said: tuple[str, ...] = ()
    shift: int = 0

    def between(self, start: int, end: int | None) -> str:
        """What stands between two places."""
        return self.prose[max(0, start - self.shift) : None if end is None else max(0, end - self.shift)]


def cells_of(source: Source, kind: str = "markdown") -> list[tuple[int, str]] | None:
    """The numbers and texts of the cells of a kind in a notebook; None where it is none."""
    import json

    try:
        cells = json.loads(source.text).get("cells", [])
        found = [(number, cell) for number, cell in enumerate(cells, 1) if cell.get("cell_type") == kind]
        return [(number, "".join(cell.get("source", ""))) for number, cell in found]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None


@record
class Question:
    """A problem as a document states it. `start` is the number of the formula that states the loss; None:
    nothing was understood.

    `members` says of which matrices X the x_i are rows, or columns; `others`, what may be as well, where neither words
    nor sizes tell. `frozen` are names of the loss that stand as constants though the document makes them of others,
    which are named too. `guessed`: nothing but a usual letter says by what is differentiated.
    """

    name: str | None
    loss: str
    wrt: tuple[str, ...]
    shapes: Mapping[str, str]
    facts: tuple[str, ...]
    start: int
    syntax: str | None = "latex"
    arguments: tuple[str, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Mapping[str, str], ...] = ()
    frozen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    guessed: bool = False

    @property
    def shapes_text(self) -> str:
        """The shapes as the key `shapes` has them."""
        return shapes_text(self.shapes, self.members)


@record
class Told:
    """What the prose says: sizes, facts, facts that some sentence supposes, of which matrices X the x_i are rows or
    columns; `held` is fixed on purpose; `denied` are facts that it says do not hold, or need not."""

    sizes: Mapping[str, str]
    always: Mapping[str, frozenset[str]]
    supposed: Mapping[str, frozenset[str]]
    members: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    denied: Mapping[str, frozenset[str]] = field(default_factory=dict)

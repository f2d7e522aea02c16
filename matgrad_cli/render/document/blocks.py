"""The blocks of a document: what stands between a record and the page. A visitor per format prints each kind of them.

A document is a tuple of blocks. Blocks hold expressions and sentences, never printed text,
so that each format prints them from the tree.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, Literal

from ...diagnostics.record import record
from ...ir import ONE, Expr, Index, Mul, Named, Number, Path, Power, Symbol, mul
from ...records import Bindings, Value
from ...records import Sentence as Template
from ...records.derivation import PLACE
from ...verify.verdict import Kind, Verdict

WORDS: Final[dict[Kind, str]] = {"proved": "proved", "agrees": "agrees", "differs": "differs", "unknown": "unknown"}
SIGNS: Final[dict[Kind, str]] = {"proved": "✓", "agrees": "≈", "differs": "✗", "unknown": "?"}


@record
class Label:
    """What stands left of a result: ∇L, ∂f/∂x; with letters an entry ∂F_ij/∂R_st; `vec`: ∂vec(F)/∂vec(X)ᵀ."""

    loss: Symbol
    wrt: Symbol
    order: int = 1
    kind: Literal["nabla", "partial", "vec"] = "partial"
    letters: tuple[Index, ...] = ()


Phrase = tuple[str | Value | Label, ...]
"""Prose with mathematics in it; a `str` is prose."""


@record
class Heading:
    """The title of a document (level 1), or of a part of it."""

    phrase: Phrase
    level: int = 1


@record
class Variable:
    """A variable as it was read: its shape, what is known of it, and where the shape came from."""

    symbol: Symbol
    facts: tuple[str, ...]
    origin: str


@record
class Numbers:
    """The small example at which the lines are shown in numbers."""

    given: tuple[str, ...]


@record
class Variables:
    """The table of variables."""

    rows: tuple[Variable, ...]


Role = Literal["plain", "note", "assuming", "legend", "lead", "finding"]


@record
class Sentence:
    """A sentence. `lead` introduces what stands below; a `finding` has a verdict, in full its reason and evidence."""

    phrase: Phrase
    role: Role = "plain"
    verdict: Verdict | None = None
    why: Phrase | None = None
    evidence: str = ""


@record
class Formula:
    """left = right: the `loss`, an `equation`, the `result` (with shapes), what a name is (`where`), or `more`."""

    left: Expr | Label
    right: Expr
    role: Literal["loss", "equation", "result", "where", "more"]
    numbers: str = ""


@record
class Line:
    """A line of a chain; `changed` are the paths of the parts that are new in it; an equation has a `left`."""

    body: Expr
    changed: tuple[Path, ...] = ()
    left: Expr | None = None


@record
class Move:
    """One step: its number (`3`, `3.2` inside a group, `3–5` for a run), its sentence, what changed,
    the line it leads to.

    `letters` and `names` are the index letters and the named parts that its line is the first to use; `numbers` is the
    line at a small example (see `numbers.py` for how it is written).
    """

    number: str
    sentence: Phrase
    line: Line
    verdict: Verdict
    why: Phrase | None = None
    evidence: str = ""
    change: tuple[Expr, Expr] | None = None
    elsewhere: int = 0
    letters: tuple[Index, ...] = ()
    names: tuple[Named, ...] = ()
    rule: str = ""
    small: str = ""
    inner: tuple[Move, ...] = ()
    numbers: str = ""


@record
class Chain:
    """A derivation: left = start = line after line. Moves of equations have no start."""

    method: str
    moves: tuple[Move, ...]
    left: Expr | None = None
    start: Line | None = None
    letters: tuple[Index, ...] = ()
    numbers: str = ""


@record
class Cases:
    """An entry as a table of cases: the value, and when it holds."""

    label: Label
    rows: tuple[tuple[Expr, str], ...]


Cell = Expr | str


@record
class Grid:
    """A matrix drawn by its cells, "⋮" for what is left out; `row` is the letter of the row in the middle."""

    cells: tuple[tuple[Cell, ...], ...]
    row: Index | None = None


@record
class Pattern:
    """Where an array with four indices is not 0, at a small size: blocks (`down` and `across`) of rows."""

    down: Index
    across: Index
    filled: tuple[tuple[tuple[tuple[bool, ...], ...], ...], ...]


@record
class Table:
    """Rows under a head, and the sentence above them."""

    sentence: str
    head: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]


@record
class Columns:
    """Documents side by side where there is room, else one below the other."""

    parts: tuple[tuple[Block, ...], ...]


Block = Heading | Numbers | Variables | Sentence | Formula | Chain | Cases | Grid | Pattern | Table | Columns
Document = tuple[Block, ...]


def phrase(sentence: Template, bindings: Bindings | None = None) -> Phrase:
    """A sentence with its values put in; with `bindings` those of its rule too, and no place is left open."""
    values = {**dict(bindings or ()), **dict(sentence.values)}
    parts: list[str | Value | Label] = []
    end = 0
    for found in PLACE.finditer(sentence.template):
        if found.group(1) in values:
            said, value = sentence.template[end : found.start()], values[found.group(1)]
            if said.endswith(_BY) and (below := _under_one(value)) is not None:
                said, value = f"{said.removesuffix(_BY)}multiplied by ", below
            parts += [said, *_lettered(value)]
            end = found.end()
        elif bindings is not None:
            parts.append(sentence.template[end : found.start()])
            end = found.end()
    return tuple(part for part in (*parts, sentence.template[end:]) if part != "")


_BY = "divided by "


def _under_one(value: object) -> Expr | None:
    """What stands under 1/…: to divide by 1/2 is to multiply by 2; None for what is no such fraction."""
    match value:
        case Number() if value.value and (1 / Fraction(value.value)).denominator == 1 and abs(value.value) < 1:
            return Number(1 / Fraction(value.value))
        case Power(base, Number(exponent)) if exponent < 0:
            return base if exponent == -1 else Power(base, Number(-exponent))
        case Mul(factors):
            parts = [below for factor in factors if (below := _under_one(factor)) is not None]
            return mul(*parts) if len(parts) == len(factors) else None
    return None


def _lettered(value: Value) -> Phrase:
    """Index letters that were handed over as text are mathematics all the same."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]\d?(, [a-z]\d?)*", value):
        return (value,)
    return tuple(part for name in value.split(", ") for part in (", ", Index(name, ONE)))[1:]

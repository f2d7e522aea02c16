"""Several derivations of one loss: the methods side by side in brief and where they meet;
one result in every layout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from ...ir import NUMBER
from ...notation.printing.to_unicode import to_unicode
from ...records import Derivation
from ..view import Detail
from ..words import resting
from .blocks import Block, Columns, Document, Formula, Heading, Phrase, Sentence, Table, Variables
from .derivation import document, printed_steps, result_blocks

MANY = "the same array in every layout: it has more than two indices, and each entry is given by its letters"


def differing(derivations: Sequence[Derivation]) -> tuple[bool, bool]:
    """Whether the derivations differ in their method, and in their layout."""
    return len({one.method for one in derivations}) > 1, len({one.layout for one in derivations}) > 1


def detail_of(derivations: Sequence[Derivation], detail: Detail) -> Detail:
    """Several methods are told in brief, where nothing else was asked for."""
    return "brief" if differing(derivations)[0] and detail == "normal" else detail


def several_document(derivations: Sequence[Derivation], detail: Detail = "normal", numbers: bool = False) -> Document:
    """All derivations in one document."""
    return tuple(_blocks(derivations, detail_of(derivations, detail), numbers))


def continued(document: Document, before: Collection[Document]) -> Document:
    """A document behind others, without what they have said: the loss, its variables, what is assumed, the signs."""
    said = {block for one in before for block in one}
    return tuple(block for block in document if block not in said or not _said_once(block))


def _said_once(block: Block) -> bool:
    match block:
        case Formula(role="loss") | Variables() | Sentence(role="assuming" | "legend"):
            return True
    return False


def _blocks(derivations: Sequence[Derivation], detail: Detail, numbers: bool) -> Iterator[Block]:
    methods, layouts = differing(derivations)
    shown = [one for one in derivations if one.layout == derivations[0].layout]
    documents = [document(one, detail, numbers) for one in shown]
    if methods:
        shared = sum(1 for _ in takewhile(lambda blocks: len(set(blocks)) == 1, zip(*documents, strict=False)))
        yield from documents[0][:shared]
        heads = (Heading((f"method {one.method}",), 2) for one in shown)
        yield Columns(tuple((head, *told[shared:]) for head, told in zip(heads, documents, strict=True)))
        yield _methods(shown)
    else:
        yield from documents[0]
    if layouts:
        yield _layouts([one for one in derivations if one.method == derivations[0].method])


def layouts_document(derivations: Sequence[Derivation]) -> Document:
    """One result in every layout, with its shape: what `gradient --layout all` prints."""
    said = resting(*derivations)
    return (_layouts(derivations), *([Sentence((f"the result {said}",))] if said else []))


def results_document(derivations: Sequence[Derivation]) -> Document:
    """The results alone: what a notebook shows of a gradient."""
    if differing(derivations)[1]:
        return layouts_document(derivations)
    return tuple(block for one in derivations for block in result_blocks(one))


def _methods(shown: Sequence[Derivation]) -> Table:
    """The results stand in the table where they look different; where they are one, each method has just stated it."""
    alike = len({to_unicode(one.result.stated) for one in shown}) == 1
    meet = f"all {len(shown)} methods meet in the same line"
    apart = "the methods end in lines that look different; each was checked against the loss itself, so they are equal"
    rows: list[tuple[Phrase, ...]] = []
    for one in shown:
        steps, stated = str(sum(1 for _ in printed_steps(one.steps))), () if alike else ((one.result.stated,),)
        rows.append(((one.method,), (steps,), (one.readoff.line,), *stated, (one.verdict,)))
    heads = ("method", "steps", "last line", *(() if alike else ("result",)), "verdict")
    return Table(meet if alike else apart, heads, tuple(rows))


def _layouts(rows: Sequence[Derivation]) -> Table:
    many = rows[0].result.matrix is None
    cells: list[tuple[Phrase, ...]] = [((one.layout,), _shape(one), (one.result.stated,)) for one in rows]
    said = MANY if many else "the same derivative in each layout"
    return Table(said, ("layout", "shape", "derivative"), tuple(cells))


def _shape(one: Derivation) -> Phrase:
    matrix = one.result.matrix
    if matrix is None:
        return tuple(part for letter in one.result.letters for part in (" × ", letter.dim))[1:]
    return ("number",) if matrix.shape is NUMBER else (matrix.shape,)

"""From the line of entries to the line (G)_st: by rules, one idea at a time; what no rule reads alone at once; then textbook form."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Entry, Expr, Index, MatMul, Mul, Number, Symbol, Transpose, add, at, matmul, mul
from ...records import Step
from ..engine.application import applied, is_zero, places_of, with_parts
from ..engine.recorder import Recorder
from ..index.entries import entry
from ..index.terms import ZERO, Term, brackets_opened, is_entries, join, split
from ..textbook.simplifier import simplifier
from .algebra import flip
from .changes import read_changes
from .pairs import read_pairs
from .readback import read_back, read_inside
from .reading_rules import read_by_rules

MAX_TIDY = 200
"""At most so many tidying moves; each makes the expression shorter or more regular, so the limit is never met in practice."""


def read_line(recorder: Recorder, row: Index | None, col: Index | None) -> bool:
    """Read every term of the line back; whether all of them have a matrix form."""
    read_changes(recorder)
    terms = split(recorder.line)
    whole = _whole(terms, row, col)
    if whole is None:
        terms = brackets_opened(terms)
        whole = _whole(terms, row, col)
        if whole is None:
            return False
        recorder.move("distribute-sum", join(terms))
    if terms:
        read_by_rules(recorder, row, col)
        if not _is_read(recorder.line, row, col):
            recorder.move("read-back", entry(whole, row, col) if row or col else whole, (("product", whole),))
    return True


def _is_read(line: Expr, row: Index | None, col: Index | None) -> bool:
    """Whether the line is the entry (row, col) of one matrix, or a number without letters."""
    if row is None and col is None:
        return not is_entries(line)
    return isinstance(line, Entry) and not line.base.free and (line.row, line.col) == (row, col)


def _whole(terms: Iterable[Term], row: Index | None, col: Index | None) -> Expr | None:
    """What the line is an entry of; None if a term has no matrix form."""
    readings = [read_back(term, row, col) or read_pairs(term, row, col) for term in terms]
    found = [reading.expr() for reading in readings if reading is not None]
    return add(*found or (ZERO,)) if len(found) == len(readings) else None


def read_sums(recorder: Recorder) -> None:
    """With three and four free letters: the summed letters are read back, the free ones stay."""
    terms = [read_inside(term) for term in split(recorder.line)]
    if terms:
        line = add(*(term.expr() for term in terms))
        recorder.move("read-inside", line, (("product", line),))


def tidy_line(recorder: Recorder) -> None:
    """The matrix of the last line in textbook form: a titled group with one substep for each move."""
    line = recorder.line
    if isinstance(line, Entry):
        tidy_part(recorder, line.base, lambda part: entry(part, line.row, line.col))
    else:
        tidy_part(recorder, line, lambda part: part)


def tidy_part(recorder: Recorder, part: Expr, line_of: Callable[[Expr], Expr]) -> Expr:
    """One part of the current line in textbook form; `line_of` is the line with another part in its place. Returns the part."""
    rules = simplifier(recorder.problem, recorder.rules)
    hole = Symbol("□", part.shape)
    frame = line_of(hole)
    path = next(path for path, _ in places_of(frame, {hole: part}, lambda node: hole in node.symbols))
    turned = isinstance(part, Transpose) and bool(path) and isinstance(at(frame, path[:-1]), Transpose)
    if turned:  # of tr((Bᵀ)ᵀ dX) the line shows tr(B dX)
        part, path = part.children[0], path[:-1]
    beside = frozenset(at(frame, path[:-1]).children) - {hole} if path else frozenset()
    substeps: list[Step] = []
    line = recorder.line
    for _ in range(MAX_TIDY):
        joined = bool(path) and type(at(line, path[:-1])) is type(part) and isinstance(part, MatMul | Mul)
        place = path[:-1] if joined else path
        rules.aside = beside if joined else frozenset()
        move = rules.once(at(line, place))
        if move is None:
            break
        application = applied(line, {(*place, *below): rewriting for below, rewriting in move.found.items()})
        substeps.append(recorder.judged(application))
        line = application.after
        part = _without(at(line, place), beside) if joined else with_parts(part, {below: one.new for below, one in move.found.items()})
        if is_zero(part):
            break
        if not turned and isinstance(part, Transpose) and path and isinstance(at(frame, path[:-1]), Transpose):
            turned, part, path = True, part.children[0], path[:-1]  # tr((B)ᵀ dX) became tr((Bᵀ)ᵀ dX), which is tr(B dX)
            beside = frozenset(at(frame, path[:-1]).children) - {at(frame, path)} if path else frozenset()
    recorder.group("textbook-form", substeps)
    return flip(part) if turned else part


def _without(product: Expr, beside: frozenset[Expr]) -> Expr:
    """The factors of a product that do not stand beside the part that is tidied."""
    kept = [factor for factor in product.children if factor not in beside]
    return (matmul if isinstance(product, MatMul) else mul)(*kept) if kept else Number(1)

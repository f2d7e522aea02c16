"""From the line of entries to the line (G)_st: turn entries round so that summed letters meet, then read products off."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Delta, Entry, Expr, Index, MatMul, Mul, Number, Symbol, Transpose, add, at, matmul, mul, places
from ...records import Bindings, Step
from ..engine.application import applied, is_zero, with_parts
from ..engine.recorder import Recorder
from ..index.context import entry
from ..index.terms import Term, brackets_opened, join, split
from ..textbook.simplifier import simplifier
from .algebra import flip
from .pairs import read_pairs
from .readback import Reading, read_back, read_inside

MAX_TIDY = 200
"""At most so many tidying moves; each makes the expression shorter or more regular, so the limit is never met in practice."""


def read_line(recorder: Recorder, row: Index | None, col: Index | None) -> bool:
    """Read every term of the line back; whether all of them have a matrix form."""
    terms = split(recorder.line)
    readings = _readings(terms, row, col)
    if any(reading is None for reading in readings):
        terms = brackets_opened(terms)
        readings = _readings(terms, row, col)
        if any(reading is None for reading in readings):
            return False
        recorder.move("distribute-sum", join(terms))
    found = [reading for reading in readings if reading is not None]
    if not terms:
        return True
    _turn(recorder, terms, row, col)
    matrices = [reading.expr() for reading in found]
    if row is None and col is None:
        recorder.move("read-back", add(*matrices), (("product", add(*matrices)),))
        return True
    rule, bindings = _which_rule(terms, found)
    if len(found) == 1:
        recorder.move(rule, entry(matrices[0], row, col), bindings)
        return True
    recorder.move(rule, add(*(_entry_of(reading, row, col) for reading in found)), bindings)
    recorder.move("read-entry", entry(add(*matrices), row, col), (("entry", entry(add(*matrices), row, col)),))
    return True


def _readings(terms: Iterable[Term], row: Index | None, col: Index | None) -> list[Reading | None]:
    return [read_back(term, row, col) or read_pairs(term, row, col) for term in terms]


def read_sums(recorder: Recorder) -> None:
    """With three and four free letters: the summed letters are read back, the free ones stay."""
    terms = [read_inside(term) for term in split(recorder.line)]
    if terms:
        line = add(*(term.expr() for term in terms))
        recorder.move("read-inside", line, (("product", line),))


def _entry_of(reading: Reading, row: Index | None, col: Index | None) -> Expr:
    assert reading.matrix is not None
    return mul(*reading.coefficient, entry(reading.matrix, row, col)) if reading.coefficient else entry(reading.matrix, row, col)


def _which_rule(terms: tuple[Term, ...], readings: list[Reading]) -> tuple[str, Bindings]:
    single = len(readings) == 1 and readings[0].matrix is not None
    matrices = readings[0].matrix if single else add(*(reading.expr() for reading in readings))
    assert matrices is not None
    moves = {move for reading in readings for move in reading.moves}
    if len(readings) == 1 and moves == {"read-product"}:
        return "read-product", (("k", ", ".join(map(str, terms[0].indices))), ("product", matrices))
    if len(readings) == 1 and moves == {"read-outer"}:
        return "read-outer", (("product", matrices),)
    if not moves and any(isinstance(factor, Delta) for term in terms for factor in term.factors):
        return "read-eye", (("product", matrices),)
    return "read-back", (("product", matrices),)


def _turn(recorder: Recorder, terms: tuple[Term, ...], row: Index | None, col: Index | None) -> None:
    """X_is (…)_it → (Xᵀ)_si (…)_it in every term that is a chain from the row letter on."""
    start = row if row is not None else col
    if start is None:
        return
    turned = [_chain(term, start) for term in terms]
    changed = [(term, chain) for term, chain in zip(terms, turned, strict=True) if chain is not None and chain.factors != term.factors]
    factors = [factor for _, chain in changed for factor in chain.factors]
    flipped = [factor for factor in factors if isinstance(factor, Entry) and isinstance(factor.base, Transpose)]
    if not changed or not flipped:
        return
    first = flipped[0]
    assert isinstance(first, Entry)
    assert isinstance(first.base, Transpose)
    old = entry(first.base.body, first.col, first.row)
    line = add(*((chain or term).expr() for term, chain in zip(terms, turned, strict=True)))
    recorder.move("transpose-to-match", line, (("entry", old), ("turned", first)))


def _chain(term: Term, start: Index) -> Term | None:
    """The factors in the order of the chain that begins with `start`, each with its summed letters inside; None if it is no chain."""
    left = list(term.factors)
    ordered: list[Expr] = []
    here: Index | None = start
    while left and here is not None:
        at_here = [factor for factor in left if here in factor.free]
        if len(at_here) != 1 or not isinstance(at_here[0], Entry) or at_here[0].base.free:
            return None
        factor = at_here[0]
        left.remove(factor)
        if factor.row is here and (factor.col is None or isinstance(factor.col, Index)):
            ordered.append(factor)
            here = factor.col if isinstance(factor.col, Index) else None
        elif factor.col is here and isinstance(factor.row, Index):
            ordered.append(Entry(_transposed(factor.base), factor.col, factor.row))
            here = factor.row
        elif factor.col is here and factor.row is None:
            ordered.append(factor)
            here = None
        else:
            return None
        if here is not None and here in {start} | {letter for one in ordered[:-1] for letter in one.free}:
            return None
    if left:
        return None
    letters = [letter for letter in term.indices if any(letter in factor.free for factor in ordered)]
    return Term(term.coefficient, term.indices, tuple(ordered)) if len(letters) == len(term.indices) else None


def _transposed(base: Expr) -> Expr:
    return base.body if isinstance(base, Transpose) else Transpose(base)


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
    path = next(path for path, node in places(frame) if node is hole)
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
    recorder.group("textbook-form", substeps)
    return flip(part) if turned else part


def _without(product: Expr, beside: frozenset[Expr]) -> Expr:
    """The factors of a product that do not stand beside the part that is tidied."""
    kept = [factor for factor in product.children if factor not in beside]
    return (matmul if isinstance(product, MatMul) else mul)(*kept) if kept else Number(1)

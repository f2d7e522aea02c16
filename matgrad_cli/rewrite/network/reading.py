"""From the line of entries to the line (G)_st, by rules, one idea at a time; then textbook form."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...ir import Expr, Index, MatMul, Mul, Number, Symbol, Transpose, at, matmul, mul
from ...ir.terms import brackets_opened, join, split
from ...records import Step
from ..engine.application import applied, is_zero, native_at, places_of, with_parts
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..textbook.simplifier import simplifier
from .changes import read_changes
from .reading_rules import Reading, read_matrix, readings

MAX_TIDY = 200
"""At most so many tidying moves; each makes the expression shorter or more regular,
so the limit is never met in practice."""


def read_line(recorder: Recorder, row: Index | None, col: Index | None) -> bool:
    """Read every term of the line back, brackets opened where it must be;
    whether the line is then an entry of one matrix."""
    read_changes(recorder)
    opened = recorder.found("index", "distribute", (((), recorder.line),))
    for application in (None, applied(recorder.line, opened)) if opened else (None,):
        line = recorder.line if application is None else application.after
        found = list(readings(line, (row, col), recorder.scene))
        if read_matrix(found[-1].application.after if found else line, row, col) is not None:
            if application is not None:
                recorder.record(application)
            record_readings(recorder, found)
            return True
    return False


@native_at("distribute-sum")
def brackets(line: Expr) -> Expr | None:
    """Brackets that hold a δ, or link more than two letters, are multiplied out."""
    opened = join(brackets_opened(split(line)))
    return None if opened is line else opened


def record_readings(recorder: Recorder, found: Iterable[Reading]) -> None:
    """One step for each."""
    for reading in found:
        recorder.record(reading.application, reading.title, reading.said)


def tidy_part(recorder: Recorder, part: Expr, line_of: Callable[[Expr], Expr]) -> Expr:
    """One part of the current line in textbook form; `line_of` is the line with another part in its place.
    Returns the part."""
    rules = simplifier(recorder.problem, recorder.rules)
    hole = Symbol("□", part.shape)
    frame = line_of(hole)
    path = next(path for path, _ in places_of(frame, {hole: part}, lambda node: hole in node.symbols))
    substeps: list[Step] = []
    line, turned = recorder.line, False
    for _ in range(MAX_TIDY):
        above = at(frame, path[:-1])
        if not turned and path and isinstance(part, Transpose) and isinstance(above, Transpose):
            turned, part, path = True, part.children[0], path[:-1]  # of tr((Bᵀ)ᵀ dX) the line shows tr(B dX)
            above = at(frame, path[:-1])
        joined = bool(path) and isinstance(part, MatMul | Mul) and type(at(line, path[:-1])) is type(part)
        beside = frozenset(above.children) - {at(frame, path)} if joined else frozenset()
        place = path[:-1] if joined else path
        rules.aside = beside
        before = at(line, place)  # its factors and terms have the order of the line
        found = rules.once(before)
        if not found:
            break
        application = applied(line, {(*place, *below): rewriting for below, rewriting in found.items()})
        substeps.append(recorder.judged(application))
        line = application.after
        if not path:
            part = line  # all of it, its terms in the order of a line
        elif joined:
            part = _without(at(line, place), beside)
        else:
            part = with_parts(before, {below: one.new for below, one in found.items()})
        if is_zero(part) or part is Number(1):
            break  # it is no longer written
    recorder.group("textbook-form", substeps)
    return flip(part) if turned else part


def _without(product: Expr, beside: frozenset[Expr]) -> Expr:
    """The factors of a product that do not stand beside the part that is tidied."""
    kept = [factor for factor in product.children if factor not in beside]
    return (matmul if isinstance(product, MatMul) else mul)(*kept) if kept else Number(1)

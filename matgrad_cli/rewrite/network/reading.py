"""From the line of entries to the line (G)_st, by rules, one idea at a time; then textbook form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ... import ir
from ...ir import Entry, Expr, Index, Position, at, matmul, mul, nodes_of
from ...ir.functions import is_change
from ...ir.terms import Term, brackets_opened, join, split, terms_of
from ...records import Bindings, Step
from ..engine.application import Scene, Site, applied, is_zero, native, native_at, places_of, with_parts
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..textbook.simplifier import simplifier
from .reading_rules import Reading, matrix_of, read_matrix, readings

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
    hole = ir.Symbol("□", part.shape)
    frame = line_of(hole)
    path = next(path for path, _ in places_of(frame, {hole: part}, lambda node: hole in node.symbols))
    substeps: list[Step] = []
    line, turned = recorder.line, False
    for _ in range(MAX_TIDY):
        above = at(frame, path[:-1])
        if not turned and path and isinstance(part, ir.Transpose) and isinstance(above, ir.Transpose):
            turned, part, path = True, part.children[0], path[:-1]  # of tr((Bᵀ)ᵀ dX) the line shows tr(B dX)
            above = at(frame, path[:-1])
        joined = bool(path) and isinstance(part, ir.MatMul | ir.Mul) and type(at(line, path[:-1])) is type(part)
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
        if is_zero(part) or part is ir.Number(1):
            break  # it is no longer written
    recorder.group("textbook-form", substeps)
    return flip(part) if turned else part


def _without(product: Expr, beside: frozenset[Expr]) -> Expr:
    """The factors of a product that do not stand beside the part that is tidied."""
    kept = [factor for factor in product.children if factor not in beside]
    return (matmul if isinstance(product, ir.MatMul) else mul)(*kept) if kept else ir.Number(1)


def change(function: str, at: Sequence[Expr], along: Expr) -> Expr:
    """The change of a function at the transposed matrix along another one;
    of an unknown function the adjoint of its derivative."""
    if function.startswith("m1:"):
        return ir.Call(f"m2:{function[3:]}", *at, along)
    return ir.Call(function, flip(at[0]), *at[1:], along)


def read_changes(recorder: Recorder) -> None:
    """Each such sum in the line, one after the other."""
    while any(isinstance(node, ir.Call) and is_change(node.function) for node in nodes_of(recorder.line)):
        if not recorder.run("index", "changes", terms_of(recorder.line)):
            return


@native("turn-change")
def turned(site: Site) -> tuple[Expr, Bindings] | None:
    """One entry of a change along a single 1, with what it is summed with."""
    terms = split(site.node)
    found = (_turned(terms[0], factor, site.scene) for factor in terms[0].factors) if len(terms) == 1 else ()
    return next((one for one in found if one is not None), None)


def _turned(term: Term, factor: Expr, scene: Scene) -> tuple[Expr, Bindings] | None:
    single = _single(factor)
    if single is None:
        return None
    change_of, row, col, at = single
    beside, crossed = _hanging(term, factor, (row, col))
    free = tuple(index for index in term.indices if index in crossed and index not in (row, col))
    if not crossed >= {row, col} or crossed & set(at):
        return None
    inside = tuple(one for one in term.factors if one in beside)
    along = ir.Eye(row.dim) if row is col and not inside else matrix_of(Term((), free, inside).expr(), row, col, scene)
    if along is None:
        return None
    new = Entry(change(change_of.function, change_of.arguments[:-1], along), *at)
    rest = tuple(one for one in term.factors if one is not factor and one not in beside)
    left = tuple(index for index in term.indices if index not in crossed)
    return Term(term.coefficient, left, (*rest, new)).expr(), (("product", new.base),)


def _single(factor: Expr) -> tuple[ir.Call, Index, Index, tuple[Position, Position]] | None:
    """The change along e_k e_lᵀ of which a factor is an entry, the letters of the entry, and k and l."""
    match factor:
        case Entry(ir.Call(function) as base, Index() as row, Index() as col) if is_change(function):
            match base.arguments[-1]:
                case ir.MatrixOf(p, q, ir.Mul((ir.Delta(first, k), ir.Delta(second, m)))) if first is p and second is q:
                    return base, row, col, (k, m)
    return None


def _hanging(term: Term, factor: Expr, letters: Iterable[Index]) -> tuple[list[Expr], set[Index]]:
    """What hangs at the summed ones of some letters of a factor:
    the other factors of the term, and the letters summed among them."""
    crossed = set(term.indices).intersection(letters)
    while True:
        beside = [one for one in term.factors if one is not factor and not one.free.isdisjoint(crossed)]
        more = crossed.union(*(one.free.intersection(term.indices) for one in beside))
        if more == crossed:
            return beside, crossed
        crossed = more

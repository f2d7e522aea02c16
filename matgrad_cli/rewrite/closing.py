"""The end of every derivation: the result in textbook form, names where they save something,
the step that changes the layout, the read-off against the loss itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..diagnostics import StuckError, UsageError
from ..facts import Problem
from ..ir import Differential, Entry, Expr, LinearMap, Named, Symbol, Transpose, rename, substitute
from ..ir.entries import entry
from ..ir.walk import innermost_first, names_in
from ..records import Bindings, Derivation, ReadOff, Result, Sentence, Step
from ..records.layout import LAYOUTS, is_turned
from ..verify.verdict import Verdict
from .assumptions import assumptions_of
from .engine.application import Site, apply, native, reserved_names
from .engine.recorder import Recorder, sentence
from .forms.algebra import flip
from .index.method import Target, target_of
from .methods.beside import beside, paired, whole_of
from .naming import layer_name, name_uses, named_parts, opening, record_names, record_written, repeated_parts
from .network.reading import tidy_part
from .notes import by_own_entries, notes_of, over_samples, shorter_of

OPEN_LIMIT = 60
"""A result with more symbols than this keeps the names of its parts, even of those that it uses once."""
MOST_OPENED = 40

LineOf = Callable[[Expr], Expr]
"""Puts a result into its line: G ↦ tr(Gᵀ dX), G ↦ (H ↦ ⟨G, H⟩), G ↦ G_st."""


def itself(found: Expr) -> Expr:
    """The line of a result that is all of it."""
    return found


def tidied(
    recorder: Recorder, result: Expr, line_of: LineOf, own: Callable[[Named], bool] = lambda _: False, name: bool = True
) -> Expr:
    """The result in textbook form: its moves are substeps of one step. Names that are `own` and stand once are written
    out where that stays readable; big parts that it repeats get a name."""
    result = tidy_part(recorder, result, line_of)
    for _ in range(MOST_OPENED):
        single = [named for named, count in name_uses(result).items() if count == 1 and own(named)]
        if not single or result.weight + single[0].body.weight > OPEN_LIMIT:
            break
        result = substitute(result, {single[0]: single[0].body})
        record_written(recorder, opening(recorder, single[:1]))
        result = tidy_part(recorder, result, line_of)
    chosen = repeated_parts(result) if name else []
    if chosen:
        taken = {*reserved_names(recorder.problem)} | {letter.name for letter in recorder.line.free}
        shown = (recorder.line, *(step.after for step in recorder.steps))
        taken |= {named.name for named in names_in(*shown)}  # a name never means two things
        wishes = ((node, layer_name(node)) for node in innermost_first(chosen))
        result, names = named_parts(result, wishes, taken)
        record_names(recorder, names)
    return result


def closed(
    recorder: Recorder, start: Expr, method: str, layout: str, words: str, said: Bindings, result: Result,
    verdict: Verdict, order: int = 1, title: str = "",
) -> Derivation:  # fmt: skip
    """The derivation that ends with this result, stated in the words of an entry."""
    problem, rule = recorder.problem, recorder.rules.rule(words)
    if problem.half:
        result, verdict, half = by_own_entries(problem, result, recorder.judge)
    readoff = ReadOff(sentence(title or rule.title, said), Sentence(rule.why), recorder.line, result, verdict)
    notes = (half,) if problem.half else notes_of(problem, result.matrix, recorder.judge)
    if not recorder.unread:
        notes = (*notes, *shorter_of(problem, result.matrix))
        if layout == "gradient":
            notes = (*notes, *over_samples(problem, result.matrix, recorder.judge, "the derivative by "))
    conditions = assumptions_of(problem, result.entry)
    if order == 2 and problem.loss.shape.is_number:
        notes = (*notes, *_symmetry(recorder, result))
    return Derivation(
        problem, method, layout, order, start, without_detours(recorder.steps), readoff, conditions, notes
    )


def without_detours(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps without those after which a line stands again that stood before: a part turned round and then back.

    The change to another layout stays: it says why the result is turned.
    """
    kept: list[Step] = []
    for step in steps:
        kept.append(step)
        if step.after != step.before and "layout" not in dict(step.bindings):
            back = next((place for place, earlier in enumerate(kept) if earlier.before == step.after), len(kept))
            del kept[back:]
    return tuple(kept)


def _symmetry(recorder: Recorder, result: Result) -> Iterator[Sentence]:
    """That a Hessian is symmetric, where numbers say so too."""
    half = len(result.letters) // 2
    first, second = result.letters[:half], result.letters[half:]
    turned = rename(result.entry, dict(zip((*first, *second), (*second, *first), strict=True)))
    verdict = recorder.judge.compare_over(result.entry, turned, result.letters)
    if half and verdict.holds:
        places = [", ".join(letter.name for letter in letters) for letters in (first + second, second + first)]
        why = "the Hessian is symmetric, as the order of two derivatives does not matter"
        shown = f"{why}: its entries ({{entry}}) and ({{turned}}) are the same ({verdict.kind})"
        yield Sentence(shown, (("entry", places[0]), ("turned", places[1])))


def finish(
    recorder: Recorder, start: Expr, derivative: Expr, method: str, layout: str, words: str,
    target: Target | None = None, order: int = 1, in_front: bool = False,
) -> Derivation:  # fmt: skip
    """The read-off of a derivative: one already written in the layout, or what stands `in_front` of what moves, which a
    layout may turn round."""
    problem = recorder.problem
    target = target or target_of(problem.loss, problem.wrt, set(reserved_names(problem)))
    turned = is_turned(layout, problem.loss.shape, problem.wrt.shape, order)
    if turned and in_front:
        derivative, words = flip(derivative), f"{words}-turned"
    whole = entry(derivative, *(reversed(target.places) if turned else target.places))
    verdict = recorder.judge.check_derivative(whole, target.letters, order)
    kind = "derivative" if problem.wrt.shape.is_number else "gradient" if problem.loss.shape.is_number else "Jacobian"
    said: Bindings = (("line", recorder.line), ("dX", Differential(problem.wrt, problem.wrt)), ("gradient", derivative))
    said = (*said, ("shape", derivative.shape), ("kind", "Hessian" if order == 2 else kind))
    result = Result(whole, target.letters, derivative, written_out(derivative))
    return closed(recorder, start, method, layout, words, said, result, verdict, order)


def written_out(result: Expr) -> tuple[tuple[str, Expr], ...]:
    """What the names in a result stand for."""
    return tuple((named.name, named.body) for named in names_in(result))


def need_number(problem: Problem, method: str) -> None:
    """These methods read a gradient off one number; another loss needs the index method."""
    if not problem.loss.shape.is_number:
        said = f"method `{method}` differentiates a number, and the loss is {problem.loss.shape}"
        help_ = "`--method index` gives the derivative of a vector or matrix by entries"
        raise StuckError.coded("stuck", said, help=help_)


def known_layout(layout: str) -> str:
    """The layout itself; raises UsageError with the known ones for another word."""
    if layout not in LAYOUTS:
        known = "layouts: " + ", ".join(LAYOUTS)
        raise UsageError.coded("unknown-layout", f"the layout `{layout}` is not known", help=known)
    return layout


def change_layout(recorder: Recorder, layout: str, order: int = 1) -> None:
    """The visible step (G)_st = (Gᵀ)_ts where the layout wants the entry in the mirrored place, or tr(Gᵀ dX) = tr(J dX)
    with J = Gᵀ."""
    line, problem = recorder.line, recorder.problem
    if is_turned(layout, problem.loss.shape, problem.wrt.shape, order) and (order == 1 or isinstance(line, Entry)):
        recorder.record(apply(recorder.rules.rule("change-layout"), line, ((),), recorder.scene, (("layout", layout),)))


@native("change-layout")
def layout_changed(site: Site) -> tuple[Expr, Bindings] | None:
    """The gradient G written as the derivative Gᵀ: in its entry, or in front of what moves."""
    node = site.node
    if isinstance(node, LinearMap):
        return LinearMap(node.argument, _turned(node.body, node.argument)), site.bindings
    if not isinstance(node, Entry):
        return _turned(node, None), site.bindings
    turned = flip(node.base)
    return Entry(turned if turned is not node.base else Transpose(node.base), node.col, node.row), site.bindings


def _turned(node: Expr, direction: Symbol | None) -> Expr:
    numbers, gradient, part = beside(node, direction)
    return paired(flip(whole_of(numbers, gradient)), part, True)

"""The end of every derivation: the result in textbook form, names where they save something, the step that changes the
layout, the read-off against the loss itself; what the derivation supposes, where the loss has a derivative at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .. import ir
from ..diagnostics import StuckError, UsageError
from ..facts import Problem
from ..facts.conditions import said_of
from ..facts.holding import holds
from ..ir import Expr, Named, Symbol, nodes_of, rename, substitute
from ..ir.entries import entry
from ..ir.walk import innermost_first, names_in
from ..records import Bindings, Derivation, ReadOff, Result, Sentence, Step
from ..records.layout import LAYOUTS, is_turned
from ..verify.verdict import Verdict
from .engine.application import Site, apply, native, reserved_names
from .engine.recorder import Recorder, for_each, sentence
from .forms.algebra import flip, is_root
from .index.method import Target, target_of
from .methods.beside import beside, paired, whole_of
from .naming import layer_name, name_uses, named_parts, opening, record_names, record_written, repeated_parts
from .network.reading import tidy_part
from .notes import by_own_entries, notes_of, over_samples, shorter_of
from .textbook.normal import split_power

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
    said: Bindings = (
        ("line", recorder.line),
        ("dX", ir.Differential(problem.wrt, problem.wrt)),
        ("gradient", derivative),
    )
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
    if is_turned(layout, problem.loss.shape, problem.wrt.shape, order) and (order == 1 or isinstance(line, ir.Entry)):
        recorder.record(apply(recorder.rules.rule("change-layout"), line, ((),), recorder.scene, (("layout", layout),)))


@native("change-layout")
def layout_changed(site: Site) -> tuple[Expr, Bindings] | None:
    """The gradient G written as the derivative Gᵀ: in its entry, or in front of what moves."""
    node = site.node
    if isinstance(node, ir.LinearMap):
        return ir.LinearMap(node.argument, _turned(node.body, node.argument)), site.bindings
    if not isinstance(node, ir.Entry):
        return _turned(node, None), site.bindings
    turned = flip(node.base)
    return ir.Entry(turned if turned is not node.base else ir.Transpose(node.base), node.col, node.row), site.bindings


def _turned(node: Expr, direction: Symbol | None) -> Expr:
    numbers, gradient, part = beside(node, direction)
    return paired(flip(whole_of(numbers, gradient)), part, True)


KINK = "(there may be no derivative there)"
_NOT_ZERO = ("nonzero", f"{{0}} is not 0 {KINK}", f"no entry of {{0}} is 0 {KINK}")
_POSITIVE = ("positive", said_of("positive", True), said_of("positive", False))
_INVERTIBLE = said_of("invertible", False)
_NEEDS = {
    "logdet": (("spd", said_of("det_positive", False)),),
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), (_POSITIVE,)),
    **dict.fromkeys(("abs", "sign", "relu", "step", "norm1"), (_NOT_ZERO,)),
    **dict.fromkeys(("nuclear", "pinv"), (("", "{0} has full rank"),)),
    "hardmax": (("", f"the greatest entry of {{0}} is alone {KINK}"),),
    "hardmax0": (("", f"the greatest entry of each column of {{0}} is alone {KINK}"),),
    "hardmax1": (("", f"the greatest entry of each row of {{0}} is alone {KINK}"),),
    "eigmax": (("symmetric", "{0} is symmetric"), ("", "the largest eigenvalue of {0} is simple")),
    "spectral": (("", "the largest singular value of {0} is simple"),),
    "norm": (("nonzero", f"{{0}} is not 0 {KINK}"),),
}
"""What each function needs of its argument: the fact that says so already, and the sentence (of a number,
of an array)."""


def _of_call(node: ir.Call, problem: Problem) -> Iterator[Sentence]:
    name, inner = node.function, node.argument
    if isinstance(inner, ir.Call) and inner.function == "det" and name in ("log", "log2", "log10"):
        name, inner = "logdet", inner.argument
    for fact, *said in _NEEDS.get(name, ()) if name == "logdet" or problem.wrt in inner.symbols else ():
        if not fact or not holds(inner, fact, problem):
            yield Sentence(said[0 if inner.shape.is_number else -1], (("0", inner),))


def _of_node(node: Expr, problem: Problem, squared: set[Expr]) -> Iterator[Sentence]:
    if isinstance(node, ir.Call) and not (node.function == "norm" and node in squared):
        yield from _of_call(node, problem)
    elif isinstance(node, ir.Inverse) or (isinstance(node, ir.MatrixPower) and node.exponent < 0):
        if not holds(node.children[0], "invertible", problem):
            yield Sentence(_INVERTIBLE, (("0", node.children[0]),))
    elif is_root(node) and problem.wrt in (base := node.children[0]).symbols and not holds(base, "positive", problem):
        yield Sentence(_POSITIVE[1 if node.shape.is_number else 2], (("0", base),))


def assumptions_of(problem: Problem, result: Expr) -> tuple[Sentence, ...]:
    """The conditions under which the derivation holds, each once:
    of the loss in reading order, then those of its result alone.

    ∂det(X)/∂X = det(X) X⁻ᵀ is said with an inverse, so it holds where X has one.
    """
    loss = problem.loss
    squared = {base for base, power in map(split_power, nodes_of(loss)) if power > 1 and power.denominator == 1}
    found: dict[Sentence, None] = {}
    for node in nodes_of(loss):
        for one in _of_node(node, problem, squared):
            found[one] = None
    inverted = (one.values for one in found if one.template in (_INVERTIBLE, said_of("det_positive", False)))
    said = {value for values in inverted for _, value in values}
    for node in nodes_of(result):
        if isinstance(node, ir.Call) and node.function.startswith("hardmax"):  # where it cancels nothing is needed
            found |= dict.fromkeys(_of_call(node, problem))
        if isinstance(node, ir.Inverse) and node.body not in said and not holds(node.body, "invertible", problem):
            found[Sentence(_INVERTIBLE, (("0", node.body),))] = None
    return tuple(map(for_each, found))


def domain_of(problem: Problem) -> list[tuple[str, Expr]]:
    """What must be positive, or have a positive determinant, for the loss to have a value, as far as it holds the
    variable: the fact, and of what it must hold."""
    words = {said_of(word, number): word for word in ("positive", "det_positive") for number in (True, False)}
    found = [
        (words.get(said.template), value) for said in assumptions_of(problem, problem.loss) for _, value in said.values
    ]
    return [(word, of) for word, of in found if word and isinstance(of, Expr) and problem.wrt in of.symbols]

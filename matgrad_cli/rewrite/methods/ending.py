"""The end of every method here: the gradient in textbook form inside its last line, then the read-off against the loss itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ...diagnostics import Diagnostic, StuckError
from ...facts import Problem
from ...ir import Differential, Expr, Named, substitute
from ...records import Derivation, ReadOff, Result, Sentence
from ...records.layout import is_turned
from ..assumptions import assumptions_of, notes_of
from ..engine.recorder import Recorder, sentence
from ..forms.entries import entry
from ..index.method import reserved_names, target_of
from ..named_steps import opened, record_names, record_opened
from ..naming import names_in, repeated_parts, with_names
from ..network.reading import tidy_part

OPEN_LIMIT = 60

LineOf = Callable[[Expr], Expr]
"""Puts a gradient into its line: G ↦ tr(Gᵀ dX), or G ↦ (H ↦ ⟨G, H⟩)."""


def need_number(problem: Problem, method: str) -> None:
    """These methods read a gradient off one number; another loss needs the index method."""
    if not problem.loss.shape.is_number:
        raise StuckError(
            Diagnostic(
                "stuck",
                f"method `{method}` differentiates a number, and the loss is {problem.loss.shape}",
                help="`--method index` gives the derivative of a vector or matrix by entries",
            )
        )


def written_names(root: Expr) -> Counter[Named]:
    """How often each name is written in an expression, not counting what names stand for."""
    counts: Counter[Named] = Counter()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Named):
            counts[node] += 1
        else:
            stack.extend(node.children)
    return counts


def tidy_under(recorder: Recorder, gradient: Expr, line_of: LineOf, own: set[str], name: bool = True) -> Expr:
    """The gradient in textbook form: its moves are substeps of one step. The names in `own` are opened where that stays readable."""
    gradient = tidy_part(recorder, gradient, line_of)
    for _ in range(40):
        single = [named for named, count in written_names(gradient).items() if named.name in own and count == 1]
        if not single or gradient.weight + single[0].body.weight > OPEN_LIMIT:
            break
        gradient = substitute(gradient, {single[0]: single[0].body})
        record_opened(recorder, opened(recorder, single[:1]))
        gradient = tidy_part(recorder, gradient, line_of)
    chosen = repeated_parts(gradient) if name else []
    if chosen:
        taken = reserved_names(recorder.problem) | {named.name for named in names_in(recorder.line)}
        taken |= {named.name for step in recorder.steps for named in names_in(step.after)}  # a name never means two things
        gradient, names = with_names(gradient, chosen, taken)
        record_names(recorder, names)
    return gradient


def finish(recorder: Recorder, start: Expr, derivative: Expr, method: str, layout: str, rule_id: str) -> Derivation:
    """The read-off of a derivative that is already written in the layout."""
    problem = recorder.problem
    target = target_of(problem.loss, problem.wrt, reserved_names(problem))
    turned = is_turned(layout, problem.loss.shape, problem.wrt.shape)
    row, col = target.places
    whole = entry(derivative, col, row) if turned else entry(derivative, row, col)
    verdict = recorder.judge.check_derivative(whole, target.letters, 1)
    rule = recorder.rules.rule(rule_id)
    moved = Differential(problem.wrt, problem.wrt)
    values = (("line", recorder.line), ("dX", moved), ("gradient", derivative), ("shape", derivative.shape))
    where = tuple((named.name, named.body) for named in names_in(derivative))
    result = Result(whole, target.letters, derivative, where)
    readoff = ReadOff(sentence(rule.title, values), Sentence(rule.why), recorder.line, result, verdict)
    return Derivation(
        problem, method, layout, 1, start, tuple(recorder.steps), readoff, assumptions_of(problem, derivative),
        notes_of(problem, readoff.result.matrix),
    )


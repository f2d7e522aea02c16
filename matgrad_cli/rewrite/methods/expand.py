"""The expand method: the trace multiplied out into terms, each differentiated by one identity, added up and factored again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from ...diagnostics import StuckError
from ...facts import Problem
from ...ir import Add, Differential, Expr, Mul, Named, Number, Partial, Path, Symbol
from ...ir.walk import outermost
from ...ir.walk import places as places_in
from ...notation.printing.to_text import to_text
from ...records import Bindings, Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..closing import finish, itself, need_number, none, tidied
from ..engine.application import Scene, Site, native
from ..engine.recorder import MOST_LINES, Recorder
from ..index.method import reserved_names
from ..named_steps import record_names
from ..naming import fresh_name
from .beside import Term
from .chain_forms import body_of, form_of, one_layer, waiting
from .mover import Mover


def derive_expand(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂/∂X of a polynomial, term by term."""
    need_number(problem, "expand")
    start = form_of(problem, is_turned(layout, problem.loss.shape, problem.wrt.shape)).pending(problem.loss)
    recorder = Recorder(problem, book, judge, start, inside=True)
    if not recorder.run("expand", "variable", (((), start),)):
        Expand(recorder.scene, "expand").run(recorder)
    derivative = tidied(recorder, recorder.line, itself, none)
    return finish(recorder, start, derivative, "expand", layout, "read-chain")


@native("gradient-places")
def places(site: Site) -> tuple[Expr, Bindings] | None:
    """d of a product in which the variable stands in several places: one term for each."""
    if not isinstance(site.node, Differential):
        return None
    move = Mover(Scene(site.scene.problem, site.scene.rules), "expand").total(site.node.body, "places")
    return None if move is None else (move, ())


class Expand(Mover):
    """The phases of the method: what is pending is multiplied out, named once, and differentiated."""

    def run(self, recorder: Recorder) -> None:
        """Again and again from the first phase, until nothing is pending."""
        named = False
        while True:
            recorder.must_end()
            if self._multiplied(recorder, "trace") or self._multiplied(recorder, "multiply", "expand-product"):
                continue
            if not named:
                named = True
                self._name_terms(recorder)
            if not self._differentiated(recorder):
                return

    def roots(self, line: Expr) -> Iterable[tuple[Path, Expr]]:
        """What stands under the pending derivatives of a line."""
        return (((*path, 0), node.body) for path, node in places_in(line) if isinstance(node, Partial))

    def _multiplied(self, recorder: Recorder, phase: str, group: str = "") -> bool:
        """The rules of a phase as long as one fits, as substeps of a group if it is named; whether there was any."""
        steps = recorder.steps_of(partial(self.found, self.phases[phase]), MOST_LINES)
        if group:
            recorder.group(group, steps)
        else:
            recorder.steps.extend(steps)
        return bool(steps)

    def _name_terms(self, recorder: Recorder) -> None:
        """A name for every term that is multiplied out, if there are several."""
        taken = reserved_names(recorder.problem)
        terms = [part for _, term in waiting(recorder.line, recorder.problem) for part in terms_of(body_of(term), self.variable)]
        names = [Named(fresh_name(f"T{number}", taken), term) for number, term in enumerate(outermost(terms), 1)]
        if len(names) > 1:
            record_names(recorder, names, "name-terms", bodies=True)

    def _differentiated(self, recorder: Recorder) -> bool:
        """One rule on all the terms that wait for it; whether any waits."""
        found = [_alone(path, term) for path, term in waiting(recorder.line, recorder.problem)]
        if not found and any(self.roots(recorder.line)):
            raise stuck(recorder, recorder.problem.loss)
        if found:
            before = recorder.line
            recorder.record(one_layer(before, self, found, lambda part: stuck(recorder, part)))
            if recorder.line is before:
                raise stuck(recorder, recorder.problem.loss)
        return bool(found)


def _alone(path: Path, term: Term) -> Path:
    """Where a term that waits stands; one whose derivative is that of a sum, without the numbers in front."""
    return (*path, len(term.numbers)) if term.numbers and isinstance(body_of(term), Add) else path


def terms_of(body: Expr, variable: Symbol) -> Iterator[Expr]:
    """The terms of a sum without the numbers in front of them."""
    if isinstance(body, Add):
        for term in body.terms:
            yield from terms_of(term, variable)
    elif isinstance(body, Mul):
        kept = [factor for factor in body.factors if variable in factor.symbols]
        kept = kept or [factor for factor in body.factors if not isinstance(factor, Number)]
        if len(kept) == 1:
            yield from terms_of(kept[0], variable)
    elif body.children:
        yield body


def stuck(recorder: Recorder, part: Expr) -> StuckError:
    """A part that cannot be multiplied out."""
    said = to_text(part.body if isinstance(part, Named) else part)
    message = f"method `expand` multiplies out, and `{said}` is no polynomial in {recorder.problem.wrt.name}"
    return recorder.stuck(message, "`--method differential` or `--method index` can differentiate it")

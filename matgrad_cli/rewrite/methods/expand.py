"""The expand method: the trace multiplied out into terms, each differentiated by one identity,
added up and factored again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from ...diagnostics import StuckError
from ...facts import Problem
from ...ir import Add, Differential, Expr, Mul, Named, Number, Partial, Path, Symbol, at
from ...ir.walk import outermost
from ...ir.walk import places as places_in
from ...notation.printing.to_text import to_text
from ...records import Bindings, Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...rulebook.rule import Phase
from ...verify.judge import Judge
from ..closing import finish, itself, need_number, tidied
from ..engine.application import Scene, Site, native, reserved_names
from ..engine.recorder import MOST_LINES, Recorder
from ..index.method import with_matrices
from ..naming import fresh_name, record_names
from .beside import body_of
from .chain_forms import form_of, waiting
from .mover import Mover, Runner


def derive_expand(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂/∂X of a polynomial, term by term."""
    need_number(problem, "expand")
    start = form_of(problem, is_turned(layout, problem.loss.shape, problem.wrt.shape)).start(problem.loss)
    recorder = Recorder(problem, book, judge, start, inside=True)
    with_matrices(recorder)
    if not recorder.run("expand", "variable", (((), recorder.line),)):
        Expand(recorder, "expand", reserved_names(problem)).run("trace", "multiply", "name", "differentiate")
    derivative = tidied(recorder, recorder.line, itself)
    return finish(recorder, start, derivative, "expand", layout, "read-chain")


@native("gradient-places")
def places(site: Site) -> tuple[Expr, Bindings] | None:
    """d of a product in which the variable stands in several places: one term for each."""
    if not isinstance(site.node, Differential):
        return None
    move = Mover(Scene(site.scene.problem, site.scene.rules), "expand").total(site.node.body, "places")
    return None if move is None else (move, ())


class Expand(Runner):
    """The phases of the method: what is pending is multiplied out, named once, and differentiated."""

    named = False

    def roots(self, line: Expr) -> Iterable[tuple[Path, Expr]]:
        """What stands under the pending derivatives of a line."""
        return (((*path, 0), node.body) for path, node in places_in(line) if isinstance(node, Partial))

    def _multiply(self, phase: Phase) -> bool:
        """The rules of the phase as long as one fits, as substeps of a group."""
        steps = self.recorder.steps_of(partial(self.found, phase), MOST_LINES)
        self.recorder.group("expand-product", steps)
        return bool(steps)

    def _name(self, phase: Phase) -> bool:
        """A name for every term that is multiplied out, if there are several; once."""
        if self.named:
            return False
        self.named = True
        bodies = (body_of(term) for _, term in waiting(self.recorder.line, self.scene.problem))
        terms = (part for body in bodies for part in terms_of(body, self.variable))
        names = [Named(fresh_name(f"T{number}", self.taken), term) for number, term in enumerate(outermost(terms), 1)]
        if len(names) > 1:
            record_names(self.recorder, names, phase.rules[0], bodies=True)
        return len(names) > 1

    def waiting(self) -> list[tuple[Path, Expr]]:
        """The terms that wait; one whose derivative is that of a sum, without the numbers in front."""
        line, found = self.recorder.line, []
        for path, term in waiting(line, self.scene.problem):
            whole = term.numbers and isinstance(body_of(term), Add)
            found.append((*path, len(term.numbers)) if whole else path)
        if not found and any(self.roots(line)):
            raise self.stuck(self.scene.problem.loss)
        return [(path, at(line, path)) for path in found]

    def stuck(self, part: Expr) -> StuckError:
        """A part that cannot be multiplied out."""
        said = to_text(part.body if isinstance(part, Named) else part)
        message = f"method `expand` multiplies out, and `{said}` is no polynomial in {self.variable.name}"
        return self.recorder.stuck(message, "`--method differential` or `--method index` can differentiate it")


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

"""The chain rule over named parts: the derivative of each part with its shape, multiplied from the outside in."""

from __future__ import annotations

from ...diagnostics import StuckError
from ...diagnostics.record import replace
from ...facts import Problem
from ...ir import Call, Expr, Named, Partial, Path, Shape, add, at, nodes_of
from ...ir.terms import terms_of
from ...ir.walk import names_in, outermost
from ...records import Bindings, Derivation, Step
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...rulebook.rule import Phase
from ...verify.judge import Judge
from ..closing import OPEN_LIMIT, finish, itself, need_number, tidied
from ..engine.application import Site, applied, native, reserved_names
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..index.method import with_matrices
from ..naming import cut, opening, record_names, record_written, repeated_parts
from ..textbook.simplifier import textbook
from .beside import Term, body_of
from .chain_forms import ChainForm, form_of, pulled, read_term, waiting
from .mover import Runner, pendings
from .stacked import carried_out, factors


def derive_chain(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂L/∂θ = ∂L/∂e · ∂e/∂θ = …: the parts of the loss, from the outside in."""
    form = form_of(problem, is_turned(layout, problem.loss.shape, problem.wrt.shape))
    if not form.jacobian:
        need_number(problem, "chain")
    taken = set(reserved_names(problem))
    start = form.start(problem.loss)
    chain = Chain(Recorder(problem, book, judge, start), "chain", taken)
    chain.form = form
    free = (taken - {"e", "d", "o"}) | {symbol.name for symbol in problem.variables}
    _, names = cut(with_matrices(chain.recorder), problem.wrt, free, columns=form.jacobian)
    if names:
        record_names(chain.recorder, names, "chain-parts", bodies=True)
    chain.taken |= {named.name for named in names}
    chain.run("gather", "name", "differentiate")
    return finish(chain.recorder, start, chain.opened(names), "chain", layout, "read-chain")


@native("gather-parts")
def parts_gathered(site: Site) -> tuple[Expr, Bindings] | None:
    """What multiplies the pending derivative of one part, as one array in textbook form."""
    part = site.bound("part")
    nodes = [node for _, node in terms_of(site.node)]
    found = [read_term(node, site.scene.problem) for node in nodes]
    members = [one for one in found if one is not None and body_of(one[1]) is part]
    if len(members) < 2:
        return None
    form, first = members[0]
    whole = textbook(add(*(form.whole(term) for _, term in members)), site.scene.problem)
    merged = form.show(form.term(whole, first.move))
    kept = [node for node, one in zip(nodes, found, strict=True) if not any(one is member for member in members)]
    kept.insert(next(number for number, one in enumerate(found) if one is members[0]), merged)
    return add(*kept), site.bindings


# ---- the method ------------------------------------------------------------------------------------------------------


class Chain(Runner):
    """Goes part by part through the line of the recorder, the outermost part first."""

    form: ChainForm
    outer = True
    """Whether nothing is taken apart yet."""

    def opened(self, names: list[Named]) -> Expr:
        """The last line in textbook form, its parts written out where that stays readable."""
        recorder = self.recorder
        plain = tidied(recorder, recorder.line, itself, name=False)
        inside = set(nodes_of(plain))
        application = opening(recorder, [named for named in names if named in inside])
        written = (application.after, *(named.body for named in names_in(application.after)))
        # parts that it would repeat would only get other names
        if sum(part.weight for part in written) <= OPEN_LIMIT and not any(
            repeated_parts(textbook(part, self.scene.problem)) for part in written
        ):
            record_written(recorder, application, "open-parts")
            plain = application.after
        return tidied(recorder, plain, itself, lambda named: named.name in self.own)

    # --- one part -----------------------------------------------------------------------------------------------------

    def _places(self, *parts: Expr) -> list[tuple[Path, Term]]:
        """The terms that wait for these parts."""
        return [
            (path, term) for path, term in waiting(self.recorder.line, self.scene.problem) if body_of(term) in parts
        ]

    def readable(self) -> list[tuple[Path, Term]]:
        """The terms that wait for one part that stands in no other waiting part."""
        problem = self.scene.problem
        bodies = [body_of(term) for _, term in waiting(self.recorder.line, problem)]
        if not bodies and any(isinstance(node, Partial) for node in nodes_of(self.recorder.line)):
            raise self.stuck(problem.loss)
        return self._places(*outermost(bodies)[:1])

    def _gather(self, phase: Phase) -> bool:
        places = self.readable()
        return len(places) > 1 and self.ran(phase, (), (("part", body_of(places[0][1])),))

    def _name(self, phase: Phase) -> bool:
        return not self.form.jacobian and super()._name(phase)

    def _differentiate(self, phase: Phase) -> bool:
        """The derivative of one part in those of the parts inside it: rule by rule, under one sentence."""
        recorder, ready, steps = self.recorder, self.readable(), list[Step]()
        if not ready:
            return False
        part = body_of(ready[0][1])
        title, bindings = ("chain-back", ()) if recorder.unread else self._said(part, ready[0][1])
        parts = [part]
        while parts:
            places = [(path, at(recorder.line, path)) for path, _ in self._places(*parts)]
            application = applied(recorder.line, self.taken_apart(phase, places))
            if application.after is recorder.line:
                raise self.stuck(parts[0])
            steps.append(recorder.judged(application))
            recorder.line = application.after
            bodies = (body_of(term) for _, term in waiting(recorder.line, self.scene.problem))
            parts = [body for body in bodies if not isinstance(body, Named) and body is not self.variable]
        if len(steps) == 1:
            steps = [recorder.entitled(title, steps[0], bindings)]
        recorder.group(title, steps, bindings)
        self.outer = False
        return True

    # --- sentences ----------------------------------------------------------------------------------------------------

    def _said(self, part: Expr, term: Term) -> tuple[str, Bindings]:
        """Which sentence fits the part: one inner part or several, Jacobians of columns or gradients of arrays;
        and all that may be said of it."""
        move = self.total(part)
        found = [] if move is None else pulled(self.form, replace(term, move=move), self.scene)
        if move is None or found is None:
            raise self.stuck(part)
        children = pendings(move)
        found = [one for one in found if one.move in children]
        body = part.body if isinstance(part, Named) else part
        said: Bindings = (("part", part), ("body", body), ("count", str(len(found))))
        if not found:
            return "chain-zero", said
        if len(children) == 1 < len(found):
            return "chain-places", (*said, ("child", children[0].body))
        if len(children) != 1:
            inner: Bindings = (*said, ("parts", str(len(children))))
            return ("chain-outer-several", inner) if self.outer else ("chain-several", said)
        title, more = self._one_inside(body, move, found[0])
        return title, (*said, *more)

    def _one_inside(self, body: Expr, move: Expr, new: Term) -> tuple[str, Bindings]:
        child, variable = body_of(new), self.variable
        columns = variable.shape.is_column and child.shape.is_column
        turned, jacobian = self.form.turned, self.form.jacobian
        matrices = factors(carried_out(move, self.scene)) if columns or jacobian else None
        matrix = None if matrices is None else matrices.get(new.move)
        tidy = None if matrix is None else textbook(matrix, self.scene.problem)
        here = tidy if jacobian and tidy is not None else self.form.whole(new)
        here = flip(here) if turned and (jacobian or child is not variable) else here
        said: Bindings = (("child", child), ("X", variable), ("gradient", here), ("shape", here.shape))
        if self.outer and child is variable:
            return "chain-direct", said
        if tidy is None:
            kind = "number" if child.shape.is_number else "entries"
            return f"chain-outer-{kind}" if self.outer else "chain-back", said
        if self.outer:
            left = Shape(body.shape.rows, child.shape.rows)
            return "chain-outer", (*said, *self._sizes(left, Shape(child.shape.rows, variable.shape.rows)))
        sizes = self._sizes(Shape(self.scene.problem.loss.shape.rows, tidy.shape.rows), tidy.shape)
        shown = flip(tidy) if turned and jacobian else tidy
        diagonal = isinstance(tidy, Call) and tidy.function == "diag" and not jacobian
        title = "chain-part-diagonal" if diagonal else "chain-part"
        return title, (*said, ("jacobian", shown), ("size", shown.shape), *sizes)

    def _sizes(self, left: Shape, right: Shape) -> Bindings:
        if self.form.turned if self.form.jacobian else not self.form.turned:
            left, right = right.transposed, left.transposed
        return (("left", left), ("right", right), ("whole", Shape(left.rows, right.cols)))

    def stuck(self, part: Expr) -> StuckError:
        from ...notation.printing.to_text import to_text  # seldom needed

        known = "Jacobian" if self.form.jacobian else "derivative"
        return self.recorder.stuck(f"the chain method knows no {known} of `{to_text(part)}`")

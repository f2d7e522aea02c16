"""The chain rule over named parts: the derivative of each part with its shape, multiplied from the outside in."""

from __future__ import annotations

from ...diagnostics import StuckError
from ...diagnostics.record import field, mutable, replace
from ...facts import Problem
from ...ir import Call, Expr, Named, Partial, Path, Shape, add, nodes_of
from ...ir.walk import outermost
from ...records import Bindings, Derivation, Step
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..closing import OPEN_LIMIT, finish, itself, need_number, none, tidied
from ..engine.application import Application, Site, apply, native
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..forms.terms import terms_of
from ..index.method import reserved_names
from ..named_steps import opening, record_names, record_opened
from ..naming import fresh_name, repeated_parts
from ..textbook.simplifier import textbook
from .beside import Term, peeled
from .chain_forms import TermForm, body_of, form_of, is_jacobian, mover_of, one_layer, pulled, read_term, waiting
from .mover import Mover, pendings
from .parts import cut
from .stacked import carried_out, factors
from .walk import NAME_FROM


def derive_chain(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂L/∂θ = ∂L/∂e · ∂e/∂θ = …: the parts of the loss, from the outside in."""
    if not is_jacobian(problem):
        need_number(problem, "chain")
    taken = reserved_names(problem)
    form = form_of(problem, is_turned(layout, problem.loss.shape, problem.wrt.shape))
    start = form.pending(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    free = (taken - {"e", "d", "o"}) | {symbol.name for symbol in problem.variables}
    _, names = cut(problem.loss, problem.wrt, free, columns=is_jacobian(problem))
    if names:
        record_names(recorder, names, "chain-parts", bodies=True)
    chain = Chain(recorder, form, mover_of(problem, book), taken=taken | {named.name for named in names} | {"G"})
    chain.run()
    derivative = chain.opened(names)
    return finish(recorder, start, derivative, "chain", layout, "read-chain")


# ---- native rules ----------------------------------------------------------------------------------------------------


@native("name-back")
def gradient_named(site: Site) -> tuple[Expr, Bindings] | None:
    """The long gradient in front of a pending derivative gets a name."""
    found, name = read_term(site.node, site.scene.problem), site.bound("name")
    if found is None or found[1].gradient is None or not isinstance(name, Named):
        return None
    form, term = found
    return form.show(replace(term, gradient=name)), site.bindings


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
    whole = textbook(add(*(term.whole for _, term in members)), site.scene.problem)
    numbers, gradient = ((whole,), None) if first.gradient is None else peeled(whole)
    merged = form.show(Term(numbers, gradient, first.move))
    kept = [node for node, one in zip(nodes, found, strict=True) if not any(one is member for member in members)]
    kept.insert(next(number for number, one in enumerate(found) if one is members[0]), merged)
    return add(*kept), site.bindings


# ---- the method ------------------------------------------------------------------------------------------------------


@mutable
class Chain:
    """Goes part by part through the line of `recorder`, the outermost part first."""

    recorder: Recorder
    form: TermForm
    mover: Mover
    own: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.recorder.problem

    def run(self) -> None:
        """Until nothing is pending."""
        outer = True
        while (ready := self._ready()) is not None:
            self.recorder.must_end()
            self._gather(ready)
            self._through(ready, outer)
            outer = False

    def opened(self, names: list[Named]) -> Expr:
        """The last line in textbook form, its parts written out where that stays readable."""
        recorder = self.recorder
        plain = tidied(recorder, recorder.line, itself, none, name=False)
        inside = set(nodes_of(plain))
        application = opening(recorder, [named for named in names if named in inside])
        # parts that it would repeat would only get other names
        if application.after.weight <= OPEN_LIMIT and not repeated_parts(textbook(application.after, self.problem)):
            record_opened(recorder, application, "open-parts")
            plain = application.after
        return tidied(recorder, plain, itself, lambda named: named.name in self.own)

    def _ready(self) -> Expr | None:
        """A waiting part that stands in no other waiting part."""
        bodies = [body_of(term) for _, term in waiting(self.recorder.line, self.problem)]
        if not bodies and any(isinstance(node, Partial) for node in nodes_of(self.recorder.line)):
            raise self._stuck(self.problem.loss)
        return next(iter(outermost(bodies)), None)

    def _run(self, rule_id: str, path: Path, bindings: Bindings) -> None:
        recorder = self.recorder
        recorder.record(apply(recorder.rules.rule(rule_id), recorder.line, (path,), recorder.scene, bindings))

    def _places(self, part: Expr) -> list[tuple[Path, Term]]:
        """The terms that wait for a part."""
        return [(path, term) for path, term in waiting(self.recorder.line, self.problem) if body_of(term) is part]

    def _gather(self, part: Expr) -> None:
        if len(self._places(part)) > 1:
            self._run("gather-parts", (), (("part", part),))

    def _name_long(self, part: Expr) -> None:
        """A long gradient gets a name of its own before it is carried further in."""
        path, term = self._places(part)[0]
        gradient = term.gradient
        if gradient is None or is_jacobian(self.problem) or gradient.weight <= NAME_FROM or isinstance(gradient, Named):
            return
        name = fresh_name("G", self.taken)
        self.own.add(name)
        self._run("name-back", path, (("name", Named(name, textbook(gradient, self.problem))), ("part", part)))

    # --- one part ---------------------------------------------------------------------------------------------------------

    def _through(self, part: Expr, outer: bool) -> None:
        """The derivative of one part in those of the parts inside it: rule by rule, under one sentence."""
        self._name_long(part)
        [(_, term)] = self._places(part)
        title, bindings = self._said(part, term, outer)
        recorder = self.recorder
        steps: list[Step] = []
        open_parts = [part]
        while open_parts:
            application = self._layer(open_parts)
            if application.after is recorder.line:
                raise self._stuck(open_parts[0])
            steps.append(recorder.judged(application))
            recorder.line = application.after
            open_parts = [body for _, one in waiting(recorder.line, self.problem) if not self._rests(body := body_of(one))]
        if len(steps) == 1:
            steps = [recorder.entitled(title, steps[0], bindings)]
        recorder.group(title, steps, bindings)

    def _rests(self, body: Expr) -> bool:
        return isinstance(body, Named) or body is self.mover.variable

    def _layer(self, bodies: list[Expr]) -> Application:
        """One rule on all the terms that wait for one of these parts and that it fits."""
        places = (path for body in dict.fromkeys(bodies) for path, _ in self._places(body))
        return one_layer(self.recorder.line, self.mover, places, self._stuck)

    # --- sentences --------------------------------------------------------------------------------------------------------

    def _said(self, part: Expr, term: Term, outer: bool) -> tuple[str, Bindings]:
        """Which sentence fits the part: one inner part or several, Jacobians of columns or gradients of arrays."""
        body = part.body if isinstance(part, Named) else part
        move = self.mover.total(part)
        found = [] if move is None else pulled(self.form, replace(term, move=move), self.recorder.scene)
        if move is None or found is None:
            raise self._stuck(part)
        found = [one for one in found if one.move in pendings(move)]
        children = pendings(move)
        if not found:
            return "chain-zero", (("part", part),)
        if len(children) == 1 < len(found):
            return "chain-places", (("part", part), ("child", children[0].body), ("count", str(len(found))))
        if len(children) != 1:
            return ("chain-outer-several" if outer else "chain-several"), (("part", part), ("body", body), ("count", str(len(found))))
        return self._one_inside(part, body, move, found[0], outer)

    def _one_inside(self, part: Expr, body: Expr, move: Expr, new: Term, outer: bool) -> tuple[str, Bindings]:
        child, variable = body_of(new), self.mover.variable
        columns = variable.shape.is_column and child.shape.is_column
        turned = self.form.turned
        matrices = factors(carried_out(move, self.recorder.scene)) if columns or is_jacobian(self.problem) else None
        matrix = None if matrices is None else matrices.get(new.move)
        if is_jacobian(self.problem):
            inner = textbook(matrix, self.problem) if matrix is not None else new.whole
            here = flip(inner) if turned else inner
        else:
            here = new.whole
            here = flip(here) if turned and not here.shape.is_number and child is not variable else here
        bindings: Bindings = (
            ("part", part), ("body", body), ("child", child), ("X", variable), ("gradient", here), ("shape", here.shape),
        )  # fmt: skip
        if outer and child is variable:
            return "chain-direct", bindings
        if matrix is None:
            return ("chain-outer-entries" if outer else "chain-back"), bindings
        if outer:
            left = Shape(body.shape.rows, child.shape.rows)
            return "chain-outer", (*bindings, *self._sizes(left, Shape(child.shape.rows, variable.shape.rows)))
        tidy = textbook(matrix, self.problem)
        sizes = self._sizes(Shape(self.problem.loss.shape.rows, tidy.shape.rows), tidy.shape)
        shown = flip(tidy) if turned and is_jacobian(self.problem) else tidy
        diagonal = isinstance(tidy, Call) and tidy.function == "diag" and not is_jacobian(self.problem)
        return "chain-part-diagonal" if diagonal else "chain-part", (*bindings, ("jacobian", shown), ("size", shown.shape), *sizes)

    def _sizes(self, left: Shape, right: Shape) -> Bindings:
        if self.form.turned if is_jacobian(self.problem) else not self.form.turned:
            left, right = right.transposed, left.transposed
        return (("left", left), ("right", right), ("whole", Shape(left.rows, right.cols)))

    def _stuck(self, part: Expr) -> StuckError:
        from ...notation.printing.to_text import to_text  # seldom needed

        known = "Jacobian" if is_jacobian(self.problem) else "derivative"
        return self.recorder.stuck(f"the chain method knows no {known} of `{to_text(part)}`")

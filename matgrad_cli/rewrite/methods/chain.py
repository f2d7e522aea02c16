"""The chain rule over named parts: the derivative of each part with its shape, multiplied from the outside in."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...diagnostics import Diagnostic, StuckError
from ...diagnostics.record import record
from ...facts import Problem
from ...ir import (
    Differential,
    Expr,
    Index,
    MatrixOf,
    Named,
    Partial,
    Shape,
    Symbol,
    Transpose,
    add,
    fresh_index,
    matmul,
    mul,
    sum_over,
)
from ...ir.dimensions import ONE
from ...notation.printing.to_text import to_text
from ...records import Bindings, Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import zero_of
from ..engine.recorder import Recorder
from ..index.context import entry
from ..index.method import reserved_names
from ..network.algebra import flip
from ..textbook.simplifier import textbook
from .differentials import Moving
from .ending import finish, listed, need_number
from .jacobians import derive_jacobian, fits
from .opening import opened_parts
from .pairing import peeled
from .parts import cut, jacobian, pendings, total
from .pull import Term, advance, moves
from .sweep import NAME_FROM, whole_of

MAX_ROUNDS = 2_000
_INNER = ("i", "j", "k", "l", "a", "b")
_OUTER = ("s", "t", "p", "q", "u", "v")


def derive_chain(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂L/∂θ = ∂L/∂e · ∂e/∂θ = …: the parts of the loss, from the outside in."""
    if fits(problem):
        return derive_jacobian(problem, book, judge, layout)
    need_number(problem, "chain")
    taken = reserved_names(problem)
    form = ChainForm(problem.wrt, is_turned(layout, problem.loss.shape, problem.wrt.shape), frozenset(taken))
    start = form.pending(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    loss, names = cut(problem.loss, problem.wrt, (taken - {"e", "d", "o"}) | {symbol.name for symbol in problem.variables})
    if names:
        title, bindings = listed(recorder, "chain-parts", names)
        recorder.move("chain-parts", form.pending(loss), bindings, title=title)
    moving = Moving(problem.wrt, recorder.scene, "chain")
    chain = Chain(recorder, form, moving, [Term((), None, moving.d(loss))])
    chain.run(loss)
    derivative = _last_lines(chain, names)
    return finish(recorder, start, derivative, "chain", layout, "read-chain")


def _last_lines(chain: Chain, names: list[Named]) -> Expr:
    return opened_parts(chain.recorder, chain.recorder.line, names, chain.own)


@record
class ChainForm:
    """A term as an array laid out like the result: the derivative by a part, times the pending derivative of the part."""

    variable: Symbol
    turned: bool
    taken: frozenset[str]

    def letters(self, *shapes: Shape) -> list[Index | None]:
        """Different letters for all sides of the shapes that are not 1."""
        used = set(self.taken)
        found: list[Index | None] = []
        for shape in shapes:
            wish = _INNER if shape is shapes[0] else _OUTER
            for side in (shape.rows, shape.cols):
                index = None if side is ONE else fresh_index(side, used, wish)
                used.update([index.name] if index else [])
                found.append(index)
        return found

    def _laid(self, body: Expr, row: Index | None, col: Index | None) -> Expr:
        if row is None and col is None:
            return body
        return MatrixOf(col, row, body) if self.turned else MatrixOf(row, col, body)

    def pending(self, part: Expr) -> Expr:
        """∂part/∂X of a number, laid out."""
        row, col = self.letters(Shape(ONE, ONE), self.variable.shape)[2:]
        return self._laid(Partial(part, self.variable, row, col), row, col)

    def jacobian(self, part: Expr) -> Expr:
        """∂part/∂x of a column by a column or a number."""
        row, _, other, _ = self.letters(part.shape, self.variable.shape)
        return MatrixOf(row, other, Partial(entry(part, row, None), self.variable, other, None))

    def show(self, term: Term) -> Expr:
        """numbers · (what multiplies) · ∂part/∂X, or the finished derivative by the variable."""
        assert isinstance(term.move, Differential)
        part = term.move.body
        if part is self.variable:
            whole = whole_of(term)
            return flip(whole) if self.turned else whole
        if term.gradient is None:
            return mul(*term.numbers, self.pending(part))
        if part.shape.is_column and (self.variable.shape.is_column or self.variable.shape.is_number):
            inner = self.jacobian(part)
            if self.turned or self.variable.shape.is_number:
                return mul(*term.numbers, matmul(flip(term.gradient), inner))
            return mul(*term.numbers, matmul(Transpose(inner), term.gradient))
        i, j, row, col = self.letters(part.shape, self.variable.shape)
        body = mul(entry(term.gradient, i, j), Partial(entry(part, i, j), self.variable, row, col))
        return mul(*term.numbers, self._laid(sum_over([letter for letter in (i, j) if letter is not None], body), row, col))


@dataclass(slots=True)
class Chain:
    """The terms of the current line: one for each part that still waits, and the finished one."""

    recorder: Recorder
    form: ChainForm
    moving: Moving
    terms: list[Term]
    own: set[str] = field(default_factory=set)

    def run(self, loss: Expr) -> None:
        """Part by part, the outermost first."""
        self._through(loss, self.terms, outer=True)
        for _ in range(MAX_ROUNDS):
            ready = self._ready()
            if ready is None:
                return
            self.terms = self._gathered(self.moving.d(ready))
            members = [term for term in self.terms if term.move is self.moving.d(ready)]
            if members:
                self._through(ready, members, outer=False)

    def _ready(self) -> Named | None:
        """A waiting part that stands in no other waiting part."""
        bodies = [term.move.body for term in self.terms if isinstance(term.move, Differential)]
        waiting = [body for body in bodies if body is not self.moving.variable]
        nested: set[Expr] = set()
        if len(waiting) > 1:
            for body in waiting:
                stack = list(body.children)
                while stack:
                    node = stack.pop()
                    if node not in nested:
                        nested.add(node)
                        stack.extend(node.children)
        return next((body for body in waiting if isinstance(body, Named) and body not in nested), None)

    def _gathered(self, move: Expr) -> list[Term]:
        members = [term for term in self.terms if term.move is move]
        if len(members) < 2:
            return self.terms
        whole = textbook(add(*(whole_of(term) for term in members)), self.recorder.problem)
        numbers, gradient = ((whole,), None) if members[0].gradient is None else peeled(whole)
        merged = Term(numbers, gradient, move)
        new = [merged if term is members[0] else term for term in self.terms if term is members[0] or term.move is not move]
        self.recorder.move("gather-parts", add(*(self.form.show(term) for term in new)), (("part", move.children[0]),))
        return new

    def _through(self, part: Expr, members: list[Term], outer: bool) -> None:
        """One part: d(part) in terms of its own parts, each contribution carried to the other side."""
        self._name_long(members)
        move = total(part, self.moving) if self.moving.active(part) else zero_of(part)
        if move is None:
            raise self._stuck(part)
        member = next(term for term in self.terms if term.move is self.moving.d(part))
        found = self._merged([term for term in self._bare(Term(member.numbers, member.gradient, move)) if moves(term.move)])
        new: list[Term] = []
        for term in self.terms:
            new.extend(found if term is member else [term])
        self.terms = new
        shown = [self.form.show(term) for term in new]
        line = add(*shown) if shown else zero_of(self.recorder.line)
        rule, bindings = self._said(part, move, found, outer)
        self.recorder.move(rule, line, bindings)

    def _merged(self, found: list[Term]) -> list[Term]:
        """Contributions to the same inner part, put together; those to the variable are kept apart, to be seen."""
        new: dict[Expr, Term] = {}
        last = [term for term in found if term.move is self.moving.d(self.moving.variable)]
        for term in found:
            if term in last:
                continue
            old = new.get(term.move)
            if old is not None:
                whole = textbook(add(whole_of(old), whole_of(term)), self.recorder.problem)
                numbers, gradient = ((whole,), None) if term.gradient is None else peeled(whole)
                term = Term(numbers, gradient, term.move)
            new[term.move] = term
        return [*new.values(), *last]

    def _bare(self, term: Term) -> list[Term]:
        if isinstance(term.move, Differential) or not moves(term.move):
            return [term]
        moved = advance(term)
        if moved is None:
            raise self._stuck(term.move)
        return [bare for new in moved.terms for bare in self._bare(new)]

    def _name_long(self, members: list[Term]) -> None:
        for member in members:
            gradient = member.gradient
            if gradient is None or gradient.weight <= NAME_FROM or isinstance(gradient, Named):
                continue
            name = f"G{len(self.own) + 1}"
            self.own.add(name)
            named = Named(name, textbook(gradient, self.recorder.problem))
            self.terms = [Term(term.numbers, named, term.move) if term is member else term for term in self.terms]
            line = add(*(self.form.show(term) for term in self.terms))
            self.recorder.move("name-back", line, (("name", name), ("part", member.move.children[0])))

    def _said(self, part: Expr, move: Expr, found: list[Term], outer: bool) -> tuple[str, Bindings]:
        """Which sentence fits the part: one inner part or several, Jacobians of columns or gradients of arrays."""
        body = part.body if isinstance(part, Named) else part
        inside = pendings(move)
        if not found:
            return "chain-zero", (("part", part),)
        if len(inside) == 1 < len(found):
            return "chain-places", (("part", part), ("child", inside[0].body), ("count", str(len(found))))
        if len(inside) != 1:
            return ("chain-outer-several" if outer else "chain-several"), (("part", part), ("body", body), ("count", str(len(found))))
        child, term = inside[0].body, found[0]
        here = whole_of(term)
        flat = self.form.turned and not here.shape.is_number and child is not self.moving.variable
        bindings: Bindings = (
            ("part", part), ("body", body), ("child", child), ("X", self.moving.variable), ("gradient", flip(here) if flat else here),
            ("shape", (flip(here) if flat else here).shape),
        )  # fmt: skip
        matrix = jacobian(move, inside[0]) if self.moving.variable.shape.is_column else None
        if outer:
            if child is self.moving.variable:
                return "chain-direct", bindings
            if matrix is not None and child.shape.is_column:
                inner = Shape(child.shape.rows, self.moving.variable.shape.rows)
                return "chain-outer", (*bindings, *self._sizes(Shape(ONE, child.shape.rows), inner))
            return "chain-outer-entries", bindings
        if matrix is not None and child.shape.is_column:
            tidy = textbook(matrix, self.recorder.problem)
            sizes = self._sizes(Shape(ONE, tidy.shape.rows), tidy.shape)
            return "chain-part", (*bindings, ("jacobian", tidy), ("size", tidy.shape), *sizes)
        return "chain-back", bindings

    def _sizes(self, left: Shape, right: Shape) -> Bindings:
        if not self.form.turned:
            left, right = right.transposed, left.transposed
        return (("left", left), ("right", right), ("whole", Shape(left.rows, right.cols)))

    def _stuck(self, part: Expr) -> StuckError:
        return StuckError(
            Diagnostic(
                "stuck",
                f"the chain method knows no derivative of `{to_text(part)}`",
                notes=(f"the line reached: {to_text(self.recorder.line)}",),
                help="`--method index` goes through entries and can differentiate it",
            )
        )

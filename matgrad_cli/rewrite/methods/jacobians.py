"""The chain rule for a column by a column (or by a number): the Jacobians of the parts, multiplied from the outside in."""

from __future__ import annotations

from dataclasses import dataclass

from ...diagnostics import Diagnostic, StuckError
from ...diagnostics.record import record
from ...facts import Problem
from ...ir import Add, Differential, Expr, Eye, MatrixOf, Named, Partial, Shape, Symbol, add, fresh_index, matmul, mul, nodes_of
from ...ir.dimensions import ONE
from ...notation.printing.to_text import to_text
from ...records import Bindings, Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import zero_of
from ..engine.recorder import Recorder
from ..index.method import reserved_names
from ..index.partials import entry
from ..network.algebra import flip
from ..textbook.simplifier import textbook
from .differentials import Moving
from .ending import finish, listed
from .opening import opened_parts
from .pairing import chained
from .parts import cut, jacobian, pendings, total

MAX_ROUNDS = 2_000


def fits(problem: Problem) -> bool:
    """Whether all derivatives along the way are Jacobians of columns."""
    return problem.loss.shape.is_column and problem.wrt.shape.is_column


def derive_jacobian(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂f/∂x = ∂f/∂z · ∂z/∂x = …"""
    taken = reserved_names(problem)
    turned = is_turned(layout, problem.loss.shape, problem.wrt.shape)
    pending = Pending(problem.wrt, turned, frozenset(taken))
    start = pending.of(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    free = (taken - {"e", "d", "o"}) | {symbol.name for symbol in problem.variables}
    loss, names = cut(problem.loss, problem.wrt, free, columns=True)
    if names:
        title, bindings = listed(recorder, "chain-parts", names)
        recorder.move("chain-parts", pending.of(loss), bindings, title=title)
    chain = Jacobians(recorder, pending, Moving(problem.wrt, recorder.scene, "chain"), [(None, loss)])
    chain.run()
    return finish(recorder, start, last_lines(recorder, names), "chain", layout, "read-chain")


def last_lines(recorder: Recorder, names: list[Named]) -> Expr:
    """The last line in textbook form, its parts written out where that stays readable."""
    return opened_parts(recorder, recorder.line, names, set())


@record
class Pending:
    """∂part/∂x as a matrix, one row for each entry of the part (turned: one column)."""

    variable: Symbol
    turned: bool
    taken: frozenset[str]

    def of(self, part: Expr) -> Expr:
        """The pending Jacobian of a column."""
        row = None if part.shape.rows is ONE else fresh_index(part.shape.rows, self.taken, ("i", "j", "k", "l"))
        col = fresh_index(self.variable.shape.rows, self.taken | ({row.name} if row else set()), ("s", "t", "p", "q"))
        body = Partial(entry(part, row, None), self.variable, col, None)
        return MatrixOf(col, row, body) if self.turned else MatrixOf(row, col, body)

    def show(self, outer: Expr | None, part: Expr) -> Expr:
        """outer · ∂part/∂x."""
        if part is self.variable:
            whole = outer if outer is not None else Eye(part.shape.rows)
            return flip(whole) if self.turned else whole
        if outer is None:
            return self.of(part)
        numbers, array = chained(outer)
        if array.shape.is_number:
            return mul(*numbers, array, self.of(part))
        return mul(*numbers, matmul(self.of(part), flip(array)) if self.turned else matmul(array, self.of(part)))


@dataclass(slots=True)
class Jacobians:
    """The terms of the line: what was multiplied so far, and the part whose derivative is still pending."""

    recorder: Recorder
    pending: Pending
    moving: Moving
    terms: list[tuple[Expr | None, Expr]]

    def run(self) -> None:
        """Part by part, the outermost first."""
        for _ in range(MAX_ROUNDS):
            ready = self._ready()
            if ready is None:
                return
            self._through(ready)

    def _ready(self) -> Expr | None:
        waiting = list(dict.fromkeys(part for _, part in self.terms if part is not self.moving.variable))
        nested = {node for part in waiting for child in part.children for node in nodes_of(child)} if len(waiting) > 1 else set()
        return next((part for part in waiting if part not in nested), None)

    def _through(self, part: Expr) -> None:
        if not self.moving.active(part):
            self.recorder.move("chain-zero", zero_of(self.recorder.line), (("part", part),))
            self.terms = []
            return
        move = total(part, self.moving)
        outers = [outer for outer, waiting in self.terms if waiting is part]
        outer = None if outers[0] is None else textbook(add(*(one for one in outers if one is not None)), self.recorder.problem)
        found: list[tuple[Expr, Expr]] = []
        for child in pendings(move) if move is not None else []:
            inner = self._of(move, child) if move is not None else None
            if inner is None:
                raise self._stuck(part)
            found.append((textbook(inner, self.recorder.problem), child.body))
        if not found:
            raise self._stuck(part)
        first = next(number for number, (_, waiting) in enumerate(self.terms) if waiting is part)
        rest = [term for term in self.terms[first:] if term[1] is not part]
        self.terms = [*self.terms[:first], *((_product(outer, inner), child) for inner, child in found), *rest]
        line = add(*(self.pending.show(*term) for term in self.terms))
        rule, bindings = self._said(part, found, outer is None)
        self.recorder.move(rule, line, bindings)

    def _of(self, move: Expr, child: Differential) -> Expr | None:
        """The Jacobian by one inner part: the terms that hold its differential."""
        mine = [term for term in (move.terms if isinstance(move, Add) else (move,)) if child in pendings(term)]
        parts = [jacobian(term, child) for term in mine if len(pendings(term)) == 1]
        known = [part for part in parts if part is not None]
        return add(*known) if len(known) == len(mine) else None

    def _said(self, part: Expr, found: list[tuple[Expr, Expr]], outer: bool) -> tuple[str, Bindings]:
        body = part.body if isinstance(part, Named) else part
        if len(found) > 1:
            return ("chain-outer-several" if outer else "chain-several"), (("part", part), ("body", body), ("count", str(len(found))))
        inner, child = found[0]
        left, right = inner.shape, Shape(child.shape.rows, self.moving.variable.shape.rows)
        if not outer:
            left, right = Shape(self.recorder.problem.loss.shape.rows, inner.shape.rows), inner.shape
        if self.pending.turned:
            left, right = right.transposed, left.transposed
        shown = flip(inner) if self.pending.turned else inner
        bindings: Bindings = (
            ("part", part), ("body", body), ("child", child), ("X", self.moving.variable), ("gradient", shown), ("shape", shown.shape),
            ("jacobian", shown), ("size", shown.shape), ("left", left), ("right", right), ("whole", Shape(left.rows, right.cols)),
        )  # fmt: skip
        if child is self.moving.variable and outer:
            return "chain-direct", bindings
        return ("chain-outer" if outer else "chain-part"), bindings

    def _stuck(self, part: Expr) -> StuckError:
        return StuckError(
            Diagnostic(
                "stuck",
                f"the chain method knows no Jacobian of `{to_text(part)}`",
                notes=(f"the line reached: {to_text(self.recorder.line)}",),
                help="`--method index` goes through entries and can differentiate it",
            )
        )


def _product(outer: Expr | None, inner: Expr) -> Expr:
    if outer is None:
        return inner
    numbers, array = chained(outer, inner) if not inner.shape.is_number else ((inner,), outer)
    return mul(*numbers, array)

"""How the terms of a chain are written: what multiplies a part's pending derivative, as a gradient or as a Jacobian.

A term is written by `show` and read again by `read`. So a rule about a differential runs on the term itself: with
d(part) = L(dz) by the text of the rule, the gradient G in front of ∂part goes over to L*(G) in front of ∂z,
and a Jacobian J to J·(matrix of L).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ... import ir
from ...diagnostics.record import record, replace
from ...facts import Problem
from ...ir import Expr, Index, Path, Shape, Symbol, add, matmul, mul, product, sum_over
from ...ir.entries import entry, letters_for
from ...ir.memory import remembered
from ...records import Bindings
from ...rulebook.heads import operators_in
from ...rulebook.load import Rulebook
from ..engine.application import Scene, Site, holds_pending, native, reserved_names, terms_with_differentials
from ..forms.algebra import flip, parts_of, zero
from ..textbook.normal import collect_powers
from ..textbook.simplifier import textbook
from .beside import PairForm, Term, body_of, peeled, whole_of
from .mover import Mover, carried, pendings
from .stacked import carried_out, factors

_INNER = ("i", "j", "k", "l", "a", "b")
_OUTER = ("s", "t", "p", "q", "u", "v")


def _laid(turned: bool, body: Expr, row: Index | None, col: Index | None) -> Expr:
    if row is None and col is None:
        return body
    return ir.MatrixOf(col, row, body) if turned else ir.MatrixOf(row, col, body)


def _pending_of(node: Expr) -> ir.Partial | None:
    """The derivative that waits inside a matrix of entries, or its transpose."""
    while isinstance(node, ir.MatrixOf | ir.Transpose):
        node = node.body
    return node if isinstance(node, ir.Partial) else None


@record
class ChainForm:
    """What multiplies the pending derivative of a part: of a number the gradient by that part, of a column (`jacobian`)
    its Jacobian."""

    variable: Symbol
    turned: bool
    taken: frozenset[str]
    jacobian: bool = False

    def letters(self, part: Shape) -> tuple[Index | None, ...]:
        """Different letters for all sides of a part and of the variable that are not 1."""
        taken = set(self.taken)
        return *letters_for(part, taken, _INNER), *letters_for(self.variable.shape, taken, _OUTER)

    def pending(self, part: Expr, turned: bool) -> Expr:
        """∂part/∂X of a number, ∂part/∂x of a column, laid out: one row for each entry of the part (turned:
        one column)."""
        i, _, row, col = self.letters(part.shape)
        body = ir.Partial(entry(part, i, None), self.variable, row, col)
        return _laid(turned, body, *((i, row) if i else (row, col)))

    def start(self, loss: Expr) -> Expr:
        """The derivative of the loss."""
        return self.pending(loss, self.turned)

    def whole(self, term: Term) -> Expr:
        """All that multiplies; of a column the identity where nothing else does."""
        one = ir.Eye(body_of(term).shape.rows) if self.jacobian and term.gradient is None else term.gradient
        return whole_of(term.numbers, one)

    def term(self, whole: Expr, move: Expr) -> Term:
        """The term in which this multiplies what is pending."""
        numbers, array = ((whole,), None) if whole.shape.is_number else peeled(whole)
        return Term(numbers, None if self.jacobian and isinstance(array, ir.Eye) else array, move)

    def show(self, term: Term) -> Expr:
        """numbers · (what multiplies) · ∂part/∂X, or the finished derivative by the variable."""
        part, outer = body_of(term), term.gradient
        if part is self.variable:
            return flip(self.whole(term)) if self.turned else self.whole(term)
        if outer is None:
            return mul(*term.numbers, self.pending(part, self.turned))
        if self.jacobian:
            inner = self.pending(part, self.turned)
            return mul(*term.numbers, matmul(inner, flip(outer)) if self.turned else matmul(outer, inner))
        if part.shape.is_column and (self.variable.shape.is_column or self.variable.shape.is_number):
            inner = self.pending(part, turned=False)
            in_front = self.turned or self.variable.shape.is_number
            return mul(*term.numbers, matmul(flip(outer), inner) if in_front else matmul(ir.Transpose(inner), outer))
        i, j, row, col = self.letters(part.shape)
        body = mul(entry(outer, i, j), ir.Partial(entry(part, i, j), self.variable, row, col))
        whole = sum_over([letter for letter in (i, j) if letter is not None], body)
        return mul(*term.numbers, _laid(self.turned, whole, row, col))

    def read(self, node: Expr) -> Term | None:
        """The term that is written so; None if it is none, or nothing is pending in it."""
        numbers, last = (node.factors[:-1], node.factors[-1]) if isinstance(node, ir.Mul) else ((), node)
        factors = parts_of(last, ir.MatMul)
        ways = (factors[:-1], factors[-1], not self.jacobian), (factors[1:], factors[0], self.jacobian)
        for rest, end, turned in ways:
            pending = _pending_of(end)
            if pending is not None:
                whole = matmul(*rest) if rest else None
                return Term(numbers, flip(whole) if whole is not None and turned else whole, self._d(pending))
        inside = last.body if isinstance(last, ir.MatrixOf) else last
        *others, waiting = inside.body.children if isinstance(inside, ir.SumOver) else (None,)
        if not isinstance(waiting, ir.Partial):
            return None
        move = self._d(waiting)
        row, col = self.letters(move.body.shape)[:2]
        return Term(numbers, _array(tuple(others), row, col), move)

    def _d(self, pending: ir.Partial) -> ir.Differential:
        """d of the array or number whose derivative is pending; of an array an entry at a letter is written."""
        body = pending.body
        if isinstance(body, ir.Entry) and isinstance(body.row or body.col, Index):
            body = body.base
        return ir.Differential(body, self.variable)

    def pulled(self, term: Term, scene: Scene) -> list[Term] | None:
        """Every linear operation passes to the other side as its adjoint,
        or the matrix of every one is multiplied on."""
        if not holds_pending(term.move):
            return []
        if self.jacobian:
            matrices = factors(carried_out(term.move, scene))
            if matrices is None or set(matrices) != set(pendings(term.move)):
                return None
            return [self._times(term, textbook(matrix, scene.problem), child) for child, matrix in matrices.items()]
        if isinstance(term.move, ir.Differential):
            return [term]
        found = carried(term.numbers, term.gradient, term.move, Scene(scene.problem, scene.rules))
        through = all(isinstance(one.move, ir.Differential) for one in found)
        return list(map(_numbers_in_front, found)) if through else None

    def _times(self, term: Term, matrix: Expr, child: Expr) -> Term:
        """What multiplies the derivative of an inner part: the Jacobian so far times the matrix of the part."""
        inner = self.term(matrix, child)
        arrays = [one for one in (term.gradient, inner.gradient) if one is not None]
        return Term((*term.numbers, *inner.numbers), product(*arrays) if arrays else None, child)


def _numbers_in_front(term: Term) -> Term:
    """The term with all its numbers in front, those that are powers of one put together: u and 1/u are 1."""
    more, gradient = ((), None) if term.gradient is None else peeled(term.gradient)
    numbers = (*term.numbers, *more)
    together = collect_powers(ir.Mul(numbers)) if len(numbers) > 1 else None
    if together is not None:
        numbers = () if together is ir.Number(1) else parts_of(together, ir.Mul)
    return Term(numbers, gradient, term.move)


def _array(factors: tuple[Expr, ...], row: Index | None, col: Index | None) -> Expr:
    """The array whose entry at the letters is this product."""
    if len(factors) == 1 and isinstance(factors[0], ir.Entry):
        one = factors[0]
        if (one.row, one.col) == (row, col):
            return one.base
        if row is None and (one.row, one.col) == (col, None):
            return flip(one.base)
    return ir.MatrixOf(row, col, mul(*factors))


def form_of(problem: Problem, turned: bool) -> ChainForm:
    """How the terms of a problem are written in a layout that turns the derivative round, or does not. All derivatives
    along the way are Jacobians of columns where a column is differentiated by a column."""
    jacobian = problem.loss.shape.is_column and problem.wrt.shape.is_column
    return ChainForm(problem.wrt, turned, reserved_names(problem), jacobian)


@remembered(maxsize=1024)
def read_term(node: Expr, problem: Problem) -> tuple[ChainForm, Term] | None:
    """A term of a chain, and how it is written; None if nothing is pending in it."""
    for turned in (False, True):
        form = form_of(problem, turned)
        term = form.read(node)
        if term is not None and _fits(form, term) and form.show(term) is node:
            return form, term
    return None


def _fits(form: ChainForm, term: Term) -> bool:
    """Whether what multiplies a pending derivative has a number for each entry of what is differentiated."""
    outer = term.gradient
    return form.jacobian or outer is None or outer.shape is body_of(term).shape


@remembered(maxsize=4)
def mover_of(problem: Problem, rules: Rulebook) -> Mover:
    """The rules by which the chain method takes differentials apart."""
    return Mover(Scene(problem, rules), "chain")


@terms_with_differentials
def taken_over(node: Expr, scene: Scene) -> tuple[ir.Differential, Callable[[Expr], Expr | None]] | None:
    """d(part) of the part that a term waits for, and the terms that come of what a rule makes of it."""
    found = read_term(node, scene.problem)
    if found is None:
        return None
    form, term = found

    def terms(move: Expr) -> Expr | None:
        new = pulled(form, replace(term, move=move), scene)
        if new is None:
            return None
        shown = [form.show(one) for one in new]
        return add(*shown) if shown else zero(node.shape)

    assert isinstance(term.move, ir.Differential)
    return term.move, terms


def pulled(form: ChainForm, term: Term, scene: Scene) -> list[Term] | None:
    """The terms in one d(z) each. Where no single factor stands in front of a d(z) without a name,
    that is taken apart first."""
    found = form.pulled(term, scene)
    if found is not None:
        return found
    whole = mover_of(scene.problem, scene.rules).inside(term.move)
    return None if whole is None or whole is term.move else form.pulled(replace(term, move=whole), scene)


def waiting(line: Expr, problem: Problem, path: Path = ()) -> Iterator[tuple[Path, Term]]:
    """The terms of a line in which a derivative is pending, and where they stand."""
    found = read_term(line, problem)
    if found is not None:
        yield path, found[1]
    elif isinstance(line, ir.Add | ir.Mul):
        for number, part in enumerate(line.children):
            yield from waiting(part, problem, (*path, number))


@native("name-gradient")
def gradient_named(site: Site) -> tuple[Expr, Bindings] | None:
    """The name that is said for what multiplies the pending derivative of a part, or stands beside its differential."""
    name = site.bound("name")
    chained = "Partial" in operators_in(site.node)
    found = read_term(site.node, site.scene.problem) if chained else PairForm.of(site.node, site.scene.direction)
    if found is None or found[1].gradient is None or not isinstance(name, ir.Named):
        return None
    form, term = found
    return form.show(replace(term, gradient=name)), site.bindings

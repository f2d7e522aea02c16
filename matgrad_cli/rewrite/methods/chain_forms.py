"""How the terms of a chain are written: what multiplies a part's pending derivative, as a gradient or as a Jacobian.

A term is written by `show` and read again by `read`. So a rule about a differential runs on the term itself: with d(part) = L(dz) by
the text of the rule, the gradient G in front of ∂part goes over to L*(G) in front of ∂z, and a Jacobian J to J·(matrix of L).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...diagnostics import StuckError
from ...diagnostics.record import record, replace
from ...facts import Problem
from ...ir import (
    Add,
    Differential,
    Entry,
    Expr,
    Eye,
    Index,
    MatMul,
    MatrixOf,
    Mul,
    Partial,
    Path,
    Shape,
    SumOver,
    Symbol,
    Transpose,
    add,
    at,
    matmul,
    mul,
    product,
    sum_over,
)
from ...ir.dimensions import NUMBER
from ...ir.memory import remembered
from ...rulebook.load import Rulebook
from ..engine.application import Application, Scene, applied, holds_pending, reserved_names, terms_with_differentials
from ..forms.algebra import flip, zero
from ..forms.entries import entry, letters_for
from ..textbook.simplifier import textbook
from .beside import Term, peeled
from .mover import Mover, pendings
from .stacked import carried_out, factors
from .walk import carried as adjoint_of

_INNER = ("i", "j", "k", "l", "a", "b")
_OUTER = ("s", "t", "p", "q", "u", "v")


def body_of(term: Term) -> Expr:
    """The part whose derivative a term waits for."""
    assert isinstance(term.move, Differential)
    return term.move.body


def _laid(turned: bool, body: Expr, row: Index | None, col: Index | None) -> Expr:
    if row is None and col is None:
        return body
    return MatrixOf(col, row, body) if turned else MatrixOf(row, col, body)


def _pending_of(node: Expr) -> Partial | None:
    """The derivative that waits inside a matrix of entries."""
    body = node.body if isinstance(node, MatrixOf) else node
    return body if isinstance(body, Partial) else None


def _part_of(pending: Partial) -> Expr:
    """The column or number whose derivative is pending; of a column an entry at a letter is written."""
    body = pending.body
    return body.base if isinstance(body, Entry) and isinstance(body.row or body.col, Index) else body


def _apart(node: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """The numbers in front, and the last factor."""
    return (node.factors[:-1], node.factors[-1]) if isinstance(node, Mul) else ((), node)


@record
class ChainForm:
    """A number's derivative: the gradient by a part, times the pending derivative of that part."""

    variable: Symbol
    turned: bool
    taken: frozenset[str]

    def letters(self, part: Shape) -> tuple[Index | None, ...]:
        """Different letters for all sides of a part and of the variable that are not 1."""
        taken = set(self.taken)
        return *letters_for(part, taken, _INNER), *letters_for(self.variable.shape, taken, _OUTER)

    def pending(self, part: Expr) -> Expr:
        """∂part/∂X of a number, laid out."""
        row, col = self.letters(NUMBER)[2:]
        return _laid(self.turned, Partial(part, self.variable, row, col), row, col)

    def jacobian(self, part: Expr) -> Expr:
        """∂part/∂x of a column by a column or a number."""
        row, _, other, _ = self.letters(part.shape)
        return MatrixOf(row, other, Partial(entry(part, row, None), self.variable, other, None))

    def show(self, term: Term) -> Expr:
        """numbers · (what multiplies) · ∂part/∂X, or the finished derivative by the variable."""
        part = body_of(term)
        if part is self.variable:
            whole = term.whole
            return flip(whole) if self.turned else whole
        if term.gradient is None:
            return mul(*term.numbers, self.pending(part))
        if part.shape.is_column and (self.variable.shape.is_column or self.variable.shape.is_number):
            inner = self.jacobian(part)
            if self.turned or self.variable.shape.is_number:
                return mul(*term.numbers, matmul(flip(term.gradient), inner))
            return mul(*term.numbers, matmul(Transpose(inner), term.gradient))
        i, j, row, col = self.letters(part.shape)
        body = mul(entry(term.gradient, i, j), Partial(entry(part, i, j), self.variable, row, col))
        return mul(*term.numbers, _laid(self.turned, sum_over([letter for letter in (i, j) if letter is not None], body), row, col))

    def read(self, node: Expr) -> Term | None:
        """The term that is written so; None if it is none, or nothing is pending in it."""
        numbers, last = _apart(node)
        if isinstance(last, MatMul):
            return self._of_product(numbers, last)
        pending = _pending_of(last)
        if pending is not None:
            return Term(numbers, None, self._d(_part_of(pending)))
        inside = last.body if isinstance(last, MatrixOf) else last
        if not isinstance(inside, SumOver) or not isinstance(inside.body, Mul) or not isinstance(inside.body.factors[-1], Partial):
            return None
        waiting = inside.body.factors[-1]
        part = _part_of(waiting)
        row, col = self.letters(part.shape)[:2]
        return Term(numbers, _array(inside.body.factors[:-1], row, col), self._d(part))

    def _d(self, part: Expr) -> Differential:
        return Differential(part, self.variable)

    def _of_product(self, numbers: tuple[Expr, ...], product: MatMul) -> Term | None:
        first, last = product.factors[0], product.factors[-1]
        pending = _pending_of(last) or (_pending_of(first.body) if isinstance(first, Transpose) else None)
        if pending is None:
            return None
        rest = flip(matmul(*product.factors[:-1])) if _pending_of(last) else matmul(*product.factors[1:])
        return Term(numbers, rest, self._d(_part_of(pending)))

    def pulled(self, term: Term, scene: Scene) -> list[Term] | None:
        """Every linear operation passes to the other side as its adjoint."""
        if isinstance(term.move, Differential):
            return [term]
        if not holds_pending(term.move):
            return []
        found = [_peeled(one) for one in adjoint_of(term.numbers, term.gradient, term.move, Scene(scene.problem, scene.rules))]
        return found if all(isinstance(one.move, Differential) for one in found) else None


def _peeled(term: Term) -> Term:
    """The term with all numbers in front."""
    numbers, gradient = ((), None) if term.gradient is None else peeled(term.gradient)
    return Term((*term.numbers, *numbers), gradient, term.move)


def _array(factors: tuple[Expr, ...], row: Index | None, col: Index | None) -> Expr:
    """The array whose entry at the letters is this product."""
    if len(factors) == 1 and isinstance(factors[0], Entry):
        one = factors[0]
        if (one.row, one.col) == (row, col):
            return one.base
        if row is None and (one.row, one.col) == (col, None):
            return flip(one.base)
    return MatrixOf(row, col, mul(*factors))


@record
class JacobianForm:
    """A column's derivative by a column: the Jacobian by a part, times the pending Jacobian of that part."""

    variable: Symbol
    turned: bool
    taken: frozenset[str]

    def pending(self, part: Expr) -> Expr:
        """∂part/∂x as a matrix, one row for each entry of the part (turned: one column)."""
        taken = set(self.taken)
        (row, _), (col, _) = letters_for(part.shape, taken, _INNER), letters_for(self.variable.shape, taken, _OUTER)
        return _laid(self.turned, Partial(entry(part, row, None), self.variable, col, None), row, col)

    def show(self, term: Term) -> Expr:
        """outer · ∂part/∂x."""
        part, outer = body_of(term), term.gradient
        if part is self.variable:
            whole = outer if outer is not None else Eye(part.shape.rows)
            return flip(whole) if self.turned else whole
        if outer is None:
            return self.pending(part)
        numbers, array = peeled(outer)
        if array.shape.is_number:
            return mul(*numbers, array, self.pending(part))
        return mul(*numbers, matmul(self.pending(part), flip(array)) if self.turned else matmul(array, self.pending(part)))

    def read(self, node: Expr) -> Term | None:
        """The term that is written so; None if it is none, or nothing is pending in it."""
        numbers, last = _apart(node)
        factors = last.factors if isinstance(last, MatMul) else (last,)
        pending = _pending_of(factors[0 if self.turned else -1])
        if pending is None:
            return None
        rest = (flip(matmul(*factors[1:])) if self.turned else matmul(*factors[:-1])) if len(factors) > 1 else None
        parts = (*numbers, *(() if rest is None else (rest,)))
        return Term((), mul(*parts) if parts else None, Differential(_part_of(pending), self.variable))

    def pulled(self, term: Term, scene: Scene) -> list[Term] | None:
        """The matrix of every linear operation is multiplied on."""
        matrices = factors(carried_out(term.move, scene))
        if matrices is None or set(matrices) != set(pendings(term.move)):
            return None
        found = []
        for child, matrix in matrices.items():
            assert isinstance(child, Differential)
            inner = textbook(matrix, scene.problem)
            found.append(Term((), inner if term.gradient is None else _product(term.gradient, inner), child))
        return found


def _product(outer: Expr, inner: Expr) -> Expr:
    (front, first), (more, last) = peeled(outer), peeled(inner)
    return product(*front, *more, *([one for one in (first, last) if not isinstance(one, Eye)] or [first]))


TermForm = ChainForm | JacobianForm
"""A way to write what multiplies the pending derivative of a part."""


def is_jacobian(problem: Problem) -> bool:
    """Whether all derivatives along the way are Jacobians of columns."""
    return problem.loss.shape.is_column and problem.wrt.shape.is_column


def form_of(problem: Problem, turned: bool) -> TermForm:
    """How the terms of a problem are written in a layout that turns the derivative round, or does not."""
    kind = JacobianForm if is_jacobian(problem) else ChainForm
    return kind(problem.wrt, turned, reserved_names(problem))


@remembered(maxsize=1024)
def read_term(node: Expr, problem: Problem) -> tuple[TermForm, Term] | None:
    """A term of a chain, and how it is written; None if nothing is pending in it."""
    for turned in (False, True):
        form = form_of(problem, turned)
        term = form.read(node)
        if term is not None and form.show(term) is node:
            return form, term
    return None


@remembered(maxsize=4)
def mover_of(problem: Problem, rules: Rulebook) -> Mover:
    """The rules by which the chain method takes differentials apart."""
    return Mover(Scene(problem, rules), "chain")


@terms_with_differentials
def carried(node: Expr, scene: Scene) -> tuple[Differential, Callable[[Expr], Expr | None]] | None:
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

    assert isinstance(term.move, Differential)
    return term.move, terms


def pulled(form: TermForm, term: Term, scene: Scene) -> list[Term] | None:
    """The terms in one d(z) each. Where no single factor stands in front of a d(z) without a name, that is taken apart first."""
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
    elif isinstance(line, Add | Mul):
        for number, part in enumerate(line.children):
            yield from waiting(part, problem, (*path, number))


def one_layer(line: Expr, mover: Mover, places: Iterable[Path], stuck: Callable[[Expr], StuckError]) -> Application:
    """The first rule that fits a term that waits, run on all of them that it fits."""
    found = mover.turn(mover.phases["differentiate"].rules, line, ((path, at(line, path)) for path in places))
    if isinstance(found, Differential):
        raise stuck(found.body)
    assert not isinstance(found, Expr)
    return applied(line, found)

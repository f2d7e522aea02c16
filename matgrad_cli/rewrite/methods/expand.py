"""The expand method: the trace multiplied out into terms, each differentiated by one identity, added up and factored again."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Add, Call, Expr, Fill, Mul, Named, Number, Transpose, add, matmul, mul
from ...records import Derivation
from ...records.layout import is_turned
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.application import zero_of
from ..engine.recorder import Recorder
from ..forms.algebra import flip
from ..index.method import reserved_names
from ..naming import fresh_name
from ..textbook.normal import merge_like_terms
from .chain_forms import ChainForm
from .ending import finish, listed, need_number, tidy_under
from .polynomial import Monomial, Polynomial, without_norms, without_transposes


def derive_expand(problem: Problem, book: Rulebook, judge: Judge, layout: str) -> Derivation:
    """∂/∂X of a polynomial, term by term."""
    need_number(problem, "expand")
    taken = reserved_names(problem)
    form = ChainForm(problem.wrt, is_turned(layout, problem.loss.shape, problem.wrt.shape), frozenset(taken))
    start = form.pending(problem.loss)
    recorder = Recorder(problem, book, judge, start)
    groups = grouped(problem.loss, Polynomial(problem.wrt))
    _multiply_out(recorder, form, problem)
    recorder.move("trace-add", form.pending(add(*(group.expr() for group in groups))))
    if not any(group.terms for group in groups):
        recorder.move("expand-constant", Fill(0, recorder.line.shape) if not recorder.line.shape.is_number else Number(0))
    else:
        _differentiate(recorder, form, groups, taken)
    derivative = tidy_under(recorder, recorder.line, lambda found: found, set())
    return finish(recorder, start, derivative, "expand", layout, "read-chain")


def _multiply_out(recorder: Recorder, form: ChainForm, problem: Problem) -> None:
    """‖A‖² as a trace, transposes carried to the factors, brackets multiplied out under each trace."""
    variable = problem.wrt
    traced = without_norms(problem.loss, variable)
    recorder.move("norm-squared-trace", form.pending(traced))
    turned = without_transposes(traced, variable)
    recorder.move("transpose-of-product", form.pending(turned))
    recorder.move("expand-product", form.pending(_under_traces(turned, Polynomial(variable))))


def _under_traces(expr: Expr, polynomial: Polynomial) -> Expr:
    """Every trace and every product of vectors multiplied out by itself."""
    if not polynomial.active(expr):
        return expr
    if isinstance(expr, Call) and expr.function == "tr":
        words = polynomial.words(expr.argument)
        return Call("tr", add(*(mul(*numbers, matmul(*word)) for numbers, word in words)))
    if isinstance(expr, Add | Mul):
        parts = [_under_traces(child, polynomial) for child in expr.children]
        return add(*parts) if isinstance(expr, Add) else mul(*parts)
    return add(*(one.expr() for one in polynomial.monomials(expr)))


class Group:
    """A constant coefficient times a sum of terms: ½ (T₁ − T₂ − T₃ + T₄)."""

    def __init__(self, numbers: tuple[Expr, ...], terms: list[Monomial]) -> None:
        self.numbers, self.terms = numbers, terms

    def expr(self) -> Expr:
        """The group as an expression."""
        return self.over([term.expr() for term in self.terms])

    def over(self, parts: list[Expr]) -> Expr:
        """The coefficient times the sum of some parts."""
        return mul(*self.numbers, add(*parts)) if parts else mul(*self.numbers)


def grouped(loss: Expr, polynomial: Polynomial) -> list[Group]:
    """The terms of the loss under the constant coefficients that the user wrote in front of them."""
    groups = []
    for part in loss.terms if isinstance(loss, Add) else (loss,):
        factors = part.factors if isinstance(part, Mul) else (part,)
        constants = tuple(factor for factor in factors if not polynomial.active(factor))
        moving = [factor for factor in factors if polynomial.active(factor)]
        groups.append(Group(constants, polynomial.monomials(mul(*moving)) if moving else []))
    return groups


def _differentiate(recorder: Recorder, form: ChainForm, groups: list[Group], taken: set[str]) -> None:
    """Named terms, the derivative of each by one identity: terms of one kind together."""
    polynomial = Polynomial(form.variable)
    moving = [group for group in groups if group.terms]
    shown: dict[tuple[int, int], Expr] = {}
    bodies: dict[tuple[int, int], tuple[tuple[Expr, ...], Expr]] = {}
    several = sum(len(group.terms) for group in moving) > 1
    for row, group in enumerate(moving):
        for col, term in enumerate(group.terms):
            body = Monomial((), term.words).expr() if term.words else Monomial(term.numbers, ()).expr()
            name = fresh_name(f"T{len(shown) + 1}", taken) if several else ""
            bodies[row, col] = (term.numbers if term.words else (), Named(name, body) if several else body)
            shown[row, col] = mul(*bodies[row, col][0], bodies[row, col][1])
    constants = [group.expr() for group in groups if not group.terms]
    if several:
        named = [group.over([shown[row, col] for col in range(len(group.terms))]) for row, group in enumerate(moving)]
        title, bindings = listed(recorder, "name-terms", [body for _, body in bodies.values() if isinstance(body, Named)])
        recorder.move("name-terms", form.pending(add(*named, *constants)), bindings, title=title)
    pending = {place: mul(*numbers, form.pending(body)) for place, (numbers, body) in bodies.items()}
    _record(recorder, "derivative-of-sum", moving, pending)
    kinds = {place: kind_of(moving[place[0]].terms[place[1]], polynomial) for place in pending}
    for kind in dict.fromkeys(kinds.values()):
        for place, (numbers, _) in bodies.items():
            if kinds[place] == kind:
                found = _gradient(moving[place[0]].terms[place[1]], polynomial, form)
                pending[place] = add(*(mul(*numbers, part) for part in (found.terms if isinstance(found, Add) else (found,))))
                if kind == "expand-constant":
                    pending[place] = found
        _record(recorder, kind, moving, pending)
    kept = {place: found for place, found in pending.items() if kinds[place] != "expand-constant"}
    if kept:
        _record(recorder, "drop-zero", moving, kept)
    elif pending:
        recorder.move("drop-zero", zero_of(recorder.line))


def _record(recorder: Recorder, rule: str, groups: list[Group], parts: dict[tuple[int, int], Expr]) -> None:
    rows = [[parts[row, col] for col in range(len(group.terms)) if (row, col) in parts] for row, group in enumerate(groups)]
    recorder.move(rule, add(*(group.over(row) for group, row in zip(groups, rows, strict=True) if row)))


def kind_of(term: Monomial, polynomial: Polynomial) -> str:
    """The identity that differentiates a term."""
    moving = [word for word in term.words if any(map(polynomial.active, word))]
    if len(moving) != 1:
        return "gradient-product" if moving else "expand-constant"
    word = moving[0]
    places = [factor for factor in word if polynomial.active(factor)]
    if polynomial.variable.shape.is_number:
        return "gradient-places"
    vector = not polynomial.variable.shape.is_matrix
    if len(places) == 1:
        if vector:
            return "gradient-dot"
        return "gradient-linear-transposed" if isinstance(places[0], Transpose) else "gradient-linear"
    if len(places) == 2 and isinstance(places[0], Transpose) != isinstance(places[1], Transpose):
        return "gradient-quadratic-vector" if vector else "gradient-quadratic"
    return "gradient-places"


def _gradient(term: Monomial, polynomial: Polynomial, form: ChainForm) -> Expr:
    variable = form.variable
    parts: list[Expr] = []
    for place, word in enumerate(term.words):
        others = [Monomial((), (other,)).expr() for number, other in enumerate(term.words) if number != place]
        parts.extend(mul(*others, found) for found in polynomial.gradient(word))
    if not parts:
        return zero_of(variable if not form.turned else flip(variable))
    whole = add(*parts)
    whole = merge_like_terms(whole) or whole
    return flip(whole) if form.turned else whole

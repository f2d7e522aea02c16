"""Sums, products and extremes over eigenvalues and singular values: Σ f(λ_i(X)) is tr f(X), Π λ_i(X) is det X."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NoReturn

from ..diagnostics import Span
from ..diagnostics.record import replace
from . import syntax as s
from .elaboration.complaints import fail
from .elaboration.matrix_functions import SERIES
from .expression.vocabulary import canonical_function
from .scope import Scope

_EIGENVALUES: Final = frozenset(("eigvalsh", "eigvals", "eigenvalues", "lambda"))
_SINGULAR: Final = frozenset(("svdvals", "singular_values", "sigma"))
SPECTRA: Final = _EIGENVALUES | _SINGULAR
"""Functions whose value is all eigenvalues or singular values; `lambda` and `sigma` are those of λ_i(X) and σ_i(X),
with an index."""


def without_spectra(tree: s.Node, scope: Scope, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree without eigenvalues, and the notes with what to say of it."""
    if not _held(tree):
        return tree, notes
    found = _Spectra(scope)
    new = s.rebuilt(tree, found.made)
    for part in _held(new):
        found.outside(part)
    return new, (*notes, *dict.fromkeys(found.said))


def _held(tree: s.Node) -> list[s.Apply]:
    """The eigenvalues in a tree."""
    calls = (part for part in s.parts_of(tree) if isinstance(part, s.Apply) and part.function in SPECTRA)
    return [part for part in calls if len(part.arguments) == 1 and (part.function != "sigma" or part.options)]


class _Spectra:
    """Functions of eigenvalues as functions of their matrix."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.said: list[str] = []

    def outside(self, node: s.Node) -> NoReturn:
        message = f"single eigenvalues, as in `{self.text(node.span)}`, are not in the language"
        sums = "sums over all of their powers, exp, log, √, sin and cos are read, also their product"
        self.stop(node.span, message, f"`lambda_max(A)` is the greatest; {sums}")

    def stop(self, span: Span, message: str, help: str) -> NoReturn:
        fail(self.scope, "unknown-function", message, (span, ""), help=help)

    def is_side(self, bound: s.Node, matrix: s.Node) -> bool:
        """Whether a bound is the length of a side of every matrix there, as declared."""
        name = s.ungrouped(bound)
        found = [self.scope.find(part.name) for part in s.parts_of(matrix) if isinstance(part, s.Name)]
        return isinstance(name, s.Name) and all(
            one is not None and name.name in map(str, one.shape.dims) for one in found
        )

    def text(self, span: Span) -> str:
        """What is written there."""
        return self.scope.source.text[span.start : span.end]

    def made(self, node: s.Node) -> s.Node:
        """The node with its eigenvalues summed up, where it does so."""
        match node:
            case s.Subscript(span, s.Apply(_, "eigvalsh", (_,), ()) as held, (index,)):  # in ascending order
                over = {"0": "min", "-1": "max"}.get(self.text(index.span).replace(" ", ""))
                return node if over is None else self.total(span, over, held, "")
            case s.Sigma(span, (letter,), bounds, body) if _held(body):
                return self.total(span, "sum", body, letter.name, bounds[0])
            case s.Apply(span, function, (s.EntriesOf(_, (letter, None), bounds, body),)) if (
                _held(body) and letter is not None
            ):
                return self.total(span, canonical_function(function), body, letter.name, bounds[0])
            case s.Apply(span, function, (body,), ()) if function not in SPECTRA and _held(body):
                name = canonical_function(function)
                if name in ("sum", "prod", "max", "min", "mean"):
                    return self.total(span, name, body, "")
        return node

    def total(self, span: Span, over: str, body: s.Node, letter: str, bound: s.Node | None = None) -> s.Node:
        """What all of them add up to, their product, or the greatest."""
        held = _held(body)
        if bound is not None and not self.is_side(bound, held[0].arguments[0]):
            message = f"eigenvalues and singular values are summed over all, here they end at `{self.text(bound.span)}`"
            help = "without the bound all of them are meant; so they are where it is a side of the declared matrix"
            self.stop(bound.span, message, help)
        whose = {self.text(part.arguments[0].span) for part in held}
        if len(whose) > 1 or any(dict(part.options).get("index", "") != letter for part in held):
            self.outside(held[0])
        matrix = held[0].arguments[0]
        if held[0].function in _SINGULAR:
            return self.singular(span, over, body, matrix)
        of = self.of_matrix(body)
        meant = {"max": "the greatest", "min": "the least", "prod": "the determinant"}.get(over, "the trace")
        if over in ("max", "min"):
            self.said.append(f"`{self.text(span)}` is {meant} eigenvalue of a symmetric matrix")
            if s.ungrouped(body) is not held[0]:
                self.outside(held[0])
            greatest = s.Apply(span, "eigmax", (matrix if over == "max" else s.Negative(span, s.Group(span, matrix)),))
            return greatest if over == "max" else s.Group(span, s.Negative(span, greatest))
        self.said.append(
            f"`{self.text(span)}`, over the eigenvalues, is read as {meant} of that function of the matrix"
        )
        total = s.Apply(span, "det" if over == "prod" else "tr", (of,))
        if over != "mean":
            return total
        return s.Group(span, s.Binary(span, "/", total, s.Apply(span, "shape", (matrix,), (("axis", "0"),))))

    def singular(self, span: Span, over: str, body: s.Node, matrix: s.Node) -> s.Node:
        """Σ σ_i, the greatest σ_i, and Σ σ_i², which are norms."""
        inner = s.ungrouped(body)
        match inner:
            case s.Apply(_, function) if over in ("sum", "max") and function in _SINGULAR:
                return s.Apply(span, "norm", (matrix,), (("ord", "nuc" if over == "sum" else "2"),))
            case s.Binary(_, "^" | "**", base, s.Literal_(_, two)) if over == "sum" and two == 2:
                if isinstance(s.ungrouped(base), s.Apply):
                    return s.Group(span, replace(inner, left=s.Apply(span, "norm", (matrix,), (("ord", "fro"),))))
        return self.outside(body)

    def of_matrix(self, node: s.Node) -> s.Node:
        """f(X) for f(λ_i(X))."""
        span = node.span
        match node:
            case s.Apply(_, function, (matrix,)) if function in _EIGENVALUES:
                return s.Group(span, matrix)
            case s.Group(_, body) | s.Negative(_, body):
                return replace(node, body=self.of_matrix(body))
            case s.Apply(_, function, (body,)) if series := SERIES.get(canonical_function(function)):
                return s.Apply(span, series, (self.of_matrix(body),))
            case s.Apply(_, function, (body,)) if canonical_function(function) == "square":
                return s.Apply(span, "matrix_power", (self.of_matrix(body), s.number(span, 2)))
            case s.Binary(_, "^" | "**", base, exponent) if not _held(exponent):
                return s.Apply(span, "matrix_power", (self.of_matrix(base), exponent))
            case s.Binary(_, operator, left, right):
                return self.binary(span, operator, left, right)
        return self.outside(node)

    def refuse_arrays(self, node: s.Node) -> None:
        """What stands beside eigenvalues is one number for all of them: no array has an order that they have too."""
        called = {id(part) for call in s.parts_of(node) if isinstance(call, s.Apply) for part in s.parts_of(call)}
        for part in s.parts_of(node):
            if id(part) not in called and isinstance(part, s.Name):
                value = self.scope.find(part.name)
                if part.name[0].isupper() if value is None else not value.shape.is_number:
                    message = f"`{part.name}` beside eigenvalues is no number: single ones are not read"
                    self.stop(node.span, message, "only sums of functions of them all are read")

    def binary(self, span: Span, operator: s.Operator, left: s.Node, right: s.Node) -> s.Node:
        """Sums, products and quotients of functions of eigenvalues, or of one and a number."""
        for side in (left, right):
            if not _held(side):
                self.refuse_arrays(side)
        first, second = (self.of_matrix(side) if _held(side) else None for side in (left, right))
        times: s.Operator = "juxtapose" if self.scope.syntax == "latex" else "@"
        scaled: s.Operator = "juxtapose" if self.scope.syntax == "latex" else "*"
        if operator == "/" and first is not None and second is None:
            return s.Binary(span, "/", first, right)
        second = s.Inverted(span, second) if operator == "/" and second is not None else second
        if operator in ("*", "/", "juxtapose", "dot", "hadamard"):
            if first is not None and second is not None:
                return s.Binary(span, times, first, second)
            return s.Binary(span, scaled, left if first is None else right, s.Group(span, first or second or left))
        if operator in ("+", "-"):
            one = s.Apply(span, "eye", ())
            first = first or s.Binary(span, scaled, s.Group(left.span, left), one)
            second = second or s.Binary(span, scaled, s.Group(right.span, right), one)
            return s.Binary(span, operator, first, second)
        return self.outside(left)


# ---- cholesky factors where they are put together again: Σ log diag L is half the log of the determinant of S = L Lᵀ,
# L Lᵀ is S


_SAID: Final = "the sum of the logs of the diagonal of a Cholesky factor is read as half the log of the determinant"


def without_factors(tree: s.Node, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree with Σ log L_ii as ½ log det S, and the notes with what to say of it."""
    new = s.rebuilt(tree, _put_together)
    return (tree, notes) if new is tree or new == tree else (new, (*notes, _SAID))


def _put_together(node: s.Node) -> s.Node:
    match node:
        case s.Apply(span, total, (body,), ()) if canonical_function(total) == "sum":
            found = _factored(body)
        case s.Sigma(span, (letter,), (None,), body):
            found = _factored(body, letter.name)
        case _:
            return node
    if found is None:
        return node
    half = s.Literal_(span, Fraction(1, 2), "0.5")
    return s.Group(span, s.Binary(span, "*", half, s.Apply(span, "logdet", (found,))))


def _factored(node: s.Node, letter: str = "") -> s.Node | None:
    """S of log(diag(cholesky(S))); with a letter that of log(chol(S)_ii), and of log(chol(S))_ii."""
    taken: set[str] = set()
    while True:
        match s.ungrouped(node):
            case s.Apply(_, "log", (inner,)):
                taken.add("logs")
            case s.Apply(_, "diag" | "diagonal", (inner,), ()) if not letter:
                taken.add("diagonal")
            case s.Subscript(_, inner, (s.Name(_, row), s.Name(_, col))) if row == col == letter:
                taken.add("diagonal")
            case s.Apply(_, "cholesky" | "chol", (matrix,), ()) if len(taken) == 2:
                return matrix
            case _:
                return None
        node = inner

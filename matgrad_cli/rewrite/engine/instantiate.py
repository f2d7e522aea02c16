"""The right side of a rule with its variables replaced. A letter over a side of size 1 is absent:
its sum and its δ fall away."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from ... import ir
from ...ir import ONE, Dim, Expr, Index, Position, Shape, Symbol, fresh_index, hadamard, mul, sum_over, transpose
from ...ir.entries import Taken, entry
from ...ir.walk import OUTER_LETTERS
from ...notation.elaboration.matrix_functions import matrix_power
from ...rulebook.pattern import Pattern
from ..forms.algebra import JOINED, flip, multiplied, numerals_first
from .pending import d
from .sameness import DIRECTION, Table, instantiate_dim

RESERVED = frozenset(("s", "t"))
SELF_OF_NUMBER = frozenset(("tr", "sum", "mean", "diag", "diagonal", "sum0", "sum1", "mean0", "mean1", "vec"))


def instantiate(sides: Pattern, table: Table, taken: Taken) -> Expr:
    """The right side of the rule at a match."""
    short = bool(sides.rule.moves or sides.rule.still or sides.rule.fixed)
    return _Builder(table, taken, short).build(sides.rhs)


class _Builder:
    """`short`: the transpose of a letter is written where it is shortest, (AB)ᵀ as BᵀAᵀ."""

    def __init__(self, table: Table, taken: Taken, short: bool = False) -> None:
        self.table = dict(table)
        self._taken = taken
        self.short = short

    @cached_property
    def taken(self) -> set[str | Index]:
        """What no new letter may be called, asked for when one is drawn."""
        return {*self._taken(), *RESERVED}

    def dim(self, dim: Dim) -> Dim:
        return instantiate_dim(dim, self.table)

    def position(self, position: Position | None) -> Position | None:
        found: Position | None = self.table.get(position, position)
        return found

    def build(self, p: Expr) -> Expr:
        """One node of the right side; parts that became numbers join scalar products."""
        match p:
            case Symbol():
                found: Expr = self.table.get(p, p)
                return found
            case ir.Add() | ir.MatMul() | ir.Kron():
                return JOINED[type(p)](*map(self.build, p.children))
            case ir.Mul(factors):
                return self.product_of(factors)
            case ir.Hadamard(factors):
                parts = list(map(self.build, factors))
                return mul(*parts) if parts[0].shape.is_number else hadamard(*parts)
            case ir.Transpose(body):
                built = self.build(body)
                if self.short and isinstance(body, Symbol):
                    return flip(built)
                return built.body if isinstance(built, ir.Transpose) else transpose(built)
            case ir.Eye(dim):
                return ir.Number(1) if self.dim(dim) is ONE else ir.Eye(self.dim(dim))
            case ir.Fill(value, shape):
                whole = Shape(self.dim(shape.rows), self.dim(shape.cols))
                return ir.Number(value) if whole.is_number else ir.Fill(value, whole)
            case ir.Size(dim):
                size = self.dim(dim)
                return ir.Size(size) if size.powers else ir.Number(size.factor)
            case ir.Call(function, arguments):
                return self.call(function, list(map(self.build, arguments)))
            case ir.Inverse(body):
                built = self.build(body)
                return ir.Power(built, ir.Number(-1)) if built.shape.is_number else ir.Inverse(built)
        return self.index_level(p)

    def call(self, function: str, arguments: list[Expr]) -> Expr:
        first = arguments[0]
        if (function in SELF_OF_NUMBER and first.shape.is_number) or (function == "vec" and first.shape.is_column):
            return first  # a column is stacked already
        power = _added(arguments[1]) if function == "powm" else None
        if isinstance(power, ir.Number) and power.value.denominator == 1:
            return matrix_power(first, int(power.value))
        return ir.Call(function, *arguments)

    def product_of(self, factors: tuple[Expr, ...]) -> Expr:
        """Numbers and at most one array; a δ over an absent letter, ones of size 1, or a coefficient 1 are left out."""
        parts = [(factor, self.build(factor)) for factor in factors]
        said = (ir.Delta, ir.Fill, Symbol, ir.Size)
        kept = [part for factor, part in parts if part is not ir.Number(1) or not isinstance(factor, said)]
        if sum(isinstance(factor, Symbol) and factor.shape.is_number for factor in factors) > 1:
            kept = list(multiplied(tuple(kept)))
        return numerals_first(mul(*kept)) if kept else ir.Number(1)

    def index_level(self, p: Expr) -> Expr:
        match p:
            case ir.Entry(base, row, col):
                built = self.build(base)
                return entry(built, self.position(row), self.position(col))
            case ir.Delta(left, right):
                first, second = self.position(left), self.position(right)
                return ir.Number(1) if first is None or second is None else ir.Delta(first, second)
            case ir.SumOver(indices, body):
                letters = [letter for index in indices for letter in self.letters(index)]
                return sum_over(letters, self.build(body))
            case ir.MatrixOf(row, col, body):
                return ir.MatrixOf(self.fresh(row) if row else None, self.fresh(col) if col else None, self.build(body))
            case ir.Partial(body, variable, row, col):
                symbol = self.build(variable)
                assert isinstance(symbol, Symbol)
                return ir.Partial(self.build(body), symbol, self.position(row), self.position(col))
            case ir.Differential(body, variable, _):
                symbol = self.build(variable)
                assert isinstance(symbol, Symbol)
                return d(self.build(body), ir.Differential(symbol, symbol, self.table.get(DIRECTION)))
            case ir.Power(base, exponent):
                return raised(self.build(base), self.build(exponent))
        return p.rebuilt(tuple(self.build(child) for child in p.children))

    def letters(self, index: Index) -> tuple[Index, ...]:
        """The letters of a Σ that a letter of the rule stands for."""
        found = self.fresh(index)
        return found if isinstance(found, tuple) else () if found is None else (found,)

    def fresh(self, index: Index) -> Index | None:
        """A new letter for a bound letter of the right side; none over a side of size 1."""
        if index in self.table:
            found: Index | None = self.table[index]
            return found
        dim = self.dim(index.dim)
        new = None if dim is ONE else fresh_index(dim, self.taken, OUTER_LETTERS)
        if new is not None:
            self.taken.add(new.name)
        self.table[index] = new
        return new


def raised(base: Expr, exponent: Expr) -> Expr:
    """base to the exponent, whose numbers are added up: A^(3−1) is A², and A¹ is A."""
    exponent = _added(exponent)
    return base if exponent is ir.Number(1) else ir.Power(base, exponent)


def _added(exponent: Expr) -> Expr:
    if isinstance(exponent, ir.Add) and all(isinstance(term, ir.Number) for term in exponent.terms):
        return ir.Number(sum((term.value for term in exponent.terms if isinstance(term, ir.Number)), Fraction(0)))
    return exponent


def build_side(side: Expr, table: Table) -> Expr:
    """A side of a rule at a full table of what its letters stand for; bound letters are drawn fresh."""
    taken = {value.name for value in table.values() if isinstance(value, Index | Symbol)}
    return _Builder(table, lambda: taken).build(side)

"""Derivatives with three and four indices beside their entries: the ⊗ form with vec, the commutation matrices in it,
one slice; arrays with free letters inside, for which `einsum` has no place, opened down to entries of plain arrays."""

from __future__ import annotations

from collections.abc import Callable

from ... import ir
from ...diagnostics import StuckError
from ...diagnostics.record import record
from ...ir import Dim, Expr, Index, Shape, Symbol, letters_in, mul, nodes_of, substitute
from ...ir.entries import Entries
from ...records import Result

VEC = "the columns on top of each other"


@record
class Swap:
    """A commutation matrix K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z."""

    named: ir.Named
    shape: Shape


@record
class Stack:
    """∂f_i/∂A for one i: its row (or column) i is `line`, everything else is 0."""

    letter: Index
    line: Expr
    by_row: bool


def with_sizes(flat: Expr) -> Expr:
    """A ⊗ form in which the identities have their sizes."""
    if flat is ir.Eye(flat.shape.rows) or any(getattr(symbol, "name", "") == "I" for symbol in flat.symbols):
        return flat
    return substitute(flat, {node: _sized(node.dim) for node in nodes_of(flat) if isinstance(node, ir.Eye)})


def swaps_of(flat: Expr) -> tuple[Swap, ...]:
    """The commutation matrices in a ⊗ form."""
    return tuple(swap for swap in map(_swap, nodes_of(flat)) if swap is not None)


def _swap(node: Expr) -> Swap | None:
    if isinstance(node, ir.Named) and isinstance(node.body, ir.MatrixOf) and isinstance(node.body.body, ir.SumOver):
        sides = node.body.body.indices
        if len(sides) == 2 and sides[0].dim * sides[1].dim is node.shape.rows:
            return Swap(node, Shape(sides[0].dim, sides[1].dim))
    return None


def _sized(dim: Dim) -> ir.Named:
    """I with its size: I_n, I_mn, but I_(N·N): I_NN would look like a name, and a raised 2 like the square of I_N."""
    names = [name for name, power in dim.powers for _ in range(power)]
    factors = names if dim.factor == 1 and names else [str(dim.factor), *names]
    if all(len(factor) == 1 for factor in factors) and len(set(factors)) == len(factors):
        return ir.Named(f"I_{''.join(factors)}", ir.Eye(dim))
    return ir.Named(f"I_{factors[0]}" if len(factors) == 1 else f"I_({'·'.join(factors)})", ir.Eye(dim))


def stack_of(result: Result, loss: Symbol, wrt: Symbol, order: int) -> Stack | None:
    """δ_is x_t: row i of ∂f_i/∂A is xᵀ."""
    if order != 1 or not wrt.shape.is_matrix or len(loss.shape.dims) != 1:
        return None
    letter, row, col = result.letters
    factors = result.entry.factors if isinstance(result.entry, ir.Mul) else (result.entry,)
    links = [factor for factor in factors if isinstance(factor, ir.Delta)]
    if len(links) != 1 or links[0].free not in ({letter, row}, {letter, col}):
        return None
    by_row = row in links[0].free
    along = col if by_row else row
    vectors = [factor for factor in factors if along in factor.free]
    rest = [factor for factor in factors if factor not in (*links, *vectors)]
    if len(vectors) != 1 or any(not factor.free <= {letter} for factor in rest):
        return None
    vector = vectors[0]
    if not isinstance(vector, ir.Entry) or vector.free != {along} or vector.base.shape.is_matrix:
        return None
    base = vector.base
    if base.shape.is_column == by_row:
        base = base.body if isinstance(base, ir.Transpose) else ir.Transpose(base)
    return Stack(letter, mul(*rest, base) if rest else base, by_row)


class _Opened(Entries):
    def missing(self, expr: Expr) -> Exception:
        return cannot(expr)


def opened(node: Expr, still: Callable[[Expr], bool], *place: Index | None) -> Expr:
    """The entry of `node` at a place, with its arrays that are not `still` opened; OpenArray where there is no way."""
    return _Opened(still, lambda: [letter.name for letter in letters_in(node)]).of(node, *place)


class OpenArray(StuckError):
    """That no `einsum` is printed for an entry of `part`, an array with free letters."""

    part: Expr


def cannot(node: Expr) -> OpenArray:
    """That no program is printed for an entry of this."""
    from ...notation.printing.to_text import to_text

    said = "the result holds an array that depends on an index letter, for which no program is printed"
    stuck = OpenArray.coded("cannot-print", said, notes=(f"it is `{to_text(node)}`",), help="`--format text`")
    stuck.part = node
    return stuck

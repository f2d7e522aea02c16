"""A derivative with three or four indices as blocks: the case table, the picture of one slice, the ⊗ form with vec and
the commutation matrices in it."""

from __future__ import annotations

from collections.abc import Iterator

from ... import ir
from ...diagnostics.record import record
from ...ir import Call, Dim, Expr, Fill, Index, MatMul, Shape, Symbol, Transpose, mul, nodes_of, substitute
from ...records import Derivation, Result
from ...records import Sentence as Template
from .blocks import Block, Cases, Formula, Grid, Label, Pattern, Phrase, Sentence, phrase

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


def array_blocks(derivation: Derivation, label: Label, full: bool) -> Iterator[Block]:
    """The blocks below the entry."""
    result = derivation.result
    if result.cases:
        yield Cases(label, result.cases)
    if (stack := stack_of(result, label.loss, label.wrt, label.order)) is not None:
        yield from _slice(stack, label)
    if result.flattened is not None:
        yield Sentence((f"flattened with vec ({VEC}), ", result.flattened.shape, ":"), "lead")
        yield flattened_formula(result.flattened, label)
        yield from map(Sentence, swap_phrases(result.flattened))
    if full:
        yield from _pattern(derivation)


def flattened_formula(flat: Expr, label: Label) -> Formula:
    """The ⊗ form of what the label names."""
    return Formula(Label(label.loss, label.wrt, label.order, "vec"), with_sizes(flat), "more")


def swap_phrases(flat: Expr) -> Iterator[Phrase]:
    """What the commutation matrices of a ⊗ form do."""
    said = "{K} is the commutation matrix: {turned} = {straight} for every {shape} matrix {Z}"
    for swap in swaps_of(flat):
        any_matrix = Symbol("Z", swap.shape)
        turned, straight = Call("vec", Transpose(any_matrix)), MatMul((swap.named, Call("vec", any_matrix)))
        values = ("K", swap.named), ("turned", turned), ("straight", straight), ("shape", swap.shape), ("Z", any_matrix)
        yield phrase(Template(said, values))


def _slice(stack: Stack, label: Label) -> Iterator[Block]:
    """∂f_i/∂A for one i: zeros, one row (or column) that is not, zeros."""
    letter, line, wrt = stack.letter, stack.line, label.wrt
    told = f" is {{shape}}: {'row' if stack.by_row else 'column'} {{i}} is {{line}}, all else is 0"
    values = ("shape", wrt.shape), ("i", letter), ("line", line)
    one = "for one ", letter, ", ", Label(label.loss, wrt, letters=(letter,))
    yield Sentence((*one, *phrase(Template(told, values))), "lead")
    if stack.by_row:
        zero = Transpose(Fill(0, line.shape.transposed))
        yield Grid(((zero,), ("⋮",), (line,), ("⋮",), (zero,)), letter)
    else:
        yield Grid((("0", "⋯", line, "⋯", "0"),))


def _pattern(derivation: Derivation) -> Iterator[Block]:
    """Where the entries are not 0, seen at a small example."""
    letters = derivation.result.letters
    if len(letters) != 4:
        return
    from .numbers import Example

    filled = Example(derivation.problem, letters, derivation.result.entry).filled(derivation.result.entry, letters)
    if filled is not None:
        yield Pattern(letters[0], letters[1], filled)

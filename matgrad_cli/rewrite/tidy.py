"""Textbook form: small moves on matrix expressions, each a rule of its own, tried in order until none fits.

Each move looks at one node whose parts are already tidy and returns the better node or None. They are the native rules of
rules/simplify.toml; nothing is multiplied out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

from ..diagnostics.record import record
from ..facts import Problem
from ..ir import (
    Add,
    Call,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Inverse,
    MatMul,
    Mul,
    Named,
    Number,
    Power,
    Size,
    Transpose,
    add,
    hadamard,
    matmul,
    mul,
)
from ..rulebook.load import rulebook
from .algebra import flip, transposes
from .apply import rewrite_node
from .cancel import (
    cancel_power,
    inner_as_sum,
    inverse_of_kron,
    kron_times_vec,
    open_bracket_to_cancel,
    outer_in_hadamard,
    split_inverse,
    vec_product,
)
from .merging import (
    adds_to_one,
    factor_elementwise,
    merge_diagonals,
    merge_scalars,
    rows_sum_to_one,
    sizes_are_numbers,
)
from .powers import collect_powers, join_matrix_powers, power_of_power, power_of_product
from .recognise import Recogniser
from .shorter import (
    centred,
    entry_of_constant,
    mean_of_sum,
    ones_of_ones,
    open_to_cancel,
    positive_first,
    softmax_inside,
    transpose_of_symmetric_terms,
)
from .sums import factor_common, merge_like_terms

Move = Callable[[Expr, Problem], Expr | None]
ONE_ = Number(1)
ZERO = Number(0)


def multiply_numbers(node: Expr, problem: Problem) -> Expr | None:
    """2·½·A = A: numbers are multiplied, 1 is dropped, 0 swallows the product."""
    if isinstance(node, Power) and isinstance(node.base, Number) and isinstance(node.exponent, Number):
        exponent = node.exponent.value
        if exponent.denominator == 1 and abs(exponent) < 64 and (node.base.value != 0 or exponent > 0):
            return Number(node.base.value ** int(exponent))
        return None
    if isinstance(node, Power) and node.exponent is ONE_:
        return node.base
    if not isinstance(node, Mul):
        return None
    numbers = [factor for factor in node.factors if isinstance(factor, Number)]
    if len(numbers) < 2 and not (numbers and numbers[0].value in (0, 1)):
        return None
    value = Fraction(1)
    for factor in numbers:
        value *= factor.value
    others = [factor for factor in node.factors if not isinstance(factor, Number)]
    if value == 0:
        return Fill(0, node.shape) if not node.shape.is_number else ZERO
    return mul(*((Number(value),) if value != 1 or not others else ()), *others)


def add_numbers(node: Expr, problem: Problem) -> Expr | None:
    """A + 0 = A, 2 + 3 = 5."""
    if not isinstance(node, Add):
        return None
    zeros = [term for term in node.terms if term is ZERO or (isinstance(term, Fill) and term.value == 0)]
    if zeros:
        rest = [term for term in node.terms if term not in zeros]
        return add(*rest) if rest else node.terms[0]
    numbers = [term for term in node.terms if isinstance(term, Number)]
    if len(numbers) < 2:
        return None
    total = Number(sum((term.value for term in numbers), Fraction(0)))
    return add(*(term for term in node.terms if not isinstance(term, Number)), total)


def zero_product(node: Expr, problem: Problem) -> Expr | None:
    """A product with a zero array is a zero array."""
    if isinstance(node, MatMul | Hadamard) and any(isinstance(part, Fill) and part.value == 0 for part in node.children):
        return Fill(0, node.shape) if not node.shape.is_number else ZERO
    return None


def drop_identity(node: Expr, problem: Problem) -> Expr | None:
    """I A = A; 1 ∘ A = A."""
    if isinstance(node, MatMul):
        rest = [factor for factor in node.factors if not isinstance(factor, Eye)]
        if len(rest) == len(node.factors):
            return None
        return matmul(*rest) if rest else node.factors[0]
    if isinstance(node, Hadamard):
        rest = [factor for factor in node.factors if not (isinstance(factor, Fill) and factor.value == 1)]
        if len(rest) == len(node.factors):
            return None
        return hadamard(*rest) if rest else node.factors[0]
    if isinstance(node, Inverse) and isinstance(node.body, Eye):
        return node.body
    return None


def pull_scalar(node: Expr, problem: Problem) -> Expr | None:
    """A (c B) = c (A B): numbers stand in front of products."""
    if isinstance(node, MatMul | Hadamard):
        numbers: list[Expr] = []
        arrays: list[Expr] = []
        for factor in node.children:
            if isinstance(factor, Mul):
                numbers += [part for part in factor.factors if part.shape.is_number]
                arrays += [part for part in factor.factors if not part.shape.is_number]
            else:
                arrays.append(factor)
        if numbers:
            return mul(*numbers, matmul(*arrays) if isinstance(node, MatMul) else hadamard(*arrays))
    if isinstance(node, Transpose) and isinstance(node.body, Mul):
        return flip(node.body)
    if isinstance(node, Call) and node.function in ("tr", "sum", "diagonal", "diag") and isinstance(node.argument, Mul):
        parts = node.argument.factors
        return mul(
            *(part for part in parts if part.shape.is_number),
            *(Call(node.function, part) for part in parts if not part.shape.is_number),
        )
    return None


def cancel_inverse(node: Expr, problem: Problem) -> Expr | None:
    """A A⁻¹ = I, and the inverse of an inverse."""
    if isinstance(node, Inverse) and isinstance(node.body, Inverse):
        return node.body.body
    if isinstance(node, Inverse) and isinstance(node.body, Transpose):
        return Transpose(Inverse(node.body.body))
    if not isinstance(node, MatMul):
        return None
    for number, (left, right) in enumerate(zip(node.factors, node.factors[1:], strict=False)):
        if _are_inverse(left, right):
            rest = node.factors[:number] + node.factors[number + 2 :]
            return matmul(*rest) if rest else Eye(left.shape.rows)
    return None


def _are_inverse(left: Expr, right: Expr) -> bool:
    if isinstance(left, Inverse):
        return left.body is right
    if isinstance(right, Inverse):
        return right.body is left
    if isinstance(left, Transpose) and isinstance(right, Transpose):
        return _are_inverse(right.body, left.body)
    return False


def cancel_inverse_run(node: Expr, problem: Problem) -> Expr | None:
    """(AB)⁻¹ A B = I inside a longer product."""
    if not isinstance(node, MatMul):
        return None
    for number, factor in enumerate(node.factors):
        if isinstance(factor, Inverse) and isinstance(factor.body, MatMul):
            run = factor.body.factors
            size = len(run)
            if node.factors[number + 1 : number + 1 + size] == run:
                rest = node.factors[:number] + node.factors[number + 1 + size :]
            elif number >= size and node.factors[number - size : number] == run:
                rest = node.factors[: number - size] + node.factors[number + 1 :]
            else:
                continue
            return matmul(*rest) if rest else Eye(factor.shape.rows)
    return None


def diag_times_vector(node: Expr, problem: Problem) -> Expr | None:
    """diag(u) v = u ∘ v, and diag(u) diag(v) = diag(u ∘ v)."""
    if not isinstance(node, MatMul):
        return None
    factors = node.factors
    for number, (left, right) in enumerate(itertools.pairwise(factors)):
        if isinstance(left, Call) and left.function == "diag" and right.shape.is_column and left.argument.shape.is_column:
            merged = right if _is_ones(left.argument) else left.argument if _is_ones(right) else hadamard(left.argument, right)
            return matmul(*factors[:number], merged, *factors[number + 2 :])
        if isinstance(right, Call) and right.function == "diag" and left.shape.is_row and right.argument.shape.is_column:
            column = flip(left)
            merged = right.argument if _is_ones(column) else column if _is_ones(right.argument) else hadamard(column, right.argument)
            return matmul(*factors[:number], flip(merged), *factors[number + 2 :])
        if _is_diag(left) and _is_diag(right):
            assert isinstance(left, Call)
            assert isinstance(right, Call)
            merged = Call("diag", hadamard(left.argument, right.argument))
            return matmul(*factors[:number], merged, *factors[number + 2 :])
    return None


def _is_diag(node: Expr) -> bool:
    return isinstance(node, Call) and node.function == "diag" and node.argument.shape.is_column


def _is_ones(node: Expr) -> bool:
    return isinstance(node, Fill) and node.value == 1


def sums_of_ones(node: Expr, problem: Problem) -> Expr | None:
    """1ᵀ1 = n, 1ᵀu = sum(u), 1ᵀA 1 = sum(A), tr(I) = n."""
    if isinstance(node, Call) and node.function == "tr" and isinstance(node.argument, Eye):
        return Size(node.argument.dim)
    if isinstance(node, Call) and node.function == "sum" and _is_ones(node.argument):
        return mul(*(Size(side) for side in node.argument.shape.dims))
    if isinstance(node, MatMul) and node.shape.is_number:
        first, last = node.factors[0], node.factors[-1]
        if len(node.factors) == 2:
            for ones, other in ((first, last), (last, first)):
                if _is_ones(ones):
                    inner = flip(other) if other.shape.is_row else other
                    return Call("sum", inner)
        if len(node.factors) == 3 and _is_ones(first) and _is_ones(last):
            return Call("sum", node.factors[1])
    return None


def turn_transpose(node: Expr, problem: Problem) -> Expr | None:
    """(AB)ᵀ = BᵀAᵀ and (A + B)ᵀ = Aᵀ + Bᵀ where that leaves fewer transposes."""
    if isinstance(node, Transpose):
        turned = flip(node.body)
        return turned if transposes(turned) < transposes(node) or not isinstance(turned, Transpose) else None
    return None


def by_rule(rule_id: str) -> Move:
    """The move that the text of a rule makes, where its conditions are known to hold."""

    def move(node: Expr, problem: Problem) -> Expr | None:
        found = rewrite_node(rulebook().rule(rule_id), node, problem)
        return found.new if found is not None and not found.assumed else None

    return move


def sums_to_one(node: Expr, problem: Problem) -> Expr | None:
    """sum(y) = 1 where the entries of y sum to one."""
    if isinstance(node, Call) and node.function == "sum" and node.argument.shape.is_column and adds_to_one(node.argument, problem):
        return ONE_
    return None


@record
class TidyMove:
    """A move with the id of its rule; `by_text` says that the move is the text of the rule."""

    rule: str
    move: Move
    by_text: bool = False


MOVES: tuple[TidyMove, ...] = (
    TidyMove("multiply-numbers", multiply_numbers),
    TidyMove("add-numbers", add_numbers),
    TidyMove("zero-product", zero_product),
    TidyMove("drop-eye", drop_identity),
    TidyMove("pull-scalar", pull_scalar),
    TidyMove("power-of-power", power_of_power),
    TidyMove("power-of-power", power_of_product),
    TidyMove("collect-powers", collect_powers),
    TidyMove("collect-powers", join_matrix_powers),
    TidyMove("mul-inv", cancel_inverse),
    TidyMove("mul-inv", cancel_inverse_run),
    TidyMove("inv-mul", split_inverse),
    TidyMove("mul-inv", cancel_power),
    TidyMove("inv-kron", inverse_of_kron),
    TidyMove("vec-mul", kron_times_vec),
    TidyMove("trace-vec", vec_product),
    TidyMove("hadamard-outer", outer_in_hadamard),
    TidyMove("open-bracket", open_bracket_to_cancel),
    TidyMove("inner-as-sum", inner_as_sum),
    TidyMove("diag-mul-vector", diag_times_vector),
    TidyMove("sums-of-ones", sums_of_ones),
    TidyMove("entry-of-constant", entry_of_constant),
    TidyMove("transpose-of-product", turn_transpose),
    TidyMove("transpose-symmetric", by_rule("transpose-symmetric"), True),
    TidyMove("symmetric-transpose", transpose_of_symmetric_terms),
    TidyMove("transpose-antisymmetric", by_rule("transpose-antisymmetric"), True),
    TidyMove("transpose-orthogonal-mul", by_rule("transpose-orthogonal-mul"), True),
    TidyMove("mul-transpose-orthogonal", by_rule("mul-transpose-orthogonal"), True),
    TidyMove("sum-simplex", sums_to_one),
    TidyMove("sum-simplex", rows_sum_to_one),
    TidyMove("multiply-numbers", sizes_are_numbers),
    TidyMove("merge-like-terms", merge_like_terms),
    TidyMove("merge-like-terms", merge_diagonals),
    TidyMove("open-bracket", open_to_cancel),
    TidyMove("mean-of-sum", centred),
    TidyMove("mean-of-sum", mean_of_sum),
    TidyMove("softmax-quotient", softmax_inside),
    TidyMove("factor-common", factor_elementwise),
    TidyMove("factor-common", merge_scalars),
    TidyMove("factor-common", factor_common),
    TidyMove("positive-first", positive_first),
    TidyMove("sums-of-ones", ones_of_ones),
)


def everywhere(root: Expr, move: Move, problem: Problem) -> Expr:
    """The move tried once at every node, parts first. Named parts stay closed."""
    done: dict[Expr, Expr] = {}

    def walk(node: Expr) -> Expr:
        found = done.get(node)
        if found is None:
            if isinstance(node, Named) or not node.children:
                found = move(node, problem) or node
            else:
                parts = tuple(walk(child) for child in node.children)
                same = node if parts == node.children else regrouped(node, parts)
                found = move(same, problem) or same
            done[node] = found
        return found

    return walk(root)


def regrouped(node: Expr, parts: tuple[Expr, ...]) -> Expr:
    """`node` over new parts, nested sums and products flattened; a number inside a matrix product moves in front."""
    if isinstance(node, Add):
        return add(*parts)
    if isinstance(node, Mul):
        return mul(*parts)
    if isinstance(node, MatMul):
        return matmul(*parts)
    if isinstance(node, Hadamard):
        return hadamard(*parts)
    if isinstance(node, Transpose) and isinstance(parts[0], Transpose):
        return parts[0].body
    return node.rebuilt(parts)


def tidy_once(root: Expr, problem: Problem, recogniser: Recogniser | None = None) -> tuple[str, Expr] | None:
    """The first move that changes the expression, and what it becomes; known forms are recognised when nothing else is left."""
    for entry in MOVES:
        after = everywhere(root, entry.move, problem)
        if after is not root:
            return entry.rule, after
    return recogniser.once(root, problem) if recogniser is not None else None


def textbook(root: Expr, problem: Problem, limit: int = 200) -> Expr:
    """The expression in textbook form, all moves taken."""
    for _ in range(limit):
        found = tidy_once(root, problem)
        if found is None:
            return root
        root = found[1]
    return root
